/*
 * stage_ports.c - the scene's ports: each task's names, the ports that they
 * mean, the messages that wait, as things stood at the end of the crossing
 * looked at.
 */
#include "stage_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void stage_ports_free(struct scene_ports *p)
{
    free(p->task);
    free(p->name);
    free(p->port);
    free(p->message);
    *p = (struct scene_ports){0};
}

/* All that is ever filled in at once; false: out of memory. */
static bool make_room(struct scene_ports *p, const struct ports *from)
{
    stage_ports_free(p);
    p->task = calloc(from->names + 1, sizeof *p->task);
    p->name = calloc(from->names + 1, sizeof *p->name);
    p->port = calloc(from->ports + 1, sizeof *p->port);
    p->message = calloc(from->messages + 1, sizeof *p->message);
    return p->task && p->name && p->port && p->message;
}

/* ---- Names ---- */

static int by_task(const void *a, const void *b)
{
    const struct port_name *x = *(const struct port_name *const *)a;
    const struct port_name *y = *(const struct port_name *const *)b;
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    return x->name < y->name ? -1 : x->name > y->name;
}

static size_t port_index(const struct scene_ports *p, uint64_t number)
{
    for (size_t i = 0; i < p->ports; i++)
        if (p->port[i].number == number)
            return i;
    return SCENE_NO_PORT;
}

static void add_task(struct stage *st, struct scene_ports *p, int pid)
{
    struct scene_task *task = &p->task[p->tasks++];
    task->pid = pid;
    task->first = p->names;
    stage_who(st, pid, 0, true, task->who, sizeof task->who);
}

static void add_names(struct stage *st, struct scene_ports *p,
                      const struct port_name **name, size_t n, uint64_t fresh)
{
    for (size_t i = 0; i < n; i++) {
        if (!p->tasks || p->task[p->tasks - 1].pid != name[i]->pid)
            add_task(st, p, name[i]->pid);
        p->name[p->names++] =
            (struct scene_name){.name = name[i]->name,
                                .rights = name[i]->rights,
                                .refs = name[i]->refs,
                                .task = p->tasks - 1,
                                .port = SCENE_NO_PORT,
                                .crossing = name[i]->crossing,
                                .fresh = name[i]->crossing == fresh};
        p->task[p->tasks - 1].names++;
    }
}

/* ---- Ports ---- */

static const char *call_name(const struct stage *st, uint64_t number)
{
    const struct crossing *c = tracker_crossing(st->tracker, number);
    return c && c->call ? c->call->name : "";
}

/* " from ports 5, 6", the set's members. */
static void list_members(const struct ports *from, uint64_t set, char *text,
                         size_t n)
{
    size_t used = 0, members = 0;
    for (size_t i = 0; i < from->ports && used < n; i++)
        if (from->port[i].set == set)
            used += (size_t)snprintf(text + used, n - used, "%s %" PRIu64,
                                     members++ ? "," : " from ports",
                                     from->port[i].number);
    if (!members)
        snprintf(text, n, ", but no port is in the set");
}

static void describe_port(struct stage *st, const struct ports *from,
                          const struct port *port, struct scene_port *out)
{
    const struct port_name *receiver = ports_receiver(from, port->number);
    char who[48];
    out->number = port->number;
    out->dead = port->dead;
    out->is_set = receiver && receiver->rights & PORT_SET;
    snprintf(out->title, sizeof out->title, "%s %" PRIu64,
             out->is_set ? "port set" : "port", port->number);
    size_t n = sizeof out->receiver;
    out->has_queue = !port->dead && !out->is_set && (receiver || port->travels);
    if (port->dead) {
        snprintf(out->receiver, n, "dead: its receive right is gone");
    } else if (receiver) {
        stage_who(st, receiver->pid, 0, true, who, sizeof who);
        int used = snprintf(out->receiver, n, "%s receives", who);
        if (out->is_set)
            list_members(from, port->number, out->receiver + used,
                         n - (size_t)used);
        else if (port->set)
            snprintf(out->receiver + used, n - (size_t)used,
                     ", by port set %" PRIu64, port->set);
    } else if (port->travels) {
        snprintf(out->receiver, n, "its receive right is in a message");
    } else {
        const struct crossing *c =
            tracker_crossing(st->tracker, port->crossing);
        const char *call = call_name(st, port->crossing);
        snprintf(out->receiver, n, "the kernel answers, in the sender's call");
        if (port->number == 0)
            snprintf(out->title, sizeof out->title, "host port");
        else if (strcmp(call, "mach_task_self_trap") == 0)
            snprintf(out->title, sizeof out->title, "task port of pid %d",
                     c->pid);
    }
}

/* Does the message say what its sender put in, or did the kernel make it? */
static bool is_from_task(const struct crossing *c, const struct port_message *m)
{
    int32_t id = 0;
    const struct transfer *t = c->transfers ? &c->transfer[0] : NULL;
    if (!t || t->kind != TRANSFER_COPYIN || t->shown < 24)
        return false;
    memcpy(&id, t->data + 20, sizeof id); /* msgh_id */
    return id == m->id && t->length == m->size;
}

