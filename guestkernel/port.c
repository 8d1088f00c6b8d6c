/* port.c - ports, rights and name spaces.
 *
 * Counting. port.references counts pointers to a port; port.sends counts send rights (a space's
 * entry is one, however often the task may use it: that is entry.refs; a right in a message is
 * one). When sends falls to 0 the receiver can be told. When the receive right goes the port is
 * dead: its queue is destroyed, and the other spaces' names for it become dead names, which is
 * noticed when one is next used (entry_of), or at once where a notice is wanted.
 *
 * Each send-once right has a notice laid by when it is made, so that "your reply will not come"
 * never fails for want of memory. */
#include "kernel.h"
#include "port.h"

#define GENERATION_FIRST 3
#define GENERATION_STEP  4
#define FOR_ENTRIES(e, s)                                                                      \
    for (struct entry *e = (s)->entry + 1; e < (s)->entry + SALLYPORT_PORT_NAMES; e++)

/* ---- Queues ---- */
static int64_t new_limit = MACH_PORT_QLIMIT_DEFAULT;

static int set_new_limit(SYSCTL_HANDLER_ARGS) {
    return sysctl_number(req, sizeof(int), &new_limit, 1, MACH_PORT_QLIMIT_MAX);
}
SYSCTL_NODE(, OID_AUTO, mach, CTLFLAG_RD, NULL, "ports and messages");
SYSCTL_PROC(_mach, OID_AUTO, qlimit_default, CTLTYPE_INT | CTLFLAG_RW, NULL, 0, set_new_limit,
            "I", "messages that wait in a new port's queue");

struct port *port_new(void) {
    static uint64_t last_number;
    struct port *p = kmalloc(sizeof *p);
    if (p)
        *p = (struct port){.number = ++last_number,
                           .references = 1,
                           .alive = true,
                           .limit = (uint32_t)new_limit};
    return p;
}

void port_drop(struct port *p) {
    if (--p->references == 0) kfree(p);
}

/* Receive rights in the message know the queue that they are in. */
static void mark_travels(const struct message *m, struct port *on) {
    for (uint32_t i = 0; i < m->descriptors; i++)
        if (m->item[i].right.right == RIGHT_RECEIVE) m->item[i].right.port->travels = on;
}

void port_enqueue(struct port *p, struct message *m) {
    m->next = NULL;
    *(p->first ? &p->last->next : &p->first) = m;
    p->last = m;
    p->queued++;
    mark_travels(m, p);
    TELL(send, m, p);
    sched_wake_all(&p->can_receive);
    if (p->set) sched_wake_all(&p->set->can_receive);
}

struct message *port_dequeue(struct port *p) {
    struct message *m = p->first;
    p->first = m->next;
    p->queued--;
    mark_travels(m, NULL);
    sched_wake_all(&p->can_send);
    return m;
}

void port_leave_set(struct port *p) {
    LIST_REMOVE(p->set->members, p, next_member);
    p->set = NULL;
    PROBE(member, p->number, 0);
}

void port_join_set(struct port *p, struct port *set) {
    LIST_APPEND(set->members, p, next_member);
    p->set = set;
    PROBE(member, p->number, set->number);
}

struct port *port_with_message(struct port *p) {
    if (p->first) return p;
    struct port *m = p->members;
    while (m && !m->first) m = m->next_member;
    if (m) { /* to the end of the line: the others' turn is next */
        port_leave_set(m);
        port_join_set(m, p);
    }
    return m;
}

/* ---- Notices, and the end of a port ---- */
void notice_send(struct message **place, uint32_t word) {
    struct message *m = *place;
    struct port *p = m->notify;
    *place = NULL;
    ((mach_notification_t *)m->header)->not_port_or_count = word;
    if (p->alive) port_enqueue(p, m);
    else message_free(m);
    port_drop(p);
}

void notice_drop(struct message **place) {
    if (*place) port_drop((*place)->notify);
    message_free(*place);
    *place = NULL;
}

/* Takes the first off a list. */
static struct message *pop(struct message **list) {
    struct message *m = *list;
    if (m) *list = m->next;
    return m;
}

