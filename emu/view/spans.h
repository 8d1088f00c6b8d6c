/*
 * spans.h - who had the hart when: the timeline's data. A span is a stretch on
 * one lane: a process in user mode, or the kernel working on a crossing. Built
 * while the guest runs, from the tracker's events; a pyramid of lane sets makes
 * any zoom of a million spans quick to draw.
 *
 * Positions are executed instructions, not the clock: a second of idling would
 * be as wide as a hundred million instructions.
 */
#ifndef SALLYPORT_SPANS_H
#define SALLYPORT_SPANS_H

#include "../crossing/crossing.h"

struct span {
    uint64_t begin, end; /* end UINT64_MAX: still going on */
    uint64_t crossing;   /* kernel: the crossing worked on; user: 0 */
    int pid;             /* of the crossing or of the user code */
    bool kernel;
};

struct spans;
struct spans *spans_create(void);
void spans_destroy(struct spans *s);

/* What an event of the tracker, at this position, means for the lanes. */
void spans_event(struct spans *s, const struct event *event, uint64_t at);
/* The hart enters this lane; the span before it ends there. */
void spans_enter(struct spans *s, uint64_t at, int pid, bool kernel,
                 uint64_t crossing);

/* What is behind this position is forgotten, with all crossings but the first
 * so many: the run goes another way. */
void spans_cut(struct spans *s, uint64_t at, uint64_t crossings);

size_t spans_count(const struct spans *s);
const struct span *spans_at(const struct spans *s, size_t i);
/* Index of the first span that ends behind at (spans_count if none). */
size_t spans_find(const struct spans *s, uint64_t at);
/* Where a crossing opened; false: not known. */
bool spans_crossing(const struct spans *s, uint64_t number, uint64_t *at);
/* The clock when this position is reached, but for the idling right there. */
uint64_t spans_clock(const struct spans *s, uint64_t at);
/* Which lanes have a span in [begin, end): bit 0 the kernel, bit 1 + n the
 * n-th process that appeared (from the 63rd on they share the last bit). */
uint64_t spans_lanes(const struct spans *s, uint64_t begin, uint64_t end);
/* Processes in order of appearance. */
size_t spans_pids(const struct spans *s);
int spans_pid(const struct spans *s, size_t n);
unsigned spans_lane_of(const struct spans *s, int pid);

#endif
