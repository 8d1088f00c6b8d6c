/*
 * diskfile.c - see diskfile.h.
 */
#include "diskfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot(const char *path, struct complaint *why)
{
    return complain(why, APP_UNUSABLE, "%s: %s", path, strerror(errno));
}

static int check_file(const struct diskfile *disk, struct complaint *why)
{
    struct stat st;
    if (fstat(disk->fd, &st) != 0)
        return cannot(disk->path, why);
    if (!S_ISREG(st.st_mode))
        return complain(why, APP_UNUSABLE, "%s: not a regular file",
                        disk->path);
    if (st.st_size == 0 || st.st_size % DISKFILE_SECTOR != 0)
        return complain(why, APP_UNUSABLE,
                        "%s: %lld bytes are no whole number of %d-byte "
                        "sectors",
                        disk->path, (long long)st.st_size, DISKFILE_SECTOR);
    if (flock(disk->fd, LOCK_EX | LOCK_NB) != 0)
        return complain(why, APP_UNUSABLE,
                        "%s: in use by another running Sallyport", disk->path);
    return 0;
}

int diskfile_open(const char *path, struct diskfile *out, struct complaint *why)
{
    *out = (struct diskfile){.path = path, .fd = -1};
    if (path == NULL)
        return 0;
    out->fd = open(path, O_RDWR | O_CLOEXEC);
    if (out->fd < 0)
        return cannot(path, why);
    int status = check_file(out, why);
    return status != 0 ? status : hostfile_read(path, &out->image, why);
}

/* Compared and written in pieces: a disk is large, what changed is little. */
#define PIECE ((size_t)64 << 10)

static int write_piece(const struct diskfile *disk, size_t at, size_t n,
                       struct complaint *why)
{
    uint8_t old[PIECE];
    const uint8_t *now = disk->image.bytes + at;
    ssize_t got = pread(disk->fd, old, n, (off_t)at);
    if (got < 0)
        return cannot(disk->path, why);
    if ((size_t)got == n && memcmp(old, now, n) == 0)
        return 0;
    errno = ENOSPC; /* what a short write means */
    if (pwrite(disk->fd, now, n, (off_t)at) != (ssize_t)n)
        return cannot(disk->path, why);
    return 0;
}

int diskfile_write_back(struct diskfile *disk, struct complaint *why)
{
    int status = 0;
    for (size_t at = 0; at < disk->image.size && status == 0; at += PIECE) {
        size_t left = disk->image.size - at;
        status = write_piece(disk, at, left < PIECE ? left : PIECE, why);
    }
    return status;
}

void diskfile_close(struct diskfile *disk)
{
    if (disk->fd >= 0)
        close(disk->fd); /* the lock goes with it */
    blob_free(&disk->image);
    *disk = (struct diskfile){.fd = -1};
}
