/*
 * breaks.c - the set of breakpoints as a list: adding, deleting, conditions
 * (breaks.h). What a text means is read in breaks_text.c, where it lies is
 * found in breaks_find.c, what is hit in a run is decided in breaks_run.c.
 */
#include "breaks_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct breaks *breaks_create(struct target *t)
{
    struct breaks *b = calloc(1, sizeof *b);
    if (b != NULL)
        b->target = t;
    return b;
}

static void entry_free(struct entry *e)
{
    expression_free(e->condition);
    free(e->spot);
    free(e->piece);
    free(e);
}

void breaks_clear(struct breaks *b)
{
    for (size_t i = 0; i < b->count; i++)
        entry_free(b->entry[i]);
    b->count = 0;
}

void breaks_destroy(struct breaks *b)
{
    if (b == NULL)
        return;
    breaks_clear(b);
    free(b->entry);
    free(b->image);
    free(b);
}

static size_t index_of(const struct breaks *b, unsigned number)
{
    size_t i = 0;
    while (i < b->count && b->entry[i]->pub.number != number)
        i++;
    return i;
}

static struct entry *find(const struct breaks *b, unsigned number)
{
    size_t i = index_of(b, number);
    return i < b->count ? b->entry[i] : NULL;
}

static struct entry *new_entry(struct breaks *b)
{
    if (b->count == b->room) {
        size_t room = b->room * 2 + 8;
        struct entry **grown = realloc(b->entry, room * sizeof *grown);
        if (grown == NULL)
            return NULL;
        b->entry = grown;
        b->room = room;
    }
    struct entry *e = calloc(1, sizeof *e);
    if (e != NULL) {
        e->breaks = b;
        b->entry[b->count++] = e;
    }
    return e;
}

unsigned breaks_add_fields(struct breaks *b, const struct breakpoint *fields,
                           char *why, size_t n)
{
    struct entry *e = b->count < BREAKS_MAX ? new_entry(b) : NULL;
    if (e == NULL) {
        snprintf(why, n, "no more than %d breakpoints", BREAKS_MAX);
        return 0;
    }
    e->pub = *fields;
    e->pub.number = ++b->last_number;
    e->pub.condition[0] = '\0';
    e->pub.hits = e->pub.ignore = 0;
    e->pub.found = 0;
    breaks_note_images(b);
    breaks_find_spots(e);
    breaks_find_pieces(e);
    return e->pub.number;
}

/* The " if " that begins the condition, or NULL. */
static const char *find_if(const char *text)
{
    const char *at = strstr(text, " if ");
    return at != NULL ? at : NULL;
}

static void copy_trimmed(char *to, size_t max, const char *from, size_t n)
{
    while (n > 0 && (*from == ' ' || *from == '\t')) {
        from++;
        n--;
    }
    while (n > 0 && (from[n - 1] == ' ' || from[n - 1] == '\t'))
        n--;
    snprintf(to, max, "%.*s", (int)n, from);
}

unsigned breaks_add(struct breaks *b, const char *text, char *why, size_t n)
{
    struct breakpoint pub = {0};
    const char *condition = find_if(text);
    size_t place =
        condition != NULL ? (size_t)(condition - text) : strlen(text);
    if (strlen(text) >= BREAK_TEXT) {
        snprintf(why, n, "longer than %d characters", BREAK_TEXT - 1);
        return 0;
    }
    copy_trimmed(pub.text, sizeof pub.text, text, place);
    if (!breaks_read_place(b, pub.text, &pub, why, n))
        return 0;
    unsigned number = breaks_add_fields(b, &pub, why, n);
    if (number != 0 && condition != NULL &&
        !breaks_set_condition(b, number, condition + 4, why, n)) {
        breaks_delete(b, number);
        b->last_number--;
        return 0;
    }
    return number;
}

bool breaks_delete(struct breaks *b, unsigned number)
{
    size_t i = index_of(b, number);
    if (i == b->count)
        return false;
    entry_free(b->entry[i]);
    memmove(&b->entry[i], &b->entry[i + 1],
            (b->count - i - 1) * sizeof *b->entry);
    b->count--;
    return true;
}

void breaks_give_back(struct breaks *b, unsigned number)
{
    if (b->last_number == number)
        b->last_number--;
}

size_t breaks_count(const struct breaks *b)
{
    return b->count;
}

const struct breakpoint *breaks_at(const struct breaks *b, size_t i)
{
    return i < b->count ? &b->entry[i]->pub : NULL;
}

const struct breakpoint *breaks_find(const struct breaks *b, unsigned number)
{
    const struct entry *e = find(b, number);
    return e != NULL ? &e->pub : NULL;
}

bool breaks_set_condition(struct breaks *b, unsigned number,
                          const char *condition, char *why, size_t n)
{
    struct entry *e = find(b, number);
    struct expression *parsed = NULL;
    if (e == NULL || strlen(condition) >= BREAK_TEXT) {
        snprintf(why, n, "%s",
                 e == NULL ? "no breakpoint of that number" : "too long");
        return false;
    }
    if (condition[strspn(condition, " \t")] != '\0') {
        parsed = expression_parse(condition, why, n);
        if (parsed == NULL)
            return false;
    }
    expression_free(e->condition);
    e->condition = parsed;
    copy_trimmed(e->pub.condition, sizeof e->pub.condition, condition,
                 strlen(condition));
    return true;
}

bool breaks_set_ignore(struct breaks *b, unsigned number, uint64_t count)
{
    struct entry *e = find(b, number);
    if (e != NULL)
        e->pub.ignore = count;
    return e != NULL;
}

bool breaks_enable(struct breaks *b, unsigned number, bool on)
{
    struct entry *e = find(b, number);
    if (e != NULL)
        e->pub.disabled = !on;
    return e != NULL;
}

bool breaks_set_temporary(struct breaks *b, unsigned number)
{
    struct entry *e = find(b, number);
    if (e != NULL)
        e->pub.temporary = true;
    return e != NULL;
}

bool breaks_any(const struct breaks *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (!b->entry[i]->pub.disabled)
            return true;
    return false;
}

void breaks_done(struct breaks *b, unsigned number)
{
    struct entry *e = find(b, number);
    if (e != NULL && e->pub.temporary)
        breaks_delete(b, number);
}

bool breaks_ignored(struct breaks *b, unsigned number)
{
    struct entry *e = find(b, number);
    if (e == NULL || e->pub.ignore == 0)
        return false;
    e->pub.ignore--;
    return true;
}
