/*
 * sigframes.c - attacks on signals: frames that the kernel did not make, or
 * that were changed in every way; stacks with no room; handlers that are none.
 * Each is tried in a child, which must die of the signal it deserves, or live,
 * and harm nobody else.
 */
#include "check.h"
#include <sallyport/commpage.h>
#include <sallyport/calls.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#define PAGE   4096
#define KERNEL 0xffffffc080200000

static volatile int handled;

static void count(int number)
{
    (void)number;
    handled++;
}

static void handle(int number, void (*handler)(int, siginfo_t *, void *),
                   int flags)
{
    struct sigaction action = {.sa_sigaction = handler,
                               .sa_flags = flags | SA_SIGINFO};
    sigaction(number, &action, NULL);
}

static char *island; /* two pages, nothing around them */

static void set_up(void)
{
    char *four = mmap(NULL, 4 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0);
    island = four + PAGE;
    mprotect(island, 2 * PAGE, PROT_READ | PROT_WRITE);
}

static uint64_t state = 88172645463325252;

static uint64_t next(void) /* xorshift64 */
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* ---- Frames that the kernel did not make ---- */

static void return_from(long va)
{
    sigreturn((const struct signal_frame *)va);
}

static void no_frame_at_bad_addresses(void)
{
    const long bad[] = {0,
                        8,
                        16,
                        0x2000000000,
                        0x3ffffffff0,
                        0x4000000000,
                        1l << 40,
                        (long)KERNEL,
                        (long)0xffffffffffffd000, /* the trap frame */
                        -16,
                        -1,
                        COMMPAGE_ADDRESS,
                        (long)(island - 16),
                        (long)(island + 2 * PAGE - 16),
                        (long)island + 1,
                        (long)island + 8};
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        EQUAL(in_child(return_from, bad[i]), SIGSEGV);
}

static void random_bytes_are_no_frame(void)
{
    for (int round = 0; round < 8; round++) {
        uint64_t *words = (uint64_t *)island;
        for (unsigned i = 0; i < 2 * PAGE / 8; i++)
            words[i] = next();
        EQUAL(in_child(return_from, (long)island + round * 16), SIGSEGV);
    }
}

/* A true frame, but not where the kernel put it; or of a program before exec,
 * or with one bit of its seal wrong. */
static void copy_and_return(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    memcpy(island, context, sizeof(ucontext_t));
    sigreturn((void *)island);
}

/* The seal is no secret: this frame has the one that its place needs, but no
 * frame is made at such a place. */
static void copy_beside_and_return(int number, siginfo_t *info, void *context)
{
    static char room[sizeof(struct signal_frame) + 32]
        __attribute__((aligned(16)));
    ucontext_t *old = context, copy = *old;
    char *at = room + 8;
    (void)number;
    (void)info;
    copy.seal ^= (uint64_t)old ^ (uint64_t)at;
    memcpy(at, &copy, sizeof copy);
    sigreturn((const struct signal_frame *)at);
}

static void bend_the_seal(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    ((ucontext_t *)context)->seal ^= 1;
}

static void raise_with(long handler)
{
    handle(SIGUSR1, (void (*)(int, siginfo_t *, void *))handler, 0);
    raise(SIGUSR1);
}

static void frames_are_where_they_were_made(void)
{
    EQUAL(in_child(raise_with, (long)copy_and_return), SIGSEGV);
    EQUAL(in_child(raise_with, (long)copy_beside_and_return), SIGSEGV);
    EQUAL(in_child(raise_with, (long)bend_the_seal), SIGSEGV);
}

/* No handler of SIGSEGV is asked: the process ends. */
static void catch_all_and_return(long va)
{
    signal(SIGSEGV, count);
    sigreturn((const struct signal_frame *)va);
}

static void a_bad_frame_is_the_end(void)
{
    EQUAL(in_child(catch_all_and_return, (long)island), SIGSEGV);
}

/* ---- Frames that were changed ---- */

static uint64_t poison[32];
static int poisoned; /* which of x[], or 32: the mask */

static void change_frame(int number, siginfo_t *info, void *context)
{
    ucontext_t *frame = context;
    (void)number;
    (void)info;
    if (poisoned == 32)
        frame->mask = UINT64_MAX;
    else if (poisoned == 34)
        frame->x[0] |= 1;
    else if (poisoned == 33)
        memcpy(frame->x, poison, sizeof poison);
    else
        frame->x[poisoned] = poison[poisoned];
}

