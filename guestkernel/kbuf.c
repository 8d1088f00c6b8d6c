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
#include <sallyport/abi.h>

/* Bytes that are there of n from the offset on, up to the page's end. */
static uint64_t piece_at(const struct file *f, uint64_t n)
{
    uint64_t size = f->inode->memory->size, piece;
    if (f->offset >= size)
        return 0;
    piece = PAGE_SIZE - PAGE_OFFSET(f->offset);
    return piece < n ? piece : n;
}

static int64_t transfer(struct file *f, struct user_addr at, uint64_t n,
                        bool write)
{
    uint64_t done = 0, piece;
    while (done < n && (piece = piece_at(f, n - done))) {
        char *page = inode_own_page(f->inode->memory, f->offset);
        if (!page)
            return done ? (int64_t)done : -ENOMEM;
        char *bytes = page + PAGE_OFFSET(f->offset);
        int error = write ? copyin(user_plus(at, done), bytes, piece)
                          : copyout(bytes, user_plus(at, done), piece);
        if (error)
            return done ? (int64_t)done : -error;
        done += piece;
        f->offset += piece;
    }
    return (int64_t)done;
}

static int64_t kbuf_read(struct file *f, struct user_addr to, uint64_t n)
{
    return transfer(f, to, n, false);
}

static int64_t kbuf_write(struct file *f, struct user_addr from, uint64_t n)
{
    if (n && f->offset >= f->inode->memory->size)
        return -ENOSPC;
    return transfer(f, from, n, true);
}

static void kbuf_close(struct file *f)
{
    inode_drop(f->inode);
}

static const struct file_ops kbuf_ops = {
    .read = kbuf_read, .write = kbuf_write, .close = kbuf_close};

void kbuf_init(void)
{
    struct inode *device = device_make("kbuf", &kbuf_ops);
    device->memory = inode_new(INODE_FILE, 0600);
    if (!device->memory)
        panic("kbuf_init: no memory");
    inode_hold(device->memory);
    device->size = device->memory->size = SALLYPORT_KBUF_BYTES;
}
