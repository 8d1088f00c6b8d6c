/*
 * sizes_calls.h - for sizes.c: calls that take a length or a count, with the
 * one that is given; what they moved is taken away again.
 */
#ifndef TESTS_GUEST_SIZES_CALLS_H
#define TESTS_GUEST_SIZES_CALLS_H

#include "bad_pointers.h"
#include <mach/mach.h>
#include <poll.h>
#include <sallyport/calls.h>
#include <sallyport/ring.h>
#include <sys/device.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
#include <sys/uio.h>
#include <sys/un.h>

#define GIB4  (1l << 32)
#define THERE 16

static char *here; /* THERE bytes, and then nothing */
static int file, full_pipe[2], stream[2], letters[2], zero, demo, accel, bin;
static int listener;
static mach_port_t port;
static struct ring ring;
static const struct sockaddr_un box = {AF_UNIX, "/tmp/sizes.box"};

/* ---- The calls, of length n ---- */

#define CALLED(name, ...) raw_call(SYS_##name, (long[6]){__VA_ARGS__})
#define H                 ((long)here)

static long read_file(long n)
{
    lseek(file, 0, SEEK_SET);
    return CALLED(read, file, H, n);
}

static long write_file(long n)
{
    lseek(file, 0, SEEK_SET);
    return CALLED(write, file, H, n);
}

static long read_zero(long n)
{
    return CALLED(read, zero, H, n);
}

static long write_pipe(long n)
{
    long result = CALLED(write, full_pipe[1], H, n);
    char room[THERE];
    if (result > 0)
        EQUAL(read(full_pipe[0], room, sizeof room), result);
    return result;
}

static struct iovec piece;

static long piece_of_readv(long n)
{
    piece = (struct iovec){here, (size_t)n};
    lseek(file, 0, SEEK_SET);
    return CALLED(readv, file, (long)&piece, 1);
}

static long piece_of_writev(long n)
{
    piece = (struct iovec){here, (size_t)n};
    lseek(file, 0, SEEK_SET);
    return CALLED(writev, file, (long)&piece, 1);
}

static long pieces_of_readv(long n)
{
    piece = (struct iovec){here, 1};
    lseek(file, 0, SEEK_SET);
    return CALLED(readv, file, (long)&piece, n);
}

static long file_length(long n)
{
    long result = CALLED(ftruncate, file, n);
    ftruncate(file, THERE);
    return result;
}

static long entries_read(long n)
{
    long got = CALLED(getdents, bin, H, n);
    lseek(bin, 0, SEEK_SET);
    return got;
}

static long path_room(long n)
{
    return CALLED(getcwd, H, n);
}

static long processes(long n)
{
    return CALLED(getprocs, H, n) > 0;
}

static long polled(long n)
{
    struct pollfd *p = (struct pollfd *)here;
    *p = (struct pollfd){file, POLLIN, 0};
    return CALLED(poll, H, n, 0);
}

static long mapped(long n)
{
    long at = CALLED(mmap, 0, n, PROT_READ, MAP_PRIVATE | MAP_ANON, -1, 0);
    return at > 0 ? munmap((void *)at, (size_t)n) : at;
}

static long unmapped(long n)
{
    return CALLED(munmap, 0x2000000000, n);
}

/* ---- Sockets ---- */

static void drain(int fd)
{
    char room[64];
    while (recv(fd, room, sizeof room, MSG_DONTWAIT) > 0)
        ;
}

static long sent(int from, int to, long n)
{
    long result = CALLED(sendto, from, H, n, MSG_DONTWAIT);
    drain(to);
    return result;
}

static long sent_to_stream(long n)
{
    return sent(stream[0], stream[1], n);
}

static long sent_as_letter(long n)
{
    return sent(letters[0], letters[1], n);
}

static long received(int from, int to, long n)
{
    EQUAL(write(from, "12345678", 8), 8);
    long result = CALLED(recvfrom, to, H, n, MSG_DONTWAIT);
    drain(to);
    return result;
}

static long received_from_stream(long n)
{
    return received(stream[0], stream[1], n);
}

static long received_letter(long n)
{
    return received(letters[0], letters[1], n);
}

/* In the place of 4 GiB + 1: with a lower half that would be good. */
static long name_length(long n)
{
    return n == GIB4 + 1 ? GIB4 + (long)sizeof box : n;
}

static long name_to_bind(long n)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    long result = CALLED(bind, fd, (long)&box, name_length(n));
    close(fd);
    return result;
}

static long name_to_connect(long n)
{
    return CALLED(connect, letters[0], (long)&box, name_length(n));
}

static long name_to_send_to(long n)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    long result = CALLED(sendto, fd, H, 1, 0, (long)&box, name_length(n));
    close(fd);
    return result;
}

static long backlog(long n)
{
    return CALLED(listen, listener, n);
}

static struct msghdr msg;

static long message(void)
{
    piece = (struct iovec){here, 8};
    msg.msg_iov = &piece;
    long result = CALLED(sendmsg, stream[0], (long)&msg, MSG_DONTWAIT);
    drain(stream[1]);
    return result;
}

static long pieces_of_message(long n)
{
    msg = (struct msghdr){.msg_iovlen = (int)n};
    return message();
}

static long control_of_message(long n)
{
    msg = (struct msghdr){
        .msg_iovlen = 1, .msg_control = here, .msg_controllen = (socklen_t)n};
    return message();
}

