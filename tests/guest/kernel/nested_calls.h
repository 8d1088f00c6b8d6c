/*
 * nested_calls.h - for nested.c: calls in which one pointer below a pointer is
 * the one that is given, and all else is in order.
 */
#ifndef TESTS_GUEST_NESTED_CALLS_H
#define TESTS_GUEST_NESTED_CALLS_H

#include "bad_pointers.h"
#include <mach/mach.h>
#include <sallyport/calls.h>
#include <sallyport/ring.h>
#include <sys/device.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
#include <sys/uio.h>
#include <sys/un.h>

#define LARGE 20000 /* past the threshold: wired, not copied */

static const struct sockaddr_un box = {AF_UNIX, "/tmp/nested.box"};
static char bytes[LARGE];
static int file, full_pipe[2], stream[2], letters[2], named, demo, accel;
static mach_port_t port;
static struct ring ring;

/* ---- Messages of sockets ---- */

/* A message of 8 bytes; with a descriptor, for there are places for one. */
static struct control {
    struct cmsghdr head;
    int fd;
} control;
static struct iovec piece[2];
static struct msghdr msg;

static void fill_message(void)
{
    control = (struct control){{sizeof control, SOL_SOCKET, SCM_RIGHTS}, 0};
    piece[0] = piece[1] = (struct iovec){bytes, 8};
    msg = (struct msghdr){.msg_iov = piece, .msg_iovlen = 1};
}

#define SEND(fd) raw_call(SYS_sendmsg, (long[6]){fd, (long)&msg, MSG_DONTWAIT})
#define TAKE(fd) raw_call(SYS_recvmsg, (long[6]){fd, (long)&msg, MSG_DONTWAIT})

static long name_to_send_to(void *at)
{
    fill_message();
    msg.msg_name = at;
    msg.msg_namelen = sizeof box;
    return SEND(named);
}

static long vector_to_send(void *at)
{
    fill_message();
    msg.msg_iov = at;
    return SEND(stream[0]);
}

static long piece_to_send(void *at)
{
    fill_message();
    piece[0].iov_base = at;
    return SEND(stream[0]);
}

/* Of a letter all or nothing, of a stream what comes before. */
static long second_piece_of_letter(void *at)
{
    fill_message();
    piece[1].iov_base = at;
    msg.msg_iovlen = 2;
    return SEND(letters[0]);
}

static long second_piece_of_stream(void *at)
{
    fill_message();
    piece[1].iov_base = at;
    msg.msg_iovlen = 2;
    long n = SEND(stream[0]);
    if (n == 8) /* goes again */
        EQUAL(recv(stream[1], bytes, 8, MSG_DONTWAIT), 8);
    return n;
}

static long control_to_send(void *at)
{
    fill_message();
    msg.msg_control = at;
    msg.msg_controllen = sizeof control;
    return SEND(letters[0]);
}

static long name_of_sender(void *at)
{
    fill_message();
    msg.msg_name = at;
    msg.msg_namelen = sizeof box;
    return TAKE(named);
}

static long vector_to_receive(void *at)
{
    fill_message();
    msg.msg_iov = at;
    return TAKE(letters[1]);
}

static long piece_to_receive(void *at)
{
    fill_message();
    piece[0].iov_base = at;
    return TAKE(letters[1]);
}

static long control_to_receive(void *at)
{
    fill_message();
    msg.msg_control = at;
    msg.msg_controllen = sizeof control;
    return TAKE(letters[1]);
}

/* ---- Vectors, devices ---- */

static long moved(int number, int fd, void *at, size_t n)
{
    piece[0] = (struct iovec){at, n};
    return raw_call(number, (long[6]){fd, (long)piece, 1});
}

static long file_piece_to_read(void *at)
{
    return moved(SYS_readv, file, at, 64);
}

static long file_piece_to_write(void *at)
{
    return moved(SYS_writev, file, at, 64);
}

static long pipe_piece_to_read(void *at)
{
    return moved(SYS_readv, full_pipe[0], at, 64);
}

static long pipe_piece_to_write(void *at)
{
    return moved(SYS_writev, full_pipe[1], at, 64);
}

