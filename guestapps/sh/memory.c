/*
 * memory.c - the arena, growing strings, and the shell's way to complain.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

#define BLOCK_BYTES      4000 /* a page, with malloc's header */
#define ALIGNMENT        16
#define TEXT_FIRST_BYTES 32
#define MESSAGE_BYTES    400

struct block {
    struct block *next;
    size_t capacity;
    _Alignas(ALIGNMENT) char bytes[];
};

void *must_malloc(size_t n)
{
    void *memory = malloc(n);
    if (memory == NULL) {
        complain("out of memory");
        _exit(STATUS_SYNTAX);
    }
    return memory;
}

char *must_strdup(const char *string)
{
    size_t n = strlen(string) + 1;
    return memcpy(must_malloc(n), string, n);
}

/* Goes on to a block with room for n bytes: one left from before a release if
 * it is big enough, else a new one in between. */
static void next_block(struct arena *arena, size_t n)
{
    struct block **link =
        arena->current == NULL ? &arena->first : &arena->current->next;
    if (*link == NULL || (*link)->capacity < n) {
        size_t capacity = n > BLOCK_BYTES ? n : BLOCK_BYTES;
        struct block *block = must_malloc(sizeof *block + capacity);
        block->capacity = capacity;
        block->next = *link;
        *link = block;
    }
    arena->current = *link;
    arena->used = 0;
}

void *arena_take(struct arena *arena, size_t n)
{
    n = (n + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (arena->current == NULL || n > arena->current->capacity - arena->used)
        next_block(arena, n);
    void *memory = arena->current->bytes + arena->used;
    arena->used += n;
    return memory;
}

char *arena_string(struct arena *arena, const char *bytes, size_t n)
{
    char *string = arena_take(arena, n + 1);
    memcpy(string, bytes, n);
    string[n] = '\0';
    return string;
}

struct arena_mark arena_mark(const struct arena *arena)
{
    return (struct arena_mark){arena->current, arena->used};
}

void arena_release(struct arena *arena, struct arena_mark mark)
{
    arena->current = mark.current;
    arena->used = mark.used;
}

void text_start(struct text *text, struct arena *arena)
{
    text->arena = arena;
    text->n = 0;
    text->capacity = TEXT_FIRST_BYTES;
    text->bytes = arena_take(arena, text->capacity);
    text->bytes[0] = '\0';
}

void text_add(struct text *text, char c)
{
    if (text->n + 2 > text->capacity) {
        char *more = arena_take(text->arena, text->capacity * 2);
        memcpy(more, text->bytes, text->n);
        text->bytes = more;
        text->capacity *= 2;
    }
    text->bytes[text->n++] = c;
    text->bytes[text->n] = '\0';
}

void text_add_string(struct text *text, const char *string)
{
    while (*string != '\0')
        text_add(text, *string++);
}

void complain(const char *format, ...)
{
    char line[MESSAGE_BYTES] = "sh: ";
    size_t n = strlen(line);
    va_list list;
    va_start(list, format);
    int more = vsnprintf(line + n, sizeof line - n - 1, format, list);
    va_end(list);
    if (more > 0)
        n = strlen(line);
    line[n++] = '\n';
    write(STDERR_FILENO, line, n);
}
