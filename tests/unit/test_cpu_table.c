/*
 * test_cpu_table.c - the table of cases (tests/guest/cpu) on our hart and on
 * QEMU, line by line. Where the two may differ, the reason is listed here with
 * the line that the manual asks for.
 */
#include "cpu_fixture.h"

#include <unistd.h>

#define RAM_BYTES ((size_t)4 << 20)

/* Cases in which QEMU departs from the manual, or both are allowed. The text
 * is the start of our line. All but the newer ones are there on QEMU 7.2. */
static const struct {
    const char *line;
    const char *why;
} exceptions[] = {
    {"ebreak_u 0000000000000003 0000000040",
     "stval of ebreak may be 0 or pc (3.1.16); ours is pc"},
    {"c_ebreak_m 0000000000000003 0000000080", "as above"},
    {"deleg_break 0000000000000009 ", "as above, read by an S-mode handler"},
    {"amo_absent 000000000000000f ",
     "an AMO's page fault is a store's (4.3.1)"},
    {"amo_hole 0000000000000007 ",
     "an AMO's access fault is a store's (3.7.1)"},
    {"m_amo_hole 0000000000000007 ", "as above"},
    {"misaligned_amo_w 0000000000000006 ",
     "a misaligned AMO is a misaligned store (8.4)"},
    {"misaligned_amo_d 0000000000000006 ", "as above"},
    {"misaligned_sc 0000000000000006 ", "as above; QEMU fails it untrapped"},
    {"table_in_hole_load 0000000000000005 ",
     "a page table where no memory is: access fault (4.3.2, step 2)"},
    {"table_in_hole_store 0000000000000007 ", "as above"},
    {"table_in_hole_jump 0000000000000001 ", "as above"},
    {"mret_clears_mprv 0000000000000008 ",
     "mret to a lower mode clears MPRV (3.1.6.3)"},
    {"mepc_bit0 000000000000000b 0000000000000000 0000000000000018 "
     "0000000080001234",
     "bit 0 of mepc is always zero (3.1.14)"},
    {"sepc_bit0 000000000000000b 0000000000000000 000000000000000c "
     "fffffffffffffffe",
     "bit 0 of sepc is always zero (4.1.7)"},
    {"medeleg_all 000000000000000b 0000000000000000 000000000000000c "
     "000000000000b3ff",
     "ecall from M cannot be delegated (3.1.8); no hypervisor causes"},
    {"mideleg_all 000000000000000b 0000000000000000 000000000000000c "
     "0000000000000222",
     "QEMU's hart has the hypervisor extension"},
    {"mie_all 000000000000000b 0000000000000000 000000000000000c "
     "0000000000000aaa",
     "as above"},
    {"pmpaddr2_all 000000000000000b 0000000000000000 000000000000000c "
     "003ffffffffffc00",
     "54 bits of address (3.7.1), and a grain of 4 KiB"},
    {"mstatus_mpp_2 000000000000000b 0000000000000000 0000000000000024 "
     "0000000000000000",
     "MPP is WARL: 2 is no mode (3.1.6.1)"},
    {"hpm_zero 000000000000000b ",
     "hpmcounter31 may read as zero in M-mode (3.1.10)"},
    {"pmp_store_after_load 000000000000000b ",
     "known limit: the engine checks PMP once per page and mode "
     "(docs/developer/engine.md)"},
    {"sc_absent 0000000000000008 ",
     "an sc without a reservation may fail untrapped (8.2); QEMU 10 looks at "
     "the page first"},
};

/* The one that only QEMU 10 has. */
static const char newer[] = "sc_absent ";

/* The list is complete for Debian 12's QEMU; a later one may have mended some
 * of its departures. */
static bool is_qemu_7_2(void)
{
    char text[200] = "";
    FILE *f = popen("qemu-system-riscv64 --version", "r");
    assert_non_null(f);
    assert_non_null(fgets(text, sizeof text, f));
    pclose(f);
    return strstr(text, "version 7.2") != NULL;
}

