/*
 * test_cpu.c - the contract of emu/cpu/cpu.h, one promise a test: the clock,
 * steps, watches, special instructions, stops, firmware mode, interrupts at
 * exact instructions, saved states, code that changes. What the manual says of
 * single instructions is in test_cpu_table.c.
 */
#include "cpu_fixture.h"

#define RAM_BYTES ((size_t)1 << 20)
#define BASE      PLAT_RAM_BASE

#define NOP       0x00000013
#define ECALL     0x00000073
#define WFI       0x10500073
#define SRET      0x10200073
#define LOOP      0x0000006f /* j . */
#define A0_INC    0x00150513 /* addi a0, a0, 1 */

static struct rig *with_code(const uint32_t *code, size_t words)
{
    struct rig *rig = rig_make(RAM_BYTES, false);
    rig_code(rig, BASE, code, words);
    return rig;
}

#define WITH(...)                                                              \
    with_code((const uint32_t[]){__VA_ARGS__},                                 \
              sizeof((const uint32_t[]){__VA_ARGS__}) / 4)

/* ---- The clock ---- */

static void reset_is_pc_zero_and_registers_zero(void **state)
{
    (void)state;
    struct rig *rig = rig_make(RAM_BYTES, false);
    for (unsigned n = 0; n < 32; n++)
        assert_int_equal(cpu_x(rig->cpu, n), 0);
    assert_int_equal(cpu_privilege(rig->cpu), CPU_M);
    assert_int_equal(cpu_clock(rig->cpu), 0);
    rig_free(rig);
}

static void a_run_ends_at_exactly_its_clock(void **state)
{
    (void)state;
    struct rig *rig = WITH(A0_INC, A0_INC, A0_INC, A0_INC, 0xff1ff06f);
    for (uint64_t clock = 1; clock < 40; clock++) {
        assert_int_equal(cpu_run(rig->cpu, clock), CPU_STOP_CLOCK);
        assert_int_equal(cpu_clock(rig->cpu), clock);
        assert_int_equal(cpu_x(rig->cpu, 10), clock - clock / 5);
    }
    assert_int_equal(cpu_run(rig->cpu, 100000), CPU_STOP_CLOCK);
    assert_int_equal(cpu_x(rig->cpu, 10), 80000);
    rig_free(rig);
}

static void idle_time_is_clock_but_not_executed(void **state)
{
    (void)state;
    struct rig *rig = WITH(LOOP);
    cpu_run(rig->cpu, 10);
    cpu_add_idle(rig->cpu, 90);
    assert_int_equal(cpu_clock(rig->cpu), 100);
    assert_int_equal(cpu_executed(rig->cpu), 10);
    assert_int_equal(cpu_run(rig->cpu, 103), CPU_STOP_CLOCK);
    assert_int_equal(cpu_executed(rig->cpu), 13);
    rig_free(rig);
}

static void a_step_is_one_instruction_or_one_trap(void **state)
{
    (void)state;
    struct rig *rig = WITH(A0_INC, 0xffffffff, A0_INC);
    cpu_set_csr(rig->cpu, 0x305, BASE + 0x100);
    cpu_step(rig->cpu);
    assert_int_equal(cpu_pc(rig->cpu), BASE + 4);
    assert_int_equal(cpu_clock(rig->cpu), 1);
    cpu_step(rig->cpu);
    assert_int_equal(cpu_pc(rig->cpu), BASE + 0x100);
    assert_int_equal(cpu_clock(rig->cpu), 1);
    assert_int_equal(cpu_traps(rig->cpu), 1);
    assert_int_equal(rig->last_trap.cause, 2);
    assert_int_equal(rig->last_trap.tval, 0xffffffff);
    rig_free(rig);
}

static void compressed_instructions_count_one_each(void **state)
{
    (void)state;
    struct rig *rig = WITH(0x05050505 /* c.addi a0, 1; twice */, A0_INC,
                           0x0505a001 /* c.j .; c.addi */);
    assert_int_equal(cpu_run(rig->cpu, 2), CPU_STOP_CLOCK);
    assert_int_equal(cpu_x(rig->cpu, 10), 2);
    assert_int_equal(cpu_pc(rig->cpu), BASE + 4);
    assert_int_equal(cpu_run(rig->cpu, 50), CPU_STOP_CLOCK);
    assert_int_equal(cpu_x(rig->cpu, 10), 3);
    rig_free(rig);
}

