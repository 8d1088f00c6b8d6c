/*
 * handlers.c - signals that reach a handler: what it is told, what it finds
 * unchanged when it returns, which calls it interrupts and which are made
 * again. sigframes.c is about frames and stacks that are wrong.
 */
#include "check.h"
#include <fcntl.h>
#include <mach/mach.h>
#include <poll.h>
#include <sallyport/calls.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

#define PAGE    4096
#define MASK(n) ((sigset_t)1 << (n))
#define NO_MASK ((sigset_t)0)

static volatile int handled, last, depth, deepest;
static siginfo_t told;

static void forget(void)
{
    handled = last = depth = deepest = 0;
    memset(&told, 0, sizeof told);
}

static void count(int number)
{
    handled++;
    last = number;
}

static void note(int number, siginfo_t *info, void *context)
{
    (void)context;
    count(number);
    told = *info;
}

static void handle(int number, void (*handler)(int, siginfo_t *, void *),
                   int flags, sigset_t mask)
{
    struct sigaction action = {.sa_sigaction = handler,
                               .sa_mask = mask,
                               .sa_flags = flags | SA_SIGINFO};
    EQUAL(sigaction(number, &action, NULL), 0);
}

static sigset_t mask_now(void)
{
    sigset_t mask = 0;
    EQUAL(sigprocmask(SIG_SETMASK, NULL, &mask), 0);
    return mask;
}

static void set_mask(sigset_t mask)
{
    EQUAL(sigprocmask(SIG_SETMASK, &mask, NULL), 0);
}

/* ---- Actions ---- */

static void actions_are_kept_and_told(void)
{
    struct sigaction old, action = {.sa_handler = count,
                                    .sa_mask = MASK(SIGTERM) | MASK(SIGKILL),
                                    .sa_flags = SA_RESTART | SA_NOCLDSTOP};
    EQUAL(sigaction(SIGUSR1, &action, &old), 0);
    TRUE(old.sa_handler == SIG_DFL);
    EQUAL(sigaction(SIGUSR1, NULL, &old), 0);
    TRUE(old.sa_handler == count);
    EQUAL(old.sa_mask, MASK(SIGTERM)); /* KILL was quietly left out */
    EQUAL(old.sa_flags, SA_RESTART | SA_NOCLDSTOP);
    TRUE(signal(SIGUSR1, SIG_IGN) == count);
    EQUAL(raise(SIGUSR1), 0);
    TRUE(signal(SIGUSR1, SIG_DFL) == SIG_IGN);
    TRUE(signal(SIGKILL, SIG_IGN) == SIG_ERR);
    EQUAL(errno, EINVAL);
    TRUE(signal(0, SIG_IGN) == SIG_ERR);
    TRUE(signal(32, count) == SIG_ERR);
}

static void handlers_are_told(void)
{
    forget();
    handle(SIGUSR1, note, 0, NO_MASK);
    EQUAL(raise(SIGUSR1), 0);
    EQUAL(handled, 1);
    EQUAL(told.si_signo, SIGUSR1);
    EQUAL(told.si_code, SI_USER);
    EQUAL(told.si_pid, getpid());
    TRUE(told.si_addr == NULL);
    handle(SIGPIPE, note, 0, NO_MASK);
    int fd[2];
    pipe(fd);
    close(fd[0]);
    FAILS(write(fd[1], "x", 1), EPIPE);
    EQUAL(told.si_signo, SIGPIPE);
    EQUAL(told.si_code, SI_KERNEL);
    EQUAL(told.si_pid, 0);
    signal(SIGPIPE, SIG_IGN);
    FAILS(write(fd[1], "x", 1), EPIPE);
    EQUAL(handled, 2);
    close(fd[1]);
}

