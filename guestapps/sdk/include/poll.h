/*
 * <poll.h> - waiting until one of several descriptors is ready.
 */
#ifndef SALLYPORT_SDK_POLL_H
#define SALLYPORT_SDK_POLL_H

#include <sallyport/poll.h>

typedef unsigned int nfds_t;

/* timeout: milliseconds; negative: for ever. */
int poll(struct pollfd *fds, nfds_t count, int timeout);

#endif
