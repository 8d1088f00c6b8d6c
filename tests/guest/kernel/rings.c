/*
 * rings.c - submission rings, and everything that a program, a child that
 * inherited the page, or a file on the way can do to one. The page is hostile
 * by nature: whatever stands in it, the kernel does what was asked when it took
 * a request, or refuses it, and touches nothing else.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>

#include <sallyport/calls.h>
#include <sallyport/ring.h>

#include "check.h"

#define PAGE 4096
#define RW   (PROT_READ | PROT_WRITE)
#define OWN  RING_FILE_OFFSET

static struct ring r;
static int file, null, zero, ends[2];
static char from[PAGE], to[2 * PAGE];

static void start(unsigned entries, unsigned flags)
{
    EQUAL(ring_init(&r, entries, flags), 0);
}

static void stop(void)
{
    EQUAL(ring_close(&r), 0);
    EQUAL(munmap(r.page, PAGE), 0);
}

/* One operation, done alone: its result. */
static long once(unsigned op, int fd, const void *buffer, size_t n,
                 int64_t offset)
{
    struct ring_completion c = {.result = 1000000};
    TRUE(ring_add(&r, op, fd, buffer, n, offset, 77));
    TRUE(ring_wait(&r, &c));
    EQUAL(c.user_data, 77);
    return (long)c.result;
}

static void settle(void)
{
    for (int i = 0; i < 20; i++)
        sched_yield();
}

static int status_of(pid_t pid)
{
    int status = -1;
    waitpid(pid, &status, 0);
    return status;
}

/* ---- The two calls ---- */

static void calls_are_checked(void)
{
    static const long bad[] = {3,  5,         63,        65,       128,
                               -1, 1l << 32,  INT64_MIN, 1l << 20, 96,
                               6,  INT64_MAX, 4096,      66,       127};
    FAILS(ring_enter(1, 0), ENXIO);
    FAILS((long)ring_setup(0, 0), EINVAL); /* nothing to close */
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        EQUAL(raw_call(SYS_ring_setup, (long[6]){bad[i], 0}), -EINVAL);
    EQUAL(raw_call(SYS_ring_setup, (long[6]){8, 2}), -EINVAL);
    EQUAL(raw_call(SYS_ring_setup, (long[6]){8, -1}), -EINVAL);
    for (unsigned entries = 1; entries <= RING_ENTRIES_MAX; entries *= 2) {
        start(entries, 0);
        FAILS((long)ring_setup(8, 0), EBUSY);
        EQUAL(r.page->entries, entries);
        EQUAL(ring_submit(&r, 0), 0); /* nothing is queued */
        EQUAL(ring_submit(&r, 99), 0);
        EQUAL(once(RING_NOP, -1, NULL, 0, 0), 0);
        stop();
    }
    FAILS(ring_enter(1, 0), ENXIO);
}

/* ---- Operations, by ring_enter and by no call ---- */

static void reads_and_writes(void)
{
    memset(to, 0, sizeof to);
    EQUAL(ftruncate(file, 0), 0);
    EQUAL(lseek(file, 0, SEEK_SET), 0);
    EQUAL(once(RING_WRITE, file, "abcdef", 6, OWN), 6);
    EQUAL(once(RING_WRITE, file, "XY", 2, 1), 2);
    EQUAL(lseek(file, 0, SEEK_CUR), 6); /* offsets given move nothing */
    EQUAL(once(RING_READ, file, to, 100, 0), 6);
    EQUAL(memcmp(to, "aXYdef", 6), 0);
    EQUAL(once(RING_READ, file, to, 100, OWN), 0);
    EQUAL(once(RING_READ, file, to, 100, INT64_MAX), 0);
    EQUAL(once(RING_WRITE, file, to, 1, INT64_MAX), -EFBIG);
    EQUAL(once(RING_WRITE, null, to, sizeof to, OWN), sizeof to);
    EQUAL(once(RING_READ, zero, to, sizeof to, OWN), sizeof to);
    EQUAL(to[0], 0);
    EQUAL(once(RING_WRITE, ends[1], "pipe", 4, OWN), 4);
    EQUAL(once(RING_READ, ends[0], to, 100, OWN), 4);
    EQUAL(memcmp(to, "pipe", 4), 0);
    char *big = malloc(100000); /* through the window */
    memset(big, 7, 100000);
    EQUAL(once(RING_WRITE, file, big, 100000, 0), 100000);
    free(big);
}

