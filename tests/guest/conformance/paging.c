/*
 * paging.c - address spaces for the tests that translate.
 *
 * Pages come from the RAM above the program, one after another, and are never
 * given back: a test is short.
 */
#include "env.h"

static u64 next_page;

u64 page_new(void)
{
    if (next_page == 0)
        next_page = RAM_SCRATCH;
    u64 page = next_page;
    next_page += 4096;
    for (u64 at = page; at < next_page; at += 8)
        store64(at, 0);
    return page;
}

u64 space_new(void)
{
    u64 root = page_new();
    space_map(root, 0x80000000, 0x80000000, PTE_RWX, 2);
    return root;
}

u64 *space_map(u64 root, u64 va, u64 pa, u64 bits, int level)
{
    u64 table = root;
    for (int at = 2;; at--) {
        u64 *entry = (u64 *)table + (va >> (12 + 9 * at) & 511);
        if (at == level) {
            *entry = PTE_OF(pa, bits);
            return entry;
        }
        if (!(*entry & PTE_V))
            *entry = PTE_OF(page_new(), PTE_V);
        table = *entry >> 10 << 12;
    }
}

void space_use(u64 root)
{
    csr_write(satp, SATP_SV39 | root >> 12);
    __asm__ volatile("sfence.vma" ::: "memory");
}
