/*
 * uio.c - moving bytes to or from the pieces of a uio.
 */
#include "uio.h"

static void next_piece(struct uio *u) {
    u->count--;
    u->iov++;
    if (u->pages && !PAGE_OFFSET((vaddr)u->iov)) u->iov = *u->pages++;
}

struct iovec uio_front(struct uio *u) {
    while (u->iov->iov_len == 0) next_piece(u);
    struct iovec front = *u->iov;
    if (front.iov_len > u->resid) front.iov_len = u->resid;
    return front;
}

void uio_advance(struct uio *u, uint64_t n) {
    u->iov->iov_base.va += n;
    u->iov->iov_len -= n;
    u->resid -= n;
}

int uiomove(void *kernel, uint64_t n, struct uio *u) {
    char *at = kernel;
    while (n && u->resid) {
        struct iovec front = uio_front(u);
        uint64_t piece = front.iov_len < n ? front.iov_len : n;
        if (piece > COPY_MAX) piece = COPY_MAX;
        int error = u->write ? copyin(front.iov_base, at, piece)
                             : copyout(at, front.iov_base, piece);
        if (error) return error;
        uio_advance(u, piece);
        at += piece;
        n -= piece;
    }
    return 0;
}

int uiomove_at(void *kernel, uint64_t n, struct uio *u, uint64_t *position) {
    uint64_t before = u->resid;
    int error = uiomove(kernel, n, u);
    *position += before - u->resid;
    return error;
}
