/* dir.c - directories are lists of names; a path is a walk through them. */
#include "kernel.h"

/* ---- Entries ---- */
struct dentry *dir_find(const struct inode *dir, const char *name, size_t n) {
    for (struct dentry *e = dir->first; e; e = e->next)
        if (e->length == n && e->name[0] == name[0] && memcmp(e->name, name, n) == 0) return e;
    return NULL;
}

/* Counts a name in (by 1) or out (-1); of a directory also its "." and, in dir, its "..". */
static void count(struct inode *dir, struct inode *inode, int by) {
    inode->links += by;
    if (inode->type != INODE_DIRECTORY) return;
    inode->links += by;
    inode->parent = by > 0 ? dir : NULL;
    dir->links += by;
}

int dir_add(struct inode *dir, const char *name, size_t n, struct inode *inode) {
    if (dir->links == 0) return ENOENT;
    struct dentry *e = kmalloc(sizeof *e + n + 1);
    if (!e) return ENOMEM;
    memcpy(e->name, name, n);
    e->length = (uint8_t)n;
    e->inode = inode;
    e->cookie = COOKIE_FIRST + dir->next_cookie++;
    *(dir->last ? &dir->last->next : &dir->first) = e;
    dir->last = e;
    count(dir, inode, 1);
    return 0;
}

int dir_make(struct inode *dir, const char *name, size_t n, enum inode_type type, uint16_t mode,
             struct inode **out) {
    struct inode *i = *out = inode_new(type, mode);
    int error = i ? dir_add(dir, name, n, i) : ENOMEM;
    if (i && error) inode_release_unused(i);
    return error;
}

void dir_remove(struct inode *dir, struct dentry *entry) {
    struct dentry *before = NULL;
    for (struct dentry *e = dir->first; e != entry; e = e->next) before = e;
    if (before) before->next = entry->next;
    else dir->first = entry->next;
    if (dir->last == entry) dir->last = before;
    count(dir, entry->inode, -1);
    inode_release_unused(entry->inode);
    kfree(entry);
}

void dir_replace(struct inode *dir, struct dentry *entry, struct inode *inode) {
    struct inode *old = entry->inode;
    count(dir, inode, 1);
    entry->inode = inode;
    count(dir, old, -1);
    inode_release_unused(old);
}

/* ---- Paths ---- */
static bool is_dot(const char *name, size_t n) { return n == 1 && name[0] == '.'; }

static bool is_dotdot(const char *name, size_t n) {
    return n == 2 && name[0] == '.' && name[1] == '.';
}

static struct inode *step(struct inode *dir, const char *name, size_t n) {
    if (is_dot(name, n)) return dir;
    if (is_dotdot(name, n)) return dir->parent;
    struct dentry *e = dir_find(dir, name, n);
    return e ? e->inode : NULL;
}

static const char *skip_slashes(const char *p) {
    while (*p == '/') p++;
    return p;
}

int path_walk(struct inode *cwd, const char *path, struct place *place) {
    if (!*path) return ENOENT;
    struct inode *dir = *path == '/' ? inode_root() : cwd;
    const char *p = skip_slashes(path);
    *place = (struct place){.dir = dir, .name = p, .inode = dir};
    while (*p) {
        const char *name = p;
        while (*p && *p != '/') p++;
        size_t n = (size_t)(p - name);
        bool slash = *p == '/';
        p = skip_slashes(p);
        if (n > NAME_MAX_BYTES) return ENAMETOOLONG;
        struct inode *next = step(dir, name, n);
        if (!next && (*p || is_dotdot(name, n))) return ENOENT;
        if (next && slash && next->type != INODE_DIRECTORY) return ENOTDIR;
        *place = (struct place){dir, name, n, slash, next};
        dir = next;
    }
    return 0;
}

int path_find(struct inode *cwd, const char *path, struct inode **inode) {
    struct place place;
    int error = path_walk(cwd, path, &place);
    if (error) return error;
    *inode = place.inode;
    return place.inode ? 0 : ENOENT;
}

int path_fetch(uint64_t va, char path[PATH_MAX_BYTES]) {
    size_t length;
    return copyinstr(user_addr(va), path, PATH_MAX_BYTES, &length);
}

int place_fetch(uint64_t va, char path[PATH_MAX_BYTES], struct place *place) {
    int error = path_fetch(va, path);
    return error ? error : path_walk(sched.current->cwd, path, place);
}

int inode_fetch(uint64_t va, struct inode **inode) {
    char path[PATH_MAX_BYTES];
    int error = path_fetch(va, path);
    return error ? error : path_find(sched.current->cwd, path, inode);
}

bool place_is_special(const struct place *place) {
    return place->length == 0 || is_dot(place->name, place->length) ||
           is_dotdot(place->name, place->length);
}

/* Puts "/name" in front of what stands at *start in the buffer. */
static bool put_before(char *buffer, size_t *start, const char *name, size_t n) {
    if (*start < n + 1) return false;
    *start -= n + 1;
    buffer[*start] = '/';
    memcpy(buffer + *start + 1, name, n);
    return true;
}

static const struct dentry *entry_of(const struct inode *dir) {
    const struct dentry *e = dir->parent->first;
    while (e && e->inode != dir) e = e->next;
    return e;
}

int path_of(const struct inode *dir, const char *name, size_t n, char *path, size_t size) {
    size_t start = size - 1;
    path[start] = '\0';
    if (n && !put_before(path, &start, name, n)) return ERANGE;
    for (; dir != inode_root(); dir = dir->parent) {
        const struct dentry *e = dir->parent ? entry_of(dir) : NULL;
        if (!e) return ENOENT;
        if (!put_before(path, &start, e->name, e->length)) return ERANGE;
    }
    if (!path[start] && !put_before(path, &start, "", 0)) return ERANGE;
    memmove(path, path + start, size - start);
    return 0;
}
