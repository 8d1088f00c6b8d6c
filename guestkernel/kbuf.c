/* kbuf.c - /dev/kbuf: a buffer of the kernel's, which read and write copy and mmap shows, as a
 * frame buffer's would be. One inode without a name has its pages; all opens share it. What is
 * mapped follows how it was opened: read only, then never with PROT_WRITE (mmap.c). */
#include "kernel.h"

/* As a file's read or write, but it cannot grow. */
static int transfer(struct file *f, struct uio *u) {
    uint64_t size = f->inode->size;
    uint64_t left = f->offset < size ? size - f->offset : 0;
    struct file inner = *f;
    inner.inode = f->inode->memory;
    inner.flags &= ~O_APPEND;
    uint64_t beyond = uio_limit(u, left);
    int error = u->write ? inode_ops.write(&inner, u) : inode_ops.read(&inner, u);
    u->resid += beyond;
    f->offset = inner.offset;
    return error;
}

static int kbuf_write(struct file *f, struct uio *u) {
    if (u->resid && f->offset >= f->inode->size) return ENOSPC;
    return transfer(f, u);
}

static const struct file_ops kbuf_ops = {
    .read = transfer, .write = kbuf_write, .close = device_close};

void kbuf_init(void) {
    struct inode *device = device_make("kbuf", &kbuf_ops);
    device->memory = inode_new(INODE_FILE, 0600);
    if (!device->memory) panic("kbuf_init: no memory");
    inode_hold(device->memory);
    device->size = device->memory->size = SALLYPORT_KBUF_BYTES;
}
