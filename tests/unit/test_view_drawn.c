/*
 * test_view_drawn.c - walks the list of things drawn, for every scene, panel,
 * palette and size: no two texts overlap, none is cut without an ellipsis and
 * its whole to read, none is hidden or too pale, none is too small.
 */
#include "../../emu/view/palette.h"
#include "../../emu/view/view.h"
#include "view/scenes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const int sizes[][2] = {
    {1024, 700}, {1280, 800}, {1600, 1000}, {1920, 1080}, {3840, 2160}};
#define SIZES (sizeof sizes / sizeof sizes[0])

struct shot {
    struct view *view;
    const struct draw_list *list;
    const char *scene, *panel;
    int w, h;
    bool dark;
    unsigned faults;
};

static const char *text_of(const struct shot *s, const struct draw_item *it)
{
    return draw_string(s->list, it->text);
}

static void fault(struct shot *s, const char *what, const struct draw_item *it,
                  const char *more)
{
    bool on_purpose = !s->view;
    if (s->faults++ < 5 && !on_purpose)
        print_error("%s, %s, %dx%d %s: %s: '%s' at %.0f,%.0f %s\n", s->scene,
                    s->panel ? s->panel : "window", s->w, s->h,
                    s->dark ? "dark" : "light", what, text_of(s, it), it->box.x,
                    it->box.y, more);
}

static bool is_text(const struct draw_item *it)
{
    return it->kind == DRAW_TEXT;
}

/* Where the letters are: a line's box has room above and below them. */
static struct box ink(const struct draw_item *it)
{
    return box_inset(it->box, 0.5, it->box.h * 0.17);
}

static void check_overlap(struct shot *s)
{
    const struct draw_list *d = s->list;
    for (size_t i = 0; i < d->items; i++) {
        if (!is_text(&d->item[i]))
            continue;
        for (size_t j = i + 1; j < d->items; j++)
            if (is_text(&d->item[j]) && d->item[i].layer == d->item[j].layer &&
                box_overlaps(ink(&d->item[i]), ink(&d->item[j])))
                fault(s, "overlaps", &d->item[i], text_of(s, &d->item[j]));
    }
}

static bool inside(struct box in, struct box out)
{
    return in.x >= out.x - 0.5 && in.y >= out.y - 0.5 &&
           box_right(in) <= box_right(out) + 0.5 &&
           box_bottom(in) <= box_bottom(out) + 0.5;
}

static void check_cut(struct shot *s)
{
    for (size_t i = 0; i < s->list->items; i++) {
        const struct draw_item *it = &s->list->item[i];
        if (!is_text(it))
            continue;
        const char *text = text_of(s, it);
        size_t n = strlen(text);
        bool dots = n >= 3 && strcmp(text + n - 3, "\xe2\x80\xa6") == 0;
        if (!inside(ink(it), it->clip))
            fault(s, "is cut by its clip", it, "");
        if (fabs(fonts_width(s->list->fonts, it->font, text) - it->box.w) > 1)
            fault(s, "is not as wide as its box", it, "");
        if (dots && !it->whole)
            fault(s, "has an ellipsis and no whole", it, "");
    }
}

static void check_size(struct shot *s)
{
    for (size_t i = 0; i < s->list->items; i++)
        if (is_text(&s->list->item[i]) &&
            fonts_size(s->list->item[i].font) < 11)
            fault(s, "is too small", &s->list->item[i], "");
}

/* What lies at a point under item n: both ends of a gradient count. */
static void under(const struct draw_list *d, size_t n, double x, double y,
                  colour out[2])
{
    const struct draw_item *text = &d->item[n];
    out[0] = out[1] = RGB(0x808080); /* nothing drawn: fails with most inks */
    for (int layer = 0; layer <= (int)text->layer; layer++)
        for (size_t i = 0; i < d->items; i++) {
            const struct draw_item *it = &d->item[i];
            if ((int)it->layer != layer || it->kind != DRAW_RECT ||
                (layer == (int)text->layer && i > n) || !(it->fill >> 24) ||
                !box_holds(it->box, x, y) || !box_holds(it->clip, x, y))
                continue;
            out[0] = palette_over(it->fill, out[0]);
            out[1] = palette_over(it->fill_bottom, out[1]);
        }
}

static void check_contrast(struct shot *s)
{
    static const double across[] = {0.03, 0.5, 0.97};
    for (size_t i = 0; i < s->list->items; i++) {
        const struct draw_item *it = &s->list->item[i];
        if (!is_text(it))
            continue;
        for (int k = 0; k < 3; k++) {
            colour back[2];
            char more[64];
            under(s->list, i, it->box.x + it->box.w * across[k],
                  it->box.y + it->box.h / 2, back);
            double worst = fmin(palette_contrast(it->fill, back[0]),
                                palette_contrast(it->fill, back[1]));
            if (worst >= 4.5)
                continue;
            snprintf(more, sizeof more, "(%.2f: %06x on %06x)", worst,
                     it->fill & 0xffffff, back[0] & 0xffffff);
            fault(s, "has too little contrast", it, more);
            break;
        }
    }
}

