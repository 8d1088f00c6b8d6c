/*
 * fences.c - what sfence.vma, fence.i and a satp switch make visible.
 *
 * Privileged manual 4.2.1 (sfence.vma, all forms; ordering of page-table stores
 * before implicit reads), 4.1.11 (satp; ASIDs). Unprivileged manual 3
 * (fence.i: this hart's own stores to instruction memory).
 */
#include "env.h"

const char *const test_name = "fences";

#define VA 0x1040000000UL

SNIPPET(load, "ld a2, 0(a0)\n ecall");
SNIPPET(store, "nop\n sd a1, 0(a0)\n ecall");
SNIPPET(fence, "sfence.vma\n ecall");

static void load_is(const char *what, u64 at, u64 expected)
{
    enter(MODE_S, load, at, 0);
    check(what, seen.x[12], expected);
}

static u64 marked_page(u64 mark)
{
    u64 page = page_new();
    store64(page, mark);
    return page;
}

/* A leaf is changed under the hart's eyes; then each form of the fence. */
static void leaf_changes(void)
{
    reset_state();
    u64 root = space_new(), one = marked_page(1), two = marked_page(2);
    u64 *leaf = space_map(root, VA, one, PTE_RW, 0);
    space_use(root);
    for (int form = 0; form < 5; form++) {
        *leaf = PTE_OF(one, PTE_RW);
        __asm__ volatile("sfence.vma" ::: "memory");
        load_is("before the change", VA, 1);
        *leaf = PTE_OF(two, PTE_RW);
        if (form == 0)
            __asm__ volatile("sfence.vma" ::: "memory");
        if (form == 1)
            __asm__ volatile("sfence.vma %0" ::"r"(VA) : "memory");
        if (form == 2)
            __asm__ volatile("sfence.vma x0, %0" ::"r"(0UL) : "memory");
        if (form == 3)
            __asm__ volatile("sfence.vma %0, %1" ::"r"(VA + 0x123), "r"(0UL)
                             : "memory");
        if (form == 4) {
            enter(MODE_S, fence, 0, 0);
            check("the fence in S-mode ran", seen.cause, C_ECALL_S);
        }
        load_is("behind the fence", VA, 2);
    }
}

static void rights_change(void)
{
    u64 root = space_new(), page = marked_page(3);
    u64 *leaf = space_map(root, VA, page, PTE_RW, 0);
    space_use(root);
    enter(MODE_S, store, VA, 4);
    check_trap_at("store while writable", MODE_M, C_ECALL_S, store, 8, 0);
    *leaf = PTE_OF(page, PTE_V | PTE_R | PTE_AD);
    __asm__ volatile("sfence.vma" ::: "memory");
    enter(MODE_S, store, VA, 5);
    check_trap_at("store after W was taken away", MODE_M, C_STORE_PAGE, store,
                  4, VA);
    *leaf = 0;
    __asm__ volatile("sfence.vma" ::: "memory");
    enter(MODE_S, load, VA, 0);
    check_trap_at("load after V was taken away", MODE_M, C_LOAD_PAGE, load, 0,
                  VA);
    *leaf = PTE_OF(page, PTE_RW);
    __asm__ volatile("sfence.vma" ::: "memory");
    load_is("load after it was given back", VA, 4);
}

static void pointer_changes(void)
{
    u64 root = space_new(), one = marked_page(1), two = marked_page(2);
    space_map(root, VA, one, PTE_RW, 0);
    u64 *pointer = (u64 *)root + (VA >> 30 & 511), old = *pointer;
    space_use(root);
    load_is("through the first table", VA, 1);
    *pointer = 0;
    space_map(root, VA, two, PTE_RW, 0);
    __asm__ volatile("sfence.vma" ::: "memory");
    load_is("through the second", VA, 2);
    *pointer = old;
    __asm__ volatile("sfence.vma" ::: "memory");
    load_is("through the first again", VA, 1);
}

