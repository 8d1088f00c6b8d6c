/*
 * packed.c - see packed.h.
 *
 *   pages   count, the pages' numbers (32 bits each), then 4096 bytes each
 *   state   struct head, CPU_WORDS words, struct machine_saved, the queued
 *           input's pairs, the numbers of the disk's changed blocks and the
 *           blocks
 */
#include "packed.h"

#include "dirty.h"
#include "state.h"

#include <stdlib.h>
#include <string.h>

#define PAGES_PER_CLUSTER (DIRTY_CLUSTER / MACHINE_PAGE)

struct head {
    uint32_t words, saved, inputs, blocks;
};

struct machine_packer {
    struct machine *m;
    struct dirty dirty;
    bool watched;   /* else all of RAM is looked at each time */
    uint64_t *hash; /* of each page, as it was last taken */
    size_t pages;
    uint64_t sum; /* of them all */
    struct packed packed;
    uint32_t *changed; /* pages, this time */
};

/* ---- Bytes ---- */

static uint8_t *grow(struct packed_bytes *b, size_t n)
{
    if (b->n + n > b->room) {
        size_t room = (b->n + n) * 2;
        uint8_t *grown = realloc(b->bytes, room);
        if (grown == NULL)
            return NULL;
        b->bytes = grown;
        b->room = room;
    }
    b->n += n;
    return b->bytes + b->n - n;
}

static bool append(struct packed_bytes *b, const void *bytes, size_t n)
{
    uint8_t *to = grow(b, n);
    if (to != NULL && n > 0)
        memcpy(to, bytes, n);
    return to != NULL;
}

/* ---- Taking ---- */

static bool pack_state(struct machine *m, struct packed_bytes *b)
{
    struct machine_small small = {0};
    uint64_t word[CPU_WORDS];
    if (!small_save(m, &small))
        return false;
    struct head head = {CPU_WORDS, sizeof small.saved,
                        (uint32_t)small.input_count,
                        (uint32_t)small.disk.count};
    cpu_export(m->cpu, word);
    b->n = 0;
    bool good = append(b, &head, sizeof head) && append(b, word, sizeof word) &&
                append(b, &small.saved, sizeof small.saved) &&
                append(b, small.input, small.input_count * sizeof *small.input);
    for (size_t i = 0; i < small.disk.count && good; i++) {
        uint64_t index = small.disk.index[i];
        good = append(b, &index, sizeof index);
    }
    good = good &&
           append(b, small.disk.bytes, small.disk.count * (size_t)DISK_BLOCK);
    small_release(&small);
    return good;
}

/* Notes the page if it is not what it was. */
static void look_at(struct machine_packer *p, size_t page, size_t *changed)
{
    uint64_t hash = hash_page(p->m, page * MACHINE_PAGE);
    if (hash == p->hash[page])
        return;
    p->changed[(*changed)++] = (uint32_t)page;
}

static size_t find_changed(struct machine_packer *p)
{
    size_t changed = 0;
    for (size_t page = 0; !p->watched && page < p->pages; page++)
        look_at(p, page, &changed);
    for (size_t i = 0; p->watched && i < p->dirty.count; i++)
        for (size_t k = 0; k < PAGES_PER_CLUSTER; k++)
            look_at(p, p->dirty.list[i] * PAGES_PER_CLUSTER + k, &changed);
    return changed;
}

static bool pack_pages(struct machine_packer *p, size_t changed)
{
    struct packed_bytes *b = &p->packed.pages;
    uint32_t count = (uint32_t)changed;
    b->n = 0;
    if (!append(b, &count, sizeof count) ||
        !append(b, p->changed, changed * sizeof *p->changed))
        return false;
    uint8_t *to = grow(b, changed * MACHINE_PAGE);
    for (size_t i = 0; to != NULL && i < changed; i++)
        memcpy(to + i * MACHINE_PAGE,
               p->m->ram + p->changed[i] * (size_t)MACHINE_PAGE, MACHINE_PAGE);
    return to != NULL;
}

bool machine_packer_take(struct machine_packer *p, struct packed *out)
{
    size_t changed = find_changed(p);
    if (!pack_pages(p, changed) || !pack_state(p->m, &p->packed.state))
        return false;
    for (size_t i = 0; i < changed; i++) {
        size_t page = p->changed[i];
        p->sum -= p->hash[page];
        p->hash[page] = hash_page(p->m, page * MACHINE_PAGE);
        p->sum += p->hash[page];
    }
    if (p->watched)
        dirty_clear(&p->dirty);
    p->packed.hash = hash_with_ram(p->m, p->sum);
    *out = p->packed;
    return true;
}