/* Anything opaque drawn over a text of its own layer. */
static void check_covered(struct shot *s)
{
    const struct draw_list *d = s->list;
    for (size_t i = 0; i < d->items; i++) {
        const struct draw_item *text = &d->item[i];
        if (!is_text(text))
            continue;
        for (size_t j = i + 1; j < d->items; j++) {
            const struct draw_item *it = &d->item[j];
            bool covers = it->kind == DRAW_RECT && it->fill >> 24 &&
                          it->box.w > 3 && it->layer == text->layer;
            if (covers && box_overlaps(ink(text), it->box) &&
                box_overlaps(ink(text), it->clip))
                fault(s, "is painted over", text, "");
        }
    }
}

static unsigned check_list(struct shot *s)
{
    s->faults = 0;
    assert_false(s->list->failed);
    check_overlap(s);
    check_cut(s);
    check_size(s);
    check_contrast(s);
    check_covered(s);
    return s->faults;
}

static unsigned check_frame(struct shot *s)
{
    s->list = view_list(s->view);
    return check_list(s);
}

/* Each kind of mistake, made on purpose, is found. */
static void the_checks_find_what_they_look_for(void **state)
{
    (void)state;
    struct fonts *fonts = fonts_create();
    struct draw_list d;
    struct shot s = {.list = &d, .scene = "on purpose", .faults = 0};
    struct box page = BOX(0, 0, 400, 300);
    const colour ink = RGB(0x202020), pale = RGB(0xb0b0b0);
    draw_init(&d, fonts);
    for (int mistake = 0; mistake <= 6; mistake++) {
        draw_clear(&d, page);
        draw_rect(&d, page, RGB(0xffffff));
        if (mistake == 4)
            d.clip = BOX(0, 0, 30, 300);
        draw_text(&d, FONT_TEXT, 10, 10, 300, mistake == 1 ? pale : ink,
                  "some words");
        if (mistake == 2)
            draw_text(&d, FONT_MONO, 20, 14, 300, ink, "over them");
        if (mistake == 3)
            draw_rect(&d, BOX(30, 10, 50, 20), RGB(0xffffff));
        if (mistake == 5) { /* an ellipsis and nothing to read it by */
            draw_text(&d, FONT_TEXT, 10, 60, 60, ink, "too long for this");
            d.item[d.items - 1].whole = 0;
        }
        if (mistake == 6)
            d.item[1].box.w += 20;
        unsigned found = check_list(&s);
        if ((found > 0) != (mistake > 0))
            fail_msg("mistake %d: %u faults", mistake, found);
    }
    draw_free(&d);
    fonts_destroy(fonts);
}

/* Every palette and size of one panel (NULL: the window) in one scene. */
static unsigned check_all(struct view *v, enum scene_case which,
                          const char *panel)
{
    const struct scene *scene = scene_of(which);
    unsigned faults = 0;
    assert_true(view_only(v, panel));
    for (size_t i = 0; i < SIZES; i++)
        for (int dark = 0; dark < 2; dark++) {
            struct shot s = {.view = v,
                             .scene = case_names[which],
                             .panel = panel,
                             .w = sizes[i][0],
                             .h = sizes[i][1],
                             .dark = dark};
            view_resize(v, s.w, s.h, 0);
            view_set_dark(v, dark);
            view_frame(v, scene);
            faults += check_frame(&s);
        }
    return faults;
}

static void the_window_is_readable_in_every_scene(void **state)
{
    (void)state;
    unsigned faults = 0;
    struct view *v = view_create();
    assert_non_null(v);
    for (int i = 0; i < CASES; i++)
        faults += check_all(v, (enum scene_case)i, NULL);
    view_destroy(v);
    assert_int_equal(faults, 0);
}

static void every_panel_alone_is_readable(void **state)
{
    (void)state;
    unsigned faults = 0;
    struct view *v = view_create();
    assert_non_null(v);
    for (int i = 0; i < CASES; i++)
        for (size_t p = 0; view_panel_name(p); p++)
            faults += check_all(v, (enum scene_case)i, view_panel_name(p));
    view_destroy(v);
    assert_int_equal(faults, 0);
}

static void press(struct view *v, enum view_key key, const char *text)
{
    struct view_event e = {.kind = text ? VIEW_TEXT : VIEW_KEY, .key = key};
    if (text)
        snprintf(e.text, sizeof e.text, "%s", text);
    view_input(v, &e);
}

