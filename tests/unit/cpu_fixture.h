/*
 * cpu_fixture.h - a hart with RAM and the least of devices, for the tests of
 * cpu/: a UART that collects bytes, a finisher, and the CLINT's timer and
 * software interrupt. Images are assembled from tests/guest/cpu at build time.
 *
 * The rig is what a machine is to the hart: it keeps the timer's deadline,
 * raises the line at that exact clock, and lets idle time pass.
 */
#ifndef SALLYPORT_TESTS_CPU_FIXTURE_H
#define SALLYPORT_TESTS_CPU_FIXTURE_H

#include "../../emu/cpu/cpu.h"
#include "../../emu/platform/platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define RIG_MTIMECMP (PLAT_CLINT_BASE + 0x4000)
#define RIG_MTIME    (PLAT_CLINT_BASE + 0xbff8)

struct rig {
    struct cpu *cpu;
    uint8_t *ram;
    size_t ram_bytes;
    uint64_t mtimecmp;
    bool finished;
    char out[65536];
    size_t out_bytes;
    struct cpu_trap last_trap;
    unsigned traps_heard;
    struct cpu_special_event specials[64];
    unsigned specials_heard;
    uint64_t firmware_calls;
};

static inline uint64_t rig_time(void *ctx)
{
    const struct rig *rig = ctx;
    return cpu_clock(rig->cpu) / PLAT_CLOCK_PER_TICK;
}

static inline uint64_t rig_deadline(const struct rig *rig)
{
    return rig->mtimecmp > UINT64_MAX / PLAT_CLOCK_PER_TICK
               ? UINT64_MAX
               : rig->mtimecmp * PLAT_CLOCK_PER_TICK;
}

static inline void rig_timer(struct rig *rig)
{
    cpu_set_irq(rig->cpu, CPU_IRQ_MTI,
                cpu_clock(rig->cpu) >= rig_deadline(rig));
}

static inline bool rig_read(void *ctx, uint64_t pa, unsigned size,
                            uint64_t *value)
{
    struct rig *rig = ctx;
    (void)size;
    if (pa == RIG_MTIME)
        *value = rig_time(rig);
    else if (pa == RIG_MTIMECMP)
        *value = rig->mtimecmp;
    else if (pa == PLAT_UART_BASE + 5)
        *value = 0x60;
    else
        return false;
    return true;
}

static inline bool rig_write(void *ctx, uint64_t pa, unsigned size,
                             uint64_t value)
{
    struct rig *rig = ctx;
    (void)size;
    if (pa == PLAT_UART_BASE && rig->out_bytes + 1 < sizeof rig->out) {
        rig->out[rig->out_bytes++] = (char)value;
    } else if (pa == PLAT_FINISHER_BASE) {
        rig->finished = true;
        cpu_request_stop(rig->cpu);
    } else if (pa == RIG_MTIMECMP) {
        rig->mtimecmp = value;
        rig_timer(rig);
        cpu_request_stop(rig->cpu); /* the bound of this run may be wrong now */
    } else {
        return false;
    }
    return true;
}

static inline void rig_trap(void *ctx, const struct cpu_trap *trap)
{
    struct rig *rig = ctx;
    rig->last_trap = *trap;
    rig->traps_heard++;
}

static inline void rig_special(void *ctx, const struct cpu_special_event *event)
{
    struct rig *rig = ctx;
    rig->specials[rig->specials_heard++ % 64] = *event;
}

static inline bool rig_firmware(void *ctx)
{
    struct rig *rig = ctx;
    if (cpu_x(rig->cpu, 17) != 0x10)
        return false;
    rig->firmware_calls++;
    cpu_set_x(rig->cpu, 10, 0);
    return true;
}

static inline struct rig *rig_make(size_t ram_bytes, bool firmware)
{
    char why[200] = "";
    struct rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    rig->mtimecmp = UINT64_MAX;
    rig->ram_bytes = ram_bytes;
    rig->ram = aligned_alloc(4096, ram_bytes);
    assert_non_null(rig->ram);
    memset(rig->ram, 0, ram_bytes);
    struct cpu_desc desc = {
        .ram = rig->ram,
        .ram_bytes = ram_bytes,
        .firmware = firmware,
        .env = {.ctx = rig,
                .mmio_read = rig_read,
                .mmio_write = rig_write,
                .time = rig_time,
                .firmware_call = rig_firmware,
                .trap = rig_trap,
                .special = rig_special},
    };
    if (cpu_create(&desc, &rig->cpu, why, sizeof why) != 0)
        fail_msg("%s", why);
    cpu_set_pc(rig->cpu, firmware ? PLAT_KERNEL_BASE : (uint64_t)PLAT_RAM_BASE);
    return rig;
}

static inline void rig_free(struct rig *rig)
{
    cpu_destroy(rig->cpu);
    free(rig->ram);
    free(rig);
}

static inline void rig_put(struct rig *rig, uint64_t pa, const void *bytes,
                           size_t n)
{
    memcpy(rig->ram + (pa - PLAT_RAM_BASE), bytes, n);
    cpu_invalidate(rig->cpu, pa, n);
}

static inline void rig_code(struct rig *rig, uint64_t pa, const uint32_t *code,
                            size_t words)
{
    rig_put(rig, pa, code, words * sizeof *code);
}

/* NAME.bin from the build directory, at the start of RAM. */
static inline void rig_load(struct rig *rig, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.bin", CPU_GUEST_DIR, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s: not built", path);
    size_t n = fread(rig->ram, 1, rig->ram_bytes, file);
    fclose(file);
    assert_true(n > 0);
    cpu_invalidate(rig->cpu, PLAT_RAM_BASE, n);
}

/* As a machine would: up to the clock, the timer raised on its way. */
static inline enum cpu_stop rig_run(struct rig *rig, uint64_t until)
{
    enum cpu_stop stop = CPU_STOP_CLOCK;
    while (!rig->finished && cpu_clock(rig->cpu) < until) {
        uint64_t deadline = rig_deadline(rig), now = cpu_clock(rig->cpu);
        uint64_t bound = deadline > now && deadline < until ? deadline : until;
        stop = cpu_run(rig->cpu, bound);
        if (stop == CPU_STOP_WFI && deadline < until &&
            deadline > cpu_clock(rig->cpu))
            cpu_add_idle(rig->cpu, deadline - cpu_clock(rig->cpu));
        else if (stop != CPU_STOP_CLOCK && stop != CPU_STOP_REQUEST)
            break;
        rig_timer(rig);
    }
    return stop;
}

#endif
