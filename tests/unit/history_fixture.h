/*
 * history_fixture.h - what the tests of going back share: our kernel with a
 * shell and a disk, run through a history, and hashes of all there is to see.
 */
#ifndef SALLYPORT_TESTS_HISTORY_FIXTURE_H
#define SALLYPORT_TESTS_HISTORY_FIXTURE_H

#include "crossing_fixture.h"

#include "../../emu/record/history.h"

#include <stdio.h>

#define DISK_BYTES (64u << 10)

struct trip {
    struct run *r;
    struct history *h;
    uint8_t *disk;
    uint64_t seed;
};

/* ---- What the tracker says ---- */

static inline uint64_t mix(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++)
        hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
    return hash;
}

static inline uint64_t mix_crossing(const struct tracker *t, uint64_t hash,
                                    uint64_t number)
{
    char text[1024];
    const struct crossing *c = tracker_crossing(t, number);
    crossing_describe(t, c, text, sizeof text);
    hash = mix(hash, text);
    crossing_result(t, c, text, sizeof text);
    hash = mix(hash, text);
    snprintf(text, sizeof text,
             "%lu %d %s %d %lu %lu %lu %lu %lu %zu %zu %zu %lu %lu %lu %lu",
             (unsigned long)c->number, c->pid, c->process, (int)c->outcome,
             (unsigned long)c->clock_in, (unsigned long)c->clock_out,
             (unsigned long)c->own_insns, (unsigned long)c->satp_writes,
             (unsigned long)c->fences, c->transfers, c->mappings, c->links,
             (unsigned long)c->bytes_in, (unsigned long)c->bytes_out,
             (unsigned long)c->block_count, (unsigned long)c->woken_by);
    return mix(hash, text);
}

/* The newest crossings, all processes, and every 97th crossing before. */
static inline uint64_t tracker_hash(const struct tracker *t)
{
    uint64_t hash = tracker_count(t), count = tracker_count(t);
    char text[400];
    for (uint64_t n = count; n > 0 && n + 12 > count; n--)
        hash = mix_crossing(t, hash, n);
    for (uint64_t n = 1; n <= count; n += 97)
        hash = mix_crossing(t, hash, n);
    for (size_t i = 0; i < tracker_processes(t); i++) {
        const struct process *p = tracker_process_at(t, i);
        snprintf(text, sizeof text, "%d %d %s %s %d %s %lu %lu %lu %lu %lu",
                 p->pid, p->parent, p->name, p->path, (int)p->state,
                 p->blocked_on, (unsigned long)p->crossings,
                 (unsigned long)p->own_insns, (unsigned long)p->user_insns,
                 (unsigned long)p->open, (unsigned long)p->root);
        hash = mix(hash, text);
    }
    snprintf(text, sizeof text, "%lu %d",
             (unsigned long)tracker_kernel_insns(t), tracker_current_pid(t));
    return mix(hash, text);
}

/* ---- Beginning and end ---- */

static inline struct trip *start_every(const char *bootpage, uint64_t every,
                                       size_t memory)
{
    struct trip *t = calloc(1, sizeof *t);
    char why[200] = "";
    t->disk = calloc(1, DISK_BYTES);
    t->r = run_start_disk(take_file(GUEST_DIR "/kernel/kernel.elf"),
                          take_file(GUEST_DIR "/apps/initrd.tar"), bootpage,
                          true, t->disk, DISK_BYTES);
    struct history_desc d = {.machine = t->r->m,
                             .tracker = t->r->t,
                             .every = every,
                             .memory = memory};
    t->h = history_begin(&d, why, sizeof why);
    if (t->h == NULL)
        fail_msg("%s", why);
    return t;
}

/* More snapshots than usual: less to run again for each position. */
static inline struct trip *start(void)
{
    return start_every("ram=48\narg=sh\n", 1 << 14, 0);
}

static inline void drop(struct trip *t)
{
    history_end(t->h);
    run_free(t->r);
    free(t->disk);
    free(t);
}

static inline void finish(struct trip *t)
{
    assert_false(history_diverged(t->h));
    drop(t);
}

static inline void run_on(struct trip *t, uint64_t clocks)
{
    struct machine_stop stop;
    uint64_t until = machine_clock(t->r->m) + clocks;
    history_run(t->h, until, &stop);
    if (stop.reason == MACHINE_WANTS_INPUT && stop.deadline == UINT64_MAX)
        history_idle(t->h, until); /* nobody types for a while */
}

static inline void type(struct trip *t, const char *text)
{
    history_input(t->h, (const uint8_t *)text, strlen(text), false);
}

struct seen {
    uint64_t machine, tracker;
};

static inline struct seen seen_now(const struct trip *t)
{
    return (struct seen){machine_hash(t->r->m), tracker_hash(t->r->t)};
}

static inline void same(struct seen a, struct seen b)
{
    assert_true(a.machine == b.machine);
    assert_true(a.tracker == b.tracker);
}

#endif
