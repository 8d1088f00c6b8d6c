/*
 * test_disasm.c - the text of instructions: absolute targets, compressed and
 * privileged ones, and what is none.
 */
#include "cpu_fixture.h"

static void expect(uint64_t pc, uint32_t insn, unsigned length,
                   const char *text)
{
    char got[100];
    uint8_t bytes[4];
    memcpy(bytes, &insn, sizeof bytes);
    assert_int_equal(cpu_disassemble(pc, bytes, 4, got, sizeof got), length);
    assert_string_equal(got, text);
}

static void branches_and_jumps_print_where_they_lead(void **state)
{
    (void)state;
    expect(0x80200000, 0xfe0008e3, 4, "beqz zero, 0x801ffff0");
    expect(0x80200004, 0x0040006f, 4, "j 0x80200008");
    expect(0x80200024, 0x00a5e463, 4, "bltu a1, a0, 0x8020002c");
    expect(0x80200010, 0x0000a001, 2, "j 0x80200010");
    expect(0x80200020, 0x0000dd71, 2, "beqz a0, 0x801ffffc");
    expect(0xffffffc080200000, 0xffdff0ef, 4, "jal 0xffffffc0801ffffc");
}

static void privileged_instructions_have_their_names(void **state)
{
    (void)state;
    expect(0, 0x18051073, 4, "csrw satp, a0");
    expect(0, 0x10200073, 4, "sret");
    expect(0, 0x12000073, 4, "sfence.vma");
    expect(0, 0x10500073, 4, "wfi");
    expect(0, 0x00000073, 4, "ecall");
    expect(0, 0x02b50533, 4, "mul a0, a0, a1");
}

static void what_is_no_instruction_reads_as_a_word(void **state)
{
    (void)state;
    expect(0, 0xffffffff, 4, ".word 0xffffffff");
    expect(0, 0x00000000, 2, ".word 0x0000");
}

static void a_cut_off_instruction_is_no_instruction(void **state)
{
    char text[100];
    const uint8_t bytes[] = {0x73, 0x00};
    (void)state;
    assert_int_equal(cpu_disassemble(0, bytes, 2, text, sizeof text), 2);
    assert_string_equal(text, ".word 0x0073");
}

static void names_go_both_ways(void **state)
{
    (void)state;
    assert_string_equal(cpu_x_name(10), "a0");
    assert_string_equal(cpu_x_name(31), "t6");
    assert_null(cpu_x_name(32));
    for (unsigned number = 0; number < 4096; number++)
        if (cpu_csr_name(number) != NULL)
            assert_int_equal(cpu_csr_number(cpu_csr_name(number)), number);
    assert_int_equal(cpu_csr_number("satp"), 0x180);
    assert_int_equal(cpu_csr_number("nonsense"), -1);
    assert_null(cpu_csr_name(0x5c0));
    assert_string_equal(cpu_cause_name(8), "ecall from U");
    assert_string_equal(cpu_cause_name(15), "store page fault");
    assert_string_equal(cpu_cause_name(CPU_CAUSE_INTERRUPT | 5),
                        "supervisor timer interrupt");
    assert_string_equal(cpu_cause_name(10), "reserved exception");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(branches_and_jumps_print_where_they_lead),
        cmocka_unit_test(privileged_instructions_have_their_names),
        cmocka_unit_test(what_is_no_instruction_reads_as_a_word),
        cmocka_unit_test(a_cut_off_instruction_is_no_instruction),
        cmocka_unit_test(names_go_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
