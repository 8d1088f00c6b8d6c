/*
 * as.c - runs a program as another user: `as 7 sysctl kern.hostname=mine`.
 *
 * Only root may: the kernel has no passwords, so there is no way back up. The
 * group goes first, for after setuid it could not be changed any more.
 *
 * Watch: setgid, setuid, then execve: the new program keeps the ids. What it
 * may not do any more returns EPERM: setting root's variables, signals to
 * other users' processes. Files are open to everybody.
 */
#include <stdlib.h>
#include "program.h"

#define ID_MAX     65535
#define CANNOT_RUN 126 /* as a shell's $? has it */
#define NOT_FOUND  127

int main(int argc, char **argv)
{
    char *end = argv[argc > 1];
    long id = argc > 1 ? strtol(argv[1], &end, 10) : -1;
    if (argc < 3 || *argv[1] == '\0' || *end != '\0' || id < 0 || id > ID_MAX)
        return usage("as UID PROGRAM [ARGUMENT]...");
    if (setgid((gid_t)id) != 0 || setuid((uid_t)id) != 0)
        return complain("as", argv[1]);
    execvp(argv[2], argv + 2);
    int missing = errno == ENOENT;
    complain("as", argv[2]);
    return missing ? NOT_FOUND : CANNOT_RUN;
}