/* Tells those who asked that their name for p is dead now. */
static void tell_dead_names(struct port *p) {
    struct proc *q = NULL;
    while (p->requests && (q = proc_next(q))) {
        if (!q->space) continue;
        FOR_ENTRIES(e, q->space)
            if (e->port == p && e->request) {
                e->refs++; /* the notice counts as a use of the name */
                p->requests--;
                notice_send(&e->request, entry_name(e));
            }
    }
}

/* The receive right is gone. Killing ports whose rights were in p's queue comes back here:
 * those wait in a list, or a long chain would need a long stack. */
static void port_die(struct port *p) {
    static struct port *dying;
    static bool busy;
    struct message *m;
    if (p->set) port_leave_set(p);
    while (p->members) port_leave_set(p->members);
    p->alive = false;
    p->receiver = NULL;
    PROBE(port_dead, p->number);
    p->next_member = dying; /* in no set any more: the link is free */
    dying = p;
    if (busy) return;
    busy = true;
    while ((p = dying)) {
        dying = p->next_member;
        while ((m = pop(&p->first))) message_free(m);
        while ((m = pop(&p->spares))) message_free(m);
        notice_drop(&p->no_senders);
        sched_wake_all(&p->can_send);
        sched_wake_all(&p->can_receive);
        tell_dead_names(p);
        port_drop(p);
    }
    busy = false;
}

void right_used(struct carried *c) {
    if (c->right != RIGHT_SEND_ONCE) return;
    message_free(pop(&c->port->spares));
    port_drop(c->port);
    c->right = 0;
}

void right_drop(struct carried *c) {
    struct port *p = c->port;
    if (c->right == RIGHT_SEND) {
        if (--p->sends == 0 && p->alive && p->no_senders) notice_send(&p->no_senders, p->made);
        port_drop(p);
    } else if (c->right & (RIGHT_RECEIVE | RIGHT_SET)) {
        port_die(p); /* takes over the right's reference */
    } else if (c->right == RIGHT_SEND_ONCE) {
        if (p->alive) port_enqueue(p, pop(&p->spares));
        else message_free(pop(&p->spares));
        port_drop(p);
    }
    c->right = 0;
}

/* ---- Names ---- */
struct space *space_current(void) {
    struct proc *self = sched.current;
    paddr page = self->space ? 0 : page_alloc_zeroed();
    if (page) {
        self->space = kva(page);
        self->space->pid = self->pid;
    }
    return self->space;
}

static struct space *space_of(const struct entry *e) {
    return (struct space *)PAGE_DOWN((uintptr_t)e);
}

mach_port_name_t entry_name(const struct entry *e) {
    return (uint32_t)(e - space_of(e)->entry) << 8 | e->generation;
}

void entry_changed(const struct entry *e) {
    PROBE(right, space_of(e)->pid, entry_name(e), e->rights, e->refs,
          e->port ? e->port->number : 0);
}

/* The entry has no rights left. */
static void entry_free(struct entry *e) {
    if (e->request && e->port) e->port->requests--;
    notice_drop(&e->request);
    e->port = NULL;
    e->refs = 0;
    entry_changed(e);
}

struct entry *entry_of(struct space *s, mach_port_name_t name) {
    struct entry *e = s->entry + MACH_PORT_INDEX(name);
    if (MACH_PORT_INDEX(name) >= SALLYPORT_PORT_NAMES || !e->rights ||
        e->generation != MACH_PORT_GEN(name))
        return NULL;
    if (e->rights & (RIGHT_SEND | RIGHT_SEND_ONCE) && !e->port->alive) {
        struct carried c = {e->port, e->rights};
        e->port = NULL;
        e->rights = RIGHT_DEAD;
        right_drop(&c);
        entry_changed(e);
    }
    return e;
}

static struct entry *entry_new(struct space *s) {
    FOR_ENTRIES(e, s)
        if (!e->rights) {
            e->generation = e->generation ? e->generation + GENERATION_STEP : GENERATION_FIRST;
            e->refs = 1;
            return e;
        }
    return NULL;
}

/* The entry that holds a send right to p, or its receive right. */
static struct entry *entry_of_port(struct space *s, const struct port *p) {
    if (p->receiver == s) return entry_of(s, p->name);
    FOR_ENTRIES(e, s)
        if (e->port == p && e->rights & RIGHT_SEND) return e;
    return NULL;
}