/* ---- Watching ---- */

struct watcher {
    struct rig *rig;
    unsigned calls;
    uint64_t clock, a0;
    bool stop;
};

static void on_watch(void *ctx, uint64_t pc)
{
    struct watcher *w = ctx;
    assert_int_equal(cpu_pc(w->rig->cpu), pc);
    w->calls++;
    w->clock = cpu_clock(w->rig->cpu);
    w->a0 = cpu_x(w->rig->cpu, 10);
    if (w->stop)
        cpu_request_stop(w->rig->cpu);
}

static void a_watch_sees_the_state_before_its_instruction(void **state)
{
    (void)state;
    struct rig *rig = WITH(A0_INC, A0_INC, A0_INC, LOOP);
    struct watcher w = {.rig = rig};
    assert_true(cpu_watch(rig->cpu, BASE + 8, on_watch, &w) >= 0);
    cpu_run(rig->cpu, 10);
    assert_int_equal(w.calls, 1);
    assert_int_equal(w.clock, 2);
    assert_int_equal(w.a0, 2);
    rig_free(rig);
}

static void a_stop_in_a_watch_leaves_the_instruction_to_run(void **state)
{
    (void)state;
    struct rig *rig = WITH(A0_INC, A0_INC, A0_INC, LOOP);
    struct watcher w = {.rig = rig, .stop = true};
    int id = cpu_watch(rig->cpu, BASE + 4, on_watch, &w);
    assert_int_equal(cpu_run(rig->cpu, 10), CPU_STOP_REQUEST);
    assert_int_equal(cpu_pc(rig->cpu), BASE + 4);
    assert_int_equal(cpu_x(rig->cpu, 10), 1);
    assert_int_equal(cpu_run(rig->cpu, 10), CPU_STOP_CLOCK);
    assert_int_equal(w.calls, 1);
    assert_int_equal(cpu_x(rig->cpu, 10), 3);
    cpu_unwatch(rig->cpu, id);
    cpu_set_pc(rig->cpu, BASE);
    assert_int_equal(cpu_run(rig->cpu, 20), CPU_STOP_CLOCK);
    assert_int_equal(w.calls, 1);
    rig_free(rig);
}

static void two_watches_at_one_address_are_both_told(void **state)
{
    (void)state;
    struct rig *rig = WITH(A0_INC, A0_INC, LOOP);
    struct watcher a = {.rig = rig}, b = {.rig = rig};
    int first = cpu_watch(rig->cpu, BASE + 4, on_watch, &a);
    cpu_watch(rig->cpu, BASE + 4, on_watch, &b);
    cpu_run(rig->cpu, 5);
    cpu_unwatch(rig->cpu, first);
    cpu_set_pc(rig->cpu, BASE);
    cpu_run(rig->cpu, 10);
    assert_int_equal(a.calls, 1);
    assert_int_equal(b.calls, 2);
    rig_free(rig);
}

static void special_instructions_are_announced_with_their_operands(void **state)
{
    (void)state;
    struct rig *rig =
        WITH(0x18029073 /* csrw satp, t0 */, 0x12730073 /* sfence.vma t1, t2 */,
             0x12000073 /* sfence.vma */, 0x0000100f /* fence.i */, SRET, NOP);
    const struct cpu_special_event *seen = rig->specials;
    cpu_watch_special(rig->cpu, 31);
    cpu_set_x(rig->cpu, 5, 0x80123);
    cpu_set_x(rig->cpu, 6, 0x6000);
    cpu_set_x(rig->cpu, 7, 9);
    cpu_set_csr(rig->cpu, 0x141, BASE + 20);
    cpu_set_csr(rig->cpu, 0x300, 0x100);
    cpu_run(rig->cpu, 5);
    assert_int_equal(rig->specials_heard, 5);
    assert_int_equal(seen[0].what, CPU_SPECIAL_SATP);
    assert_int_equal(seen[0].value, 0x80123);
    assert_int_equal(seen[1].what, CPU_SPECIAL_FENCE);
    assert_int_equal(seen[1].rs1, 0x6000);
    assert_int_equal(seen[1].rs2, 9);
    assert_false(seen[1].rs1_is_x0);
    assert_true(seen[2].rs1_is_x0 && seen[2].rs2_is_x0);
    assert_int_equal(seen[3].what, CPU_SPECIAL_FENCEI);
    assert_int_equal(seen[4].what, CPU_SPECIAL_SRET);
    assert_int_equal(seen[4].to, CPU_S);
    assert_int_equal(seen[4].target, BASE + 20);
    assert_int_equal(seen[4].pc, BASE + 16);
    assert_int_equal(cpu_privilege(rig->cpu), CPU_S);
    assert_int_equal(cpu_pc(rig->cpu), BASE + 20);
    rig_free(rig);
}

