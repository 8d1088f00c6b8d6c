/*
 * hostfile.h - files of the host, whole: read, written, found beside the
 * executable. Every refusal names the file and the system's reason.
 */
#ifndef SALLYPORT_HOSTFILE_H
#define SALLYPORT_HOSTFILE_H

#include "app.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct blob {
    uint8_t *bytes; /* malloc'ed; one NUL stands behind the last byte */
    size_t size;
};

/* The largest file that is read: more than any guest's memory could hold. */
#define HOSTFILE_MAX ((size_t)2 << 30)

/* Reads a file to its end. Returns 0, or APP_UNUSABLE with a complaint. */
int hostfile_read(const char *path, struct blob *out, struct complaint *why);
/* As hostfile_read, and refuses a text with a NUL byte in it. */
int hostfile_read_text(const char *path, struct blob *out,
                       struct complaint *why);
/* Writes (replaces) a file; mode as in open(2). */
int hostfile_write(const char *path, const void *bytes, size_t n, unsigned mode,
                   struct complaint *why);
bool hostfile_exists(const char *path);
/* A file of the guest: under $SALLYPORT_GUEST if that is set, otherwise under
 * guest/ beside the executable. Malloc'ed path. */
char *hostfile_guest_path(const char *name);
const char *hostfile_basename(const char *path);
void blob_free(struct blob *blob);

#endif
