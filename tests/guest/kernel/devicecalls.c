/*
 * devicecalls.c - device_call, attacked: every mismatch with the declared
 * table, every bad address at every place, the edge between copies and
 * descriptors, and the death of either side while a method sleeps.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/device.h>
#include <sys/mman.h>

#include <sallyport/calls.h>

#include "check.h"

#define PAGE 4096
#define RW   (PROT_READ | PROT_WRITE)
#define MOST (40 * PAGE)

static int fd;
static uint8_t *area;      /* MOST bytes; behind them there is nothing */
static uint8_t *read_only; /* as many, not to be written */
static uint64_t numbers[DEVICE_SCALARS], answers[DEVICE_SCALARS];

static void set_up(void)
{
    area = mmap(NULL, MOST + PAGE, RW, MAP_SHARED | MAP_ANON, -1, 0);
    read_only = mmap(NULL, MOST, PROT_READ, MAP_PRIVATE | MAP_ANON, -1, 0);
    TRUE(area != MAP_FAILED && read_only != MAP_FAILED);
    EQUAL(munmap(area + MOST, PAGE), 0);
    fd = open("/dev/accel", O_RDWR);
    TRUE(fd >= 0);
}

static struct device_call_args args_of(uint32_t in, uint32_t out,
                                       uint64_t bytes_in, uint64_t bytes_out)
{
    return (struct device_call_args){in,
                                     out,
                                     bytes_in,
                                     bytes_out,
                                     (uint64_t)numbers,
                                     (uint64_t)answers,
                                     (uint64_t)area,
                                     (uint64_t)area};
}

static int call(uint32_t selector, uint32_t in, uint32_t out, uint64_t bytes_in,
                uint64_t bytes_out)
{
    struct device_call_args a = args_of(in, out, bytes_in, bytes_out);
    return device_call(fd, selector, &a);
}

/* ---- The table ---- */

#define ANY DEVICE_VARIABLE
static const struct row {
    uint32_t selector;
    uint32_t declared[4]; /* in the order of args_of */
} rows[] = {
#define ACCEL(selector, name, function, si, bi, so, bo, help)                  \
    {selector, {si, so, bi, bo}},
#include "device.def"
#undef ACCEL
};
#define ROWS (sizeof rows / sizeof rows[0])

/* Each count in turn is something else; everything else is right. */
static void every_mismatch_is_refused(void)
{
    static const uint64_t wrong[] = {
        0, 1, 2, 3, 15, 16, 17, 24, 4096, 4097, 131072, 131073, UINT32_MAX};
    for (unsigned i = 0; i < ROWS; i++)
        for (int which = 0; which < 4; which++)
            for (unsigned w = 0; w < sizeof wrong / sizeof wrong[0]; w++) {
                uint64_t n[4];
                for (int k = 0; k < 4; k++)
                    n[k] = rows[i].declared[k] == ANY ? 8 : rows[i].declared[k];
                n[which] = wrong[w];
                bool any = rows[i].declared[which] == ANY;
                uint64_t most = which < 2 ? DEVICE_SCALARS : DEVICE_DESCRIPTOR;
                if (any ? wrong[w] <= most
                        : wrong[w] == rows[i].declared[which])
                    continue;
                FAILS(call(rows[i].selector, (uint32_t)n[0], (uint32_t)n[1],
                           n[2], n[3]),
                      EINVAL);
            }
    struct device_call_args a = args_of(0, 1, 1ul << 63, 0);
    FAILS(device_call(fd, ACCEL_SUM, &a), EINVAL);
    a.bytes_in = UINT64_MAX;
    FAILS(device_call(fd, ACCEL_SUM, &a), EINVAL);
    FAILS(call(ACCEL_INVERT, 0, 0, 8, 9), EINVAL); /* the driver's own check */
}

static void the_checks_have_an_order(void)
{
    int null = open("/dev/null", O_RDWR);
    struct device_call_args a = args_of(9, 9, 9, 9);
    FAILS(device_call(77, 1, NULL), EFAULT);
    FAILS(device_call(77, 1, &a), EBADF);
    FAILS(device_call(null, ACCEL_SUM, &a), ENOTTY);
    FAILS(device_call(0, ACCEL_SUM, &a), ENOTTY);
    FAILS(device_call(fd, 1, &a), ENOTSUP);
    FAILS(device_call(fd, UINT32_MAX, &a), ENOTSUP);
    a.scalar_in = 8; /* is bad, and not looked at */
    FAILS(device_call(fd, ACCEL_MULTIPLY, &a), EINVAL);
    close(null);
    FAILS(device_call(null, ACCEL_SUM, &a), EBADF);
}

