/*
 * assemble.c - the struct crossing of crossing.h, put together from the
 * compact records when somebody looks. A ring of them is kept, each extended
 * where it stands while its crossing goes on: records are only ever appended.
 */
#include "state.h"

#include <stdlib.h>
#include <string.h>

#define VIEWS 64

/* One growing array of a view. */
struct part {
    void *item;
    size_t count, room;
    uint32_t last; /* index + 1 of the last record taken in */
};

struct view {
    struct crossing c;
    struct part part[CHAINS];
};

struct views {
    struct view view[VIEWS];
    uint64_t number[VIEWS]; /* theirs, side by side: looked through each time */
    unsigned next;
};

struct views *views_create(void)
{
    return calloc(1, sizeof(struct views));
}

void views_free(struct views *v)
{
    if (v == NULL)
        return;
    for (unsigned i = 0; i < VIEWS; i++)
        for (unsigned k = 0; k < CHAINS; k++)
            free(v->view[i].part[k].item);
    free(v);
}

void views_forget(struct views *v)
{
    memset(v->number, 0, sizeof v->number);
}

static struct view *view_of(struct views *v, uint64_t number)
{
    for (unsigned i = 0; i < VIEWS; i++)
        if (v->number[i] == number)
            return &v->view[i];
    unsigned slot = v->next++ % VIEWS;
    struct view *view = &v->view[slot];
    v->number[slot] = number;
    for (unsigned k = 0; k < CHAINS; k++)
        view->part[k].count = view->part[k].last = 0;
    memset(&view->c, 0, sizeof view->c);
    view->c.number = number;
    return view;
}

/* Room for one more item; NULL: out of memory. */
static void *grow(struct part *p, size_t bytes)
{
    if (p->count == p->room) {
        size_t room = p->room * 2 + 4;
        void *grown = realloc(p->item, room * bytes);
        if (grown == NULL)
            return NULL;
        p->item = grown;
        p->room = room;
    }
    return (uint8_t *)p->item + p->count++ * bytes;
}

struct transfer transfer_of(const struct tracker *t,
                            const struct transfer_record *r)
{
    struct transfer out = {
        .kind = (enum transfer_kind)r->kind,
        .clock = r->clock,
        .user_va = r->user_va,
        .kernel_va = r->kernel_va,
        .length = r->length,
        .done = r->done,
        .error = r->error,
        .user_pa = r->user_pa,
        .ring_op = r->ring_op,
        .stopped_va = r->error != 0 ? r->user_va + r->done : 0,
        .why = (enum sv39_why)r->why,
        .shown = r->shown,
    };
    if (r->shown > 0)
        memcpy(out.data, bytes_at(&t->s.bytes, r->data), r->shown);
    return out;
}

/* The record of one kind after the last one taken in; NULL: there is none. */
static const void *next_record(const struct list *list, const struct record *r,
                               enum chain_kind kind, struct part *p,
                               size_t next_offset)
{
    uint32_t index = r->chain[kind].first;
    if (p->last == r->chain[kind].last)
        return NULL;
    if (p->last != 0)
        memcpy(&index,
               (const uint8_t *)list_at(list, p->last - 1) + next_offset,
               sizeof index);
    if (index == 0)
        return NULL;
    p->last = index;
    return list_at(list, index - 1);
}

#define NEXT(kind, list, type)                                                 \
    next_record(&s->list, r, kind, &v->part[kind], offsetof(struct type, next))

static void extend_parts(const struct tracker *t, struct view *v,
                         const struct record *r)
{
    const struct tracker_state *s = &t->s;
    const struct transfer_record *transfer;
    const struct mapping_record *mapping;
    const struct ring_record *ring;
    const struct link_record *link;
    const struct nested_record *nested;
    const struct string_record *string;
    void *slot;
    while ((transfer = NEXT(CHAIN_TRANSFER, transfers, transfer_record)))
        if ((slot = grow(&v->part[CHAIN_TRANSFER], sizeof(struct transfer))))
            *(struct transfer *)slot = transfer_of(t, transfer);
    while ((mapping = NEXT(CHAIN_MAPPING, mappings, mapping_record)))
        if ((slot = grow(&v->part[CHAIN_MAPPING], sizeof mapping->m)))
            *(struct mapping *)slot = mapping->m;
    while ((ring = NEXT(CHAIN_RING, rings, ring_record)))
        if ((slot = grow(&v->part[CHAIN_RING], sizeof ring->op)))
            *(struct ring_op *)slot = ring->op;
    while ((link = NEXT(CHAIN_LINK, links, link_record)))
        if ((slot = grow(&v->part[CHAIN_LINK], sizeof link->l)))
            *(struct link *)slot = link->l;
    while ((nested = NEXT(CHAIN_NESTED, nesteds, nested_record)))
        if ((slot = grow(&v->part[CHAIN_NESTED], sizeof nested->n)))
            *(struct nested_trap *)slot = nested->n;
    while ((string = NEXT(CHAIN_STRING, strings, string_record)))
        v->c.arg_text[string->arg] =
            (const char *)bytes_at(&s->bytes, string->text);
}

