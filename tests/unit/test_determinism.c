/*
 * test_determinism.c - the same run, whatever the pieces.
 *
 * Two guests: soak.elf (tests/guest/bare), a program whose state depends on the
 * exact instruction of every timer, console and disk interrupt, and our own
 * kernel with a shell that is fed commands. Each is run straight, and in random
 * pieces of run and step with snapshots taken and gone back to in between; at
 * marks of the clock the hashes must be equal, and so must the console text,
 * the disk and the clock at the end.
 */
#include "machine_fixture.h"

#include <stdio.h>

#define MARKS     40
#define TYPED_AT  100003 /* clock at which a person types */
#define CLOCK_MAX UINT64_C(100000000)

struct guest {
    const char *kernel, *initrd, *bootpage;
    const char *piped, *typed;
    uint64_t mark_every; /* clock */
    const char *last;    /* printed at the end */
};

static const struct guest soak = {
    .kernel = BARE_DIR "/soak.elf",
    .piped = "the quick brown fox jumps over the lazy dog 0123456789",
    .typed = "typed",
    .mark_every = 10007,
    .last = "state 0x",
};

static const struct guest shell = {
    .kernel = GUEST_DIR "/kernel/kernel.elf",
    .initrd = GUEST_DIR "/apps/initrd.tar",
    .bootpage = "ram=48\narg=sh\n",
    .piped = "ls / | wc\nforktree 2\npingpong\ncrash null-load\ncat\nabc\n",
    .mark_every = 12007,
    .last = "abc",
};

static struct board *start(const struct guest *g)
{
    struct board *b = calloc(1, sizeof *b);
    struct machine_desc d = {.ram_mib = PLAT_RAM_MIB_MIN, /* less to hash */
                             .bare = g->initrd == NULL,
                             .bootpage = g->bootpage,
                             .disk = b->disk,
                             .disk_bytes = sizeof b->disk,
                             .console_out = board_print,
                             .console_ctx = b};
    uint8_t *kernel = read_whole(g->kernel, &d.kernel_bytes);
    uint8_t *initrd =
        g->initrd != NULL ? read_whole(g->initrd, &d.initrd_bytes) : NULL;
    for (size_t i = 0; i < sizeof b->disk; i++)
        b->disk[i] = (uint8_t)(i * 7 + i / 512);
    d.kernel = kernel;
    d.initrd = initrd;
    board_start(b, &d);
    free(kernel);
    free(initrd);
    machine_input(b->m, (const uint8_t *)g->piped, strlen(g->piped), true);
    if (g->typed == NULL)
        machine_input_end(b->m);
    return b;
}

static void finish(struct board *b)
{
    machine_destroy(b->m);
    free(b);
}

/* Runs to a clock, or the end; the typing happens on the way. True: ended. */
static bool run_to(const struct guest *g, struct board *b, uint64_t until)
{
    struct machine_stop stop;
    uint64_t now = machine_clock(b->m);
    bool types = g->typed != NULL && now <= TYPED_AT && until > TYPED_AT;
    machine_run(b->m, types ? TYPED_AT : until, &stop);
    if (types && stop.reason == MACHINE_LIMIT) {
        machine_input(b->m, (const uint8_t *)g->typed, strlen(g->typed), false);
        machine_run(b->m, until, &stop);
    }
    if (stop.reason != MACHINE_LIMIT && stop.reason != MACHINE_ENDED)
        fail_msg("reason %d: %s", stop.reason, stop.text);
    return stop.reason == MACHINE_ENDED;
}

struct course {
    uint64_t hash[MARKS]; /* at mark_every, 2 * mark_every, ... */
    unsigned marks;
    uint64_t end_clock, end_hash;
    char out[BOARD_OUT_MAX];
    uint8_t disk[BOARD_DISK_BYTES];
};

static void note_end(struct board *b, struct course *c)
{
    c->end_clock = machine_clock(b->m);
    c->end_hash = machine_hash(b->m);
    memcpy(c->out, b->out, sizeof c->out);
    memcpy(c->disk, b->disk, sizeof c->disk);
}

