/*
 * pipe.c - pipes: a page of bytes between those who write and those who read.
 *
 * POSIX: a read waits while the pipe is empty, and returns 0 when it is empty
 * and nobody can write any more. A write waits for room; up to PIPE_BUF bytes
 * go in one piece. Writing when nobody can read is EPIPE and SIGPIPE.
 *
 * A large write (wire.h's threshold) does not go through the ring: its pages
 * are wired and shown in the kernel's window, and the readers copy from there:
 * one copy instead of two. Its bytes come after the ring's.
 *
 * Positions count all bytes ever written and read, so the ring needs no "full"
 * flag, and the put and get probes can say which bytes went where.
 */
#include "calls.h"
#include "file.h"
#include "kmalloc.h"
#include "pagealloc.h"
#include "probe.h"
#include "proc.h"
#include "sched.h"
#include "signals.h"
#include "wire.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#define CAPACITY SALLYPORT_PIPE_CAPACITY
_Static_assert(CAPACITY == PAGE_SIZE, "the ring is one page");

struct pipe {
    uint64_t channel; /* a number for the probes */
    char *ring;
    uint64_t written, consumed;
    /* What follows the ring's bytes: a writer's own wired pages, in the window.
     * It sleeps in can_write until they are read. */
    const char *mapped;
    uint64_t mapped_bytes;
    uint32_t readers, writers; /* open files at each end */
    struct wait_queue can_read, can_write;
};

static uint64_t used(const struct pipe *p) { return p->written - p->consumed; }

static uint64_t in_ring(const struct pipe *p) {
    return used(p) - p->mapped_bytes;
}

static uint64_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* ---- Reading ---- */

static int wait_for_bytes(struct file *f) {
    struct pipe *p = f->pipe;
    while (used(p) == 0 && p->writers) {
        if (f->flags & O_NONBLOCK) return EAGAIN;
        int error = sched_sleep(&p->can_read, "pipe empty");
        if (error) return error;
    }
    return 0;
}

/* Bytes up to the ring's edge; an error only if it is about the first. */
static int64_t read_ring(struct pipe *p, struct user_addr to, uint64_t n) {
    uint64_t done = 0;
    n = smaller(n, in_ring(p));
    while (done < n) {
        uint64_t start = (p->consumed + done) % CAPACITY;
        uint64_t piece = smaller(n - done, CAPACITY - start);
        int error = copyout(p->ring + start, user_plus(to, done), piece);
        if (error && done == 0) return -error;
        if (error) break;
        done += piece;
    }
    PROBE(get, p->channel, p->consumed, done);
    p->consumed += done;
    sched_wake_all(&p->can_write);
    return (int64_t)done;
}

/* Straight from the writer's pages. */
static int64_t read_mapped(struct pipe *p, struct user_addr to, uint64_t n) {
    n = smaller(n, p->mapped_bytes);
    int error = copyout(p->mapped, to, n);
    if (error) return -error;
    PROBE(get, p->channel, p->consumed, n);
    p->consumed += n;
    p->mapped += n;
    p->mapped_bytes -= n;
    sched_wake_all(&p->can_write);
    return (int64_t)n;
}

static int64_t pipe_read(struct file *f, struct user_addr to, uint64_t n) {
    if (n == 0) return 0;
    int error = wait_for_bytes(f);
    if (error) return -error;
    struct pipe *p = f->pipe;
    if (in_ring(p)) return read_ring(p, to, n);
    return p->mapped_bytes ? read_mapped(p, to, n) : 0;
}

/* ---- Writing ---- */

/* Waits until `room` bytes fit, and none of another writer's are mapped. */
static int wait_for_room(struct file *f, uint64_t room) {
    struct pipe *p = f->pipe;
    for (;;) {
        if (p->readers == 0) {
            signal_send(sched.current, SIGPIPE);
            return EPIPE;
        }
        if (!p->mapped_bytes && CAPACITY - used(p) >= room) return 0;
        if (f->flags & O_NONBLOCK) return EAGAIN;
        int error = sched_sleep(&p->can_write, "pipe full");
        if (error) return error;
    }
}

/* As much of n as fits now. */
static int64_t write_ring(struct pipe *p, struct user_addr from, uint64_t n) {
    uint64_t done = 0;
    n = smaller(n, CAPACITY - used(p));
    while (done < n) {
        uint64_t start = (p->written + done) % CAPACITY;
        uint64_t piece = smaller(n - done, CAPACITY - start);
        int error = copyin(user_plus(from, done), p->ring + start, piece);
        if (error && done == 0) return -error;
        if (error) break;
        done += piece;
    }
    PROBE(put, p->channel, p->written, done);
    p->written += done;
    sched_wake_all(&p->can_read);
    return (int64_t)done;
}

