/*
 * test_machine_devices.c - bus, CLINT, PLIC, UART and finisher by their
 * registers. The expected values were also read from QEMU 7.2's virt board.
 */
#include "machine_fixture.h"

#define UART        PLAT_UART_BASE
#define PLIC        PLAT_PLIC_BASE
#define CLINT       PLAT_CLINT_BASE

#define ENABLE_M    (PLIC + PLIC_ENABLE)
#define ENABLE_S    (PLIC + PLIC_ENABLE + PLIC_ENABLE_STRIDE)
#define THRESHOLD_M (PLIC + PLIC_CONTEXT)
#define CLAIM_M     (PLIC + PLIC_CONTEXT + PLIC_CLAIM)
#define CLAIM_S     (PLIC + PLIC_CONTEXT + PLIC_CONTEXT_STRIDE + PLIC_CLAIM)
#define UART_BIT    (1u << PLAT_IRQ_UART)

static void type(struct board *b, const char *text)
{
    machine_input(b->m, (const uint8_t *)text, strlen(text), false);
}

/* ---- Bus ---- */

static void an_address_with_nothing_behind_it_is_a_fault(void **state)
{
    struct board *b = *state;
    const uint64_t nothing[] = {0,          0x1000,     0x10000008,
                                0x10001200, 0x10002000, 0x0200c000,
                                0x30000000, 0x7fffffff, UINT64_MAX - 7};
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++)
        assert_true(faults(b, 1, nothing[i]));
}

static void a_width_the_device_does_not_take_is_a_fault(void **state)
{
    struct board *b = *state;
    assert_true(faults(b, 1, PLIC + 4));
    assert_true(faults(b, 8, PLIC + 8));
    assert_true(faults(b, 2, CLINT));
    assert_true(faults(b, 8, CLINT));
    assert_true(faults(b, 1, CLINT + CLINT_MTIME));
    assert_true(faults(b, 1, PLAT_FINISHER_BASE));
    assert_true(faults(b, 8, PLAT_FINISHER_BASE));
    assert_true(faults(b, 3, UART));
}

static void a_misaligned_access_is_a_fault(void **state)
{
    struct board *b = *state;
    assert_true(faults(b, 4, PLIC + 6));
    assert_true(faults(b, 2, UART + 1));
    assert_true(faults(b, 8, CLINT + CLINT_MTIMECMP + 4));
    assert_true(faults(b, 4, PLAT_VIRTIO_BASE + 2));
}

static void firmware_mode_keeps_the_clint_to_itself(void **state)
{
    static const uint32_t code[] = {RV_LOOP};
    struct board *b = calloc(1, sizeof *b);
    struct elf_image *e = malloc(sizeof *e);
    (void)state;
    elf_make(e, PLAT_KERNEL_BASE, code, 1);
    struct machine_desc d = board_desc(b, e);
    d.bare = false;
    board_start(b, &d);
    assert_true(faults(b, 8, CLINT + CLINT_MTIME));
    assert_int_equal(rd(b, 1, UART + UART_LSR), 0x60);
    machine_destroy(b->m);
    free(e);
    free(b);
}

static void peeking_has_no_side_effect(void **state)
{
    struct board *b = *state;
    uint64_t value = 0;
    wr(b, 1, UART + UART_IER, UART_IER_RDI);
    wr(b, 4, PLIC + 4 * PLAT_IRQ_UART, 1);
    wr(b, 4, ENABLE_M, UART_BIT);
    type(b, "x");
    uint64_t before = machine_hash(b->m);
    assert_true(machine_peek_device(b->m, UART + UART_RBR, 1, &value));
    assert_int_equal(value, 'x');
    assert_true(machine_peek_device(b->m, CLAIM_M, 4, &value));
    assert_int_equal(value, PLAT_IRQ_UART);
    assert_true(machine_peek_device(b->m, UART + UART_LSR, 1, &value));
    assert_int_equal(value, 0x61);
    assert_false(machine_peek_device(b->m, 0x30000000, 4, &value));
    assert_int_equal(machine_hash(b->m), before);
}

/* ---- CLINT ---- */

