/*
 * test_machine_run.c - whole runs of programs of a few instructions: limits,
 * timers, waiting, console input, the ways to end, the firmware's answers.
 */
#include "machine_fixture.h"
#include "rv_asm.h"

#include "../../emu/cpu/csr_numbers.h"

#define MIE_MTIE 0x80
#define MIE_MEIE 0x800
#define SIE_STIE 0x20
#define LIMIT    1000000
#define HANDLER  0x200 /* offset of the trap vector: an endless loop */

/* A machine with this program, and an endless loop at HANDLER; the board goes
 * with `finish`. */
static struct board *start(struct program *p, bool bare)
{
    assert_true(p->n <= HANDLER / 4);
    while (p->n < HANDLER / 4)
        emit(p, 0);
    rv_jump(p, 0);
    struct board *b = calloc(1, sizeof *b);
    struct elf_image *e = malloc(sizeof *e);
    elf_make(e, bare ? PLAT_RAM_BASE : PLAT_KERNEL_BASE, p->code, p->n);
    struct machine_desc d = board_desc(b, e);
    d.bare = bare;
    board_start(b, &d);
    free(e);
    return b;
}

static void finish(struct board *b)
{
    machine_destroy(b->m);
    free(b);
}

static enum machine_reason run(struct board *b, uint64_t until)
{
    struct machine_stop stop;
    machine_run(b->m, until, &stop);
    return stop.reason;
}

/* The console's receive interrupt, through the PLIC, to M-mode. */
static void listen(struct program *p)
{
    rv_poke(p, 2, PLAT_PLIC_BASE + 4 * PLAT_IRQ_UART, 1);
    rv_poke(p, 2, PLAT_PLIC_BASE + PLIC_ENABLE, 1 << PLAT_IRQ_UART);
    rv_poke(p, 0, PLAT_UART_BASE + UART_IER, UART_IER_RDI);
}

/* Reads the byte and echoes it; claims and completes the interrupt. */
static void echo(struct program *p)
{
    rv_li(p, T0, PLAT_PLIC_BASE + PLIC_CONTEXT);
    rv_load(p, 2, T2, T0, PLIC_CLAIM);
    rv_li(p, T1, PLAT_UART_BASE);
    rv_load(p, 0, T3, T1, 0);
    rv_store(p, 0, T3, T1, 0);
    rv_store(p, 2, T2, T0, PLIC_CLAIM);
}

/* ---- Time ---- */

static void a_run_ends_exactly_at_its_limit(void **state)
{
    struct program p = {.n = 0};
    (void)state;
    for (int i = 0; i < 7; i++)
        rv_addi(&p, A0, A0, 1);
    rv_jump(&p, -7);
    struct board *b = start(&p, true);
    const uint64_t limits[] = {0, 1, 2, 3, 100, 101, 4096, 100000};
    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(run(b, limits[i]), MACHINE_LIMIT);
        assert_int_equal(machine_clock(b->m), limits[i]);
        assert_int_equal(cpu_x(machine_cpu(b->m), A0),
                         limits[i] - limits[i] / 8);
    }
    finish(b);
}

struct seen {
    struct machine *m;
    uint64_t cause, clock;
    unsigned count;
    bool stop;
};

static void see_trap(void *ctx, const struct cpu_trap *trap)
{
    struct seen *s = ctx;
    s->cause = trap->cause;
    s->clock = machine_clock(s->m);
    s->count++;
    if (s->stop)
        machine_request_stop(s->m);
}

static void observe_traps(struct board *b, struct seen *s)
{
    *s = (struct seen){.m = b->m};
    machine_observe(b->m,
                    &(struct machine_observer){.ctx = s, .trap = see_trap});
}

static void program_timer(struct program *p, uint64_t mtimecmp)
{
    rv_set_csr(p, CSR_MTVEC, PLAT_RAM_BASE + HANDLER);
    rv_poke(p, 3, PLAT_CLINT_BASE + CLINT_MTIMECMP, (int64_t)mtimecmp);
    rv_set_csr(p, CSR_MIE, MIE_MTIE);
    rv_set_csr(p, CSR_MSTATUS, 8);
}

