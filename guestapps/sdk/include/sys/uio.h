/*
 * <sys/uio.h> - several pieces of memory in one call.
 */
#ifndef SALLYPORT_SDK_UIO_H
#define SALLYPORT_SDK_UIO_H

#include <stddef.h>
#include <sys/types.h>

struct iovec {
    void *iov_base;
    size_t iov_len;
};

/* count: 1 to IOV_MAX, of <limits.h>. */
ssize_t readv(int fd, const struct iovec *iov, int count);
ssize_t writev(int fd, const struct iovec *iov, int count);

#endif
