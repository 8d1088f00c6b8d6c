/*
 * <signal.h> - picolibc's, with what it says of handlers replaced by what this
 * kernel does: its older versions know neither siginfo_t's si_addr nor most of
 * the SA_ flags.
 */
#ifndef SALLYPORT_SDK_SIGNAL_H
#define SALLYPORT_SDK_SIGNAL_H

/* Out of the way: declared, and used by nobody. */
#define sigaction __picolibc_sigaction
#define siginfo_t __picolibc_siginfo_t
#include_next <signal.h>
#undef sigaction
#undef siginfo_t

#include <sallyport/signal.h>

#ifndef NSIG /* picolibc 1.8.10 keeps the name to itself */
#define NSIG _NSIG
#endif

typedef struct signal_info siginfo_t;

/* The third argument of a handler that asks for SA_SIGINFO, as void *. */
typedef struct signal_frame ucontext_t;

struct sigaction { /* as struct signal_action */
    union {
        void (*sa_handler)(int);
        void (*sa_sigaction)(int, siginfo_t *, void *);
    };
    sigset_t sa_mask;
    int sa_flags;
    void (*sa_restorer)(void); /* sigaction fills it in */
};

int sigaction(int signal, const struct sigaction *action,
              struct sigaction *old);

/* The calls behind sigaction, and where every handler returns to. */
int __sigaction(int signal, const struct sigaction *action,
                struct sigaction *old);
void __signal_restorer(void);
int sigreturn(const struct signal_frame *frame);

#endif