static void a_timer_interrupt_comes_at_its_clock(void **state)
{
    struct program p = {.n = 0};
    struct seen seen;
    (void)state;
    program_timer(&p, 123);
    rv_addi(&p, A0, A0, 1);
    rv_jump(&p, -1);
    struct board *b = start(&p, true);
    observe_traps(b, &seen);
    assert_int_equal(run(b, 1229), MACHINE_LIMIT);
    assert_int_equal(seen.count, 0);
    run(b, 1231);
    assert_int_equal(seen.clock, 1230);
    assert_int_equal(seen.cause, CPU_CAUSE_INTERRUPT | CPU_IRQ_MTI);
    finish(b);
}

static void wfi_skips_to_the_deadline_at_once(void **state)
{
    struct program p = {.n = 0};
    struct seen seen;
    (void)state;
    program_timer(&p, 1000000000);
    rv_wfi(&p);
    struct board *b = start(&p, true);
    observe_traps(b, &seen);
    run(b, UINT64_C(10000000001));
    assert_int_equal(seen.clock, UINT64_C(10000000000));
    assert_true(cpu_executed(machine_cpu(b->m)) < 100);
    finish(b);
}

static void a_limit_inside_the_idle_time_is_kept(void **state)
{
    struct program p = {.n = 0};
    (void)state;
    program_timer(&p, 1000);
    rv_wfi(&p);
    rv_jump(&p, -1);
    struct board *b = start(&p, true);
    uint64_t before = 0;
    for (uint64_t at = 50; at < 9990; at += 497) {
        assert_int_equal(run(b, at), MACHINE_LIMIT);
        assert_int_equal(machine_clock(b->m), at);
        if (before == 0)
            before = cpu_executed(machine_cpu(b->m));
    }
    assert_int_equal(cpu_executed(machine_cpu(b->m)), before);
    finish(b);
}

static void pacing_hands_the_idle_time_to_the_caller(void **state)
{
    struct program p = {.n = 0};
    struct seen seen;
    struct machine_stop stop;
    (void)state;
    program_timer(&p, 1000);
    rv_wfi(&p);
    struct board *b = start(&p, true);
    observe_traps(b, &seen);
    machine_pace_idle(b->m, true);
    machine_run(b->m, LIMIT, &stop);
    assert_int_equal(stop.reason, MACHINE_WANTS_INPUT);
    assert_int_equal(stop.deadline, 10000);
    machine_idle(b->m, 4000);
    assert_int_equal(machine_clock(b->m), 4000);
    assert_int_equal(run(b, LIMIT), MACHINE_WANTS_INPUT);
    machine_idle(b->m, 20000);
    assert_int_equal(machine_clock(b->m), 10000);
    run(b, 10001);
    assert_int_equal(seen.clock, 10000);
    finish(b);
}

static void moving_the_timer_nearer_while_running_is_noticed(void **state)
{
    struct program p = {.n = 0};
    struct seen seen;
    (void)state;
    program_timer(&p, 100000);
    for (int i = 0; i < 20; i++)
        rv_addi(&p, A0, A0, 1);
    rv_poke(&p, 3, PLAT_CLINT_BASE + CLINT_MTIMECMP, 30);
    rv_addi(&p, A0, A0, 1);
    rv_jump(&p, -1);
    struct board *b = start(&p, true);
    observe_traps(b, &seen);
    run(b, 301);
    assert_int_equal(seen.clock, 300);
    finish(b);
}

/* ---- Waiting and input ---- */

static void check_dead(struct board *b, const char *want)
{
    struct machine_stop stop;
    machine_run(b->m, LIMIT, &stop);
    assert_int_equal(stop.reason, MACHINE_DEAD);
    assert_string_equal(stop.text, want);
}

static void a_wait_that_nothing_can_end_is_told(void **state)
{
    struct program p = {.n = 0};
    (void)state;
    rv_poke(&p, 3, PLAT_CLINT_BASE + CLINT_MTIMECMP, 100); /* not enabled */
    rv_wfi(&p);
    rv_jump(&p, -1);
    struct board *b = start(&p, true);
    const char *want = "wfi before 0x80000018: no enabled interrupt can ever "
                       "come";
    check_dead(b, want);
    check_dead(b, want);
    finish(b);
}