static void children_are_told_of(void)
{
    forget();
    handle(SIGCHLD, note, 0, NO_MASK);
    int status;
    pid_t pid = fork();
    if (pid == 0)
        _exit(3);
    EQUAL(waitpid(pid, &status, 0), pid); /* not EINTR: it has an answer */
    EQUAL(status, 3 << 8);
    EQUAL(handled, 1);
    EQUAL(told.si_code, CLD_EXITED);
    EQUAL(told.si_pid, pid);
    pid = fork();
    if (pid == 0)
        raise(SIGTERM);
    EQUAL(waitpid(pid, &status, 0), pid);
    EQUAL(told.si_code, CLD_KILLED);
    EQUAL(told.si_pid, pid);
    signal(SIGCHLD, SIG_DFL);
}

/* ---- Masks ---- */

static void what_is_blocked_waits(void)
{
    forget();
    signal(SIGUSR1, count);
    signal(SIGUSR2, count);
    set_mask(MASK(SIGUSR1) | MASK(SIGKILL) | MASK(SIGSTOP));
    EQUAL(mask_now(), MASK(SIGUSR1)); /* those two never */
    raise(SIGUSR1);
    raise(SIGUSR1);
    EQUAL(handled, 0);
    raise(SIGUSR2);
    EQUAL(last, SIGUSR2);
    set_mask(0);
    EQUAL(handled, 2); /* once, not twice */
    EQUAL(last, SIGUSR1);
    set_mask(MASK(SIGUSR1));
    raise(SIGUSR1);
    signal(SIGUSR1, SIG_IGN); /* what was pending is gone */
    signal(SIGUSR1, count);
    set_mask(0);
    EQUAL(handled, 2);
    sigset_t set = MASK(SIGUSR1), old;
    EQUAL(sigprocmask(SIG_BLOCK, &set, &old), 0);
    EQUAL(old, 0);
    set = MASK(SIGUSR2);
    EQUAL(sigprocmask(SIG_BLOCK, &set, &old), 0);
    EQUAL(old, MASK(SIGUSR1));
    EQUAL(sigprocmask(SIG_UNBLOCK, &old, NULL), 0);
    EQUAL(mask_now(), MASK(SIGUSR2));
    EQUAL(sigprocmask(99, NULL, &old), 0); /* how means nothing then */
    set_mask(0);
}

static sigset_t mask_within;

static void dive(int number, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    mask_within = mask_now();
    if (++depth > deepest)
        deepest = depth;
    if (handled++ < 3)
        raise(number);
    depth--;
}

static void handlers_block_while_they_run(void)
{
    forget();
    handle(SIGUSR1, dive, 0, MASK(SIGTERM));
    raise(SIGUSR1);
    EQUAL(mask_within, MASK(SIGUSR1) | MASK(SIGTERM));
    EQUAL(handled, 4); /* each when the one before it was over */
    EQUAL(deepest, 1);
    EQUAL(mask_now(), 0);
    forget();
    handle(SIGUSR1, dive, SA_NODEFER, NO_MASK);
    raise(SIGUSR1);
    EQUAL(handled, 4);
    EQUAL(deepest, 4);
    EQUAL(mask_within, 0);
    forget();
    handle(SIGUSR1, note, SA_RESETHAND, NO_MASK);
    raise(SIGUSR1);
    EQUAL(handled, 1);
    struct sigaction now;
    sigaction(SIGUSR1, NULL, &now);
    TRUE(now.sa_handler == SIG_DFL);
}

static int order[4], orders;

static void in_turn(int number)
{
    order[orders++ & 3] = number;
}

/* Several at once: every one runs before the program goes on. */
static void several_at_once(void)
{
    orders = 0;
    signal(SIGUSR1, in_turn);
    signal(SIGUSR2, in_turn);
    signal(SIGINT, in_turn);
    set_mask(~NO_MASK);
    raise(SIGUSR2);
    raise(SIGINT);
    raise(SIGUSR1);
    set_mask(0);
    EQUAL(orders, 3);
    TRUE(order[0] + order[1] + order[2] == SIGUSR1 + SIGUSR2 + SIGINT);
    signal(SIGINT, SIG_DFL);
}

/* ---- All registers come back ---- */

