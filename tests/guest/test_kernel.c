/*
 * test_kernel.c - the guest kernel on our machine: its own test programs
 * (tests/guest/kernel) in both layouts, what it refuses to boot, line editing,
 * panics, and the path lengths it promises.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../emu/inspect/sv39.h"
#include "../../emu/inspect/symbols.h"
#include "../../emu/machine/machine.h"
#include "../../emu/platform/platform.h"

#define OUT_MAX   65536
#define CLOCK_MAX (UINT64_C(20) * 1000 * 1000 * 1000)
#define TEXT(s)   ((const uint8_t *)(s)), strlen(s)

struct bytes {
    uint8_t *data;
    size_t n;
};
static struct bytes kernel, initrd;

struct run {
    struct machine *m;
    char out[OUT_MAX];
    size_t used;
    struct machine_stop stop;
};

static struct bytes read_file(const char *path)
{
    struct bytes b = {NULL, 0};
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("%s: cannot be opened; build the guest first", path);
    fseek(f, 0, SEEK_END);
    b.n = (size_t)ftell(f);
    rewind(f);
    b.data = malloc(b.n);
    assert_non_null(b.data);
    assert_int_equal(fread(b.data, 1, b.n, f), b.n);
    fclose(f);
    return b;
}

static int load_images(void **state)
{
    (void)state;
    kernel = read_file(KERNEL_ELF);
    initrd = read_file(TEST_INITRD);
    return 0;
}

static int free_images(void **state)
{
    (void)state;
    free(kernel.data);
    free(initrd.data);
    return 0;
}

/* ---- Running ---- */

static void collect(void *ctx, const uint8_t *bytes, size_t n)
{
    struct run *r = ctx;
    if (r->used + n >= OUT_MAX) { /* the newest part is what tests look at */
        r->used /= 2;
        memmove(r->out, r->out + r->used, r->used);
        memset(r->out + r->used, 0, OUT_MAX - r->used);
    }
    memcpy(r->out + r->used, bytes, n);
    r->used += n;
}

static struct run *start_on_disk(struct bytes archive, const char *bootpage,
                                 unsigned ram_mib, struct bytes disk)
{
    struct run *r = calloc(1, sizeof *r);
    char why[256] = "";
    assert_non_null(r);
    struct machine_desc desc = {
        .ram_mib = ram_mib,
        .kernel = kernel.data,
        .kernel_bytes = kernel.n,
        .kernel_name = "kernel.elf",
        .initrd = archive.data,
        .initrd_bytes = archive.n,
        .bootpage = bootpage,
        .disk = disk.data,
        .disk_bytes = disk.n,
        .console_out = collect,
        .console_ctx = r,
    };
    if (machine_create(&desc, &r->m, why, sizeof why))
        fail_msg("machine_create: %s", why);
    return r;
}

static struct run *start_with(struct bytes archive, const char *bootpage,
                              unsigned ram_mib)
{
    return start_on_disk(archive, bootpage, ram_mib, (struct bytes){NULL, 0});
}

static struct run *start(const char *bootpage)
{
    return start_with(initrd, bootpage, 0);
}

static void end(struct run *r)
{
    machine_destroy(r->m);
    free(r);
}

static void run_to_the_end(struct run *r)
{
    machine_run(r->m, CLOCK_MAX, &r->stop);
}

static void assert_ended(struct run *r, int status)
{
    if (r->stop.reason != MACHINE_ENDED || r->stop.status != status)
        fail_msg("reason %d status %d text \"%s\", console:\n%s",
                 r->stop.reason, r->stop.status, r->stop.text, r->out);
}

/* ---- The guest's own tests ---- */

static void run_program(const char *layout, const char *name)
{
    char page[128];
    /* as little RAM as there may be: one of them uses it all up */
    snprintf(page, sizeof page, "ram=%d\nlayout=%s\narg=%s\n", PLAT_RAM_MIB_MIN,
             layout, name);
    struct run *r = start_with(initrd, page, PLAT_RAM_MIB_MIN);
    run_to_the_end(r);
    assert_ended(r, 0);
    assert_non_null(strstr(r->out, " 0 failed\n"));
    end(r);
}

static void in_both_layouts(const char *name)
{
    run_program("separate", name);
    run_program("shared", name);
}

static void hostile_arguments_are_refused(void **state)
{
    (void)state;
    in_both_layouts("hostile");
}

static void hostile_pointers_in_structures_are_refused(void **state)
{
    (void)state;
    in_both_layouts("nested");
}

static void every_length_is_taken_as_it_is(void **state)
{
    (void)state;
    in_both_layouts("sizes");
}

static void files_follow_posix(void **state)
{
    (void)state;
    in_both_layouts("files");
}

/* In one layout only: it takes its time, and is about neither. */
static void numbers_of_files_are_not_used_twice(void **state)
{
    (void)state;
    run_program("separate", "numbers");
}

static void processes_live_and_die(void **state)
{
    (void)state;
    in_both_layouts("processes");
}

static void memory_is_private_and_comes_back(void **state)
{
    (void)state;
    in_both_layouts("memory");
}

