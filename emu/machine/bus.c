/*
 * bus.c - which device answers at a physical address that is not RAM.
 *
 * One table, searched in order: few rows, and an access to a device costs far
 * more in the engine than here. What is at no row's address, has a width the
 * device does not take or is not aligned to it, is an access fault, as on
 * QEMU; the hart takes it when these functions return false.
 */
#include "device.h"
#include "state.h"

/* Extents are those of the registers, which can be shorter than the slot that
 * platform.h reserves. */
static const struct device board[] = {
    {&uart_ops, PLAT_UART_BASE, UART_REGISTERS, false},
    {&virtio_mmio_ops, PLAT_VIRTIO_BASE, VIRTIO_MMIO_BYTES, false},
    {&plic_ops, PLAT_PLIC_BASE, PLAT_PLIC_SIZE, false},
    {&clint_ops, PLAT_CLINT_BASE, PLAT_CLINT_SIZE, true},
    {&finisher_ops, PLAT_FINISHER_BASE, PLAT_FINISHER_SIZE, false},
};

static const struct device *bus_find(const struct machine *m, uint64_t pa,
                                     unsigned size)
{
    if (size != 1 && size != 2 && size != 4 && size != 8)
        return NULL;
    for (size_t i = 0; i < sizeof board / sizeof board[0]; i++) {
        const struct device *d = &board[i];
        if (pa < d->base || pa - d->base >= d->bytes)
            continue;
        if (d->bare_only && !m->bare)
            return NULL;
        if (!(d->ops->sizes & size) || pa % size != 0)
            return NULL;
        return d->bytes - (pa - d->base) >= size ? d : NULL;
    }
    return NULL;
}

bool bus_read(struct machine *m, uint64_t pa, unsigned size, uint64_t *value)
{
    const struct device *d = bus_find(m, pa, size);
    if (d == NULL || !d->ops->read(m, pa - d->base, size, value))
        return false;
    console_pump(m);
    lines_update(m);
    return true;
}

bool bus_write(struct machine *m, uint64_t pa, unsigned size, uint64_t value)
{
    const struct device *d = bus_find(m, pa, size);
    if (size < 8)
        value &= (UINT64_C(1) << (size * 8)) - 1;
    if (d == NULL || !d->ops->write(m, pa - d->base, size, value))
        return false;
    console_pump(m);
    lines_update(m);
    return true;
}

bool bus_peek(const struct machine *m, uint64_t pa, unsigned size,
              uint64_t *value)
{
    const struct device *d = bus_find(m, pa, size);
    return d != NULL && d->ops->peek(m, pa - d->base, size, value);
}
