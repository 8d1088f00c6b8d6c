/*
 * layout.c - what of the window lasts from run to run: palette, text size and
 * which tabs are open.
 */
#include "frame.h"

#include <stdio.h>
#include <string.h>

enum group view_group_of(enum panel panel)
{
    switch (panel) {
    case PANEL_CROSSINGS:
    case PANEL_PROCESSES:
    case PANEL_BRANCHES:
    case PANEL_BREAKS:
        return GROUP_LEFT;
    case PANEL_CARD:
    case PANEL_TRANSFERS:
        return GROUP_MIDDLE;
    case PANEL_CONSOLE:
    case PANEL_MEMORY:
    case PANEL_WALK:
    case PANEL_REGISTERS:
    case PANEL_PORTS:
        return GROUP_RIGHT;
    default:
        return GROUPS;
    }
}

/* The panels are named in the order of their numbers, from 1. */
static enum panel panel_named(const char *name)
{
    const char *one;
    for (size_t i = 0; (one = view_panel_name(i)); i++)
        if (strcmp(one, name) == 0)
            return (enum panel)(i + 1);
    return PANEL_NONE;
}

struct view_layout view_layout(const struct view *v)
{
    struct view_layout l = {
        .dark = view_is_dark(v), .zoom = v->zoom, .speed = view_speed(v)};
    for (size_t i = 0; i < VIEW_GROUPS; i++)
        snprintf(l.tab[i], sizeof l.tab[i], "%s",
                 view_panel_name((size_t)v->shown[i] - 1));
    return l;
}

bool view_layout_known(const struct view_layout *layout)
{
    for (size_t i = 0; i < VIEW_GROUPS; i++)
        if (layout->tab[i][0] &&
            view_group_of(panel_named(layout->tab[i])) != (enum group)i)
            return false;
    return true;
}

void view_set_layout(struct view *v, const struct view_layout *layout)
{
    view_set_dark(v, layout->dark);
    view_set_speed(v, layout->speed);
    if (layout->zoom > 0)
        view_set_zoom(v, layout->zoom);
    for (size_t i = 0; i < VIEW_GROUPS; i++)
        if (layout->tab[i][0] && view_layout_known(layout))
            v->shown[i] = panel_named(layout->tab[i]);
}
