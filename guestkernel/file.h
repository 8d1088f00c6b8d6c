/* file.h - open files: what a descriptor stands for. */

/* What kind of thing it is. read and write return 0 or an errno, and what was moved is off
 * u->resid, whichever they return: an error after that becomes a short count (file.c). They are
 * called only if the file was opened for it, at most INT64_MAX bytes. */
struct file_ops {
    int (*read)(struct file *f, struct uio *u);
    int (*write)(struct file *f, struct uio *u);
    void (*close)(struct file *f); /* last reference; NULL: nothing to do */
    int (*ioctl)(struct file *f, uint32_t request, void *buffer); /* ENOTTY */
    unsigned (*poll)(struct file *f); /* POLLIN ... now; NULL: always ready */
};

/* Shared by the descriptors that dup and fork made of one. */
struct file {
    const struct file_ops *ops;
    uint32_t references;
    int flags;           /* as given to open */
    struct inode *inode; /* NULL: a pipe without a name */
    struct pipe *pipe;
    struct socket *socket;
    uint64_t offset; /* of a directory: a cookie */
};

bool file_is_readable(const struct file *f);
bool file_is_writable(const struct file *f);

/* A file with one reference; NULL: no memory. */
struct file *file_new(const struct file_ops *ops, int flags);
void file_drop(struct file *f);
/* The lowest free descriptor from `from` on, or -1. */
int file_free_descriptor(const struct proc *p, int from);
/* Puts f (and the caller's reference) at a free descriptor. */
void file_install(struct proc *p, int fd, struct file *f);
/* As fds[0] and fds[1]; 0, EMFILE, EFAULT: the callers keep a and b. */
int file_install_pair(struct user_addr fds, struct file *a, struct file *b);
bool file_has_offset(const struct file *f); /* not for pipes and terminals */
struct file *file_of(uint64_t fd);          /* the current process's open file, or NULL */
/* Sleeps for a call on f that has to; EAGAIN if it may not (O_NONBLOCK), EINTR. */
int file_wait(const struct file *f, struct wait_queue *queue, const char *why);
/* read and write, whatever the pieces: bytes, or -errno. f: or NULL, EBADF. */
int64_t file_transfer(struct file *f, struct uio *u);

/* By a path in the kernel: namecalls.c. A descriptor or -errno; 0 or an errno. */
int64_t file_open(const char *path, int flags, uint16_t mode);
int file_unlink(const char *path);
/* A new inode with a name; EEXIST and others. */
int file_make(const char *path, enum inode_type type, uint64_t mode, struct inode **out);
uint64_t file_channel(void); /* a number for what put and get of the probes move through */

int file_open_console(struct proc *p); /* as descriptors 0, 1, 2 */
void file_share_all(struct proc *from, struct proc *to);
void file_close_all(struct proc *p);
void file_close_on_exec(struct proc *p);

/* The rest of opening f->inode, a FIFO, which may wait for the other end; the file is to be
 * dropped if it fails. ENXIO, ENOMEM, EINTR. pipe.c. */
int fifo_open(struct file *f);

extern const struct file_ops inode_ops, null_ops, zero_ops, demo_ops, console_ops, pipe_ops;
