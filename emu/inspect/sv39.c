/*
 * sv39.c - the page-table walk of the privileged manual (4.3.2, "Virtual
 * Address Translation Process", and 4.4 for Sv39), asked and not performed:
 * nothing is written, A and D stay as they are.
 *
 * The steps and their order are the manual's; where the first of several
 * objections matters for the explanation, it is the manual's first.
 */
#include "sv39.h"

#include <string.h>

#define SATP_MODE_SV39    8
#define PTE_PPN_SHIFT     10
#define PTE_PPN_MASK      ((UINT64_C(1) << 44) - 1)
#define PTE_HIGH_RESERVED (UINT64_C(0x3ff) << 54)
#define PTE_FLAGS         0x3ffu
/* What two neighbouring pages must share to be one range. */
#define RANGE_FLAGS       (PTE_R | PTE_W | PTE_X | PTE_U | PTE_G)

bool sv39_on(uint64_t satp)
{
    return satp >> 60 == SATP_MODE_SV39;
}

uint64_t sv39_root(uint64_t satp)
{
    return (satp & PTE_PPN_MASK) << 12;
}

static bool canonical(uint64_t va)
{
    uint64_t top = va >> 38; /* bits 63..38 must be equal */
    return top == 0 || top == (UINT64_C(1) << 26) - 1;
}

static bool is_leaf(uint64_t pte)
{
    return (pte & (PTE_R | PTE_X)) != 0;
}

/* Step 3 of 4.3.2, and what 4.3.1 and 4.4.1 reserve: bits 63..54 (no Svnapot,
 * no Svpbmt here), W without R, and A, D, U of an entry that points on. */
static bool is_reserved(uint64_t pte)
{
    if ((pte & PTE_HIGH_RESERVED) != 0 || (pte & (PTE_R | PTE_W)) == PTE_W)
        return true;
    return !is_leaf(pte) && (pte & (PTE_A | PTE_D | PTE_U)) != 0;
}

static bool load_pte(struct machine *m, uint64_t pa, uint64_t *pte)
{
    const uint8_t *bytes = machine_ram(m, pa, 8);
    if (bytes == NULL)
        return false;
    memcpy(pte, bytes, 8);
    return true;
}

static void found_leaf(struct sv39_walk *w, unsigned level, uint64_t pte)
{
    uint64_t ppn = pte >> PTE_PPN_SHIFT & PTE_PPN_MASK;
    w->page_bytes = UINT64_C(4096) << (9 * level);
    w->flags = pte & PTE_FLAGS;
    w->pa = (ppn << 12) | (w->va & (w->page_bytes - 1));
    w->why =
        ((ppn << 12) & (w->page_bytes - 1)) != 0 ? SV39_MISALIGNED : SV39_OK;
    if (w->why != SV39_OK)
        w->pa = 0;
}

struct sv39_walk sv39_walk(struct machine *m, uint64_t root, uint64_t va)
{
    struct sv39_walk w = {.va = va, .root = root, .why = SV39_NOT_LEAF};
    if (root == 0) {
        w.why = SV39_BARE;
        w.pa = va;
        w.page_bytes = 4096;
        return w;
    }
    if (!canonical(va)) {
        w.why = SV39_NON_CANONICAL;
        return w;
    }
    uint64_t table = root;
    for (int level = 2; level >= 0; level--) {
        unsigned index = va >> (12 + 9 * level) & 511;
        struct sv39_level *step = &w.level[w.levels];
        *step =
            (struct sv39_level){(unsigned)level, index, table + 8 * index, 0};
        if (!load_pte(m, step->pte_pa, &step->pte)) {
            w.why = SV39_NO_TABLE;
            return w;
        }
        w.levels++;
        if (!(step->pte & PTE_V) || is_reserved(step->pte)) {
            w.why = step->pte & PTE_V ? SV39_RESERVED : SV39_NOT_VALID;
            return w;
        }
        if (is_leaf(step->pte)) {
            found_leaf(&w, (unsigned)level, step->pte);
            return w;
        }
        table = (step->pte >> PTE_PPN_SHIFT & PTE_PPN_MASK) << 12;
    }
    return w; /* the level 0 entry points on */
}

/* Step 5: R, W, X and U against the access, the privilege, SUM and MXR. */
static enum sv39_why permitted(uint64_t flags, enum sv39_access access,
                               enum cpu_priv priv, bool sum, bool mxr)
{
    bool user_page = (flags & PTE_U) != 0;
    if (priv == CPU_U && !user_page)
        return SV39_NOT_USER;
    if (priv == CPU_S && user_page && (access == SV39_FETCH || !sum))
        return SV39_USER_PAGE;
    if (access == SV39_FETCH)
        return flags & PTE_X ? SV39_OK : SV39_NOT_EXECUTABLE;
    if (access == SV39_STORE)
        return flags & PTE_W ? SV39_OK : SV39_NOT_WRITABLE;
    return flags & PTE_R || (mxr && flags & PTE_X) ? SV39_OK
                                                   : SV39_NOT_READABLE;
}

