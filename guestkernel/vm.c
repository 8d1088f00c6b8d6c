/* vm.c - process address spaces: building, sharing, page faults, ending. What may be where is
 * region.c's.
 *
 * A page is in one of these states, by its table entry:
 *   not valid            never touched, or no region there
 *   valid, W             the process's own frame
 *   valid, no W, COW     the region is writable, the frame shared (after fork,
 *                        or a file's page): copied at the next write
 *   valid, no W          a read-only region
 *   not valid, not zero  the process's own frame, in a region that allows
 *                        nothing at present (mprotect)
 * In a shared region the frame is the file's, and COW does not occur.
 *
 * A and D are set when the entry is made: nothing here pages out, so what the hardware would
 * tell by them is not needed, and a machine that faults instead of setting them works as well.
 *
 * Changes to a running process's table need a fence before they count. With layout=separate the
 * trampoline's fence on the way back does it. With layout=shared the kernel itself runs on that
 * table: changed() fences. */
#include "kernel.h"

extern char trampoline_image[];

static void changed(uint64_t va) {
    if (kvm.layout == LAYOUT_SHARED) fence_translation(va);
}

/* ---- Mapping one page ---- */
static pte_t user_flags(pte_t access) {
    if (!access) return 0; /* R = W = X = 0 would mean a table */
    pte_t flags = PTE_V | PTE_U | PTE_A | access;
    return access & PTE_W ? flags | PTE_D : flags;
}

/* Of a frame that others have too: the first store will copy it. */
static pte_t cow_flags(pte_t access) {
    return user_flags(access & ~PTE_W) | (access & PTE_W ? PTE_COW : 0);
}

static paddr copy_frame(paddr frame) { /* 0: no memory */
    paddr copy = page_alloc();
    if (copy) memcpy(kva(copy), kva(frame), PAGE_SIZE);
    return copy;
}

/* Sets a leaf entry; the reference to page is the table's from now on. */
static void map(struct vm *vm, pte_t *entry, uint64_t va, paddr page, pte_t flags) {
    if (!*entry) vm->pages++;
    *entry = PA_TO_PTE(page) | flags;
    changed(va);
    PROBE(map, vm->root_pa, va, page, flags);
}

static void unmap(struct vm *vm, pte_t *entry, uint64_t va) {
    paddr page = PTE_TO_PA(*entry);
    *entry = 0;
    vm->pages--;
    changed(va);
    PROBE(unmap, vm->root_pa, va, page);
    page_drop(page);
}

/* ---- Walking a range: present pages only ---- */
static uint64_t next_megapage(uint64_t va) { return (va / MEGAPAGE_SIZE + 1) * MEGAPAGE_SIZE; }

/* The first va from *va to end that has a frame, or NULL; skips missing tables in one step. */
static pte_t *next_present(struct vm *vm, uint64_t *va, uint64_t end) {
    while (*va < end) {
        pte_t *entry = sv39_entry(vm->root, *va, false);
        if (!entry) {
            *va = next_megapage(*va);
            continue;
        }
        uint64_t stop = min(next_megapage(*va), end);
        for (; *va < stop; *va += PAGE_SIZE, entry++)
            if (*entry) return entry;
    }
    return NULL;
}

void vm_drop_pages(struct vm *vm, uint64_t start, uint64_t end) {
    uint64_t va = start;
    pte_t *entry;
    while ((entry = next_present(vm, &va, end))) unmap(vm, entry, va);
}

/* ---- Spaces ---- */
int vm_create(struct vm *vm, paddr trapframe) {
    memset(vm, 0, sizeof *vm);
    vm->root_pa = page_alloc_zeroed();
    if (!vm->root_pa) return ENOMEM;
    vm->root = kva(vm->root_pa);
    /* layout=shared: the kernel's tables hang in every process's root, all but the last
     * entry's, below which the trap frame is the process's own. */
    if (kvm.layout == LAYOUT_SHARED)
        for (unsigned i = VPN(DIRECT_MAP, 2); i < PTES_PER_TABLE - 1; i++)
            vm->root[i] = kvm.root[i];
    pte_t *entry = sv39_entry(vm->root, TRAMPOLINE, true);
    if (!entry) {
        vm_destroy(vm);
        return ENOMEM;
    }
    entry[0] = PA_TO_PTE(kpa(trampoline_image)) | PTE_V | PTE_R | PTE_X | PTE_A;
    _Static_assert(TRAPFRAME == TRAMPOLINE - PAGE_SIZE, "neighbours");
    entry[-1] = PA_TO_PTE(trapframe) | PTE_V | PTE_R | PTE_W | PTE_A | PTE_D;
    return 0;
}

/* Frees the table below an entry; all of it was cleared, so it goes back all zero. */
static void free_table(pte_t *entry) {
    if (*entry & PTE_V) page_drop_zeroed(PTE_TO_PA(*entry));
    *entry = 0;
}

