/*
 * time.c - sleeping and the monotonic clock. The machine has no calendar: the
 * clock starts at zero when the machine does.
 */
#include <errno.h>
#include <time.h>
#include <unistd.h>
#include <sallyport/calls.h>

#define NS_PER_S 1000000000u

unsigned sleep(unsigned seconds)
{
    struct timespec rest, time = {.tv_sec = (time_t)seconds};
    return nanosleep(&time, &rest) == 0 ? 0 : (unsigned)rest.tv_sec;
}

int usleep(useconds_t microseconds)
{
    struct timespec time = {
        .tv_sec = (time_t)(microseconds / 1000000),
        .tv_nsec = (long)(microseconds % 1000000) * 1000,
    };
    return nanosleep(&time, NULL);
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    if (clock != CLOCK_MONOTONIC) {
        errno = EINVAL;
        return -1;
    }
    uint64_t now = uptime();
    time->tv_sec = (time_t)(now / NS_PER_S);
    time->tv_nsec = (long)(now % NS_PER_S);
    return 0;
}
