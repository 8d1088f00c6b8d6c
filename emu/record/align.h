/*
 * align.h - two sequences of keys, aligned so that as few as possible stand
 * alone (Myers, "An O(ND) Difference Algorithm and Its Variations", 1986).
 */
#ifndef SALLYPORT_RECORD_ALIGN_H
#define SALLYPORT_RECORD_ALIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Beyond so many that stand alone the rest is not aligned. */
#define ALIGN_EDITS_MAX 2000

struct aligned {
    size_t *mate;  /* for each of a: its index in b, or SIZE_MAX */
    size_t same;   /* pairs */
    bool given_up; /* too different: what has no mate may have one */
};

/* False: out of memory. mate is malloc'ed (free it). */
bool align(const uint64_t *a, size_t na, const uint64_t *b, size_t nb,
           struct aligned *out);

#endif
