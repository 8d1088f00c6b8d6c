/*
 * test_probes.c - SDT probe notes: those that GCC writes, and hand-made ones
 * that lie about their sizes or their strings.
 */
#include "elf_fixture.h"

#include "../../emu/inspect/symbols.h"

/* The macro is the kernel's own: what is tested is what is read later. */
static const char code[] =
    "#define PROBE_PROVIDER \"sallyport\"\n"
    "#include \"" SALLYPORT_SOURCE_DIR "/guestkernel/abi/sallyport/probe.h\"\n"
    "long value;\n"
    "struct pair { long a; int b; };\n"
    "void __attribute__((noinline)) probed(long x, struct pair *p)\n"
    "{\n"
    "    PROBE(first, x, p->a);\n"
    "    PROBE(numbers, 12345678901, -4, value);\n"
    "}\n"
    "static inline __attribute__((always_inline)) void twice(long n)\n"
    "{\n"
    "    PROBE(inlined, n);\n"
    "}\n"
    "void _start(void)\n"
    "{\n"
    "    struct pair p = { 1, 2 };\n"
    "    probed(5, &p);\n"
    "    twice(1);\n"
    "    twice(value);\n"
    "    for (;;);\n"
    "}\n";

static struct symbols *open_elf(struct elf_file e)
{
    struct symbols *s;
    char why[200];
    if (symbols_open(e.bytes, e.n, "probes.elf", &s, why, sizeof why) != 0)
        fail_msg("%s", why);
    free(e.bytes);
    return s;
}

static const struct probe *find(const struct symbols *s, const char *name,
                                unsigned *times)
{
    size_t n;
    const struct probe *p = symbols_probes(s, &n), *found = NULL;
    *times = 0;
    for (size_t i = 0; i < n; i++)
        if (strcmp(p[i].name, name) == 0) {
            found = &p[i];
            ++*times;
        }
    if (found == NULL)
        fail_msg("no probe %s", name);
    return found;
}

static void probes_of_the_kernels_macro_are_read(void **state)
{
    (void)state;
    struct symbols *s = open_elf(compile_elf(code, NULL, "-Ttext=0x10000"));
    unsigned times;
    const struct probe *p = find(s, "first", &times);
    const char *name;
    uint64_t start, bytes;
    assert_int_equal(times, 1);
    assert_string_equal(p->provider, "sallyport");
    assert_int_equal(p->nargs, 2);
    assert_int_equal(p->arg[0].where, PROBE_REGISTER);
    assert_int_equal(p->arg[0].reg, 10); /* x is still in a0 */
    assert_int_equal(p->arg[0].size, 8);
    assert_true(symbols_function(s, p->pc, &name, &start, &bytes));
    assert_string_equal(name, "probed");
    const uint8_t *nop = symbols_bytes(s, p->pc, 4);
    assert_memory_equal(nop, "\x13\0\0\0", 4);
    symbols_close(s);
}

static void constants_keep_their_value_and_sign(void **state)
{
    (void)state;
    struct symbols *s = open_elf(compile_elf(code, NULL, "-Ttext=0x10000"));
    unsigned times;
    const struct probe *p = find(s, "numbers", &times);
    assert_int_equal(p->nargs, 3);
    assert_int_equal(p->arg[0].where, PROBE_CONSTANT);
    assert_int_equal(p->arg[0].offset, 12345678901);
    assert_int_equal(p->arg[1].where, PROBE_CONSTANT);
    assert_int_equal(p->arg[1].offset, -4);
    assert_int_not_equal(p->arg[2].where, PROBE_CONSTANT);
    symbols_close(s);
}

static void each_inlining_is_a_probe_of_its_own(void **state)
{
    (void)state;
    struct symbols *s = open_elf(compile_elf(code, NULL, "-Ttext=0x10000"));
    unsigned times;
    find(s, "inlined", &times);
    assert_int_equal(times, 2);
    size_t n;
    const struct probe *p = symbols_probes(s, &n);
    for (size_t i = 1; i < n; i++)
        assert_true(p[i - 1].pc < p[i].pc);
    assert_string_equal(symbols_probes_why(s), "");
    symbols_close(s);
}