static void bad_requests_are_refused(void)
{
    static const int fd[] = {-1, 63, 64, 1000, INT32_MAX, INT32_MIN};
    int reader = open("/tmp/rings", O_RDONLY), dir = open("/", O_RDONLY);
    for (unsigned i = 0; i < sizeof fd / sizeof fd[0]; i++) {
        EQUAL(once(RING_READ, fd[i], to, 1, OWN), -EBADF);
        EQUAL(once(RING_WRITE, fd[i], to, 1, OWN), -EBADF);
    }
    EQUAL(once(RING_WRITE, reader, to, 1, 0), -EBADF);
    EQUAL(once(RING_WRITE, ends[0], to, 1, OWN), -EBADF);
    EQUAL(once(RING_READ, ends[1], to, 1, OWN), -EBADF);
    close(reader);
    EQUAL(once(RING_READ, reader, to, 1, 0), -EBADF);
    EQUAL(once(RING_READ, dir, to, 1, 0), -EISDIR);
    EQUAL(once(RING_READ, ends[0], to, 1, 0), -ESPIPE);
    EQUAL(once(RING_WRITE, ends[1], to, 1, 0), -ESPIPE);
    EQUAL(once(RING_READ, file, to, 1, -2), -EINVAL);
    EQUAL(once(RING_READ, file, to, 1, INT64_MIN), -EINVAL);
    EQUAL(once(RING_WRITE + 1, file, to, 1, 0), -EINVAL);
    EQUAL(once(UINT32_MAX, file, to, 1, 0), -EINVAL);
    EQUAL(once(RING_READ, file, to, (size_t)-1, 0), -EINVAL);
    EQUAL(once(RING_WRITE, file, to, (size_t)1 << 63, 0), -EINVAL);
    close(dir);
}

static const char constant[8] = "constant";

static void bad_memory_is_refused(void)
{
    char *page = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE | MAP_ANON, -1, 0);
    munmap(page + PAGE, PAGE);
    void *const bad[] = {NULL,
                         (void *)8,
                         (void *)0x10000000,         /* a device */
                         (void *)0x80200000,         /* the kernel's frames */
                         (void *)0x2000000000,       /* nothing */
                         (void *)0x3fffffffff,       /* the last user byte */
                         (void *)0x4000000000,       /* the end */
                         (void *)0x8000000000000000, /* not canonical */
                         (void *)0xffffffc080200000, /* kernel text */
                         (void *)0xffffffffffffd000, /* the trap frame */
                         (void *)-1,
                         page + PAGE};
    EQUAL(ftruncate(file, 2 * PAGE), 0);
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        EQUAL(once(RING_READ, file, bad[i], 64, 0), -EFAULT);
        EQUAL(once(RING_WRITE, file, bad[i], 64, 0), -EFAULT);
        EQUAL(once(RING_READ, zero, bad[i], 64, OWN), -EFAULT);
        EQUAL(once(RING_WRITE, ends[1], bad[i], 64, OWN), -EFAULT);
        EQUAL(once(RING_READ, file, bad[i], 0, 0), 0);
        EQUAL(once(RING_WRITE, file, bad[i], 0, 0), 0);
    }
    EQUAL(once(RING_READ, file, (void *)constant, 4, 0), -EFAULT);
    EQUAL(once(RING_READ, file, (void *)calls_are_checked, 4, 0), -EFAULT);
    EQUAL(once(RING_WRITE, file, constant, 4, 0), 4);
    EQUAL(once(RING_READ, file, page + PAGE - 3, 64, 0), -EFAULT);
    EQUAL(once(RING_WRITE, file, page, PAGE + 64, 0), PAGE);
    EQUAL(once(RING_WRITE, ends[1], page + PAGE - 3, 64, OWN), -EFAULT);
    munmap(page, PAGE);
}

