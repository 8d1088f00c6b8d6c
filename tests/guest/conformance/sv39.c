/*
 * sv39.c - address translation, every way a walk can end.
 *
 * Privileged manual: 4.3.2 (the algorithm, step by step), 4.4.1 (Sv39: non-
 * canonical addresses, superpages, reserved bits), 3.1.6.3 (MPRV, MXR, SUM),
 * 3.1.15 (which of 12, 13, 15 and of 1, 5, 7), 3.7.2 and 4.3.2 step 2 (a walk
 * that reaches no memory is an access fault of the original kind). This
 * board's walker sets A and D itself, as QEMU's does.
 */
#include "env.h"

const char *const test_name = "sv39";

#define VA 0x0000001080201000UL /* a page with an index in all levels */

SNIPPET(load, "li a2, 5\n ld a2, 0(a0)\n ecall");
SNIPPET(store, "nop\n sd a1, 0(a0)\n ecall");
SNIPPET(jump, "nop\n jr a0");
SNIPPET(amo, "nop\n amoadd.d a2, a1, (a0)\n ecall");
SNIPPET(load_byte, "li a2, 5\n lbu a2, 0(a0)\n ecall");

static const u64 ecall_cause[] = {C_ECALL_U, C_ECALL_S, 0, C_ECALL_M};

/* A space of the kernel's with one page at VA, and code for U at USER_CODE. */
#define USER_CODE 0x2000000000UL
static u64 root, frame;

static u64 user_va(const char *code)
{
    return USER_CODE + ((u64)code & 0xfff);
}

static u64 *make(u64 bits, int level)
{
    reset_state();
    root = space_new();
    frame = page_new();
    store64(frame, 0x1122334455667788);
    store32(frame + 0x800, 0x00000073);
    space_map(root, USER_CODE, (u64)load & ~0xfffUL,
              PTE_V | PTE_R | PTE_X | PTE_U | PTE_AD, 0);
    u64 size = 4096UL << 9 * level;
    u64 *entry =
        space_map(root, VA & ~(size - 1), frame & ~(size - 1), bits, level);
    space_use(root);
    return entry;
}

/* The address in the page of `level` that holds frame. */
static u64 alias(int level)
{
    u64 size = 4096UL << 9 * level;
    return (VA & ~(size - 1)) + (frame & (size - 1));
}

static void expect(const char *what, int mode, const char *code, u64 at,
                   u64 cause)
{
    u64 pc = mode == MODE_U ? user_va(code) : (u64)code;
    enter(mode, (const void *)pc, at, 1);
    if (cause)
        check_trap(what, MODE_M, cause, code == jump ? at : pc + 4, at);
    else
        check_trap(what, MODE_M, ecall_cause[mode], code == jump ? at : pc + 8,
                   0);
}

static void accesses(const char *what, int mode, u64 at, u64 r, u64 w, u64 x)
{
    expect(what, mode, load, at, r);
    expect(what, mode, store, at + 8, w);
    expect(what, mode, jump, at + 0x800, x);
}

static void all_three(const char *what, int mode, u64 at, u64 r, u64 w, u64 x)
{
    accesses(what, mode, at, r, w, x);
    expect("amo", mode, amo, at + 8, w);
}

#define PAGE C_LOAD_PAGE, C_STORE_PAGE, C_FETCH_PAGE

/* Every combination of V R W X U, at each level, from S and from U. */
static void permissions(void)
{
    for (int level = 0; level < 3; level++)
        for (u64 bits = 0; bits < 32; bits++) {
            int pointer = !(bits & (PTE_R | PTE_W | PTE_X));
            if (pointer && level > 0)
                continue; /* a table, not a leaf: see tables() */
            make(bits | PTE_AD, level);
            int good =
                bits & PTE_V && !pointer && !(bits & PTE_W && !(bits & PTE_R));
            for (int mode = MODE_U; mode <= MODE_S; mode++) {
                int mine =
                    good && (bits & PTE_U ? mode == MODE_U : mode == MODE_S);
                all_three("V R W X U", mode, alias(level),
                          mine && bits & PTE_R ? 0 : C_LOAD_PAGE,
                          mine && bits & PTE_W ? 0 : C_STORE_PAGE,
                          mine && bits & PTE_X ? 0 : C_FETCH_PAGE);
            }
        }
}

