/*
 * test_machine_bare.c - the same M-mode program here and on QEMU: the same
 * console text, the same exit status, the same bytes on the disk.
 *
 * The programs are in tests/guest/bare; bare.elf ends by the finisher,
 * tohost.elf by a store to tohost (QEMU, which does not know it, runs into the
 * finisher behind it).
 */
#include "machine_fixture.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define DISK_BYTES 8192
#define TEXT_MAX   65536
#define STATUS     42 /* with which the programs end */

struct outcome {
    int status;
    char text[TEXT_MAX];
    size_t text_bytes;
    uint8_t disk[DISK_BYTES];
};

static void fill_disk(uint8_t *disk)
{
    for (size_t i = 0; i < DISK_BYTES; i++)
        disk[i] = (uint8_t)(i / 512 * 7 + i % 253);
}

static void read_file(const char *path, uint8_t *to, size_t n)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fread(to, 1, n, f), n);
    fclose(f);
}

static void keep_text(void *ctx, const uint8_t *bytes, size_t n)
{
    struct outcome *o = ctx;
    for (size_t i = 0; i < n && o->text_bytes < TEXT_MAX - 1; i++)
        o->text[o->text_bytes++] = (char)bytes[i];
}

static void run_here(const char *program, struct outcome *o)
{
    struct machine_stop stop;
    struct machine *m;
    char why[200] = "";
    size_t n = 0;
    uint8_t *elf = read_whole(program, &n);
    memset(o, 0, sizeof *o);
    fill_disk(o->disk);
    struct machine_desc d = {.bare = true,
                             .kernel = elf,
                             .kernel_bytes = n,
                             .disk = o->disk,
                             .disk_bytes = DISK_BYTES,
                             .console_out = keep_text,
                             .console_ctx = o};
    if (machine_create(&d, &m, why, sizeof why) != 0)
        fail_msg("%s", why);
    free(elf);
    machine_run(m, UINT64_C(1000000000), &stop);
    if (stop.reason != MACHINE_ENDED)
        fail_msg("reason %d: %s\n%s", stop.reason, stop.text, o->text);
    o->status = stop.status;
    machine_destroy(m);
}

/* An empty temporary file; its name in path. */
static int temporary(char path[40])
{
    strcpy(path, "/tmp/sallyport-bare-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    return fd;
}

/* The console goes to a file: QEMU 7.2 makes a pipe on its stdout non-blocking
 * and was once seen to stand still in mid-line with it. */
static void run_on_qemu(const char *program, struct outcome *o)
{
    char image[40], console[40], command[1024];
    int fd = temporary(image);
    memset(o, 0, sizeof *o);
    fill_disk(o->disk);
    assert_int_equal(write(fd, o->disk, DISK_BYTES), DISK_BYTES);
    close(fd);
    close(temporary(console));
    snprintf(command, sizeof command,
             "timeout 60 qemu-system-riscv64 -M virt -m 64 -bios none "
             "-display none -monitor none -serial file:%s "
             "-global virtio-mmio.force-legacy=false -kernel %s "
             "-drive file=%s,format=raw,if=none,id=d "
             "-device virtio-blk-device,drive=d,bus=virtio-mmio-bus.0 "
             "</dev/null",
             console, program, image);
    int result = system(command);
    o->status = WIFEXITED(result) ? WEXITSTATUS(result) : -1;
    FILE *f = fopen(console, "r");
    assert_non_null(f);
    o->text_bytes = fread(o->text, 1, TEXT_MAX - 1, f);
    fclose(f);
    read_file(image, o->disk, DISK_BYTES);
    unlink(image);
    unlink(console);
}

static void compare(const char *program)
{
    struct outcome *here = malloc(sizeof *here);
    struct outcome *qemu = malloc(sizeof *qemu);
    run_here(program, here);
    run_on_qemu(program, qemu);
    assert_string_equal(here->text, qemu->text);
    assert_int_equal(here->status, STATUS);
    assert_int_equal(qemu->status, STATUS);
    assert_memory_equal(here->disk, qemu->disk, DISK_BYTES);
    assert_non_null(strstr(here->text, "-- The end"));
    free(here);
    free(qemu);
}

static void a_bare_program_prints_the_same_on_both_machines(void **state)
{
    (void)state;
    compare(BARE_DIR "/bare.elf");
}

static void a_store_to_tohost_ends_with_the_same_status(void **state)
{
    (void)state;
    compare(BARE_DIR "/tohost.elf");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bare_program_prints_the_same_on_both_machines),
        cmocka_unit_test(a_store_to_tohost_ends_with_the_same_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
