/*
 * wired.c - transfers past the threshold: pipe and file writes whose pages are
 * wired and mapped instead of copied, and the death of either side at each
 * step.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>

#include <sallyport/calls.h>

#include "check.h"

#define PAGE 4096
#define RW   (PROT_READ | PROT_WRITE)
#define MOST (400 * 1024)

static char *from, *to; /* MOST bytes and a page that is not there */

static char *guarded(void)
{
    char *p = mmap(NULL, MOST + PAGE, RW, MAP_PRIVATE | MAP_ANON, -1, 0);
    TRUE(p != MAP_FAILED);
    EQUAL(munmap(p + MOST, PAGE), 0);
    return p;
}

static void fill(int seed)
{
    for (int i = 0; i < MOST; i++)
        from[i] = (char)(i * 7 + i / PAGE + seed);
}

static int read_all(int fd, char *at, int n, int piece)
{
    int done = 0;
    while (done < n) {
        int want = n - done < piece ? n - done : piece;
        int got = (int)read(fd, at + done, (size_t)want);
        if (got <= 0)
            break;
        done += got;
    }
    return done;
}

/* A child writes n bytes of from + offset; the bytes arrive in order. */
static void send(int n, int offset, int piece)
{
    int fd[2], status = -1;
    EQUAL(pipe(fd), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(fd[0]);
        write(fd[1], "head", 4);
        int sent = (int)write(fd[1], from + offset, (size_t)n);
        write(fd[1], "tail", 4);
        _exit(sent == n ? 0 : 1);
    }
    close(fd[1]);
    char ends[4];
    EQUAL(read_all(fd[0], ends, 4, 4), 4);
    EQUAL(memcmp(ends, "head", 4), 0);
    memset(to, 0, (size_t)n);
    EQUAL(read_all(fd[0], to, n, piece), n);
    EQUAL(memcmp(from + offset, to, (size_t)n), 0);
    EQUAL(read_all(fd[0], ends, 4, 4), 4);
    EQUAL(memcmp(ends, "tail", 4), 0);
    EQUAL(read(fd[0], ends, 1), 0);
    waitpid(pid, &status, 0);
    EQUAL(status, 0);
    close(fd[0]);
}

static void every_size_arrives(void)
{
    static const int size[] = {4095,  16383,  16384,  16385, 65536,
                               65539, 131072, 131073, 300001};
    for (unsigned i = 0; i < sizeof size / sizeof size[0]; i++) {
        fill((int)i);
        send(size[i], 0, MOST);
        send(size[i], 1, MOST);
        send(size[i], 4093, 5000);
    }
}

/* Two writers' large writes do not mix. */
static void writers_take_turns(void)
{
    int fd[2], status;
    EQUAL(pipe(fd), 0);
    for (int w = 0; w < 2; w++)
        if (fork() == 0) {
            memset(from, 'a' + w, 65536);
            _exit(write(fd[1], from, 65536) == 65536 ? 0 : 1);
        }
    close(fd[1]);
    EQUAL(read_all(fd[0], to, 2 * 65536, 1000), 2 * 65536);
    int changes = 0;
    for (int i = 1; i < 2 * 65536; i++)
        changes += to[i] != to[i - 1];
    EQUAL(changes, 1);
    for (int w = 0; w < 2; w++) {
        wait(&status);
        EQUAL(status, 0);
    }
    close(fd[0]);
}

/* ---- Death at each step ---- */

static void settle(void)
{
    for (int i = 0; i < 10; i++)
        sched_yield();
}

/* The writer dies after `taken` bytes of its 64 KiB were read. */
static void kill_the_writer(int taken)
{
    int fd[2], status = 0;
    EQUAL(pipe(fd), 0);
    pid_t pid = fork();
    if (pid == 0) {
        write(fd[1], from, 65536);
        _exit(0);
    }
    close(fd[1]);
    settle();
    EQUAL(read_all(fd[0], to, taken, 3000), taken);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    EQUAL(status, SIGKILL);
    EQUAL(read(fd[0], to, 100), 0); /* the rest went with it */
    close(fd[0]);
}

