/*
 * console_log.c - see console_log.h.
 */
#include "console_log.h"

#include <stdlib.h>

struct console_log {
    uint8_t *byte;
    struct moment *at; /* in order; two bytes never share a moment */
    size_t count, room;
};

struct console_log *console_log_create(void)
{
    return calloc(1, sizeof(struct console_log));
}

void console_log_free(struct console_log *l)
{
    if (l == NULL)
        return;
    free(l->byte);
    free(l->at);
    free(l);
}

/* How many bytes were printed before this moment. */
static size_t before(const struct console_log *l, struct moment at)
{
    size_t low = 0, high = l->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (moment_compare(l->at[middle], at) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool make_room(struct console_log *l)
{
    if (l->count < l->room)
        return true;
    size_t room = l->room * 2 + 1024;
    uint8_t *byte = realloc(l->byte, room);
    if (byte != NULL)
        l->byte = byte;
    struct moment *at = realloc(l->at, room * sizeof *at);
    if (at != NULL)
        l->at = at;
    if (byte == NULL || at == NULL)
        return false;
    l->room = room;
    return true;
}

void console_log_put(struct console_log *l, struct moment at, uint8_t byte)
{
    size_t i = before(l, at);
    if (i < l->count && moment_compare(l->at[i], at) == 0 && l->byte[i] == byte)
        return;
    l->count = i;
    if (!make_room(l))
        return; /* a byte of the display is lost, nothing of the run */
    l->byte[l->count] = byte;
    l->at[l->count++] = at;
}

void console_log_cut(struct console_log *l, struct moment at)
{
    l->count = before(l, at);
}

const uint8_t *console_log_until(const struct console_log *l, struct moment at,
                                 size_t *n)
{
    *n = before(l, at);
    return l->byte;
}
