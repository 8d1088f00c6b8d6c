/*
 * mv.c - renames a file, or moves files into a directory.
 *
 * Watch: one rename call, two copyinstr, and not a byte of the file moves.
 */
#include <sys/stat.h>
#include <unistd.h>
#include <sallyport/abi.h>
#include "program.h"

#define HOW "mv FROM TO, or mv FILE... DIRECTORY"

static int move(const char *from, const char *to)
{
    return rename(from, to) == 0 ? 0 : complain("mv", from);
}

/* Moves into a directory, keeping the last part of the name. */
static int move_into(char *from, const char *directory)
{
    char to[SALLYPORT_PATH_MAX];
    size_t n = strlen(from);
    while (n > 1 && from[n - 1] == '/')
        from[--n] = '\0';
    const char *slash = strrchr(from, '/');
    const char *base = slash == NULL || slash[1] == '\0' ? from : slash + 1;
    if (snprintf(to, sizeof to, "%s/%s", directory, base) >= (int)sizeof to) {
        errno = ENAMETOOLONG;
        return complain("mv", from);
    }
    return move(from, to);
}

int main(int argc, char **argv)
{
    if (next_option(argc, argv, "+") != -1 || argc - optind < 2)
        return usage(HOW);
    const char *last = argv[argc - 1];
    struct stat st;
    if (stat(last, &st) != 0 || !S_ISDIR(st.st_mode)) {
        if (argc - optind == 2)
            return move(argv[optind], last);
        errno = ENOTDIR;
        return complain("mv", last);
    }
    int status = 0;
    for (int i = optind; i < argc - 1; i++)
        status |= move_into(argv[i], last);
    return status;
}
