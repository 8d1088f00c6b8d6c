/* futex.c - a word's sleepers. The key is where the word is in physical memory, so processes
 * that map the same object at different addresses meet. A sleeper holds its frame: while it
 * sleeps, the key can mean nothing else. Between the test of the word and the sleep nobody else
 * runs (sched.h), so no wake is lost. Waiters are few (one a process) and in one list. */
#include "kernel.h"
#include <sallyport/futex.h>

struct waiter { /* on its process's kernel stack */
    struct waiter *next;
    paddr word;
    bool woken;
    struct wait_queue queue; /* just this one */
};
static struct waiter *waiters; /* in the order they came */

/* Where the word is now; its page is made the program's own first, or a store would move it. */
static int find_word(uint64_t va, paddr *word) {
    struct vm *vm = &sched.current->vm;
    const struct region *r = vm_find_region(vm, va);
    const char *p = r ? vm_translate(vm, va, r->access & PTE_W ? PTE_W : PTE_R) : NULL;
    if (p) *word = kpa(p);
    return p ? 0 : EFAULT;
}

static int sleep(struct waiter *w, uint64_t va, uint64_t deadline) {
    while (!w->woken) {
        paddr word;
        int error = sched_sleep_until(&w->queue, deadline, "futex");
        if (w->woken) return 0;
        if (error) return error;
        if (mtime_now() >= deadline) return ETIMEDOUT;
        error = find_word(va, &word); /* futex_look_again */
        if (error || word != w->word) return error;
    }
    return 0;
}

static int wait(uint64_t va, uint32_t value, struct user_addr timeout) {
    struct waiter w = {.woken = false};
    uint32_t now;
    uint64_t deadline = UINT64_MAX;
    int error = timeout.va ? fetch_deadline(timeout, &deadline) : 0;
    if (!error) error = find_word(va, &w.word);
    if (!error) error = copyin_atomic32(user_addr(va), &now);
    if (error) return error;
    if (now != value) return EAGAIN;
    page_hold(PAGE_DOWN(w.word));
    LIST_APPEND(waiters, &w, next);
    error = sleep(&w, va, deadline);
    if (!w.woken) LIST_REMOVE(waiters, &w, next);
    page_drop(PAGE_DOWN(w.word));
    return error;
}

static int wake(paddr word, uint32_t most) {
    uint32_t n = 0;
    for (struct waiter *w = waiters, *next; w && n < most; w = next) {
        next = w->next;
        if (w->word != word) continue;
        LIST_REMOVE(waiters, w, next);
        w->woken = true;
        sched_wake_all(&w->queue);
        n++;
    }
    return (int)n;
}

void futex_look_again(void) {
    for (struct waiter *w = waiters; w; w = w->next) sched_wake_all(&w->queue);
}

int64_t sys_futex(const uint64_t *arg) {
    uint64_t va = arg[0];
    paddr word;
    if (va % sizeof(uint32_t)) return -EINVAL;
    switch ((uint32_t)arg[1]) {
    case FUTEX_WAIT: return -wait(va, (uint32_t)arg[2], user_addr(arg[3]));
    case FUTEX_WAKE: return find_word(va, &word) ? -EFAULT : wake(word, (uint32_t)arg[2]);
    default: return -EINVAL;
    }
}
