/*
 * test_cli_images.c - files that cannot be used, and guests that come to no
 * end: one clear line, the status of the contract, never a crash or a hang.
 * Needs no guest kernel: the images are small M-mode programs.
 */
#include "cli.h"

static int enter_with_a_bare_image(void **state)
{
    if (cli_enter_directory(state) != 0)
        return -1;
    make_bare_hi("hi.elf", 7);
    return 0;
}

#define BARE "run", "--bare", "--kernel"

/* ---- What works, for comparison ---- */

static void a_bare_image_prints_and_its_status_passes_through(void **state)
{
    (void)state;
    struct cli_result r = cli_run_bytes("", 0, ARGS(BARE, "hi.elf"));
    assert_string_equal(r.out, "hi\n");
    assert_string_equal(r.err, "");
    assert_int_equal(r.status, 7);
    cli_free(&r);
}

static void
under_bare_the_image_may_stand_where_the_program_stands(void **state)
{
    (void)state;
    struct cli_result r = cli_run_bytes("", 0, ARGS("run", "--bare", "hi.elf"));
    assert_string_equal(r.out, "hi\n");
    assert_int_equal(r.status, 7);
    cli_free(&r);
}

static void options_may_stand_before_the_command(void **state)
{
    (void)state;
    struct cli_result r =
        cli_run_bytes("", 0, ARGS("--bare", "run", "--ram=48", "hi.elf"));
    assert_string_equal(r.out, "hi\n");
    assert_int_equal(r.status, 7);
    cli_free(&r);
}

static void json_ends_with_the_cause(void **state)
{
    (void)state;
    struct cli_result r =
        cli_run_bytes("", 0, ARGS("run", "--json", "--bare", "hi.elf"));
    assert_string_equal(r.out,
                        "{\"type\":\"console\",\"pid\":0,\"bytes\":\"hi\\n\"}\n"
                        "{\"type\":\"end\",\"cause\":\"exit\",\"status\":7,"
                        "\"clock\":11,\"insns\":11}\n");
    assert_int_equal(r.status, 7);
    cli_free(&r);
}

/* ---- Kernel images ---- */

static void an_image_without_end_is_refused(void **state)
{
    (void)state;
    refuses(123, "/dev/zero: larger than 64 MiB", ARGS(BARE, "/dev/zero"));
}

static void a_missing_kernel_is_named(void **state)
{
    (void)state;
    refuses(123, "no/such.elf: No such file or directory",
            ARGS(BARE, "no/such.elf"));
    refuses(123, "/tmp: Is a directory", ARGS(BARE, "/tmp"));
}

static void without_a_guest_beside_it_the_cure_is_told(void **state)
{
    (void)state;
    setenv("SALLYPORT_GUEST", "/nowhere", 1);
    refuses(123,
            "/nowhere/kernel/kernel.elf: not there: build the guest, or name "
            "one with --kernel",
            ARGS("run", "hello"));
    unsetenv("SALLYPORT_GUEST");
}

/* Writes hi.elf with one change and expects a refusal that names the file. */
static void refuses_image(void (*change)(struct elf_image *e))
{
    static struct elf_image e;
    int fd = open("hi.elf", O_RDONLY);
    assert_true(fd >= 0);
    e.n = (size_t)read(fd, e.bytes, sizeof e.bytes);
    close(fd);
    change(&e);
    make_file("bad.elf", e.bytes, e.n);
    refuses_like(123, "bad.elf: ", ARGS(BARE, "bad.elf"));
}

static void truncate_header(struct elf_image *e)
{
    e->n = 40;
}

static void truncate_segment(struct elf_image *e)
{
    e->n = ELF_CODE_AT + 8;
}

static void make_empty(struct elf_image *e)
{
    e->n = 0;
}

static void make_text_file(struct elf_image *e)
{
    memcpy(e->bytes, "#!/bin/sh\n", 10);
}

static void make_32_bit(struct elf_image *e)
{
    e->bytes[EI_CLASS] = ELFCLASS32;
}

static void make_big_endian(struct elf_image *e)
{
    e->bytes[EI_DATA] = ELFDATA2MSB;
}

static void make_x86(struct elf_image *e)
{
    elf_header(e)->e_machine = EM_X86_64;
}

