/*
 * input.c - what keys, clicks and the wheel mean. Keys are commands, unless a
 * field or the console has the keyboard (its ring shows that).
 */
#include "frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct view_request nothing;

uint64_t view_selected(const struct view *v)
{
    return v->selected;
}

void view_select(struct view *v, uint64_t number)
{
    v->selected = number;
    v->scroll[PANEL_CARD] = v->scroll[PANEL_TRANSFERS] = 0;
    v->scroll[PANEL_BOUNDARY] = 0;
}

/* The address of the text under the pointer. */
static bool pointed_at(const struct view *v, uint64_t *va)
{
    if (!v->inside)
        return false;
    for (size_t i = v->list.items; i-- > 0;) {
        const struct draw_item *it = &v->list.item[i];
        if (it->has_va && box_holds(it->box, v->x, v->y)) {
            *va = it->va;
            return true;
        }
    }
    const struct hot *hot = view_hot_at(v, v->x, v->y);
    if (hot && hot->kind == HOT_ADDRESS)
        *va = hot->arg;
    return hot && hot->kind == HOT_ADDRESS;
}

bool view_address(const struct view *v, uint64_t *va)
{
    if (pointed_at(v, va))
        return true;
    *va = v->look_va;
    return v->looked_at;
}

void view_look_at(struct view *v, uint64_t va)
{
    v->looked_at = true;
    v->look_va = va;
    v->scroll[PANEL_MEMORY] = 0;
}

void view_set_filter(struct view *v, const char *text)
{
    filter_reset(&v->filter, text);
    v->scroll[PANEL_CROSSINGS] = 0;
}

void view_say(struct view *v, const char *text)
{
    snprintf(v->said, sizeof v->said, "%s", text);
}

bool view_typing(const struct view *v)
{
    return v->focus == FOCUS_CONSOLE;
}

bool view_scrubbing(const struct view *v)
{
    return v->timeline.scrubbing;
}

/* ---- Commands ---- */

/* Moves the selection by rows of the table. */
static void move_selection(struct view *v, long by)
{
    struct scene_rows rows = {.count = v->known};
    size_t count = filter_count(&v->filter, &rows);
    if (count == 0)
        return;
    uint64_t at = v->selected ? v->selected : v->present;
    long i = (long)filter_index(&v->filter, at) + by;
    i = i < 0 ? 0 : i >= (long)count ? (long)count - 1 : i;
    view_select(v, filter_at(&v->filter, (size_t)i));
}

/* Bigger or smaller, never so that less than a small window is left. */
void view_set_zoom(struct view *v, double zoom)
{
    double plain = view_scale(v) / v->zoom;
    double most = fmin(v->device_w / plain / 800, v->device_h / plain / 540);
    v->zoom = fmax(0.75, fmin(zoom, fmax(1, most)));
    view_resize(v, (int)v->device_w, (int)v->device_h, v->wanted_scale);
}

static void show_tab(struct view *v, enum panel panel)
{
    enum group group = view_group_of(panel);
    v->shown[group] = panel;
    if (v->focus == FOCUS_CONSOLE && group == GROUP_RIGHT &&
        panel != PANEL_CONSOLE)
        v->focus = FOCUS_COMMANDS;
}

static void focus_console(struct view *v)
{
    show_tab(v, PANEL_CONSOLE);
    v->focus = v->focus == FOCUS_CONSOLE ? FOCUS_COMMANDS : FOCUS_CONSOLE;
    v->scroll[PANEL_CONSOLE] = 0;
}

static void close_top(struct view *v)
{
    if (v->help)
        v->help = false;
    else if (v->focus == FOCUS_FIND)
        v->find[0] = '\0';
    else if (v->focus == FOCUS_COMMANDS)
        v->looked_at = false;
    v->focus = FOCUS_COMMANDS;
}

static struct view_request ask(enum command command, uint64_t arg)
{
    return (struct view_request){.command = command, .arg = arg};
}

