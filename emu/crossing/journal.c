/*
 * journal.c - copies of items that change after they were added to their list:
 * what they were, or will be, at another moment (past.c).
 *
 * An entry is the item's index and the item, whatever its kind:
 *
 *     | index, 8 bytes | item, as its list has it | index | item | ...
 */
#include "state.h"

#include <stdlib.h>
#include <string.h>

#define INDEX_BYTES sizeof(uint64_t) /* so that the item is aligned */

size_t journal_item_bytes(enum journal_kind kind)
{
    return kind == JOURNAL_RECORDS ? sizeof(struct record)
                                   : sizeof(struct proc);
}

struct list *journal_list(struct tracker_state *s, enum journal_kind kind)
{
    return kind == JOURNAL_RECORDS ? &s->records : &s->procs;
}

static size_t entry_bytes(enum journal_kind kind)
{
    return INDEX_BYTES + journal_item_bytes(kind);
}

static uint8_t *entry_at(const struct journal *j, enum journal_kind kind,
                         size_t i)
{
    return j->of[kind].entry + i * entry_bytes(kind);
}

uint32_t journal_index(const struct journal *j, enum journal_kind kind,
                       size_t i)
{
    uint64_t index;
    memcpy(&index, entry_at(j, kind, i), sizeof index);
    return (uint32_t)index;
}

void *journal_item(const struct journal *j, enum journal_kind kind, size_t i)
{
    return entry_at(j, kind, i) + INDEX_BYTES;
}

bool journal_add(struct journal *j, enum journal_kind kind, uint32_t index,
                 const void *item)
{
    struct journal_items *items = &j->of[kind];
    uint64_t wide = index;
    if (items->count == items->room) {
        size_t room = items->room * 2 + 16;
        uint8_t *grown = realloc(items->entry, room * entry_bytes(kind));
        if (grown == NULL)
            return false;
        items->entry = grown;
        items->room = room;
    }
    uint8_t *entry = entry_at(j, kind, items->count++);
    memcpy(entry, &wide, sizeof wide);
    memcpy(entry + INDEX_BYTES, item, journal_item_bytes(kind));
    return true;
}

static int by_index(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

void journal_sort(struct journal *j, enum journal_kind kind)
{
    if (j->of[kind].count > 0)
        qsort(j->of[kind].entry, j->of[kind].count, entry_bytes(kind),
              by_index);
}

void *journal_find(const struct journal *j, enum journal_kind kind, size_t n,
                   uint32_t index)
{
    uint64_t key = index;
    uint8_t *entry =
        n > 0 ? bsearch(&key, j->of[kind].entry, n, entry_bytes(kind), by_index)
              : NULL;
    return entry != NULL ? entry + INDEX_BYTES : NULL;
}

void journal_keep_below(struct journal *j, enum journal_kind kind,
                        uint32_t index)
{
    size_t count = 0;
    for (size_t i = 0; i < j->of[kind].count; i++)
        if (journal_index(j, kind, i) < index)
            memmove(entry_at(j, kind, count++), entry_at(j, kind, i),
                    entry_bytes(kind));
    j->of[kind].count = count;
}

static void swap_bytes(uint8_t *a, uint8_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t was = a[i];
        a[i] = b[i];
        b[i] = was;
    }
}

void journal_swap(struct journal *j, struct tracker_state *s)
{
    for (enum journal_kind k = 0; k < JOURNAL_KINDS; k++)
        for (size_t i = 0; i < j->of[k].count; i++)
            swap_bytes(list_at(journal_list(s, k), journal_index(j, k, i)),
                       journal_item(j, k, i), journal_item_bytes(k));
}

size_t journal_bytes(const struct journal *j)
{
    size_t bytes = 0;
    for (enum journal_kind k = 0; k < JOURNAL_KINDS; k++)
        bytes += j->of[k].room * entry_bytes(k);
    return bytes;
}

void journal_free(struct journal *j)
{
    for (enum journal_kind k = 0; k < JOURNAL_KINDS; k++)
        free(j->of[k].entry);
    memset(j, 0, sizeof *j);
}