static long large_piece_to_read(void *at)
{
    return moved(SYS_readv, file, at, LARGE);
}

static uint64_t numbers[2], answers[2];

static long called(uint32_t selector, struct device_call_args a)
{
    return raw_call(SYS_device_call, (long[6]){accel, selector, (long)&a});
}

static long scalars_in(void *at)
{
    return called(ACCEL_MULTIPLY,
                  (struct device_call_args){2, 2, 0, 0, (uint64_t)at,
                                            (uint64_t)answers, 0, 0});
}

static long scalars_out(void *at)
{
    return called(ACCEL_MULTIPLY,
                  (struct device_call_args){2, 2, 0, 0, (uint64_t)numbers,
                                            (uint64_t)at, 0, 0});
}

static long summed(void *at, uint64_t n)
{
    return called(ACCEL_SUM,
                  (struct device_call_args){0, 1, n, 0, 0, (uint64_t)answers,
                                            (uint64_t)at, 0});
}

static long structure_in(void *at)
{
    return summed(at, 64);
}

static long large_structure_in(void *at)
{
    return summed(at, LARGE);
}

static long inverted(void *at, uint64_t n)
{
    return called(ACCEL_INVERT,
                  (struct device_call_args){0, 0, n, n, 0, 0, (uint64_t)bytes,
                                            (uint64_t)at});
}

static long structure_out(void *at)
{
    return inverted(at, 64);
}

static long large_structure_out(void *at)
{
    return inverted(at, LARGE);
}

static long gathered(void *at)
{
    struct demo_gather g = {(uint64_t)at, 64, 0};
    return raw_call(SYS_ioctl, (long[6]){demo, DEMO_GATHER, (long)&g});
}

/* ---- Ports, rings, programs, variables ---- */

/* Memory that would travel, in each way. */
static long carried(void *at, uint32_t size, bool gone)
{
    struct {
        mach_msg_header_t head;
        mach_msg_body_t body;
        mach_msg_ool_descriptor_t memory;
    } m = {.head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX |
                                 MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                    .msgh_remote_port = port},
           .body = {1},
           .memory = {.address = (uint64_t)at,
                      .deallocate = gone,
                      .copy = MACH_MSG_VIRTUAL_COPY,
                      .type = MACH_MSG_OOL_DESCRIPTOR,
                      .size = size}};
    return raw_call(SYS_mach_msg_trap,
                    (long[6]){(long)&m, MACH_SEND_MSG, sizeof m});
}

static long copied_memory(void *at)
{
    return carried(at, 64, false);
}

static long lent_memory(void *at)
{
    return carried(at, LARGE, false);
}

/* Room for a message that waits: it waits on. */
static long message_room(void *at)
{
    return raw_call(SYS_mach_msg_trap,
                    (long[6]){(long)at, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, 64,
                              (long)port, 0});
}

static long ring_operation(unsigned op, int fd, void *at, size_t n)
{
    struct ring_completion c = {0};
    TRUE(ring_add(&ring, op, fd, at, n, RING_FILE_OFFSET, 0));
    EQUAL(ring_enter(1, 1), 1);
    TRUE(ring_next(&ring, &c));
    return c.result;
}

static long ring_buffer_to_read(void *at)
{
    return ring_operation(RING_READ, file, at, 64);
}

static long ring_buffer_to_write(void *at)
{
    return ring_operation(RING_WRITE, full_pipe[1], at, 64);
}

static long large_ring_buffer(void *at)
{
    return ring_operation(RING_READ, file, at, LARGE);
}

static long argument_of_program(void *at)
{
    char *argv[] = {"true", at, NULL};
    return raw_call(SYS_execve, (long[6]){(long)"/bin/true", (long)argv, 0});
}

static long environment_of_program(void *at)
{
    char *envp[] = {"A=b", at, NULL};
    return raw_call(SYS_execve, (long[6]){(long)"/bin/true", 0, (long)envp});
}

/* The old name with nowhere to go, and a new one: it is not set. */
static long name_that_is_set(void *at)
{
    static size_t room;
    room = 64;
    return raw_call(SYS_sysctlbyname,
                    (long[6]){(long)"kern.procname", (long)at, (long)&room,
                              (long)"changed", 8});
}

#endif
