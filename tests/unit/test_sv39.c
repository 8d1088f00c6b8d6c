/*
 * test_sv39.c - the page-table walk: each objection on tables made by hand,
 * what is mapped, and ten thousand random accesses against the processor,
 * whose verdict and physical address must be the walk's.
 */
#include "machine_fixture.h"

#include "../../emu/inspect/sv39.h"

#define TABLES (PLAT_RAM_BASE + 0x100000) /* table n: TABLES + n * 4096 */
#define DATA   (PLAT_RAM_BASE + 0x200000)
#define GIB    (UINT64_C(1) << 30)
#define MIB2   (UINT64_C(1) << 21)
#define RWX_AD (PTE_R | PTE_W | PTE_X | PTE_A | PTE_D)

static uint64_t table(unsigned n)
{
    return TABLES + n * 4096u;
}

static uint64_t pte_to(uint64_t pa, uint64_t flags)
{
    return pa >> 12 << 10 | flags;
}

static void set_pte(struct machine *m, unsigned n, unsigned index, uint64_t pte)
{
    memcpy(machine_ram(m, table(n) + 8 * index, 8), &pte, 8);
    machine_wrote(m, table(n) + 8 * index, 8);
}

/* Tables 0 -> 1 -> 2, so that page i of the lowest 2 MiB is table 2, entry i.
 */
static struct machine *three_levels(void **state)
{
    struct machine *m = ((struct board *)*state)->m;
    memset(machine_ram(m, TABLES, 64 * 4096), 0, 64 * 4096);
    machine_wrote(m, TABLES, 64 * 4096);
    set_pte(m, 0, 0, pte_to(table(1), PTE_V));
    set_pte(m, 1, 0, pte_to(table(2), PTE_V));
    return m;
}

static enum sv39_why ask(struct machine *m, uint64_t va,
                         enum sv39_access access, enum cpu_priv priv)
{
    struct sv39_walk w = sv39_walk(m, table(0), va);
    return sv39_check(&w, access, priv, false, false);
}

static void a_mapped_page_translates(void **state)
{
    struct machine *m = three_levels(state);
    set_pte(m, 2, 5, pte_to(DATA + 0x3000, PTE_V | PTE_R | PTE_U));
    struct sv39_walk w = sv39_walk(m, table(0), 0x5678);
    assert_int_equal(w.why, SV39_OK);
    assert_int_equal(w.pa, DATA + 0x3678);
    assert_int_equal(w.page_bytes, 4096);
    assert_int_equal(w.flags, PTE_V | PTE_R | PTE_U);
    assert_int_equal(w.levels, 3);
    assert_int_equal(w.level[0].level, 2);
    assert_int_equal(w.level[2].index, 5);
    assert_int_equal(w.level[2].pte_pa, table(2) + 40);
}

static void large_pages_translate_by_their_size(void **state)
{
    struct machine *m = three_levels(state);
    set_pte(m, 1, 7, pte_to(PLAT_RAM_BASE + 4 * MIB2, PTE_V | PTE_R));
    set_pte(m, 0, 3, pte_to(2 * GIB, PTE_V | PTE_R));
    struct sv39_walk w = sv39_walk(m, table(0), 7 * MIB2 + 0x12345);
    assert_int_equal(w.pa, PLAT_RAM_BASE + 4 * MIB2 + 0x12345);
    assert_int_equal(w.page_bytes, MIB2);
    w = sv39_walk(m, table(0), 3 * GIB + 0x123456);
    assert_int_equal(w.pa, 2 * GIB + 0x123456);
    assert_int_equal(w.page_bytes, GIB);
}

