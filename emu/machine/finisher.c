/*
 * finisher.c - the test finisher: one store ends the run with a status. The
 * same store does on QEMU, where the status is QEMU's own exit status.
 */
#include "device.h"
#include "state.h"

static bool finisher_peek(const struct machine *m, uint64_t offset,
                          unsigned size, uint64_t *value)
{
    (void)m, (void)offset, (void)size;
    *value = 0;
    return true;
}

static bool finisher_read(struct machine *m, uint64_t offset, unsigned size,
                          uint64_t *value)
{
    return finisher_peek(m, offset, size, value);
}

static bool finisher_write(struct machine *m, uint64_t offset, unsigned size,
                           uint64_t value)
{
    (void)size;
    if (offset != 0)
        return true;
    switch (value & 0xffff) {
    case PLAT_FINISHER_PASS:
        machine_end(m, 0, "");
        break;
    case PLAT_FINISHER_FAIL:
        machine_end(m, (int)(value >> 16 & 0xff), "");
        break;
    case PLAT_FINISHER_RESET:
        machine_end(m, 0, "the guest asked for a reset");
        break;
    default: /* no command: nothing happens, as on QEMU */
        break;
    }
    return true;
}

const struct device_ops finisher_ops = {
    .name = "finisher",
    .sizes = DEVICE_SIZE_2_4,
    .read = finisher_read,
    .write = finisher_write,
    .peek = finisher_peek,
};