static void a_listening_guest_is_waited_for(void **state)
{
    struct program p = {.n = 0};
    struct machine_stop stop;
    (void)state;
    listen(&p);
    rv_set_csr(&p, CSR_MIE, MIE_MEIE);
    size_t loop = p.n;
    rv_wfi(&p);
    echo(&p);
    rv_jump(&p, (int32_t)loop - (int32_t)p.n);
    struct board *b = start(&p, true);
    machine_run(b->m, LIMIT, &stop);
    assert_int_equal(stop.reason, MACHINE_WANTS_INPUT);
    assert_true(stop.deadline == UINT64_MAX);
    machine_input(b->m, (const uint8_t *)"key", 3, false);
    assert_int_equal(run(b, LIMIT), MACHINE_WANTS_INPUT);
    machine_input(b->m, (const uint8_t *)"piped", 5, true);
    assert_int_equal(run(b, LIMIT), MACHINE_WANTS_INPUT);
    assert_string_equal(b->out, "keypiped");
    finish(b);
}

static void after_the_end_of_input_a_waiting_guest_reads_ctrl_d(void **state)
{
    struct program p = {.n = 0};
    struct machine_stop stop;
    (void)state;
    listen(&p);
    rv_set_csr(&p, CSR_MIE, MIE_MEIE);
    size_t loop = p.n;
    rv_wfi(&p);
    echo(&p);
    rv_addi(&p, T3, T3, -4); /* an end of file ends the run */
    rv_beqz(&p, T3, 2);
    rv_jump(&p, (int32_t)loop - (int32_t)p.n);
    rv_finish(&p, 9);
    struct board *b = start(&p, true);
    machine_input(b->m, (const uint8_t *)"ab", 2, true);
    machine_input_end(b->m);
    machine_run(b->m, LIMIT, &stop);
    assert_int_equal(stop.reason, MACHINE_ENDED);
    assert_int_equal(stop.status, 9);
    assert_string_equal(b->out, "ab\004");
    finish(b);
}

static void a_guest_deaf_to_the_end_of_input_is_told(void **state)
{
    struct program p = {.n = 0};
    (void)state;
    listen(&p);
    rv_set_csr(&p, CSR_MIE, MIE_MEIE);
    size_t loop = p.n;
    rv_wfi(&p);
    rv_li(&p, T0, PLAT_PLIC_BASE + PLIC_CONTEXT);
    rv_load(&p, 2, T2, T0, PLIC_CLAIM);
    rv_li(&p, T1, PLAT_UART_BASE);
    rv_load(&p, 0, T3, T1, 0);
    rv_store(&p, 2, T2, T0, PLIC_CLAIM);
    rv_jump(&p, (int32_t)loop - (int32_t)p.n);
    struct board *b = start(&p, true);
    machine_input_end(b->m);
    struct machine_stop stop;
    machine_run(b->m, LIMIT, &stop);
    assert_int_equal(stop.reason, MACHINE_DEAD);
    assert_non_null(strstr(stop.text, "console input, which has ended"));
    finish(b);
}

/* A guest that sleeps again and again, 100 ticks each, and reads without
 * printing: counts in a0 the wake-ups that brought a Ctrl-D. */
static void a_sleeping_guest_reads_one_ctrl_d_per_timer(void **state)
{
    struct program p = {.n = 0};
    (void)state;
    listen(&p);
    rv_set_csr(&p, CSR_MIE, MIE_MEIE | MIE_MTIE);
    size_t loop = p.n;
    rv_li(&p, T0, PLAT_CLINT_BASE + CLINT_MTIME);
    rv_load(&p, 3, T1, T0, 0);
    rv_addi(&p, T1, T1, 100);
    rv_li(&p, T0, PLAT_CLINT_BASE + CLINT_MTIMECMP);
    rv_store(&p, 3, T1, T0, 0);
    size_t wait = p.n;
    rv_wfi(&p);
    rv_li(&p, T0, PLAT_PLIC_BASE + PLIC_CONTEXT);
    rv_load(&p, 2, T2, T0, PLIC_CLAIM);
    rv_beqz(&p, T2, (int32_t)loop - (int32_t)p.n);
    rv_li(&p, T1, PLAT_UART_BASE);
    rv_load(&p, 0, T3, T1, 0);
    rv_addi(&p, A0, A0, 1);
    rv_store(&p, 2, T2, T0, PLIC_CLAIM);
    rv_jump(&p, (int32_t)wait - (int32_t)p.n);
    struct board *b = start(&p, true);
    machine_input_end(b->m);
    assert_int_equal(run(b, 100000), MACHINE_LIMIT);
    assert_in_range(cpu_x(machine_cpu(b->m), A0), 90, 100);
    finish(b);
}