static void free_leaf_table(struct vm *vm, uint64_t va) {
    pte_t top = vm->root[VPN(va, 2)];
    if (top & PTE_V) free_table((pte_t *)kva(PTE_TO_PA(top)) + VPN(va, 1));
}

static bool is_used(const struct vm *vm, uint64_t start, uint64_t bytes) {
    const struct region *r = vm->regions;
    while (r && r->end <= start) r = r->next;
    return r && r->start < start + bytes;
}

void vm_free_tables(struct vm *vm, uint64_t start, uint64_t end) {
    for (uint64_t va = start; va < end; va = next_megapage(va))
        if (!is_used(vm, va & -MEGAPAGE_SIZE, MEGAPAGE_SIZE)) free_leaf_table(vm, va);
    uint64_t va = start & -GIGAPAGE_SIZE;
    for (; va < end; va += GIGAPAGE_SIZE)
        if (!is_used(vm, va, GIGAPAGE_SIZE)) free_table(&vm->root[VPN(va, 2)]);
    if (kvm.layout == LAYOUT_SHARED)
        fence_all_translations(); /* table pointers may be cached too */
}

void vm_destroy(struct vm *vm) {
    if (!vm->root) return;
    wire_orphan(vm);
    for (struct region *r = vm->regions; r; r = r->next) vm_drop_pages(vm, r->start, r->end);
    vm_drop_regions(vm);
    pte_t *entry = sv39_entry(vm->root, TRAMPOLINE, false);
    if (entry) {
        entry[0] = entry[-1] = 0;
        free_leaf_table(vm, TRAMPOLINE);
    }
    free_table(&vm->root[VPN(TRAMPOLINE, 2)]);
    if (kvm.layout == LAYOUT_SHARED) memset(vm->root, 0, PAGE_SIZE);
    page_drop_zeroed(vm->root_pa);
    memset(vm, 0, sizeof *vm);
}

/* ---- Page faults ---- */
static uint64_t offset_in_file(const struct region *r, uint64_t va) {
    return r->file_offset + (va - r->file_va);
}

/* The frame of a file that can serve as the region's page at va as it stands: all of the page
 * is the file's, and the file has it page-aligned. 0: none. */
static paddr frame_in_place(const struct region *r, uint64_t va) {
    if (!r->file || va < r->file_va || va + PAGE_SIZE > r->file_end) return 0;
    return inode_frame(r->file, offset_in_file(r, va));
}

/* Puts the file's part of the page at va into a zeroed frame. */
static void read_file_part(const struct region *r, uint64_t va, char *frame) {
    uint64_t from = va > r->file_va ? va : r->file_va;
    uint64_t file_end = r->file_va + (r->file->size - r->file_offset);
    uint64_t end = min(min(va + PAGE_SIZE, r->file_end), file_end);
    while (from < end) {
        uint64_t n = end - from;
        const char *bytes = inode_bytes(r->file, offset_in_file(r, from), &n);
        memcpy(frame + (from - va), bytes, n);
        from += n;
    }
}

/* First touch. What is shared shows the file's own frame. */
static int bring_in(struct vm *vm, const struct region *r, uint64_t va, pte_t access) {
    /* A program's file cannot shrink; a mapped one can. */
    if (r->file && !r->text && offset_in_file(r, va) >= r->file->size) return ENXIO;
    pte_t *entry = sv39_entry(vm->root, va, true);
    if (!entry) return ENOMEM;
    pte_t flags = user_flags(r->access);
    paddr page = r->shared || access == PTE_W ? 0 : frame_in_place(r, va);
    if (r->shared) {
        char *own = inode_own_page(r->file, offset_in_file(r, va));
        if (!own) return ENOMEM;
        page = kpa(own);
        page_hold(page);
    } else if (page) { /* the file's, until the first store */
        page_hold(page);
        flags = cow_flags(r->access);
    } else {
        page = page_alloc_zeroed();
        if (!page) return ENOMEM;
        if (r->file) read_file_part(r, va, kva(page));
    }
    /* The page may have been written just now, or when its file was. */
    if (r->access & PTE_X) fence_instructions();
    map(vm, entry, va, page, flags);
    return 0;
}

/* A write to a shared frame: the process gets its own, or, as the last sharer, keeps it. */
static int copy_on_write(struct vm *vm, const struct region *r, uint64_t va, pte_t *entry) {
    paddr old = PTE_TO_PA(*entry);
    bool last = page_is_private(old);
    paddr page = last ? old : copy_frame(old);
    if (!page) return ENOMEM;
    if (!last && r->access & PTE_X) fence_instructions();
    map(vm, entry, va, page, user_flags(r->access));
    if (last) return 0;
    PROBE(cow, vm->root_pa, va, old, page);
    page_drop(old);
    return 0;
}

int vm_fault(struct vm *vm, uint64_t va, pte_t access) {
    va = PAGE_DOWN(va);
    struct region *r = vm_find_region(vm, va);
    if (!r || !(r->access & access)) return EFAULT;
    pte_t *entry = sv39_entry(vm->root, va, false);
    if (!entry || !*entry) return bring_in(vm, r, va, access);
    if (access == PTE_W && *entry & PTE_COW) return copy_on_write(vm, r, va, entry);
    changed(va); /* the entry allows it: a stale translation faulted */
    return 0;
}

