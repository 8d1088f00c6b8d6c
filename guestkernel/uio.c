/*
 * uio.c - moving bytes to or from the pieces of a uio.
 */
#include "uio.h"

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
        uint64_t piece = v->iov_len < n ? v->iov_len : n;
        if (piece > COPY_MAX) piece = COPY_MAX;
        int error = u->write ? copyin(v->iov_base, at, piece)
                             : copyout(at, v->iov_base, piece);
        if (error) return error;
        uio_advance(u, piece);
        *position += piece;
        at += piece;
        n -= piece;
    }
    return 0;
}
