/*
 * packed.h - a machine's state as bytes for a file: all but RAM in one piece,
 * and of RAM the pages that changed since the last time.
 *
 *     struct machine_packer *p = machine_packer_begin(m);   at its beginning
 *     machine_run(m, ...);
 *     struct packed x;
 *     machine_packer_take(p, &x);          x.state, x.pages, x.hash
 *
 * and in another machine that was made from the same images:
 *
 *     machine_unpack_pages(m, pages, n);   of each one taken, in order
 *     machine_unpack_state(m, state, n);   of the last
 *     machine_hash(m) == hash              it is the same machine
 *
 * The bytes do not depend on the engine, but on how this build lays out its
 * devices; the hash tells. What comes from a file is not believed: lengths and
 * every index are checked.
 */
#ifndef SALLYPORT_MACHINE_PACKED_H
#define SALLYPORT_MACHINE_PACKED_H

#include "machine.h"

struct machine_packer;

struct packed_bytes {
    uint8_t *bytes;
    size_t n, room;
};

/* The bytes are the packer's, and good until the next one is taken. */
struct packed {
    struct packed_bytes state, pages;
    uint64_t hash; /* machine_hash */
};

/* NULL: out of memory. RAM is watched from now on (dirty.h). */
struct machine_packer *machine_packer_begin(struct machine *m);
/* False: out of memory; the next one takes what this one would have. */
bool machine_packer_take(struct machine_packer *p, struct packed *out);
void machine_packer_end(struct machine_packer *p);

/* False: not such bytes; the machine is not to be used any more. */
bool machine_unpack_pages(struct machine *m, const uint8_t *bytes, size_t n);
bool machine_unpack_state(struct machine *m, const uint8_t *bytes, size_t n);

#endif
