/*
 * test_view_parts.c - the parts below the panels: the console's screen, the
 * timeline's spans, the filter, keys and clicks, picture files, colours.
 */
#include "../../emu/view/number.h"
#include "../../emu/view/paint.h"
#include "../../emu/view/palette.h"
#include "../../emu/view/picture.h"
#include "../../emu/view/spans.h"
#include "../../emu/view/terminal.h"
#include "../../emu/view/view.h"
#include "view/scenes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- Terminal ---- */

static void feed(struct terminal *t, const char *bytes)
{
    for (; *bytes; bytes++)
        terminal_put(t, (uint8_t)*bytes);
}

static void shows(struct terminal *t, size_t line, const char *wanted)
{
    char text[TERMINAL_COLUMNS * 4 + 8];
    terminal_line(t, line, text, sizeof text, NULL);
    assert_string_equal(text, wanted);
}

static void the_terminal_prints_lines_and_moves_back(void **state)
{
    (void)state;
    struct terminal *t = terminal_create();
    feed(t, "one\ntwo\r\nthr\b\bHR\rT\n\tx");
    assert_int_equal(terminal_lines(t), 4);
    shows(t, 0, "one");
    shows(t, 1, "two");
    shows(t, 2, "THR");
    shows(t, 3, "        x");
    size_t line;
    unsigned column;
    terminal_cursor(t, &line, &column);
    assert_int_equal(line, 3);
    assert_int_equal(column, 9);
    terminal_destroy(t);
}

static void the_terminal_obeys_the_usual_sequences(void **state)
{
    (void)state;
    struct terminal *t = terminal_create();
    bool bold[TERMINAL_COLUMNS];
    char text[64];
    feed(t, "abcdef\x1b[3D\x1b[K!\x1b[2;5Hhere\x1b[1;1H\x1b[1mA\x1b[0m");
    shows(t, 0, "Abc!");
    shows(t, 1, "    here");
    terminal_line(t, 0, text, sizeof text, bold);
    assert_true(bold[0]);
    assert_false(bold[1]);
    feed(t, "\x1b[2J\x1b[HX");
    shows(t, 0, "X");
    shows(t, 1, "");
    terminal_destroy(t);
}

static void the_terminal_swallows_whatever_else_comes(void **state)
{
    (void)state;
    struct terminal *t = terminal_create();
    feed(t, "a\x1b]0;title\x07"
            "b\x1b[?25lc\x1bPstring\x1b\\d\x1b[99999;99999He");
    shows(t, 0, "abcd");
    feed(t, "\x1b[H\xe2\x86\x92\xc3\xa4\xff!");
    shows(t, 0, "\xe2\x86\x92\xc3\xa4\xef\xbf\xbd!");
    unsigned seed = 1;
    for (int i = 0; i < 300000; i++) {
        seed = seed * 1103515245u + 12345;
        terminal_put(t, (uint8_t)(i % 7 ? seed >> 16 : 0x1b));
    }
    assert_true(terminal_lines(t) <= TERMINAL_HISTORY);
    for (size_t i = 0; i < terminal_lines(t); i++) {
        char text[TERMINAL_COLUMNS * 4 + 8];
        terminal_line(t, i, text, sizeof text, NULL);
    }
    terminal_destroy(t);
}

static void the_terminal_keeps_its_history_bounded(void **state)
{
    (void)state;
    struct terminal *t = terminal_create();
    char line[32];
    for (int i = 0; i < TERMINAL_HISTORY * 3; i++) {
        snprintf(line, sizeof line, "line %d\n", i);
        feed(t, line);
    }
    assert_int_equal(terminal_lines(t), TERMINAL_HISTORY);
    snprintf(line, sizeof line, "line %d", TERMINAL_HISTORY * 3 - 1);
    shows(t, TERMINAL_HISTORY - 2, line);
    terminal_destroy(t);
}

/* ---- Spans ---- */

