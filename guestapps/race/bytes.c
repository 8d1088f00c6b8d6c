/*
 * bytes.c - what ways through descriptors share: all of the bytes, and the size
 * from which on the kernel maps.
 */
#include <sys/sysctl.h>
#include <unistd.h>
#include "race.h"

char bytes_got[RACE_MOST] __attribute__((aligned(4096)));

void write_all(int fd, const char *bytes, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t now = write(fd, bytes + done, n - done);
        if (now <= 0)
            race_fail("write", NULL);
        done += (size_t)now;
    }
}

void read_all(int fd, char *bytes, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t now = read(fd, bytes + done, n - done);
        if (now <= 0)
            race_fail("read", NULL);
        done += (size_t)now;
    }
}

static int64_t before;
static bool is_set;

void threshold_set(int64_t bytes)
{
    int64_t old;
    size_t n = sizeof old;
    if (sysctlbyname("vm.map_threshold", &old, &n, &bytes, sizeof bytes) != 0)
        race_fail("vm.map_threshold", NULL);
    if (!is_set)
        before = old;
    is_set = true;
}

void threshold_restore(void)
{
    if (is_set)
        threshold_set(before);
    is_set = false;
}
