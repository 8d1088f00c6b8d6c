/*
 * feed.h - where a headless run's console input comes from: a script, a
 * terminal, another stdin, or nowhere (runner.h has the rules). Only for
 * runner.c.
 */
#ifndef SALLYPORT_FEED_H
#define SALLYPORT_FEED_H

#include "../machine/machine.h"
#include "script.h"

enum feed_kind { FEED_NOTHING, FEED_SCRIPT, FEED_TERMINAL, FEED_PIPE };

struct feed {
    enum feed_kind kind;
    struct machine *machine;
    struct script *script;
    bool left;   /* Ctrl-A x was typed */
    bool ctrl_a; /* Ctrl-A was the last key */
    /* PIPE: what was read and not yet given to the guest. */
    uint8_t buffer[4096];
    size_t next, have;
    uint64_t user_traps;         /* traps out of programs so far */
    uint64_t user_traps_at_wait; /* ... when time was last skipped */
    unsigned fruitless;          /* skips since a program has last trapped */
    unsigned patience;           /* skips that are left */
    unsigned polling_waits;      /* waits for a guest that polls, left */
};

/* stdin is used as it is; script may be NULL. */
void feed_open(struct feed *f, struct machine *machine, struct script *script,
               bool use_stdin);
void feed_close(struct feed *f);
/* Before each stretch: gives what there is without waiting. Returns the clock
 * until which the machine may run. */
uint64_t feed_advance(struct feed *f);
/* The machine came back with MACHINE_WANTS_INPUT: waits for input or lets
 * guest time pass. False: neither can be (a script that has nothing more). */
bool feed_wait(struct feed *f, uint64_t deadline);

#endif
