/*
 * history.h - any moment of a run can be reached again. History owns the
 * running of a machine: it keeps a snapshot now and then, and what came from
 * outside with the moment at which it came; going back is restoring the
 * snapshot before and running the rest again, which goes the very same way.
 *
 *     struct history_desc d = { .machine = m, .tracker = t };
 *     struct history *h = history_begin(&d, why, sizeof why);
 *     history_run(h, UINT64_MAX, &stop);        as machine_run
 *     history_step_back(h);
 *     history_goto(h, history_crossing(h, 12));
 *     history_run(h, ...);                      forward again, and beyond
 *
 * Between begin and end nobody else may run or restore the machine, nor give
 * it input: the functions of the same names here stand in for the machine's.
 *
 * While the present moment is not the newest, the machine is in the past:
 * running repeats what was. Input given there begins a new branch: what came
 * after is forgotten.
 */
#ifndef SALLYPORT_HISTORY_H
#define SALLYPORT_HISTORY_H

#include "../crossing/crossing.h"

struct history;

/* A point between two steps of the hart. Neither the clock (a trap takes no
 * time) nor the count of traps alone names it. */
struct moment {
    uint64_t clock;
    uint64_t traps; /* taken by the hart so far */
};
/* <0, 0, >0 */
int moment_compare(struct moment a, struct moment b);

struct history_desc {
    struct machine *machine;
    struct tracker *tracker; /* NULL: only the machine goes back */
    size_t memory;           /* bytes of snapshots at most; 0: 448 MiB */
    uint64_t every; /* instructions from snapshot to snapshot; 0: 2^20 */
};

/* Begins at the present moment, behind which nothing can be gone back to.
 * NULL: why says. */
struct history *history_begin(const struct history_desc *desc, char *why,
                              size_t why_bytes);
void history_end(struct history *h);

struct moment history_now(const struct history *h);
struct moment history_first(const struct history *h);
struct moment history_newest(const struct history *h);
bool history_in_past(const struct history *h);
/* A stretch that ran again did not come out as the first time: a fault of ours,
 * to be told. */
bool history_diverged(const struct history *h);
/* How often a branch was begun. */
unsigned history_branches(const struct history *h);
size_t history_bytes(const struct history *h);     /* memory, about */
size_t history_snapshots(const struct history *h); /* kept now */

/* ---- Forwards ---- as machine.h's */
/* In the past it stops, with MACHINE_LIMIT, at the newest moment. */
void history_run(struct history *h, uint64_t until, struct machine_stop *stop);
void history_step(struct history *h, struct machine_stop *stop);
void history_pace_idle(struct history *h, bool on);
void history_ask_input(struct history *h, bool on);
/* In the past: nothing, time is what it was. */
void history_idle(struct history *h, uint64_t until_clock);
/* In the past: begins a branch. */
void history_input(struct history *h, const uint8_t *bytes, size_t n,
                   bool piped);
void history_input_end(struct history *h);

/* ---- Going ----
 * True: there. False: it is before the first moment or behind the newest (or
 * the call names nothing); the present moment is unchanged. */
bool history_goto(struct history *h, struct moment to);
/* To the first moment at this clock; the hart may wait then. */
bool history_goto_clock(struct history *h, uint64_t clock);
/* To the moment before the last step. */
bool history_step_back(struct history *h);
/* Where crossing `number` traps: the instruction of the program is not run
 * yet. Behind the trap it is one step later. */
bool history_goto_crossing(struct history *h, uint64_t number);
/* To the trap of the last crossing that began before now, of this process
 * (pid 0: of any). */
bool history_back_crossing(struct history *h, int pid);

/* Calls visit at every moment from `from` (or the next later one) up to `to`,
 * in order of time, by stepping; it may look, not run. False from visit ends
 * it. Afterwards the present moment is where it ended. */
typedef bool history_visit(void *ctx, struct moment at);
bool history_walk(struct history *h, struct moment from, struct moment to,
                  history_visit *visit, void *ctx);

#endif
