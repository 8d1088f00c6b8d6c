/*
 * lines.c - source positions: the DWARF line tables of an image, read once
 * with libdw into one array by address, so that a question on each step costs
 * a binary search and nothing else.
 *
 * Paths are kept as the line table has them, with "./" and "x/../" taken out:
 * our own images are compiled so that they read `guestkernel/copy.c`. A unit
 * compiled in a folder that is itself given relatively (`guestapps`, through
 * -ffile-prefix-map) may name its files from there: the folder is put before.
 */
#include "symbols_internal.h"

#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row_list {
    struct symbols *s;
    size_t capacity, file_capacity;
    uint32_t *slot;        /* hash of paths: index into s->file plus 1, or 0 */
    size_t slots;          /* a power of two, more than twice the files */
    uint64_t statement_va; /* of an empty row that began a statement: the row
                              behind it at the same place goes on with it */
    int statement_line;
    const char *statement_raw;
    const char *folder;   /* of the unit, if it is a relative one; or "" */
    const char *last_raw; /* libdw gives one pointer per file of a unit */
    uint32_t last_file;
};

/* Copies raw without ".", "" and "x/.." parts; path has strlen(raw) + 2 bytes.
 */
static void tidy_path(const char *raw, char *path)
{
    bool absolute = raw[0] == '/';
    char *out = path, *floor;
    if (absolute)
        *out++ = '/';
    floor = out;
    for (const char *in = raw; *in != '\0';) {
        size_t n = strcspn(in, "/");
        bool up = n == 2 && in[0] == '.' && in[1] == '.';
        if (up && out > floor) {
            out--; /* the slash behind the part before */
            while (out > floor && out[-1] != '/')
                out--;
        } else if (n > 0 && !(n == 1 && in[0] == '.') && !(up && absolute)) {
            memcpy(out, in, n);
            out += n;
            *out++ = '/';
            if (up)
                floor = out; /* a leading ".." cannot be taken back */
        }
        in += n + (in[n] == '/' ? 1 : 0);
    }
    if (out > path + 1)
        out--; /* the last slash */
    *out = '\0';
}

/* Where path is, or belongs, in the hash (FNV-1a, open addressing). */
static uint32_t *path_slot(const struct row_list *list, const char *path)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (const char *p = path; *p != '\0'; p++)
        hash = (hash ^ (uint8_t)*p) * UINT64_C(0x100000001b3);
    for (size_t i = hash;; i++) {
        uint32_t *slot = &list->slot[i & (list->slots - 1)];
        if (*slot == 0 || strcmp(list->s->file[*slot - 1], path) == 0)
            return slot;
    }
}

static int grow_hash(struct row_list *list)
{
    size_t slots = list->slots == 0 ? 64 : list->slots * 2;
    uint32_t *grown = calloc(slots, sizeof *grown);
    if (grown == NULL)
        return -1;
    free(list->slot);
    list->slot = grown;
    list->slots = slots;
    for (size_t i = 0; i < list->s->files; i++)
        *path_slot(list, list->s->file[i]) = (uint32_t)i + 1;
    return 0;
}

static int new_file(struct row_list *list, char *path, uint32_t *index)
{
    struct symbols *s = list->s;
    if (s->files == list->file_capacity) {
        size_t capacity = list->file_capacity * 2 + 16;
        char **grown = realloc(s->file, capacity * sizeof *grown);
        if (grown == NULL)
            return -1;
        s->file = grown;
        list->file_capacity = capacity;
    }
    *index = (uint32_t)s->files;
    s->file[s->files++] = path;
    *path_slot(list, path) = *index + 1;
    return 0;
}

/* The tidy path of raw, malloc'ed; behind the unit's folder if it is relative
 * and does not begin there. */
static char *named_path(const char *folder, const char *raw)
{
    size_t n = strlen(folder);
    bool whole = n == 0 || raw[0] == '/' ||
                 (strncmp(raw, folder, n) == 0 && raw[n] == '/');
    char *path = malloc(n + strlen(raw) + 3);
    char *joined = malloc(n + strlen(raw) + 2);
    if (path != NULL && joined != NULL) {
        sprintf(joined, "%s%s%s", whole ? "" : folder, whole ? "" : "/", raw);
        tidy_path(joined, path);
    } else {
        free(path);
        path = NULL;
    }
    free(joined);
    return path;
}

static int find_file(struct row_list *list, const char *raw, uint32_t *index)
{
    struct symbols *s = list->s;
    if (raw == list->last_raw) {
        *index = list->last_file;
        return 0;
    }
    char *path = named_path(list->folder, raw);
    if (path == NULL)
        return -1;
    if (s->files * 2 >= list->slots && grow_hash(list) != 0) {
        free(path);
        return -1;
    }
    uint32_t known = *path_slot(list, path);
    if (known != 0) {
        free(path);
        *index = known - 1;
    } else if (new_file(list, path, index) != 0) {
        free(path);
        return -1;
    }
    list->last_raw = raw;
    list->last_file = *index;
    return 0;
}