/* Gives each register but sp, gp, tp, a0 and a7 a value of its own, kills
 * itself, and stores what they are then. */
void patterned_kill(long pid, long number, uint64_t after[32]);
__asm__(".text\n"
        "patterned_kill:\n"
        "addi sp, sp, -128\n"
        "sd ra, 0(sp); sd s0, 8(sp); sd s1, 16(sp); sd s2, 24(sp)\n"
        "sd s3, 32(sp); sd s4, 40(sp); sd s5, 48(sp); sd s6, 56(sp)\n"
        "sd s7, 64(sp); sd s8, 72(sp); sd s9, 80(sp); sd s10, 88(sp)\n"
        "sd s11, 96(sp); sd a2, 104(sp)\n"
        ".irp n, 1,5,6,7,8,9,12,13,14,15,16,18,19,20,21,22,23,24,25,26,27,28,"
        "29,30,31\n"
        "li x\\n, 0x5a5a5a00 + \\n\n"
        ".endr\n"
        "li a7, 25\n"
        "ecall\n"
        "ld a0, 104(sp)\n" /* the result is known to be 0 */
        ".irp n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,"
        "25,26,27,28,29,30,31\n"
        "sd x\\n, 8 * \\n(a0)\n"
        ".endr\n"
        "ld ra, 0(sp); ld s0, 8(sp); ld s1, 16(sp); ld s2, 24(sp)\n"
        "ld s3, 32(sp); ld s4, 40(sp); ld s5, 48(sp); ld s6, 56(sp)\n"
        "ld s7, 64(sp); ld s8, 72(sp); ld s9, 80(sp); ld s10, 88(sp)\n"
        "ld s11, 96(sp)\n"
        "addi sp, sp, 128\n"
        "ret\n");

static void spoil(int number)
{
    count(number);
    __asm__ volatile(".irp n, 5,6,7,10,11,12,13,14,15,16,17,28,29,30,31\n"
                     "li x\\n, 0x666\n"
                     ".endr\n" ::
                         : "t0", "t1", "t2", "a0", "a1", "a2", "a3", "a4", "a5",
                           "a6", "a7", "t3", "t4", "t5", "t6", "s1", "s2", "s3",
                           "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11");
}

static void registers_come_back(void)
{
    uint64_t after[32] = {0};
    forget();
    signal(SIGUSR1, spoil);
    patterned_kill(getpid(), SIGUSR1, after);
    EQUAL(handled, 1);
    for (int n = 1; n < 32; n++)
        if (n > 4 && n != 10 && n != 11 && n != 17)
            EQUAL(after[n], 0x5a5a5a00 + n);
    EQUAL(after[1], 0x5a5a5a01);
    EQUAL(after[11], SIGUSR1);
    EQUAL(after[17], SYS_kill);
}

/* ---- Faults ---- */

static sigjmp_buf escape;

static void leave(int number, siginfo_t *info, void *context)
{
    note(number, info, context);
    siglongjmp(escape, number);
}

static char *page; /* of its own, read-only */

#define FAULTS_WITH(number, code, address, what)                               \
    do {                                                                       \
        forget();                                                              \
        if (sigsetjmp(escape, 1) == 0) {                                       \
            what;                                                              \
        }                                                                      \
        EQUAL(told.si_signo, number);                                          \
        EQUAL(told.si_code, code);                                             \
        EQUAL(told.si_addr, address);                                          \
        EQUAL(mask_now(), 0);                                                  \
    } while (0)

