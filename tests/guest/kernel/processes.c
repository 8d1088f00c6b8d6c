/*
 * processes.c - fork, exec, exit, wait, signals, groups, pipes, sleeping.
 */
#include "check.h"
#include <fcntl.h>
#include <signal.h>
#include <time.h>

static void exit_with(long code)
{
    _exit((int)code);
}

static void statuses(void)
{
    EQUAL(in_child(exit_with, 0), 0);
    EQUAL(in_child(exit_with, 42), 42 << 8);
    EQUAL(in_child(exit_with, 256 + 7), 7 << 8);
    EQUAL(in_child(exit_with, -1), 255 << 8);
}

static void raise_signal(long sig)
{
    kill(getpid(), (int)sig);
}

static void signals_end_a_process_or_are_ignored(void)
{
    EQUAL(in_child(raise_signal, SIGTERM), SIGTERM);
    EQUAL(in_child(raise_signal, SIGKILL), SIGKILL);
    EQUAL(in_child(raise_signal, SIGUSR1), SIGUSR1);
    EQUAL(in_child(raise_signal, SIGCHLD), 0);
    EQUAL(in_child(raise_signal, SIGCONT), 0);
    EQUAL(in_child(raise_signal, 0), 0);
}

static void waiting(void)
{
    int status;
    FAILS(wait(&status), ECHILD);
    pid_t a = fork();
    if (a == 0)
        for (;;)
            usleep(1000000);
    pid_t b = fork();
    if (b == 0)
        _exit(2);
    EQUAL(waitpid(b, &status, 0), b);
    EQUAL(status, 2 << 8);
    EQUAL(waitpid(a, &status, WNOHANG), 0);
    EQUAL(waitpid(-1, &status, WNOHANG), 0);
    EQUAL(kill(a, SIGINT), 0);
    EQUAL(waitpid(a, &status, 0), a);
    EQUAL(status, SIGINT);
    FAILS(kill(a, SIGINT), ESRCH);
    FAILS(waitpid(a, &status, 0), ECHILD);
    if ((a = fork()) == 0)
        _exit(0);
    EQUAL(waitpid(a, NULL, 0), a);
}

/* An orphan gets process 1 for a parent, which also reaps it. */
static void orphans(void)
{
    int fd[2], parent = 0;
    pipe(fd);
    if (fork() == 0) {
        if (fork() == 0) {
            while (getppid() != 1)
                usleep(1000);
            parent = getppid();
            write(fd[1], &parent, sizeof parent);
            _exit(0);
        }
        _exit(0);
    }
    wait(NULL);
    EQUAL(read(fd[0], &parent, sizeof parent), sizeof parent);
    EQUAL(parent, 1);
    close(fd[0]);
    close(fd[1]);
}

static void groups(void)
{
    int status;
    pid_t a = fork();
    if (a == 0)
        for (;;)
            usleep(1000000);
    pid_t b = fork();
    if (b == 0)
        for (;;)
            ;
    EQUAL(setpgid(a, a), 0);
    EQUAL(setpgid(b, a), 0);
    EQUAL(waitpid(-a, &status, WNOHANG), 0);
    FAILS(waitpid(0, &status, WNOHANG), ECHILD); /* none is in our group */
    EQUAL(kill(-a, SIGTERM), 0);
    EQUAL(waitpid(-a, &status, 0) > 0, 1);
    EQUAL(status, SIGTERM);
    EQUAL(waitpid(-a, &status, 0) > 0, 1);
    EQUAL(status, SIGTERM);
    FAILS(kill(-a, SIGTERM), ESRCH);
}

/* ---- exec ---- */

static char *const no_environment[] = {NULL};

static void exec_true_with(long what)
{
    static char long_string[5000];
    static char *many[600];
    char *argv[] = {"true", long_string, NULL};
    if (what == 0)
        execve("/bin/true", argv, no_environment);
    memset(long_string, 'a', sizeof long_string - 1);
    if (what == 1)
        execve("/bin/true", argv, no_environment);
    for (int i = 0; i < 599; i++)
        many[i] = "x";
    if (what == 2)
        execve("/bin/true", many, no_environment);
    long_string[3999] = '\0';
    for (int i = 0; i < 20; i++)
        many[i] = long_string;
    many[20] = NULL;
    if (what == 3)
        execve("/bin/true", many, no_environment);
    many[16] = NULL;
    if (what == 4)
        execve("/bin/true", many, no_environment);
    _exit(errno);
}

