/*
 * past.c - see past.h.
 *
 * Each page of RAM has a list of versions, one for each snapshot at which it
 * was found changed; what a page was at snapshot i is its last version not
 * later than i. Going back looks only at pages that were written since, or that
 * have a version on the way.
 */
#include "past.h"

#include "dirty.h"
#include "state.h"

#include <stdlib.h>
#include <string.h>

#define PAGES_PER_CLUSTER (DIRTY_CLUSTER / MACHINE_PAGE)

/* A page's bytes, shared by the versions that are equal. */
struct content {
    uint32_t references;
    uint64_t hash;
    uint8_t bytes[MACHINE_PAGE];
};

struct snapshot {
    size_t place; /* in past.snapshot */
    uint64_t clock, traps;
    uint64_t hart; /* cpu_hash */
    uint64_t ram;  /* the sum of all pages' hashes */
    struct machine_small small;
    uint32_t *page; /* those that have a version here */
    size_t pages, page_room;
    uint32_t *cluster; /* written on the way here from the one before */
    size_t clusters;
};

struct version {
    const struct snapshot *snapshot;
    struct content *content; /* NULL: all zero */
};

struct page_past {
    struct version *version; /* in order of time */
    uint32_t count, room;
};

struct machine_past {
    struct machine *m;
    struct dirty dirty;
    struct page_past *page;
    size_t pages;
    struct snapshot **snapshot;
    size_t count, room, at;
    size_t bytes;
};

/* ---- Versions ---- */