static void every_result_comes_once(void)
{
    struct ring_completion c = {0};
    uint64_t next = 0, seen = 0;
    while (seen < 1000) {
        while (next < 1000 && ring_add(&r, RING_NOP, 0, NULL, 0, 0, next))
            next++;
        for (int i = 0; i < 3 && ring_wait(&r, &c); i++)
            EQUAL(c.user_data, seen++);
    }
    EQUAL(seen, 1000);
    TRUE(!ring_next(&r, &c));
}

static void in_both_modes(void (*body)(void))
{
    for (unsigned flags = 0; flags <= RING_POLLED; flags++) {
        start(8, flags);
        body();
        stop();
    }
}

/* ---- Room ---- */

static void full_queues_lose_nothing(void)
{
    struct ring_completion c = {0};
    start(4, 0);
    for (uint64_t i = 0; i < 4; i++)
        TRUE(ring_add(&r, RING_NOP, 0, NULL, 0, 0, i));
    TRUE(!ring_add(&r, RING_NOP, 0, NULL, 0, 0, 4));
    EQUAL(ring_enter(3, 0), 3);
    EQUAL(ring_enter(99, 0), 1);
    for (uint64_t i = 4; i < 8; i++)
        TRUE(ring_add(&r, RING_WRITE, file, "z", 1, 0, i));
    EQUAL(r.page->full, 0);
    EQUAL(ring_submit(&r, 0), 0); /* four results are unread: none is taken */
    EQUAL(r.page->full, 1);
    EQUAL(ring_submit(&r, 4), 0);
    TRUE(ring_next(&r, &c));
    EQUAL(ring_submit(&r, 0), 1);
    for (uint64_t i = 1; i < 5; i++) {
        TRUE(ring_next(&r, &c));
        EQUAL(c.user_data, i);
    }
    EQUAL(ring_submit(&r, 0), 3);
    /* What waits keeps its place, too. */
    EQUAL(r.page->cq_tail - r.page->cq_head, 3);
    for (uint64_t i = 5; i < 8; i++)
        TRUE(ring_next(&r, &c));
    for (uint64_t i = 0; i < 4; i++)
        TRUE(ring_add(&r, RING_READ, ends[0], to, 1, OWN, i));
    EQUAL(ring_submit(&r, 0), 4);
    EQUAL(r.page->waiting, 4);
    TRUE(ring_add(&r, RING_NOP, 0, NULL, 0, 0, 9));
    EQUAL(ring_submit(&r, 0), 0);
    EQUAL(write(ends[1], "1234", 4), 4);
    EQUAL(ring_submit(&r, 0), 0); /* these first */
    EQUAL(r.page->waiting, 0);
    for (uint64_t i = 0; i < 4; i++) {
        TRUE(ring_next(&r, &c));
        EQUAL(c.user_data, i);
        EQUAL(c.result, 1);
    }
    EQUAL(ring_submit(&r, 1), 1);
    stop();
}

/* ---- Words that lie ---- */

