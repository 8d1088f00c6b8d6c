/*
 * list.h - append-only lists in chunks: what stands in them never moves, and a
 * million items cost what they hold. The tracker's history is made of these, so
 * going back in time is setting shorter counts.
 */
#ifndef SALLYPORT_CROSSING_LIST_H
#define SALLYPORT_CROSSING_LIST_H

#include <stddef.h>
#include <stdint.h>

struct list {
    size_t item_bytes;
    uint32_t count; /* items are named by 32-bit indices */
    uint32_t known; /* items that were ever there: going back lowers count
                       only, and the same run adds the same items again */
    uint32_t chunks;
    uint8_t **chunk;
};

#define LIST_CHUNK_ITEMS 4096u

/* An item at index count - 1, zeroed if it was not known; NULL: out of memory
 * or indices. */
void *list_add(struct list *l);
/* Item i, which must exist. */
void *list_at(const struct list *l, uint32_t i);
void list_free(struct list *l);

/* Runs of bytes, each in one piece, NUL behind it; returned offset names it.
 * UINT64_MAX: out of memory. n <= BYTES_RUN_MAX. */
struct bytes {
    uint64_t used;
    uint32_t chunks;
    uint8_t **chunk;
};
#define BYTES_RUN_MAX 4095u
uint64_t bytes_add(struct bytes *b, const void *data, size_t n);
const uint8_t *bytes_at(const struct bytes *b, uint64_t offset);
void bytes_free(struct bytes *b);

#endif
