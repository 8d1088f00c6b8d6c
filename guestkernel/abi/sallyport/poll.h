/*
 * <sallyport/poll.h> - what poll is asked and answers. Programs include
 * <poll.h>.
 */
#ifndef SALLYPORT_POLL_H
#define SALLYPORT_POLL_H

#define POLLIN     0x01 /* a read would not wait */
#define POLLPRI    0x02 /* urgent data: nothing here has any */
#define POLLOUT    0x04 /* a write would not wait */
#define POLLERR    0x08 /* a write end that nobody reads from */
#define POLLHUP    0x10 /* a read end that nobody can write to any more */
#define POLLNVAL   0x20 /* not an open descriptor */
#define POLLRDNORM POLLIN
#define POLLWRNORM POLLOUT

struct pollfd {
    int fd;        /* negative: this one is not asked about */
    short events;  /* what is of interest; the last three always are */
    short revents; /* the answer */
};

#endif
