/*
 * <sallyport/ring.h> - a submission ring: many operations in one crossing, or
 * in none of the program's own. <sallyport/ringpage.h> has the shared page;
 * docs/reference/rings.md explains it.
 *
 *     struct ring r;
 *     struct ring_completion c;
 *     ring_init(&r, 8, 0);
 *     ring_add(&r, RING_WRITE, 1, "hello\n", 6, RING_FILE_OFFSET, 7);
 *     ring_submit(&r, 1);                  the one crossing
 *     while (ring_next(&r, &c)) ...        c.user_data 7, c.result 6
 */
#ifndef SALLYPORT_SDK_RING_H
#define SALLYPORT_SDK_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <sallyport/ringpage.h>

/* The bare calls. A process has one ring at most; entries: a power of two, at
 * most RING_ENTRIES_MAX; 0 closes it. -1 (ring_setup: (void *)-1) and errno. */
void *ring_setup(unsigned entries, unsigned flags);
int ring_enter(unsigned submit, unsigned wait);

struct ring {
    struct ring_page *page;
    unsigned entries, flags;
};

/* 0, or -1 and errno: EINVAL, EBUSY (there is one), ENOMEM. */
static inline int ring_init(struct ring *r, unsigned entries, unsigned flags)
{
    void *page = ring_setup(entries, flags);
    r->page = (struct ring_page *)page;
    r->entries = entries;
    r->flags = flags;
    return page == (void *)-1 ? -1 : 0;
}

/* Queues one operation; false: the queue is full. buffer must stay until the
 * operation is complete. */
static inline bool ring_add(struct ring *r, unsigned op, int fd,
                            const void *buffer, size_t n, int64_t offset,
                            uint64_t user_data)
{
    uint32_t tail = r->page->sq_tail;
    uint32_t head = __atomic_load_n(&r->page->sq_head, __ATOMIC_ACQUIRE);
    if (tail - head >= r->entries)
        return false;
    r->page->request[tail & (r->entries - 1)] =
        (struct ring_request){op, fd, (uintptr_t)buffer, n, offset, user_data};
    __atomic_store_n(&r->page->sq_tail, tail + 1, __ATOMIC_RELEASE);
    return true;
}

/* Has all that is queued done, and waits until `wait` completions are there
 * (or nothing is left that could complete). How many requests the kernel took,
 * or -1 and errno. */
static inline int ring_submit(struct ring *r, unsigned wait)
{
    return ring_enter(r->entries, wait);
}

/* Takes out the next completion, without a crossing; false: there is none. */
static inline bool ring_next(struct ring *r, struct ring_completion *c)
{
    uint32_t head = r->page->cq_head;
    if (head == __atomic_load_n(&r->page->cq_tail, __ATOMIC_ACQUIRE))
        return false;
    *c = r->page->completion[head & (r->entries - 1)];
    __atomic_store_n(&r->page->cq_head, head + 1, __ATOMIC_RELEASE);
    return true;
}

/* The same, but waits for one: in ring_enter or, if the ring is polled, by
 * looking again and again. false: nothing is under way; or errno (EINTR). */
static inline bool ring_wait(struct ring *r, struct ring_completion *c)
{
    while (!ring_next(r, c)) {
        uint32_t queued = r->page->sq_tail -
                          __atomic_load_n(&r->page->sq_head, __ATOMIC_ACQUIRE);
        uint32_t waiting = __atomic_load_n(&r->page->waiting, __ATOMIC_ACQUIRE);
        if (!(r->flags & RING_POLLED) && ring_submit(r, 1) < 0)
            return false;
        if (queued + waiting == 0)
            return ring_next(r, c);
    }
    return true;
}

/* What was not done is not done any more. The page stays mapped. */
static inline int ring_close(struct ring *r)
{
    (void)r;
    return ring_setup(0, 0) == (void *)-1 ? -1 : 0;
}

#endif
