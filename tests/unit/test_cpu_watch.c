/*
 * test_cpu_watch.c - watched memory: every kind of load and store, from U and S
 * mode through a page table, is told before it happens, once, where it happens;
 * what traps is not told; and a watched run is the same run.
 */
#include "cpu_fixture.h"

#include "../../emu/cpu/csr_numbers.h"

#define RAM_BYTES ((size_t)2 << 20)

/* ---- One instruction in U-mode, through a page table ---- */

#define ROOT      (PLAT_RAM_BASE + 0x100000u)
#define LEVEL1    (ROOT + 0x1000)
#define LEVEL0    (ROOT + 0x2000)
#define CODE      (ROOT + 0x3000)
#define VECTOR    (ROOT + 0x4000)
#define FRAME_A   (ROOT + 0x8000) /* at VA_DATA; the page behind is not */
#define FRAME_B   (ROOT + 0x6000) /* the frame behind it */
#define FRAME_C   (ROOT + 0xa000) /* at VA_READ_ONLY, and no more */
#define FRAME_S   (ROOT + 0xc000) /* at VA_KERNEL: not for U */
#define VA_CODE   UINT64_C(0x400000)
#define VA_DATA   UINT64_C(0x402000)
#define VA_NEXT   UINT64_C(0x403000)
#define VA_READ   UINT64_C(0x404000)
#define VA_KERNEL UINT64_C(0x405000)
#define VA_NONE   UINT64_C(0x406000)

enum { V = 1, R = 2, W = 4, X = 8, U = 16, A = 64, D = 128 };

static void put64(struct rig *rig, uint64_t pa, uint64_t value)
{
    memcpy(rig->ram + (pa - PLAT_RAM_BASE), &value, sizeof value);
}

static uint64_t get64(const struct rig *rig, uint64_t pa)
{
    uint64_t value;
    memcpy(&value, rig->ram + (pa - PLAT_RAM_BASE), sizeof value);
    return value;
}

static void map(struct rig *rig, uint64_t va, uint64_t pa, unsigned flags)
{
    put64(rig, LEVEL0 + (va >> 12 & 511) * 8, pa >> 2 | flags | V | A | D);
}

static struct rig *paged(void)
{
    struct rig *rig = rig_make(RAM_BYTES, false);
    put64(rig, ROOT, LEVEL1 >> 2 | V);
    put64(rig, LEVEL1 + 2 * 8, LEVEL0 >> 2 | V);
    map(rig, VA_CODE, CODE, R | X | U);
    map(rig, VA_DATA, FRAME_A, R | W | U);
    map(rig, VA_NEXT, FRAME_B, R | W | U);
    map(rig, VA_READ, FRAME_C, R | U);
    map(rig, VA_KERNEL, FRAME_S, R | W);
    cpu_set_csr(rig->cpu, CSR_PMPADDR0, UINT64_MAX >> 10);
    cpu_set_csr(rig->cpu, CSR_PMPCFG0, 0x1f);
    cpu_set_csr(rig->cpu, CSR_MTVEC, VECTOR);
    cpu_set_csr(rig->cpu, CSR_SATP, UINT64_C(8) << 60 | ROOT >> 12);
    cpu_set_csr(rig->cpu, CSR_MSTATUS, 0x2000); /* FS on */
    return rig;
}

struct seen {
    struct rig *rig;
    unsigned count;
    struct cpu_access access[4];
    uint64_t pc, clock, a_word;
    bool stop;
};

static void see(void *ctx, const struct cpu_access *access)
{
    struct seen *s = ctx;
    s->access[s->count++ % 4] = *access;
    s->pc = cpu_pc(s->rig->cpu);
    s->clock = cpu_clock(s->rig->cpu);
    s->a_word = get64(s->rig, FRAME_A);
    if (s->stop)
        cpu_request_stop(s->rig->cpu);
}

