/*
 * value.c - as a value that the kernel keeps; whose turn it is, a word in
 * shared memory tells. For control, not for data: values are small.
 *
 *   ioctl/demo      the number of /dev/demo, set and asked for
 *   sysctl/string   the variable kern.hostname, set and read
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/sysctl.h>
#include <unistd.h>
#include "race.h"

#define NAME      "kern.hostname"
#define NAME_ROOM 64u /* in the kernel, with its NUL */

/* ---- ioctl ---- */

static int demo;

static void open_demo(void)
{
    turn_open();
    demo = open("/dev/demo", O_RDWR);
    if (demo < 0)
        race_fail("open", NULL);
}

static void close_demo(void)
{
    close(demo);
}

static void pass(void)
{
    turn_pass(TURN_RECEIVER);
    turn_await(TURN_SENDER);
}

static void send_number(char *bytes, size_t n)
{
    (void)n;
    if (ioctl(demo, DEMO_SET, bytes) != 0)
        race_fail("ioctl", NULL);
    pass();
}

static void receive_number(size_t n)
{
    struct demo_info info;
    turn_await(TURN_RECEIVER);
    if (ioctl(demo, DEMO_INFO, &info) != 0)
        race_fail("ioctl", NULL);
    race_look((const char *)&info.count, n);
    turn_pass(TURN_SENDER);
}

/* ---- sysctl ---- */

static char before[NAME_ROOM]; /* the name that the machine has */
static size_t before_bytes;

static void open_name(void)
{
    turn_open();
    before_bytes = sizeof before;
    if (sysctlbyname(NAME, before, &before_bytes, NULL, 0) != 0)
        race_fail("sysctlbyname", NULL);
}

static void close_name(void)
{
    sysctlbyname(NAME, NULL, NULL, before, before_bytes - 1);
}

static void send_name(char *bytes, size_t n)
{
    if (sysctlbyname(NAME, NULL, NULL, bytes, n) != 0)
        race_fail("sysctlbyname", NULL);
    pass();
}

static void receive_name(size_t n)
{
    size_t got = NAME_ROOM;
    turn_await(TURN_RECEIVER);
    if (sysctlbyname(NAME, bytes_got, &got, NULL, 0) != 0)
        race_fail("sysctlbyname", NULL);
    race_look(bytes_got, n);
    turn_pass(TURN_SENDER);
}

const struct way value_ways[] = {
    {.name = "ioctl/demo",
     .kind = "copies",
     .most = sizeof(uint64_t),
     .why = "the device keeps one number of 8 bytes",
     .open = open_demo,
     .send = send_number,
     .receive = receive_number,
     .close = close_demo},
    {.name = "sysctl/string",
     .kind = "copies",
     .most = NAME_ROOM / 2,
     .why = "the variable has 64 bytes with its NUL",
     .open = open_name,
     .send = send_name,
     .receive = receive_name,
     .close = close_name},
    {0},
};
