/* namecalls.c - the calls that take paths: open and those that make, remove and change names.
 * Each fetches its paths, walks them, checks everything, and only then changes something. */
#include "kernel.h"

#define PERMISSION_BITS 0777
#define LINKS_MAX       32767 /* nlink_t has 16 bits */

/* ---- open ---- */
/* May an existing inode be opened like this? */
static int check_open(const struct inode *i, int flags) {
    bool write = (flags & O_ACCMODE) != O_RDONLY;
    if (flags & O_CREAT && flags & O_EXCL) return EEXIST;
    if (i->type == INODE_SOCKET) return EOPNOTSUPP;
    if (i->type == INODE_DIRECTORY && (write || flags & O_CREAT)) return EISDIR;
    if (i->type != INODE_DIRECTORY && flags & O_DIRECTORY) return ENOTDIR;
    if (i->type == INODE_FILE && write && i->text) return ETXTBSY;
    return 0;
}

/* A new inode with a name that is free. */
static int make(const struct place *p, enum inode_type type, uint64_t mode,
                struct inode **out) {
    return dir_make(p->dir, p->name, p->length, type, mode & PERMISSION_BITS, out);
}

int file_make(const char *path, enum inode_type type, uint64_t mode, struct inode **out) {
    struct place place;
    int error = path_walk(sched.current->cwd, path, &place);
    if (!error && place.inode) error = EEXIST;
    if (!error && place.slash) error = ENOENT;
    return error ? error : make(&place, type, mode, out);
}

/* The inode that open means, made if it must be. */
static int find_or_create(const struct place *place, int flags, uint16_t mode,
                          struct inode **out) {
    *out = place->inode;
    if (!place->inode && !(flags & O_CREAT)) return ENOENT;
    if (!place->inode) return place->slash ? EISDIR : make(place, INODE_FILE, mode, out);
    int error = check_open(place->inode, flags);
    bool write = (flags & O_ACCMODE) != O_RDONLY;
    if (!error && flags & O_TRUNC && write && place->inode->type == INODE_FILE)
        error = inode_truncate(place->inode, 0);
    return error;
}

static int attach(struct file *f, struct inode *i) {
    f->inode = inode_hold(i);
    if (i->type == INODE_DEVICE) f->ops = i->device;
    else if (i->type == INODE_FIFO) f->ops = &pipe_ops;
    else if (file_is_writable(f)) i->writers++;
    return i->type == INODE_FIFO ? fifo_open(f) : 0;
}

int64_t file_open(const char *path, int flags, uint16_t mode) {
    struct place place;
    struct inode *i;
    int error = path_walk(sched.current->cwd, path, &place);
    if (!error && (flags & O_ACCMODE) == O_ACCMODE) error = EINVAL;
    if (error) return -error;
    int fd = file_free_descriptor(sched.current, 0);
    if (fd < 0) return -EMFILE;
    struct file *f = file_new(&inode_ops, flags);
    if (!f) return -ENOMEM;
    error = find_or_create(&place, flags, mode, &i);
    if (!error) error = attach(f, i);
    if (!error) file_install(sched.current, fd, f);
    else if (f->inode) file_drop(f);
    else kfree(f); /* it was never open: nothing to close */
    return error ? -error : fd;
}

int64_t sys_open(const uint64_t *arg) {
    char path[PATH_MAX_BYTES];
    int error = path_fetch(arg[0], path);
    return error ? -error : file_open(path, (int)arg[1], (uint16_t)arg[2]);
}

/* ---- Making and removing ---- */
int64_t sys_mkdir(const uint64_t *arg) {
    char path[PATH_MAX_BYTES];
    struct place place;
    int error = place_fetch(arg[0], path, &place);
    if (error) return -error;
    if (place.inode) return -EEXIST;
    if (place.dir->links >= LINKS_MAX) return -EMLINK;
    return -make(&place, INODE_DIRECTORY, arg[1], &place.inode);
}

int64_t sys_mkfifo(const uint64_t *arg) {
    char path[PATH_MAX_BYTES];
    struct inode *i;
    int error = path_fetch(arg[0], path);
    return error ? -error : -file_make(path, INODE_FIFO, arg[1], &i);
}

int64_t sys_rmdir(const uint64_t *arg) {
    char path[PATH_MAX_BYTES];
    struct place place;
    int error = place_fetch(arg[0], path, &place);
    if (error) return -error;
    if (!place.inode) return -ENOENT;
    if (place.inode->type != INODE_DIRECTORY) return -ENOTDIR;
    if (place_is_special(&place)) return place.inode == inode_root() ? -EBUSY : -EINVAL;
    if (place.inode->first) return -ENOTEMPTY;
    dir_remove(place.dir, dir_find(place.dir, place.name, place.length));
    return 0;
}

