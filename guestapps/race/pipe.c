/*
 * pipe.c - through a pipe; one byte comes back through another.
 *
 *   pipe/copied   in pieces below the kernel's threshold: into the ring and out
 *   pipe/mapped   one write above it: the reader copies from the writer's pages
 */
#include <unistd.h>
#include "race.h"

#define PIECE     8192u
#define THRESHOLD 16384u

static int data[2], answer[2];
static char got[RACE_MOST];

static void open_pipes(void)
{
    if (pipe(data) != 0 || pipe(answer) != 0)
        race_fail("pipe", NULL);
}

static void close_pipes(void)
{
    for (int i = 0; i < 2; i++) {
        close(data[i]);
        close(answer[i]);
    }
}

static void write_pieces(int fd, const char *bytes, size_t n, size_t piece)
{
    for (size_t done = 0; done < n; done += piece) {
        size_t now = n - done < piece ? n - done : piece;
        if (write(fd, bytes + done, now) != (ssize_t)now)
            race_fail("write", NULL);
    }
}

static void read_all(int fd, char *bytes, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t now = read(fd, bytes + done, n - done);
        if (now <= 0)
            race_fail("read", NULL);
        done += (size_t)now;
    }
}

static void send_copied(char *bytes, size_t n)
{
    char byte;
    write_pieces(data[1], bytes, n, PIECE);
    read_all(answer[0], &byte, 1);
}

static void send_mapped(char *bytes, size_t n)
{
    char byte;
    write_pieces(data[1], bytes, n, n);
    read_all(answer[0], &byte, 1);
}

static void receive(size_t n)
{
    read_all(data[0], got, n);
    race_look(got, n);
    write_pieces(answer[1], "", 1, 1);
}

const struct way pipe_ways[] = {
    {.name = "pipe/copied",
     .kind = "copies",
     .open = open_pipes,
     .send = send_copied,
     .receive = receive,
     .close = close_pipes},
    {.name = "pipe/mapped",
     .kind = "maps",
     .least = THRESHOLD,
     .why = "a write below the kernel's threshold is copied",
     .open = open_pipes,
     .send = send_mapped,
     .receive = receive,
     .close = close_pipes},
    {0},
};
