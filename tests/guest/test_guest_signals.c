/*
 * test_guest_signals.c - the crossing upwards as the tracker keeps it: which
 * crossing a handler interrupted, which sigreturn came back to it, which call
 * was made again; in trace lines, objects and sentences.
 */
#include "guest_run.h"

#include "../../emu/inspect/backtrace.h"

#include <inttypes.h>

#define FRAME_BYTES 304
#define SIGSEGV     11 /* picolibc's */
#define SIGUSR1     30
#define SIGUSR2     31

static const struct crossing *crossing(const struct run *r, uint64_t number)
{
    const struct crossing *c = tracker_crossing(r->t, number);
    if (c == NULL)
        fail_msg("no crossing %" PRIu64 ":\n%s", number, r->trace);
    return c;
}

static void assert_says(const struct run *r, const struct crossing *c,
                        const char *part)
{
    char text[1024];
    crossing_sentence(r->t, c, text, sizeof text);
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in: %s", part, text);
}

/* c ended in a handler of this signal, whose frame is the copyout; its
 * sigreturn, which is given back, took the same frame in. */
static const struct crossing *check_pair(const struct run *r,
                                         const struct crossing *c, int signal)
{
    assert_int_equal(c->outcome, OUTCOME_TO_HANDLER);
    assert_int_equal(c->handler, signal);
    assert_true(c->frame % 16 == 0);
    const struct transfer *out = &c->transfer[c->transfers - 1];
    assert_int_equal(out->kind, TRANSFER_COPYOUT);
    assert_int_equal(out->user_va, c->frame);
    assert_int_equal(out->done, FRAME_BYTES);
    const struct crossing *back = crossing(r, c->resumed_by);
    assert_string_equal(back->call->name, "sigreturn");
    assert_int_equal(back->outcome, OUTCOME_RESUMES);
    assert_int_equal(back->resumes, c->number);
    assert_int_equal(back->frame, c->frame);
    assert_int_equal(back->arg[0], c->frame);
    assert_int_equal(back->transfer[0].kind, TRANSFER_COPYIN);
    assert_int_equal(back->transfer[0].done, FRAME_BYTES);
    assert_int_equal(back->bytes_in, FRAME_BYTES);
    return back;
}

static void a_handler_is_left_by_its_sigreturn(void **state)
{
    (void)state;
    struct run *r = boot("arg=signals\n");
    run_to_end(r, 0);
    const struct crossing *kill = call(r, "signals", "kill", 1);
    uint64_t pc = kill->user_pc, number = kill->number;
    char line[2048], part[64];
    const struct crossing *back = check_pair(r, kill, SIGUSR1);
    assert_int_equal(back->return_pc, pc + 4); /* behind the ecall */
    assert_in_range(back->own_insns, 100, 1000);
    assert_in_range(crossing(r, number)->own_insns, 100, 2000);
    assert_says(r, back, "handler is over");
    assert_says(r, crossing(r, number), "SIGUSR1 came: the kernel put all");
    assert_says(r, crossing(r, number), "sigreturn, took them back.");
    snprintf(part, sizeof part, "< to handler 0x%" PRIx64 " (SIGUSR1)",
             crossing(r, number)->return_pc);
    trace_line(r, part, 1, line);
    snprintf(part, sizeof part, " {pc=0x%" PRIx64 " ra=0x", pc + 4);
    trace_line(r, part, 1, line);
    assert_non_null(strstr(line, "> ecall sigreturn(frame=0x"));
    assert_non_null(strstr(line, " mask=0x0 signal=30 code=1 pid=2 "));
    trace_line(r,
               "no signal frame that the kernel made stands there; killed "
               "by SIGSEGV",
               1, line);
    snprintf(part, sizeof part, "< resumes #%" PRIu64, number);
    trace_line(r, part, 1, line);
    assert_ptr_equal(strstr(line, "< resumes"), line + 19);
    assert_ptr_equal(strstr(line, "insns "), line + 75);
    snprintf(part, sizeof part, "\"outcome\":\"resumes\",\"return_pc\":");
    assert_non_null(strstr(r->json, part));
    snprintf(part, sizeof part, "\"resumes\":%" PRIu64, number);
    assert_non_null(strstr(r->json, part));
    assert_non_null(strstr(r->json, "\"handler\":30,\"frame\":\"0x"));
    run_free(r);
}

/* The store is made twice: the first faults and ends in the handler, the
 * second finds the page. */