/* Lets readers take the bytes from where they are; how many they took in *done.
 * EINTR. The caller unwires, whoever died meanwhile. */
static int lend(struct pipe *p, const struct wiring *w, const char *window,
                uint64_t *done) {
    int error = 0;
    p->mapped = window;
    p->mapped_bytes = w->bytes;
    PROBE(put, p->channel, p->written, w->bytes);
    p->written += w->bytes;
    sched_wake_all(&p->can_read);
    while (p->mapped_bytes && p->readers && !error)
        error = sched_sleep(&p->can_write, "pipe mapped");
    *done = w->bytes - p->mapped_bytes;
    p->consumed += p->mapped_bytes; /* nobody will read these */
    p->mapped_bytes = 0;
    sched_wake_all(&p->can_write);
    return error;
}

/* Up to WIRE_BYTES without a copy into the ring, if they would not fit there:
 * such a write waits for its readers anyway. *done is 0 if it cannot be. */
static int write_mapped(struct file *f, struct user_addr from, uint64_t n,
                        uint64_t *done) {
    struct wiring w;
    *done = 0;
    int error = wait_for_room(f, 0);
    if (!error) error = wire(&w, &sched.current->vm, from.va, n, PTE_R);
    if (error) return error;
    const char *window = w.bytes > CAPACITY ? window_map(&w) : NULL;
    if (window) error = lend(f->pipe, &w, window, done);
    unwire(&w);
    return error;
}

static int64_t pipe_write(struct file *f, struct user_addr from, uint64_t n) {
    uint64_t done = 0;
    if (n > INT64_MAX) return -EINVAL;
    while (done < n) {
        uint64_t left = n - done, mapped = 0;
        int error = 0;
        if (is_mapped_transfer(left) && !(f->flags & O_NONBLOCK))
            error = write_mapped(f, user_plus(from, done), left, &mapped);
        done += mapped;
        if (mapped && !error) continue;
        if (!error)
            error = wait_for_room(f, n <= SALLYPORT_PIPE_BUF ? left : 1);
        if (error) return done ? (int64_t)done : -error;
        int64_t put = write_ring(f->pipe, user_plus(from, done), left);
        if (put < 0) return done ? (int64_t)done : put;
        done += (uint64_t)put;
    }
    return (int64_t)done;
}

/* ---- Making and closing ---- */

static void pipe_free(struct pipe *p) {
    if (p->ring) page_drop(kpa(p->ring));
    kfree(p);
}

static void pipe_close(struct file *f) {
    struct pipe *p = f->pipe;
    if (file_is_readable(f))
        p->readers--;
    else
        p->writers--;
    sched_wake_all(&p->can_read);
    sched_wake_all(&p->can_write);
    if (p->readers == 0 && p->writers == 0) pipe_free(p);
}

const struct file_ops pipe_ops = {pipe_read, pipe_write, pipe_close};

static struct pipe *pipe_new(void) {
    static uint64_t last_channel;
    struct pipe *p = kmalloc(sizeof *p);
    paddr page = p ? page_alloc() : 0;
    if (!page) {
        kfree(p);
        return NULL;
    }
    p->ring = kva(page);
    p->channel = ++last_channel;
    p->readers = p->writers = 1;
    return p;
}

int64_t sys_pipe(const uint64_t *arg) {
    struct proc *self = sched.current;
    int fd[2];
    fd[0] = file_free_descriptor(self, 0);
    fd[1] = fd[0] < 0 ? -1 : file_free_descriptor(self, fd[0] + 1);
    if (fd[1] < 0) return -EMFILE;
    int error = copyout(fd, user_addr(arg[0]), sizeof fd);
    if (error) return -error;
    struct pipe *p = pipe_new();
    struct file *reader = p ? file_new(&pipe_ops, O_RDONLY) : NULL;
    struct file *writer = reader ? file_new(&pipe_ops, O_WRONLY) : NULL;
    if (!writer) {
        kfree(reader);
        if (p) pipe_free(p);
        return -ENOMEM;
    }
    reader->pipe = writer->pipe = p;
    file_install(self, fd[0], reader);
    file_install(self, fd[1], writer);
    return 0;
}
