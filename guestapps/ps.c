/*
 * ps.c - lists the processes.
 *
 * Watch: one getprocs call: the kernel writes its list of processes into this
 * program's array by copyout, and the array's pages, until then untouched, are
 * mapped for it on the way.
 */
#include <sallyport/calls.h>
#include "program.h"

static const char *state_word(char state)
{
    switch (state) {
    case 'R':
        return "runs";
    case 'S':
        return "sleeps";
    case 'Z':
        return "zombie";
    default:
        return "?";
    }
}

int main(int argc, char **argv)
{
    (void)argv;
    static struct procinfo list[SALLYPORT_PROC_MAX];
    if (argc > 1)
        return usage("ps");
    ssize_t bytes = getprocs(list, sizeof list);
    if (bytes < 0)
        return complain("ps", "list of processes");
    printf("%5s %5s %5s %5s %-6s %5s %8s %s\n", "PID", "PPID", "GROUP", "UID",
           "STATE", "PAGES", "HEAP", "NAME");
    for (size_t i = 0; i < (size_t)bytes / sizeof list[0]; i++)
        printf("%5d %5d %5d %5u %-6s %5u %8u %s\n", (int)list[i].pid,
               (int)list[i].ppid, (int)list[i].pgid, (unsigned)list[i].uid,
               state_word(list[i].state), (unsigned)list[i].pages,
               (unsigned)list[i].heap_bytes, list[i].name);
    return 0;
}
