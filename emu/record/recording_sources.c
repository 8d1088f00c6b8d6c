/*
 * recording_sources.c - the texts of the sources that an image's line tables
 * name, put into a recording when a program of that image first shows: so the
 * file needs no directory of sources beside it.
 */
#include "recording_private.h"

#include <stdlib.h>
#include <string.h>

static bool is_in(const struct recording *r, const char *name)
{
    for (size_t i = 0; i < r->sources_in; i++)
        if (strcmp(r->source[i], name) == 0)
            return true;
    return false;
}

static bool note(struct recording *r, const char *name)
{
    char **grown = realloc(r->source, (r->sources_in + 1) * sizeof *grown);
    if (grown == NULL)
        return false;
    r->source = grown;
    r->source[r->sources_in] = strdup(name);
    if (r->source[r->sources_in] == NULL)
        return false;
    r->sources_in++;
    return true;
}

/* Its lines, each ended; malloc'ed. */
static char *joined(const struct source_file *file, size_t *n)
{
    size_t at = 0;
    for (size_t i = 0; i < file->lines; i++)
        at += strlen(file->line[i]) + 1;
    char *text = malloc(at + 1);
    if (text == NULL)
        return NULL;
    *n = at;
    at = 0;
    for (size_t i = 0; i < file->lines; i++) {
        size_t length = strlen(file->line[i]);
        memcpy(text + at, file->line[i], length);
        text[at + length] = '\n';
        at += length + 1;
    }
    return text;
}

static void put_source(struct recording *r, const char *name)
{
    const struct source_file *file = sources_find(r->sources, name);
    size_t n = 0;
    char *text = file != NULL ? joined(file, &n) : NULL;
    if (text == NULL)
        return;
    struct recording_image image = {"source", name, (uint8_t *)text, n};
    recording_put_image(&r->rows, ++r->images, &image);
    free(text);
}

void recording_put_sources(struct recording *r, const struct symbols *s)
{
    const char *name;
    if (s == NULL || r->sources == NULL || r->rows.compare)
        return;
    for (size_t i = 0; (name = symbols_file(s, i)) != NULL; i++)
        if (!is_in(r, name) && note(r, name))
            put_source(r, name);
}
