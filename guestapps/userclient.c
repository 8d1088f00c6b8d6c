/*
 * userclient.c - a device whose methods are declared in a table, and called
 * with counted numbers and a structure each way.
 *
 * Watch: device_call copies in its arguments, and refuses by the table what is
 * not exactly as declared: compare `selector=ACCEL_MULTIPLY [2+0 in, 2+0 out]`
 * with the counts in `args`. A block of 4096 bytes is copied in; one of 4097 is
 * wired, shown in the kernel's window and never copied (lines `wire`,
 * `window`, `unwire`; compare `copied` and `insns`). So it is live:
 * ACCEL_SUM_TWICE adds up, sleeps, and adds up again. Meanwhile another process
 * stores to the memory that both share. The copy had stood still; the pages
 * have not.
 */
#include <fcntl.h>
#include <sys/device.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <sallyport/calls.h>
#include "program.h"

#define SMALL 4096
#define LARGE 65536

static int fd;
static uint8_t *block; /* LARGE bytes, shared with the child */
static uint64_t in[2], out[2];

/* A call with a structure of `bytes` going in and counted numbers out. */
static int call(uint32_t selector, uint32_t scalars_in, uint32_t scalars_out,
                uint64_t bytes_in, uint64_t bytes_out)
{
    struct device_call_args args = {.scalars_in = scalars_in,
                                    .scalars_out = scalars_out,
                                    .bytes_in = bytes_in,
                                    .bytes_out = bytes_out,
                                    .scalar_in = (uint64_t)in,
                                    .scalar_out = (uint64_t)out,
                                    .struct_in = (uint64_t)block,
                                    .struct_out = (uint64_t)block};
    return device_call(fd, selector, &args);
}

static void refused(const char *what, int result)
{
    printf("%s: %s\n", what, result < 0 ? strerror(errno) : "not refused");
}

static void refusals(void)
{
    refused("a number too few", call(ACCEL_MULTIPLY, 1, 2, 0, 0));
    refused("a number too many", call(ACCEL_MULTIPLY, 3, 2, 0, 0));
    refused("an answer too few", call(ACCEL_MULTIPLY, 2, 1, 0, 0));
    refused("17 numbers", call(ACCEL_SUM, 17, 1, 8, 0));
    refused("a structure nobody asked for", call(ACCEL_MULTIPLY, 2, 2, 8, 0));
    refused("an answer of 8 bytes for 16", call(ACCEL_INFO, 0, 0, 0, 8));
    refused("more than a descriptor holds",
            call(ACCEL_SUM, 0, 1, DEVICE_DESCRIPTOR + 1, 0));
    refused("two blocks of different sizes", call(ACCEL_INVERT, 0, 0, 16, 32));
    refused("a method of another device", call(0x6200, 0, 0, 0, 0));
}

static uint32_t waiting(void)
{
    struct accel_info info;
    struct device_call_args args = {.bytes_out = sizeof info,
                                    .struct_out = (uint64_t)&info};
    return device_call(fd, ACCEL_INFO, &args) == 0 ? info.waiting : 0;
}

/* The other process: when the caller sleeps, it changes the first byte. */
static void change_it(void)
{
    while (waiting() == 0)
        sched_yield();
    block[0] = 101;
    _exit(call(ACCEL_GO, 0, 1, 0, 0) != 0 || out[0] != 1);
}

static void sum_twice(uint64_t bytes)
{
    memset(block, 1, LARGE);
    pid_t pid = fork();
    if (pid == 0)
        change_it();
    if (pid < 0 || call(ACCEL_SUM_TWICE, 0, 2, bytes, 0) != 0)
        complain("userclient", "ACCEL_SUM_TWICE");
    waitpid(pid, NULL, 0);
    printf("%d bytes: fetched once %d, fetched again %d\n", (int)bytes,
           (int)out[0], (int)out[1]);
}

int main(void)
{
    fd = open("/dev/accel", O_RDWR);
    block =
        mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    if (fd < 0 || block == MAP_FAILED)
        return complain("userclient", "/dev/accel");
    in[0] = in[1] = UINT64_MAX;
    if (call(ACCEL_MULTIPLY, 2, 2, 0, 0) != 0)
        return complain("userclient", "ACCEL_MULTIPLY");
    printf("(2^64-1)^2 = 0x%lx%016lx\n", (long)out[1], (long)out[0]);
    refusals();
    for (uint64_t bytes = SMALL; bytes <= LARGE; bytes *= 16) {
        memset(block, 3, LARGE);
        if (call(ACCEL_SUM, 0, 1, bytes, 0) != 0 ||
            call(ACCEL_INVERT, 0, 0, bytes, bytes) != 0)
            return complain("userclient", "a block");
        printf("%d bytes: sum %d, then each is %d\n", (int)bytes, (int)out[0],
               block[0]);
    }
    sum_twice(SMALL);
    sum_twice(LARGE);
    return 0;
}
