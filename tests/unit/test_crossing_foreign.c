/*
 * test_crossing_foreign.c - crossings by the hardware alone, on a small S-mode
 * kernel compiled here that has neither probes nor tables: two processes, known
 * by their page-table roots.
 */
#include "crossing_fixture.h"

/* Calls: 1 yield, 2 end the run, 3 a0 + 1, 4 take a trap inside the kernel. */
static const char kernel_c[] =
    "typedef unsigned long u64;\n"
    "#define ALIGNED __attribute__((aligned(4096)))\n"
    "struct frame { u64 x[32], pc, satp; };\n"
    "struct frame frame[2];\n"
    "static u64 root[2][512] ALIGNED, mid[2][512] ALIGNED;\n"
    "static u64 low[2][512] ALIGNED, page[512] ALIGNED;\n"
    "extern char user_a[], user_b[], trap_entry[], nested_entry[];\n"
    "void resume(struct frame *f) __attribute__((noreturn));\n"
    "static u64 to(void *p, u64 flags)\n"
    "{ return ((u64)p >> 12 << 10) | flags; }\n"
    "static void make(int i, char *code)\n"
    "{\n"
    "    root[i][2] = to((void *)0x80000000, 0xcf);\n"
    "    root[i][0] = to(mid[i], 1);\n"
    "    mid[i][0] = to(low[i], 1);\n"
    "    low[i][1] = to(code, 0x5b);\n"
    "    frame[i].pc = 0x1000;\n"
    "    frame[i].satp = 8ul << 60 | (u64)root[i] >> 12;\n"
    "}\n"
    "static void power_off(void)\n"
    "{\n"
    "    __asm__ volatile(\"csrw satp, zero\\n\");\n"
    "    *(volatile unsigned *)0x100000 = 0x5555;\n"
    "    for (;;);\n"
    "}\n"
    "void handle(struct frame *f, u64 cause, u64 tval)\n"
    "{\n"
    "    if (cause == 13) {\n"
    "        low[f - frame][tval >> 12] = to(page, 0xd7);\n"
    "        resume(f);\n"
    "    }\n"
    "    f->pc += 4;\n"
    "    switch (f->x[17]) {\n"
    "    case 1: resume(&frame[1 - (f - frame)]);\n"
    "    case 2: power_off();\n"
    "    case 3: f->x[10]++; break;\n"
    "    case 4:\n"
    "        __asm__ volatile(\"csrw stvec, %0\\nebreak\\ncsrw stvec, %1\"\n"
    "                         :: \"r\"(nested_entry), \"r\"(trap_entry));\n"
    "        __asm__ volatile(\"csrc sstatus, %0\" :: \"r\"(0x100));\n"
    "    }\n"
    "    resume(f);\n"
    "}\n"
    "void main(void)\n"
    "{\n"
    "    __asm__ volatile(\"csrw stvec, %0\" :: \"r\"(trap_entry));\n"
    "    make(0, user_a);\n"
    "    make(1, user_b);\n"
    "    resume(&frame[0]);\n"
    "}\n";

static const char kernel_s[] =
    ".section .init, \"ax\"\n"
    ".globl _start\n_start: la sp, stack_top\ncall main\n"
    ".text\n"
    ".globl trap_entry, nested_entry, resume\n"
    ".balign 4\n"
    "trap_entry:\n"
    "csrrw t6, sscratch, t6\n"
    ".irp n,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,"
    "26,27,28,29,30\n"
    "sd x\\n, 8*\\n(t6)\n.endr\n"
    "csrr t5, sscratch\nsd t5, 8*31(t6)\n"
    "csrr t5, sepc\nsd t5, 8*32(t6)\n"
    "mv a0, t6\ncsrr a1, scause\ncsrr a2, stval\nla sp, stack_top\n"
    "call handle\n"
    ".balign 4\n"
    "nested_entry: csrr t0, sepc\naddi t0, t0, 4\ncsrw sepc, t0\nsret\n"
    "resume:\n"
    "mv t6, a0\nld t5, 8*33(t6)\ncsrw satp, t5\nsfence.vma\n"
    "ld t5, 8*32(t6)\ncsrw sepc, t5\ncsrw sscratch, t6\n"
    ".irp n,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,"
    "26,27,28,29,30\n"
    "ld x\\n, 8*\\n(t6)\n.endr\n"
    "ld t6, 8*31(t6)\nsret\n"
    ".globl user_a, user_b\n"
    ".balign 4096\n"
    "user_a: li a7, 3\nli a0, 41\necall\n" /* 0x1008 */
    "li t0, 0x5000\nld t1, 0(t0)\n"        /* 0x1010 */
    "li a7, 1\necall\n"                    /* 0x1018 */
    "li a7, 4\necall\n"                    /* 0x1020 */
    "li a7, 2\necall\n"                    /* 0x1028 */
    ".balign 4096\n"
    "user_b: li a7, 1\nli a0, 7\necall\n"
    ".bss\n.balign 16\n.space 4096\nstack_top:\n";

