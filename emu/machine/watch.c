/*
 * watch.c - memory that is watched, by whoever reaches it: the hart
 * (cpu_watch_memory), and the block device, whose requests are served within
 * the store that notifies it.
 *
 * What the device would do is found out before that store runs: the requests
 * are gone through once with nothing written (dma.c, while m->probing), so that
 * a listener sees the state before any of it, and may stop there.
 */
#include "device.h"
#include "state.h"

#include <stdlib.h>

#define NOTIFY (PLAT_VIRTIO_BASE + VIRTIO_MMIO_QUEUE_NOTIFY)

struct machine_watch {
    uint64_t pa, last;
    unsigned accesses;
    machine_memory_fn *fn;
    void *ctx;
    int cpu_id;
};

static void on_access(void *ctx, const struct cpu_access *access)
{
    const struct machine_watch *w = ctx;
    w->fn(w->ctx, access->pa, access->size, (enum machine_access)access->what);
}

/* The guest is about to write the device's notify register. */
static void on_notify(void *ctx, const struct cpu_access *access)
{
    struct machine *m = ctx;
    struct virtio before = m->s.virtio;
    if (access->pa != NOTIFY || access->size < 4 ||
        (uint32_t)access->value != 0 || m->disk.bytes == NULL)
        return;
    m->probing = true;
    virtio_blk_notify(m);
    m->probing = false;
    m->s.virtio = before;
}

void watch_dma(struct machine *m, uint64_t pa, size_t n,
               enum machine_access what)
{
    for (size_t i = 0; n > 0 && i < m->watch_slots; i++) {
        const struct machine_watch *w = m->watches[i];
        if (w != NULL && w->accesses & what && pa <= w->last &&
            w->pa <= pa + (n - 1))
            w->fn(w->ctx, pa, n > UINT32_MAX ? UINT32_MAX : (unsigned)n, what);
    }
}

static size_t watch_count(const struct machine *m)
{
    size_t count = 0;
    for (size_t i = 0; i < m->watch_slots; i++)
        count += m->watches[i] != NULL;
    return count;
}

static bool free_slot(struct machine *m, size_t *slot)
{
    for (*slot = 0; *slot < m->watch_slots; ++*slot)
        if (m->watches[*slot] == NULL)
            return true;
    size_t slots = m->watch_slots + 8;
    struct machine_watch **grown = realloc(m->watches, slots * sizeof *grown);
    if (grown == NULL)
        return false;
    for (size_t i = m->watch_slots; i < slots; i++)
        grown[i] = NULL;
    m->watches = grown;
    m->watch_slots = slots;
    return true;
}

static bool watch_device(struct machine *m)
{
    if (watch_count(m) == 0)
        m->notify_watch =
            cpu_watch_memory(m->cpu, NOTIFY, 4, CPU_STORES, on_notify, m);
    return m->notify_watch >= 0;
}

int machine_watch_memory(struct machine *m, uint64_t pa, size_t n,
                         unsigned accesses, machine_memory_fn *fn, void *ctx)
{
    size_t slot;
    struct machine_watch *w = calloc(1, sizeof *w);
    if (w == NULL || !free_slot(m, &slot)) {
        free(w);
        return -1;
    }
    *w = (struct machine_watch){pa, pa + (n - 1), accesses, fn, ctx, -1};
    if (watch_device(m))
        w->cpu_id = cpu_watch_memory(m->cpu, pa, n, accesses, on_access, w);
    m->watches[slot] = w;
    if (w->cpu_id >= 0)
        return (int)slot;
    machine_unwatch_memory(m, (int)slot);
    return -1;
}

void machine_unwatch_memory(struct machine *m, int id)
{
    if (id < 0 || (size_t)id >= m->watch_slots || m->watches[id] == NULL)
        return;
    cpu_unwatch_memory(m->cpu, m->watches[id]->cpu_id);
    free(m->watches[id]);
    m->watches[id] = NULL;
    if (watch_count(m) == 0)
        cpu_unwatch_memory(m->cpu, m->notify_watch);
}

void watch_release(struct machine *m)
{
    for (size_t i = 0; i < m->watch_slots; i++)
        free(m->watches[i]);
    free(m->watches);
}
