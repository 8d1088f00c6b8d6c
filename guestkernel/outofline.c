/* outofline.c - memory that travels in a message: a descriptor names a region, the message
 * carries its frames, and the receiver finds them somewhere in its own space.
 *
 *   copied: up to COPIED_MAX bytes, or if MACH_MSG_PHYSICAL_COPY is asked
 *
 *   virtual copy: above that the sender's frames go themselves, both sides
 *   losing the right to write until somebody does
 *
 *   moved: with `deallocate` the sender loses the pages, whole ones
 *
 * Below COPIED_MAX the page tables and the faults to come cost more than a copy. */
#include "kernel.h"
#include "port.h"

#define COPIED_MAX 8192

struct ool {
    uint64_t offset; /* of the first byte in the first frame */
    uint32_t pages;
    paddr frame[SALLYPORT_MSG_OOL_PAGES]; /* held; 0: none, or given away */
};
_Static_assert(sizeof(struct ool) <= PAGE_SIZE, "an ool is one page");

void ool_free(struct ool *o) {
    for (uint32_t i = 0; o && i < o->pages; i++)
        if (o->frame[i]) page_drop(o->frame[i]);
    if (o) page_drop(kpa(o));
}

static int copy_page(uint64_t va, uint64_t left, paddr *frame) {
    uint64_t n = min(left, PAGE_SIZE);
    *frame = n < PAGE_SIZE ? page_alloc_zeroed() : page_alloc();
    return *frame ? copyin(user_addr(va), kva(*frame), n) : ENOMEM;
}

int ool_take(const mach_msg_ool_descriptor_t *d, struct ool **out) {
    struct vm *vm = &sched.current->vm;
    uint64_t va = d->address, size = d->size;
    bool copied = !d->deallocate && (size <= COPIED_MAX || d->copy == MACH_MSG_PHYSICAL_COPY);
    uint64_t offset = copied ? 0 : PAGE_OFFSET(va);
    uint64_t pages = PAGE_UP(offset + size) >> PAGE_SHIFT;
    if (d->copy > MACH_MSG_VIRTUAL_COPY) return MACH_SEND_INVALID_TYPE;
    if (size == 0) return 0;
    if (va < USER_BASE || va >= USER_TOP || size > USER_TOP - va)
        return MACH_SEND_INVALID_MEMORY;
    if (pages > SALLYPORT_MSG_OOL_PAGES) return MACH_SEND_TOO_LARGE;
    paddr page = page_alloc_zeroed();
    if (!page) return MACH_SEND_NO_BUFFER;
    struct ool *o = *out = kva(page);
    o->offset = offset;
    int error = 0;
    for (uint64_t done = 0; !error && o->pages < pages; done += PAGE_SIZE) {
        paddr *frame = &o->frame[o->pages++];
        error = copied ? copy_page(va + done, size - done, frame)
                       : vm_lend(vm, va - offset + done, frame);
    }
    if (!error && d->deallocate) error = vm_unmap(vm, va - offset, PAGE_UP(va + size));
    return error == 0 ? 0 : error == ENOMEM ? MACH_SEND_NO_BUFFER : MACH_SEND_INVALID_MEMORY;
}

bool ool_give(struct ool *o, uint64_t *va) {
    *va = 0;
    if (!o) return true;
    if (vm_place(&sched.current->vm, o->frame, o->pages, va)) return false;
    memset(o->frame, 0, sizeof o->frame); /* the page table has them now */
    *va += o->offset;
    return true;
}
