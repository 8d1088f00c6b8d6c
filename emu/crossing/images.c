/*
 * images.c - which symbols an address has: the kernel's image, or the program
 * that a process runs.
 *
 * A program is found in the initrd by the path that the exec probe named, and
 * believed only when guest memory agrees: the build-id where it is loaded and
 * in memory, else the bytes of a code page. Wrong symbols are worse than none.
 */
#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The archive (POSIX ustar): 512-byte headers, data padded to 512 ---- */

#define TAR_BLOCK  512
#define TAR_NAME   0
#define TAR_SIZE   124
#define TAR_TYPE   156
#define TAR_MAGIC  257
#define TAR_PREFIX 345

/* Octal digits, ended by a space or NUL; false if it is none. */
static bool octal(const uint8_t *digits, size_t n, uint64_t *value)
{
    size_t i = 0;
    *value = 0;
    while (i < n && digits[i] == ' ')
        i++;
    for (; i < n && digits[i] >= '0' && digits[i] <= '7'; i++)
        *value = *value * 8 + (digits[i] - '0');
    return i == n || digits[i] == ' ' || digits[i] == '\0';
}

/* Paths are compared without "./" and "/" in front. */
static const char *bare_path(const char *path)
{
    while (*path == '/' || (path[0] == '.' && path[1] == '/'))
        path += *path == '/' ? 1 : 2;
    return path;
}

static void member_name(const uint8_t *header, char name[260])
{
    const char *prefix = (const char *)header + TAR_PREFIX;
    int prefix_bytes = (int)strnlen(prefix, 155);
    int name_bytes = (int)strnlen((const char *)header, 100);
    snprintf(name, 260, "%.*s%s%.*s", prefix_bytes, prefix,
             prefix_bytes > 0 ? "/" : "", name_bytes, (const char *)header);
}

