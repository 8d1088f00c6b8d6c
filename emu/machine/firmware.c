/*
 * firmware.c - the firmware under an S-mode kernel: answers its ecalls by the
 * RISC-V SBI specification, as OpenSBI does on QEMU.
 *
 * In: a7 the extension, a6 the function, a0.. the arguments. Out: a0 an error,
 * a1 a value; the legacy calls return one value in a0 and keep a1. Known are
 * base, TIME and SRST, and of the legacy calls timer, console and shutdown;
 * all else is not supported.
 */
#include "device.h"
#include "state.h"

#include <stdio.h>

#define SBI_SPEC_VERSION   0x01000000 /* 1.0 */
#define SBI_IMPL_ID        0x53414c4c /* no registered one; "SALL" */
#define SBI_IMPL_VERSION   1
#define SBI_SRST_SHUTDOWN  0
#define SBI_SRST_COLD      1
#define SBI_SRST_WARM      2
#define SBI_SRST_NO_REASON 0
#define SBI_SRST_FAILURE   1

enum { A0 = 10, A1 = 11, A6 = 16, A7 = 17 };

struct sbi_result {
    int64_t error;
    uint64_t value;
};

static const uint64_t extensions[] = {
    PLAT_SBI_EXT_BASE,         PLAT_SBI_EXT_TIME,       PLAT_SBI_EXT_SRST,
    PLAT_SBI_LEGACY_SET_TIMER, PLAT_SBI_LEGACY_PUTCHAR, PLAT_SBI_LEGACY_GETCHAR,
    PLAT_SBI_LEGACY_SHUTDOWN,
};

static uint64_t sbi_probe(uint64_t extension)
{
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++)
        if (extensions[i] == extension)
            return 1;
    return 0;
}

static struct sbi_result sbi_base(uint64_t function, uint64_t a0)
{
    switch (function) {
    case 0:
        return (struct sbi_result){0, SBI_SPEC_VERSION};
    case 1:
        return (struct sbi_result){0, SBI_IMPL_ID};
    case 2:
        return (struct sbi_result){0, SBI_IMPL_VERSION};
    case 3:
        return (struct sbi_result){0, sbi_probe(a0)};
    case 4: /* mvendorid, marchid, mimpid */
    case 5:
    case 6:
        return (struct sbi_result){0, 0};
    default:
        return (struct sbi_result){PLAT_SBI_ERR_NOT_SUPPORTED, 0};
    }
}

static void sbi_set_timer(struct machine *m, uint64_t mtime)
{
    m->s.sbi_timer = mtime;
    lines_update(m);
}

/* The status is 0 whatever the reason: so it is on QEMU. */
static int64_t sbi_system_reset(struct machine *m, uint64_t type,
                                uint64_t reason)
{
    if (type > SBI_SRST_WARM || reason > SBI_SRST_FAILURE)
        return PLAT_SBI_ERR_INVALID_PARAM;
    if (type != SBI_SRST_SHUTDOWN)
        machine_end(m, 0, "the guest asked for a reset");
    else if (reason == SBI_SRST_FAILURE)
        machine_end(m, 0, "the guest shut down: system failure");
    else
        machine_end(m, 0, "");
    return PLAT_SBI_SUCCESS;
}

/* The firmware polls the same UART that the kernel can reach. */
static uint64_t sbi_getchar(struct machine *m)
{
    uint64_t lsr = 0;
    uint64_t byte = 0;
    bus_read(m, PLAT_UART_BASE + UART_LSR, 1, &lsr);
    if (!(lsr & UART_LSR_DR))
        return UINT64_MAX; /* -1: none */
    bus_read(m, PLAT_UART_BASE + UART_RBR, 1, &byte);
    return byte;
}

/* True: a legacy call, answered. */
static bool sbi_legacy(struct machine *m, uint64_t extension, uint64_t a0)
{
    uint64_t result = 0;
    switch (extension) {
    case PLAT_SBI_LEGACY_SET_TIMER:
        sbi_set_timer(m, a0);
        break;
    case PLAT_SBI_LEGACY_PUTCHAR:
        bus_write(m, PLAT_UART_BASE + UART_THR, 1, a0);
        break;
    case PLAT_SBI_LEGACY_GETCHAR:
        result = sbi_getchar(m);
        break;
    case PLAT_SBI_LEGACY_SHUTDOWN:
        machine_end(m, 0, "");
        break;
    default:
        return false;
    }
    cpu_set_x(m->cpu, A0, result);
    return true;
}

bool firmware_call(struct machine *m)
{
    uint64_t extension = cpu_x(m->cpu, A7);
    uint64_t function = cpu_x(m->cpu, A6);
    uint64_t a0 = cpu_x(m->cpu, A0);
    struct sbi_result r = {PLAT_SBI_ERR_NOT_SUPPORTED, 0};
    if (sbi_legacy(m, extension, a0))
        return true;
    if (extension == PLAT_SBI_EXT_BASE) {
        r = sbi_base(function, a0);
    } else if (extension == PLAT_SBI_EXT_TIME && function == 0) {
        sbi_set_timer(m, a0);
        r.error = PLAT_SBI_SUCCESS;
    } else if (extension == PLAT_SBI_EXT_SRST && function == 0) {
        r.error = sbi_system_reset(m, a0, cpu_x(m->cpu, A1));
    }
    cpu_set_x(m->cpu, A0, (uint64_t)r.error);
    cpu_set_x(m->cpu, A1, r.value);
    return true;
}
