/* syscall.c - the dispatch table, made of abi/syscall.def's rows, and the calls about time. A
 * new call is one row there and one function sys_NAME. Every call fetches and checks all first:
 * an error leaves nothing half done. */
#include "kernel.h"
#include <time.h>

static int64_t (*const table[])(const uint64_t *arg) = {
#define CALL(number, name, result, args, help) [number] = sys_##name,
#include "abi/syscall.def"
#undef CALL
};
#define TABLE_ROWS (sizeof table / sizeof table[0])

void syscall(struct trapframe *frame) {
    uint64_t number = frame->a[7];
    if (number < TABLE_ROWS && table[number]) frame->a[0] = (uint64_t)table[number](frame->a);
    else frame->a[0] = (uint64_t)-ENOSYS;
}

int64_t sys_uptime(const uint64_t *arg) { return (int64_t)(mtime_now() * NS_PER_TICK); }

/* How long is left until mtime reaches deadline. */
static struct timespec time_until(uint64_t deadline) {
    uint64_t now = mtime_now();
    uint64_t ticks = deadline > now ? deadline - now : 0;
    return (struct timespec){.tv_sec = (time_t)(ticks / PLAT_TIMEBASE_HZ),
                             .tv_nsec = (long)(ticks % PLAT_TIMEBASE_HZ * NS_PER_TICK)};
}

int fetch_deadline(struct user_addr from, uint64_t *deadline) {
    const uint64_t forever_seconds = UINT64_MAX / 4 / PLAT_TIMEBASE_HZ;
    struct timespec t;
    if (copyin(from, &t, sizeof t)) return EFAULT;
    if (t.tv_sec < 0 || t.tv_nsec < 0 || t.tv_nsec >= NS_PER_SECOND) return EINVAL;
    uint64_t seconds = (uint64_t)t.tv_sec;
    if (seconds > forever_seconds) seconds = forever_seconds;
    uint64_t ticks = ((uint64_t)t.tv_nsec + NS_PER_TICK - 1) / NS_PER_TICK;
    *deadline = mtime_now() + seconds * PLAT_TIMEBASE_HZ + ticks;
    return 0;
}

int64_t sys_nanosleep(const uint64_t *arg) {
    static struct wait_queue nobody_wakes;
    struct user_addr remaining = user_addr(arg[1]);
    uint64_t deadline;
    int error = fetch_deadline(user_addr(arg[0]), &deadline);
    if (error) return -error;
    while (mtime_now() < deadline) {
        error = sched_sleep_until(&nobody_wakes, deadline, "sleep");
        struct timespec left = time_until(deadline);
        if (error && remaining.va && copyout(&left, remaining, sizeof left)) return -EFAULT;
        if (error) return -error;
    }
    return 0;
}
