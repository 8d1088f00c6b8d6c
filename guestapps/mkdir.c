/*
 * mkdir.c - makes directories; -p: with those on the way, none an error if it
 * is there already.
 *
 * Watch: `mkdir -p a/b/c`: three calls, each with one copyinstr of one more
 * part of the same string.
 */
#include <sys/stat.h>
#include <unistd.h>
#include "program.h"

static int is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Makes path up to `end` (a slash or the NUL), leaving what is there. */
static int make_if_missing(char *path, char *end)
{
    char saved = *end;
    *end = '\0';
    int failed = mkdir(path, 0777) != 0;
    if (failed && errno == EEXIST) {
        failed = !is_directory(path);
        errno = EEXIST;
    }
    if (failed)
        complain("mkdir", path);
    *end = saved;
    return failed;
}

static int make_with_parents(char *path)
{
    char *end = path;
    do {
        end += strspn(end, "/");
        end += strcspn(end, "/");
        if (make_if_missing(path, end))
            return 1;
    } while (*end != '\0');
    return 0;
}

int main(int argc, char **argv)
{
    int option, parents = 0, status = 0;
    while ((option = next_option(argc, argv, "+p")) != -1) {
        if (option != 'p')
            return usage("mkdir [-p] DIRECTORY...");
        parents = 1;
    }
    if (optind == argc)
        return usage("mkdir [-p] DIRECTORY...");
    for (int i = optind; i < argc; i++) {
        if (parents)
            status |= make_with_parents(argv[i]);
        else if (mkdir(argv[i], 0777) != 0)
            status = complain("mkdir", argv[i]);
    }
    return status;
}
