/*
 * test_machine_determinism.c - the same run, whatever the pieces.
 *
 * soak.elf (tests/guest/bare) is a program whose state depends on the exact
 * instruction of every timer, console and disk interrupt. It is run in one
 * piece, and in random pieces of run and step with snapshots taken and gone
 * back to in between; at marks of the clock the hashes must be equal, and so
 * must the console text and the disk at the end.
 */
#include "machine_fixture.h"

#include <stdio.h>

#define MARKS      64
#define MARK_EVERY 10007
#define INPUT      "the quick brown fox jumps over the lazy dog 0123456789"
#define TYPED      "typed"
#define TYPED_AT   100003 /* clock at which a person types */
#define CLOCK_MAX  UINT64_C(100000000)

static uint8_t *read_program(size_t *n)
{
    FILE *f = fopen(BARE_DIR "/soak.elf", "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    *n = (size_t)ftell(f);
    rewind(f);
    uint8_t *bytes = malloc(*n);
    assert_int_equal(fread(bytes, 1, *n, f), *n);
    fclose(f);
    return bytes;
}

static struct board *start(void)
{
    struct board *b = calloc(1, sizeof *b);
    size_t n = 0;
    uint8_t *elf = read_program(&n);
    for (size_t i = 0; i < sizeof b->disk; i++)
        b->disk[i] = (uint8_t)(i * 7 + i / 512);
    struct machine_desc d = {.bare = true,
                             .kernel = elf,
                             .kernel_bytes = n,
                             .disk = b->disk,
                             .disk_bytes = sizeof b->disk,
                             .console_out = board_print,
                             .console_ctx = b};
    board_start(b, &d);
    free(elf);
    machine_input(b->m, (const uint8_t *)INPUT, strlen(INPUT), true);
    return b;
}

static void finish(struct board *b)
{
    machine_destroy(b->m);
    free(b);
}

/* Runs to a clock, or the end; the typing happens on the way. True: ended. */
static bool run_to(struct board *b, uint64_t until)
{
    struct machine_stop stop;
    uint64_t now = machine_clock(b->m);
    uint64_t first = now <= TYPED_AT && until > TYPED_AT ? TYPED_AT : until;
    machine_run(b->m, first, &stop);
    if (first != until && stop.reason == MACHINE_LIMIT) {
        machine_input(b->m, (const uint8_t *)TYPED, strlen(TYPED), false);
        machine_run(b->m, until, &stop);
    }
    assert_true(stop.reason == MACHINE_LIMIT || stop.reason == MACHINE_ENDED);
    return stop.reason == MACHINE_ENDED;
}

struct course {
    uint64_t hash[MARKS]; /* at MARK_EVERY, 2 * MARK_EVERY, ... */
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

static void straight(struct course *c)
{
    struct board *b = start();
    memset(c, 0, sizeof *c);
    while (c->marks < MARKS &&
           !run_to(b, (uint64_t)(c->marks + 1) * MARK_EVERY))
        c->hash[c->marks++] = machine_hash(b->m);
    assert_true(run_to(b, CLOCK_MAX));
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
static bool piece(struct board *b, uint64_t mark, uint64_t *seed)
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
    return run_to(b, now + 1 + next_random(seed) % (most > 0 ? most : 1));
}

static bool pieces(struct board *b, uint64_t mark, uint64_t *seed)
{
    while (machine_clock(b->m) < mark)
        if (piece(b, mark, seed))
            return true;
    return false;
}

/* To the mark, sometimes a detour: on for a while and back again. */
static bool wander(struct board *b, uint64_t mark, uint64_t *seed)
{
    if (next_random(seed) & 1) {
        struct machine_snapshot *s = machine_snapshot(b->m);
        size_t out = b->out_bytes;
        uint64_t before = machine_hash(b->m);
        assert_non_null(s);
        pieces(b, mark + next_random(seed) % (3 * MARK_EVERY), seed);
        machine_restore(b->m, s);
        machine_snapshot_free(s);
        b->out_bytes = out;
        memset(b->out + out, 0, sizeof b->out - out);
        assert_true(machine_hash(b->m) == before);
    }
    return pieces(b, mark, seed);
}

static void check_course(const struct course *want, uint64_t seed)
{
    struct board *b = start();
    struct course *got = calloc(1, sizeof *got);
    for (unsigned i = 0; i < want->marks; i++) {
        uint64_t mark = (uint64_t)(i + 1) * MARK_EVERY;
        assert_false(wander(b, mark, &seed));
        assert_int_equal(machine_clock(b->m), mark);
        if (machine_hash(b->m) != want->hash[i])
            fail_msg("another state at clock %lu", (unsigned long)mark);
    }
    assert_true(run_to(b, CLOCK_MAX));
    note_end(b, got);
    assert_int_equal(got->end_clock, want->end_clock);
    assert_true(got->end_hash == want->end_hash);
    assert_string_equal(got->out, want->out);
    assert_memory_equal(got->disk, want->disk, sizeof got->disk);
    free(got);
    finish(b);
}

static void two_runs_are_equal(void **state)
{
    struct course *a = calloc(1, sizeof *a);
    struct course *b = calloc(1, sizeof *b);
    (void)state;
    straight(a);
    straight(b);
    assert_true(a->marks > 20);
    assert_non_null(strstr(a->out, "state 0x"));
    assert_memory_equal(a, b, sizeof *a);
    free(a);
    free(b);
}

static void all_input_has_been_read(void **state)
{
    struct course *c = calloc(1, sizeof *c);
    (void)state;
    straight(c);
    for (const char *at = INPUT TYPED; *at != '\0'; at++)
        assert_non_null(strchr(c->out, *at));
    assert_int_equal(strcspn(c->out, "\n"), strlen(INPUT TYPED));
    free(c);
}

static void any_pieces_give_the_same_run(void **state)
{
    struct course *want = calloc(1, sizeof *want);
    (void)state;
    straight(want);
    for (uint64_t seed = 1; seed <= 3; seed++)
        check_course(want, seed * 0x9e3779b97f4a7c15);
    free(want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_runs_are_equal),
        cmocka_unit_test(all_input_has_been_read),
        cmocka_unit_test(any_pieces_give_the_same_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
