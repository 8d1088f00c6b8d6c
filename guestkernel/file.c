/* file.c - descriptors, and the calls that work on any of them. */
#include "kernel.h"

SYSCTL_INT(_kern, OID_AUTO, maxfilesperproc, CTLFLAG_RD, NULL, OPEN_MAX,
           "descriptors that a process can have");

bool file_is_readable(const struct file *f) { return (f->flags & O_ACCMODE) != O_WRONLY; }
bool file_is_writable(const struct file *f) { return (f->flags & O_ACCMODE) != O_RDONLY; }

struct file *file_new(const struct file_ops *ops, int flags) {
    struct file *f = kmalloc(sizeof *f);
    if (f) *f = (struct file){.ops = ops, .flags = flags, .references = 1};
    return f;
}

void file_drop(struct file *f) {
    if (--f->references) return;
    if (f->ops->close) f->ops->close(f);
    kfree(f);
}

/* ---- Descriptors ---- */
int file_free_descriptor(const struct proc *p, int from) {
    for (int fd = from; fd < OPEN_MAX; fd++)
        if (!p->file[fd]) return fd;
    return -1;
}

void file_install(struct proc *p, int fd, struct file *f) {
    p->file[fd] = f;
    p->close_on_exec &= ~(1ul << fd);
    if (f->flags & O_CLOEXEC) p->close_on_exec |= 1ul << fd;
    f->flags &= ~O_CLOEXEC; /* is the descriptor's, not the file's */
}

int file_install_pair(struct user_addr fds, struct file *a, struct file *b) {
    struct proc *self = sched.current;
    int fd[2] = {file_free_descriptor(self, 0)};
    fd[1] = fd[0] < 0 ? -1 : file_free_descriptor(self, fd[0] + 1);
    if (fd[1] < 0) return EMFILE;
    int error = copyout(fd, fds, sizeof fd);
    if (error) return error;
    file_install(self, fd[0], a);
    file_install(self, fd[1], b);
    return 0;
}

uint64_t file_channel(void) {
    static uint64_t last;
    return ++last;
}

struct file *file_of(uint64_t fd) {
    /* As the int that the caller meant: the upper half does not count. */
    uint32_t n = (uint32_t)fd;
    return n < OPEN_MAX ? sched.current->file[n] : NULL;
}

static void close_descriptor(struct proc *p, int fd) {
    struct file *f = p->file[fd];
    p->file[fd] = NULL;
    p->close_on_exec &= ~(1ul << fd);
    file_drop(f);
}

int file_open_console(struct proc *p) {
    struct file *f = file_new(&console_ops, O_RDWR);
    if (!f) return ENOMEM;
    f->inode = inode_hold(console_inode());
    f->references = 3;
    for (int fd = 0; fd < 3; fd++) file_install(p, fd, f);
    return 0;
}

void file_share_all(struct proc *from, struct proc *to) {
    for (int fd = 0; fd < OPEN_MAX; fd++)
        if ((to->file[fd] = from->file[fd])) to->file[fd]->references++;
    to->close_on_exec = from->close_on_exec;
}

void file_close_all(struct proc *p) {
    for (int fd = 0; fd < OPEN_MAX; fd++)
        if (p->file[fd]) close_descriptor(p, fd);
}

void file_close_on_exec(struct proc *p) {
    for (int fd = 0; p->close_on_exec; fd++)
        if (p->close_on_exec & 1ul << fd) close_descriptor(p, fd);
}

int file_wait(const struct file *f, struct wait_queue *queue, const char *why) {
    return f->flags & O_NONBLOCK ? EAGAIN : sched_sleep(queue, why);
}

/* ---- Calls ---- */

int64_t file_transfer(struct file *f, struct uio *u) {
    if (!f || !(u->write ? file_is_writable(f) : file_is_readable(f))) return -EBADF;
    uint64_t n = u->resid;
    if (n > INT64_MAX) return -EINVAL;
    int error = u->write ? f->ops->write(f, u) : f->ops->read(f, u);
    return u->resid < n ? (int64_t)(n - u->resid) : -error;
}

static int64_t transfer(const uint64_t *arg, bool write) {
    struct iovec piece = {user_addr(arg[1]), arg[2]};
    return file_transfer(file_of(arg[0]), &(struct uio){&piece, 1, arg[2], write, NULL});
}

int64_t sys_read(const uint64_t *arg) { return transfer(arg, false); }
int64_t sys_write(const uint64_t *arg) { return transfer(arg, true); }

static int64_t transfer_vector(const uint64_t *arg, bool write) {
    struct uio_vector v;
    int error = uio_fetch(&v, user_addr(arg[1]), (uint32_t)arg[2], write);
    if (error) return -error;
    int64_t moved = file_transfer(file_of(arg[0]), &v.uio);
    uio_release(&v);
    return moved;
}

int64_t sys_readv(const uint64_t *arg) { return transfer_vector(arg, false); }
int64_t sys_writev(const uint64_t *arg) { return transfer_vector(arg, true); }

int64_t sys_close(const uint64_t *arg) {
    if (!file_of(arg[0])) return -EBADF;
    close_descriptor(sched.current, (int)arg[0]);
    return 0;
}

static int64_t duplicate(struct file *f, int from) {
    int fd = file_free_descriptor(sched.current, from);
    if (fd < 0) return -EMFILE;
    f->references++;
    file_install(sched.current, fd, f);
    return fd;
}

int64_t sys_dup(const uint64_t *arg) {
    struct file *f = file_of(arg[0]);
    return f ? duplicate(f, 0) : -EBADF;
}

int64_t sys_dup2(const uint64_t *arg) {
    struct proc *p = sched.current;
    struct file *f = file_of(arg[0]);
    int to = (int)arg[1];
    if (!f || to < 0 || to >= OPEN_MAX) return -EBADF;
    if (p->file[to] == f && (int)arg[0] == to) return to;
    f->references++;
    if (p->file[to]) close_descriptor(p, to);
    file_install(p, to, f);
    return to;
}

#define STATUS_FLAGS (O_APPEND | O_NONBLOCK) /* which fcntl may change */

int64_t sys_fcntl(const uint64_t *arg) {
    struct file *f = file_of(arg[0]);
    uint64_t *on_exec = &sched.current->close_on_exec;
    uint64_t bit = 1ul << (arg[0] % OPEN_MAX);
    int value = (int)arg[2];
    if (!f) return -EBADF;
    switch ((int)arg[1]) {
    case F_DUPFD: return value < 0 || value >= OPEN_MAX ? -EINVAL : duplicate(f, value);
    case F_GETFD: return *on_exec & bit ? FD_CLOEXEC : 0;
    case F_SETFD: *on_exec = value & FD_CLOEXEC ? *on_exec | bit : *on_exec & ~bit; return 0;
    case F_GETFL: return f->flags & (O_ACCMODE | STATUS_FLAGS);
    case F_SETFL: f->flags = (f->flags & ~STATUS_FLAGS) | (value & STATUS_FLAGS); return 0;
    default: return -EINVAL;
    }
}
