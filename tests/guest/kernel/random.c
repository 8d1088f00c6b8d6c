/*
 * random.c - long random sequences of calls with random arguments, from several
 * processes at once. Nothing is expected of any one call; the kernel must
 * survive, and afterwards everything must still work.
 *
 *   random [SEED [CALLS]]
 */
#include "check.h"
#include <fcntl.h>
#include <sallyport/ioctl.h>
#include <sallyport/mach.h>
#include <sallyport/ring.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define WORKERS 5

static uint64_t state;

static uint64_t next(void) /* xorshift64* */
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 2685821657736338717ull;
}

static uint64_t below(uint64_t n)
{
    return next() % n;
}

static char area[4 * 4096];
static char *names[8] = {"a",    "b",    "d/x",       "d",
                         "d/e/", "../r", "/bin/true", "d/../d/./y"};
static char *argv_good[] = {"true", NULL};
static char *argv_bad[] = {"true", (char *)0x123456789000, NULL};

/* A number of one of the kinds that matter to some call. */
static long argument(void)
{
    switch (below(16)) {
    case 14: /* where mappings go, and protections */
        return 0x3fffeef000 - (long)below(64) * 4096;
    case 15:
        return (long)((1 + below(2)) | (below(2) ? MAP_ANON : 0) |
                      (below(4) ? 0 : MAP_FIXED));
    case 0:
        return (long)below(8) - 1; /* descriptors, small numbers */
    case 1:
        return (long)below(70);
    case 2:
    case 3:
        return (long)(area + below(sizeof area));
    case 4:
    case 5:
    case 6:
        return (long)names[below(8)];
    case 7:
        return (long)next(); /* anything at all */
    case 8:
        return (long)(0xffffffc080200000 + below(1 << 26));
    case 9:
        return (long)below(5000);
    case 10:
        return -(long)below(5000);
    case 11:
        return 1l << below(64);
    case 12:
        return (long)(below(2) ? argv_good : argv_bad);
    default:
        return (long)(O_CREAT | below(4) | (below(2) ? O_TRUNC : 0) |
                      (below(2) ? O_APPEND : 0) | O_NONBLOCK);
    }
}

static bool is_fit(long number, const long arg[6])
{
    switch (number) {
    case SYS_kill: /* not each other, nor the one that waits */
        return false;
    case SYS_nanosleep:
        return below(50) == 0 && arg[0] != (long)area;
    case SYS_read: /* not what may never come */
        return arg[0] > 2;
    case SYS_write: /* no noise */
        return arg[0] > 2;
    case SYS_dup2:
        return (unsigned)arg[1] > 2;
    case SYS_close:
        return (unsigned)arg[0] > 2;
    case SYS_ftruncate:
    case SYS_truncate: /* no billions of bytes to read through */
        return arg[1] < 100000;
    case SYS_sbrk: /* not what it stands on */
        return arg[0] > 0 && arg[0] < 100000;
    case SYS_waitpid:
        return arg[2] & 1;
    case SYS_munmap: /* nor here */
    case SYS_mprotect:
        return arg[0] > (1l << 37);
    case SYS_mmap:
        return !(arg[3] & MAP_FIXED) || arg[0] > (1l << 37);
    case SYS_poll: /* with an end to it */
        return (int)arg[2] >= 0 && (int)arg[2] < 3;
    case SYS_readv: /* as read and write */
    case SYS_writev:
        return arg[0] > 2;
    case SYS_fcntl: /* all are opened with O_NONBLOCK; it stays */
        return (unsigned)arg[0] > 2 && arg[1] != F_SETFL;
    case SYS_futex: /* somebody may have to go on */
        return below(20) == 0;
    case SYS_accept: /* those that may sleep: now and then */
    case SYS_recvfrom:
    case SYS_recvmsg:
    case SYS_sendto:
    case SYS_sendmsg:
    case SYS_sigsuspend:
    case SYS_device_call:
        return below(8) == 0;
    case SYS_ring_enter: /* for what is there */
        return arg[1] == 0 || below(20) == 0;
    case SYS_setuid: /* the one that waits must be allowed to end it */
        return below(20) == 0;
    case SYS_mach_msg_trap:
        return !(arg[1] & MACH_RCV_MSG) || below(8) == 0;
    case SYS_exit:
    case SYS_sigreturn: /* a bad frame ends it, too */
        return below(300) == 0;
    case SYS_fork:
        return below(10) == 0;
    default:
        return true;
    }
}

