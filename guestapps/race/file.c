/*
 * file.c - through a file; whose turn it is, a word in shared memory tells.
 *
 *   file/copied   the sender writes, the receiver reads
 *   file/window   the same, and the kernel takes the sender's bytes through its
 *                 window
 *   file/mapped   the sender writes, the receiver maps the file's pages, looks,
 *                 and lets them go
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "race.h"

#define NAME "/tmp/race"

static int file;

static void open_file(void)
{
    turn_open();
    threshold_set(0);
    file = open(NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (file < 0)
        race_fail("open", NULL);
}

static void open_window(void)
{
    open_file();
    threshold_set(1);
}

/* With a file offset of its own. */
static void open_again(void)
{
    file = open(NAME, O_RDONLY);
    if (file < 0)
        race_fail("open", NULL);
}

static void close_file(void)
{
    close(file);
    unlink(NAME);
    threshold_restore();
}

static void send(char *bytes, size_t n)
{
    if (lseek(file, 0, SEEK_SET) != 0 || write(file, bytes, n) != (ssize_t)n)
        race_fail("write", NULL);
    turn_pass(TURN_RECEIVER);
    turn_await(TURN_SENDER);
}

static void receive_copied(size_t n)
{
    turn_await(TURN_RECEIVER);
    if (lseek(file, 0, SEEK_SET) != 0 || read(file, bytes_got, n) != (ssize_t)n)
        race_fail("read", NULL);
    race_look(bytes_got, n);
    turn_pass(TURN_SENDER);
}

static void receive_mapped(size_t n)
{
    turn_await(TURN_RECEIVER);
    char *p = mmap(NULL, n, PROT_READ, MAP_SHARED, file, 0);
    if (p == MAP_FAILED)
        race_fail("mmap", NULL);
    race_look(p, n);
    if (munmap(p, n) != 0)
        race_fail("munmap", NULL);
    turn_pass(TURN_SENDER);
}

const struct way file_ways[] = {
    {.name = "file/copied",
     .kind = "copies",
     .open = open_file,
     .start = open_again,
     .send = send,
     .receive = receive_copied,
     .close = close_file},
    {.name = "file/window",
     .kind = "maps",
     .least = RACE_PAGE,
     .why = "for large transfers only",
     .open = open_window,
     .start = open_again,
     .send = send,
     .receive = receive_copied,
     .close = close_file},
    {.name = "file/mapped",
     .kind = "maps",
     .open = open_file,
     .start = open_again,
     .send = send,
     .receive = receive_mapped,
     .close = close_file},
    {0},
};
