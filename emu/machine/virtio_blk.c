/*
 * virtio_blk.c - the block device's requests (virtio 1.1, 5.2.6).
 *
 *   readable  { u32 type, u32 reserved, u64 sector } [data to write]
 *   writable  [data that was read] { u8 status }
 *
 * However the driver cuts these runs into buffers. Requests are served at once,
 * within the store that notifies. A request that can be told so gets an error
 * status: a bad length, sector or data address, a write to a read-only disk
 * (IOERR), an unknown type (UNSUPP). One without a status byte in RAM breaks
 * the device. A request is checked whole before a byte moves.
 */
#include "state.h"

#include <stdlib.h>
#include <string.h>

#define SEG_MAX 254 /* data buffers in one request, as QEMU says */

struct request {
    struct virtq_chain chain;
    uint32_t type;
    uint64_t sector;
    uint64_t in_bytes;  /* data the device is to write */
    uint64_t out_bytes; /* data the device is to read */
};

uint64_t virtio_blk_features(const struct machine *m)
{
    if (m->disk.bytes == NULL)
        return 0;
    return VIRTIO_F_VERSION_1 | VIRTIO_BLK_F_SEG_MAX | VIRTIO_BLK_F_BLK_SIZE |
           VIRTIO_BLK_F_FLUSH | (m->disk.readonly ? VIRTIO_BLK_F_RO : 0);
}

/* struct virtio_blk_config (5.2.4), the fields whose features are offered. */
uint8_t virtio_blk_config(const struct machine *m, uint64_t offset)
{
    struct {
        uint64_t capacity; /* sectors */
        uint32_t size_max, seg_max;
        uint32_t geometry, blk_size;
    } config = {.capacity = m->disk.size / VIRTIO_BLK_SECTOR,
                .seg_max = SEG_MAX,
                .blk_size = VIRTIO_BLK_SECTOR};
    uint8_t bytes[sizeof config];
    if (m->disk.bytes == NULL || offset >= sizeof config)
        return 0;
    memcpy(bytes, &config, sizeof bytes);
    return bytes[offset];
}

/* Is [sector, + bytes) whole sectors on the disk? */
static bool on_disk(const struct machine *m, const struct request *r,
                    uint64_t bytes)
{
    return bytes % VIRTIO_BLK_SECTOR == 0 &&
           r->sector <= UINT64_MAX / VIRTIO_BLK_SECTOR &&
           disk_in_range(&m->disk, r->sector * VIRTIO_BLK_SECTOR, bytes);
}

/* Straight from the image: it is as long as the data, as on_disk has said. */
static uint8_t serve_in(struct machine *m, struct request *r)
{
    if (!on_disk(m, r, r->in_bytes))
        return VIRTIO_BLK_S_IOERR;
    const uint8_t *from = disk_at(&m->disk, r->sector * VIRTIO_BLK_SECTOR);
    return virtq_write(m, &r->chain, 0, from, r->in_bytes) ? VIRTIO_BLK_S_OK
                                                           : VIRTIO_BLK_S_IOERR;
}

static uint8_t serve_out(struct machine *m, struct request *r)
{
    if (m->disk.readonly || !on_disk(m, r, r->out_bytes))
        return VIRTIO_BLK_S_IOERR;
    uint8_t *data = malloc(r->out_bytes + 1);
    bool done =
        data != NULL &&
        virtq_read(m, &r->chain, VIRTIO_BLK_HEADER_BYTES, data, r->out_bytes) &&
        (m->probing || disk_write(&m->disk, r->sector * VIRTIO_BLK_SECTOR, data,
                                  r->out_bytes));
    free(data);
    return done ? VIRTIO_BLK_S_OK : VIRTIO_BLK_S_IOERR;
}

static uint8_t serve_get_id(struct machine *m, struct request *r)
{
    char id[VIRTIO_BLK_ID_BYTES] = VIRTIO_BLK_ID;
    if (r->in_bytes < sizeof id)
        return VIRTIO_BLK_S_IOERR;
    r->in_bytes = sizeof id;
    return virtq_write(m, &r->chain, 0, id, sizeof id) ? VIRTIO_BLK_S_OK
                                                       : VIRTIO_BLK_S_IOERR;
}

/* FLUSH has nothing to do: no write is held back. */
static uint8_t serve(struct machine *m, struct request *r)
{
    switch (r->type) {
    case VIRTIO_BLK_T_IN:
        return serve_in(m, r);
    case VIRTIO_BLK_T_OUT:
        return serve_out(m, r);
    case VIRTIO_BLK_T_FLUSH:
        return VIRTIO_BLK_S_OK;
    case VIRTIO_BLK_T_GET_ID:
        return serve_get_id(m, r);
    default:
        return VIRTIO_BLK_S_UNSUPP;
    }
}

/* Header into r. False: it is not all there, or not in RAM. */
static bool read_header(struct machine *m, struct request *r)
{
    uint8_t header[VIRTIO_BLK_HEADER_BYTES];
    if (!virtq_read(m, &r->chain, 0, header, sizeof header))
        return false;
    memcpy(&r->type, header, sizeof r->type);
    memcpy(&r->sector, header + 8, sizeof r->sector);
    r->out_bytes = virtq_readable_bytes(&r->chain) - sizeof header;
    return true;
}

/* Serves one chain. False: there is no way to answer it. */
static bool serve_chain(struct machine *m, struct request *r)
{
    uint64_t writable = virtq_writable_bytes(&r->chain);
    uint8_t status = VIRTIO_BLK_S_IOERR;
    if (writable == 0)
        return false;
    r->in_bytes = writable - 1; /* the last byte is the status */
    if (read_header(m, r))
        status = serve(m, r);
    bool data = status == VIRTIO_BLK_S_OK &&
                (r->type == VIRTIO_BLK_T_IN || r->type == VIRTIO_BLK_T_GET_ID);
    uint64_t written = (data ? r->in_bytes : 0) + 1;
    return virtq_write(m, &r->chain, writable - 1, &status, 1) &&
           virtq_push(m, &r->chain, (uint32_t)written);
}

void virtio_blk_notify(struct machine *m)
{
    struct virtio *v = &m->s.virtio;
    struct request *r = malloc(sizeof *r);
    enum virtq_next next = VIRTQ_EMPTY;
    if (r == NULL) {
        virtio_break(v);
        return;
    }
    /* Not more than the ring holds: a chain whose buffers lie over the ring
     * could otherwise feed the device for ever. */
    for (uint32_t i = 0; i < v->queue_num; i++) {
        if (!v->queue_ready || !(v->status & VIRTIO_STATUS_DRIVER_OK) ||
            (v->status & VIRTIO_STATUS_NEEDS_RESET))
            break;
        next = virtq_pop(m, &r->chain);
        if (next == VIRTQ_EMPTY)
            break;
        if (next == VIRTQ_BROKEN || !serve_chain(m, r))
            virtio_break(v);
    }
    free(r);
}
