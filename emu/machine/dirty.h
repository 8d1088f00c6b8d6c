/*
 * dirty.h - which pages of RAM were written since somebody last asked.
 *
 * RAM is write-protected in clusters; the first store to one arrives here as
 * SIGSEGV, is noted, and the cluster opened. That costs microseconds once a
 * cluster, and nothing for the rest of the interval. It sees every store of
 * this process, the engine's as well as the devices'.
 */
#ifndef SALLYPORT_MACHINE_DIRTY_H
#define SALLYPORT_MACHINE_DIRTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIRTY_CLUSTER (64u << 10) /* bytes */

struct dirty {
    uint8_t *ram;
    size_t clusters;
    uint8_t *is_dirty; /* one byte a cluster */
    uint32_t *list;    /* the dirty ones, in order of first store */
    volatile size_t count;
};

/* Watches ram, n bytes (page-aligned, a multiple of the host's page). Several
 * may be watched at once. False: no memory, or too many watched. */
bool dirty_watch(struct dirty *d, uint8_t *ram, size_t n);
/* Protects what was written again, and forgets that it was. */
void dirty_clear(struct dirty *d);
/* All of RAM may be written again and nobody takes note. */
void dirty_unwatch(struct dirty *d);

#endif
