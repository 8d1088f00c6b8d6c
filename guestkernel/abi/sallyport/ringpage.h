/*
 * <sallyport/ringpage.h> - the page of a submission ring, which a program and
 * the kernel share: the program queues requests, the kernel completions.
 * Programs use it through <sallyport/ring.h>; docs/reference/rings.md tells it
 * all.
 *
 * A queue's head and tail only ever count up, modulo 2^32; slot n is element
 * n & (entries - 1). tail - head elements are in the queue; who puts them there
 * fills the slot first and moves tail afterwards (a release), who takes them
 * out moves head when the slot may be used again.
 */
#ifndef SALLYPORT_RINGPAGE_H
#define SALLYPORT_RINGPAGE_H

#include <stdint.h>

#define RING_ENTRIES_MAX 64 /* of either queue: so all of it is one page */

/* ring_setup's flags */
#define RING_POLLED 1 /* drained whenever the kernel is entered anyway */

/* op */
#define RING_NOP   0 /* completes with 0 */
#define RING_READ  1
#define RING_WRITE 2

#define RING_FILE_OFFSET (-1) /* the open file's own, which moves on */

struct ring_request {
    uint32_t op;
    int32_t fd;
    uint64_t buffer, length;
    int64_t offset;     /* in the file, or RING_FILE_OFFSET */
    uint64_t user_data; /* comes back as it is */
};

struct ring_completion {
    uint64_t user_data;
    int64_t result; /* bytes, or -errno */
};

struct ring_page {
    uint32_t sq_tail; /* submissions: the program's word */
    uint32_t sq_head; /* the kernel's */
    uint32_t cq_head; /* completions: the program's */
    uint32_t cq_tail; /* the kernel's */
    uint32_t entries; /* of each queue; the kernel does not read it again */
    uint32_t waiting; /* requests taken that could not be done yet */
    uint32_t full;    /* times that requests were left for want of room */
    uint32_t drains;  /* crossings in which there was something to do */
    uint32_t unused[8];
    struct ring_request request[RING_ENTRIES_MAX];
    struct ring_completion completion[RING_ENTRIES_MAX];
};

#endif
