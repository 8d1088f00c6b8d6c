/*
 * ports.h - Mach ports, the tasks' names for their rights, and the messages
 * that wait: as the kernel's probes told them (source probe), at any moment of
 * the run.
 *
 * The tracker keeps what was told as a list of small events; a moment's state
 * is made of them when somebody asks, from the last saved state before it.
 */
#ifndef SALLYPORT_CROSSING_PORTS_H
#define SALLYPORT_CROSSING_PORTS_H

#include "crossing.h"

/* Bits of rights, as in the `right` probe. */
enum {
    PORT_SEND = 1,
    PORT_RECEIVE = 2,
    PORT_SEND_ONCE = 4,
    PORT_SET = 8,
    PORT_DEAD_NAME = 16,
};

/* One name of one task. */
struct port_name {
    int pid;
    uint32_t name;
    unsigned rights; /* never 0 */
    uint32_t refs;
    uint64_t port;     /* its number; of a dead name 0 */
    uint64_t crossing; /* in which it changed last */
};

/* The kernel's own ports have no task that receives, and the host port, made
 * before all others, is number 0. */
struct port {
    uint64_t number;
    bool dead;         /* some name for it has not been told yet */
    uint64_t set;      /* that it is a member of, or 0 */
    uint64_t travels;  /* message that carries its receive right, or 0 */
    uint64_t crossing; /* in which it was first spoken of */
};

struct port_message { /* in a port's queue */
    uint64_t number, port;
    uint64_t crossing; /* that sent it */
    int32_t id;
    uint32_t size;
};

struct ports {
    struct port_name *name; /* in the order in which they came to be */
    size_t names, name_room;
    struct port *port;
    size_t ports, port_room;
    struct port_message *message; /* oldest first */
    size_t messages, message_room;
};

/* How things stood at a clock; UINT64_MAX: now. Good until the next call.
 * NULL: out of memory. */
const struct ports *tracker_ports(const struct tracker *t, uint64_t clock);

const struct port *ports_find(const struct ports *p, uint64_t number);
/* The name under which a task receives from it (or, a set, from its members);
 * NULL: nobody does. */
const struct port_name *ports_receiver(const struct ports *p, uint64_t number);

#endif
