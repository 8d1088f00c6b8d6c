/*
 * test_stepping.c - stepping on the real guest: where each step stops, what
 * ends it otherwise, and that it changes nothing.
 */
#include "cli.h"

#include "../../emu/app/session.h"
#include "../../emu/debug/stepping.h"

/* Far more than the guest needs to get anywhere in these tests. */
#define BUDGET UINT64_C(50000000)

static char hello_word[] = "hello";
static char *hello[] = {hello_word};

struct bench {
    struct options options;
    struct session *session;
    struct stepper step;
};

static void open_bench(struct bench *b, char *program[], int words)
{
    struct complaint why = {.text = ""};
    setenv("SALLYPORT_GUEST", SALLYPORT_BINARY_DIR "/guest", 1);
    *b = (struct bench){.options = {.ram_mib = 64,
                                    .max_insns = UINT64_MAX,
                                    .program = program,
                                    .program_count = words}};
    struct session_desc desc = {.options = &b->options, .track = true};
    if (session_open(&desc, &b->session, &why) != 0)
        fail_msg("%s", why.text);
    machine_input_end(b->session->machine);
    b->step = (struct stepper){.machine = b->session->machine,
                               .tracker = b->session->tracker,
                               .budget = BUDGET};
}

static int setup_hello(void **state)
{
    struct bench *b = malloc(sizeof *b);
    open_bench(b, hello, 1);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    session_close(b->session);
    free(b);
    return 0;
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

/* Crossing by crossing to the write of hello. */
/* To the next such call of this process (pid 0: of any). */
static const struct crossing *go_to_call(struct bench *b, int pid,
                                         const char *name)
{
    const struct crossing *c;
    do {
        done(step_next_crossing(&b->step, pid));
        c = tracker_current(b->step.tracker);
        assert_non_null(c);
    } while (c->call == NULL || strcmp(c->call->name, name) != 0);
    return c;
}

static const struct crossing *go_to_write(struct bench *b)
{
    const struct crossing *c;
    do
        c = go_to_call(b, 0, "write");
    while (strcmp(c->process, "hello") != 0);
    return c;
}

static void
next_crossing_stops_at_the_vector_with_the_crossing_open(void **state)
{
    struct bench *b = *state;
    uint64_t stvec = 0;
    for (uint64_t i = 1; i <= 5; i++) {
        done(step_next_crossing(&b->step, 0));
        const struct crossing *c = tracker_current(b->step.tracker);
        assert_non_null(c);
        assert_int_equal(c->number, i);
        assert_int_equal(c->outcome, OUTCOME_OPEN);
        assert_int_equal(cpu_privilege(hart(b)), CPU_S);
        assert_true(cpu_csr(hart(b), 0x105, &stvec));
        assert_int_equal(cpu_pc(hart(b)), stvec & ~UINT64_C(3));
    }
}

static void next_crossing_of_a_process_passes_over_the_others(void **state)
{
    struct bench *b = *state;
    done(step_next_crossing(&b->step, 2));
    const struct crossing *c = tracker_current(b->step.tracker);
    assert_int_equal(c->pid, 2);
    assert_true(c->number > 1); /* init's came before */
}

static void out_to_user_stops_behind_the_ecall(void **state)
{
    struct bench *b = *state;
    const struct crossing *c = go_to_write(b);
    uint64_t number = c->number, pc = c->user_pc;
    done(step_out_to_user(&b->step));
    assert_int_equal(cpu_privilege(hart(b)), CPU_U);
    assert_int_equal(cpu_pc(hart(b)), pc + 4);
    assert_int_equal(cpu_x(hart(b), 10), 13);
    c = tracker_crossing(b->step.tracker, number);
    assert_int_equal(c->outcome, OUTCOME_RETURNED);
    assert_int_equal(c->result, 13);
}

static void out_to_user_does_nothing_in_user_code(void **state)
{
    struct bench *b = *state;
    go_to_write(b);
    done(step_out_to_user(&b->step));
    uint64_t hash = machine_hash(b->session->machine);
    done(step_out_to_user(&b->step));
    assert_int_equal(machine_hash(b->session->machine), hash);
}

static void out_of_a_call_that_never_returns_is_another_process(void **state)
{
    struct bench *b = *state;
    go_to_call(b, 2, "exit");
    done(step_out_to_user(&b->step));
    assert_int_equal(cpu_privilege(hart(b)), CPU_U);
    assert_int_equal(tracker_current_pid(b->step.tracker), 1);
}

/* In init's waitpid: the next crossing is the child's, the next trap of this
 * process comes when the child has ended. */
static void into_the_trap_waits_for_this_process(void **state)
{
    struct bench *b = *state;
    const struct crossing *c = go_to_call(b, 1, "waitpid");
    uint64_t number = c->number;
    done(step_into_trap(&b->step));
    c = tracker_current(b->step.tracker);
    assert_int_equal(c->pid, 1);
    assert_true(c->number > number + 5);
    assert_int_equal(tracker_crossing(b->step.tracker, number + 1)->pid, 2);
}

/* ... and if it ends, whoever traps. */
static void into_the_trap_does_not_wait_for_the_dead(void **state)
{
    struct bench *b = *state;
    go_to_call(b, 2, "exit");
    done(step_into_trap(&b->step));
    assert_int_equal(tracker_current(b->step.tracker)->pid, 1);
}

static void into_the_trap_is_the_ecall_of_this_process(void **state)
{
    struct bench *b = *state;
    go_to_write(b);
    done(step_out_to_user(&b->step));
    done(step_into_trap(&b->step));
    assert_int_equal(cpu_privilege(hart(b)), CPU_S);
    assert_string_equal(tracker_current(b->step.tracker)->process, "hello");
}

static void an_instruction_step_moves_by_one(void **state)
{
    struct bench *b = *state;
    go_to_write(b);
    uint64_t executed = cpu_executed(hart(b));
    for (uint64_t i = 1; i <= 100; i++) {
        done(step_instruction(&b->step));
        assert_int_equal(cpu_executed(hart(b)), executed + i);
    }
}

static void crossing_end_stops_when_it_has_ended(void **state)
{
    struct bench *b = *state;
    done(step_crossing_end(&b->step, 3));
    assert_int_not_equal(tracker_crossing(b->step.tracker, 3)->outcome,
                         OUTCOME_OPEN);
    assert_true(tracker_count(b->step.tracker) >= 3);
    uint64_t clock = machine_clock(b->session->machine);
    done(step_crossing_end(&b->step, 2)); /* over already */
    assert_int_equal(machine_clock(b->session->machine), clock);
}

/* ---- Source lines ---- */

static bool line_now(struct bench *b, const char **file, unsigned *line)
{
    uint64_t satp = 0, va;
    cpu_csr(hart(b), 0x180, &satp);
    struct symbols *s = tracker_symbols(b->step.tracker, cpu_privilege(hart(b)),
                                        sv39_on(satp) ? sv39_root(satp) : 0,
                                        cpu_pc(hart(b)), &va);
    return s != NULL && symbols_line(s, va, file, line);
}

static void a_line_step_in_the_kernel_reaches_another_line(void **state)
{
    struct bench *b = *state;
    const char *file, *before_file;
    unsigned line, before;
    go_to_write(b);
    assert_true(line_now(b, &before_file, &before));
    for (int i = 0; i < 60; i++) {
        done(step_line(&b->step, STEP_INTO));
        assert_true(line_now(b, &file, &line));
        assert_true(line != before || strcmp(file, before_file) != 0);
        before = line;
        before_file = file;
    }
}

static void line_steps_lead_from_the_trampoline_into_c(void **state)
{
    struct bench *b = *state;
    const char *file;
    unsigned line;
    go_to_write(b);
    assert_true(line_now(b, &file, &line));
    assert_non_null(strstr(file, "trampoline.S"));
    for (int i = 0; i < 200; i++) {
        done(step_line(&b->step, STEP_INTO));
        assert_true(line_now(b, &file, &line));
        if (strstr(file, ".c") != NULL)
            return;
    }
    fail_msg("still in %s:%u", file, line);
}

static uint64_t main_of_hello(void)
{
    struct complaint why;
    struct blob elf;
    struct symbols *s;
    char reason[160];
    uint64_t va, bytes;
    assert_int_equal(
        hostfile_read(SALLYPORT_BINARY_DIR "/guest/apps/bin/hello", &elf, &why),
        0);
    assert_int_equal(
        symbols_open(elf.bytes, elf.size, "hello", &s, reason, sizeof reason),
        0);
    assert_true(symbols_address(s, "main", &va, &bytes));
    symbols_close(s);
    blob_free(&elf);
    return va;
}

/* To the first instruction of hello's main. */
static void go_to_main(struct bench *b)
{
    const uint64_t main_va = main_of_hello();
    const struct process *p;
    do {
        done(step_next_crossing(&b->step, 2));
        done(step_out_to_user(&b->step));
        p = tracker_process(b->step.tracker, 2);
    } while (strcmp(p->name, "hello") != 0);
    for (int i = 0; i < 100000 && cpu_pc(hart(b)) != main_va; i++)
        done(step_instruction(&b->step));
    assert_int_equal(cpu_pc(hart(b)), main_va);
}

static void stepping_over_passes_calls_and_crossings_alike(void **state)
{
    struct bench *b = *state;
    const char *file;
    unsigned line, first;
    go_to_main(b);
    assert_true(line_now(b, &file, &first));
    assert_non_null(strstr(file, "hello.c"));
    done(step_line(&b->step, STEP_OVER));
    assert_true(line_now(b, &file, &line));
    assert_non_null(strstr(file, "hello.c"));
    assert_true(line > first);
    assert_int_equal(cpu_privilege(hart(b)), CPU_U);
}

static void stepping_into_an_ecall_stops_in_the_trap(void **state)
{
    struct bench *b = *state;
    go_to_main(b);
    for (int i = 0; i < 3000; i++) {
        done(step_line(&b->step, STEP_INTO));
        if (cpu_privilege(hart(b)) != CPU_S)
            continue;
        const struct crossing *c = tracker_current(b->step.tracker);
        assert_int_equal(c->kind, CROSSING_CALL);
        assert_string_equal(c->process, "hello");
        return;
    }
    fail_msg("no line of hello crossed");
}

/* ---- What ends a step otherwise ---- */

static void a_budget_ends_a_step(void **state)
{
    struct bench *b = *state;
    b->step.budget = 1000;
    struct step_result r = step_next_crossing(&b->step, 0);
    assert_int_equal(r.reason, STEP_BUDGET);
    assert_int_equal(machine_clock(b->session->machine), 1000);
}

static bool refuse_to_go_on(void *ctx)
{
    ++*(int *)ctx;
    return false;
}

static void poll_can_end_a_run(void **state)
{
    struct bench *b = *state;
    int polls = 0;
    b->step.poll = refuse_to_go_on;
    b->step.poll_ctx = &polls;
    struct step_result r = step_run(&b->step, UINT64_MAX);
    assert_int_equal(r.reason, STEP_POLLED);
    assert_int_equal(polls, 1);
    assert_int_equal(machine_clock(b->session->machine), STEP_POLL_INSNS);
}

static void the_end_of_the_guest_ends_a_step(void **state)
{
    struct bench *b = *state;
    struct step_result r = step_run(&b->step, UINT64_MAX);
    assert_int_equal(r.reason, STEP_ENDED);
    assert_int_equal(r.machine.status, 0);
    r = step_next_crossing(&b->step, 0);
    assert_int_equal(r.reason, STEP_ENDED);
}

static void a_run_stops_at_its_clock(void **state)
{
    struct bench *b = *state;
    done(step_run(&b->step, 12345));
    assert_int_equal(machine_clock(b->session->machine), 12345);
}

static void stepping_changes_nothing(void **state)
{
    struct bench *b = *state;
    struct bench plain;
    go_to_write(b);
    for (int i = 0; i < 40; i++)
        done(step_line(&b->step, i % 2 ? STEP_INTO : STEP_OVER));
    done(step_out_to_user(&b->step));
    done(step_into_trap(&b->step));
    uint64_t clock = machine_clock(b->session->machine);
    open_bench(&plain, hello, 1);
    done(step_run(&plain.step, clock));
    assert_int_equal(cpu_traps(hart(&plain)), cpu_traps(hart(b)) - 1);
    done(step_instruction(&plain.step)); /* the trap at that clock */
    assert_int_equal(machine_hash(plain.session->machine),
                     machine_hash(b->session->machine));
    session_close(plain.session);
}

#define ON_HELLO(test)                                                         \
    cmocka_unit_test_setup_teardown(test, setup_hello, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_HELLO(next_crossing_stops_at_the_vector_with_the_crossing_open),
        ON_HELLO(next_crossing_of_a_process_passes_over_the_others),
        ON_HELLO(out_to_user_stops_behind_the_ecall),
        ON_HELLO(out_to_user_does_nothing_in_user_code),
        ON_HELLO(out_of_a_call_that_never_returns_is_another_process),
        ON_HELLO(into_the_trap_is_the_ecall_of_this_process),
        ON_HELLO(into_the_trap_waits_for_this_process),
        ON_HELLO(into_the_trap_does_not_wait_for_the_dead),
        ON_HELLO(an_instruction_step_moves_by_one),
        ON_HELLO(crossing_end_stops_when_it_has_ended),
        ON_HELLO(a_line_step_in_the_kernel_reaches_another_line),
        ON_HELLO(line_steps_lead_from_the_trampoline_into_c),
        ON_HELLO(stepping_over_passes_calls_and_crossings_alike),
        ON_HELLO(stepping_into_an_ecall_stops_in_the_trap),
        ON_HELLO(a_budget_ends_a_step),
        ON_HELLO(poll_can_end_a_run),
        ON_HELLO(the_end_of_the_guest_ends_a_step),
        ON_HELLO(a_run_stops_at_its_clock),
        ON_HELLO(stepping_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
