/* pipe.c - pipes and FIFOs: a page of bytes between those who write and those who read.
 *
 * POSIX: a read waits while the pipe is empty, and returns 0 when it is empty and nobody can
 * write any more. A write waits for room; up to PIPE_BUF bytes go in one piece. Writing when
 * nobody can read is EPIPE and SIGPIPE.
 *
 * A large write (wire.h's threshold) does not go through the ring: its pages are wired and
 * shown in the kernel's window, and the readers copy from there: one copy instead of two. Its
 * bytes come after the ring's.
 *
 * A FIFO is a name for a pipe that is there while somebody has it open.
 *
 * Positions count all bytes ever written and read, so the ring needs no "full" flag, and the
 * put and get probes can say which bytes went where. */
#include "kernel.h"
#include <sallyport/ioctl.h>

#define CAPACITY SALLYPORT_PIPE_CAPACITY
_Static_assert(CAPACITY == PAGE_SIZE, "the ring is one page");

struct pipe {
    uint64_t channel; /* a number for the probes */
    char *ring;
    uint64_t written, consumed;
    /* After the ring's bytes: a writer's wired pages; it sleeps until they are read. */
    const char *mapped;
    uint64_t mapped_bytes;
    uint32_t readers, writers;           /* open files at each end */
    uint32_t reader_opens, writer_opens; /* how many there ever were */
    struct wait_queue can_read, can_write;
};

static uint64_t used(const struct pipe *p) { return p->written - p->consumed; }
static uint64_t in_ring(const struct pipe *p) { return used(p) - p->mapped_bytes; }

static void wake(struct wait_queue *queue) {
    sched_wake_all(queue);
    poll_wake();
}

/* ---- Reading ---- */
static int wait_for_bytes(struct file *f) {
    struct pipe *p = f->pipe;
    int error = 0;
    while (used(p) == 0 && p->writers && !error)
        error = file_wait(f, &p->can_read, "pipe empty");
    return error;
}

/* Between ring and program: n bytes from *position on, which goes on by what was moved. */
static int move_ring(struct pipe *p, uint64_t *position, uint64_t n, struct uio *u) {
    int error = 0;
    uint64_t end = *position + min(n, u->resid);
    while (*position < end && !error) {
        uint64_t start = *position % CAPACITY;
        uint64_t piece = min(end - *position, CAPACITY - start);
        error = uiomove_at(p->ring + start, piece, u, position);
    }
    return error;
}

static int pipe_read(struct file *f, struct uio *u) {
    struct pipe *p = f->pipe;
    int error = u->resid ? wait_for_bytes(f) : 0;
    if (error) return error;
    uint64_t first = p->consumed;
    if (in_ring(p)) {
        error = move_ring(p, &p->consumed, in_ring(p), u);
    } else { /* straight from the writer's pages */
        error = uiomove_at((void *)p->mapped, p->mapped_bytes, u, &p->consumed);
        p->mapped += p->consumed - first;
        p->mapped_bytes -= p->consumed - first;
    }
    if (p->consumed == first) return error;
    PROBE(get, p->channel, first, p->consumed - first);
    wake(&p->can_write);
    return error;
}

/* ---- Writing ---- */
/* Waits until `room` bytes fit, and none of another writer's are mapped. */
static int wait_for_room(struct file *f, uint64_t room) {
    struct pipe *p = f->pipe;
    int error = 0;
    while (!error && p->readers && (p->mapped_bytes || CAPACITY - used(p) < room))
        error = file_wait(f, &p->can_write, "pipe full");
    if (error || p->readers) return error;
    signal_send(sched.current, SIGPIPE, SI_KERNEL);
    return EPIPE;
}

/* As much as fits now. */
static int write_ring(struct pipe *p, struct uio *u) {
    uint64_t first = p->written;
    int error = move_ring(p, &p->written, CAPACITY - used(p), u);
    if (p->written == first) return error;
    PROBE(put, p->channel, first, p->written - first);
    wake(&p->can_read);
    return error;
}

/* Lets readers take the wired bytes, u's next, from where they are; then unwire. EINTR. */
static int lend(struct pipe *p, const struct wiring *w, const char *window, struct uio *u) {
    int error = 0;
    p->mapped = window;
    p->mapped_bytes = w->bytes;
    PROBE(put, p->channel, p->written, w->bytes);
    uint64_t end = p->written += w->bytes; /* behind it are others' bytes */
    wake(&p->can_read);
    while (p->consumed < end && p->readers && !error)
        error = sched_sleep(&p->can_write, "pipe mapped");
    uint64_t left = p->consumed < end ? p->mapped_bytes : 0;
    uio_advance(u, w->bytes - left);
    p->consumed += left; /* nobody will read these */
    p->mapped_bytes -= left;
    wake(&p->can_write);
    return error;
}

