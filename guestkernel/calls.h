/*
 * calls.h - the functions behind abi/syscall.def. arg[0..5] are the caller's
 * a0..a5; the result is 0 or more, or -errno.
 */
#ifndef KERNEL_CALLS_H
#define KERNEL_CALLS_H

#include <stdint.h>

#define CALL(number, name, result, args, help)                                 \
    int64_t sys_##name(const uint64_t *arg);
#include "abi/syscall.def"
#undef CALL

#endif