static void mtime_is_a_tenth_of_the_clock(void **state)
{
    struct board *b = *state;
    cpu_add_idle(machine_cpu(b->m), 12345);
    assert_int_equal(rd(b, 8, CLINT + CLINT_MTIME), 1234);
    assert_int_equal(rd(b, 4, CLINT + CLINT_MTIME), 1234);
    assert_int_equal(rd(b, 4, CLINT + CLINT_MTIME + 4), 0);
}

static void mtime_can_be_set_in_halves_and_whole(void **state)
{
    struct board *b = *state;
    wr(b, 8, CLINT + CLINT_MTIME, 0x123456789);
    assert_int_equal(rd(b, 8, CLINT + CLINT_MTIME), 0x123456789);
    wr(b, 4, CLINT + CLINT_MTIME + 4, 7);
    assert_int_equal(rd(b, 8, CLINT + CLINT_MTIME), 0x723456789);
    cpu_add_idle(machine_cpu(b->m), 20);
    assert_int_equal(rd(b, 8, CLINT + CLINT_MTIME), 0x72345678b);
}

static void the_timer_line_follows_mtimecmp(void **state)
{
    struct board *b = *state;
    wr(b, 8, CLINT + CLINT_MTIMECMP, 100);
    assert_false(line_is_up(b, CPU_IRQ_MTI));
    cpu_add_idle(machine_cpu(b->m), 1000);
    wr(b, 4, CLINT + CLINT_MTIMECMP + 4, 0);
    assert_true(line_is_up(b, CPU_IRQ_MTI));
    wr(b, 4, CLINT + CLINT_MTIMECMP + 4, 1);
    assert_false(line_is_up(b, CPU_IRQ_MTI));
    assert_int_equal(rd(b, 8, CLINT + CLINT_MTIMECMP), 0x100000064);
}

static void msip_is_one_bit_and_a_line(void **state)
{
    struct board *b = *state;
    wr(b, 4, CLINT + CLINT_MSIP, 0xffffffff);
    assert_int_equal(rd(b, 4, CLINT + CLINT_MSIP), 1);
    assert_true(line_is_up(b, CPU_IRQ_MSI));
    wr(b, 4, CLINT + CLINT_MSIP, 0);
    assert_false(line_is_up(b, CPU_IRQ_MSI));
}

static void harts_that_are_absent_read_zero(void **state)
{
    struct board *b = *state;
    wr(b, 4, CLINT + 4, 1);
    wr(b, 8, CLINT + CLINT_MTIMECMP_NEXT, 5);
    assert_int_equal(rd(b, 4, CLINT + 4), 0);
    assert_int_equal(rd(b, 8, CLINT + CLINT_MTIMECMP_NEXT), 0);
}

/* ---- PLIC ---- */

/* A line that is easily moved: "transmitter empty". */
static void raise_uart_line(struct board *b)
{
    wr(b, 1, UART + UART_IER, UART_IER_THRI);
}

static void lower_uart_line(struct board *b)
{
    wr(b, 1, UART + UART_IER, 0);
}

static void enable_uart(struct board *b, uint64_t enable)
{
    wr(b, 4, PLIC + 4 * PLAT_IRQ_UART, 3);
    wr(b, 4, enable, UART_BIT);
}

static void priorities_and_thresholds_have_three_bits(void **state)
{
    struct board *b = *state;
    wr(b, 4, PLIC + 4, 0xffffffff);
    wr(b, 4, PLIC + 4 * 95, 0xc);
    wr(b, 4, PLIC, 5);
    wr(b, 4, THRESHOLD_M, 0xff);
    assert_int_equal(rd(b, 4, PLIC + 4), 7);
    assert_int_equal(rd(b, 4, PLIC + 4 * 95), 4);
    assert_int_equal(rd(b, 4, PLIC), 0);
    assert_int_equal(rd(b, 4, THRESHOLD_M), 7);
}

