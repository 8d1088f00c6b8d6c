/*
 * tracker.c - making and ending a tracker, charging time, closing crossings
 * and telling the listener. hardware.c and probes.c feed it.
 */
#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CSR_SATP 0x180

/* ---- Small stores ---- */

void *tracker_failed(struct tracker *t)
{
    if (!t->failed)
        snprintf(t->warning, sizeof t->warning,
                 "out of memory after %u crossings: nothing more is recorded",
                 t->s.records.count);
    t->failed = true;
    machine_request_stop(t->machine);
    return NULL;
}

const char *tracker_warning(const struct tracker *t)
{
    return t->warning;
}

/* Texts are few (names, reasons): a look through the newest is enough. */
uint32_t tracker_intern(struct tracker *t, const char *text)
{
    struct list *texts = &t->s.texts;
    for (uint32_t back = 1; back <= 64 && back <= texts->count; back++) {
        uint32_t i = texts->count - back;
        if (strcmp(tracker_text(t, i), text) == 0)
            return i;
    }
    uint64_t at = bytes_add(&t->s.bytes, text, strlen(text));
    uint64_t *slot = at != UINT64_MAX ? list_add(texts) : NULL;
    if (slot == NULL) {
        tracker_failed(t);
        return 0;
    }
    *slot = at;
    return texts->count - 1;
}

const char *tracker_text(const struct tracker *t, uint32_t text)
{
    if (text >= t->s.texts.count)
        return "";
    const uint64_t *at = list_at(&t->s.texts, text);
    return (const char *)bytes_at(&t->s.bytes, *at);
}

const struct record *tracker_look(const struct tracker *t, uint64_t number)
{
    if (number == 0 || number > t->s.records.count)
        return NULL;
    return list_at(&t->s.records, (uint32_t)number - 1);
}

struct record *tracker_record(struct tracker *t, uint64_t number)
{
    if (number == 0 || number > t->s.records.count)
        return NULL;
    past_note(t, JOURNAL_RECORDS, (uint32_t)number - 1);
    return list_at(&t->s.records, (uint32_t)number - 1);
}

uint32_t tracker_chain(struct tracker *t, uint64_t number, enum chain_kind kind,
                       struct list *list, size_t next_offset)
{
    if (t->failed || list_add(list) == NULL) {
        tracker_failed(t);
        return 0;
    }
    uint32_t index = list->count; /* index + 1 */
    struct record *r = tracker_record(t, number);
    if (r == NULL)
        return index;
    struct chain *c = &r->chain[kind];
    if (c->first == 0)
        c->first = index;
    else
        memcpy((uint8_t *)list_at(list, c->last - 1) + next_offset, &index,
               sizeof index);
    c->last = index;
    return index;
}

/* ---- Time ---- */

void tracker_charge(struct tracker *t, uint64_t executed)
{
    struct tracker_state *s = &t->s;
    uint64_t insns = executed - s->mark;
    s->mark = executed;
    if (s->owner == 0) {
        s->kernel_insns += insns;
        s->tally[TALLY_REST].kernel_insns += insns;
        return;
    }
    struct proc *p = process_at(t, s->owner - 1);
    if (s->in_user) {
        p->pub.user_insns += insns;
        s->tally[TALLY_REST].user_insns += insns;
        return;
    }
    p->pub.own_insns += insns;
    struct record *r = tracker_record(t, s->current);
    tracker_part(t, r)->kernel_insns += insns;
    if (r != NULL)
        r->own_insns += insns;
}

struct tally *tracker_part(struct tracker *t, const struct record *r)
{
    bool timer = r != NULL && r->interrupt && (r->cause == 5 || r->cause == 7);
    return &t->s.tally[timer ? TALLY_TIMER : TALLY_REST];
}

/* ---- Telling ---- */

