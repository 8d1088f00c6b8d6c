/* inode.c - what a file's bytes are made of. A member of the initrd is used where it lies; a
 * page of it is copied when it is first written. Own pages hang in a tree of pages of 512
 * pointers that grows upwards: a file of one page has no pointer page at all. */
#include "kernel.h"

#define FANOUT_SHIFT 9
#define FANOUT       (1u << FANOUT_SHIFT)

const char zero_page[PAGE_SIZE];

static struct {
    struct inode *root;
    uint16_t last_number;
    uint64_t taken[(UINT16_MAX + 1) / 64]; /* bit n: number n; 0 is none */
} inodes;

/* Flips whether a number is taken. */
static void flip(uint16_t number) { inodes.taken[number / 64] ^= 1ul << number % 64; }

/* The next one that is free; 0: none is. */
static uint16_t free_number(void) {
    for (unsigned tries = 0; tries <= UINT16_MAX; tries++) {
        uint16_t n = ++inodes.last_number;
        if (n && !(inodes.taken[n / 64] & 1ul << n % 64)) return n;
    }
    return 0;
}

struct inode *inode_new(enum inode_type type, uint16_t mode) {
    uint16_t number = free_number();
    struct inode *i = number ? kmalloc(sizeof *i) : NULL;
    if (!i) return NULL;
    *i = (struct inode){.type = type, .mode = mode & 07777, .number = number};
    flip(number);
    return i;
}

void inode_init(void) {
    inodes.root = inode_new(INODE_DIRECTORY, 0755);
    if (!inodes.root) panic("inode_init: no memory for the root directory");
    inodes.root->links = 2;
    inodes.root->parent = inodes.root;
}

struct inode *inode_root(void) {
    return inodes.root;
}

/* ---- The tree of own pages ---- */
static uint64_t pages_below(unsigned height) { return 1ul << FANOUT_SHIFT * height; }

/* Puts a level on top until page index fits. */
static bool grow_tree(struct inode *i, uint64_t index) {
    while (index >= pages_below(i->height)) {
        if (i->tree) {
            paddr page = page_alloc_zeroed();
            if (!page) return false;
            void **top = kva(page);
            top[0] = i->tree;
            i->tree = top;
        }
        i->height++;
    }
    return true;
}

/* Where the pointer to page index is; NULL: no such slot, or no memory. */
static void **tree_slot(struct inode *i, uint64_t index, bool alloc) {
    if (alloc ? !grow_tree(i, index) : index >= pages_below(i->height)) return NULL;
    void **slot = &i->tree;
    for (unsigned h = i->height; h > 0; h--) {
        if (!*slot) {
            paddr page = alloc ? page_alloc_zeroed() : 0;
            if (!page) return NULL;
            *slot = kva(page);
        }
        slot = (void **)*slot + (index >> FANOUT_SHIFT * (h - 1) & (FANOUT - 1));
    }
    return slot;
}

static char *own_page(const struct inode *i, uint64_t index) {
    void **slot = tree_slot((struct inode *)i, index, false);
    return slot ? *slot : NULL;
}

/* Frees the pages from index first on, and pointer pages left without any. */
static void cut_tree(void **slot, unsigned height, uint64_t first) {
    if (!*slot) return;
    if (height > 0) {
        void **below = *slot;
        uint64_t each = pages_below(height - 1);
        for (uint64_t n = first / each; n < FANOUT; n++)
            cut_tree(&below[n], height - 1, n == first / each ? first % each : 0);
    }
    if (first == 0) {
        page_drop(kpa(*slot));
        *slot = NULL;
    }
}

/* ---- Life ---- */
void inode_release_unused(struct inode *i) {
    if (i->links || i->references) return;
    if (i->type == INODE_FILE) cut_tree(&i->tree, i->height, 0);
    flip(i->number);
    kfree(i);
}

struct inode *inode_hold(struct inode *i) {
    i->references++;
    return i;
}

void inode_drop(struct inode *i) {
    if (i->references == 0) panic("inode_drop: inode %u has no references", i->number);
    i->references--;
    inode_release_unused(i);
}

/* ---- Bytes ---- */
const char *inode_bytes(const struct inode *i, uint64_t offset, uint64_t *n) {
    *n = min(*n, i->size - offset);
    if (!i->tree && offset < i->archive_bytes) {
        *n = min(*n, i->archive_bytes - offset);
        return i->archive + offset;
    }
    uint64_t in_page = PAGE_OFFSET(offset);
    *n = min(*n, PAGE_SIZE - in_page);
    const char *page = own_page(i, offset / PAGE_SIZE);
    if (page) return page + in_page;
    if (offset >= i->archive_bytes) return zero_page + in_page;
    *n = min(*n, i->archive_bytes - offset);
    return i->archive + offset;
}

paddr inode_frame(const struct inode *i, uint64_t offset) {
    if (PAGE_OFFSET(offset) || offset + PAGE_SIZE > i->size) return 0;
    const char *page = own_page(i, offset / PAGE_SIZE);
    if (page) return kpa(page);
    bool in_archive = offset + PAGE_SIZE <= i->archive_bytes;
    if (!in_archive || PAGE_OFFSET((vaddr)i->archive + offset)) return 0;
    return kpa(i->archive + offset);
}

char *inode_own_page(struct inode *i, uint64_t offset) {
    uint64_t start = PAGE_DOWN(offset);
    void **slot = tree_slot(i, start / PAGE_SIZE, true);
    if (!slot) return NULL;
    if (*slot) return *slot;
    paddr page = page_alloc_zeroed();
    if (!page) return NULL;
    if (start < i->archive_bytes)
        memcpy(kva(page), i->archive + start, min(i->archive_bytes - start, PAGE_SIZE));
    return *slot = kva(page);
}

static void clear_beyond(struct inode *i, uint64_t size) {
    char *last = PAGE_OFFSET(size) ? own_page(i, size / PAGE_SIZE) : NULL;
    if (last) memset(last + PAGE_OFFSET(size), 0, PAGE_SIZE - PAGE_OFFSET(size));
}

void inode_clear_tail(struct inode *i) {
    if (i->stored) clear_beyond(i, i->size);
}

int inode_truncate(struct inode *i, uint64_t size) {
    if (i->text) return ETXTBSY;
    if (size > FILE_MAX) return EFBIG;
    if (size > i->size) inode_clear_tail(i);
    if (size < i->size) {
        if (i->mappings) vm_shrink_file(i, size);
        uint64_t pages = PAGE_UP(size) / PAGE_SIZE;
        if (pages < pages_below(i->height)) cut_tree(&i->tree, i->height, pages);
        if (!i->tree) i->height = 0;
        clear_beyond(i, size);
        i->archive_bytes = min(i->archive_bytes, size);
    }
    i->size = size;
    return 0;
}

bool inode_read(const struct inode *i, uint64_t offset, void *to, uint64_t n) {
    if (offset > i->size || n > i->size - offset) return false;
    for (uint64_t done = 0; done < n;) {
        uint64_t piece = n - done;
        const char *bytes = inode_bytes(i, offset + done, &piece);
        memcpy((char *)to + done, bytes, piece);
        done += piece;
    }
    return true;
}