static void specials_nobody_asked_for_are_not_announced(void **state)
{
    (void)state;
    struct rig *rig = WITH(0x18001073, 0x12000073, LOOP);
    cpu_watch_special(rig->cpu, CPU_SPECIAL_FENCE);
    cpu_run(rig->cpu, 5);
    assert_int_equal(rig->specials_heard, 1);
    assert_int_equal(rig->specials[0].what, CPU_SPECIAL_FENCE);
    rig_free(rig);
}

/* ---- Stops ---- */

static void wfi_stops_behind_itself_when_nothing_is_pending(void **state)
{
    (void)state;
    struct rig *rig = WITH(WFI, A0_INC, LOOP);
    assert_int_equal(cpu_run(rig->cpu, 10), CPU_STOP_WFI);
    assert_int_equal(cpu_pc(rig->cpu), BASE + 4);
    assert_int_equal(cpu_clock(rig->cpu), 1);
    cpu_set_pc(rig->cpu, BASE);
    cpu_set_csr(rig->cpu, 0x304, 0x80);
    cpu_set_irq(rig->cpu, CPU_IRQ_MTI, true);
    assert_int_equal(cpu_run(rig->cpu, 10), CPU_STOP_CLOCK);
    assert_int_equal(cpu_x(rig->cpu, 10), 1);
    rig_free(rig);
}

static void a_fault_at_the_trap_vector_is_a_storm_not_a_hang(void **state)
{
    (void)state;
    struct rig *rig = WITH(A0_INC, 0xffffffff);
    cpu_set_csr(rig->cpu, 0x305, 0x40000000);
    assert_int_equal(cpu_run(rig->cpu, 1000), CPU_STOP_STORM);
    assert_int_equal(cpu_clock(rig->cpu), 1);
    cpu_set_csr(rig->cpu, 0x305, BASE + 4);
    assert_int_equal(cpu_run(rig->cpu, 1000), CPU_STOP_STORM);
    rig_free(rig);
}

static void a_request_between_runs_stops_the_next_at_once(void **state)
{
    (void)state;
    struct rig *rig = WITH(LOOP);
    cpu_request_stop(rig->cpu);
    assert_int_equal(cpu_run(rig->cpu, 10), CPU_STOP_REQUEST);
    assert_int_equal(cpu_clock(rig->cpu), 0);
    assert_int_equal(cpu_run(rig->cpu, 10), CPU_STOP_CLOCK);
    rig_free(rig);
}

/* ---- Interrupts ---- */

/* mie and mstatus.MIE set; the line goes up between two instructions. */
static void an_interrupt_is_taken_at_the_exact_instruction(void **state)
{
    (void)state;
    for (unsigned at = 1; at < 12; at++) {
        struct rig *rig = WITH(A0_INC, A0_INC, A0_INC, A0_INC, A0_INC, A0_INC,
                               A0_INC, A0_INC, A0_INC, A0_INC, A0_INC, A0_INC);
        cpu_set_csr(rig->cpu, 0x305, BASE + 0x101);
        cpu_set_csr(rig->cpu, 0x304, 0x80);
        cpu_set_csr(rig->cpu, 0x300, 8);
        cpu_run(rig->cpu, at);
        cpu_set_irq(rig->cpu, CPU_IRQ_MTI, true);
        cpu_step(rig->cpu);
        assert_int_equal(rig->last_trap.cause, CPU_CAUSE_INTERRUPT | 7);
        assert_int_equal(rig->last_trap.pc, BASE + 4 * at);
        assert_int_equal(cpu_pc(rig->cpu), BASE + 0x100 + 4 * 7);
        assert_int_equal(cpu_x(rig->cpu, 10), at);
        assert_int_equal(cpu_clock(rig->cpu), at);
        rig_free(rig);
    }
}