static void change_and_return(long which)
{
    poisoned = (int)which;
    handle(SIGUSR1, change_frame, 0);
    raise(SIGUSR1);
    _exit(0);
}

static int with_pc(uint64_t pc)
{
    poison[0] = pc;
    return in_child(change_and_return, 0);
}

static void no_pc_gives_more_rights(void)
{
    EQUAL(with_pc(KERNEL), SIGSEGV);
    EQUAL(with_pc(0xffffffffffffe000), SIGSEGV); /* the trampoline */
    EQUAL(with_pc(0), SIGSEGV);
    EQUAL(with_pc(1ull << 40), SIGSEGV);
    EQUAL(with_pc(UINT64_MAX), SIGSEGV);
    EQUAL(with_pc((uint64_t)island), SIGSEGV); /* no X */
    EQUAL(in_child(change_and_return, 34), 0); /* there is no bit 0 */
}

static void no_sp_harms_the_kernel(void)
{
    static const uint64_t bad[] = {
        0,          8,         KERNEL, 0xffffffff80002000, 0xffffffffffffd000,
        UINT64_MAX, 1ull << 40};
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        poison[2] = bad[i];
        EQUAL(in_child(change_and_return, 2), SIGSEGV);
    }
}

/* The child must still be there to be killed, and can be. */
static void block_all_and_stay(long ready)
{
    poisoned = 32;
    handle(SIGUSR1, change_frame, 0);
    raise(SIGUSR1);
    sigset_t mask = 0;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    bool good = mask == (0xffffffff & ~(1u << SIGKILL) & ~(1u << SIGSTOP));
    write((int)ready, good ? "y" : "n", 1);
    for (;;)
        raise(SIGTERM); /* blocked */
}

static void no_mask_keeps_sigkill_away(void)
{
    int fd[2], status = -1;
    char c = 0;
    pipe(fd);
    pid_t pid = fork();
    if (pid == 0)
        block_all_and_stay(fd[1]);
    EQUAL(read(fd[0], &c, 1), 1);
    EQUAL(c, 'y');
    kill(pid, SIGTERM);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    EQUAL(status, SIGKILL);
    close(fd[0]);
    close(fd[1]);
}

/* Whatever the registers are, only the process can suffer. */
static void random_registers_harm_nobody(void)
{
    for (int round = 0; round < 24; round++) {
        for (int i = 0; i < 32; i++)
            poison[i] = next() >> next() % 64;
        int status = in_child(change_and_return, 33);
        TRUE(status == SIGSEGV || status == SIGBUS || status == SIGILL);
    }
}

/* ---- Stacks ---- */

/* kill(getpid(), number) with another sp, which it gets back. */
long kill_on_stack(long pid, long number, uint64_t sp);
__asm__(".text\n"
        "kill_on_stack:\n"
        "mv t6, sp\n"
        "mv sp, a2\n"
        "li a7, 25\n"
        "ecall\n"
        "mv sp, t6\n"
        "ret\n");

static void signal_on_stack(long sp)
{
    signal(SIGUSR1, count);
    long result = kill_on_stack(getpid(), SIGUSR1, (uint64_t)sp);
    _exit(result == 0 && handled == 1 ? 0 : 1);
}

static void a_stack_without_room_is_fatal(void)
{
    static const char constant[PAGE] = "read-only";
    long frame = sizeof(struct signal_frame);
    const long bad[] = {0,
                        1,
                        frame,
                        PAGE,
                        0x2000000000,
                        0x4000000000 + frame,
                        1l << 40,
                        (long)KERNEL + PAGE,
                        (long)0xffffffffffffe000,
                        -1,
                        (long)constant + PAGE,
                        (long)signal_on_stack + frame,
                        COMMPAGE_ADDRESS + PAGE,
                        (long)island,
                        (long)island + frame - 16, /* straddles its start */
                        (long)island + 2 * PAGE + frame - 16};
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        EQUAL(in_child(signal_on_stack, bad[i]), SIGSEGV);
    /* With room, any sp will do, aligned or not, across pages or not. The
     * handler needs some itself. */
    const long good[] = {(long)island + 2 * PAGE, (long)island + 2 * PAGE - 1,
                         (long)island + PAGE + 1000,
                         (long)island + PAGE + 8 + frame / 2,
                         (long)island + frame + 256};
    for (unsigned i = 0; i < sizeof good / sizeof good[0]; i++)
        EQUAL(in_child(signal_on_stack, good[i]), 0);
}

