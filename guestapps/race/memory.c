/*
 * memory.c - in memory that both have: nothing carries the bytes, they are made
 * where the receiver looks.
 *
 *   shm/futex    who has to wait sleeps on a word (futex)
 *   shm/ready    the data are there when somebody looks: only making them and
 *                looking at them is measured
 *
 * Here is also the word by which ways wait that have no waiting of their own.
 */
#include <sys/mman.h>
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

static void open_memory(void)
{
    turn_open();
    if (shared == NULL)
        shared = share(RACE_MOST);
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

const struct way memory_ways[] = {
    {.name = "shm/futex",
     .kind = "shares",
     .open = open_memory,
     .buffer = in_shared,
     .send = send,
     .receive = receive},
    {.name = "shm/ready",
     .kind = "shares",
     .apart = true,
     .open = open_memory,
     .buffer = in_shared,
     .send = send,
     .receive = receive},
    {0},
};
