/*
 * recording_crossings.c - what the tracker tells, as rows.
 *
 * A crossing's rows are written when it closes: everything is known then.
 * Texts are written once each, as far as the last few thousand go back: a
 * program that makes the same call again and again pays for it once.
 */
#include "recording_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTHING                                                                \
    (struct value)                                                             \
    {                                                                          \
        .type = VALUE_NULL                                                     \
    }

/* ---- Texts that repeat ---- */

static uint32_t hash_text(const char *text)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (; *text != '\0'; text++)
        hash = (hash ^ (uint8_t)*text) * 16777619u;
    return hash;
}

static struct value intern(struct recording *r, const char *text)
{
    struct interned *slot = &r->interned[hash_text(text) % INTERNED];
    if (slot->text != NULL && strcmp(slot->text, text) == 0)
        return value_number(slot->id);
    free(slot->text);
    slot->text = strdup(text);
    slot->id = ++r->texts;
    struct value row[] = {value_number(slot->id), value_text(text)};
    recording_put(r, TABLE_TEXT, row);
    return value_number(slot->id);
}

/* ---- Whose it is ---- */

static bool is_who(const struct who *w, const struct crossing *c)
{
    return w->id != 0 && w->pid == c->pid && w->root == c->root &&
           w->trapframe == c->trapframe_va && strcmp(w->name, c->process) == 0;
}

/* Its place among the processes, from the newest on: a pid may be used again.
 */
static uint64_t process_place(struct recording *r, const struct crossing *c)
{
    for (size_t i = tracker_processes(r->tracker); i-- > 0;) {
        const struct process *p = tracker_process_at(r->tracker, i);
        if (p->pid != c->pid || (c->pid == 0 && p->root != c->root))
            continue;
        recording_put_sources(r, p->symbols);
        return i + 1;
    }
    return 0;
}

static uint64_t who_id(struct recording *r, const struct crossing *c)
{
    if (is_who(&r->who[r->last_who], c))
        return r->who[r->last_who].id;
    for (unsigned i = 0; i < WHO_MAX; i++)
        if (is_who(&r->who[i], c)) {
            r->last_who = i;
            return r->who[i].id;
        }
    r->last_who = r->next_who++ % WHO_MAX;
    struct who *w = &r->who[r->last_who];
    *w = (struct who){
        ++r->whos, process_place(r, c), c->root, c->trapframe_va, c->pid, ""};
    snprintf(w->name, sizeof w->name, "%s", c->process);
    struct value row[] = {value_number(w->id),
                          value_number(w->process),
                          value_number((uint64_t)(int64_t)w->pid),
                          value_number(w->root),
                          value_number(w->trapframe),
                          value_text(w->name)};
    recording_put(r, TABLE_WHO, row);
    return w->id;
}

/* ---- What hangs on a crossing ---- */

static struct value signed_value(int64_t number)
{
    return value_number((uint64_t)number);
}

static void put_transfer(struct recording *r, uint64_t crossing, uint64_t at,
                         const struct transfer *x)
{
    struct value row[] = {
        value_number(crossing),        value_number(at),
        value_number(x->kind),         value_number(x->clock),
        value_number(x->user_va),      value_number(x->kernel_va),
        value_number(x->user_pa),      value_number(x->length),
        value_number(x->done),         signed_value(x->error),
        value_number(x->why),          value_number(x->ring_op),
        value_blob(x->data, x->shown),
    };
    recording_put(r, TABLE_TRANSFER, row);
}

static void put_mapping(struct recording *r, uint64_t crossing, uint64_t at,
                        const struct mapping *m)
{
    struct value row[] = {
        value_number(crossing), value_number(at),        value_number(m->kind),
        value_number(m->clock), value_number(m->root),   value_number(m->va),
        value_number(m->pa),    value_number(m->old_pa), value_number(m->flags),
        value_number(m->bytes), value_number(m->window),
    };
    recording_put(r, TABLE_MAPPING, row);
}

static void put_link(struct recording *r, uint64_t crossing, uint64_t at,
                     const struct link *l)
{
    struct value row[] = {
        value_number(crossing),      value_number(at),
        value_number(l->from),       value_number(l->channel),
        value_number(l->offset),     value_number(l->bytes),
        value_number(l->port),       signed_value(l->id),
        value_number(l->descriptor), signed_value(l->fd_from),
        signed_value(l->fd_to),
    };
    recording_put(r, TABLE_LINK, row);
}

