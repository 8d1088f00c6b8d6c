/* region.c - what may be where in a process's address space: an ordered list, changed by exec,
 * sbrk, mmap, munmap, mprotect. Pages are vm.c's. A table exists only where a region is
 * (vm_free_tables), so what a program maps and unmaps again leaves nothing behind. */
#include "kernel.h"

/* Below the stack and its guard, and above the heap's highest end. */
#define MAP_TOP (USER_STACK_TOP - SALLYPORT_STACK_BYTES - USER_GUARD)

/* ---- The list ---- */
/* Counts r in (by 1) or out (by -1) of its file. */
static void count_file(const struct region *r, int by) {
    if (!r->file) return;
    *(r->text ? &r->file->text : &r->file->mappings) += by;
    if (r->shared && !r->no_write) r->file->writers += by, r->file->stored = true;
    if (by > 0) inode_hold(r->file);
    else inode_drop(r->file);
}

/* The link to the first region that ends above va. */
static struct region **link_at(struct vm *vm, uint64_t va) {
    struct region **link = &vm->regions;
    while (*link && (*link)->end <= va) link = &(*link)->next;
    return link;
}

static void drop(struct vm *vm, struct region **link) {
    struct region *r = *link;
    *link = r->next;
    vm->region_count--;
    count_file(r, -1);
    kfree(r);
}

void vm_drop_regions(struct vm *vm) {
    while (vm->regions) {
        uint64_t start = vm->regions->start, end = vm->regions->end;
        drop(vm, &vm->regions);
        vm_free_tables(vm, start, end);
    }
}

static struct region *new_region(struct vm *vm, const struct region *r) {
    struct region *copy = vm->region_count < REGIONS_MAX ? kmalloc(sizeof *copy) : NULL;
    if (copy) *copy = *r;
    return copy;
}

static void insert(struct vm *vm, struct region *r) {
    struct region **link = link_at(vm, r->start);
    r->next = *link;
    *link = r;
    vm->region_count++;
    count_file(r, 1);
}

int vm_add_region(struct vm *vm, const struct region *r) {
    const struct region *next = *link_at(vm, r->start);
    if (next && next->start < r->end) return EINVAL;
    struct region *copy = new_region(vm, r);
    if (!copy) return ENOMEM;
    insert(vm, copy);
    return 0;
}

int vm_replace_region(struct vm *vm, const struct region *r) {
    struct region *copy = new_region(vm, r);
    if (!copy) return ENOMEM;
    int error = vm_unmap(vm, r->start, r->end);
    if (error) kfree(copy);
    else insert(vm, copy);
    return error;
}

struct region *vm_find_region(const struct vm *vm, uint64_t va) {
    for (struct region *r = vm->regions; r && r->start <= va; r = r->next)
        if (va < r->end) return r;
    return NULL;
}

/* As high as possible: there the stack's tables already are. */
uint64_t vm_gap(const struct vm *vm, uint64_t bytes) {
    uint64_t found = 0, from = USER_IMAGE_TOP;
    for (const struct region *r = vm->regions;; r = r->next) {
        uint64_t end = r ? min(r->start, MAP_TOP) : MAP_TOP;
        if (end > from && end - from >= bytes) found = end - bytes;
        if (!r) return found;
        if (r->end > from) from = r->end;
    }
}

int vm_show(struct vm *vm, uint64_t va, struct inode *object, pte_t access) {
    struct region r = {.start = va,
                       .end = va + PAGE_SIZE,
                       .access = access,
                       .shared = true,
                       .no_write = !(access & PTE_W),
                       .file = object,
                       .file_va = va,
                       .file_end = va + PAGE_SIZE};
    int error = vm_add_region(vm, &r);
    if (!error) error = vm_fault(vm, va, PTE_R);
    if (error) vm_unmap(vm, r.start, r.end);
    return error;
}

/* ---- Cutting ---- */
/* Makes a region begin at va if one spans it. */
static int cut(struct vm *vm, uint64_t va) {
    struct region *r = vm_find_region(vm, va);
    if (!r || r->start == va) return 0;
    struct region *upper = new_region(vm, r);
    if (!upper) return ENOMEM;
    upper->start = r->end = va;
    insert(vm, upper);
    return 0;
}

int vm_unmap(struct vm *vm, uint64_t start, uint64_t end) {
    struct region **link = link_at(vm, start), *r = *link;
    if (r && r->start < start && r->end > end) {
        int error = cut(vm, end);
        if (error) return error;
    }
    vm_drop_pages(vm, start, end);
    while ((r = *link) && r->start < end) {
        if (r->start < start) {
            r->end = start;
            link = &r->next;
        } else if (r->end > end) {
            r->start = end;
        } else {
            drop(vm, link);
        }
    }
    vm_free_tables(vm, start, end);
    return 0;
}

int vm_protect(struct vm *vm, uint64_t start, uint64_t end, pte_t access) {
    struct region *r = *link_at(vm, start);
    uint64_t covered = start;
    for (; r && r->start <= covered && covered < end; r = r->next) {
        if (access & PTE_W && r->no_write) return EACCES;
        covered = r->end;
    }
    if (covered < end || cut(vm, start) || cut(vm, end)) return ENOMEM;
    for (r = *link_at(vm, start); r && r->start < end; r = r->next) {
        r->access = access;
        vm_update_pages(vm, r);
    }
    return 0;
}

static void shrink_in(struct vm *vm, const struct inode *file, uint64_t keep) {
    for (const struct region *r = vm->regions; r; r = r->next) {
        if (r->file != file || r->text) continue;
        uint64_t end = r->file_va;
        if (keep > r->file_offset) end += keep - r->file_offset;
        if (end < r->end) vm_drop_pages(vm, end > r->start ? end : r->start, r->end);
    }
}

void vm_shrink_file(struct inode *file, uint64_t size) {
    FOR_PROCS(p) shrink_in(&p->vm, file, PAGE_UP(size));
    futex_look_again();
}

/* ---- The heap ---- */
/* More than there is memory for is refused; overcommitting less is found out at the touch. */
static bool is_plausible(const struct vm *vm, uint64_t end) {
    return end >= vm->heap_start && end <= USER_IMAGE_TOP &&
           (end <= vm->heap_end || (end - vm->heap_end) >> PAGE_SHIFT <= page_free_count());
}

/* The heap's last region grows, or a new one begins: who knows what the program did to it. */
static int grow_heap(struct vm *vm, uint64_t from, uint64_t end) {
    const pte_t access = PTE_R | PTE_W;
    struct region fresh = {.start = from, .end = end, .access = access};
    struct region *last = vm_find_region(vm, from - 1);
    struct region *next = *link_at(vm, from);
    if (next && next->start < end) return ENOMEM;
    if (!last || last->start < vm->heap_start || last->file || last->access != access)
        return vm_add_region(vm, &fresh);
    last->end = end;
    return 0;
}

int vm_sbrk(struct vm *vm, int64_t increment, uint64_t *old) {
    *old = vm->heap_end;
    uint64_t end, from = PAGE_UP(vm->heap_end), to;
    if (__builtin_add_overflow(vm->heap_end, increment, &end)) return ENOMEM;
    if (!is_plausible(vm, end)) return ENOMEM;
    to = PAGE_UP(end);
    int error = 0;
    if (to > from) error = grow_heap(vm, from, to);
    else if (to < from) error = vm_unmap(vm, to, from);
    if (!error) vm->heap_end = end;
    return error;
}
