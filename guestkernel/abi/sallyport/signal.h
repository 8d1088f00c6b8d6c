/*
 * <sallyport/signal.h> - signals as the kernel and a program hand them to each
 * other. Signal numbers, SIG_DFL, SIG_IGN and the ways of sigprocmask are
 * picolibc's; so are the flags below, in those of its versions that have them.
 * In a mask, bit n is signal n.
 *
 * A handler runs on the program's own stack. sp points at a struct
 * signal_frame there, with all that the program was: what sigreturn brings
 * back. a0 is the signal, a1 points at frame->info, a2 at the frame, and ra is
 * the action's restorer, which calls sigreturn(frame). The other registers are
 * as they were.
 */
#ifndef SALLYPORT_SIGNAL_H
#define SALLYPORT_SIGNAL_H

#include <stdint.h>

#ifndef SA_NOCLDSTOP
#define SA_NOCLDSTOP 1 /* no effect: nothing stops */
#endif
#ifndef SA_RESTART
#define SA_RESETHAND 4  /* back to SIG_DFL when the handler starts */
#define SA_RESTART   8  /* a call it interrupts is made again */
#define SA_SIGINFO   16 /* the handler takes three arguments */
#define SA_NODEFER   64 /* the signal itself is not blocked meanwhile */
#endif

/* si_code: SI_USER (picolibc's) from kill; else one of these. */
#define SI_KERNEL   10
#define ILL_ILLOPC  16 /* SIGILL */
#define TRAP_BRKPT  17 /* SIGTRAP */
#define BUS_ADRALN  18 /* SIGBUS: misaligned */
#define BUS_ADRERR  19 /* beyond the end of the mapped file */
#define BUS_OBJERR  20
#define SEGV_MAPERR 21 /* SIGSEGV: nothing is mapped there */
#define SEGV_ACCERR 22 /* it may not be used so */
#define CLD_EXITED  23 /* SIGCHLD; si_pid is the child */
#define CLD_KILLED  24

struct signal_info {
    int32_t si_signo;
    int32_t si_code;
    int32_t si_pid; /* who sent it; 0: the kernel */
    int32_t si_reserved;
    void *si_addr; /* of a fault: the address, or the instruction's; or NULL */
};

/* sigaction's. SIGKILL and SIGSTOP cannot be blocked; asking is no error. */
struct signal_action {
    uint64_t handler; /* SIG_DFL, SIG_IGN, or the function's address */
    uint64_t mask;    /* blocked while it runs, with the signal itself */
    uint32_t flags;
    uint32_t reserved; /* not looked at */
    uint64_t restorer;
};

/* Where sp points when a handler starts: a multiple of 16. A handler may change
 * x and mask; sigreturn takes them as they are. */
struct signal_frame {
    uint64_t x[32]; /* registers; x0 needs no place, x[0] is the pc */
    uint64_t mask;
    uint64_t seal; /* tells the kernel that it made this frame, and here */
    struct signal_info info;
    uint64_t reserved;
};

#endif
