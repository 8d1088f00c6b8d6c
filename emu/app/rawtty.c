/*
 * rawtty.c - see rawtty.h.
 */
#include "rawtty.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int endings[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static volatile sig_atomic_t pending;

static struct {
    volatile sig_atomic_t raw;
    int fd;
    struct termios before;
    struct sigaction old[COUNT(crashes)];
} tty;

/* The first is noted and ends the run in order. A second means that this does
 * not happen soon enough: it kills at once. */
static void note(int number)
{
    if (pending == 0) {
        pending = number;
        return;
    }
    rawtty_leave();
    signal(number, SIG_DFL);
    raise(number);
}

void interrupts_catch(void)
{
    /* No SA_RESTART: a read that waits for a key is to come back. */
    struct sigaction action = {.sa_handler = note};
    struct sigaction old;
    for (size_t i = 0; i < COUNT(endings); i++)
        if (sigaction(endings[i], NULL, &old) == 0 &&
            old.sa_handler != SIG_IGN) /* nohup stays nohup */
            sigaction(endings[i], &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int interrupts_pending(void)
{
    return pending;
}

void interrupts_die(void)
{
    if (pending == 0)
        return;
    rawtty_leave();
    signal(pending, SIG_DFL);
    raise(pending);
}

/* A crash: give the terminal back, then let it happen again under the handler
 * that stood before (a sanitizer's report, a core dump). */
static void on_crash(int signal)
{
    rawtty_leave();
    for (size_t i = 0; i < COUNT(crashes); i++)
        if (crashes[i] == signal)
            sigaction(signal, &tty.old[i], NULL);
    if (signal == SIGABRT)
        raise(signal);
}

static void catch_crashes(void)
{
    struct sigaction action = {.sa_handler = on_crash};
    for (size_t i = 0; i < COUNT(crashes); i++)
        sigaction(crashes[i], &action, &tty.old[i]);
}

static bool take(int fd, struct termios *to_be)
{
    if (!isatty(fd) || tcgetattr(fd, &tty.before) != 0)
        return false;
    tty.fd = fd;
    catch_crashes();
    atexit(rawtty_leave);
    *to_be = tty.before;
    to_be->c_cc[VMIN] = 1;
    to_be->c_cc[VTIME] = 0;
    return true;
}

bool rawtty_enter(int fd)
{
    struct termios raw;
    if (!take(fd, &raw))
        return false;
    raw.c_iflag &= (tcflag_t) ~(BRKINT | ICRNL | INLCR | IGNCR | INPCK |
                                ISTRIP | IXON | PARMRK);
    raw.c_lflag &= (tcflag_t) ~(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
    tty.raw = tcsetattr(fd, TCSANOW, &raw) == 0;
    return tty.raw;
}

bool rawtty_keys(int fd)
{
    struct termios keys;
    if (!take(fd, &keys))
        return false;
    keys.c_lflag &= (tcflag_t) ~(ECHO | ECHONL | ICANON);
    tty.raw = tcsetattr(fd, TCSANOW, &keys) == 0;
    return tty.raw;
}

void rawtty_leave(void)
{
    if (!tty.raw)
        return;
    tty.raw = 0;
    /* A background process that sets its terminal is stopped; not now. */
    sigset_t ttou, old;
    sigemptyset(&ttou);
    sigaddset(&ttou, SIGTTOU);
    sigprocmask(SIG_BLOCK, &ttou, &old);
    tcsetattr(tty.fd, TCSANOW, &tty.before);
    sigprocmask(SIG_SETMASK, &old, NULL);
}