static const char *exception_for(const char *line)
{
    for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
        if (strncmp(line, exceptions[i].line, strlen(exceptions[i].line)) == 0)
            return exceptions[i].why;
    return NULL;
}

static void run_ours(struct rig *rig)
{
    rig_load(rig, "table");
    enum cpu_stop stop = rig_run(rig, 50000000);
    assert_true(stop == CPU_STOP_REQUEST || stop == CPU_STOP_CLOCK);
    assert_true(rig->finished);
}

static char *run_qemu(void)
{
    char output[] = "/tmp/sallyport-table-XXXXXX", command[1024];
    int fd = mkstemp(output);
    assert_true(fd >= 0);
    close(fd);
    snprintf(command, sizeof command,
             "timeout 60 %s -M virt -m 128 -bios none -display none "
             "-monitor none -serial file:%s -kernel %s/table.elf",
             QEMU_RISCV64, output, CPU_GUEST_DIR);
    assert_int_equal(system(command), 0);
    FILE *file = fopen(output, "rb");
    char *text = calloc(1, 65536);
    assert_non_null(file);
    assert_non_null(text);
    assert_true(fread(text, 1, 65535, file) > 0);
    fclose(file);
    unlink(output);
    return text;
}

static unsigned count_lines(const char *text)
{
    unsigned lines = 0;
    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

/* Takes the first line off the text. */
static char *next_line(char **text)
{
    char *line = *text, *end = strchr(line, '\n');
    assert_non_null(end);
    *end = '\0';
    *text = end + 1;
    return line;
}

static unsigned compare(char *ours, char *theirs, bool *used)
{
    unsigned wrong = 0;
    while (*ours != '\0' && *theirs != '\0') {
        char *our = next_line(&ours), *their = next_line(&theirs);
        const char *why = exception_for(our);
        for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
            if (why == exceptions[i].why &&
                strncmp(our, exceptions[i].line, strlen(exceptions[i].line)) ==
                    0)
                used[i] = true;
        if (strcmp(our, their) != 0 && why == NULL) {
            print_error("ours %s\nqemu %s\n", our, their);
            wrong++;
        }
    }
    return wrong;
}

static void every_case_ends_as_on_qemu_or_as_the_manual_says(void **state)
{
    bool used[sizeof exceptions / sizeof *exceptions] = {false};
    (void)state;
    if (access(QEMU_RISCV64, X_OK) != 0)
        fail_msg("qemu-system-riscv64 is needed to compare with");
    struct rig *rig = rig_make(RAM_BYTES, false);
    char *theirs = run_qemu();
    run_ours(rig);
    assert_non_null(strstr(rig->out, "\nend\n"));
    assert_int_equal(count_lines(rig->out), count_lines(theirs));
    assert_int_equal(compare(rig->out, theirs, used), 0);
    bool complete = is_qemu_7_2();
    for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
        if (!used[i] && complete &&
            strncmp(exceptions[i].line, newer, strlen(newer)) != 0)
            fail_msg("exception no longer seen: %s", exceptions[i].line);
    free(theirs);
    rig_free(rig);
}

/* The same program, cut into runs of odd lengths, prints the same. */
static void the_table_does_not_depend_on_where_runs_are_cut(void **state)
{
    (void)state;
    struct rig *whole = rig_make(RAM_BYTES, false);
    struct rig *cut = rig_make(RAM_BYTES, false);
    run_ours(whole);
    rig_load(cut, "table");
    while (!cut->finished)
        rig_run(cut, cpu_clock(cut->cpu) + 997);
    assert_string_equal(whole->out, cut->out);
    assert_int_equal(cpu_hash(whole->cpu), cpu_hash(cut->cpu));
    assert_memory_equal(whole->ram, cut->ram, RAM_BYTES);
    rig_free(whole);
    rig_free(cut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_ends_as_on_qemu_or_as_the_manual_says),
        cmocka_unit_test(the_table_does_not_depend_on_where_runs_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