enum sv39_why sv39_check(const struct sv39_walk *walk, enum sv39_access access,
                         enum cpu_priv priv, bool sum, bool mxr)
{
    if (priv == CPU_M)
        return SV39_BARE;
    if (walk->why != SV39_OK && walk->why != SV39_MISALIGNED)
        return walk->why;
    enum sv39_why why = permitted(walk->flags, access, priv, sum, mxr);
    return why != SV39_OK ? why : walk->why; /* step 6: misaligned */
}

const char *sv39_sentence(enum sv39_why why, unsigned *pte_bit)
{
    static const struct {
        const char *text;
        unsigned bit;
    } row[] = {
        [SV39_OK] = {"the access is allowed", 0},
        [SV39_NON_CANONICAL] = {"no address of Sv39: bits 63..39 differ from "
                                "bit 38",
                                0},
        [SV39_NO_TABLE] = {"its page table lies outside memory", 0},
        [SV39_NOT_VALID] = {"nothing is mapped there: V = 0", PTE_V},
        [SV39_RESERVED] = {"its page-table entry uses a reserved encoding",
                           PTE_W},
        [SV39_NOT_LEAF] = {"the lowest page-table entry points on instead of "
                           "naming a page: R = W = X = 0",
                           PTE_R},
        [SV39_MISALIGNED] = {"its large page is not aligned to its size", 0},
        [SV39_NOT_USER] = {"the page is not the user's: U = 0", PTE_U},
        [SV39_USER_PAGE] = {"the page is the user's, closed to the kernel: "
                            "U = 1",
                            PTE_U},
        [SV39_NOT_READABLE] = {"the page is not readable: R = 0", PTE_R},
        [SV39_NOT_WRITABLE] = {"the page is read-only: W = 0", PTE_W},
        [SV39_NOT_EXECUTABLE] = {"the page is not executable: X = 0", PTE_X},
        [SV39_BARE] = {"no translation is on", 0},
    };
    if (pte_bit != NULL)
        *pte_bit = row[why].bit;
    return row[why].text;
}

size_t sv39_read(struct machine *m, uint64_t root, uint64_t va, void *buf,
                 size_t n)
{
    size_t done = 0;
    while (done < n) {
        struct sv39_walk w = sv39_walk(m, root, va + done);
        if (w.why != SV39_OK && w.why != SV39_BARE)
            break;
        size_t piece = 4096 - (w.pa & 4095);
        if (piece > n - done)
            piece = n - done;
        const uint8_t *ram = machine_ram(m, w.pa, piece);
        if (ram == NULL)
            break;
        memcpy((uint8_t *)buf + done, ram, piece);
        done += piece;
    }
    return done;
}

/* ---- Ranges ---- */

struct ranges {
    struct machine *m;
    struct sv39_range *out;
    size_t max, count;
    struct sv39_range open; /* bytes == 0: none */
    uint64_t tables_left;
};

static void close_range(struct ranges *r)
{
    if (r->open.bytes == 0)
        return;
    if (r->count < r->max)
        r->out[r->count] = r->open;
    r->count++;
    r->open.bytes = 0;
}

static void add_page(struct ranges *r, uint64_t va, uint64_t pa, uint64_t bytes,
                     uint64_t flags)
{
    struct sv39_range *o = &r->open;
    if (o->bytes != 0 && o->va + o->bytes == va && o->flags == flags) {
        if (o->pa + o->bytes != pa)
            o->contiguous = false;
        o->bytes += bytes;
        return;
    }
    close_range(r);
    *o = (struct sv39_range){va, bytes, pa, flags, true};
}

static void scan_table(struct ranges *r, uint64_t table, int level, uint64_t va)
{
    const uint8_t *bytes = machine_ram(r->m, table, 4096);
    if (bytes == NULL || r->tables_left == 0)
        return;
    r->tables_left--;
    uint64_t page = UINT64_C(4096) << (9 * level);
    for (unsigned i = 0; i < 512; i++) {
        uint64_t pte, at = va + i * page;
        memcpy(&pte, bytes + 8 * i, 8);
        if (!(pte & PTE_V) || is_reserved(pte))
            continue;
        if (at >> 38 & 1)
            at |= UINT64_MAX << 39;
        uint64_t pa = (pte >> PTE_PPN_SHIFT & PTE_PPN_MASK) << 12;
        if (!is_leaf(pte) && level > 0)
            scan_table(r, pa, level - 1, at);
        else if (is_leaf(pte) && (pa & (page - 1)) == 0)
            add_page(r, at, pa, page, pte & RANGE_FLAGS);
    }
}

size_t sv39_ranges(struct machine *m, uint64_t root, struct sv39_range *range,
                   size_t max)
{
    struct ranges r = {.m = m, .out = range, .max = max};
    r.tables_left = machine_ram_bytes(m) / 4096;
    if (root != 0)
        scan_table(&r, root, 2, 0);
    close_range(&r);
    return r.count;
}
