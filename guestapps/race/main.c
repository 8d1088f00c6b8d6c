/*
 * race.c - the same bytes from one process to another by every way there is.
 *
 *   race [--csv] [WAY...]      8 bytes to 1 MiB; a WAY is a name or its
 *                              beginning: pipe, mach/lent
 *
 * The program carries the bytes, and checks that they arrived; it cannot see
 * what that took. Marks in its code (<sallyport/measure.h>) say where a lap
 * begins and ends, and `sallyport run race` counts between them: crossings,
 * copies, pages, instructions, once in each of the kernel's layouts. Elsewhere
 * nobody watches the marks, and only the last line is printed.
 *
 * In every lap the sender stores into each page of its bytes, as it would if
 * they were new, and the receiver loads from each: without that, lending a page
 * a second time would cost nothing. Two laps before those that count bring
 * everything to a steady state; in the first all bytes are made and checked.
 *
 * Watch: `sallyport run race` for the tables; `sallyport shot --panel race -o
 * race.svg` for the picture; `sallyport trace race pipe` for each crossing of
 * one way.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <sallyport/measure.h>
#include "../program.h"
#include "race.h"

#define LEAST   8u
#define WARM_UP 2
#define LAPS    4
#define LARGE   65536u /* above it two laps are enough */

static const struct way *const tables[] = {
    pipe_ways, socket_ways, memory_ways, device_ways, client_ways,
    file_ways, value_ways,  mach_ways,   rpc_ways};

static char bytes_made[RACE_MOST] __attribute__((aligned(4096)));

/* The lap that runs: sender and receiver count alike. */
static struct {
    const struct way *way;
    unsigned lap, laps; /* of the latter, those that count */
    bool receiver;
} now;

static bool counts(void)
{
    return now.lap >= WARM_UP && now.lap < WARM_UP + now.laps;
}

_Noreturn void race_fail(const char *call, const char *why)
{
    fprintf(stderr, "race: %s: %s: %s\n", now.way->name, call,
            why ? why : strerror(errno));
    if (now.receiver)
        kill(getppid(), SIGTERM);
    _exit(1);
}

/* ---- What is in the bytes ---- */

static uint64_t word_at(size_t i)
{
    return (now.lap + 1) * 0x0123456789abcdef + i;
}

/* In the first lap all of them, then one word in each page. */
static size_t stride(void)
{
    return now.lap == 0 ? sizeof(uint64_t) : RACE_PAGE;
}

static void make(char *bytes, size_t n)
{
    for (size_t i = 0, step = stride(); i < n; i += step)
        *(uint64_t *)(bytes + i) = word_at(i);
}

static bool are_right(const char *bytes, size_t n)
{
    const uint64_t turned = now.way->inverted ? ~UINT64_C(0) : 0;
    for (size_t i = 0, step = stride(); i < n; i += step)
        if (*(const volatile uint64_t *)(bytes + i) != (word_at(i) ^ turned))
            return false;
    return true;
}

/* ---- A lap ---- */

void race_look(const char *bytes, size_t n)
{
    bool mine = counts() && now.way->apart;
    if (mine)
        MEASURE_BEGIN();
    bool right = are_right(bytes, n);
    if (mine)
        MEASURE_END(1);
    if (!right)
        race_fail("the bytes that arrived", "are others than were sent");
}

static void send_lap(size_t n)
{
    const struct way *w = now.way;
    if (counts())
        MEASURE_BEGIN();
    char *bytes = w->buffer ? w->buffer(n) : bytes_made;
    make(bytes, n);
    if (counts() && w->apart)
        MEASURE_END(0);
    w->send(bytes, n);
    if (counts() && !w->apart)
        MEASURE_END(1);
}

static bool can_carry(const struct way *w, size_t n)
{
    return n >= w->least && (w->most == 0 || n <= w->most);
}

/* One more than those that count, so that a receiver's end is in none. */
static void run_laps(void (*lap)(size_t n), size_t n, bool is_last)
{
    now.laps = n > LARGE ? LAPS / 2 : LAPS;
    for (now.lap = 0; now.lap < WARM_UP + now.laps + is_last; now.lap++)
        lap(n);
}

static void run_sizes(void (*lap)(size_t n), bool sender)
{
    const struct way *w = now.way;
    for (size_t n = LEAST; n <= RACE_MOST; n *= 2) {
        bool is_last = n == RACE_MOST || !can_carry(w, 2 * n);
        if (can_carry(w, n)) {
            if (sender)
                MEASURE_ROW(w->name, w->kind, n);
            run_laps(lap, n, is_last);
        } else if (sender) {
            MEASURE_NONE(w->name, w->kind, n, w->why);
        }
    }
}

static void say_missing(const struct way *w, const char *why)
{
    for (size_t n = LEAST; n <= RACE_MOST; n *= 2)
        MEASURE_NONE(w->name, w->kind, n, why);
}

static _Noreturn void receiver(const struct way *w)
{
    now.receiver = true;
    if (w->start)
        w->start();
    run_sizes(w->receive, false);
    if (w->finish)
        w->finish();
    _exit(0);
}

/* Runs it; *ways counts those that there are. Returns an exit status. */
static int race(const struct way *w, int *ways)
{
    int status;
    now.way = w;
    const char *missing = w->missing ? w->missing() : NULL;
    if (missing) {
        say_missing(w, missing);
        return 0;
    }
    *ways += 1;
    w->open();
    pid_t pid = fork();
    if (pid < 0)
        return complain("race", "fork");
    if (pid == 0)
        receiver(w);
    run_sizes(send_lap, true);
    if (waitpid(pid, &status, 0) != pid || status != 0)
        return 1;
    if (w->close)
        w->close();
    return 0;
}

/* ---- Which ---- */

static bool is_wanted(const struct way *w, char **names)
{
    bool all = *names == NULL;
    for (; *names; names++)
        all |= strncmp(w->name, *names, strlen(*names)) == 0;
    return all;
}

int main(int argc, char **argv)
{
    bool csv = argc > 1 && strcmp(argv[1], "--csv") == 0;
    char **names = argv + 1 + csv;
    int ways = 0;
    bool wanted = false;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        for (const struct way *w = tables[i]; w->name; w++) {
            if (!is_wanted(w, names))
                continue;
            wanted = true;
            if (race(w, &ways) != 0)
                return 1;
        }
    if (!wanted)
        return usage("race [--csv] [WAY...]");
    if (!csv)
        printf("race: every byte arrived, %d way%s\n", ways,
               ways == 1 ? "" : "s");
    fflush(stdout);
    MEASURE_REPORT(csv ? "csv" : "table");
    return 0;
}