static void mappings_show_what_they_map(void **state)
{
    (void)state;
    in_both_layouts("mappings");
}

static void signals_reach_their_handlers(void **state)
{
    (void)state;
    in_both_layouts("handlers");
}

static void forged_frames_and_bad_stacks_are_fatal(void **state)
{
    (void)state;
    in_both_layouts("sigframes");
}

static void variables_are_set_by_those_who_may(void **state)
{
    (void)state;
    in_both_layouts("variables");
}

static void sleepers_on_words_are_woken(void **state)
{
    (void)state;
    in_both_layouts("futexes");
}

static void vectors_move_piece_by_piece(void **state)
{
    (void)state;
    in_both_layouts("vectors");
}

static void fifos_and_poll_follow_posix(void **state)
{
    (void)state;
    in_both_layouts("fifos");
}

static void port_rights_and_messages_are_counted(void **state)
{
    (void)state;
    in_both_layouts("ports");
}

static void requests_of_devices_are_checked(void **state)
{
    (void)state;
    in_both_layouts("ioctls");
}

static void methods_of_devices_are_checked(void **state)
{
    (void)state;
    in_both_layouts("devicecalls");
}

static void the_terminal_has_modes_and_a_size(void **state)
{
    (void)state;
    in_both_layouts("terminal");
    struct run *r = start("arg=terminal\narg=typed\n");
    machine_input(r->m, TEXT("hello\nwor"), false);
    run_to_the_end(r);
    assert_ended(r, 0);
    end(r);
}

static void sockets_lose_nothing(void **state)
{
    (void)state;
    in_both_layouts("sockets");
}

static void wired_pages_outlive_their_owners(void **state)
{
    (void)state;
    in_both_layouts("wired");
}

/* A disk as kernel/diskfile.c expects it. What it wrote is in the image. */
static void the_disk_works_on_the_programs_pages(void **state)
{
    (void)state;
    static const char *const page[] = {"layout=separate\narg=diskfile\n",
                                       "layout=shared\narg=diskfile\n"};
    struct bytes disk = {malloc(1 << 20), 1 << 20};
    assert_non_null(disk.data);
    for (int layout = 0; layout < 2; layout++) {
        for (size_t i = 0; i < disk.n; i++)
            disk.data[i] = (uint8_t)(i / 512 + i);
        struct run *r = start_on_disk(initrd, page[layout], 0, disk);
        run_to_the_end(r);
        assert_ended(r, 0);
        assert_non_null(strstr(r->out, " 0 failed\n"));
        end(r);
        assert_int_equal(disk.data[65535], (uint8_t)(65535 / 512 + 65535));
        assert_int_equal(disk.data[65536], 0x5a);
        assert_int_equal(disk.data[65536 + 4095], 0x5a);
        assert_int_equal(disk.data[65536 + 4096],
                         (uint8_t)((65536 + 4096) / 512));
    }
    free(disk.data);
}

static void sleepers_end_whatever_their_peers_do(void **state)
{
    (void)state;
    in_both_layouts("peers");
}

static void rings_believe_nothing_they_read(void **state)
{
    (void)state;
    in_both_layouts("rings");
}

static void stubs_check_every_message(void **state)
{
    (void)state;
    in_both_layouts("stubs");
}

static void bad_elf_files_are_refused(void **state)
{
    (void)state;
    in_both_layouts("badelf");
}

/* ---- What does not boot ---- */

/* The machine refuses most of this by itself, before the kernel can; so it is
 * put into RAM behind its back. */
static void put(struct run *r, uint64_t pa, const void *bytes, size_t n)
{
    if (n)
        memcpy(machine_ram(r->m, pa, n), bytes, n);
    machine_wrote(r->m, pa, n);
}

static void boots_to(struct bytes archive, const char *page, const char *line)
{
    char text[256];
    snprintf(text, sizeof text, "%s%s", *page ? PLAT_BOOTPAGE_MAGIC : "", page);
    struct run *r = start_with((struct bytes){NULL, 0}, NULL, 0);
    put(r, PLAT_BOOTPAGE_BASE, text, strlen(text) + 1);
    put(r, PLAT_INITRD_BASE, archive.data, archive.n);
    run_to_the_end(r);
    assert_ended(r, 121);
    char want[512];
    snprintf(want, sizeof want, "kernel panic: %s\n", line);
    const char *last = strstr(r->out, "kernel panic: ");
    assert_non_null(last);
    assert_string_equal(last, want);
    end(r);
}

static void a_bad_boot_page_is_refused_in_one_line(void **state)
{
    (void)state;
    boots_to(initrd, "ram=1\n",
             "boot page: ram=1: not a number from 48 to "
             "2048");
    boots_to(initrd, "ram=64x\n",
             "boot page: ram=64x: not a number from 48 to "
             "2048");
    boots_to(initrd, "ram=99999999999999999999\n",
             "boot page: ram=99999999999999999999: not a number from 48 to "
             "2048");
    boots_to(initrd, "layout=flat\n",
             "boot page: layout=flat: neither separate nor shared");
    boots_to(initrd, "colour=red\n", "boot page: unknown key colour");
    boots_to(initrd, "nonsense\n", "boot page: line without '=': nonsense");
}

