/*
 * history_log.h - what is known of a run that goes forward for the first time:
 * moments and hashes, to be found again later.
 */
#ifndef SALLYPORT_TESTS_HISTORY_LOG_H
#define SALLYPORT_TESTS_HISTORY_LOG_H

#include "history_fixture.h"

#define DENSE     700 /* steps in a stretch of which every moment is known */
#define KNOWN_MAX 60000

struct known {
    struct moment at;
    uint64_t machine, tracker; /* hashes; 0: not taken */
    bool waits;                /* perhaps amid a wait, where no step ends */
};

/* Of one branch. */
struct log {
    struct trip *t;
    uint64_t seed;       /* as it was given */
    struct known *known; /* in order of time */
    size_t count;
};

static inline uint64_t next_random(struct trip *t)
{
    t->seed ^= t->seed << 13;
    t->seed ^= t->seed >> 7;
    t->seed ^= t->seed << 17;
    return t->seed;
}

static inline struct log *log_new(struct trip *t, uint64_t seed)
{
    struct log *l = calloc(1, sizeof *l);
    l->known = calloc(KNOWN_MAX, sizeof *l->known);
    l->t = t;
    l->seed = seed;
    return l;
}

static inline void log_free(struct log *l)
{
    free(l->known);
    free(l);
}

/* From the pages written since the last snapshot; one in sixteen is compared
 * with that of all of RAM. */
static inline uint64_t hash_here(struct trip *t)
{
    uint64_t hash = history_hash(t->h);
    if (next_random(t) % 16 == 0)
        assert_true(machine_hash(t->r->m) == hash);
    return hash;
}

/* ---- The first time ---- */

static inline void note(struct log *l, bool hashes)
{
    struct known k = {.at = history_now(l->t->h),
                      .waits = machine_waits(l->t->r->m)};
    if (l->count > 0 && moment_compare(l->known[l->count - 1].at, k.at) == 0)
        l->count--; /* what was typed there belongs to that moment */
    assert_true(l->count < KNOWN_MAX);
    if (hashes) {
        k.machine = hash_here(l->t);
        k.tracker = tracker_hash(l->t->r->t);
    }
    l->known[l->count++] = k;
}

static inline void dense_stretch(struct log *l)
{
    struct machine_stop stop;
    for (unsigned i = 0; i < DENSE; i++) {
        history_step(l->t->h, &stop);
        note(l, i % 16 == 0);
        if (stop.reason != MACHINE_LIMIT)
            return;
    }
}

/* ---- Again ---- */

/* The first known moment at or after this one. */
static inline size_t find(const struct log *l, struct moment at)
{
    size_t low = 0, high = l->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (moment_compare(l->known[middle].at, at) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* True: this moment was known, and is the same. */
static inline bool check_here(struct log *l, const char *how)
{
    struct moment now = history_now(l->t->h);
    size_t i = find(l, now);
    if (i == l->count || moment_compare(l->known[i].at, now) != 0 ||
        l->known[i].machine == 0)
        return false;
    if (hash_here(l->t) != l->known[i].machine)
        fail_msg("seed 0x%lx: %s: another machine at clock %lu trap %lu",
                 (unsigned long)l->seed, how, (unsigned long)now.clock,
                 (unsigned long)now.traps);
    if (tracker_hash(l->t->r->t) != l->known[i].tracker)
        fail_msg("seed 0x%lx: %s: another story at clock %lu trap %lu",
                 (unsigned long)l->seed, how, (unsigned long)now.clock,
                 (unsigned long)now.traps);
    return true;
}

static inline void go_somewhere(struct log *l)
{
    size_t i = next_random(l->t) % l->count;
    assert_true(history_goto(l->t->h, l->known[i].at));
    assert_int_equal(moment_compare(history_now(l->t->h), l->known[i].at), 0);
}

#endif
