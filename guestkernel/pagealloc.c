/* pagealloc.c - frames come from a list of returned ones or, while there are none, from the
 * untouched end of RAM: boot writes to no frame that nobody asked for. A free frame's first
 * word links to the next. Reference counts are 32 bits a frame, set when the frame is first
 * handed out, never before. They cannot run over: each takes a few bytes somewhere. */
#include "kernel.h"

#define FRAME(page) (((page)-PLAT_RAM_BASE) >> PAGE_SHIFT)
#define RANGES      2

static struct {
    uint32_t *references; /* by FRAME(); only managed frames' are valid */
    paddr free;           /* returned frames, contents anything */
    paddr zeroed;         /* returned frames, zero but for the link */
    struct {
        paddr start, next, end; /* [next, end) was never handed out */
    } range[RANGES];
    uint64_t free_count;
} alloc;

SYSCTL_QUAD(_vm, OID_AUTO, free_pages, CTLFLAG_RD, &alloc.free_count,
            "pages of RAM that nobody has");

static void add_range(int i, paddr start, paddr end) {
    start = PAGE_UP(start), end = PAGE_DOWN(end);
    if (end < start) end = start;
    alloc.range[i].start = alloc.range[i].next = start;
    alloc.range[i].end = end;
    alloc.free_count += (end - start) >> PAGE_SHIFT;
}

void pagealloc_init(paddr ram_end, paddr free_start, paddr free_end, paddr more_start,
                    paddr more_end) {
    alloc.references = kva(PAGE_UP(free_start));
    uint64_t count_bytes = FRAME(ram_end) * sizeof *alloc.references;
    add_range(0, PAGE_UP(free_start) + count_bytes, free_end);
    add_range(1, more_start, more_end);
}

static bool is_managed(paddr page) {
    for (int i = 0; i < RANGES; i++)
        if (page >= alloc.range[i].start && page < alloc.range[i].next) return true;
    return false;
}

static uint64_t *link_of(paddr page) { return kva(page); }

static paddr take_untouched(void) {
    for (int i = 0; i < RANGES; i++)
        if (alloc.range[i].next < alloc.range[i].end) {
            paddr page = alloc.range[i].next;
            alloc.range[i].next += PAGE_SIZE;
            return page;
        }
    return 0;
}

static paddr hand_out(paddr page) {
    alloc.references[FRAME(page)] = 1;
    alloc.free_count--;
    PROBE(page_alloc, page);
    return page;
}

static paddr take(paddr *list) {
    paddr page = *list;
    if (page) *list = *link_of(page);
    return page;
}

paddr page_alloc(void) {
    paddr page = take(&alloc.free);
    if (!page) page = take_untouched();
    if (!page) page = take(&alloc.zeroed);
    return page ? hand_out(page) : 0;
}

paddr page_alloc_zeroed(void) {
    paddr page = take(&alloc.zeroed);
    if (page) {
        *link_of(page) = 0;
        return hand_out(page);
    }
    page = page_alloc();
    if (page) memset(kva(page), 0, PAGE_SIZE);
    return page;
}

void page_hold(paddr page) {
    if (!is_managed(page)) return;
    if (++alloc.references[FRAME(page)] == 0)
        panic("page_hold: 2^32 references to frame 0x%lx", page);
}

static void drop_to(paddr page, paddr *list) {
    if (!is_managed(page)) return;
    uint32_t *references = &alloc.references[FRAME(page)];
    if (*references == 0) panic("page_drop: frame 0x%lx is free already", page);
    if (--*references > 0) return;
    *link_of(page) = *list;
    *list = page;
    alloc.free_count++;
    PROBE(page_free, page);
}

void page_drop(paddr page) { drop_to(page, &alloc.free); }
void page_drop_zeroed(paddr page) { drop_to(page, &alloc.zeroed); }

bool page_is_private(paddr page) {
    return is_managed(page) && alloc.references[FRAME(page)] == 1;
}

uint64_t page_free_count(void) { return alloc.free_count; }