static void there_are_96_sources_and_two_contexts(void **state)
{
    struct board *b = *state;
    wr(b, 4, PLIC + 4 * 127, 7);
    wr(b, 4, ENABLE_M + 8, 0xffffffff);
    wr(b, 4, ENABLE_M + 12, 0xffffffff);
    wr(b, 4, ENABLE_S + PLIC_ENABLE_STRIDE, 1);
    wr(b, 4, THRESHOLD_M + 2 * PLIC_CONTEXT_STRIDE, 1);
    assert_int_equal(rd(b, 4, PLIC + 4 * 127), 0);
    assert_int_equal(rd(b, 4, ENABLE_M + 8), 0xffffffff);
    assert_int_equal(rd(b, 4, ENABLE_M + 12), 0);
    assert_int_equal(rd(b, 4, ENABLE_S + PLIC_ENABLE_STRIDE), 0);
    assert_int_equal(rd(b, 4, THRESHOLD_M + 2 * PLIC_CONTEXT_STRIDE), 0);
}

static void an_enabled_source_raises_its_context_only(void **state)
{
    struct board *b = *state;
    enable_uart(b, ENABLE_S);
    raise_uart_line(b);
    assert_true(line_is_up(b, CPU_IRQ_SEI));
    assert_false(line_is_up(b, CPU_IRQ_MEI));
    assert_int_equal(rd(b, 4, CLAIM_M), 0);
    assert_int_equal(rd(b, 4, CLAIM_S), PLAT_IRQ_UART);
    assert_false(line_is_up(b, CPU_IRQ_SEI));
}

static void a_source_at_the_threshold_is_held_back(void **state)
{
    struct board *b = *state;
    enable_uart(b, ENABLE_M);
    wr(b, 4, THRESHOLD_M, 3);
    raise_uart_line(b);
    assert_false(line_is_up(b, CPU_IRQ_MEI));
    assert_int_equal(rd(b, 4, CLAIM_M), 0);
    wr(b, 4, THRESHOLD_M, 2);
    assert_true(line_is_up(b, CPU_IRQ_MEI));
    assert_int_equal(rd(b, 4, CLAIM_M), PLAT_IRQ_UART);
}

static void the_pending_bits_are_read_only(void **state)
{
    struct board *b = *state;
    wr(b, 4, PLIC + PLIC_PENDING, 0xffffffff);
    assert_int_equal(rd(b, 4, PLIC + PLIC_PENDING), 0);
    raise_uart_line(b);
    wr(b, 4, PLIC + PLIC_PENDING, 0);
    assert_int_equal(rd(b, 4, PLIC + PLIC_PENDING), UART_BIT);
}

static void a_latched_request_outlives_its_line(void **state)
{
    struct board *b = *state;
    enable_uart(b, ENABLE_M);
    raise_uart_line(b);
    lower_uart_line(b);
    assert_int_equal(rd(b, 4, PLIC + PLIC_PENDING), UART_BIT);
    assert_int_equal(rd(b, 4, CLAIM_M), PLAT_IRQ_UART);
    assert_int_equal(rd(b, 4, PLIC + PLIC_PENDING), 0);
}

static void a_source_in_service_waits_for_its_completion(void **state)
{
    struct board *b = *state;
    enable_uart(b, ENABLE_M);
    raise_uart_line(b);
    assert_int_equal(rd(b, 4, CLAIM_M), PLAT_IRQ_UART);
    assert_int_equal(rd(b, 4, CLAIM_M), 0);
    wr(b, 4, CLAIM_M, 3); /* another source: nothing */
    assert_int_equal(rd(b, 4, CLAIM_M), 0);
    wr(b, 4, CLAIM_M, PLAT_IRQ_UART); /* the line is still high */
    assert_true(line_is_up(b, CPU_IRQ_MEI));
    assert_int_equal(rd(b, 4, CLAIM_M), PLAT_IRQ_UART);
    lower_uart_line(b);
    wr(b, 4, CLAIM_M, PLAT_IRQ_UART);
    assert_false(line_is_up(b, CPU_IRQ_MEI));
}

