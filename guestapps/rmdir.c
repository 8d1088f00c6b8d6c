/*
 * rmdir.c - removes empty directories.
 *
 * Watch: a refusal. `rmdir /bin` fails with ENOTEMPTY: the kernel looked, and
 * changed nothing. The program only reports what it was told.
 */
#include <unistd.h>
#include "program.h"

int main(int argc, char **argv)
{
    if (next_option(argc, argv, "+") != -1 || optind == argc)
        return usage("rmdir DIRECTORY...");
    int status = 0;
    for (int i = optind; i < argc; i++)
        if (rmdir(argv[i]) != 0)
            status = complain("rmdir", argv[i]);
    return status;
}