/* Deeper and deeper, until the guard below the stack. */
static void raise_again(int number)
{
    raise(number);
}

static void nest_without_end(long unused)
{
    struct sigaction action = {.sa_handler = raise_again,
                               .sa_flags = SA_NODEFER};
    (void)unused;
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
}

/* No handler can run without a stack, SIGSEGV's neither. */
static void recurse(long depth)
{
    volatile char here[1024];
    here[0] = (char)depth;
    if (depth >= 0)
        recurse(depth + here[0] % 2 + 1);
}

static void overflow_and_catch(long unused)
{
    (void)unused;
    signal(SIGSEGV, count);
    recurse(0);
}

static void overflows_end(void)
{
    EQUAL(in_child(nest_without_end, 0), SIGSEGV);
    EQUAL(in_child(overflow_and_catch, 0), SIGSEGV);
}

/* ---- Handlers that are none ---- */

static void handler_at(long va)
{
    raise_with(va);
}

static void fault_handler_at(long va)
{
    handle(SIGSEGV, (void (*)(int, siginfo_t *, void *))va, SA_NODEFER);
    *(volatile char *)16 = 1;
}

static void handlers_must_be_code(void)
{
    const long bad[] = {2,        8,  0x2000000000, (long)island,
                        1l << 40, -2, (long)KERNEL, (long)0xffffffffffffe000};
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        EQUAL(in_child(handler_at, bad[i]), SIGSEGV);
        /* each fault makes a frame, until the stack is full */
        EQUAL(in_child(fault_handler_at, bad[i]), SIGSEGV);
    }
}

/* A restorer that is none: the handler runs, its return is the program's
 * problem. */
static void no_restorer(long va)
{
    struct sigaction action = {.sa_handler = count};
    action.sa_restorer = (void (*)(void))va;
    __sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
}

static void restorers_must_be_code(void)
{
    EQUAL(in_child(no_restorer, 0), SIGSEGV);
    EQUAL(in_child(no_restorer, (long)KERNEL), SIGSEGV);
    EQUAL(in_child(no_restorer, (long)island), SIGSEGV);
}

/* ---- Leaving otherwise ---- */

static sigjmp_buf escape;

static void jump(int number)
{
    handled++;
    siglongjmp(escape, number);
}

/* Frames that are never returned from are just stack. */
static void a_thousand_jumps_out(void)
{
    signal(SIGUSR1, jump);
    handled = 0;
    for (volatile int i = 0; i < 1000; i++)
        if (sigsetjmp(escape, 1) == 0)
            raise(SIGUSR1);
    EQUAL(handled, 1000);
    long before = free_frames();
    for (volatile int i = 0; i < 1000; i++)
        if (sigsetjmp(escape, 1) == 0)
            raise(SIGUSR1);
    EQUAL(free_frames(), before);
}

/* One stands on the other's stack: killed at any moment, a storm of signals
 * between two leaves nothing behind. */
static void storm(long unused)
{
    (void)unused;
    signal(SIGUSR1, count);
    signal(SIGUSR2, count);
    pid_t other = fork();
    for (int i = 0; i < 300; i++) {
        kill(other ? other : getppid(), i % 2 ? SIGUSR1 : SIGUSR2);
        if (i % 16 == 0)
            sched_yield();
    }
    if (other == 0)
        _exit(0);
    while (waitpid(other, NULL, 0) != other)
        continue;
}

static void storms_pass(void)
{
    EQUAL(in_child(storm, 0), 0);
    long before = free_frames();
    EQUAL(in_child(storm, 0), 0);
    EQUAL(free_frames(), before);
}

int main(void)
{
    set_up();
    no_frame_at_bad_addresses();
    random_bytes_are_no_frame();
    frames_are_where_they_were_made();
    a_bad_frame_is_the_end();
    no_pc_gives_more_rights();
    no_sp_harms_the_kernel();
    no_mask_keeps_sigkill_away();
    random_registers_harm_nobody();
    a_stack_without_room_is_fatal();
    overflows_end();
    handlers_must_be_code();
    restorers_must_be_code();
    a_thousand_jumps_out();
    storms_pass();
    return check_end("sigframes");
}
