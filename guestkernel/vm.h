/* vm.h - a process's address space: a page table, and the regions that say what may be in it.
 * Pages come at the first touch (vm_fault). */

/* [start, end), page-aligned; regions do not overlap. Where file is set, the bytes from file_va
 * to file_end are the file's from file_offset on; all other bytes start as zero. */
struct region {
    struct region *next; /* in address order */
    uint64_t start, end;
    pte_t access;       /* PTE_R, PTE_W, PTE_X; 0: nobody may touch it */
    bool text;          /* a program's segment: the file cannot be written */
    bool shared;        /* stores go to the file's own pages; none is copied */
    bool no_write;      /* shared, of a file open for reading: W never */
    struct inode *file; /* holds a reference, or NULL */
    uint64_t file_offset, file_va, file_end;
};
#define REGIONS_MAX 1024 /* of a process: they are searched one by one */

struct vm {
    pte_t *root;
    paddr root_pa;
    struct region *regions;
    struct wiring *wired; /* wire.h */
    uint32_t region_count;
    uint32_t pages;      /* frames mapped */
    uint64_t heap_start; /* page-aligned */
    uint64_t heap_end;   /* the break: any byte */
};

/* A new space with only the trampoline and the given trap frame page. */
int vm_create(struct vm *vm, paddr trapframe);
/* Frees all but the trap frame's page; for a failed vm_create too, or a second time. */
void vm_destroy(struct vm *vm);
/* A copy-on-write copy of regions and pages; on an error the caller destroys the child. */
int vm_fork(struct vm *parent, struct vm *child);

/* Adds region r, whose next is ignored; takes a reference to r->file. EINVAL: it overlaps
 * another; ENOMEM. With replace, what was there goes first. */
int vm_add_region(struct vm *vm, const struct region *r);
int vm_replace_region(struct vm *vm, const struct region *r);
void vm_drop_regions(struct vm *vm); /* all, with their tables; no pages */
/* Shows a kernel inode's first page at va, where nothing is, at once, for access at most. */
int vm_show(struct vm *vm, uint64_t va, struct inode *object, pte_t access);
struct region *vm_find_region(const struct vm *vm, uint64_t va);
/* Where that many bytes are free below the stack, or 0. */
uint64_t vm_gap(const struct vm *vm, uint64_t bytes);
/* Takes all regions and pages out of [start, end), and the tables that held nothing else.
 * ENOMEM (a region would have to be split): nothing changed. */
int vm_unmap(struct vm *vm, uint64_t start, uint64_t end);
/* A file is about to end at size: no process keeps a page beyond. */
void vm_shrink_file(struct inode *file, uint64_t size);
/* Changes access in [start, end). ENOMEM: a hole, or no memory; EACCES: may not be written. */
int vm_protect(struct vm *vm, uint64_t start, uint64_t end, pte_t access);
/* The pages alone; the regions stay. */
void vm_drop_pages(struct vm *vm, uint64_t start, uint64_t end);
/* Sets the present pages of r to what r->access says by now. */
void vm_update_pages(struct vm *vm, const struct region *r);
/* Frees the tables of [start, end) below which there is no region. */
void vm_free_tables(struct vm *vm, uint64_t start, uint64_t end);

/* For messages that carry memory. Lend: the frame of va's page, held for the caller, as it is
 * now: whoever writes to it later writes to a copy. EFAULT, ENOMEM. Place: puts n frames, and
 * the references to them, into a gap, as anonymous memory; ENOMEM: nothing was taken. */
int vm_lend(struct vm *vm, uint64_t va, paddr *frame);
int vm_place(struct vm *vm, const paddr *frame, uint32_t n, uint64_t *va);

/* Makes the page at va present for access (one of PTE_R, PTE_W, PTE_X), if the region there
 * allows it. EFAULT if not, ENXIO (beyond the end of the mapped file), ENOMEM. */
int vm_fault(struct vm *vm, uint64_t va, pte_t access);
/* Where va's byte is in the direct map, after vm_fault if need be; NULL if access is not
 * allowed or there is no memory. Good until the end of the page. */
char *vm_translate(struct vm *vm, uint64_t va, pte_t access);
/* Writes where the regions allow it, as far as they do: how many bytes. */
size_t vm_write(struct vm *vm, uint64_t va, const void *bytes, size_t n);

/* Moves the break by increment bytes; the old break in *old. */
int vm_sbrk(struct vm *vm, int64_t increment, uint64_t *old);

/* ---- kvm.c: the kernel's own address space, and page tables as such ---- */
enum layout { LAYOUT_SEPARATE = 0, LAYOUT_SHARED = 1 };

struct kvm {
    enum layout layout;
    pte_t *root;
    uint64_t satp;
};
extern struct kvm kvm; /* written once, by kvm_init */

/* Makes the kernel's table for RAM up to ram_end and turns it on. */
void kvm_init(enum layout layout, paddr ram_end);
/* Gives a slot of the stack area its frames, for good: the sp to start from, or 0: ENOMEM. */
vaddr kvm_stack(unsigned slot);

/* The leaf entry for va; missing tables are made if alloc is set. NULL: no table, no memory. */
pte_t *sv39_entry(pte_t *root, uint64_t va, bool alloc);
