/*
 * sysctl.c - names to numbers, which is itself a sysctl.
 */
#include <string.h>
#include <sys/sysctl.h>

int sysctlnametomib(const char *name, int *numbers, size_t *n)
{
    static const int name2oid[] = {CTL_SYSCTL, CTL_SYSCTL_NAME2OID};
    size_t bytes = *n * sizeof *numbers;
    int result = sysctl(name2oid, 2, numbers, &bytes, name, strlen(name));
    *n = bytes / sizeof *numbers;
    return result;
}