static void heads_and_tails_that_cannot_be(void)
{
    struct ring_completion c = {0};
    start(8, 0);
    TRUE(ring_add(&r, RING_WRITE, file, "lie", 3, 0, 1));
    static const uint32_t far[] = {9, 100, 1u << 31, UINT32_MAX, 0xfffffff8};
    static const uint32_t ahead[] = {1, 9, 1u << 31, 0xfffffff7, 0xffff0000};
    for (unsigned i = 0; i < sizeof far / sizeof far[0]; i++) {
        r.page->sq_tail = far[i];
        FAILS(ring_submit(&r, 0), EINVAL);
        FAILS(ring_submit(&r, 5), EINVAL);
        r.page->sq_tail = 1;
        r.page->cq_head = ahead[i];
        FAILS(ring_submit(&r, 0), EINVAL);
        r.page->cq_head = 0;
    }
    EQUAL(r.page->sq_head, 0); /* nothing was taken */
    EQUAL(r.page->cq_tail, 0);
    /* The kernel's words are for reading: it does not believe them. */
    r.page->sq_head = 77;
    r.page->cq_tail = 78;
    r.page->entries = 1u << 31;
    r.page->waiting = UINT32_MAX;
    r.page->full = r.page->drains = 5;
    EQUAL(ring_submit(&r, 0), 1);
    EQUAL(r.page->sq_head, 1);
    EQUAL(r.page->cq_tail, 1);
    EQUAL(r.page->waiting, 0);
    TRUE(ring_next(&r, &c));
    EQUAL(c.result, 3);
    stop();
}

/* A read into the page: the requests behind it, heads, tails and all are
 * rewritten while the kernel is at work. It goes by what it took. */
static void the_page_is_read_over(unsigned flags)
{
    struct ring_request evil[RING_ENTRIES_MAX];
    for (int i = 0; i < RING_ENTRIES_MAX; i++)
        evil[i] = (struct ring_request){RING_READ, ends[0], (uintptr_t)to,
                                        9,         OWN,     99};
    start(8, flags);
    EQUAL(ftruncate(file, 0), 0);
    EQUAL(write(ends[1], "untouched", 9), 9);
    int other = open("/tmp/evil", O_RDWR | O_CREAT | O_TRUNC, 0644);
    EQUAL(write(other, evil, sizeof evil), sizeof evil);
    const struct ring_request asked[] = {
        {RING_READ, other, (uintptr_t)r.page->request, sizeof evil, 0, 1},
        {RING_READ, zero, (uintptr_t)r.page, PAGE, OWN, 2},
        {RING_WRITE, file, (uintptr_t) "as asked", 8, 0, 3},
        {RING_READ, file, (uintptr_t)to, 8, 0, 4}};
    memcpy(r.page->request, asked, sizeof asked);
    __atomic_store_n(&r.page->sq_tail, 4, __ATOMIC_RELEASE); /* all at once */
    if (!flags)
        EQUAL(ring_submit(&r, 0), 4);
    while (__atomic_load_n(&r.page->cq_tail, __ATOMIC_ACQUIRE) != 4)
        ;
    EQUAL(memcmp(to, "as asked", 8), 0);
    EQUAL(r.page->completion[2].user_data, 3);
    EQUAL(r.page->completion[2].result, 8);
    EQUAL(r.page->completion[3].result, 8);
    EQUAL(r.page->request[0].user_data, 0);
    FAILS(ring_submit(&r, 0), EINVAL); /* tail 0, and 4 were taken */
    r.page->sq_tail = r.page->cq_head = 4;
    EQUAL(once(RING_READ, ends[0], to, 100, OWN), 9);
    EQUAL(memcmp(to, "untouched", 9), 0);
    close(other);
    EQUAL(unlink("/tmp/evil"), 0);
    stop();
}

/* ---- The page goes, or may not be touched ---- */

static void the_page_is_unmapped(void)
{
    static const int prot[] = {PROT_NONE, PROT_READ, -1};
    for (unsigned flags = 0; flags <= RING_POLLED; flags++)
        for (unsigned i = 0; i < 3; i++) {
            start(8, flags);
            ring_add(&r, RING_READ, ends[0], to, 3, OWN, 1);
            ring_add(&r, RING_WRITE, ends[1], "abc", 3, OWN, 1);
            if (prot[i] < 0)
                EQUAL(munmap(r.page, PAGE), 0);
            else
                EQUAL(mprotect(r.page, PAGE, prot[i]), 0);
            memset(to, 0, 3);
            ring_submit(&r, 2);
            EQUAL(memcmp(to, "abc", 3), 0);
            EQUAL(ring_close(&r), 0);
            FAILS(ring_enter(1, 0), ENXIO);
            munmap(r.page, PAGE);
        }
}

