/*
 * virtio_mmio.c - the registers of the block device's transport (virtio 1.1,
 * 4.2.2): identity, features, the one queue, status, interrupt, configuration.
 *
 * With no disk the transport is there and empty: device ID 0, which tells the
 * driver to look elsewhere (4.2.2.2); all but the identity reads 0. Registers
 * are 32 bits wide: a narrower access reads 0 and is ignored, a doubleword is
 * two words, as on QEMU. The configuration takes every width.
 */
#include "device.h"
#include "state.h"

#include <string.h>

bool virtio_irq(const struct virtio *v)
{
    return v->irq_status != 0;
}

void virtio_break(struct virtio *v)
{
    v->status |= VIRTIO_STATUS_NEEDS_RESET;
    if (v->status & VIRTIO_STATUS_DRIVER_OK)
        v->irq_status |= VIRTIO_IRQ_CONFIG;
}

static uint32_t half(uint64_t value, uint32_t which)
{
    return which > 1 ? 0 : (uint32_t)(value >> (which * 32));
}

static uint64_t with_half(uint64_t old, uint32_t which, uint64_t value)
{
    if (which > 1)
        return old;
    unsigned shift = which * 32;
    return (old & ~(UINT64_C(0xffffffff) << shift)) | value << shift;
}

static uint32_t virtio_register(const struct machine *m, uint64_t offset)
{
    const struct virtio *v = &m->s.virtio;
    switch (offset) {
    case VIRTIO_MMIO_MAGIC:
        return VIRTIO_MAGIC;
    case VIRTIO_MMIO_VERSION:
        return 2;
    case VIRTIO_MMIO_VENDOR_ID:
        return VIRTIO_VENDOR;
    case VIRTIO_MMIO_DEVICE_ID:
        return m->disk.bytes != NULL ? VIRTIO_ID_BLOCK : 0;
    case VIRTIO_MMIO_DEVICE_FEATURES:
        return half(virtio_blk_features(m), v->device_featsel);
    case VIRTIO_MMIO_QUEUE_NUM_MAX:
        return m->disk.bytes != NULL && v->queue_sel == 0 ? VIRTIO_QUEUE_MAX
                                                          : 0;
    case VIRTIO_MMIO_QUEUE_READY:
        return v->queue_sel == 0 ? v->queue_ready : 0;
    case VIRTIO_MMIO_IRQ_STATUS:
        return v->irq_status;
    case VIRTIO_MMIO_STATUS:
        return v->status;
    default: /* write-only, reserved, or the generation, which never moves */
        return 0;
    }
}

static bool virtio_mmio_peek(const struct machine *m, uint64_t offset,
                             unsigned size, uint64_t *value)
{
    *value = 0;
    if (offset >= VIRTIO_MMIO_CONFIG) {
        for (unsigned i = 0; i < size; i++)
            *value |=
                (uint64_t)virtio_blk_config(m, offset - VIRTIO_MMIO_CONFIG + i)
                << (8 * i);
    } else if (size >= 4) {
        *value = virtio_register(m, offset);
        if (size == 8)
            *value |= (uint64_t)virtio_register(m, offset + 4) << 32;
    }
    return true;
}

static bool virtio_mmio_read(struct machine *m, uint64_t offset, unsigned size,
                             uint64_t *value)
{
    return virtio_mmio_peek(m, offset, size, value);
}

/* FEATURES_OK stays clear when the driver took what was not offered (3.1.1);
 * zero is a reset. */
static void write_status(struct machine *m, uint32_t value)
{
    struct virtio *v = &m->s.virtio;
    if (value == 0) {
        memset(v, 0, sizeof *v);
        return;
    }
    if (v->driver_features & ~virtio_blk_features(m))
        value &= ~(uint32_t)VIRTIO_STATUS_FEATURES_OK;
    v->status = (value & 0xff) | (v->status & VIRTIO_STATUS_NEEDS_RESET);
}

static void write_features(struct virtio *v, uint32_t value)
{
    if (!(v->status & VIRTIO_STATUS_FEATURES_OK))
        v->driver_features =
            with_half(v->driver_features, v->driver_featsel, value);
}

/* A ready queue keeps its numbers; one of an impossible size does not become
 * ready. */
static void write_ready(struct virtio *v, uint32_t value)
{
    uint32_t n = v->queue_num;
    bool possible = n > 0 && n <= VIRTIO_QUEUE_MAX && (n & (n - 1)) == 0;
    v->queue_ready = (value & 1) && possible ? 1 : 0;
}

static uint64_t *queue_address(struct virtio *v, uint64_t offset)
{
    switch (offset & ~UINT64_C(7)) {
    case VIRTIO_MMIO_QUEUE_DESC:
        return &v->queue_desc;
    case VIRTIO_MMIO_QUEUE_DRIVER:
        return &v->queue_driver;
    case VIRTIO_MMIO_QUEUE_DEVICE:
        return &v->queue_device;
    default:
        return NULL;
    }
}

/* Registers of the selected queue; only queue 0 exists. */
static void write_queue(struct virtio *v, uint64_t offset, uint32_t value)
{
    uint64_t *address = queue_address(v, offset);
    if (v->queue_sel != 0)
        return;
    if (offset == VIRTIO_MMIO_QUEUE_READY)
        write_ready(v, value);
    else if (v->queue_ready)
        return;
    else if (offset == VIRTIO_MMIO_QUEUE_NUM)
        v->queue_num = value;
    else if (address != NULL)
        *address = with_half(*address, offset % 8 / 4, value);
}

static void write_register(struct machine *m, uint64_t offset, uint32_t value)
{
    struct virtio *v = &m->s.virtio;
    switch (offset) {
    case VIRTIO_MMIO_DEVICE_FEATSEL:
        v->device_featsel = value;
        break;
    case VIRTIO_MMIO_DRIVER_FEATSEL:
        v->driver_featsel = value;
        break;
    case VIRTIO_MMIO_DRIVER_FEATURES:
        write_features(v, value);
        break;
    case VIRTIO_MMIO_QUEUE_SEL:
        v->queue_sel = value;
        break;
    case VIRTIO_MMIO_QUEUE_NOTIFY:
        if (value == 0)
            virtio_blk_notify(m);
        break;
    case VIRTIO_MMIO_IRQ_ACK:
        v->irq_status &= ~value;
        break;
    case VIRTIO_MMIO_STATUS:
        write_status(m, value);
        break;
    default:
        write_queue(v, offset, value);
        break;
    }
}

/* The configuration has no writable field. */
static bool virtio_mmio_write(struct machine *m, uint64_t offset, unsigned size,
                              uint64_t value)
{
    if (m->disk.bytes == NULL || size < 4 || offset >= VIRTIO_MMIO_CONFIG)
        return true;
    write_register(m, offset, (uint32_t)value);
    if (size == 8)
        write_register(m, offset + 4, (uint32_t)(value >> 32));
    return true;
}

const struct device_ops virtio_mmio_ops = {
    .name = "virtio-blk",
    .sizes = DEVICE_SIZE_ANY,
    .read = virtio_mmio_read,
    .write = virtio_mmio_write,
    .peek = virtio_mmio_peek,
};
