/*
 * test_view_machine.c - the stage and the view over the real kernel running
 * hello: looking changes nothing, and the panels tell what happened.
 */
#include "../../emu/app/session.h"
#include "../../emu/debug/stepping.h"
#include "../../emu/view/picture.h"
#include "../../emu/view/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct world {
    char *program;
    struct options options;
    struct session *session;
    struct stage *stage;
    struct view *view;
    struct stepper stepper;
    struct scene scene;
};

static struct world *world_of(const char *program)
{
    struct world *w = calloc(1, sizeof *w);
    struct complaint why = {.text = ""};
    assert_non_null(w);
    w->program = (char *)program;
    w->options = (struct options){.ram_mib = 64,
                                  .max_insns = UINT64_MAX,
                                  .kernel = GUEST_KERNEL,
                                  .initrd = GUEST_INITRD,
                                  .program = &w->program,
                                  .program_count = 1};
    struct session_desc desc = {
        .options = &w->options, .track = true, .history = true};
    if (session_open(&desc, &w->session, &why) != 0)
        fail_msg("%s", why.text);
    struct stage_desc stage = {.machine = w->session->machine,
                               .tracker = w->session->tracker,
                               .sources = w->session->sources,
                               .history = w->session->history,
                               .program = program};
    w->stage = stage_create(&stage);
    w->view = view_create();
    w->stepper = (struct stepper){.machine = w->session->machine,
                                  .tracker = w->session->tracker,
                                  .history = w->session->history,
                                  .budget = 100000000};
    assert_non_null(w->stage);
    assert_non_null(w->view);
    return w;
}

static void world_end(struct world *w)
{
    view_destroy(w->view);
    stage_destroy(w->stage);
    session_close(w->session);
    free(w);
}

/* Goes on crossing by crossing until one's words begin with this. */
static uint64_t go_to(struct world *w, const char *what)
{
    char text[160];
    for (int i = 0; i < 500; i++) {
        struct step_result r = step_next_crossing(&w->stepper, 0);
        assert_int_equal(r.reason, STEP_DONE);
        const struct crossing *c = tracker_current(w->session->tracker);
        assert_non_null(c);
        crossing_describe(w->session->tracker, c, text, sizeof text);
        if (strncmp(text, what, strlen(what)) == 0)
            return c->number;
    }
    fail_msg("no crossing '%s'", what);
    return 0;
}

static void look(struct world *w, uint64_t selected)
{
    struct stage_want want = {.run = RUN_PAUSED, .selected = selected};
    stage_fill(w->stage, &want, &w->scene);
    view_select(w->view, selected);
    view_frame(w->view, &w->scene);
}

/* The words on one panel. */
static char *panel_text(struct world *w, const char *panel)
{
    assert_true(view_only(w->view, panel));
    view_frame(w->view, &w->scene);
    char *text = picture_text(view_list(w->view));
    assert_non_null(text);
    return text;
}

static void expect(struct world *w, const char *panel, const char *words)
{
    char *text = panel_text(w, panel);
    if (!strstr(text, words))
        fail_msg("%s does not say '%s':\n%s", panel, words, text);
    free(text);
}

static void expect_not(struct world *w, const char *panel, const char *words)
{
    char *text = panel_text(w, panel);
    if (strstr(text, words))
        fail_msg("%s says '%s':\n%s", panel, words, text);
    free(text);
}

/* Frees both. */
static void expect_same(const char *panel, char *now, char *then)
{
    if (strcmp(now, then) != 0)
        fail_msg("%s says\n%s\nand said\n%s", panel, now, then);
    free(now);
    free(then);
}

static void drawing_every_panel_leaves_the_machine_as_it_was(void **state)
{
    (void)state;
    struct world *w = world_of("hello");
    for (int stop = 0; stop < 25; stop++) {
        struct step_result r = stop % 3 ? step_instruction(&w->stepper)
                                        : step_next_crossing(&w->stepper, 0);
        if (r.reason != STEP_DONE)
            break;
        uint64_t before = machine_hash(w->session->machine);
        uint64_t clock = machine_clock(w->session->machine);
        for (size_t p = 0; view_panel_name(p); p++) {
            look(w, 1);
            free(panel_text(w, view_panel_name(p)));
            struct stage_want want = {
                .run = RUN_PAUSED, .has_va = true, .va = 0xffffffc080200000};
            stage_fill(w->stage, &want, &w->scene);
            want.va = 0x10000000 * p; /* devices too */
            stage_fill(w->stage, &want, &w->scene);
        }
        assert_true(machine_hash(w->session->machine) == before);
        assert_true(machine_clock(w->session->machine) == clock);
    }
    world_end(w);
}