static void
enabling_lets_a_pending_interrupt_in_behind_the_csr_write(void **state)
{
    (void)state;
    struct rig *rig =
        WITH(A0_INC, 0x30046073 /* csrsi mstatus, 8 */, A0_INC, A0_INC, LOOP);
    cpu_set_csr(rig->cpu, 0x305, BASE + 0x100);
    cpu_set_csr(rig->cpu, 0x304, 0x800);
    cpu_set_irq(rig->cpu, CPU_IRQ_MEI, true);
    rig_code(rig, BASE + 0x100, (const uint32_t[]){LOOP}, 1);
    cpu_run(rig->cpu, 5);
    assert_int_equal(rig->traps_heard, 1);
    assert_int_equal(rig->last_trap.cause, CPU_CAUSE_INTERRUPT | 11);
    assert_int_equal(rig->last_trap.pc, BASE + 8);
    assert_int_equal(cpu_x(rig->cpu, 10), 1);
    rig_free(rig);
}

static void a_software_interrupt_that_s_raises_is_heard(void **state)
{
    (void)state;
    struct rig *rig = WITH(0x14416073 /* csrsi sip, 2 */, A0_INC, LOOP);
    cpu_set_csr(rig->cpu, 0x303, 0x222);
    cpu_set_csr(rig->cpu, 0x304, 2);
    cpu_set_csr(rig->cpu, 0x105, BASE + 0x100);
    cpu_set_csr(rig->cpu, 0x3b0, UINT64_MAX);
    cpu_set_csr(rig->cpu, 0x3a0, 0x1f);
    cpu_set_csr(rig->cpu, 0x300, 2);
    cpu_set_privilege(rig->cpu, CPU_S);
    rig_code(rig, BASE + 0x100, (const uint32_t[]){LOOP}, 1);
    cpu_run(rig->cpu, 4);
    assert_int_equal(rig->traps_heard, 1);
    assert_int_equal(rig->last_trap.cause, CPU_CAUSE_INTERRUPT | 1);
    assert_int_equal(rig->last_trap.pc, BASE + 4);
    assert_int_equal(rig->last_trap.to, CPU_S);
    rig_free(rig);
}

/* ---- Firmware mode ---- */

static struct rig *firmware_rig(const uint32_t *code, size_t words)
{
    struct rig *rig = rig_make((size_t)4 << 20, true);
    rig_code(rig, PLAT_KERNEL_BASE, code, words);
    cpu_set_csr(rig->cpu, 0x105, PLAT_KERNEL_BASE + 0x100);
    rig_code(rig, PLAT_KERNEL_BASE + 0x100, (const uint32_t[]){LOOP}, 1);
    return rig;
}

static void firmware_answers_ecalls_from_s(void **state)
{
    (void)state;
    const uint32_t code[] = {ECALL, 0x00158593 /* addi a1, a1, 1 */, LOOP};
    struct rig *rig = firmware_rig(code, 3);
    assert_int_equal(cpu_privilege(rig->cpu), CPU_S);
    cpu_set_x(rig->cpu, 17, 0x10);
    cpu_set_x(rig->cpu, 10, 77);
    cpu_run(rig->cpu, 5);
    assert_int_equal(rig->firmware_calls, 1);
    assert_int_equal(rig->traps_heard, 0);
    assert_int_equal(cpu_x(rig->cpu, 10), 0);
    assert_int_equal(cpu_x(rig->cpu, 11), 1);
    cpu_set_pc(rig->cpu, PLAT_KERNEL_BASE);
    cpu_set_x(rig->cpu, 17, 0x99);
    cpu_step(rig->cpu);
    assert_int_equal(rig->last_trap.cause, 9);
    assert_int_equal(rig->last_trap.to, CPU_S);
    rig_free(rig);
}

