/* wire.c - wiring user pages, and the window.
 *
 * A wiring holds a reference to each frame, so munmap, exit or a shrinking file take the page
 * from the program, but not from the transfer. Pages wired for writing are made the program's
 * own first: a device must not write into what others share copy-on-write.
 *
 * The window is a range of the kernel's addresses (layout.h) with a few slots. A slot shows one
 * wiring's frames side by side, however they lie in RAM; so the other side of a transfer copies
 * straight from there, for an entry a page and two fences: see map_threshold. */
#include "kernel.h"

#define WINDOWS       16
#define WINDOW_STRIDE 0x40000 /* 64 pages: what is not mapped is a guard */
_Static_assert(WIRE_PAGES *PAGE_SIZE < WINDOW_STRIDE, "a guard is left");

/* tests/guest/test_kernel.c makes one up. */
_Static_assert(offsetof(struct vm, wired) == 24, "where the test puts it");

uint64_t map_threshold = 16384;

static int set_threshold(SYSCTL_HANDLER_ARGS) {
    return sysctl_number(req, sizeof map_threshold, (int64_t *)&map_threshold, 0, COPY_MAX);
}
SYSCTL_PROC(_vm, OID_AUTO, map_threshold, CTLTYPE_QUAD | CTLFLAG_RW, NULL, 0, set_threshold,
            "Q", "bytes from which a transfer is mapped, not copied; 0: never");

static uint32_t windows_taken; /* bit n: slot n */

/* ---- Wiring ---- */
int wire(struct wiring *w, struct vm *vm, uint64_t va, uint64_t n, pte_t access) {
    uint64_t first = PAGE_DOWN(va), end;
    if (n > WIRE_BYTES) n = WIRE_BYTES;
    *w = (struct wiring){.vm = vm, .va = va, .bytes = n, .window = -1, .access = access};
    for (end = first; end < va + n; end += PAGE_SIZE) {
        const char *page = vm_translate(vm, end, access);
        if (!page) break;
        w->frame[w->pages] = kpa(page);
        page_hold(w->frame[w->pages++]);
    }
    if (w->pages == 0) return EFAULT;
    if (end < va + n) w->bytes = end - va;
    w->next = vm->wired;
    vm->wired = w;
    PROBE(wire, vm->root_pa, va, w->bytes, access);
    return 0;
}

bool is_wired(const struct vm *vm, uint64_t va) {
    for (const struct wiring *w = vm->wired; w; w = w->next)
        if (va >= PAGE_DOWN(w->va) && va < w->va + w->bytes) return true;
    return false;
}

void wire_orphan(struct vm *vm) {
    for (struct wiring *w = vm->wired; w; w = w->next) w->vm = NULL;
    vm->wired = NULL;
}

/* ---- The window ---- */
static vaddr slot_start(int slot) { return WINDOW_AREA + (uint64_t)slot * WINDOW_STRIDE; }

char *window_map(struct wiring *w) {
    int slot = 0;
    while (slot < WINDOWS && windows_taken & 1u << slot) slot++;
    vaddr start = slot_start(slot);
    /* A slot lies below one table. */
    pte_t *entry = slot == WINDOWS ? NULL : sv39_entry(kvm.root, start, true);
    if (!entry) return NULL;
    pte_t bits = PTE_V | PTE_R | PTE_A | (w->access & PTE_W ? PTE_W | PTE_D : 0);
    for (uint32_t i = 0; i < w->pages; i++) entry[i] = PA_TO_PTE(w->frame[i]) | bits;
    fence_all_translations();
    windows_taken |= 1u << slot;
    w->window = slot;
    PROBE(window, start + PAGE_OFFSET(w->va), w->va, w->bytes, w->vm->root_pa);
    return (char *)start + PAGE_OFFSET(w->va);
}

static void window_unmap(struct wiring *w) {
    pte_t *entry = sv39_entry(kvm.root, slot_start(w->window), false);
    for (uint32_t i = 0; i < w->pages; i++) entry[i] = 0;
    fence_all_translations();
    windows_taken &= ~(1u << w->window);
}

void unwire(struct wiring *w) {
    if (w->window >= 0) window_unmap(w);
    if (w->vm) LIST_REMOVE(w->vm->wired, w, next);
    PROBE(unwire, w->vm ? w->vm->root_pa : 0, w->va, w->bytes);
    for (uint32_t i = 0; i < w->pages; i++) page_drop(w->frame[i]);
}