static void each_objection_is_named(void **state)
{
    struct machine *m = three_levels(state);
    set_pte(m, 2, 1, pte_to(DATA, PTE_R | PTE_U));              /* V = 0 */
    set_pte(m, 2, 2, pte_to(DATA, PTE_V | PTE_W | PTE_U));      /* W, no R */
    set_pte(m, 2, 3, pte_to(DATA, PTE_V));                      /* points on */
    set_pte(m, 2, 4, pte_to(DATA, PTE_V | PTE_R));              /* S page */
    set_pte(m, 2, 5, pte_to(DATA, PTE_V | PTE_R | PTE_U));      /* read-only */
    set_pte(m, 2, 6, pte_to(DATA, PTE_V | PTE_X | PTE_U));      /* X only */
    set_pte(m, 2, 7, pte_to(DATA, PTE_V | PTE_R) | 1ull << 60); /* reserved */
    set_pte(m, 1, 1, pte_to(DATA + 4096, PTE_V | PTE_R | PTE_U));
    set_pte(m, 1, 2, pte_to(UINT64_C(0x40000000), PTE_V));
    set_pte(m, 1, 3, pte_to(table(2), PTE_V | PTE_U));
    static const struct {
        uint64_t va;
        enum sv39_access access;
        enum cpu_priv priv;
        enum sv39_why why;
    } row[] = {
        {0x1000, SV39_LOAD, CPU_U, SV39_NOT_VALID},
        {0x2000, SV39_LOAD, CPU_U, SV39_RESERVED},
        {0x3000, SV39_LOAD, CPU_U, SV39_NOT_LEAF},
        {0x4000, SV39_LOAD, CPU_U, SV39_NOT_USER},
        {0x4000, SV39_LOAD, CPU_S, SV39_OK},
        {0x4000, SV39_FETCH, CPU_S, SV39_NOT_EXECUTABLE},
        {0x5000, SV39_STORE, CPU_U, SV39_NOT_WRITABLE},
        {0x5000, SV39_FETCH, CPU_U, SV39_NOT_EXECUTABLE},
        {0x5000, SV39_LOAD, CPU_U, SV39_OK},
        {0x5000, SV39_LOAD, CPU_S, SV39_USER_PAGE},
        {0x6000, SV39_LOAD, CPU_U, SV39_NOT_READABLE},
        {0x6000, SV39_FETCH, CPU_U, SV39_OK},
        {0x6000, SV39_FETCH, CPU_S, SV39_USER_PAGE},
        {0x7000, SV39_LOAD, CPU_S, SV39_RESERVED},
        {0x0000, SV39_LOAD, CPU_U, SV39_NOT_VALID},
        {MIB2, SV39_LOAD, CPU_U, SV39_MISALIGNED},
        {MIB2, SV39_STORE, CPU_U, SV39_NOT_WRITABLE}, /* step 5 before 6 */
        {2 * MIB2, SV39_LOAD, CPU_U, SV39_NO_TABLE},
        {3 * MIB2, SV39_LOAD, CPU_U, SV39_RESERVED},
        {UINT64_C(1) << 38, SV39_LOAD, CPU_U, SV39_NON_CANONICAL},
        {UINT64_C(1) << 63, SV39_LOAD, CPU_U, SV39_NON_CANONICAL},
        {UINT64_MAX - 7, SV39_LOAD, CPU_U, SV39_NOT_VALID},
        {0x5000, SV39_STORE, CPU_M, SV39_BARE},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        enum sv39_why why = ask(m, row[i].va, row[i].access, row[i].priv);
        if (why != row[i].why)
            fail_msg("row %zu: %s", i, sv39_sentence(why, NULL));
    }
}

static void sum_and_mxr_open_what_the_manual_says(void **state)
{
    struct machine *m = three_levels(state);
    set_pte(m, 2, 1, pte_to(DATA, PTE_V | PTE_R | PTE_U));
    set_pte(m, 2, 2, pte_to(DATA, PTE_V | PTE_X));
    struct sv39_walk user = sv39_walk(m, table(0), 0x1000);
    struct sv39_walk code = sv39_walk(m, table(0), 0x2000);
    assert_int_equal(sv39_check(&user, SV39_LOAD, CPU_S, true, false), SV39_OK);
    assert_int_equal(sv39_check(&user, SV39_FETCH, CPU_S, true, false),
                     SV39_USER_PAGE);
    assert_int_equal(sv39_check(&code, SV39_LOAD, CPU_S, false, false),
                     SV39_NOT_READABLE);
    assert_int_equal(sv39_check(&code, SV39_LOAD, CPU_S, false, true), SV39_OK);
}

static void sentences_name_the_deciding_bit(void **state)
{
    (void)state;
    unsigned bit;
    assert_string_equal(sv39_sentence(SV39_NOT_WRITABLE, &bit),
                        "the page is read-only: W = 0");
    assert_int_equal(bit, PTE_W);
    for (int why = SV39_OK; why <= SV39_BARE; why++)
        assert_non_null(sv39_sentence((enum sv39_why)why, &bit));
}