static void spans_follow_each_other_and_are_found(void **state)
{
    (void)state;
    struct spans *s = spans_create();
    spans_enter(s, 100, 2, false, 0);
    spans_enter(s, 200, 2, true, 1);
    spans_enter(s, 300, 3, false, 0);
    spans_enter(s, 300, 3, false, 0); /* nothing new */
    assert_int_equal(spans_count(s), 3);
    assert_int_equal(spans_at(s, 0)->end, 200);
    assert_true(spans_at(s, 2)->end == UINT64_MAX);
    assert_int_equal(spans_find(s, 0), 0);
    assert_int_equal(spans_find(s, 200), 1);
    assert_int_equal(spans_find(s, 5000), 2);
    uint64_t at;
    assert_true(spans_crossing(s, 1, &at));
    assert_int_equal(at, 200);
    assert_false(spans_crossing(s, 2, &at));
    assert_int_equal(spans_pids(s), 2);
    assert_int_equal(spans_pid(s, 1), 3);
    spans_destroy(s);
}

/* The pyramid says the same as looking at every span. */
static void the_pyramid_of_lanes_agrees_with_the_spans(void **state)
{
    (void)state;
    struct spans *s = spans_create();
    unsigned seed = 7;
    uint64_t at = 0;
    for (int i = 0; i < 30000; i++) {
        seed = seed * 1103515245u + 12345;
        spans_enter(s, at, 1 + (int)(seed >> 16) % 90, seed >> 13 & 1,
                    (seed >> 13 & 1) ? (uint64_t)i : 0);
        at += 1 + (seed >> 20) % 50;
    }
    for (int round = 0; round < 300; round++) {
        seed = seed * 1103515245u + 12345;
        uint64_t begin = seed % at, length = 1 + (seed >> 3) % (at / 2);
        uint64_t wanted = 0;
        for (size_t i = 0; i < spans_count(s); i++) {
            const struct span *span = spans_at(s, i);
            if (span->begin < begin + length && span->end > begin)
                wanted |= UINT64_C(1)
                          << (span->kernel ? 0 : spans_lane_of(s, span->pid));
        }
        assert_true(spans_lanes(s, begin, begin + length) == wanted);
    }
    spans_destroy(s);
}

/* However far the zoom, the lanes are not empty. */
static void every_zoom_of_the_timeline_shows_the_lanes(void **state)
{
    (void)state;
    struct view *v = view_create();
    for (int step = 0; step < 60; step++) {
        const struct scene *scene = scene_of(CASE_MANY);
        size_t user = 0, kernel = 0;
        if (step == 0) {
            struct view_event z = {.kind = VIEW_TEXT, .text = "z"};
            view_input(v, &z);
        }
        view_frame(v, scene);
        const struct draw_list *d = view_list(v);
        for (size_t i = 0; i < d->items; i++) {
            const struct draw_item *it = &d->item[i];
            bool lane = it->kind == DRAW_RECT && it->box.y > 540 &&
                        it->box.y < 690 && it->box.h > 8 && it->box.w >= 1 &&
                        box_right(it->box) < 1600;
            user += lane && it->fill == palette_light.space[HUE_USER];
            kernel += lane && it->fill == palette_light.space[HUE_KERNEL];
        }
        if (user + kernel < 1 || (step < 15 && (user < 3 || kernel < 1)))
            fail_msg("zoom %d: %zu user, %zu kernel bars", step, user, kernel);
        struct view_event wheel = {
            .kind = VIEW_WHEEL, .device_x = 1200, .device_y = 600, .wheel = 1};
        view_input(v, &wheel);
    }
    view_destroy(v);
}

/* ---- Keys and clicks ---- */

static struct view_request key(struct view *v, enum view_key k)
{
    struct view_event e = {.kind = VIEW_KEY, .key = k};
    struct view_request r = view_input(v, &e);
    view_frame(v, scene_of(CASE_REFUSAL));
    return r;
}

static struct view_request control(struct view *v, char letter)
{
    struct view_event e = {
        .kind = VIEW_KEY, .key = KEY_CONTROL, .letter = letter};
    struct view_request r = view_input(v, &e);
    view_frame(v, scene_of(CASE_REFUSAL));
    return r;
}

static struct view_request text(struct view *v, const char *typed)
{
    struct view_request r = {0};
    for (; *typed; typed++) {
        struct view_event e = {.kind = VIEW_TEXT, .text = {*typed}};
        r = view_input(v, &e);
    }
    view_frame(v, scene_of(CASE_REFUSAL));
    return r;
}

static struct view *ready_view(void)
{
    struct view *v = view_create();
    view_frame(v, scene_of(CASE_REFUSAL));
    return v;
}

