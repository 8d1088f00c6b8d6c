/*
 * test_symbols.c - what an image says about its addresses, on images compiled
 * here: functions, labels, lines, build-id; and on broken ones.
 */
#include "elf_fixture.h"

#include "../../emu/inspect/symbols.h"

#include <elf.h>

static const char code[] = "int shared;\n"                   /* 1 */
                           "int __attribute__((noinline))\n" /* 2 */
                           "leaf(int a)\n"                   /* 3 */
                           "{\n"                             /* 4 */
                           "    shared += a;\n"              /* 5 */
                           "    return shared * 3;\n"        /* 6 */
                           "}\n"                             /* 7 */
                           "int main(void)\n"                /* 8 */
                           "{\n"                             /* 9 */
                           "    return leaf(3) + 1;\n"       /* 10 */
                           "}\n";

static const char entry[] = ".text\n"
                            ".globl _start\n"
                            ".type _start, @function\n"
                            "_start: call main\n"
                            "inside: j inside\n"
                            ".size _start, . - _start\n"
                            "bare_label: nop\n"
                            "nop\n";

struct fixture {
    struct elf_file elf;
    struct symbols *s;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    char why[200] = "";
    f->elf = compile_elf(code, entry, "-Ttext=0x10000");
    if (symbols_open(f->elf.bytes, f->elf.n, "image.elf", &f->s, why,
                     sizeof why) != 0)
        fail_msg("%s", why);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    symbols_close(f->s);
    free(f->elf.bytes);
    free(f);
    return 0;
}

static uint64_t address(const struct symbols *s, const char *name)
{
    uint64_t va, bytes;
    if (!symbols_address(s, name, &va, &bytes))
        fail_msg("no symbol %s", name);
    return va;
}

static void functions_are_found_by_any_of_their_addresses(void **state)
{
    const struct symbols *s = ((struct fixture *)*state)->s;
    uint64_t leaf = address(s, "leaf"), start, bytes;
    const char *name;
    char text[64];
    assert_true(symbols_function(s, leaf + 8, &name, &start, &bytes));
    assert_string_equal(name, "leaf");
    assert_int_equal(start, leaf);
    assert_true(bytes >= 12);
    assert_true(symbols_describe(s, leaf + 8, text, sizeof text));
    assert_string_equal(text, "leaf+0x8");
    assert_true(symbols_describe(s, leaf, text, sizeof text));
    assert_string_equal(text, "leaf");
}

static void an_address_without_function_reads_as_a_number(void **state)
{
    const struct symbols *s = ((struct fixture *)*state)->s;
    char text[64];
    assert_false(symbols_describe(s, 0xdead0000, text, sizeof text));
    assert_string_equal(text, "0xdead0000");
    assert_false(symbols_describe(s, address(s, "shared"), text, sizeof text));
}

static void a_label_inside_a_function_does_not_hide_it(void **state)
{
    const struct symbols *s = ((struct fixture *)*state)->s;
    char text[64];
    symbols_describe(s, address(s, "inside"), text, sizeof text);
    assert_memory_equal(text, "_start+0x", 9);
    symbols_describe(s, address(s, "bare_label") + 4, text, sizeof text);
    assert_string_equal(text, "bare_label+0x4");
}

static void lines_name_the_file_as_compiled(void **state)
{
    const struct symbols *s = ((struct fixture *)*state)->s;
    const char *file;
    unsigned line;
    assert_true(symbols_line(s, address(s, "leaf"), &file, &line));
    assert_string_equal(file, "kernel/main.c");
    assert_in_range(line, 3, 5);
    assert_true(symbols_line(s, address(s, "_start"), &file, &line));
    assert_string_equal(file, "kernel/asm.S");
    assert_int_equal(line, 4);
    assert_false(symbols_line(s, 0x5, &file, &line));
}

