/*
 * device.c - /dev/null and /dev/zero, and the making of /dev.
 */
#include "device.h"
#include "console.h"
#include "dir.h"
#include "file.h"
#include "panic.h"
#include "string.h"
#include <errno.h>

static void device_close(struct file *f) { inode_drop(f->inode); }

static int64_t null_read(struct file *f, struct user_addr to, uint64_t n) {
    (void)f, (void)to, (void)n;
    return 0;
}

/* Looks at nothing: what it is given may be anywhere. */
static int64_t null_write(struct file *f, struct user_addr from, uint64_t n) {
    (void)f, (void)from;
    return n > INT64_MAX ? -EINVAL : (int64_t)n;
}

static int64_t zero_read(struct file *f, struct user_addr to, uint64_t n) {
    (void)f;
    uint64_t done = 0;
    if (n > COPY_MAX) n = COPY_MAX;
    while (done < n) {
        uint64_t piece = n - done < PAGE_SIZE ? n - done : PAGE_SIZE;
        int error = copyout(zero_page, user_plus(to, done), piece);
        if (error) return done ? (int64_t)done : -error;
        done += piece;
    }
    return (int64_t)done;
}

const struct file_ops null_ops = {null_read, null_write, device_close};
const struct file_ops zero_ops = {zero_read, null_write, device_close};

static struct inode *dev; /* the directory */

struct inode *device_make(const char *name, const struct file_ops *ops) {
    struct dentry *old = dir_find(dev, name, strlen(name));
    if (old && old->inode->type == INODE_DIRECTORY)
        refuse_boot("initrd: /dev/%s is a directory", name);
    if (old) dir_remove(dev, old);
    struct inode *i = inode_new(INODE_DEVICE, 0666);
    if (!i || dir_add(dev, name, strlen(name), i))
        panic("device_init: no memory for /dev/%s", name);
    i->device = ops;
    return i;
}

void device_init(void) {
    struct dentry *e = dir_find(inode_root(), "dev", 3);
    dev = e ? e->inode : inode_new(INODE_DIRECTORY, 0755);
    if (!e && (!dev || dir_add(inode_root(), "dev", 3, dev)))
        panic("device_init: no memory for /dev");
    if (dev->type != INODE_DIRECTORY)
        refuse_boot("initrd: /dev is no directory");
    device_make("null", &null_ops);
    device_make("zero", &zero_ops);
    console_init(device_make("console", &console_ops));
}
