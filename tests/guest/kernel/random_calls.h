/*
 * random_calls.h - for random.c: random calls one after the other, and a call
 * to sleep in at the end.
 */
#ifndef TESTS_GUEST_RANDOM_CALLS_H
#define TESTS_GUEST_RANDOM_CALLS_H

#include "random_fits.h"

static const int numbers[] = {
#define CALL(number, name, result, args, help) number,
#include "syscall.def"
#undef CALL
};

/* A call, with arguments of which some are as they should be. */
static long choose(long arg[6])
{
    for (int i = 0; i < 6; i++)
        arg[i] = argument();
    if (below(3) == 0)
        return numbers[below(LENGTH(numbers))];
    unsigned i = (unsigned)below(LENGTH(fitting));
    if (fitting[i].number != SYS_ring_enter || ring)
        fitting[i].prepare(arg);
    if (below(8) == 0)
        arg[below(6)] = argument();
    return fitting[i].number;
}

/* What later calls may use. */
static void learn(long number, long result)
{
    const int *pair = (const int *)area;
    if (number == SYS_mmap && result > 0)
        mapped[below(LENGTH(mapped))] = result;
    if ((number == SYS_socket || number == SYS_accept) && result > 0)
        keep_socket(result);
    if (number == SYS_socketpair && result == 0) {
        keep_socket(pair[0]);
        keep_socket(pair[1]);
    }
}

/* A pipe that nobody writes to would be the end of most sequences; one that
 * nobody reads has the pages of a large write in use, so that may be more
 * often. */
static void seldom_sleep(long number, const long arg[6])
{
    bool reads = number == SYS_read || number == SYS_readv;
    if (reads || number == SYS_write || number == SYS_writev)
        fcntl((int)arg[0], F_SETFL, below(reads ? 60 : 10) ? O_NONBLOCK : 0);
}

static void random_calls(long calls)
{
    static int depth;
    while (calls-- > 0) {
        long arg[6], number = choose(arg);
        if (!is_fit(number, arg) || (number == SYS_fork && depth == 2))
            continue;
        seldom_sleep(number, arg);
        long result = raw_call(number, arg);
        learn(number, result);
        if (result == 0 && number == SYS_fork) {
            depth++;
            ring = NULL; /* rings do not fork */
            state += (uint64_t)getpid();
            calls /= 4;
        }
    }
}

/* Sleeps in one of the calls that may, for ever: somebody will see to its end.
 * The descriptors are new, whatever became of the others. */
static void fall_asleep(void)
{
    struct pollfd p;
    mach_port_t own = 0;
    int fd[2];
    struct device_call_args sums = {.scalars_out = 2,
                                    .bytes_in = sizeof area,
                                    .scalar_out = (uint64_t)mapped,
                                    .struct_in = (uint64_t)area};
    for (int i = 3; i < SALLYPORT_OPEN_MAX; i++)
        close(i);
    if (below(2))
        pipe(fd);
    else
        socketpair(AF_UNIX, SOCK_STREAM, 0, fd);
    p = (struct pollfd){fd[0], POLLIN, 0};
    *shared_word = 0;
    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &own);
    switch (below(8)) {
    case 0: /* the pages of a large write, or a full queue */
    case 1:
        for (;;)
            write(fd[1], area, sizeof area);
    case 2:
        read(fd[0], area, sizeof area);
        break;
    case 3:
        poll(&p, 1, -1);
        break;
    case 4:
        mach_msg((mach_msg_header_t *)area, MACH_RCV_MSG, 0, 2000, own, 0, 0);
        break;
    case 5:
        futex(shared_word, FUTEX_WAIT, 0, NULL);
        break;
    case 6:
        open("c", O_RDONLY + (int)below(2)); /* a FIFO */
        break;
    default:
        device_call(open("/dev/accel", O_RDWR), ACCEL_SUM_TWICE, &sums);
    }
}

#endif
