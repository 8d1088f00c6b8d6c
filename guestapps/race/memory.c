/*
 * memory.c - in memory that both have: nothing carries the bytes, they are made
 * where the receiver looks.
 *
 *   shm/futex    who has to wait sleeps on a word (futex)
 *   shm/signal   the other is told by a signal, and waits for one
 *   shm/ready    the data are there when somebody looks: only making them and
 *                looking at them is measured
 *
 * Here is also the word by which ways wait that have no waiting of their own.
 */
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>
#include <sallyport/calls.h>
#include "race.h"

/* ---- Whose turn ---- */

static volatile uint32_t *turn;

static void *share(size_t n)
{
    void *p =
        mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    if (p == MAP_FAILED)
        race_fail("mmap", NULL);
    return p;
}

void turn_open(void)
{
    if (turn == NULL)
        turn = share(sizeof *turn);
    *turn = TURN_SENDER;
}

void turn_pass(enum turn to)
{
    *turn = to;
    futex(turn, FUTEX_WAKE, 1, NULL);
}

void turn_await(enum turn whose)
{
    uint32_t now;
    while ((now = *turn) != whose)
        futex(turn, FUTEX_WAIT, now, NULL);
}

/* ---- Shared memory ---- */

static char *shared;

char *memory_share(void)
{
    if (shared == NULL)
        shared = share(RACE_MOST);
    return shared;
}

static void open_memory(void)
{
    turn_open();
    memory_share();
}

static char *in_shared(size_t n)
{
    (void)n;
    return shared;
}

static void send(char *bytes, size_t n)
{
    (void)bytes, (void)n;
    turn_pass(TURN_RECEIVER);
    turn_await(TURN_SENDER);
}

static void receive(size_t n)
{
    turn_await(TURN_RECEIVER);
    race_look(shared, n);
    turn_pass(TURN_SENDER);
}

/* ---- Told by a signal ---- */

static volatile sig_atomic_t told;
static volatile int *receiver; /* whom to tell: it says so first */
static pid_t sender;

static void on_signal(int number)
{
    (void)number;
    told = 1;
}

static void open_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    open_memory();
    if (receiver == NULL)
        receiver = share(sizeof *receiver);
    *receiver = 0;
    told = 0;
    if (sigaction(SIGUSR1, &action, NULL) != 0 ||
        sigprocmask(SIG_BLOCK, &mask, NULL) != 0)
        race_fail("sigaction", NULL);
}

static void tell(pid_t pid)
{
    if (kill(pid, SIGUSR1) != 0)
        race_fail("kill", NULL);
}

static void await_signal(void)
{
    sigset_t none;
    sigemptyset(&none);
    while (!told)
        sigsuspend(&none);
    told = 0;
}

static void say_who(void)
{
    sender = getppid();
    *receiver = getpid();
    turn_pass(TURN_RECEIVER);
}

static void send_told(char *bytes, size_t n)
{
    (void)bytes, (void)n;
    if (*receiver == 0)
        turn_await(TURN_RECEIVER);
    tell(*receiver);
    await_signal();
}

static void receive_told(size_t n)
{
    await_signal();
    race_look(shared, n);
    tell(sender);
}

const struct way memory_ways[] = {
    {.name = "shm/futex",
     .kind = "shares",
     .open = open_memory,
     .buffer = in_shared,
     .send = send,
     .receive = receive},
    {.name = "shm/signal",
     .kind = "shares",
     .open = open_signals,
     .start = say_who,
     .buffer = in_shared,
     .send = send_told,
     .receive = receive_told},
    {.name = "shm/ready",
     .kind = "shares",
     .apart = true,
     .open = open_memory,
     .buffer = in_shared,
     .send = send,
     .receive = receive},
    {0},
};
