/*
 * breaks_run.c - what is hit while a target runs. Armed, the breakpoints listen
 * to the machine (pc watches, traps, returns, memory watches); each event that
 * one of them names is checked against its space and its condition, and a hit
 * either asks the machine to stop (forwards) or is told to history, which
 * keeps the last (backwards).
 */
#include "breaks_internal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECENT 4096 /* crossings looked through for the one that returns */

/* ---- A hit ---- */

/* What happened, for the hit's text. */
struct happening {
    const struct crossing *crossing; /* or NULL */
    char what[200];
};

static bool condition_holds(struct entry *e, const struct happening *h,
                            char *error, size_t n)
{
    struct question q = {.target = e->breaks->target, .crossing = h->crossing};
    int64_t value = 0;
    error[0] = '\0';
    if (e->condition == NULL)
        return true;
    return !expression_value(e->condition, &q, &value, error, n) || value != 0;
}

static bool passes_over(struct breaks *b, struct entry *e)
{
    if (b->mode == BREAKS_SEARCH)
        return false;
    e->pub.hits++;
    if (e->pub.ignore == 0)
        return false;
    e->pub.ignore--;
    return true;
}

static void who_text(const struct target *t, char *text, size_t n)
{
    const struct process *p =
        tracker_process(t->tracker, tracker_current_pid(t->tracker));
    if (p != NULL)
        snprintf(text, n, "pid %d %s", p->pid, p->name);
    else
        snprintf(text, n, "the kernel");
}

static void take_hit(struct entry *e, const struct happening *h,
                     const char *error)
{
    struct breaks *b = e->breaks;
    char who[64];
    b->hit.number = e->pub.number;
    b->hit.at = history_now(b->target->history);
    b->hit.goes_on = e->pub.kind == BREAK_RETURN;
    who_text(b->target, who, sizeof who);
    snprintf(b->hit.text, sizeof b->hit.text, "%s: %s%s%s%s", who, h->what,
             error[0] != '\0' ? " (its condition cannot be answered: " : "",
             error, error[0] != '\0' ? ")" : "");
    if (b->mode == BREAKS_RUN)
        machine_request_stop(b->target->machine);
    else
        history_hit(b->target->history);
}

/* Something that this breakpoint names is about to happen. */
static void consider(struct entry *e, const struct happening *h)
{
    struct breaks *b = e->breaks;
    char error[160];
    struct moment now = history_now(b->target->history);
    if ((b->mode == BREAKS_RUN && b->hit.number != 0) ||
        (!e->pub.here && moment_compare(now, b->skip) == 0))
        return;
    if (condition_holds(e, h, error, sizeof error) && !passes_over(b, e))
        take_hit(e, h, error);
}

/* ---- Addresses ---- */

static bool space_holds(const struct entry *e, const struct target_place *p)
{
    switch (e->pub.space) {
    case SPACE_PROCESS:
        return p->priv == CPU_U && p->pid == e->pub.pid;
    case SPACE_KERNELS:
        return p->priv != CPU_U;
    default:
        return true;
    }
}

static void on_pc(void *ctx, uint64_t pc)
{
    const struct spot *s = ctx;
    struct target_place here = target_place(s->entry->breaks->target);
    struct happening h = {.crossing = NULL};
    char text[160];
    (void)pc;
    if (!space_holds(s->entry, &here) ||
        (s->symbols != NULL && here.symbols != s->symbols))
        return;
    target_place_text(&here, text, sizeof text);
    snprintf(h.what, sizeof h.what, "at %s", text);
    consider(s->entry, &h);
}

/* ---- Traps ---- */

static bool names_call(const struct entry *e, const struct crossing *c)
{
    char *end;
    unsigned long long number = strtoull(e->pub.place, &end, 10);
    if (e->pub.place[0] == '\0')
        return true;
    if (*end == '\0')
        return c->arg[7] == number;
    return c->call != NULL && strcmp(c->call->name, e->pub.place) == 0;
}

