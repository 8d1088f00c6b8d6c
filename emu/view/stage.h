/*
 * stage.h - fills a scene from a machine and its tracker. Listens while the
 * guest runs (who had the hart when, the console, the user's registers at each
 * trap) and looks, without changing anything, when a scene is asked for.
 *
 *     struct stage *st = stage_create(&desc);
 *     stage_mark(st);  ...the guest moves...
 *     stage_fill(st, &want, &scene);
 */
#ifndef SALLYPORT_STAGE_H
#define SALLYPORT_STAGE_H

#include "../record/history.h"
#include "scene.h"

struct stage;
struct breaks;

struct stage_desc {
    struct machine *machine;
    struct tracker *tracker;
    struct sources *sources;
    struct history *history; /* that runs the machine; NULL: nobody goes back */
    const char *program;     /* for titles; "" allowed */
};
/* NULL when memory is short. Create it before the guest runs. */
struct stage *stage_create(const struct stage_desc *desc);
void stage_destroy(struct stage *st);

/* From here on, a register that differs from now is "changed". */
void stage_mark(struct stage *st);

struct stage_want {
    enum scene_run run;
    const char *how;    /* for ENDED, DEAD, WAITING: one line; else NULL */
    const char *notice; /* an error to tell in place, or NULL */
    const struct breaks *breaks; /* to show; may be NULL */
    uint64_t selected;           /* crossing number, 0: none */
    bool has_va;
    uint64_t va; /* the address looked at */
};
void stage_fill(struct stage *st, const struct stage_want *want,
                struct scene *scene);

/* ---- Going back ---- */
/* The last scene could not tell a program's registers at this moment, that of
 * a trap: they are known once the machine has taken it again. */
bool stage_lacks(const struct stage *st, struct moment *at);
/* After a branch was begun or taken up: what was seen of a future is not this
 * branch's. */
void stage_branch_changed(struct stage *st);
/* These bytes were typed, in this branch (history.h's number). */
void stage_typed(struct stage *st, size_t branch, const char *bytes, size_t n);

/* What the find field's text means: "#12", "pid 4", "0x40000ff9", "copyin",
 * "@1204000". */
struct stage_found {
    enum { FOUND_CROSSING, FOUND_PID, FOUND_ADDRESS, FOUND_CLOCK } what;
    uint64_t value;
};
/* False, with one line in why, if nothing is found. */
bool stage_find(struct stage *st, const char *text, struct stage_found *out,
                char *why, size_t why_bytes);

#endif
