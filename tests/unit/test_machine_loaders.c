/*
 * test_machine_loaders.c - kernels, archives, boot pages, sizes of memory and
 * disk: what is taken, and the one line that says why not.
 */
#include "machine_fixture.h"

#include <stdio.h>

static const uint32_t code[] = {RV_WFI, RV_LOOP};

/* A good kernel for firmware mode, to be spoilt. */
static struct elf_image *good(void **state)
{
    struct elf_image *e = *state;
    elf_make(e, PLAT_KERNEL_BASE, code, 2);
    return e;
}

static int image_setup(void **state)
{
    *state = calloc(1, sizeof(struct elf_image));
    return *state == NULL;
}

static int image_teardown(void **state)
{
    free(*state);
    return 0;
}

/* A second loadable segment. */
static Elf64_Phdr *second_segment(struct elf_image *e, uint64_t at)
{
    Elf64_Phdr *ph = elf_segment(e, 1);
    *ph = *elf_segment(e, 0);
    ph->p_vaddr = ph->p_paddr = at;
    elf_header(e)->e_phnum = 2;
    return ph;
}

static void check_desc(const struct machine_desc *d, const char *want)
{
    char why[200] = "accepted";
    struct machine *m = NULL;
    int result = machine_create(d, &m, why, sizeof why);
    machine_destroy(m);
    assert_string_equal(why, want);
    assert_int_equal(result, strcmp(want, "accepted") == 0 ? 0 : -1);
    assert_null(strchr(why, '\n'));
}

static void check(const struct elf_image *e, const char *want)
{
    struct machine_desc d = {
        .kernel = e->bytes, .kernel_bytes = e->n, .kernel_name = "k.elf"};
    check_desc(&d, want);
}

/* ---- Kernels ---- */

static void a_good_kernel_is_loaded_at_its_physical_address(void **state)
{
    struct elf_image *e = good(state);
    struct machine_desc d = {.kernel = e->bytes, .kernel_bytes = e->n};
    struct machine *m;
    char why[200];
    elf_segment(e, 0)->p_vaddr = 0xffffffc080200000;
    elf_header(e)->e_entry = 0xffffffc080200000;
    assert_int_equal(machine_create(&d, &m, why, sizeof why), 0);
    assert_memory_equal(machine_ram(m, PLAT_KERNEL_BASE, sizeof code), code,
                        sizeof code);
    assert_int_equal(cpu_pc(machine_cpu(m)), PLAT_KERNEL_BASE);
    assert_int_equal(cpu_privilege(machine_cpu(m)), CPU_S);
    machine_destroy(m);
}

static void a_bare_program_starts_at_its_entry_in_m_mode(void **state)
{
    struct elf_image *e = *state;
    struct machine *m;
    char why[200];
    elf_make(e, PLAT_RAM_BASE, code, 2);
    elf_header(e)->e_entry = PLAT_RAM_BASE + 4;
    struct machine_desc d = {
        .bare = true, .kernel = e->bytes, .kernel_bytes = e->n};
    assert_int_equal(machine_create(&d, &m, why, sizeof why), 0);
    assert_int_equal(cpu_pc(machine_cpu(m)), PLAT_RAM_BASE + 4);
    assert_int_equal(cpu_privilege(machine_cpu(m)), CPU_M);
    machine_destroy(m);
}

static void what_is_no_elf_is_refused(void **state)
{
    struct elf_image *e = good(state);
    e->bytes[0] = '#';
    check(e, "k.elf: no ELF file");
    e->n = 3;
    check(e, "k.elf: no ELF file");
    e->n = 0;
    check(e, "k.elf: no ELF file");
    good(state)->n = 20;
    check(e, "k.elf: cut off: 20 bytes, an ELF header has 64");
}

static void an_elf_for_another_machine_is_refused(void **state)
{
    struct elf_image *e = good(state);
    elf_header(e)->e_ident[EI_CLASS] = ELFCLASS32;
    check(e, "k.elf: not a 64-bit ELF (class 1)");
    elf_header(good(state))->e_ident[EI_DATA] = ELFDATA2MSB;
    check(e, "k.elf: not little-endian (data encoding 2)");
    elf_header(good(state))->e_machine = EM_X86_64;
    check(e, "k.elf: for machine 62, not RISC-V (243)");
    elf_header(good(state))->e_version = 9;
    check(e, "k.elf: unknown ELF version 9");
}

