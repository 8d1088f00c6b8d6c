/*
 * random.c - long random sequences of calls with random arguments, from several
 * processes at once. Nothing is expected of any one call; the kernel must
 * survive, and afterwards everything must still work.
 *
 *   random [SEED [CALLS]]
 */
#include "check.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>

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
    case SYS_exit:
        return below(300) == 0;
    case SYS_fork:
        return below(10) == 0;
    default:
        return true;
    }
}

/* The calls that are tried; in the place of those that have tests of their own,
 * more about mappings. */
static const int numbers[] = {
#define CALL(number, name, result, args, help)                                 \
    number <= 44 || number == SYS_futex ? number                               \
    : number & 1                        ? SYS_mmap                             \
                                        : SYS_munmap,
#include "syscall.def"
#undef CALL
};

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