/* Up to WIRE_BYTES of the next piece without a copy into the ring, if they would not fit there:
 * such a write waits for its readers anyway. u is as it was if that cannot be. */
static int write_mapped(struct file *f, struct uio *u) {
    struct wiring w;
    struct iovec front = uio_front(u);
    int error = wait_for_room(f, 0);
    if (!error) error = wire(&w, &sched.current->vm, front.iov_base.va, front.iov_len, PTE_R);
    if (error) return error;
    const char *window = w.bytes > CAPACITY ? window_map(&w) : NULL;
    if (window) error = lend(f->pipe, &w, window, u);
    unwire(&w);
    return error;
}

static int pipe_write(struct file *f, struct uio *u) {
    bool whole = u->resid <= SALLYPORT_PIPE_BUF;
    int error = 0;
    while (u->resid && !error) {
        uint64_t left = u->resid;
        if (is_mapped_transfer(uio_front(u).iov_len) && !(f->flags & O_NONBLOCK))
            error = write_mapped(f, u);
        if (u->resid < left || error) continue;
        error = wait_for_room(f, whole ? left : 1);
        if (!error) error = write_ring(f->pipe, u);
    }
    return error;
}

/* ---- Asking ---- */
static unsigned pipe_poll(struct file *f) {
    const struct pipe *p = f->pipe;
    unsigned now = 0;
    if (file_is_readable(f))
        now |= (used(p) ? POLLIN : 0) | (p->writers || !p->writer_opens ? 0 : POLLHUP);
    if (file_is_writable(f)) {
        /* While a writer's pages are mapped, used may be beyond CAPACITY. */
        bool room = used(p) + SALLYPORT_PIPE_BUF <= CAPACITY;
        now |= (p->readers ? 0 : POLLERR) | (room || !p->readers ? POLLOUT : 0);
    }
    return now;
}

/* ---- Making and closing ---- */
static void pipe_free(struct pipe *p) {
    if (p->ring) page_drop(kpa(p->ring));
    kfree(p);
}

static void pipe_close(struct file *f) {
    struct pipe *p = f->pipe;
    if (p) {
        p->readers -= file_is_readable(f);
        p->writers -= file_is_writable(f);
        sched_wake_all(&p->can_read);
        wake(&p->can_write);
    }
    bool last = p && p->readers == 0 && p->writers == 0;
    if (last) pipe_free(p);
    if (last && f->inode) f->inode->pipe = NULL;
    if (f->inode) inode_drop(f->inode);
}

static int pipe_ioctl(struct file *f, uint32_t request, void *buffer) {
    if (request != FIONREAD) return ENOTTY;
    *(int *)buffer = (int)used(f->pipe);
    return 0;
}

const struct file_ops pipe_ops = {pipe_read, pipe_write, pipe_close, pipe_ioctl, pipe_poll};

static struct pipe *pipe_new(void) {
    struct pipe *p = kmalloc(sizeof *p);
    paddr page = p ? page_alloc() : 0;
    if (!page) {
        kfree(p);
        return NULL;
    }
    p->ring = kva(page);
    p->channel = file_channel();
    return p;
}

int64_t sys_pipe(const uint64_t *arg) {
    struct pipe *p = pipe_new();
    struct file *reader = p ? file_new(&pipe_ops, O_RDONLY) : NULL;
    struct file *writer = reader ? file_new(&pipe_ops, O_WRONLY) : NULL;
    int error = ENOMEM;
    if (writer) {
        reader->pipe = writer->pipe = p;
        p->readers = p->writers = p->writer_opens = 1;
        error = file_install_pair(user_addr(arg[0]), reader, writer);
    }
    if (!error) return 0;
    kfree(reader);
    kfree(writer);
    if (p) pipe_free(p);
    return -error;
}

/* Whoever opened the other end while this one waited counts, even if it has closed it again. */
int fifo_open(struct file *f) {
    bool reads = file_is_readable(f), writes = file_is_writable(f);
    bool waits = !(f->flags & O_NONBLOCK) && reads != writes;
    struct pipe **link = &f->inode->pipe;
    if (!waits && !reads && (!*link || !(*link)->readers)) return ENXIO;
    if (!*link) *link = pipe_new();
    struct pipe *p = f->pipe = *link;
    if (!p) return ENOMEM;
    p->readers += reads;
    p->reader_opens += reads;
    p->writers += writes;
    p->writer_opens += writes;
    sched_wake_all(&p->can_read);
    wake(&p->can_write);
    const uint32_t *there = reads ? &p->writers : &p->readers;
    const uint32_t *opens = reads ? &p->writer_opens : &p->reader_opens;
    uint32_t before = *opens;
    int error = 0;
    while (waits && !*there && *opens == before && !error)
        error = sched_sleep(reads ? &p->can_read : &p->can_write, "FIFO open");
    return error;
}
