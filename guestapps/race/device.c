/*
 * device.c - by way of a device; whose turn it is, a word in shared memory
 * tells.
 *
 *   kbuf/copied   the kernel's buffer: written by the sender, read by the
 *                 receiver
 *   kbuf/shared   both have the buffer's pages in their memory
 *   disk/direct   the disk itself moves the bytes, from the sender's pages and
 *                 into the receiver's
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <sallyport/abi.h>
#include "race.h"

#define SECTOR 512u

static int device;
static char *view; /* of the kernel's buffer */

static void open_device(const char *name)
{
    turn_open();
    threshold_set(0);
    device = open(name, O_RDWR);
    if (device < 0)
        race_fail("open", NULL);
}

static void open_kbuf(void)
{
    open_device("/dev/kbuf");
}

static void open_disk(void)
{
    open_device("/dev/disk0");
}

static const char *no_disk(void)
{
    int fd = open("/dev/disk0", O_RDWR);
    off_t bytes = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    close(fd);
    return bytes < RACE_MOST ? "needs --disk FILE of 1 MiB" : NULL;
}

static void close_device(void)
{
    close(device);
    threshold_restore();
}

/* Before the fork: both have it. */
static void open_view(void)
{
    open_kbuf();
    view = mmap(NULL, SALLYPORT_KBUF_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
                device, 0);
    if (view == MAP_FAILED)
        race_fail("mmap", NULL);
}

static void close_view(void)
{
    munmap(view, SALLYPORT_KBUF_BYTES);
    close_device();
}

static char *in_view(size_t n)
{
    (void)n;
    return view;
}

/* The receiver's own, with an offset of its own. */
static void start_kbuf(void)
{
    device = open("/dev/kbuf", O_RDONLY);
}

static void start_disk(void)
{
    device = open("/dev/disk0", O_RDONLY);
}

static void send(char *bytes, size_t n)
{
    if (lseek(device, 0, SEEK_SET) != 0)
        race_fail("lseek", NULL);
    write_all(device, bytes, n);
    turn_pass(TURN_RECEIVER);
    turn_await(TURN_SENDER);
}

static void receive_read(size_t n)
{
    turn_await(TURN_RECEIVER);
    if (lseek(device, 0, SEEK_SET) != 0)
        race_fail("lseek", NULL);
    read_all(device, bytes_got, n);
    race_look(bytes_got, n);
    turn_pass(TURN_SENDER);
}

static void send_in_view(char *bytes, size_t n)
{
    (void)bytes, (void)n;
    turn_pass(TURN_RECEIVER);
    turn_await(TURN_SENDER);
}

static void receive_in_view(size_t n)
{
    turn_await(TURN_RECEIVER);
    race_look(view, n);
    turn_pass(TURN_SENDER);
}

#define KBUF .most = SALLYPORT_KBUF_BYTES, .why = "the buffer has 65536 bytes"

const struct way device_ways[] = {
    {.name = "kbuf/copied",
     .kind = "copies",
     .open = open_kbuf,
     .start = start_kbuf,
     .send = send,
     .receive = receive_read,
     .close = close_device,
     KBUF},
    {.name = "kbuf/shared",
     .kind = "shares",
     .open = open_view,
     .buffer = in_view,
     .send = send_in_view,
     .receive = receive_in_view,
     .close = close_view,
     KBUF},
    {.name = "disk/direct",
     .kind = "device",
     .least = SECTOR,
     .why = "a sector has 512 bytes",
     .missing = no_disk,
     .open = open_disk,
     .start = start_disk,
     .send = send,
     .receive = receive_read,
     .close = close_device},
    {0},
};
