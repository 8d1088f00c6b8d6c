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

static void mark(struct scene_side *side, const struct breakpoint *b,
                 unsigned line, uint64_t va)
{
    if (side->marks < SCENE_MARKS)
        side->mark[side->marks++] =
            (struct scene_mark){.number = b->number,
                                .line = line,
                                .va = va,
                                .disabled = b->disabled};
}

/* At a function's first instruction, and the line of that. */
static void mark_function(struct scene_side *side, const struct breakpoint *b,
                          const struct symbols *s)
{
    uint64_t va, bytes;
    const char *file;
    unsigned line;
    if (!s || !symbols_address(s, b->place, &va, &bytes))
        return;
    mark(side, b, 0, va);
    if (side->file && symbols_line(s, va, &file, &line) &&
        strcmp(side->file, stage_path(file)) == 0)
        mark(side, b, line, 0);
}

static void mark_side(struct scene_side *side, const struct breakpoint *b,
                      bool kernel, const struct symbols *s)
{
    if (!on_side(b, kernel))
        return;
    if (b->kind == BREAK_LINE && side->file && same_file(side->file, b->place))
        mark(side, b, b->line, 0);
    else if (b->kind == BREAK_ADDRESS)
        mark(side, b, 0, b->address);
    else if (b->kind == BREAK_FUNCTION)
        mark_function(side, b, s);
}

void stage_breaks(const struct stage *st, const struct breaks *breaks,
                  struct scene *scene)
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
        mark_side(&scene->user, b, false,
                  stage_symbols_of(st, scene->user_pid));
        mark_side(&scene->kernel, b, true, tracker_kernel_symbols(st->tracker));
    }
}