static void the_highest_priority_is_claimed_first(void **state)
{
    struct plic *p = &((struct board *)*state)->m->s.plic;
    const unsigned sources[] = {40, 7, 63, 9};
    const uint32_t priority[] = {2, 5, 5, 1};
    struct board *b = *state;
    for (unsigned i = 0; i < 4; i++) {
        wr(b, 4, PLIC + 4 * sources[i], priority[i]);
        plic_set_level(p, sources[i], true);
        plic_set_level(p, sources[i], false);
    }
    wr(b, 4, ENABLE_M, 0xffffffff);
    wr(b, 4, ENABLE_M + 4, 0xffffffff);
    assert_int_equal(rd(b, 4, CLAIM_M), 7);
    assert_int_equal(rd(b, 4, CLAIM_M), 63);
    assert_int_equal(rd(b, 4, CLAIM_M), 40);
    assert_int_equal(rd(b, 4, CLAIM_M), 9);
    assert_int_equal(rd(b, 4, CLAIM_M), 0);
}

/* ---- UART ---- */

static void the_uart_starts_as_a_16550a_does(void **state)
{
    struct board *b = *state;
    const uint8_t want[] = {0, 0, 1, 0, 8, 0x60, 0xb0, 0};
    for (unsigned i = 0; i < UART_REGISTERS; i++)
        assert_int_equal(rd(b, 1, UART + i), want[i]);
    assert_int_equal(rd(b, 4, UART + 4), 8);
}

static void a_byte_written_is_a_byte_printed(void **state)
{
    struct board *b = *state;
    wr(b, 1, UART, 'h');
    wr(b, 4, UART, 0x6969); /* one register, its low byte */
    assert_string_equal(b->out, "hi");
}

static void the_divisor_hides_data_and_interrupt_enable(void **state)
{
    struct board *b = *state;
    wr(b, 1, UART + UART_LCR, 0x83);
    assert_int_equal(rd(b, 1, UART), 0x0c);
    wr(b, 1, UART, 3);
    wr(b, 1, UART + 1, 1);
    assert_int_equal(rd(b, 1, UART), 3);
    assert_int_equal(rd(b, 1, UART + 1), 1);
    wr(b, 1, UART + UART_LCR, 3);
    assert_int_equal(rd(b, 1, UART + 1), 0);
    assert_int_equal(b->out_bytes, 0);
}

static void the_transmit_interrupt_ends_when_iir_names_it(void **state)
{
    struct board *b = *state;
    wr(b, 1, UART + UART_IER, UART_IER_THRI);
    assert_int_equal(rd(b, 1, UART + UART_IIR), UART_IIR_THRI);
    assert_int_equal(rd(b, 1, UART + UART_IIR), UART_IIR_NONE);
    wr(b, 1, UART, 'a');
    assert_int_equal(rd(b, 1, UART + UART_IIR), UART_IIR_THRI);
    wr(b, 1, UART, 'a');
    wr(b, 1, UART + UART_IER, 0);
    assert_int_equal(rd(b, 1, UART + UART_IIR), UART_IIR_NONE);
}

static void typed_bytes_are_received_in_order_and_none_is_lost(void **state)
{
    struct board *b = *state;
    char text[300];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('!' + i % 90);
    machine_input(b->m, (const uint8_t *)text, sizeof text, false);
    assert_int_equal(rd(b, 1, UART + UART_LSR) & UART_LSR_DR, 1);
    wr(b, 1, UART + UART_FCR, UART_FCR_ENABLE); /* clears the one byte */
    wr(b, 1, UART + UART_IER, UART_IER_RDI);
    assert_int_equal(b->m->s.uart.rx_count, UART_FIFO_BYTES);
    for (size_t i = 1; i < sizeof text; i++)
        assert_int_equal(rd(b, 1, UART), (uint8_t)text[i]);
    assert_int_equal(machine_input_pending(b->m), 0);
    assert_int_equal(rd(b, 1, UART + UART_LSR), 0x60);
}

static void typed_bytes_wait_until_the_guest_listens(void **state)
{
    struct board *b = *state;
    type(b, "early");
    wr(b, 1, UART + UART_FCR, 7); /* a driver starting up */
    wr(b, 1, UART + UART_IER, UART_IER_RDI);
    assert_int_equal(rd(b, 1, UART), 'e');
}

static void the_trigger_level_tells_data_from_timeout(void **state)
{
    struct board *b = *state;
    wr(b, 1, UART + UART_FCR, 0x41); /* level 4 */
    wr(b, 1, UART + UART_IER, UART_IER_RDI);
    type(b, "abc");
    assert_int_equal(rd(b, 1, UART + UART_IIR), 0xcc);
    type(b, "d");
    assert_int_equal(rd(b, 1, UART + UART_IIR), 0xc4);
    rd(b, 1, UART);
    assert_int_equal(rd(b, 1, UART + UART_IIR), 0xcc);
}

