/*
 * past.c - the tracker at another moment of the run. History (emu/record) keeps
 * moments, each with the tracker_state of then; this file keeps the records and
 * processes in step, which alone change after they were added.
 *
 * Between two neighbouring moments stands a journal of those that changed on
 * the way and were there before: while the tracker is at the later moment it
 * holds what they were at the earlier, and the other way round. Moving along is
 * swapping. What changes behind the last moment goes into a scratch journal,
 * which is undone before moving, or becomes the journal of a new moment.
 *
 * What was added later than the moment at which the tracker stands stays in the
 * lists, beyond their counts, as it was at the first moment after it was added.
 * When the run comes by again it adds the same items in the same places; a
 * record or process starts anew then, so the scratch journal keeps it too.
 */
#include "state.h"

#include <stdlib.h>
#include <string.h>

struct tracker_kept {
    struct tracker_state state; /* its lists' chunks are not ours */
    struct journal journal;     /* from here to the next kept moment */
};

/* ---- Journals ---- */

static bool room(void **items, size_t count, size_t *have, size_t bytes)
{
    if (count < *have)
        return true;
    size_t want = *have * 2 + 16;
    void *grown = realloc(*items, want * bytes);
    if (grown == NULL)
        return false;
    *items = grown;
    *have = want;
    return true;
}

static bool journal_record(struct journal *j, uint32_t index,
                           const struct record *r)
{
    void *items = j->record;
    if (!room(&items, j->records, &j->record_room, sizeof *j->record))
        return false;
    j->record = items;
    j->record[j->records++] = (struct journal_record){index, *r};
    return true;
}

static bool journal_proc(struct journal *j, uint32_t index,
                         const struct proc *p)
{
    void *items = j->proc;
    if (!room(&items, j->procs, &j->proc_room, sizeof *j->proc))
        return false;
    j->proc = items;
    j->proc[j->procs++] = (struct journal_proc){index, *p};
    return true;
}

static void journal_free(struct journal *j)
{
    free(j->record);
    free(j->proc);
    memset(j, 0, sizeof *j);
}

/* ---- While the machine runs ---- */

void past_note_record(struct tracker *t, uint32_t index)
{
    struct record *r = list_at(&t->s.records, index);
    if (!t->keeps || index >= t->old_records || r->stamp == t->stamp)
        return;
    if (!journal_record(&t->scratch, index, r))
        tracker_failed(t);
    r->stamp = t->stamp;
}

void past_note_proc(struct tracker *t, uint32_t index)
{
    struct proc *p = list_at(&t->s.procs, index);
    if (!t->keeps || index >= t->old_procs || p->stamp == t->stamp)
        return;
    if (!journal_proc(&t->scratch, index, p))
        tracker_failed(t);
    p->stamp = t->stamp;
}

struct record *past_add_record(struct tracker *t)
{
    struct list *l = &t->s.records;
    bool again = l->count < l->known;
    if (again && !journal_record(&t->scratch, l->count, list_at(l, l->count)))
        return NULL;
    struct record *r = list_add(l);
    if (r != NULL)
        memset(r, 0, sizeof *r);
    return r;
}

struct proc *past_add_proc(struct tracker *t)
{
    struct list *l = &t->s.procs;
    bool again = l->count < l->known;
    if (again && !journal_proc(&t->scratch, l->count, list_at(l, l->count)))
        return NULL;
    struct proc *p = list_add(l);
    if (p != NULL)
        memset(p, 0, sizeof *p);
    return p;
}

/* A new stretch begins here. */
static void begin(struct tracker *t)
{
    t->keeps = true;
    t->stamp++;
    t->old_records = t->s.records.count;
    t->old_procs = t->s.procs.count;
}

/* ---- Keeping a moment ---- */

static bool copy_state(struct tracker_state *to,
                       const struct tracker_state *from)
{
    *to = *from;
    to->live = malloc((from->lives + 1) * sizeof *to->live);
    to->put = malloc((from->puts + 1) * sizeof *to->put);
    if (to->live == NULL || to->put == NULL) {
        free(to->live);
        free(to->put);
        return false;
    }
    if (from->lives > 0)
        memcpy(to->live, from->live, from->lives * sizeof *to->live);
    if (from->puts > 0)
        memcpy(to->put, from->put, from->puts * sizeof *to->put);
    return true;
}

