/*
 * list.c - the chunked lists of list.h.
 */
#include "list.h"

#include <stdlib.h>
#include <string.h>

#define BYTES_CHUNK (64u << 10)

/* Adds a zeroed chunk; the table of chunks doubles. */
static int add_chunk(uint8_t ***table, uint32_t *chunks, size_t bytes)
{
    if ((*chunks & (*chunks - 1)) == 0) { /* a power of two: full */
        size_t room = *chunks == 0 ? 1 : (size_t)*chunks * 2;
        uint8_t **grown = realloc(*table, room * sizeof *grown);
        if (grown == NULL)
            return -1;
        *table = grown;
    }
    uint8_t *chunk = calloc(1, bytes);
    if (chunk == NULL)
        return -1;
    (*table)[(*chunks)++] = chunk;
    return 0;
}

void *list_add(struct list *l)
{
    if (l->count == UINT32_MAX - 1)
        return NULL;
    if (l->count == (uint64_t)l->chunks * LIST_CHUNK_ITEMS &&
        add_chunk(&l->chunk, &l->chunks, LIST_CHUNK_ITEMS * l->item_bytes) != 0)
        return NULL;
    void *item = list_at(l, l->count++);
    if (l->count > l->known) {
        memset(item, 0, l->item_bytes);
        l->known = l->count;
    }
    return item;
}

void *list_at(const struct list *l, uint32_t i)
{
    return l->chunk[i / LIST_CHUNK_ITEMS] +
           i % LIST_CHUNK_ITEMS * l->item_bytes;
}

static void free_chunks(uint8_t **chunk, uint32_t chunks)
{
    for (uint32_t i = 0; i < chunks; i++)
        free(chunk[i]);
    free(chunk);
}

void list_free(struct list *l)
{
    free_chunks(l->chunk, l->chunks);
    l->chunk = NULL;
    l->count = l->known = l->chunks = 0;
}

uint64_t bytes_add(struct bytes *b, const void *data, size_t n)
{
    uint64_t in = b->used % BYTES_CHUNK;
    if (in + n + 1 > BYTES_CHUNK) /* a run does not cross chunks */
        b->used += BYTES_CHUNK - in;
    if (b->used == (uint64_t)b->chunks * BYTES_CHUNK &&
        add_chunk(&b->chunk, &b->chunks, BYTES_CHUNK) != 0)
        return UINT64_MAX;
    uint64_t offset = b->used;
    uint8_t *to = b->chunk[offset / BYTES_CHUNK] + offset % BYTES_CHUNK;
    memcpy(to, data, n);
    to[n] = 0;
    b->used += n + 1;
    return offset;
}

const uint8_t *bytes_at(const struct bytes *b, uint64_t offset)
{
    return b->chunk[offset / BYTES_CHUNK] + offset % BYTES_CHUNK;
}

void bytes_free(struct bytes *b)
{
    free_chunks(b->chunk, b->chunks);
    b->chunk = NULL;
    b->used = b->chunks = 0;
}
