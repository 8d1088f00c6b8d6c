/*
 * ustar.h - the initrd's format (POSIX.1-1988 ustar), as far as the guest
 * kernel reads it: regular files and directories. Here members are looked up
 * and added; whether an archive from outside is sound is asked first, of
 * machine_check_initrd.
 *
 *     +--------+---------------------+--------+------------ +-------------+
 *     | header | data, padded to 512 | header | data ...    | two 0-blocks|
 *     +--------+---------------------+--------+------------ +-------------+
 *      512 bytes
 *
 * Names here are as members carry them: relative, no leading '/' ("bin/sh").
 */
#ifndef SALLYPORT_USTAR_H
#define SALLYPORT_USTAR_H

#include "hostfile.h"

#define USTAR_BLOCK 512

/* Is there a member file of this name? */
bool ustar_find(const struct blob *tar, const char *name, const uint8_t **bytes,
                size_t *n);

/* Adds a regular file (or replaces the member of that name), with the
 * directories that lead to it. The archive must be a sound one, or empty.
 * Returns 0, or APP_UNUSABLE with a complaint: name too long, leaves the
 * root, or is a directory. */
int ustar_add(struct blob *tar, const char *name, const uint8_t *bytes,
              size_t n, unsigned mode, struct complaint *why);
/* Ends the archive with its two blocks of zeroes; nothing is added after. */
void ustar_finish(struct blob *tar);

#endif