/* Where a text stands, for clicking on it. */
static bool find_text(const struct view *v, const char *wanted,
                      struct box *where)
{
    const struct draw_list *d = view_list(v);
    for (size_t i = 0; i < d->items; i++)
        if (d->item[i].kind == DRAW_TEXT &&
            strcmp(draw_string(d, d->item[i].text), wanted) == 0) {
            *where = d->item[i].box;
            return true;
        }
    return false;
}

static struct view_request click_at(struct view *v, double x, double y)
{
    struct view_event e = {.kind = VIEW_PRESS,
                           .device_x = x * view_scale(v),
                           .device_y = y * view_scale(v)};
    struct view_request r = view_input(v, &e);
    e.kind = VIEW_RELEASE;
    view_input(v, &e);
    view_frame(v, scene_of(CASE_REFUSAL));
    return r;
}

static struct view_request click(struct view *v, const char *wanted)
{
    struct box b = {0};
    if (!find_text(v, wanted, &b))
        fail_msg("no text '%s' to click on", wanted);
    return click_at(v, b.x + b.w / 2, b.y + b.h / 2);
}

static void every_command_has_its_key_and_its_button(void **state)
{
    (void)state;
    static const struct {
        const char *letter, *button;
        enum command command;
    } rows[] = {{"r", "run", CMD_RUN},
                {"s", "step", CMD_STEP_INSN},
                {"l", "line", CMD_STEP_LINE},
                {"i", "into trap", CMD_INTO_TRAP},
                {"o", "out to user", CMD_OUT_TO_USER},
                {"c", "crossing", CMD_NEXT_CROSSING},
                {" ", "run", CMD_RUN}};
    struct view *v = ready_view();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(text(v, rows[i].letter).command, rows[i].command);
        assert_int_equal(click(v, rows[i].button).command, rows[i].command);
    }
    assert_int_equal(control(v, 'Q').command, CMD_QUIT);
    assert_int_equal(text(v, "y").command, CMD_NONE);
    view_destroy(v);
}

/* Left of a button's word is its sign, and left of that the end that goes
 * back. */
static struct view_request click_back(struct view *v, const char *button,
                                      bool sign)
{
    struct box b = {0};
    assert_true(find_text(v, button, &b));
    return click_at(v, b.x - (sign ? 36 : 20), b.y + b.h / 2);
}

static void every_way_forward_has_its_way_back(void **state)
{
    (void)state;
    static const struct {
        const char *letter, *button;
        enum command command;
        bool sign;
    } rows[] = {{"R", "run", CMD_RUN_BACK, true},
                {"S", "step", CMD_BACK_INSN, false},
                {"L", "line", CMD_BACK_LINE, false},
                {"I", "into trap", CMD_BACK_CROSSING_OWN, true},
                {"O", "out to user", CMD_BACK_OUT, true},
                {"C", "crossing", CMD_BACK_CROSSING, true}};
    struct view *v = ready_view();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct view_event e = {.kind = VIEW_TEXT, .shift = true};
        snprintf(e.text, sizeof e.text, "%s", rows[i].letter);
        assert_int_equal(view_input(v, &e).command, rows[i].command);
        e.shift = false; /* Caps Lock alone does not turn time round */
        assert_int_not_equal(view_input(v, &e).command, rows[i].command);
        assert_int_equal(click_back(v, rows[i].button, rows[i].sign).command,
                         rows[i].command);
    }
    view_destroy(v);
}

static void crossings_are_gone_to_by_enter_and_double_click(void **state)
{
    (void)state;
    struct view *v = ready_view();
    struct box b = {0};
    assert_int_equal(key(v, KEY_HOME).command, CMD_FIRST_MOMENT);
    assert_int_equal(key(v, KEY_END).command, CMD_NEWEST_MOMENT);
    view_select(v, 111);
    struct view_request r = key(v, KEY_ENTER);
    assert_int_equal(r.command, CMD_GO_TRAP);
    assert_int_equal(r.arg, 111);
    struct view_event e = {
        .kind = VIEW_KEY, .key = KEY_ENTER, .shift = true, .clicks = 2};
    r = view_input(v, &e);
    assert_int_equal(r.command, CMD_GO_END);
    assert_int_equal(r.arg, 111);
    assert_true(find_text(v, "112", &b));
    e.kind = VIEW_PRESS;
    e.device_x = (b.x + 2) * view_scale(v);
    e.device_y = (b.y + 5) * view_scale(v);
    r = view_input(v, &e);
    assert_int_equal(r.command, CMD_GO_TRAP);
    assert_int_equal(r.arg, 112);
    view_destroy(v);
}

