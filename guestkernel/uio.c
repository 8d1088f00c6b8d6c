/* uio.c - moving bytes to or from the pieces of a uio, and fetching those. */
#include "kernel.h"
#include <limits.h>

static struct iovec *first_piece(struct uio *u) {
    while (u->iov->iov_len == 0) {
        u->count--;
        u->iov++;
        if (u->pages && !PAGE_OFFSET((vaddr)u->iov)) u->iov = *u->pages++;
    }
    return u->iov;
}

struct iovec uio_front(struct uio *u) {
    struct iovec front = *first_piece(u);
    if (front.iov_len > u->resid) front.iov_len = u->resid;
    return front;
}

void uio_advance(struct uio *u, uint64_t n) {
    u->iov->iov_base.va += n;
    u->iov->iov_len -= n;
    u->resid -= n;
}

int uiomove_at(void *kernel, uint64_t n, struct uio *u, uint64_t *position) {
    char *at = kernel;
    if (n > u->resid) n = u->resid;
    while (n) {
        const struct iovec *v = first_piece(u);
        uint64_t piece = min(min(v->iov_len, n), COPY_MAX);
        int error = u->write ? copyin(v->iov_base, at, piece) : copyout(at, v->iov_base, piece);
        if (error) return error;
        uio_advance(u, piece);
        *position += piece;
        at += piece;
        n -= piece;
    }
    return 0;
}

/* ---- A program's vector ---- */
#define PER_PAGE (PAGE_SIZE / sizeof(struct iovec))

/* Where `count` pieces are kept from the n-th on; NULL: no memory. */
static struct iovec *room_for(struct uio_vector *v, uint32_t n, uint32_t count) {
    if (count <= UIO_FEW) return v->few;
    paddr page = page_alloc();
    return page ? v->page[n / PER_PAGE] = kva(page) : NULL;
}

int uio_fetch(struct uio_vector *v, struct user_addr from, uint32_t count, bool write) {
    struct uio *u = &v->uio;
    uint32_t n, done;
    int error = count == 0 || count > IOV_MAX ? EINVAL : 0;
    memset(v->page, 0, sizeof v->page);
    *u = (struct uio){v->few, (int)count, 0, write, NULL};
    for (done = 0; done < count && !error; done += n) {
        struct iovec *to = room_for(v, done, count);
        n = (uint32_t)min(count - done, PER_PAGE);
        error = to ? copyin(user_plus(from, done * sizeof *to), to, n * sizeof *to) : ENOMEM;
        for (uint32_t i = 0; i < n && !error; i++)
            if (to[i].iov_len > INT64_MAX - u->resid) error = EINVAL;
            else u->resid += to[i].iov_len;
    }
    if (v->page[0]) {
        u->iov = v->page[0];
        u->pages = v->page + 1;
    }
    if (error) uio_release(v);
    return error;
}

void uio_release(struct uio_vector *v) {
    for (unsigned i = 0; i < sizeof v->page / sizeof *v->page; i++)
        if (v->page[i]) page_drop(kpa(v->page[i]));
}
