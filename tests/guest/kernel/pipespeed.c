/*
 * pipespeed.c - how many instructions bytes take through a pipe, by the tick
 * counter, which on our machine counts ten of them a tick. test_kernel.c holds
 * the numbers to their budgets; on another machine they mean nothing.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sallyport/calls.h>

#define MOST 65536

static char from[MOST + 8] __attribute__((aligned(4096)));
static char to[MOST] __attribute__((aligned(4096)));

static uint64_t insns(void)
{
    uint64_t ticks;
    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks * 10;
}

/* Write and read by one process; the second time, when all pages are there. */
static void small(const char *name, const char *at)
{
    int fd[2];
    uint64_t spent = 0;
    pipe(fd);
    for (int i = 0; i < 2; i++) {
        uint64_t start = insns();
        if (write(fd[1], at, 1024) != 1024 || read(fd[0], to, 1024) != 1024)
            printf("short\n");
        spent = insns() - start;
    }
    printf("%s: %lu\n", name, (unsigned long)spent);
}

/* From one process to another that waits for it. */
static void large(void)
{
    int data[2], go[2];
    char c = 0;
    pipe(data);
    pipe(go);
    if (fork() == 0) {
        for (int i = 0; i < MOST; i += 4096)
            from[i] = 2; /* the pages are its own */
        read(go[0], &c, 1);
        _exit(write(data[1], from, MOST) == MOST ? 0 : 1);
    }
    memset(to, 3, sizeof to);
    for (int i = 0; i < 5; i++)
        sched_yield();
    uint64_t start = insns();
    int done = 0;
    write(go[1], &c, 1);
    while (done < MOST)
        done += (int)read(data[0], to + done, (size_t)(MOST - done));
    printf("64 KiB: %lu\n", (unsigned long)(insns() - start));
    wait(NULL);
}

int main(void)
{
    memset(from, 1, sizeof from);
    memset(to, 1, sizeof to);
    small("1 KiB", from);
    small("1 KiB misaligned", from + 3);
    large();
    return 0;
}
