/*
 * stage_breaks.c - the break- and watchpoints, and where they stand in the code
 * that is shown.
 */
#include "stage_state.h"

#include "../debug/breaks.h"

#include <stdio.h>
#include <string.h>

/* Is the shown file the one that was named, by its whole path or its end? */
static bool same_file(const char *shown, const char *named)
{
    size_t n = strlen(shown), m = strlen(named);
    if (m > n || strcmp(shown + n - m, named) != 0)
        return false;
    return m == n || shown[n - m - 1] == '/';
}

static bool on_side(const struct breakpoint *b, bool kernel)
{
    switch (b->space) {
    case SPACE_PROCESS:
        return !kernel;
    case SPACE_KERNELS:
        return kernel;
    case SPACE_PHYSICAL:
        return false;
    case SPACE_ANYWHERE:
        break;
    }
    return true;
}

static void mark_side(struct scene_side *side, const struct breakpoint *b,
                      bool kernel)
{
    bool line =
        b->kind == BREAK_LINE && side->file && same_file(side->file, b->place);
    if (!on_side(b, kernel) || side->marks == SCENE_MARKS ||
        (!line && b->kind != BREAK_ADDRESS))
        return;
    side->mark[side->marks++] = (struct scene_mark){.number = b->number,
                                                    .line = line ? b->line : 0,
                                                    .va = b->address,
                                                    .disabled = b->disabled};
}

void stage_breaks(const struct breaks *breaks, struct scene *scene)
{
    size_t n = breaks ? breaks_count(breaks) : 0;
    for (size_t i = 0; i < n && i < SCENE_BREAKS; i++) {
        const struct breakpoint *b = breaks_at(breaks, i);
        struct scene_break *out = &scene->breaks[scene->breakpoints++];
        *out = (struct scene_break){
            .number = b->number, .hits = b->hits, .disabled = b->disabled};
        out->waits = (b->kind == BREAK_FUNCTION || b->kind == BREAK_LINE) &&
                     b->found == 0;
        snprintf(out->text, sizeof out->text, "%s", b->text);
        snprintf(out->condition, sizeof out->condition, "%s", b->condition);
        mark_side(&scene->user, b, false);
        mark_side(&scene->kernel, b, true);
    }
}