static void only_executables_are_taken(void **state)
{
    struct elf_image *e = good(state);
    elf_header(e)->e_type = ET_DYN;
    check(e, "k.elf: position-independent (ET_DYN); link it to fixed "
             "addresses (-no-pie)");
    elf_header(e)->e_type = ET_REL;
    check(e, "k.elf: an object file (ET_REL), not linked yet");
    elf_header(e)->e_type = ET_CORE;
    check(e, "k.elf: ELF type 4 is not an executable");
}

static void tables_beyond_the_file_are_refused(void **state)
{
    struct elf_image *e = good(state);
    elf_header(e)->e_phoff = UINT64_MAX - 10;
    check(e, "k.elf: cut off: program headers at offset 18446744073709551605, "
             "the file has 4104 bytes");
    elf_header(good(state))->e_phnum = 0xffff;
    check(e, "k.elf: cut off: program headers at offset 64, the file has 4104 "
             "bytes");
    elf_header(good(state))->e_phnum = 0;
    check(e, "k.elf: no program headers: nothing to load");
    elf_header(good(state))->e_phentsize = 32;
    check(e, "k.elf: program headers of 32 bytes, not 56");
    elf_header(good(state))->e_shnum = 3;
    elf_header(e)->e_shoff = 4000;
    elf_header(e)->e_shentsize = sizeof(Elf64_Shdr);
    check(e, "k.elf: cut off: section headers at offset 4000, the file has "
             "4104 bytes");
}

static void a_segment_cut_off_or_misshapen_is_refused(void **state)
{
    struct elf_image *e = good(state);
    e->n -= 1;
    check(e, "k.elf: segment 0 at 0x80200000: cut off: 8 bytes at offset 4096, "
             "the file has 4103");
    elf_segment(good(state), 0)->p_memsz = 7;
    check(e, "k.elf: segment 0 at 0x80200000: 8 bytes in the file, only 7 in "
             "memory");
    elf_segment(good(state), 0)->p_offset = UINT64_MAX;
    check(e, "k.elf: segment 0 at 0x80200000: cut off: 8 bytes at offset "
             "18446744073709551615, the file has 4104");
    elf_segment(good(state), 0)->p_align = 12;
    check(e, "k.elf: segment 0 at 0x80200000: its alignment 0xc is not a power "
             "of two");
    elf_segment(good(state), 0)->p_vaddr += 8;
    check(e, "k.elf: segment 0 at 0x80200000: misaligned: address and file "
             "offset differ modulo 0x1000");
}

static void a_segment_outside_ram_is_refused(void **state)
{
    struct elf_image *e = good(state);
    elf_segment(e, 0)->p_paddr = 0x84000000;
    check(e, "k.elf: segment 0 at 0x84000000: its 8 bytes are not in RAM, "
             "0x80000000..0x83ffffff");
    elf_segment(good(state), 0)->p_paddr = 0x1000;
    check(e, "k.elf: segment 0 at 0x1000: its 8 bytes are not in RAM, "
             "0x80000000..0x83ffffff");
    elf_segment(good(state), 0)->p_memsz = UINT64_MAX;
    check(e, "k.elf: segment 0 at 0x80200000: its 18446744073709551615 bytes "
             "are not in RAM, 0x80000000..0x83ffffff");
    elf_segment(good(state), 0)->p_paddr = UINT64_MAX - 4;
    check(e, "k.elf: segment 0 at 0xfffffffffffffffb: its 8 bytes are not in "
             "RAM, 0x80000000..0x83ffffff");
}

static void a_segment_over_something_else_is_refused(void **state)
{
    struct elf_image *e = good(state);
    elf_segment(e, 0)->p_paddr = 0x80000000;
    check(e, "k.elf: segment 0 at 0x80000000: below 0x80200000 is the "
             "firmware's (for a program that starts in M-mode: --bare)");
    second_segment(good(state), PLAT_KERNEL_BASE + 4);
    elf_segment(e, 1)->p_align = 1;
    check(e, "k.elf: segment 1 at 0x80200004: overlaps segment 0");
    elf_segment(good(state), 0)->p_memsz = 0x1e00000;
    check(e, "k.elf: segment 0 at 0x80200000: lies over the boot page at "
             "0x81fff000");
}