static void fill_arguments(const struct tracker *t, struct crossing *c,
                           const struct record *r)
{
    if (r->saved_args == 0)
        return;
    c->arg[7] = *(const uint64_t *)list_at(&t->s.args, r->args);
    for (uint32_t i = 1; i < r->saved_args; i++)
        c->arg[i - 1] = *(const uint64_t *)list_at(&t->s.args, r->args + i);
    c->call = tracker_call(t, c->arg[7]);
}

/* Cut to its room. Twice for each crossing as it passes: snprintf's way through
 * its format is a good part of what recording costs. */
static void copy_text(char *to, size_t room, const char *from)
{
    size_t n = strnlen(from, room - 1);
    memcpy(to, from, n);
    to[n] = '\0';
}

static void fill(const struct tracker *t, struct crossing *c,
                 const struct record *r)
{
    c->pid = r->pid;
    c->root = r->root;
    copy_text(c->process, sizeof c->process, tracker_text(t, r->name));
    c->kind = (enum crossing_kind)r->kind;
    c->cause = r->cause | (r->interrupt ? CPU_CAUSE_INTERRUPT : 0);
    c->tval = r->tval;
    c->user_pc = r->user_pc;
    c->clock_in = r->clock_in;
    c->traps_in = r->traps_in;
    c->clock_out = r->clock_out;
    c->result = r->result;
    c->outcome = (enum crossing_outcome)r->outcome;
    c->wait_status = r->wait_status;
    c->signal = r->signal;
    c->return_pc = r->return_pc;
    c->handler = r->handler;
    c->frame = r->frame;
    c->resumes = r->resumes;
    c->resumed_by = r->resumed_by;
    c->restarts = r->restarts;
    c->restarted_by = r->restarted_by;
    c->executed = r->executed;
    c->trapframe_va = r->trapframe_va;
    c->own_insns = r->own_insns;
    c->satp_writes = r->satp_writes;
    c->fences = r->fences;
    c->traps = r->traps;
    c->returns = r->returns;
    c->bytes_in = r->bytes_in;
    c->bytes_out = r->bytes_out;
    c->pages_mapped = r->pages_mapped;
    c->pages_unmapped = r->pages_unmapped;
    c->block_count = r->block_count;
    c->slept_at = r->slept_at;
    copy_text(c->blocked_on, sizeof c->blocked_on,
              tracker_text(t, r->blocked_on));
    c->woken_by = r->woken_by;
    c->why = (enum sv39_why)r->why;
    c->gave_to = r->gave_to;
    c->fork_child = (uint64_t)r->fork_child;
    fill_arguments(t, c, r);
}

static void point_at_parts(struct view *v)
{
    struct crossing *c = &v->c;
    c->transfer = v->part[CHAIN_TRANSFER].item;
    c->transfers = v->part[CHAIN_TRANSFER].count;
    c->mapping = v->part[CHAIN_MAPPING].item;
    c->mappings = v->part[CHAIN_MAPPING].count;
    c->ring_op = v->part[CHAIN_RING].item;
    c->ring_ops = v->part[CHAIN_RING].count;
    c->link = v->part[CHAIN_LINK].item;
    c->links = v->part[CHAIN_LINK].count;
    c->nested = v->part[CHAIN_NESTED].item;
    c->nesteds = v->part[CHAIN_NESTED].count;
}

/* One that is to come has a view of its own, under another key: when it has
 * come it begins anew. */
#define TO_COME (UINT64_C(1) << 63)

static const struct crossing *assemble(const struct tracker *t, uint64_t key,
                                       const struct record *r)
{
    struct view *v = view_of(t->views, key);
    extend_parts(t, v, r);
    fill(t, &v->c, r);
    point_at_parts(v);
    v->c.cycles = cost_cycles(&t->cost, &v->c);
    return &v->c;
}

const struct crossing *tracker_crossing(const struct tracker *t,
                                        uint64_t number)
{
    const struct record *r = tracker_look(t, number);
    return r != NULL ? assemble(t, number, r) : NULL;
}

bool tracker_to_come(const struct tracker *t, uint64_t number,
                     struct crossing *out)
{
    if (number <= t->s.records.count || number > t->s.records.known)
        return false;
    const struct record *r = list_at(&t->s.records, (uint32_t)number - 1);
    *out = *assemble(t, number | TO_COME, r);
    out->number = number;
    return true;
}
