/*
 * futex.h - sleeping on a word of user memory: abi/sallyport/futex.h.
 */
#ifndef KERNEL_FUTEX_H
#define KERNEL_FUTEX_H

/* A file shrank: sleepers whose word went with it are to find out. */
void futex_look_again(void);

#endif
