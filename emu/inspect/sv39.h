/*
 * sv39.h - the page-table walk (privileged manual 4.3-4.4) as a question that
 * changes nothing, and why an access is refused.
 */
#ifndef SALLYPORT_SV39_H
#define SALLYPORT_SV39_H

#include "../machine/machine.h"

/*  63    54 53        28 27        19 18        10 9  8 7 6 5 4 3 2 1 0
 *  reserved |  PPN[2]   |  PPN[1]    |  PPN[0]    | RSW|D|A|G|U|X|W|R|V|   */
#define PTE_V (1u << 0)
#define PTE_R (1u << 1)
#define PTE_W (1u << 2)
#define PTE_X (1u << 3)
#define PTE_U (1u << 4)
#define PTE_G (1u << 5)
#define PTE_A (1u << 6)
#define PTE_D (1u << 7)

enum sv39_access { SV39_LOAD, SV39_STORE, SV39_FETCH };

/* What stopped an access, the first in the manual's order. */
enum sv39_why {
    SV39_OK,
    SV39_NON_CANONICAL, /* bits 63..39 differ from bit 38 */
    SV39_NO_TABLE,      /* a table or PTE lies outside RAM */
    SV39_NOT_VALID,     /* V = 0 */
    SV39_RESERVED,      /* W without R, or reserved bits set */
    SV39_NOT_LEAF,      /* level 0 entry without R or X */
    SV39_MISALIGNED,    /* a large page whose PPN is not aligned */
    SV39_NOT_USER,      /* U = 0, access from U-mode */
    SV39_USER_PAGE,     /* U = 1, access from S-mode with SUM = 0, or a fetch */
    SV39_NOT_READABLE,
    SV39_NOT_WRITABLE,
    SV39_NOT_EXECUTABLE,
    SV39_BARE, /* satp says no translation: va is pa */
};

struct sv39_level {
    unsigned level; /* 2, 1, 0 */
    unsigned index; /* 0..511 */
    uint64_t pte_pa;
    uint64_t pte;
};

struct sv39_walk {
    uint64_t va, root;
    struct sv39_level level[3];
    unsigned levels;   /* how many entries were read */
    enum sv39_why why; /* of the structure alone: SV39_OK if a leaf was found */
    uint64_t pa;       /* if OK */
    uint64_t flags;    /* the leaf's low 10 bits, if OK */
    uint64_t page_bytes; /* 4 KiB, 2 MiB, 1 GiB */
};

/* root: physical address of the level 2 table; 0: no translation (SV39_BARE).
 * A misaligned large page has its flags filled in as well. */
struct sv39_walk sv39_walk(struct machine *m, uint64_t root, uint64_t va);
/* Would this access pass, from this privilege with these sstatus bits? M-mode
 * does not translate: SV39_BARE. */
enum sv39_why sv39_check(const struct sv39_walk *walk, enum sv39_access access,
                         enum cpu_priv priv, bool sum, bool mxr);
/* "the page is read-only: W = 0" and the PTE bit that decided (0 if none). */
const char *sv39_sentence(enum sv39_why why, unsigned *pte_bit);
/* satp's MODE is Sv39 / its root. */
bool sv39_on(uint64_t satp);
uint64_t sv39_root(uint64_t satp);

/* Copies n bytes at va in the space of root, permissions ignored, for display.
 * Returns how many came before the first byte that is not mapped to RAM. */
size_t sv39_read(struct machine *m, uint64_t root, uint64_t va, void *buf,
                 size_t n);

/* ---- What is mapped: runs of pages with equal flags, in address order ---- */
struct sv39_range {
    uint64_t va, bytes;
    uint64_t pa;     /* of the first page */
    uint64_t flags;  /* R W X U G (A and D left out of the comparison) */
    bool contiguous; /* the frames follow each other as well */
};
/* Returns the number of ranges (may exceed max); writes up to max. A hostile
 * tree that reuses its tables is followed for as many tables as RAM has pages
 * and no further. */
size_t sv39_ranges(struct machine *m, uint64_t root, struct sv39_range *range,
                   size_t max);

#endif