static void an_entry_outside_the_segments_is_refused(void **state)
{
    struct elf_image *e = good(state);
    elf_header(e)->e_entry = PLAT_KERNEL_BASE + 8;
    check(e, "k.elf: entry 0x80200008 is in no segment");
    elf_header(e)->e_entry = PLAT_KERNEL_BASE + 1;
    check(e, "k.elf: entry 0x80200001 is odd");
    elf_segment(good(state), 0)->p_type = PT_NOTE;
    check(e, "k.elf: no segment to load");
}

static void very_many_segments_are_refused_quickly(void **state)
{
    struct elf_image *e = good(state);
    for (unsigned i = 1; i < 65; i++) {
        *elf_segment(e, i) = *elf_segment(e, 0);
        elf_segment(e, i)->p_paddr += i * 0x1000;
        elf_segment(e, i)->p_vaddr += i * 0x1000;
    }
    elf_header(e)->e_phnum = 65;
    check(e, "k.elf: more than 64 segments to load");
    elf_header(e)->e_phnum = 64;
    check(e, "accepted");
}

static void any_spoilt_byte_is_answered_and_not_crashed_on(void **state)
{
    struct elf_image *e = *state;
    uint32_t random = 1;
    for (unsigned round = 0; round < 20000; round++) {
        struct elf_limits limits = {
            .name = "k", .ram_bytes = 48u << 20, .bare = round & 1};
        static uint8_t ram[1 << 16]; /* only small images come this far */
        struct elf_loaded out;
        char why[200] = "";
        limits.ram_bytes = sizeof ram;
        elf_make(e, PLAT_RAM_BASE, code, 2);
        for (unsigned i = 0; i < 1 + round % 3; i++) {
            random = random * 1664525 + 1013904223;
            e->bytes[random >> 8 & 127] = (uint8_t)(random >> 24);
        }
        if (elf_load(e->bytes, e->n, &limits, ram, &out, why, sizeof why) != 0)
            assert_true(strlen(why) > 4);
    }
}

/* ---- Archives ---- */

#define TAR_MAX 8192

struct tar {
    uint8_t bytes[TAR_MAX];
    size_t n;
};

static void tar_sum(uint8_t *header)
{
    unsigned sum = 0;
    memset(header + 148, ' ', 8);
    for (unsigned i = 0; i < 512; i++)
        sum += header[i];
    snprintf((char *)header + 148, 8, "%06o", sum);
}

static uint8_t *tar_add(struct tar *t, const char *name, char type,
                        unsigned size)
{
    uint8_t *header = t->bytes + t->n;
    memcpy(header, name, strlen(name));
    memcpy(header + 100, "0000644", 8);
    snprintf((char *)header + 124, 12, "%011o", size);
    memcpy(header + 257, "ustar\00000", 8);
    header[156] = (uint8_t)type;
    tar_sum(header);
    t->n += 512 + (size + 511) / 512 * 512;
    return header;
}

static int tar_setup(void **state)
{
    struct tar *t = calloc(1, sizeof *t);
    tar_add(t, "bin/", '5', 0);
    tar_add(t, "bin/hello", '0', 700);
    *state = t;
    return 0;
}

static int tar_teardown(void **state)
{
    free(*state);
    return 0;
}

static void check_tar(const struct tar *t, size_t n, const char *want)
{
    char why[300] = "accepted";
    uint8_t *exact = malloc(n + 1); /* for the sanitizer to watch */
    memcpy(exact, t->bytes, n);
    int result = machine_check_initrd("i.tar", exact, n, why, sizeof why);
    free(exact);
    assert_string_equal(why, want);
    assert_int_equal(result, strcmp(want, "accepted") == 0 ? 0 : -1);
}

static void a_good_archive_is_accepted(void **state)
{
    struct tar *t = *state;
    check_tar(t, t->n + 1024, "accepted");
    check_tar(t, TAR_MAX, "accepted");
}