static struct view_request carry_out(struct view *v, enum command command)
{
    v->said[0] = '\0';
    switch (command) {
    case CMD_OLDER:
        move_selection(v, -1);
        break;
    case CMD_NEWER:
        move_selection(v, 1);
        break;
    case CMD_FIND:
        v->focus = FOCUS_FIND;
        v->find[0] = '\0';
        break;
    case CMD_FILTER:
        show_tab(v, PANEL_CROSSINGS);
        v->focus = FOCUS_FILTER;
        break;
    case CMD_CONSOLE:
        focus_console(v);
        break;
    case CMD_WHOLE_RUN:
        v->timeline.whole = v->timeline.chosen || !v->timeline.whole;
        v->timeline.chosen = false;
        v->timeline.follow = true;
        break;
    case CMD_BRANCHES:
        show_tab(v, PANEL_BRANCHES);
        break;
    case CMD_BREAKS:
        show_tab(v, PANEL_BREAKS);
        break;
    case CMD_LAST_WRITE:
        if (v->looked_at)
            return ask(CMD_LAST_WRITE, v->look_va);
        view_say(v, "last write: look at a byte first: click an address");
        break;
    case CMD_PALETTE:
        view_set_dark(v, !view_is_dark(v));
        break;
    case CMD_SPEED: /* 1, 2, 4, max */
        view_set_speed(v, v->motion.speed == 0   ? 1
                          : v->motion.speed == 4 ? 0
                                                 : v->motion.speed * 2);
        break;
    case CMD_BIGGER:
        view_set_zoom(v, v->zoom * 1.125);
        break;
    case CMD_SMALLER:
        view_set_zoom(v, v->zoom / 1.125);
        break;
    case CMD_NORMAL_SIZE:
        view_set_zoom(v, 1);
        break;
    case CMD_HELP:
        v->help = !v->help;
        break;
    case CMD_CLOSE:
        close_top(v);
        break;
    default:
        if (command != CMD_NONE && v->help)
            v->help = false;
        return (struct view_request){.command = command};
    }
    return nothing;
}

/* ---- Typing ---- */

static struct view_request type_bytes(struct view *v, const char *bytes,
                                      size_t n)
{
    struct view_request request = {.command = CMD_TYPE, .text_bytes = n};
    if (n > sizeof request.text)
        return nothing;
    memcpy(request.text, bytes, n);
    v->scroll[PANEL_CONSOLE] = 0;
    return request;
}

/* What a terminal sends for the keys that have no character. */
static struct view_request console_key(struct view *v,
                                       const struct view_event *e)
{
    static const struct {
        enum view_key key;
        const char *bytes;
    } keys[] = {
        {KEY_ENTER, "\r"},       {KEY_TAB, "\t"},      {KEY_BACKSPACE, "\x7f"},
        {KEY_DELETE, "\x1b[3~"}, {KEY_UP, "\x1b[A"},   {KEY_DOWN, "\x1b[B"},
        {KEY_RIGHT, "\x1b[C"},   {KEY_LEFT, "\x1b[D"}, {KEY_HOME, "\x1b[H"},
        {KEY_END, "\x1b[F"},
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (keys[i].key == e->key)
            return type_bytes(v, keys[i].bytes, strlen(keys[i].bytes));
    if (e->key == KEY_CONTROL && e->letter >= '@' && e->letter <= '_') {
        char byte = (char)(e->letter & 0x1f);
        return type_bytes(v, &byte, 1);
    }
    return nothing;
}

static char *field_of(struct view *v)
{
    return v->focus == FOCUS_FIND ? v->find : v->filter.text;
}

static void field_changed(struct view *v)
{
    if (v->focus == FOCUS_FILTER)
        filter_reset(&v->filter, v->filter.text);
}

static void field_text(struct view *v, const char *text)
{
    char *field = field_of(v);
    if (strlen(field) + strlen(text) < FIELD_BYTES)
        strcat(field, text);
    field_changed(v);
}

static void field_erase(struct view *v)
{
    char *field = field_of(v);
    size_t n = strlen(field);
    do {
        if (n > 0)
            n--;
    } while (n > 0 && ((unsigned char)field[n] & 0xc0) == 0x80);
    field[n] = '\0';
    field_changed(v);
}

static struct view_request field_key(struct view *v, enum view_key key)
{
    struct view_request request = nothing;
    if (key == KEY_BACKSPACE) {
        field_erase(v);
    } else if (key == KEY_ENTER) {
        if (v->focus == FOCUS_FIND && v->find[0]) {
            request.command = CMD_LOOK_UP;
            snprintf(request.text, sizeof request.text, "%s", v->find);
            request.text_bytes = strlen(request.text);
        }
        v->focus = FOCUS_COMMANDS;
    } else if (key == KEY_UP || key == KEY_DOWN) {
        move_selection(v, key == KEY_UP ? -1 : 1);
    }
    return request;
}

/* ---- Keys ---- */

static struct view_request control_key(struct view *v,
                                       const struct view_event *e)
{
    static const struct {
        char letter;
        enum command command;
    } always[] = {
        {'+', CMD_BIGGER},      {'=', CMD_BIGGER}, {'-', CMD_SMALLER},
        {'0', CMD_NORMAL_SIZE}, {'Q', CMD_QUIT},   {'S', CMD_SAVE_PICTURE},
        {'B', CMD_SAVE_BRANCH},
    };
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
        bool guests = always[i].letter >= 'A' && v->focus == FOCUS_CONSOLE;
        if (always[i].letter == e->letter && !guests)
            return carry_out(v, always[i].command);
    }
    if (v->focus == FOCUS_CONSOLE)
        return console_key(v, e);
    return nothing;
}

