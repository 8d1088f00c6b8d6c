/*
 * pollcat.c - copies what comes from several FIFOs, or other files, to stdout,
 * each part behind the name it came from; ends when all of them have.
 *
 *     mkfifo a b; pollcat a b & echo one > a; echo two > b
 *
 * Watch: one poll asks about all of them (fds=[3 POLLIN, 4 POLLIN]) and sleeps
 * until one has something; without it, each would need a process of its own, or
 * a loop of reads that ask again and again. A writer that goes is an answer,
 * too: POLLHUP, and a read of 0 bytes.
 */
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include "program.h"

#define FILES_MAX 32

static struct pollfd file[FILES_MAX];
static char **name; /* of each */

/* Bytes copied; 0: it is at its end, and closed; -1: said why. */
static ssize_t copy_from(int i)
{
    char bytes[512];
    ssize_t n = read(file[i].fd, bytes, sizeof bytes);
    if (n > 0) {
        printf("%s: ", name[i]);
        fwrite(bytes, 1, (size_t)n, stdout);
        fflush(stdout);
        return n;
    }
    if (n < 0)
        complain("pollcat", name[i]);
    close(file[i].fd);
    file[i].fd = -1;
    return n;
}

int main(int argc, char **argv)
{
    int count = argc - 1, open_ones = 0, status = 0;
    if (count < 1 || count > FILES_MAX)
        return usage("pollcat FILE..., at most 32");
    name = argv + 1;
    for (int i = 0; i < count; i++) {
        int fd = open(name[i], O_RDONLY | O_NONBLOCK);
        if (fd < 0)
            status = complain("pollcat", name[i]);
        file[i] = (struct pollfd){.fd = fd, .events = POLLIN};
        open_ones += fd >= 0;
    }
    while (open_ones > 0) {
        if (poll(file, (nfds_t)count, -1) < 0)
            return complain("pollcat", "poll");
        for (int i = 0; i < count; i++) {
            ssize_t n = file[i].revents ? copy_from(i) : 1;
            open_ones -= n <= 0;
            status |= n < 0;
        }
    }
    return status;
}
