/* methods.c - device_call: a program calls a method of a device with numbers and a structure
 * each way. The device's table says how many and how large, and that is checked here, so no
 * driver is ever handed less than it looks at. A structure of up to a page is copied. A larger
 * one is a memory descriptor: its pages are wired and shown in the window (wire.h), nothing is
 * copied, and the program, or who shares its memory, can change it meanwhile. */
#include "kernel.h"
#include "method.h"

struct block { /* a structure on its way */
    uint8_t *at;
    bool wired;
    struct wiring w;
};

static int take(struct block *b, struct user_addr from, uint64_t bytes, pte_t access) {
    if (bytes == 0) return 0;
    if (bytes <= DEVICE_INLINE) {
        paddr page = page_alloc_zeroed();
        if (!page) return ENOMEM;
        b->at = kva(page);
        return access == PTE_R ? copyin(from, b->at, bytes) : 0;
    }
    int error = wire(&b->w, &sched.current->vm, from.va, bytes, access);
    if (error) return error;
    b->wired = true;
    if (b->w.bytes < bytes) return EFAULT;
    b->at = (uint8_t *)window_map(&b->w);
    return b->at ? 0 : ENOMEM;
}

static void release(struct block *b) {
    if (b->wired) unwire(&b->w);
    else if (b->at) page_drop(kpa(b->at));
}

static bool fits(uint64_t n, uint32_t declared, uint64_t most) {
    return n <= most && (declared == DEVICE_VARIABLE || n == declared);
}

/* The method, if the call is as its row says. */
static int check(const struct file *f, uint32_t selector, const struct device_call_args *a,
                 const struct method **out) {
    if (!f) return EBADF;
    const struct method *m = f->inode ? f->inode->methods : NULL;
    if (!m) return ENOTTY;
    while (m->run && m->selector != selector) m++;
    if (!m->run) return ENOTSUP;
    *out = m;
    bool good = fits(a->scalars_in, m->scalars_in, DEVICE_SCALARS) &&
                fits(a->scalars_out, m->scalars_out, DEVICE_SCALARS) &&
                fits(a->bytes_in, m->bytes_in, DEVICE_DESCRIPTOR) &&
                fits(a->bytes_out, m->bytes_out, DEVICE_DESCRIPTOR);
    return good ? 0 : EINVAL;
}

static int run(const struct method *m, const struct device_call_args *a, struct block *in,
               struct block *out) {
    struct method_call c = {.size_in = a->bytes_in, .size_out = a->bytes_out};
    int error = copyin(user_addr(a->scalar_in), c.in, 8ul * a->scalars_in);
    if (!error) error = take(in, user_addr(a->struct_in), a->bytes_in, PTE_R);
    if (!error) error = take(out, user_addr(a->struct_out), a->bytes_out, PTE_W);
    c.bytes_in = in->at;
    c.bytes_out = out->at;
    if (!error) error = m->run(&c);
    if (!error && out->at && !out->wired)
        error = copyout(out->at, user_addr(a->struct_out), a->bytes_out);
    if (!error) error = copyout(c.out, user_addr(a->scalar_out), 8ul * a->scalars_out);
    return error;
}

int64_t sys_device_call(const uint64_t *arg) {
    struct device_call_args a;
    struct block in = {0}, out = {0};
    const struct method *m;
    int error = copyin(user_addr(arg[2]), &a, sizeof a);
    if (!error) error = check(file_of(arg[0]), (uint32_t)arg[1], &a, &m);
    if (!error) error = run(m, &a, &in, &out);
    release(&out);
    release(&in);
    return -error;
}