static void a_boot_page_of_another_kind_is_refused(void **state)
{
    (void)state;
    struct run *r = start("");
    put(r, PLAT_BOOTPAGE_BASE, "ELSE", 4);
    run_to_the_end(r);
    assert_ended(r, 121);
    assert_string_equal(
        r->out, "kernel panic: boot page: does not begin with SPARGS1\n");
    end(r);
}

/* A ustar header as tar writes it. */
static void tar_header(uint8_t *block, const char *name, char type,
                       const char *size)
{
    memset(block, 0, 512);
    memcpy(block, name, strlen(name));
    memcpy(block + 100, "0000755", 8);
    memcpy(block + 124, size, strlen(size));
    memset(block + 148, ' ', 8);
    block[156] = (uint8_t)type;
    memcpy(block + 257, "ustar\00000", 8);
    unsigned sum = 0;
    for (int i = 0; i < 512; i++)
        sum += block[i];
    snprintf((char *)block + 148, 8, "%06o", sum);
}

static void archive_refused(const char *name, char type, const char *size,
                            const char *line)
{
    static uint8_t blocks[4 * 512];
    memset(blocks, 0, sizeof blocks);
    tar_header(blocks, name, type, size);
    boots_to((struct bytes){blocks, sizeof blocks}, "", line);
}

static void a_bad_archive_is_refused_in_one_line(void **state)
{
    (void)state;
    archive_refused("/abs", '0', "00000000000",
                    "initrd: member /abs at offset 0 has an absolute name");
    archive_refused("a/../b", '0', "00000000000",
                    "initrd: member a/../b at offset 0 has .. in its name");
    archive_refused("link", '2', "00000000000",
                    "initrd: member link at offset 0 is no file, directory or "
                    "hard link");
    archive_refused("cut", '0', "07777777777",
                    "initrd: member cut at offset 0 is cut off");
    archive_refused("size", '0', "zzz",
                    "initrd: member size at offset 0: size is no octal number");
    archive_refused("f", '0', "00000000000", "cannot run /bin/init: errno 2");
}

static void a_header_that_is_none_is_refused(void **state)
{
    (void)state;
    static uint8_t blocks[4 * 512];
    tar_header(blocks, "x", '0', "00000000000");
    blocks[0] = 'y';
    boots_to((struct bytes){blocks, sizeof blocks}, "",
             "initrd: wrong header checksum at offset 0");
    memset(blocks, 'z', sizeof blocks);
    boots_to((struct bytes){blocks, sizeof blocks}, "",
             "initrd: no tar header at offset 0");
    boots_to((struct bytes){NULL, 0}, "", "initrd: no archive at 0x82000000");
}

static void every_size_of_ram_boots(void **state)
{
    (void)state;
    static const unsigned mib[] = {48, 64, 1024, 2048};
    for (unsigned i = 0; i < sizeof mib / sizeof mib[0]; i++) {
        char page[64];
        snprintf(page, sizeof page, "ram=%u\narg=true\n", mib[i]);
        struct run *r = start_with(initrd, page, mib[i]);
        run_to_the_end(r);
        assert_ended(r, 0);
        end(r);
    }
}

/* ---- The console ---- */

static void typed(const char *keys, const char *argument, const char *want)
{
    char page[128];
    snprintf(page, sizeof page, "arg=typing\n%s", argument);
    struct run *r = start(page);
    machine_input(r->m, TEXT(keys), true);
    run_to_the_end(r);
    assert_ended(r, 0);
    const char *body = strchr(r->out, '\n') + 1;
    assert_string_equal(body, want);
    end(r);
}

#define END_LINE "end\nread 4: 65 6e 64 0a\n"

static void lines_can_be_edited(void **state)
{
    (void)state;
    typed("ab\x7f\x08xyz\n"
          "end\n",
          "", "ab\b \b\b \bxyz\nread 4: 78 79 7a 0a\n" END_LINE);
    typed("\x7fone two\x17"
          "3\n"
          "end\n",
          "",
          "one two\b \b\b \b\b \b"
          "3\nread 6: 6f 6e 65 20 33 0a\n" END_LINE);
    typed("gone\x15"
          "end\n",
          "", "gone\b \b\b \b\b \b\b \b" END_LINE);
    typed("a\rend\r", "", "a\nread 2: 61 0a\n" END_LINE);
    typed("\xc3\xa4\x7f\nend\n", "", "\xc3\xa4\b \b\nread 1: 0a\n" END_LINE);
    typed("\x01\x7f\nend\n", "", "^A\b \b\b \b\nread 1: 0a\n" END_LINE);
}

static void end_of_file_is_a_key(void **state)
{
    (void)state;
    typed("\x04"
          "end\n",
          "", "read 0:\n" END_LINE);
    typed("abc\x04"
          "end\n",
          "", "abcread 3: 61 62 63\n" END_LINE);
    typed("abcd\x04"
          "end\n",
          "arg=4\n", "abcdread 4: 61 62 63 64\n" END_LINE);
}

