/*
 * pmp.c - physical memory protection: S and U are held to it, M is not unless
 * an entry is locked.
 *
 * Privileged manual 3.7.1: NA4, NAPOT, TOR; R W X; lowest-numbered match wins;
 * no match refuses S and U; the whole access must lie in the entry; L binds M
 * and freezes the entry (and, for TOR, the address below); MPRV accesses are
 * checked as the mode in MPP; 3.7.2: page-table walks are checked as S, and
 * fail with an access fault of the original kind.
 */
#include "env.h"

const char *const test_name = "pmp";

#define R       1
#define W       2
#define X       4
#define TOR     0x08
#define NA4     0x10
#define NAPOT   0x18
#define LOCK    0x80

#define GUARDED (RAM_SCRATCH + 0x40000)

SNIPPET(load, "li a2, 5\n ld a2, 0(a0)\n ecall");
SNIPPET(load_word, "li a2, 5\n lw a2, 0(a0)\n ecall");
SNIPPET(store, "nop\n sd a1, 0(a0)\n ecall");
SNIPPET(store_word, "nop\n sw a1, 0(a0)\n ecall");
SNIPPET(jump, "nop\n jr a0");
SNIPPET(mprv_load, "csrw mstatus, a1\n ld a2, 0(a0)\n csrw mstatus, zero\n"
                   "ecall");

SNIPPET(load_store, "ld a2, 0(a0)\n sd a2, 8(a0)\n ecall");
SNIPPET(load_jump, "ld a2, 0(a0)\n jr a0");

static const u64 ecall_cause[] = {C_ECALL_U, C_ECALL_S, 0, C_ECALL_M};

/* Entries 0..3 are the test's; entry 7 opens the rest of memory. */
static void entries(u64 config)
{
    csr_write(pmpcfg0, config | (u64)(NAPOT | R | W | X) << 56);
    __asm__ volatile("sfence.vma" ::: "memory");
}

static void open_again(void)
{
    csr_write(pmpaddr7, ~0UL >> 10);
    entries(0);
}

static u64 napot(u64 base, u64 size)
{
    return base >> 2 | (size / 8 - 1);
}

/* Whether each access comes behind a fence (3.7.2 asks for one after a change
 * of an entry, not before another kind of access). */
static int fenced = 1;

static void expect(const char *what, int mode, const char *code, u64 at,
                   u64 cause)
{
    if (fenced)
        __asm__ volatile("sfence.vma" ::: "memory");
    enter(mode, code, at, 0x5a5a);
    if (cause)
        check_trap(what, MODE_M, cause, code == jump ? at : (u64)code + 4, at);
    else
        check_trap(what, MODE_M, ecall_cause[mode],
                   code == jump ? at : (u64)code + 8, 0);
}

/* R, W, X and their combinations that are not reserved (W without R is). */
static void permissions(void)
{
    static const u64 sets[] = {0, R, R | W, X, R | X, R | W | X};
    store32(GUARDED, 0x00000073);
    for (unsigned i = 0; i < sizeof sets / sizeof *sets; i++) {
        u64 set = sets[i];
        csr_write(pmpaddr0, napot(GUARDED, 4096));
        entries(NAPOT | set);
        for (int mode = MODE_U; mode <= MODE_S; mode++) {
            expect("load", mode, load, GUARDED, set & R ? 0 : C_LOAD_ACCESS);
            expect("store", mode, store, GUARDED + 8,
                   set & W ? 0 : C_STORE_ACCESS);
            expect("jump", mode, jump, GUARDED, set & X ? 0 : C_FETCH_ACCESS);
            expect("load beyond", mode, load, GUARDED + 4096, 0);
            expect("load before", mode, load, GUARDED - 8, 0);
        }
        expect("M-mode is not held: load", MODE_M, load, GUARDED, 0);
        expect("M-mode is not held: store", MODE_M, store, GUARDED + 16, 0);
        expect("M-mode is not held: jump", MODE_M, jump, GUARDED, 0);
    }
    open_again();
}