/* The reader closes after `taken` bytes: a short count, then EPIPE. */
static void lose_the_reader(int taken)
{
    int fd[2], status = 0;
    EQUAL(pipe(fd), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(fd[1]);
        read_all(fd[0], to, taken, 3000);
        _exit(0);
    }
    close(fd[0]);
    pid_t writer = fork();
    if (writer == 0) {
        long n = write(fd[1], from, 65536);
        _exit(n == taken ? 42 : 1);
    }
    close(fd[1]);
    waitpid(pid, &status, 0);
    EQUAL(status, 0);
    waitpid(writer, &status, 0);
    if (taken)
        EQUAL(WIFEXITED(status) ? WEXITSTATUS(status) : status, SIGPIPE);
    else
        EQUAL(status, SIGPIPE);
}

/* More large writes at once than the kernel has windows: the others are copied,
 * and all arrive. */
static void windows_run_out(void)
{
    enum { WRITERS = 20 };
    int fd[WRITERS][2], status;
    for (int w = 0; w < WRITERS; w++) {
        EQUAL(pipe(fd[w]), 0);
        if (fork() == 0) {
            from[0] = (char)w;
            _exit(write(fd[w][1], from, 20000) == 20000 ? 0 : 1);
        }
        close(fd[w][1]);
    }
    settle();
    for (int w = WRITERS - 1; w >= 0; w--) {
        EQUAL(read_all(fd[w][0], to, 20000, 7000), 20000);
        EQUAL(to[0], w);
        EQUAL(memcmp(from + 1, to + 1, 19999), 0);
        close(fd[w][0]);
    }
    for (int w = 0; w < WRITERS; w++) {
        wait(&status);
        EQUAL(status, 0);
    }
}

/* ---- Others come between ---- */

static volatile int *flag; /* shared by all */

static void nothing(int number)
{
    (void)number;
}

/* A writer waits for its turn to write until the flag is set, and then writes
 * 64 KiB of one letter. */
static pid_t writer(const int fd[2], char letter, int turn)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    signal(SIGUSR1, nothing);
    close(fd[0]);
    memset(from, letter, 65536);
    while (*flag < turn)
        sched_yield();
    _exit(write(fd[1], from, 65536) == 65536 ? 0 : 1);
}

/* The first writer's bytes are all read; before it runs again, the second one
 * lends its own. The first is done all the same, whatever comes; and the second
 * one's bytes are its own. */
static void a_lender_knows_its_end(void)
{
    int fd[2], status = -1;
    EQUAL(pipe(fd), 0);
    *flag = 0;
    pid_t first = writer(fd, 'a', 1), second = writer(fd, 'b', 2);
    settle();
    *flag = 1;
    settle(); /* the first one's are mapped */
    *flag = 2;
    EQUAL(read(fd[0], to, 65536), 65536); /* the second one runs next */
    settle();
    kill(first, SIGUSR1);
    settle();
    EQUAL(waitpid(first, &status, WNOHANG), first);
    EQUAL(status, 0);
    EQUAL(to[0] + to[65535], 'a' + 'a');
    close(fd[1]);
    EQUAL(read_all(fd[0], to, 65536, 4000), 65536);
    EQUAL(to[0] + to[65535], 'b' + 'b');
    EQUAL(waitpid(second, &status, 0), second);
    EQUAL(status, 0);
    close(fd[0]);
}

/* What is lent is a file's, which is rewritten and cut off meanwhile: the
 * readers have the frames as they were wired, with what was written there. */
static void what_is_lent_may_go(void)
{
    int fd[2], status = -1, file = open("/tmp/lent", O_RDWR | O_CREAT, 0644);
    fill(5);
    EQUAL(write(file, from, 65536), 65536);
    EQUAL(pipe(fd), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(fd[0]);
        char *p = mmap(NULL, 65536, RW, MAP_SHARED, file, 0);
        _exit(write(fd[1], p, 65536) == 65536 ? 0 : 1);
    }
    close(fd[1]);
    settle();
    EQUAL(lseek(file, 60000, SEEK_SET), 60000);
    EQUAL(write(file, "w", 1), 1);
    EQUAL(ftruncate(file, 0), 0);
    EQUAL(read_all(fd[0], to, 65536, 5000), 65536);
    from[60000] = 'w';
    EQUAL(memcmp(from, to, 65536), 0);
    EQUAL(waitpid(pid, &status, 0), pid);
    EQUAL(status, 0);
    close(fd[0]);
    close(file);
    EQUAL(unlink("/tmp/lent"), 0);
}

