/* ioctl.c - ioctl's generic layer. The request says which way how many bytes go
 * (abi/sallyport/ioctl.h), so they are copied here, and a driver finds them in kernel memory.
 * It is asked for one request, size included: another structure is another number. What a
 * structure points at is the driver's own affair.
 *
 *  1. up to 128 bytes a buffer on the stack, zero; more from kmalloc
 *  2. IN: copyin, before the descriptor is looked at
 *  3. OUT only: the buffer is zero, so holes in a structure leak nothing
 *  4. VOID, or IN of no bytes: the argument itself is in the buffer
 *  5. the descriptor, then whoever knows the request
 *  6. OUT: copyout, if that went well */
#include "kernel.h"
#include <sallyport/ioctl.h>

#define STACK_BYTES 128

/* Beyond what kmalloc has; one is enough, for no driver's ioctl sleeps. */
static uint64_t large[IOCPARM_MAX / sizeof(uint64_t)];

static int dispatch(uint32_t fd, uint32_t request, void *buffer) {
    struct file *f = file_of(fd);
    if (!f) return EBADF;
    switch (request) {
    case FIOCLEX: sched.current->close_on_exec |= 1ul << fd; return 0;
    case FIONCLEX: sched.current->close_on_exec &= ~(1ul << fd); return 0;
    case FIONBIO:
        f->flags &= ~O_NONBLOCK;
        if (*(int *)buffer) f->flags |= O_NONBLOCK;
        return 0;
    }
    return f->ops->ioctl ? f->ops->ioctl(f, request, buffer) : ENOTTY;
}

int64_t sys_ioctl(const uint64_t *arg) {
    uint64_t small[STACK_BYTES / sizeof(uint64_t)] = {0};
    uint32_t request = (uint32_t)arg[1];
    size_t size = IOCPARM_LEN(request);
    void *buffer = small;
    int error = 0;
    if (size > KMALLOC_MAX) buffer = memset(large, 0, size);
    else if (size > sizeof small && !(buffer = kmalloc(size))) return -ENOMEM;
    bool out = request & IOC_OUT && size;
    if (request & IOC_IN && size) error = copyin(user_addr(arg[2]), buffer, size);
    else if (request & IOC_IN || (request & IOC_VOID && !out)) *(uint64_t *)buffer = arg[2];
    if (!error) error = dispatch((uint32_t)arg[0], request, buffer);
    if (!error && out) error = copyout(buffer, user_addr(arg[2]), size);
    if (buffer != small && buffer != large) kfree(buffer);
    return -error;
}