static void a_line_gives_its_first_address(void **state)
{
    const struct symbols *s = ((struct fixture *)*state)->s;
    uint64_t va[4], start, bytes;
    const char *name, *file;
    unsigned line;
    size_t n = symbols_line_addresses(s, "main.c", 5, va, 4);
    assert_true(n >= 1);
    assert_true(symbols_function(s, va[0], &name, &start, &bytes));
    assert_string_equal(name, "leaf");
    assert_true(symbols_line(s, va[0], &file, &line));
    assert_int_equal(line, 5);
    assert_int_equal(symbols_line_addresses(s, "ain.c", 5, va, 4), 0);
    assert_int_equal(symbols_line_addresses(s, "kernel/main.c", 5, va, 4), n);
    assert_int_equal(symbols_line_addresses(s, "main.c", 1, va, 4), 0);
}

static void the_build_id_is_the_linkers(void **state)
{
    const struct fixture *f = *state;
    uint8_t id[32];
    assert_int_equal(symbols_build_id(f->s, id), 20);
    uint64_t va = symbols_build_id_va(f->s);
    assert_int_not_equal(va, 0);
    const uint8_t *bytes = symbols_bytes(f->s, va, 20);
    assert_non_null(bytes);
    assert_memory_equal(bytes, id, 20);
    assert_null(symbols_bytes(f->s, va, 1 << 20));
}

static void segments_translate_physical_addresses(void **state)
{
    (void)state;
    struct elf_file e = compile_elf(
        code, entry,
        "-Wl,--defsym=OFF=0x3f40000000 -Wl,-Ttext=0xffffffc080200000");
    struct symbols *s;
    char why[200];
    assert_int_equal(symbols_open(e.bytes, e.n, "k", &s, why, sizeof why), 0);
    size_t n;
    const struct symbols_segment *g = symbols_segments(s, &n);
    uint64_t va;
    assert_true(n >= 1);
    assert_true(symbols_from_physical(s, g[0].pa + 4, &va));
    assert_int_equal(va, g[0].va + 4);
    assert_false(symbols_from_physical(s, 0x1000, &va));
    symbols_close(s);
    free(e.bytes);
}

/* ---- Broken images ---- */

static void refused(const uint8_t *bytes, size_t n, const char *with)
{
    struct symbols *s;
    char why[200] = "";
    assert_int_equal(symbols_open(bytes, n, "bad.elf", &s, why, sizeof why),
                     -1);
    assert_null(s);
    if (strncmp(why, "bad.elf: ", 9) != 0 || strstr(why, with) == NULL ||
        strchr(why, '\n') != NULL)
        fail_msg("\"%s\" does not say \"%s\"", why, with);
}

static void images_that_are_none_are_refused_with_a_reason(void **state)
{
    const struct fixture *f = *state;
    struct elf_file e = {malloc(f->elf.n), f->elf.n};
    Elf64_Ehdr *eh = (Elf64_Ehdr *)(void *)e.bytes;
    refused((const uint8_t *)"", 0, "not an ELF");
    refused((const uint8_t *)"#!/bin/sh\n", 10, "not an ELF");
    memcpy(e.bytes, f->elf.bytes, e.n);
    refused(e.bytes, 40, "not an ELF");
    eh->e_ident[EI_CLASS] = ELFCLASS32;
    refused(e.bytes, e.n, "64-bit");
    memcpy(e.bytes, f->elf.bytes, e.n);
    eh->e_machine = EM_X86_64;
    refused(e.bytes, e.n, "RISC-V");
    memcpy(e.bytes, f->elf.bytes, e.n);
    eh->e_shoff = UINT64_MAX - 8;
    refused(e.bytes, e.n, "section table");
    memcpy(e.bytes, f->elf.bytes, e.n);
    eh->e_phoff = e.n;
    refused(e.bytes, e.n, "program headers");
    memcpy(e.bytes, f->elf.bytes, e.n);
    ((Elf64_Shdr *)(void *)(e.bytes + eh->e_shoff))[2].sh_size = UINT64_MAX;
    refused(e.bytes, e.n, "section 2");
    free(e.bytes);
}

