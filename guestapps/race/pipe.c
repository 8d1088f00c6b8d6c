/*
 * pipe.c - through a pipe; one byte comes back through another.
 *
 *   pipe/copied   one write: into the ring and out of it, as it fits
 *   pipe/mapped   one write: the reader copies from the writer's pages
 *   pipe/pieces   eight writes, an eighth of the bytes each
 *   pipe/vector   the same pieces in one writev
 *   pipe/ring     the same pieces and the wait for the answer in a submission
 *                 ring: one crossing by the sender for all of it
 *   fifo/copied   a pipe with a name
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <sallyport/abi.h>
#include <sallyport/ring.h>
#include "race.h"

#define PIECES       8u
#define LEAST_MAPPED 8192u /* 4096 bytes fit into the ring */
#define FIFO         "/tmp/race.fifo"

static int data[2], answer[2];

static void open_pipes(void)
{
    if (pipe(data) != 0 || pipe(answer) != 0)
        race_fail("pipe", NULL);
    threshold_set(0);
}

static void open_mapped(void)
{
    open_pipes();
    threshold_set(1);
}

/* Opening an end waits for the other, but for one that is both. */
static void open_fifo(void)
{
    open_pipes();
    if (mkfifo(FIFO, 0600) != 0)
        race_fail("mkfifo", NULL);
    int both = open(FIFO, O_RDWR);
    int reader = open(FIFO, O_RDONLY), writer = open(FIFO, O_WRONLY);
    if (both < 0 || dup2(reader, data[0]) < 0 || dup2(writer, data[1]) < 0)
        race_fail("open", NULL);
    close(both);
    close(reader);
    close(writer);
    unlink(FIFO);
}

static void close_pipes(void)
{
    for (int i = 0; i < 2; i++) {
        close(data[i]);
        close(answer[i]);
    }
    threshold_restore();
}

static void await_answer(void)
{
    char byte;
    read_all(answer[0], &byte, 1);
}

static void send(char *bytes, size_t n)
{
    write_all(data[1], bytes, n);
    await_answer();
}

static void send_pieces(char *bytes, size_t n)
{
    for (size_t i = 0; i < PIECES; i++)
        write_all(data[1], bytes + i * (n / PIECES), n / PIECES);
    await_answer();
}

static void send_vector(char *bytes, size_t n)
{
    struct iovec piece[PIECES];
    for (size_t i = 0; i < PIECES; i++)
        piece[i] = (struct iovec){bytes + i * (n / PIECES), n / PIECES};
    if (writev(data[1], piece, PIECES) != (ssize_t)n)
        race_fail("writev", NULL);
    await_answer();
}

static struct ring ring;

static void open_ring(void)
{
    open_pipes();
    ring.page = NULL; /* made by the sender: it is not inherited */
}

static void close_ring(void)
{
    ring_close(&ring);
    close_pipes();
}

static void send_ring(char *bytes, size_t n)
{
    const size_t piece = n / PIECES;
    struct ring_completion done;
    char byte;
    if (ring.page == NULL && ring_init(&ring, 2 * PIECES, 0) != 0)
        race_fail("ring_setup", NULL);
    for (size_t i = 0; i < PIECES; i++)
        ring_add(&ring, RING_WRITE, data[1], bytes + i * piece, piece,
                 RING_FILE_OFFSET, piece);
    ring_add(&ring, RING_READ, answer[0], &byte, 1, RING_FILE_OFFSET, 1);
    if (ring_submit(&ring, PIECES + 1) != PIECES + 1)
        race_fail("ring_enter", NULL);
    for (size_t i = 0; i < PIECES + 1; i++)
        if (!ring_next(&ring, &done) || (uint64_t)done.result != done.user_data)
            race_fail("ring_enter", "an operation was not completed");
}

static void receive(size_t n)
{
    read_all(data[0], bytes_got, n);
    race_look(bytes_got, n);
    write_all(answer[1], "", 1);
}

#define PIPE(how) .open = how, .receive = receive, .close = close_pipes

const struct way pipe_ways[] = {
    {.name = "pipe/copied", .kind = "copies", .send = send, PIPE(open_pipes)},
    {.name = "pipe/mapped",
     .kind = "maps",
     .least = LEAST_MAPPED,
     .why = "what fits into the pipe is copied",
     .send = send,
     PIPE(open_mapped)},
    {.name = "pipe/pieces",
     .kind = "copies",
     .send = send_pieces,
     PIPE(open_pipes)},
    {.name = "pipe/vector",
     .kind = "copies",
     .send = send_vector,
     PIPE(open_pipes)},
    {.name = "pipe/ring",
     .kind = "copies",
     .most = SALLYPORT_PIPE_CAPACITY,
     .why = "an operation that has to wait may be cut short",
     .open = open_ring,
     .send = send_ring,
     .receive = receive,
     .close = close_ring},
    {.name = "fifo/copied", .kind = "copies", .send = send, PIPE(open_fifo)},
    {0},
};
