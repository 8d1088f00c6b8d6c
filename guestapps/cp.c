/*
 * cp.c - copies a file to another name, or files into a directory.
 *
 * Watch: the bytes go through this process's buffer: copyout, copyin, copyout,
 * copyin. Compare with `mv`, which only changes a name, and `ln`.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <sallyport/abi.h>
#include "program.h"

#define HOW "cp FROM TO, or cp FILE... DIRECTORY"

static char block[4096];

static int copy_bytes(int from, int to, const char *from_name,
                      const char *to_name)
{
    ssize_t n;
    while ((n = read(from, block, sizeof block)) > 0)
        for (ssize_t done = 0; done < n;) {
            ssize_t written = write(to, block + done, (size_t)(n - done));
            if (written < 0)
                return complain("cp", to_name);
            done += written;
        }
    return n == 0 ? 0 : complain("cp", from_name);
}

static int copy_open(int from, const char *from_name, const char *to_name)
{
    struct stat source, target;
    if (fstat(from, &source) != 0)
        return complain("cp", from_name);
    if (S_ISDIR(source.st_mode)) {
        fprintf(stderr, "cp: %s: is a directory, not copied\n", from_name);
        return 1;
    }
    if (stat(to_name, &target) == 0 && target.st_dev == source.st_dev &&
        target.st_ino == source.st_ino) {
        fprintf(stderr, "cp: %s and %s are the same file\n", from_name,
                to_name);
        return 1;
    }
    int to = open(to_name, O_WRONLY | O_CREAT | O_TRUNC, source.st_mode & 0777);
    if (to < 0)
        return complain("cp", to_name);
    int status = copy_bytes(from, to, from_name, to_name);
    if (close(to) != 0)
        status = complain("cp", to_name);
    return status;
}

static int copy_file(const char *from_name, const char *to_name)
{
    int from = open(from_name, O_RDONLY);
    if (from < 0)
        return complain("cp", from_name);
    int status = copy_open(from, from_name, to_name);
    close(from);
    return status;
}

/* Copies into a directory, under the last part of the name. */
static int copy_into(const char *from_name, const char *directory)
{
    char to_name[SALLYPORT_PATH_MAX];
    const char *slash = strrchr(from_name, '/');
    const char *base = slash == NULL ? from_name : slash + 1;
    if (snprintf(to_name, sizeof to_name, "%s/%s", directory, base) >=
        (int)sizeof to_name) {
        errno = ENAMETOOLONG;
        return complain("cp", from_name);
    }
    return copy_file(from_name, to_name);
}

int main(int argc, char **argv)
{
    if (next_option(argc, argv, "+") != -1 || argc - optind < 2)
        return usage(HOW);
    const char *last = argv[argc - 1];
    struct stat st;
    if (stat(last, &st) != 0 || !S_ISDIR(st.st_mode)) {
        if (argc - optind == 2)
            return copy_file(argv[optind], last);
        errno = ENOTDIR;
        return complain("cp", last);
    }
    int status = 0;
    for (int i = optind; i < argc - 1; i++)
        status |= copy_into(argv[i], last);
    return status;
}
