/*
 * history_internal.h - the inside of history, shared by the history*.c files:
 *
 *     history.c         beginning, end, questions
 *     history_keep.c    which snapshots are kept, and which forgotten
 *     history_branch.c  what came from outside, and the futures there are
 *     history_run.c     forwards
 *     history_go.c      to another moment
 *     history_find.c    to a moment of which one knows what happens there
 */
#ifndef SALLYPORT_HISTORY_INTERNAL_H
#define SALLYPORT_HISTORY_INTERNAL_H

#include "history.h"

#include "../machine/past.h"

/* Runs beside machine_past's list, by the same numbers. */
struct keep {
    struct tracker_kept *tracked; /* NULL: no tracker */
    size_t arrivals;              /* how many had come */
    uint64_t executed;
    bool near;
};

/* Bytes that came from outside; branches share them. */
struct given {
    struct given *next;
    uint8_t bytes[];
};

struct branch {
    size_t parent;
    struct moment fork, newest;
    struct arrival *arrival; /* all of them, the parent's included */
    size_t arrivals, room;
};

struct history {
    struct machine *machine;
    struct tracker *tracker;
    struct machine_past *past;
    struct keep *keep;
    size_t keep_room;
    struct given *given;
    struct branch *branch;
    size_t branches, branch_room, current;
    size_t arrived; /* how many arrivals the machine has been given */
    /* To where the current branch has been run; what is later is known from a
     * recording, or from before another branch was taken up. */
    struct moment seen;
    size_t memory, tracked_bytes;
    uint64_t every;
    bool pace, ask;
    bool diverged;
    /* A search: the last hit that is earlier than limit. */
    bool searching, any_hit;
    struct moment limit, hit;
};

/* ---- history.c ---- */
uint64_t history_executed(const struct history *h);
struct moment history_moment_of(const struct history *h, size_t snapshot);
/* The last snapshot not later than `to`. */
size_t history_snapshot_before(const struct history *h, struct moment to);

/* ---- history_keep.c ---- */
/* Keeps the present moment. False: no memory, it is simply not kept. */
bool history_keep(struct history *h, bool near);
void history_keep_near(struct history *h);
/* ... if it is the turn of one. */
void history_keep_if_due(struct history *h);
/* When that is next, as a clock if nothing idles before. */
uint64_t history_keep_due(const struct history *h);
/* The tracker's part of going from snapshot to snapshot. */
void history_move_tracker(struct history *h, size_t from, size_t to);
/* Forgets all snapshots behind the one at which the machine stands. */
void history_keep_cut(struct history *h);

/* ---- history_branch.c ---- */
struct branch *history_current(const struct history *h);
bool history_branch_first(struct history *h);
void history_branches_free(struct history *h);
/* Gives the machine what came at the present moment. */
void history_arrive(struct history *h);

/* ---- history_run.c ---- */
/* Who is asked and who hears of what happens, at the present moment. */
void history_set_mode(struct history *h);
/* What is due in the past before the hart goes on. */
void history_settle(struct history *h);
/* In the past, forwards to a moment that exists. False: it is not there. */
bool history_run_to(struct history *h, struct moment to);
/* The hart waits: to where it began to, in no more time than running takes. */
void history_to_wait(struct history *h);

/* ---- history_go.c ---- */
void history_restore(struct history *h, size_t snapshot);
/* To a moment that exists. False: it does not; then it stands elsewhere. */
bool history_reach(struct history *h, struct moment to);
/* Keeps snapshots shortly before a moment, unless there are some. */
void history_come_near(struct history *h, struct moment to);

#endif