enum event_source event_source_of(const struct tracker *t,
                                  const struct event *e)
{
    switch (e->kind) {
    case EVENT_ENTER:
    case EVENT_LEAVE:
    case EVENT_FORKED:
    case EVENT_NESTED:
    case EVENT_CONSOLE:
        return SOURCE_HW;
    case EVENT_UNFINISHED:
    case EVENT_RESUMED:
        return t->has_switch ? SOURCE_PROBE : SOURCE_HW;
    default:
        return SOURCE_PROBE;
    }
}

void tracker_say(struct tracker *t, struct event *e, uint64_t number,
                 const struct proc *p)
{
    if (t->listeners == 0 || t->quiet)
        return;
    if (e->clock == 0)
        e->clock = machine_clock(t->machine);
    e->crossing = tracker_crossing(t, number);
    e->pid = p != NULL ? p->pub.pid : 0;
    e->process = p != NULL ? p->pub.name : "";
    for (size_t i = 0; i < t->listeners; i++)
        t->listener[i].fn(t->listener[i].ctx, e);
}

/* The reader follows one crossing; when another process gets the hart, the one
 * left behind is unfinished, and resumed when it is back. */
void tracker_give_hart(struct tracker *t, struct proc *p)
{
    struct tracker_state *s = &t->s;
    struct record *left = tracker_record(t, s->line);
    if (left != NULL && left->outcome == OUTCOME_OPEN && p != NULL &&
        left->process != p->index) {
        left->suspended = true;
        left->gave_to = p->pub.pid;
        const struct proc *loser = process_at(t, left->process);
        tracker_say(t,
                    &(struct event){.kind = EVENT_UNFINISHED,
                                    .text = loser->pub.blocked_on},
                    s->line, loser);
        s->line = 0;
    }
    s->ending = 0;
    s->owner = p != NULL ? p->index + 1 : 0;
    s->current = p != NULL && p->opens > 0 ? p->open[p->opens - 1] : 0;
    struct record *back = tracker_record(t, s->current);
    if (back == NULL)
        return;
    s->line = s->current;
    if (back->suspended) {
        back->suspended = false;
        tracker_say(t, &(struct event){.kind = EVENT_RESUMED}, s->current, p);
    }
}

void tracker_close(struct tracker *t, uint64_t number,
                   enum crossing_outcome outcome, uint64_t clock)
{
    struct record *r = tracker_record(t, number);
    r->outcome = (uint8_t)outcome;
    r->clock_out = clock;
    process_close(process_at(t, r->process), number);
    if (t->s.line == number)
        t->s.line = 0;
    if (t->s.current == number)
        t->s.current = 0;
}

/* ---- Making and ending ---- */

static void set_item_sizes(struct tracker_state *s)
{
    s->records.item_bytes = sizeof(struct record);
    s->transfers.item_bytes = sizeof(struct transfer_record);
    s->mappings.item_bytes = sizeof(struct mapping_record);
    s->links.item_bytes = sizeof(struct link_record);
    s->rings.item_bytes = sizeof(struct ring_record);
    s->nesteds.item_bytes = sizeof(struct nested_record);
    s->strings.item_bytes = sizeof(struct string_record);
    s->port_events.item_bytes = sizeof(struct port_event);
    s->args.item_bytes = sizeof(uint64_t);
    s->procs.item_bytes = sizeof(struct proc);
    s->texts.item_bytes = sizeof(uint64_t);
}

void tracker_lists(struct tracker_state *s, struct list *list[TRACKER_LISTS])
{
    struct list *const all[TRACKER_LISTS] = {
        &s->records, &s->transfers, &s->mappings, &s->links,
        &s->rings,   &s->nesteds,   &s->strings,  &s->port_events,
        &s->args,    &s->procs,     &s->texts};
    memcpy(list, all, sizeof all);
}

/* The tables: given, else the kernel's own, else calls are shown raw. A kernel
 * without a note is no fault; one with a bad note is worth a warning. */