/* a0 = x10, a1 = x11; s0 = x8, s1 = x9. */
struct one {
    const char *what;
    uint32_t insn;
    uint64_t address; /* in a0, s0 and sp */
    unsigned pieces;  /* told */
    uint64_t pa[2];
    unsigned size[2];
    unsigned kind;
    enum cpu_priv priv;
};

#define LOAD(funct3)  (10u << 15 | (funct3) << 12 | 11u << 7 | 0x03)
#define STORE(funct3) (11u << 20 | 10u << 15 | (funct3) << 12 | 0x23)
#define FLOAD(w)      (10u << 15 | (w) << 12 | 1u << 7 | 0x07)
#define FSTORE(w)     (1u << 20 | 10u << 15 | (w) << 12 | 0x27)
#define AMO(f5, w)                                                             \
    ((uint32_t)(f5) << 27 | 11u << 20 | 10u << 15 | (w) << 12 | 12u << 7 | 0x2f)
#define NOTHING     .pieces = 0
#define AT(p, n, k) .pieces = 1, .pa = {(p)}, .size = {(n)}, .kind = (k)
#define BOTH        (CPU_LOADS | CPU_STORES)

static const struct one cases[] = {
    {"lb", LOAD(0), VA_DATA + 5, AT(FRAME_A + 5, 1, CPU_LOADS), CPU_U},
    {"lbu", LOAD(4), VA_DATA, AT(FRAME_A, 1, CPU_LOADS), CPU_U},
    {"lh", LOAD(1), VA_DATA + 2, AT(FRAME_A + 2, 2, CPU_LOADS), CPU_U},
    {"lwu", LOAD(6), VA_DATA + 4, AT(FRAME_A + 4, 4, CPU_LOADS), CPU_U},
    {"ld", LOAD(3), VA_DATA, AT(FRAME_A, 8, CPU_LOADS), CPU_U},
    {"sb", STORE(0), VA_DATA + 7, AT(FRAME_A + 7, 1, CPU_STORES), CPU_U},
    {"sh", STORE(1), VA_DATA, AT(FRAME_A, 2, CPU_STORES), CPU_U},
    {"sw", STORE(2), VA_DATA, AT(FRAME_A, 4, CPU_STORES), CPU_U},
    {"sd", STORE(3), VA_DATA, AT(FRAME_A, 8, CPU_STORES), CPU_U},
    {"sd in S", STORE(3), VA_KERNEL, AT(FRAME_S, 8, CPU_STORES), CPU_S},
    {"ld in M", LOAD(3), FRAME_A, AT(FRAME_A, 8, CPU_LOADS), CPU_M},
    {"flw", FLOAD(2), VA_DATA + 4, AT(FRAME_A + 4, 4, CPU_LOADS), CPU_U},
    {"fsd", FSTORE(3), VA_DATA, AT(FRAME_A, 8, CPU_STORES), CPU_U},
    {"lr.w", AMO(2, 2) & ~(31u << 20), VA_DATA, AT(FRAME_A, 4, CPU_LOADS),
     CPU_U},
    {"amoadd.d", AMO(0, 3), VA_DATA, AT(FRAME_A, 8, BOTH), CPU_U},
    {"amomax.w", AMO(20, 2), VA_DATA + 4, AT(FRAME_A + 4, 4, BOTH), CPU_U},
    {"c.lw a1, 4(s0)", 0x404c, VA_DATA, AT(FRAME_A + 4, 4, CPU_LOADS), CPU_U},
    {"c.sd a1, 8(s0)", 0xe40c, VA_DATA, AT(FRAME_A + 8, 8, CPU_STORES), CPU_U},
    {"c.swsp a1, 12(sp)", 0xc62e, VA_DATA, AT(FRAME_A + 12, 4, CPU_STORES),
     CPU_U},
    {"c.ldsp a1, 16(sp)", 0x65c2, VA_DATA, AT(FRAME_A + 16, 8, CPU_LOADS),
     CPU_U},
    {"c.fld fa1, 0(s0)", 0x200c, VA_DATA, AT(FRAME_A, 8, CPU_LOADS), CPU_U},
    {"a misaligned sd", STORE(3), VA_DATA + 3, AT(FRAME_A + 3, 8, CPU_STORES),
     CPU_U},
    {"sd across two pages", STORE(3), VA_NEXT - 3, .pieces = 2,
     .pa = {FRAME_A + 4093, FRAME_B}, .size = {3, 5}, .kind = CPU_STORES,
     .priv = CPU_U},
    {"lw across two pages", LOAD(2), VA_NEXT - 2, .pieces = 2,
     .pa = {FRAME_A + 4094, FRAME_B}, .size = {2, 2}, .kind = CPU_LOADS,
     .priv = CPU_U},
    {"a load of a read-only page", LOAD(3), VA_READ, AT(FRAME_C, 8, CPU_LOADS),
     CPU_U},
    {"a store to it faults", STORE(3), VA_READ, NOTHING, .priv = CPU_U},
    {"a store across into it faults", STORE(3), VA_READ - 4, NOTHING,
     .priv = CPU_U},
    {"an AMO on it faults", AMO(0, 3), VA_READ, NOTHING, .priv = CPU_U},
    {"the kernel's page faults in U", LOAD(3), VA_KERNEL, NOTHING,
     .priv = CPU_U},
    {"no page", STORE(3), VA_NONE, NOTHING, .priv = CPU_U},
    {"a misaligned AMO traps", AMO(0, 3), VA_DATA + 4, NOTHING, .priv = CPU_U},
    {"sc without a reservation", AMO(3, 3), VA_DATA, NOTHING, .priv = CPU_U},
    {"a reserved load", LOAD(7), VA_DATA, NOTHING, .priv = CPU_U},
    {"no access at all", 0x00b50533, VA_DATA, NOTHING, .priv = CPU_U},
};

