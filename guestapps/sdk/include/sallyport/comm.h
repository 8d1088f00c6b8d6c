/*
 * <sallyport/comm.h> - reading the commpage: time without a crossing.
 */
#ifndef SALLYPORT_SDK_COMM_H
#define SALLYPORT_SDK_COMM_H

#include <sallyport/commpage.h>

static inline const volatile struct commpage *comm_page(void)
{
    return (const volatile struct commpage *)COMMPAGE_ADDRESS;
}

/* What uptime() returns, in nanoseconds. */
static inline uint64_t comm_uptime(void)
{
    const volatile struct commpage *c = comm_page();
    uint32_t before;
    uint64_t ns, now;
    do {
        before = c->generation;
        __asm__ volatile("fence r, r" ::: "memory");
        __asm__ volatile("rdtime %0" : "=r"(now));
        ns = c->base_ns + ((now - c->base_ticks) * c->ns_mult >> c->ns_shift);
        __asm__ volatile("fence r, r" ::: "memory");
    } while (before & 1 || before != c->generation);
    return ns;
}

#endif
