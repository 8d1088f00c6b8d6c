/*
 * commtime.c - what time is it? Asked a hundred times by system call, and a
 * hundred times of the page that the kernel shows every program.
 *
 * Watch: the first hundred are a hundred crossings; the second are none. The
 * program reads the tick counter itself (rdtime); what a tick is worth and
 * where the count began stands on the commpage. The generation there is read
 * before and after, so that a change by the kernel in between is noticed.
 */
#include <sallyport/calls.h>
#include <sallyport/comm.h>
#include "program.h"

#define TIMES 100

int main(void)
{
    const volatile struct commpage *c = comm_page();
    printf("%s, %u cpu, pages of %lu bytes, %lu ticks a second\n",
           (const char *)c->kernel, (unsigned)c->ncpu,
           (unsigned long)c->page_bytes, (unsigned long)c->timebase_hz);
    uint64_t start = uptime();
    for (int i = 1; i < TIMES; i++)
        uptime();
    uint64_t called = uptime();
    for (int i = 0; i < TIMES; i++)
        comm_uptime();
    uint64_t read = comm_uptime();
    int in_order = start <= called && called <= read && read <= uptime();
    printf("both clocks agree: %s\n", in_order ? "yes" : "no");
    printf("%d times by system call, %d times from the page\n", TIMES, TIMES);
    return in_order ? 0 : 1;
}
