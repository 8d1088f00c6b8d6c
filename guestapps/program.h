/*
 * program.h - how the programs of this folder complain: one line on stderr,
 * `NAME: WHAT: WHY`, and an exit status of 1; a usage line and 2 for options
 * that are wrong.
 */
#ifndef GUESTAPPS_PROGRAM_H
#define GUESTAPPS_PROGRAM_H

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Says why a system call on `what` failed (errno). Returns 1. */
static inline int complain(const char *program, const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", program, what, strerror(errno));
    return 1;
}

/* Says how the program is called. Returns 2. */
static inline int usage(const char *how)
{
    fprintf(stderr, "usage: %s\n", how);
    return 2;
}

/* getopt without messages of its own. Options end at the first argument that
 * is none ("+"), as POSIX wants. */
static inline int next_option(int argc, char **argv, const char *letters)
{
    opterr = 0;
    return getopt(argc, argv, letters);
}

#endif