#define CASES (sizeof cases / sizeof cases[0])

static uint64_t place(struct rig *rig, const struct one *c)
{
    uint32_t code[2] = {c->insn, 0x00000013};
    rig_put(rig, CODE, code, sizeof code);
    cpu_set_x(rig->cpu, 10, c->address);
    cpu_set_x(rig->cpu, 8, c->address);
    cpu_set_x(rig->cpu, 2, c->address);
    cpu_set_x(rig->cpu, 11, UINT64_C(0x1122334455667788));
    map(rig, VA_CODE, CODE, R | X | (c->priv == CPU_U ? U : 0));
    cpu_set_privilege(rig->cpu, c->priv);
    uint64_t pc = c->priv == CPU_M ? CODE : VA_CODE;
    cpu_set_pc(rig->cpu, pc);
    return pc;
}

static void check_told(const struct seen *s, const struct one *c, uint64_t pc)
{
    if (s->count != c->pieces)
        fail_msg("%s: told %u times", c->what, s->count);
    for (unsigned i = 0; i < c->pieces; i++)
        if (s->access[i].pa != c->pa[i] || s->access[i].size != c->size[i] ||
            s->access[i].what != c->kind)
            fail_msg("%s: 0x%lx size %u kind %u", c->what,
                     (unsigned long)s->access[i].pa, s->access[i].size,
                     s->access[i].what);
    if (c->pieces > 0) {
        assert_int_equal(s->pc, pc);
        assert_int_equal(s->clock, 0);
        assert_int_equal(s->a_word, UINT64_C(0x0807060504030201));
    }
}

/* All cases on one hart, which begins each anew; none of them changes a page
 * table. mode: 0 unwatched, 1 watched, 2 and stopped. */
