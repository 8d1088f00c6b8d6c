/*
 * rights.c - what a port name of a task now stands for, told as an event: the
 * trace's `right` lines.
 *
 *     right    0x203: receive, send, 3 references, port 2
 *     right    0x203: free
 *
 * The kernel's probe speaks up whenever it has touched a name; what stayed as
 * it was is not told.
 */
#include "ports.h"
#include "state.h"

#include <inttypes.h>

/* The name as it stood before; NULL: it was free. */
static const struct port_name *as_it_was(const struct tracker *t,
                                         const struct port_event *e)
{
    const struct ports *p = tracker_ports(t, UINT64_MAX);
    for (size_t i = p != NULL ? p->names : 0; i-- > 0;)
        if (p->name[i].pid == e->pid && p->name[i].name == e->name)
            return &p->name[i];
    return NULL;
}

static bool the_same(const struct port_name *was, const struct port_event *e)
{
    if (was == NULL)
        return e->rights == 0;
    return was->rights == e->rights && was->refs == e->size &&
           (was->port == e->port || e->rights & PORT_DEAD_NAME);
}

static void put_right(struct writer *w, const struct port_event *e,
                      const struct proc *running)
{
    static const struct {
        unsigned bit;
        const char *word;
    } kind[] = {{PORT_RECEIVE, "receive"},
                {PORT_SEND, "send"},
                {PORT_SEND_ONCE, "send-once"},
                {PORT_SET, "port set"},
                {PORT_DEAD_NAME, "dead name"}};
    const char *between = ": ";
    put_text(w, "0x%" PRIx32, e->name);
    if (running == NULL || running->pub.pid != e->pid)
        put_text(w, " of pid %" PRId32, e->pid);
    if (e->rights == 0)
        put_text(w, ": free");
    for (size_t i = 0; i < sizeof kind / sizeof kind[0]; i++)
        if (e->rights & kind[i].bit) {
            put_text(w, "%s%s", between, kind[i].word);
            between = ", ";
        }
    if (e->rights & (PORT_SEND | PORT_DEAD_NAME))
        put_text(w, ", %" PRIu32 " reference%s", e->size,
                 e->size == 1 ? "" : "s");
    if (e->rights & ~(unsigned)PORT_DEAD_NAME)
        put_text(w, ", port %" PRIu64, e->port);
}

void rights_say(struct tracker *t, const struct port_event *e,
                const struct proc *running)
{
    char text[120];
    struct writer w = writer_on(text, sizeof text);
    if (t->listeners == 0 || t->quiet || the_same(as_it_was(t, e), e))
        return;
    put_right(&w, e, running);
    tracker_say(t, &(struct event){.kind = EVENT_RIGHT, .text = text},
                t->s.current, running);
}