static void supervisor_access_to_user(void)
{
    make(PTE_RWX | PTE_U, 0);
    expect("S load of a U page, SUM off", MODE_S, load, VA, C_LOAD_PAGE);
    csr_write(mstatus, ST_SUM);
    expect("S load of a U page, SUM on", MODE_S, load, VA, 0);
    check("its value", seen.x[12], 0x1122334455667788);
    expect("S store to a U page, SUM on", MODE_S, store, VA + 8, 0);
    expect("S never executes a U page, SUM on", MODE_S, jump, VA + 0x800,
           C_FETCH_PAGE);
    expect("U is not touched by SUM", MODE_U, load, VA, 0);
    make(PTE_RWX, 0);
    csr_write(mstatus, ST_SUM);
    expect("U never reads an S page, SUM on", MODE_U, load, VA, C_LOAD_PAGE);
}

static void executable_readable(void)
{
    make(PTE_V | PTE_X | PTE_AD, 0);
    expect("load of an X-only page, MXR off", MODE_S, load, VA, C_LOAD_PAGE);
    csr_write(mstatus, ST_MXR);
    expect("load of an X-only page, MXR on", MODE_S, load, VA, 0);
    expect("store to an X-only page, MXR on", MODE_S, store, VA, C_STORE_PAGE);
    make(PTE_V | PTE_X | PTE_AD | PTE_U, 0);
    csr_write(mstatus, ST_MXR);
    expect("U load of an X-only page, MXR on", MODE_U, load, VA, 0);
    expect("S load of a U X-only page, MXR, no SUM", MODE_S, load, VA,
           C_LOAD_PAGE);
    csr_write(mstatus, ST_MXR | ST_SUM);
    expect("S load of a U X-only page, MXR and SUM", MODE_S, load, VA, 0);
}

static void accessed_and_dirty(void)
{
    u64 *entry = make(PTE_V | PTE_R | PTE_W | PTE_X, 0);
    expect("load with A = 0", MODE_S, load, VA, 0);
    check("sets A only", *entry & PTE_AD, PTE_A);
    expect("store with D = 0", MODE_S, store, VA, 0);
    check("sets D", *entry & PTE_AD, PTE_AD);
    entry = make(PTE_V | PTE_R | PTE_X, 0);
    expect("store to a read-only page", MODE_S, store, VA, C_STORE_PAGE);
    check("sets neither", *entry & PTE_D, 0);
    entry = make(PTE_V | PTE_R | PTE_W | PTE_X, 0);
    expect("fetch with A = 0", MODE_S, jump, VA + 0x800, 0);
    check("fetch sets A only", *entry & PTE_AD, PTE_A);
    entry = make(PTE_V | PTE_R | PTE_W, 0);
    expect("amo with A = D = 0", MODE_S, amo, VA, 0);
    check("amo sets both", *entry & PTE_AD, PTE_AD);
    entry = make(PTE_V | PTE_R | PTE_W | PTE_U, 0);
    expect("refused load", MODE_S, load, VA, C_LOAD_PAGE);
    check("a refused access sets nothing", *entry & PTE_AD, 0);
}

/* Bits 63..54 are reserved without Svpbmt and Svnapot; a misaligned superpage
 * and a pointer at the last level end the walk as well. */
static void malformed(void)
{
    u64 *entry = make(PTE_RWX, 1);
    *entry |= 1UL << 10;
    all_three("2 MiB page with a low PPN bit", MODE_S, alias(1), PAGE);
    entry = make(PTE_RWX, 2);
    *entry |= 1UL << 27;
    all_three("1 GiB page with a low PPN bit", MODE_S, alias(2), PAGE);
    entry = make(PTE_V, 0);
    all_three("a pointer in the last level", MODE_S, VA, PAGE);
    for (int bit = 54; bit < 64; bit++) {
        entry = make(PTE_RWX, 0);
        *entry |= 1UL << bit;
        accesses(bit < 62 ? "reserved bit 54..61 of a leaf"
                          : "reserved bit 62 or 63 of a leaf",
                 MODE_S, VA, PAGE);
    }
    entry = make(PTE_RWX | 3UL << 8, 0);
    all_three("the RSW bits are free", MODE_S, VA, 0, 0, 0);
    entry = make(PTE_RWX | PTE_G, 0);
    all_three("G changes nothing here", MODE_S, VA, 0, 0, 0);
}