static struct run *start(void)
{
    struct elf_file k =
        compile_elf(kernel_c, kernel_s,
                    "-Wl,--section-start=.init=0x80200000"
                    " -Wl,-Ttext=0x80201000,-e,_start,--build-id=none");
    return run_start(k, (struct elf_file){0}, NULL, false);
}

static int setup(void **state)
{
    struct run *r = start();
    run_to_end(r, 0);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    run_free(*state);
    return 0;
}

static void a_call_is_shown_raw_and_returns_what_a0_holds(void **state)
{
    const struct run *r = *state;
    const struct crossing *c = tracker_crossing(r->t, 1);
    char text[200];
    assert_int_equal(c->kind, CROSSING_CALL);
    assert_int_equal(c->pid, 0);
    assert_int_equal(c->cause, 8);
    assert_int_equal(c->user_pc, 0x1008);
    assert_int_equal(c->arg[0], 41);
    assert_int_equal(c->arg[7], 3);
    assert_int_equal(c->outcome, OUTCOME_RETURNED);
    assert_int_equal(c->result, 42);
    assert_int_equal(c->return_pc, 0x100c);
    assert_null(c->call);
    crossing_describe(r->t, c, text, sizeof text);
    assert_memory_equal(text, "3(a0=0x29, a1=0x0,", 18);
    crossing_result(r->t, c, text, sizeof text);
    assert_string_equal(text, "42");
}

static void costs_are_exact(void **state)
{
    const struct run *r = *state;
    const struct crossing *c = tracker_crossing(r->t, 1);
    assert_int_equal(c->satp_writes, 1);
    assert_int_equal(c->fences, 1);
    assert_int_equal(c->traps, 1);
    assert_int_equal(c->returns, 1);
    /* Nobody else ran: its own instructions are all that passed. */
    assert_int_equal(c->own_insns, c->clock_out - c->clock_in);
    const struct cost_model *m = &cost_model_default;
    assert_int_equal(c->cycles,
                     c->own_insns + m->trap + m->ret + m->satp + m->fence);
}

static void a_fault_says_what_the_tables_said_at_the_trap(void **state)
{
    const struct run *r = *state;
    const struct crossing *c = tracker_crossing(r->t, 2);
    char text[400];
    assert_int_equal(c->kind, CROSSING_FAULT);
    assert_int_equal(c->cause, 13);
    assert_int_equal(c->tval, 0x5000);
    assert_int_equal(c->why, SV39_NOT_VALID);
    assert_int_equal(c->outcome, OUTCOME_RETURNED);
    assert_int_equal(c->return_pc, c->user_pc);
    crossing_describe(r->t, c, text, sizeof text);
    assert_string_equal(text, "load page fault at 0x5000");
    crossing_sentence(r->t, c, text, sizeof text);
    assert_non_null(strstr(text, "not mapped (V = 0)"));
    assert_non_null(strstr(text, "was tried again"));
}

static void
a_process_that_loses_the_hart_is_unfinished_then_resumed(void **state)
{
    const struct run *r = *state;
    const struct crossing *yield = tracker_crossing(r->t, 3);
    const struct crossing *back = tracker_crossing(r->t, 4);
    assert_int_not_equal(yield->root, back->root);
    assert_true(yield->clock_in < back->clock_in);
    assert_int_equal(yield->outcome, OUTCOME_RETURNED);
    assert_int_equal(back->outcome, OUTCOME_OPEN);
    assert_true(yield->clock_out > back->clock_in);
    assert_true(yield->own_insns < yield->clock_out - yield->clock_in);
    char line[2048];
    assert_memory_equal(trace_line(r, "~ unfinished", 1, line), "#3 ", 3);
    assert_memory_equal(trace_line(r, "~ resumed", 1, line), "#3 ", 3);
    assert_memory_equal(trace_line(r, "~ unfinished", 2, line), "#4 ", 3);
}