/* Exceptions count from 0 upwards, interrupts with the sign bit, as in
 * scause. */
static void put_nested(struct recording *r, uint64_t crossing, uint64_t at,
                       const struct nested_trap *n)
{
    struct value row[] = {value_number(crossing), value_number(at),
                          value_number(n->clock), value_number(n->cause),
                          value_number(n->tval),  value_number(n->pc)};
    recording_put(r, TABLE_NESTED, row);
}

static void put_ring_op(struct recording *r, uint64_t crossing, uint64_t at,
                        const struct ring_op *op)
{
    char text[200];
    ring_op_text(tracker_abi(r->tracker), op, text, sizeof text);
    struct value row[] = {
        value_number(crossing),   value_number(at),
        value_number(op->clock),  value_number(op->op),
        signed_value(op->fd),     value_number(op->buffer),
        value_number(op->length), value_number(op->user_data),
        value_number(op->done),   signed_value(op->result),
        value_text(text),
    };
    recording_put(r, TABLE_RING, row);
}

static void put_parts(struct recording *r, const struct crossing *c)
{
    for (size_t i = 0; i < c->transfers; i++)
        put_transfer(r, c->number, i, &c->transfer[i]);
    for (size_t i = 0; i < c->mappings; i++)
        put_mapping(r, c->number, i, &c->mapping[i]);
    for (size_t i = 0; i < c->links; i++)
        put_link(r, c->number, i, &c->link[i]);
    for (size_t i = 0; i < c->nesteds; i++)
        put_nested(r, c->number, i, &c->nested[i]);
    for (size_t i = 0; i < c->ring_ops; i++)
        put_ring_op(r, c->number, i, &c->ring_op[i]);
}

/* ---- The crossing itself ---- */

/* A call without arguments is named by its number, and needs no text. */
static struct value what(struct recording *r, const struct crossing *c)
{
    char text[1024];
    if (c->kind == CROSSING_CALL && c->call != NULL && c->call->nargs == 0)
        return NOTHING;
    crossing_describe(r->tracker, c, text, sizeof text);
    return intern(r, text);
}

static bool is_plain_number(const struct crossing *c)
{
    enum abi_kind kind = c->call != NULL ? c->call->result : ABI_NONE;
    bool small = c->result < (uint64_t)1 << 32;
    return c->kind == CROSSING_CALL && c->outcome == OUTCOME_RETURNED &&
           small &&
           (kind == ABI_INT || kind == ABI_PID || kind == ABI_FD ||
            kind == ABI_SIZE || kind == ABI_UINT);
}

/* The result as the trace says it, unless it is the number itself. */
static struct value answer(struct recording *r, const struct crossing *c)
{
    char text[160];
    if (c->outcome == OUTCOME_OPEN || is_plain_number(c))
        return NOTHING;
    crossing_result(r->tracker, c, text, sizeof text);
    return intern(r, text);
}

static unsigned arguments_of(const struct crossing *c)
{
    if (c->kind != CROSSING_CALL)
        return 0;
    return c->call != NULL ? c->call->nargs : 6;
}

/* What the pointers among them led to. */
static void put_arguments(struct recording *r, const struct crossing *c)
{
    for (unsigned i = 0; i < 6; i++)
        if (c->arg_text[i] != NULL) {
            struct value row[] = {value_number(c->number), value_number(i),
                                  intern(r, c->arg_text[i])};
            recording_put(r, TABLE_ARGUMENT, row);
        }
}

static void put_sequel(struct recording *r, const struct crossing *c)
{
    if (c->wait_status == 0 && c->signal == 0 && c->handler == 0 &&
        c->frame == 0 && c->resumes == 0 && c->restarts == 0 && !c->executed &&
        c->block_count == 0 && c->gave_to == 0 && c->woken_by == 0 &&
        c->fork_child == 0 && c->outcome != OUTCOME_NEVER_RETURNS)
        return;
    bool over = c->outcome == OUTCOME_NEVER_RETURNS;
#define UNLESS_ZERO(x) ((x) != 0 ? signed_value((int64_t)(x)) : NOTHING)
    struct value row[] = {
        value_number(c->number),
        over ? signed_value(c->wait_status) : NOTHING,
        UNLESS_ZERO(c->signal),
        UNLESS_ZERO(c->handler),
        UNLESS_ZERO(c->frame),
        UNLESS_ZERO(c->resumes),
        UNLESS_ZERO(c->restarts),
        value_number(c->executed),
        c->block_count != 0 ? value_text(c->blocked_on) : NOTHING,
        UNLESS_ZERO(c->gave_to),
        UNLESS_ZERO(c->woken_by),
        UNLESS_ZERO(c->fork_child),
    };
#undef UNLESS_ZERO
    recording_put(r, TABLE_SEQUEL, row);
}

