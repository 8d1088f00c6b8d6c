/*
 * <sallyport/calls.h> - prototypes of the calls for which no standard header
 * has one. The others are in <unistd.h>, <fcntl.h>, <sys/stat.h>,
 * <sys/wait.h>, <signal.h>, <stdio.h> (rename) and <time.h>.
 *
 * A call you add to syscall.def gets its stub by itself; its prototype goes
 * here.
 */
#ifndef SALLYPORT_SDK_CALLS_H
#define SALLYPORT_SDK_CALLS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sallyport/abi.h>
#include <sallyport/futex.h>
#include <time.h>

ssize_t getdents(int fd, void *buf, size_t n);
ssize_t getprocs(struct procinfo *buf, size_t n); /* n: bytes */
int sched_yield(void);
/* See <sallyport/futex.h>. */
int futex(volatile uint32_t *word, int op, uint32_t value,
          const struct timespec *timeout);

/* The bare calls behind fork, getcwd and sbrk. */
pid_t __fork(void);
ssize_t __getcwd(char *buf, size_t n); /* bytes with the NUL */
void *__sbrk(ptrdiff_t increment);
uint64_t uptime(void); /* nanoseconds */

#endif
