/*
 * spans.c - see spans.h. The hart does one thing at a time, so spans follow
 * each other and are sorted by construction.
 *
 * The pyramid: entry i of level k is the OR of the lane bits of spans
 * i * 64^k .. (i+1) * 64^k - 1, for k = 1..LEVELS.
 */
#include "spans.h"

#include <stdlib.h>
#include <string.h>

#define FANOUT  64
#define LEVELS  4
#define LANES   64
#define PID_MAX (1 << 22)

struct level {
    uint64_t *set;
    size_t room;
};

/* From this position on the clock is ahead of it by so much. */
struct idle {
    uint64_t at, ahead;
};

struct spans {
    struct span *span;
    size_t count, room;
    struct level level[LEVELS];
    int *pid;
    size_t pids, pid_room;
    uint32_t *place; /* by pid: its index in pid[] plus 1, or 0 */
    size_t place_room;
    uint64_t *opened; /* by crossing number - 1 */
    size_t openeds, opened_room;
    struct idle *idle; /* where the hart has idled */
    size_t idles, idle_room;
};

struct spans *spans_create(void)
{
    return calloc(1, sizeof(struct spans));
}

void spans_destroy(struct spans *s)
{
    if (!s)
        return;
    for (int i = 0; i < LEVELS; i++)
        free(s->level[i].set);
    free(s->span);
    free(s->pid);
    free(s->place);
    free(s->opened);
    free(s->idle);
    free(s);
}

unsigned spans_lane_of(const struct spans *s, int pid)
{
    bool known = pid >= 0 && (size_t)pid < s->place_room && s->place[pid];
    size_t lane = known ? s->place[pid] : LANES - 1;
    return lane < LANES ? (unsigned)lane : LANES - 1;
}

/* Room for pid in the table of places. */
static bool reserve_place(struct spans *s, int pid)
{
    size_t room = s->place_room * 2 > (size_t)pid + 64 ? s->place_room * 2
                                                       : (size_t)pid + 64;
    if ((size_t)pid < s->place_room)
        return true;
    uint32_t *more = realloc(s->place, room * sizeof *more);
    if (!more)
        return false;
    memset(more + s->place_room, 0, (room - s->place_room) * sizeof *more);
    s->place = more;
    s->place_room = room;
    return true;
}

static bool know_pid(struct spans *s, int pid)
{
    if (pid < 0 || pid > PID_MAX || !reserve_place(s, pid))
        return false;
    if (s->place[pid])
        return true;
    if (s->pids == s->pid_room) {
        size_t room = s->pid_room * 2 + 16;
        int *more = realloc(s->pid, room * sizeof *more);
        if (!more)
            return false;
        s->pid = more;
        s->pid_room = room;
    }
    s->pid[s->pids++] = pid;
    s->place[pid] = (uint32_t)s->pids;
    return true;
}

/* Room for one more span on every level; false when memory is short. */
static bool reserve(struct spans *s)
{
    if (s->count == s->room) {
        size_t room = s->room * 2 + 1024;
        struct span *more = realloc(s->span, room * sizeof *more);
        if (!more)
            return false;
        s->span = more;
        s->room = room;
    }
    size_t i = s->count;
    for (int k = 0; k < LEVELS; k++) {
        struct level *level = &s->level[k];
        i /= FANOUT;
        if (i < level->room)
            continue;
        size_t room = level->room * 2 + 64;
        uint64_t *more = realloc(level->set, room * sizeof *more);
        if (!more)
            return false;
        for (size_t j = level->room; j < room; j++)
            more[j] = 0;
        level->set = more;
        level->room = room;
    }
    return true;
}

static uint64_t lane_bit(const struct spans *s, const struct span *span)
{
    return UINT64_C(1) << (span->kernel ? 0 : spans_lane_of(s, span->pid));
}

/* Crossings are numbered as they open, so the table grows at its end. */
static void note_opening(struct spans *s, uint64_t number, uint64_t at)
{
    if (number != s->openeds + 1)
        return;
    if (s->openeds == s->opened_room) {
        size_t room = s->opened_room * 2 + 1024;
        uint64_t *more = realloc(s->opened, room * sizeof *more);
        if (!more)
            return;
        s->opened = more;
        s->opened_room = room;
    }
    s->opened[s->openeds++] = at;
}

bool spans_crossing(const struct spans *s, uint64_t number, uint64_t *at)
{
    if (number == 0 || number > s->openeds)
        return false;
    *at = s->opened[number - 1];
    return true;
}

