/*
 * space.c - see space.h.
 */
#include "space.h"

#include "../platform/platform.h"

#include <stdio.h>
#include <string.h>

#define PAGE UINT64_C(4096)

struct naming {
    struct space_range *range;
    size_t ranges, max;
    uint64_t image_end; /* where the image's data ends; 0: not known */
    uint64_t sp;        /* marks the stack */
    uint64_t trapframe; /* page of the trap frame; 0: not known */
    uint64_t direct;    /* va - pa of the kernel image */
    bool has_direct;
};

/* Adds a range; one of the same name and look that follows is joined to it.
 * joins: over a hole as well (the kernel's stacks with their guards). */
static void add(struct naming *n, const char *name, enum space_look look,
                uint64_t va, uint64_t bytes, uint64_t flags, uint64_t pa,
                bool joins)
{
    if (n->ranges > 0) {
        struct space_range *last = &n->range[n->ranges - 1];
        bool same = last->look == look && strcmp(last->name, name) == 0;
        uint64_t end = last->va + last->bytes;
        if (same && (joins || end == va)) {
            last->bytes = va + bytes - last->va;
            return;
        }
        if (end != va && n->ranges < n->max)
            n->range[n->ranges++] = (struct space_range){
                .va = end, .bytes = va - end, .look = LOOK_HOLE};
    }
    if (n->ranges == n->max) { /* it is full: one long rest */
        struct space_range *last = &n->range[n->max - 1];
        last->bytes = va + bytes - last->va;
        snprintf(last->name, sizeof last->name, "more");
        return;
    }
    struct space_range *r = &n->range[n->ranges++];
    *r = (struct space_range){
        .va = va, .bytes = bytes, .flags = flags, .pa = pa, .look = look};
    snprintf(r->name, sizeof r->name, "%s", name);
}

/* ---- User ---- */

/* The heap grows from the image's end without a gap; what lies elsewhere was
 * mapped there. */
static bool heap_goes_on(const struct naming *n, uint64_t va)
{
    const struct space_range *last =
        n->ranges > 0 ? &n->range[n->ranges - 1] : NULL;
    return va == n->image_end ||
           (last && last->va + last->bytes == va && last->look == LOOK_HEAP);
}

static void name_user_range(struct naming *n, const struct sv39_range *r)
{
    uint64_t end = r->va + r->bytes;
    if (n->sp >= r->va && n->sp <= end) {
        add(n, "stack", LOOK_STACK, r->va, r->bytes, r->flags, r->pa, false);
    } else if (n->image_end && r->va >= n->image_end) {
        bool heap = heap_goes_on(n, r->va);
        add(n, heap ? "heap" : "mapped", heap ? LOOK_HEAP : LOOK_SHARED, r->va,
            r->bytes, r->flags, r->pa, false);
    } else if (r->flags & PTE_X) {
        add(n, "text", LOOK_TEXT, r->va, r->bytes, r->flags, r->pa, false);
    } else if (n->image_end && end > n->image_end) {
        add(n, "data", LOOK_DATA, r->va, n->image_end - r->va, r->flags, r->pa,
            false);
        add(n, "heap", LOOK_HEAP, n->image_end, end - n->image_end, r->flags,
            r->pa + (n->image_end - r->va), false);
    } else {
        add(n, r->flags & PTE_W ? "data" : "const", LOOK_DATA, r->va, r->bytes,
            r->flags, r->pa, false);
    }
}

/* What is not the program's: the trap frame, the gate, and in the shared
 * layout the whole kernel, out of its reach. */
static void name_foreign_range(struct naming *n, const struct sv39_range *r)
{
    if (n->trapframe >= r->va && n->trapframe < r->va + r->bytes &&
        r->bytes <= 2 * PAGE)
        add(n, "frame", LOOK_FRAME, r->va, r->bytes, r->flags, r->pa, false);
    else if ((r->flags & PTE_X) && r->bytes <= 2 * PAGE)
        add(n, "gate", LOOK_GATE, r->va, r->bytes, r->flags, r->pa, false);
    else
        add(n, "kernel", LOOK_DIRECT, r->va, r->bytes, r->flags, r->pa, true);
}

static uint64_t image_end(struct symbols *s)
{
    static const char *const names[] = {"image_end",  "_end",
                                        "end",        "__heap_start",
                                        "kernel_end", "__kernel_end"};
    uint64_t va, bytes;
    for (size_t i = 0; s && i < sizeof names / sizeof names[0]; i++)
        if (symbols_address(s, names[i], &va, &bytes))
            return (va + PAGE - 1) / PAGE * PAGE;
    return 0;
}