static bool names_trap(const struct entry *e, const struct cpu_trap *trap,
                       const struct crossing *c)
{
    bool user = trap->from == CPU_U;
    if (e->pub.space == SPACE_PROCESS && (c == NULL || c->pid != e->pub.pid))
        return false;
    switch (e->pub.kind) {
    case BREAK_CALL:
        return user && c != NULL && c->kind == CROSSING_CALL &&
               names_call(e, c);
    case BREAK_CAUSE:
        return trap->cause == e->pub.address;
    case BREAK_FAULT:
        return (trap->cause & CPU_CAUSE_INTERRUPT) == 0 &&
               (trap->cause < 8 || trap->cause > 11);
    case BREAK_INTERRUPT:
        return (trap->cause & CPU_CAUSE_INTERRUPT) != 0;
    case BREAK_TRAP:
        return user;
    default:
        return false;
    }
}

static void on_trap(void *ctx, const struct cpu_trap *trap)
{
    struct breaks *b = ctx;
    const struct crossing *c =
        trap->from == CPU_U ? tracker_current(b->target->tracker) : NULL;
    struct happening h = {.crossing = c};
    for (size_t i = 0; i < b->count; i++) {
        if (b->entry[i]->pub.disabled || !names_trap(b->entry[i], trap, c))
            continue;
        if (c != NULL) {
            int n =
                snprintf(h.what, sizeof h.what, "#%" PRIu64 " %s", c->number,
                         c->kind == CROSSING_CALL ? "call " : "");
            crossing_describe(b->target->tracker, c, h.what + n,
                              sizeof h.what - (size_t)n);
        } else {
            snprintf(h.what, sizeof h.what,
                     "%s at 0x%" PRIx64 ", in the kernel",
                     cpu_cause_name(trap->cause), trap->pc);
        }
        consider(b->entry[i], &h);
    }
}

/* ---- Returns ---- */

/* The crossing that this sret has just closed, or NULL. */
static const struct crossing *closed_now(const struct breaks *b)
{
    const struct tracker *t = b->target->tracker;
    uint64_t clock = machine_clock(b->target->machine) + 1;
    int pid = tracker_current_pid(t);
    uint64_t newest = tracker_count(t);
    for (uint64_t i = 0; i < RECENT && i < newest; i++) {
        const struct crossing *c = tracker_crossing(t, newest - i);
        if (c->outcome != OUTCOME_OPEN && c->clock_out == clock &&
            c->pid == pid)
            return c;
    }
    return NULL;
}

static void consider_return(struct entry *e, const struct crossing *c)
{
    const struct tracker *t = e->breaks->target->tracker;
    struct happening h = {.crossing = c};
    char call[120], result[48];
    if (c->kind != CROSSING_CALL || !names_call(e, c) ||
        (e->pub.space == SPACE_PROCESS && c->pid != e->pub.pid))
        return;
    crossing_describe(t, c, call, sizeof call);
    crossing_result(t, c, result, sizeof result);
    snprintf(h.what, sizeof h.what, "#%" PRIu64 " %s = %s", c->number, call,
             result);
    consider(e, &h);
}

/* On the way back to a program new things may have come: an image, a frame
 * under watched memory. */
static void notice_new(struct breaks *b)
{
    bool new = breaks_note_images(b);
    for (size_t i = 0; i < b->count; i++)
        if (!b->entry[i]->pub.disabled)
            new |= breaks_note_frames(b->entry[i]);
    if (!new)
        return;
    b->stale = true;
    if (b->mode == BREAKS_RUN)
        machine_request_stop(b->target->machine);
}

static void on_special(void *ctx, const struct cpu_special_event *event)
{
    struct breaks *b = ctx;
    bool returns =
        (event->what == CPU_SPECIAL_SRET || event->what == CPU_SPECIAL_MRET) &&
        event->to == CPU_U;
    const struct crossing *c = NULL;
    bool looked = false;
    for (size_t i = 0; returns && i < b->count; i++) {
        struct entry *e = b->entry[i];
        if (e->pub.disabled || e->pub.kind != BREAK_RETURN)
            continue;
        if (!looked)
            c = closed_now(b);
        looked = true;
        if (c != NULL)
            consider_return(e, c);
    }
    notice_new(b);
}

/* ---- Memory ---- */