/* ---- Going back ---- */

/* What the window says of a moment it says again when it is gone back to, but
 * for what is known of the future: the sides, the wall, the console. */
static void a_moment_looks_the_same_when_it_is_gone_back_to(void **state)
{
    (void)state;
    static const char *const panels[] = {
        "user", "kernel", "boundary", "card", "console", "registers", "walk"};
    enum { STOPS = 12, PANELS_SEEN = sizeof panels / sizeof panels[0] };
    struct world *w = world_of("hello");
    char *seen[STOPS][PANELS_SEEN];
    struct moment at[STOPS];
    struct history *h = w->session->history;
    go_to(w, "write");
    for (int stop = 0; stop < STOPS; stop++) {
        struct step_result r = stop % 3 ? step_instruction(&w->stepper)
                                        : step_line(&w->stepper, STEP_INTO);
        assert_int_equal(r.reason, STEP_DONE);
        at[stop] = history_now(h);
        stage_mark(w->stage); /* nothing is lit */
        look(w, 0);
        stage_mark(w->stage);
        look(w, 0);
        for (size_t p = 0; p < PANELS_SEEN; p++)
            seen[stop][p] = panel_text(w, panels[p]);
    }
    for (int i = 0; i < STOPS; i++) {
        int stop = (i * 7 + 5) % STOPS;
        assert_true(history_goto(h, at[stop]));
        uint64_t hash = machine_hash(w->session->machine);
        look(w, 0);
        stage_mark(w->stage);
        look(w, 0);
        for (size_t p = 0; p < PANELS_SEEN; p++)
            expect_same(panels[p], panel_text(w, panels[p]), seen[stop][p]);
        assert_true(machine_hash(w->session->machine) == hash);
    }
    world_end(w);
}

/* The console ends where it had ended then; a branch prints its own. */
static void the_console_follows_the_moment_and_the_branch(void **state)
{
    (void)state;
    struct world *w = world_of("cat");
    struct history *h = w->session->history;
    struct machine_stop stop;
    history_run(h, UINT64_MAX, &stop);
    assert_int_equal(stop.reason, MACHINE_WANTS_INPUT);
    struct moment waits = history_now(h);
    history_input(h, (const uint8_t *)"first\r", 6, false);
    history_run(h, UINT64_MAX, &stop);
    look(w, 0);
    expect(w, "console", "first");
    assert_true(history_goto(h, waits));
    look(w, 0);
    expect_not(w, "console", "first");
    expect(w, "console", "printed later");
    expect(w, "status", "in the past");
    history_step_back(h);
    history_input(h, (const uint8_t *)"second\r", 7, false);
    stage_branch_changed(w->stage);
    stage_typed(w->stage, 1, "second\r", 7);
    history_run(h, UINT64_MAX, &stop);
    look(w, 0);
    expect(w, "console", "second");
    expect_not(w, "console", "first");
    expect(w, "branches", "second");
    expect(w, "crossings", "b2");
    assert_true(history_switch(h, 0));
    stage_branch_changed(w->stage);
    assert_true(history_goto(h, history_newest(h)));
    look(w, 0);
    expect(w, "console", "first");
    expect_not(w, "console", "second");
    expect_not(w, "crossings", "b2");
    world_end(w);
}

/* A run with a stage that looks all the time goes the way of one without. */
static void a_watched_run_ends_like_an_unwatched_one(void **state)
{
    (void)state;
    uint64_t hash[2];
    for (int watched = 0; watched < 2; watched++) {
        struct world *w = world_of("hello");
        struct machine_stop stop = {.reason = MACHINE_LIMIT};
        history_input_end(w->session->history);
        for (uint64_t until = 10007; stop.reason == MACHINE_LIMIT;
             until += 10007) {
            history_run(w->session->history, until, &stop);
            if (watched)
                look(w, 0);
        }
        assert_int_equal(stop.reason, MACHINE_ENDED);
        hash[watched] = machine_hash(w->session->machine);
        world_end(w);
    }
    assert_true(hash[0] == hash[1]);
}

