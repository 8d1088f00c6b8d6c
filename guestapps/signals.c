/*
 * signals.c - the crossing upwards: the kernel calls a function of the program.
 *
 * Five scenes: a handler runs in the middle of a computation and leaves no
 * trace in it; a fault is mended and the same store tried again; a call that
 * sleeps is interrupted, and made again or not; a frame that the kernel did not
 * make is refused; a frame that the handler changed gives no rights.
 *
 * Watch: the crossing that ends `< to handler`, with the copyout of 304 bytes
 * before it: all registers, on the program's own stack. The handler returns to
 * the restorer, whose sigreturn copies them in again and `resumes` the crossing
 * it is named after; with SA_RESTART the read is there a second time, as a
 * crossing that `restarts` the first. A frame that the kernel did not make
 * kills, and the `fault` line says so. In the window, the stack before and
 * after.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <sallyport/calls.h>
#include "program.h"

#define PAGE   4096
#define KERNEL 0xffffffc080200000 /* any address of the kernel's */

static void on(int number, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = {.sa_sigaction = handler,
                               .sa_flags = SA_SIGINFO | flags};
    if (sigaction(number, &action, NULL) != 0)
        exit(complain("signals", "sigaction"));
}

static sigset_t mask_now(void)
{
    sigset_t mask = 0;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    return mask;
}

/* ---- What comes back ---- */

static void tell(int number, siginfo_t *info, void *context)
{
    (void)context;
    printf("  handler: signal %d from %s; blocked meanwhile: 0x%lx\n", number,
           info->si_pid == getpid() ? "myself" : "another process",
           (unsigned long)mask_now());
}

/* The handler runs between two instructions that know nothing of it. */
static void in_the_middle(void)
{
    on(SIGUSR1, tell, 0);
    printf("a handler in the middle\n");
    unsigned sum = 0;
    for (unsigned i = 1; i <= 10; i++) {
        sum += i;
        if (i == 5)
            raise(SIGUSR1);
    }
    printf("  the sum is %u, and 0x%lx is blocked\n", sum,
           (unsigned long)mask_now());
}

/* ---- A fault, mended ---- */

static char *page;

static void mend(int number, siginfo_t *info, void *context)
{
    const ucontext_t *frame = context;
    printf("  handler: signal %d, byte %d of the page, %s; pc in main's code: "
           "%s\n",
           number, (int)((char *)info->si_addr - page),
           info->si_code == SEGV_ACCERR ? "not allowed" : "not mapped",
           frame->x[0] < 0x100000 ? "yes" : "no");
    mprotect(page, PAGE, PROT_READ | PROT_WRITE);
}

static void mended_fault(void)
{
    page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANON, -1, 0);
    on(SIGSEGV, mend, 0);
    printf("a fault, mended\n");
    page[42] = '!';
    printf("  the store was tried again: '%c'\n", page[42]);
    signal(SIGSEGV, SIG_DFL);
}

/* ---- A sleeping call ---- */

static bool sleeps(pid_t pid)
{
    static struct procinfo info[SALLYPORT_PROC_MAX];
    ssize_t n = getprocs(info, sizeof info) / (ssize_t)sizeof info[0];
    for (ssize_t i = 0; i < n; i++)
        if (info[i].pid == pid)
            return info[i].state == 'S';
    return false;
}

static void until_it_sleeps(pid_t pid)
{
    while (!sleeps(pid))
        sched_yield();
}

/* The child sends a signal while the parent waits for a byte; the byte comes
 * later, when it waits again. */
static void interrupted_read(const char *how, int flags)
{
    int fd[2];
    char byte = '?';
    on(SIGUSR1, tell, flags);
    printf("a read is interrupted, %s\n", how);
    fflush(stdout);
    if (pipe(fd) != 0)
        exit(complain("signals", "pipe"));
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        until_it_sleeps(parent);
        kill(parent, SIGUSR1);
        until_it_sleeps(parent);
        write(fd[1], "b", 1);
        _exit(0);
    }
    if (read(fd[0], &byte, 1) == 1)
        printf("  read: the byte '%c'\n", byte);
    else
        printf("  read: %s\n", strerror(errno));
    waitpid(child, NULL, 0);
    close(fd[0]);
    close(fd[1]);
}

/* ---- Frames ---- */

static void forge(void)
{
    static struct signal_frame frame __attribute__((aligned(16)));
    frame.x[0] = KERNEL;
    sigreturn(&frame);
}

static void change(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    ((ucontext_t *)context)->x[0] = KERNEL;
}

static void change_own(void)
{
    on(SIGUSR1, change, 0);
    raise(SIGUSR1);
}

static void in_a_child(const char *what, void (*body)(void))
{
    int status = 0;
    printf("%s\n", what);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        body();
        _exit(0);
    }
    waitpid(pid, &status, 0);
    printf("  it died of signal %d\n", WTERMSIG(status));
}

int main(void)
{
    in_the_middle();
    mended_fault();
    interrupted_read("and says so", 0);
    interrupted_read("and made again", SA_RESTART);
    in_a_child("a forged frame", forge);
    in_a_child("a frame whose pc is the kernel's", change_own);
    return 0;
}
