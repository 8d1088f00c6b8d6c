/*
 * signal.c - raise goes through the kernel, so that abort() dies of SIGABRT as
 * seen by the parent. picolibc's own raise calls a table of C functions inside
 * the program and never crosses.
 *
 * This kernel has default actions only; asking for anything else is refused
 * rather than quietly forgotten.
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#ifndef NSIG /* picolibc 1.8.10 keeps the name to itself */
#define NSIG _NSIG
#endif

int raise(int number)
{
    return kill(getpid(), number);
}

_sig_func_ptr signal(int number, _sig_func_ptr action)
{
    if (number <= 0 || number >= NSIG) {
        errno = EINVAL;
        return SIG_ERR;
    }
    if (action != SIG_DFL) {
        errno = ENOSYS;
        return SIG_ERR;
    }
    return SIG_DFL;
}