/* ---- Memory ---- */

static void results_are_right_on_both_sides_of_the_edge(void)
{
    static const int size[] = {0,    1,    7,     4095,   4096,
                               4097, 8192, 65536, 131071, 131072};
    for (unsigned i = 0; i < sizeof size / sizeof size[0]; i++)
        for (int offset = 0; offset < 9000; offset += 4501) {
            uint64_t expected = 0, n = (uint64_t)size[i];
            for (uint64_t k = 0; k < n; k++)
                expected += area[offset + k] = (uint8_t)(k * 7 + n);
            struct device_call_args a = args_of(0, 1, n, 0);
            a.struct_in += (uint64_t)offset;
            EQUAL(device_call(fd, ACCEL_SUM, &a), 0);
            EQUAL(answers[0], expected);
            a = args_of(0, 0, n, n);
            a.struct_in = a.struct_out = (uint64_t)area + (uint64_t)offset;
            area[offset + n] = 99;
            EQUAL(device_call(fd, ACCEL_INVERT, &a), 0);
            uint64_t inverted = 0;
            for (uint64_t k = 0; k < n; k++)
                inverted += area[offset + k];
            EQUAL(inverted, 255 * n - expected);
            EQUAL(area[offset + n], 99); /* and not a byte more */
        }
    numbers[0] = UINT64_MAX;
    numbers[1] = 3;
    EQUAL(call(ACCEL_MULTIPLY, 2, 2, 0, 0), 0);
    EQUAL(answers[0], UINT64_MAX - 2);
    EQUAL(answers[1], 2);
}

static void every_address_is_checked(void)
{
    const uint64_t bad[] = {0,
                            8,
                            0x2000000000,
                            0x3fffffffff,
                            0x4000000000,
                            1ull << 63,
                            0xffffffc080200000,
                            0xffffffffa0000000,
                            UINT64_MAX - 7};
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct device_call_args a = args_of(2, 2, 0, 0);
        FAILS(device_call(fd, ACCEL_MULTIPLY, (void *)bad[i]), EFAULT);
        a.scalar_in = bad[i];
        FAILS(device_call(fd, ACCEL_MULTIPLY, &a), EFAULT);
        a = args_of(2, 2, 0, 0);
        a.scalar_out = bad[i];
        FAILS(device_call(fd, ACCEL_MULTIPLY, &a), EFAULT);
        for (uint64_t n = 8; n <= 65536; n *= 8192) { /* copied, and mapped */
            a = args_of(0, 1, n, 0);
            a.struct_in = bad[i];
            FAILS(device_call(fd, ACCEL_SUM, &a), EFAULT);
            a = args_of(0, 0, n, n);
            a.struct_out = bad[i];
            FAILS(device_call(fd, ACCEL_INVERT, &a), EFAULT);
        }
    }
}

static void memory_may_end_or_be_read_only(void)
{
    for (uint64_t n = 100; n <= 102400; n *= 1024) {
        struct device_call_args a = args_of(0, 0, n, n);
        a.struct_in = (uint64_t)area + MOST - n;
        EQUAL(device_call(fd, ACCEL_INVERT, &a), 0);
        a.struct_in += 1; /* its last byte is not there */
        FAILS(device_call(fd, ACCEL_INVERT, &a), EFAULT);
        a.struct_in = (uint64_t)read_only;
        EQUAL(device_call(fd, ACCEL_INVERT, &a), 0);
        EQUAL(area[0], 255);
        a.struct_out = (uint64_t)read_only;
        FAILS(device_call(fd, ACCEL_INVERT, &a), EFAULT);
        EQUAL(read_only[0], 0);
    }
}

/* What fork shares is copied before a descriptor is written through. */
static void invert_private(long n)
{
    struct device_call_args a = args_of(0, 0, (uint64_t)n, (uint64_t)n);
    a.struct_in = a.struct_out = (uint64_t)read_only;
    EQUAL(mprotect(read_only, MOST, RW), 0);
    EQUAL(device_call(fd, ACCEL_INVERT, &a), 0);
    EQUAL(read_only[0], 255);
    EQUAL(read_only[n - 1], 255);
    _exit(failures != 0);
}