static void reads_take_what_they_ask_for(void **state)
{
    (void)state;
    typed("abcdef\nend\n", "arg=4\n",
          "abcdef\nread 4: 61 62 63 64\nread 3: 65 66 0a\n" END_LINE);
}

static void ctrl_c_throws_the_line_away(void **state)
{
    (void)state;
    typed("gone\x03"
          "end\n",
          "", "gone^C\nread -1: EINTR\n" END_LINE);
}

/* Ctrl-C ends the foreground job, whether it waits, computes or prints; the
 * shell lives on. */
static void interrupt_job(const char *job)
{
    struct run *r = start("arg=sh\n");
    machine_input(r->m, TEXT(job), true);
    machine_run(r->m, 20 * 1000 * 1000, &r->stop);
    if (r->stop.reason == MACHINE_ENDED)
        fail_msg("ended with %d:\n%s", r->stop.status, r->out);
    machine_input(r->m, TEXT("\x03"), false);
    machine_run(r->m, 21 * 1000 * 1000, &r->stop);
    machine_input(r->m, TEXT("echo status $?\nexit 5\n"), true);
    run_to_the_end(r);
    assert_ended(r, 5);
    /* strings that the output has, which may have NULs in it */
    if (!memmem(r->out, r->used, "^C\n", 3) ||
        !memmem(r->out, r->used, "\nstatus 130\n", 12))
        fail_msg("%s: the end of the console is\n%s", job,
                 r->used > 500 ? r->out + r->used - 500 : r->out);
    end(r);
}

static void ctrl_c_ends_the_foreground_job(void **state)
{
    (void)state;
    interrupt_job("cat\n");
    interrupt_job("sleep 100000\n");
    interrupt_job("sh -c 'while true; do :; done'\n");
    interrupt_job("cat /dev/zero\n");
    interrupt_job("cat | cat | cat\n");
}

static void a_line_too_long_is_cut_not_overrun(void **state)
{
    (void)state;
    char keys[5000];
    memset(keys, 'x', sizeof keys);
    memcpy(keys + 4990,
           "\n\x15"
           "end\n",
           7);
    struct run *r = start("arg=typing\n");
    machine_input(r->m, TEXT(keys), true);
    run_to_the_end(r);
    assert_ended(r, 0);
    end(r);
}

/* Types `keys` and runs until `ms`; what the console has from then on. */
static void type_at_poll(struct run *r, const char *keys, uint64_t ms,
                         const char *want)
{
    size_t before = r->used;
    machine_input(r->m, TEXT(keys), false);
    machine_run(r->m, ms * 1000 * 1000, &r->stop);
    assert_string_equal(r->out + before, want);
}

#define NOTHING_YET "poll 0: 0 0\n"

/* A poll sleeps through half a line and wakes up for a whole one. */
static void a_poll_of_the_console_waits_for_a_line(void **state)
{
    (void)state;
    struct run *r = start("arg=polling\n");
    machine_run(r->m, 20 * 1000 * 1000, &r->stop);
    assert_string_equal(strchr(r->out, '\n') + 1, NOTHING_YET);
    type_at_poll(r, "ab", 40, "ab");
    type_at_poll(r, "c\n", 60, "c\npoll 1: 0 1\nread 4\n" NOTHING_YET);
    type_at_poll(r, "\x04", 80, "poll 1: 0 1\nread 0\n" NOTHING_YET);
    type_at_poll(r, "\x03", 100, "^C\npoll -1: 0 0 EINTR\n" NOTHING_YET);
    type_at_poll(r, "end\n", 120, "end\npoll 1: 0 1\nread 4\n");
    assert_ended(r, 0);
    end(r);
}

/* ---- Panics ---- */

static uint64_t kernel_symbol(const char *name)
{
    struct symbols *s;
    char why[128];
    uint64_t va, bytes;
    assert_int_equal(
        symbols_open(kernel.data, kernel.n, "kernel.elf", &s, why, sizeof why),
        0);
    assert_true(symbols_address(s, name, &va, &bytes));
    symbols_close(s);
    return va;
}

/* The kernel's code at a function's start is replaced by one instruction. */
static struct run *start_spoilt(const char *page, const char *function,
                                uint32_t instruction)
{
    struct run *r = start(page);
    uint64_t pa = kernel_symbol(function) - UINT64_C(0xffffffc000000000);
    put(r, pa, &instruction, 4);
    return r;
}

static void a_panic_names_function_cause_and_callers(void **state)
{
    (void)state;
    struct run *r = start_spoilt("arg=lengths\n", "sys_getpid", 0);
    run_to_the_end(r);
    assert_ended(r, 121);
    assert_non_null(strstr(r->out, "kernel panic: sys_getpid: illegal "
                                   "instruction at pc 0xffffffc0802"));
    assert_non_null(strstr(r->out, "scause 0x2"));
    const char *trace = strstr(r->out, "backtrace:");
    assert_non_null(trace);
    const char *order[] = {" sys_getpid+0x0\n", " syscall+", " usertrap+"};
    for (int i = 0; i < 3; i++) {
        trace = strstr(trace, order[i]);
        if (!trace)
            fail_msg("no %s in order in:\n%s", order[i], r->out);
    }
    end(r);
}

