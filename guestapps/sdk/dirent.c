/*
 * dirent.c - directories by POSIX names, on the getdents call.
 *
 * One crossing fetches as many records as the buffer holds; readdir then hands
 * them out without crossing.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <sallyport/calls.h>

#define DIR_BYTES 2048

struct __dir {
    int fd;
    size_t next, filled; /* bytes of records[] handed out, and valid */
    _Alignas(8) char records[DIR_BYTES];
};

DIR *opendir(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    DIR *dir = malloc(sizeof *dir);
    if (dir == NULL) {
        close(fd);
        errno = ENOMEM;
        return NULL;
    }
    dir->fd = fd;
    dir->next = dir->filled = 0;
    return dir;
}

/* NULL at the end, with errno as it was, and on an error, with errno set. */
struct dirent *readdir(DIR *dir)
{
    if (dir->next == dir->filled) {
        ssize_t n = getdents(dir->fd, dir->records, sizeof dir->records);
        if (n <= 0)
            return NULL;
        dir->next = 0;
        dir->filled = (size_t)n;
    }
    struct dirent *entry = (struct dirent *)(dir->records + dir->next);
    dir->next += entry->d_reclen;
    return entry;
}

void rewinddir(DIR *dir)
{
    lseek(dir->fd, 0, SEEK_SET);
    dir->next = dir->filled = 0;
}

int dirfd(DIR *dir)
{
    return dir->fd;
}

int closedir(DIR *dir)
{
    int fd = dir->fd;
    free(dir);
    return close(fd);
}
