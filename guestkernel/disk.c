/* disk.c - /dev/disk0: the virtio block device (virtio 1.1: 4.2 MMIO, 2.6 split queue, 5.2
 * block), raw, and direct: the device reads and writes the program's own wired pages, and no
 * byte is copied. Offset and length are multiples of 512, the address is any. One request is
 * under way at a time; it has up to WIRE_PAGES pieces. Its owner sleeps through a signal until
 * the device is done with the pages (sched_wait), then unwires. */
#include "kernel.h"

#define SECTOR 512

/* 4.2.2: the registers, each a word; an address is two, low and high. */
struct virtio {
    uint32_t magic, version, device, vendor;
    uint32_t offered, offered_word, gap1[2], accepted, accepted_word, gap2[2];
    uint32_t queue, queue_max, queue_size, gap3[2], queue_ready, gap4[2];
    uint32_t notify, gap5[3], irq, irq_ack, gap6[2], status, gap7[3];
    uint32_t desc[2], gap8[2], avail[2], gap9[2], used[2], gap10[22];
    uint32_t capacity[2]; /* sectors */
};
_Static_assert(offsetof(struct virtio, capacity) == 0x100, "4.2.2");
#define MAGIC              0x74726976 /* "virt" */
#define BLOCK_DEVICE       2
#define STATUS_FOUND       3 /* acknowledged, and there is a driver */
#define STATUS_FEATURES_OK 8
#define STATUS_DRIVER_OK   4
#define FEATURE_READ_ONLY  (1u << 5)
#define FEATURE_VERSION_1  1u /* of the second word: bit 32 */

struct descriptor {
    uint64_t address;
    uint32_t bytes;
    uint16_t flags, next;
};
#define DESC_NEXT   1
#define DESC_DEVICE 2 /* the device writes there */

#define FENCE()     __asm__ volatile("fence rw, rw" ::: "memory")

#define QUEUE_SIZE  64
_Static_assert(WIRE_PAGES + 2 <= QUEUE_SIZE, "header, pages, status");

/* Everything the device looks at but the data: one page. */
struct queue_page {
    struct descriptor desc[QUEUE_SIZE];
    struct {
        uint16_t flags, index, ring[QUEUE_SIZE];
    } avail;
    struct {
        uint32_t type, reserved;
        uint64_t sector;
    } header;
    volatile uint8_t status;
    struct {
        uint16_t flags;
        volatile uint16_t index;
        struct {
            uint32_t id, bytes;
        } ring[QUEUE_SIZE];
    } used __attribute__((aligned(4)));
};
_Static_assert(sizeof(struct queue_page) <= PAGE_SIZE, "one page");
#define TYPE_READ  0
#define TYPE_WRITE 1

static struct {
    struct queue_page *queue;
    struct inode *inode;
    bool read_only, busy;
    uint16_t done; /* requests */
    struct wait_queue turn, finished;
} disk;

#define VIRTIO ((volatile struct virtio *)(DIRECT_MAP + PLAT_VIRTIO_BASE))

/* ---- Requests ---- */
static void acknowledge(void) { VIRTIO->irq_ack = VIRTIO->irq; }

void disk_interrupt(void) {
    acknowledge();
    sched_wake_all(&disk.finished);
}

static void describe(unsigned n, paddr address, uint64_t bytes, unsigned flags) {
    disk.queue->desc[n] =
        (struct descriptor){address, (uint32_t)bytes, (uint16_t)flags, (uint16_t)(n + 1)};
}

/* Header, the wired bytes a page each, status. */
static void describe_all(const struct wiring *w, bool write) {
    uint64_t in_page = PAGE_OFFSET(w->va), left = w->bytes;
    unsigned n = 0, flags = DESC_NEXT | (write ? 0 : DESC_DEVICE);
    struct queue_page *q = disk.queue;
    describe(n++, kpa(&q->header), sizeof q->header, DESC_NEXT);
    for (uint32_t i = 0; left; i++, in_page = 0) {
        uint64_t piece = min(PAGE_SIZE - in_page, left);
        describe(n++, w->frame[i] + in_page, piece, flags);
        left -= piece;
    }
    describe(n, kpa((const void *)&q->status), 1, DESC_DEVICE);
}

