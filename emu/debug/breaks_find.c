/*
 * breaks_find.c - where a breakpoint lies now: the addresses of a function or a
 * source line in every image that was seen, and the frames of watched memory.
 *
 * Images come and go with programs, and a program's pages with its faults: so
 * whoever runs asks breaks_note_images and breaks_note_frames again at each
 * return to a program, and arms anew when there is something new.
 */
#include "breaks_internal.h"

#include <stdlib.h>
#include <string.h>

#define PAGE        UINT64_C(4096)
#define SPOTS_MAX   64
#define LINES_AHEAD 20 /* a line without code stands for the next with some */
#define CSR_STVEC   0x105

/* ---- Images ---- */

static bool note_image(struct breaks *b, struct symbols *s)
{
    if (s == NULL)
        return false;
    for (size_t i = 0; i < b->images; i++)
        if (b->image[i] == s)
            return false;
    struct symbols **grown = realloc(b->image, (b->images + 1) * sizeof *grown);
    if (grown == NULL)
        return false;
    b->image = grown;
    b->image[b->images++] = s;
    return true;
}

bool breaks_note_images(struct breaks *b)
{
    const struct tracker *t = b->target->tracker;
    bool new = note_image(b, tracker_kernel_symbols(t));
    for (size_t i = tracker_processes(t); i-- > 0;)
        new |= note_image(b, tracker_process_at(t, i)->symbols);
    return new;
}

/* ---- Addresses ---- */

static void add_spot(struct entry *e, uint64_t va, struct symbols *s)
{
    for (size_t i = 0; i < e->spots; i++)
        if (e->spot[i].va == va)
            return;
    if (e->spots == SPOTS_MAX)
        return;
    struct spot *grown = realloc(e->spot, (e->spots + 1) * sizeof *grown);
    if (grown == NULL)
        return;
    e->spot = grown;
    e->spot[e->spots++] =
        (struct spot){.entry = e, .va = va, .symbols = s, .watch = -1};
}

/* The vector's page, the trampoline, runs at another address than it was linked
 * at. True: va, of the kernel's image, lies in it, and runs at *moved. */
static bool in_vector_page(const struct breaks *b, uint64_t va, uint64_t *moved)
{
    const struct target *t = b->target;
    struct symbols *kernel = tracker_kernel_symbols(t->tracker);
    uint64_t vector = 0, root, linked;
    cpu_csr(machine_cpu(t->machine), CSR_STVEC, &vector);
    vector &= ~(PAGE - 1);
    if (!target_root(t, 0, &root))
        return false;
    struct sv39_walk w = sv39_walk(t->machine, root, vector);
    if (w.why != SV39_OK || !symbols_from_physical(kernel, w.pa, &linked))
        return false;
    *moved = vector + (va - linked);
    return va - linked < PAGE && *moved != va;
}

static void add_image_spot(struct entry *e, struct symbols *s, uint64_t va)
{
    uint64_t moved;
    add_spot(e, va, s);
    if (s == tracker_kernel_symbols(e->breaks->target->tracker) &&
        in_vector_page(e->breaks, va, &moved))
        add_spot(e, moved, s);
}

static void find_function(struct entry *e, struct symbols *s)
{
    uint64_t va, bytes;
    if (symbols_address(s, e->pub.place, &va, &bytes))
        add_image_spot(e, s, va);
}

/* Of the places where a line begins, the first in each function: a loop's
 * other beginnings would stop twice. */
static void add_line(struct entry *e, struct symbols *s, const uint64_t *va,
                     size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *name;
        uint64_t start, other, bytes;
        bool first = true;
        bool known = symbols_function(s, va[i], &name, &start, &bytes);
        for (size_t j = 0; known && j < n; j++)
            if (va[j] < va[i] &&
                symbols_function(s, va[j], &name, &other, &bytes) &&
                other == start)
                first = false;
        if (first)
            add_image_spot(e, s, va[i]);
    }
}