/* Two spaces; a switch of satp with a fence, and with ASIDs of their own. */
static void space_switch(void)
{
    u64 a = space_new(), b = space_new();
    space_map(a, VA, marked_page(10), PTE_RW, 0);
    space_map(b, VA, marked_page(20), PTE_RW, 0);
    for (int i = 0; i < 4; i++) {
        space_use(a);
        load_is("space a", VA, 10);
        space_use(b);
        load_is("space b", VA, 20);
    }
    csr_write(satp, SATP_SV39 | 0xffffUL << 44 | a >> 12);
    u64 asids = csr_read(satp) >> 44 & 0xffff;
    if (asids >= 2)
        for (int i = 0; i < 4; i++) {
            csr_write(satp, SATP_SV39 | 1UL << 44 | a >> 12);
            load_is("space a by its ASID", VA, 10);
            csr_write(satp, SATP_SV39 | 2UL << 44 | b >> 12);
            load_is("space b by its ASID", VA, 20);
        }
    csr_write(satp, 0);
    __asm__ volatile("sfence.vma" ::: "memory");
    enter(MODE_S, load, VA, 0);
    check_trap_at("Bare: no page there", MODE_M, C_LOAD_ACCESS, load, 0, VA);
}

/* Code: a function is overwritten, called, overwritten, ... */
static u32 code[4] __attribute__((aligned(16)));

static u64 call_code(void)
{
    u64 (*function)(void) = (u64(*)(void))(u64)code;
    __asm__ volatile("fence.i" ::: "memory");
    return function();
}

static void self_modifying(void)
{
    code[1] = 0x00008067; /* ret */
    for (u32 i = 0; i < 100; i++) {
        *(volatile u32 *)code = i << 20 | 0x00000513; /* li a0, i */
        check("the newest code runs", call_code(), i);
    }
}

/* A loop that patches an instruction ahead of itself, and one behind. */
SNIPPET(patch_in_line, "la t0, 1f\n sw a0, 0(t0)\n fence.i\n"
                       "1: li a2, 1\n ecall");
SNIPPET(patch_loop, "li a3, 0\n li a4, 0\n la t0, 2f\n"
                    "2: addi a3, a3, 1\n addi a4, a4, 1\n"
                    "li t1, 10\n bgt a4, t1, 3f\n"
                    "sw a0, 0(t0)\n fence.i\n j 2b\n 3: ecall");

static void patched_in_place(void)
{
    reset_state();
    enter(MODE_M, patch_in_line, 0x00700613, 0); /* li a2, 7 */
    check("patched before it ran", seen.x[12], 7);
    enter(MODE_S, patch_loop, 0x06468693, 0); /* addi a3, a3, 100 */
    check("patched after it ran once", seen.x[13], 1 + 10 * 100);
}

/* The same frame under two addresses: writing here, running there. */
static void written_through_an_alias(void)
{
    u64 root = space_new(), frame = page_new();
    space_map(root, VA, frame, PTE_RWX, 0);
    space_map(root, VA + 0x1000, frame, PTE_RW, 0);
    store32(frame, 0x00100613);     /* li a2, 1 */
    store32(frame + 4, 0x00000073); /* ecall */
    space_use(root);
    enter(MODE_S, (const void *)VA, 0, 0);
    check("code in a mapped page", seen.x[12], 1);
    enter(MODE_S, store, VA + 0x1000, 0x0000007300200613);
    __asm__ volatile("fence.i" ::: "memory");
    enter(MODE_S, (const void *)VA, 0, 0);
    check("code written through another address", seen.x[12], 2);
    /* Another frame under the same address. */
    u64 other = page_new();
    store64(other, 0x0000007300300613);
    space_map(root, VA, other, PTE_RWX, 0);
    __asm__ volatile("fence.i\n sfence.vma" ::: "memory");
    enter(MODE_S, (const void *)VA, 0, 0);
    check("another frame's code at the same address", seen.x[12], 3);
    reset_state();
}

void test_main(void)
{
    leaf_changes();
    rights_change();
    pointer_changes();
    space_switch();
    self_modifying();
    patched_in_place();
    written_through_an_alias();
}