static void under_firmware_everything_arrives_in_s(void **state)
{
    static const struct {
        uint32_t insn;
        uint64_t cause;
    } cases[] = {
        {0xffffffff, 2}, {0x00100073, 3},
        {0x0002b303, 5}, /* ld t1, 0(t0): the firmware's memory */
        {0x0062b023, 7}, /* sd t1, 0(t0) */
        {0x1003232f, 4}, /* lr.w t1, (t1): misaligned */
        {0x0063232f, 6}, /* amoadd.w t1, t1, (t1) */
        {0x00028067, 1}, /* jr t0 */
        {0x30002573, 2}, {0x30200073, 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rig *rig = firmware_rig(&cases[i].insn, 1);
        cpu_set_x(rig->cpu, 5, PLAT_RAM_BASE + 0x1000);
        cpu_set_x(rig->cpu, 6, PLAT_KERNEL_BASE + 0x801);
        cpu_run(rig->cpu, 5);
        assert_int_equal(rig->last_trap.cause, cases[i].cause);
        assert_int_equal(rig->last_trap.to, CPU_S);
        assert_int_equal(rig->traps_heard, 1);
        rig_free(rig);
    }
}

static void under_firmware_s_reads_all_counters(void **state)
{
    (void)state;
    const uint32_t code[] = {0xc0002573, 0xc02025f3, 0xc0102673, LOOP};
    struct rig *rig = firmware_rig(code, 4);
    cpu_add_idle(rig->cpu, 1000);
    cpu_run(rig->cpu, 1004);
    assert_int_equal(rig->traps_heard, 0);
    assert_int_equal(cpu_x(rig->cpu, 10), 1000);
    assert_int_equal(cpu_x(rig->cpu, 11), 1);
    assert_int_equal(cpu_x(rig->cpu, 12), 100);
    rig_free(rig);
}

/* ---- Devices ---- */

static void a_device_sees_an_exact_clock_and_pc(void **state)
{
    (void)state;
    struct rig *rig = WITH(NOP, NOP, 0x0002b503 /* ld a0, 0(t0) */, NOP,
                           0x0002b583 /* ld a1, 0(t0) */, LOOP);
    cpu_set_x(rig->cpu, 5, RIG_MTIME);
    cpu_add_idle(rig->cpu, 98);
    cpu_run(rig->cpu, 200);
    assert_int_equal(cpu_x(rig->cpu, 10), 10); /* clock 100 */
    assert_int_equal(cpu_x(rig->cpu, 11), 10); /* clock 102 */
    rig_free(rig);
}

static void a_refused_device_access_is_a_precise_access_fault(void **state)
{
    (void)state;
    struct rig *rig = WITH(A0_INC, 0x0002b503, A0_INC, LOOP);
    cpu_set_x(rig->cpu, 5, 0x50000);
    cpu_set_csr(rig->cpu, 0x305, BASE + 0x100);
    rig_code(rig, BASE + 0x100, (const uint32_t[]){LOOP}, 1);
    cpu_run(rig->cpu, 3);
    assert_int_equal(rig->last_trap.cause, 5);
    assert_int_equal(rig->last_trap.tval, 0x50000);
    assert_int_equal(rig->last_trap.pc, BASE + 4);
    assert_int_equal(cpu_x(rig->cpu, 10), 1);
    rig_free(rig);
}

static void every_width_of_access_reaches_a_device(void **state)
{
    static const uint32_t loads[] = {0x00028503, 0x00029503, 0x0002a503,
                                     0x0002b503, 0x0002c503, 0x0002e503};
    (void)state;
    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++) {
        struct rig *rig = WITH(loads[i], LOOP);
        cpu_set_x(rig->cpu, 5, PLAT_UART_BASE + 5);
        if (loads[i] != 0x00028503 && loads[i] != 0x0002c503)
            cpu_set_x(rig->cpu, 5, RIG_MTIMECMP);
        rig->mtimecmp = UINT64_C(0x8899aabbccddeeff);
        cpu_run(rig->cpu, 2);
        assert_int_equal(rig->traps_heard, 0);
        uint64_t expected[] = {0x60,
                               (uint64_t)(int64_t)(int16_t)0xeeff,
                               (uint64_t)(int64_t)(int32_t)0xccddeeff,
                               UINT64_C(0x8899aabbccddeeff),
                               0x60,
                               0xccddeeff};
        assert_int_equal(cpu_x(rig->cpu, 10), expected[i]);
        rig_free(rig);
    }
}

/* ---- State and code ---- */