/* A crossing in the kernel for ever has no elapsed time, result or pc. */
static void put_crossing(struct recording *r, const struct crossing *c)
{
    bool call = c->kind == CROSSING_CALL, open = c->outcome == OUTCOME_OPEN;
    bool back = !open && c->outcome != OUTCOME_NEVER_RETURNS;
    unsigned n = 0, arguments = arguments_of(c);
    struct value row[COLUMNS_MAX];
    row[n++] = value_number(c->number);
    row[n++] = value_number(who_id(r, c));
    row[n++] = value_number(c->kind);
    row[n++] = value_number(c->cause & 0xffff);
    row[n++] = value_number(c->tval);
    row[n++] = value_number(c->why);
    row[n++] = value_number(c->user_pc);
    row[n++] = value_number(c->clock_in);
    row[n++] = value_number(c->traps_in);
    row[n++] = call ? value_number(c->arg[7]) : NOTHING;
    row[n++] = what(r, c);
    for (unsigned i = 0; i < 6; i++)
        row[n++] = i < arguments ? value_number(c->arg[i]) : NOTHING;
    row[n++] = value_number(c->outcome);
    row[n++] = open ? NOTHING : value_number(c->clock_out - c->clock_in);
    row[n++] = call && back ? value_number(c->result) : NOTHING;
    row[n++] = answer(r, c);
    row[n++] = back ? value_number(c->return_pc - c->user_pc) : NOTHING;
    row[n++] = value_number(c->own_insns);
    row[n++] = value_number(c->satp_writes);
    row[n++] = value_number(c->fences);
    row[n++] = value_number(c->traps);
    row[n++] = value_number(c->returns);
    row[n++] = value_number(c->bytes_in);
    row[n++] = value_number(c->bytes_out);
    row[n++] = value_number(c->pages_mapped);
    row[n++] = value_number(c->pages_unmapped);
    row[n++] = value_number(c->block_count);
    recording_put(r, TABLE_CROSSING, row);
    if (c->call != NULL)
        put_arguments(r, c);
    put_sequel(r, c);
    put_parts(r, c);
}

/* ---- Open and closed ---- */

static void note_open(struct recording *r, uint64_t number)
{
    if (r->opens == r->open_room) {
        size_t room = r->open_room * 2 + 16;
        uint64_t *grown = realloc(r->open, room * sizeof *grown);
        if (grown == NULL)
            abort(); /* sixteen bytes a process that is in the kernel */
        r->open = grown;
        r->open_room = room;
    }
    r->open[r->opens++] = number;
}

static void note_closed(struct recording *r, uint64_t number)
{
    for (size_t i = r->opens; i-- > 0;)
        if (r->open[i] == number) {
            memmove(&r->open[i], &r->open[i + 1],
                    (r->opens - i - 1) * sizeof *r->open);
            r->opens--;
            return;
        }
}

void recording_put_open(struct recording *r)
{
    for (size_t i = 0; i < r->opens; i++)
        put_crossing(r, tracker_crossing(r->tracker, r->open[i]));
    r->opens = 0;
}

/* ---- The console ---- */

void recording_put_console(struct recording *r)
{
    if (r->console.n == 0)
        return;
    struct value row[] = {
        value_number(++r->consoles), value_number(r->console.clock),
        signed_value(r->console.pid), value_number(r->console.crossing),
        value_blob(r->console.bytes, r->console.n)};
    recording_put(r, TABLE_CONSOLE, row);
    r->console.n = 0;
}

static void add_console(struct recording *r, const struct event *e)
{
    uint64_t crossing = e->crossing != NULL ? e->crossing->number : 0;
    if (r->console.n > 0 &&
        (r->console.pid != e->pid || r->console.crossing != crossing))
        recording_put_console(r);
    if (r->console.n == 0) {
        r->console.clock = e->clock;
        r->console.pid = e->pid;
        r->console.crossing = crossing;
    }
    r->console.bytes[r->console.n++] = e->byte;
    if (e->byte == '\n' || r->console.n == CONSOLE_MAX)
        recording_put_console(r);
}

/* ---- Events ---- */