static void tables(void)
{
    for (int level = 1; level < 3; level++) {
        make(0, 0);
        u64 *pointer = space_map(root, VA, 0, 0, level);
        all_three("a table entry of zero", MODE_S, VA, PAGE);
        *pointer = PTE_OF(frame, PTE_V | PTE_W);
        all_three("a table entry with W only", MODE_S, VA, PAGE);
        for (u64 bit = 4; bit <= 7; bit++) {
            if (bit == 5)
                continue;
            make(PTE_RWX, 0);
            u64 *table = (u64 *)root + (VA >> 30 & 511);
            if (level == 1)
                table = (u64 *)(*table >> 10 << 12) + (VA >> 21 & 511);
            *table |= 1UL << bit;
            __asm__ volatile("sfence.vma" ::: "memory");
            accesses("D, A or U in a pointer is reserved", MODE_S, VA, PAGE);
        }
        make(0, 0);
        pointer = space_map(root, VA, 0, 0, level);
        *pointer = PTE_OF(NOTHING, PTE_V);
        all_three("a table where no memory is", MODE_S, VA, C_LOAD_ACCESS,
                  C_STORE_ACCESS, C_FETCH_ACCESS);
    }
}

static void non_canonical(void)
{
    static const u64 bad[] = {1UL << 39, 1UL << 40 | VA, 1UL << 63 | VA,
                              0xffffffbfffffe000, 0x0000004000000000};
    make(PTE_RWX, 0);
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        all_three("bits 63..39 differ from bit 38", MODE_S, bad[i], PAGE);
    space_map(root, -4096UL, frame, PTE_RWX, 0);
    space_map(root, 0xffffffc000000000, frame, PTE_RWX, 0);
    space_map(root, 0x3ffffff000, frame, PTE_RWX, 0);
    __asm__ volatile("sfence.vma" ::: "memory");
    all_three("the last page of all", MODE_S, -4096UL, 0, 0, 0);
    all_three("the first page of the upper half", MODE_S, 0xffffffc000000000, 0,
              0, 0);
    all_three("the last page of the lower half", MODE_S, 0x3ffffff000, 0, 0, 0);
    expect("the very last byte", MODE_S, load_byte, -1UL, 0);
    expect("behind the lower half", MODE_S, load_byte, 0x4000000000,
           C_LOAD_PAGE);
}

/* Virtual addresses that equal devices' and nothing's physical ones. */
static void aliases(void)
{
    static const u64 at[] = {0,    0x1000,  FINISHER,   CLINT,       PLIC,
                             UART, NOTHING, 0x7ffff000, 0x1000000000};
    make(PTE_RWX, 0);
    for (unsigned i = 0; i < sizeof at / sizeof *at; i++) {
        space_map(root, at[i], frame, PTE_RWX, 0);
        __asm__ volatile("sfence.vma" ::: "memory");
        all_three("a page over a device's address", MODE_S, at[i], 0, 0, 0);
        enter(MODE_S, load, at[i], 0);
        check("reads the page", seen.x[12], 0x1122334455667788);
    }
    space_map(root, 0x50000000, UART, PTE_RW, 0);
    space_map(root, 0x50001000, NOTHING, PTE_RWX, 0);
    __asm__ volatile("sfence.vma" ::: "memory");
    expect("the UART, mapped", MODE_S, load_byte, 0x50000005, 0);
    check("its line status", seen.x[12] & 0x60, 0x60);
    all_three("a page of nothing", MODE_S, 0x50001000, C_LOAD_ACCESS,
              C_STORE_ACCESS, C_FETCH_ACCESS);
}

/* A four-byte instruction whose halves lie in two pages. */
static void straddling_fetch(void)
{
    make(PTE_RWX, 0);
    u64 second = page_new();
    *(volatile u16 *)(frame + 0xffe) = 0x0073;
    *(volatile u16 *)second = 0x0000;
    enter(MODE_S, jump, VA + 0xffe, 0);
    check_trap("second half's page is missing", MODE_M, C_FETCH_PAGE,
               VA + 0xffe, VA + 0x1000);
    space_map(root, VA + 0x1000, second, PTE_RWX, 0);
    __asm__ volatile("fence.i\n sfence.vma" ::: "memory");
    enter(MODE_S, jump, VA + 0xffe, 0);
    check_trap("an ecall across two pages", MODE_M, C_ECALL_S, VA + 0xffe, 0);
    space_map(root, VA + 0x1000, second, PTE_RW, 0);
    __asm__ volatile("sfence.vma" ::: "memory");
    enter(MODE_S, jump, VA + 0xffe, 0);
    check_trap("second half's page is not executable", MODE_M, C_FETCH_PAGE,
               VA + 0xffe, VA + 0x1000);
    *(volatile u16 *)(frame + 0xffe) = 0x9002;
    __asm__ volatile("fence.i" ::: "memory");
    enter(MODE_S, jump, VA + 0xffe, 0);
    check("a compressed instruction there needs no second page", seen.cause,
          C_BREAK);
}

