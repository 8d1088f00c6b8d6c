/*
 * test_machine_past.c - going back to any of many snapshots, in any order,
 * gives the very state that was kept: whole-machine hashes are compared.
 *
 * The guest is our kernel with a shell that is fed commands; snapshots are
 * taken forwards, inserted between others on the way, dropped and cut at
 * random. The seed is printed when something differs.
 */
#include "machine_fixture.h"

#include "../../emu/machine/past.h"

#include <stdio.h>

#define SNAPSHOTS 60
#define EVERY     UINT64_C(20011) /* clock */

static const char input[] =
    "forktree 2\npingpong\nls / | wc\ncp /README /x\ncat /x | wc\nps\n"
    "shm\nmapdemo\nforktree 3\ncp /bin/sh /y\nrm /x\n";

static int setup(void **state)
{
    struct board *b = calloc(1, sizeof *b);
    struct machine_desc d = {.ram_mib = PLAT_RAM_MIB_MIN,
                             .bootpage = "ram=48\narg=sh\n",
                             .disk = b->disk,
                             .disk_bytes = sizeof b->disk,
                             .console_out = board_print,
                             .console_ctx = b};
    uint8_t *kernel =
        read_whole(GUEST_DIR "/kernel/kernel.elf", &d.kernel_bytes);
    uint8_t *initrd = read_whole(GUEST_DIR "/apps/initrd.tar", &d.initrd_bytes);
    d.kernel = kernel;
    d.initrd = initrd;
    board_start(b, &d);
    free(kernel);
    free(initrd);
    machine_input(b->m, (const uint8_t *)input, sizeof input - 1, true);
    machine_input_end(b->m);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct board *b = *state;
    machine_destroy(b->m);
    free(b);
    return 0;
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* What each snapshot must be; kept in step with the past's numbering. */
struct want {
    uint64_t hash[4 * SNAPSHOTS];
    size_t count;
};

static void check_at(struct board *b, struct machine_past *p,
                     const struct want *w, size_t i, uint64_t seed)
{
    machine_past_go(p, i);
    assert_int_equal(machine_past_at(p), i);
    assert_int_equal(machine_past_clock(p, i), machine_clock(b->m));
    if (machine_hash(b->m) != w->hash[i])
        fail_msg("seed 0x%lx: another state at snapshot %zu",
                 (unsigned long)seed, i);
}

static void keep(struct board *b, struct machine_past *p, struct want *w)
{
    size_t i = machine_past_keep(p);
    assert_true(i != SIZE_MAX && w->count < 4 * SNAPSHOTS);
    memmove(&w->hash[i + 1], &w->hash[i], (w->count - i) * sizeof w->hash[0]);
    w->hash[i] = machine_hash(b->m);
    w->count++;
    assert_int_equal(machine_past_count(p), w->count);
}

static void run_for(struct board *b, uint64_t clock)
{
    struct machine_stop stop;
    machine_run(b->m, machine_clock(b->m) + clock, &stop);
    assert_int_equal(stop.reason, MACHINE_LIMIT);
}

static struct machine_past *record(struct board *b, struct want *w)
{
    struct machine_past *p = machine_past_begin(b->m);
    assert_non_null(p);
    *w = (struct want){.hash = {machine_hash(b->m)}, .count = 1};
    for (unsigned i = 1; i < SNAPSHOTS; i++) {
        run_for(b, EVERY);
        keep(b, p, w);
    }
    return p;
}

static void drop(struct machine_past *p, struct want *w, size_t i)
{
    machine_past_drop(p, i);
    w->count--;
    memmove(&w->hash[i], &w->hash[i + 1], (w->count - i) * sizeof w->hash[0]);
    assert_int_equal(machine_past_count(p), w->count);
}

static void every_snapshot_can_be_gone_back_to(void **state)
{
    struct board *b = *state;
    struct want *w = calloc(1, sizeof *w);
    struct machine_past *p = record(b, w);
    uint64_t seed = 0x1234567;
    for (size_t i = w->count; i-- > 0;)
        check_at(b, p, w, i, 0);
    for (unsigned n = 0; n < 100; n++)
        check_at(b, p, w, next_random(&seed) % w->count, seed);
    machine_past_end(p);
    free(w);
}

static void running_again_from_the_past_gives_the_same(void **state)
{
    struct board *b = *state;
    struct want *w = calloc(1, sizeof *w);
    struct machine_past *p = record(b, w);
    for (size_t i = w->count - 1; i-- > 0;) {
        check_at(b, p, w, i, 0);
        run_for(b, EVERY);
        if (machine_hash(b->m) != w->hash[i + 1])
            fail_msg("another state %lu after snapshot %zu",
                     (unsigned long)EVERY, i);
    }
    machine_past_end(p);
    free(w);
}

static void random_step(struct board *b, struct machine_past *p, struct want *w,
                        uint64_t *seed)
{
    size_t i = next_random(seed) % w->count;
    uint64_t what = next_random(seed) % 8;
    check_at(b, p, w, i, *seed);
    if (what < 5) { /* on for a while, and sometimes keep that moment */
        uint64_t gap = i + 1 < w->count ? machine_past_clock(p, i + 1) -
                                              machine_past_clock(p, i)
                                        : EVERY;
        if (gap < 2)
            return;
        run_for(b, 1 + next_random(seed) % (gap - 1));
        if (what < 3 && w->count < 3 * SNAPSHOTS)
            keep(b, p, w);
    } else if (what < 7) {
        size_t other = next_random(seed) % w->count;
        if (other != 0 && other != i)
            drop(p, w, other);
    } else if (w->count > SNAPSHOTS / 2 && next_random(seed) % 4 == 0) {
        machine_past_cut(p);
        w->count = i + 1;
        assert_int_equal(machine_past_count(p), w->count);
    }
}

static void inserting_dropping_and_cutting_disturb_no_other(void **state)
{
    struct board *b = *state;
    struct want *w = calloc(1, sizeof *w);
    struct machine_past *p = record(b, w);
    uint64_t seed = 0x9e3779b97f4a7c15;
    for (unsigned n = 0; n < 600; n++)
        random_step(b, p, w, &seed);
    for (size_t i = 0; i < w->count; i++)
        check_at(b, p, w, i, seed);
    machine_past_end(p);
    free(w);
}

/* An idle stretch costs no pages; the whole of it stays far below a copy of
 * RAM for each snapshot. */
static void memory_is_counted_and_given_back(void **state)
{
    struct board *b = *state;
    struct want *w = calloc(1, sizeof *w);
    struct machine_past *p = machine_past_begin(b->m);
    assert_non_null(p);
    size_t empty = machine_past_bytes(p);
    for (unsigned i = 0; i < 20; i++) {
        run_for(b, EVERY);
        assert_true(machine_past_keep(p) != SIZE_MAX);
    }
    size_t full = machine_past_bytes(p);
    assert_true(full > empty);
    assert_true(full - empty < 20 * ((size_t)4 << 20));
    machine_past_go(p, 0);
    machine_past_cut(p);
    assert_int_equal(machine_past_count(p), 1);
    assert_true(machine_past_bytes(p) < empty + (full - empty) / 4);
    machine_past_end(p);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_snapshot_can_be_gone_back_to,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            running_again_from_the_past_gives_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(
            inserting_dropping_and_cutting_disturb_no_other, setup, teardown),
        cmocka_unit_test_setup_teardown(memory_is_counted_and_given_back, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
