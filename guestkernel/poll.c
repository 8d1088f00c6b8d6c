/* poll.c - the call. */
#include "kernel.h"

struct wait_queue poll_waiters;

static short answer(const struct pollfd *fd) {
    struct file *f = file_of((uint64_t)fd->fd);
    unsigned now = f && f->ops->poll ? f->ops->poll(f) : POLLIN | POLLOUT;
    if (fd->fd < 0) return 0;
    if (!f) return POLLNVAL;
    return (short)(now & ((unsigned)fd->events | POLLERR | POLLHUP));
}

/* How many have something to say. */
static int look(struct pollfd *fd, uint32_t count) {
    int ready = 0;
    for (; count; count--, fd++) ready += (fd->revents = answer(fd)) != 0;
    return ready;
}

int64_t sys_poll(const uint64_t *arg) {
    struct pollfd fds[OPEN_MAX];
    uint32_t count = (uint32_t)arg[1];
    int timeout = (int)arg[2];
    if (count > OPEN_MAX) return -EINVAL;
    int error = copyin(user_addr(arg[0]), fds, count * sizeof *fds);
    if (error) return -error;
    uint64_t deadline = UINT64_MAX;
    if (timeout >= 0) deadline = mtime_now() + (uint64_t)timeout * TICKS_PER_MS;
    int ready;
    while (!(ready = look(fds, count)) && mtime_now() < deadline) {
        error = sched_sleep_until(&poll_waiters, deadline, "poll");
        if (error) return -error;
    }
    error = copyout(fds, user_addr(arg[0]), count * sizeof *fds);
    return error ? -error : ready;
}
