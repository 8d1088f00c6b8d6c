/* inodefile.c - reading and writing files and directories; lseek, ftruncate, stat, getdents. */
#include "kernel.h"
#include <sallyport/dirent.h>
#include <sallyport/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Bytes ---- */
static int file_read(struct file *f, struct uio *u) {
    struct inode *i = f->inode;
    int error = i->type == INODE_DIRECTORY ? EISDIR : 0;
    while (u->resid && f->offset < i->size && !error) {
        uint64_t piece = u->resid;
        const char *bytes = inode_bytes(i, f->offset, &piece);
        error = uiomove_at((void *)bytes, piece, u, &f->offset);
    }
    return error;
}

/* As much as fits into the page at the offset, at most n bytes, from the program or from where
 * the window, if any, shows its pages. */
static int write_page(struct file *f, struct uio *u, const char *window, uint64_t n) {
    struct inode *i = f->inode;
    uint64_t start = f->offset, room = PAGE_SIZE - PAGE_OFFSET(start);
    int error = 0;
    char *page = inode_own_page(i, start);
    if (!page) return ENOMEM;
    if (n > room) n = room;
    char *to = page + PAGE_OFFSET(start);
    if (window) {
        memcpy(to, window, n);
        PROBE(copyin, uio_front(u).iov_base.va, to, n, n, 0);
        uio_advance(u, n);
        f->offset += n;
    } else {
        error = uiomove_at(to, n, u, &f->offset);
    }
    if (f->offset > i->size && f->offset > start) i->size = f->offset;
    uint64_t end = start + n, keep = i->size > start ? i->size : start;
    if (error && end > keep) memset(to + (keep - start), 0, end - keep);
    return error;
}

/* At most WIRE_BYTES of the first piece through the window, if it can be (*done). */
static int write_mapped(struct file *f, struct uio *u, bool *done) {
    struct wiring w;
    struct iovec front = uio_front(u);
    int error = wire(&w, &sched.current->vm, front.iov_base.va, front.iov_len, PTE_R);
    if (error) return error;
    const char *window = window_map(&w);
    *done = window;
    uint64_t end = f->offset + (window ? w.bytes : 0);
    while (f->offset < end && !error)
        error = write_page(f, u, window + (w.bytes - (end - f->offset)), end - f->offset);
    unwire(&w);
    return error;
}

static int file_write(struct file *f, struct uio *u) {
    struct inode *i = f->inode;
    if (f->flags & O_APPEND) f->offset = i->size;
    if (u->resid && f->offset >= FILE_MAX) return EFBIG;
    uint64_t beyond = uio_limit(u, FILE_MAX - f->offset);
    int error = 0;
    if (f->offset + u->resid > i->size) inode_clear_tail(i);
    while (u->resid && !error) {
        bool done = false;
        if (is_mapped_transfer(uio_front(u).iov_len)) error = write_mapped(f, u, &done);
        if (!done && !error) error = write_page(f, u, NULL, u->resid);
    }
    u->resid += beyond;
    return error;
}

static void file_close(struct file *f) {
    if (file_is_writable(f)) f->inode->writers--;
    inode_drop(f->inode);
}

static int file_ioctl(struct file *f, uint32_t request, void *buffer) {
    const struct inode *i = f->inode;
    if (request != FIONREAD || i->type == INODE_DIRECTORY) return ENOTTY;
    *(int *)buffer = f->offset < i->size ? (int)(i->size - f->offset) : 0;
    return 0;
}

const struct file_ops inode_ops = {file_read, file_write, file_close, file_ioctl, NULL};

/* ---- Offset and size ---- */
bool file_has_offset(const struct file *f) {
    const struct inode *i = f->inode;
    return i && i->type != INODE_FIFO && (i->type != INODE_DEVICE || i->size);
}

int64_t sys_lseek(const uint64_t *arg) {
    struct file *f = file_of(arg[0]);
    int64_t offset = (int64_t)arg[1], base = 0;
    if (!f) return -EBADF;
    if (!file_has_offset(f)) return -ESPIPE;
    switch ((int)arg[2]) {
    case SEEK_SET: break;
    case SEEK_CUR: base = (int64_t)f->offset; break;
    case SEEK_END: base = (int64_t)f->inode->size; break;
    default: return -EINVAL;
    }
    if (__builtin_add_overflow(base, offset, &offset)) return -EOVERFLOW;
    if (offset < 0) return -EINVAL;
    f->offset = (uint64_t)offset;
    return offset;
}