static void a_jump_to_nowhere_says_who_made_it(void **state)
{
    (void)state;
    const uint32_t jump = 0x00000067; /* jr zero */
    struct run *r = start_spoilt("arg=lengths\n", "sys_getpid", jump);
    run_to_the_end(r);
    assert_ended(r, 121);
    assert_non_null(strstr(r->out, "instruction page fault at pc 0x0"));
    assert_non_null(strstr(r->out, "in pid "));
    const char *trace = strstr(r->out, "backtrace:\n  0x0 ?");
    assert_non_null(trace);
    assert_non_null(strstr(trace, " syscall+"));
    assert_non_null(strstr(trace, " usertrap+"));
    end(r);
}

static void a_stray_user_pointer_panics_in_both_layouts(void **state)
{
    (void)state;
    static const char *const page[] = {"layout=separate\narg=lengths\n",
                                       "layout=shared\narg=lengths\n"};
    for (int i = 0; i < 2; i++) {
        /* lui a0, 0x10: 0x10000, where programs are; the next instruction of
         * the function is made a load from there */
        struct run *r = start_spoilt(page[i], "sys_getpid", 0x00010537);
        uint64_t pa =
            kernel_symbol("sys_getpid") - UINT64_C(0xffffffc000000000) + 4;
        const uint32_t load = 0x00053503; /* ld a0, 0(a0) */
        put(r, pa, &load, 4);
        run_to_the_end(r);
        assert_ended(r, 121);
        assert_non_null(strstr(r->out, "sys_getpid: load page fault"));
        assert_non_null(strstr(r->out, "stval 0x10000 (a user address"));
        end(r);
    }
}

static void a_stack_overflow_is_said_to_be_one(void **state)
{
    (void)state;
    /* addi sp, sp, -16; sd sp, 0(sp); j .-8: down without end */
    static const uint32_t down[] = {0xff010113, 0x00213023, 0xff9ff06f};
    struct run *r = start_spoilt("arg=lengths\n", "sys_getpid", down[0]);
    uint64_t pa = kernel_symbol("sys_getpid") - UINT64_C(0xffffffc000000000);
    put(r, pa, down, sizeof down);
    run_to_the_end(r);
    assert_ended(r, 121);
    assert_non_null(strstr(r->out, "(kernel stack overflow)"));
    end(r);
}

/* ---- Path lengths (issue 2, "Speed") ---- */

struct meter {
    struct machine *m;
    uint64_t call; /* number of the crossing that is open */
    uint64_t fork_clock, wait_return;
    uint64_t entered, fences, satps;
    uint64_t getpid[2], getpid_fences[2], getpid_satps[2];
    uint64_t pipe[2], whole[2];
    unsigned getpids, reads, waits;
    uint64_t write_insns;
};

static void on_trap(void *ctx, const struct cpu_trap *trap)
{
    struct meter *t = ctx;
    if (trap->cause != 8)
        return;
    t->call = cpu_x(machine_cpu(t->m), 17);
    t->entered = machine_clock(t->m);
    t->fences = t->satps = 0;
    if (t->call == 2)
        t->fork_clock = t->entered;
    if (t->call == 4)
        t->wait_return = trap->pc + 4; /* others return while it waits */
}

/* A return to user mode, before its sret runs. */
static void on_return(struct meter *t, uint64_t target)
{
    uint64_t now = machine_clock(t->m) + 1, spent = now - t->entered;
    bool ours = t->getpids > 0; /* init and crt0 make no getpid first */
    if (t->call == 26 && t->getpids < 2) {
        t->getpid[t->getpids] = spent;
        t->getpid_fences[t->getpids] = t->fences;
        t->getpid_satps[t->getpids++] = t->satps;
    } else if (t->call == 6 && ours) {
        t->write_insns = spent;
    } else if (t->call == 5 && ours && t->reads < 2) {
        t->pipe[t->reads++] = t->write_insns + spent;
    } else if (target == t->wait_return && ours && t->waits < 2) {
        t->whole[t->waits++] = now - t->fork_clock;
    }
    t->call = 0;
}

static void on_special(void *ctx, const struct cpu_special_event *event)
{
    struct meter *t = ctx;
    if (event->what == CPU_SPECIAL_FENCE)
        t->fences++;
    else if (event->what == CPU_SPECIAL_SATP)
        t->satps++;
    else if (event->to == CPU_U)
        on_return(t, event->target);
}

static void crossings_keep_their_budgets(void **state)
{
    (void)state;
    struct run *r = start("arg=lengths\n");
    struct meter t = {.m = r->m};
    struct machine_observer o = {
        .ctx = &t,
        .trap = on_trap,
        .special = on_special,
        .specials = CPU_SPECIAL_SRET | CPU_SPECIAL_SATP | CPU_SPECIAL_FENCE};
    machine_observe(r->m, &o);
    run_to_the_end(r);
    assert_ended(r, 0);
    assert_int_equal(t.getpids, 2);
    assert_int_equal(t.reads, 2);
    assert_int_equal(t.waits, 2);
    for (int i = 0; i < 2; i++) {
        printf("getpid %lu, pipe write + read %lu, fork + exec + wait %lu\n",
               (unsigned long)t.getpid[i], (unsigned long)t.pipe[i],
               (unsigned long)t.whole[i]);
        assert_in_range(t.getpid[i], 100, 250);
        assert_int_equal(t.getpid_fences[i], 2);
        assert_int_equal(t.getpid_satps[i], 2);
        assert_in_range(t.pipe[i], 200, 4000);
        assert_in_range(t.whole[i], 1000, 60000);
    }
    machine_unobserve(r->m, &t);
    end(r);
}

