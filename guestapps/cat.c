/*
 * cat.c - copies files, or standard input, to standard output.
 *
 * Watch: each block crosses twice, out of the kernel by copyout and back by
 * copyin. `cat` alone waits in read: the crossing stays open while others
 * pass, until a line is typed.
 */
#include <fcntl.h>
#include <unistd.h>
#include "program.h"

static char block[4096];

/* Writes all of it, however little each call takes. */
static int write_all(const char *bytes, ssize_t n)
{
    while (n > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, (size_t)n);
        if (written < 0)
            return -1;
        bytes += written;
        n -= written;
    }
    return 0;
}

static int copy(int fd, const char *name)
{
    ssize_t n;
    while ((n = read(fd, block, sizeof block)) > 0)
        if (write_all(block, n) != 0)
            return complain("cat", "standard output");
    return n == 0 ? 0 : complain("cat", name);
}

static int copy_file(const char *name)
{
    if (strcmp(name, "-") == 0)
        return copy(STDIN_FILENO, "standard input");
    int fd = open(name, O_RDONLY);
    if (fd < 0)
        return complain("cat", name);
    int status = copy(fd, name);
    close(fd);
    return status;
}

int main(int argc, char **argv)
{
    int first = 1;
    if (argc > 1 && strcmp(argv[1], "--") == 0)
        first = 2;
    else if (argc > 1 && argv[1][0] == '-' && argv[1][1] != '\0')
        return usage("cat [FILE...]");
    if (first == argc)
        return copy(STDIN_FILENO, "standard input");
    int status = 0;
    for (int i = first; i < argc; i++)
        status |= copy_file(argv[i]);
    return status;
}