/* How many versions of a page are not later than place i. */
static uint32_t versions_until(const struct page_past *p, size_t i)
{
    uint32_t low = 0, high = p->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (p->version[middle].snapshot->place <= i)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct content *content_at(const struct machine_past *p, size_t page,
                                  size_t i)
{
    uint32_t n = versions_until(&p->page[page], i);
    return n > 0 ? p->page[page].version[n - 1].content : NULL;
}

static bool has_version(const struct machine_past *p, size_t page, size_t i)
{
    uint32_t n = versions_until(&p->page[page], i);
    return n > 0 && p->page[page].version[n - 1].snapshot->place == i;
}

static const uint8_t *bytes_of(const struct content *c)
{
    return c != NULL ? c->bytes : NULL;
}

static uint64_t hash_of(const struct content *c)
{
    return c != NULL ? c->hash : 0;
}

static void content_drop(struct machine_past *p, struct content *c)
{
    if (c == NULL || --c->references > 0)
        return;
    p->bytes -= sizeof *c;
    free(c);
}

/* A copy of a page of RAM; false: no memory. */
static bool content_new(struct machine_past *p, size_t index,
                        struct content **out)
{
    const uint8_t *page = p->m->ram + index * MACHINE_PAGE;
    *out = NULL;
    if (page_is_zero(page))
        return true;
    struct content *c = malloc(sizeof *c);
    if (c == NULL)
        return false;
    c->references = 1;
    c->hash = hash_page(p->m, index * MACHINE_PAGE);
    memcpy(c->bytes, page, MACHINE_PAGE);
    p->bytes += sizeof *c;
    *out = c;
    return true;
}

static bool note_page(struct machine_past *p, struct snapshot *s, size_t page)
{
    if (s->pages == s->page_room) {
        size_t room = s->page_room * 2 + 16;
        uint32_t *grown = realloc(s->page, room * sizeof *grown);
        if (grown == NULL)
            return false;
        p->bytes += (room - s->page_room) * sizeof *grown;
        s->page = grown;
        s->page_room = room;
    }
    s->page[s->pages++] = (uint32_t)page;
    return true;
}

/* Takes over the reference to c if it succeeds. */
static bool version_add(struct machine_past *p, size_t page, struct snapshot *s,
                        struct content *c)
{
    struct page_past *q = &p->page[page];
    if (q->count == q->room) {
        uint32_t room = q->room * 2 + 2;
        struct version *grown = realloc(q->version, room * sizeof *grown);
        if (grown == NULL)
            return false;
        p->bytes += (room - q->room) * sizeof *grown;
        q->version = grown;
        q->room = room;
    }
    if (!note_page(p, s, page))
        return false;
    uint32_t at = versions_until(q, s->place);
    memmove(&q->version[at + 1], &q->version[at],
            (q->count - at) * sizeof *q->version);
    q->version[at] = (struct version){s, c};
    q->count++;
    return true;
}

/* The version that the page has exactly at place i. */
static void version_remove(struct machine_past *p, size_t page, size_t i)
{
    struct page_past *q = &p->page[page];
    uint32_t at = versions_until(q, i) - 1;
    content_drop(p, q->version[at].content);
    q->count--;
    memmove(&q->version[at], &q->version[at + 1],
            (q->count - at) * sizeof *q->version);
}

/* ---- Snapshots ---- */

static void renumber(struct machine_past *p, size_t from)
{
    for (size_t i = from; i < p->count; i++)
        p->snapshot[i]->place = i;
}

static size_t snapshot_bytes(const struct machine_past *p,
                             const struct snapshot *s)
{
    return sizeof *s + cpu_state_bytes(p->m->cpu) +
           s->small.disk.count * DISK_BLOCK + s->clusters * sizeof *s->cluster;
}

static void snapshot_free(struct machine_past *p, struct snapshot *s)
{
    if (s == NULL)
        return;
    p->bytes -= s->page_room * sizeof *s->page;
    small_release(&s->small);
    free(s->page);
    free(s->cluster);
    free(s);
}

static struct snapshot *snapshot_new(struct machine_past *p)
{
    struct snapshot *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->clock = machine_clock(p->m);
    s->traps = cpu_traps(p->m->cpu);
    s->hart = cpu_hash(p->m->cpu);
    s->ram = p->count > 0 ? p->snapshot[p->at]->ram : 0;
    s->clusters = p->dirty.count;
    s->cluster = calloc(s->clusters + 1, sizeof *s->cluster);
    if (s->cluster == NULL || !small_save(p->m, &s->small)) {
        snapshot_free(p, s);
        return NULL;
    }
    memcpy(s->cluster, p->dirty.list, s->clusters * sizeof *s->cluster);
    return s;
}

static bool insert(struct machine_past *p, struct snapshot *s, size_t place)
{
    if (p->count == p->room) {
        size_t room = p->room * 2 + 16;
        struct snapshot **grown = realloc(p->snapshot, room * sizeof *grown);
        if (grown == NULL)
            return false;
        p->snapshot = grown;
        p->room = room;
    }
    memmove(&p->snapshot[place + 1], &p->snapshot[place],
            (p->count - place) * sizeof *p->snapshot);
    p->snapshot[place] = s;
    p->count++;
    renumber(p, place);
    p->bytes += snapshot_bytes(p, s);
    return true;
}

/* Takes snapshot i out of the order; its versions are gone already. */
static void take_out(struct machine_past *p, size_t i)
{
    struct snapshot *s = p->snapshot[i];
    p->bytes -= snapshot_bytes(p, s);
    p->count--;
    memmove(&p->snapshot[i], &p->snapshot[i + 1],
            (p->count - i) * sizeof *p->snapshot);
    renumber(p, i);
    snapshot_free(p, s);
}

static void remove_versions(struct machine_past *p, size_t i)
{
    struct snapshot *s = p->snapshot[i];
    for (size_t k = 0; k < s->pages; k++)
        version_remove(p, s->page[k], i);
    s->pages = 0;
}

/* ---- Keeping ---- */

/* The snapshot after the new one at `place` thought that this page was as
 * before; it has to say so itself now. */
static bool pin_next(struct machine_past *p, size_t page, size_t place,
                     struct content *before)
{
    if (place + 1 == p->count || has_version(p, page, place + 1))
        return true;
    if (!version_add(p, page, p->snapshot[place + 1], before))
        return false;
    if (before != NULL)
        before->references++;
    return true;
}

static bool keep_page(struct machine_past *p, size_t page, size_t place)
{
    const uint8_t *ram = p->m->ram + page * MACHINE_PAGE;
    struct content *before = content_at(p, page, place), *now;
    if (before != NULL ? memcmp(before->bytes, ram, MACHINE_PAGE) == 0
                       : page_is_zero(ram))
        return true;
    if (!pin_next(p, page, place, before) || !content_new(p, page, &now))
        return false;
    if (version_add(p, page, p->snapshot[place], now)) {
        p->snapshot[place]->ram += hash_of(now) - hash_of(before);
        return true;
    }
    content_drop(p, now);
    return false;
}

static bool keep_pages(struct machine_past *p, size_t place)
{
    const struct dirty *d = &p->dirty;
    for (size_t i = 0; i < d->count; i++)
        for (size_t k = 0; k < PAGES_PER_CLUSTER; k++)
            if (!keep_page(p, d->list[i] * PAGES_PER_CLUSTER + k, place))
                return false;
    return true;
}

size_t machine_past_keep(struct machine_past *p)
{
    size_t place = p->count == 0 ? 0 : p->at + 1;
    struct snapshot *s = snapshot_new(p);
    if (s == NULL)
        return SIZE_MAX;
    if (!insert(p, s, place)) {
        snapshot_free(p, s);
        return SIZE_MAX;
    }
    if (!keep_pages(p, place)) {
        remove_versions(p, place);
        take_out(p, place);
        return SIZE_MAX;
    }
    dirty_clear(&p->dirty);
    return p->at = place;
}

/* ---- Going ---- */

static void put_page(struct machine_past *p, size_t page, size_t i)
{
    snapshot_put_page(p->m, page, bytes_of(content_at(p, page, i)));
}

static void put_written(struct machine_past *p, size_t i)
{
    size_t count = p->dirty.count; /* putting back writes, too */
    for (size_t n = 0; n < count; n++)
        for (size_t k = 0; k < PAGES_PER_CLUSTER; k++)
            put_page(p, p->dirty.list[n] * PAGES_PER_CLUSTER + k, i);
}

/* Pages with a version between here and there. */
static void put_changed(struct machine_past *p, size_t i)
{
    size_t from = i < p->at ? i : p->at, to = i < p->at ? p->at : i;
    size_t total = 0;
    for (size_t s = from + 1; s <= to; s++)
        total += p->snapshot[s]->pages;
    if (total > p->pages) {
        for (size_t page = 0; page < p->pages; page++)
            if (p->page[page].count > 0)
                put_page(p, page, i);
        return;
    }
    for (size_t s = from + 1; s <= to; s++)
        for (size_t k = 0; k < p->snapshot[s]->pages; k++)
            put_page(p, p->snapshot[s]->page[k], i);
}

void machine_past_go(struct machine_past *p, size_t i)
{
    put_written(p, i);
    put_changed(p, i);
    small_restore(p->m, &p->snapshot[i]->small);
    dirty_clear(&p->dirty);
    p->at = i;
}

/* Is what was written since the last snapshot what it was at the next? */
static bool same_as(const struct machine_past *p, size_t i)
{
    for (size_t n = 0; n < p->dirty.count; n++)
        for (size_t k = 0; k < PAGES_PER_CLUSTER; k++) {
            size_t page = p->dirty.list[n] * PAGES_PER_CLUSTER + k;
            const uint8_t *ram = p->m->ram + page * MACHINE_PAGE;
            const struct content *c = content_at(p, page, i);
            if (c != NULL ? memcmp(c->bytes, ram, MACHINE_PAGE) != 0
                          : !page_is_zero(ram))
                return false;
        }
    return true;
}

bool machine_past_pass(struct machine_past *p)
{
    size_t i = p->at + 1;
    const struct snapshot *s = p->snapshot[i];
    if (s->clock != machine_clock(p->m) || s->traps != cpu_traps(p->m->cpu) ||
        s->hart != cpu_hash(p->m->cpu) || !same_as(p, i))
        return false;
    dirty_clear(&p->dirty);
    p->at = i;
    return true;
}

/* ---- Forgetting ---- */

/* The page's version at i becomes that of i + 1, if that has none. False: no
 * memory. */
static bool hand_on(struct machine_past *p, size_t page, size_t i)
{
    struct snapshot *next = p->snapshot[i + 1];
    if (has_version(p, page, i + 1))
        return true;
    struct content *c = content_at(p, page, i);
    if (!version_add(p, page, next, c))
        return false;
    if (c != NULL)
        c->references++;
    return true;
}

static bool hand_on_clusters(struct snapshot *from, struct snapshot *to)
{
    size_t n = from->clusters + to->clusters;
    uint32_t *both = realloc(to->cluster, (n + 1) * sizeof *both);
    if (both == NULL)
        return false;
    memcpy(both + to->clusters, from->cluster, from->clusters * sizeof *both);
    to->cluster = both;
    to->clusters = n;
    return true;
}

void machine_past_drop(struct machine_past *p, size_t i)
{
    struct snapshot *s = p->snapshot[i];
    if (i + 1 < p->count) {
        for (size_t k = 0; k < s->pages; k++)
            if (!hand_on(p, s->page[k], i))
                return; /* what was handed on is true all the same */
        if (!hand_on_clusters(s, p->snapshot[i + 1]))
            return;
        p->bytes += s->clusters * sizeof *s->cluster;
    }
    remove_versions(p, i);
    take_out(p, i);
    p->at -= p->at > i;
}

void machine_past_cut(struct machine_past *p)
{
    while (p->count > p->at + 1) {
        remove_versions(p, p->count - 1);
        take_out(p, p->count - 1);
    }
}

/* ---- Beginning and end ---- */

static bool keep_first(struct machine_past *p)
{
    if (machine_past_keep(p) == SIZE_MAX)
        return false;
    for (size_t page = 0; page < p->pages; page++)
        if (!keep_page(p, page, 0))
            return false;
    return true;
}

struct machine_past *machine_past_begin(struct machine *m)
{
    struct machine_past *p = calloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    p->m = m;
    p->pages = m->ram_bytes / MACHINE_PAGE;
    p->page = calloc(p->pages, sizeof *p->page);
    p->bytes = sizeof *p + p->pages * sizeof *p->page;
    if (p->page == NULL || !dirty_watch(&p->dirty, m->ram, m->ram_bytes) ||
        !keep_first(p)) {
        machine_past_end(p);
        return NULL;
    }
    return p;
}

void machine_past_end(struct machine_past *p)
{
    if (p == NULL)
        return;
    if (p->dirty.ram != NULL)
        dirty_unwatch(&p->dirty);
    for (size_t i = p->count; i-- > 0;) {
        remove_versions(p, i);
        take_out(p, i);
    }
    for (size_t i = 0; p->page != NULL && i < p->pages; i++)
        free(p->page[i].version);
    free(p->page);
    free(p->snapshot);
    free(p);
}

/* ---- Answers ---- */

size_t machine_past_count(const struct machine_past *p)
{
    return p->count;
}

size_t machine_past_at(const struct machine_past *p)
{
    return p->at;
}

uint64_t machine_past_clock(const struct machine_past *p, size_t i)
{
    return p->snapshot[i]->clock;
}

uint64_t machine_past_traps(const struct machine_past *p, size_t i)
{
    return p->snapshot[i]->traps;
}

size_t machine_past_bytes(const struct machine_past *p)
{
    return p->bytes;
}

uint64_t machine_past_hash(const struct machine_past *p)
{
    uint64_t ram = p->snapshot[p->at]->ram;
    for (size_t n = 0; n < p->dirty.count; n++)
        for (size_t k = 0; k < PAGES_PER_CLUSTER; k++) {
            size_t page = p->dirty.list[n] * PAGES_PER_CLUSTER + k;
            ram -= hash_of(content_at(p, page, p->at));
            ram += hash_page(p->m, page * MACHINE_PAGE);
        }
    return hash_with_ram(p->m, ram);
}

size_t machine_past_written(const struct machine_past *p)
{
    return p->dirty.count * PAGES_PER_CLUSTER;
}

bool machine_past_wrote(const struct machine_past *p, size_t i, uint64_t pa)
{
    uint64_t cluster = (pa - PLAT_RAM_BASE) / DIRTY_CLUSTER;
    if (i + 1 == p->count) { /* since the last one */
        for (size_t k = 0; k < p->dirty.count; k++)
            if (p->dirty.list[k] == cluster)
                return true;
        return p->at != i; /* it ran on, and came back: who knows */
    }
    const struct snapshot *next = p->snapshot[i + 1];
    for (size_t k = 0; k < next->clusters; k++)
        if (next->cluster[k] == cluster)
            return true;
    return false;
}