static void grow_past_memory(struct elf_image *e)
{
    elf_segment(e, 0)->p_memsz = UINT64_C(1) << 40;
}

static void wrap_around(struct elf_image *e)
{
    elf_segment(e, 0)->p_memsz = UINT64_MAX - 8;
}

static void load_outside_memory(struct elf_image *e)
{
    elf_segment(e, 0)->p_paddr = 0x1000;
}

static void point_headers_outside(struct elf_image *e)
{
    elf_header(e)->e_phoff = UINT64_MAX - 16;
}

static void announce_many_headers(struct elf_image *e)
{
    elf_header(e)->e_phnum = 0xffff;
}

static void hostile_images_are_refused(void **state)
{
    (void)state;
    refuses_image(truncate_header);
    refuses_image(truncate_segment);
    refuses_image(make_empty);
    refuses_image(make_text_file);
    refuses_image(make_32_bit);
    refuses_image(make_big_endian);
    refuses_image(make_x86);
    refuses_image(grow_past_memory);
    refuses_image(wrap_around);
    refuses_image(load_outside_memory);
    refuses_image(point_headers_outside);
    refuses_image(announce_many_headers);
}

static void with_json_a_refusal_still_ends_with_an_object(void **state)
{
    (void)state;
    struct cli_result r =
        cli_run_bytes("", 0, ARGS("run", "--json", "--bare", "gone.elf"));
    assert_string_equal(
        r.out, "{\"type\":\"end\",\"cause\":\"error\",\"status\":123,"
               "\"message\":\"gone.elf: No such file or directory\"}\n");
    assert_string_equal(r.err,
                        "sallyport: gone.elf: No such file or directory\n");
    assert_int_equal(r.status, 123);
    cli_free(&r);
}

/* ---- Initrds ---- */

struct tar_header {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12];
    char checksum[8], type, linkname[100], magic[8], rest[247];
};
_Static_assert(sizeof(struct tar_header) == 512, "a header is a block");

/* An archive of one member, of this announced size, with its end blocks. */
static void make_tar(const char *file, const char *name, const char *size,
                     char type)
{
    static union {
        struct tar_header header;
        unsigned char bytes[4 * 512];
    } tar;
    unsigned sum = 0;
    memset(&tar, 0, sizeof tar);
    snprintf(tar.header.name, sizeof tar.header.name, "%s", name);
    snprintf(tar.header.mode, sizeof tar.header.mode, "0000644");
    snprintf(tar.header.size, sizeof tar.header.size, "%s", size);
    tar.header.type = type;
    memcpy(tar.header.magic,
           "ustar\0"
           "00",
           8);
    memset(tar.header.checksum, ' ', 8);
    for (size_t i = 0; i < 512; i++)
        sum += tar.bytes[i];
    snprintf(tar.header.checksum, 8, "%06o", sum);
    make_file(file, tar.bytes, sizeof tar);
}

static void refuses_initrd(const char *file)
{
    char begin[64];
    snprintf(begin, sizeof begin, "%s: ", file);
    refuses_like(123, begin, ARGS(BARE, "hi.elf", "--initrd", file));
}

static void bad_archives_are_refused(void **state)
{
    (void)state;
    make_text("text.tar", "this is no archive at all");
    refuses_initrd("text.tar");
    make_text("empty.tar", "");
    refuses_initrd("empty.tar");
    make_tar("absolute.tar", "/etc/passwd", "00000000005", '0');
    refuses_initrd("absolute.tar");
    make_tar("dots.tar", "a/../../b", "00000000005", '0');
    refuses_initrd("dots.tar");
    make_tar("cut.tar", "big", "00000100000", '0');
    refuses_initrd("cut.tar");
    make_tar("huge.tar", "huge", "77777777777", '0');
    refuses_initrd("huge.tar");
    make_tar("nosize.tar", "x", "not-a-number", '0');
    refuses_initrd("nosize.tar");
    make_tar("link.tar", "x", "00000000000", '2');
    refuses_initrd("link.tar");
    refuses(123, "gone.tar: No such file or directory",
            ARGS(BARE, "hi.elf", "--initrd", "gone.tar"));
}

