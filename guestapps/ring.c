/*
 * ring.c - the same small writes four ways: a call each, one writev, one
 * ring_enter, and no call at all.
 *
 * A ring is a page that the program shares with the kernel. The program queues
 * requests in it, the kernel puts the results there. Whose crossing it is in
 * which the kernel looks, is the only difference between the last two ways.
 *
 * Watch: by calls, 32 crossings with one copyin each. By writev, one crossing
 * with all copies. By ring_enter, one crossing too, with a line `ring` for each
 * operation that was done in it; no copyin fetches the requests, for the kernel
 * sees the page. By no call, `ring_setup(..., RING_POLLED)` is the last call
 * for a while: the program only looks at the page, until the timer interrupts
 * it, and the operations stand inside that interrupt: it paid for them.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>
#include <sallyport/ring.h>
#include "program.h"

#define TIMES 32
#define BYTES 8

static char piece[TIMES][BYTES + 1]; /* "line 00\n" and a NUL */

static long by_calls(int fd)
{
    long done = 0;
    for (int i = 0; i < TIMES; i++)
        done += write(fd, piece[i], BYTES);
    return done;
}

static long by_writev(int fd)
{
    struct iovec v[TIMES];
    for (int i = 0; i < TIMES; i++)
        v[i] = (struct iovec){piece[i], BYTES};
    return writev(fd, v, TIMES);
}

static void queue_all(struct ring *r, unsigned op, int fd, char to[][BYTES + 1])
{
    for (int i = 0; i < TIMES; i++)
        ring_add(r, op, fd, to[i], BYTES, (int64_t)i * BYTES, (uint64_t)i);
}

/* The results of all, in whatever order they come. */
static long sum_of_results(struct ring *r)
{
    struct ring_completion c;
    long sum = 0;
    for (int i = 0; i < TIMES && ring_wait(r, &c); i++)
        sum += (long)c.result;
    return sum;
}

static long by_ring(int fd, unsigned flags)
{
    struct ring r;
    if (ring_init(&r, TIMES, flags) != 0)
        return -1;
    queue_all(&r, RING_WRITE, fd, piece);
    if (!(flags & RING_POLLED))
        ring_submit(&r, TIMES);
    long done = sum_of_results(&r);
    ring_close(&r);
    return done;
}

static long by_ring_enter(int fd)
{
    return by_ring(fd, 0);
}

static long by_no_call(int fd)
{
    return by_ring(fd, RING_POLLED);
}

/* A read that has to wait, until this process itself writes. */
static int wait_for_a_pipe(void)
{
    char bytes[BYTES + 1] = "";
    int ends[2];
    struct ring r;
    struct ring_completion c;
    if (pipe(ends) != 0 || ring_init(&r, 2, 0) != 0)
        return complain("ring", "pipe");
    ring_add(&r, RING_READ, ends[0], bytes, BYTES, RING_FILE_OFFSET, 1);
    int taken = ring_submit(&r, 0);
    printf("a read of an empty pipe: %d taken, %u waiting\n", taken,
           (unsigned)r.page->waiting);
    ring_add(&r, RING_WRITE, ends[1], piece[7], BYTES, RING_FILE_OFFSET, 2);
    ring_submit(&r, 2);
    while (ring_next(&r, &c))
        printf("operation %d: %d\n", (int)c.user_data, (int)c.result);
    printf("it read: %s", bytes);
    ring_close(&r);
    close(ends[0]);
    close(ends[1]);
    return 0;
}

static int same_as_written(int fd)
{
    static char all[TIMES * BYTES];
    if (lseek(fd, 0, SEEK_SET) != 0 || read(fd, all, sizeof all) != sizeof all)
        return 0;
    for (int i = 0; i < TIMES; i++)
        if (memcmp(all + i * BYTES, piece[i], BYTES) != 0)
            return 0;
    return 1;
}

int main(void)
{
    static const struct {
        const char *name;
        long (*write)(int fd);
    } way[] = {{"by calls", by_calls},
               {"by writev", by_writev},
               {"by one ring_enter", by_ring_enter},
               {"by no call at all", by_no_call}};
    for (int i = 0; i < TIMES; i++)
        snprintf(piece[i], sizeof piece[i], "line %02d\n", i);
    for (size_t i = 0; i < sizeof way / sizeof way[0]; i++) {
        int fd = open("/tmp/ring", O_RDWR | O_CREAT | O_TRUNC, 0644);
        if (fd < 0)
            return complain("ring", "/tmp/ring");
        long done = way[i].write(fd);
        printf("%d writes %s: %ld bytes, %s\n", TIMES, way[i].name, done,
               same_as_written(fd) ? "as they should be" : "wrong");
        close(fd);
    }
    unlink("/tmp/ring");
    return wait_for_a_pipe();
}
