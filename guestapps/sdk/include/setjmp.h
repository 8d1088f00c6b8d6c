/*
 * <setjmp.h> - picolibc's, and jumps that restore the signal mask: out of a
 * handler, siglongjmp leaves the mask as it was at sigsetjmp.
 */
#ifndef SALLYPORT_SDK_SETJMP_H
#define SALLYPORT_SDK_SETJMP_H

#include_next <setjmp.h>
#include <signal.h>

typedef struct {
    jmp_buf registers;
    int saved;
    sigset_t mask;
} sigjmp_buf[1];

/* setjmp must be called where it is to return to, so this is a macro. */
#define sigsetjmp(env, save)                                                   \
    ((env)->saved = (save),                                                    \
     (env)->saved ? sigprocmask(SIG_SETMASK, 0, &(env)->mask) : 0,             \
     setjmp((env)->registers))

_Noreturn void siglongjmp(sigjmp_buf env, int value);

#endif