static void find_tables(struct tracker *t, const struct abi *given)
{
    t->abi = given;
    if (given != NULL || t->kernel == NULL)
        return;
    char why[sizeof t->warning];
    t->own_abi = abi_from_symbols(t->kernel, why, sizeof why);
    t->abi = t->own_abi;
    if (t->own_abi == NULL && strstr(why, "no table note") == NULL)
        snprintf(t->warning, sizeof t->warning, "%s", why);
}

static void start_state(struct tracker *t)
{
    set_item_sizes(&t->s);
    cpu_csr(t->cpu, CSR_SATP, &t->s.satp);
    t->s.mark = cpu_executed(t->cpu);
    t->s.in_user = cpu_privilege(t->cpu) == CPU_U;
    tracker_intern(t, "");
}

struct tracker *tracker_create(const struct tracker_desc *desc, char *why,
                               size_t why_bytes)
{
    struct tracker *t = calloc(1, sizeof *t);
    if (t == NULL || (t->views = views_create()) == NULL ||
        (t->moments = ports_create()) == NULL) {
        if (t != NULL)
            views_free(t->views);
        free(t);
        snprintf(why, why_bytes, "tracker: out of memory");
        return NULL;
    }
    t->machine = desc->machine;
    t->cpu = machine_cpu(desc->machine);
    t->kernel = desc->kernel;
    t->initrd = desc->initrd;
    t->initrd_bytes = desc->initrd_bytes;
    t->cost = desc->cost != NULL ? *desc->cost : cost_model_default;
    start_state(t);
    find_tables(t, desc->abi);
    arguments_index_calls(t);
    if (probes_hook(t, why, why_bytes) != 0) {
        tracker_destroy(t);
        return NULL;
    }
    hardware_observe(t);
    return t;
}

void tracker_destroy(struct tracker *t)
{
    if (t == NULL)
        return;
    struct tracker_state *s = &t->s;
    struct list *list[TRACKER_LISTS];
    tracker_lists(s, list);
    machine_unobserve(t->machine, t);
    probes_unhook(t);
    for (size_t i = 0; i < TRACKER_LISTS; i++)
        list_free(list[i]);
    bytes_free(&s->bytes);
    past_free(t);
    free(s->live);
    free(s->put);
    images_free(t);
    views_free(t->views);
    ports_free(t->moments);
    abi_free(t->own_abi);
    free(t);
}

bool tracker_listen(struct tracker *t, tracker_listener *fn, void *ctx)
{
    if (t->listeners == TRACKER_LISTENERS)
        return false;
    t->listener[t->listeners++] = (struct listener){fn, ctx};
    return true;
}

void tracker_unlisten(struct tracker *t, void *ctx)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->listeners; i++)
        if (t->listener[i].ctx != ctx)
            t->listener[kept++] = t->listener[i];
    t->listeners = kept;
}

/* ---- Answers ---- */

uint64_t tracker_count(const struct tracker *t)
{
    return t->s.records.count;
}

const struct crossing *tracker_current(const struct tracker *t)
{
    return tracker_crossing(t, t->s.current);
}

int tracker_current_pid(const struct tracker *t)
{
    return t->s.owner != 0 ? process_look(t, t->s.owner - 1)->pub.pid : 0;
}

uint64_t tracker_kernel_insns(const struct tracker *t)
{
    return t->s.kernel_insns;
}

struct tally tracker_tally(struct tracker *t, enum tally_part part)
{
    tracker_charge(t, cpu_executed(t->cpu));
    return t->s.tally[part];
}

const struct cost_model *tracker_cost(const struct tracker *t)
{
    return &t->cost;
}

bool tracker_panicked(const struct tracker *t, char *text, size_t n)
{
    snprintf(text, n, "%s", tracker_text(t, t->s.panic_text));
    return t->s.panicked;
}

const struct abi *tracker_abi(const struct tracker *t)
{
    return t->abi;
}

struct symbols *tracker_kernel_symbols(const struct tracker *t)
{
    return t->kernel;
}