static void exec_limits_and_errors(void)
{
    EQUAL(in_child(exec_true_with, 0), 0);
    EQUAL(in_child(exec_true_with, 1), E2BIG << 8);
    EQUAL(in_child(exec_true_with, 2), E2BIG << 8);
    EQUAL(in_child(exec_true_with, 3), E2BIG << 8);
    EQUAL(in_child(exec_true_with, 4), 0);
    char *argv[] = {"x", NULL};
    FAILS(execve("/bin/none", argv, NULL), ENOENT);
    FAILS(execve("/bin", argv, NULL), EACCES);
    FAILS(execve("/README", argv, NULL), EACCES);
    FAILS(execve("/bin/true/x", argv, NULL), ENOTDIR);
    FAILS(execve("/dev/null", argv, NULL), EACCES);
}

static void exec_and_see_descriptor(long fd)
{
    char text[8];
    snprintf(text, sizeof text, "%ld", fd);
    execve("/bin/processes", (char *[]){"processes", text, NULL},
           no_environment);
    _exit(99);
}

/* In the new program: is that descriptor open? */
static int see_descriptor(const char *text)
{
    char c;
    return read(atoi(text), &c, 1) == 1 ? 0 : errno;
}

static void close_on_exec(void)
{
    int stays = open("/README", O_RDONLY);
    int goes = open("/README", O_RDONLY | O_CLOEXEC);
    EQUAL(in_child(exec_and_see_descriptor, stays), 0);
    EQUAL(in_child(exec_and_see_descriptor, goes), EBADF << 8);
    int copy = dup(goes); /* the flag is the descriptor's, not the file's */
    EQUAL(in_child(exec_and_see_descriptor, copy), 0);
    close(stays);
    close(goes);
    close(copy);
}

/* ---- Pipes ---- */

static void write_to_nobody(long fd)
{
    write((int)fd, "x", 1);
}

static void pipe_ends(void)
{
    int fd[2];
    char byte[8];
    pipe(fd);
    EQUAL(write(fd[1], "abc", 3), 3);
    EQUAL(read(fd[0], byte, 2), 2);
    EQUAL(read(fd[0], byte, 8), 1);
    close(fd[1]);
    EQUAL(read(fd[0], byte, 8), 0); /* nobody can write: end of file */
    close(fd[0]);
    pipe(fd);
    close(fd[0]);
    EQUAL(in_child(write_to_nobody, fd[1]), SIGPIPE);
    close(fd[1]);
}

/* 64 KiB through 4 KiB, in odd pieces, arrive in order. */
static void pipe_keeps_order_and_waits_for_room(void)
{
    static char block[3333];
    int fd[2];
    pipe(fd);
    if (fork() == 0) {
        close(fd[0]);
        for (long sent = 0; sent < 65536;) {
            for (unsigned i = 0; i < sizeof block; i++)
                block[i] = (char)((sent + i) % 251);
            long n = 65536 - sent < 3333 ? 65536 - sent : 3333;
            sent += write(fd[1], block, (size_t)n);
        }
        _exit(0);
    }
    close(fd[1]);
    long got = 0, wrong = 0, n;
    while ((n = read(fd[0], block, 777)) > 0)
        for (long i = 0; i < n; i++, got++)
            wrong += block[i] != (char)(got % 251);
    EQUAL(n, 0);
    EQUAL(got, 65536);
    EQUAL(wrong, 0);
    EQUAL(wait(NULL) > 0, 1);
    close(fd[0]);
}

/* Writers of PIPE_BUF bytes never mix. */
static void small_writes_are_atomic(void)
{
    static char block[SALLYPORT_PIPE_BUF];
    int fd[2], wrong = 0, blocks = 0;
    pipe(fd);
    for (int w = 0; w < 3; w++)
        if (fork() == 0) {
            memset(block, 'a' + w, sizeof block);
            for (int i = 0; i < 30; i++)
                write(fd[1], block, sizeof block);
            _exit(0);
        }
    close(fd[1]);
    for (long n = 0, m; n < 3 * 30 * SALLYPORT_PIPE_BUF; blocks++, n += m) {
        for (m = 0; m < SALLYPORT_PIPE_BUF;)
            m += read(fd[0], block + m, (size_t)(SALLYPORT_PIPE_BUF - m));
        for (int i = 1; i < SALLYPORT_PIPE_BUF; i++)
            wrong += block[i] != block[0];
    }
    EQUAL(wrong, 0);
    EQUAL(blocks, 90);
    while (wait(NULL) > 0)
        ;
    close(fd[0]);
}

