/*
 * runner.h - a headless run from beginning to end: feeds the guest's console,
 * keeps the limits, and says how it ended. run, trace and shot use it; the
 * window has a loop of its own.
 *
 * Where input comes from:
 *
 *     a script    if there is one; stdin is not looked at
 *     a terminal  every key when it is typed; idle time passes as real time
 *     stdin else  read only when the guest waits and nothing else will wake a
 *                 program, one byte at a time: the run depends on the bytes,
 *                 never on when they came. Idle time is skipped.
 *     nothing     end-of-file from the beginning
 *
 * The session of a recording has none of them: what came comes again, and it
 * ends as it ended.
 */
#ifndef SALLYPORT_RUNNER_H
#define SALLYPORT_RUNNER_H

#include "../record/recording.h"
#include "report.h"
#include "session.h"

struct runner_desc {
    struct session *session;
    struct report *report;       /* flushed before every wait */
    struct recording *recording; /* ticks after every stretch; may be NULL */
    bool use_stdin;              /* false: a script or nothing */
    /* The run ends at the event of which this says so. NULL: at none. */
    bool (*until)(void *ctx, const struct event *event);
    void *until_ctx;
};

/* Runs. The verdict's status is also returned; why gets a complaint where the
 * end is Sallyport's and not the guest's. */
int runner_run(const struct runner_desc *desc, struct verdict *verdict,
               struct complaint *why);

/* The whole of `run` and `trace`: session, run, end, in text or JSON. */
int runner_command(const struct options *options, bool trace,
                   struct complaint *why);

/* The whole of `replay`, and of `replay --trace`. */
int runner_replay(const struct options *options, struct complaint *why);

#endif