static void run_all(unsigned mode, uint64_t *hashes)
{
    struct rig *rig = paged();
    struct seen seen = {.rig = rig, .stop = mode == 2};
    void *start = malloc(cpu_state_bytes(rig->cpu));
    cpu_save(rig->cpu, start);
    if (mode > 0)
        assert_true(cpu_watch_memory(rig->cpu, PLAT_RAM_BASE, RAM_BYTES, BOTH,
                                     see, &seen) >= 0);
    for (size_t i = 0; i < CASES; i++) {
        const struct one *c = &cases[i];
        memset(rig->ram + (FRAME_B - PLAT_RAM_BASE), 0, 0x8000);
        put64(rig, FRAME_A, UINT64_C(0x0807060504030201));
        cpu_restore(rig->cpu, start);
        uint64_t pc = place(rig, c);
        seen.count = 0;
        cpu_step(rig->cpu);
        if (seen.stop && c->pieces > 0) { /* it has not run; now it does */
            assert_int_equal(cpu_pc(rig->cpu), pc);
            assert_int_equal(cpu_clock(rig->cpu), 0);
            cpu_step(rig->cpu);
        }
        if (mode > 0)
            check_told(&seen, c, pc);
        hashes[i] = cpu_hash(rig->cpu) ^ get64(rig, FRAME_A) * 31;
    }
    free(start);
    rig_free(rig);
}

static void every_access_is_told_before_it_happens(void **state)
{
    uint64_t hashes[3][CASES];
    (void)state;
    for (unsigned mode = 0; mode < 3; mode++)
        run_all(mode, hashes[mode]);
    assert_memory_equal(hashes[0], hashes[1], sizeof hashes[0]);
    assert_memory_equal(hashes[0], hashes[2], sizeof hashes[0]);
}

static void float_accesses_are_none_while_float_is_off(void **state)
{
    static const uint32_t insns[] = {FLOAD(3), FSTORE(2), 0x200c};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct rig *rig = paged();
        struct seen seen = {.rig = rig};
        struct one c = {.insn = insns[i], .address = VA_DATA, .priv = CPU_U};
        place(rig, &c);
        cpu_set_csr(rig->cpu, CSR_MSTATUS, 0);
        cpu_watch_memory(rig->cpu, PLAT_RAM_BASE, RAM_BYTES, BOTH, see, &seen);
        cpu_step(rig->cpu);
        assert_int_equal(seen.count, 0);
        assert_int_equal(rig->last_trap.cause, 2);
        rig_free(rig);
    }
}

static void a_store_conditional_counts_if_it_holds_the_reservation(void **state)
{
    uint32_t code[] = {AMO(2, 3) & ~(31u << 20), AMO(3, 3)};
    (void)state;
    struct rig *rig = paged();
    struct seen seen = {.rig = rig};
    struct one c = {.address = VA_DATA, .priv = CPU_U};
    place(rig, &c);
    rig_put(rig, CODE, code, sizeof code);
    cpu_watch_memory(rig->cpu, FRAME_A + 4, 1, CPU_STORES, see, &seen);
    cpu_run(rig->cpu, 2);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.pc, VA_CODE + 4);
    assert_int_equal(seen.access[0].value, UINT64_C(0x1122334455667788));
    assert_int_equal(cpu_x(rig->cpu, 12), 0);
    rig_free(rig);
}

/* Bytes beside the watched one, the other kind of access, the same place of
 * another page: not told. */
static void only_what_is_watched_is_told(void **state)
{
    (void)state;
    static const struct {
        uint64_t pa;
        unsigned accesses, count;
    } watch[] = {{FRAME_A + 8, CPU_STORES, 0}, {FRAME_A - 1, CPU_STORES, 0},
                 {FRAME_A, CPU_LOADS, 0},      {FRAME_B, CPU_STORES, 0},
                 {FRAME_A + 7, CPU_STORES, 1}, {FRAME_A, BOTH, 1}};
    for (size_t i = 0; i < sizeof watch / sizeof watch[0]; i++) {
        struct rig *rig = paged();
        struct seen seen = {.rig = rig};
        struct one c = {.insn = STORE(3), .address = VA_DATA, .priv = CPU_U};
        place(rig, &c);
        cpu_watch_memory(rig->cpu, watch[i].pa, 1, watch[i].accesses, see,
                         &seen);
        cpu_step(rig->cpu);
        assert_int_equal(seen.count, watch[i].count);
        rig_free(rig);
    }
    struct rig *rig = rig_make(RAM_BYTES, false);
    assert_int_equal(cpu_watch_memory(rig->cpu, 0, 0, BOTH, see, NULL), -1);
    assert_int_equal(cpu_watch_memory(rig->cpu, 1, UINT64_MAX, 0, see, NULL),
                     -1);
    assert_int_equal(cpu_watch_memory(rig->cpu, 2, UINT64_MAX, BOTH, see, NULL),
                     -1);
    rig_free(rig);
}