static void the_write_of_hello_is_told_from_both_sides(void **state)
{
    (void)state;
    struct world *w = world_of("hello");
    uint64_t number = go_to(w, "write(");
    look(w, 0);
    expect(w, "user", "pid 2 hello");
    expect(w, "user", "hello.c:");
    expect(w, "user", "printf(\"hello, world\\n\");");
    expect(w, "user", "ecall  # a7 = 6: write");
    expect(w, "user", "stack");
    expect(w, "kernel", "uservec");
    expect(w, "kernel", "trampoline.S:");
    expect(w, "kernel", "ecall from U");
    expect(w, "kernel", "direct map of RAM");
    expect(w, "boundary", "write(fd=1, buf=0x");
    expect(w, "boundary", "trap in:");
    expect_not(w, "boundary", "copyin");
    expect(w, "crossings", "unfinished");
    step_crossing_end(&w->stepper, number);
    look(w, number);
    expect(w, "boundary", "copyin 13 bytes from");
    expect(w, "boundary", "gate back:");
    expect(w, "card", "13 bytes");
    expect(w, "transfers", "13 of 13 bytes");
    expect(w, "console", "hello, world");
    expect(w, "processes", "hello");
    world_end(w);
}

static void changed_registers_are_lit_and_only_those(void **state)
{
    (void)state;
    struct world *w = world_of("hello");
    go_to(w, "write(");
    look(w, 0);
    for (size_t i = 0; i < w->scene.kernel.regs; i++)
        assert_false(w->scene.kernel.reg[i].changed);
    stage_mark(w->stage);
    step_instruction(&w->stepper); /* csrrw a0, sscratch, a0 */
    look(w, 0);
    size_t lit = 0;
    for (size_t i = 0; i < w->scene.kernel.regs; i++) {
        const struct scene_register *r = &w->scene.kernel.reg[i];
        bool swapped =
            strcmp(r->name, "a0") == 0 || strcmp(r->name, "sscratch") == 0;
        assert_int_equal(r->changed, swapped);
        lit += r->changed;
    }
    assert_int_equal(lit, 2);
    for (size_t i = 0; i < w->scene.user.regs; i++)
        assert_false(w->scene.user.reg[i].changed);
    world_end(w);
}

static void the_find_field_finds(void **state)
{
    (void)state;
    struct world *w = world_of("hello");
    struct stage_found found;
    char why[200];
    go_to(w, "write(");
    assert_true(stage_find(w->stage, "#3", &found, why, sizeof why));
    assert_int_equal(found.what, FOUND_CROSSING);
    assert_int_equal(found.value, 3);
    assert_true(stage_find(w->stage, "pid 2", &found, why, sizeof why));
    assert_int_equal(found.what, FOUND_PID);
    assert_true(stage_find(w->stage, "0x12340", &found, why, sizeof why));
    assert_int_equal(found.value, 0x12340);
    assert_true(stage_find(w->stage, "main", &found, why, sizeof why));
    assert_true(found.value < 0x100000); /* the program's, not the kernel's */
    assert_true(stage_find(w->stage, "copyin", &found, why, sizeof why));
    assert_true(found.value >> 63);
    static const char *const bad[] = {"#999",    "#", "pid 77", "pid",
                                      "no_such", "",  "0x",     "12z"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        why[0] = '\0';
        assert_false(stage_find(w->stage, bad[i], &found, why, sizeof why));
        assert_true(why[0]);
    }
    world_end(w);
}

static void before_anything_has_crossed_the_panels_say_so(void **state)
{
    (void)state;
    struct world *w = world_of("hello");
    look(w, 0); /* before anything ran: nothing to tell, and no harm */
    expect(w, "boundary", "The wall");
    expect(w, "user", "No process yet");
    world_end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moment_looks_the_same_when_it_is_gone_back_to),
        cmocka_unit_test(the_console_follows_the_moment_and_the_branch),
        cmocka_unit_test(drawing_every_panel_leaves_the_machine_as_it_was),
        cmocka_unit_test(a_watched_run_ends_like_an_unwatched_one),
        cmocka_unit_test(the_write_of_hello_is_told_from_both_sides),
        cmocka_unit_test(changed_registers_are_lit_and_only_those),
        cmocka_unit_test(the_find_field_finds),
        cmocka_unit_test(before_anything_has_crossed_the_panels_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