/* Without memory the timeline stays as it is: the run goes on. */
void spans_enter(struct spans *s, uint64_t at, int pid, bool kernel,
                 uint64_t crossing)
{
    note_opening(s, crossing, at);
    if (s->count) {
        struct span *last = &s->span[s->count - 1];
        if (last->kernel == kernel && last->pid == pid &&
            last->crossing == crossing && last->end == UINT64_MAX)
            return;
        if (last->end == UINT64_MAX)
            last->end = at;
    }
    if (!reserve(s) || (!kernel && !know_pid(s, pid)))
        return;
    size_t i = s->count;
    s->span[s->count++] = (struct span){
        .begin = at,
        .end = UINT64_MAX,
        .crossing = crossing,
        .pid = pid,
        .kernel = kernel,
    };
    uint64_t bit = lane_bit(s, &s->span[i]);
    for (int k = 0; k < LEVELS; k++)
        s->level[k].set[i /= FANOUT] |= bit;
}

static void note_idling(struct spans *s, uint64_t at, uint64_t ahead)
{
    if (s->idles ? s->idle[s->idles - 1].ahead == ahead : ahead == 0)
        return;
    if (s->idles == s->idle_room) {
        size_t room = s->idle_room * 2 + 64;
        struct idle *more = realloc(s->idle, room * sizeof *more);
        if (!more)
            return;
        s->idle = more;
        s->idle_room = room;
    }
    s->idle[s->idles++] = (struct idle){at, ahead};
}

uint64_t spans_clock(const struct spans *s, uint64_t at)
{
    size_t low = 0, high = s->idles;
    while (low < high) { /* the first one behind at */
        size_t middle = low + (high - low) / 2;
        if (s->idle[middle].at <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return at + (low ? s->idle[low - 1].ahead : 0);
}

void spans_event(struct spans *s, const struct event *event, uint64_t at)
{
    if (event->clock >= at)
        note_idling(s, at, event->clock - at);
    uint64_t number = event->crossing ? event->crossing->number : 0;
    switch (event->kind) {
    case EVENT_ENTER:
    case EVENT_RESUMED:
        spans_enter(s, at, event->pid, true, number);
        break;
    case EVENT_LEAVE:
    case EVENT_FORKED:
        spans_enter(s, at, event->pid, false, 0);
        break;
    case EVENT_NEVER:
    case EVENT_UNFINISHED:
        /* the kernel's own work: choosing who is next, or idling */
        spans_enter(s, at, 0, true, 0);
        break;
    default:
        break;
    }
}

/* The sets of all blocks from the one with span i on, made anew. */
static void rebuild_levels(struct spans *s, size_t i)
{
    for (int k = 0; k < LEVELS; k++) {
        i /= FANOUT;
        size_t below = k ? s->level[k - 1].room : s->count;
        for (size_t j = i; j < s->level[k].room; j++) {
            uint64_t set = 0;
            for (size_t n = j * FANOUT; n < (j + 1) * FANOUT && n < below; n++)
                set |= k ? s->level[k - 1].set[n] : lane_bit(s, &s->span[n]);
            s->level[k].set[j] = set;
        }
    }
}

/* A trap takes no instruction: one that is still to come may be at `at`. */
void spans_cut(struct spans *s, uint64_t at, uint64_t crossings)
{
    size_t was = s->count;
    while (s->count && (s->span[s->count - 1].begin > at ||
                        s->span[s->count - 1].crossing > crossings))
        s->count--;
    if (s->count && s->span[s->count - 1].end >= at)
        s->span[s->count - 1].end = UINT64_MAX;
    if (s->count < was)
        rebuild_levels(s, s->count);
    if (s->openeds > crossings)
        s->openeds = crossings;
    while (s->idles && s->idle[s->idles - 1].at > at)
        s->idles--;
}

size_t spans_count(const struct spans *s)
{
    return s->count;
}

const struct span *spans_at(const struct spans *s, size_t i)
{
    return i < s->count ? &s->span[i] : NULL;
}

size_t spans_find(const struct spans *s, uint64_t at)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->span[middle].end <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* OR of the lane bits of spans first..last-1, by the largest blocks. */
static uint64_t lanes_of(const struct spans *s, size_t first, size_t last)
{
    uint64_t set = 0;
    while (first < last) {
        size_t block = 1;
        int k = -1;
        while (k + 1 < LEVELS && first % (block * FANOUT) == 0 &&
               first + block * FANOUT <= last) {
            block *= FANOUT;
            k++;
        }
        set |= k < 0 ? lane_bit(s, &s->span[first])
                     : s->level[k].set[first / block];
        first += block;
    }
    return set;
}

uint64_t spans_lanes(const struct spans *s, uint64_t begin, uint64_t end)
{
    size_t first = spans_find(s, begin), low = first, high = s->count;
    while (low < high) { /* first span that begins at or after end */
        size_t middle = low + (high - low) / 2;
        if (s->span[middle].begin < end)
            low = middle + 1;
        else
            high = middle;
    }
    return lanes_of(s, first, low);
}

size_t spans_pids(const struct spans *s)
{
    return s->pids;
}

int spans_pid(const struct spans *s, size_t n)
{
    return n < s->pids ? s->pid[n] : 0;
}