static void devices_are_watched_too(void **state)
{
    (void)state;
    struct rig *rig = paged();
    struct seen seen = {.rig = rig};
    struct one c = {.insn = STORE(0), .address = PLAT_UART_BASE, .priv = CPU_M};
    place(rig, &c);
    cpu_watch_memory(rig->cpu, PLAT_UART_BASE, 1, CPU_STORES, see, &seen);
    cpu_step(rig->cpu);
    assert_int_equal(seen.count, 1);
    assert_int_equal(rig->out_bytes, 1);
    rig_free(rig);
}

/* ---- Whole runs: tests/guest/cpu/mix.S ---- */

#define WATCHED (PLAT_RAM_BASE + 0x120000u) /* its HEAP, both users' */
#define SPAN    0x2000u
#define UNTIL   60000

static uint64_t hash_rig(const struct rig *rig)
{
    uint64_t hash = cpu_hash(rig->cpu);
    for (size_t at = 0; at < rig->ram_bytes; at += 8)
        hash =
            (hash ^ get64(rig, PLAT_RAM_BASE + at)) * UINT64_C(0x100000001b3);
    return hash;
}

static uint64_t plain_run(const char *image, uint64_t until)
{
    struct rig *rig = rig_make(RAM_BYTES, false);
    rig_load(rig, image);
    rig_run(rig, until);
    uint64_t hash = hash_rig(rig);
    rig_free(rig);
    return hash;
}

struct log {
    struct rig *rig;
    size_t count;
    uint64_t clock[8192], pc[8192];
};

static void note(void *ctx, const struct cpu_access *access)
{
    struct log *log = ctx;
    (void)access;
    assert_true(log->count < 8192);
    log->clock[log->count] = cpu_clock(log->rig->cpu);
    log->pc[log->count++] = cpu_pc(log->rig->cpu);
}

/* Steps a second hart and compares what is watched after each: wherever it has
 * changed, that instruction must have been told. */
static void compare_with_steps(const char *image, const struct log *log)
{
    static uint8_t before[SPAN];
    struct rig *rig = rig_make(RAM_BYTES, false);
    rig_load(rig, image);
    size_t at = 0, changes = 0;
    const uint8_t *now = rig->ram + (WATCHED - PLAT_RAM_BASE);
    memcpy(before, now, SPAN);
    while (cpu_clock(rig->cpu) < UNTIL) {
        uint64_t pc = cpu_pc(rig->cpu), clock = cpu_clock(rig->cpu);
        cpu_step(rig->cpu);
        rig_timer(rig);
        if (cpu_clock(rig->cpu) == clock)
            continue; /* a trap */
        bool told = at < log->count && log->clock[at] == clock;
        if (told)
            assert_int_equal(log->pc[at++], pc);
        if (memcmp(before, now, SPAN) != 0) {
            assert_true(told);
            changes++;
            memcpy(before, now, SPAN);
        }
    }
    assert_int_equal(at, log->count);
    assert_true(changes > 300);
    rig_free(rig);
}

static void stores_are_told_where_memory_changes(void **state)
{
    static const char *const images[] = {"mix", "mixc"};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct log *log = calloc(1, sizeof *log);
        struct rig *rig = rig_make(RAM_BYTES, false);
        log->rig = rig;
        rig_load(rig, images[i]);
        cpu_watch_memory(rig->cpu, WATCHED, SPAN, CPU_STORES, note, log);
        rig_run(rig, UNTIL);
        assert_int_equal(hash_rig(rig), plain_run(images[i], UNTIL));
        rig_free(rig);
        compare_with_steps(images[i], log);
        free(log);
    }
}

