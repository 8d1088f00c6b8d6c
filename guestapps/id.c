/*
 * id.c - who runs this: the process's user and group, and the same by
 * effective ids, of which this kernel has no others.
 *
 * Watch: two of the smallest crossings there are; `as 7 id` shows them give
 * other answers after one setuid.
 */
#include "program.h"

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return usage("id");
    printf("uid=%u gid=%u\n", (unsigned)getuid(), (unsigned)getgid());
    return 0;
}
