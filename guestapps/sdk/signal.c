/*
 * signal.c - the library's part of signals. raise goes through the kernel, so
 * that abort() dies of SIGABRT as seen by the parent. picolibc's own raise
 * calls a table of C functions inside the program and never crosses.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

_Static_assert(sizeof(struct sigaction) == sizeof(struct signal_action), "");
_Static_assert(offsetof(struct sigaction, sa_restorer) ==
                   offsetof(struct signal_action, restorer),
               "the kernel reads one as the other");

int sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
    struct sigaction a = {.sa_handler = NULL};
    if (action != NULL) {
        a.sa_handler = action->sa_handler;
        a.sa_mask = action->sa_mask;
        a.sa_flags = action->sa_flags;
        a.sa_restorer = __signal_restorer;
    }
    return __sigaction(number, action != NULL ? &a : NULL, old);
}

_sig_func_ptr signal(int number, _sig_func_ptr handler)
{
    struct sigaction old,
        action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    return sigaction(number, &action, &old) == 0 ? old.sa_handler : SIG_ERR;
}

int raise(int number)
{
    return kill(getpid(), number);
}

int pause(void)
{
    sigset_t mask;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    return sigsuspend(&mask);
}

/* A handler may run, and even leave by siglongjmp; if it returns, the program
 * ends nevertheless. */
_Noreturn void abort(void)
{
    sigset_t mask = (sigset_t)1 << SIGABRT;
    sigprocmask(SIG_UNBLOCK, &mask, NULL);
    raise(SIGABRT);
    signal(SIGABRT, SIG_DFL);
    raise(SIGABRT);
    _exit(128 + SIGABRT);
}

_Noreturn void siglongjmp(sigjmp_buf env, int value)
{
    if (env->saved)
        sigprocmask(SIG_SETMASK, &env->mask, NULL);
    longjmp(env->registers, value);
}