static void stop_now(void *ctx, const struct cpu_access *access)
{
    struct log *log = ctx;
    (void)access;
    log->count++;
    cpu_request_stop(log->rig->cpu);
}

/* Set and cleared at random clocks, with and without stops. */
static void watching_now_and_then_changes_nothing(void **state)
{
    static const char *const images[] = {"mix", "mixc"};
    uint64_t seed = 99;
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct log *log = calloc(1, sizeof *log);
        struct rig *rig = rig_make(RAM_BYTES, false);
        log->rig = rig;
        rig_load(rig, images[i]);
        while (cpu_clock(rig->cpu) < 1200000) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            uint64_t to = cpu_clock(rig->cpu) + 1 + (seed >> 33) % 40000;
            int id = -1;
            if (seed >> 62 == 0)
                id = cpu_watch_memory(rig->cpu,
                                      WATCHED + (seed >> 40 & 1) * 0x1800 +
                                          (seed >> 41 & 0x18),
                                      8, BOTH, stop_now, log);
            rig_run(rig, to < 1200000 ? to : 1200000);
            cpu_unwatch_memory(rig->cpu, id);
        }
        assert_true(log->count > 100);
        assert_int_equal(hash_rig(rig), plain_run(images[i], 1200000));
        rig_free(rig);
        free(log);
    }
}

static void count_pc(void *ctx, uint64_t pc)
{
    (void)pc;
    ++*(unsigned *)ctx;
}

/* Watched addresses of code keep being told while memory is watched, and
 * afterwards. */
static void watched_code_and_watched_memory_go_together(void **state)
{
    (void)state;
    struct rig *rig = rig_make(RAM_BYTES, false);
    struct log *log = calloc(1, sizeof *log);
    unsigned alone = 0, with = 0;
    log->rig = rig;
    rig_load(rig, "mix");
    rig_run(rig, 10000);
    void *start = malloc(cpu_state_bytes(rig->cpu));
    uint8_t *ram = malloc(RAM_BYTES);
    cpu_save(rig->cpu, start);
    memcpy(ram, rig->ram, RAM_BYTES);
    uint64_t mtimecmp = rig->mtimecmp;
    int id = cpu_watch(rig->cpu, 0x400008, count_pc, &alone);
    rig_run(rig, 50000);
    assert_true(alone > 50);
    cpu_unwatch(rig->cpu, id);
    memcpy(rig->ram, ram, RAM_BYTES);
    cpu_restore(rig->cpu, start);
    cpu_invalidate(rig->cpu, PLAT_RAM_BASE, RAM_BYTES);
    rig->mtimecmp = mtimecmp;
    cpu_watch(rig->cpu, 0x400008, count_pc, &with);
    rig_run(rig, 20000);
    int memory =
        cpu_watch_memory(rig->cpu, WATCHED, SPAN, CPU_STORES, note, log);
    rig_run(rig, 40000);
    assert_true(log->count > 50);
    cpu_unwatch_memory(rig->cpu, memory);
    rig_run(rig, 50000);
    assert_int_equal(with, alone);
    free(ram);
    free(start);
    free(log);
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_access_is_told_before_it_happens),
        cmocka_unit_test(float_accesses_are_none_while_float_is_off),
        cmocka_unit_test(
            a_store_conditional_counts_if_it_holds_the_reservation),
        cmocka_unit_test(only_what_is_watched_is_told),
        cmocka_unit_test(devices_are_watched_too),
        cmocka_unit_test(stores_are_told_where_memory_changes),
        cmocka_unit_test(watching_now_and_then_changes_nothing),
        cmocka_unit_test(watched_code_and_watched_memory_go_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
