/*
 * fifos.c - pipes by name: who waits for whom, ends that come and go, names
 * that go; and poll: every answer, and everything that changes one.
 */
#include "check.h"
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sallyport/calls.h>

#define NAME "/tmp/fifo"
#define BIG  (80 * 1024)

static char bytes[BIG], more[BIG];

/* ---- Names ---- */

static unsigned char type_in_directory(void)
{
    unsigned char type = 0xff;
    DIR *d = opendir("/tmp");
    for (struct dirent *e; (e = readdir(d));)
        if (strcmp(e->d_name, "fifo") == 0)
            type = e->d_type;
    closedir(d);
    return type;
}

static void a_fifo_is_a_name(void)
{
    struct stat st;
    EQUAL(mkfifo(NAME, 0640), 0);
    FAILS(mkfifo(NAME, 0640), EEXIST);
    FAILS(mkfifo("/tmp", 0640), EEXIST);
    FAILS(mkfifo("/nope/fifo", 0640), ENOENT);
    FAILS(mkfifo(NAME "/x", 0640), ENOTDIR);
    FAILS(mkfifo("/tmp/new/", 0640), ENOENT);
    FAILS(mkfifo("", 0640), ENOENT);
    EQUAL(stat(NAME, &st), 0);
    TRUE(S_ISFIFO(st.st_mode));
    EQUAL(st.st_mode & 07777, 0640);
    EQUAL(st.st_size, 0);
    EQUAL(type_in_directory(), DT_FIFO);
    FAILS(open(NAME, O_RDONLY | O_DIRECTORY), ENOTDIR);
    FAILS(open(NAME, O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
    FAILS(truncate(NAME, 0), EINVAL);
    FAILS(execve(NAME, (char *[]){"x", NULL}, NULL), EACCES);
    int fd = open(NAME, O_RDWR | O_TRUNC | O_CREAT);
    EQUAL(fstat(fd, &st), 0);
    TRUE(S_ISFIFO(st.st_mode));
    FAILS(lseek(fd, 0, SEEK_SET), ESPIPE);
    FAILS(ftruncate(fd, 0), EINVAL);
    TRUE(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
    EQUAL(errno, ENODEV);
    EQUAL(link(NAME, "/tmp/fifo2"), 0); /* two names, one pipe */
    int other = open("/tmp/fifo2", O_RDONLY);
    EQUAL(write(fd, "xyz", 3), 3);
    EQUAL(read(other, bytes, 9), 3);
    EQUAL(unlink("/tmp/fifo2"), 0);
    close(fd);
    close(other);
}

/* ---- Opening ---- */

static void without_waiting(void)
{
    FAILS(open(NAME, O_WRONLY | O_NONBLOCK), ENXIO);
    int in = open(NAME, O_RDONLY | O_NONBLOCK);
    TRUE(in >= 0);
    EQUAL(read(in, bytes, 1), 0); /* nobody can write */
    int out = open(NAME, O_WRONLY | O_NONBLOCK);
    TRUE(out >= 0);
    FAILS(read(in, bytes, 1), EAGAIN);
    EQUAL(write(out, bytes, 100), 100);
    EQUAL(read(in, more, 200), 100);
    close(out);
    EQUAL(read(in, bytes, 1), 0);
    out = open(NAME, O_WRONLY);
    EQUAL(write(out, "left", 4), 4);
    close(in);
    close(out);
    in = open(NAME, O_RDONLY | O_NONBLOCK); /* with the last end it was gone */
    EQUAL(read(in, bytes, 9), 0);
    close(in);
    FAILS(open(NAME, O_WRONLY | O_NONBLOCK), ENXIO);
}

static void open_and_leave(long flags)
{
    int fd = open(NAME, (int)flags);
    _exit(fd < 0 ||
          ((flags & O_ACCMODE) != O_RDONLY && write(fd, "gone", 4) != 4));
}

/* In a child, which may end before this process goes on. */
static pid_t start(void (*body)(long), long arg)
{
    pid_t pid = fork();
    if (pid == 0) {
        body(arg);
        _exit(0);
    }
    return pid;
}

static int status_of(pid_t pid)
{
    int status = -1;
    EQUAL(waitpid(pid, &status, 0), pid);
    return status;
}

static void each_end_waits_for_the_other(void)
{
    pid_t pid = start(open_and_leave, O_WRONLY);
    int fd = open(NAME, O_RDONLY);
    TRUE(fd >= 0);
    EQUAL(status_of(pid), 0);
    EQUAL(read(fd, bytes, 9), 4); /* it went, what it wrote stayed */
    EQUAL(read(fd, bytes, 9), 0);
    close(fd);
    pid = start(open_and_leave, O_RDONLY);
    fd = open(NAME, O_WRONLY);
    TRUE(fd >= 0);
    EQUAL(status_of(pid), 0);
    signal(SIGPIPE, SIG_IGN);
    FAILS(write(fd, "x", 1), EPIPE);
    signal(SIGPIPE, SIG_DFL);
    close(fd);
    pid = start(open_and_leave, O_RDONLY); /* waits, for one that is both */
    usleep(1000);
    fd = open(NAME, O_RDWR);
    EQUAL(status_of(pid), 0);
    EQUAL(write(fd, "self", 4), 4);
    EQUAL(read(fd, bytes, 9), 4);
    close(fd);
}

/* Killed while it waits: it counts no longer. */
static void who_waits_may_die(void)
{
    static const int flags[] = {O_RDONLY, O_WRONLY};
    for (int i = 0; i < 2; i++) {
        pid_t pid = start(open_and_leave, flags[i]);
        usleep(1000);
        EQUAL(kill(pid, SIGKILL), 0);
        EQUAL(status_of(pid), SIGKILL);
    }
    FAILS(open(NAME, O_WRONLY | O_NONBLOCK), ENXIO);
    int in = open(NAME, O_RDONLY | O_NONBLOCK);
    EQUAL(read(in, bytes, 1), 0);
    struct pollfd p = {in, POLLIN, 0};
    EQUAL(poll(&p, 1, 0), 0); /* nobody ever opened it to write: no hangup */
    close(in);
}

static volatile sig_atomic_t rang;

static void ring(int signal)
{
    (void)signal;
    rang = 1;
}

static void ring_parent(long pid)
{
    usleep(2000);
    kill((pid_t)pid, SIGUSR1);
}

static void a_handler_ends_the_wait(void)
{
    struct sigaction a = {.sa_handler = ring};
    EQUAL(sigaction(SIGUSR1, &a, NULL), 0);
    pid_t pid = start(ring_parent, getpid());
    FAILS(open(NAME, O_RDONLY), EINTR);
    EQUAL(status_of(pid), 0);
    FAILS(open(NAME, O_WRONLY | O_NONBLOCK), ENXIO);
    pid = start(ring_parent, getpid());
    FAILS(poll(NULL, 0, -1), EINTR);
    EQUAL(status_of(pid), 0);
    EQUAL(rang, 1);
    signal(SIGUSR1, SIG_DFL);
}

static void names_and_pipes_are_apart(void)
{
    int old = open(NAME, O_RDWR);
    EQUAL(unlink(NAME), 0);
    EQUAL(write(old, "old", 3), 3);
    EQUAL(mkfifo(NAME, 0600), 0);
    int new = open(NAME, O_RDWR | O_NONBLOCK);
    FAILS(read(new, bytes, 9), EAGAIN);
    EQUAL(read(old, bytes, 9), 3);
    EQUAL(rename(NAME, "/tmp/fifo2"), 0);
    EQUAL(write(new, "new", 3), 3);
    int moved = open("/tmp/fifo2", O_RDONLY);
    EQUAL(read(moved, bytes, 9), 3);
    EQUAL(rename("/tmp/fifo2", NAME), 0);
    close(old);
    close(new);
    close(moved);
}

/* ---- poll ---- */

static short answer(int fd, short events)
{
    struct pollfd p = {fd, events, 0x7fff};
    EQUAL(poll(&p, 1, 0), p.revents != 0);
    EQUAL(p.fd, fd);
    EQUAL(p.events, events);
    return p.revents;
}

#define BOTH (POLLIN | POLLOUT)

static void every_answer(int in, int out)
{
    EQUAL(answer(in, BOTH), 0);
    EQUAL(answer(out, BOTH), POLLOUT);
    EQUAL(answer(out, POLLIN), 0);
    EQUAL(write(out, bytes, SALLYPORT_PIPE_CAPACITY - SALLYPORT_PIPE_BUF),
          SALLYPORT_PIPE_CAPACITY - SALLYPORT_PIPE_BUF);
    EQUAL(answer(in, BOTH), POLLIN);
    EQUAL(answer(in, POLLOUT), 0);
    EQUAL(answer(out, BOTH), POLLOUT);
    EQUAL(write(out, bytes, 1), 1); /* PIPE_BUF bytes would wait now */
    EQUAL(answer(out, BOTH), 0);
    EQUAL(read(in, more, 1), 1);
    EQUAL(answer(out, BOTH), POLLOUT);
    int copy = dup(out);
    close(out);
    EQUAL(answer(in, BOTH), POLLIN);
    close(copy);
    EQUAL(answer(in, BOTH), POLLIN | POLLHUP);
    EQUAL(answer(in, 0), POLLHUP);
    EQUAL(read(in, more, BIG), SALLYPORT_PIPE_CAPACITY - SALLYPORT_PIPE_BUF);
    EQUAL(answer(in, BOTH), POLLHUP);
    close(in);
}

static void answers(void)
{
    int fd[2];
    EQUAL(pipe(fd), 0);
    every_answer(fd[0], fd[1]);
    int in = open(NAME, O_RDONLY | O_NONBLOCK);
    every_answer(in, open(NAME, O_WRONLY));
    EQUAL(pipe(fd), 0);
    close(fd[0]);
    EQUAL(answer(fd[1], BOTH), POLLOUT | POLLERR);
    EQUAL(answer(fd[1], 0), POLLERR);
    close(fd[1]);
    EQUAL(answer(fd[1], BOTH), POLLNVAL);
    EQUAL(answer(64, 0), POLLNVAL);
    EQUAL(answer(INT32_MAX, BOTH), POLLNVAL);
    EQUAL(answer(-1, BOTH), 0);
    EQUAL(answer(INT32_MIN, BOTH), 0);
    int file = open("/etc/motd", O_RDONLY), zero = open("/dev/zero", O_RDWR);
    EQUAL(answer(file, BOTH), BOTH);
    EQUAL(answer(file, POLLOUT), POLLOUT);
    EQUAL(answer(zero, BOTH), BOTH);
    close(file);
    close(zero);
    EQUAL(answer(1, POLLOUT), POLLOUT); /* the console */
    EQUAL(answer(1, POLLIN), 0);
}

static void many_at_once(void)
{
    struct pollfd p[SALLYPORT_OPEN_MAX + 1];
    int fd[2];
    EQUAL(pipe(fd), 0);
    for (int i = 0; i <= SALLYPORT_OPEN_MAX; i++)
        p[i] = (struct pollfd){i % 3 ? fd[0] : fd[1], POLLOUT, 0};
    FAILS(poll(p, SALLYPORT_OPEN_MAX + 1, 0), EINVAL);
    FAILS(poll(p, UINT32_MAX, 0), EINVAL);
    EQUAL(poll(p, SALLYPORT_OPEN_MAX, -1), 22);
    EQUAL(p[0].revents, POLLOUT);
    EQUAL(p[1].revents, 0);
    EQUAL(p[63].revents, POLLOUT);
    EQUAL(poll((void *)8, 0, 0), 0); /* of none, no pointer is looked at */
    close(fd[0]);
    close(fd[1]);
}

static void timeouts_last_long_enough(void)
{
    int fd[2];
    EQUAL(pipe(fd), 0);
    struct pollfd p = {fd[0], POLLIN, 0};
    for (int ms = 1; ms <= 4; ms++) {
        uint64_t before = uptime();
        EQUAL(poll(&p, 1, ms), 0);
        TRUE(uptime() - before >= (uint64_t)ms * 1000000);
        EQUAL(p.revents, 0);
    }
    close(fd[0]);
    close(fd[1]);
}

/* What a child does a while later, and what it changes for who polls. */
static int pair[2];

static void write_later(long n)
{
    usleep(1500);
    close(pair[0]);
    long done = write(pair[1], bytes, (size_t)n);
    usleep(1500); /* its end is still open when the answer is given */
    _exit(done != n);
}

static void close_later(long end)
{
    close(pair[!end]);
    usleep(1500);
}

static void read_later(long n)
{
    usleep(1500);
    _exit(read(pair[0], bytes, (size_t)n) != n);
}

static void wakes(void (*body)(long), long arg, int end, bool keep_other,
                  short events, short want)
{
    struct pollfd p[2] = {{-1, BOTH, 0}, {pair[end], events, 0}};
    pid_t pid = start(body, arg);
    if (!keep_other)
        close(pair[!end]);
    EQUAL(poll(p, 2, -1), 1);
    EQUAL(p[1].revents, want);
    if (end == 0 && want & POLLIN) {
        long got = 0, done = 0;
        while ((got = read(pair[0], more, BIG)) > 0)
            done += got;
        EQUAL(done, arg);
    }
    EQUAL(status_of(pid), 0);
}

static void everything_that_changes_an_answer_wakes(void)
{
    EQUAL(pipe(pair), 0);
    wakes(write_later, 10, 0, false, POLLIN, POLLIN);
    close(pair[0]);
    EQUAL(pipe(pair), 0);
    wakes(write_later, BIG, 0, false, POLLIN, POLLIN); /* mapped */
    close(pair[0]);
    EQUAL(pipe(pair), 0);
    wakes(close_later, 1, 0, false, POLLIN, POLLHUP);
    close(pair[0]);
    EQUAL(pipe(pair), 0);
    wakes(close_later, 0, 1, false, 0, POLLERR);
    close(pair[1]);
    EQUAL(pipe(pair), 0);
    fcntl(pair[1], F_SETFL, O_NONBLOCK);
    EQUAL(write(pair[1], bytes, BIG), SALLYPORT_PIPE_CAPACITY);
    wakes(read_later, 1000, 1, true, POLLOUT, POLLOUT);
    close(pair[0]);
    close(pair[1]);
}

/* A write past the threshold shows the writer's pages: nobody else's fits, and
 * the count of what is in the pipe is beyond its capacity. */
static void a_mapped_write_is_in_the_way(void)
{
    EQUAL(pipe(pair), 0);
    pid_t pid = fork();
    if (pid == 0)
        _exit(write(pair[1], bytes, BIG) != BIG);
    struct pollfd p[2] = {{pair[0], POLLIN, 0}, {pair[1], POLLOUT, 0}};
    usleep(1500);
    EQUAL(poll(p, 2, -1), 1);
    EQUAL(p[0].revents, POLLIN);
    EQUAL(p[1].revents, 0);
    close(pair[1]);
    long done = 0, got;
    while ((got = read(pair[0], more, BIG)) > 0)
        done += got;
    EQUAL(done, BIG);
    EQUAL(status_of(pid), 0);
    close(pair[0]);
}

/* What was lent goes with the lender: then there is room again, which is said
 * to who polls for it. (The lender's end of the pipe stays open here.) */
static void the_end_of_a_lender_wakes(void)
{
    EQUAL(pipe(pair), 0);
    pid_t lender = fork();
    if (lender == 0)
        _exit(write(pair[1], bytes, BIG) != BIG);
    usleep(1500);
    pid_t killer = fork();
    if (killer == 0) {
        usleep(1500);
        _exit(kill(lender, SIGKILL));
    }
    struct pollfd p = {pair[1], POLLOUT, 0};
    EQUAL(poll(&p, 1, 0), 0);
    EQUAL(poll(&p, 1, -1), 1);
    EQUAL(p.revents, POLLOUT);
    EQUAL(status_of(killer), 0);
    EQUAL(status_of(lender), SIGKILL);
    close(pair[0]);
    close(pair[1]);
}

static void poll_for_ever(long fd)
{
    struct pollfd p = {(int)fd, POLLIN, 0};
    poll(&p, 1, -1);
}

static void sleepers_may_be_killed(void)
{
    EQUAL(pipe(pair), 0);
    pid_t one = start(poll_for_ever, pair[0]);
    pid_t two = start(poll_for_ever, pair[0]);
    usleep(1000);
    EQUAL(kill(one, SIGKILL), 0);
    EQUAL(status_of(one), SIGKILL);
    EQUAL(write(pair[1], "x", 1), 1); /* the other one's queue is whole */
    EQUAL(status_of(two), 0);
    close(pair[0]);
    close(pair[1]);
}

static void all(long round)
{
    (void)round;
    a_fifo_is_a_name();
    without_waiting();
    each_end_waits_for_the_other();
    who_waits_may_die();
    a_handler_ends_the_wait();
    names_and_pipes_are_apart();
    answers();
    many_at_once();
    timeouts_last_long_enough();
    everything_that_changes_an_answer_wakes();
    a_mapped_write_is_in_the_way();
    the_end_of_a_lender_wakes();
    sleepers_may_be_killed();
    EQUAL(unlink(NAME), 0);
    if (failures)
        _exit(1);
}

int main(void)
{
    return check_rounds("fifos", all);
}