/* A guest without wfi: it spins, and an interrupt handler echoes. Returns the
 * address of the handler, for the second pass. */
static uint32_t spinning_echo(struct program *p, uint32_t handler)
{
    p->n = 0;
    rv_set_csr(p, CSR_MTVEC, handler);
    listen(p);
    rv_set_csr(p, CSR_MIE, MIE_MEIE);
    rv_set_csr(p, CSR_MSTATUS, 8);
    rv_jump(p, 0);
    uint32_t at = PLAT_RAM_BASE + (uint32_t)p->n * 4;
    echo(p);
    rv_mret(p);
    return at;
}

static void a_guest_that_never_idles_is_given_input_in_time(void **state)
{
    struct program p;
    struct seen seen;
    (void)state;
    spinning_echo(&p, spinning_echo(&p, 0));
    struct board *b = start(&p, true);
    observe_traps(b, &seen);
    machine_input(b->m, (const uint8_t *)"ab", 2, true);
    assert_int_equal(run(b, 1999999), MACHINE_LIMIT);
    assert_int_equal(seen.count, 0);
    assert_int_equal(run(b, 2000001), MACHINE_LIMIT);
    assert_int_equal(seen.clock, 2000000);
    assert_int_equal(run(b, 5000000), MACHINE_LIMIT);
    assert_int_equal(seen.count, 2);
    assert_string_equal(b->out, "ab");
    finish(b);
}

/* A guest that polls, and a caller that gives a byte only when asked. */
static void a_polling_guest_makes_the_caller_asked(void **state)
{
    struct program p = {.n = 0};
    struct machine_stop stop;
    (void)state;
    rv_li(&p, T0, PLAT_UART_BASE);
    size_t loop = p.n;
    rv_load(&p, 0, T1, T0, UART_LSR);
    emit(&p, 1u << 20 | T1 << 15 | 7u << 12 | T1 << 7 | 0x13); /* andi 1 */
    rv_beqz(&p, T1, (int32_t)loop - (int32_t)p.n);
    rv_load(&p, 0, T1, T0, UART_RBR);
    rv_store(&p, 0, T1, T0, UART_THR);
    rv_jump(&p, (int32_t)loop - (int32_t)p.n);
    struct board *b = start(&p, true);
    assert_int_equal(run(b, LIMIT), MACHINE_LIMIT); /* not asked for */
    machine_ask_input(b->m, true);
    for (const char *c = "abc"; *c != '\0'; c++) {
        machine_run(b->m, 2 * LIMIT, &stop);
        assert_int_equal(stop.reason, MACHINE_WANTS_INPUT);
        assert_int_equal(stop.deadline, machine_clock(b->m));
        machine_input(b->m, (const uint8_t *)c, 1, true);
    }
    assert_int_equal(run(b, 2 * LIMIT), MACHINE_WANTS_INPUT);
    assert_int_equal(run(b, 2 * LIMIT), MACHINE_LIMIT); /* not at once again */
    assert_string_equal(b->out, "abc");
    finish(b);
}

