/*
 * test_stepping_back.c - steps backwards on the real guest, in both layouts:
 * what was stepped forwards is stepped back through the same places in the
 * reverse order, across forks, programs started, signals and calls that sleep.
 */
#include "cli.h"

#include "../../emu/app/session.h"
#include "../../emu/debug/stepping.h"

#define BUDGET     UINT64_C(50000000)
#define PLACES_MAX 400

struct bench {
    struct options options;
    struct session *session;
    struct stepper step;
    struct moment place[PLACES_MAX];
    size_t places;
};

static const char *const layouts[] = {"separate", "shared"};

static struct bench *open_bench(const char *layout, const char *program,
                                const char *argument)
{
    struct complaint why = {.text = ""};
    struct bench *b = calloc(1, sizeof *b);
    char **words = calloc(3, sizeof *words);
    words[0] = (char *)(uintptr_t)program;
    words[1] = (char *)(uintptr_t)argument;
    setenv("SALLYPORT_GUEST", SALLYPORT_BINARY_DIR "/guest", 1);
    b->options = (struct options){.ram_mib = 48,
                                  .max_insns = UINT64_MAX,
                                  .program = words,
                                  .program_count = argument ? 2 : 1};
    struct session_desc desc = {.options = &b->options,
                                .track = true,
                                .history = true,
                                .layout = layout};
    if (session_open(&desc, &b->session, &why) != 0)
        fail_msg("%s", why.text);
    history_input_end(b->session->history);
    b->step = (struct stepper){.machine = b->session->machine,
                               .tracker = b->session->tracker,
                               .history = b->session->history,
                               .budget = BUDGET};
    return b;
}

static void close_bench(struct bench *b)
{
    assert_false(history_diverged(b->session->history));
    session_close(b->session);
    free((void *)(uintptr_t)b->options.program);
    free(b);
}

static struct cpu *hart(const struct bench *b)
{
    return machine_cpu(b->session->machine);
}

static void done(struct step_result r)
{
    if (r.reason != STEP_DONE)
        fail_msg("the step ended with reason %d: %s", r.reason, r.machine.text);
}

static void note(struct bench *b)
{
    assert_true(b->places < PLACES_MAX);
    b->place[b->places++] = history_now(b->step.history);
}

static void expect(const struct bench *b, size_t i, const char *what)
{
    struct moment now = history_now(b->step.history), want = b->place[i];
    if (moment_compare(now, want) != 0)
        fail_msg("%s: back at place %zu of %zu: clock %lu trap %lu, not clock "
                 "%lu trap %lu",
                 what, i, b->places, (unsigned long)now.clock,
                 (unsigned long)now.traps, (unsigned long)want.clock,
                 (unsigned long)want.traps);
}

/* To the vector of the n-th such call of a process of that name. */
static const struct crossing *go_to_call(struct bench *b, const char *process,
                                         const char *call, unsigned n)
{
    const struct crossing *c;
    do {
        done(step_next_crossing(&b->step, 0));
        c = tracker_current(b->step.tracker);
        assert_non_null(c);
        if (c->call != NULL && strcmp(c->call->name, call) == 0 &&
            strcmp(c->process, process) == 0)
            n--;
    } while (n > 0);
    return c;
}

/* ---- Lines ---- */

/* Who begins in a function and steps over comes out of it amid a line, where no
 * step back ends. */
static void lines_there_and_back(struct bench *b, enum step_calls calls,
                                 unsigned lines, const char *what)
{
    uint64_t hash = 0;
    size_t first = calls == STEP_OVER ? 1 : 0;
    b->places = 0;
    for (unsigned i = 0; i < lines; i++) {
        done(step_line(&b->step, calls));
        note(b);
        if (i == first)
            hash = machine_hash(b->step.machine);
    }
    for (size_t i = b->places - 1; i-- > first;) {
        done(step_back_line(&b->step, calls));
        expect(b, i, what);
    }
    assert_true(machine_hash(b->step.machine) == hash);
    assert_true(history_goto(b->step.history, b->place[b->places - 1]));
}

static void lines_into_a_call_and_out_of_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bench *b = open_bench(layouts[i], "hello", NULL);
        go_to_call(b, "hello", "write", 1);
        done(step_back_out_of_trap(&b->step));
        lines_there_and_back(b, STEP_INTO, 150, "hello, from the ecall on");
        done(step_out_to_user(&b->step));
        lines_there_and_back(b, STEP_INTO, 60, "hello, behind the write");
        close_bench(b);
    }
}

