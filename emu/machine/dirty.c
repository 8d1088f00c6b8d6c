/*
 * dirty.c - see dirty.h.
 *
 * The handler does nothing but look up, set bytes and call mprotect, which
 * POSIX does not list as safe in a handler but which is a plain system call
 * everywhere that matters. A fault that is not ours goes to whoever was there
 * before, so that a sanitizer still reports it.
 *
 * The kernel allows a process some 65,000 mappings, and each change of
 * protection in the middle of RAM makes two. If it refuses, all of RAM is
 * opened and counts as written.
 */
#include "dirty.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define WATCHED_MAX 8

static struct {
    struct dirty *watched[WATCHED_MAX];
    struct sigaction before;
} all;

static void note(struct dirty *d, size_t cluster)
{
    if (d->is_dirty[cluster])
        return;
    d->is_dirty[cluster] = 1;
    d->list[d->count] = (uint32_t)cluster;
    d->count++;
}

/* False: the address is not in it. */
static bool take(struct dirty *d, const uint8_t *at)
{
    size_t offset = (size_t)((uintptr_t)at - (uintptr_t)d->ram);
    if ((uintptr_t)at < (uintptr_t)d->ram ||
        offset >= d->clusters * DIRTY_CLUSTER)
        return false;
    size_t cluster = offset / DIRTY_CLUSTER;
    if (d->is_dirty[cluster])
        return false; /* open already: some other trouble */
    uint8_t *start = d->ram + cluster * DIRTY_CLUSTER;
    if (mprotect(start, DIRTY_CLUSTER, PROT_READ | PROT_WRITE) == 0) {
        note(d, cluster);
        return true;
    }
    if (mprotect(d->ram, d->clusters * DIRTY_CLUSTER,
                 PROT_READ | PROT_WRITE) != 0)
        return false;
    for (size_t i = 0; i < d->clusters; i++)
        note(d, i);
    return true;
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
    for (unsigned i = 0; i < WATCHED_MAX; i++)
        if (all.watched[i] != NULL && take(all.watched[i], info->si_addr))
            return;
    if (all.before.sa_flags & SA_SIGINFO) {
        all.before.sa_sigaction(signal, info, context);
        return;
    }
    sigaction(signal, &all.before, NULL); /* and let it happen again */
}

/* Each time anew: a test runner puts its own handler there now and then. */
static bool install(void)
{
    struct sigaction action = {.sa_flags = SA_SIGINFO | SA_NODEFER |
                                           SA_ONSTACK};
    struct sigaction now;
    if (sigaction(SIGSEGV, NULL, &now) != 0)
        return false;
    if ((now.sa_flags & SA_SIGINFO) && now.sa_sigaction == on_fault)
        return true;
    action.sa_sigaction = on_fault;
    sigemptyset(&action.sa_mask);
    return sigaction(SIGSEGV, &action, &all.before) == 0;
}

static bool add(struct dirty *d)
{
    for (unsigned i = 0; i < WATCHED_MAX; i++)
        if (all.watched[i] == NULL) {
            all.watched[i] = d;
            return true;
        }
    return false;
}

bool dirty_watch(struct dirty *d, uint8_t *ram, size_t n)
{
    memset(d, 0, sizeof *d);
    d->ram = ram;
    d->clusters = n / DIRTY_CLUSTER;
    d->is_dirty = calloc(d->clusters, 1);
    d->list = calloc(d->clusters, sizeof *d->list);
    if (d->is_dirty != NULL && d->list != NULL && install() && add(d)) {
        if (mprotect(ram, n, PROT_READ) == 0)
            return true;
    }
    dirty_unwatch(d);
    return false;
}

void dirty_clear(struct dirty *d)
{
    /* Every call splits or joins mappings: many are dearer than all at once. */
    bool few = d->count < 64;
    if (!few)
        mprotect(d->ram, d->clusters * DIRTY_CLUSTER, PROT_READ);
    for (size_t i = 0; i < d->count; i++) {
        d->is_dirty[d->list[i]] = 0;
        if (few)
            mprotect(d->ram + (size_t)d->list[i] * DIRTY_CLUSTER, DIRTY_CLUSTER,
                     PROT_READ);
    }
    d->count = 0;
}

void dirty_unwatch(struct dirty *d)
{
    for (unsigned i = 0; i < WATCHED_MAX; i++)
        if (all.watched[i] == d)
            all.watched[i] = NULL;
    if (d->ram != NULL)
        mprotect(d->ram, d->clusters * DIRTY_CLUSTER, PROT_READ | PROT_WRITE);
    free(d->is_dirty);
    free(d->list);
    memset(d, 0, sizeof *d);
}
