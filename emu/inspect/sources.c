/*
 * sources.c - the text of source files, for display, found under the roots of
 * the search path.
 *
 * The names come from an image's line table, which anyone may have written, so
 * a name reaches only files below a root: an absolute name is tried by its
 * endings (root/b/c.c, root/c.c for /a/b/c.c), and ".." never climbs.
 */
#include "symbols.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOURCE_BYTES_MAX (16u << 20) /* a line table may name any file */

struct entry {
    struct source_file file; /* line == NULL: looked for and not found */
    char *path, *text;
    char *asked;
};

struct sources {
    char **root;
    size_t roots;
    struct entry **entry;
    size_t entries;
};

struct sources *sources_create(void)
{
    return calloc(1, sizeof(struct sources));
}

void sources_add_root(struct sources *s, const char *directory)
{
    char **grown = realloc(s->root, (s->roots + 1) * sizeof *grown);
    if (grown == NULL)
        return;
    s->root = grown;
    s->root[s->roots] = strdup(directory);
    if (s->root[s->roots] != NULL)
        s->roots++;
}

static void free_entry(struct entry *e)
{
    if (e == NULL)
        return;
    free((void *)(uintptr_t)e->file.line);
    free(e->path);
    free(e->text);
    free(e->asked);
    free(e);
}

void sources_destroy(struct sources *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->entries; i++)
        free_entry(s->entry[i]);
    for (size_t i = 0; i < s->roots; i++)
        free(s->root[i]);
    free(s->entry);
    free(s->root);
    free(s);
}

/* The whole of a regular file, NUL-terminated; NULL if it is none. */
static char *read_regular(const char *path, size_t *n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    struct stat st;
    char *text = NULL;
    *n = 0;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= 0 &&
        st.st_size <= SOURCE_BYTES_MAX)
        text = malloc((size_t)st.st_size + 1);
    while (text != NULL && *n < (size_t)st.st_size) {
        ssize_t got = read(fd, text + *n, (size_t)st.st_size - *n);
        if (got <= 0)
            break;
        *n += (size_t)got;
    }
    if (text != NULL)
        text[*n] = '\0';
    close(fd);
    return text;
}

static bool split_lines(struct entry *e, size_t n)
{
    size_t lines = 0;
    for (size_t i = 0; i < n; i++)
        lines += e->text[i] == '\n' || i + 1 == n;
    const char **line = calloc(lines + 1, sizeof *line);
    if (line == NULL)
        return false;
    char *p = e->text;
    for (size_t i = 0; i < lines; i++) {
        char *end = memchr(p, '\n', (size_t)(e->text + n - p));
        if (end == NULL)
            end = e->text + n;
        *end = '\0';
        if (end > p && end[-1] == '\r')
            end[-1] = '\0';
        line[i] = p;
        p = end + 1;
    }
    e->file = (struct source_file){e->path, lines, line};
    return true;
}

static bool climbs(const char *path)
{
    for (const char *p = path; *p != '\0';) {
        size_t n = strcspn(p, "/");
        if (n == 2 && p[0] == '.' && p[1] == '.')
            return true;
        p += n + (p[n] == '/' ? 1 : 0);
    }
    return false;
}

/* One name below one root. */
static bool load(struct entry *e, const char *root, const char *name)
{
    size_t bytes = strlen(root) + strlen(name) + 2, n;
    char *path = malloc(bytes);
    if (path == NULL)
        return false;
    snprintf(path, bytes, "%s/%s", root, name);
    char *text = read_regular(path, &n);
    if (text == NULL) {
        free(path);
        return false;
    }
    e->path = path;
    e->text = text;
    return split_lines(e, n);
}

static void look_for(const struct sources *s, struct entry *e)
{
    if (climbs(e->asked))
        return;
    bool absolute = e->asked[0] == '/';
    for (const char *name = e->asked; name != NULL && *name != '\0';) {
        while (*name == '/')
            name++;
        for (size_t i = 0; i < s->roots && *name != '\0'; i++)
            if (load(e, s->root[i], name))
                return;
        name = absolute ? strchr(name, '/') : NULL;
    }
}

/* A new entry that was asked for by this path; NULL: out of memory. */
static struct entry *add_entry(struct sources *s, const char *path)
{
    struct entry **grown = realloc(s->entry, (s->entries + 1) * sizeof *grown);
    if (grown == NULL)
        return NULL;
    s->entry = grown;
    struct entry *e = calloc(1, sizeof *e);
    if (e == NULL || (e->asked = strdup(path)) == NULL) {
        free(e);
        return NULL;
    }
    s->entry[s->entries++] = e;
    return e;
}

void sources_add_text(struct sources *s, const char *path, const char *text,
                      size_t n)
{
    struct entry *e = add_entry(s, path);
    if (e == NULL || (e->text = malloc(n + 1)) == NULL ||
        (e->path = strdup(path)) == NULL)
        return;
    memcpy(e->text, text, n);
    e->text[n] = '\0';
    split_lines(e, n);
}

const struct source_file *sources_find(struct sources *s, const char *path)
{
    for (size_t i = 0; i < s->entries; i++)
        if (strcmp(s->entry[i]->asked, path) == 0)
            return s->entry[i]->file.line ? &s->entry[i]->file : NULL;
    struct entry *e = add_entry(s, path);
    if (e == NULL)
        return NULL;
    look_for(s, e);
    return e->file.line ? &e->file : NULL;
}