static void faults_are_told(void)
{
    static const int fault[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP};
    for (int i = 0; i < 4; i++)
        handle(fault[i], leave, 0, NO_MASK);
    char *volatile none = (char *)0x2000000000;
    FAULTS_WITH(SIGSEGV, SEGV_MAPERR, none, *none = 1);
    FAULTS_WITH(SIGSEGV, SEGV_MAPERR, none, ((void (*)(void))none)());
    FAULTS_WITH(SIGSEGV, SEGV_ACCERR, page + 5, page[5] = 1);
    uint64_t kernel = 0xffffffc080200000;
    FAULTS_WITH(SIGSEGV, SEGV_MAPERR, kernel, *(volatile char *)kernel);
    FAULTS_WITH(SIGBUS, BUS_ADRALN, page + 4,
                __asm__ volatile("lr.d t0, (%0)" ::"r"(page + 4)
                                 : "t0"));
    extern const char breakpoint[];
    FAULTS_WITH(SIGTRAP, TRAP_BRKPT, breakpoint,
                __asm__ volatile(".globl breakpoint\nbreakpoint: ebreak"));
    int fd = open("/tmp/short", O_RDWR | O_CREAT, 0644);
    ftruncate(fd, 10);
    char *map = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
    FAULTS_WITH(SIGBUS, BUS_ADRERR, map + PAGE,
                (void)*(volatile char *)(map + PAGE));
    munmap(map, 2 * PAGE);
    close(fd);
    unlink("/tmp/short");
}

static void mend(int number, siginfo_t *info, void *context)
{
    note(number, info, context);
    mprotect((void *)((uintptr_t)info->si_addr & ~(uintptr_t)(PAGE - 1)), PAGE,
             PROT_READ | PROT_WRITE);
}

static void step_over(int number, siginfo_t *info, void *context)
{
    ucontext_t *frame = context;
    note(number, info, context);
    frame->x[0] += 4;
    frame->x[10] = 77;
}

static void handlers_mend_faults(void)
{
    forget();
    handle(SIGSEGV, mend, 0, NO_MASK);
    page[7] = 'm';
    EQUAL(handled, 1);
    EQUAL(page[7], 'm');
    mprotect(page, PAGE, PROT_READ);
    handle(SIGILL, step_over, 0, NO_MASK);
    register long a0 __asm__("a0") = 1;
    __asm__ volatile(".word 0" : "+r"(a0)::"memory");
    EQUAL(a0, 77);
    EQUAL(told.si_code, ILL_ILLOPC);
}

/* A fault inside the kernel's copy is the call's error, not a signal. */
static void copies_raise_nothing(void)
{
    forget();
    handle(SIGSEGV, note, 0, NO_MASK);
    int fd[2];
    pipe(fd);
    write(fd[1], "x", 1);
    FAILS(read(fd[0], page, 1), EFAULT);
    FAILS(write(fd[1], (char *)8, 1), EFAULT);
    EQUAL(handled, 0);
    close(fd[0]);
    close(fd[1]);
}

static void fault_with(long what)
{
    sigset_t mask = MASK(SIGSEGV);
    if (what == 0)
        signal(SIGSEGV, SIG_IGN);
    else
        signal(SIGSEGV, count);
    if (what == 1)
        sigprocmask(SIG_BLOCK, &mask, NULL);
    if (what == 2) /* within its own handler */
        handle(SIGSEGV, (void (*)(int, siginfo_t *, void *))(uintptr_t)8, 0,
               NO_MASK);
    *(volatile char *)8 = 1;
}

static void faults_cannot_be_put_off(void)
{
    for (long what = 0; what < 3; what++)
        EQUAL(in_child(fault_with, what), SIGSEGV);
}

/* ---- Calls that sleep ---- */

static bool sleeps(pid_t pid)
{
    static struct procinfo info[SALLYPORT_PROC_MAX];
    ssize_t n = getprocs(info, sizeof info) / (ssize_t)sizeof info[0];
    for (ssize_t i = 0; i < n; i++)
        if (info[i].pid == pid)
            return info[i].state == 'S';
    return false;
}

#define FIFO   "/tmp/handlers.fifo"
#define SOCKET "/tmp/handlers.socket"
#define LARGE  (4 * PAGE) /* a pipe's writer lends it where it is */

static int fd[2], pair[2], listener;
static pid_t helper;
static volatile uint32_t *word;
static mach_port_t port;
static char full[LARGE];
static const struct sockaddr_un address = {.sun_family = AF_UNIX,
                                           .sun_path = SOCKET};