/* Help, fields being typed into, the console with the keyboard, a selection. */
static void every_state_of_the_window_is_readable(void **state)
{
    (void)state;
    static const struct {
        enum view_key key;
        const char *text;
    } states[] = {{KEY_F1, NULL},
                  {KEY_TAB, NULL},
                  {KEY_NONE, "/"},
                  {KEY_NONE, "f"},
                  {KEY_UP, NULL}};
    unsigned faults = 0;
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        struct view *v = view_create();
        view_frame(v, scene_of(CASE_REFUSAL));
        press(v, states[i].key, states[i].text);
        press(v, KEY_NONE, "w");
        faults += check_all(v, CASE_REFUSAL, NULL);
        view_destroy(v);
    }
    assert_int_equal(faults, 0);
}

static struct box place_of(const struct view *v, const char *text)
{
    const struct draw_list *d = view_list(v);
    for (size_t i = 0; i < d->items; i++)
        if (is_text(&d->item[i]) &&
            strcmp(draw_string(d, d->item[i].text), text) == 0)
            return d->item[i].box;
    fail_msg("no text '%s'", text);
    return BOX(0, 0, 0, 0);
}

static void click(struct view *v, const char *text)
{
    struct box b = place_of(v, text);
    struct view_event e = {.kind = VIEW_PRESS,
                           .device_x = (b.x + b.w / 2) * view_scale(v),
                           .device_y = (b.y + b.h / 2) * view_scale(v)};
    view_input(v, &e);
    e.kind = VIEW_RELEASE;
    view_input(v, &e);
}

/* Every tab can be reached in the smallest window and is readable in all,
 * scrolled or not. */
static void every_tab_of_the_window_is_readable(void **state)
{
    (void)state;
    static const char *const tabs[] = {"Memory", "Page walk", "Registers",
                                       "Ports",  "Transfers", "Processes"};
    unsigned faults = 0;
    struct view *v = view_create();
    for (size_t i = 0; i < sizeof tabs / sizeof tabs[0]; i++)
        for (int c = 0; c < CASES; c++) {
            view_resize(v, 1024, 700, 0);
            view_frame(v, scene_of((enum scene_case)c));
            click(v, tabs[i]);
            faults += check_all(v, (enum scene_case)c, NULL);
        }
    click(v, "Ports");
    for (int turn = 0; turn < 60; turn++) {
        struct shot s = {
            .view = v, .scene = "scrolled", .w = 1024, .h = 700 + turn};
        struct view_event e = {.kind = VIEW_WHEEL, .wheel = -1};
        view_resize(v, s.w, s.h, 0);
        view_frame(v, scene_of(CASE_MANY));
        struct box b = place_of(v, "Ports");
        e.device_x = b.x;
        e.device_y = b.y + 90;
        view_input(v, &e);
        view_frame(v, scene_of(CASE_MANY));
        faults += check_frame(&s);
    }
    view_destroy(v);
    assert_int_equal(faults, 0);
}

/* The pointer anywhere: tooltips stay inside the window and readable. */
static void every_tooltip_is_readable(void **state)
{
    (void)state;
    unsigned faults = 0, tips = 0;
    struct view *v = view_create();
    view_resize(v, 1024, 700, 0);
    for (int y = 10; y < 700; y += 46)
        for (int x = 12; x < 1024; x += 61) {
            struct view_event e = {
                .kind = VIEW_MOVE, .device_x = x, .device_y = y};
            struct shot s = {.view = v, .scene = "tip", .w = x, .h = y};
            view_input(v, &e);
            view_frame(v, scene_of(CASE_LONG));
            faults += check_frame(&s);
            const struct draw_list *d = view_list(v);
            for (size_t i = 0; i < d->items; i++)
                tips += d->item[i].layer == LAYER_TIP && is_text(&d->item[i]);
        }
    view_destroy(v);
    assert_int_equal(faults, 0);
    assert_true(tips > 50);
}

/* Odd sizes must not crash, whatever little they can show. */
static void tiny_and_odd_windows_are_drawn_without_harm(void **state)
{
    (void)state;
    static const int odd[][2] = {{1, 1},    {64, 64},   {200, 900}, {900, 200},
                                 {333, 57}, {700, 480}, {5000, 64}};
    struct view *v = view_create();
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        for (int c = 0; c < CASES; c++) {
            view_resize(v, odd[i][0], odd[i][1], 0);
            view_frame(v, scene_of((enum scene_case)c));
            assert_false(view_list(v)->failed);
        }
    view_destroy(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_checks_find_what_they_look_for),
        cmocka_unit_test(the_window_is_readable_in_every_scene),
        cmocka_unit_test(every_panel_alone_is_readable),
        cmocka_unit_test(every_state_of_the_window_is_readable),
        cmocka_unit_test(every_tab_of_the_window_is_readable),
        cmocka_unit_test(every_tooltip_is_readable),
        cmocka_unit_test(tiny_and_odd_windows_are_drawn_without_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
