/*
 * virtio_queue.c - the split virtqueue (virtio 1.1, 2.6), device side.
 *
 *   descriptor table  num x { u64 address, u32 length, u16 flags, u16 next }
 *   driver area       u16 flags, u16 idx, num x u16 head        (available)
 *   device area       u16 flags, u16 idx, num x { u32 id, u32 written } (used)
 *
 * All of it is guest memory and may say anything: every access goes through
 * the checked accessor, a chain is at most num buffers long however it loops,
 * and a ring that makes no sense breaks the device until it is reset.
 */
#include "state.h"

#include <string.h>

struct descriptor {
    uint64_t pa;
    uint32_t bytes;
    uint16_t flags;
    uint16_t next;
};
_Static_assert(sizeof(struct descriptor) == VIRTQ_DESC_BYTES,
               "the ring's layout");

/* base + offset, or false if that leaves 64 bits. */
static bool ring_address(uint64_t base, uint64_t offset, uint64_t *pa)
{
    *pa = base + offset;
    return *pa >= base;
}

static bool ring_read(struct machine *m, uint64_t base, uint64_t offset,
                      void *to, size_t n)
{
    uint64_t pa;
    return ring_address(base, offset, &pa) && machine_dma_read(m, pa, to, n);
}

static bool ring_write(struct machine *m, uint64_t base, uint64_t offset,
                       const void *from, size_t n)
{
    uint64_t pa;
    return ring_address(base, offset, &pa) && machine_dma_write(m, pa, from, n);
}

/* Adds one buffer; what the device reads must come before what it writes
 * (2.6.4.2). */
static bool add_buffer(struct virtq_chain *chain, const struct descriptor *d)
{
    bool write = d->flags & VIRTQ_DESC_WRITE;
    if ((d->flags & VIRTQ_DESC_INDIRECT) || (!write && chain->writable > 0))
        return false;
    chain->buffers[chain->readable + chain->writable] =
        (struct virtq_buffer){.pa = d->pa, .bytes = d->bytes};
    chain->readable += !write;
    chain->writable += write;
    return true;
}

static bool walk_chain(struct machine *m, struct virtq_chain *chain)
{
    const struct virtio *v = &m->s.virtio;
    uint16_t index = chain->head;
    chain->readable = 0;
    chain->writable = 0;
    for (uint32_t length = 0; length < v->queue_num; length++) {
        struct descriptor d;
        if (index >= v->queue_num ||
            !ring_read(m, v->queue_desc, (uint64_t)index * sizeof d, &d,
                       sizeof d) ||
            !add_buffer(chain, &d))
            return false;
        if (!(d.flags & VIRTQ_DESC_NEXT))
            return true;
        index = d.next;
    }
    return false; /* longer than the table: a loop */
}

enum virtq_next virtq_pop(struct machine *m, struct virtq_chain *chain)
{
    struct virtio *v = &m->s.virtio;
    uint16_t avail_idx;
    if (!ring_read(m, v->queue_driver, 2, &avail_idx, sizeof avail_idx))
        return VIRTQ_BROKEN;
    uint16_t waiting = (uint16_t)(avail_idx - v->last_avail);
    if (waiting == 0)
        return VIRTQ_EMPTY;
    uint64_t slot = v->last_avail % v->queue_num;
    if (waiting > v->queue_num ||
        !ring_read(m, v->queue_driver, VIRTQ_AVAIL_RING + slot * 2,
                   &chain->head, sizeof chain->head) ||
        !walk_chain(m, chain))
        return VIRTQ_BROKEN;
    v->last_avail++;
    return VIRTQ_CHAIN;
}

bool virtq_push(struct machine *m, const struct virtq_chain *chain,
                uint32_t written)
{
    struct virtio *v = &m->s.virtio;
    uint32_t element[2] = {chain->head, written};
    uint64_t slot = v->used_idx % v->queue_num;
    uint16_t idx = (uint16_t)(v->used_idx + 1);
    uint16_t flags = 0;
    if (!ring_write(m, v->queue_device,
                    VIRTQ_USED_RING + slot * VIRTQ_USED_ELEM_BYTES, element,
                    sizeof element) ||
        !ring_write(m, v->queue_device, 2, &idx, sizeof idx))
        return false;
    v->used_idx = idx;
    if (!ring_read(m, v->queue_driver, 0, &flags, sizeof flags))
        return false;
    if (!(flags & VIRTQ_AVAIL_NO_IRQ))
        v->irq_status |= VIRTIO_IRQ_QUEUE;
    return true;
}

/* ---- A chain as two runs of bytes ---- */

static uint64_t total(const struct virtq_buffer *buffers, unsigned count)
{
    uint64_t bytes = 0;
    for (unsigned i = 0; i < count; i++)
        bytes += buffers[i].bytes;
    return bytes;
}

uint64_t virtq_readable_bytes(const struct virtq_chain *chain)
{
    return total(chain->buffers, chain->readable);
}

uint64_t virtq_writable_bytes(const struct virtq_chain *chain)
{
    return total(chain->buffers + chain->readable, chain->writable);
}

/* Calls one of the two accessors for each piece of [at, at + n). With both
 * NULL it only asks whether every piece is RAM. */
static bool each_piece(struct machine *m, const struct virtq_buffer *buffers,
                       unsigned count, uint64_t at, size_t n, uint8_t *to,
                       const uint8_t *from)
{
    for (unsigned i = 0; i < count && n > 0; i++) {
        uint64_t bytes = buffers[i].bytes;
        if (at >= bytes) {
            at -= bytes;
            continue;
        }
        uint64_t piece = bytes - at < n ? bytes - at : n;
        uint64_t pa;
        if (!ring_address(buffers[i].pa, at, &pa) ||
            !machine_dma_valid(m, pa, piece))
            return false;
        if (to != NULL && !machine_dma_read(m, pa, to, piece))
            return false;
        if (from != NULL && !machine_dma_write(m, pa, from, piece))
            return false;
        to = to != NULL ? to + piece : NULL;
        from = from != NULL ? from + piece : NULL;
        n -= piece;
        at = 0;
    }
    return n == 0;
}

bool virtq_read(struct machine *m, const struct virtq_chain *chain, uint64_t at,
                void *to, size_t n)
{
    return each_piece(m, chain->buffers, chain->readable, at, n, NULL, NULL) &&
           each_piece(m, chain->buffers, chain->readable, at, n, to, NULL);
}

bool virtq_write(struct machine *m, const struct virtq_chain *chain,
                 uint64_t at, const void *from, size_t n)
{
    const struct virtq_buffer *buffers = chain->buffers + chain->readable;
    return each_piece(m, buffers, chain->writable, at, n, NULL, NULL) &&
           each_piece(m, buffers, chain->writable, at, n, NULL, from);
}
