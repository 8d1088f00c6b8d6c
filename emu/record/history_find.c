/*
 * history_find.c - to a moment of which one knows what happens there: the trap
 * of a crossing, or whatever a search backwards is told to look for.
 */
#include "history_internal.h"

/* ---- By crossings ---- */

/* A future that was not run yet is run until it is there. */
static bool crossing_at(struct history *h, uint64_t number, struct moment *at)
{
    struct machine_stop stop = {.reason = MACHINE_LIMIT};
    int pid;
    while (number > tracker_known(h->tracker) &&
           moment_compare(h->seen, history_newest(h)) < 0 &&
           stop.reason == MACHINE_LIMIT) {
        history_reach(h, h->seen);
        uint64_t until = history_keep_due(h);
        history_run(h, until, &stop);
    }
    return tracker_when(h->tracker, number, &at->clock, &at->traps, &pid);
}

bool history_goto_crossing(struct history *h, uint64_t number)
{
    struct moment at, now = history_now(h);
    if (h->tracker == NULL)
        return false;
    if (crossing_at(h, number, &at))
        return history_goto(h, at);
    history_reach(h, now);
    return false;
}

bool history_back_crossing(struct history *h, int pid)
{
    struct moment at, now = history_now(h);
    int whose;
    uint64_t n = h->tracker != NULL ? tracker_count(h->tracker) : 0;
    for (; n > 0; n--)
        if (tracker_when(h->tracker, n, &at.clock, &at.traps, &whose) &&
            moment_compare(at, now) < 0 && (pid == 0 || pid == whose))
            return history_goto(h, at);
    return false;
}

/* ---- By searching ---- */

void history_hit(struct history *h)
{
    struct moment now = history_now(h);
    if (!h->searching || moment_compare(now, h->limit) >= 0)
        return;
    h->hit = now;
    h->any_hit = true;
}

/* The stretch that begins at snapshot i, up to the limit. */
static void search_stretch(struct history *h, size_t i,
                           const struct history_search *s)
{
    struct moment end = h->limit;
    if (i + 1 < machine_past_count(h->past) &&
        moment_compare(history_moment_of(h, i + 1), end) < 0)
        end = history_moment_of(h, i + 1);
    history_restore(h, i);
    h->searching = true;
    s->arm(s->ctx);
    history_run_to(h, end);
    s->disarm(s->ctx);
    h->searching = false;
}

/* May a stretch hold what is searched for? NULL: any may. */
typedef bool stretch_fn(const void *ctx, size_t snapshot);

static bool search_back(struct history *h, const struct history_search *s,
                        stretch_fn *may, const void *may_ctx)
{
    struct moment now = history_now(h);
    size_t i = history_snapshot_before(h, now);
    h->limit = now;
    h->any_hit = false;
    if (moment_compare(history_moment_of(h, i), now) == 0 && i-- == 0)
        return false;
    for (;; i--) {
        if (may == NULL || may(may_ctx, i))
            search_stretch(h, i, s);
        if (h->any_hit)
            return history_goto(h, h->hit);
        if (i == 0 || (s->go_on != NULL && !s->go_on(s->ctx)))
            break;
    }
    history_reach(h, now);
    return false;
}

bool history_search_back(struct history *h, const struct history_search *s)
{
    return search_back(h, s, NULL, NULL);
}

/* ---- The last write ---- */

struct write_search {
    struct history *h;
    uint64_t pa;
    size_t n;
    int watch;
};

static void on_write(void *ctx, uint64_t pa, unsigned size,
                     enum machine_access what)
{
    struct write_search *w = ctx;
    (void)pa, (void)size, (void)what;
    history_hit(w->h);
}

static void watch_writes(void *ctx)
{
    struct write_search *w = ctx;
    w->watch = machine_watch_memory(w->h->machine, w->pa, w->n, MACHINE_STORES,
                                    on_write, w);
}

static void unwatch_writes(void *ctx)
{
    struct write_search *w = ctx;
    if (w->watch >= 0)
        machine_unwatch_memory(w->h->machine, w->watch);
}

/* Nothing is run again where no page of these bytes was written. */
static bool may_write(const void *ctx, size_t snapshot)
{
    const struct write_search *w = ctx;
    uint64_t last = w->pa + (w->n - 1);
    for (uint64_t pa = w->pa; pa < last; pa += 4096)
        if (machine_past_wrote(w->h->past, snapshot, pa))
            return true;
    return machine_past_wrote(w->h->past, snapshot, last);
}

bool history_last_write(struct history *h, uint64_t pa, size_t n)
{
    struct write_search w = {.h = h, .pa = pa, .n = n};
    struct history_search s = {&w, watch_writes, unwatch_writes, NULL};
    return n > 0 && machine_ram(h->machine, pa, n) != NULL &&
           search_back(h, &s, may_write, &w);
}
