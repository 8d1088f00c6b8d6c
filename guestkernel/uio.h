/* uio.h - a transfer between the kernel and pieces of the current program's memory, in order:
 * one piece for read and write, several for readv. Its owner fills it in with pieces that were
 * fetched once; whoever moves bytes takes them off the front. resid says how much is left, so a
 * caller learns from resid before and after how much was moved, error or not. */

struct iovec { /* as <sys/uio.h> has it */
    struct user_addr iov_base;
    uint64_t iov_len;
};

#define UIO_FEW 8 /* so many pieces are kept on the stack */
#define IOV_MAX SALLYPORT_IOV_MAX

struct uio {
    struct iovec *iov; /* the kernel's copy; iov and count move on */
    int count;
    uint64_t resid;       /* bytes still to move: at most what the pieces hold */
    bool write;           /* program -> kernel; else kernel -> program */
    struct iovec **pages; /* of a long vector: those after iov's own */
};

/* Moves n bytes, or resid if that is less; *position goes on by what was moved. 0, EFAULT: what
 * was moved before is off resid. Never sleeps. */
MUST_CHECK int uiomove_at(void *kernel, uint64_t n, struct uio *u, uint64_t *position);
MUST_CHECK static inline int uiomove(void *kernel, uint64_t n, struct uio *u) {
    uint64_t position = 0;
    return uiomove_at(kernel, n, u, &position);
}
/* The next piece, not empty and no longer than resid; resid must not be 0. For who does not
 * copy: uio_advance then takes n bytes of it off. */
struct iovec uio_front(struct uio *u);
void uio_advance(struct uio *u, uint64_t n);

/* Leaves at most n bytes to move; the result, how many are beyond, goes back to resid at last.
 */
static inline uint64_t uio_limit(struct uio *u, uint64_t n) {
    uint64_t beyond = u->resid > n ? u->resid - n : 0;
    u->resid -= beyond;
    return beyond;
}

/* A program's vector, on the caller's stack. */
struct uio_vector {
    struct uio uio;
    struct iovec few[UIO_FEW];
    struct iovec *page[IOV_MAX * sizeof(struct iovec) / PAGE_SIZE];
};
/* Fetches count pieces. EINVAL (not 1 to IOV_MAX, or more than INT64_MAX bytes), EFAULT,
 * ENOMEM. */
MUST_CHECK int uio_fetch(struct uio_vector *v, struct user_addr from, uint32_t count,
                         bool write);
void uio_release(struct uio_vector *v); /* after a uio_fetch that returned 0 */
