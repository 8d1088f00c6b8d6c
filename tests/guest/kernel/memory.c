/*
 * memory.c - address spaces: copy-on-write, the heap, the stack, running out of
 * memory, and that nothing is lost.
 */
#include "check.h"
#include <fcntl.h>
#include <signal.h>

#define PAGE 4096

static char data[3 * PAGE] = "initialised";
static char bss[4 * PAGE];

static void write_everywhere(long n)
{
    data[0] = data[PAGE] = bss[0] = bss[3 * PAGE] = (char)n;
    if (n > 0 && in_child(write_everywhere, n - 1) != 0)
        _exit(1);
    if (data[0] != (char)n || bss[3 * PAGE] != (char)n)
        _exit(2);
}

static void a_child_gets_a_copy(void)
{
    bss[0] = 'p';
    EQUAL(in_child(write_everywhere, 4), 0);
    EQUAL(data[0], 'i');
    EQUAL(bss[0], 'p');
    EQUAL(bss[3 * PAGE], 0);
}

/* The kernel's own writes are copied on write as well. */
static void read_into_shared_page(long fd)
{
    if (read((int)fd, bss + PAGE - 2, 4) != 4)
        _exit(1);
    if (memcmp(bss + PAGE - 2, "abcd", 4))
        _exit(2);
}

static void the_kernel_copies_on_write_too(void)
{
    int fd[2];
    pipe(fd);
    write(fd[1], "abcd", 4);
    memset(bss + PAGE - 2, '.', 4);
    EQUAL(in_child(read_into_shared_page, fd[0]), 0);
    TRUE(memcmp(bss + PAGE - 2, "....", 4) == 0);
    close(fd[0]);
    close(fd[1]);
}

static void touch(long va)
{
    *(volatile char *)va = 1;
}

static void look_at(long va)
{
    (void)*(volatile char *)va;
}

static void the_heap(void)
{
    char *old = sbrk(0);
    EQUAL((long)sbrk(3 * PAGE), (long)old);
    EQUAL(old[0] | old[3 * PAGE - 1], 0);
    memset(old, 'h', 3 * PAGE);
    EQUAL((long)sbrk(-2 * PAGE), (long)(old + 3 * PAGE));
    EQUAL((long)sbrk(0), (long)(old + PAGE));
    char *beyond =
        (char *)(((uintptr_t)old + PAGE + PAGE - 1) & ~(uintptr_t)(PAGE - 1));
    EQUAL(in_child(look_at, (long)beyond), SIGSEGV);
    EQUAL((long)sbrk(2 * PAGE), (long)(old + PAGE));
    EQUAL(beyond[0], 0); /* what was given back is gone */
    sbrk(-3 * PAGE);
    EQUAL((long)sbrk(0), (long)old);
    errno = 0;
    EQUAL((long)sbrk(1l << 40), -1);
    EQUAL(errno, ENOMEM);
    errno = 0;
    EQUAL((long)sbrk(-(1l << 30)), -1); /* below its start */
    EQUAL(errno, ENOMEM);
    EQUAL((long)sbrk(0), (long)old);
}

static long deep(long n)
{
    volatile char frame[512];
    frame[0] = (char)n;
    return n ? deep(n - 1) + frame[0] - (char)n : 0;
}

static void recurse(long n)
{
    deep(n);
}

static void the_stack(void)
{
    EQUAL(in_child(recurse, 1500), 0); /* 800 KiB */
    EQUAL(in_child(recurse, 10000), SIGSEGV);
}

static void permissions(void)
{
    EQUAL(in_child(touch, (long)the_heap), SIGSEGV);
    EQUAL(in_child(look_at, 0), SIGSEGV);
    EQUAL(in_child(look_at, (long)0xffffffc080200000), SIGSEGV);
}

/* ---- Running out ---- */

static volatile long reached;

/* Takes pages until the kernel says no more, or kills it. */
static void eat(long fd)
{
    for (;;) {
        char *page = sbrk(PAGE);
        if (page == (char *)-1)
            _exit(0);
        *page = 1;
        if (++reached % 256 == 0)
            write((int)fd, "M", 1);
    }
}

static long megabytes_eaten(void)
{
    int fd[2];
    char byte;
    long n = 0;
    pipe(fd);
    pid_t pid = fork();
    if (pid == 0) {
        close(fd[0]);
        eat(fd[1]);
    }
    close(fd[1]);
    while (read(fd[0], &byte, 1) == 1)
        n++;
    int status;
    waitpid(pid, &status, 0);
    TRUE(status == 0 || status == SIGKILL);
    close(fd[0]);
    return n;
}

/* With nearly nothing left, each call fails cleanly or works. */
static void hungry_child(long unused)
{
    (void)unused;
    for (char *page; (page = sbrk(PAGE)) != (char *)-1;)
        *page = 1;
    int worked = 0, refused = 0, pair[2];
    for (int i = 0; i < 40; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        if (pid > 0 && waitpid(pid, NULL, 0) == pid)
            worked++;
        else
            refused += errno == ENOMEM;
        if (pipe(pair) == 0) {
            close(pair[0]);
            close(pair[1]);
        }
        int fd = open("/tmp/hungry", O_RDWR | O_CREAT, 0644);
        if (fd >= 0) {
            write(fd, data, sizeof data);
            close(fd);
            unlink("/tmp/hungry");
        }
        execve("/bin/none", (char *[]){"x", NULL}, NULL);
        if (i % 2 && sbrk(-PAGE) == (char *)-1)
            _exit(3);
    }
    _exit(worked + refused == 40 ? 0 : 4);
}

static void memory_runs_out_and_comes_back(void)
{
    long megabytes = megabytes_eaten();
    TRUE(megabytes > 30);
    int status = in_child(hungry_child, 0);
    TRUE(status == 0 || status == SIGKILL);
    EQUAL(megabytes_eaten(), megabytes);
}

int main(void)
{
    a_child_gets_a_copy();
    the_kernel_copies_on_write_too();
    the_heap();
    the_stack();
    permissions();
    memory_runs_out_and_comes_back();
    return check_end("memory");
}