/* Sections that the linker dropped leave their lines at address 0: only what
 * lies in a loaded executable segment counts. */
static bool is_loaded_code(const struct symbols *s, uint64_t va, uint64_t end)
{
    for (size_t i = 0; i < s->segments; i++) {
        const struct symbols_segment *g = &s->segment[i];
        if (g->executable && va >= g->va && end > va && end - g->va <= g->bytes)
            return true;
    }
    return false;
}

static int add_row(struct row_list *list, Dwarf_Line *line, uint64_t end)
{
    struct symbols *s = list->s;
    Dwarf_Addr va;
    int number;
    bool statement, over;
    const char *raw = dwarf_linesrc(line, NULL, NULL);
    if (raw == NULL || dwarf_lineaddr(line, &va) != 0 ||
        dwarf_lineno(line, &number) != 0 || number <= 0 ||
        dwarf_linebeginstatement(line, &statement) != 0 ||
        dwarf_lineendsequence(line, &over) != 0 || over)
        return 0;
    statement |= list->statement_va == va && list->statement_line == number &&
                 list->statement_raw == raw;
    list->statement_raw = NULL;
    if (end == va && statement) {
        list->statement_va = va;
        list->statement_line = number;
        list->statement_raw = raw;
    }
    if (!is_loaded_code(s, va, end))
        return 0;
    if (s->rows == list->capacity) {
        size_t capacity = list->capacity * 2 + 1024;
        struct line_row *grown = realloc(s->row, capacity * sizeof *grown);
        if (grown == NULL)
            return -1;
        s->row = grown;
        list->capacity = capacity;
    }
    uint32_t file;
    if (find_file(list, raw, &file) != 0)
        return -1;
    s->row[s->rows++] =
        (struct line_row){va, end, file, (uint32_t)number, statement};
    return 0;
}

static int read_unit(struct row_list *list, Dwarf_Die *unit)
{
    Dwarf_Lines *lines;
    size_t n;
    if (dwarf_getsrclines(unit, &lines, &n) != 0)
        return 0; /* a unit without lines, or a damaged one */
    Dwarf_Attribute attribute;
    const char *folder =
        dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));
    list->folder = folder != NULL && folder[0] != '/' ? folder : "";
    list->last_raw = list->statement_raw = NULL;
    for (size_t i = 0; i + 1 < n; i++) {
        Dwarf_Addr end;
        if (dwarf_lineaddr(dwarf_onesrcline(lines, i + 1), &end) == 0 &&
            add_row(list, dwarf_onesrcline(lines, i), end) != 0)
            return -1;
    }
    return 0;
}

static int by_va(const void *pa, const void *pb)
{
    const struct line_row *a = pa, *b = pb;
    if (a->va != b->va)
        return a->va < b->va ? -1 : 1;
    return (a->end > b->end) - (a->end < b->end);
}

int lines_read(struct symbols *s)
{
    if (s->dwarf == NULL)
        return 0;
    struct row_list list = {.s = s};
    Dwarf_CU *cu = NULL;
    Dwarf_Die unit;
    int status = 0;
    while (status == 0 &&
           dwarf_get_units(s->dwarf, cu, &cu, NULL, NULL, &unit, NULL) == 0)
        status = read_unit(&list, &unit);
    free(list.slot);
    if (s->rows > 0)
        qsort(s->row, s->rows, sizeof *s->row, by_va);
    return status;
}

void lines_free(struct symbols *s)
{
    for (size_t i = 0; i < s->files; i++)
        free(s->file[i]);
    free(s->file);
    free(s->row);
}

const char *symbols_file(const struct symbols *s, size_t i)
{
    return i < s->files ? s->file[i] : NULL;
}

bool symbols_line(const struct symbols *s, uint64_t va, const char **file,
                  unsigned *line)
{
    size_t low = 0, high = s->rows; /* the last with row.va <= va */
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->row[mid].va <= va)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == 0 || va >= s->row[low - 1].end)
        return false;
    *file = s->file[s->row[low - 1].file];
    *line = s->row[low - 1].line;
    return true;
}

/* "copy.c" names "guestkernel/copy.c", not "mycopy.c". */
static bool names_file(const char *path, const char *suffix)
{
    size_t n = strlen(path), m = strlen(suffix);
    if (m == 0 || m > n || strcmp(path + n - m, suffix) != 0)
        return false;
    return m == n || path[n - m - 1] == '/';
}

size_t symbols_line_addresses(const struct symbols *s, const char *file,
                              unsigned line, uint64_t *va, size_t max)
{
    size_t found = 0;
    for (size_t i = 0; i < s->rows; i++) {
        const struct line_row *row = &s->row[i];
        if (row->line != line || !row->statement ||
            !names_file(s->file[row->file], file))
            continue;
        /* One statement may take several rows on end: it begins once. */
        if (i > 0 && s->row[i - 1].line == line &&
            s->row[i - 1].file == row->file && s->row[i - 1].end == row->va)
            continue;
        if (found < max)
            va[found] = row->va;
        found++;
    }
    return found;
}