/* The strip over the lanes takes hold of the cursor; the wish follows the
 * pointer until it lets go, and the lanes stay where they are. */
static void the_cursor_is_dragged_through_time(void **state)
{
    (void)state;
    struct view *v = view_create();
    struct box b = {0};
    view_frame(v, scene_of(CASE_PAST));
    assert_true(find_text(v, "TIMELINE", &b));
    struct view_event e = {.kind = VIEW_PRESS,
                           .clicks = 1,
                           .device_x = 500 * view_scale(v),
                           .device_y = (b.y + 6) * view_scale(v)};
    struct view_request first = view_input(v, &e);
    assert_int_equal(first.command, CMD_SCRUB);
    assert_true(view_scrubbing(v));
    e.kind = VIEW_MOVE;
    e.device_x += 200 * view_scale(v);
    view_frame(v, scene_of(CASE_PAST));
    struct view_request second = view_input(v, &e);
    assert_int_equal(second.command, CMD_SCRUB);
    assert_true(second.arg > first.arg);
    e.device_x -= 200 * view_scale(v);
    assert_int_equal(view_input(v, &e).arg, first.arg);
    e.kind = VIEW_RELEASE;
    view_input(v, &e);
    assert_false(view_scrubbing(v));
    view_destroy(v);
}

static void a_branch_is_taken_up_by_a_click(void **state)
{
    (void)state;
    struct view *v = view_create();
    struct box b = {0};
    view_frame(v, scene_of(CASE_PAST));
    assert_int_equal(text(v, "b").command, CMD_NONE); /* shows them */
    view_frame(v, scene_of(CASE_PAST));
    assert_true(find_text(v, "branch 3", &b));
    struct view_request r = click_at(v, b.x + 5, b.y + 5);
    assert_int_equal(r.command, CMD_SWITCH);
    assert_int_equal(r.arg, 3);
    view_destroy(v);
}

/* The margin is left of the line's number. */
static void breakpoints_are_set_in_the_margin(void **state)
{
    (void)state;
    struct view *v = ready_view();
    struct box b = {0};
    assert_int_equal(text(v, "x").command, CMD_BREAK);
    assert_true(find_text(v, "12", &b)); /* the user's current line */
    struct view_request r = click_at(v, b.x - 10, b.y + 8);
    assert_int_equal(r.command, CMD_BREAK);
    assert_true(r.arg == PLACE_LINE(0, 12));
    r = click_at(v, b.x + 60, b.y + 8);
    assert_int_equal(r.command, CMD_NONE);
    struct view_event e = {.kind = VIEW_PRESS,
                           .clicks = 2,
                           .device_x = (b.x + 60) * view_scale(v),
                           .device_y = (b.y + 8) * view_scale(v)};
    r = view_input(v, &e);
    assert_int_equal(r.command, CMD_RUN_TO);
    assert_true(r.arg == PLACE_LINE(0, 12));
    text(v, "k");
    view_frame(v, scene_of(CASE_PAST));
    assert_true(find_text(v, "1  copyout", &b));
    r = click_at(v, b.x + 5, b.y + 5);
    assert_int_equal(r.command, CMD_UNBREAK);
    assert_int_equal(r.arg, 1);
    view_destroy(v);
}

static void a_byte_is_followed_back_to_its_last_write(void **state)
{
    (void)state;
    struct view *v = ready_view();
    struct box b = {0};
    assert_int_equal(text(v, "w").command, CMD_NONE); /* which byte? */
    click(v, "Memory");
    view_look_at(v, 0x40000ff9);
    assert_int_equal(text(v, "w").command, CMD_LAST_WRITE);
    assert_int_equal(text(v, "w").arg, 0x40000ff9);
    assert_true(find_text(v, "0x40000f80", &b)); /* ten cells wide */
    double at = b.x + b.w / 10 * (20 + 3 * 5 + 1); /* in the sixth byte */
    struct view_event e = {.kind = VIEW_PRESS,
                           .clicks = 2,
                           .device_x = at * view_scale(v),
                           .device_y = (b.y + 8) * view_scale(v)};
    struct view_request r = view_input(v, &e);
    assert_int_equal(r.command, CMD_LAST_WRITE);
    assert_int_equal(r.arg, 0x40000f85);
    view_destroy(v);
}