static void the_first_run_of_each_root_is_told(void **state)
{
    const struct run *r = *state;
    char line[2048], root[32];
    const struct crossing *c = tracker_crossing(r->t, 1);
    snprintf(root, sizeof root, "-    root 0x%lx",
             (unsigned long)(c->root >> 12));
    assert_memory_equal(trace_line(r, "< starts", 1, line), root, strlen(root));
    trace_line(r, "< starts", 2, line);
    assert_int_equal(tracker_processes(r->t), 2);
    const struct process *p = tracker_process_by_root(r->t, c->root);
    assert_string_equal(p->name, root + 5);
    assert_int_equal(p->pid, 0);
    assert_int_equal(p->crossings, 5);
}

static void
traps_inside_the_kernel_are_numbered_under_the_crossing(void **state)
{
    const struct run *r = *state;
    const struct crossing *c = tracker_crossing(r->t, 5);
    char line[2048];
    assert_int_equal(c->arg[7], 4);
    assert_int_equal(c->nesteds, 1);
    assert_int_equal(c->nested[0].cause, 3);
    assert_int_equal(c->traps, 2);
    assert_int_equal(c->returns, 2);
    assert_memory_equal(trace_line(r, "fault breakpoint", 1, line), "#5.1 ", 5);
}

static void the_trap_frame_is_where_sscratch_points(void **state)
{
    const struct run *r = *state;
    uint64_t a = tracker_crossing(r->t, 1)->trapframe_va;
    uint64_t b = tracker_crossing(r->t, 4)->trapframe_va;
    assert_int_equal(b - a, 34 * 8); /* &frame[1] - &frame[0] */
}

static void every_instruction_is_charged_to_somebody(void **state)
{
    check_sums(*state);
}

static void the_call_that_ends_the_machine_stays_open(void **state)
{
    const struct run *r = *state;
    const struct crossing *c = tracker_crossing(r->t, tracker_count(r->t));
    char text[64];
    assert_int_equal(c->arg[7], 2);
    assert_int_equal(c->outcome, OUTCOME_OPEN);
    crossing_result(r->t, c, text, sizeof text);
    assert_string_equal(text, "");
    assert_null(tracker_crossing(r->t, 0));
    assert_null(tracker_crossing(r->t, c->number + 1));
}

static void two_runs_tell_the_same_bytes(void **state)
{
    const struct run *r = *state;
    struct run *again = start();
    run_to_end(again, 0);
    assert_string_equal(again->trace, r->trace);
    assert_string_equal(again->json, r->json);
    run_free(again);
}

static void watching_does_not_change_the_machine(void **state)
{
    const struct run *r = *state;
    struct machine_desc desc = {.kernel = r->image.bytes,
                                .kernel_bytes = r->image.n,
                                .kernel_name = "kernel.elf"};
    struct machine *m;
    struct machine_stop stop;
    char why[200];
    assert_int_equal(machine_create(&desc, &m, why, sizeof why), 0);
    machine_input_end(m);
    machine_run(m, RUN_MOST, &stop);
    assert_int_equal(stop.reason, MACHINE_ENDED);
    assert_int_equal(machine_clock(m), machine_clock(r->m));
    assert_true(machine_hash(m) == machine_hash(r->m));
    machine_destroy(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_is_shown_raw_and_returns_what_a0_holds),
        cmocka_unit_test(costs_are_exact),
        cmocka_unit_test(a_fault_says_what_the_tables_said_at_the_trap),
        cmocka_unit_test(
            a_process_that_loses_the_hart_is_unfinished_then_resumed),
        cmocka_unit_test(the_first_run_of_each_root_is_told),
        cmocka_unit_test(
            traps_inside_the_kernel_are_numbered_under_the_crossing),
        cmocka_unit_test(the_trap_frame_is_where_sscratch_points),
        cmocka_unit_test(every_instruction_is_charged_to_somebody),
        cmocka_unit_test(the_call_that_ends_the_machine_stays_open),
        cmocka_unit_test(two_runs_tell_the_same_bytes),
        cmocka_unit_test(watching_does_not_change_the_machine),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