/* The calls that are tried. */
static const int numbers[] = {
#define CALL(number, name, result, args, help) number,
#include "syscall.def"
#undef CALL
};

static const uint32_t requests[] = {FIONREAD,  FIONBIO,      FIOCLEX,
                                    DEMO_SET,  DEMO_INFO,    DEMO_ADD,
                                    DEMO_STEP, DEMO_REVERSE, DEMO_GATHER};
static const char *const variables[] = {"kern.hostname", "kern.proc",
                                        "kern.procname", "hw.ncpu"};

static void random_calls(long calls)
{
    static int depth;
    memset(area, 0, sizeof area);
    while (calls-- > 0) {
        long number = numbers[below(sizeof numbers / sizeof numbers[0])];
        long arg[6];
        for (int i = 0; i < 6; i++)
            arg[i] = argument();
        if (!is_fit(number, arg) || (number == SYS_fork && depth == 2))
            continue;
        if (number == SYS_pipe)
            arg[0] = (long)area;
        if (number == SYS_socket || number == SYS_socketpair) {
            arg[0] = AF_UNIX;
            arg[1] = (long)(1 + below(2)) | SOCK_NONBLOCK;
            arg[2] = 0;
        }
        if (number == SYS_ring_setup && below(4))
            arg[0] = 1l << below(7);
        if (number == SYS_ioctl && below(2))
            arg[1] = requests[below(sizeof requests / sizeof requests[0])];
        if (number == SYS_sysctlbyname && below(2))
            arg[0] = (long)variables[below(4)];
        if (raw_call(number, arg) == 0 && number == SYS_fork) {
            depth++;
            state += (uint64_t)getpid();
            calls /= 4;
        }
    }
}

static void worker(long n, uint64_t seed, long calls)
{
    char name[16];
    state = seed * 1000003 + (uint64_t)n * 7919 + 1;
    snprintf(name, sizeof name, "/tmp/r%ld", n);
    mkdir(name, 0755);
    chdir(name);
    mkdir("d", 0755);
    int null = open("/dev/null", O_RDWR); /* no noise on the console */
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    /* Something of each kind to begin with. */
    struct sockaddr_un address = {AF_UNIX, "a"};
    int pair[2], listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    bind(listener, (void *)&address, sizeof address);
    listen(listener, 3);
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
    socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair);
    mkfifo("b", 0644);
    open("b", O_RDWR | O_NONBLOCK);
    open("/dev/demo", O_RDWR);
    open("/dev/accel", O_RDWR);
    ring_setup(8, RING_POLLED);
    random_calls(calls);
    _exit(0);
}

static int count_processes(void)
{
    static struct procinfo list[SALLYPORT_PROC_MAX];
    long bytes = raw_call(SYS_getprocs, (long[6]){(long)list, sizeof list});
    return (int)(bytes / (long)sizeof list[0]);
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    long calls = argc > 2 ? atol(argv[2]) : 2000;
    for (int n = 0; n < WORKERS; n++)
        if (fork() == 0)
            worker(n, seed, calls);
    /* Some wait for ever, for a pipe they hold both ends of. */
    for (int i = 0; i < 100 && waitpid(-1, NULL, WNOHANG) >= 0; i++)
        usleep(10000);
    kill(-1, SIGKILL);
    while (wait(NULL) > 0)
        ;
    while (count_processes() > 2) /* orphans, until init has seen to them */
        usleep(1000);
    int fd = open("/tmp/after", O_RDWR | O_CREAT, 0644);
    EQUAL(write(fd, area, sizeof area), sizeof area);
    close(fd);
    EQUAL(unlink("/tmp/after"), 0);
    EQUAL(count_processes(), 2);
    return check_end("random");
}