static void crossings_of_a_branch_are_numbered_so(void **state)
{
    (void)state;
    char number[40];
    const struct scene *s = scene_of(CASE_PAST);
    assert_string_equal(scene_number(s, 109, number), "109");
    assert_string_equal(scene_number(s, 110, number), "110b2");
    assert_string_equal(scene_number(s, 118, number), "118b2");
    assert_string_equal(scene_number(scene_of(CASE_USER), 118, number), "118");
}

static void spans_are_cut_where_a_branch_begins(void **state)
{
    (void)state;
    struct spans *s = spans_create();
    uint64_t at, crossing = 0;
    for (uint64_t i = 0; i < 20000; i++) /* #i opens at 10 i, ends at + 4 */
        spans_enter(s, i * 5, i % 2 ? 2 + (int)(i / 2 % 3) : 0, i % 2 == 0,
                    i % 2 ? 0 : ++crossing);
    assert_true(spans_crossing(s, 900, &at));
    assert_int_equal(at, 8990);
    spans_cut(s, 8990, 899); /* before the trap of #900 is taken */
    assert_false(spans_crossing(s, 900, &at));
    assert_true(spans_crossing(s, 899, &at));
    const struct span *last = spans_at(s, spans_count(s) - 1);
    assert_false(last->kernel);
    assert_int_equal(last->begin, 8985);
    assert_true(last->end == UINT64_MAX); /* it goes on */
    assert_int_equal(spans_lanes(s, 9100, 90000) & 1, 0);
    spans_enter(s, 9000, 7, true, 900); /* another #900 */
    assert_true(spans_crossing(s, 900, &at));
    assert_int_equal(at, 9000);
    spans_destroy(s);
}

/* ---- Animation ---- */

static uint64_t whole_hash(const struct view *v)
{
    uint64_t h = 0;
    for (int i = 0; i < 64; i++)
        h = h * 31 + paint_hash(view_list(v), i);
    return h;
}

/* In user code, then the refusal's crossing has opened: six new steps. */
static struct view *moving_view(int speed)
{
    struct view *v = view_create();
    view_set_speed(v, speed);
    view_tick(v, 1000);
    view_frame(v, scene_of(CASE_BOOT));
    view_tick(v, 1010);
    view_frame(v, scene_of(CASE_REFUSAL));
    return v;
}

static void a_crossing_moves_while_time_is_told_and_comes_to_rest(void **state)
{
    (void)state;
    struct view *still = ready_view(), *v = moving_view(1);
    struct box b;
    size_t frames = 0, different = 0;
    uint64_t before = 0, now = 1020;
    assert_true(view_moving(v));
    assert_false(find_text(v, "copyout 13 bytes \xe2\x86\x92", &b));
    for (; view_moving(v); now += 40, frames++) {
        view_tick(v, now);
        view_frame(v, scene_of(CASE_REFUSAL));
        different += whole_hash(v) != before;
        before = whole_hash(v);
        assert_true(frames < 200);
    }
    assert_true(different > frames / 2); /* some steps only appear */
    assert_true(frames > 20); /* half a second each, three together at most */
    assert_true(find_text(v, "copyout 13 bytes \xe2\x86\x92", &b));
    view_set_speed(v, 0); /* the button says so */
    view_frame(v, scene_of(CASE_REFUSAL));
    assert_true(whole_hash(v) == whole_hash(still));
    view_destroy(v);
    view_destroy(still);
}

static void nothing_moves_at_max_without_time_or_after_input(void **state)
{
    (void)state;
    struct view *v = moving_view(0);
    assert_false(view_moving(v));
    view_destroy(v);
    v = view_create(); /* nobody tells the time: a shot */
    view_set_speed(v, 1);
    view_frame(v, scene_of(CASE_BOOT));
    view_frame(v, scene_of(CASE_REFUSAL));
    assert_false(view_moving(v));
    view_destroy(v);
    v = moving_view(4);
    assert_true(view_moving(v));
    key(v, KEY_UP);
    assert_false(view_moving(v));
    assert_int_equal(text(v, "v").command, CMD_NONE);
    assert_int_equal(view_speed(v), 0); /* behind 4x comes max */
    text(v, "v");
    assert_int_equal(view_speed(v), 1);
    view_destroy(v);
}

