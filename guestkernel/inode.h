/* inode.h - files, directories and devices as objects; names are in dir.h. The file system
 * lives in memory and never sleeps, so a pointer found by a lookup stays good until the call
 * ends or sleeps. What outlives a call (an open file, a working directory, a region of an
 * address space) holds a reference. It is freed when no name and no reference is left. */

enum inode_type { INODE_FILE, INODE_DIRECTORY, INODE_DEVICE, INODE_FIFO, INODE_SOCKET };

struct inode {
    enum inode_type type;
    uint16_t number; /* st_ino, which is 16 bits wide */
    uint16_t mode;   /* permission bits */
    uint32_t links;  /* names; a directory's "." and ".." count */
    uint32_t references;
    uint32_t text;     /* regions that run from it: no writing then */
    uint32_t writers;  /* open or mapped for writing: no exec then */
    uint32_t mappings; /* regions that show it, other than text */
    bool stored;       /* mapped for stores at some time: any may have been
                          made between the size and its page's end */
    uint64_t size;     /* bytes; of a directory 0, of most devices too */

    /* A file's bytes. Page n is, in this order: the own frame in the tree, if there is one; the
     * initrd's bytes, as far as archive_bytes goes; zero. */
    const char *archive;
    uint64_t archive_bytes;
    void *tree; /* height 0: the page itself; else 512 pointers */
    unsigned height;

    /* A directory's names. */
    struct dentry *first, *last;
    struct inode *parent; /* the root's is itself; a removed one's is NULL */
    uint64_t next_cookie;

    const struct file_ops *device;
    struct pipe *pipe;            /* of a FIFO that somebody has open */
    struct socket *socket;        /* of a name whose socket is open */
    struct inode *memory;         /* a device's: what mapping it shows, or NULL */
    const struct method *methods; /* a device's: of device_call, or NULL */
};

#define FILE_MAX (1ul << 30) /* bytes: two levels of 512 pointers */

extern const char zero_page[PAGE_SIZE];

void inode_init(void); /* makes the root directory */
struct inode *inode_root(void);
/* With no link and no reference yet; NULL: no memory, or no number. */
struct inode *inode_new(enum inode_type type, uint16_t mode);
struct inode *inode_hold(struct inode *i); /* i itself */
void inode_drop(struct inode *i);
/* Frees it if nothing keeps it: a link was taken away, or an inode_new came to nothing. */
void inode_release_unused(struct inode *i);

/* Bytes at offset < size, in memory: *n, at most what was asked for, are in one piece. */
const char *inode_bytes(const struct inode *i, uint64_t offset, uint64_t *n);
/* The frame that has the page of file bytes at offset, page-aligned; 0: none has. */
paddr inode_frame(const struct inode *i, uint64_t offset);
/* The file's own page that holds offset, made if need be; NULL: no memory. The caller keeps
 * size and bytes beyond it (always zero) right. */
char *inode_own_page(struct inode *i, uint64_t offset);
void inode_clear_tail(struct inode *i); /* before it grows: nothing is left beyond its end */
int inode_truncate(struct inode *i, uint64_t size); /* 0, ETXTBSY or EFBIG */
/* Copies [offset, offset + n) out; false if it is not all there. */
bool inode_read(const struct inode *i, uint64_t offset, void *to, uint64_t n);