static void a_sound_archive_is_accepted(void **state)
{
    (void)state;
    make_tar("good.tar", "etc/motd", "00000000005", '0');
    struct cli_result r =
        cli_run_bytes("", 0, ARGS(BARE, "hi.elf", "--initrd", "good.tar"));
    assert_string_equal(r.err, "");
    assert_int_equal(r.status, 7);
    cli_free(&r);
}

static void files_to_add_are_checked(void **state)
{
    (void)state;
    make_text("note", "text");
    refuses(123, "gone: No such file or directory",
            ARGS(BARE, "hi.elf", "--file", "gone"));
    refuses(123, "../up: name with .. in it",
            ARGS(BARE, "hi.elf", "--file", "note=/../up"));
    refuses(123, "--file note=: expected HOST[=GUEST]",
            ARGS(BARE, "hi.elf", "--file", "note="));
    refuses(
        123, "note/x: note is a file of the initrd, no directory",
        ARGS(BARE, "hi.elf", "--file", "note=note", "--file", "note=note/x"));
}

/* ---- Disks and tables ---- */

static void a_disk_of_odd_size_is_refused(void **state)
{
    static char bytes[1000];
    (void)state;
    make_file("odd.img", bytes, sizeof bytes);
    refuses(123, "odd.img: 1000 bytes are no whole number of 512-byte sectors",
            ARGS(BARE, "hi.elf", "--disk", "odd.img"));
    make_file("none.img", bytes, 0);
    refuses(123, "none.img: 0 bytes are no whole number of 512-byte sectors",
            ARGS(BARE, "hi.elf", "--disk", "none.img"));
    refuses(123, "/dev/null: not a regular file",
            ARGS(BARE, "hi.elf", "--disk", "/dev/null"));
    refuses(123, "gone.img: No such file or directory",
            ARGS(BARE, "hi.elf", "--disk", "gone.img"));
}

static size_t bytes_that_differ(const char *name, const uint8_t *old, size_t n)
{
    uint8_t *now = malloc(n);
    size_t differ = 0;
    int fd = open(name, O_RDONLY);
    assert_int_equal(read(fd, now, n), n);
    close(fd);
    for (size_t i = 0; i < n; i++)
        differ += now[i] != old[i];
    free(now);
    return differ;
}

/* The M-mode program of tests/guest/bare writes two sectors. */
static void what_the_guest_wrote_is_on_the_disk_afterwards(void **state)
{
    static uint8_t disk[64 * 512];
    (void)state;
    for (size_t i = 0; i < sizeof disk; i++)
        disk[i] = (uint8_t)(i / 512 + i % 251);
    make_file("disk.img", disk, sizeof disk);
    assert_int_equal(
        system(SALLYPORT_SOURCE_DIR "/tests/guest/bare/build.sh $PWD/bare"), 0);
    struct cli_result r =
        cli_run_bytes("", 0,
                      ARGS(BARE, "bare/bare.elf", "--disk", "disk.img",
                           "--save-boot", "saved"));
    assert_string_equal(r.err, "");
    assert_int_equal(r.status, 42);
    cli_free(&r);
    assert_int_equal(bytes_that_differ("disk.img", disk, sizeof disk), 1024);
    assert_int_equal(bytes_that_differ("saved/disk.img", disk, sizeof disk), 0);
}

static void a_bad_table_is_refused_even_where_it_is_not_used(void **state)
{
    (void)state;
    make_text("bad", "no table\n");
    make_file("nul", "SPABI1\n\0x", 9);
    refuses_like(123, "bad", ARGS(BARE, "hi.elf", "--abi", "bad"));
    refuses_like(123, "bad", ARGS(BARE, "hi.elf", "--cost", "bad"));
    refuses(123, "nul: no text: a NUL byte at offset 7",
            ARGS(BARE, "hi.elf", "--abi", "nul"));
}

/* ---- Scripts ---- */

static void refuses_script(const char *text, const char *reason)
{
    char line[256];
    make_text("bad.script", text);
    snprintf(line, sizeof line, "bad.script:%s", reason);
    refuses(123, line, ARGS(BARE, "hi.elf", "--script", "bad.script"));
}

