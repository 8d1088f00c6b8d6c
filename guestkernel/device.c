/* device.c - /dev/null and /dev/zero, and the making of /dev. */
#include "kernel.h"
#include "method.h"

void device_close(struct file *f) { inode_drop(f->inode); }
int null_read(struct file *f, struct uio *u) { return 0; }

/* Looks at nothing: what it is given may be anywhere. */
int null_write(struct file *f, struct uio *u) {
    u->resid = 0;
    return 0;
}

static int zero_read(struct file *f, struct uio *u) {
    int error = 0;
    while (u->resid && !error) error = uiomove((void *)zero_page, PAGE_SIZE, u);
    return error;
}

const struct file_ops null_ops = {null_read, null_write, device_close, 0, 0};
const struct file_ops zero_ops = {zero_read, null_write, device_close, 0, 0};

static struct inode *dev; /* the directory */

struct inode *device_make(const char *name, const struct file_ops *ops) {
    struct dentry *old = dir_find(dev, name, strlen(name));
    if (old && old->inode->type == INODE_DIRECTORY)
        refuse_boot("initrd: /dev/%s is a directory", name);
    if (old) dir_remove(dev, old);
    struct inode *i;
    if (dir_make(dev, name, strlen(name), INODE_DEVICE, 0666, &i))
        panic("device_init: no memory for /dev/%s", name);
    i->device = ops;
    return i;
}

/* At boot: made if the archive has none. */
static struct inode *directory(const char *path, uint16_t mode) {
    struct place p;
    int error = path_walk(inode_root(), path, &p);
    if (!error && !p.inode)
        error = dir_make(p.dir, p.name, p.length, INODE_DIRECTORY, mode, &p.inode);
    if (error) panic("device_init: no memory for %s", path);
    if (p.inode->type != INODE_DIRECTORY) refuse_boot("initrd: %s is no directory", path);
    return p.inode;
}

void device_init(void) {
    dev = directory("/dev", 0755);
    device_make("null", &null_ops);
    device_make("zero", &zero_ops);
    device_make("demo", &demo_ops);
    device_make("accel", &null_ops)->methods = accel_methods;
    console_init(device_make("console", &console_ops));
    directory("/dev/shm", 0777); /* mmap.c: the objects */
}
