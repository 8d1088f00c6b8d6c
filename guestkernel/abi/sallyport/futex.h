/*
 * <sallyport/futex.h> - waiting for a word in memory to change, so that those
 * who share it need not spin. The word is 32 bits, aligned; all addresses that
 * show the same bytes mean the same word, in every process.
 *
 * FUTEX_WAIT: if *word is value, sleeps until woken: 0 (look again: a wake may
 * be about something else). Errors: EAGAIN, it is not value; ETIMEDOUT; EINTR;
 * EFAULT, also if the word's object shrinks meanwhile; EINVAL. timeout: a
 * struct timespec from now on, or NULL for ever.
 * FUTEX_WAKE: wakes at most value sleepers, first come first served; how many.
 */
#ifndef SALLYPORT_FUTEX_H
#define SALLYPORT_FUTEX_H

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1

#endif
