/* portcalls.c - the calls that make, change and give up port rights. They return kern_return_t:
 * 0, or a positive KERN_ code. The library's functions (<mach/mach.h>) have the task's port
 * before these arguments, as Mach's have; here a task has only itself to change. */
#include "kernel.h"
#include "port.h"

/* The entry of a name under which the caller has that right (0: any). */
static kern_return_t find(uint64_t name, uint8_t right, struct entry **e) {
    struct space *s = sched.current->space;
    *e = s ? entry_of(s, (mach_port_name_t)name) : NULL;
    if (!*e) return KERN_INVALID_NAME;
    return right && !((*e)->rights & right) ? KERN_INVALID_RIGHT : KERN_SUCCESS;
}

static kern_return_t tell(uint32_t value, uint64_t to) {
    return copyout_atomic32(value, user_addr(to)) ? KERN_INVALID_ADDRESS : 0;
}

/* Gives the current task a right and says its name at user address to. */
static kern_return_t give_and_tell(struct carried *c, uint64_t to) {
    struct space *s = space_current();
    mach_port_name_t name = MACH_PORT_NULL;
    uint32_t right = c->right;
    kern_return_t result = s ? right_give(s, c, &name) : KERN_RESOURCE_SHORTAGE;
    if (!result && (result = tell(name, to))) {
        struct entry *e = entry_of(s, name);
        if (e && e->refs > 1) e->refs--; /* a send right that was there before */
        else if (e) entry_drop(e, (uint8_t)right);
    }
    right_drop(c);
    return result;
}

int64_t sys_mach_port_allocate_trap(const uint64_t *arg) {
    bool set = arg[0] == MACH_PORT_RIGHT_PORT_SET;
    if (arg[0] != MACH_PORT_RIGHT_RECEIVE && !set) return KERN_INVALID_VALUE;
    struct port *p = port_new();
    if (!p) return KERN_RESOURCE_SHORTAGE;
    struct carried c = {p, set ? RIGHT_SET : RIGHT_RECEIVE};
    return give_and_tell(&c, arg[1]);
}

int64_t sys_mach_port_destroy_trap(const uint64_t *arg) {
    struct entry *e;
    kern_return_t r = find(arg[0], 0, &e);
    if (!r) entry_drop(e, e->rights);
    return r;
}

/* Changes a right's uses, at 0 it goes; only send rights and dead names have more than one. */
static kern_return_t change_refs(struct entry *e, uint8_t right, int64_t delta) {
    bool counted = right & (RIGHT_SEND | RIGHT_DEAD);
    int64_t refs = (counted ? (int64_t)e->refs : 1) + delta;
    if (!(e->rights & right)) return KERN_INVALID_RIGHT;
    if (refs < 0 || (!counted && refs > 1)) return KERN_INVALID_VALUE;
    if (refs > UINT16_MAX) return KERN_UREFS_OVERFLOW;
    if (counted && refs) e->refs = (uint32_t)refs;
    if (refs) entry_changed(e);
    else entry_drop(e, right);
    return 0;
}

int64_t sys_mach_port_deallocate_trap(const uint64_t *arg) {
    struct entry *e;
    kern_return_t r = find(arg[0], 0, &e);
    uint8_t right = r ? 0 : e->rights & (RIGHT_SEND_ONCE | RIGHT_DEAD);
    return r ? r : change_refs(e, right ? right : RIGHT_SEND, -1);
}

static uint8_t right_bit(uint64_t right) {
    return right <= MACH_PORT_RIGHT_DEAD_NAME ? (uint8_t)(1u << right) : 0;
}

int64_t sys_mach_port_mod_refs_trap(const uint64_t *arg) {
    struct entry *e;
    uint8_t right = right_bit(arg[1]);
    kern_return_t r = right ? find(arg[0], 0, &e) : KERN_INVALID_VALUE;
    return r ? r : change_refs(e, right, (int32_t)arg[2]);
}

int64_t sys_mach_port_get_refs_trap(const uint64_t *arg) {
    struct entry *e;
    uint8_t right = right_bit(arg[1]);
    kern_return_t r = right ? find(arg[0], 0, &e) : KERN_INVALID_VALUE;
    if (r) return r;
    bool counted = right & (RIGHT_SEND | RIGHT_DEAD);
    uint32_t refs = !(e->rights & right) ? 0 : counted ? e->refs : 1;
    return tell(refs, arg[2]);
}

/* insert_right(name, poly, how): makes, copies or moves a right of the task to the task itself,
 * under the name it has already: how a receiver gets a send right to hand out. */
int64_t sys_mach_port_insert_right_trap(const uint64_t *arg) {
    struct carried c;
    mach_port_name_t name = (mach_port_name_t)arg[0];
    uint32_t how = (uint32_t)arg[2];
    if (arg[0] != arg[1] || how < MACH_MSG_TYPE_MOVE_SEND || how > MACH_MSG_TYPE_MAKE_SEND ||
        how == MACH_MSG_TYPE_MOVE_SEND_ONCE)
        return KERN_INVALID_VALUE;
    struct entry *e;
    uint8_t right = how == MACH_MSG_TYPE_MAKE_SEND ? RIGHT_RECEIVE : RIGHT_SEND;
    kern_return_t r = find(name, right, &e);
    if (r) return r;
    if (how == MACH_MSG_TYPE_MOVE_SEND) return 0; /* out and in again */
    if (e->rights & RIGHT_SEND && e->refs == UINT16_MAX) return KERN_UREFS_OVERFLOW;
    right_take(e, how, &c);
    return right_give(sched.current->space, &c, &name);
}