static void a_bad_script_is_told_by_line_and_column(void **state)
{
    (void)state;
    refuses_script("# fine\n  type \"x\"\n",
                   "2:3: no such step (expect, send, wait, eof, # comment)");
    refuses_script("expect prompt\n", "1:8: expected a text in double quotes");
    refuses_script("send \"abc\n", "1:6: the text's closing quote is missing");
    refuses_script("send \"a\\q\"\n", "1:9: no such escape");
    refuses_script("send \"\"\n", "1:6: the text is empty");
    refuses_script("wait soon\n", "1:6: expected a clock: a number, or +N");
    refuses_script("eof now\n",
                   "1:5: nothing but a # comment may follow the step");
    refuses_script("\n# only this\n", " a script without a step");
    refuses(123, "gone: No such file or directory",
            ARGS(BARE, "hi.elf", "--script", "gone"));
}

static void a_script_that_waits_in_vain_is_told_by_its_line(void **state)
{
    const uint32_t sleeps[] = {RV_WFI, RV_LOOP};
    (void)state;
    make_bare("sleeps.elf", sleeps, 2);
    make_text("wait.script", "# one\nexpect \"never\"  # two\n");
    refuses_like(122,
                 "wait.script:2: left waiting, the guest idles: "
                 "expect \"never\"\n",
                 ARGS(BARE, "sleeps.elf", "--script", "wait.script"));
}

static void json_says_which_line_the_script_waits_in(void **state)
{
    (void)state;
    struct cli_result r =
        cli_run_bytes("", 0,
                      ARGS("run", "--json", "--script", "wait.script", "--bare",
                           "sleeps.elf"));
    assert_non_null(strstr(r.out, "\"cause\":\"script\",\"status\":122,"
                                  "\"line\":2,"));
    assert_int_equal(r.status, 122);
    cli_free(&r);
}

/* ---- Guests without end ---- */

static void a_guest_that_spins_ends_at_the_limit(void **state)
{
    const uint32_t spins[] = {RV_LOOP};
    (void)state;
    make_bare("spins.elf", spins, 1);
    refuses(122, "--max-insns 100000: reached at pc 0x80000000, clock 100000",
            ARGS(BARE, "spins.elf", "--max-insns", "100000"));
}

static void a_guest_that_faults_in_its_trap_vector_ends(void **state)
{
    const uint32_t calls[] = {RV_ECALL}, illegal[] = {0};
    (void)state;
    make_bare("zero.elf", illegal, 1);
    refuses_like(122, "guest: trap storm: ", ARGS(BARE, "zero.elf"));
    make_bare("storm.elf", calls, 1);
    refuses_like(122, "guest: trap storm: trap after trap at vector 0x0 ",
                 ARGS(BARE, "storm.elf"));
    refuses_like(122, "", ARGS(BARE, "storm.elf", "--max-insns", "1000"));
}

static void a_guest_that_nothing_can_wake_ends(void **state)
{
    const uint32_t sleeps[] = {RV_WFI, RV_LOOP};
    (void)state;
    make_bare("sleeps.elf", sleeps, 2);
    refuses_like(122, "guest: wfi before 0x80000004", ARGS(BARE, "sleeps.elf"));
}

static void a_foreign_program_is_refused_before_it_runs(void **state)
{
    (void)state;
    make_text("script.sh", "#!/bin/sh\necho this is long enough for a "
                           "header, but it is none\n");
    make_tar("good.tar", "etc/motd", "00000000005", '0');
    refuses(123, "./script.sh: not an ELF file",
            ARGS("run", "--kernel", "hi.elf", "--initrd", "good.tar",
                 "./script.sh"));
    refuses_like(123,
                 "/proc/self/exe: not a 64-bit RISC-V program (class 2, byte "
                 "order 1, machine ",
                 ARGS("run", "--kernel", "hi.elf", "--initrd", "good.tar",
                      "/proc/self/exe"));
    refuses(
        123, "nosuch: no program of the initrd and no file of the host",
        ARGS("run", "--kernel", "hi.elf", "--initrd", "good.tar", "nosuch"));
}

