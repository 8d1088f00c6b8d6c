/*
 * expand.c - words as typed to the strings a command gets.
 *
 * Three things happen in one pass over a word: parameters ($NAME, $?, ...) are
 * replaced, the results that stand outside of quotes are split into fields at
 * the characters of IFS, and the quotes go. The lexer has checked the word, so
 * nothing here can fail.
 */
#include <stdio.h>
#include <string.h>
#include "sh.h"

#define NUMBER_BYTES 24
#define FIELDS_FIRST 16

struct fields {
    struct shell *sh;
    struct text field; /* the one that is growing */
    bool open;         /* it exists, even if empty: "" */
    bool after_blank;  /* a blank of IFS ended the last one */
    bool split;
    char **list;
    int count, capacity;
};

static void finish_field(struct fields *f)
{
    if (f->count + 1 == f->capacity) {
        size_t bytes = (size_t)f->capacity * sizeof *f->list;
        char **more = arena_take(&f->sh->arena, bytes * 2);
        memcpy(more, f->list, bytes);
        f->list = more;
        f->capacity *= 2;
    }
    f->list[f->count++] = f->field.bytes;
    text_start(&f->field, &f->sh->arena);
    f->open = false;
}

static void add_literal(struct fields *f, char c)
{
    text_add(&f->field, c);
    f->open = true;
    f->after_blank = false;
}

/* A character of an unquoted parameter. A blank of IFS ends a field if there
 * is one; any other character of IFS ends one, even an empty one, unless the
 * blanks just before it did. */
static void add_split(struct fields *f, char c)
{
    const char *ifs = variable_get(f->sh, "IFS");
    if (ifs == NULL)
        ifs = " \t\n";
    if (strchr(ifs, c) == NULL) {
        add_literal(f, c);
    } else if (c == ' ' || c == '\t' || c == '\n') {
        if (f->open) {
            finish_field(f);
            f->after_blank = true;
        }
    } else if (f->after_blank) {
        f->after_blank = false;
    } else {
        finish_field(f);
    }
}

static const char *number(char *bytes, long value)
{
    snprintf(bytes, NUMBER_BYTES, "%ld", value);
    return bytes;
}

/* The value of $name, where name is n characters: a name, a digit or one of
 * ? ! $ #. Unset is empty. */
static const char *parameter(struct fields *f, const char *name, size_t n,
                             char *bytes)
{
    struct shell *sh = f->sh;
    switch (name[0]) {
    case '?':
        return number(bytes, sh->status);
    case '$':
        return number(bytes, sh->pid);
    case '#':
        return number(bytes, sh->parameter_count);
    case '!':
        return sh->background == 0 ? "" : number(bytes, sh->background);
    }
    if (name[0] >= '0' && name[0] <= '9') {
        int index = name[0] - '0';
        if (index == 0)
            return sh->name;
        return index <= sh->parameter_count ? sh->parameters[index - 1] : "";
    }
    struct arena_mark mark = arena_mark(&sh->arena);
    const char *value = variable_get(sh, arena_string(&sh->arena, name, n));
    arena_release(&sh->arena, mark);
    return value == NULL ? "" : value;
}

/* The length of what may follow a $, 0 if the $ stands for itself. */
static size_t parameter_length(const char *text)
{
    if (text[0] != '\0' && strchr("?!$#0123456789", text[0]) != NULL)
        return 1;
    return name_length(text);
}

/* `at` is behind a $. Adds the value; returns what comes behind the name. */
static const char *add_parameter(struct fields *f, const char *at, bool quoted)
{
    char bytes[NUMBER_BYTES];
    bool braces = at[0] == '{';
    const char *name = at + braces;
    size_t n = parameter_length(name);
    if (n == 0) {
        add_literal(f, '$');
        return at;
    }
    for (const char *v = parameter(f, name, n, bytes); *v != '\0'; v++) {
        if (quoted || !f->split)
            add_literal(f, *v);
        else
            add_split(f, *v);
    }
    return name + n + braces;
}

/* `at` is behind the opening quote; returns what is behind the closing one. */
static const char *add_single_quoted(struct fields *f, const char *at)
{
    for (; *at != '\''; at++)
        add_literal(f, *at);
    return at + 1;
}

static const char *add_double_quoted(struct fields *f, const char *at)
{
    while (*at != '"') {
        if (*at == '$') {
            at = add_parameter(f, at + 1, true);
        } else {
            if (at[0] == '\\' && strchr("$`\"\\", at[1]) != NULL)
                at++;
            add_literal(f, *at++);
        }
    }
    return at + 1;
}

static void expand(struct fields *f, const char *at)
{
    while (*at != '\0') {
        switch (*at) {
        case '$':
            at = add_parameter(f, at + 1, false);
            break;
        case '\'':
        case '"':
            f->open = true; /* a field, even with nothing between */
            f->after_blank = false;
            at = *at == '"' ? add_double_quoted(f, at + 1)
                            : add_single_quoted(f, at + 1);
            break;
        case '\\':
            add_literal(f, at[1]);
            at += 2;
            break;
        default:
            add_literal(f, *at++);
        }
    }
}

static void start(struct fields *f, struct shell *sh, bool split)
{
    *f = (struct fields){.sh = sh, .split = split, .capacity = FIELDS_FIRST};
    f->list = arena_take(&sh->arena, FIELDS_FIRST * sizeof *f->list);
    text_start(&f->field, &sh->arena);
}

char **expand_words(struct shell *sh, const struct word *words, int *count)
{
    struct fields f;
    start(&f, sh, true);
    for (; words != NULL; words = words->next) {
        expand(&f, words->text);
        if (f.open)
            finish_field(&f);
        f.after_blank = false;
    }
    f.list[f.count] = NULL;
    *count = f.count;
    return f.list;
}

char *expand_string(struct shell *sh, const char *word)
{
    struct fields f;
    start(&f, sh, false);
    expand(&f, word);
    return f.field.bytes;
}
