/*
 * virtio.h - the block device: virtio 1.1 over MMIO (section 4.2), a split
 * queue (2.6), the block device itself (5.2).
 *
 *   virtio_mmio.c   registers, status, feature negotiation
 *   virtio_queue.c  the rings: next chain, push to used
 *   virtio_blk.c    what a request means
 *   disk.c          the image's bytes, and how to go back to older ones
 */
#ifndef SALLYPORT_MACHINE_VIRTIO_H
#define SALLYPORT_MACHINE_VIRTIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct machine;

#define VIRTIO_MMIO_MAGIC           0x000
#define VIRTIO_MMIO_VERSION         0x004
#define VIRTIO_MMIO_DEVICE_ID       0x008
#define VIRTIO_MMIO_VENDOR_ID       0x00c
#define VIRTIO_MMIO_DEVICE_FEATURES 0x010
#define VIRTIO_MMIO_DEVICE_FEATSEL  0x014
#define VIRTIO_MMIO_DRIVER_FEATURES 0x020
#define VIRTIO_MMIO_DRIVER_FEATSEL  0x024
#define VIRTIO_MMIO_QUEUE_SEL       0x030
#define VIRTIO_MMIO_QUEUE_NUM_MAX   0x034
#define VIRTIO_MMIO_QUEUE_NUM       0x038
#define VIRTIO_MMIO_QUEUE_READY     0x044
#define VIRTIO_MMIO_QUEUE_NOTIFY    0x050
#define VIRTIO_MMIO_IRQ_STATUS      0x060
#define VIRTIO_MMIO_IRQ_ACK         0x064
#define VIRTIO_MMIO_STATUS          0x070
#define VIRTIO_MMIO_QUEUE_DESC      0x080 /* low, then high word */
#define VIRTIO_MMIO_QUEUE_DRIVER    0x090
#define VIRTIO_MMIO_QUEUE_DEVICE    0x0a0
#define VIRTIO_MMIO_GENERATION      0x0fc
#define VIRTIO_MMIO_CONFIG          0x100
#define VIRTIO_MMIO_BYTES           0x200

#define VIRTIO_MAGIC                0x74726976 /* "virt" */
#define VIRTIO_VENDOR               0x554d4551 /* QEMU's; guests compare it */
#define VIRTIO_ID_BLOCK             2

#define VIRTIO_STATUS_DRIVER_OK     4
#define VIRTIO_STATUS_FEATURES_OK   8
#define VIRTIO_STATUS_NEEDS_RESET   64

#define VIRTIO_IRQ_QUEUE            1
#define VIRTIO_IRQ_CONFIG           2

#define VIRTIO_QUEUE_MAX            1024

#define VIRTQ_DESC_BYTES            16
#define VIRTQ_DESC_NEXT             1
#define VIRTQ_DESC_WRITE            2 /* the device writes it */
#define VIRTQ_DESC_INDIRECT         4 /* not offered */
#define VIRTQ_AVAIL_NO_IRQ          1
#define VIRTQ_AVAIL_RING            4 /* behind flags and idx */
#define VIRTQ_USED_RING             4
#define VIRTQ_USED_ELEM_BYTES       8

#define VIRTIO_BLK_F_SEG_MAX        (UINT64_C(1) << 2)
#define VIRTIO_BLK_F_RO             (UINT64_C(1) << 5)
#define VIRTIO_BLK_F_BLK_SIZE       (UINT64_C(1) << 6)
#define VIRTIO_BLK_F_FLUSH          (UINT64_C(1) << 9)
#define VIRTIO_F_VERSION_1          (UINT64_C(1) << 32)

#define VIRTIO_BLK_T_IN             0
#define VIRTIO_BLK_T_OUT            1
#define VIRTIO_BLK_T_FLUSH          4
#define VIRTIO_BLK_T_GET_ID         8

#define VIRTIO_BLK_S_OK             0
#define VIRTIO_BLK_S_IOERR          1
#define VIRTIO_BLK_S_UNSUPP         2

#define VIRTIO_BLK_HEADER_BYTES     16
#define VIRTIO_BLK_ID_BYTES         20
#define VIRTIO_BLK_ID               "sallyport"
#define VIRTIO_BLK_SECTOR           512

/* Registers and the one queue; everything that a reset puts to zero. */
struct virtio {
    uint64_t driver_features;
    uint64_t queue_desc, queue_driver, queue_device;
    uint32_t device_featsel, driver_featsel;
    uint32_t queue_sel;
    uint32_t queue_num;
    uint32_t queue_ready;
    uint32_t status;
    uint32_t irq_status;
    uint16_t last_avail; /* next entry of the available ring to look at */
    uint16_t used_idx;
};

/* One buffer of a chain. */
struct virtq_buffer {
    uint64_t pa;
    uint32_t bytes;
};

/* A chain: what the device may read, then what it may write. */
struct virtq_chain {
    uint16_t head;
    unsigned readable, writable; /* number of buffers of each kind */
    struct virtq_buffer buffers[VIRTIO_QUEUE_MAX];
};

bool virtio_irq(const struct virtio *v);
/* The driver broke the rules in a way no status byte can tell: the device
 * stops until it is reset (2.1.2). */
void virtio_break(struct virtio *v);

/* ---- virtio_queue.c ---- */
enum virtq_next { VIRTQ_EMPTY, VIRTQ_CHAIN, VIRTQ_BROKEN };
enum virtq_next virtq_pop(struct machine *m, struct virtq_chain *chain);
/* Gives the chain back with the number of bytes written into it. False: the
 * used ring is not in RAM. */
bool virtq_push(struct machine *m, const struct virtq_chain *chain,
                uint32_t written);
uint64_t virtq_readable_bytes(const struct virtq_chain *chain);
uint64_t virtq_writable_bytes(const struct virtq_chain *chain);
/* Copies from the readable or to the writable part, from byte `at` on. False:
 * too short, or a buffer is not in RAM; nothing has been written then. */
bool virtq_read(struct machine *m, const struct virtq_chain *chain, uint64_t at,
                void *to, size_t n);
bool virtq_write(struct machine *m, const struct virtq_chain *chain,
                 uint64_t at, const void *from, size_t n);

/* ---- virtio_blk.c ---- */
uint64_t virtio_blk_features(const struct machine *m);
uint8_t virtio_blk_config(const struct machine *m, uint64_t offset);
/* Serves every chain the driver has made available. */
void virtio_blk_notify(struct machine *m);

#endif
