/* dir.h - names: directory entries and paths. */

#define PATH_MAX_BYTES SALLYPORT_PATH_MAX
#define NAME_MAX_BYTES SALLYPORT_NAME_MAX

struct dentry {
    struct dentry *next; /* in the order they were made */
    struct inode *inode;
    uint64_t cookie; /* getdents' position: grows along the list */
    uint8_t length;
    char name[]; /* NUL-ended */
};
/* "." and ".." are no entries; getdents gives them these positions. */
#define COOKIE_DOT    0
#define COOKIE_DOTDOT 1
#define COOKIE_FIRST  2

struct dentry *dir_find(const struct inode *dir, const char *name, size_t n);
/* Gives inode a free name in dir and counts the link; ENOMEM, or ENOENT: dir was removed. */
int dir_add(struct inode *dir, const char *name, size_t n, struct inode *inode);
/* The same with a new inode. */
int dir_make(struct inode *dir, const char *name, size_t n, enum inode_type type, uint16_t mode,
             struct inode **out);
/* Takes the name away and the link with it; frees an inode nobody holds. */
void dir_remove(struct inode *dir, struct dentry *entry);
/* The same name for another inode (rename over an existing name). */
void dir_replace(struct inode *dir, struct dentry *entry, struct inode *inode);

/* Where a path ends: in this directory, by this name, which is inode, or nothing yet. */
struct place {
    struct inode *dir;
    const char *name;    /* not NUL-ended */
    size_t length;       /* 0: the path is the root itself */
    bool slash;          /* it ended in one: must be a directory */
    struct inode *inode; /* NULL: no such name */
};

/* From the root or cwd; ENOENT (empty, a missing directory), ENOTDIR, ENAMETOOLONG. */
int path_walk(struct inode *cwd, const char *path, struct place *place);
/* As path_walk, and ENOENT if the last name is not there either. */
int path_find(struct inode *cwd, const char *path, struct inode **inode);
/* The same with a path of the current program's, from its working directory; EFAULT,
 * ENAMETOOLONG. It stays in path, for place to point into. */
int path_fetch(uint64_t va, char path[PATH_MAX_BYTES]);
int place_fetch(uint64_t va, char path[PATH_MAX_BYTES], struct place *place);
int inode_fetch(uint64_t va, struct inode **inode);
/* Is the last name "." or ".." or the root, which cannot be made or removed? */
bool place_is_special(const struct place *place);
/* The absolute path of dir, or of a name in it; ENOENT (removed), ERANGE (size too small). */
int path_of(const struct inode *dir, const char *name, size_t n, char *path, size_t size);