int64_t sys_mach_port_move_member_trap(const uint64_t *arg) {
    struct entry *e, *after = NULL;
    kern_return_t r = find(arg[0], RIGHT_RECEIVE, &e);
    if (!r && arg[1]) r = find(arg[1], RIGHT_SET, &after);
    if (r) return r;
    struct port *p = e->port;
    if (!after && !p->set) return KERN_NOT_IN_SET;
    if (p->set) port_leave_set(p);
    if (after) port_join_set(p, after->port);
    return 0;
}

int64_t sys_mach_port_set_limit_trap(const uint64_t *arg) {
    struct entry *e;
    if (!arg[1] || arg[1] > MACH_PORT_QLIMIT_MAX) return KERN_INVALID_VALUE;
    kern_return_t r = find(arg[0], RIGHT_RECEIVE, &e);
    if (r) return r;
    e->port->limit = (uint32_t)arg[1];
    sched_wake_all(&e->port->can_send);
    return 0;
}

/* A notice for the port that the caller receives from under name `to`. */
static kern_return_t notice_for(uint64_t to, int id, struct message **out) {
    struct entry *e;
    if (find(to, RIGHT_RECEIVE, &e)) return KERN_INVALID_CAPABILITY;
    struct message *m = message_new(sizeof(mach_notification_t), id);
    if (!m) return KERN_RESOURCE_SHORTAGE;
    ((mach_notification_t *)m->header)->NDR = ndr_record;
    m->to_send_once = true;
    m->notify = e->port;
    m->notify->references++;
    *out = m;
    return 0;
}

/* request_notification(name, id, sync, to): one notice, to be sent to port to; to = 0 takes the
 * wish back, a new one replaces the old. What has happened already is told at once: a dead name
 * if sync is not 0, no senders if sync send rights were ever made. */
int64_t sys_mach_port_request_notification_trap(const uint64_t *arg) {
    struct entry *e;
    struct message *m = NULL;
    bool senders = arg[1] == MACH_NOTIFY_NO_SENDERS;
    uint8_t right = senders ? RIGHT_RECEIVE : RIGHT_SEND | RIGHT_SEND_ONCE | RIGHT_DEAD;
    if (!senders && arg[1] != MACH_NOTIFY_DEAD_NAME) return KERN_INVALID_VALUE;
    kern_return_t r = find(arg[0], right, &e);
    bool dead = !r && e->rights & RIGHT_DEAD;
    if (dead && arg[2] == 0) r = KERN_INVALID_ARGUMENT;
    if (!r && arg[3]) r = notice_for(arg[3], (int)arg[1], &m);
    if (r) return r;
    if (m && (dead || (senders && !e->port->sends && e->port->made >= (uint32_t)arg[2]))) {
        e->refs += dead; /* the notice counts as a use of the name */
        notice_send(&m, dead ? (uint32_t)arg[0] : e->port->made);
        return 0;
    }
    struct message **place = senders ? &e->port->no_senders : &e->request;
    if (!senders && e->port) e->port->requests += (m != NULL) - (*place != NULL);
    notice_drop(place);
    *place = m;
    return 0;
}

/* Of a port that a process has of itself: its right goes. */
static void give_up(struct port **p, uint32_t right) {
    struct carried c = {*p, *p ? right : 0};
    *p = NULL;
    right_drop(&c);
}

/* ---- Ports that every task has ---- */
/* A send right to p for the current task; the name, or MACH_PORT_NULL. */
static int64_t name_for(struct port *p) {
    struct space *s = space_current();
    mach_port_name_t name = MACH_PORT_NULL;
    if (!p || !s) return MACH_PORT_NULL;
    struct carried c = right_to(p);
    if (right_give(s, &c, &name)) right_drop(&c);
    return name;
}

int64_t sys_mach_host_self(const uint64_t *arg) { return name_for(&host_port); }

/* Stands for the task in the library's calls; it has no routines of its own. */
int64_t sys_mach_task_self_trap(const uint64_t *arg) {
    struct proc *self = sched.current;
    if (!self->task_port && (self->task_port = port_new()))
        self->task_port->service = kernel_port_refuse;
    return name_for(self->task_port);
}

int64_t sys_task_get_special_port_trap(const uint64_t *arg) {
    struct port *p = sched.current->bootstrap;
    if (arg[0] != TASK_BOOTSTRAP_PORT) return KERN_INVALID_ARGUMENT;
    if (!p) return tell(MACH_PORT_NULL, arg[1]);
    struct carried c = right_to(p);
    return give_and_tell(&c, arg[1]);
}

/* Children inherit it: how a shell's programs find the name server. */
int64_t sys_task_set_special_port_trap(const uint64_t *arg) {
    struct entry *e = NULL;
    if (arg[0] != TASK_BOOTSTRAP_PORT) return KERN_INVALID_ARGUMENT;
    kern_return_t r = arg[1] ? find(arg[1], RIGHT_SEND, &e) : KERN_SUCCESS;
    if (r) return r;
    struct port *new = e ? right_to(e->port).port : NULL;
    give_up(&sched.current->bootstrap, RIGHT_SEND);
    sched.current->bootstrap = new;
    return 0;
}

/* ---- The life of a process ---- */
void ports_fork(const struct proc *parent, struct proc *child) {
    if (parent->bootstrap) child->bootstrap = right_to(parent->bootstrap).port;
}

void ports_exec(struct proc *p) {
    struct space *s = p->space;
    for (unsigned i = 1; s && i < SALLYPORT_PORT_NAMES; i++)
        if (s->entry[i].rights) entry_drop(&s->entry[i], s->entry[i].rights);
    p->space = NULL;
    if (s) page_drop(kpa(s));
    give_up(&p->task_port, RIGHT_RECEIVE);
}

void ports_exit(struct proc *p) {
    ports_exec(p);
    give_up(&p->bootstrap, RIGHT_SEND);
}
