/*
 * test_cpu_fuzz.c - a guest cannot crash or hang the emulator, whatever it
 * executes: random words, words with plausible opcodes, and mutated real
 * instructions, in M, S and U, with paging and floating point on and off, in
 * blocks of many equal instructions too. Traps go to a handler that skips the
 * instruction; every run is bounded. And the same fuzz gives the same state
 * twice, so it also checks determinism.
 */
#include "cpu_fixture.h"

#define RAM_BYTES ((size_t)1 << 20)
#define CODE      (PLAT_RAM_BASE + 0x10000)
#define CODE_SIZE 0x4000
#define HANDLER   (PLAT_RAM_BASE + 0x100)
#define ROUNDS    400

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Skips two bytes past the trap: then every half-word is an entry. */
static const uint32_t handler[] = {
    0x34029073, /* csrw mscratch, t0 */
    0x341022f3, /* csrr t0, mepc */
    0x00228293, /* addi t0, t0, 2 */
    0x34129073, /* csrw mepc, t0 */
    0x340022f3, /* csrr t0, mscratch */
    0x30200073, /* mret */
};

static uint32_t plausible(uint64_t *seed)
{
    static const uint8_t opcodes[] = {
        0x03, 0x07, 0x0f, 0x13, 0x17, 0x1b, 0x23, 0x27, 0x2f, 0x33, 0x37, 0x3b,
        0x43, 0x47, 0x4b, 0x4f, 0x53, 0x63, 0x67, 0x6f, 0x73, 0x73, 0x2f, 0x53};
    uint32_t word = (uint32_t)(next_random(seed) >> 16);
    return (word & ~0x7fu) | opcodes[next_random(seed) % sizeof opcodes];
}

/* CSR instructions on the numbers that exist, sret, fences, wfi. */
static uint32_t privileged(uint64_t *seed)
{
    static const uint16_t csrs[] = {
        0x001, 0x003, 0x100, 0x104, 0x105, 0x106, 0x140, 0x141, 0x142,
        0x144, 0x180, 0x300, 0x302, 0x303, 0x304, 0x306, 0x341, 0x344,
        0x3a0, 0x3a2, 0x3b0, 0x3b5, 0xb00, 0xb02, 0xc00, 0xc01, 0xc02};
    static const uint32_t others[] = {0x10200073, 0x12000073, 0x0000100f,
                                      0x00000073, 0x00100073, 0x10500073};
    uint64_t r = next_random(seed);
    if (r % 4 == 0)
        return others[(r >> 8) % 6];
    return (uint32_t)csrs[(r >> 8) % 27] << 20 | (r >> 20 & 0xff8f80) | 0x73 |
           (1 + (r >> 40) % 3) << 12;
}

static uint32_t any_word(uint64_t *seed, unsigned style)
{
    uint64_t r = next_random(seed);
    if (style == 0 || r % 16 == 0)
        return (uint32_t)(r >> 24);
    if (style == 1 || r % 16 < 12)
        return plausible(seed);
    return privileged(seed);
}

static void fill(struct rig *rig, uint64_t *seed, unsigned round)
{
    uint32_t word = 0;
    for (uint64_t at = 0; at < CODE_SIZE; at += sizeof word) {
        bool same = round % 5 == 4 && at % 2048 != 0;
        if (!same)
            word = any_word(seed, round % 3);
        memcpy(rig->ram + (CODE - PLAT_RAM_BASE) + at, &word, sizeof word);
    }
    cpu_invalidate(rig->cpu, CODE, CODE_SIZE);
}

/* Sv39, one gigabyte page over RAM, readable and writable by the mode. */
static uint64_t paging(struct rig *rig, bool user)
{
    uint64_t pte = PLAT_RAM_BASE >> 2 | 0xcf | (user ? 0x10 : 0);
    memcpy(rig->ram + 0x1000 + 16, &pte, sizeof pte);
    return UINT64_C(8) << 60 | (PLAT_RAM_BASE + 0x1000) >> 12;
}

