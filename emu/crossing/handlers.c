/*
 * handlers.c - signals: which crossing a handler interrupted, which sigreturn
 * came back to it, and which call is an interrupted one made again.
 *
 *     #12 read ... < to handler 0x10400 (SIGUSR1)
 *     #13 write, from within the handler
 *     #14 sigreturn < resumes #12
 *     #15 read (restarts #12)
 *
 * A handler may never return (longjmp); its frame is then forgotten when
 * another is pushed in its place or above.
 */
#include "state.h"

#include <inttypes.h>
#include <string.h>

void handler_starts(struct tracker *t, struct proc *p, int signal, uint64_t va,
                    bool again)
{
    struct record *r = tracker_record(t, p->pub.open);
    if (r == NULL)
        return;
    while (p->handlers > 0 && p->handler[p->handlers - 1].va <= va)
        p->handlers--;
    if (p->handlers == HANDLERS_MAX) { /* the outermost gives way */
        p->handlers--;
        memmove(&p->handler[0], &p->handler[1],
                p->handlers * sizeof p->handler[0]);
    }
    p->handler[p->handlers++] = (struct handler_frame){p->pub.open, va, again};
    r->handler = (uint8_t)signal;
    r->frame = va;
}

void handler_ends(struct tracker *t, struct proc *p, uint64_t va)
{
    struct record *r = tracker_record(t, p->pub.open);
    if (r == NULL)
        return;
    r->frame = va;
    while (p->handlers > 0 && p->handler[p->handlers - 1].va < va)
        p->handlers--;
    if (p->handlers == 0 || p->handler[p->handlers - 1].va != va)
        return;
    const struct handler_frame *h = &p->handler[--p->handlers];
    struct record *interrupted = tracker_record(t, h->crossing);
    r->resumes = h->crossing;
    if (interrupted != NULL)
        interrupted->resumed_by = p->pub.open;
    p->restart = h->again ? h->crossing : 0;
}

void handler_call(struct tracker *t, struct proc *p, uint64_t number)
{
    struct record *r = tracker_record(t, number);
    struct record *before = tracker_record(t, p->restart);
    if (before != NULL && before->user_pc == r->user_pc) {
        r->restarts = p->restart;
        before->restarted_by = number;
    }
    p->restart = 0;
}

void handlers_fork(struct proc *child, const struct proc *parent)
{
    memcpy(child->handler, parent->handler, sizeof child->handler);
    child->handlers = parent->handlers;
}

void handlers_forget(struct proc *p)
{
    p->handlers = 0;
    p->restart = 0;
}

void handler_put(struct writer *w, const struct tracker *t,
                 const struct crossing *c)
{
    char name[24];
    if (c->outcome != OUTCOME_TO_HANDLER)
        return;
    if (c->handler == 0) {
        put_text(w, " A signal handler at 0x%" PRIx64 " runs.", c->return_pc);
        return;
    }
    put_text(w,
             " %s came: the kernel put all registers into a frame on the "
             "process's own stack, at 0x%" PRIx64
             ", and sent it to its handler at 0x%" PRIx64 ".",
             signal_name(t, c->handler, name, sizeof name), c->frame,
             c->return_pc);
    if (c->resumed_by != 0)
        put_text(w, " #%" PRIu64 ", sigreturn, took them back.", c->resumed_by);
    if (c->restarted_by != 0)
        put_text(w, " Then the call was made again, as #%" PRIu64 ".",
                 c->restarted_by);
}