static struct view_request command_key(struct view *v, enum view_key key,
                                       bool shift)
{
    long page = v->page_rows > 1 ? (long)v->page_rows - 1 : 1;
    switch (key) {
    case KEY_TAB:
        return carry_out(v, CMD_CONSOLE);
    case KEY_UP:
        return carry_out(v, CMD_OLDER);
    case KEY_DOWN:
        return carry_out(v, CMD_NEWER);
    case KEY_PAGE_UP:
    case KEY_PAGE_DOWN:
        move_selection(v, key == KEY_PAGE_UP ? -page : page);
        return nothing;
    case KEY_HOME:
        return carry_out(v, CMD_FIRST_MOMENT);
    case KEY_END:
        v->scroll[PANEL_CROSSINGS] = 0;
        return carry_out(v, CMD_NEWEST_MOMENT);
    case KEY_ENTER:
        return ask(shift ? CMD_GO_END : CMD_GO_TRAP, v->selected);
    default:
        return nothing;
    }
}

static struct view_request on_key(struct view *v, const struct view_event *e)
{
    if (e->key == KEY_CONTROL)
        return control_key(v, e);
    if (e->key == KEY_F1)
        return carry_out(v, CMD_HELP);
    if (e->key == KEY_F6)
        return carry_out(v, CMD_CONSOLE);
    if (e->key == KEY_ESCAPE)
        return carry_out(v, CMD_CLOSE);
    if (v->focus == FOCUS_CONSOLE)
        return console_key(v, e);
    if (v->focus == FOCUS_FIND || v->focus == FOCUS_FILTER)
        return field_key(v, e->key);
    return command_key(v, e->key, e->shift);
}

static struct view_request on_text(struct view *v, const char *text, bool shift)
{
    if (v->focus == FOCUS_CONSOLE)
        return type_bytes(v, text, strlen(text));
    if (v->focus == FOCUS_FIND || v->focus == FOCUS_FILTER) {
        field_text(v, text);
        return nothing;
    }
    enum command command =
        text[0] && !text[1] ? command_of_letter(text[0], shift) : CMD_NONE;
    return command == CMD_NONE ? nothing : carry_out(v, command);
}

/* ---- The mouse ---- */

/* The crossing whose bar is under the pointer, 0: none. The bars are hot
 * places themselves, under that of the whole timeline. */
static uint64_t crossing_at(const struct view *v)
{
    for (size_t i = v->hots; i-- > 0;)
        if (v->hot[i].kind == HOT_CROSSING &&
            box_holds(v->hot[i].box, v->x, v->y))
            return v->hot[i].arg;
    return 0;
}

