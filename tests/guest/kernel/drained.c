/*
 * drained.c - a read is interrupted; on the way to the handler the process's
 * ring is drained, and what is in it sleeps for a busy disk and is interrupted
 * as well. The read is what is made again, with its own arguments. The
 * machine's disk answers at once: test_kernel.c makes it look busy.
 */
#include <fcntl.h>
#include <signal.h>

#include <sallyport/calls.h>
#include <sallyport/ring.h>

#include "check.h"

static char sector[512];

static void nothing(int number)
{
    (void)number;
}

/* A signal, and a little later the byte that is read. */
static pid_t disturb(int fd)
{
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        usleep(1000);
        kill(parent, SIGUSR1);
        usleep(1000);
        _exit(write(fd, "x", 1) == 1 ? 0 : 1);
    }
    return pid;
}

int main(void)
{
    struct sigaction act = {.sa_handler = nothing, .sa_flags = SA_RESTART};
    struct ring_completion c = {0};
    struct ring r;
    char byte = 0;
    int fd[2], status = -1, disk = open("/dev/disk0", O_RDONLY);
    sigaction(SIGUSR1, &act, NULL);
    EQUAL(pipe(fd), 0);
    EQUAL(ring_init(&r, 8, RING_POLLED), 0);
    pid_t pid = disturb(fd[1]);
    ring_add(&r, RING_READ, disk, sector, sizeof sector, 0, 1);
    EQUAL(read(fd[0], &byte, 1), 1);
    EQUAL(byte, 'x');
    TRUE(ring_wait(&r, &c));
    EQUAL(c.result, -EINTR); /* or nothing slept */
    EQUAL(waitpid(pid, &status, 0), pid);
    EQUAL(status, 0);
    return check_end("drained");
}
