/*
 * stage_space.c - an address space as named ranges: by permissions, by the
 * image's symbols, by what lies behind (RAM or a device). Names follow what the
 * tables say, so a foreign kernel gets names as well, if plainer ones.
 */
#include "stage_state.h"

#include "../platform/platform.h"

#include <stdio.h>
#include <string.h>

#define UPPER_HALF (UINT64_C(1) << 63)
#define PAGE       UINT64_C(4096)

struct naming {
    struct stage *st;
    struct scene_side *side;
    uint64_t image_end; /* where the image's data ends; 0: not known */
    uint64_t sp;        /* marks the stack */
    uint64_t trapframe; /* page of the trap frame; 0: not known */
    uint64_t direct;    /* va - pa of the kernel image */
    bool has_direct;
};

/* Adds a range; one of the same name and look that follows is joined to it.
 * joins: over a hole as well (the kernel's stacks with their guards). */
static void add(struct naming *n, const char *name, enum scene_look look,
                uint64_t va, uint64_t bytes, uint64_t flags, bool joins)
{
    struct scene_side *side = n->side;
    if (side->ranges) {
        struct scene_range *last = &side->range[side->ranges - 1];
        bool same = last->look == look && strcmp(last->name, name) == 0;
        uint64_t end = last->va + last->bytes;
        if (same && (joins || end == va)) {
            last->bytes = va + bytes - last->va;
            return;
        }
        if (end != va && side->ranges < SCENE_RANGES)
            side->range[side->ranges++] = (struct scene_range){
                .va = end, .bytes = va - end, .look = LOOK_HOLE};
    }
    if (side->ranges == SCENE_RANGES) { /* the strip is full: one long rest */
        struct scene_range *last = &side->range[SCENE_RANGES - 1];
        last->bytes = va + bytes - last->va;
        snprintf(last->name, sizeof last->name, "more");
        return;
    }
    struct scene_range *r = &side->range[side->ranges++];
    *r = (struct scene_range){
        .va = va, .bytes = bytes, .flags = flags, .look = look};
    snprintf(r->name, sizeof r->name, "%s", name);
}

/* ---- User ---- */

/* The heap grows from the image's end without a gap; what lies elsewhere was
 * mapped there. */
static bool heap_goes_on(const struct naming *n, uint64_t va)
{
    const struct scene_side *side = n->side;
    const struct scene_range *last =
        side->ranges ? &side->range[side->ranges - 1] : NULL;
    return va == n->image_end ||
           (last && last->va + last->bytes == va && last->look == LOOK_HEAP);
}

static void name_user_range(struct naming *n, const struct sv39_range *r)
{
    uint64_t end = r->va + r->bytes;
    if (n->sp >= r->va && n->sp <= end) {
        add(n, "stack", LOOK_STACK, r->va, r->bytes, r->flags, false);
    } else if (n->image_end && r->va >= n->image_end) {
        bool heap = heap_goes_on(n, r->va);
        add(n, heap ? "heap" : "mapped", heap ? LOOK_HEAP : LOOK_SHARED, r->va,
            r->bytes, r->flags, false);
    } else if (r->flags & PTE_X) {
        add(n, "text", LOOK_TEXT, r->va, r->bytes, r->flags, false);
    } else if (n->image_end && end > n->image_end) {
        add(n, "data", LOOK_DATA, r->va, n->image_end - r->va, r->flags, false);
        add(n, "heap", LOOK_HEAP, n->image_end, end - n->image_end, r->flags,
            false);
    } else {
        add(n, r->flags & PTE_W ? "data" : "const", LOOK_DATA, r->va, r->bytes,
            r->flags, false);
    }
}

/* What is not the program's: the trap frame, the gate, and in the shared
 * layout the whole kernel, out of its reach. */