static struct view_request press_timeline(struct view *v, int clicks)
{
    struct timeline *t = &v->timeline;
    uint64_t crossing = crossing_at(v);
    if (timeline_grabs(t, v->x, v->y)) {
        t->scrubbing = true;
        return ask(CMD_SCRUB, timeline_position(t, v->x));
    }
    if (clicks == 2 && crossing)
        return ask(CMD_GO_TRAP, crossing);
    t->dragging = true;
    t->moved = false;
    t->press_x = v->x;
    t->press_begin = t->begin;
    return nothing;
}

static struct view_request on_press(struct view *v, int clicks)
{
    const struct hot *hot = view_hot_at(v, v->x, v->y);
    struct hot at = hot ? *hot : (struct hot){0};
    if (at.kind != HOT_COMMAND && at.kind != HOT_CROSSING)
        v->focus = FOCUS_COMMANDS;
    switch (at.kind) {
    case HOT_COMMAND:
        return carry_out(v, (enum command)at.arg);
    case HOT_CROSSING:
        v->said[0] = '\0';
        view_select(v, at.arg);
        if (clicks == 2)
            return ask(CMD_GO_TRAP, at.arg);
        break;
    case HOT_TAB:
        show_tab(v, (enum panel)at.arg);
        break;
    case HOT_ADDRESS:
        view_look_at(v, at.arg);
        break;
    case HOT_FIND:
        v->focus = FOCUS_FIND;
        break;
    case HOT_FILTER:
        v->focus = FOCUS_FILTER;
        break;
    case HOT_TYPE:
        v->focus = FOCUS_CONSOLE;
        break;
    case HOT_TIMELINE:
        return press_timeline(v, clicks);
    case HOT_LAST_WRITE:
        return clicks == 2 ? ask(CMD_LAST_WRITE, at.arg) : nothing;
    case HOT_MARGIN:
        return ask(CMD_BREAK, at.arg);
    case HOT_CODE:
        return clicks == 2 ? ask(CMD_RUN_TO, at.arg) : nothing;
    case HOT_UNBREAK:
        return ask(CMD_UNBREAK, at.arg);
    case HOT_BRANCH:
        return ask(CMD_SWITCH, at.arg);
    default:
        break;
    }
    return nothing;
}

/* Letting go where the button went down is a click: the crossing there is
 * selected. */
static void on_release(struct view *v)
{
    uint64_t crossing = crossing_at(v);
    if (v->timeline.dragging && !v->timeline.moved && crossing)
        view_select(v, crossing);
    v->timeline.dragging = v->timeline.scrubbing = false;
}

static void on_wheel(struct view *v, double wheel)
{
    const struct hot *hot = view_hot_at(v, v->x, v->y);
    if (hot && hot->kind == HOT_TIMELINE) {
        timeline_zoom(&v->timeline, v->x, wheel);
        return;
    }
    const struct hot *scroll = view_scroll_at(v, v->x, v->y);
    if (scroll && scroll->arg < PANELS)
        v->scroll[scroll->arg] -= (long)lround(wheel * 3);
}

static struct view_request on_move(struct view *v)
{
    struct timeline *t = &v->timeline;
    if (t->scrubbing)
        return ask(CMD_SCRUB, timeline_position(t, v->x));
    if (!t->dragging)
        return nothing;
    if (fabs(v->x - t->press_x) > 3)
        t->moved = true;
    if (t->moved)
        timeline_drag(t, v->x);
    return nothing;
}

struct view_request view_input(struct view *v, const struct view_event *e)
{
    if (e->kind != VIEW_MOVE && e->kind != VIEW_LEAVE)
        motion_skip(v);
    if (e->kind >= VIEW_PRESS && e->kind <= VIEW_WHEEL) {
        v->x = e->device_x / view_scale(v);
        v->y = e->device_y / view_scale(v);
        v->inside = true;
    }
    switch (e->kind) {
    case VIEW_KEY:
        return on_key(v, e);
    case VIEW_TEXT:
        return on_text(v, e->text, e->shift);
    case VIEW_PRESS:
        return on_press(v, e->clicks);
    case VIEW_RELEASE:
        on_release(v);
        break;
    case VIEW_MOVE:
        return on_move(v);
    case VIEW_WHEEL:
        on_wheel(v, e->wheel);
        break;
    case VIEW_LEAVE:
        v->inside = false;
        break;
    }
    return nothing;
}
