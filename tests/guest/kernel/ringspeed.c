/*
 * ringspeed.c - how many instructions a small write takes, the program's own
 * included: by a call, by a ring in batches, and by a polled ring whose
 * operations travel with another call. By the tick counter, which on our
 * machine counts ten of them a tick; on another machine it means nothing.
 * test_kernel.c holds the figures to their budgets.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <sallyport/ring.h>

#define TIMES 64

static char piece[8] = "eight...";
static struct ring r;

static uint64_t insns(void)
{
    uint64_t ticks;
    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks * 10;
}

static void by_call(int fd, int batch)
{
    (void)batch;
    for (int i = 0; i < TIMES; i++)
        write(fd, piece, sizeof piece);
}

/* A crossing for every so many; all results are looked at. */
static void by_ring(int fd, int batch)
{
    struct ring_completion c;
    for (int i = 1; i <= TIMES; i++) {
        ring_add(&r, RING_WRITE, fd, piece, sizeof piece, RING_FILE_OFFSET,
                 (uint64_t)i);
        if (i % batch)
            continue;
        if (r.flags & RING_POLLED)
            getppid();
        else
            ring_submit(&r, 0);
        while (ring_next(&r, &c))
            if (c.result != sizeof piece)
                printf("short\n");
    }
}

/* The second time, when all pages are there. */
static void measure(const char *target, const char *name,
                    void (*way)(int fd, int batch), int batch)
{
    uint64_t spent = 0;
    int fd = open(target, O_RDWR | O_CREAT, 0644);
    for (int i = 0; i < 2; i++) {
        uint64_t start = insns();
        way(fd, batch);
        spent = insns() - start;
    }
    close(fd);
    printf("%s, %s %d: %lu\n", target, name, batch,
           (unsigned long)(spent / TIMES));
}

static void measure_all(const char *target)
{
    static const int batch[] = {1, 8, 64};
    measure(target, "call", by_call, 1);
    for (unsigned flags = 0; flags <= RING_POLLED; flags++) {
        ring_init(&r, TIMES, flags);
        for (int i = 0; i < 3; i++)
            measure(target, flags ? "carried" : "ring", by_ring, batch[i]);
        ring_close(&r);
    }
}

int main(void)
{
    measure_all("/dev/null");
    measure_all("/tmp/speed");
    return 0;
}