static long do_read(void)
{
    return read(fd[0], full, 1);
}

static void feed_read(void)
{
    write(fd[1], "a", 1);
}

static long do_write(void)
{
    return write(fd[1], full, 1);
}

static long do_lend(void)
{
    return write(fd[1], full, LARGE);
}

static void feed_write(void)
{
    for (int n = 0; n < LARGE;)
        n += (int)read(fd[0], full, LARGE - (size_t)n);
}

static void feed_full(void)
{
    read(fd[0], full, 1);
}

static long do_wait(void)
{
    return waitpid(helper, NULL, 0) == helper ? 1 : -1;
}

static long do_recv(void)
{
    return recv(pair[0], full, 1, 0);
}

static void feed_recv(void)
{
    send(pair[1], "a", 1, 0);
}

static long do_accept(void)
{
    int got = accept(listener, NULL, NULL);
    return got < 0 ? got : close(got);
}

static void feed_accept(void)
{
    connect(socket(AF_UNIX, SOCK_STREAM, 0), (const void *)&address,
            sizeof address);
}

static long do_open(void)
{
    int got = open(FIFO, O_RDONLY);
    return got < 0 ? got : close(got);
}

static void feed_open(void)
{
    open(FIFO, O_WRONLY);
}

static long do_sleep(void)
{
    struct timespec rest = {0}, time = {.tv_sec = 1000};
    long result = nanosleep(&time, &rest);
    TRUE(rest.tv_sec > 990 && rest.tv_sec < 1000);
    return result;
}

static long do_futex(void)
{
    return futex(word, FUTEX_WAIT, 0, NULL);
}

static long do_poll(void)
{
    struct pollfd one = {.fd = fd[0], .events = POLLIN};
    return poll(&one, 1, -1);
}

static long do_suspend(void)
{
    sigset_t none = NO_MASK;
    return sigsuspend(&none);
}

static long do_receive(void)
{
    struct {
        mach_msg_header_t header;
        char room[64];
    } m;
    mach_msg_return_t r = mach_msg(&m.header, MACH_RCV_MSG | MACH_RCV_INTERRUPT,
                                   0, sizeof m, port, 0, 0);
    errno = EINTR;
    return r == MACH_RCV_INTERRUPTED ? -1 : 99;
}

static void nothing(void)
{
}

static const struct sleeper {
    const char *name;
    long (*call)(void);
    void (*feed)(void); /* lets it end; NULL: it is never made again */
    long again;         /* what it returns then */
    size_t fill;        /* bytes that are in the pipe before */
} sleeper[] = {
    {"read", do_read, feed_read, 1, 0},
    {"write", do_write, feed_full, 1, SALLYPORT_PIPE_CAPACITY},
    {"write of lent pages", do_lend, feed_write, LARGE, 0},
    {"waitpid", do_wait, nothing, 1, 0},
    {"recv", do_recv, feed_recv, 1, 0},
    {"accept", do_accept, feed_accept, 0, 0},
    {"open of a FIFO", do_open, feed_open, 0, 0},
    {"nanosleep", do_sleep, NULL, 0, 0},
    {"futex", do_futex, NULL, 0, 0},
    {"poll", do_poll, NULL, 0, 0},
    {"sigsuspend", do_suspend, NULL, 0, 0},
    {"mach_msg", do_receive, NULL, 0, 0},
};
#define SLEEPERS (sizeof sleeper / sizeof sleeper[0])

/* In the child: a signal while the parent sleeps; what it waits for, only
 * after it sleeps again. */
static _Noreturn void disturb(const struct sleeper *s, bool again)
{
    pid_t parent = getppid();
    while (!sleeps(parent))
        sched_yield();
    kill(parent, SIGUSR1);
    while ((again || s->call == do_wait) && !sleeps(parent))
        sched_yield(); /* it was woken: this is the second time */
    if (again)
        s->feed();
    _exit(0);
}