static void a_spinning_guest_makes_the_caller_asked(void **state)
{
    struct program p;
    (void)state;
    spinning_echo(&p, spinning_echo(&p, 0));
    struct board *b = start(&p, true);
    machine_ask_input(b->m, true);
    assert_int_equal(run(b, 9 * LIMIT), MACHINE_WANTS_INPUT);
    assert_int_equal(machine_clock(b->m), 2000000);
    assert_int_equal(run(b, 9 * LIMIT), MACHINE_WANTS_INPUT);
    assert_int_equal(machine_clock(b->m), 4000000);
    machine_input(b->m, (const uint8_t *)"a", 1, true);
    assert_int_equal(run(b, 4001000), MACHINE_LIMIT);
    assert_string_equal(b->out, "a");
    finish(b);
}

/* ---- Ends ---- */

static void see_end(void *ctx, int status)
{
    *(int *)ctx = status;
}

static void a_store_to_the_finisher_ends_at_once(void **state)
{
    struct program p = {.n = 0};
    int status = -1;
    (void)state;
    rv_finish(&p, 7);
    rv_addi(&p, A0, X0, 1);
    rv_jump(&p, 0);
    struct board *b = start(&p, true);
    machine_observe(
        b->m, &(struct machine_observer){.ctx = &status, .ended = see_end});
    assert_int_equal(run(b, LIMIT), MACHINE_ENDED);
    assert_int_equal(status, 7);
    assert_int_equal(machine_clock(b->m), 5);
    assert_int_equal(cpu_x(machine_cpu(b->m), A0), 0);
    assert_int_equal(run(b, LIMIT), MACHINE_ENDED);
    finish(b);
}

/* Runs a program that stores a value to tohost, which an ELF with symbols
 * would name; here the machine is told. */
static void check_tohost(int64_t value, int status, const char *text)
{
    struct program p = {.n = 0};
    struct machine_stop stop;
    rv_li_u32(&p, T0, PLAT_RAM_BASE + 0x1000);
    rv_li(&p, T1, value);
    emit(&p, 16u << 20 | T1 << 15 | 1u << 12 | T1 << 7 | 0x13); /* slli 16 */
    emit(&p, 16u << 20 | T1 << 15 | 5u << 12 | T1 << 7 | 0x13); /* srli 16 */
    if (value < 0)
        rv_li(&p, T1, value);
    rv_store(&p, 3, T1, T0, 0);
    rv_jump(&p, 0);
    struct board *b = start(&p, true);
    b->m->tohost = PLAT_RAM_BASE + 0x1000;
    machine_run(b->m, LIMIT, &stop);
    assert_int_equal(stop.reason, MACHINE_ENDED);
    assert_int_equal(stop.status, status);
    assert_string_equal(stop.text, text);
    finish(b);
}

static void a_store_to_tohost_ends_the_run(void **state)
{
    (void)state;
    check_tohost(1, 0, "");
    check_tohost(5 << 1 | 1, 5, "");
    check_tohost(256 << 1 | 1, 255, "");
    check_tohost(-1, 1,
                 "tohost: 0xffffffffffffffff is a device command; only an end "
                 "(bit 0 set) is known here");
}

static void a_trap_storm_is_told(void **state)
{
    struct program p = {.n = 0};
    struct machine_stop stop;
    (void)state;
    rv_set_csr(&p, CSR_MTVEC, 0x40000000); /* nothing is there */
    rv_ecall(&p);
    struct board *b = start(&p, true);
    machine_run(b->m, LIMIT, &stop);
    assert_int_equal(stop.reason, MACHINE_DEAD);
    assert_non_null(strstr(stop.text, "trap storm: trap after trap at vector "
                                      "0x40000000 without an instruction ("));
    finish(b);
}

static void a_listener_can_stop_the_run(void **state)
{
    struct program p = {.n = 0};
    struct seen seen;
    (void)state;
    rv_set_csr(&p, CSR_MTVEC, PLAT_RAM_BASE + HANDLER);
    rv_ecall(&p);
    rv_jump(&p, 0);
    struct board *b = start(&p, true);
    observe_traps(b, &seen);
    seen.stop = true;
    assert_int_equal(run(b, LIMIT), MACHINE_STOPPED);
    assert_int_equal(seen.count, 1);
    assert_int_equal(run(b, 100), MACHINE_LIMIT);
    machine_unobserve(b->m, &seen);
    machine_request_stop(b->m);
    assert_int_equal(run(b, LIMIT), MACHINE_STOPPED);
    assert_int_equal(machine_clock(b->m), 100);
    finish(b);
}