static void find_line(struct entry *e, struct symbols *s)
{
    uint64_t va[SPOTS_MAX];
    for (unsigned ahead = 0; ahead < LINES_AHEAD; ahead++) {
        size_t n = symbols_line_addresses(s, e->pub.place, e->pub.line + ahead,
                                          va, SPOTS_MAX);
        if (n == 0)
            continue;
        add_line(e, s, va, n < SPOTS_MAX ? n : SPOTS_MAX);
        return;
    }
}

bool breaks_has_places(const struct entry *e)
{
    return e->pub.kind == BREAK_FUNCTION || e->pub.kind == BREAK_LINE;
}

void breaks_find_spots(struct entry *e)
{
    struct breaks *b = e->breaks;
    if (e->pub.kind == BREAK_ADDRESS)
        add_spot(e, e->pub.address, NULL);
    if (!breaks_has_places(e))
        return;
    for (size_t i = 0; i < b->images; i++) {
        if (e->pub.kind == BREAK_FUNCTION)
            find_function(e, b->image[i]);
        else
            find_line(e, b->image[i]);
    }
    e->pub.found = e->spots;
}

/* ---- Memory ---- */

static void add_piece(struct entry *e, uint64_t address, size_t bytes)
{
    struct piece *grown = realloc(e->piece, (e->pieces + 1) * sizeof *grown);
    if (grown == NULL)
        return;
    e->piece = grown;
    struct piece *p = &grown[e->pieces++];
    *p = (struct piece){.entry = e, .address = address, .bytes = bytes};
}

void breaks_find_pieces(struct entry *e)
{
    uint64_t at = e->pub.address, left = e->pub.bytes;
    if (e->pub.kind != BREAK_MEMORY)
        return;
    while (left > 0 && e->pieces <= WATCH_BYTES_MAX / PAGE) {
        uint64_t rest = PAGE - (at & (PAGE - 1));
        size_t bytes = (size_t)(rest < left ? rest : left);
        add_piece(e, at, bytes);
        at += bytes;
        left -= bytes;
    }
}

static bool root_of(const struct entry *e, uint64_t *root)
{
    const struct target *t = e->breaks->target;
    *root = 0;
    switch (e->pub.space) {
    case SPACE_PROCESS:
        return target_root(t, e->pub.pid, root);
    case SPACE_KERNELS:
        return target_root(t, 0, root);
    case SPACE_ANYWHERE:
        *root = target_place(t).root;
        return true;
    case SPACE_PHYSICAL:
        break;
    }
    return true;
}

bool breaks_piece_frame(const struct piece *p, uint64_t *pa)
{
    struct machine *m = p->entry->breaks->target->machine;
    uint64_t root;
    if (!root_of(p->entry, &root))
        return false;
    struct sv39_walk w = sv39_walk(m, root, p->address);
    if (w.why != SV39_OK && w.why != SV39_BARE)
        return false;
    *pa = w.pa;
    return machine_ram(m, w.pa, p->bytes) != NULL;
}

static bool note_frame(struct piece *p)
{
    uint64_t pa;
    if (!breaks_piece_frame(p, &pa))
        return false;
    for (size_t i = 0; i < p->frames; i++)
        if (p->frame[i] == pa)
            return false;
    if (p->frames == FRAMES_MAX && p->entry->breaks->armed)
        return true;               /* room is made when nothing is watched */
    if (p->frames == FRAMES_MAX) { /* the oldest goes */
        memmove(&p->frame[0], &p->frame[1],
                (FRAMES_MAX - 1) * sizeof p->frame[0]);
        p->frames--;
    }
    p->frame[p->frames] = pa;
    p->watch[p->frames++] = -1;
    return true;
}

bool breaks_note_frames(struct entry *e)
{
    bool new = false;
    for (size_t i = 0; i < e->pieces; i++)
        new |= note_frame(&e->piece[i]);
    return new;
}
