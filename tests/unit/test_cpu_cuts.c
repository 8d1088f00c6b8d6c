/*
 * test_cpu_cuts.c - what runs must not depend on where runs were cut: stops at
 * random clocks, single steps, watches, saves and restores, against one
 * straight run of the same guest (tests/guest/cpu/mix.S), by the hash of the
 * hart and the bytes of RAM at common points. With and without compressed
 * instructions.
 */
#include "cpu_fixture.h"

#define RAM_BYTES ((size_t)2 << 20)
#define POINTS    24
#define INTERVAL  9973

struct point {
    uint64_t cpu, ram;
};

static uint64_t hash_ram(const struct rig *rig)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325), word;
    for (size_t at = 0; at < rig->ram_bytes; at += sizeof word) {
        memcpy(&word, rig->ram + at, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static struct point look(const struct rig *rig)
{
    return (struct point){cpu_hash(rig->cpu), hash_ram(rig)};
}

/* xorshift: the same choices in every run of the test. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void straight(const char *image, struct point points[POINTS])
{
    struct rig *rig = rig_make(RAM_BYTES, false);
    rig_load(rig, image);
    for (unsigned i = 0; i < POINTS; i++) {
        rig_run(rig, (uint64_t)(i + 1) * INTERVAL);
        assert_int_equal(cpu_clock(rig->cpu), (uint64_t)(i + 1) * INTERVAL);
        points[i] = look(rig);
    }
    assert_true(cpu_traps(rig->cpu) > 1000);
    rig_free(rig);
}

static void expect(const struct rig *rig, const struct point *points)
{
    uint64_t index = cpu_clock(rig->cpu) / INTERVAL - 1;
    struct point here = look(rig);
    assert_int_equal(here.cpu, points[index].cpu);
    assert_int_equal(here.ram, points[index].ram);
}

static void to_next_point(struct rig *rig, uint64_t *seed, bool steps)
{
    uint64_t end = (cpu_clock(rig->cpu) / INTERVAL + 1) * INTERVAL;
    while (cpu_clock(rig->cpu) < end) {
        uint64_t now = cpu_clock(rig->cpu), choice = next_random(seed);
        uint64_t until = now + 1 + (choice >> 8) % 700;
        if (steps && choice % 3 == 0)
            for (unsigned i = 0; i < 20 && cpu_clock(rig->cpu) < end; i++) {
                cpu_step(rig->cpu);
                rig_timer(rig);
            }
        else
            rig_run(rig, until < end ? until : end);
    }
}

static void cut(const char *image, bool steps)
{
    struct point points[POINTS];
    uint64_t seed = 88172645463325252u;
    struct rig *rig = rig_make(RAM_BYTES, false);
    straight(image, points);
    rig_load(rig, image);
    for (unsigned i = 0; i < POINTS; i++) {
        to_next_point(rig, &seed, steps);
        expect(rig, points);
    }
    rig_free(rig);
}

static void random_cuts_change_nothing(void **state)
{
    (void)state;
    cut("mix", false);
}

static void random_cuts_change_nothing_in_compressed_code(void **state)
{
    (void)state;
    cut("mixc", false);
}

static void steps_and_runs_mix(void **state)
{
    (void)state;
    cut("mix", true);
}

static void steps_and_runs_mix_in_compressed_code(void **state)
{
    (void)state;
    cut("mixc", true);
}

struct snapshot {
    void *cpu;
    uint8_t *ram;
    uint64_t mtimecmp;
};

static struct snapshot take(const struct rig *rig)
{
    struct snapshot s = {malloc(cpu_state_bytes(rig->cpu)),
                         malloc(rig->ram_bytes), rig->mtimecmp};
    assert_non_null(s.cpu);
    assert_non_null(s.ram);
    cpu_save(rig->cpu, s.cpu);
    memcpy(s.ram, rig->ram, rig->ram_bytes);
    return s;
}

static void put_back(struct rig *rig, const struct snapshot *s)
{
    memcpy(rig->ram, s->ram, rig->ram_bytes);
    cpu_restore(rig->cpu, s->cpu);
    cpu_invalidate(rig->cpu, PLAT_RAM_BASE, rig->ram_bytes);
    rig->mtimecmp = s->mtimecmp;
}

static void drop(struct snapshot *s)
{
    free(s->cpu);
    free(s->ram);
}

static void replay(const char *image)
{
    struct point points[POINTS];
    uint64_t seed = 7;
    struct rig *rig = rig_make(RAM_BYTES, false);
    straight(image, points);
    rig_load(rig, image);
    for (unsigned i = 0; i + 3 < POINTS; i++) {
        to_next_point(rig, &seed, false);
        expect(rig, points);
        struct snapshot s = take(rig);
        rig_run(rig, cpu_clock(rig->cpu) + next_random(&seed) % 25000);
        put_back(rig, &s);
        expect(rig, points);
        drop(&s);
    }
    rig_free(rig);
}

static void a_restored_run_repeats_the_first_one(void **state)
{
    (void)state;
    replay("mix");
    replay("mixc");
}

/* Into a hart that never ran: nothing hidden is needed. */
static void a_state_goes_into_a_fresh_hart(void **state)
{
    struct point points[POINTS];
    (void)state;
    straight("mix", points);
    struct rig *first = rig_make(RAM_BYTES, false);
    struct rig *fresh = rig_make(RAM_BYTES, false);
    rig_load(first, "mix");
    rig_run(first, 5 * INTERVAL);
    struct snapshot s = take(first);
    put_back(fresh, &s);
    rig_run(fresh, 9 * INTERVAL);
    expect(fresh, points);
    drop(&s);
    rig_free(first);
    rig_free(fresh);
}

static void ignore(void *ctx, uint64_t pc)
{
    (void)pc;
    ++*(unsigned *)ctx;
}

static void watching_changes_nothing(void **state)
{
    struct point points[POINTS];
    unsigned seen = 0;
    (void)state;
    straight("mix", points);
    struct rig *rig = rig_make(RAM_BYTES, false);
    rig_load(rig, "mix");
    int watches[8];
    for (unsigned i = 0; i < 8; i++)
        watches[i] = cpu_watch(rig->cpu, 0x400000 + 12 * i, ignore, &seen);
    cpu_watch_special(rig->cpu, 31);
    rig_run(rig, 4 * INTERVAL);
    expect(rig, points);
    for (unsigned i = 0; i < 8; i++)
        cpu_unwatch(rig->cpu, watches[i]);
    unsigned before = seen;
    assert_true(before > 100);
    assert_true(rig->specials_heard > 100);
    rig_run(rig, 6 * INTERVAL);
    expect(rig, points);
    assert_int_equal(seen, before);
    rig_free(rig);
}

/* Past the clocks at which the TLB is emptied (2^18 instructions). */
static void long_runs_agree(void **state)
{
    (void)state;
    struct rig *whole = rig_make(RAM_BYTES, false);
    struct rig *parts = rig_make(RAM_BYTES, false);
    rig_load(whole, "mix");
    rig_load(parts, "mix");
    rig_run(whole, 2500000);
    while (cpu_clock(parts->cpu) < 2500000)
        rig_run(parts, cpu_clock(parts->cpu) + 12345 < 2500000
                           ? cpu_clock(parts->cpu) + 12345
                           : 2500000);
    assert_int_equal(cpu_hash(whole->cpu), cpu_hash(parts->cpu));
    assert_memory_equal(whole->ram, parts->ram, RAM_BYTES);
    rig_free(whole);
    rig_free(parts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_cuts_change_nothing),
        cmocka_unit_test(random_cuts_change_nothing_in_compressed_code),
        cmocka_unit_test(steps_and_runs_mix),
        cmocka_unit_test(steps_and_runs_mix_in_compressed_code),
        cmocka_unit_test(a_restored_run_repeats_the_first_one),
        cmocka_unit_test(a_state_goes_into_a_fresh_hart),
        cmocka_unit_test(watching_changes_nothing),
        cmocka_unit_test(long_runs_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