/* What the scratch journal overwrote of items that are later than the last
 * moment is how they will be at the next one: it moves to that journal. */
static bool split_scratch(const struct tracker *t,
                          const struct journal *scratch, struct journal *old,
                          struct journal *later)
{
    for (size_t i = 0; i < scratch->records; i++) {
        const struct journal_record *e = &scratch->record[i];
        if (!journal_record(e->index < t->old_records ? old : later, e->index,
                            &e->was))
            return false;
    }
    for (size_t i = 0; i < scratch->procs; i++) {
        const struct journal_proc *e = &scratch->proc[i];
        if (!journal_proc(e->index < t->old_procs ? old : later, e->index,
                          &e->was))
            return false;
    }
    return true;
}

struct tracker_kept *tracker_keep(struct tracker *t,
                                  struct tracker_kept *before)
{
    struct tracker_kept *k = calloc(1, sizeof *k);
    struct journal old = {0};
    if (k == NULL || !copy_state(&k->state, &t->s)) {
        free(k);
        return NULL;
    }
    if (before != NULL) {
        size_t records = before->journal.records, procs = before->journal.procs;
        if (!split_scratch(t, &t->scratch, &old, &before->journal)) {
            before->journal.records = records;
            before->journal.procs = procs;
            journal_free(&old);
            free(k->state.live);
            free(k->state.put);
            free(k);
            return NULL;
        }
        k->journal = before->journal;
        before->journal = old;
    }
    journal_free(&t->scratch);
    begin(t);
    return k;
}

void tracker_kept_free(struct tracker_kept *k)
{
    if (k == NULL)
        return;
    journal_free(&k->journal);
    free(k->state.live);
    free(k->state.put);
    free(k);
}

size_t tracker_kept_bytes(const struct tracker_kept *k)
{
    return sizeof *k + k->journal.record_room * sizeof *k->journal.record +
           k->journal.proc_room * sizeof *k->journal.proc +
           k->state.lives * sizeof *k->state.live +
           k->state.puts * sizeof *k->state.put;
}

/* ---- Moving ---- */

static void swap(struct tracker *t, struct journal *j)
{
    for (size_t i = 0; i < j->records; i++) {
        struct record *r = list_at(&t->s.records, j->record[i].index);
        struct record was = *r;
        *r = j->record[i].was;
        j->record[i].was = was;
    }
    for (size_t i = 0; i < j->procs; i++) {
        struct proc *p = list_at(&t->s.procs, j->proc[i].index);
        struct proc was = *p;
        *p = j->proc[i].was;
        j->proc[i].was = was;
    }
}

/* Everything of then, but the stores and how much they hold of the future. */
static void load_state(struct tracker *t, const struct tracker_state *then)
{
    struct tracker_state now = t->s;
    struct list *list[TRACKER_LISTS], *store[TRACKER_LISTS];
    t->s = *then;
    tracker_lists(&t->s, list);
    tracker_lists(&now, store);
    for (size_t i = 0; i < TRACKER_LISTS; i++) {
        store[i]->count = list[i]->count;
        *list[i] = *store[i];
    }
    now.bytes.used = then->bytes.used;
    t->s.bytes = now.bytes;
    t->s.live = now.live; /* room was there then, and only grows */
    t->s.live_room = now.live_room;
    t->s.put = now.put;
    t->s.put_room = now.put_room;
    if (then->lives > 0)
        memcpy(t->s.live, then->live, then->lives * sizeof *then->live);
    if (then->puts > 0)
        memcpy(t->s.put, then->put, then->puts * sizeof *then->put);
}

void tracker_go(struct tracker *t, struct tracker_kept *const *kept,
                size_t from, size_t to)
{
    swap(t, &t->scratch);
    journal_free(&t->scratch);
    for (; from > to; from--)
        swap(t, &kept[from - 1]->journal);
    for (; from < to; from++)
        swap(t, &kept[from]->journal);
    load_state(t, &kept[to]->state);
    views_forget(t->views);
    begin(t);
}

/* ---- Forgetting ---- */

static int by_record(const void *a, const void *b)
{
    const struct journal_record *x = a, *y = b;
    return (x->index > y->index) - (x->index < y->index);
}

static int by_proc(const void *a, const void *b)
{
    const struct journal_proc *x = a, *y = b;
    return (x->index > y->index) - (x->index < y->index);
}