static void received_data_goes_before_transmitter_empty(void **state)
{
    struct board *b = *state;
    wr(b, 1, UART + UART_IER, UART_IER_RDI | UART_IER_THRI);
    type(b, "a");
    assert_int_equal(rd(b, 1, UART + UART_IIR), UART_IIR_RDI);
    rd(b, 1, UART);
    assert_int_equal(rd(b, 1, UART + UART_IIR), UART_IIR_THRI);
}

static void loopback_fills_the_fifo_and_overruns(void **state)
{
    struct board *b = *state;
    wr(b, 1, UART + UART_FCR, 7);
    wr(b, 1, UART + UART_IER, UART_IER_RLSI);
    wr(b, 1, UART + UART_MCR, 0x18);
    for (unsigned i = 0; i < 20; i++)
        wr(b, 1, UART, 'A' + i);
    assert_int_equal(rd(b, 1, UART + UART_IIR), 0xc6);
    assert_int_equal(rd(b, 1, UART + UART_LSR), 0x63);
    assert_int_equal(rd(b, 1, UART + UART_LSR), 0x61);
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(rd(b, 1, UART), 'A' + i);
    assert_int_equal(rd(b, 1, UART), 0);
    assert_int_equal(b->out_bytes, 0);
}

static void loopback_without_fifo_keeps_the_newest_byte(void **state)
{
    struct board *b = *state;
    wr(b, 1, UART + UART_MCR, 0x10);
    wr(b, 1, UART, 0x55);
    wr(b, 1, UART, 0x56);
    assert_int_equal(rd(b, 1, UART + UART_LSR), 0x63);
    assert_int_equal(rd(b, 1, UART), 0x56);
    assert_int_equal(rd(b, 1, UART + UART_LSR), 0x60);
    assert_int_equal(rd(b, 1, UART), 0x56);
}

static void loopback_turns_modem_outputs_into_inputs(void **state)
{
    struct board *b = *state;
    wr(b, 1, UART + UART_MCR, 0xff);
    assert_int_equal(rd(b, 1, UART + UART_MCR), 0x1f);
    assert_int_equal(rd(b, 1, UART + UART_MSR), 0xf0);
    wr(b, 1, UART + UART_MCR, 0x10);
    assert_int_equal(rd(b, 1, UART + UART_MSR), 0);
    wr(b, 1, UART + UART_MCR, 0x08);
    assert_int_equal(rd(b, 1, UART + UART_MSR), 0xb0);
}

/* ---- Input for a guest that polls ---- */

/* Reads LSR until a byte is there; how many reads that took, 0 for never. */
static unsigned polls(struct board *b, unsigned most, uint8_t *byte)
{
    for (unsigned i = 1; i <= most; i++) {
        if (!(rd(b, 1, UART + UART_LSR) & UART_LSR_DR))
            continue;
        *byte = (uint8_t)rd(b, 1, UART);
        return i;
    }
    return 0;
}

static void a_polling_guest_is_given_piped_bytes_one_by_one(void **state)
{
    struct board *b = *state;
    uint8_t byte = 0;
    machine_input(b->m, (const uint8_t *)"ab", 2, true);
    assert_int_equal(polls(b, 100, &byte), 16);
    assert_int_equal(byte, 'a');
    assert_int_equal(polls(b, 100, &byte), 16);
    assert_int_equal(byte, 'b');
    assert_int_equal(polls(b, 100, &byte), 0);
}

static void polling_for_the_transmitter_is_not_waiting(void **state)
{
    struct board *b = *state;
    machine_input(b->m, (const uint8_t *)"a", 1, true);
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(rd(b, 1, UART + UART_LSR), 0x60);
        wr(b, 1, UART, '.');
    }
    assert_int_equal(machine_input_pending(b->m), 1);
}