static void what_is_no_archive_is_refused(void **state)
{
    struct tar *t = *state;
    check_tar(t, 0,
              "i.tar: 0 bytes are no ustar archive: the smallest has 1024");
    check_tar(t, 1,
              "i.tar: 1 bytes are no ustar archive: the smallest has 1024");
    memcpy(t->bytes + 257, "ustar  ", 8);
    check_tar(t, t->n,
              "i.tar: offset 0: GNU tar format; make it with tar "
              "--format=ustar");
    memset(t->bytes + 257, 'x', 8);
    check_tar(t, t->n,
              "i.tar: offset 0: no ustar header: this is no tar "
              "archive");
}

static void names_that_lead_elsewhere_are_refused(void **state)
{
    struct tar *t = *state;
    size_t at = t->n;
    tar_add(t, "/etc/passwd", '0', 0);
    check_tar(t, TAR_MAX,
              "i.tar: member /etc/passwd at offset 2048: absolute name");
    memset(t->bytes + at, 0, 512);
    t->n = at;
    uint8_t *header = tar_add(t, "x", '0', 0);
    memcpy(header + 345, "a/../b", 6);
    tar_sum(header);
    check_tar(t, TAR_MAX,
              "i.tar: member a/../b/x at offset 2048: '..' in its name");
    memset(header, 0, 512);
    t->n = at;
    tar_add(t, "a..b/..c/d..", '0', 0);
    check_tar(t, TAR_MAX, "accepted");
}

static void a_cut_off_member_is_named(void **state)
{
    struct tar *t = *state;
    check_tar(t, 1024 + 699,
              "i.tar: member bin/hello at offset 512: cut off: 700 bytes of "
              "data, 699 left");
    check_tar(t, 1024 + 701,
              "i.tar: member bin/hello at offset 512: cut off: its last block "
              "is not whole");
    check_tar(t, t->n,
              "i.tar: offset 2048: cut off: the two zero blocks at "
              "the end are missing");
    check_tar(t, t->n + 512,
              "i.tar: offset 2048: cut off: the two zero blocks "
              "at the end are missing");
    check_tar(t, 600,
              "i.tar: offset 512: cut off: the two zero blocks at the "
              "end are missing");
}

static void spoilt_headers_are_refused(void **state)
{
    struct tar *t = *state;
    t->bytes[10] ^= 1;
    check_tar(t, TAR_MAX, "i.tar: offset 0: wrong header checksum");
    t->bytes[10] ^= 1;
    uint8_t *header = t->bytes + 512;
    memcpy(header + 124, "0000000000x", 12);
    tar_sum(header);
    check_tar(t, TAR_MAX,
              "i.tar: member bin/hello at offset 512: its size is "
              "not an octal number");
    memcpy(header + 124, "77777777777", 12);
    tar_sum(header);
    check_tar(t, TAR_MAX,
              "i.tar: member bin/hello at offset 512: cut off: 8589934591 "
              "bytes of data, 7168 left");
    header[156] = '2';
    tar_sum(header);
    check_tar(t, TAR_MAX,
              "i.tar: member bin/hello at offset 512: type '2': "
              "only files and directories are taken");
    header[0] = '\0';
    tar_sum(header);
    check_tar(t, TAR_MAX, "i.tar: offset 512: a member without a name");
}

/* ---- The rest of a machine's description ---- */

static void an_initrd_must_fit_in_ram(void **state)
{
    struct elf_image *e = good(state);
    size_t n = (16u << 20) + 512;
    uint8_t *zeroes = calloc(n, 1);
    struct machine_desc d = {.ram_mib = 48,
                             .kernel = e->bytes,
                             .kernel_bytes = e->n,
                             .initrd = zeroes,
                             .initrd_bytes = n,
                             .initrd_name = "big.tar"};
    check_desc(&d, "big.tar: 16777728 bytes do not fit; 48 MiB of RAM leave "
                   "16777216 for it");
    d.initrd_bytes = 1024;
    check_desc(&d, "accepted");
    elf_segment(e, 0)->p_paddr = PLAT_INITRD_BASE + 512;
    check_desc(&d, "kernel: segment 0 at 0x82000200: lies over the initrd at "
                   "0x82000000");
    free(zeroes);
}