static void lines_over_calls(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bench *b = open_bench(layouts[i], "forktree", "2");
        go_to_call(b, "forktree", "fork", 1);
        done(step_out_to_user(&b->step));
        lines_there_and_back(b, STEP_OVER, 9, "forktree, behind a fork");
        close_bench(b);
    }
}

static void lines_over_calls_of_the_kernel(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bench *b = open_bench(layouts[i], "forktree", "2");
        go_to_call(b, "forktree", "fork", 1);
        lines_there_and_back(b, STEP_OVER, 14, "in the kernel's fork");
        go_to_call(b, "forktree", "waitpid", 1);
        lines_there_and_back(b, STEP_OVER, 12, "in a wait that sleeps");
        close_bench(b);
    }
}

static void lines_across_exec_and_sleep(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bench *b = open_bench(layouts[i], "pingpong", NULL);
        go_to_call(b, "pingpong", "read", 1);
        lines_there_and_back(b, STEP_INTO, 250, "a read that sleeps");
        close_bench(b);
    }
}

static void lines_across_signals(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bench *b = open_bench(layouts[i], "signals", NULL);
        go_to_call(b, "signals", "kill", 1);
        lines_there_and_back(b, STEP_OVER, 16, "a signal to oneself");
        close_bench(b);
    }
}

static void amid_a_line_back_is_to_its_beginning(void **state)
{
    struct bench *b = open_bench("separate", "hello", NULL);
    (void)state;
    go_to_call(b, "hello", "write", 1);
    for (unsigned i = 0; i < 60; i++)
        done(step_line(&b->step, STEP_INTO));
    unsigned amid = 0;
    for (unsigned i = 0; i < 20; i++) {
        b->places = 0;
        done(step_line(&b->step, STEP_INTO));
        note(b);
        done(step_line(&b->step, STEP_INTO));
        note(b);
        assert_true(history_goto(b->step.history, b->place[0]));
        done(step_instruction(&b->step));
        if (moment_compare(history_now(b->step.history), b->place[1]) == 0)
            continue; /* a line of one instruction */
        done(step_back_line(&b->step, STEP_INTO));
        expect(b, 0, "amid a line");
        amid++;
    }
    assert_true(amid > 5);
    close_bench(b);
}

/* ---- Instructions, crossings, traps ---- */

static void instructions_there_and_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bench *b = open_bench(layouts[i], "hello", NULL);
        go_to_call(b, "hello", "write", 1);
        done(step_back_out_of_trap(&b->step));
        note(b);
        for (unsigned k = 0; k < 300; k++) {
            done(step_instruction(&b->step));
            note(b);
        }
        for (size_t k = b->places - 1; k-- > 0;) {
            done(step_back_instruction(&b->step));
            expect(b, k, "instructions");
        }
        close_bench(b);
    }
}

static void crossings_back(struct bench *b, int pid, const char *what)
{
    b->places = 0;
    for (unsigned i = 0; i < 60; i++) {
        done(step_next_crossing(&b->step, pid));
        note(b);
    }
    for (size_t i = b->places - 1; i-- > 0;) {
        done(step_back_crossing(&b->step, pid));
        expect(b, i, what);
        assert_int_equal(tracker_current(b->step.tracker)->outcome,
                         OUTCOME_OPEN);
    }
}

static void crossings_there_and_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bench *b = open_bench(layouts[i], "pingpong", "60");
        crossings_back(b, 0, "of any process");
        const struct crossing *c = go_to_call(b, "pingpong", "read", 3);
        crossings_back(b, c->pid, "of one process");
        close_bench(b);
    }
}

static void back_out_of_a_trap_is_just_before_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bench *b = open_bench(layouts[i], "forktree", "2");
        for (unsigned k = 0; k < 40; k++) {
            b->places = 0;
            done(step_next_crossing(&b->step, 0));
            const struct crossing *c = tracker_current(b->step.tracker);
            uint64_t number = c->number, pc = c->user_pc;
            note(b);
            for (unsigned n = 0; n < 20 + k * 7; n++)
                done(step_instruction(&b->step));
            if (tracker_current(b->step.tracker) == NULL ||
                tracker_current(b->step.tracker)->number != number)
                continue;
            done(step_back_out_of_trap(&b->step));
            assert_int_equal(cpu_privilege(hart(b)), CPU_U);
            assert_int_equal(cpu_pc(hart(b)), pc);
            done(step_instruction(&b->step));
            expect(b, 0, "the vector");
        }
        done(step_out_to_user(&b->step));
        assert_int_equal(step_back_out_of_trap(&b->step).reason, STEP_NOTHING);
        close_bench(b);
    }
}

/* ---- Functions ---- */

