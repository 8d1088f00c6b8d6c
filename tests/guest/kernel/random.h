/*
 * random.h - for random.c: random numbers, arguments of any kind at all, and
 * which calls are not to be made with them.
 */
#ifndef TESTS_GUEST_RANDOM_H
#define TESTS_GUEST_RANDOM_H

#include "check.h"
#include <fcntl.h>
#include <mach/mach.h>
#include <sallyport/calls.h>
#include <signal.h>
#include <sys/device.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

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

/* ---- Anything ---- */

static char area[5 * 4096];
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
        return arg[0] == getpid() && arg[1] == SIGUSR1;
    case SYS_open: /* programs stay as they are */
        return arg[0] != (long)names[6] || !(arg[1] & (O_ACCMODE | O_TRUNC));
    case SYS_link: /* nor get names by which they could be changed */
    case SYS_rename:
    case SYS_unlink:
        return arg[0] != (long)names[6] && arg[1] != (long)names[6];
    case SYS_nanosleep:
        return below(50) == 0 && arg[0] != (long)area;
    case SYS_read: /* not what may never come */
        return arg[0] > 2;
    case SYS_write: /* no noise */
        return arg[0] > 2;
    case SYS_dup2:
        return (unsigned)arg[1] > 2;
    case SYS_close:
        return (unsigned)arg[0] > 2 && below(4) == 0;
    case SYS_truncate:
        if (arg[0] == (long)names[6])
            return false; /* fall through */
    case SYS_ftruncate:   /* no billions of bytes to read through */
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
        return arg[3] || below(20) == 0;
    case SYS_accept: /* those that may sleep: now and then */
        return below(4) == 0;
    case SYS_recvfrom:
    case SYS_recvmsg:
    case SYS_sendto:
    case SYS_sendmsg:
        return arg[number == SYS_recvmsg || number == SYS_sendmsg ? 2 : 3] &
                   MSG_DONTWAIT ||
               below(8) == 0;
    case SYS_sigsuspend:
        return below(50) == 0;
    case SYS_device_call: /* nobody may say ACCEL_GO */
        return arg[1] != ACCEL_SUM_TWICE || below(20) == 0;
    case SYS_ring_enter: /* for what is there */
        return arg[1] == 0 || below(20) == 0;
    case SYS_setuid: /* the one that waits must be allowed to end it */
        return below(20) == 0;
    case SYS_mach_msg_trap:
        return !(arg[1] & MACH_RCV_MSG) || arg[1] & MACH_RCV_TIMEOUT ||
               below(8) == 0;
    case SYS_exit:
    case SYS_sigreturn: /* a bad frame ends it, too */
        return below(300) == 0;
    case SYS_execve:
        return below(10) == 0;
    case SYS_fork:
        return below(10) == 0;
    default:
        return true;
    }
}

/* Some bytes of the area. Often all, which is more than a threshold. */
static struct iovec some_bytes(void)
{
    size_t from = below(3) ? 0 : below(sizeof area);
    size_t n = below(3) ? sizeof area - from : below(sizeof area - from);
    return (struct iovec){area + from, n};
}

#endif
