/*
 * <sallyport/commpage.h> - one read-only page that the kernel shows every
 * program at the same address: facts, for which no call is needed.
 *
 * A program can read the tick counter itself (rdtime works in user mode). What
 * it cannot know without asking is what a tick is worth and where the count
 * began: the page has the base and the factors, so that uptime is
 *
 *     base_ns + ((rdtime - base_ticks) * ns_mult >> ns_shift)
 *
 * The kernel moves the base now and then. It makes generation odd, writes,
 * and makes it even again: read it before and after, and if it was odd or
 * has changed, read again (<sallyport/comm.h> of the SDK does).
 */
#ifndef SALLYPORT_COMMPAGE_H
#define SALLYPORT_COMMPAGE_H

#include <stdint.h>

#define COMMPAGE_ADDRESS 0x3ffffff000
#define COMMPAGE_MAGIC   "SPCOMM1"

struct commpage {
    char magic[8]; /* COMMPAGE_MAGIC */
    uint32_t generation;
    uint32_t ncpu;
    uint64_t page_bytes, ram_bytes;
    uint64_t timebase_hz; /* ticks a second */
    uint64_t base_ticks, base_ns;
    uint32_t ns_mult, ns_shift;
    char kernel[64]; /* its name and version */
};

#endif