static void a_program_that_was_cut_off_is_refused_before_it_runs(void **state)
{
    static struct elf_image e;
    (void)state;
    int fd = open("hi.elf", O_RDONLY);
    assert_true(fd >= 0);
    e.n = (size_t)read(fd, e.bytes, sizeof e.bytes);
    close(fd);
    make_tar("good.tar", "etc/motd", "00000000005", '0');
    make_file("cut.elf", e.bytes, ELF_CODE_AT + 8);
    refuses_like(
        123, "./cut.elf: segment 0: cut off: ",
        ARGS("run", "--kernel", "hi.elf", "--initrd", "good.tar", "./cut.elf"));
    make_file("cut.elf", e.bytes, sizeof(Elf64_Ehdr));
    refuses(
        123,
        "./cut.elf: cut off: program headers at offset 64, the file has "
        "64 bytes",
        ARGS("run", "--kernel", "hi.elf", "--initrd", "good.tar", "./cut.elf"));
}

static void boot_page_values_must_fit_one_line_and_one_page(void **state)
{
    static char page[6000];
    (void)state;
    memset(page, 'x', sizeof page - 1);
    make_tar("prog.tar", "bin/p", "00000000005", '0');
    refuses(
        123, "a?b: a line break in it: the boot page holds one value a line",
        ARGS("run", "--kernel", "hi.elf", "--initrd", "prog.tar", "p", "a\nb"));
    refuses_like(
        123, "boot page: ",
        ARGS("run", "--kernel", "hi.elf", "--initrd", "prog.tar", "p", page));
    refuses(123, "--kernel-arg ram=64: this is said with --ram",
            ARGS("run", "--kernel", "hi.elf", "--initrd", "prog.tar",
                 "--kernel-arg", "ram=64"));
}

static void a_kernel_that_hands_out_no_files_is_told(void **state)
{
    static struct elf_image e;
    static const uint32_t code[] = {RV_LOOP};
    (void)state;
    elf_make(&e, PLAT_KERNEL_BASE, code, 1);
    make_file("s.elf", e.bytes, e.n);
    refuses(123,
            "--get a=b: this kernel has no `export` probe to hand files out "
            "with",
            ARGS("run", "--kernel", "s.elf", "--initrd", "prog.tar", "--get",
                 "a=b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bare_image_prints_and_its_status_passes_through),
        cmocka_unit_test(
            under_bare_the_image_may_stand_where_the_program_stands),
        cmocka_unit_test(options_may_stand_before_the_command),
        cmocka_unit_test(json_ends_with_the_cause),
        cmocka_unit_test(a_missing_kernel_is_named),
        cmocka_unit_test(an_image_without_end_is_refused),
        cmocka_unit_test(without_a_guest_beside_it_the_cure_is_told),
        cmocka_unit_test(hostile_images_are_refused),
        cmocka_unit_test(with_json_a_refusal_still_ends_with_an_object),
        cmocka_unit_test(bad_archives_are_refused),
        cmocka_unit_test(a_sound_archive_is_accepted),
        cmocka_unit_test(files_to_add_are_checked),
        cmocka_unit_test(a_disk_of_odd_size_is_refused),
        cmocka_unit_test(what_the_guest_wrote_is_on_the_disk_afterwards),
        cmocka_unit_test(a_bad_table_is_refused_even_where_it_is_not_used),
        cmocka_unit_test(a_bad_script_is_told_by_line_and_column),
        cmocka_unit_test(a_script_that_waits_in_vain_is_told_by_its_line),
        cmocka_unit_test(json_says_which_line_the_script_waits_in),
        cmocka_unit_test(a_guest_that_spins_ends_at_the_limit),
        cmocka_unit_test(a_guest_that_faults_in_its_trap_vector_ends),
        cmocka_unit_test(a_guest_that_nothing_can_wake_ends),
        cmocka_unit_test(a_foreign_program_is_refused_before_it_runs),
        cmocka_unit_test(a_program_that_was_cut_off_is_refused_before_it_runs),
        cmocka_unit_test(boot_page_values_must_fit_one_line_and_one_page),
        cmocka_unit_test(a_kernel_that_hands_out_no_files_is_told),
    };
    return cmocka_run_group_tests(tests, enter_with_a_bare_image,
                                  cli_leave_directory);
}