static void what_fork_shares_is_kept(void)
{
    EQUAL(in_child(invert_private, 4096), 0);
    EQUAL(in_child(invert_private, 65536), 0);
    EQUAL(read_only[0], 0);
}

/* ---- While it sleeps ---- */

static void settle(void)
{
    for (int i = 0; i < 10; i++)
        sched_yield();
}

static uint32_t waiting(void)
{
    struct accel_info info = {99, 0, 0};
    struct device_call_args a = args_of(0, 0, 0, sizeof info);
    a.struct_out = (uint64_t)&info;
    EQUAL(device_call(fd, ACCEL_INFO, &a), 0);
    return info.waiting;
}

static pid_t sleeper(uint64_t n)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        int result = call(ACCEL_SUM_TWICE, 0, 2, n, 0);
        _exit(result ? 1 : answers[0] == answers[1] ? 2 : 3);
    }
    settle();
    EQUAL(waiting(), 1);
    return pid;
}

static int end_of(pid_t pid)
{
    int status = -1;
    waitpid(pid, &status, 0);
    EQUAL(waiting(), 0);
    return status;
}

/* The peer rewrites the memory, unmaps it, is killed. */
static void peers_do_what_they_like(void)
{
    for (uint64_t n = 4096; n <= 65536; n *= 16) {
        memset(area, 1, MOST);
        pid_t pid = sleeper(n);
        area[0] = 2;
        EQUAL(call(ACCEL_GO, 0, 1, 0, 0), 0);
        EQUAL(answers[0], 1);
        EQUAL(end_of(pid), (n <= DEVICE_INLINE ? 2 : 3) << 8);
        pid = sleeper(n);
        kill(pid, SIGKILL);
        EQUAL(end_of(pid), SIGKILL);
        pid = sleeper(n);
        kill(pid, SIGTERM);
        EQUAL(end_of(pid), SIGTERM);
    }
    EQUAL(call(ACCEL_GO, 0, 1, 0, 0), 0);
    EQUAL(answers[0], 0);
}

/* The memory is a file's, which ends meanwhile: the wired frames stay. */
static void the_object_shrinks(void)
{
    int shared = shm_open("/devicecalls", O_RDWR | O_CREAT, 0600);
    EQUAL(ftruncate(shared, 65536), 0);
    uint8_t *p = mmap(NULL, 65536, RW, MAP_SHARED, shared, 0), *old = area;
    memset(p, 1, 65536);
    area = p;
    pid_t pid = sleeper(65536);
    area = old;
    EQUAL(ftruncate(shared, 1), 0);
    EQUAL(call(ACCEL_GO, 0, 1, 0, 0), 0);
    int status = end_of(pid);
    TRUE(status == 2 << 8 || status == 3 << 8); /* no fault, no signal */
    munmap(p, 65536);
    close(shared);
    EQUAL(shm_unlink("/devicecalls"), 0);
}

/* 16 windows: the 17th descriptor is refused, copies are not. */
static void windows_run_out(void)
{
    pid_t pid[16];
    fflush(stdout);
    for (int i = 0; i < 16; i++)
        if ((pid[i] = fork()) == 0)
            _exit(call(ACCEL_SUM_TWICE, 0, 2, 65536, 0));
    while (waiting() < 16)
        settle();
    FAILS(call(ACCEL_SUM, 0, 1, 65536, 0), ENOMEM);
    FAILS(call(ACCEL_INVERT, 0, 0, 65536, 65536), ENOMEM);
    EQUAL(call(ACCEL_SUM, 0, 1, 4096, 0), 0);
    for (int i = 0; i < 8; i++)
        kill(pid[i], SIGKILL);
    settle();
    EQUAL(call(ACCEL_GO, 0, 1, 0, 0), 0);
    for (int i = 0; i < 16; i++) {
        int status = -1;
        waitpid(pid[i], &status, 0);
        EQUAL(status, i < 8 ? SIGKILL : 0);
    }
    EQUAL(waiting(), 0);
    EQUAL(call(ACCEL_SUM, 0, 1, 65536, 0), 0);
}

static void all(long round)
{
    (void)round;
    set_up();
    every_mismatch_is_refused();
    the_checks_have_an_order();
    results_are_right_on_both_sides_of_the_edge();
    every_address_is_checked();
    memory_may_end_or_be_read_only();
    what_fork_shares_is_kept();
    peers_do_what_they_like();
    the_object_shrinks();
    windows_run_out();
    if (failures)
        _exit(1);
}

int main(void)
{
    return check_rounds("devicecalls", all);
}
