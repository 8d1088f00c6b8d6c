/*
 * misaligned.c - loads and stores at every misalignment, bare and through page
 * tables, within a page and across two.
 *
 * Unprivileged manual 2.6: this board's execution environment supports
 * misaligned loads and stores, as QEMU virt does. Privileged manual 3.1.16: if
 * one part of a straddling access faults, tval is the address of that part.
 */
#include "env.h"

const char *const test_name = "misaligned";

static u8 area[64] __attribute__((aligned(64)));

static u64 pattern(const volatile u8 *from, int bytes, int sign)
{
    u64 value = 0;
    for (int i = 0; i < bytes; i++)
        value |= (u64)from[i] << 8 * i;
    if (sign && bytes < 8 && value >> (8 * bytes - 1) & 1)
        value |= ~0UL << 8 * bytes;
    return value;
}

#define LOAD(op, at)                                                           \
    ({                                                                         \
        u64 r_;                                                                \
        __asm__ volatile(#op " %0, 0(%1)" : "=r"(r_) : "r"(at) : "memory");    \
        r_;                                                                    \
    })
#define STORE(op, at, value)                                                   \
    __asm__ volatile(#op " %1, 0(%0)" ::"r"(at), "r"((u64)(value)) : "memory")

static void fill(void)
{
    for (int i = 0; i < 64; i++)
        area[i] = (u8)(i * 37 + 0x71);
}

static void bare_loads(void)
{
    fill();
    for (int offset = 0; offset < 16; offset++) {
        u8 *at = area + 24 + offset;
        check("lh", LOAD(lh, at), pattern(at, 2, 1));
        check("lhu", LOAD(lhu, at), pattern(at, 2, 0));
        check("lw", LOAD(lw, at), pattern(at, 4, 1));
        check("lwu", LOAD(lwu, at), pattern(at, 4, 0));
        check("ld", LOAD(ld, at), pattern(at, 8, 0));
    }
}

static void stored(const char *what, const u8 *at, int bytes, u64 value)
{
    u64 mask = bytes == 8 ? ~0UL : (1UL << 8 * bytes) - 1;
    check(what, pattern(at, bytes, 0), value & mask);
    check("the byte before", at[-1], (u8)((at - 1 - area) * 37 + 0x71));
    check("the byte behind", at[bytes], (u8)((at + bytes - area) * 37 + 0x71));
}

static void bare_stores(void)
{
    const u64 value = 0xf1e2d3c4b5a69788;
    for (int offset = 0; offset < 8; offset++) {
        u8 *at = area + 24 + offset;
        fill();
        STORE(sh, at, value);
        stored("sh", at, 2, value);
        fill();
        STORE(sw, at, value);
        stored("sw", at, 4, value);
        fill();
        STORE(sd, at, value);
        stored("sd", at, 8, value);
    }
}

SNIPPET(load_ld, "ld a2, 0(a0)\n ecall");
SNIPPET(load_lw, "lw a2, 0(a0)\n ecall");
SNIPPET(store_sd, "sd a1, 0(a0)\n ecall");
SNIPPET(store_sh, "sh a1, 0(a0)\n ecall");

/* Two neighbouring pages whose frames are far apart, in the wrong order. */
static u64 low_frame, high_frame;

#define PAIR 0x400000UL /* first page of the pair */
#define EDGE (PAIR + 0x1000)

static u64 make_pair(u64 low_bits, u64 high_bits)
{
    u64 root = space_new();
    high_frame = page_new();
    page_new();
    low_frame = page_new();
    space_map(root, PAIR, low_frame, low_bits, 0);
    space_map(root, EDGE, high_frame, high_bits, 0);
    for (int i = 0; i < 8; i++) {
        ((volatile u8 *)low_frame)[4088 + i] = (u8)(0xa0 + i);
        ((volatile u8 *)high_frame)[i] = (u8)(0xb0 + i);
    }
    space_use(root);
    return root;
}

static void across_pages(void)
{
    make_pair(PTE_RW, PTE_RW);
    for (u64 before = 1; before < 8; before++) {
        u8 expected[8];
        for (u64 i = 0; i < 8; i++)
            expected[i] =
                (u8)(i < before ? 0xa0 + 8 - before + i : 0xb0 + i - before);
        enter(MODE_S, load_ld, EDGE - before, 0);
        check_trap_at("ld across two pages", MODE_M, C_ECALL_S, load_ld, 4, 0);
        check("ld across two pages, value", seen.x[12],
              pattern(expected, 8, 0));
    }
    enter(MODE_S, load_lw, EDGE - 3, 0);
    check("lw across two pages", seen.x[12], 0xffffffffb0a7a6a5);
    enter(MODE_S, store_sd, EDGE - 5, 0x1122334455667788);
    check("sd across two pages, low part",
          pattern((u8 *)low_frame + 4091, 5, 0), 0x4455667788);
    check("sd across two pages, high part", pattern((u8 *)high_frame, 3, 0),
          0x112233);
    check("the byte behind", *(volatile u8 *)(high_frame + 3), 0xb3);
    enter(MODE_S, store_sh, EDGE - 1, 0xcdef);
    check("sh across, low", *(volatile u8 *)(low_frame + 4095), 0xef);
    check("sh across, high", *(volatile u8 *)high_frame, 0xcd);
    reset_state();
}

static void half_mapped(void)
{
    make_pair(PTE_RW, 0);
    enter(MODE_S, load_ld, EDGE - 3, 0);
    check_trap_at("ld, second page missing", MODE_M, C_LOAD_PAGE, load_ld, 0,
                  EDGE);
    enter(MODE_S, store_sd, EDGE - 3, 0);
    check_trap_at("sd, second page missing", MODE_M, C_STORE_PAGE, store_sd, 0,
                  EDGE);
    make_pair(0, PTE_RW);
    enter(MODE_S, load_ld, EDGE - 3, 0);
    check_trap_at("ld, first page missing", MODE_M, C_LOAD_PAGE, load_ld, 0,
                  EDGE - 3);
    enter(MODE_S, store_sd, EDGE - 3, 0);
    check_trap_at("sd, first page missing", MODE_M, C_STORE_PAGE, store_sd, 0,
                  EDGE - 3);
    make_pair(PTE_RW, PTE_V | PTE_R | PTE_AD);
    enter(MODE_S, store_sd, EDGE - 3, ~0UL);
    check_trap_at("sd, second page read-only", MODE_M, C_STORE_PAGE, store_sd,
                  0, EDGE);
    check("read-only page unchanged", *(volatile u8 *)high_frame, 0xb0);
    enter(MODE_S, load_ld, EDGE - 3, 0);
    check_trap_at("ld, second page read-only", MODE_M, C_ECALL_S, load_ld, 4,
                  0);
    reset_state();
}

void test_main(void)
{
    bare_loads();
    bare_stores();
    across_pages();
    half_mapped();
}