static void disturbed(const struct sleeper *s, int flags)
{
    bool again = flags & SA_RESTART && s->feed;
    forget();
    handle(SIGUSR1, note, flags, NO_MASK);
    pipe(fd);
    write(fd[1], full, s->fill);
    fflush(stdout);
    helper = fork();
    if (helper == 0)
        disturb(s, again);
    errno = 0;
    long result = s->call(), want = again ? s->again : -1;
    if (result != want || (want < 0 && errno != EINTR) || handled != 1) {
        failures++;
        printf("%s, flags %d: %ld, errno %d, %d handled\n", s->name, flags,
               result, errno, handled);
    }
    checks++;
    close(fd[0]);
    close(fd[1]);
    waitpid(helper, NULL, 0);
}

static void sleeping_calls_are_disturbed(void)
{
    word =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port);
    EQUAL(mkfifo(FIFO, 0600), 0);
    EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    EQUAL(bind(listener, (const void *)&address, sizeof address), 0);
    EQUAL(listen(listener, 1), 0);
    for (unsigned i = 0; i < SLEEPERS; i++) {
        disturbed(&sleeper[i], 0);
        disturbed(&sleeper[i], SA_RESTART);
    }
    close(pair[0]);
    close(pair[1]);
    close(listener);
    unlink(FIFO);
    unlink(SOCKET);
}

/* A signal that is ignored or blocked disturbs nobody. */
static void nobody_is_disturbed_by(bool ignored)
{
    forget();
    signal(SIGUSR1, ignored ? SIG_IGN : count);
    set_mask(ignored ? 0 : MASK(SIGUSR1));
    pipe(fd);
    helper = fork();
    if (helper == 0) {
        pid_t parent = getppid();
        while (!sleeps(parent))
            sched_yield();
        kill(parent, SIGUSR1);
        usleep(1000);
        TRUE(sleeps(parent));
        write(fd[1], "a", 1);
        _exit(failures);
    }
    int status = -1;
    EQUAL(do_read(), 1);
    EQUAL(handled, 0);
    waitpid(helper, &status, 0);
    EQUAL(status, 0);
    set_mask(0);
    EQUAL(handled, ignored ? 0 : 1);
    close(fd[0]);
    close(fd[1]);
}

/* sigsuspend: the mask is its own while it sleeps and the handler runs, and
 * the caller's afterwards. */
static void suspending_changes_the_mask_for_a_while(void)
{
    forget();
    handle(SIGUSR1, dive, 0, NO_MASK);
    handled = 3; /* dive only once */
    set_mask(MASK(SIGUSR1) | MASK(SIGUSR2));
    raise(SIGUSR1); /* pending: no sleep at all */
    sigset_t during = MASK(SIGTERM);
    FAILS(sigsuspend(&during), EINTR);
    EQUAL(handled, 4);
    EQUAL(mask_within, MASK(SIGTERM) | MASK(SIGUSR1));
    EQUAL(mask_now(), MASK(SIGUSR1) | MASK(SIGUSR2));
    set_mask(0);
}

/* ---- Programs that do not call ---- */

/* a0 and a7 look like a read that was interrupted. No signal may take the
 * program for one. */
static void a_computation_is_no_call(void)
{
    forget();
    handle(SIGUSR1, note, SA_RESTART, NO_MASK);
    pid_t parent = getpid();
    helper = fork();
    if (helper == 0) {
        usleep(2000);
        kill(parent, SIGUSR1);
        _exit(0);
    }
    register long a0 __asm__("a0") = -EINTR;
    register long a7 __asm__("a7") = SYS_read;
    __asm__ volatile("1: lw t0, (%2)\nbeqz t0, 1b"
                     : "+r"(a0), "+r"(a7)
                     : "r"(&handled)
                     : "t0", "memory");
    EQUAL(a0, -EINTR);
    EQUAL(a7, SYS_read);
    waitpid(helper, NULL, 0);
}

