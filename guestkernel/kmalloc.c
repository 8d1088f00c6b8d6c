/* kmalloc.c - pages cut into objects of one size class each. A header at the page's start says
 * which, so that kfree finds it from the object's address. A page whose last object is freed
 * goes back to the page allocator: when everything made is gone again, so are all frames. */
#include "kernel.h"

#define SMALLEST_SHIFT 5 /* 32 bytes */
#define CLASSES        6 /* 32 64 128 256 512 1024 */

struct free_object {
    struct free_object *next;
};

struct slab {                     /* at the start of its page */
    struct slab *next, *previous; /* slabs of the class with a free object */
    struct free_object *free;     /* returned ones */
    uint16_t untouched;           /* offset of the first never used one */
    uint16_t used;
    uint32_t class;
};
#define SLAB_HEADER 48 /* a multiple of 16 */
_Static_assert(sizeof(struct slab) <= SLAB_HEADER, "the header has grown");

static struct slab *partial[CLASSES];

static size_t class_bytes(unsigned class) { return (size_t)1 << (SMALLEST_SHIFT + class); }

static void link_in(struct slab *s) {
    s->previous = NULL;
    s->next = partial[s->class];
    if (s->next) s->next->previous = s;
    partial[s->class] = s;
}

static void link_out(struct slab *s) {
    if (s->next) s->next->previous = s->previous;
    *(s->previous ? &s->previous->next : &partial[s->class]) = s->next;
}

static bool is_full(const struct slab *s) {
    return !s->free && s->untouched + class_bytes(s->class) > PAGE_SIZE;
}

static struct slab *new_slab(unsigned class) {
    paddr page = page_alloc();
    if (!page) return NULL;
    struct slab *s = kva(page);
    *s = (struct slab){.untouched = SLAB_HEADER, .class = class};
    link_in(s);
    return s;
}

void *kmalloc(size_t bytes) {
    unsigned class = 0;
    while (class_bytes(class) < bytes)
        if (++class == CLASSES)
            panic("kmalloc: %lu bytes asked, %d is the most", bytes, KMALLOC_MAX);
    struct slab *s = partial[class] ? partial[class] : new_slab(class);
    if (!s) return NULL;
    void *object = s->free;
    if (object) {
        s->free = s->free->next;
    } else {
        object = (char *)s + s->untouched;
        s->untouched += class_bytes(class);
    }
    s->used++;
    if (is_full(s)) link_out(s);
    return memset(object, 0, class_bytes(class));
}

void kfree(void *object) {
    if (!object) return;
    struct slab *s = (struct slab *)PAGE_DOWN((uintptr_t)object);
    if (is_full(s)) link_in(s);
    struct free_object *f = object;
    f->next = s->free;
    s->free = f;
    if (--s->used == 0) {
        link_out(s);
        page_drop(kpa(s));
    }
}