/* An image with one note whose strings are given as assembler text. */
static struct symbols *with_note(const char *strings, const char *descsz)
{
    char text[800];
    snprintf(text, sizeof text,
             ".text\n.globl _start\n_start: nop\n"
             ".section .note.stapsdt, \"\", %%note\n.balign 4\n"
             ".4byte 8, %s, 3\n.asciz \"stapsdt\"\n.balign 4\n"
             "1: .8byte _start, 0, 0\n%s\n2:\n.balign 4\n"
             "3: .4byte 8, 5f-4f, 3\n.asciz \"stapsdt\"\n"
             "4: .8byte _start+2, 0, 0\n"
             ".asciz \"sallyport\", \"good\", \"8@a0\"\n5: .balign 4\n",
             descsz, strings);
    return open_elf(compile_elf("", text, "-Ttext=0x10000"));
}

static void expect_left_out(const char *strings)
{
    struct symbols *s = with_note(strings, "2f-1f");
    size_t n;
    const struct probe *p = symbols_probes(s, &n);
    if (n != 1 || strcmp(p[0].name, "good") != 0)
        fail_msg("%s: %zu probes", strings, n);
    assert_non_null(strstr(symbols_probes_why(s), "malformed"));
    symbols_close(s);
}

static void malformed_arguments_leave_the_probe_out(void **state)
{
    (void)state;
    static const char *const bad[] = {"8@",
                                      "8",
                                      "@a0",
                                      "3@a0",
                                      "8@q7",
                                      "8@a",
                                      "8@8(a0",
                                      "8@8(zz)",
                                      "8@-",
                                      "8@a0x",
                                      "8@1 2",
                                      "-9@a0",
                                      "8@99999999999999999999999999",
                                      "8@%lo(x)(a0)",
                                      "8@a0 8@a1 8@a2 8@a3 8@a4 8@a5 8@a6"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char strings[160];
        snprintf(strings, sizeof strings,
                 ".asciz \"sallyport\", \"bad\", \"%s\"", bad[i]);
        expect_left_out(strings);
    }
    expect_left_out(".asciz \"sallyport\", \"\", \"8@a0\"");
}

static void unterminated_strings_leave_the_probe_out(void **state)
{
    (void)state;
    expect_left_out(".ascii \"sallyport\"");
    expect_left_out(".asciz \"sallyport\"\n.ascii \"bad\"");
    expect_left_out(".asciz \"sallyport\", \"bad\"\n.ascii \"8@a0\"");
}

static void a_note_longer_than_its_section_is_not_followed(void **state)
{
    (void)state;
    static const char *const sizes[] = {"0x7fffffff", "0xffffffff",
                                        "0xfffffffc", "4000"};
    for (size_t i = 0; i < 4; i++) {
        struct symbols *s =
            with_note(".asciz \"sallyport\", \"bad\", \"8@a0\"", sizes[i]);
        size_t n;
        symbols_probes(s, &n);
        assert_int_equal(n, 0);
        assert_non_null(strstr(symbols_probes_why(s), "note"));
        symbols_close(s);
    }
}

static void every_argument_form_is_understood(void **state)
{
    (void)state;
    struct symbols *s =
        with_note(".asciz \"sallyport\", \"forms\", "
                  "\"-4@a5 1@8(sp) -8@-16(s0) 2@(fp) 8@0 -8@-1\"",
                  "2f-1f");
    unsigned times;
    const struct probe *p = find(s, "forms", &times);
    static const struct probe_arg expected[6] = {
        {-4, PROBE_REGISTER, 15, 0}, {1, PROBE_MEMORY, 2, 8},
        {-8, PROBE_MEMORY, 8, -16},  {2, PROBE_MEMORY, 8, 0},
        {8, PROBE_CONSTANT, 0, 0},   {-8, PROBE_CONSTANT, 0, -1}};
    assert_int_equal(p->nargs, 6);
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(p->arg[i].size, expected[i].size);
        assert_int_equal(p->arg[i].where, expected[i].where);
        assert_int_equal(p->arg[i].reg, expected[i].reg);
        assert_int_equal(p->arg[i].offset, expected[i].offset);
    }
    symbols_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(probes_of_the_kernels_macro_are_read),
        cmocka_unit_test(constants_keep_their_value_and_sign),
        cmocka_unit_test(each_inlining_is_a_probe_of_its_own),
        cmocka_unit_test(malformed_arguments_leave_the_probe_out),
        cmocka_unit_test(unterminated_strings_leave_the_probe_out),
        cmocka_unit_test(a_note_longer_than_its_section_is_not_followed),
        cmocka_unit_test(every_argument_form_is_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
