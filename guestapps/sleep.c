/*
 * sleep.c - waits for a number of seconds, which may have a fraction.
 *
 * Watch: the call stays open while the machine is idle; a timer interrupt, not
 * this program, ends the wait. The clock counts instructions, so a sleep takes
 * as many of them each time the same command runs.
 */
#include <stdbool.h>
#include <time.h>
#include "program.h"

#define NANOSECOND_DIGITS 9
#define SECONDS_MAX       1000000000

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "12", "0.25", ".5". False if it is no such number. */
static bool parse_seconds(const char *text, struct timespec *time)
{
    const char *p = text;
    bool any = false;
    for (; is_digit(*p); p++, any = true) {
        time->tv_sec = time->tv_sec * 10 + (*p - '0');
        if (time->tv_sec > SECONDS_MAX)
            return false;
    }
    if (*p == '.') {
        p++;
        int digits = 0;
        for (; is_digit(*p); p++, any = true)
            if (digits < NANOSECOND_DIGITS) {
                time->tv_nsec = time->tv_nsec * 10 + (*p - '0');
                digits++;
            }
        for (; digits < NANOSECOND_DIGITS; digits++)
            time->tv_nsec *= 10;
    }
    return any && *p == '\0';
}

int main(int argc, char **argv)
{
    struct timespec time = {0};
    if (argc != 2)
        return usage("sleep SECONDS");
    if (!parse_seconds(argv[1], &time)) {
        fprintf(stderr, "sleep: %s: not a number of seconds (0 to %d)\n",
                argv[1], SECONDS_MAX);
        return 2;
    }
    return nanosleep(&time, NULL) == 0 ? 0 : complain("sleep", argv[1]);
}
