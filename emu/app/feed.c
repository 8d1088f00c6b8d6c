/*
 * feed.c - see feed.h.
 */
#include "feed.h"

#include "../platform/platform.h"
#include "rawtty.h"

#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#define CTRL_A           0x01

/* A terminal is looked at so often while the guest computes (about 10 ms). */
#define TERMINAL_SLICE   UINT64_C(2000000)
#define SIGNAL_SLICE     UINT64_C(20000000)

/* How often a piped guest may be woken by its own timers before it is given
 * input although a timer still runs. */
#define PATIENCE         1000

/* So many timers in a row that wake no program are a kernel's tick. */
#define FRUITLESS        4

/* How long a guest that polls waits for a slow writer, and how often in a row
 * at most: then it is taken to compute, and only looked at in passing. */
#define POLLING_WAIT_MS  50
#define POLLING_WAITS    20

/* No wait is longer than this: a signal that comes just before it would
 * otherwise go unseen until there is input. */
#define WAIT_MAX_MS      250

#define CLOCK_PER_SECOND (UINT64_C(1) * PLAT_TIMEBASE_HZ * PLAT_CLOCK_PER_TICK)
#define NANOSECONDS      UINT64_C(1000000000)

static void on_trap(void *ctx, const struct cpu_trap *trap)
{
    struct feed *f = ctx;
    f->user_traps += trap->from == CPU_U;
}

static enum feed_kind kind_of(const struct script *script, bool use_stdin)
{
    if (script != NULL)
        return FEED_SCRIPT;
    if (!use_stdin)
        return FEED_NOTHING;
    return rawtty_enter(STDIN_FILENO) ? FEED_TERMINAL : FEED_PIPE;
}

void feed_open(struct feed *f, struct machine *machine, struct script *script,
               bool use_stdin)
{
    struct machine_observer observer = {.ctx = f, .trap = on_trap};
    *f = (struct feed){.kind = kind_of(script, use_stdin),
                       .machine = machine,
                       .script = script,
                       .user_traps_at_wait = UINT64_MAX,
                       .patience = PATIENCE,
                       .polling_waits = POLLING_WAITS};
    if (f->kind == FEED_NOTHING)
        machine_input_end(machine);
    if (f->kind == FEED_SCRIPT)
        script_attach(script, machine, NULL);
    if (f->kind == FEED_PIPE)
        machine_observe(machine, &observer);
    machine_pace_idle(machine,
                      f->kind == FEED_PIPE || f->kind == FEED_TERMINAL);
    machine_ask_input(machine, f->kind == FEED_PIPE);
}

void feed_close(struct feed *f)
{
    if (f->kind == FEED_PIPE)
        machine_unobserve(f->machine, f);
    rawtty_leave();
}

/* From now on idle time is skipped by the machine itself. */
static void end_input(struct feed *f)
{
    machine_input_end(f->machine);
    machine_pace_idle(f->machine, false);
    if (f->kind == FEED_PIPE)
        machine_unobserve(f->machine, f);
    f->kind = FEED_NOTHING;
}

/* ---- A terminal ---- */

/* Ctrl-A x leaves, Ctrl-A Ctrl-A is one Ctrl-A; before any other key Ctrl-A
 * is a key like others. */
static void type_key(struct feed *f, uint8_t key)
{
    static const uint8_t ctrl_a = CTRL_A;
    if (f->ctrl_a && key == 'x') {
        f->left = true;
        return;
    }
    if (!f->ctrl_a && key == CTRL_A) {
        f->ctrl_a = true;
        return;
    }
    if (f->ctrl_a && key != CTRL_A)
        machine_input(f->machine, &ctrl_a, 1, false);
    f->ctrl_a = false;
    machine_input(f->machine, &key, 1, false);
}

/* Waits up to timeout for keys, and types them. */
static void read_terminal(struct feed *f, const struct timespec *timeout)
{
    struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};
    uint8_t keys[256];
    if (ppoll(&fd, 1, timeout, NULL) <= 0)
        return;
    ssize_t n = read(STDIN_FILENO, keys, sizeof keys);
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
        end_input(f); /* the terminal has gone */
    for (ssize_t i = 0; i < n && !f->left; i++)
        type_key(f, keys[i]);
}

