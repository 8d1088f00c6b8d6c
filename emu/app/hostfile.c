/*
 * hostfile.c - see hostfile.h.
 */
#include "hostfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_CAPACITY ((size_t)1 << 16)

static int cannot(const char *path, struct complaint *why)
{
    return complain(why, APP_UNUSABLE, "%s: %s", path, strerror(errno));
}

/* How much is read of what cannot say its size (a pipe, a device). */
#define STREAM_MAX ((size_t)64 << 20)

/* A regular file's size is known, which saves the growing; anything else
 * grows by doubling, up to a bound of its own: it may have no end. */
static size_t first_capacity(int fd, size_t *max)
{
    struct stat st;
    bool regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    *max = regular ? HOSTFILE_MAX : STREAM_MAX;
    if (!regular)
        return FIRST_CAPACITY;
    return (size_t)st.st_size < HOSTFILE_MAX ? (size_t)st.st_size + 2
                                             : HOSTFILE_MAX + 2;
}

/* Room for at least one byte more and the NUL. */
static void make_room(struct blob *b, size_t *capacity)
{
    if (b->size + 1 < *capacity)
        return;
    *capacity *= 2;
    uint8_t *grown = realloc(b->bytes, *capacity);
    if (grown == NULL)
        free(b->bytes);
    b->bytes = grown;
}

static int read_all(int fd, const char *path, struct blob *out,
                    struct complaint *why)
{
    size_t max, capacity = first_capacity(fd, &max);
    out->bytes = malloc(capacity);
    out->size = 0;
    while (out->bytes != NULL && out->size <= max) {
        ssize_t got =
            read(fd, out->bytes + out->size, capacity - out->size - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return cannot(path, why);
        out->size += (size_t)got;
        out->bytes[out->size] = '\0';
        if (got == 0)
            return 0;
        make_room(out, &capacity);
    }
    if (out->bytes == NULL)
        return complain(why, APP_UNUSABLE, "%s: no memory for it", path);
    return complain(why, APP_UNUSABLE, "%s: larger than %zu MiB", path,
                    max >> 20);
}

int hostfile_read(const char *path, struct blob *out, struct complaint *why)
{
    *out = (struct blob){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return cannot(path, why);
    int status = read_all(fd, path, out, why);
    close(fd);
    if (status != 0)
        blob_free(out);
    return status;
}

int hostfile_read_text(const char *path, struct blob *out,
                       struct complaint *why)
{
    int status = hostfile_read(path, out, why);
    if (status != 0)
        return status;
    size_t length = strlen((const char *)out->bytes);
    if (length == out->size)
        return 0;
    blob_free(out);
    return complain(why, APP_UNUSABLE, "%s: no text: a NUL byte at offset %zu",
                    path, length);
}

int hostfile_write(const char *path, const void *bytes, size_t n, unsigned mode,
                   struct complaint *why)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return cannot(path, why);
    const uint8_t *from = bytes;
    while (n > 0) {
        ssize_t put = write(fd, from, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0) {
            int status = cannot(path, why);
            close(fd);
            return status;
        }
        from += put;
        n -= (size_t)put;
    }
    /* close reports what a full or remote disk refused late. */
    return close(fd) == 0 ? 0 : cannot(path, why);
}

bool hostfile_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static char *join(const char *directory, const char *name)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", directory, name) < 0)
        abort();
    return path;
}

char *hostfile_guest_path(const char *name)
{
    const char *directory = getenv("SALLYPORT_GUEST");
    if (directory != NULL && directory[0] != '\0')
        return join(directory, name);
    char executable[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", executable, sizeof executable - 1);
    executable[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(executable, '/');
    if (slash != NULL)
        *slash = '\0';
    char *guest = join(slash != NULL ? executable : ".", "guest");
    char *path = join(guest, name);
    free(guest);
    return path;
}

const char *hostfile_basename(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

void blob_free(struct blob *blob)
{
    free(blob->bytes);
    *blob = (struct blob){0};
}