/* A page that has been read, written or fetched from keeps its other limits. */
static void page_in_use(void)
{
    static const u64 sets[] = {R, R | W, R | X};
    fenced = 0;
    for (unsigned i = 0; i < sizeof sets / sizeof *sets; i++) {
        u64 set = sets[i];
        csr_write(pmpaddr0, napot(GUARDED, 4096));
        entries(NAPOT | set);
        expect("page in use: load", MODE_S, load, GUARDED, 0);
        expect("page in use: store", MODE_S, store, GUARDED + 8,
               set & W ? 0 : C_STORE_ACCESS);
        expect("page in use: jump", MODE_S, jump, GUARDED,
               set & X ? 0 : C_FETCH_ACCESS);
        enter(MODE_S, load_store, GUARDED, 0);
        check("page in use: load, store", seen.cause,
              set & W ? C_ECALL_S : C_STORE_ACCESS);
        enter(MODE_S, load_jump, GUARDED, 0);
        check("page in use: load, jump", seen.cause,
              set & X ? C_ECALL_S : C_FETCH_ACCESS);
    }
    fenced = 1;
    open_again();
}

static void top_of_range(void)
{
    csr_write(pmpaddr0, GUARDED >> 2);
    csr_write(pmpaddr1, (GUARDED + 0x2000) >> 2);
    entries((u64)(TOR | R) << 8);
    expect("TOR: first word", MODE_S, store, GUARDED, C_STORE_ACCESS);
    expect("TOR: last word", MODE_S, store, GUARDED + 0x1ff8, C_STORE_ACCESS);
    expect("TOR: load inside", MODE_S, load, GUARDED + 0x1000, 0);
    expect("TOR: before", MODE_S, store, GUARDED - 8, 0);
    expect("TOR: behind", MODE_S, store, GUARDED + 0x2000, 0);
    csr_write(pmpaddr1, (GUARDED - 0x1000) >> 2);
    entries((u64)TOR << 8);
    expect("TOR: an empty range matches nothing", MODE_S, store, GUARDED, 0);
    open_again();
}

/* 3.7.1: an entry that is off shows the grain in an address of all ones; a
 * coarse one cannot select NA4. */
static int grain_is_four_bytes(void)
{
    csr_write(pmpcfg0, (u64)(NAPOT | R | W | X) << 56);
    csr_write(pmpaddr0, ~0UL);
    u64 shown = csr_read(pmpaddr0);
    check("the grain divides a page", (shown & 1 << 10) != 0, 1);
    if (shown & 1)
        return 1;
    entries(NA4);
    check("NA4 cannot be selected", (csr_read(pmpcfg0) & NAPOT) != NA4, 1);
    entries(NAPOT);
    csr_write(pmpaddr0, napot(GUARDED, 4096));
    check("NAPOT shows ones below the grain", csr_read(pmpaddr0) & 0x3ff,
          0x1ff);
    entries(0);
    csr_write(pmpaddr0, 0x20000fff);
    check("OFF shows zeroes below the grain", csr_read(pmpaddr0) & 0x1ff, 0);
    return 0;
}

static void four_bytes(void)
{
    if (!grain_is_four_bytes()) {
        open_again();
        return;
    }
    csr_write(pmpaddr0, (GUARDED + 0x104) >> 2);
    entries(NA4);
    expect("NA4: the word", MODE_U, load_word, GUARDED + 0x104, C_LOAD_ACCESS);
    expect("NA4: the word before", MODE_U, load_word, GUARDED + 0x100, 0);
    expect("NA4: the word behind", MODE_U, load_word, GUARDED + 0x108, 0);
    expect("NA4: a doubleword half inside", MODE_U, load, GUARDED + 0x100,
           C_LOAD_ACCESS);
    entries(NA4 | R);
    expect("an access half inside fails even if both halves allow", MODE_U,
           load, GUARDED + 0x100, C_LOAD_ACCESS);
    open_again();
}

static void order(void)
{
    csr_write(pmpaddr0, napot(GUARDED, 4096));
    csr_write(pmpaddr1, napot(GUARDED - 0x3000, 0x4000));
    csr_write(pmpaddr1, napot(GUARDED & ~0x3fffUL, 0x4000));
    entries(NAPOT | R | (u64)NAPOT << 8);
    expect("the lowest-numbered match decides", MODE_S, load, GUARDED, 0);
    expect("the next one the rest", MODE_S, load,
           (GUARDED & ~0x3fffUL) + 0x1000, C_LOAD_ACCESS);
    open_again();
}