static void a_layout_is_taken_up_and_told_again(void **state)
{
    (void)state;
    struct view *v = view_create();
    struct view_layout l = {.dark = true,
                            .zoom = 1.25,
                            .speed = 2,
                            .tab = {"processes", "transfers", "ports"}};
    assert_true(view_layout_known(&l));
    view_set_layout(v, &l);
    struct view_layout told = view_layout(v);
    assert_true(told.dark && told.zoom == 1.25 && told.speed == 2);
    for (int i = 0; i < VIEW_GROUPS; i++)
        assert_string_equal(told.tab[i], l.tab[i]);
    view_set_layout(v, &(struct view_layout){.zoom = 1}); /* "": as it is */
    assert_string_equal(view_layout(v).tab[2], "ports");
    assert_false(view_layout_known(
        &(struct view_layout){.tab = {"ports", "card", "console"}}));
    assert_false(view_layout_known(
        &(struct view_layout){.tab = {"crossings", "status", "nonsense"}}));
    view_destroy(v);
}

static void no_two_commands_share_a_letter_and_all_are_explained(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_rows; i++) {
        assert_non_null(command_table[i].key);
        assert_true(strlen(command_table[i].help) > 8);
        for (size_t j = 0; j < i; j++)
            assert_false(command_table[i].letter &&
                         command_table[i].letter == command_table[j].letter);
    }
}

static void typing_goes_to_the_guest_only_with_the_console_focused(void **state)
{
    (void)state;
    struct view *v = ready_view();
    struct view_request r = key(v, KEY_TAB);
    assert_true(view_typing(v));
    r = text(v, "s");
    assert_int_equal(r.command, CMD_TYPE);
    assert_int_equal(r.text_bytes, 1);
    assert_int_equal(r.text[0], 's');
    r = key(v, KEY_ENTER);
    assert_int_equal(r.command, CMD_TYPE);
    assert_int_equal(r.text[0], '\r');
    r = control(v, 'C');
    assert_int_equal(r.command, CMD_TYPE);
    assert_int_equal(r.text[0], 3);
    r = key(v, KEY_UP);
    assert_memory_equal(r.text, "\x1b[A", 3);
    key(v, KEY_ESCAPE);
    assert_false(view_typing(v));
    assert_int_equal(text(v, "s").command, CMD_STEP_INSN);
    key(v, KEY_F6);
    assert_true(view_typing(v));
    click(v, "USER SPACE"); /* a click elsewhere takes the keyboard away */
    assert_false(view_typing(v));
    view_destroy(v);
}

static void the_table_is_walked_and_clicked(void **state)
{
    (void)state;
    struct view *v = ready_view();
    assert_int_equal(view_selected(v), 0);
    key(v, KEY_UP);
    assert_int_equal(view_selected(v), 117);
    key(v, KEY_UP);
    key(v, KEY_DOWN);
    assert_int_equal(view_selected(v), 117);
    for (int i = 0; i < 60; i++)
        key(v, KEY_PAGE_UP);
    assert_int_equal(view_selected(v), 1);
    key(v, KEY_UP);
    assert_int_equal(view_selected(v), 1);
    key(v, KEY_PAGE_DOWN);
    assert_true(view_selected(v) > 3);
    view_select(v, 0);
    key(v, KEY_END);
    click(v, "112");
    assert_int_equal(view_selected(v), 112);
    view_destroy(v);
}

static void the_filter_shows_what_passes(void **state)
{
    (void)state;
    struct view *v = ready_view();
    struct box b;
    text(v, "f");
    text(v, "store");
    key(v, KEY_ENTER);
    assert_true(find_text(v, "111", &b)); /* 111 % 6 == 3: a fault */
    assert_false(find_text(v, "112", &b));
    key(v, KEY_UP);
    assert_int_equal(view_selected(v), 111);
    view_set_filter(v, "pid 4 -timer -getpid");
    view_frame(v, scene_of(CASE_REFUSAL));
    assert_false(find_text(v, "timer", &b));
    view_set_filter(v, "nothing like it");
    view_frame(v, scene_of(CASE_REFUSAL));
    assert_true(find_text(v, "No crossing passes the filter.", &b));
    view_destroy(v);
}

