/*
 * disk.c - the image behind the block device.
 *
 * The bytes are the caller's and are changed in place (a mapped file, say). To
 * go back in time the machine must undo writes, so the first write to each
 * block of 4096 bytes keeps what was there: that, and the present contents of
 * those blocks, is all a snapshot needs.
 */
#include "disk.h"

#include "state.h"

#include <stdlib.h>
#include <string.h>

bool disk_init(struct disk *d, uint8_t *bytes, size_t size, bool readonly)
{
    *d = (struct disk){.bytes = bytes, .size = size, .readonly = readonly};
    if (bytes == NULL)
        return true;
    d->dirty = calloc(size / DISK_BLOCK / 8 + 1, 1);
    return d->dirty != NULL;
}

void disk_release(struct disk *d)
{
    for (size_t i = 0; i < d->count; i++)
        free(d->blocks[i]);
    free(d->blocks);
    free(d->dirty);
    *d = (struct disk){0};
}

bool disk_in_range(const struct disk *d, uint64_t at, uint64_t n)
{
    return at <= d->size && n <= d->size - at;
}

const uint8_t *disk_at(const struct disk *d, uint64_t at)
{
    return d->bytes + at;
}

/* The last block may be short. */
static size_t block_bytes(const struct disk *d, size_t index)
{
    size_t left = d->size - index * DISK_BLOCK;
    return left < DISK_BLOCK ? left : DISK_BLOCK;
}

static bool is_dirty(const struct disk *d, size_t index)
{
    return d->dirty[index / 8] >> (index % 8) & 1;
}

static bool keep(struct disk *d, size_t index)
{
    if (is_dirty(d, index))
        return true;
    if (d->count == d->room) {
        size_t room = d->room * 2 + 16;
        struct disk_block **blocks =
            realloc(d->blocks, room * sizeof(struct disk_block *));
        if (blocks == NULL)
            return false;
        d->blocks = blocks;
        d->room = room;
    }
    struct disk_block *block = calloc(1, sizeof *block);
    if (block == NULL)
        return false;
    block->index = index;
    memcpy(block->before, d->bytes + index * DISK_BLOCK, block_bytes(d, index));
    d->blocks[d->count++] = block;
    d->dirty[index / 8] |= (uint8_t)(1u << (index % 8));
    return true;
}

bool disk_write(struct disk *d, uint64_t at, const uint8_t *from, size_t n)
{
    if (n == 0)
        return true;
    for (size_t i = at / DISK_BLOCK; i <= (at + n - 1) / DISK_BLOCK; i++)
        if (!keep(d, i))
            return false;
    memcpy(d->bytes + at, from, n);
    return true;
}

/* Over what differs from the image as it was, in whatever order it came to
 * differ. */
uint64_t disk_hash(const struct disk *d)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < d->count; i++) {
        size_t index = d->blocks[i]->index;
        const uint8_t *now = d->bytes + index * DISK_BLOCK;
        size_t n = block_bytes(d, index);
        if (memcmp(now, d->blocks[i]->before, n) != 0)
            sum += hash_bytes(now, n, index);
    }
    return sum;
}

bool disk_save(const struct disk *d, struct disk_copy *copy)
{
    copy->count = d->count;
    copy->index = calloc(d->count + 1, sizeof *copy->index);
    copy->bytes = calloc(d->count + 1, DISK_BLOCK);
    if (copy->index == NULL || copy->bytes == NULL)
        return false;
    for (size_t i = 0; i < d->count; i++) {
        size_t index = d->blocks[i]->index;
        copy->index[i] = index;
        memcpy(copy->bytes + i * DISK_BLOCK, d->bytes + index * DISK_BLOCK,
               block_bytes(d, index));
    }
    return true;
}

/* Blocks stay kept once they are: first everything as it was in the beginning,
 * then what the copy holds. A block of the copy is a kept one, since nothing
 * is ever dropped from the list. */
void disk_restore(struct disk *d, const struct disk_copy *copy)
{
    for (size_t i = 0; i < d->count; i++) {
        size_t index = d->blocks[i]->index;
        memcpy(d->bytes + index * DISK_BLOCK, d->blocks[i]->before,
               block_bytes(d, index));
    }
    for (size_t i = 0; i < copy->count; i++)
        memcpy(d->bytes + copy->index[i] * DISK_BLOCK,
               copy->bytes + i * DISK_BLOCK, block_bytes(d, copy->index[i]));
}

void disk_copy_release(struct disk_copy *copy)
{
    free(copy->index);
    free(copy->bytes);
    *copy = (struct disk_copy){0};
}