static const uint8_t *find_member(const struct tracker *t, const char *path,
                                  size_t *n)
{
    uint64_t at = 0, bytes;
    char name[260];
    while (t->initrd_bytes >= TAR_BLOCK && at <= t->initrd_bytes - TAR_BLOCK) {
        const uint8_t *header = t->initrd + at;
        if (memcmp(header + TAR_MAGIC, "ustar", 5) != 0 ||
            !octal(header + TAR_SIZE, 12, &bytes) ||
            bytes > t->initrd_bytes - at - TAR_BLOCK)
            return NULL;
        bool file = header[TAR_TYPE] == '0' || header[TAR_TYPE] == '\0';
        member_name(header, name);
        if (file && strcmp(bare_path(name), bare_path(path)) == 0) {
            *n = (size_t)bytes;
            return header + TAR_BLOCK;
        }
        at += TAR_BLOCK + (bytes + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
    }
    return NULL;
}

/* ---- The programs that ran ---- */

void image_executed(struct tracker *t, struct proc *p, const char *path)
{
    size_t i = 0;
    snprintf(p->pub.path, sizeof p->pub.path, "%s", path);
    p->pub.symbols = NULL;
    p->checked = IMAGE_UNCHECKED;
    p->image = 0;
    while (i < t->images && strcmp(t->image[i].path, path) != 0)
        i++;
    if (i == t->images) {
        struct image *grown = realloc(t->image, (i + 1) * sizeof *grown);
        if (grown == NULL)
            return;
        t->image = grown;
        t->image[i] = (struct image){0};
        snprintf(t->image[i].path, sizeof t->image[i].path, "%s", path);
        t->images++;
    }
    p->image = (uint32_t)i + 1;
}

static struct symbols *open_image(const struct tracker *t, struct image *image)
{
    char why[160];
    if (image->tried)
        return image->symbols;
    image->tried = true;
    if (t->initrd != NULL)
        image->bytes = find_member(t, image->path, &image->n);
    /* A program that cannot be read as an image has no symbols, that is all. */
    if (image->bytes != NULL)
        symbols_open(image->bytes, image->n, image->path, &image->symbols, why,
                     sizeof why);
    return image->symbols;
}

void images_free(struct tracker *t)
{
    for (size_t i = 0; i < t->images; i++)
        symbols_close(t->image[i].symbols);
    free(t->image);
}

/* ---- Does guest memory hold this image? ---- */

enum agreement { AGREES, DIFFERS, NOT_IN_MEMORY };

static enum agreement compare(const struct tracker *t, uint64_t root,
                              const struct symbols *s, uint64_t va, size_t n)
{
    uint8_t memory[4096];
    const uint8_t *file = symbols_bytes(s, va, n);
    if (file == NULL || sv39_read(t->machine, root, va, memory, n) != n)
        return NOT_IN_MEMORY;
    return memcmp(memory, file, n) == 0 ? AGREES : DIFFERS;
}

/* The part of va's page that one code segment holds. */
static enum agreement compare_page(const struct tracker *t, uint64_t root,
                                   const struct symbols *s, uint64_t va)
{
    size_t n;
    const struct symbols_segment *g = symbols_segments(s, &n);
    for (size_t i = 0; i < n; i++, g++) {
        if (!g->executable || g->writable || va < g->va ||
            va - g->va >= g->file_bytes)
            continue;
        uint64_t from = va & ~UINT64_C(4095), to = from + 4096;
        uint64_t end = g->va + g->file_bytes;
        if (from < g->va)
            from = g->va;
        if (to > end)
            to = end;
        return compare(t, root, s, from, (size_t)(to - from));
    }
    return NOT_IN_MEMORY;
}

/* The first code page that is in memory decides. */
static enum agreement compare_code(const struct tracker *t, uint64_t root,
                                   const struct symbols *s)
{
    size_t n;
    const struct symbols_segment *g = symbols_segments(s, &n);
    for (size_t i = 0; i < n; i++)
        for (uint64_t at = 0; at < g[i].file_bytes && at < (64u << 12);
             at += 4096) {
            enum agreement a = compare_page(t, root, s, g[i].va + at);
            if (a != NOT_IN_MEMORY)
                return a;
        }
    return NOT_IN_MEMORY;
}

static enum agreement check(const struct tracker *t, const struct proc *p,
                            const struct symbols *s, uint64_t va)
{
    uint8_t id[32];
    size_t n = symbols_build_id(s, id);
    enum agreement a = NOT_IN_MEMORY;
    if (n > 0 && symbols_build_id_va(s) != 0)
        a = compare(t, p->pub.root, s, symbols_build_id_va(s), n);
    if (a == NOT_IN_MEMORY)
        a = va != 0 ? compare_page(t, p->pub.root, s, va)
                    : compare_code(t, p->pub.root, s);
    return a;
}

struct symbols *image_symbols(struct tracker *t, struct proc *p, uint64_t va)
{
    if (p->image == 0 || p->checked == IMAGE_WRONG)
        return NULL;
    struct symbols *s = open_image(t, &t->image[p->image - 1]);
    if (s == NULL || p->checked == IMAGE_RIGHT)
        return s;
    enum agreement a = check(t, p, s, va);
    if (a == AGREES)
        p->checked = IMAGE_RIGHT;
    else if (a == DIFFERS)
        p->checked = IMAGE_WRONG;
    return a == AGREES ? s : NULL;
}

/* ---- By address ---- */

static bool loaded(const struct symbols *s, uint64_t va)
{
    size_t n;
    const struct symbols_segment *g = symbols_segments(s, &n);
    for (size_t i = 0; i < n; i++)
        if (va >= g[i].va && va - g[i].va < g[i].bytes)
            return true;
    return false;
}

/* The kernel at its own addresses, or by the frame behind va: before paging is
 * on, and in the trampoline page, it runs elsewhere than it was linked. */
static struct symbols *kernel_at(const struct tracker *t, enum cpu_priv priv,
                                 uint64_t root, uint64_t va, uint64_t *image_va)
{
    *image_va = va;
    if (t->kernel == NULL || loaded(t->kernel, va))
        return t->kernel;
    struct sv39_walk w = sv39_walk(t->machine, priv == CPU_M ? 0 : root, va);
    if ((w.why != SV39_OK && w.why != SV39_BARE) ||
        !symbols_from_physical(t->kernel, w.pa, image_va))
        return NULL;
    return t->kernel;
}

struct symbols *tracker_symbols(const struct tracker *t, enum cpu_priv priv,
                                uint64_t root, uint64_t va, uint64_t *image_va)
{
    *image_va = va;
    if (priv != CPU_U)
        return kernel_at(t, priv, root, va, image_va);
    const struct proc *p = process_look_root(t, root);
    if (p != NULL && p->image != 0)
        return image_symbols((struct tracker *)(uintptr_t)t,
                             (struct proc *)(uintptr_t)p, va);
    /* User code that came inside the kernel's image, and was not moved. */
    struct sv39_walk w = sv39_walk(t->machine, root, va);
    bool there = t->kernel != NULL &&
                 (w.why == SV39_OK || w.why == SV39_BARE) &&
                 symbols_from_physical(t->kernel, w.pa, image_va);
    return there ? t->kernel : NULL;
}