/* The room for a name is in memory: what is written is no more. */
static long room_for_name(long n)
{
    struct {
        struct sockaddr_un name;
        uint64_t behind;
    } room = {.behind = 99};
    socklen_t bytes = (socklen_t)n;
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    EQUAL(sendto(listener + 1, "x", 1, 0, (const void *)&box, sizeof box), 1);
    long result =
        CALLED(recvfrom, listener + 1, H, 1, 0, (long)&room, (long)&bytes);
    close(fd);
    EQUAL(bytes, 2 + sizeof "/tmp/sizes.box");
    EQUAL(room.behind, 99);
    EQUAL(room.name.sun_family, (socklen_t)n < 2 ? (socklen_t)n : AF_UNIX);
    return result;
}

/* ---- Variables, devices, ports, rings ---- */

static long name_of_sysctl(long n)
{
    static const int name[] = {CTL_HW};
    return CALLED(sysctl, (long)name, n);
}

static long old_of_sysctl(long n)
{
    uint64_t room = (uint64_t)n;
    return CALLED(sysctlbyname, (long)"hw.ncpu", H, (long)&room);
}

static long new_of_sysctl(long n)
{
    memset(here, 'n', THERE);
    return CALLED(sysctlbyname, (long)"kern.procname", 0, 0, H, n);
}

static long size_of_request(long n)
{
    return CALLED(ioctl, demo, (long)_IOC(IOC_IN, 'D', 1, (uint32_t)n), H);
}

static long bytes_of_gather(long n)
{
    struct demo_gather g = {(uint64_t)here, (uint32_t)n, 0};
    return CALLED(ioctl, demo, DEMO_GATHER, (long)&g);
}

static long called(uint32_t selector, struct device_call_args a)
{
    static uint64_t number[16];
    a.scalar_in = a.scalar_out = (uint64_t)number;
    a.struct_in = a.struct_out = (uint64_t)here;
    return CALLED(device_call, accel, selector, (long)&a);
}

static long scalars_in(long n)
{
    return called(
        ACCEL_MULTIPLY,
        (struct device_call_args){.scalars_in = (uint32_t)n, .scalars_out = 2});
}

static long scalars_out(long n)
{
    return called(ACCEL_SUM,
                  (struct device_call_args){.scalars_out = (uint32_t)n});
}

static long bytes_in(long n)
{
    return called(ACCEL_SUM, (struct device_call_args){
                                 .scalars_out = 1, .bytes_in = (uint64_t)n});
}

static long bytes_out(long n)
{
    return called(ACCEL_INVERT,
                  (struct device_call_args){.bytes_in = (uint64_t)n,
                                            .bytes_out = (uint64_t)n});
}

static long size_of_send(long n)
{
    return CALLED(mach_msg_trap, H, MACH_SEND_MSG, n);
}

/* The message that waits stays where it is. */
static long size_of_receive(long n)
{
    return CALLED(mach_msg_trap, H, MACH_RCV_MSG | MACH_RCV_LARGE, 0, n,
                  (long)port);
}

static struct {
    mach_msg_header_t head;
    mach_msg_body_t body;
    mach_msg_ool_descriptor_t memory;
} m;

static long complex_message(uint32_t descriptors, uint32_t bytes)
{
    m.head = (mach_msg_header_t){
        .msgh_bits =
            MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
        .msgh_remote_port = mach_task_self()}; /* the kernel takes it */
    m.body.msgh_descriptor_count = descriptors;
    m.memory = (mach_msg_ool_descriptor_t){.address = (uint64_t)here,
                                           .size = bytes,
                                           .type = MACH_MSG_OOL_DESCRIPTOR};
    return CALLED(mach_msg_trap, (long)&m, MACH_SEND_MSG, sizeof m);
}

static long descriptors(long n)
{
    return complex_message((uint32_t)n, 1);
}

static long memory_of_message(long n)
{
    return complex_message(1, (uint32_t)n);
}

static long queue_limit(long n)
{
    long result = CALLED(mach_port_set_limit_trap, (long)port, n);
    mach_port_set_qlimit(mach_task_self(), port, MACH_PORT_QLIMIT_DEFAULT);
    return result;
}

static long ring_entries(long n)
{
    struct ring_page *page = (struct ring_page *)ring.page;
    long at = CALLED(ring_setup, n, 0);
    if (n == 0) { /* closed: opened again */
        munmap(page, PAGE);
        EQUAL(ring_init(&ring, 8, 0), 0);
    }
    return at;
}

static long ring_transfer(unsigned op, int fd, long n)
{
    struct ring_completion c = {0};
    TRUE(ring_add(&ring, op, fd, here, (size_t)n, 0, 0));
    EQUAL(ring_enter(1, 1), 1);
    TRUE(ring_next(&ring, &c));
    return c.result;
}

static long ring_read(long n)
{
    return ring_transfer(RING_READ, file, n);
}

static long ring_write(long n)
{
    return ring_transfer(RING_WRITE, file, n);
}

static long ring_submissions(long n)
{
    TRUE(ring_add(&ring, RING_NOP, 0, NULL, 0, 0, 0));
    long taken = CALLED(ring_enter, n, 0);
    struct ring_completion c;
    ring_enter(8, 0);
    while (ring_next(&ring, &c))
        ;
    return taken;
}

static long ring_waiting(long n) /* nothing is under way */
{
    return CALLED(ring_enter, 0, n);
}

#endif