static void translated(void)
{
    u64 root = space_new(), page = page_new();
    space_map(root, 0x10000, page, PTE_RWX, 0);
    u64 table = *(u64 *)root >> 10 << 12;
    csr_write(pmpaddr0, napot(page, 4096));
    entries(NAPOT | R);
    space_use(root);
    expect("a page is checked at its physical address: load", MODE_S, load,
           0x10000, 0);
    expect("store", MODE_S, store, 0x10000, C_STORE_ACCESS);
    expect("jump", MODE_S, jump, 0x10000, C_FETCH_ACCESS);
    csr_write(pmpaddr0, napot(root, 4096));
    entries(NAPOT);
    enter(MODE_S, load, 0x10000, 0);
    check_trap("a fetch whose walk may not read the table", MODE_M,
               C_FETCH_ACCESS, (u64)load, (u64)load);
    csr_write(pmpaddr0, napot(table, 4096));
    __asm__ volatile("sfence.vma" ::: "memory");
    expect("a load whose walk may not read the table", MODE_S, load, 0x10000,
           C_LOAD_ACCESS);
    expect("a store whose walk may not read the table", MODE_S, store, 0x10000,
           C_STORE_ACCESS);
    reset_state();
    open_again();
}

static void as_another_mode(void)
{
    csr_write(pmpaddr0, napot(GUARDED, 4096));
    entries(NAPOT);
    enter(MODE_M, mprv_load, GUARDED, ST_MPRV | MPP(MODE_S));
    check_trap_at("MPRV: as S", MODE_M, C_LOAD_ACCESS, mprv_load, 4, GUARDED);
    csr_write(mstatus, 0);
    enter(MODE_M, mprv_load, GUARDED, ST_MPRV | MPP(MODE_U));
    check_trap_at("MPRV: as U", MODE_M, C_LOAD_ACCESS, mprv_load, 4, GUARDED);
    csr_write(mstatus, 0);
    enter(MODE_M, mprv_load, GUARDED, ST_MPRV | MPP(MODE_M));
    check_trap_at("MPRV: as M", MODE_M, C_ECALL_M, mprv_load, 12, 0);
    csr_write(mstatus, 0);
    open_again();
}

static void nothing_matches(void)
{
    csr_write(pmpcfg0, 0);
    csr_write(pmpaddr0, napot(GUARDED, 4096));
    csr_write(pmpcfg0, NAPOT | R | W | X);
    __asm__ volatile("sfence.vma" ::: "memory");
    enter(MODE_S, load, GUARDED, 0);
    check_trap("no entry matches: S may not even fetch", MODE_M, C_FETCH_ACCESS,
               (u64)load, (u64)load);
    open_again();
}

/* Last, for a lock holds until reset. */
static void locked(void)
{
    csr_write(pmpaddr2, GUARDED >> 2);
    csr_write(pmpaddr3, (GUARDED + 0x1000) >> 2);
    entries((u64)(TOR | LOCK | R) << 24);
    expect("locked: M may load", MODE_M, load, GUARDED, 0);
    expect("locked: M may not store", MODE_M, store, GUARDED, C_STORE_ACCESS);
    expect("locked: M may not store words", MODE_M, store_word, GUARDED + 0xffc,
           C_STORE_ACCESS);
    expect("locked: M may not jump there", MODE_M, jump, GUARDED,
           C_FETCH_ACCESS);
    expect("locked: before it is free", MODE_M, store, GUARDED - 8, 0);
    csr_write(pmpaddr3, 0);
    check("a locked entry's address is frozen", csr_read(pmpaddr3),
          (GUARDED + 0x1000) >> 2);
    csr_write(pmpaddr2, 0);
    check("and with TOR the one below", csr_read(pmpaddr2), GUARDED >> 2);
    entries(0);
    check("and its configuration", csr_read(pmpcfg0) >> 24 & 0xff,
          TOR | LOCK | R);
    csr_write(pmpaddr0, 0x1234000);
    check("others are not", csr_read(pmpaddr0), 0x1234000);
}

void test_main(void)
{
    open_again();
    permissions();
    page_in_use();
    top_of_range();
    four_bytes();
    order();
    translated();
    as_another_mode();
    nothing_matches();
    locked();
}
