/*
 * clint.c - the core-local interruptor: msip, mtimecmp, mtime.
 *
 * Time is the machine's clock, so mtime is computed and not kept; a write to it
 * moves an offset. The lines it drives are worked out in lines.c. In firmware
 * mode S-mode does not reach it (bus.c); its time is still what rdtime reads.
 * The comparator of an absent hart reads 0 and ignores writes, as on QEMU.
 */
#include "device.h"
#include "state.h"

static uint64_t clint_register(const struct machine *m, uint64_t offset)
{
    switch (offset) {
    case CLINT_MSIP:
        return m->s.clint.msip;
    case CLINT_MTIMECMP:
        return m->s.clint.mtimecmp;
    case CLINT_MTIME:
        return machine_mtime(m);
    default:
        return 0;
    }
}

static bool clint_peek(const struct machine *m, uint64_t offset, unsigned size,
                       uint64_t *value)
{
    if (offset >= CLINT_END || (offset < CLINT_SWI_END && size != 4))
        return false;
    if (offset < CLINT_SWI_END) {
        *value = clint_register(m, offset);
        return true;
    }
    uint64_t whole = clint_register(m, offset & ~UINT64_C(7));
    *value = size == 8 ? whole : (uint32_t)(whole >> (offset % 8 * 8));
    return true;
}

static bool clint_read(struct machine *m, uint64_t offset, unsigned size,
                       uint64_t *value)
{
    return clint_peek(m, offset, size, value);
}

/* A 64-bit register after a store of 4 or 8 bytes into it. */
static uint64_t merged(uint64_t old, uint64_t offset, unsigned size,
                       uint64_t value)
{
    if (size == 8)
        return value;
    unsigned shift = (unsigned)(offset % 8 * 8);
    return (old & ~(UINT64_C(0xffffffff) << shift)) | value << shift;
}

static bool clint_write(struct machine *m, uint64_t offset, unsigned size,
                        uint64_t value)
{
    struct clint *c = &m->s.clint;
    if (offset >= CLINT_END || (offset < CLINT_SWI_END && size != 4))
        return false;
    if (offset == CLINT_MSIP) {
        c->msip = value & 1;
    } else if (offset >= CLINT_MTIMECMP && offset < CLINT_MTIMECMP_NEXT) {
        c->mtimecmp = merged(c->mtimecmp, offset, size, value);
    } else if (offset >= CLINT_MTIME) {
        uint64_t now = machine_mtime(m);
        c->offset += merged(now, offset, size, value) - now;
    }
    return true;
}

const struct device_ops clint_ops = {
    .name = "clint",
    .sizes = DEVICE_SIZE_4_8,
    .read = clint_read,
    .write = clint_write,
    .peek = clint_peek,
};