static void add_message(struct stage *st, struct scene_ports *p,
                        const struct port_message *m, uint64_t fresh)
{
    struct scene_waiting *w = &p->message[p->messages++];
    const struct crossing *c = tracker_crossing(st->tracker, m->crossing);
    char name[48], who[48] = "the kernel";
    const char *word =
        abi_message_name(tracker_abi(st->tracker), m->id, name, sizeof name);
    char number[16];
    snprintf(number, sizeof number, "%d", m->id);
    snprintf(w->what, sizeof w->what, "%s%s%s", number,
             strcmp(word, number) ? " " : "", strcmp(word, number) ? word : "");
    if (c && is_from_task(c, m))
        stage_who(st, c->pid, c->root, false, who, sizeof who);
    snprintf(w->from, sizeof w->from, "from %s", who);
    if (c)
        snprintf(w->from + strlen(w->from), sizeof w->from - strlen(w->from),
                 ", #%" PRIu64, m->crossing);
    w->size = m->size;
    w->crossing = m->crossing;
    w->fresh = m->crossing == fresh;
}

static void add_messages(struct stage *st, struct scene_ports *p,
                         const struct ports *from, uint64_t fresh)
{
    for (size_t i = 0; i < p->ports; i++) {
        struct scene_port *port = &p->port[i];
        port->first = p->messages;
        for (size_t k = 0; k < from->messages; k++)
            if (from->message[k].port == port->number)
                add_message(st, p, &from->message[k], fresh);
        port->waiting = p->messages - port->first;
    }
}

/* Beside the name that receives, or the first that means it. */
static void anchor(struct scene_ports *p, const struct port_name **name,
                   size_t n)
{
    for (size_t i = n; i-- > 0;) {
        size_t at = name[i]->rights & PORT_DEAD_NAME
                        ? SCENE_NO_PORT
                        : port_index(p, name[i]->port);
        if (at != SCENE_NO_PORT)
            p->port[at].anchor = i;
    }
    for (size_t i = 0; i < n; i++)
        if (name[i]->rights & (PORT_RECEIVE | PORT_SET)) {
            size_t at = port_index(p, name[i]->port);
            if (at != SCENE_NO_PORT)
                p->port[at].anchor = i;
        }
}

static int by_anchor(const void *a, const void *b)
{
    const struct scene_port *x = a, *y = b;
    if (x->anchor != y->anchor)
        return x->anchor < y->anchor ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* A port of the kernel's that nobody has a name for is not shown. */
static bool is_shown(const struct ports *from, const struct port *port)
{
    for (size_t i = 0; i < from->names; i++)
        if (from->name[i].port == port->number &&
            !(from->name[i].rights & PORT_DEAD_NAME))
            return true;
    for (size_t i = 0; i < from->messages; i++)
        if (from->message[i].port == port->number)
            return true;
    return port->travels;
}

static void add_ports(struct stage *st, struct scene_ports *p,
                      const struct ports *from, const struct port_name **name)
{
    for (size_t i = 0; i < from->ports; i++)
        if (is_shown(from, &from->port[i])) {
            struct scene_port *out = &p->port[p->ports++];
            describe_port(st, from, &from->port[i], out);
            out->anchor = from->names;
        }
    anchor(p, name, from->names);
    if (p->ports)
        qsort(p->port, p->ports, sizeof *p->port, by_anchor);
}

/* ---- The moment ---- */

static uint64_t moment(const struct stage *st, uint64_t selected, char *text,
                       size_t n)
{
    const struct crossing *c = tracker_crossing(st->tracker, selected);
    snprintf(text, n, "now");
    if (!c)
        return UINT64_MAX;
    if (c->outcome == OUTCOME_OPEN) {
        snprintf(text, n, "now, in #%" PRIu64, selected);
        return UINT64_MAX;
    }
    snprintf(text, n, "at the end of #%" PRIu64, selected);
    return c->clock_out;
}

void stage_ports(struct stage *st, const struct stage_want *want,
                 struct scene *scene)
{
    struct scene_ports *p = &st->ports;
    char text[sizeof p->moment];
    uint64_t clock = moment(st, want->selected, text, sizeof text);
    uint64_t fresh = want->selected ? want->selected : scene->now.number;
    const struct ports *from = tracker_ports(st->tracker, clock);
    const struct port_name **name =
        from ? malloc((from->names + 1) * sizeof *name) : NULL;
    if (!name || !make_room(p, from)) {
        free(name);
        stage_ports_free(p);
        return;
    }
    for (size_t i = 0; i < from->names; i++)
        name[i] = &from->name[i];
    if (from->names)
        qsort(name, from->names, sizeof *name, by_task);
    add_names(st, p, name, from->names, fresh);
    add_ports(st, p, from, name);
    for (size_t i = 0; i < p->names; i++)
        if (!(p->name[i].rights & PORT_DEAD_NAME))
            p->name[i].port = port_index(p, name[i]->port);
    add_messages(st, p, from, fresh);
    free(name);
    snprintf(p->moment, sizeof p->moment, "%s", text);
    scene->ports = *p;
}
