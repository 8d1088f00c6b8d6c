/*
 * file.c - small questions about files that POSIX has as functions of their
 * own and this kernel answers through getcwd, stat and fstat.
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>
#include <sallyport/calls.h>

char *getcwd(char *buf, size_t n)
{
    if (buf == NULL) {
        errno = EINVAL;
        return NULL;
    }
    return __getcwd(buf, n) < 0 ? NULL : buf;
}

/* There is one user, so the owner's permission bits decide. */
int access(const char *path, int mode)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return -1;
    if (((unsigned)st.st_mode >> 6 & (unsigned)mode) == (unsigned)mode)
        return 0;
    errno = EACCES;
    return -1;
}