static void reading_stops_at_the_first_byte_that_is_not_there(void **state)
{
    struct machine *m = three_levels(state);
    set_pte(m, 2, 1, pte_to(DATA + 0x5000, PTE_V | PTE_R | PTE_U));
    set_pte(m, 2, 2, pte_to(DATA, PTE_V | PTE_X)); /* permissions: no matter */
    set_pte(m, 2, 3, pte_to(UINT64_C(0x1000), PTE_V | PTE_R));
    memset(machine_ram(m, DATA, 0x6000), 'd', 0x6000);
    machine_wrote(m, DATA, 0x6000);
    uint8_t buf[0x3000];
    assert_int_equal(sv39_read(m, table(0), 0x1ff8, buf, 16), 16);
    assert_int_equal(sv39_read(m, table(0), 0x1800, buf, sizeof buf), 0x1800);
    assert_int_equal(sv39_read(m, table(0), 0x800, buf, 16), 0);
    assert_int_equal(sv39_read(m, 0, DATA, buf, 16), 16);
    assert_int_equal(sv39_read(m, 0, 0x1000, buf, 16), 0);
    assert_int_equal(sv39_read(m, table(0), UINT64_MAX - 3, buf, 16), 0);
}

static void neighbours_with_equal_flags_are_one_range(void **state)
{
    struct machine *m = three_levels(state);
    struct sv39_range r[8];
    uint64_t ru = PTE_V | PTE_R | PTE_U;
    set_pte(m, 2, 1, pte_to(DATA, ru));
    set_pte(m, 2, 2, pte_to(DATA + 0x1000, ru | PTE_A | PTE_D));
    set_pte(m, 2, 3, pte_to(DATA + 0x5000, ru));
    set_pte(m, 2, 4, pte_to(DATA + 0x6000, ru | PTE_W));
    set_pte(m, 2, 9, pte_to(DATA, ru));
    set_pte(m, 0, 511, pte_to(table(3), PTE_V));
    set_pte(m, 3, 511, pte_to(PLAT_RAM_BASE, PTE_V | PTE_R | PTE_X));
    assert_int_equal(sv39_ranges(m, table(0), r, 8), 4);
    assert_int_equal(r[0].va, 0x1000);
    assert_int_equal(r[0].bytes, 0x3000);
    assert_false(r[0].contiguous);
    assert_int_equal(r[1].va, 0x4000);
    assert_true(r[1].contiguous);
    assert_int_equal(r[1].flags, PTE_R | PTE_W | PTE_U);
    assert_int_equal(r[2].va, 0x9000);
    assert_int_equal(r[3].va, 0 - MIB2);
    assert_int_equal(r[3].bytes, MIB2);
    assert_int_equal(sv39_ranges(m, table(0), r, 1), 4);
    assert_int_equal(sv39_ranges(m, UINT64_C(0x1000), r, 8), 0);
}

static void a_table_that_contains_itself_ends(void **state)
{
    struct machine *m = three_levels(state);
    for (unsigned i = 0; i < 512; i++)
        set_pte(m, 0, i, pte_to(table(0), PTE_V));
    struct sv39_range r[4];
    assert_int_equal(sv39_ranges(m, table(0), r, 4), 0);
    assert_int_equal(sv39_walk(m, table(0), 0x1000).why, SV39_NOT_LEAF);
}

/* ---- Against the processor ---- */

#define U_CODE    0x1000 /* fixed pages in slot 0 of the root */
#define S_CODE    0x2000
#define CODE_PA   (PLAT_RAM_BASE + 0x300000)
#define VECTOR_PA (PLAT_RAM_BASE + 0x301000)
#define POOL      6 /* random tables: numbers 3..8 */
#define LD_A0_A1  0x0005b503u
#define SD_A0_A1  0x00a5b023u
#define NOP       0x00000013u
#define MSTATUS   0x300
#define MTVEC     0x305
#define MCAUSE    0x342
#define MTVAL     0x343
#define SATP      0x180
#define MXR_BIT   (UINT64_C(1) << 19)
#define SUM_BIT   (UINT64_C(1) << 18)

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Mostly sensible entries: pointers into the pool, pages of the data area,
 * aligned and misaligned large pages, and some nonsense. Bits that an entry
 * which points on must not have are left out: the engine ignores them, where
 * the manual reserves them (docs/developer/engine.md). */