/* A closed ring's page is the program's own; what was queued stays undone. */
static void closed_with_work_left(void)
{
    start(8, 0);
    ring_add(&r, RING_READ, ends[0], to, 3, OWN, 1);
    EQUAL(ring_submit(&r, 0), 1);
    ring_add(&r, RING_WRITE, ends[1], "abc", 3, OWN, 2);
    EQUAL(ring_close(&r), 0);
    r.page->sq_tail = 5;
    munmap(r.page, PAGE);
    start(8, RING_POLLED);
    EQUAL(r.page->sq_tail, 0);
    EQUAL(once(RING_WRITE, ends[1], "de", 2, OWN), 2);
    EQUAL(once(RING_READ, ends[0], to, 9, OWN), 2);
    stop();
}

/* ---- Waiting ---- */

static void what_waits_is_done_later(void)
{
    struct ring_completion c = {0};
    char other[4] = "";
    start(8, 0);
    memset(to, 0, 8);
    ring_add(&r, RING_READ, ends[0], to, 2, OWN, 1);
    ring_add(&r, RING_READ, ends[0], other, 2, OWN, 2);
    ring_add(&r, RING_NOP, 0, NULL, 0, 0, 3); /* overtakes them */
    EQUAL(ring_submit(&r, 1), 3);
    TRUE(ring_next(&r, &c));
    EQUAL(c.user_data, 3);
    EQUAL(write(ends[1], "ab", 2), 2);
    EQUAL(ring_submit(&r, 1), 0);
    TRUE(ring_next(&r, &c));
    EQUAL(c.user_data, 1); /* in order on one descriptor */
    EQUAL(memcmp(to, "ab", 2), 0);
    EQUAL(r.page->waiting, 1);
    pid_t pid = fork();
    if (pid == 0) {
        settle();
        FAILS(ring_enter(1, 1), ENXIO); /* it is the parent's */
        write(ends[1], "cd", 2);
        _exit(failures);
    }
    EQUAL(ring_submit(&r, 1), 0); /* sleeps until the child writes */
    EQUAL(memcmp(other, "cd", 2), 0);
    TRUE(ring_next(&r, &c));
    EQUAL(c.result, 2);
    EQUAL(status_of(pid), 0);
    /* The descriptor goes: so does what waits for it. */
    int copy = dup(ends[0]);
    ring_add(&r, RING_READ, copy, to, 2, OWN, 4);
    EQUAL(ring_submit(&r, 0), 1);
    close(copy);
    EQUAL(ring_submit(&r, 1), 0);
    TRUE(ring_next(&r, &c));
    EQUAL(c.result, -EBADF);
    stop();
}

static void pipes_that_end(void)
{
    int p[2];
    struct ring_completion c = {0};
    start(4, 0);
    pipe(p);
    ring_add(&r, RING_READ, p[0], to, 2, OWN, 1);
    EQUAL(ring_submit(&r, 0), 1);
    close(p[1]);
    EQUAL(ring_submit(&r, 1), 0);
    TRUE(ring_next(&r, &c));
    EQUAL(c.result, 0);
    close(p[0]);
    /* A full one; a write that does not fit as a whole waits as a whole. */
    pipe(p);
    EQUAL(write(p[1], from, 4090), 4090);
    ring_add(&r, RING_WRITE, p[1], from, 10, OWN, 2);
    EQUAL(ring_submit(&r, 0), 1);
    EQUAL(r.page->waiting, 1);
    EQUAL(read(p[0], to, 4), 4);
    EQUAL(ring_submit(&r, 1), 0);
    TRUE(ring_next(&r, &c));
    EQUAL(c.result, 10);
    close(p[0]);
    pid_t pid = fork();
    if (pid == 0) { /* nobody reads: the signal, as from write */
        ring_init(&r, 4, 0);
        once(RING_WRITE, p[1], "x", 1, OWN);
        _exit(0);
    }
    EQUAL(status_of(pid), SIGPIPE);
    close(p[1]);
    stop();
}

