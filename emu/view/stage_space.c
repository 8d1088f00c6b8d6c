/*
 * stage_space.c - a side's address space as named ranges (debug/space.h).
 */
#include "stage_state.h"

#include <stdio.h>

static struct space_question question(struct stage *st)
{
    return (struct space_question){.machine = st->machine,
                                   .tracker = st->tracker,
                                   .scratch = st->ranges,
                                   .scratch_max = sizeof st->ranges /
                                                  sizeof st->ranges[0]};
}

static void take_ranges(struct scene_side *side,
                        const struct space_range *range, size_t n)
{
    side->ranges = n;
    for (size_t i = 0; i < n; i++) {
        struct scene_range *r = &side->range[i];
        *r = (struct scene_range){.va = range[i].va,
                                  .bytes = range[i].bytes,
                                  .flags = range[i].flags,
                                  .look = range[i].look};
        snprintf(r->name, sizeof r->name, "%s", range[i].name);
        r->pc = side->pc - r->va < r->bytes && r->look != LOOK_HOLE;
    }
}

void stage_user_ranges(struct stage *st, struct scene_side *side,
                       const struct stand *at)
{
    struct space_range range[SCENE_RANGES];
    struct space_question q = question(st);
    q.root = at->user_root;
    q.pid = at->pid;
    q.sp = at->user_live ? cpu_x(st->cpu, 2) : at->saved->x[2];
    take_ranges(side, range, space_of_user(&q, range, SCENE_RANGES));
}

void stage_kernel_ranges(struct stage *st, struct scene_side *side,
                         const struct stand *at)
{
    struct space_range range[SCENE_RANGES];
    struct space_question q = question(st);
    q.root = side->root;
    q.own_table = side->root != at->user_root;
    take_ranges(side, range, space_of_kernel(&q, range, SCENE_RANGES));
}
