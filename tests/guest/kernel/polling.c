/*
 * polling.c - polls the console, then reads what is there, and shows both,
 * until the line "end". A pipe that stays silent is polled with it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void ignore(int number)
{
    (void)number;
}

static int poll_both(int silent, int timeout)
{
    struct pollfd both[] = {{silent, POLLIN, 0}, {0, POLLIN, 0}};
    int n = poll(both, 2, timeout);
    printf("poll %d: %x %x%s\n", n, both[0].revents, both[1].revents,
           n < 0 && errno == EINTR ? " EINTR" : "");
    fflush(stdout);
    return n;
}

int main(void)
{
    char bytes[64];
    int ends[2];
    struct sigaction action = {.sa_handler = ignore};
    sigaction(SIGINT, &action, NULL); /* Ctrl-C ends the poll, no more */
    if (pipe(ends))
        return 1;
    for (;;) {
        poll_both(ends[0], 0); /* nothing typed yet, or all of it read */
        if (poll_both(ends[0], -1) != 1)
            continue;
        long n = read(0, bytes, sizeof bytes);
        printf("read %ld\n", n);
        if (n == 4 && memcmp(bytes, "end\n", 4) == 0)
            return 0;
    }
}