static uint64_t host_nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

/* Idle guest time passes as real time, until a key or the deadline. */
static void wait_terminal(struct feed *f, uint64_t deadline)
{
    uint64_t clock = machine_clock(f->machine);
    uint64_t before = host_nanoseconds();
    uint64_t ahead = deadline > clock ? deadline - clock : 0;
    if (ahead > CLOCK_PER_SECOND / 1000 * WAIT_MAX_MS)
        ahead = CLOCK_PER_SECOND / 1000 * WAIT_MAX_MS;
    struct timespec timeout = {
        .tv_nsec = (long)(ahead * (NANOSECONDS / CLOCK_PER_SECOND))};
    read_terminal(f, &timeout);
    uint64_t passed = host_nanoseconds() - before;
    machine_idle(f->machine, clock + passed / (NANOSECONDS / CLOCK_PER_SECOND));
}

/* ---- Any other stdin ---- */

/* Waits so long for bytes or the end. True: there is a byte to give. */
static bool fill_buffer(struct feed *f, int wait_ms)
{
    struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};
    if (f->next < f->have)
        return true;
    if (poll(&fd, 1, wait_ms) <= 0)
        return false;
    ssize_t n = read(STDIN_FILENO, f->buffer, sizeof f->buffer);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return false;
    if (n <= 0) {
        end_input(f);
        return false;
    }
    f->next = 0;
    f->have = (size_t)n;
    return true;
}

/* A timer that will wake a program goes before input. Timers that wake none
 * (a kernel's tick) show in that no program has trapped during several. */
static bool timer_goes_first(struct feed *f, uint64_t deadline)
{
    if (deadline == UINT64_MAX)
        return false;
    if (machine_input_pending(f->machine) > 0)
        return true;
    if (f->user_traps != f->user_traps_at_wait)
        f->fruitless = 0;
    f->user_traps_at_wait = f->user_traps;
    if (f->fruitless == FRUITLESS || f->patience == 0)
        return false;
    f->fruitless++;
    f->patience--;
    return true;
}

static bool give_byte(struct feed *f, int wait_ms)
{
    if (!fill_buffer(f, wait_ms))
        return false;
    machine_input(f->machine, &f->buffer[f->next++], 1, true);
    return true;
}

/* A guest that polls goes on by itself: a writer gets a moment, no more. */
static void give_byte_in_passing(struct feed *f)
{
    bool given = give_byte(f, f->polling_waits > 0 ? POLLING_WAIT_MS : 0);
    if (given)
        f->polling_waits = POLLING_WAITS;
    else if (f->polling_waits > 0)
        f->polling_waits--;
}

static void wait_pipe(struct feed *f, uint64_t deadline)
{
    if (deadline <= machine_clock(f->machine))
        give_byte_in_passing(f);
    else if (timer_goes_first(f, deadline))
        machine_idle(f->machine, deadline);
    else
        give_byte(f, WAIT_MAX_MS);
}

/* ---- All of them ---- */

uint64_t feed_advance(struct feed *f)
{
    static const struct timespec at_once = {0};
    uint64_t clock = machine_clock(f->machine);
    if (f->kind == FEED_SCRIPT) {
        uint64_t until = script_advance(f->script);
        return until < clock + SIGNAL_SLICE ? until : clock + SIGNAL_SLICE;
    }
    if (f->kind != FEED_TERMINAL)
        return clock + SIGNAL_SLICE;
    read_terminal(f, &at_once);
    return clock + TERMINAL_SLICE;
}

bool feed_wait(struct feed *f, uint64_t deadline)
{
    uint64_t until;
    switch (f->kind) {
    case FEED_TERMINAL:
        wait_terminal(f, deadline);
        return true;
    case FEED_PIPE:
        wait_pipe(f, deadline);
        return true;
    case FEED_SCRIPT:
        until = script_advance(f->script);
        until = until < deadline ? until : deadline;
        break;
    case FEED_NOTHING:
        until = deadline;
        break;
    default:
        return false;
    }
    if (until == UINT64_MAX)
        return false; /* the clock must not go to the end of time */
    machine_idle(f->machine, until);
    return true;
}
