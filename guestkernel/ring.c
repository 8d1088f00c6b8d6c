/* ring.c - submission rings: a program queues operations in a page that it shares with the
 * kernel (abi/sallyport/ringpage.h). One ring_enter has many done in one crossing; a
 * RING_POLLED ring is drained at the end of whatever crossing its owner makes, and the timer
 * sees to it that there is one.
 *
 * The page is hostile: a program, or the child that inherited the mapping, may change any word
 * of it at any time. What the kernel goes by stands in struct ring. In the page it reads two
 * words, sq_tail and cq_head, and each request once, into a copy that is checked and used
 * afterwards. It is a page of an inode without a name, reached by the direct map, so munmap
 * takes nothing away from the kernel.
 *
 * A request is taken only if there is room for its completion, so none is lost. What would have
 * to wait (a pipe is empty) waits here and is tried again, at every drain or, in ring_enter,
 * when somebody says that files have changed. An operation needs its owner's memory and
 * descriptors: only the owner's own crossings drain. */
#include "kernel.h"
#include <sallyport/ringpage.h>

_Static_assert(sizeof(struct ring_page) <= PAGE_SIZE, "one page");

struct ring {
    struct inode *object; /* whose page it is */
    struct ring_page *page;
    uint32_t entries, sq_head, cq_tail, full, drains;
    uint32_t waiting; /* requests taken and not done, oldest first */
    struct ring_request request[RING_ENTRIES_MAX];
};
_Static_assert(sizeof(struct ring) <= PAGE_SIZE, "one page");

#define PUBLISH(word, value) __atomic_store_n(&(word), value, __ATOMIC_RELEASE)

/* ---- The queues ---- */
/* Completions that the program has not taken out, if it is to be believed. */
static uint32_t unread(const struct ring *r) {
    return r->cq_tail - __atomic_load_n(&r->page->cq_head, __ATOMIC_ACQUIRE);
}

/* Takes over up to `most` requests, while their completions will have room; how many, or
 * -EINVAL: heads and tails cannot be right. */
static int64_t take(struct ring *r, uint64_t most) {
    uint32_t n = __atomic_load_n(&r->page->sq_tail, __ATOMIC_ACQUIRE) - r->sq_head;
    uint32_t used = unread(r);
    if (n > r->entries || used > r->entries) return -EINVAL;
    used += r->waiting;
    uint32_t room = used < r->entries ? r->entries - used : 0;
    if (n > most) n = (uint32_t)most;
    if (n > room) {
        n = room;
        PUBLISH(r->page->full, ++r->full);
    }
    for (uint32_t i = 0; i < n; i++)
        r->request[r->waiting++] = r->page->request[r->sq_head++ & (r->entries - 1)];
    __asm__ volatile("" ::: "memory"); /* nothing is read there again */
    PUBLISH(r->page->sq_head, r->sq_head);
    return n;
}

static void complete(struct ring *r, uint64_t user_data, int64_t result) {
    r->page->completion[r->cq_tail & (r->entries - 1)] =
        (struct ring_completion){user_data, result};
    PUBLISH(r->page->cq_tail, ++r->cq_tail);
}

/* ---- The operations ---- */
static int check(const struct ring_request *q, const struct file *f) {
    if (q->op > RING_WRITE) return EINVAL;
    if (!f) return EBADF;
    if (q->offset == RING_FILE_OFFSET) return 0;
    if (!file_has_offset(f)) return ESPIPE;
    return q->offset < 0 ? EINVAL : 0;
}

/* As the call, but at the offset, if there is one, and without waiting (false: it would). */
static bool perform(const struct ring_request *q, int64_t *result) {
    struct iovec piece = {user_addr(q->buffer), q->length};
    struct uio u = {&piece, 1, q->length, q->op == RING_WRITE, NULL};
    struct file *f = file_of((uint64_t)q->fd);
    *result = q->op == RING_NOP ? 0 : -check(q, f);
    if (q->op == RING_NOP || *result) return true;
    struct file once = *f;
    once.flags |= O_NONBLOCK;
    if (q->offset != RING_FILE_OFFSET) once.offset = (uint64_t)q->offset;
    *result = file_transfer(&once, &u);
    if (q->offset == RING_FILE_OFFSET) f->offset = once.offset;
    return *result != -EAGAIN || f->flags & O_NONBLOCK;
}