static void the_find_field_hands_its_text_over(void **state)
{
    (void)state;
    struct view *v = ready_view();
    text(v, "/");
    text(v, "copyinx");
    key(v, KEY_BACKSPACE);
    struct view_request r = key(v, KEY_ENTER);
    assert_int_equal(r.command, CMD_LOOK_UP);
    assert_string_equal(r.text, "copyin");
    text(v, "/");
    for (int i = 0; i < 300; i++)
        text(v, "z");
    r = key(v, KEY_ENTER);
    assert_true(r.text_bytes < sizeof r.text);
    view_destroy(v);
}

static void an_address_is_looked_at_by_pointing_and_clicking(void **state)
{
    (void)state;
    struct view *v = ready_view();
    uint64_t va;
    struct box b = {0};
    assert_false(view_address(v, &va));
    assert_true(find_text(v, "0x1034c", &b));
    struct view_event e = {
        .kind = VIEW_MOVE, .device_x = b.x + 5, .device_y = b.y + 9};
    view_input(v, &e);
    assert_true(view_address(v, &va));
    assert_int_equal(va, 0x1034c);
    e.kind = VIEW_LEAVE;
    view_input(v, &e);
    assert_false(view_address(v, &va));
    click(v, "0x10348");
    e.kind = VIEW_LEAVE;
    view_input(v, &e);
    assert_true(view_address(v, &va));
    assert_int_equal(va, 0x10348);
    view_destroy(v);
}

static void palette_and_size_change_at_run_time(void **state)
{
    (void)state;
    struct view *v = ready_view();
    text(v, "p");
    assert_true(view_is_dark(v));
    double before = view_scale(v);
    control(v, '+');
    assert_true(view_scale(v) > before);
    for (int i = 0; i < 40; i++)
        control(v, '+');
    assert_true(view_scale(v) < 4);
    control(v, '0');
    assert_true(view_scale(v) == before);
    view_resize(v, 3840, 2160, 0);
    assert_true(view_scale(v) == 2);
    view_destroy(v);
}

static void only_what_changed_is_painted_again(void **state)
{
    (void)state;
    struct view *v = ready_view();
    struct box area[VIEW_DAMAGE_MAX];
    assert_int_equal(view_damage(v, area, VIEW_DAMAGE_MAX), 1); /* all */
    view_frame(v, scene_of(CASE_REFUSAL));
    assert_int_equal(view_damage(v, area, VIEW_DAMAGE_MAX), 0);
    key(v, KEY_TAB); /* the console's ring, and nothing else */
    assert_int_equal(view_damage(v, area, VIEW_DAMAGE_MAX), 1);
    assert_true(area[0].w < 700 && area[0].h < 400);
    view_destroy(v);
}

/* Any input in any state: no crash, and commands that exist. */
static void random_input_does_no_harm(void **state)
{
    (void)state;
    struct view *v = ready_view();
    unsigned seed = 3;
    for (int i = 0; i < 3000; i++) {
        seed = seed * 1103515245u + 12345;
        unsigned r = seed >> 12;
        struct view_event e = {.kind = (enum view_event_kind)(r % 7),
                               .device_x = r % 1700,
                               .device_y = (r >> 4) % 1100,
                               .wheel = (int)(r % 9) - 4,
                               .key = (enum view_key)(r >> 3 & 15),
                               .letter = (char)(' ' + (r >> 5) % 90),
                               .text = {(char)(' ' + (r >> 6) % 95)}};
        struct view_request request = view_input(v, &e);
        assert_in_range(request.command, 0, COMMANDS - 1);
        if (i % 5 == 0)
            view_frame(v, scene_of((enum scene_case)(r % CASES)));
        assert_false(view_list(v)->failed);
    }
    view_destroy(v);
}

/* ---- Pictures ---- */

static void saved_as(const char *ending, const char *begins)
{
    char path[64], why[300] = "", head[16] = "";
    struct view *v = ready_view();
    snprintf(path, sizeof path, "/tmp/sallyport-view-%d%s", (int)getpid(),
             ending);
    if (picture_save(v, path, 1600, 1000, why, sizeof why) != 0)
        fail_msg("%s", why);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    assert_true(fread(head, 1, sizeof head - 1, in) > 8);
    fclose(in);
    unlink(path);
    assert_memory_equal(head, begins, strlen(begins));
    view_destroy(v);
}

