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

#endif
