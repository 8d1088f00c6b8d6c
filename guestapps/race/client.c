/*
 * client.c - by a method of a device (device_call) that turns every bit of the
 * sender's bytes over, into memory that the receiver has too; whose turn it is,
 * a word in shared memory tells.
 *
 *   client/copied   a structure of up to 4096 bytes is copied in and out
 *   client/mapped   above that the device works on the caller's own pages
 */
#include <fcntl.h>
#include <sys/device.h>
#include <unistd.h>
#include "race.h"

static int accel;
static char *turned;

static void open_accel(void)
{
    turn_open();
    turned = memory_share();
    accel = open("/dev/accel", O_RDWR);
    if (accel < 0)
        race_fail("open", NULL);
}

static void close_accel(void)
{
    close(accel);
}

static void send(char *bytes, size_t n)
{
    struct device_call_args args = {.bytes_in = n,
                                    .bytes_out = n,
                                    .struct_in = (uint64_t)bytes,
                                    .struct_out = (uint64_t)turned};
    if (device_call(accel, ACCEL_INVERT, &args) != 0)
        race_fail("device_call", NULL);
    turn_pass(TURN_RECEIVER);
    turn_await(TURN_SENDER);
}

static void receive(size_t n)
{
    turn_await(TURN_RECEIVER);
    race_look(turned, n);
    turn_pass(TURN_SENDER);
}

#define CLIENT                                                                 \
    .inverted = true, .open = open_accel, .send = send, .receive = receive,    \
    .close = close_accel

const struct way client_ways[] = {
    {.name = "client/copied",
     .kind = "copies",
     .most = DEVICE_INLINE,
     .why = "a structure above 4096 bytes is mapped",
     CLIENT},
    {.name = "client/mapped",
     .kind = "maps",
     .least = 2 * DEVICE_INLINE,
     .most = DEVICE_DESCRIPTOR,
     .why = "a structure of up to 4096 bytes is copied; at most 131072",
     CLIENT},
    {0},
};
