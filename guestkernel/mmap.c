/* mmap.c - the calls about mappings: mmap, munmap, mprotect, shm_open, shm_unlink. What a
 * mapping is, is in vm.h and region.c. A shared mapping shows an inode's own pages: a file's, a
 * device's, or those of an inode without a name (MAP_SHARED | MAP_ANON). A shared memory object
 * is a file in /dev/shm; so read, write, ftruncate and fstat work on it, and its bytes live
 * until the last name, descriptor and mapping are gone. */
#include "kernel.h"
#include <sallyport/mman.h>

#define PROT_ALL (PROT_READ | PROT_WRITE | PROT_EXEC)
#define MAP_ALL  (MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANON)

static pte_t access_of(uint64_t prot) {
    return (prot & PROT_READ ? PTE_R : 0) | (prot & PROT_WRITE ? PTE_R | PTE_W : 0) |
           (prot & PROT_EXEC ? PTE_X : 0);
}

/* Page-aligned, not empty, within the program's half; EINVAL, ENOMEM. */
static int check_range(uint64_t start, uint64_t length) {
    if (PAGE_OFFSET(start) || length == 0) return EINVAL;
    if (start < USER_BASE || start >= USER_TOP || length > USER_TOP - start) return ENOMEM;
    return 0;
}

/* The inode whose pages r will show; offset is checked. */
static int check_file(struct region *r, uint64_t fd, uint64_t offset, uint64_t bytes) {
    const struct file *f = file_of(fd);
    if (!f) return EBADF;
    struct inode *i = f->inode;
    if (i && i->type == INODE_DEVICE) i = i->memory;
    if (!i || i->type != INODE_FILE) return ENODEV;
    r->no_write = r->shared && !file_is_writable(f);
    if (!file_is_readable(f) || (r->no_write && r->access & PTE_W)) return EACCES;
    if (PAGE_OFFSET(offset)) return EINVAL;
    if (offset > FILE_MAX || bytes > FILE_MAX - offset) return EOVERFLOW;
    r->file = i;
    r->file_offset = offset;
    return 0;
}

/* Memory of no file; shared with children, it is an inode without a name. */
static int check_anonymous(struct region *r, uint64_t bytes) {
    if (bytes >> PAGE_SHIFT > page_free_count() || (r->shared && bytes > FILE_MAX))
        return ENOMEM;
    r->file = r->shared ? inode_new(INODE_FILE, 0600) : NULL;
    if (r->file) r->file->size = bytes;
    return r->shared && !r->file ? ENOMEM : 0;
}

static int place(struct vm *vm, struct region *r, uint64_t bytes, bool fixed) {
    if (!fixed) r->start = vm_gap(vm, bytes);
    if (!r->start) return ENOMEM;
    r->end = r->start + bytes;
    r->file_va = r->start;
    r->file_end = r->end;
    return fixed ? vm_replace_region(vm, r) : vm_add_region(vm, r);
}

int64_t sys_mmap(const uint64_t *arg) {
    uint64_t length = arg[1], prot = arg[2], flags = arg[3];
    uint64_t kind = flags & (MAP_SHARED | MAP_PRIVATE);
    struct region r = {.start = flags & MAP_FIXED ? arg[0] : 0,
                       .access = access_of(prot),
                       .shared = kind == MAP_SHARED};
    if (prot & ~PROT_ALL || flags & ~MAP_ALL || (kind != MAP_SHARED && kind != MAP_PRIVATE))
        return -EINVAL;
    int error = check_range(flags & MAP_FIXED ? r.start : USER_BASE, length);
    if (error) return -error;
    uint64_t bytes = PAGE_UP(length);
    error =
        flags & MAP_ANON ? check_anonymous(&r, bytes) : check_file(&r, arg[4], arg[5], bytes);
    if (!error) error = place(&sched.current->vm, &r, bytes, flags & MAP_FIXED);
    if (error && flags & MAP_ANON && r.file) inode_release_unused(r.file);
    return error ? -error : (int64_t)r.start;
}

int64_t sys_munmap(const uint64_t *arg) {
    if (check_range(arg[0], arg[1])) return -EINVAL; /* there can be nothing beyond */
    return -vm_unmap(&sched.current->vm, arg[0], PAGE_UP(arg[0] + arg[1]));
}

int64_t sys_mprotect(const uint64_t *arg) {
    int error = check_range(arg[0], arg[1]);
    if (arg[2] & ~PROT_ALL) error = EINVAL;
    if (!error)
        error =
            vm_protect(&sched.current->vm, arg[0], PAGE_UP(arg[0] + arg[1]), access_of(arg[2]));
    return -error;
}

/* ---- Shared memory objects ---- */
#define SHM_PATH "/dev/shm"

/* Fetches a name, a slash and one component, as a path: EINVAL if it is not like that. */
static int fetch_name(uint64_t va, char path[PATH_MAX_BYTES]) {
    const size_t prefix = sizeof SHM_PATH - 1;
    size_t done;
    memcpy(path, SHM_PATH, prefix);
    char *name = path + prefix;
    int error = copyinstr(user_addr(va), name, PATH_MAX_BYTES - prefix, &done);
    if (error) return error;
    bool is_dots = strcmp(name, "/.") == 0 || strcmp(name, "/..") == 0;
    if (name[0] != '/' || name[1] == '\0' || is_dots) return EINVAL;
    for (const char *c = name + 1; *c; c++)
        if (*c == '/') return EINVAL;
    return 0;
}

int64_t sys_shm_open(const uint64_t *arg) {
    char path[PATH_MAX_BYTES];
    int flags = (int)arg[1];
    int error = fetch_name(arg[0], path);
    if (!error && (flags & O_ACCMODE) == O_WRONLY)
        error = EINVAL; /* memory that cannot be read cannot be mapped */
    return error ? -error : file_open(path, flags | O_CLOEXEC, (uint16_t)arg[2]);
}

int64_t sys_shm_unlink(const uint64_t *arg) {
    char path[PATH_MAX_BYTES];
    int error = fetch_name(arg[0], path);
    return error ? -error : -file_unlink(path);
}
