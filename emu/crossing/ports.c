/*
 * ports.c - see ports.h: what the probes said of ports, rights and messages is
 * kept as events, and a moment's state is what they add up to. Every
 * SAVE_EVERY events the state on the way is kept, so that going back a step
 * does not begin at the start of the run.
 */
#include "ports.h"
#include "state.h"

#include <stdlib.h>
#include <string.h>

#define SAVE_EVERY 2048u
/* In port.travels: taken out of a space in the crossing that the other bits
 * name, not yet in a message that was sent. */
#define TAKEN      (UINT64_C(1) << 63)

struct port_moments {
    struct ports now;
    uint32_t applied;    /* events that now holds */
    struct ports *saved; /* after SAVE_EVERY, 2 * SAVE_EVERY, ... events */
    size_t saves, save_room;
};

/* ---- Arrays that grow ---- */

/* The items, moved where there is room for one more; NULL: out of memory. */
static void *with_room(void *items, size_t count, size_t *room, size_t bytes)
{
    if (count < *room)
        return items;
    size_t wanted = *room * 2 + 16;
    void *grown = realloc(items, wanted * bytes);
    if (grown != NULL)
        *room = wanted;
    return grown;
}

static void empty(struct ports *p)
{
    free(p->name);
    free(p->port);
    free(p->message);
    *p = (struct ports){0};
}

static void *copy_of(const void *items, size_t count, size_t bytes)
{
    void *copy = malloc(count * bytes + 1);
    if (copy != NULL && count > 0)
        memcpy(copy, items, count * bytes);
    return copy;
}

/* False: out of memory, and to is empty. */
static bool copy(struct ports *to, const struct ports *from)
{
    *to = (struct ports){
        .name = copy_of(from->name, from->names, sizeof *from->name),
        .port = copy_of(from->port, from->ports, sizeof *from->port),
        .message =
            copy_of(from->message, from->messages, sizeof *from->message),
        .names = from->names,
        .ports = from->ports,
        .messages = from->messages,
        .name_room = from->names,
        .port_room = from->ports,
        .message_room = from->messages,
    };
    if (to->name != NULL && to->port != NULL && to->message != NULL)
        return true;
    empty(to);
    return false;
}

/* ---- Finding ---- */

static struct port *find_port(const struct ports *p, uint64_t number)
{
    for (size_t i = p->ports; i-- > 0;)
        if (p->port[i].number == number)
            return &p->port[i];
    return NULL;
}

const struct port *ports_find(const struct ports *p, uint64_t number)
{
    return find_port(p, number);
}

const struct port_name *ports_receiver(const struct ports *p, uint64_t number)
{
    for (size_t i = 0; i < p->names; i++)
        if (p->name[i].rights & (PORT_RECEIVE | PORT_SET) &&
            p->name[i].port == number)
            return &p->name[i];
    return NULL;
}

static struct port_name *find_name(const struct ports *p, int pid,
                                   uint32_t name)
{
    for (size_t i = p->names; i-- > 0;)
        if (p->name[i].pid == pid && p->name[i].name == name)
            return &p->name[i];
    return NULL;
}

static bool has_name(const struct ports *p, uint64_t port)
{
    for (size_t i = 0; i < p->names; i++)
        if (p->name[i].port == port && !(p->name[i].rights & PORT_DEAD_NAME))
            return true;
    return false;
}

/* ---- Taking in one event ---- */

static struct port *need_port(struct ports *p, uint64_t number,
                              uint64_t crossing)
{
    struct port *port = find_port(p, number);
    if (port != NULL)
        return port;
    struct port *grown =
        with_room(p->port, p->ports, &p->port_room, sizeof *grown);
    if (grown == NULL)
        return NULL;
    p->port = grown;
    p->port[p->ports] = (struct port){.number = number, .crossing = crossing};
    return &p->port[p->ports++];
}

/* A dead port is forgotten with the last name for it. */
static void forget(struct ports *p, uint64_t number)
{
    struct port *port = find_port(p, number);
    if (port == NULL || !port->dead || has_name(p, number))
        return;
    size_t i = (size_t)(port - p->port);
    p->ports--;
    memmove(port, port + 1, (p->ports - i) * sizeof *port);
}

static struct port_name *need_name(struct ports *p, const struct port_event *e)
{
    struct port_name *n = find_name(p, e->pid, e->name);
    if (n != NULL)
        return n;
    struct port_name *grown =
        with_room(p->name, p->names, &p->name_room, sizeof *grown);
    if (grown == NULL)
        return NULL;
    p->name = grown;
    p->name[p->names] = (struct port_name){.pid = e->pid, .name = e->name};
    return &p->name[p->names++];
}

static void free_name(struct ports *p, const struct port_event *e)
{
    struct port_name *n = find_name(p, e->pid, e->name);
    if (n == NULL)
        return;
    size_t i = (size_t)(n - p->name);
    p->names--;
    memmove(n, n + 1, (p->names - i) * sizeof *n);
}

static bool set_name(struct ports *p, const struct port_event *e)
{
    struct port_name *n = need_name(p, e);
    if (n == NULL)
        return false;
    n->rights = e->rights;
    n->refs = e->size;
    n->port = e->port;
    n->crossing = e->crossing;
    if (e->rights & PORT_DEAD_NAME)
        return true;
    struct port *port = need_port(p, e->port, e->crossing);
    if (port != NULL && e->rights & PORT_RECEIVE)
        port->travels = 0;
    return port != NULL;
}