static void name_foreign_range(struct naming *n, const struct sv39_range *r)
{
    if (n->trapframe >= r->va && n->trapframe < r->va + r->bytes &&
        r->bytes <= 2 * PAGE)
        add(n, "frame", LOOK_FRAME, r->va, r->bytes, r->flags, false);
    else if ((r->flags & PTE_X) && r->bytes <= 2 * PAGE)
        add(n, "gate", LOOK_GATE, r->va, r->bytes, r->flags, false);
    else
        add(n, "kernel", LOOK_DIRECT, r->va, r->bytes, r->flags, true);
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

static void mark_pc(struct scene_side *side)
{
    for (size_t i = 0; i < side->ranges; i++) {
        struct scene_range *r = &side->range[i];
        r->pc = side->pc - r->va < r->bytes && r->look != LOOK_HOLE;
    }
}

void stage_user_ranges(struct stage *st, struct scene_side *side,
                       const struct stand *at)
{
    size_t max = sizeof st->ranges / sizeof st->ranges[0];
    size_t total =
        at->user_root ? sv39_ranges(st->machine, at->user_root, st->ranges, max)
                      : 0;
    const struct process *p =
        at->pid ? tracker_process(st->tracker, at->pid) : NULL;
    const struct crossing *last =
        tracker_crossing(st->tracker, tracker_count(st->tracker));
    struct naming n = {
        .st = st,
        .side = side,
        .image_end = p ? image_end(p->symbols) : 0,
        .sp = at->user_live ? cpu_x(st->cpu, 2) : at->saved->x[2],
        .trapframe = last ? last->trapframe_va / PAGE * PAGE : 0};
    for (size_t i = 0; i < total && i < max; i++) {
        if (st->ranges[i].flags & PTE_U)
            name_user_range(&n, &st->ranges[i]);
        else
            name_foreign_range(&n, &st->ranges[i]);
    }
    mark_pc(side);
}

/* ---- Kernel ---- */

static void name_kernel_range(struct naming *n, const struct sv39_range *r)
{
    uint64_t end = r->va + r->bytes;
    bool direct = n->has_direct && r->va - r->pa == n->direct;
    bool ram = r->pa >= PLAT_RAM_BASE;
    if (!ram) {
        add(n, "devices", LOOK_DEVICE, r->va, r->bytes, r->flags, true);
    } else if (n->trapframe && r->va == n->trapframe && r->bytes <= 2 * PAGE) {
        add(n, "frame", LOOK_FRAME, r->va, r->bytes, r->flags, false);
    } else if (r->flags & PTE_X) {
        bool gate = n->has_direct && !direct;
        add(n, gate ? "gate" : "text", gate ? LOOK_GATE : LOOK_TEXT, r->va,
            r->bytes, r->flags, false);
    } else if (!(r->flags & PTE_W)) {
        add(n, "const", LOOK_DATA, r->va, r->bytes, r->flags, false);
    } else if (n->has_direct && !direct) {
        add(n, "stacks", LOOK_STACK, r->va, r->bytes, r->flags, true);
    } else if (direct && n->image_end > r->va && n->image_end < end) {
        add(n, "data", LOOK_DATA, r->va, n->image_end - r->va, r->flags, false);
        add(n, "direct map of RAM", LOOK_DIRECT, n->image_end,
            end - n->image_end, r->flags, false);
    } else if (direct && n->image_end && r->va >= n->image_end) {
        add(n, "direct map of RAM", LOOK_DIRECT, r->va, r->bytes, r->flags,
            false);
    } else {
        add(n, "data", LOOK_DATA, r->va, r->bytes, r->flags, false);
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

void stage_kernel_ranges(struct stage *st, struct scene_side *side,
                         const struct stand *at)
{
    bool own_table = side->root != at->user_root;
    size_t max = sizeof st->ranges / sizeof st->ranges[0];
    size_t total =
        side->root ? sv39_ranges(st->machine, side->root, st->ranges, max) : 0;
    const struct crossing *last =
        tracker_crossing(st->tracker, tracker_count(st->tracker));
    struct naming n = {
        .st = st,
        .side = side,
        .image_end = image_end(tracker_kernel_symbols(st->tracker)),
        .trapframe = last ? last->trapframe_va / PAGE * PAGE : 0};
    if (total > max)
        total = max;
    find_direct(&n, st->ranges, total, own_table);
    for (size_t i = 0; i < total; i++)
        if (kernels(&st->ranges[i], own_table))
            name_kernel_range(&n, &st->ranges[i]);
    mark_pc(side);
}