static void a_saved_state_comes_back_whole(void **state)
{
    (void)state;
    struct rig *rig = WITH(A0_INC, A0_INC, LOOP);
    void *saved = malloc(cpu_state_bytes(rig->cpu));
    assert_non_null(saved);
    cpu_set_csr(rig->cpu, 0x340, 0x1234);
    cpu_set_irq(rig->cpu, CPU_IRQ_SEI, true);
    cpu_run(rig->cpu, 1);
    uint64_t hash = cpu_hash(rig->cpu), value;
    cpu_save(rig->cpu, saved);
    cpu_set_csr(rig->cpu, 0x340, 0);
    cpu_set_irq(rig->cpu, CPU_IRQ_SEI, false);
    cpu_run(rig->cpu, 100);
    assert_int_not_equal(cpu_hash(rig->cpu), hash);
    cpu_restore(rig->cpu, saved);
    assert_int_equal(cpu_hash(rig->cpu), hash);
    assert_int_equal(cpu_clock(rig->cpu), 1);
    assert_int_equal(cpu_pc(rig->cpu), BASE + 4);
    assert_true(cpu_csr(rig->cpu, 0x344, &value));
    assert_int_equal(value, 1 << CPU_IRQ_SEI);
    free(saved);
    rig_free(rig);
}

static void looking_changes_nothing(void **state)
{
    (void)state;
    struct rig *rig = WITH(A0_INC, 0xffdff06f);
    cpu_run(rig->cpu, 777);
    uint64_t hash = cpu_hash(rig->cpu), value;
    for (unsigned number = 0; number < 4096; number++)
        (void)cpu_csr(rig->cpu, number, &value);
    for (unsigned n = 0; n < 32; n++)
        (void)cpu_x(rig->cpu, n);
    assert_int_equal(cpu_hash(rig->cpu), hash);
    rig_free(rig);
}

static void code_written_by_the_host_runs_after_invalidate(void **state)
{
    (void)state;
    struct rig *rig = WITH(A0_INC, 0xffdff06f);
    cpu_run(rig->cpu, 100);
    assert_int_equal(cpu_x(rig->cpu, 10), 50);
    rig_code(rig, BASE, (const uint32_t[]){NOP}, 1);
    cpu_run(rig->cpu, 200);
    assert_int_equal(cpu_x(rig->cpu, 10), 50);
    rig_free(rig);
}

static void unusable_ram_is_refused_in_one_line(void **state)
{
    char why[200] = "";
    struct cpu *cpu = NULL;
    static uint8_t small[64];
    struct cpu_desc desc = {.ram = small, .ram_bytes = sizeof small};
    (void)state;
    assert_int_equal(cpu_create(&desc, &cpu, why, sizeof why), -1);
    assert_non_null(strstr(why, "RAM"));
    assert_null(strchr(why, '\n'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reset_is_pc_zero_and_registers_zero),
        cmocka_unit_test(a_run_ends_at_exactly_its_clock),
        cmocka_unit_test(idle_time_is_clock_but_not_executed),
        cmocka_unit_test(a_step_is_one_instruction_or_one_trap),
        cmocka_unit_test(compressed_instructions_count_one_each),
        cmocka_unit_test(a_watch_sees_the_state_before_its_instruction),
        cmocka_unit_test(a_stop_in_a_watch_leaves_the_instruction_to_run),
        cmocka_unit_test(two_watches_at_one_address_are_both_told),
        cmocka_unit_test(
            special_instructions_are_announced_with_their_operands),
        cmocka_unit_test(specials_nobody_asked_for_are_not_announced),
        cmocka_unit_test(wfi_stops_behind_itself_when_nothing_is_pending),
        cmocka_unit_test(a_fault_at_the_trap_vector_is_a_storm_not_a_hang),
        cmocka_unit_test(a_request_between_runs_stops_the_next_at_once),
        cmocka_unit_test(an_interrupt_is_taken_at_the_exact_instruction),
        cmocka_unit_test(
            enabling_lets_a_pending_interrupt_in_behind_the_csr_write),
        cmocka_unit_test(a_software_interrupt_that_s_raises_is_heard),
        cmocka_unit_test(firmware_answers_ecalls_from_s),
        cmocka_unit_test(under_firmware_everything_arrives_in_s),
        cmocka_unit_test(under_firmware_s_reads_all_counters),
        cmocka_unit_test(a_device_sees_an_exact_clock_and_pc),
        cmocka_unit_test(a_refused_device_access_is_a_precise_access_fault),
        cmocka_unit_test(every_width_of_access_reaches_a_device),
        cmocka_unit_test(a_saved_state_comes_back_whole),
        cmocka_unit_test(looking_changes_nothing),
        cmocka_unit_test(code_written_by_the_host_runs_after_invalidate),
        cmocka_unit_test(unusable_ram_is_refused_in_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