char *vm_translate(struct vm *vm, uint64_t va, pte_t access) {
    if (va >= USER_TOP) return NULL;
    pte_t need = PTE_V | PTE_U | access;
    pte_t *entry = sv39_entry(vm->root, va, false);
    if (!entry || (*entry & need) != need) {
        if (vm_fault(vm, va, access)) return NULL;
        entry = sv39_entry(vm->root, va, false);
    }
    return (char *)kva(PTE_TO_PA(*entry)) + PAGE_OFFSET(va);
}

size_t vm_write(struct vm *vm, uint64_t va, const void *bytes, size_t n) {
    size_t done = 0;
    while (done < n) {
        char *to = vm_translate(vm, va + done, PTE_W);
        if (!to) break;
        size_t piece = min(PAGE_SIZE - PAGE_OFFSET(va + done), n - done);
        memcpy(to, (const char *)bytes + done, piece);
        done += piece;
    }
    return done;
}

/* ---- fork ---- */
/* Both get the frame, and neither may write it unless they are to see each other's stores.
 * While the parent's frame is in a transfer (wire.h), the child gets a copy. */
static int share_page(struct vm *parent, struct vm *child, pte_t *entry, uint64_t va,
                      bool shared) {
    pte_t *copy = sv39_entry(child->root, va, true);
    if (!copy) return ENOMEM;
    paddr page = PTE_TO_PA(*entry);
    pte_t flags = *entry & PTE_FLAGS;
    bool apart = flags & PTE_W && !shared;
    if (apart && is_wired(parent, va)) {
        page = copy_frame(page);
        if (!page) return ENOMEM;
        map(child, copy, va, page, flags);
        return 0;
    }
    if (apart) {
        flags = (flags & ~(PTE_W | PTE_D)) | PTE_COW;
        map(parent, entry, va, page, flags);
    }
    page_hold(page);
    map(child, copy, va, page, flags);
    return 0;
}

static int fork_region(struct vm *parent, struct vm *child, const struct region *r) {
    int error = vm_add_region(child, r);
    uint64_t va = r->start;
    pte_t *entry;
    while (!error && (entry = next_present(parent, &va, r->end))) {
        error = share_page(parent, child, entry, va, r->shared);
        va += PAGE_SIZE;
    }
    return error;
}

int vm_fork(struct vm *parent, struct vm *child) {
    child->heap_start = parent->heap_start;
    child->heap_end = parent->heap_end;
    int error = 0;
    for (struct region *r = parent->regions; r && !error; r = r->next)
        error = fork_region(parent, child, r);
    return error;
}

/* ---- Pages from and for elsewhere ---- */
void vm_update_pages(struct vm *vm, const struct region *r) {
    /* Whose frame it is, a store tells. */
    pte_t flags = r->shared ? user_flags(r->access) : cow_flags(r->access);
    uint64_t va = r->start;
    pte_t *entry;
    for (; (entry = next_present(vm, &va, r->end)); va += PAGE_SIZE)
        map(vm, entry, va, PTE_TO_PA(*entry), flags);
    if (r->access & PTE_X) fence_instructions();
}

int vm_lend(struct vm *vm, uint64_t va, paddr *frame) {
    va = PAGE_DOWN(va);
    if (!vm_translate(vm, va, PTE_R)) return EFAULT;
    const struct region *r = vm_find_region(vm, va);
    pte_t *entry = sv39_entry(vm->root, va, false);
    *frame = PTE_TO_PA(*entry);
    /* May somebody write to the frame without this space's knowing? */
    if (r->shared || (!r->text && frame_in_place(r, va) == *frame)) {
        *frame = copy_frame(*frame);
        return *frame ? 0 : ENOMEM;
    }
    page_hold(*frame);
    if (*entry & PTE_W) map(vm, entry, va, *frame, cow_flags(r->access));
    return 0;
}

int vm_place(struct vm *vm, const paddr *frame, uint32_t n, uint64_t *va) {
    uint64_t bytes = (uint64_t)n << PAGE_SHIFT, start = vm_gap(vm, bytes);
    struct region r = {.start = start, .end = start + bytes, .access = PTE_R | PTE_W};
    int error = start ? vm_add_region(vm, &r) : ENOMEM;
    if (error) return error;
    for (uint64_t a = start; a < r.end; a += PAGE_SIZE)
        if (!sv39_entry(vm->root, a, true)) {
            vm_unmap(vm, start, r.end); /* a whole region: nothing to split */
            return ENOMEM;
        }
    for (uint32_t i = 0; i < n; i++) {
        uint64_t a = start + ((uint64_t)i << PAGE_SHIFT);
        map(vm, sv39_entry(vm->root, a, false), a, frame[i],
            page_is_private(frame[i]) ? user_flags(r.access) : cow_flags(r.access));
    }
    *va = start;
    return 0;
}