int64_t sys_ftruncate(const uint64_t *arg) {
    struct file *f = file_of(arg[0]);
    if (!f) return -EBADF;
    if (!file_is_writable(f) || !f->inode || f->inode->type != INODE_FILE ||
        (int64_t)arg[1] < 0)
        return -EINVAL;
    return -inode_truncate(f->inode, arg[1]);
}

/* ---- Description ---- */
static mode_t type_bits(const struct inode *i) {
    static const mode_t bits[] = {[INODE_FILE] = S_IFREG,
                                  [INODE_DIRECTORY] = S_IFDIR,
                                  [INODE_DEVICE] = S_IFCHR,
                                  [INODE_FIFO] = S_IFIFO,
                                  [INODE_SOCKET] = S_IFSOCK};
    return bits[i->type];
}

/* There is no clock of the day: all times are 0. */
static int64_t put_stat(const struct inode *i, mode_t without, struct user_addr to) {
    struct stat st;
    memset(&st, 0, sizeof st);
    if (i) {
        st.st_dev = 1;
        st.st_ino = i->number;
        st.st_mode = type_bits(i) | i->mode;
        st.st_nlink = (nlink_t)i->links;
        st.st_size = (off_t)i->size;
        st.st_blocks = (blkcnt_t)((i->size + S_BLKSIZE - 1) / S_BLKSIZE);
    } else {
        st.st_mode = without | 0600;
        st.st_nlink = 1;
    }
    st.st_blksize = PAGE_SIZE;
    return -copyout(&st, to, sizeof st);
}

int64_t sys_fstat(const uint64_t *arg) {
    struct file *f = file_of(arg[0]);
    if (!f) return -EBADF;
    return put_stat(f->inode, f->socket ? S_IFSOCK : S_IFIFO, user_addr(arg[1]));
}

int64_t sys_stat(const uint64_t *arg) {
    struct inode *i;
    int error = inode_fetch(arg[0], &i);
    return error ? -error : put_stat(i, 0, user_addr(arg[1]));
}

/* ---- Directory entries ---- */
/* The first entry at or after cookie, as a record; false: no more. */
static bool record_at(const struct inode *dir, uint64_t cookie, struct dirent *d) {
    const struct dentry *e = dir->first;
    const struct inode *i = cookie == COOKIE_DOT || !dir->parent ? dir : dir->parent;
    const char *name = cookie == COOKIE_DOT ? "." : "..";
    if (cookie > COOKIE_DOTDOT) {
        while (e && e->cookie < cookie) e = e->next;
        if (!e) return false;
        name = e->name, i = e->inode, cookie = e->cookie;
    }
    size_t n = strlen(name), bytes = (offsetof(struct dirent, d_name) + n + 1 + 7) & ~7ul;
    memset(d, 0, bytes);
    d->d_ino = i->number;
    d->d_off = cookie + 1;
    d->d_reclen = (uint16_t)bytes;
    d->d_type = (uint8_t)(type_bits(i) >> 12); /* DT_ names are S_IF's upper bits */
    memcpy(d->d_name, name, n);
    return true;
}

int64_t sys_getdents(const uint64_t *arg) {
    struct file *f = file_of(arg[0]);
    uint64_t size = arg[2], used = 0;
    struct dirent record;
    if (!f) return -EBADF;
    if (!f->inode || f->inode->type != INODE_DIRECTORY) return -ENOTDIR;
    while (record_at(f->inode, f->offset, &record)) {
        size_t bytes = record.d_reclen;
        if (size - used < bytes) return used ? (int64_t)used : -EINVAL;
        int error = copyout(&record, user_plus(user_addr(arg[1]), used), bytes);
        if (error) return used ? (int64_t)used : -error;
        used += bytes;
        f->offset = record.d_off;
    }
    return (int64_t)used;
}
