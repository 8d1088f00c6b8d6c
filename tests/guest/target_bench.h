/*
 * target_bench.h - a guest under the debugger's target, for the tests of
 * breakpoints and of commands.
 */
#ifndef SALLYPORT_TESTS_TARGET_BENCH_H
#define SALLYPORT_TESTS_TARGET_BENCH_H

#include "cli.h"

#include "../../emu/app/session.h"
#include "../../emu/debug/breaks.h"

struct bench {
    struct options options;
    struct session *session;
    struct target target;
};

static inline void open_bench(struct bench *b, char *program[], int words)
{
    struct complaint why = {.text = ""};
    setenv("SALLYPORT_GUEST", SALLYPORT_BINARY_DIR "/guest", 1);
    *b = (struct bench){.options = {.ram_mib = 64,
                                    .max_insns = UINT64_MAX,
                                    .program = program,
                                    .program_count = words}};
    struct session_desc desc = {
        .options = &b->options, .track = true, .history = true};
    if (session_open(&desc, &b->session, &why) != 0)
        fail_msg("%s", why.text);
    b->target = (struct target){.machine = b->session->machine,
                                .tracker = b->session->tracker,
                                .history = b->session->history,
                                .sources = b->session->sources};
    assert_true(target_open(&b->target));
    target_input(&b->target, NULL, 0);
}

/* Within the test, not before it: cmocka takes the signals over at a test's
 * beginning, and the machine needs SIGSEGV for its snapshots. */
static inline struct bench *begin_program(char *program[], int words)
{
    struct bench *b = malloc(sizeof *b);
    assert_non_null(b);
    open_bench(b, program, words);
    return b;
}

static inline void finish(struct bench *b)
{
    target_close(&b->target);
    session_close(b->session);
    free(b);
}

static inline struct bench *begin(void)
{
    static char word[] = "hello";
    static char *hello[] = {word};
    return begin_program(hello, 1);
}

#endif
