/*
 * probes.c - what the kernel says of itself: a watch on each probe that we
 * use, its arguments read where the note says, and what follows for processes
 * and crossings. guestkernel/abi/probes.md lists them; all of this is the
 * kernel's word (source probe), and nothing depends on it but what only the
 * kernel can know.
 */
#include "state.h"

#include "../platform/platform.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Reading ---- */

static uint64_t kernel_root(const struct tracker *t)
{
    return sv39_on(t->s.satp) ? sv39_root(t->s.satp) : 0;
}

/* Sign- or zero-extends the low bytes. */
static uint64_t extend(uint64_t value, int size)
{
    unsigned drop = 64 - 8 * (unsigned)(size < 0 ? -size : size);
    if (size < 0)
        return (uint64_t)((int64_t)(value << drop) >> drop);
    return value << drop >> drop;
}

uint64_t probe_argument(const struct tracker *t, const struct probe_arg *a)
{
    uint64_t value = (uint64_t)a->offset;
    if (a->where == PROBE_REGISTER)
        value = cpu_x(t->cpu, a->reg);
    else if (a->where == PROBE_MEMORY) {
        uint64_t va = cpu_x(t->cpu, a->reg) + (uint64_t)a->offset;
        value = 0;
        sv39_read(t->machine, kernel_root(t), va, &value,
                  (size_t)(a->size < 0 ? -a->size : a->size));
    }
    return extend(value, a->size);
}