static void set_up(struct rig *rig, uint64_t *seed)
{
    static const enum cpu_priv modes[] = {CPU_M, CPU_S, CPU_U};
    uint64_t r = next_random(seed);
    enum cpu_priv mode = modes[r % 3];
    for (unsigned n = 1; n < 32; n++)
        cpu_set_x(rig->cpu, n,
                  next_random(seed) % 4 == 0
                      ? next_random(seed)
                      : PLAT_RAM_BASE + next_random(seed) % RAM_BYTES);
    cpu_set_csr(rig->cpu, 0x300, r >> 8 & 1 ? 0x6000 : 0);
    cpu_set_csr(rig->cpu, 0x302, r >> 9 & 1 ? 0 : 0xb000);
    cpu_set_csr(rig->cpu, 0x303, 0x222);
    cpu_set_csr(rig->cpu, 0x304, r >> 10 & 0xaaa);
    cpu_set_csr(rig->cpu, 0x305, HANDLER);
    cpu_set_csr(rig->cpu, 0x105, CODE + (r >> 24 & 0xffc));
    cpu_set_csr(rig->cpu, 0x3b0, UINT64_MAX);
    cpu_set_csr(rig->cpu, 0x3a0, 0x1f);
    cpu_set_csr(rig->cpu, 0x180, r >> 11 & 1 ? paging(rig, mode == CPU_U) : 0);
    cpu_set_privilege(rig->cpu, mode);
    cpu_set_pc(rig->cpu, CODE + (r >> 32) % CODE_SIZE);
}

static void one_round(struct rig *rig, uint64_t *seed, unsigned round)
{
    rig_code(rig, HANDLER, handler, sizeof handler / sizeof *handler);
    fill(rig, seed, round);
    set_up(rig, seed);
    uint64_t end = cpu_clock(rig->cpu) + 2000;
    for (unsigned tries = 0; tries < 20; tries++) {
        enum cpu_stop stop = rig_run(rig, end);
        assert_int_not_equal(stop, CPU_STOP_ENGINE);
        if (cpu_clock(rig->cpu) >= end)
            break;
        cpu_set_pc(rig->cpu, CODE + next_random(seed) % CODE_SIZE);
        cpu_set_irq(rig->cpu, CPU_IRQ_SSI, tries & 1);
        cpu_set_irq(rig->cpu, CPU_IRQ_SEI, tries & 2);
        rig->finished = false;
    }
}

static uint64_t fuzz(uint64_t seed, unsigned rounds)
{
    struct rig *rig = rig_make(RAM_BYTES, false);
    for (unsigned round = 0; round < rounds; round++)
        one_round(rig, &seed, round);
    uint64_t hash = cpu_hash(rig->cpu);
    rig_free(rig);
    return hash;
}

static void random_code_neither_crashes_nor_hangs_nor_differs(void **state)
{
    const char *given = getenv("FUZZ_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 0) : 20241122;
    (void)state;
    uint64_t first = fuzz(seed, ROUNDS);
    assert_int_equal(fuzz(seed, ROUNDS), first);
}

static void a_block_of_one_word_repeated_is_harmless(void **state)
{
    static const uint32_t words[] = {
        0x20002000, 0xbebebebe, 0x20022002, 0xa000a000, 0x9c419c41, 0x80008000,
        0x00000000, 0xffffffff, 0x02007053, 0x1005302f, 0x00010001};
    (void)state;
    struct rig *rig = rig_make(RAM_BYTES, false);
    rig_code(rig, HANDLER, handler, sizeof handler / sizeof *handler);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (unsigned fs = 0; fs < 2; fs++) {
            for (uint64_t at = 0; at < CODE_SIZE; at += 4)
                memcpy(rig->ram + (CODE - PLAT_RAM_BASE) + at, &words[i], 4);
            cpu_invalidate(rig->cpu, CODE, CODE_SIZE);
            cpu_set_csr(rig->cpu, 0x305, HANDLER);
            cpu_set_csr(rig->cpu, 0x300, fs * 0x6000);
            for (unsigned n = 1; n < 32; n++)
                cpu_set_x(rig->cpu, n, PLAT_RAM_BASE + 0x8000);
            cpu_set_privilege(rig->cpu, CPU_M);
            cpu_set_pc(rig->cpu, CODE);
            enum cpu_stop stop =
                rig_run(rig, cpu_clock(rig->cpu) + 210);
            assert_int_not_equal(stop, CPU_STOP_ENGINE);
        }
    rig_free(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_of_one_word_repeated_is_harmless),
        cmocka_unit_test(random_code_neither_crashes_nor_hangs_nor_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