/* A name has changed; what port it meant before, that may be forgotten now. */
static bool name_changed(struct ports *p, const struct port_event *e)
{
    struct port_name *n = find_name(p, e->pid, e->name);
    struct port_name before = n != NULL ? *n : (struct port_name){0};
    if (e->rights == 0)
        free_name(p, e);
    else if (!set_name(p, e))
        return false;
    if (!before.rights || before.rights & PORT_DEAD_NAME)
        return true;
    struct port *was = find_port(p, before.port);
    if (was != NULL && before.rights & ~e->rights & PORT_RECEIVE)
        was->travels = TAKEN | e->crossing;
    forget(p, before.port);
    return true;
}

/* Receive rights that this crossing took are in the message that it sends. */
static bool message_sent(struct ports *p, const struct port_event *e)
{
    struct port_message *grown =
        with_room(p->message, p->messages, &p->message_room, sizeof *grown);
    if (grown == NULL || need_port(p, e->port, e->crossing) == NULL)
        return false;
    p->message = grown;
    p->message[p->messages++] = (struct port_message){
        e->message, e->port, e->crossing, e->pid, e->size};
    for (size_t i = 0; i < p->ports; i++)
        if (p->port[i].travels == (TAKEN | e->crossing))
            p->port[i].travels = e->message;
    return true;
}

static void message_left(struct ports *p, uint64_t number)
{
    for (size_t i = 0; i < p->messages; i++)
        if (p->message[i].number == number) {
            p->messages--;
            memmove(&p->message[i], &p->message[i + 1],
                    (p->messages - i) * sizeof p->message[0]);
            return;
        }
}

/* Its messages are told one by one. */
static void port_died(struct ports *p, uint64_t number)
{
    struct port *port = find_port(p, number);
    if (port == NULL)
        return;
    port->dead = true;
    port->travels = port->set = 0;
    forget(p, number);
}

/* False: out of memory. */
static bool apply(struct ports *p, const struct port_event *e)
{
    struct port *port;
    switch (e->kind) {
    case PORT_EVENT_RIGHT:
        return name_changed(p, e);
    case PORT_EVENT_SEND:
        return message_sent(p, e);
    case PORT_EVENT_LEFT:
        message_left(p, e->message);
        return true;
    case PORT_EVENT_MEMBER:
        port = need_port(p, e->port, e->crossing);
        if (port != NULL)
            port->set = e->message;
        return port != NULL;
    default:
        port_died(p, e->port);
        return true;
    }
}

/* ---- Moments ---- */

struct port_moments *ports_create(void)
{
    return calloc(1, sizeof(struct port_moments));
}

void ports_free(struct port_moments *m)
{
    if (m == NULL)
        return;
    empty(&m->now);
    for (size_t i = 0; i < m->saves; i++)
        empty(&m->saved[i]);
    free(m->saved);
    free(m);
}

/* How many events there were up to clock. */
static uint32_t events_until(const struct list *events, uint64_t clock)
{
    uint32_t low = 0, high = events->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct port_event *e = list_at(events, middle);
        if (e->clock <= clock)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Back to the last saved state that holds no more than `wanted` events. */
static bool go_back(struct port_moments *m, uint32_t wanted)
{
    size_t i = wanted / SAVE_EVERY;
    i = i < m->saves ? i : m->saves;
    empty(&m->now);
    m->applied = 0;
    if (i > 0 && !copy(&m->now, &m->saved[i - 1]))
        return false;
    m->applied = (uint32_t)i * SAVE_EVERY;
    return true;
}

void ports_forget(struct port_moments *m, uint32_t events)
{
    while (m->saves > events / SAVE_EVERY)
        empty(&m->saved[--m->saves]);
    if (m->applied > events) {
        empty(&m->now);
        m->applied = 0;
    }
}

/* A state that cannot be saved for want of memory only costs time. */
static void save(struct port_moments *m)
{
    if (m->applied != (m->saves + 1) * SAVE_EVERY)
        return;
    struct ports *grown =
        with_room(m->saved, m->saves, &m->save_room, sizeof *grown);
    if (grown == NULL)
        return;
    m->saved = grown;
    if (copy(&m->saved[m->saves], &m->now))
        m->saves++;
}

const struct ports *tracker_ports(const struct tracker *t, uint64_t clock)
{
    struct port_moments *m = t->moments;
    const struct list *events = &t->s.port_events;
    uint32_t wanted = events_until(events, clock);
    if (wanted < m->applied && !go_back(m, wanted))
        return NULL;
    while (m->applied < wanted) {
        if (!apply(&m->now, list_at(events, m->applied))) {
            go_back(m, 0);
            return NULL;
        }
        m->applied++;
        save(m);
    }
    return &m->now;
}

/* ---- Events ---- */

void ports_event(struct tracker *t, struct port_event e)
{
    struct port_event *slot = list_add(&t->s.port_events);
    if (slot == NULL) {
        tracker_failed(t);
        return;
    }
    e.clock = machine_clock(t->machine);
    e.crossing = (uint32_t)(t->s.current != 0 ? t->s.current : t->s.ending);
    *slot = e;
}