static void straight(const struct guest *g, struct course *c)
{
    struct board *b = start(g);
    memset(c, 0, sizeof *c);
    while (c->marks < MARKS &&
           !run_to(g, b, (uint64_t)(c->marks + 1) * g->mark_every))
        c->hash[c->marks++] = machine_hash(b->m);
    assert_true(run_to(g, b, CLOCK_MAX));
    note_end(b, c);
    finish(b);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* One piece, at most up to the mark: some steps, or a run. True: ended. */
static bool piece(const struct guest *g, struct board *b, uint64_t mark,
                  uint64_t *seed)
{
    struct machine_stop stop;
    uint64_t now = machine_clock(b->m);
    if (next_random(seed) % 3 == 0) {
        for (uint64_t n = next_random(seed) % 40; n > 0; n--) {
            now = machine_clock(b->m);
            /* A step can pass a whole wait: not beyond mark or typing. */
            if (b->m->s.waiting || now == mark || now == TYPED_AT)
                return false;
            machine_step(b->m, &stop);
            if (stop.reason == MACHINE_ENDED)
                return true;
        }
        return false;
    }
    uint64_t most = mark - now < 4000 ? mark - now : 4000;
    return run_to(g, b, now + 1 + next_random(seed) % (most > 0 ? most : 1));
}

static bool pieces(const struct guest *g, struct board *b, uint64_t mark,
                   uint64_t *seed)
{
    while (machine_clock(b->m) < mark)
        if (piece(g, b, mark, seed))
            return true;
    return false;
}

/* To the mark, sometimes a detour: on for a while and back again. */
static bool wander(const struct guest *g, struct board *b, uint64_t mark,
                   uint64_t *seed)
{
    if (next_random(seed) & 1) {
        struct machine_snapshot *s = machine_snapshot(b->m);
        size_t out = b->out_bytes;
        uint64_t before = machine_hash(b->m);
        assert_non_null(s);
        pieces(g, b, mark + next_random(seed) % (3 * g->mark_every), seed);
        machine_restore(b->m, s);
        machine_snapshot_free(s);
        b->out_bytes = out;
        memset(b->out + out, 0, sizeof b->out - out);
        assert_true(machine_hash(b->m) == before);
    }
    return pieces(g, b, mark, seed);
}

static void check_course(const struct guest *g, const struct course *want,
                         uint64_t seed)
{
    struct board *b = start(g);
    struct course *got = calloc(1, sizeof *got);
    for (unsigned i = 0; i < want->marks; i++) {
        uint64_t mark = (uint64_t)(i + 1) * g->mark_every;
        assert_false(wander(g, b, mark, &seed));
        assert_int_equal(machine_clock(b->m), mark);
        if (machine_hash(b->m) != want->hash[i])
            fail_msg("another state at clock %lu", (unsigned long)mark);
    }
    assert_true(run_to(g, b, CLOCK_MAX));
    note_end(b, got);
    assert_int_equal(got->end_clock, want->end_clock);
    assert_true(got->end_hash == want->end_hash);
    assert_string_equal(got->out, want->out);
    assert_memory_equal(got->disk, want->disk, sizeof got->disk);
    free(got);
    finish(b);
}

static void check_two_runs(const struct guest *g)
{
    struct course *a = calloc(1, sizeof *a);
    struct course *b = calloc(1, sizeof *b);
    straight(g, a);
    straight(g, b);
    assert_true(a->marks > 20);
    assert_non_null(strstr(a->out, g->last));
    assert_memory_equal(a, b, sizeof *a);
    free(a);
    free(b);
}

static void check_pieces(const struct guest *g)
{
    struct course *want = calloc(1, sizeof *want);
    straight(g, want);
    for (uint64_t seed = 1; seed <= 2; seed++)
        check_course(g, want, seed * 0x9e3779b97f4a7c15);
    free(want);
}

static void two_runs_of_a_bare_program_are_equal(void **state)
{
    (void)state;
    check_two_runs(&soak);
}

static void two_runs_of_the_kernel_are_equal(void **state)
{
    (void)state;
    check_two_runs(&shell);
}

static void a_bare_program_runs_the_same_in_any_pieces(void **state)
{
    (void)state;
    check_pieces(&soak);
}

static void the_kernel_runs_the_same_in_any_pieces(void **state)
{
    (void)state;
    check_pieces(&shell);
}

struct watching {
    struct board *b;
    uint64_t accesses, last_clock;
};

static void count_access(void *ctx, uint64_t pa, unsigned size,
                         enum machine_access what)
{
    struct watching *w = ctx;
    (void)pa, (void)size, (void)what;
    assert_true(machine_clock(w->b->m) >= w->last_clock);
    w->last_clock = machine_clock(w->b->m);
    w->accesses++;
}

/* All of one page in sixteen, every second stretch. */
static void check_watched(const struct guest *g, uint64_t at_least)
{
    struct course *want = calloc(1, sizeof *want);
    straight(g, want);
    struct board *b = start(g);
    struct watching w = {.b = b};
    for (unsigned i = 0; i < want->marks; i++) {
        int id[32];
        for (unsigned page = 0; page < 32 && i % 2 == 0; page++)
            id[page] = machine_watch_memory(
                b->m, PLAT_KERNEL_BASE + page * 0x10000u, 0x1000,
                MACHINE_LOADS | MACHINE_STORES, count_access, &w);
        assert_false(run_to(g, b, (uint64_t)(i + 1) * g->mark_every));
        for (unsigned page = 0; page < 32 && i % 2 == 0; page++)
            machine_unwatch_memory(b->m, id[page]);
        if (machine_hash(b->m) != want->hash[i])
            fail_msg("another state at mark %u", i);
    }
    assert_true(w.accesses >= at_least);
    free(want);
    finish(b);
}

static void watched_memory_changes_nothing(void **state)
{
    (void)state;
    check_watched(&shell, 1000);
    check_watched(&soak, 0);
}

/* Piped and typed, every byte was echoed once. */
static void all_input_has_been_read(void **state)
{
    struct course *c = calloc(1, sizeof *c);
    (void)state;
    straight(&soak, c);
    for (const char *at = soak.piped; *at != '\0'; at++)
        assert_non_null(strchr(c->out, *at));
    assert_int_equal(strcspn(c->out, "\n"),
                     strlen(soak.piped) + strlen(soak.typed));
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_runs_of_a_bare_program_are_equal),
        cmocka_unit_test(two_runs_of_the_kernel_are_equal),
        cmocka_unit_test(a_bare_program_runs_the_same_in_any_pieces),
        cmocka_unit_test(the_kernel_runs_the_same_in_any_pieces),
        cmocka_unit_test(watched_memory_changes_nothing),
        cmocka_unit_test(all_input_has_been_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