static void the_shell_prompts_within_its_budget(void **state)
{
    (void)state;
    struct run *r = start("arg=sh\n");
    machine_pace_idle(r->m, true);
    machine_run(r->m, CLOCK_MAX, &r->stop);
    assert_int_equal(r->stop.reason, MACHINE_WANTS_INPUT);
    assert_non_null(strstr(r->out, "\n$ "));
    printf("boot to the prompt: %lu instructions\n",
           (unsigned long)machine_clock(r->m));
    assert_in_range(machine_clock(r->m), 10000, 3000000);
    end(r);
}

/* ---- Pipes (kernel/pipespeed.c; issue 3, "Speed") ---- */

static unsigned long number_after(const struct run *r, const char *name)
{
    const char *at = strstr(r->out, name);
    if (!at)
        fail_msg("no \"%s\" in:\n%s", name, r->out);
    return strtoul(at + strlen(name), NULL, 10);
}

static void pipes_keep_their_budgets(void **state)
{
    (void)state;
    struct run *r = start("arg=pipespeed\n");
    run_to_the_end(r);
    assert_ended(r, 0);
    unsigned long aligned = number_after(r, "1 KiB: "),
                  odd = number_after(r, "1 KiB misaligned: "),
                  mapped = number_after(r, "64 KiB: ");
    end(r);
    r = start("map=0\narg=pipespeed\n");
    run_to_the_end(r);
    assert_ended(r, 0);
    unsigned long copied = number_after(r, "64 KiB: ");
    end(r);
    printf("1 KiB %lu, misaligned %lu; 64 KiB mapped %lu, copied %lu\n",
           aligned, odd, mapped, copied);
    assert_in_range(aligned, 500, 3 * 1024 + 6000);
    assert_in_range(odd, aligned, 3 * 1024 + 6000);
    assert_in_range(mapped, 10000, copied / 2);
}

/* ---- Rings (kernel/ringspeed.c) ---- */

/* 64 in one crossing cost less than 64 calls, one by one they cost more; a ring
 * that travels with other calls costs what one that is entered does. */
static void ring_operations_keep_their_budgets(void **state)
{
    (void)state;
    struct run *r = start("arg=ringspeed\n");
    run_to_the_end(r);
    assert_ended(r, 0);
    printf("%s", r->out);
    unsigned long called = number_after(r, "/dev/null, call 1: "),
                  one = number_after(r, "/dev/null, ring 1: "),
                  many = number_after(r, "/dev/null, ring 64: ");
    assert_in_range(called, 100, 400);
    assert_in_range(one, called, 700);
    assert_in_range(many, 100, called);
    assert_in_range(number_after(r, "/dev/null, carried 64: "), many - 10,
                    many + 10);
    assert_in_range(number_after(r, "/tmp/speed, ring 64: "), many,
                    number_after(r, "/tmp/speed, call 1: "));
    end(r);
}

/* ---- fork during a transfer (kernel/forkwired.c) ---- */

struct forked {
    struct machine *m;
    unsigned shown;
    uint64_t va, frame[3], flags[3];
};

static void on_show(void *ctx, const struct cpu_trap *trap)
{
    struct forked *f = ctx;
    struct cpu *cpu = machine_cpu(f->m);
    uint64_t satp = 0;
    if (trap->cause != 8 || cpu_x(cpu, 17) != 27 || f->shown == 3 ||
        !cpu_csr(cpu, (unsigned)cpu_csr_number("satp"), &satp))
        return;
    f->va = cpu_x(cpu, 10);
    struct sv39_walk w = sv39_walk(f->m, sv39_root(satp), f->va);
    f->frame[f->shown] = w.pa;
    f->flags[f->shown++] = w.flags;
}

/* At vm_fork(parent, child): puts a struct wiring that covers the page into the
 * parent's list, in RAM that is not in use (guestkernel/wire.h, vm.h). */
static void on_fork(void *ctx, uint64_t pc)
{
    struct forked *f = ctx;
    const uint64_t direct_map = UINT64_C(0xffffffc000000000);
    const uint64_t spare = PLAT_RAM_BASE + machine_ram_bytes(f->m) - 4096;
    (void)pc;
    if (f->shown != 1)
        return;
    uint64_t vm = cpu_x(machine_cpu(f->m), 10);
    const uint64_t wiring[] = {0, vm, f->va, 4096}, list = spare + direct_map;
    uint8_t *there = machine_ram(f->m, spare, sizeof wiring);
    uint8_t *wired = machine_ram(f->m, vm - direct_map + 24, sizeof list);
    assert_non_null(there);
    assert_non_null(wired);
    memcpy(there, wiring, sizeof wiring);
    memcpy(wired, &list, sizeof list);
}

