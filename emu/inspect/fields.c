/*
 * fields.c - see fields.h.
 */
#include "fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 24
#define ELEMENTS_MAX   65536 /* of an array */
#define ELEMENTS_SHOWN 8

struct field {
    char name[NAME_MAX_BYTES]; /* "": has none */
    char base;                 /* u, i, x; p: not shown */
    size_t bytes, count;       /* of an element; how many */
    bool array;
    size_t offset;
};

/* Takes "name:" off the front; false if it is too long or empty. */
static bool take_name(const char **text, struct field *f)
{
    size_t word = strcspn(*text, " "), colon = strcspn(*text, ":");
    f->name[0] = '\0';
    if (colon >= word)
        return true;
    if (colon == 0 || colon >= sizeof f->name)
        return false;
    memcpy(f->name, *text, colon);
    f->name[colon] = '\0';
    *text += colon + 1;
    return true;
}

static bool take_type(const char **text, struct field *f)
{
    static const struct {
        const char *name;
        size_t bytes;
    } type[] = {{"u8", 1},  {"u16", 2}, {"u32", 4}, {"u64", 8}, {"i32", 4},
                {"i64", 8}, {"x32", 4}, {"x64", 8}, {"pad", 1}};
    size_t n = strcspn(*text, " [");
    for (size_t i = 0; i < sizeof type / sizeof type[0]; i++)
        if (strlen(type[i].name) == n && memcmp(type[i].name, *text, n) == 0) {
            f->base = type[i].name[0];
            f->bytes = type[i].bytes;
            *text += n;
            return true;
        }
    return false;
}

/* "[20]", if it is there. */
static bool take_count(const char **text, struct field *f)
{
    char *end;
    f->count = 1;
    f->array = **text == '[';
    if (!f->array)
        return true;
    unsigned long count = strtoul(*text + 1, &end, 10);
    if (*end != ']' || count == 0 || count > ELEMENTS_MAX)
        return false;
    f->count = count;
    *text = end + 1;
    return true;
}

/* The next field, behind the one before; false at the end or at a mistake. */
static bool next_field(const char **text, struct field *f)
{
    size_t end = f->offset + f->bytes * f->count;
    *text += strspn(*text, " ");
    if (**text == '\0' || !take_name(text, f) || !take_type(text, f) ||
        !take_count(text, f) || (**text != '\0' && **text != ' '))
        return false;
    f->offset = (end + f->bytes - 1) / f->bytes * f->bytes;
    return true;
}

size_t fields_size(const char *format)
{
    struct field f = {.count = 0};
    size_t end = 0, widest = 1;
    while (next_field(&format, &f)) {
        end = f.offset + f.bytes * f.count;
        widest = f.bytes > widest ? f.bytes : widest;
    }
    if (*format != '\0')
        return 0;
    return (end + widest - 1) / widest * widest;
}

/* ---- Text ---- */

struct line {
    char *text;
    size_t max, used;
};

static void put(struct line *l, const char *piece)
{
    size_t n = strlen(piece);
    if (n > l->max - 1 - l->used)
        n = l->max - 1 - l->used;
    memcpy(l->text + l->used, piece, n);
    l->used += n;
    l->text[l->used] = '\0';
}

static void put_value(struct line *l, const struct field *f,
                      const uint8_t *bytes)
{
    uint64_t value = 0;
    char text[24];
    for (size_t i = f->bytes; i-- > 0;)
        value = value << 8 | bytes[i];
    if (f->base == 'x')
        snprintf(text, sizeof text, "0x%" PRIx64, value);
    else if (f->base == 'u')
        snprintf(text, sizeof text, "%" PRIu64, value);
    else
        snprintf(text, sizeof text, "%" PRId64,
                 f->bytes == 4 ? (int64_t)(int32_t)value : (int64_t)value);
    put(l, text);
}

static void put_field(struct line *l, const struct field *f,
                      const uint8_t *bytes, size_t n)
{
    size_t there = n > f->offset ? (n - f->offset) / f->bytes : 0;
    size_t shown = f->array ? ELEMENTS_SHOWN : 1;
    if (shown > f->count)
        shown = f->count;
    if (shown > there)
        shown = there;
    if (f->name[0] != '\0') {
        put(l, f->name);
        put(l, "=");
    }
    put(l, f->array ? "[" : "");
    for (size_t i = 0; i < shown; i++) {
        put(l, i > 0 ? " " : "");
        put_value(l, f, bytes + f->offset + i * f->bytes);
    }
    put(l, shown == f->count ? "" : shown > 0 ? " ..." : "...");
    put(l, f->array ? "]" : "");
}

const char *fields_text(const char *format, const uint8_t *bytes, size_t n,
                        char *text, size_t max)
{
    struct line l = {text, max, 0};
    struct field f = {.count = 0};
    text[0] = '\0';
    put(&l, "{");
    for (bool first = true; next_field(&format, &f);) {
        if (f.base == 'p')
            continue;
        put(&l, first ? "" : " ");
        put_field(&l, &f, bytes, n);
        first = false;
    }
    put(&l, "}");
    return text;
}
