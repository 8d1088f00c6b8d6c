/*
 * futexes.c - sleeping on a word, the commpage, and what peers can do to those
 * who sleep.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>

#include <sallyport/calls.h>
#include <sallyport/comm.h>

#include "check.h"

#define PAGE 4096
#define RW   (PROT_READ | PROT_WRITE)

static volatile uint32_t *word; /* in a page shared with children */
static int object;              /* its descriptor */

static volatile uint32_t *map_object(void)
{
    void *p = mmap(NULL, PAGE, RW, MAP_SHARED, object, 0);
    TRUE(p != MAP_FAILED);
    return p;
}

/* Lets the others run until they sleep. */
static void settle(void)
{
    for (int i = 0; i < 20; i++)
        sched_yield();
}

/* A child in FUTEX_WAIT on *word == 0; its status: 0, or the errno. */
static pid_t sleeper(volatile uint32_t *at)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(futex(at, FUTEX_WAIT, 0, NULL) == 0 ? 0 : errno);
    settle();
    return pid;
}

static int status_of(pid_t pid)
{
    int status = -1;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -status;
}

static void refused(void)
{
    struct timespec bad_time = {.tv_nsec = 1000000000}, none = {0};
    word[0] = 5;
    FAILS(futex(word, FUTEX_WAIT, 6, NULL), EAGAIN);
    FAILS(futex(word, FUTEX_WAIT, 5, &none), ETIMEDOUT);
    FAILS(futex(word, FUTEX_WAIT, 5, &bad_time), EINVAL);
    FAILS(futex(word, FUTEX_WAIT, 5, (void *)8), EFAULT);
    FAILS(futex(word, 2, 5, NULL), EINVAL);
    FAILS(futex((void *)((long)word + 2), FUTEX_WAKE, 1, NULL), EINVAL);
    FAILS(futex(NULL, FUTEX_WAKE, 1, NULL), EFAULT);
    FAILS(futex((void *)-4, FUTEX_WAIT, 1, NULL), EFAULT);
    FAILS(futex((void *)0xffffffc080200000, FUTEX_WAIT, 1, NULL), EFAULT);
    FAILS(futex((void *)0x4000000000, FUTEX_WAKE, 1, NULL), EFAULT);
    EQUAL(futex(word, FUTEX_WAKE, 1, NULL), 0);
    EQUAL(futex(word, FUTEX_WAKE, 0, NULL), 0);
    word[0] = 0;
}

static void first_come_first_woken(void)
{
    pid_t a = sleeper(word), b = sleeper(word), c = sleeper(word);
    pid_t other = sleeper(word + 1);
    EQUAL(futex(word, FUTEX_WAKE, 1, NULL), 1);
    EQUAL(status_of(a), 0);
    EQUAL(waitpid(b, NULL, WNOHANG), 0);
    EQUAL(futex(word, FUTEX_WAKE, 100, NULL), 2);
    EQUAL(status_of(b), 0);
    EQUAL(status_of(c), 0);
    EQUAL(waitpid(other, NULL, WNOHANG), 0);
    EQUAL(futex(word + 1, FUTEX_WAKE, 1, NULL), 1);
    EQUAL(status_of(other), 0);
}

/* The same object at another address is the same word. */
static void addresses_do_not_matter(void)
{
    volatile uint32_t *second = map_object();
    TRUE(second != word);
    pid_t a = sleeper(second);
    EQUAL(futex(word, FUTEX_WAKE, 9, NULL), 1);
    EQUAL(status_of(a), 0);
    munmap((void *)second, PAGE);
}

/* After fork, a private word is two words. */
static void private_words_are_apart(void)
{
    static uint32_t own;
    pid_t a = sleeper(&own);
    EQUAL(futex(&own, FUTEX_WAKE, 9, NULL), 0);
    kill(a, SIGKILL);
    EQUAL(status_of(a), -SIGKILL);
}

static void the_killed_leave_no_trace(void)
{
    pid_t a = sleeper(word), b = sleeper(word);
    kill(a, SIGKILL);
    EQUAL(status_of(a), -SIGKILL);
    EQUAL(futex(word, FUTEX_WAKE, 9, NULL), 1);
    EQUAL(status_of(b), 0);
}

static void shrinking_ends_the_wait(void)
{
    pid_t a = sleeper(word);
    EQUAL(ftruncate(object, 0), 0);
    EQUAL(status_of(a), EFAULT);
    EQUAL(ftruncate(object, PAGE), 0);
    EQUAL(word[0], 0);
    a = sleeper(word);
    int unrelated = shm_open("/unrelated", O_RDWR | O_CREAT, 0600);
    EQUAL(ftruncate(unrelated, PAGE), 0);
    void *p = mmap(NULL, PAGE, RW, MAP_SHARED, unrelated, 0);
    EQUAL(ftruncate(unrelated, 0), 0);
    settle();
    EQUAL(waitpid(a, NULL, WNOHANG), 0); /* it sleeps on */
    EQUAL(futex(word, FUTEX_WAKE, 9, NULL), 1);
    EQUAL(status_of(a), 0);
    munmap(p, PAGE);
    close(unrelated);
    shm_unlink("/unrelated");
}

static void commpage_tells_the_time(void)
{
    const volatile struct commpage *c = comm_page();
    TRUE(memcmp((const char *)c->magic, COMMPAGE_MAGIC, 8) == 0);
    EQUAL(c->ncpu, 1);
    EQUAL(c->page_bytes, PAGE);
    for (int i = 0; i < 100; i++) {
        uint64_t before = uptime(), page = comm_uptime(), after = uptime();
        TRUE(before <= page && page <= after);
    }
    FAILS(mprotect((void *)c, PAGE, RW), EACCES);
    int fd[2];
    EQUAL(pipe(fd), 0);
    EQUAL(write(fd[1], "x", 1), 1);
    FAILS(read(fd[0], (void *)c, 1), EFAULT);
}

static void store_to(long va)
{
    *(volatile char *)va = 1;
}

static void all(long round)
{
    (void)round;
    object = shm_open("/futexes", O_RDWR | O_CREAT, 0600);
    EQUAL(ftruncate(object, PAGE), 0);
    word = map_object();
    refused();
    first_come_first_woken();
    addresses_do_not_matter();
    private_words_are_apart();
    the_killed_leave_no_trace();
    shrinking_ends_the_wait();
    commpage_tells_the_time();
    EQUAL(in_child(store_to, COMMPAGE_ADDRESS), SIGSEGV);
    EQUAL(shm_unlink("/futexes"), 0);
    if (failures)
        _exit(1);
}

int main(void)
{
    return check_rounds("futexes", all);
}