static void sleep_in_ring_enter(long exec)
{
    ring_init(&r, 4, exec ? RING_POLLED : 0);
    ring_add(&r, RING_READ, ends[0], to, 100, OWN, 1);
    ring_add(&r, RING_READ, zero, to, 100, OWN, 2);
    if (exec) {
        getpid();
        execve("/bin/true", (char *[]){"true", NULL}, (char *[]){NULL});
    }
    ring_submit(&r, 2);
    _exit(1);
}

/* Killed while it waits, or gone by exec, exit: its requests go with it. */
static void owners_end(void)
{
    pid_t pid = fork();
    if (pid == 0)
        sleep_in_ring_enter(0);
    settle();
    kill(pid, SIGTERM);
    EQUAL(status_of(pid), SIGTERM);
    EQUAL(in_child(sleep_in_ring_enter, 1), 0);
    EQUAL(write(ends[1], "still here", 10), 10);
    EQUAL(read(ends[0], to, 100), 10);
}

static volatile int handled;

static void handler(int signal)
{
    handled = signal;
}

/* A handler runs while the owner waits: EINTR, or the wait is taken up again.
 * What waits stays. */
static void wait_through_a_signal(long flags)
{
    struct sigaction act = {.sa_handler = handler, .sa_flags = (int)flags};
    struct ring_completion c = {0};
    sigaction(SIGUSR1, &act, NULL);
    start(4, 0);
    ring_add(&r, RING_READ, ends[0], to, 2, OWN, 1);
    EQUAL(ring_submit(&r, 0), 1);
    if (flags)
        EQUAL(ring_submit(&r, 1), 0);
    else
        FAILS(ring_submit(&r, 1), EINTR);
    EQUAL(handled, SIGUSR1);
    if (!flags)
        EQUAL(ring_submit(&r, 1), 0);
    TRUE(ring_next(&r, &c));
    EQUAL(c.result, 2);
    _exit(failures);
}

static void signals_end_the_wait(void)
{
    for (long flags = 0; flags <= SA_RESTART; flags += SA_RESTART) {
        pid_t pid = fork();
        if (pid == 0)
            wait_through_a_signal(flags);
        settle();
        EQUAL(kill(pid, SIGUSR1), 0);
        settle();
        EQUAL(write(ends[1], "ab", 2), 2);
        EQUAL(status_of(pid), 0);
    }
}

/* ---- Others who have the page ---- */

static uint64_t seed;

static uint64_t next_random(void) /* xorshift64* */
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return seed * 2685821657736338717ull;
}

/* Something that a kernel might fall over. */
static uint64_t nasty(void)
{
    uint64_t n = next_random();
    switch (n >> 60) {
    case 0:
    case 1:
    case 2:
    case 3:
        return n & 15;
    case 4:
    case 5:
        return (uintptr_t)to + (n & 4095);
    case 6:
        return 0xffffffc080200000 + (n & 0xfffffff);
    case 7:
        return (uintptr_t)r.page + (n & 4095);
    case 8:
        return UINT64_MAX - (n & 15);
    case 9:
        return r.page->sq_head + (n & 15);
    case 10:
        return r.page->cq_tail - (n & 7);
    case 11:
        return 1ull << (n & 63);
    default:
        return n;
    }
}

/* Any word, with whatever; the program's own two more often. */
static void scribble(void)
{
    volatile uint32_t *word = (volatile uint32_t *)r.page;
    uint64_t n = next_random();
    switch (n & 3) {
    case 0:
        r.page->sq_tail = r.page->sq_head + (uint32_t)(n >> 60);
        break;
    case 1:
        r.page->cq_head = r.page->cq_tail - (uint32_t)(n >> 61);
        break;
    case 2:
        word[(n >> 32) % (PAGE / 4)] = (uint32_t)nasty();
        break;
    default:
        r.page->request[(n >> 32) % RING_ENTRIES_MAX] =
            (struct ring_request){(uint32_t)(n >> 40 & 3),
                                  (int32_t)(n >> 50 & 7),
                                  nasty(),
                                  n >> 61 ? nasty() & 4095 : n | 1ull << 63,
                                  (int64_t)nasty(),
                                  n};
    }
}

