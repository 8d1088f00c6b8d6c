/*
 * poll.h - waiting for any of several files. One queue for all who do: whoever
 * changes what a file's poll would answer calls poll_wake, and they look again.
 */
#ifndef KERNEL_POLL_H
#define KERNEL_POLL_H

#include <sallyport/poll.h>
#include "sched.h"

extern struct wait_queue poll_waiters;

static inline void poll_wake(void) { sched_wake_all(&poll_waiters); }

#endif
