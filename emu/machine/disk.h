/*
 * disk.h - the bytes of a raw disk image, used in place, with enough memory of
 * the past to go back: the first write to a block keeps what it held before.
 */
#ifndef SALLYPORT_MACHINE_DISK_H
#define SALLYPORT_MACHINE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISK_BLOCK 4096u

/* Blocks written since the machine was made, with their first contents, in
 * order of first write. */
struct disk_block {
    size_t index;
    uint8_t before[DISK_BLOCK];
};

struct disk {
    uint8_t *bytes; /* the caller's; NULL: no disk */
    size_t size;
    bool readonly;
    uint8_t *dirty; /* one bit per block */
    struct disk_block **blocks;
    size_t count, room;
};

/* Contents of the blocks that were dirty at one moment. */
struct disk_copy {
    size_t count;
    size_t *index;
    uint8_t *bytes; /* count blocks */
};

bool disk_init(struct disk *d, uint8_t *bytes, size_t size, bool readonly);
void disk_release(struct disk *d);
/* False: outside the disk. */
bool disk_in_range(const struct disk *d, uint64_t at, uint64_t n);
const uint8_t *disk_at(const struct disk *d, uint64_t at);
/* False: no memory to keep the old contents; nothing is written then. */
bool disk_write(struct disk *d, uint64_t at, const uint8_t *from, size_t n);
uint64_t disk_hash(const struct disk *d);
bool disk_save(const struct disk *d, struct disk_copy *copy);
void disk_restore(struct disk *d, const struct disk_copy *copy);
void disk_copy_release(struct disk_copy *copy);

#endif
