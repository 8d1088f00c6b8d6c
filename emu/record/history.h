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
 * running repeats what was. Input given there begins a new branch; the old
 * future is kept as a branch that can be taken up again.
 *
 * The tracker's listeners hear of everything once, when it is run for the first
 * time. Where another branch begins or is taken up, what they heard of after
 * the fork is no longer; what is there instead they hear when it is run.
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
    size_t memory;           /* bytes of snapshots at most; 0: 400 MiB */
    uint64_t
        every; /* instructions from snapshot to snapshot, or more; 0: 2^18 */
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
/* A stretch that ran again did not come out as the first time, or the run never
 * comes to where a loaded future says it does: a fault of ours, or of the file
 * that was loaded; to be told. */
bool history_diverged(const struct history *h);
size_t history_bytes(const struct history *h);     /* memory, about */
size_t history_snapshots(const struct history *h); /* kept now */
/* machine_hash, quickly; see machine_past_hash. */
uint64_t history_hash(const struct history *h);

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

/* ---- What came from outside ---- */
struct arrival {
    struct moment at;
    const uint8_t *bytes; /* NULL: the end of the input */
    size_t n;
    bool piped;
};
/* Directly after history_begin: a future that is known, from a recording,
 * though it was not run yet; running and going lead there. Copies what it is
 * given. False: there is a history already, or the moments are not in order. */
bool history_load(struct history *h, const struct arrival *a, size_t n,
                  struct moment newest);
/* Of the current branch from its beginning, future ones included. Good until
 * the next input. */
const struct arrival *history_arrivals(const struct history *h, size_t *n);

/* ---- Branches ---- by number; 0 is the first */
struct branch_info {
    size_t number, parent;
    struct moment fork; /* where it left its parent */
    struct moment newest;
    bool current;
};
size_t history_branch_count(const struct history *h);
/* False: there is no such branch. */
bool history_branch(const struct history *h, size_t i, struct branch_info *out);
/* Takes up that branch's future, and goes to where it parts from the current
 * one's; nothing, if it is the current one. False: there is no such branch. */
bool history_switch(struct history *h, size_t branch);

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

/* Calls visit at every moment from `from` (or the next later one; if the hart
 * waits then, from the wait's beginning) up to `to`, in order of time, by
 * stepping; it may look, not run. False from visit ends it. Afterwards the
 * present moment is where it ended. */
typedef bool history_visit(void *ctx, struct moment at);
bool history_walk(struct history *h, struct moment from, struct moment to,
                  history_visit *visit, void *ctx);

/* ---- Searching backwards ----
 * From now, stretch by stretch, `arm` is called before a stretch is run again
 * and `disarm` after it. What is armed (cpu_watch, an observer ...) calls
 * history_hit when the thing happens; the state is then the one before the
 * instruction. go_on (may be NULL) is asked between stretches. */
struct history_search {
    void *ctx;
    void (*arm)(void *ctx);
    void (*disarm)(void *ctx);
    bool (*go_on)(void *ctx);
};
/* To the last hit before now. False: there is none, or go_on did not want to;
 * the present moment is unchanged. */
bool history_search_back(struct history *h, const struct history_search *s);
void history_hit(struct history *h);
/* To just before the last write of any of n bytes at this physical address, by
 * the hart or by a device. False: there was none, unchanged. */
bool history_last_write(struct history *h, uint64_t pa, size_t n);

#endif