static void a_polling_guest_reads_ctrl_d_at_the_end(void **state)
{
    struct board *b = *state;
    uint8_t byte = 0;
    machine_input_end(b->m);
    assert_int_equal(polls(b, 100, &byte), 16);
    assert_int_equal(byte, 4);
    assert_int_equal(polls(b, 100, &byte), 16);
    assert_int_equal(byte, 4);
}

/* ---- Finisher ---- */

static void check_end(uint64_t value, unsigned size, int status,
                      const char *text)
{
    void *state = NULL;
    struct machine_stop stop;
    board_setup(&state);
    struct board *b = state;
    wr(b, size, PLAT_FINISHER_BASE, value);
    machine_run(b->m, 100, &stop);
    assert_int_equal(stop.reason, MACHINE_ENDED);
    assert_int_equal(stop.status, status);
    assert_string_equal(stop.text, text);
    board_teardown(&state);
}

static void the_finisher_ends_the_run_with_its_status(void **state)
{
    (void)state;
    check_end(PLAT_FINISHER_PASS, 4, 0, "");
    check_end(PLAT_FINISHER_PASS, 2, 0, "");
    check_end(PLAT_FINISHER_FAIL | 7 << 16, 4, 7, "");
    check_end(PLAT_FINISHER_RESET, 4, 0, "the guest asked for a reset");
}

static void other_words_to_the_finisher_do_nothing(void **state)
{
    struct board *b = *state;
    wr(b, 4, PLAT_FINISHER_BASE, 0x1234);
    wr(b, 4, PLAT_FINISHER_BASE + 8, PLAT_FINISHER_PASS);
    assert_int_equal(rd(b, 4, PLAT_FINISHER_BASE), 0);
    assert_false(b->m->s.ended);
}

#define ON_BOARD(test)                                                         \
    cmocka_unit_test_setup_teardown(test, board_setup, board_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOARD(an_address_with_nothing_behind_it_is_a_fault),
        ON_BOARD(a_width_the_device_does_not_take_is_a_fault),
        ON_BOARD(a_misaligned_access_is_a_fault),
        cmocka_unit_test(firmware_mode_keeps_the_clint_to_itself),
        ON_BOARD(peeking_has_no_side_effect),
        ON_BOARD(mtime_is_a_tenth_of_the_clock),
        ON_BOARD(mtime_can_be_set_in_halves_and_whole),
        ON_BOARD(the_timer_line_follows_mtimecmp),
        ON_BOARD(msip_is_one_bit_and_a_line),
        ON_BOARD(harts_that_are_absent_read_zero),
        ON_BOARD(priorities_and_thresholds_have_three_bits),
        ON_BOARD(there_are_96_sources_and_two_contexts),
        ON_BOARD(an_enabled_source_raises_its_context_only),
        ON_BOARD(a_source_at_the_threshold_is_held_back),
        ON_BOARD(the_pending_bits_are_read_only),
        ON_BOARD(a_latched_request_outlives_its_line),
        ON_BOARD(a_source_in_service_waits_for_its_completion),
        ON_BOARD(the_highest_priority_is_claimed_first),
        ON_BOARD(the_uart_starts_as_a_16550a_does),
        ON_BOARD(a_byte_written_is_a_byte_printed),
        ON_BOARD(the_divisor_hides_data_and_interrupt_enable),
        ON_BOARD(the_transmit_interrupt_ends_when_iir_names_it),
        ON_BOARD(typed_bytes_are_received_in_order_and_none_is_lost),
        ON_BOARD(typed_bytes_wait_until_the_guest_listens),
        ON_BOARD(the_trigger_level_tells_data_from_timeout),
        ON_BOARD(received_data_goes_before_transmitter_empty),
        ON_BOARD(loopback_fills_the_fifo_and_overruns),
        ON_BOARD(loopback_without_fifo_keeps_the_newest_byte),
        ON_BOARD(loopback_turns_modem_outputs_into_inputs),
        ON_BOARD(a_polling_guest_is_given_piped_bytes_one_by_one),
        ON_BOARD(polling_for_the_transmitter_is_not_waiting),
        ON_BOARD(a_polling_guest_reads_ctrl_d_at_the_end),
        cmocka_unit_test(the_finisher_ends_the_run_with_its_status),
        ON_BOARD(other_words_to_the_finisher_do_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