/* M-mode is not translated, unless MPRV lends it another mode's eyes. */
SNIPPET(m_load, "csrw mstatus, a1\n ld a2, 0(a0)\n csrw mstatus, zero\n"
                "ecall");
SNIPPET(m_store, "csrw mstatus, a1\n sd zero, 0(a0)\n csrw mstatus, zero\n"
                 "ecall");

static void by_proxy(const char *what, const char *code, u64 status, u64 cause)
{
    enter(MODE_M, code, VA, status);
    check("taken from M", mpp_of(seen.status), MODE_M);
    if (cause)
        check_trap_at(what, MODE_M, cause, code, 4, VA);
    else
        check_trap_at(what, MODE_M, C_ECALL_M, code, 12, 0);
    csr_write(mstatus, 0);
}

static void modify_privilege(void)
{
    make(PTE_RWX, 0);
    expect("M-mode load is bare", MODE_M, load, VA, C_LOAD_ACCESS);
    by_proxy("MPRV as S", m_load, ST_MPRV | MPP(MODE_S), 0);
    check("its value", seen.x[12], 0x1122334455667788);
    by_proxy("MPRV as U of an S page", m_load, ST_MPRV | MPP(MODE_U),
             C_LOAD_PAGE);
    by_proxy("MPRV as M is bare", m_load, ST_MPRV | MPP(MODE_M), C_LOAD_ACCESS);
    by_proxy("MPRV store as S", m_store, ST_MPRV | MPP(MODE_S), 0);
    check("it stored", load64(frame), 0);
    make(PTE_V | PTE_R | PTE_U | PTE_AD, 0);
    by_proxy("MPRV as U", m_load, ST_MPRV | MPP(MODE_U), 0);
    by_proxy("MPRV as S of a U page", m_load, ST_MPRV | MPP(MODE_S),
             C_LOAD_PAGE);
    by_proxy("MPRV as S of a U page with SUM", m_load,
             ST_MPRV | ST_SUM | MPP(MODE_S), 0);
    by_proxy("MPRV store to a read-only page", m_store, ST_MPRV | MPP(MODE_U),
             C_STORE_PAGE);
    make(PTE_V | PTE_X | PTE_AD, 0);
    by_proxy("MPRV as S of an X-only page", m_load, ST_MPRV | MPP(MODE_S),
             C_LOAD_PAGE);
    by_proxy("MPRV with MXR", m_load, ST_MPRV | ST_MXR | MPP(MODE_S), 0);
}

static void delegated(void)
{
    make(PTE_V | PTE_R | PTE_U | PTE_AD, 0);
    csr_write(medeleg,
              1 << C_LOAD_PAGE | 1 << C_STORE_PAGE | 1 << C_FETCH_PAGE);
    u64 pc = user_va(store);
    enter(MODE_U, (const void *)pc, VA, 0);
    check_trap("store page fault, delegated", MODE_S, C_STORE_PAGE, pc + 4, VA);
    check("from U", seen.status & ST_SPP, 0);
    enter(MODE_U, (const void *)user_va(jump), VA, 0);
    check_trap("fetch page fault, delegated", MODE_S, C_FETCH_PAGE, VA, VA);
    enter(MODE_S, load, VA, 0);
    check_trap("load page fault in S, delegated", MODE_S, C_LOAD_PAGE,
               (u64)load + 4, VA);
    check("from S", (seen.status & ST_SPP) != 0, 1);
}

void test_main(void)
{
    permissions();
    supervisor_access_to_user();
    executable_readable();
    accessed_and_dirty();
    malformed();
    tables();
    non_canonical();
    aliases();
    straddling_fetch();
    modify_privilege();
    delegated();
    reset_state();
}