/* The owner serves a ring that its child fills with nonsense, and may have its
 * own memory overwritten by it: any end will do, but not the kernel's. */
static void be_scribbled_on(long flags)
{
    seed = 88172645463325252ull + (uint64_t)flags * 7919;
    for (int fd = 0; fd < 8; fd++)
        close(fd);
    open("/dev/zero", O_RDWR);
    open("/tmp/rings", O_RDWR);
    open("/tmp/rings", O_RDWR | O_APPEND);
    pipe(ends);
    open("/dev/null", O_RDWR);
    open("/bin", O_RDONLY);
    if (ring_init(&r, 16, (unsigned)flags & RING_POLLED) != 0)
        _exit(1);
    if (fork() == 0) {
        for (int i = 0; i < 3000; i++) {
            scribble();
            if (i % 20 == 0)
                sched_yield();
        }
        _exit(0);
    }
    for (int i = 0; i < 300; i++) {
        ring_enter((unsigned)next_random(), (unsigned)(next_random() & 1));
        scribble();
        sched_yield();
    }
    _exit(0);
}

static long processes(void)
{
    static struct procinfo list[SALLYPORT_PROC_MAX];
    return getprocs(list, sizeof list);
}

static void children_scribble(void)
{
    long before = processes();
    for (long flags = 0; flags < 8; flags++) {
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0)
            be_scribbled_on(flags);
        for (int i = 0; i < 1000; i++)
            sched_yield();
        kill(pid, SIGKILL); /* it may wait for ever */
        TRUE(status_of(pid) != -1);
    }
    while (processes() > before) /* orphans that scribble on */
        sched_yield();
    EQUAL(truncate("/tmp/rings", 0), 0);
}

/* What a child does with the page it inherited is its parent's worry; a ring
 * of its own is another one. */
static void rings_do_not_fork(void)
{
    start(8, 0);
    ring_add(&r, RING_WRITE, ends[1], "parent", 6, OWN, 1);
    pid_t pid = fork();
    if (pid == 0) {
        struct ring own;
        FAILS(ring_enter(8, 0), ENXIO);
        FAILS((long)ring_setup(0, 0), EINVAL);
        EQUAL(ring_init(&own, 8, RING_POLLED), 0);
        TRUE(own.page != r.page);
        EQUAL(ring_submit(&own, 0), 0); /* the other's request is not its */
        EQUAL(munmap(r.page, PAGE), 0);
        _exit(failures);
    }
    EQUAL(status_of(pid), 0);
    EQUAL(ring_submit(&r, 1), 1);
    EQUAL(read(ends[0], to, 9), 6);
    stop();
}

static void all(long round)
{
    (void)round;
    file = open("/tmp/rings", O_RDWR | O_CREAT | O_TRUNC, 0644);
    null = open("/dev/null", O_RDWR);
    zero = open("/dev/zero", O_RDWR);
    EQUAL(pipe(ends), 0);
    calls_are_checked();
    in_both_modes(reads_and_writes);
    in_both_modes(bad_requests_are_refused);
    in_both_modes(bad_memory_is_refused);
    in_both_modes(every_result_comes_once);
    full_queues_lose_nothing();
    heads_and_tails_that_cannot_be();
    the_page_is_read_over(0);
    the_page_is_read_over(RING_POLLED);
    the_page_is_unmapped();
    closed_with_work_left();
    what_waits_is_done_later();
    pipes_that_end();
    owners_end();
    signals_end_the_wait();
    rings_do_not_fork();
    children_scribble();
    EQUAL(unlink("/tmp/rings"), 0);
    if (failures)
        _exit(1);
}

int main(void)
{
    return check_rounds("rings", all);
}