static uint64_t trapframe_page(const struct tracker *t)
{
    const struct crossing *last = tracker_crossing(t, tracker_count(t));
    return last != NULL ? last->trapframe_va / PAGE * PAGE : 0;
}

static size_t table_ranges(const struct space_question *q)
{
    size_t n = q->root != 0 ? sv39_ranges(q->machine, q->root, q->scratch,
                                          q->scratch_max)
                            : 0;
    return n < q->scratch_max ? n : q->scratch_max;
}

size_t space_of_user(const struct space_question *q, struct space_range *range,
                     size_t max)
{
    const struct process *p =
        q->pid != 0 ? tracker_process(q->tracker, q->pid) : NULL;
    struct naming n = {.range = range,
                       .max = max,
                       .image_end = p != NULL ? image_end(p->symbols) : 0,
                       .sp = q->sp,
                       .trapframe = trapframe_page(q->tracker)};
    size_t total = table_ranges(q);
    for (size_t i = 0; i < total; i++) {
        if (q->scratch[i].flags & PTE_U)
            name_user_range(&n, &q->scratch[i]);
        else
            name_foreign_range(&n, &q->scratch[i]);
    }
    return n.ranges;
}

/* ---- Kernel ---- */

static void name_kernel_range(struct naming *n, const struct sv39_range *r)
{
    uint64_t end = r->va + r->bytes;
    bool direct = n->has_direct && r->va - r->pa == n->direct;
    bool ram = r->pa >= PLAT_RAM_BASE;
    if (!ram) {
        add(n, "devices", LOOK_DEVICE, r->va, r->bytes, r->flags, r->pa, true);
    } else if (n->trapframe && r->va == n->trapframe && r->bytes <= 2 * PAGE) {
        add(n, "frame", LOOK_FRAME, r->va, r->bytes, r->flags, r->pa, false);
    } else if (r->flags & PTE_X) {
        bool gate = n->has_direct && !direct;
        add(n, gate ? "gate" : "text", gate ? LOOK_GATE : LOOK_TEXT, r->va,
            r->bytes, r->flags, r->pa, false);
    } else if (!(r->flags & PTE_W)) {
        add(n, "const", LOOK_DATA, r->va, r->bytes, r->flags, r->pa, false);
    } else if (n->has_direct && !direct) {
        add(n, "stacks", LOOK_STACK, r->va, r->bytes, r->flags, r->pa, true);
    } else if (direct && n->image_end > r->va && n->image_end < end) {
        add(n, "data", LOOK_DATA, r->va, n->image_end - r->va, r->flags, r->pa,
            false);
        add(n, "direct map of RAM", LOOK_DIRECT, n->image_end,
            end - n->image_end, r->flags, r->pa + (n->image_end - r->va),
            false);
    } else if (direct && n->image_end && r->va >= n->image_end) {
        add(n, "direct map of RAM", LOOK_DIRECT, r->va, r->bytes, r->flags,
            r->pa, false);
    } else {
        add(n, "data", LOOK_DATA, r->va, r->bytes, r->flags, r->pa, false);
    }
}

/* Is this range the kernel's? In a table that holds a process too, user pages
 * and the lower half are not. */
static bool kernels(const struct sv39_range *r, bool own_table)
{
    return own_table || !(r->flags & PTE_U);
}

/* The offset of the direct map: that of the page that holds the kernel's
 * code, the lowest executable range. */
static void find_direct(struct naming *n, const struct sv39_range *range,
                        size_t ranges, bool own_table)
{
    for (size_t i = 0; i < ranges && !n->has_direct; i++) {
        if (!kernels(&range[i], own_table) || !(range[i].flags & PTE_X) ||
            range[i].pa < PLAT_RAM_BASE)
            continue;
        n->direct = range[i].va - range[i].pa;
        n->has_direct = true;
    }
}

size_t space_of_kernel(const struct space_question *q,
                       struct space_range *range, size_t max)
{
    struct naming n = {.range = range,
                       .max = max,
                       .image_end =
                           image_end(tracker_kernel_symbols(q->tracker)),
                       .trapframe = trapframe_page(q->tracker)};
    size_t total = table_ranges(q);
    find_direct(&n, q->scratch, total, q->own_table);
    for (size_t i = 0; i < total; i++)
        if (kernels(&q->scratch[i], q->own_table))
            name_kernel_range(&n, &q->scratch[i]);
    return n.ranges;
}