static void describe_access(const struct piece *p, uint64_t pa, unsigned size,
                            enum machine_access what, struct happening *h)
{
    struct target *t = p->entry->breaks->target;
    struct target_place here = target_place(t);
    char place[120];
    uint64_t old = 0;
    bool known = size <= 8 && machine_ram(t->machine, pa, size) != NULL;
    if (known)
        memcpy(&old, machine_ram(t->machine, pa, size), size);
    target_place_text(&here, place, sizeof place);
    int n = snprintf(h->what, sizeof h->what,
                     "%s of %u bytes at physical 0x%" PRIx64,
                     what == MACHINE_LOADS    ? "load"
                     : what == MACHINE_STORES ? "store"
                                              : "load and store",
                     size, pa);
    if (known)
        n += snprintf(h->what + n, sizeof h->what - (size_t)n,
                      ", which hold 0x%" PRIx64, old);
    snprintf(h->what + n, sizeof h->what - (size_t)n, ", by %s", place);
}

static void on_memory(void *ctx, uint64_t pa, unsigned size,
                      enum machine_access what)
{
    struct piece *p = ctx;
    uint64_t now;
    struct happening h = {.crossing = NULL};
    if (!breaks_piece_frame(p, &now) || pa >= now + p->bytes ||
        pa + size <= now)
        return; /* the frame was its once, or will be */
    describe_access(p, pa, size, what, &h);
    consider(p->entry, &h);
}

/* ---- Arming ---- */

static void arm_entry(struct entry *e)
{
    struct target *t = e->breaks->target;
    for (size_t i = 0; i < e->spots; i++)
        e->spot[i].watch = cpu_watch(machine_cpu(t->machine), e->spot[i].va,
                                     on_pc, &e->spot[i]);
    for (size_t i = 0; i < e->pieces; i++) {
        struct piece *p = &e->piece[i];
        for (size_t j = 0; j < p->frames; j++)
            p->watch[j] =
                machine_watch_memory(t->machine, p->frame[j], p->bytes,
                                     e->pub.accesses, on_memory, p);
    }
}

static void disarm_entry(struct entry *e)
{
    struct target *t = e->breaks->target;
    for (size_t i = 0; i < e->spots; i++) {
        if (e->spot[i].watch >= 0)
            cpu_unwatch(machine_cpu(t->machine), e->spot[i].watch);
        e->spot[i].watch = -1;
    }
    for (size_t i = 0; i < e->pieces; i++) {
        struct piece *p = &e->piece[i];
        for (size_t j = 0; j < p->frames; j++) {
            if (p->watch[j] >= 0)
                machine_unwatch_memory(t->machine, p->watch[j]);
            p->watch[j] = -1;
        }
    }
}

static void observe(struct breaks *b)
{
    struct machine_observer o = {.ctx = b};
    for (size_t i = 0; i < b->count; i++) {
        const struct entry *e = b->entry[i];
        if (e->pub.disabled)
            continue;
        if (e->pub.kind >= BREAK_CALL && e->pub.kind != BREAK_RETURN &&
            e->pub.kind != BREAK_MEMORY)
            o.trap = on_trap;
        if (e->pub.kind == BREAK_RETURN || breaks_has_places(e))
            o.specials |= CPU_SPECIAL_SRET | CPU_SPECIAL_MRET;
        if (e->pub.kind == BREAK_MEMORY)
            o.specials |= CPU_SPECIAL_SRET | CPU_SPECIAL_MRET |
                          CPU_SPECIAL_SATP | CPU_SPECIAL_FENCE;
    }
    o.special = o.specials != 0 ? on_special : NULL;
    if (o.trap != NULL || o.special != NULL)
        machine_observe(b->target->machine, &o);
}

void breaks_arm(struct breaks *b, enum break_mode mode, struct moment skip)
{
    b->stale = false;
    b->mode = mode;
    b->skip = skip;
    breaks_note_images(b);
    for (size_t i = 0; i < b->count; i++) {
        struct entry *e = b->entry[i];
        if (e->pub.disabled)
            continue;
        breaks_find_spots(e);
        breaks_note_frames(e);
        arm_entry(e);
    }
    observe(b);
    b->armed = true;
}

void breaks_disarm(struct breaks *b)
{
    if (!b->armed)
        return;
    b->armed = false;
    machine_unobserve(b->target->machine, b);
    for (size_t i = 0; i < b->count; i++)
        disarm_entry(b->entry[i]);
}

const struct break_hit *breaks_hit(const struct breaks *b)
{
    return b->hit.number != 0 ? &b->hit : NULL;
}

void breaks_forget_hit(struct breaks *b)
{
    b->hit.number = 0;
}

bool breaks_stale(const struct breaks *b)
{
    return b->stale;
}
