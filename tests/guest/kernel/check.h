/*
 * check.h - for the kernel's tests that run as guest programs: count checks,
 * print what fails, end with a status that says whether any did. They print
 * the same on every machine.
 */
#ifndef TESTS_GUEST_CHECK_H
#define TESTS_GUEST_CHECK_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sallyport/abi.h>

static int checks, failures;

static inline void check_equal(long got, long want, const char *what, int line)
{
    checks++;
    if (got == want)
        return;
    failures++;
    printf("line %d: %s is %ld, should be %ld\n", line, what, got, want);
}

#define EQUAL(got, want) check_equal((long)(got), (long)(want), #got, __LINE__)
#define TRUE(condition)  EQUAL(!!(condition), 1)
/* A call that must fail with this errno. */
#define FAILS(call, error)                                                     \
    do {                                                                       \
        errno = 0;                                                             \
        EQUAL(call, -1);                                                       \
        check_equal(errno, error, "errno of " #call, __LINE__);                \
    } while (0)

static inline int check_end(const char *name)
{
    printf("%s: %d checks, %d failed\n", name, checks, failures);
    return failures ? 1 : 0;
}

/* The call itself: registers in, a0 out. */
static inline long raw_call(long number, const long arg[6])
{
    register long a0 __asm__("a0") = arg[0];
    register long a1 __asm__("a1") = arg[1];
    register long a2 __asm__("a2") = arg[2];
    register long a3 __asm__("a3") = arg[3];
    register long a4 __asm__("a4") = arg[4];
    register long a5 __asm__("a5") = arg[5];
    register long a7 __asm__("a7") = number;
    __asm__ volatile("ecall"
                     : "+r"(a0)
                     : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7)
                     : "memory");
    return a0;
}

/* Free frames: the kernel refuses a heap larger than that at once. */
static inline long free_frames(void)
{
    long low = 0, high = 1 << 20;
    while (high - low > 1) {
        long middle = (low + high) / 2, page = 4096;
        if (raw_call(SYS_sbrk, (long[6]){middle * page}) < 0) {
            high = middle;
        } else {
            raw_call(SYS_sbrk, (long[6]){-middle * page});
            low = middle;
        }
    }
    return low;
}

/* Runs body(arg) in a child; its wait status. */
static inline int in_child(void (*body)(long), long arg)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        body(arg);
        _exit(0);
    }
    int status = -1;
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return -1;
    return status;
}

/* Again and again, each time in a process of its own, until two rounds end with
 * the same memory free: what is made once has been made by then, whatever the
 * timer interrupted. A leak takes some in every round. `all` exits with a
 * status if a check failed. */
static inline int check_rounds(const char *name, void (*all)(long))
{
    long left = 0;
    bool settled = false;
    for (int round = 0; round < 6 && !settled; round++) {
        EQUAL(in_child(all, round), 0);
        long now = free_frames();
        settled = now == left;
        left = now;
    }
    EQUAL(settled, true);
    return check_end(name);
}

#endif
