/*
 * backtrace.h - who called whom, by libdw's unwinder over guest memory.
 */
#ifndef SALLYPORT_BACKTRACE_H
#define SALLYPORT_BACKTRACE_H

#include "sv39.h"
#include "symbols.h"

struct frame {
    uint64_t pc, cfa;
    const char *function; /* the image's, or NULL */
    uint64_t offset;      /* pc - function's start */
    const char *file;     /* or NULL */
    unsigned line;
};
/* Unwinds from pc and x (32 registers) in the space of root (0: physical).
 * Returns the number of frames, at least 1 if max is. */
size_t backtrace(struct machine *m, uint64_t root, const struct symbols *s,
                 uint64_t pc, const uint64_t x[32], struct frame *frame,
                 size_t max);

#endif