static void bad_memory_ends_the_write(void)
{
    int fd[2];
    EQUAL(pipe(fd), 0);
    FAILS(write(fd[1], from + MOST, 65536), EFAULT);
    FAILS(write(fd[1], (void *)0xffffffc080200000, 65536), EFAULT);
    FAILS(write(fd[1], NULL, 65536), EFAULT);
    FAILS(write(fd[1], (void *)-65536, 65536), EFAULT);
    FAILS(write(fd[1], (void *)0x3fffffff00, 1 << 20), EFAULT);
    pid_t pid = fork();
    if (pid == 0) {
        close(fd[0]);
        _exit(write(fd[1], from + MOST - 40000, 65536) == 40000 ? 0 : 1);
    }
    close(fd[1]);
    EQUAL(read_all(fd[0], to, 65536, 65536), 40000);
    EQUAL(memcmp(from + MOST - 40000, to, 40000), 0);
    int status = -1;
    waitpid(pid, &status, 0);
    EQUAL(status, 0);
    close(fd[0]);
}

static void nonblocking_writes_do_not_wait(void)
{
    /* No call sets O_NONBLOCK on a pipe here; a large write with nobody to
     * read it at once sleeps, and a signal ends it with nothing written. */
    int fd[2], status = 0;
    EQUAL(pipe(fd), 0);
    pid_t pid = fork();
    if (pid == 0) {
        write(fd[1], from, 65536);
        _exit(0);
    }
    settle();
    kill(pid, SIGTERM);
    waitpid(pid, &status, 0);
    EQUAL(status, SIGTERM);
    close(fd[1]);
    EQUAL(read(fd[0], to, 10), 0);
    close(fd[0]);
}

static void files_take_large_writes(void)
{
    fill(9);
    int fd = open("/tmp/wired", O_RDWR | O_CREAT | O_TRUNC, 0644);
    EQUAL(write(fd, "abc", 3), 3);
    EQUAL(write(fd, from + 5, 300000), 300000);
    EQUAL(lseek(fd, 3, SEEK_SET), 3);
    EQUAL(read_all(fd, to, 300000, 70000), 300000);
    EQUAL(memcmp(from + 5, to, 300000), 0);
    EQUAL(lseek(fd, 0, SEEK_END), 300003);
    FAILS(write(fd, from + MOST, 65536), EFAULT);
    EQUAL(write(fd, from + MOST - 20000, 65536), 20000);
    EQUAL(lseek(fd, 0, SEEK_END), 320003);
    /* A file written from a mapping of itself. */
    char *self = mmap(NULL, 300000, RW, MAP_SHARED, fd, 0);
    EQUAL(lseek(fd, 0, SEEK_SET), 0);
    EQUAL(write(fd, self, 100000), 100000);
    EQUAL(self[0], 'a');
    munmap(self, 300000);
    close(fd);
    EQUAL(unlink("/tmp/wired"), 0);
}

/* What others share copy-on-write is not touched by a transfer. */
static void sharing_is_kept(void)
{
    fill(1);
    char first = from[0];
    pid_t pid = fork();
    if (pid == 0) {
        int fd[2];
        pipe(fd);
        if (fork() == 0) {
            memset(from, 0x55, 65536);
            write(fd[1], from, 65536);
            _exit(0);
        }
        close(fd[1]);
        read_all(fd[0], from, 65536, 65536); /* into shared pages */
        _exit(from[0] == 0x55 && from[65535] == 0x55 ? 0 : 1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    EQUAL(status, 0);
    EQUAL(from[0], first);
}

static void all(long round)
{
    (void)round;
    static const int step[] = {0, 1, 4096, 30000, 65535};
    flag = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANON, -1, 0);
    from = guarded();
    to = guarded();
    every_size_arrives();
    writers_take_turns();
    fill(3);
    for (unsigned i = 0; i < sizeof step / sizeof step[0]; i++) {
        kill_the_writer(step[i]);
        lose_the_reader(step[i]);
    }
    windows_run_out();
    a_lender_knows_its_end();
    what_is_lent_may_go();
    bad_memory_ends_the_write();
    nonblocking_writes_do_not_wait();
    files_take_large_writes();
    sharing_is_kept();
    if (failures)
        _exit(1);
}

int main(void)
{
    return check_rounds("wired", all);
}