static void a_mended_fault_is_tried_again(void **state)
{
    (void)state;
    struct run *r = boot("arg=signals\n");
    run_to_end(r, 0);
    uint64_t fault = 0;
    for (uint64_t i = 1; i <= tracker_count(r->t) && fault == 0; i++)
        if (crossing(r, i)->handler == SIGSEGV)
            fault = i;
    const struct crossing *c = crossing(r, fault);
    assert_int_equal(c->kind, CROSSING_FAULT);
    assert_int_equal(c->cause, 15);
    assert_int_equal(c->tval % 4096, 42);
    assert_says(r, c, "SIGSEGV came");
    const struct crossing *back = check_pair(r, c, SIGSEGV);
    assert_int_equal(back->return_pc, crossing(r, fault)->user_pc);
    const struct crossing *again = crossing(r, back->number + 1);
    assert_int_equal(again->kind, CROSSING_FAULT);
    assert_int_equal(again->user_pc, crossing(r, fault)->user_pc);
    assert_int_equal(again->outcome, OUTCOME_RETURNED);
    assert_int_equal(again->pages_mapped, 1);
    assert_int_equal(again->restarts, 0); /* that is of calls */
    run_free(r);
}

static void an_interrupted_call_is_made_again_or_not(void **state)
{
    (void)state;
    struct run *r = boot("arg=signals\n");
    run_to_end(r, 0);
    uint64_t plain = call(r, "signals", "read", 1)->number;
    uint64_t first = call(r, "signals", "read", 2)->number;
    const struct crossing *second = call(r, "signals", "read", 3);
    char part[64], line[2048];
    assert_int_equal(second->restarts, first);
    assert_int_equal(second->outcome, OUTCOME_RETURNED);
    assert_int_equal(second->result, 1);
    assert_int_equal(second->arg[0], crossing(r, first)->arg[0]);
    assert_says(r, second, "again, which a signal had interrupted");
    assert_int_equal(crossing(r, first)->restarted_by, second->number);
    assert_says(r, crossing(r, first), "Then the call was made again");
    assert_int_equal(check_pair(r, crossing(r, first), SIGUSR1)->return_pc,
                     crossing(r, first)->user_pc);
    assert_int_equal(crossing(r, plain)->restarted_by, 0);
    assert_int_equal(check_pair(r, crossing(r, plain), SIGUSR1)->return_pc,
                     crossing(r, plain)->user_pc + 4);
    snprintf(part, sizeof part, " (restarts #%" PRIu64 ")", first);
    trace_line(r, part, 1, line);
    assert_non_null(strstr(line, "> ecall read(fd="));
    snprintf(part, sizeof part, "\"restarts\":%" PRIu64, first);
    assert_non_null(strstr(r->json, part));
    /* who woke it is the kill */
    const struct crossing *kill = crossing(r, crossing(r, first)->woken_by);
    assert_string_equal(kill->call->name, "kill");
    assert_int_not_equal(kill->pid, crossing(r, first)->pid);
    run_free(r);
}

static void a_forged_frame_ends_in_its_sigreturn(void **state)
{
    (void)state;
    struct run *r = boot("arg=signals\n");
    run_to_end(r, 0);
    uint64_t refused = 0;
    for (uint64_t i = 1; i <= tracker_count(r->t); i++)
        if (crossing(r, i)->call != NULL &&
            strcmp(crossing(r, i)->call->name, "sigreturn") == 0 &&
            crossing(r, i)->outcome == OUTCOME_NEVER_RETURNS)
            refused = i;
    assert_int_equal(crossing(r, refused)->signal, SIGSEGV);
    assert_int_equal(crossing(r, refused)->resumes, 0);
    assert_says(r, crossing(r, refused), "was killed by SIGSEGV in this call");
    /* the changed one is taken, and the next fetch is the end */
    uint64_t changed = call(r, "signals", "kill", 4)->number;
    const struct crossing *back = check_pair(r, crossing(r, changed), SIGUSR1);
    assert_true(back->return_pc >> 63);
    const struct crossing *fetch = crossing(r, back->number + 1);
    assert_int_equal(fetch->cause, 12);
    assert_int_equal(fetch->outcome, OUTCOME_NEVER_RETURNS);
    run_free(r);
}

/* Handlers within handlers, two at one return, and one that is left by a jump:
 * each sigreturn names the crossing that its own frame was pushed in. */
