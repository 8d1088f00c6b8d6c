/*
 * test_recording_branch.c - save-as: a branch that was begun in the past is
 * written whole, and is a recording like any other.
 */
#include "../../emu/app/recorder.h"
#include "../../emu/app/verify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define FIRST  "/tmp/sallyport-branch-first.db"
#define SECOND "/tmp/sallyport-branch-second.db"

const struct subcommand subcommands[] = {
    {"gui", ON_GUI, "", "", NULL}, {"replay", ON_REPLAY, "", "", NULL}, {0}};

static int open_session(struct options *o, const char *command,
                        const char *program, struct session **s)
{
    char *argv[] = {"sallyport", (char *)(uintptr_t)command,
                    (char *)(uintptr_t)program, NULL};
    static char *kept[4];
    struct complaint why = {.text = ""};
    memcpy(kept, argv, sizeof argv);
    assert_int_equal(options_parse(o, 3, kept, &why), 0);
    struct session_desc desc = {.options = o, .track = true, .history = true};
    int status = session_open(&desc, s, &why);
    if (status != 0)
        print_error("%s\n", why.text);
    return status;
}

/* Until the guest waits for input, or ends. */
static void run(struct session *s)
{
    struct machine_stop stop;
    do
        history_run(s->history, UINT64_MAX, &stop);
    while (stop.reason == MACHINE_LIMIT || stop.reason == MACHINE_STOPPED);
}

static void type(struct session *s, const char *text)
{
    history_input(s->history, (const uint8_t *)text, strlen(text), false);
    run(s);
}

static void verified(const char *path)
{
    struct options o;
    char *argv[] = {"sallyport", "replay", (char *)(uintptr_t)path, NULL};
    struct complaint why = {.text = ""};
    assert_int_equal(options_parse(&o, 3, argv, &why), 0);
    assert_int_equal(verify_recording(&o, &why), 0);
    options_free(&o);
}

static bool console_has(const char *path, const char *text)
{
    char why[400];
    struct recording_file *f = recording_open(path, why, sizeof why);
    assert_non_null(f);
    sqlite3_stmt *q;
    assert_int_equal(
        sqlite3_prepare_v2(recording_db(f),
                           "SELECT count(*) FROM console "
                           "WHERE instr(CAST(bytes AS TEXT), ?) > 0",
                           -1, &q, NULL),
        SQLITE_OK);
    sqlite3_bind_text(q, 1, text, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    bool has = sqlite3_column_int(q, 0) > 0;
    sqlite3_finalize(q);
    recording_close(f);
    return has;
}

static void the_chosen_branch_is_written_whole(void **state)
{
    struct options o;
    struct session *s;
    struct complaint why = {.text = ""};
    (void)state;
    unlink(FIRST);
    assert_int_equal(open_session(&o, "gui", "cat", &s), 0);
    run(s);
    struct moment fork = history_now(s->history);
    type(s, "first\n");
    uint64_t hash = machine_hash(s->machine);
    assert_int_equal(recording_write_branch(s, FIRST, &why), 0);
    assert_int_equal(machine_hash(s->machine), hash);
    assert_true(console_has(FIRST, "first"));
    verified(FIRST);
    /* What was typed at that moment belongs to it: to before it. */
    assert_true(history_goto(s->history, fork));
    assert_true(history_step_back(s->history));
    type(s, "second\n");
    assert_int_equal(recording_write_branch(s, SECOND, &why), 0);
    assert_true(console_has(SECOND, "second"));
    assert_false(console_has(SECOND, "first"));
    verified(SECOND);
    session_close(s);
    options_free(&o);
}

/* A session of a recording: its future is known before it is run, a branch off
 * it is saved elsewhere, and the recording itself stays as it is. */
static void a_recording_is_never_changed(void **state)
{
    struct options o;
    struct session *s;
    struct complaint why = {.text = ""};
    (void)state;
    assert_int_equal(open_session(&o, "gui", FIRST, &s), 0);
    assert_true(history_in_past(s->history));
    assert_true(history_goto(s->history, history_newest(s->history)));
    assert_false(history_diverged(s->history));
    assert_int_equal(recording_write_branch(s, FIRST, &why), 123);
    assert_non_null(strstr(why.text, "choose another name"));
    why.text[0] = '\0';
    type(s, "third\n");
    assert_int_equal(recording_write_branch(s, SECOND, &why), 0);
    assert_true(console_has(SECOND, "first"));
    assert_true(console_has(SECOND, "third"));
    assert_false(console_has(FIRST, "third"));
    verified(SECOND);
    session_close(s);
    options_free(&o);
    unlink(FIRST);
    unlink(SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chosen_branch_is_written_whole),
        cmocka_unit_test(a_recording_is_never_changed),
    };
    setenv("SALLYPORT_GUEST", SALLYPORT_BINARY_DIR "/guest", 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