static void sort_journal(struct journal *j)
{
    if (j->records > 0)
        qsort(j->record, j->records, sizeof *j->record, by_record);
    if (j->procs > 0)
        qsort(j->proc, j->procs, sizeof *j->proc, by_proc);
}

static bool has_record(const struct journal *j, size_t n, uint32_t index,
                       struct record **was)
{
    struct journal_record key = {.index = index};
    struct journal_record *e =
        n > 0 ? bsearch(&key, j->record, n, sizeof key, by_record) : NULL;
    *was = e != NULL ? &e->was : NULL;
    return e != NULL;
}

static bool has_proc(const struct journal *j, size_t n, uint32_t index,
                     struct proc **was)
{
    struct journal_proc key = {.index = index};
    struct journal_proc *e =
        n > 0 ? bsearch(&key, j->proc, n, sizeof key, by_proc) : NULL;
    *was = e != NULL ? &e->was : NULL;
    return e != NULL;
}

/* Adds the second stretch's entries to the first's. Being later than both, an
 * entry says what was, so the first's counts; being earlier, it says what will
 * be, so the second's does. Items that were added in the first stretch are in
 * no journal of the whole: they are, being earlier, as they will be. */
static bool join(struct tracker *t, struct tracker_kept *first,
                 struct tracker_kept *second, bool later)
{
    struct journal *a = &first->journal, *b = &second->journal;
    size_t records = a->records, procs = a->procs;
    sort_journal(a);
    for (size_t i = 0; i < b->records; i++) {
        struct journal_record *e = &b->record[i];
        struct record *was;
        if (e->index >= first->state.records.count) {
            if (!later)
                *(struct record *)list_at(&t->s.records, e->index) = e->was;
        } else if (!has_record(a, records, e->index, &was)) {
            if (!journal_record(a, e->index, &e->was))
                return false;
        } else if (!later) {
            *was = e->was;
        }
    }
    for (size_t i = 0; i < b->procs; i++) {
        struct journal_proc *e = &b->proc[i];
        struct proc *was;
        if (e->index >= first->state.procs.count) {
            if (!later)
                *(struct proc *)list_at(&t->s.procs, e->index) = e->was;
        } else if (!has_proc(a, procs, e->index, &was)) {
            if (!journal_proc(a, e->index, &e->was))
                return false;
        } else if (!later) {
            *was = e->was;
        }
    }
    return true;
}

bool tracker_forget(struct tracker *t, struct tracker_kept *before,
                    struct tracker_kept *kept, bool later)
{
    /* What the tracker overwrote since the moment it stands at is no state of
     * a kept moment: only from a moment itself can the future be rewritten. */
    if (!later && (t->scratch.records > 0 || t->scratch.procs > 0))
        return false;
    if (!join(t, before, kept, later))
        return false;
    tracker_kept_free(kept);
    return true;
}

void tracker_cut(struct tracker *t, struct tracker_kept *at)
{
    struct list *list[TRACKER_LISTS];
    tracker_lists(&t->s, list);
    journal_free(&at->journal);
    ports_forget(t->moments, t->s.port_events.count);
    for (size_t i = 0; i < TRACKER_LISTS; i++)
        list[i]->known = list[i]->count;
    /* Overwritten future items have no future any more. */
    size_t records = 0, procs = 0;
    struct journal *s = &t->scratch;
    for (size_t i = 0; i < s->records; i++)
        if (s->record[i].index < t->old_records)
            s->record[records++] = s->record[i];
    for (size_t i = 0; i < s->procs; i++)
        if (s->proc[i].index < t->old_procs)
            s->proc[procs++] = s->proc[i];
    s->records = records;
    s->procs = procs;
}

void tracker_quiet(struct tracker *t, bool quiet)
{
    t->quiet = quiet;
}

uint64_t tracker_known(const struct tracker *t)
{
    return t->s.records.known;
}

bool tracker_when(const struct tracker *t, uint64_t number, uint64_t *clock,
                  uint64_t *traps, int *pid)
{
    if (number == 0 || number > t->s.records.known)
        return false;
    const struct record *r = list_at(&t->s.records, (uint32_t)number - 1);
    *clock = r->clock_in;
    *traps = r->traps_in;
    *pid = r->pid;
    return true;
}

void past_free(struct tracker *t)
{
    journal_free(&t->scratch);
}
