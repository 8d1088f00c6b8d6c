/*
 * socket.c - through a pair of sockets; one byte comes back by the same pair.
 *
 *   socket/stream   bytes, as they fit
 *   socket/dgram    one datagram
 */
#include <sys/socket.h>
#include <unistd.h>
#include "race.h"

static int end[2];

static void open_pair(int type)
{
    if (socketpair(AF_UNIX, type, 0, end) != 0)
        race_fail("socketpair", NULL);
}

static void open_stream(void)
{
    open_pair(SOCK_STREAM);
}

static void open_dgram(void)
{
    open_pair(SOCK_DGRAM);
}

static void close_pair(void)
{
    close(end[0]);
    close(end[1]);
}

static void send_bytes(char *bytes, size_t n)
{
    char byte;
    write_all(end[0], bytes, n);
    read_all(end[0], &byte, 1);
}

static void receive(size_t n)
{
    read_all(end[1], bytes_got, n);
    race_look(bytes_got, n);
    write_all(end[1], "", 1);
}

const struct way socket_ways[] = {
    {.name = "socket/stream",
     .kind = "copies",
     .open = open_stream,
     .send = send_bytes,
     .receive = receive,
     .close = close_pair},
    {.name = "socket/dgram",
     .kind = "copies",
     .most = SALLYPORT_DATAGRAM_MAX,
     .why = "a datagram has at most 2048 bytes",
     .open = open_dgram,
     .send = send_bytes,
     .receive = receive,
     .close = close_pair},
    {0},
};
