/*
 * <sys/sysctl.h> - the kernel's variables, by numbers and by name.
 *
 * old, *oldlen   where the value goes and how much room there is; afterwards
 *                how long the value is. old NULL: only that. ENOMEM: too
 *                little room, and *oldlen says how much it takes
 * new, newlen    what is to be set; NULL: nothing
 *
 * docs/reference/sysctl.md has the nodes, the rules and the errors.
 */
#ifndef SALLYPORT_SDK_SYSCTL_H
#define SALLYPORT_SDK_SYSCTL_H

#include <stddef.h>
#include <sallyport/sysctl.h>

int sysctl(const int *name, unsigned namelen, void *old, size_t *oldlen,
           const void *new, size_t newlen);
int sysctlbyname(const char *name, void *old, size_t *oldlen, const void *new,
                 size_t newlen);
/* The numbers of a name; *n: room for so many, and how many there are. */
int sysctlnametomib(const char *name, int *numbers, size_t *n);

#endif
