/*
 * memory.c - pages from a free list, page tables, copying to and from users.
 */
#include "tern.h"

struct page {
    struct page *next;
};

static struct page *free_pages;
u64 *kernel_table;

#define V 1UL
#define R 2UL
#define W 4UL
#define X 8UL
#define U 16UL

void *copy_bytes(void *to, const void *from, u64 n)
{
    u8 *t = to;
    const u8 *f = from;
    while (n--)
        *t++ = *f++;
    return to;
}

void *page_get(void)
{
    struct page *page = free_pages;
    if (page == 0)
        panic("out of pages");
    free_pages = page->next;
    u64 *word = (u64 *)page;
    for (u64 i = 0; i < PAGE / 8; i++)
        word[i] = 0;
    return page;
}

void page_put(void *page)
{
    struct page *p = page;
    p->next = free_pages;
    free_pages = p;
}

u64 *table_new(void)
{
    u64 *table = page_get();
    table_map(table, TRAMPOLINE, (u64)trampoline, R | X);
    return table;
}

u64 *table_entry(u64 *table, u64 va, int make)
{
    for (int level = 2; level > 0; level--) {
        u64 *entry = &table[va >> (12 + 9 * level) & 511];
        if (!(*entry & V)) {
            if (!make)
                return 0;
            *entry = (u64)page_get() >> 12 << 10 | V;
        }
        table = (u64 *)(*entry >> 10 << 12);
    }
    return &table[va >> 12 & 511];
}

void table_map(u64 *table, u64 va, u64 pa, u64 bits)
{
    *table_entry(table, va, 1) = pa >> 12 << 10 | bits | V;
}

static void free_level(u64 *table, int level)
{
    for (int i = 0; level > 0 && i < 512; i++)
        if (table[i] & V)
            free_level((u64 *)(table[i] >> 10 << 12), level - 1);
    page_put(table);
}

/* User pages are freed, the tables too; trampoline and frame are not ours. */
void table_free(u64 *table, u64 user_pages)
{
    for (u64 i = 0; i < user_pages; i++)
        page_put((void *)(*table_entry(table, i * PAGE, 0) >> 10 << 12));
    u64 *stack = table_entry(table, USER_STACK - PAGE, 0);
    page_put((void *)(*stack >> 10 << 12));
    free_level(table, 2);
}

static void map_range(u64 from, u64 to, u64 bits)
{
    for (u64 at = from; at < to; at += PAGE)
        table_map(kernel_table, at, at, bits);
}

void memory_init(void)
{
    u64 first = ((u64)image_end + PAGE - 1) & ~(PAGE - 1);
    for (u64 at = RAM_END - PAGE; at >= first; at -= PAGE)
        page_put((void *)at);
    kernel_table = table_new();
    map_range(UART, UART + PAGE, R | W);
    map_range(VIRTIO, VIRTIO + PAGE, R | W);
    map_range(FINISHER, FINISHER + PAGE, R | W);
    map_range(PLIC, PLIC + 0x3000, R | W);
    map_range(PLIC + 0x200000, PLIC + 0x203000, R | W);
    map_range(RAM, (u64)text_end, R | X);
    map_range((u64)text_end, RAM_END, R | W);
    __asm__ volatile("sfence.vma" ::: "memory");
    csr_put(satp, 8UL << 60 | (u64)kernel_table >> 12);
    __asm__ volatile("sfence.vma" ::: "memory");
}

/* Every page is looked up and must be the user's; 0, or -1. */
int user_copy(struct process *p, u64 va, void *bytes, u64 n, int to_user)
{
    u8 *mine = bytes;
    while (n > 0) {
        u64 part = PAGE - va % PAGE;
        if (part > n)
            part = n;
        u64 *entry = va < FRAME ? table_entry(p->table, va, 0) : 0;
        u64 wanted = V | U | (to_user ? W : R);
        if (entry == 0 || (*entry & wanted) != wanted)
            return -1;
        u8 *theirs = (u8 *)(*entry >> 10 << 12) + va % PAGE;
        if (to_user)
            copy_bytes(theirs, mine, part);
        else
            copy_bytes(mine, theirs, part);
        va += part;
        mine += part;
        n -= part;
    }
    return 0;
}
