/*
 * processes.c - the processes that the tracker knows: by pid where the kernel
 * says it (probes), by page-table root where only the hardware speaks.
 */
#include "state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct proc *process_look(const struct tracker *t, uint32_t index)
{
    return list_at(&t->s.procs, index);
}

struct proc *process_at(struct tracker *t, uint32_t index)
{
    past_note(t, JOURNAL_PROCS, index);
    return list_at(&t->s.procs, index);
}

static const struct proc *look_pid(const struct tracker *t, int pid)
{
    for (size_t i = t->s.lives; pid != 0 && i-- > 0;) {
        const struct proc *p = process_look(t, t->s.live[i]);
        if (p->pub.pid == pid)
            return p;
    }
    return NULL;
}

const struct proc *process_look_root(const struct tracker *t, uint64_t root)
{
    for (size_t i = t->s.lives; i-- > 0;) {
        const struct proc *p = process_look(t, t->s.live[i]);
        if (p->pub.root == root && p->pub.state != PROCESS_ZOMBIE)
            return p;
    }
    return NULL;
}

struct proc *process_of_pid(struct tracker *t, int pid)
{
    const struct proc *p = look_pid(t, pid);
    return p != NULL ? process_at(t, p->index) : NULL;
}

struct proc *process_of_root(struct tracker *t, uint64_t root)
{
    const struct proc *p = process_look_root(t, root);
    return p != NULL ? process_at(t, p->index) : NULL;
}

static bool room_for_live(struct tracker_state *s)
{
    if (s->lives < s->live_room)
        return true;
    size_t room = s->live_room * 2 + 16;
    uint32_t *grown = realloc(s->live, room * sizeof *grown);
    if (grown == NULL)
        return false;
    s->live = grown;
    s->live_room = room;
    return true;
}

static struct proc *new_process(struct tracker *t)
{
    struct tracker_state *s = &t->s;
    struct proc *p = room_for_live(s) ? past_add(t, JOURNAL_PROCS) : NULL;
    if (p == NULL)
        return tracker_failed(t);
    p->index = s->procs.count - 1;
    s->live[s->lives++] = p->index;
    p->live = true;
    p->pub.born = machine_clock(t->machine);
    return p;
}

void process_set_name(struct proc *p, const char *name)
{
    snprintf(p->pub.name, sizeof p->pub.name, "%s", name);
}

struct proc *process_need_pid(struct tracker *t, int pid)
{
    struct proc *p = process_of_pid(t, pid);
    if (p == NULL && (p = new_process(t)) != NULL)
        p->pub.pid = pid;
    return p;
}

struct proc *process_need_root(struct tracker *t, uint64_t root)
{
    /* Nearly always the one that ran last. */
    if (t->s.owner != 0) {
        struct proc *p = process_at(t, t->s.owner - 1);
        if (p->pub.root == root && p->live && p->pub.state != PROCESS_ZOMBIE)
            return p;
    }
    struct proc *p = process_of_root(t, root);
    if (p == NULL && (p = new_process(t)) != NULL) {
        p->pub.root = root;
        snprintf(p->pub.name, sizeof p->pub.name, "root 0x%" PRIx64,
                 root >> 12);
    }
    return p;
}

/* Whoever was known only by this root was this process all along. */
void process_set_root(struct tracker *t, struct proc *p, uint64_t root)
{
    struct proc *other = process_of_root(t, root);
    if (other != NULL && other != p)
        other->pub.root = UINT64_MAX;
    p->pub.root = root;
}

void process_gone(struct tracker *t, struct proc *p)
{
    struct tracker_state *s = &t->s;
    uint32_t index = p->index;
    p->pub.state = PROCESS_GONE;
    p->live = false;
    for (size_t i = 0; i < s->lives; i++)
        if (s->live[i] == index) {
            memmove(&s->live[i], &s->live[i + 1],
                    (s->lives - i - 1) * sizeof *s->live);
            s->lives--;
            return;
        }
}

void process_open(struct proc *p, uint64_t number)
{
    /* With probes there is one at a time; a second means that the first's
     * return was never seen, and it will not be. */
    if (p->pub.pid != 0)
        p->opens = 0;
    if (p->opens == OPEN_MAX) {
        memmove(&p->open[0], &p->open[1], (OPEN_MAX - 1) * sizeof p->open[0]);
        p->opens--;
    }
    p->open[p->opens++] = number;
    p->pub.open = number;
}

bool process_close(struct proc *p, uint64_t number)
{
    for (unsigned i = 0; i < p->opens; i++)
        if (p->open[i] == number) {
            memmove(&p->open[i], &p->open[i + 1],
                    (p->opens - i - 1) * sizeof p->open[0]);
            p->opens--;
            p->pub.open = p->opens > 0 ? p->open[p->opens - 1] : 0;
            return true;
        }
    return false;
}

/* ---- Answers ---- */

/* The image is found when somebody asks; that is no change of the process. */
static const struct process *show(const struct tracker *t, const struct proc *p)
{
    struct proc *cached = (struct proc *)(uintptr_t)p;
    if (p == NULL)
        return NULL;
    if (p->live)
        cached->pub.symbols =
            image_symbols((struct tracker *)(uintptr_t)t, cached, 0);
    return &p->pub;
}

size_t tracker_processes(const struct tracker *t)
{
    return t->s.procs.count;
}

const struct process *tracker_process_at(const struct tracker *t, size_t i)
{
    return i < t->s.procs.count ? show(t, process_look(t, (uint32_t)i)) : NULL;
}

const struct process *tracker_process(const struct tracker *t, int pid)
{
    const struct proc *p = look_pid(t, pid);
    for (uint32_t i = t->s.procs.count; pid != 0 && p == NULL && i-- > 0;)
        if (process_look(t, i)->pub.pid == pid)
            p = process_look(t, i);
    return show(t, p);
}

const struct process *tracker_process_by_root(const struct tracker *t,
                                              uint64_t root)
{
    return show(t, process_look_root(t, root));
}