static void fork_copies_pages_that_are_in_a_transfer(void **state)
{
    (void)state;
    const uint64_t writable = 4;
    struct run *r = start("arg=forkwired\n");
    struct forked f = {.m = r->m};
    struct machine_observer o = {.ctx = &f, .trap = on_show};
    machine_observe(r->m, &o);
    cpu_watch(machine_cpu(r->m), kernel_symbol("vm_fork"), on_fork, &f);
    run_to_the_end(r);
    assert_ended(r, 0);
    assert_int_equal(f.shown, 3);
    assert_true(f.flags[0] & writable);
    assert_true(f.frame[1] != f.frame[0]); /* the child's own, at once */
    assert_true(f.flags[1] & writable);
    assert_true(f.frame[2] == f.frame[0]); /* the parent's is where it was, */
    assert_true(f.flags[2] & writable);    /* and not to be copied */
    machine_unobserve(r->m, &f);
    end(r);
}

/* ---- A ring that sleeps (kernel/drained.c) ---- */

struct busy_disk {
    struct run *r;
    uint64_t flag; /* where the kernel's disk.busy is (guestkernel/disk.c) */
};

static void look_busy(void *ctx, uint64_t pc)
{
    const struct busy_disk *b = ctx;
    (void)pc;
    put(b->r, b->flag, "\1", 1);
}

static void look_idle(void *ctx, uint64_t pc)
{
    const struct busy_disk *b = ctx;
    (void)pc;
    put(b->r, b->flag, "\0", 1);
}

static void a_ring_that_sleeps_restarts_no_other_call(void **state)
{
    (void)state;
    struct bytes disk = {calloc(1, 65536), 65536};
    assert_non_null(disk.data);
    struct run *r = start_on_disk(initrd, "arg=drained\n", 0, disk);
    struct busy_disk b = {r, kernel_symbol("disk") -
                                 UINT64_C(0xffffffc000000000) + 17};
    cpu_watch(machine_cpu(r->m), kernel_symbol("ring_drain"), look_busy, &b);
    cpu_watch(machine_cpu(r->m), kernel_symbol("trap_return"), look_idle, &b);
    run_to_the_end(r);
    assert_ended(r, 0);
    assert_non_null(strstr(r->out, " 0 failed\n"));
    end(r);
    free(disk.data);
}

/* ---- No memory (kernel/starved.c) ---- */

struct starve {
    struct machine *m;
    unsigned marks;       /* getppid calls; 1: counting */
    uint64_t fail, calls; /* which one gets nothing; 0: none */
    int64_t frames;       /* taken minus given back, while counting */
};

static void on_starve_trap(void *ctx, const struct cpu_trap *trap)
{
    struct starve *s = ctx;
    if (trap->cause == 8 && cpu_x(machine_cpu(s->m), 17) == 27)
        s->marks++;
}

/* At page_alloc's first instruction, or page_alloc_zeroed's: back to the caller
 * with 0. */
static void on_page_alloc(void *ctx, uint64_t pc)
{
    struct starve *s = ctx;
    struct cpu *cpu = machine_cpu(s->m);
    (void)pc;
    if (s->marks != 1 || ++s->calls != s->fail)
        return;
    cpu_set_x(cpu, 10, 0);
    cpu_set_pc(cpu, cpu_x(cpu, 1));
}

static void on_frame_taken(void *ctx, uint64_t pc)
{
    struct starve *s = ctx;
    (void)pc;
    s->frames += s->marks == 1;
}

static void on_frame_back(void *ctx, uint64_t pc)
{
    struct starve *s = ctx;
    (void)pc;
    s->frames -= s->marks == 1;
}

static void watch_frames(struct starve *s)
{
    struct symbols *symbols;
    char why[128];
    size_t n;
    assert_int_equal(symbols_open(kernel.data, kernel.n, "kernel.elf", &symbols,
                                  why, sizeof why),
                     0);
    const struct probe *probe = symbols_probes(symbols, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(probe[i].name, "page_alloc") == 0)
            cpu_watch(machine_cpu(s->m), probe[i].pc, on_frame_taken, s);
        else if (strcmp(probe[i].name, "page_free") == 0)
            cpu_watch(machine_cpu(s->m), probe[i].pc, on_frame_back, s);
    symbols_close(symbols);
    cpu_watch(machine_cpu(s->m), kernel_symbol("page_alloc"), on_page_alloc, s);
    cpu_watch(machine_cpu(s->m), kernel_symbol("page_alloc_zeroed"),
              on_page_alloc, s);
}