static void ram_has_bounds(void **state)
{
    struct elf_image *e = good(state);
    struct machine_desc d = {.kernel = e->bytes, .kernel_bytes = e->n};
    d.ram_mib = 47;
    check_desc(&d, "RAM of 47 MiB: from 48 to 2048 are possible");
    d.ram_mib = 2049;
    check_desc(&d, "RAM of 2049 MiB: from 48 to 2048 are possible");
    d.ram_mib = 2048;
    check_desc(&d, "accepted");
}

static void a_disk_is_whole_sectors(void **state)
{
    struct elf_image *e = good(state);
    uint8_t disk[1024];
    struct machine_desc d = {.kernel = e->bytes,
                             .kernel_bytes = e->n,
                             .disk = disk,
                             .disk_bytes = 1000};
    check_desc(&d, "disk: 1000 bytes is not a multiple of 512");
    d.disk_bytes = 0;
    check_desc(&d, "disk: empty");
}

static void the_boot_page_is_magic_and_text(void **state)
{
    uint8_t page[4096];
    char why[200];
    (void)state;
    assert_int_equal(machine_bootpage("ram=64\narg=sh\n", page, why, 200), 0);
    assert_string_equal((char *)page, "SPARGS1\nram=64\narg=sh\n");
    assert_int_equal(machine_bootpage(NULL, page, why, 200), 0);
    assert_true(page_is_zero(page));
    assert_int_equal(machine_bootpage("", page, why, 200), 0);
    assert_string_equal((char *)page, "SPARGS1\n");
}

static void a_bad_boot_page_is_refused(void **state)
{
    uint8_t page[4096];
    char why[200];
    char text[4089];
    (void)state;
    memset(text, 'a', sizeof text);
    memcpy(text, "arg=", 4);
    text[4086] = '\n';
    text[4087] = '\0';
    assert_int_equal(machine_bootpage(text, page, why, 200), 0);
    text[4086] = 'a';
    text[4087] = '\n';
    text[4088] = '\0';
    assert_int_equal(machine_bootpage(text, page, why, 200), -1);
    assert_string_equal(why, "boot page: 4088 bytes of settings and "
                             "arguments, room for 4087");
    assert_int_equal(machine_bootpage("ram=64\narg\n", page, why, 200), -1);
    assert_string_equal(why, "boot page: line 2 is not KEY=VALUE");
    assert_int_equal(machine_bootpage("=x\n", page, why, 200), -1);
    assert_int_equal(machine_bootpage("ram=64", page, why, 200), -1);
    assert_string_equal(why, "boot page: line 1 does not end in a newline");
}

#define ON_IMAGE(test)                                                         \
    cmocka_unit_test_setup_teardown(test, image_setup, image_teardown)
#define ON_TAR(test)                                                           \
    cmocka_unit_test_setup_teardown(test, tar_setup, tar_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_IMAGE(a_good_kernel_is_loaded_at_its_physical_address),
        ON_IMAGE(a_bare_program_starts_at_its_entry_in_m_mode),
        ON_IMAGE(what_is_no_elf_is_refused),
        ON_IMAGE(an_elf_for_another_machine_is_refused),
        ON_IMAGE(only_executables_are_taken),
        ON_IMAGE(tables_beyond_the_file_are_refused),
        ON_IMAGE(a_segment_cut_off_or_misshapen_is_refused),
        ON_IMAGE(a_segment_outside_ram_is_refused),
        ON_IMAGE(a_segment_over_something_else_is_refused),
        ON_IMAGE(an_entry_outside_the_segments_is_refused),
        ON_IMAGE(very_many_segments_are_refused_quickly),
        ON_IMAGE(any_spoilt_byte_is_answered_and_not_crashed_on),
        ON_TAR(a_good_archive_is_accepted),
        ON_TAR(what_is_no_archive_is_refused),
        ON_TAR(names_that_lead_elsewhere_are_refused),
        ON_TAR(a_cut_off_member_is_named),
        ON_TAR(spoilt_headers_are_refused),
        ON_IMAGE(an_initrd_must_fit_in_ram),
        ON_IMAGE(ram_has_bounds),
        ON_IMAGE(a_disk_is_whole_sectors),
        cmocka_unit_test(the_boot_page_is_magic_and_text),
        cmocka_unit_test(a_bad_boot_page_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