static void at_function(void *ctx, uint64_t pc)
{
    struct bench *b = ctx;
    (void)pc;
    machine_request_stop(b->step.machine);
}

static void go_to_function(struct bench *b, const char *name)
{
    uint64_t pc, bytes;
    struct machine_stop stop;
    assert_true(symbols_address(b->session->kernel, name, &pc, &bytes));
    int id = cpu_watch(hart(b), pc, at_function, b);
    do
        history_run(b->step.history, UINT64_MAX, &stop);
    while (stop.reason == MACHINE_LIMIT); /* the newest moment */
    cpu_unwatch(hart(b), id);
    assert_int_equal(cpu_pc(hart(b)), pc);
}

static void back_to_the_call_of_a_function(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bench *b = open_bench(layouts[i], "forktree", "2");
        go_to_call(b, "forktree", "fork", 1);
        go_to_function(b, "vm_fork");
        for (unsigned k = 0; k < 5; k++) {
            b->places = 0;
            note(b);
            for (unsigned n = 0; n < k; n++)
                done(step_line(&b->step, STEP_OVER));
            done(step_back_finish(&b->step));
            done(step_instruction(&b->step));
            expect(b, 0, "the function's first instruction");
        }
        close_bench(b);
    }
}

static void out_of_the_outermost_function_is_out_of_the_trap(void **state)
{
    struct bench *b = open_bench("separate", "hello", NULL);
    (void)state;
    go_to_call(b, "hello", "write", 1);
    done(step_back_out_of_trap(&b->step));
    note(b);
    go_to_function(b, "usertrap");
    done(step_back_finish(&b->step)); /* to the vector's call of it */
    assert_int_equal(cpu_privilege(hart(b)), CPU_S);
    done(step_back_finish(&b->step));
    expect(b, 0, "the ecall");
    close_bench(b);
}

/* ---- Ends ---- */

static bool refuse(void *ctx)
{
    (void)ctx;
    return false;
}

static void there_is_nothing_before_the_beginning(void **state)
{
    struct bench *b = open_bench("separate", "hello", NULL);
    (void)state;
    assert_int_equal(step_back_instruction(&b->step).reason, STEP_NOTHING);
    assert_int_equal(step_back_line(&b->step, STEP_INTO).reason, STEP_NOTHING);
    assert_int_equal(step_back_crossing(&b->step, 0).reason, STEP_NOTHING);
    assert_int_equal(step_back_out_of_trap(&b->step).reason, STEP_NOTHING);
    done(step_next_crossing(&b->step, 0));
    note(b);
    assert_int_equal(step_back_crossing(&b->step, 0).reason, STEP_NOTHING);
    expect(b, 0, "nothing earlier");
    b->step.history = NULL;
    assert_int_equal(step_back_instruction(&b->step).reason, STEP_NOTHING);
    assert_int_equal(step_back_line(&b->step, STEP_INTO).reason, STEP_NOTHING);
    assert_int_equal(step_back_finish(&b->step).reason, STEP_NOTHING);
    b->step.history = b->session->history;
    close_bench(b);
}

static void poll_can_end_a_step_back(void **state)
{
    struct bench *b = open_bench("separate", "forktree", "2");
    (void)state;
    go_to_call(b, "forktree", "waitpid", 2);
    done(step_out_to_user(&b->step));
    note(b);
    b->step.poll = refuse;
    for (unsigned i = 0; i < 3; i++) {
        struct step_result r = step_back_over(&b->step);
        if (r.reason != STEP_DONE) {
            assert_int_equal(r.reason, STEP_POLLED);
            expect(b, b->places - 1, "as if nothing had been asked");
            close_bench(b);
            return;
        }
        b->places = 0;
        note(b);
    }
    fail_msg("nobody polled");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_into_a_call_and_out_of_it),
        cmocka_unit_test(lines_over_calls),
        cmocka_unit_test(lines_over_calls_of_the_kernel),
        cmocka_unit_test(lines_across_exec_and_sleep),
        cmocka_unit_test(lines_across_signals),
        cmocka_unit_test(amid_a_line_back_is_to_its_beginning),
        cmocka_unit_test(instructions_there_and_back),
        cmocka_unit_test(crossings_there_and_back),
        cmocka_unit_test(back_out_of_a_trap_is_just_before_it),
        cmocka_unit_test(back_to_the_call_of_a_function),
        cmocka_unit_test(out_of_the_outermost_function_is_out_of_the_trap),
        cmocka_unit_test(there_is_nothing_before_the_beginning),
        cmocka_unit_test(poll_can_end_a_step_back),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