static void stepping_goes_one_instruction_at_a_time(void **state)
{
    struct program p = {.n = 0};
    struct machine_stop stop;
    (void)state;
    program_timer(&p, 1000);
    rv_wfi(&p);
    rv_addi(&p, A0, A0, 1);
    size_t wfi = p.n - 2;
    struct board *b = start(&p, true);
    for (size_t i = 0; i <= wfi; i++) {
        assert_int_equal(cpu_pc(machine_cpu(b->m)), PLAT_RAM_BASE + i * 4);
        machine_step(b->m, &stop);
        assert_int_equal(stop.reason, MACHINE_LIMIT);
        assert_int_equal(machine_clock(b->m), i + 1);
    }
    machine_step(b->m, &stop); /* waits, and takes the interrupt */
    assert_int_equal(machine_clock(b->m), 10000);
    assert_int_equal(cpu_pc(machine_cpu(b->m)), PLAT_RAM_BASE + HANDLER);
    finish(b);
}

/* ---- The firmware ---- */

/* One SBI call; a0 and a1 afterwards. */
static void sbi(uint64_t extension, uint64_t function, uint64_t argument,
                uint64_t argument2, uint64_t result[2])
{
    struct program p = {.n = 0};
    struct machine_stop stop;
    rv_ecall(&p);
    rv_jump(&p, 0);
    struct board *b = start(&p, false);
    struct cpu *cpu = machine_cpu(b->m);
    cpu_set_x(cpu, A7, extension);
    cpu_set_x(cpu, A6, function);
    cpu_set_x(cpu, A0, argument);
    cpu_set_x(cpu, A1, argument2);
    machine_run(b->m, 3, &stop);
    result[0] = cpu_x(cpu, A0);
    result[1] = cpu_x(cpu, A1);
    finish(b);
}

static void the_firmware_answers_by_the_sbi(void **state)
{
    uint64_t r[2];
    (void)state;
    sbi(PLAT_SBI_EXT_BASE, 0, 0, 9, r);
    assert_int_equal(r[0], 0);
    assert_int_equal(r[1], 0x01000000);
    sbi(PLAT_SBI_EXT_BASE, 3, PLAT_SBI_EXT_TIME, 9, r);
    assert_int_equal(r[1], 1);
    sbi(PLAT_SBI_EXT_BASE, 3, 0x735049, 9, r);
    assert_int_equal(r[1], 0);
    sbi(PLAT_SBI_EXT_BASE, 99, 0, 9, r);
    assert_int_equal((int64_t)r[0], PLAT_SBI_ERR_NOT_SUPPORTED);
    sbi(0x735049, 0, 0, 9, r); /* IPI */
    assert_int_equal((int64_t)r[0], PLAT_SBI_ERR_NOT_SUPPORTED);
    sbi(PLAT_SBI_EXT_TIME, 0, 1000, 9, r);
    assert_int_equal(r[0], 0);
    sbi(PLAT_SBI_EXT_TIME, 1, 1000, 9, r);
    assert_int_equal((int64_t)r[0], PLAT_SBI_ERR_NOT_SUPPORTED);
    sbi(PLAT_SBI_EXT_SRST, 0, 3, 0, r);
    assert_int_equal((int64_t)r[0], PLAT_SBI_ERR_INVALID_PARAM);
    sbi(PLAT_SBI_LEGACY_GETCHAR, 0, 0, 9, r);
    assert_true(r[0] == UINT64_MAX);
    assert_int_equal(r[1], 9);
}

static void the_sbi_timer_interrupts_s_mode(void **state)
{
    struct program p = {.n = 0};
    struct seen seen;
    (void)state;
    rv_set_csr(&p, CSR_SIE, SIE_STIE);
    rv_li(&p, A7, PLAT_SBI_EXT_TIME);
    rv_addi(&p, A6, X0, 0);
    rv_addi(&p, A0, X0, 500);
    rv_ecall(&p);
    rv_set_csr(&p, CSR_STVEC, PLAT_KERNEL_BASE + HANDLER);
    rv_set_csr(&p, CSR_SSTATUS, 2);
    rv_wfi(&p);
    struct board *b = start(&p, false);
    observe_traps(b, &seen);
    run(b, 5001);
    assert_int_equal(seen.cause, CPU_CAUSE_INTERRUPT | CPU_IRQ_STI);
    assert_int_equal(seen.clock, 5000);
    finish(b);
}