static struct starve starve(uint64_t fail)
{
    struct run *r = start("arg=starved\n");
    struct starve s = {.m = r->m, .fail = fail};
    struct machine_observer o = {.ctx = &s, .trap = on_starve_trap};
    machine_observe(r->m, &o);
    watch_frames(&s);
    run_to_the_end(r);
    if (r->stop.reason != MACHINE_ENDED ||
        (r->stop.status != 0 && r->stop.status != 137))
        fail_msg("allocation %lu failing: status %d\n%s", (unsigned long)fail,
                 r->stop.status, r->out);
    if (r->stop.status == 137)
        s.frames = INT64_MIN; /* the one that tidies up is dead */
    machine_unobserve(r->m, &s);
    end(r);
    return s;
}

static void any_allocation_may_fail_and_nothing_is_lost(void **state)
{
    (void)state;
    struct starve fed = starve(0);
    assert_in_range(fed.calls, 40, 1000);
    for (uint64_t n = 1; n <= fed.calls; n++) {
        struct starve s = starve(n);
        if (s.frames > fed.frames)
            fail_msg("allocation %lu failing: %ld frames are lost",
                     (unsigned long)n, (long)(s.frames - fed.frames));
    }
    printf("%lu allocations\n", (unsigned long)fed.calls);
}

/* ---- Tables and probes in the image ---- */

static void the_image_carries_its_tables(void **state)
{
    (void)state;
    struct symbols *s;
    char why[256];
    assert_int_equal(
        symbols_open(kernel.data, kernel.n, "kernel.elf", &s, why, sizeof why),
        0);
    struct abi *abi = abi_from_symbols(s, why, sizeof why);
    if (!abi)
        fail_msg("%s", why);
    const struct abi_call *call = abi_find(abi, 6);
    assert_non_null(call);
    assert_string_equal(call->name, "write");
    assert_string_equal(abi_errno_name(abi, 14), "EFAULT");
    assert_string_equal(abi_signal_name(abi, 11), "SIGSEGV");
    abi_free(abi);
    symbols_close(s);
}

/* With a pattern: only the tests with such a name. */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_arguments_are_refused),
        cmocka_unit_test(hostile_pointers_in_structures_are_refused),
        cmocka_unit_test(every_length_is_taken_as_it_is),
        cmocka_unit_test(files_follow_posix),
        cmocka_unit_test(numbers_of_files_are_not_used_twice),
        cmocka_unit_test(processes_live_and_die),
        cmocka_unit_test(memory_is_private_and_comes_back),
        cmocka_unit_test(mappings_show_what_they_map),
        cmocka_unit_test(signals_reach_their_handlers),
        cmocka_unit_test(forged_frames_and_bad_stacks_are_fatal),
        cmocka_unit_test(variables_are_set_by_those_who_may),
        cmocka_unit_test(sleepers_on_words_are_woken),
        cmocka_unit_test(vectors_move_piece_by_piece),
        cmocka_unit_test(fifos_and_poll_follow_posix),
        cmocka_unit_test(port_rights_and_messages_are_counted),
        cmocka_unit_test(requests_of_devices_are_checked),
        cmocka_unit_test(methods_of_devices_are_checked),
        cmocka_unit_test(the_terminal_has_modes_and_a_size),
        cmocka_unit_test(sockets_lose_nothing),
        cmocka_unit_test(wired_pages_outlive_their_owners),
        cmocka_unit_test(the_disk_works_on_the_programs_pages),
        cmocka_unit_test(sleepers_end_whatever_their_peers_do),
        cmocka_unit_test(rings_believe_nothing_they_read),
        cmocka_unit_test(stubs_check_every_message),
        cmocka_unit_test(bad_elf_files_are_refused),
        cmocka_unit_test(a_bad_boot_page_is_refused_in_one_line),
        cmocka_unit_test(a_boot_page_of_another_kind_is_refused),
        cmocka_unit_test(a_bad_archive_is_refused_in_one_line),
        cmocka_unit_test(a_header_that_is_none_is_refused),
        cmocka_unit_test(every_size_of_ram_boots),
        cmocka_unit_test(lines_can_be_edited),
        cmocka_unit_test(end_of_file_is_a_key),
        cmocka_unit_test(reads_take_what_they_ask_for),
        cmocka_unit_test(ctrl_c_throws_the_line_away),
        cmocka_unit_test(ctrl_c_ends_the_foreground_job),
        cmocka_unit_test(a_line_too_long_is_cut_not_overrun),
        cmocka_unit_test(a_poll_of_the_console_waits_for_a_line),
        cmocka_unit_test(a_panic_names_function_cause_and_callers),
        cmocka_unit_test(a_jump_to_nowhere_says_who_made_it),
        cmocka_unit_test(a_stray_user_pointer_panics_in_both_layouts),
        cmocka_unit_test(a_stack_overflow_is_said_to_be_one),
        cmocka_unit_test(crossings_keep_their_budgets),
        cmocka_unit_test(the_shell_prompts_within_its_budget),
        cmocka_unit_test(pipes_keep_their_budgets),
        cmocka_unit_test(ring_operations_keep_their_budgets),
        cmocka_unit_test(fork_copies_pages_that_are_in_a_transfer),
        cmocka_unit_test(a_ring_that_sleeps_restarts_no_other_call),
        cmocka_unit_test(any_allocation_may_fail_and_nothing_is_lost),
        cmocka_unit_test(the_image_carries_its_tables),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, load_images, free_images);
}