static uint64_t random_pte(uint32_t *seed, unsigned level)
{
    uint32_t kind = next_random(seed) % 16, r = next_random(seed);
    uint64_t flags = (r & (PTE_R | PTE_W | PTE_X | PTE_U)) | PTE_V;
    uint64_t ad = r >> 8 & (PTE_A | PTE_D | PTE_G);
    uint64_t page = DATA + (r >> 16) % 256 * 4096u;
    if (kind == 0)
        return pte_to(page, flags & ~PTE_V);
    if (kind < 8 && level > 0)
        return pte_to(table(3 + (r >> 20) % POOL), PTE_V);
    if (!(flags & (PTE_R | PTE_X)))
        return pte_to(level > 0 ? table(3 + (r >> 20) % POOL) : page,
                      PTE_V | (flags & PTE_W));
    if (level == 1 && kind < 14)
        page = PLAT_RAM_BASE + MIB2 + (r >> 16) % 4 * MIB2;
    if (level == 2 && kind < 14)
        page = 2 * GIB;
    return pte_to(page, flags | ad);
}

static void random_tables(struct machine *m, uint32_t *seed)
{
    for (unsigned n = 0; n < POOL + 1; n++)
        for (unsigned i = 0; i < 512; i++) {
            /* The pool serves as both levels; entries near the front, where
             * the random addresses look. */
            bool used = i < 8 || i >= 504;
            set_pte(m, n == 0 ? 0 : n + 2, i,
                    used ? random_pte(seed, n == 0 ? 2 : n % 2) : 0);
        }
    set_pte(m, 0, 0, pte_to(table(1), PTE_V));
    set_pte(m, 1, 0, pte_to(table(2), PTE_V));
    set_pte(m, 2, 1, pte_to(CODE_PA, PTE_V | PTE_X | PTE_U | PTE_A));
    set_pte(m, 2, 2, pte_to(CODE_PA, PTE_V | PTE_X | PTE_A));
}

static uint64_t random_va(uint32_t *seed)
{
    uint64_t va = 0;
    for (unsigned level = 0; level < 3; level++) {
        uint32_t r = next_random(seed);
        uint64_t index = r & 1 ? r >> 8 & 7 : 504 + (r >> 8 & 7);
        va |= index << (12 + 9 * level);
    }
    va |= next_random(seed) & 0xff8;
    if (va >> 38 & 1)
        va |= UINT64_MAX << 39;
    if (next_random(seed) % 50 == 0)
        va ^= UINT64_C(1) << (39 + next_random(seed) % 25);
    return va;
}

/* What the manual makes of a refusal: an access fault where a table or the
 * page itself lies outside memory, else a page fault. 0: no trap. */
static uint64_t expected_cause(struct machine *m, const struct sv39_walk *w,
                               enum sv39_why why, enum sv39_access access)
{
    static const uint64_t page[] = {13, 15, 12}, outside[] = {5, 7, 1};
    if (why == SV39_NO_TABLE)
        return outside[access];
    if (why != SV39_OK)
        return page[access];
    return machine_ram(m, w->pa, 8) == NULL ? outside[access] : 0;
}

struct question {
    uint64_t va;
    enum sv39_access access;
    enum cpu_priv priv;
    bool sum, mxr;
};

/* One access by the processor, as the question says; its cause, 0: none. */
static uint64_t do_access(struct machine *m, const struct question *q,
                          uint64_t asid)
{
    struct cpu *cpu = machine_cpu(m);
    struct machine_stop stop;
    uint64_t cause = 0, satp = 8ull << 60 | asid << 44 | table(0) >> 12;
    uint32_t insn = q->access == SV39_STORE ? SD_A0_A1 : LD_A0_A1;
    memcpy(machine_ram(m, CODE_PA, 4), &insn, 4);
    machine_wrote(m, CODE_PA, 4);
    cpu_set_csr(cpu, MCAUSE, 0);
    cpu_set_csr(cpu, SATP, satp);
    cpu_set_csr(cpu, MTVEC, VECTOR_PA);
    cpu_set_csr(cpu, MSTATUS, (q->sum ? SUM_BIT : 0) | (q->mxr ? MXR_BIT : 0));
    cpu_set_x(cpu, 10, 0x5157455354); /* what a store stores */
    cpu_set_x(cpu, 11, q->va);
    cpu_set_privilege(cpu, q->priv);
    cpu_set_pc(cpu, q->access == SV39_FETCH ? q->va
                    : q->priv == CPU_U      ? U_CODE
                                            : S_CODE);
    machine_step(m, &stop);
    if (cpu_pc(cpu) == VECTOR_PA)
        assert_true(cpu_csr(cpu, MCAUSE, &cause));
    cpu_set_privilege(cpu, CPU_M);
    return cause;
}