static const char nested[] =
    "#include <setjmp.h>\n"
    "#include <signal.h>\n"
    "#include <unistd.h>\n"
    "static sigjmp_buf out;\n"
    "static void inner(int n) { (void)n; getppid(); }\n"
    "static void outer(int n) { (void)n; raise(SIGUSR2); }\n"
    "static void jump(int n) { (void)n; siglongjmp(out, 1); }\n"
    "int main(void) {\n"
    "    sigset_t both = 1u << SIGUSR1 | 1u << SIGUSR2, none = 0;\n"
    "    signal(SIGTERM, jump);\n"
    "    if (sigsetjmp(out, 1) == 0)\n"
    "        raise(SIGTERM);\n"
    "    signal(SIGUSR1, outer);\n"
    "    signal(SIGUSR2, inner);\n"
    "    raise(SIGUSR1);\n"
    "    signal(SIGUSR1, inner);\n"
    "    sigprocmask(SIG_SETMASK, &both, NULL);\n"
    "    raise(SIGUSR1);\n"
    "    raise(SIGUSR2);\n"
    "    sigprocmask(SIG_SETMASK, &none, NULL);\n"
    "    return 0;\n"
    "}\n";

static void handlers_within_handlers_are_told_apart(void **state)
{
    (void)state;
    struct run *r = boot_program(nested);
    run_to_end(r, 0);
    const struct crossing *jumped = call(r, "probe", "kill", 1);
    assert_int_equal(jumped->outcome, OUTCOME_TO_HANDLER);
    assert_int_equal(jumped->resumed_by, 0);
    uint64_t outer = call(r, "probe", "kill", 2)->number;
    uint64_t inner = call(r, "probe", "kill", 3)->number;
    uint64_t inner_back = check_pair(r, crossing(r, inner), SIGUSR2)->number;
    uint64_t outer_back = check_pair(r, crossing(r, outer), SIGUSR1)->number;
    assert_true(outer < inner && inner < inner_back && inner_back < outer_back);
    /* Two frames in one crossing: both sigreturns resume it. */
    const struct crossing *first = call(r, "probe", "sigreturn", 3);
    uint64_t both = first->resumes;
    assert_int_equal(call(r, "probe", "sigreturn", 4)->resumes, both);
    assert_string_equal(crossing(r, both)->call->name, "sigprocmask");
    assert_int_equal(crossing(r, both)->bytes_out, 2 * FRAME_BYTES);
    assert_int_equal(crossing(r, both)->handler, SIGUSR2);
    run_free(r);
}

/* From within a handler, across the frame, into what it interrupted. */
struct seen {
    struct run *r;
    char callers[256];
};

static void look_at_callers(void *ctx, const struct event *e)
{
    struct seen *seen = ctx;
    struct frame frame[16];
    uint64_t x[32];
    if (e->kind != EVENT_ENTER || e->crossing->call == NULL ||
        strcmp(e->crossing->call->name, "getppid") != 0 || seen->callers[0])
        return;
    for (unsigned i = 0; i < 32; i++)
        x[i] = cpu_x(machine_cpu(seen->r->m), i);
    const struct process *p = tracker_process(seen->r->t, e->pid);
    size_t n = backtrace(seen->r->m, e->crossing->root, p->symbols,
                         e->crossing->user_pc, x, frame, 16);
    for (size_t i = 0, used = 0; i < n && used < sizeof seen->callers; i++)
        used += (size_t)snprintf(
            seen->callers + used, sizeof seen->callers - used, "%s ",
            frame[i].function != NULL ? frame[i].function : "?");
}

static void a_backtrace_goes_through_signal_frames(void **state)
{
    (void)state;
    struct seen seen = {.r = boot_program(nested)};
    tracker_listen(seen.r->t, look_at_callers, &seen);
    run_to_end(seen.r, 0);
    assert_string_equal(seen.callers,
                        "getppid inner __signal_restorer kill raise outer "
                        "__signal_restorer kill raise main __start ");
    run_free(seen.r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handler_is_left_by_its_sigreturn),
        cmocka_unit_test(a_mended_fault_is_tried_again),
        cmocka_unit_test(an_interrupted_call_is_made_again_or_not),
        cmocka_unit_test(a_forged_frame_ends_in_its_sigreturn),
        cmocka_unit_test(handlers_within_handlers_are_told_apart),
        cmocka_unit_test(a_backtrace_goes_through_signal_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