/* Whatever a damaged image answers, it answers, and in bounded time. */
static void ask_everything(const struct symbols *s)
{
    const char *name, *file;
    unsigned line;
    uint64_t start, bytes, va[4];
    uint8_t id[32];
    size_t n;
    char text[64];
    for (uint64_t at = 0xfff0; at < 0x10100; at += 2) {
        symbols_function(s, at, &name, &start, &bytes);
        symbols_describe(s, at, text, sizeof text);
        if (symbols_line(s, at, &file, &line))
            assert_non_null(memchr(file, 0, 4096));
    }
    symbols_line_addresses(s, "main.c", 5, va, 4);
    symbols_address(s, "main", &start, &bytes);
    symbols_build_id(s, id);
    symbols_probes(s, &n);
    symbols_segments(s, &n);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static void damaged_images_never_do_harm(void **state)
{
    const struct fixture *f = *state;
    uint8_t *bytes = malloc(f->elf.n);
    uint32_t seed = 12345;
    unsigned opened = 0;
    char why[200];
    for (unsigned round = 0; round < 3000; round++) {
        struct symbols *s;
        memcpy(bytes, f->elf.bytes, f->elf.n);
        for (unsigned i = next_random(&seed) % 20 + 1; i > 0; i--)
            bytes[64 + next_random(&seed) % (f->elf.n - 64)] =
                (uint8_t)next_random(&seed);
        size_t n =
            f->elf.n - (round % 4 == 0 ? next_random(&seed) % f->elf.n : 0);
        if (symbols_open(bytes, n, "damaged", &s, why, sizeof why) != 0)
            continue;
        opened++;
        ask_everything(s);
        symbols_close(s);
    }
    assert_true(opened > 500);
    free(bytes);
}

/* ---- Sources ---- */

static void sources_are_found_below_the_roots_only(void **state)
{
    (void)state;
    char dir[] = "/tmp/sallyport-test-XXXXXX", path[96], command[128];
    assert_non_null(mkdtemp(dir));
    snprintf(command, sizeof command, "mkdir -p %s/root/kernel", dir);
    assert_int_equal(system(command), 0);
    snprintf(path, sizeof path, "%s/root/kernel/main.c", dir);
    put_file(path, "one\r\n\n\tthree");
    snprintf(path, sizeof path, "%s/secret", dir);
    put_file(path, "secret\n");
    struct sources *s = sources_create();
    snprintf(path, sizeof path, "%s/root", dir);
    sources_add_root(s, "/nonexistent");
    sources_add_root(s, path);
    const struct source_file *f = sources_find(s, "kernel/main.c");
    assert_non_null(f);
    assert_int_equal(f->lines, 3);
    assert_string_equal(f->line[0], "one");
    assert_string_equal(f->line[1], "");
    assert_string_equal(f->line[2], "\tthree");
    assert_ptr_equal(sources_find(s, "kernel/main.c"), f);
    assert_non_null(sources_find(s, "/home/student/kernel/main.c"));
    assert_null(sources_find(s, "../secret"));
    assert_null(sources_find(s, "kernel/../../secret"));
    assert_null(sources_find(s, "kernel"));
    assert_null(sources_find(s, "/dev/zero"));
    assert_null(sources_find(s, ""));
    snprintf(path, sizeof path, "%s/secret", dir);
    assert_null(sources_find(s, path));
    sources_destroy(s);
    snprintf(command, sizeof command, "rm -r %s", dir);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_are_found_by_any_of_their_addresses),
        cmocka_unit_test(an_address_without_function_reads_as_a_number),
        cmocka_unit_test(a_label_inside_a_function_does_not_hide_it),
        cmocka_unit_test(lines_name_the_file_as_compiled),
        cmocka_unit_test(a_line_gives_its_first_address),
        cmocka_unit_test(the_build_id_is_the_linkers),
        cmocka_unit_test(segments_translate_physical_addresses),
        cmocka_unit_test(images_that_are_none_are_refused_with_a_reason),
        cmocka_unit_test(damaged_images_never_do_harm),
        cmocka_unit_test(sources_are_found_below_the_roots_only),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