static void compare(struct machine *m, const struct question *q, uint64_t asid,
                    unsigned round)
{
    struct sv39_walk w = sv39_walk(m, table(0), q->va);
    enum sv39_why why = sv39_check(&w, q->access, q->priv, q->sum, q->mxr);
    uint64_t expected = expected_cause(m, &w, why, q->access), at_pa = 0;
    if (expected == 0) {
        at_pa = w.pa * UINT64_C(0x9e3779b97f4a7c15);
        uint64_t content =
            q->access == SV39_FETCH ? NOP | (uint64_t)NOP << 32 : at_pa;
        memcpy(machine_ram(m, w.pa & ~7ull, 8), &content, 8);
        machine_wrote(m, w.pa & ~7ull, 8);
    }
    uint64_t cause = do_access(m, q, asid), tval = 0;
    if (cause != expected)
        fail_msg("round %u: va 0x%lx access %d priv %d sum %d mxr %d: walk "
                 "says %s (cause %lu), the hart took %lu",
                 round, (unsigned long)q->va, q->access, q->priv, q->sum,
                 q->mxr, sv39_sentence(why, NULL), (unsigned long)expected,
                 (unsigned long)cause);
    cpu_csr(machine_cpu(m), MTVAL, &tval);
    if (cause != 0)
        assert_int_equal(tval, q->va);
    else if (q->access == SV39_LOAD)
        assert_int_equal(cpu_x(machine_cpu(m), 10), at_pa);
    else if (q->access == SV39_STORE)
        assert_memory_equal(machine_ram(m, w.pa, 8), "TSEWQ\0\0\0", 8);
    else
        assert_int_equal(cpu_pc(machine_cpu(m)), q->va + 4);
}

/* The page that the question lands on must not hold the tables or the code. */
static bool harmless(struct machine *m, uint64_t va)
{
    struct sv39_walk w = sv39_walk(m, table(0), va);
    return w.why != SV39_OK || w.pa < TABLES - 4096 ||
           w.pa >= VECTOR_PA + 4096 || (w.pa >= DATA && w.pa < CODE_PA);
}

static void open_pmp(struct cpu *cpu)
{
    assert_true(cpu_set_csr(cpu, 0x3b0, UINT64_MAX >> 10)); /* all addresses */
    assert_true(cpu_set_csr(cpu, 0x3a0, 0x1f));             /* NAPOT, RWX */
}

static void the_processor_agrees_on_random_tables(void **state)
{
    struct machine *m = three_levels(state);
    uint32_t seed = 20261122;
    unsigned asked = 0, allowed = 0;
    open_pmp(machine_cpu(m));
    for (unsigned round = 0; asked < 10000; round++) {
        if (round % 20 == 0)
            random_tables(m, &seed);
        uint32_t r = next_random(&seed);
        struct question q = {.va = random_va(&seed),
                             .access = (enum sv39_access)(r % 3),
                             .priv = r & 0x100 ? CPU_U : CPU_S,
                             .sum = r & 0x200,
                             .mxr = r & 0x400};
        if (!harmless(m, q.va))
            continue;
        struct sv39_walk w = sv39_walk(m, table(0), q.va);
        allowed += sv39_check(&w, q.access, q.priv, q.sum, q.mxr) == SV39_OK;
        compare(m, &q, round & 0xff, round);
        asked++;
    }
    assert_in_range(allowed, 1000, 9000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mapped_page_translates),
        cmocka_unit_test(large_pages_translate_by_their_size),
        cmocka_unit_test(each_objection_is_named),
        cmocka_unit_test(sum_and_mxr_open_what_the_manual_says),
        cmocka_unit_test(sentences_name_the_deciding_bit),
        cmocka_unit_test(reading_stops_at_the_first_byte_that_is_not_there),
        cmocka_unit_test(neighbours_with_equal_flags_are_one_range),
        cmocka_unit_test(a_table_that_contains_itself_ends),
        cmocka_unit_test(the_processor_agrees_on_random_tables),
    };
    return cmocka_run_group_tests(tests, board_setup, board_teardown);
}