/* Rights leave the entry; what stays is told, or the name is free. */
static void entry_lose(struct entry *e, uint8_t rights) {
    e->rights &= ~rights;
    if (rights & RIGHT_SEND) e->refs = 1; /* of a receive right that stays */
    if (e->rights) entry_changed(e);
    else entry_free(e);
}

void entry_drop(struct entry *e, uint8_t rights) {
    struct port *p = e->port;
    rights &= e->rights;
    entry_lose(e, rights);
    for (uint32_t bit = RIGHT_SEND; bit <= RIGHT_SET; bit <<= 1)
        if (rights & bit) right_drop(&(struct carried){p, bit});
}

/* ---- Rights out of a space, and into one ---- */
/* What the entry must have for each disposition. */
static const uint8_t needs[] = {
    [MACH_MSG_TYPE_MOVE_RECEIVE] = RIGHT_RECEIVE,
    [MACH_MSG_TYPE_MOVE_SEND] = RIGHT_SEND,
    [MACH_MSG_TYPE_MOVE_SEND_ONCE] = RIGHT_SEND_ONCE,
    [MACH_MSG_TYPE_COPY_SEND] = RIGHT_SEND,
    [MACH_MSG_TYPE_MAKE_SEND] = RIGHT_RECEIVE,
    [MACH_MSG_TYPE_MAKE_SEND_ONCE] = RIGHT_RECEIVE,
};

struct entry *entry_with(struct space *s, mach_port_name_t name, mach_msg_type_name_t how) {
    struct entry *e = how < sizeof needs ? entry_of(s, name) : NULL;
    return e && e->rights & needs[how] ? e : NULL;
}

struct carried right_to(struct port *p) {
    p->references++;
    p->sends++;
    return (struct carried){p, RIGHT_SEND};
}

static int make_send_once(struct port *p, struct carried *out) {
    struct message *spare = message_new(sizeof(mach_msg_header_t), MACH_NOTIFY_SEND_ONCE);
    if (!spare) return MACH_SEND_NO_BUFFER;
    spare->to_send_once = true;
    spare->next = p->spares;
    p->spares = spare;
    p->references++;
    *out = (struct carried){p, RIGHT_SEND_ONCE};
    return 0;
}

int right_take(struct entry *e, mach_msg_type_name_t how, struct carried *out) {
    struct port *p = e->port;
    if (how == MACH_MSG_TYPE_MAKE_SEND_ONCE) return make_send_once(p, out);
    p->made += how == MACH_MSG_TYPE_MAKE_SEND;
    if (how >= MACH_MSG_TYPE_COPY_SEND || (how == MACH_MSG_TYPE_MOVE_SEND && e->refs > 1)) {
        e->refs -= how == MACH_MSG_TYPE_MOVE_SEND;
        entry_changed(e);
        *out = right_to(p);
        return 0;
    }
    /* The entry's right and its reference go themselves. */
    if (how == MACH_MSG_TYPE_MOVE_RECEIVE) {
        if (p->set) port_leave_set(p);
        p->receiver = NULL;
    }
    *out = (struct carried){p, needs[how]};
    entry_lose(e, needs[how]);
    return 0;
}

kern_return_t right_give(struct space *s, struct carried *c, mach_port_name_t *name) {
    struct port *p = c->port;
    if (!p->alive) {
        *name = MACH_PORT_DEAD;
        right_drop(c);
        return 0;
    }
    struct entry *e = c->right == RIGHT_SEND_ONCE ? NULL : entry_of_port(s, p);
    if (!e && !(e = entry_new(s))) return KERN_NO_SPACE;
    *name = entry_name(e);
    if (c->right & (RIGHT_RECEIVE | RIGHT_SET)) {
        p->receiver = s;
        p->name = *name;
    }
    if (c->right & e->rights & RIGHT_SEND) {
        if (e->refs < UINT16_MAX) e->refs++; /* at the most, rights are lost: Mach's rule */
        right_drop(c);
    }
    e->port = p;
    e->rights |= c->right; /* two rights of an entry have two references */
    c->right = 0;
    entry_changed(e);
    return 0;
}
