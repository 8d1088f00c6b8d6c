/*
 * variable.c - the shell's variables, in a list; there are never many.
 */
#include <stdlib.h>
#include <string.h>
#include "sh.h"

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (c >= '0' && c <= '9');
}

size_t name_length(const char *text)
{
    size_t n = 0;
    if (text[0] >= '0' && text[0] <= '9')
        return 0;
    while (is_name_char(text[n]))
        n++;
    return n;
}

struct variable *variable_find(const struct shell *sh, const char *name)
{
    for (struct variable *v = sh->variables; v != NULL; v = v->next)
        if (strcmp(v->name, name) == 0)
            return v;
    return NULL;
}

const char *variable_get(const struct shell *sh, const char *name)
{
    const struct variable *v = variable_find(sh, name);
    return v == NULL ? NULL : v->value;
}

void variable_assign(struct shell *sh, const char *name, const char *value,
                     bool exported)
{
    char *copy = value == NULL ? NULL : must_strdup(value);
    struct variable *v = variable_find(sh, name);
    if (v == NULL) {
        v = must_malloc(sizeof *v);
        *v =
            (struct variable){.name = must_strdup(name), .next = sh->variables};
        sh->variables = v;
    }
    free(v->value);
    v->value = copy;
    v->exported = exported;
}

void variable_set(struct shell *sh, const char *name, const char *value)
{
    const struct variable *v = variable_find(sh, name);
    variable_assign(sh, name, value, v != NULL && v->exported);
}

void variables_import(struct shell *sh, char **environment)
{
    for (char **entry = environment; *entry != NULL; entry++) {
        size_t n = name_length(*entry);
        if (n == 0 || (*entry)[n] != '=')
            continue; /* no name that a script could use */
        struct arena_mark mark = arena_mark(&sh->arena);
        char *name = arena_string(&sh->arena, *entry, n);
        variable_assign(sh, name, *entry + n + 1, true);
        arena_release(&sh->arena, mark);
    }
}

char **variables_export(struct shell *sh)
{
    size_t count = 0;
    for (struct variable *v = sh->variables; v != NULL; v = v->next)
        count += v->exported && v->value != NULL;
    char **list = arena_take(&sh->arena, (count + 1) * sizeof *list);
    char **next = list;
    for (struct variable *v = sh->variables; v != NULL; v = v->next) {
        if (!v->exported || v->value == NULL)
            continue;
        struct text entry;
        text_start(&entry, &sh->arena);
        text_add_string(&entry, v->name);
        text_add(&entry, '=');
        text_add_string(&entry, v->value);
        *next++ = entry.bytes;
    }
    *next = NULL;
    return list;
}
