/*
 * kbuf.c - /dev/kbuf: a buffer of the kernel's, which read and write copy and
 * mmap shows, as a frame buffer's would be. One inode without a name has its
 * pages; all opens share it. What is mapped follows how it was opened: read
 * only, then never with PROT_WRITE (mmap.c).
 */
#include "device.h"
#include "file.h"
#include "inode.h"
#include "panic.h"
#include <errno.h>
#include <fcntl.h>
#include <sallyport/abi.h>

/* As a file's read or write, but it cannot grow. */
static int64_t transfer(struct file *f, struct user_addr at, uint64_t n,
                        bool write) {
    uint64_t size = f->inode->size;
    uint64_t left = f->offset < size ? size - f->offset : 0;
    struct file inner = *f;
    inner.inode = f->inode->memory;
    inner.flags &= ~O_APPEND;
    if (n > left) n = left;
    int64_t done =
        write ? inode_ops.write(&inner, at, n) : inode_ops.read(&inner, at, n);
    f->offset = inner.offset;
    return done;
}

static int64_t kbuf_read(struct file *f, struct user_addr to, uint64_t n) {
    return transfer(f, to, n, false);
}

static int64_t kbuf_write(struct file *f, struct user_addr from, uint64_t n) {
    if (n && f->offset >= f->inode->size) return -ENOSPC;
    return transfer(f, from, n, true);
}

static void kbuf_close(struct file *f) { inode_drop(f->inode); }

static const struct file_ops kbuf_ops = {
    .read = kbuf_read, .write = kbuf_write, .close = kbuf_close};

void kbuf_init(void) {
    struct inode *device = device_make("kbuf", &kbuf_ops);
    device->memory = inode_new(INODE_FILE, 0600);
    if (!device->memory) panic("kbuf_init: no memory");
    inode_hold(device->memory);
    device->size = device->memory->size = SALLYPORT_KBUF_BYTES;
}