/* On one descriptor nothing overtakes an older request of its kind. */
static bool must_queue(const struct ring *r, uint32_t older, const struct ring_request *q) {
    for (uint32_t i = 0; i < older; i++)
        if (r->request[i].fd == q->fd && r->request[i].op == q->op) return true;
    return false;
}

/* Tries everything that was taken; how much was done. */
static uint32_t serve(struct ring *r) {
    uint32_t left = 0, n = r->waiting;
    for (uint32_t i = 0; i < n; i++) {
        const struct ring_request *q = &r->request[i];
        int64_t result = 0;
        bool done = false;
        if (!must_queue(r, left, q)) {
            PROBE(ring_op, q->op, q->fd, q->buffer, q->length, q->user_data);
            done = perform(q, &result);
            PROBE(ring_done, done, result);
        }
        if (done) complete(r, q->user_data, result);
        else r->request[left++] = *q;
    }
    PUBLISH(r->page->waiting, r->waiting = left);
    return n - left;
}

static int64_t drain(struct ring *r, uint64_t most) {
    int64_t taken = take(r, most);
    if (serve(r)) PUBLISH(r->page->drains, ++r->drains);
    return taken;
}

/* Whether a call was interrupted is not for what sleeps here to say. */
void ring_drain(void) {
    struct signals *s = &sched.current->signals;
    bool interrupted = s->interrupted;
    uint64_t call_a0 = s->call_a0;
    drain(sched.current->ring, RING_ENTRIES_MAX);
    s->interrupted = interrupted;
    s->call_a0 = call_a0;
}

/* ---- Making and closing; the calls ---- */
void ring_close(struct proc *p) {
    struct ring *r = p->ring;
    if (!r) return;
    p->ring = NULL;
    p->ring_polled = false;
    inode_drop(r->object);
    page_drop(kpa(r));
}

int64_t sys_ring_setup(const uint64_t *arg) {
    struct proc *p = sched.current;
    uint64_t entries = arg[0], va = vm_gap(&p->vm, PAGE_SIZE);
    if (entries > RING_ENTRIES_MAX || entries & (entries - 1) || arg[1] & ~RING_POLLED ||
        (!entries && !p->ring))
        return -EINVAL;
    if (entries && p->ring) return -EBUSY;
    ring_close(p);
    if (!entries) return 0;
    struct inode *object = inode_new(INODE_FILE, 0600);
    if (object) inode_hold(object);
    char *page = object ? inode_own_page(object, 0) : NULL;
    paddr own = page ? page_alloc_zeroed() : 0;
    if (own) object->size = PAGE_SIZE;
    int error = own && va ? vm_show(&p->vm, va, object, PTE_R | PTE_W) : ENOMEM;
    if (error && own) page_drop(own);
    if (error && object) inode_drop(object);
    if (error) return -error;
    p->ring = kva(own);
    p->ring_polled = arg[1] & RING_POLLED;
    p->ring->object = object;
    p->ring->page = (struct ring_page *)page;
    p->ring->page->entries = p->ring->entries = (uint32_t)entries;
    return (int64_t)va;
}

/* Sleeps only when a try of all has come to nothing: one that slept itself, for the disk, may
 * have missed that others could go on. */
int64_t sys_ring_enter(const uint64_t *arg) {
    struct ring *r = sched.current->ring;
    if (!r) return -ENXIO;
    int64_t taken = drain(r, arg[0]);
    int error = 0;
    while (taken >= 0 && !error && r->waiting && unread(r) < arg[1])
        if (!serve(r)) error = sched_sleep(&poll_waiters, "ring");
    return taken > 0 || !error ? taken : -error;
}