/* ---- Ends of sleeps ---- */

static void read_from(long fd)
{
    char c;
    read((int)fd, &c, 1);
}

static void write_4097_to(long fd)
{
    static char bytes[4097];
    write((int)fd, bytes, sizeof bytes);
}

static void sleep_long(long seconds)
{
    sleep((unsigned)seconds);
}

static void wait_for_grandchild(long unused)
{
    (void)unused;
    if (fork() == 0)
        for (int i = 0; i < 20; i++)
            usleep(1000);
    else
        wait(NULL);
}

/* A process killed in its sleep goes, and what it slept on works on. */
static void killed_while_it_sleeps(void (*body)(long), long arg)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        body(arg);
        _exit(1);
    }
    usleep(2000);
    EQUAL(waitpid(pid, &status, WNOHANG), 0);
    EQUAL(kill(pid, SIGTERM), 0);
    EQUAL(waitpid(pid, &status, 0), pid);
    EQUAL(status, SIGTERM);
}

static void every_sleep_ends_on_a_signal(void)
{
    int fd[2];
    char bytes[64];
    pipe(fd);
    killed_while_it_sleeps(read_from, fd[0]);
    killed_while_it_sleeps(read_from, 0); /* the console */
    killed_while_it_sleeps(sleep_long, 1000);
    killed_while_it_sleeps(wait_for_grandchild, 0);
    killed_while_it_sleeps(write_4097_to, fd[1]);
    EQUAL(read(fd[0], bytes, sizeof bytes), sizeof bytes);
    close(fd[0]);
    close(fd[1]);
}

static void sleeping_takes_at_least_as_long(void)
{
    struct timespec t = {0, 3000000};
    uint64_t before = (uint64_t)raw_call(SYS_uptime, (long[6]){0});
    EQUAL(nanosleep(&t, NULL), 0);
    uint64_t after = (uint64_t)raw_call(SYS_uptime, (long[6]){0});
    TRUE(after - before >= 3000000);
    t = (struct timespec){0, 0};
    EQUAL(nanosleep(&t, NULL), 0);
}

/* Three that never call the kernel share the hart. */
static void time_slices(void)
{
    int fd[2];
    char seen[3] = {0}, who;
    pipe(fd);
    pid_t pid[3];
    for (int i = 0; i < 3; i++)
        if ((pid[i] = fork()) == 0) {
            for (volatile long n = 0; n < 100000; n++)
                ;
            who = (char)i;
            write(fd[1], &who, 1);
            for (;;)
                ;
        }
    for (int i = 0; i < 3; i++)
        if (read(fd[0], &who, 1) == 1)
            seen[(int)who]++;
    EQUAL(seen[0] * seen[1] * seen[2], 1);
    for (int i = 0; i < 3; i++) {
        EQUAL(kill(pid[i], SIGKILL), 0);
        EQUAL(waitpid(pid[i], NULL, 0), pid[i]);
    }
    close(fd[0]);
    close(fd[1]);
}

static void the_process_table_fills_and_empties(void)
{
    for (int round = 0; round < 3; round++) {
        int n = 0;
        pid_t pid;
        while ((pid = fork()) > 0)
            n++;
        if (pid == 0)
            _exit(0);
        EQUAL(errno, EAGAIN);
        TRUE(n >= SALLYPORT_PROC_MAX - 4);
        while (n-- > 0)
            TRUE(wait(NULL) > 0);
        FAILS(wait(NULL), ECHILD);
    }
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return see_descriptor(argv[1]);
    statuses();
    signals_end_a_process_or_are_ignored();
    waiting();
    orphans();
    groups();
    exec_limits_and_errors();
    close_on_exec();
    pipe_ends();
    pipe_keeps_order_and_waits_for_room();
    small_writes_are_atomic();
    every_sleep_ends_on_a_signal();
    sleeping_takes_at_least_as_long();
    time_slices();
    the_process_table_fills_and_empties();
    return check_end("processes");
}