static void check_reset(uint64_t extension, uint64_t a0, uint64_t a1,
                        const char *text)
{
    struct program p = {.n = 0};
    struct machine_stop stop;
    rv_ecall(&p);
    rv_jump(&p, 0);
    struct board *b = start(&p, false);
    cpu_set_x(machine_cpu(b->m), A7, extension);
    cpu_set_x(machine_cpu(b->m), A0, a0);
    cpu_set_x(machine_cpu(b->m), A1, a1);
    machine_run(b->m, LIMIT, &stop);
    assert_int_equal(stop.reason, MACHINE_ENDED);
    assert_int_equal(stop.status, 0);
    assert_string_equal(stop.text, text);
    finish(b);
}

static void the_firmware_ends_the_run(void **state)
{
    (void)state;
    check_reset(PLAT_SBI_EXT_SRST, 0, 0, "");
    check_reset(PLAT_SBI_EXT_SRST, 0, 1, "the guest shut down: system failure");
    check_reset(PLAT_SBI_EXT_SRST, 1, 0, "the guest asked for a reset");
    check_reset(PLAT_SBI_LEGACY_SHUTDOWN, 0, 0, "");
}

static void the_legacy_console_prints_and_reads(void **state)
{
    struct program p = {.n = 0};
    (void)state;
    rv_addi(&p, A7, X0, PLAT_SBI_LEGACY_GETCHAR);
    rv_ecall(&p);
    emit(&p, 0xfe054ce3); /* blt a0, zero, -8 */
    rv_addi(&p, A7, X0, PLAT_SBI_LEGACY_PUTCHAR);
    rv_ecall(&p);
    rv_jump(&p, -5);
    struct board *b = start(&p, false);
    machine_input(b->m, (const uint8_t *)"typed ", 6, false);
    machine_input(b->m, (const uint8_t *)"piped", 5, true);
    assert_int_equal(run(b, 100000), MACHINE_LIMIT);
    assert_string_equal(b->out, "typed piped");
    finish(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_ends_exactly_at_its_limit),
        cmocka_unit_test(a_timer_interrupt_comes_at_its_clock),
        cmocka_unit_test(wfi_skips_to_the_deadline_at_once),
        cmocka_unit_test(a_limit_inside_the_idle_time_is_kept),
        cmocka_unit_test(pacing_hands_the_idle_time_to_the_caller),
        cmocka_unit_test(moving_the_timer_nearer_while_running_is_noticed),
        cmocka_unit_test(a_wait_that_nothing_can_end_is_told),
        cmocka_unit_test(a_listening_guest_is_waited_for),
        cmocka_unit_test(after_the_end_of_input_a_waiting_guest_reads_ctrl_d),
        cmocka_unit_test(a_guest_deaf_to_the_end_of_input_is_told),
        cmocka_unit_test(a_sleeping_guest_reads_one_ctrl_d_per_timer),
        cmocka_unit_test(a_guest_that_never_idles_is_given_input_in_time),
        cmocka_unit_test(a_polling_guest_makes_the_caller_asked),
        cmocka_unit_test(a_spinning_guest_makes_the_caller_asked),
        cmocka_unit_test(a_store_to_the_finisher_ends_at_once),
        cmocka_unit_test(a_store_to_tohost_ends_the_run),
        cmocka_unit_test(a_trap_storm_is_told),
        cmocka_unit_test(a_listener_can_stop_the_run),
        cmocka_unit_test(stepping_goes_one_instruction_at_a_time),
        cmocka_unit_test(the_firmware_answers_by_the_sbi),
        cmocka_unit_test(the_sbi_timer_interrupts_s_mode),
        cmocka_unit_test(the_firmware_ends_the_run),
        cmocka_unit_test(the_legacy_console_prints_and_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