static void pictures_are_written_in_four_formats(void **state)
{
    (void)state;
    saved_as(".png", "\x89PNG");
    saved_as(".svg", "<?xml");
    saved_as(".pdf", "%PDF-");
    saved_as(".txt", "-- toolbar --");
}

static void a_picture_that_cannot_be_written_says_why(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "/nowhere/at/all.png", "/nowhere/at/all.svg", "/nowhere/at/all.pdf",
        "/nowhere/at/all.txt", "picture.gif",         "png"};
    struct view *v = ready_view();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char why[300] = "";
        assert_int_equal(picture_save(v, bad[i], 1600, 1000, why, sizeof why),
                         -1);
        assert_memory_equal(why, bad[i], strlen(bad[i]));
        assert_true(strlen(why) > strlen(bad[i]) + 2);
    }
    view_destroy(v);
}

static void the_text_of_a_picture_has_whole_words(void **state)
{
    (void)state;
    struct view *v = view_create();
    view_resize(v, 1024, 700, 0);
    view_frame(v, scene_of(CASE_REFUSAL));
    char *all = picture_text(view_list(v));
    assert_non_null(strstr(all, "-- boundary --"));
    assert_non_null(strstr(all, "EFAULT at byte 7"));
    assert_non_null(strstr(all, "reader: asking for 13 bytes across a "));
    assert_null(strstr(all, "Find #12, pid 4, 0x\xe2\x80\xa6"));
    free(all);
    view_destroy(v);
}

static void contrast_is_reckoned_as_the_standard_does(void **state)
{
    (void)state;
    double most = palette_contrast(RGB(0x000000), RGB(0xffffff));
    double grey = palette_contrast(RGB(0x767676), RGB(0xffffff));
    assert_true(most > 20.99 && most < 21.01);
    assert_true(grey > 4.5 && grey < 4.6);
    assert_int_equal(palette_over(0x80000000, RGB(0xffffff)), RGB(0x7f7f7f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_terminal_prints_lines_and_moves_back),
        cmocka_unit_test(the_terminal_obeys_the_usual_sequences),
        cmocka_unit_test(the_terminal_swallows_whatever_else_comes),
        cmocka_unit_test(the_terminal_keeps_its_history_bounded),
        cmocka_unit_test(spans_follow_each_other_and_are_found),
        cmocka_unit_test(the_pyramid_of_lanes_agrees_with_the_spans),
        cmocka_unit_test(every_zoom_of_the_timeline_shows_the_lanes),
        cmocka_unit_test(every_command_has_its_key_and_its_button),
        cmocka_unit_test(every_way_forward_has_its_way_back),
        cmocka_unit_test(crossings_are_gone_to_by_enter_and_double_click),
        cmocka_unit_test(the_cursor_is_dragged_through_time),
        cmocka_unit_test(a_branch_is_taken_up_by_a_click),
        cmocka_unit_test(breakpoints_are_set_in_the_margin),
        cmocka_unit_test(a_byte_is_followed_back_to_its_last_write),
        cmocka_unit_test(crossings_of_a_branch_are_numbered_so),
        cmocka_unit_test(spans_are_cut_where_a_branch_begins),
        cmocka_unit_test(a_crossing_moves_while_time_is_told_and_comes_to_rest),
        cmocka_unit_test(nothing_moves_at_max_without_time_or_after_input),
        cmocka_unit_test(a_layout_is_taken_up_and_told_again),
        cmocka_unit_test(no_two_commands_share_a_letter_and_all_are_explained),
        cmocka_unit_test(
            typing_goes_to_the_guest_only_with_the_console_focused),
        cmocka_unit_test(the_table_is_walked_and_clicked),
        cmocka_unit_test(the_filter_shows_what_passes),
        cmocka_unit_test(the_find_field_hands_its_text_over),
        cmocka_unit_test(an_address_is_looked_at_by_pointing_and_clicking),
        cmocka_unit_test(palette_and_size_change_at_run_time),
        cmocka_unit_test(only_what_changed_is_painted_again),
        cmocka_unit_test(random_input_does_no_harm),
        cmocka_unit_test(pictures_are_written_in_four_formats),
        cmocka_unit_test(a_picture_that_cannot_be_written_says_why),
        cmocka_unit_test(the_text_of_a_picture_has_whole_words),
        cmocka_unit_test(contrast_is_reckoned_as_the_standard_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