/* One request, from its turn to its end. 0, EINTR (before it began), EIO. */
static int request(const struct wiring *w, uint64_t sector, bool write) {
    struct queue_page *q = disk.queue;
    while (disk.busy) {
        int error = sched_sleep(&disk.turn, "disk busy");
        if (error) return error;
    }
    disk.busy = true;
    q->header.type = write ? TYPE_WRITE : TYPE_READ;
    q->header.sector = sector;
    describe_all(w, write);
    q->avail.ring[q->avail.index % QUEUE_SIZE] = 0;
    FENCE(); /* all of it, then the index */
    q->avail.index++;
    FENCE();
    VIRTIO->notify = 0;
    while (q->used.index == disk.done) sched_wait(&disk.finished, "disk");
    FENCE();
    disk.done++;
    disk.busy = false;
    acknowledge();
    sched_wake_all(&disk.turn);
    return q->status ? EIO : 0;
}

/* ---- The file ---- */
/* The next piece, or what of it can be wired at once. */
static int transfer_piece(struct file *f, struct uio *u) {
    struct wiring w;
    struct iovec front = uio_front(u);
    if (front.iov_len % SECTOR) return EINVAL;
    /* A read is a store into the program's memory. */
    int error = wire(&w, &sched.current->vm, front.iov_base.va, front.iov_len,
                     u->write ? PTE_R : PTE_W);
    if (error) return error;
    w.bytes -= w.bytes % SECTOR;
    error = w.bytes ? request(&w, f->offset / SECTOR, u->write) : EFAULT;
    unwire(&w);
    if (error) return error;
    uio_advance(u, w.bytes);
    f->offset += w.bytes;
    return 0;
}

static int transfer(struct file *f, struct uio *u) {
    uint64_t size = f->inode->size;
    uint64_t left = f->offset < size ? size - f->offset : 0;
    int error = f->offset % SECTOR || u->resid % SECTOR ? EINVAL : 0;
    uint64_t beyond = uio_limit(u, left);
    while (u->resid && !error) error = transfer_piece(f, u);
    u->resid += beyond;
    return error;
}

static int disk_write(struct file *f, struct uio *u) {
    uint64_t wanted = u->resid;
    if (disk.read_only) return EROFS;
    int error = transfer(f, u);
    return !error && wanted && u->resid == wanted ? ENOSPC : error;
}

static const struct file_ops disk_ops = {
    .read = transfer, .write = disk_write, .close = device_close};

/* ---- Finding it ---- */
static void set_address(volatile uint32_t *to, const void *where) {
    to[0] = (uint32_t)kpa(where);
    to[1] = (uint32_t)(kpa(where) >> 32);
}

/* 3.1.1: the order of initialisation. */
static bool start_device(void) {
    VIRTIO->status = 0;
    VIRTIO->status = STATUS_FOUND;
    VIRTIO->offered_word = 0;
    disk.read_only = VIRTIO->offered & FEATURE_READ_ONLY;
    VIRTIO->accepted_word = 0;
    VIRTIO->accepted = disk.read_only ? FEATURE_READ_ONLY : 0;
    VIRTIO->accepted_word = 1;
    VIRTIO->accepted = FEATURE_VERSION_1;
    VIRTIO->status = STATUS_FOUND | STATUS_FEATURES_OK;
    VIRTIO->queue = 0;
    if (!(VIRTIO->status & STATUS_FEATURES_OK) || VIRTIO->queue_max < QUEUE_SIZE) return false;
    VIRTIO->queue_size = QUEUE_SIZE;
    set_address(VIRTIO->desc, disk.queue->desc);
    set_address(VIRTIO->avail, &disk.queue->avail);
    set_address(VIRTIO->used, &disk.queue->used);
    VIRTIO->queue_ready = 1;
    VIRTIO->status = STATUS_FOUND | STATUS_FEATURES_OK | STATUS_DRIVER_OK;
    return true;
}

void disk_init(void) {
    if (VIRTIO->magic != MAGIC || VIRTIO->version != 2 || VIRTIO->device != BLOCK_DEVICE)
        return;
    paddr page = page_alloc_zeroed();
    if (!page) panic("disk_init: no memory for the queue");
    disk.queue = kva(page);
    if (!start_device()) refuse_boot("disk: a virtio block device that cannot do version 1");
    disk.inode = device_make("disk0", &disk_ops);
    disk.inode->size = ((uint64_t)VIRTIO->capacity[1] << 32 | VIRTIO->capacity[0]) * SECTOR;
    plic_enable(PLAT_IRQ_VIRTIO);
}
