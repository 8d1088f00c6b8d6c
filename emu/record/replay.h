/*
 * replay.h - a run again, from its beginning, with what came from outside at
 * the moments at which it came. Unlike history it only goes forwards, and
 * keeps nothing.
 *
 *     struct replay r = { .machine = m, .arrival = a, .arrivals = n };
 *     while (replay_run(&r, newest, n, &stop) == REPLAY_STOPPED) ...
 */
#ifndef SALLYPORT_RECORD_REPLAY_H
#define SALLYPORT_RECORD_REPLAY_H

#include "history.h"

struct replay {
    struct machine *machine; /* at its beginning */
    const struct arrival *arrival;
    size_t arrivals;
    size_t arrived; /* how many the machine has been given */
};

enum replay_result {
    REPLAY_THERE,   /* at the moment */
    REPLAY_STOPPED, /* somebody asked the machine to stop */
    REPLAY_ASTRAY,  /* the run goes another way: the moment never comes */
};

/* Up to that moment, or to its clock if more traps were taken by then; there,
 * only the first `inputs` arrivals are given. */
enum replay_result replay_run(struct replay *r, struct moment to, size_t inputs,
                              struct machine_stop *stop);

#endif
