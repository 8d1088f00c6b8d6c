/*
 * ports.c - see ports.h.
 */
#include "ports.h"
#include "race.h"

static mach_port_t meeting;   /* the sender's, for the receiver's first word */
static mach_port_t receivers; /* known from then on */
static mach_port_t mine;

struct hello {
    mach_msg_header_t head;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port;
    char trailer[MACH_MSG_TRAILER_MINIMUM_SIZE];
};

void ports_check(const char *call, kern_return_t kr)
{
    if (kr != KERN_SUCCESS)
        race_fail(call, mach_error_string(kr));
}

void ports_open(void)
{
    mach_port_t self = mach_task_self();
    if (meeting != MACH_PORT_NULL)
        return;
    ports_check("mach_port_allocate",
                mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &meeting));
    ports_check("mach_port_insert_right",
                mach_port_insert_right(self, meeting, meeting,
                                       MACH_MSG_TYPE_MAKE_SEND));
    ports_check("task_set_special_port",
                task_set_special_port(self, TASK_BOOTSTRAP_PORT, meeting));
}

void ports_start(void)
{
    ports_check(
        "mach_port_allocate",
        mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &mine));
    struct hello h = {
        .head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSG_TYPE_COPY_SEND,
                 .msgh_remote_port = bootstrap_port},
        .body = {1},
        .port = {.name = mine,
                 .disposition = MACH_MSG_TYPE_MAKE_SEND,
                 .type = MACH_MSG_PORT_DESCRIPTOR}};
    ports_check("hello", mach_msg(&h.head, MACH_SEND_MSG,
                                  offsetof(struct hello, trailer), 0,
                                  MACH_PORT_NULL, 0, MACH_PORT_NULL));
}

mach_port_t ports_receivers(void)
{
    struct hello h;
    if (receivers != MACH_PORT_NULL)
        return receivers;
    ports_check("hello", mach_msg(&h.head, MACH_RCV_MSG, 0, sizeof h, meeting,
                                  0, MACH_PORT_NULL));
    receivers = h.port.name;
    return receivers;
}

mach_port_t ports_mine(void)
{
    return mine;
}

void ports_close(void)
{
    mach_port_deallocate(mach_task_self(), receivers);
    receivers = MACH_PORT_NULL;
}
