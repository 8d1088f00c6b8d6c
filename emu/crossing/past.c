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

/* ---- While the machine runs ---- */

static uint32_t *stamp_of(enum journal_kind kind, void *item)
{
    return kind == JOURNAL_RECORDS ? &((struct record *)item)->stamp
                                   : &((struct proc *)item)->stamp;
}

void past_note(struct tracker *t, enum journal_kind kind, uint32_t index)
{
    void *item = list_at(journal_list(&t->s, kind), index);
    if (!t->keeps || index >= t->old[kind] || *stamp_of(kind, item) == t->stamp)
        return;
    if (!journal_add(&t->scratch, kind, index, item))
        tracker_failed(t);
    *stamp_of(kind, item) = t->stamp;
}

void *past_add(struct tracker *t, enum journal_kind kind)
{
    struct list *l = journal_list(&t->s, kind);
    bool again = l->count < l->known;
    if (again &&
        !journal_add(&t->scratch, kind, l->count, list_at(l, l->count)))
        return NULL;
    void *item = list_add(l);
    if (item != NULL)
        memset(item, 0, journal_item_bytes(kind));
    return item;
}

/* A new stretch begins here. */
static void begin(struct tracker *t)
{
    t->keeps = true;
    t->stamp++;
    for (enum journal_kind k = 0; k < JOURNAL_KINDS; k++)
        t->old[k] = journal_list(&t->s, k)->count;
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
    for (enum journal_kind k = 0; k < JOURNAL_KINDS; k++)
        for (size_t i = 0; i < scratch->of[k].count; i++) {
            uint32_t index = journal_index(scratch, k, i);
            if (!journal_add(index < t->old[k] ? old : later, k, index,
                             journal_item(scratch, k, i)))
                return false;
        }
    return true;
}

static void kept_free_state(struct tracker_kept *k)
{
    free(k->state.live);
    free(k->state.put);
    free(k);
}

/* The scratch journal becomes that of the stretch up to k. */
static bool hand_over(struct tracker *t, struct tracker_kept *before,
                      struct tracker_kept *k)
{
    struct journal old = {0};
    size_t count[JOURNAL_KINDS];
    for (enum journal_kind i = 0; i < JOURNAL_KINDS; i++)
        count[i] = before->journal.of[i].count;
    if (!split_scratch(t, &t->scratch, &old, &before->journal)) {
        for (enum journal_kind i = 0; i < JOURNAL_KINDS; i++)
            before->journal.of[i].count = count[i];
        journal_free(&old);
        return false;
    }
    k->journal = before->journal;
    before->journal = old;
    return true;
}

struct tracker_kept *tracker_keep(struct tracker *t,
                                  struct tracker_kept *before)
{
    struct tracker_kept *k = calloc(1, sizeof *k);
    if (k == NULL || !copy_state(&k->state, &t->s)) {
        free(k);
        return NULL;
    }
    if (before != NULL && !hand_over(t, before, k)) {
        kept_free_state(k);
        return NULL;
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
    kept_free_state(k);
}

size_t tracker_kept_bytes(const struct tracker_kept *k)
{
    return sizeof *k + journal_bytes(&k->journal) +
           k->state.lives * sizeof *k->state.live +
           k->state.puts * sizeof *k->state.put;
}

/* ---- Moving ---- */

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
    journal_swap(&t->scratch, &t->s);
    journal_free(&t->scratch);
    for (; from > to; from--)
        journal_swap(&kept[from - 1]->journal, &t->s);
    for (; from < to; from++)
        journal_swap(&kept[from]->journal, &t->s);
    load_state(t, &kept[to]->state);
    views_forget(t->views);
    begin(t);
}

/* ---- Forgetting ---- */

/* Adds the second stretch's entries to the first's. Being later than both, an
 * entry says what was, so the first's counts; being earlier, it says what will
 * be, so the second's does. Items that were added in the first stretch are in
 * no journal of the whole: they are, being earlier, as they will be. */
static bool join_kind(struct tracker *t, struct tracker_kept *first,
                      const struct journal *second, enum journal_kind kind,
                      bool later)
{
    struct journal *a = &first->journal;
    size_t n = a->of[kind].count, bytes = journal_item_bytes(kind);
    uint32_t there = journal_list(&first->state, kind)->count;
    journal_sort(a, kind);
    for (size_t i = 0; i < second->of[kind].count; i++) {
        uint32_t index = journal_index(second, kind, i);
        const void *item = journal_item(second, kind, i);
        void *was;
        if (index >= there) {
            if (!later)
                memcpy(list_at(journal_list(&t->s, kind), index), item, bytes);
        } else if ((was = journal_find(a, kind, n, index)) == NULL) {
            if (!journal_add(a, kind, index, item))
                return false;
        } else if (!later) {
            memcpy(was, item, bytes);
        }
    }
    return true;
}

static bool is_empty(const struct journal *j)
{
    for (enum journal_kind k = 0; k < JOURNAL_KINDS; k++)
        if (j->of[k].count > 0)
            return false;
    return true;
}

bool tracker_forget(struct tracker *t, struct tracker_kept *before,
                    struct tracker_kept *kept, bool later)
{
    /* What the tracker overwrote since the moment it stands at is no state of
     * a kept moment: only from a moment itself can the future be rewritten. */
    if (!later && !is_empty(&t->scratch))
        return false;
    for (enum journal_kind k = 0; k < JOURNAL_KINDS; k++)
        if (!join_kind(t, before, &kept->journal, k, later))
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
    for (enum journal_kind k = 0; k < JOURNAL_KINDS; k++)
        journal_keep_below(&t->scratch, k, t->old[k]);
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