/* Of no crossing: there is none that would bring it along. */
static void put_loose(struct recording *r, const struct event *e)
{
    if (e->kind == EVENT_TRANSFER)
        put_transfer(r, 0, r->loose[OF_TRANSFER]++, e->transfer);
    else if (e->kind == EVENT_MAP)
        put_mapping(r, 0, r->loose[OF_MAPPING]++, e->mapping);
    else if (e->kind == EVENT_LINK)
        put_link(r, 0, r->loose[OF_LINK]++, e->link);
    else if (e->kind == EVENT_NESTED)
        put_nested(r, 0, r->loose[OF_NESTED]++, e->nested);
    else if (e->kind == EVENT_RING)
        put_ring_op(r, 0, r->loose[OF_RING]++, e->ring_op);
}

static void on_event(void *ctx, const struct event *e)
{
    struct recording *r = ctx;
    if (e->kind == EVENT_CONSOLE) {
        add_console(r, e);
        return;
    }
    if (e->crossing == NULL) {
        put_loose(r, e);
        return;
    }
    if (e->kind == EVENT_ENTER) {
        note_open(r, e->crossing->number);
    } else if (e->kind == EVENT_LEAVE || e->kind == EVENT_NEVER) {
        note_closed(r, e->crossing->number);
        put_crossing(r, e->crossing);
        if (r->batch_rows >= BATCH_ROWS)
            recording_commit(r);
    }
}

static void on_input(void *ctx, const uint8_t *bytes, size_t n, bool piped)
{
    struct recording *r = ctx;
    struct value row[] = {
        value_number(++r->inputs),
        value_number(machine_clock(r->machine)),
        value_number(cpu_traps(machine_cpu(r->machine))),
        bytes != NULL ? value_blob(bytes, n) : NOTHING,
        value_number(piped),
    };
    recording_put(r, TABLE_INPUT, row);
}

static void on_input_end(void *ctx)
{
    on_input(ctx, NULL, 0, false);
}

void recording_listen(struct recording *r)
{
    struct machine_observer o = {
        .ctx = r, .input = on_input, .input_end = on_input_end};
    machine_observe(r->machine, &o);
    tracker_listen(r->tracker, on_event, r);
}

void recording_unlisten(struct recording *r)
{
    machine_unobserve(r->machine, r);
    tracker_unlisten(r->tracker, r);
}

/* ---- At the end ---- */

void recording_put_processes(struct recording *r)
{
    size_t first = r->rows.compare ? 0 : r->processes;
    for (size_t i = first; i < tracker_processes(r->tracker); i++) {
        const struct process *p = tracker_process_at(r->tracker, i);
        if (p->state == PROCESS_GONE && i == r->processes)
            r->processes++; /* nothing of it changes any more */
        struct value row[] = {
            value_number(i + 1),         signed_value(p->pid),
            signed_value(p->parent),     value_number(p->root),
            value_text(p->name),         value_text(p->path),
            value_number(p->state),      value_number(p->born),
            value_number(p->died),       signed_value(p->wait_status),
            value_number(p->crossings),  value_number(p->own_insns),
            value_number(p->user_insns),
        };
        recording_put(r, TABLE_PROCESS, row);
    }
}

void recording_put_tallies(struct recording *r)
{
    static const struct {
        const char *name;
        size_t at;
    } what_row[] = {
#define ROW(name) {#name, offsetof(struct tally, name)}
        ROW(calls),        ROW(faults),       ROW(interrupts),
        ROW(mode_changes), ROW(traps),        ROW(returns),
        ROW(satp_writes),  ROW(fences),       ROW(user_insns),
        ROW(kernel_insns), ROW(switches),     ROW(copies),
        ROW(bytes_copied), ROW(pages_mapped), ROW(pages_unmapped),
        ROW(pages_shown),
#undef ROW
    };
    static const char *const part_name[] = {"rest", "timer"};
    for (unsigned part = 0; part < TALLY_PARTS; part++) {
        struct tally t = tracker_tally(r->tracker, (enum tally_part)part);
        for (size_t i = 0; i < sizeof what_row / sizeof what_row[0]; i++) {
            uint64_t count;
            memcpy(&count, (const uint8_t *)&t + what_row[i].at, sizeof count);
            struct value row[] = {value_text(part_name[part]),
                                  value_text(what_row[i].name),
                                  value_number(count)};
            recording_put(r, TABLE_TALLY, row);
        }
    }
}
