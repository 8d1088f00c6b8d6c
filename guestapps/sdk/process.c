/*
 * process.c - the rest of the process calls, made from execve and waitpid.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <sallyport/abi.h>
#include <sallyport/calls.h>

#define EXECL_ARGS_MAX 64

/* mach.c's, if the program uses it: the child has no port rights. */
void __mach_forked(void) __attribute__((weak));

pid_t fork(void)
{
    pid_t pid = __fork();
    if (pid == 0 && __mach_forked)
        __mach_forked();
    return pid;
}

/* The effective ids are the only ones. */
uid_t geteuid(void)
{
    return getuid();
}

gid_t getegid(void)
{
    return getgid();
}

pid_t wait(int *status)
{
    return waitpid(-1, status, 0);
}

int execv(const char *path, char *const argv[])
{
    return execve(path, argv, environ);
}

/* Tries DIRECTORY/file, where directory is the first n bytes of dir (none:
 * the current one). Returns only if that fails; errno says why. */
static void try_in(const char *dir, size_t n, const char *file,
                   char *const argv[])
{
    char path[SALLYPORT_PATH_MAX];
    size_t file_bytes = strlen(file) + 1;
    if (n + 1 + file_bytes > sizeof path) {
        errno = ENAMETOOLONG;
        return;
    }
    memcpy(path, dir, n);
    if (n > 0)
        path[n++] = '/';
    memcpy(path + n, file, file_bytes);
    execve(path, argv, environ);
}

/* As POSIX has it: every directory of PATH in turn; a file that is there but
 * may not be run is remembered in case no better one follows. */
int execvp(const char *file, char *const argv[])
{
    if (strchr(file, '/') != NULL)
        return execve(file, argv, environ);
    const char *path = getenv("PATH");
    if (path == NULL)
        path = "/bin";
    int worst = ENOENT;
    for (;;) {
        size_t n = strcspn(path, ":");
        try_in(path, n, file, argv);
        if (errno == EACCES)
            worst = EACCES;
        else if (errno != ENOENT && errno != ENOTDIR)
            return -1;
        if (path[n] == '\0')
            break;
        path += n + 1;
    }
    errno = worst;
    return -1;
}

static int execl_list(const char *file, bool search, const char *arg,
                      va_list list)
{
    const char *argv[EXECL_ARGS_MAX + 1] = {arg};
    for (int n = 0; argv[n] != NULL;) {
        if (++n > EXECL_ARGS_MAX) {
            errno = E2BIG;
            return -1;
        }
        argv[n] = va_arg(list, const char *);
    }
    char *const *args = (char *const *)argv;
    return search ? execvp(file, args) : execv(file, args);
}

int execl(const char *path, const char *arg, ...)
{
    va_list list;
    va_start(list, arg);
    int result = execl_list(path, false, arg, list);
    va_end(list);
    return result;
}

int execlp(const char *file, const char *arg, ...)
{
    va_list list;
    va_start(list, arg);
    int result = execl_list(file, true, arg, list);
    va_end(list);
    return result;
}