struct machine_packer *machine_packer_begin(struct machine *m)
{
    struct machine_packer *p = calloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    p->m = m;
    p->pages = m->ram_bytes / MACHINE_PAGE;
    p->hash = calloc(p->pages, sizeof *p->hash);
    p->changed = calloc(p->pages, sizeof *p->changed);
    if (p->hash == NULL || p->changed == NULL) {
        machine_packer_end(p);
        return NULL;
    }
    for (size_t page = 0; page < p->pages; page++) {
        p->hash[page] = hash_page(m, page * MACHINE_PAGE);
        p->sum += p->hash[page];
    }
    p->watched = dirty_watch(&p->dirty, m->ram, m->ram_bytes);
    return p;
}

void machine_packer_end(struct machine_packer *p)
{
    if (p == NULL)
        return;
    if (p->watched)
        dirty_unwatch(&p->dirty);
    free(p->packed.state.bytes);
    free(p->packed.pages.bytes);
    free(p->hash);
    free(p->changed);
    free(p);
}

/* ---- From a file: nothing is believed ---- */

struct reader {
    const uint8_t *bytes;
    size_t n;
};

static bool take(struct reader *r, void *to, size_t n)
{
    if (n > r->n)
        return false;
    if (n > 0)
        memcpy(to, r->bytes, n);
    r->bytes += n;
    r->n -= n;
    return true;
}

bool machine_unpack_pages(struct machine *m, const uint8_t *bytes, size_t n)
{
    struct reader r = {bytes, n};
    uint32_t count, page;
    if (!take(&r, &count, sizeof count) ||
        r.n != (uint64_t)count * (sizeof page + MACHINE_PAGE))
        return false;
    const uint8_t *content = r.bytes + count * sizeof page;
    for (uint32_t i = 0; i < count; i++) {
        if (!take(&r, &page, sizeof page) ||
            page >= m->ram_bytes / MACHINE_PAGE)
            return false;
        snapshot_put_page(m, page, content + (size_t)i * MACHINE_PAGE);
    }
    return true;
}

/* What indexes or divides; see uart16550.c and virtio_queue.c. */
static bool devices_are_sound(const struct machine_saved *s)
{
    const struct uart *u = &s->uart;
    const struct virtio *v = &s->virtio;
    unsigned fifo = u->fcr & UART_FCR_ENABLE ? UART_FIFO_BYTES : 1;
    return u->rx_count <= fifo && v->queue_num <= VIRTIO_QUEUE_MAX &&
           (v->queue_num & (v->queue_num - 1)) == 0 &&
           (v->queue_num != 0 || !v->queue_ready) &&
           memchr(s->text, '\0', sizeof s->text) != NULL;
}

static bool unpack_input(struct machine *m, struct reader *r, uint32_t count)
{
    struct input_queue *q = &m->input;
    q->first = q->count = 0;
    if (count > r->n / sizeof *q->bytes || !console_reserve(q, count))
        return count == 0;
    q->count = count;
    return take(r, q->bytes, count * sizeof *q->bytes);
}

static bool unpack_disk(struct machine *m, struct reader *r, uint32_t count)
{
    struct disk *d = &m->disk;
    uint64_t index;
    if (r->n != (uint64_t)count * (sizeof index + DISK_BLOCK))
        return false;
    const uint8_t *block = r->bytes + count * sizeof index;
    for (uint32_t i = 0; i < count; i++, block += DISK_BLOCK) {
        if (!take(r, &index, sizeof index) || index > d->size / DISK_BLOCK ||
            index * DISK_BLOCK >= d->size)
            return false;
        size_t left = d->size - index * DISK_BLOCK;
        if (!disk_write(d, index * DISK_BLOCK, block,
                        left < DISK_BLOCK ? left : DISK_BLOCK))
            return false;
    }
    return true;
}

bool machine_unpack_state(struct machine *m, const uint8_t *bytes, size_t n)
{
    struct reader r = {bytes, n};
    struct head head;
    uint64_t word[CPU_WORDS];
    struct machine_saved saved;
    if (!take(&r, &head, sizeof head) || head.words != CPU_WORDS ||
        head.saved != sizeof saved || !take(&r, word, sizeof word) ||
        !take(&r, &saved, sizeof saved) || !devices_are_sound(&saved) ||
        !unpack_input(m, &r, head.inputs) || !unpack_disk(m, &r, head.blocks))
        return false;
    m->s = saved;
    cpu_import(m->cpu, word);
    m->stop_requested = false;
    m->asking = false;
    m->next_ask = 0;
    m->lines_known = false;
    lines_update(m);
    return true;
}
