/*
 * ln.c - gives a file a second name. There are no symbolic links.
 *
 * Watch: `ls -l` before and after: the link count, not a copy, changes.
 */
#include <unistd.h>
#include "program.h"

int main(int argc, char **argv)
{
    if (next_option(argc, argv, "+") != -1 || argc - optind != 2)
        return usage("ln FILE NEW-NAME");
    if (link(argv[optind], argv[optind + 1]) == 0)
        return 0;
    int error = errno;
    if (access(argv[optind], F_OK) != 0)
        return complain("ln", argv[optind]);
    errno = error;
    return complain("ln", argv[optind + 1]);
}