/* A NUL-ended text of the kernel's; what is not printable becomes '?'. */
static void kernel_text(const struct tracker *t, uint64_t va, char *text,
                        size_t n)
{
    size_t got = sv39_read(t->machine, kernel_root(t), va, text, n - 1);
    text[got] = '\0';
    for (char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
            *p = '?';
}

static struct proc *owner(struct tracker *t)
{
    return t->s.owner != 0 ? process_at(t, t->s.owner - 1) : NULL;
}

/* The open crossing of a process, or NULL. */
static struct record *open_of(struct tracker *t, const struct proc *p)
{
    return p != NULL && p->opens > 0 ? tracker_record(t, p->open[p->opens - 1])
                                     : NULL;
}

/* ---- Process life ---- */

static void saw_fork(struct tracker *t, const uint64_t *arg)
{
    struct proc *child = process_need_pid(t, (int)arg[1]);
    struct proc *parent = process_of_pid(t, (int)arg[0]);
    struct record *r = open_of(t, parent);
    if (child == NULL)
        return;
    process_set_root(t, child, arg[2]);
    child->pub.parent = (int)arg[0];
    if (parent != NULL) {
        process_set_name(child, parent->pub.name);
        memcpy(child->pub.path, parent->pub.path, sizeof child->pub.path);
        child->image = parent->image;
        child->fork_crossing = parent->pub.open;
        handlers_fork(child, parent);
    }
    if (r != NULL)
        r->fork_child = (int32_t)arg[1];
}

static void saw_exec(struct tracker *t, const uint64_t *arg)
{
    char path[256], name[32];
    struct proc *p = process_need_pid(t, (int)arg[0]);
    struct record *r = open_of(t, p);
    if (p == NULL)
        return;
    kernel_text(t, arg[2], path, sizeof path);
    kernel_text(t, arg[3], name, sizeof name);
    process_set_root(t, p, arg[1]);
    process_set_name(p, name);
    image_executed(t, p, path);
    handlers_forget(p);
    if (r != NULL)
        r->executed = true;
}

static void saw_exit(struct tracker *t, const uint64_t *arg)
{
    struct proc *p = process_of_pid(t, (int)arg[0]);
    struct record *r = open_of(t, p);
    if (p == NULL)
        return;
    tracker_charge(t, cpu_executed(t->cpu));
    p->pub.state = PROCESS_ZOMBIE;
    p->pub.died = machine_clock(t->machine);
    p->pub.wait_status = (int)arg[1];
    if (r == NULL)
        return;
    uint64_t number = p->pub.open;
    r->wait_status = (int32_t)arg[1];
    if (number == t->s.current)
        t->s.ending = number;
    tracker_close(t, number, OUTCOME_NEVER_RETURNS, machine_clock(t->machine));
    tracker_say(t, &(struct event){.kind = EVENT_NEVER}, number, p);
}

/* "store page fault at 0x2000; the page is read-only: W = 0" */
static void death_reason(struct tracker *t, const struct proc *p,
                         uint64_t cause, uint64_t tval, char *text, size_t n)
{
    struct writer w = writer_on(text, n);
    bool page = cause == 12 || cause == 13 || cause == 15;
    enum sv39_access access = cause == 12   ? SV39_FETCH
                              : cause == 13 ? SV39_LOAD
                                            : SV39_STORE;
    put_text(&w, "%s", cpu_cause_name(cause));
    if (fault_has_address(cause))
        put_text(&w, " at 0x%" PRIx64, tval);
    else if (cause == 2 && tval != 0)
        put_text(&w, " 0x%" PRIx64, tval);
    if (!page)
        return;
    struct sv39_walk walk = sv39_walk(t->machine, p->pub.root, tval);
    enum sv39_why why = sv39_check(&walk, access, CPU_U, false, false);
    if (why != SV39_OK && why != SV39_BARE)
        put_text(&w, "; %s", sv39_sentence(why, NULL));
}

/* In a sigreturn that has not given the registers back. */
static bool refused_frame(const struct tracker *t, const struct record *r)
{
    const struct abi_call *call = NULL;
    if (r->kind == CROSSING_CALL && r->saved_args != 0)
        call = tracker_call(t, *(const uint64_t *)list_at(&t->s.args, r->args));
    return call != NULL && strcmp(call->name, "sigreturn") == 0 &&
           r->frame == 0;
}

static void saw_death(struct tracker *t, const uint64_t *arg)
{
    struct proc *p = process_of_pid(t, (int)arg[0]);
    struct record *r = open_of(t, p);
    char reason[160], text[200], name[24];
    if (p == NULL)
        return;
    signal_name(t, (int)(arg[1] & 0xff), name, sizeof name);
    snprintf(text, sizeof text, "killed by %s", name);
    if (r != NULL && r->kind == CROSSING_FAULT && r->cause == arg[2]) {
        death_reason(t, p, arg[2], arg[3], reason, sizeof reason);
        snprintf(text, sizeof text, "%s; killed by %s", reason, name);
    } else if (r != NULL && refused_frame(t, r))
        snprintf(text, sizeof text,
                 "no signal frame that the kernel made stands there; killed "
                 "by %s",
                 name);
    if (r != NULL)
        r->signal = (uint8_t)arg[1];
    tracker_say(t, &(struct event){.kind = EVENT_DEATH, .text = text},
                p->pub.open, p);
}

static void saw_reap(struct tracker *t, const uint64_t *arg)
{
    struct proc *p = process_of_pid(t, (int)arg[0]);
    if (p != NULL)
        process_gone(t, p);
}

/* A switch is the timer's doing if it interrupted the one who loses the hart,
 * or had interrupted the one who gets it back. */
static void tally_switch(struct tracker *t, const struct proc *to)
{
    struct tally *from = tracker_part(t, tracker_record(t, t->s.current));
    struct tally *back = tracker_part(t, open_of(t, to));
    bool timer = from != t->s.tally || back != t->s.tally;
    if (to->pub.pid != t->s.last_pid)
        t->s.tally[timer ? TALLY_TIMER : TALLY_REST].switches++;
    t->s.last_pid = to->pub.pid;
}

static void saw_switch(struct tracker *t, const uint64_t *arg)
{
    tracker_charge(t, cpu_executed(t->cpu));
    struct proc *to = arg[1] != 0 ? process_need_pid(t, (int)arg[1]) : NULL;
    if (to != NULL)
        tally_switch(t, to);
    tracker_give_hart(t, to);
}

static void saw_block(struct tracker *t, const uint64_t *arg)
{
    struct proc *p = process_of_pid(t, (int)arg[0]);
    struct record *r = open_of(t, p);
    if (p == NULL)
        return;
    p->pub.state = PROCESS_BLOCKED;
    kernel_text(t, arg[1], p->pub.blocked_on, sizeof p->pub.blocked_on);
    if (r == NULL)
        return;
    r->block_count++;
    r->slept_at = machine_clock(t->machine);
    r->blocked_on = tracker_intern(t, p->pub.blocked_on);
}

static void saw_wake(struct tracker *t, const uint64_t *arg)
{
    struct proc *p = process_of_pid(t, (int)arg[0]);
    struct record *r = open_of(t, p);
    if (p == NULL || p->pub.state != PROCESS_BLOCKED)
        return;
    p->pub.state = PROCESS_RUNNING;
    p->pub.blocked_on[0] = '\0';
    if (r != NULL)
        r->woken_by = t->s.current != 0 ? t->s.current : t->s.ending;
}

static void saw_panic(struct tracker *t, const uint64_t *arg)
{
    char text[200];
    kernel_text(t, arg[0], text, sizeof text);
    t->s.panicked = true;
    t->s.panic_text = tracker_intern(t, text);
    tracker_say(t, &(struct event){.kind = EVENT_PANIC, .text = text},
                t->s.current, owner(t));
}

static void saw_deliver(struct tracker *t, const uint64_t *arg)
{
    struct proc *p = process_of_pid(t, (int)arg[0]);
    if (p != NULL)
        handler_starts(t, p, (int)arg[1], arg[2], arg[4] != 0);
}

static void saw_sigreturn(struct tracker *t, const uint64_t *arg)
{
    struct proc *p = process_of_pid(t, (int)arg[0]);
    if (p != NULL)
        handler_ends(t, p, arg[1]);
}

/* ---- Copies ---- */

/* Where the user's bytes stand, and what stopped the copy if it failed. */
static void explain(struct tracker *t, struct transfer_record *r, uint64_t root)
{
    struct sv39_walk w = sv39_walk(t->machine, root, r->user_va);
    if (w.why == SV39_OK)
        r->user_pa = w.pa;
    if (r->error == 0)
        return;
    w = sv39_walk(t->machine, root, r->user_va + r->done);
    r->why = (uint8_t)sv39_check(
        &w, transfer_is_out(r->kind) ? SV39_STORE : SV39_LOAD, CPU_U, false,
        false);
}

static void keep_data(struct tracker *t, struct transfer_record *r)
{
    uint8_t data[TRANSFER_SHOWN];
    size_t n = r->done < sizeof data ? (size_t)r->done : sizeof data;
    r->shown =
        (uint8_t)sv39_read(t->machine, kernel_root(t), r->kernel_va, data, n);
    r->data = bytes_add(&t->s.bytes, data, r->shown);
    if (r->data == UINT64_MAX) {
        r->shown = 0;
        tracker_failed(t);
    }
}

static void whole_string(struct tracker *t, const struct transfer_record *r)
{
    uint8_t text[256];
    size_t n = r->done < sizeof text ? (size_t)r->done : sizeof text;
    n = sv39_read(t->machine, kernel_root(t), r->kernel_va, text, n);
    if (n > 0 && text[n - 1] == 0)
        n--;
    arguments_string(t, t->s.current, r->user_va, text, n);
}

static void add_transfer(struct tracker *t, enum transfer_kind kind,
                         const uint64_t *arg)
{
    uint64_t number = t->s.current;
    const struct proc *p = owner(t);
    struct record *c = tracker_record(t, number);
    uint32_t index = tracker_chain(t, number, CHAIN_TRANSFER, &t->s.transfers,
                                   offsetof(struct transfer_record, next));
    if (index == 0)
        return;
    struct transfer_record *r = list_at(&t->s.transfers, index - 1);
    r->kind = (uint8_t)kind;
    r->clock = machine_clock(t->machine);
    r->user_va = arg[0];
    r->kernel_va = arg[1];
    r->length = arg[2];
    r->done = arg[3];
    r->error = (int32_t)arg[4];
    if (p != NULL && c != NULL && p->ring_busy)
        r->ring_op = c->ring_ops + 1;
    if (p != NULL)
        explain(t, r, p->pub.root);
    keep_data(t, r);
    tracker_part(t, c)->copies++;
    tracker_part(t, c)->bytes_copied += r->done;
    if (c != NULL && transfer_is_out(kind))
        c->bytes_out += r->done;
    else if (c != NULL)
        c->bytes_in += r->done;
    if (kind == TRANSFER_COPYINSTR && r->error == 0)
        whole_string(t, r);
    else if (kind == TRANSFER_COPYIN && r->error == 0)
        arguments_arrived(t, number, r->user_va);
    if (t->listeners == 0)
        return;
    struct transfer transfer = transfer_of(t, r);
    struct event e = {.kind = EVENT_TRANSFER, .transfer = &transfer};
    tracker_say(t, &e, number, p);
}

static void saw_copyin(struct tracker *t, const uint64_t *arg)
{
    add_transfer(t, TRANSFER_COPYIN, arg);
}

static void saw_copyout(struct tracker *t, const uint64_t *arg)
{
    add_transfer(t, TRANSFER_COPYOUT, arg);
}

static void saw_copyoutstr(struct tracker *t, const uint64_t *arg)
{
    add_transfer(t, TRANSFER_COPYOUTSTR, arg);
}

static void saw_copyinstr(struct tracker *t, const uint64_t *arg)
{
    add_transfer(t, TRANSFER_COPYINSTR, arg);
}

/* ---- Mappings ---- */

/* A copy-on-write page is reported as mapped and as copied: one page. */
static bool same_page(const struct tracker *t, const struct record *c,
                      const struct mapping *m)
{
    uint32_t last = c->chain[CHAIN_MAPPING].last;
    if (m->kind != MAPPING_COW || last == 0)
        return false;
    const struct mapping_record *r = list_at(&t->s.mappings, last - 1);
    return r->m.kind == MAPPING_MAP && r->m.root == m->root &&
           r->m.va == m->va && r->m.pa == m->pa;
}

static void tally_mapping(struct tally *tally, const struct mapping *m)
{
    uint64_t last = m->va + (m->bytes != 0 ? m->bytes - 1 : 0);
    if (m->kind == MAPPING_UNMAP)
        tally->pages_unmapped++;
    else if (m->kind <= MAPPING_COW)
        tally->pages_mapped++;
    else if (m->kind == MAPPING_WINDOW)
        tally->pages_shown += (last >> 12) - (m->va >> 12) + 1;
}

static void add_mapping(struct tracker *t, const struct mapping *m)
{
    uint64_t number = t->s.current;
    struct record *c = tracker_record(t, number);
    bool again = c != NULL && same_page(t, c, m);
    uint32_t index = tracker_chain(t, number, CHAIN_MAPPING, &t->s.mappings,
                                   offsetof(struct mapping_record, next));
    if (index == 0)
        return;
    struct mapping_record *r = list_at(&t->s.mappings, index - 1);
    r->m = *m;
    r->m.clock = machine_clock(t->machine);
    if (!again)
        tally_mapping(tracker_part(t, c), m);
    if (c != NULL && m->kind == MAPPING_UNMAP)
        c->pages_unmapped++;
    else if (c != NULL && m->kind <= MAPPING_COW && !again)
        c->pages_mapped++;
    struct event e = {.kind = EVENT_MAP, .mapping = &r->m};
    tracker_say(t, &e, number, owner(t));
}

static void saw_map(struct tracker *t, const uint64_t *arg)
{
    add_mapping(t, &(struct mapping){.kind = MAPPING_MAP,
                                     .root = arg[0],
                                     .va = arg[1],
                                     .pa = arg[2],
                                     .flags = arg[3]});
}

static void saw_unmap(struct tracker *t, const uint64_t *arg)
{
    add_mapping(t, &(struct mapping){.kind = MAPPING_UNMAP,
                                     .root = arg[0],
                                     .va = arg[1],
                                     .pa = arg[2]});
}

static void saw_cow(struct tracker *t, const uint64_t *arg)
{
    struct sv39_walk w = sv39_walk(t->machine, arg[0], arg[1]);
    add_mapping(t, &(struct mapping){.kind = MAPPING_COW,
                                     .root = arg[0],
                                     .va = arg[1],
                                     .old_pa = arg[2],
                                     .pa = arg[3],
                                     .flags = w.flags});
}

static void saw_wire(struct tracker *t, const uint64_t *arg)
{
    add_mapping(t, &(struct mapping){.kind = MAPPING_WIRE,
                                     .root = arg[0],
                                     .va = arg[1],
                                     .bytes = arg[2],
                                     .flags = arg[3]});
}

static void saw_window(struct tracker *t, const uint64_t *arg)
{
    add_mapping(t, &(struct mapping){.kind = MAPPING_WINDOW,
                                     .window = arg[0],
                                     .va = arg[1],
                                     .bytes = arg[2],
                                     .root = arg[3]});
}

static void saw_unwire(struct tracker *t, const uint64_t *arg)
{
    add_mapping(t, &(struct mapping){.kind = MAPPING_UNWIRE,
                                     .root = arg[0],
                                     .va = arg[1],
                                     .bytes = arg[2]});
}

/* ---- Rings ---- */

static void saw_ring_op(struct tracker *t, const uint64_t *arg)
{
    struct proc *p = owner(t);
    if (p == NULL)
        return;
    p->ring_busy = true;
    p->ring_op = (struct ring_op){.clock = machine_clock(t->machine),
                                  .op = arg[0],
                                  .fd = (int)arg[1],
                                  .buffer = arg[2],
                                  .length = arg[3],
                                  .user_data = arg[4]};
}

static void saw_ring_done(struct tracker *t, const uint64_t *arg)
{
    uint64_t number = t->s.current;
    struct proc *p = owner(t);
    struct record *c = tracker_record(t, number);
    if (p == NULL || c == NULL || !p->ring_busy)
        return;
    uint32_t index = tracker_chain(t, number, CHAIN_RING, &t->s.rings,
                                   offsetof(struct ring_record, next));
    if (index == 0)
        return;
    struct ring_record *r = list_at(&t->s.rings, index - 1);
    p->ring_busy = false;
    c->ring_ops++;
    r->op = p->ring_op;
    r->op.done = arg[0] != 0;
    r->op.result = (int64_t)arg[1];
    struct event e = {.kind = EVENT_RING, .ring_op = &r->op};
    tracker_say(t, &e, number, p);
}

/* ---- Messages ---- */

static void saw_put(struct tracker *t, const uint64_t *arg)
{
    links_put(t, arg[0], arg[1], arg[2]);
}

static void saw_get(struct tracker *t, const uint64_t *arg)
{
    links_get(t, arg[0], arg[1], arg[2]);
}

static void saw_send(struct tracker *t, const uint64_t *arg)
{
    links_send(t, arg[0], arg[1], (int32_t)arg[2], arg[3]);
    ports_event(t, (struct port_event){.kind = PORT_EVENT_SEND,
                                       .message = arg[0],
                                       .port = arg[1],
                                       .pid = (int32_t)arg[2],
                                       .size = (uint32_t)arg[3]});
}

static void saw_fd_send(struct tracker *t, const uint64_t *arg)
{
    links_fd_send(t, arg[0], (int32_t)arg[1]);
}

static void saw_fd_receive(struct tracker *t, const uint64_t *arg)
{
    links_fd_receive(t, arg[0], (int32_t)arg[1]);
}

static void saw_receive(struct tracker *t, const uint64_t *arg)
{
    links_receive(t, arg[0], arg[3]);
    ports_event(
        t, (struct port_event){.kind = PORT_EVENT_LEFT, .message = arg[0]});
}

/* Of most that are destroyed nobody ever heard, or they were received. */
static void saw_message_gone(struct tracker *t, const uint64_t *arg)
{
    if (links_forget(t, arg[0]))
        ports_event(
            t, (struct port_event){.kind = PORT_EVENT_LEFT, .message = arg[0]});
}

static void saw_right(struct tracker *t, const uint64_t *arg)
{
    struct port_event e = {.kind = PORT_EVENT_RIGHT,
                           .pid = (int32_t)arg[0],
                           .name = (uint32_t)arg[1],
                           .rights = (uint8_t)arg[2],
                           .size = (uint32_t)arg[3],
                           .port = arg[4]};
    rights_say(t, &e, owner(t));
    ports_event(t, e);
}

static void saw_member(struct tracker *t, const uint64_t *arg)
{
    ports_event(t, (struct port_event){.kind = PORT_EVENT_MEMBER,
                                       .port = arg[0],
                                       .message = arg[1]});
}

static void saw_port_dead(struct tracker *t, const uint64_t *arg)
{
    ports_event(t,
                (struct port_event){.kind = PORT_EVENT_DEAD, .port = arg[0]});
}

/* ---- Variables ---- */

static void saw_sysctl_step(struct tracker *t, const uint64_t *arg)
{
    char name[64];
    kernel_text(t, arg[0], name, sizeof name);
    arguments_node(t, t->s.current, name);
}

static void saw_sysctl(struct tracker *t, const uint64_t *arg)
{
    char format[64], text[300] = "";
    kernel_text(t, arg[0], format, sizeof format);
    arguments_variable(t, t->s.current, format, arg[2], arg[3], text,
                       sizeof text);
    tracker_say(t, &(struct event){.kind = EVENT_VARIABLE, .text = text},
                t->s.current, owner(t));
}

/* ---- Hooking ---- */

static const struct {
    const char *name;
    unsigned nargs;
    void (*handle)(struct tracker *t, const uint64_t *arg);
} used[] = {
    {"fork", 3, saw_fork},
    {"exec", 4, saw_exec},
    {"exit", 2, saw_exit},
    {"death", 4, saw_death},
    {"reap", 1, saw_reap},
    {"switch", 2, saw_switch},
    {"copyin", 5, saw_copyin},
    {"copyout", 5, saw_copyout},
    {"copyinstr", 5, saw_copyinstr},
    {"copyoutstr", 5, saw_copyoutstr},
    {"map", 4, saw_map},
    {"unmap", 3, saw_unmap},
    {"cow", 4, saw_cow},
    {"wire", 4, saw_wire},
    {"window", 4, saw_window},
    {"unwire", 3, saw_unwire},
    {"ring_op", 5, saw_ring_op},
    {"ring_done", 2, saw_ring_done},
    {"put", 3, saw_put},
    {"get", 3, saw_get},
    {"send", 4, saw_send},
    {"receive", 4, saw_receive},
    {"fd_send", 2, saw_fd_send},
    {"fd_receive", 2, saw_fd_receive},
    {"message_gone", 1, saw_message_gone},
    {"right", 5, saw_right},
    {"member", 2, saw_member},
    {"port_dead", 1, saw_port_dead},
    {"deliver", 5, saw_deliver},
    {"sigreturn", 2, saw_sigreturn},
    {"block", 2, saw_block},
    {"wake", 1, saw_wake},
    {"panic", 1, saw_panic},
    {"sysctl_step", 1, saw_sysctl_step},
    {"sysctl", 4, saw_sysctl},
};

static void on_hit(void *ctx, uint64_t pc)
{
    const struct probe_hook *h = ctx;
    uint64_t arg[PROBE_ARGS_MAX] = {0};
    (void)pc;
    if (h->t->failed)
        return;
    for (unsigned i = 0; i < h->probe->nargs; i++)
        arg[i] = probe_argument(h->t, &h->probe->arg[i]);
    h->handle(h->t, arg);
}

static void warn_of_arguments(struct tracker *t, const struct probe *p,
                              unsigned needed)
{
    if (t->warning[0] == '\0')
        snprintf(t->warning, sizeof t->warning,
                 "%.60s: probe %.24s at 0x%" PRIx64
                 " has %u arguments where %u are needed; left out",
                 symbols_name(t->kernel), p->name, p->pc, p->nargs, needed);
}

static int hook_one(struct tracker *t, const struct probe *p, char *why,
                    size_t n)
{
    for (size_t i = 0; i < sizeof used / sizeof used[0]; i++) {
        if (strcmp(p->name, used[i].name) != 0)
            continue;
        if (p->nargs < used[i].nargs) {
            warn_of_arguments(t, p, used[i].nargs);
            return 0;
        }
        struct probe_hook *h = &t->hook[t->hooks++];
        *h = (struct probe_hook){t, p, used[i].handle, -1};
        h->watch = cpu_watch(t->cpu, p->pc, on_hit, h);
        if (h->watch < 0) {
            snprintf(why, n, "probe %s at 0x%" PRIx64 ": cannot be watched",
                     p->name, p->pc);
            return -1;
        }
        if (used[i].handle == saw_switch)
            t->has_switch = true;
    }
    return 0;
}

int probes_hook(struct tracker *t, char *why, size_t n)
{
    size_t probes = 0;
    const struct probe *p =
        t->kernel != NULL ? symbols_probes(t->kernel, &probes) : NULL;
    if (probes == 0)
        return 0;
    if (symbols_probes_why(t->kernel)[0] != '\0')
        snprintf(t->warning, sizeof t->warning, "%s",
                 symbols_probes_why(t->kernel));
    t->hook = calloc(probes, sizeof *t->hook);
    if (t->hook == NULL) {
        snprintf(why, n, "tracker: out of memory");
        return -1;
    }
    for (size_t i = 0; i < probes; i++)
        if (strcmp(p[i].provider, PLAT_PROBE_PROVIDER) == 0 &&
            hook_one(t, &p[i], why, n) != 0)
            return -1;
    return 0;
}

void probes_unhook(struct tracker *t)
{
    for (size_t i = 0; i < t->hooks; i++)
        if (t->hook[i].watch >= 0)
            cpu_unwatch(t->cpu, t->hook[i].watch);
    free(t->hook);
}