/* ---- fork and exec ---- */

static void fork_within(int number)
{
    count(number);
    helper = fork();
}

static void fork_in_a_handler(void)
{
    forget();
    int status = -1;
    signal(SIGUSR1, fork_within);
    raise(SIGUSR1);
    EQUAL(mask_now(), 0); /* both return from it */
    if (helper == 0)
        _exit(failures == 0 && handled == 1 ? 5 : 6);
    EQUAL(waitpid(helper, &status, 0), helper);
    EQUAL(status, 5 << 8);
}

static void a_child_has_the_handlers_not_the_signals(void)
{
    forget();
    int status = -1;
    signal(SIGUSR1, count);
    set_mask(MASK(SIGUSR1));
    raise(SIGUSR1);
    helper = fork();
    if (helper == 0) {
        bool same = mask_now() == MASK(SIGUSR1);
        set_mask(0);
        bool none = handled == 0;
        raise(SIGUSR1);
        _exit(same && none && handled == 1 ? 5 : 6);
    }
    set_mask(0);
    EQUAL(handled, 1);
    waitpid(helper, &status, 0);
    EQUAL(status, 5 << 8);
}

static void exec_within(int number)
{
    (void)number;
    execl("/bin/handlers", "handlers", "after", NULL);
    _exit(99);
}

static void exec_in_a_handler(long unused)
{
    (void)unused;
    signal(SIGUSR2, SIG_IGN);
    signal(SIGTERM, count);
    signal(SIGUSR1, exec_within);
    signal(SIGCHLD, count); /* without it, nothing to be told of */
    set_mask(MASK(SIGINT) | MASK(SIGCHLD));
    raise(SIGINT);
    raise(SIGCHLD);
    raise(SIGUSR1);
}

/* In the new program. What was pending still is. */
static int after_exec(void)
{
    struct sigaction one, two, term;
    sigaction(SIGUSR1, NULL, &one);
    sigaction(SIGUSR2, NULL, &two);
    sigaction(SIGTERM, NULL, &term);
    TRUE(one.sa_handler == SIG_DFL);
    TRUE(two.sa_handler == SIG_IGN);
    TRUE(term.sa_handler == SIG_DFL);
    EQUAL(mask_now(), MASK(SIGINT) | MASK(SIGCHLD) | MASK(SIGUSR1));
    signal(SIGINT, count);
    set_mask(0);
    EQUAL(handled, 1);
    return failures ? 1 : 7;
}

static void exec_resets_handlers(void)
{
    EQUAL(in_child(exec_in_a_handler, 0), 7 << 8);
}

/* ---- abort, pause, init ---- */

static void abort_with(long what)
{
    if (what == 1)
        signal(SIGABRT, count);
    if (what == 2)
        signal(SIGABRT, SIG_IGN);
    if (what == 3)
        set_mask(MASK(SIGABRT));
    abort();
}

static void abort_aborts(void)
{
    for (long what = 0; what < 4; what++)
        EQUAL(in_child(abort_with, what), SIGABRT);
}

static void init_is_immune(void)
{
    for (int number = 1; number < 32; number++)
        kill(1, number);
    EQUAL(kill(1, 0), 0);
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return after_exec();
    page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANON, -1, 0);
    actions_are_kept_and_told();
    handlers_are_told();
    children_are_told_of();
    what_is_blocked_waits();
    handlers_block_while_they_run();
    several_at_once();
    registers_come_back();
    faults_are_told();
    handlers_mend_faults();
    copies_raise_nothing();
    faults_cannot_be_put_off();
    sleeping_calls_are_disturbed();
    nobody_is_disturbed_by(true);
    nobody_is_disturbed_by(false);
    suspending_changes_the_mask_for_a_while();
    a_computation_is_no_call();
    fork_in_a_handler();
    a_child_has_the_handlers_not_the_signals();
    exec_resets_handlers();
    abort_aborts();
    init_is_immune();
    return check_end("handlers");
}
