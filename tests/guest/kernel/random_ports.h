/*
 * random_ports.h - for random.c: calls about ports, with random arguments that
 * fit more often than not.
 */
#ifndef TESTS_GUEST_RANDOM_PORTS_H
#define TESTS_GUEST_RANDOM_PORTS_H

#include "random.h"
#include <sys/uio.h>

static mach_port_t port[12];

static mach_port_t some_port(void)
{
    mach_port_t p = below(6) ? port[below(LENGTH(port))] : bootstrap_port;
    return below(16) ? p : p + (mach_port_t)below(1024);
}

static void allocate_port(long arg[6])
{
    arg[0] = (long)below(4);
    arg[1] = (long)&port[below(LENGTH(port))];
}

static void on_port(long arg[6])
{
    arg[0] = (long)some_port();
    arg[1] = (long)below(6);
    arg[2] = (long)below(5) - 2;
}

static void on_two_ports(long arg[6])
{
    arg[0] = (long)some_port();
    arg[1] = below(2) ? arg[0] : (long)some_port();
    arg[2] = 16 + (long)below(6);
}

static void notification(long arg[6])
{
    arg[0] = (long)some_port();
    arg[1] = below(2) ? MACH_NOTIFY_DEAD_NAME : MACH_NOTIFY_NO_SENDERS;
    arg[2] = (long)below(3);
    arg[3] = (long)some_port();
}

static void message(long arg[6])
{
    static struct {
        mach_msg_header_t head;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
        mach_msg_ool_descriptor_t memory;
        uint8_t rest[200];
    } m;
    struct iovec v = some_bytes();
    bool answered = below(2);
    memset(&m, 0, sizeof m);
    m.head.msgh_bits =
        (below(3) ? MACH_MSGH_BITS_COMPLEX : 0) |
        MACH_MSGH_BITS(below(2) ? MACH_MSG_TYPE_MAKE_SEND : 16 + below(6),
                       answered ? 17 + below(5) : 0);
    m.head.msgh_remote_port = some_port();
    m.head.msgh_local_port = answered ? some_port() : 0;
    m.body.msgh_descriptor_count = (uint32_t)(1 + below(2));
    m.port.name = some_port();
    m.port.disposition = (uint8_t)(16 + below(6));
    m.memory.address = (uint64_t)v.iov_base;
    m.memory.size = (uint32_t)v.iov_len;
    m.memory.copy = (uint8_t)below(2);
    m.memory.type = MACH_MSG_OOL_DESCRIPTOR;
    m.memory.deallocate = below(64) == 0; /* the area may go, as all else */
    arg[0] = (long)&m;
    arg[1] = MACH_SEND_TIMEOUT | MACH_RCV_TIMEOUT | (long)(1 + below(3));
    arg[2] = below(4) ? 64 + 4 * (long)below(20) : (long)sizeof m;
    arg[3] = sizeof m;
    arg[4] = (long)some_port();
    arg[5] = 0;
}

#endif