int file_unlink(const char *path) {
    struct place place;
    int error = path_walk(sched.current->cwd, path, &place);
    if (error) return error;
    if (!place.inode) return ENOENT;
    if (place.inode->type == INODE_DIRECTORY) return EISDIR;
    dir_remove(place.dir, dir_find(place.dir, place.name, place.length));
    return 0;
}

int64_t sys_unlink(const uint64_t *arg) {
    char path[PATH_MAX_BYTES];
    int error = path_fetch(arg[0], path);
    return error ? -error : -file_unlink(path);
}

int64_t sys_link(const uint64_t *arg) {
    char path[PATH_MAX_BYTES];
    struct place place;
    struct inode *i;
    int error = inode_fetch(arg[0], &i);
    if (!error) error = place_fetch(arg[1], path, &place);
    if (error) return -error;
    if (i->type == INODE_DIRECTORY) return -EPERM;
    if (place.inode) return -EEXIST;
    if (place.slash) return -ENOENT;
    if (i->links >= LINKS_MAX) return -EMLINK;
    return -dir_add(place.dir, place.name, place.length, i);
}

/* ---- rename ---- */
static bool is_inside(const struct inode *dir, const struct inode *ancestor) {
    for (; dir; dir = dir->parent) {
        if (dir == ancestor) return true;
        if (dir == inode_root()) return false;
    }
    return false;
}

/* POSIX's rules, in its order of importance; 0: go ahead. */
static int check_rename(const struct place *from, const struct place *to) {
    if (!from->inode) return ENOENT;
    if (place_is_special(from) || place_is_special(to)) return EINVAL;
    if (to->inode == from->inode)
        return 0; /* nothing will be done, be it a directory with entries */
    bool is_dir = from->inode->type == INODE_DIRECTORY;
    if (is_dir && is_inside(to->dir, from->inode)) return EINVAL;
    if (!is_dir && to->slash) return ENOTDIR;
    if (!to->inode) return to->dir->links == 0 ? ENOENT : 0;
    bool onto_dir = to->inode->type == INODE_DIRECTORY;
    if (is_dir && !onto_dir) return ENOTDIR;
    if (!is_dir && onto_dir) return EISDIR;
    return onto_dir && to->inode->first ? ENOTEMPTY : 0;
}

int64_t sys_rename(const uint64_t *arg) {
    char old[PATH_MAX_BYTES], new[PATH_MAX_BYTES];
    struct place from, to;
    int error = place_fetch(arg[0], old, &from);
    if (!error) error = place_fetch(arg[1], new, &to);
    if (!error) error = check_rename(&from, &to);
    if (error || to.inode == from.inode) return -error;
    if (to.inode) dir_replace(to.dir, dir_find(to.dir, to.name, to.length), from.inode);
    else error = dir_add(to.dir, to.name, to.length, from.inode);
    if (error) return -error;
    struct inode *moved = from.inode;
    dir_remove(from.dir, dir_find(from.dir, from.name, from.length));
    if (moved->type == INODE_DIRECTORY) moved->parent = to.dir; /* dir_remove took it away */
    return 0;
}

/* ---- The rest ---- */
int64_t sys_truncate(const uint64_t *arg) {
    struct inode *i;
    int error = inode_fetch(arg[0], &i);
    if (error) return -error;
    if (i->type == INODE_DIRECTORY) return -EISDIR;
    if (i->type != INODE_FILE || (int64_t)arg[1] < 0) return -EINVAL;
    return -inode_truncate(i, arg[1]);
}

int64_t sys_chdir(const uint64_t *arg) {
    struct inode *i;
    int error = inode_fetch(arg[0], &i);
    if (error) return -error;
    if (i->type != INODE_DIRECTORY) return -ENOTDIR;
    struct inode *old = sched.current->cwd;
    sched.current->cwd = inode_hold(i); /* the same, maybe, and held by nobody else */
    inode_drop(old);
    return 0;
}

int64_t sys_getcwd(const uint64_t *arg) {
    char path[PATH_MAX_BYTES];
    uint64_t size = arg[1];
    if (size == 0) return -EINVAL;
    if (size > sizeof path) size = sizeof path;
    int error = path_of(sched.current->cwd, "", 0, path, size);
    size_t length;
    if (!error) error = copyoutstr(path, user_addr(arg[0]), size, &length);
    return error ? -error : (int64_t)length;
}
