/*
 * test_kernel_random.c - long random sequences of calls (kernel/random.c) in
 * both layouts, and what the kernel has at the end of each that it did not have
 * at its start: frames, objects of kmalloc's, wired pages, windows. The
 * program counts free pages itself; objects are too small for that.
 *
 *   test_kernel_random [SEED [SEQUENCES [CALLS]]]
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../emu/inspect/symbols.h"
#include "../../emu/machine/machine.h"
#include "../unit/elf_fixture.h"

#define MARK      0x5a11 /* kernel/random.c's getppid calls around a sequence */
#define GETPPID   27
#define KERNEL_VA UINT64_C(0xffffffc000000000)

/* Taken minus given back. */
struct counts {
    int64_t frames, wirings, objects;
};

struct run {
    struct machine *m;
    struct symbols *symbols;
    struct counts now, before;
    unsigned sequences;
    uint64_t windows_pa;
    char said[256]; /* what was lost first */
    char out[16384];
    size_t used;
};

static const char *seed = "1", *sequences = "6", *calls = "1000";

static void collect(void *ctx, const uint8_t *bytes, size_t n)
{
    struct run *r = ctx;
    for (size_t i = 0; i < n; i++)
        r->out[r->used++ % (sizeof r->out - 1)] = (char)bytes[i];
}

/* ---- Counting ---- */

static void on_frame_taken(void *ctx, uint64_t pc)
{
    (void)pc;
    ((struct run *)ctx)->now.frames++;
}

static void on_frame_back(void *ctx, uint64_t pc)
{
    (void)pc;
    ((struct run *)ctx)->now.frames--;
}

static void on_wire(void *ctx, uint64_t pc)
{
    (void)pc;
    ((struct run *)ctx)->now.wirings++;
}

static void on_unwire(void *ctx, uint64_t pc)
{
    (void)pc;
    ((struct run *)ctx)->now.wirings--;
}

/* No allocation fails here: there is more memory than a sequence can use. */
static void on_kmalloc(void *ctx, uint64_t pc)
{
    (void)pc;
    ((struct run *)ctx)->now.objects++;
}

static void on_kfree(void *ctx, uint64_t pc)
{
    struct run *r = ctx;
    (void)pc;
    r->now.objects -= cpu_x(machine_cpu(r->m), 10) != 0;
}

static uint32_t windows_taken(const struct run *r)
{
    uint32_t taken = 0;
    memcpy(&taken, machine_ram(r->m, r->windows_pa, sizeof taken),
           sizeof taken);
    return taken;
}

static void compare(struct run *r, uint64_t sequence)
{
    const struct counts *a = &r->before, *b = &r->now;
    if (r->said[0])
        return;
    if (memcmp(a, b, sizeof *a) == 0 && windows_taken(r) == 0)
        return;
    snprintf(r->said, sizeof r->said,
             "sequence %lu: %+ld frames, %+ld objects, %+ld wirings, windows "
             "taken %#x",
             (unsigned long)sequence, (long)(b->frames - a->frames),
             (long)(b->objects - a->objects), (long)(b->wirings - a->wirings),
             windows_taken(r));
}

static void on_trap(void *ctx, const struct cpu_trap *trap)
{
    struct run *r = ctx;
    const struct cpu *cpu = machine_cpu(r->m);
    if (trap->cause != 8 || cpu_x(cpu, 17) != GETPPID || cpu_x(cpu, 10) != MARK)
        return;
    if (cpu_x(cpu, 11) == 0) {
        r->before = r->now;
        r->sequences++;
    } else {
        compare(r, cpu_x(cpu, 12));
    }
}

/* ---- Running ---- */

static uint64_t address_of(struct run *r, const char *name)
{
    uint64_t va, bytes;
    if (!symbols_address(r->symbols, name, &va, &bytes))
        fail_msg("the kernel has no %s", name);
    return va;
}

static void count_everything(struct run *r)
{
    static const struct {
        const char *probe;
        cpu_watch_fn *fn;
    } row[] = {{"page_alloc", on_frame_taken},
               {"page_free", on_frame_back},
               {"wire", on_wire},
               {"unwire", on_unwire}};
    size_t n;
    const struct probe *probe = symbols_probes(r->symbols, &n);
    struct cpu *cpu = machine_cpu(r->m);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sizeof row / sizeof row[0]; k++)
            if (strcmp(probe[i].name, row[k].probe) == 0)
                cpu_watch(cpu, probe[i].pc, row[k].fn, r);
    cpu_watch(cpu, address_of(r, "kmalloc"), on_kmalloc, r);
    cpu_watch(cpu, address_of(r, "kfree"), on_kfree, r);
    r->windows_pa = address_of(r, "windows_taken") - KERNEL_VA;
}

static void sequences_leave_nothing(const char *layout)
{
    struct elf_file kernel = take_file(KERNEL_ELF),
                    initrd = take_file(TEST_INITRD);
    struct run *r = calloc(1, sizeof *r);
    char page[200], why[256] = "";
    assert_non_null(r);
    snprintf(page, sizeof page,
             "ram=64\nlayout=%s\narg=random\narg=%s\narg=%s\narg=%s\n", layout,
             seed, calls, sequences);
    struct machine_desc desc = {.kernel = kernel.bytes,
                                .kernel_bytes = kernel.n,
                                .kernel_name = "kernel.elf",
                                .initrd = initrd.bytes,
                                .initrd_bytes = initrd.n,
                                .bootpage = page,
                                .console_out = collect,
                                .console_ctx = r};
    if (machine_create(&desc, &r->m, why, sizeof why) ||
        symbols_open(kernel.bytes, kernel.n, "kernel.elf", &r->symbols, why,
                     sizeof why))
        fail_msg("%s", why);
    struct machine_observer o = {.ctx = r, .trap = on_trap};
    struct machine_stop stop;
    machine_observe(r->m, &o);
    count_everything(r);
    machine_run(r->m, UINT64_MAX, &stop);
    if (stop.reason != MACHINE_ENDED || stop.status != 0 || r->said[0])
        fail_msg("layout=%s seed %s: status %d %s; %s\n%s", layout, seed,
                 stop.status, stop.text, r->said, r->out);
    assert_int_equal(r->sequences, strtoul(sequences, NULL, 10));
    /* It did something: what is never counted cannot be lost. */
    assert_true(r->now.frames > 0 && r->now.objects > 0);
    machine_unobserve(r->m, r);
    symbols_close(r->symbols);
    machine_destroy(r->m);
    free(kernel.bytes);
    free(initrd.bytes);
    free(r);
}

static void random_calls_leave_nothing_in_separate_spaces(void **state)
{
    (void)state;
    sequences_leave_nothing("separate");
}

static void random_calls_leave_nothing_in_a_shared_space(void **state)
{
    (void)state;
    sequences_leave_nothing("shared");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_calls_leave_nothing_in_separate_spaces),
        cmocka_unit_test(random_calls_leave_nothing_in_a_shared_space),
    };
    if (argc > 1)
        seed = argv[1];
    if (argc > 2)
        sequences = argv[2];
    if (argc > 3)
        calls = argv[3];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
