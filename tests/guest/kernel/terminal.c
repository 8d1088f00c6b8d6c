/*
 * terminal.c - the console's modes, size and foreground group. Without an
 * argument nobody types; with one, "hello", Enter, "wor" is typed at the start.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>

#include "check.h"

#define KERNEL ((void *)0xffffffc080200000)

static struct termios sane;

static void set(tcflag_t off, cc_t least)
{
    struct termios t = sane;
    t.c_lflag &= ~off;
    t.c_cc[VMIN] = least;
    EQUAL(tcsetattr(0, TCSANOW, &t), 0);
}

static int waiting(void)
{
    int n = -1;
    EQUAL(ioctl(0, FIONREAD, &n), 0);
    return n;
}

/* ---- Nobody types ---- */

static void only_the_console_is_a_terminal(void)
{
    int fd[2], file = open("/bin/cat", O_RDONLY),
               null = open("/dev/null", O_RDWR),
               console = open("/dev/console", O_RDONLY);
    pipe(fd);
    EQUAL(isatty(0), 1);
    EQUAL(isatty(console), 1);
    const int other[] = {fd[0], fd[1], file, null};
    for (int i = 0; i < 4; i++) {
        struct termios t;
        errno = 0;
        EQUAL(isatty(other[i]), 0);
        EQUAL(errno, ENOTTY);
        FAILS(tcgetattr(other[i], &t), ENOTTY);
        FAILS(tcsetpgrp(other[i], 1), ENOTTY);
        FAILS(tcgetpgrp(other[i]), ENOTTY);
        close(other[i]);
    }
    close(console);
    errno = 0;
    EQUAL(isatty(77), 0);
    EQUAL(errno, EBADF);
    FAILS(tcsetpgrp(77, 1), EBADF);
}

static void modes_are_kept_and_keys_are_not(void)
{
    struct termios t = sane, now;
    EQUAL(sane.c_lflag & (ICANON | ECHO | ISIG), ICANON | ECHO | ISIG);
    EQUAL(sane.c_iflag & ICRNL, ICRNL);
    EQUAL(sane.c_cc[VINTR], 3);
    EQUAL(sane.c_cc[VMIN], 1);
    cfmakeraw(&t);
    EQUAL(t.c_lflag & (ICANON | ECHO | ISIG), 0);
    EQUAL(t.c_iflag & ICRNL, 0);
    t.c_cc[VINTR] = 'x';
    t.c_cc[VMIN] = 7;
    for (int when = TCSANOW; when <= TCSAFLUSH; when++) {
        EQUAL(tcsetattr(0, TCSANOW, &sane), 0);
        EQUAL(tcsetattr(0, when, &t), 0);
        EQUAL(tcgetattr(0, &now), 0);
        EQUAL(now.c_lflag, t.c_lflag);
        EQUAL(now.c_iflag, t.c_iflag);
        EQUAL(now.c_cc[VINTR], 3);
        EQUAL(now.c_cc[VMIN], 7);
    }
    FAILS(tcsetattr(0, 3, &t), EINVAL);
    FAILS(tcsetattr(0, -1, &t), EINVAL);
    EQUAL(tcsetattr(0, TCSANOW, &sane), 0);
}

static void bad_memory_changes_nothing(void)
{
    static const struct termios constant;
    struct termios now;
    void *const bad[] = {NULL, KERNEL, (void *)0x2000000000,
                         (void *)0x3fffffffff, (void *)-8};
    for (int i = 0; i < 5; i++) {
        FAILS(tcgetattr(0, bad[i]), EFAULT);
        FAILS(tcsetattr(0, TCSANOW, bad[i]), EFAULT);
        FAILS(ioctl(0, TIOCGWINSZ, bad[i]), EFAULT);
        FAILS(ioctl(0, TIOCSWINSZ, bad[i]), EFAULT);
        FAILS(ioctl(0, TIOCSPGRP, bad[i]), EFAULT);
    }
    FAILS(tcgetattr(0, (void *)&constant), EFAULT); /* is read-only */
    EQUAL(tcgetattr(0, &now), 0);
    EQUAL(memcmp(&now, &sane, sizeof now), 0);
}

static void a_read_waits_for_as_much_as_it_is_told(void)
{
    char byte;
    int now = open("/dev/console", O_RDONLY | O_NONBLOCK);
    FAILS(read(now, &byte, 1), EAGAIN);
    set(ICANON, 0);
    EQUAL(read(0, &byte, 1), 0); /* for nothing */
    EQUAL(read(now, &byte, 1), 0);
    set(ICANON, 1);
    FAILS(read(now, &byte, 1), EAGAIN);
    EQUAL(read(0, &byte, 0), 0);
    set(0, 1);
    close(now);
    EQUAL(waiting(), 0);
}

static volatile int changes;

static void note(int signal)
{
    changes += signal == SIGWINCH;
}

static void the_size_is_a_note_that_signals(void)
{
    struct winsize size, again, wanted = {50, 132, 1, 2};
    EQUAL(ioctl(0, TIOCGWINSZ, &size), 0);
    EQUAL(size.ws_row, 24);
    EQUAL(size.ws_col, 80);
    EQUAL(ioctl(0, TIOCSWINSZ, &wanted), 0); /* ignored by default */
    signal(SIGWINCH, note);
    EQUAL(ioctl(0, TIOCGWINSZ, &again), 0);
    EQUAL(memcmp(&again, &wanted, sizeof again), 0);
    EQUAL(changes, 0);
    EQUAL(ioctl(0, TIOCSWINSZ, &size), 0);
    EQUAL(changes, 1);
    EQUAL(tcsetpgrp(0, 0), 0); /* nobody's */
    EQUAL(ioctl(0, TIOCSWINSZ, &size), 0);
    EQUAL(changes, 1);
    EQUAL(tcgetpgrp(0), 0);
    FAILS(tcsetpgrp(0, -5), EINVAL);
    EQUAL(tcsetpgrp(0, 30000), 0); /* nobody yet */
    EQUAL(tcgetpgrp(0), 30000);
    EQUAL(ioctl(0, TIOCSWINSZ, &size), 0);
    EQUAL(tcsetpgrp(0, getpid()), 0);
}

/* Who dies leaves the terminal as it is. */
static void die_in_raw_mode(long unused)
{
    (void)unused;
    set(ICANON | ECHO | ISIG, 1);
    raise(SIGKILL);
}

static void modes_outlive_who_set_them(void)
{
    struct termios now;
    EQUAL(in_child(die_in_raw_mode, 0), SIGKILL);
    EQUAL(tcgetattr(0, &now), 0);
    EQUAL(now.c_lflag & (ICANON | ECHO | ISIG), 0);
    EQUAL(tcsetattr(0, TCSAFLUSH, &sane), 0);
}

/* ---- Somebody types ---- */

static void wait_until(int n)
{
    while (waiting() != n)
        usleep(1000);
}

static void what_was_typed_can_be_read(void)
{
    char text[32];
    wait_until(6); /* the line; "wor" may still be edited */
    usleep(100000);
    EQUAL(waiting(), 6);
    set(ICANON | ECHO, 9);
    EQUAL(waiting(), 9);
    EQUAL(read(0, text, sizeof text), 9);
    EQUAL(memcmp(text, "hello\nwor", 9), 0);
    EQUAL(waiting(), 0);
    set(0, 1);
}

int main(int argc, char **argv)
{
    (void)argv;
    EQUAL(tcgetattr(0, &sane), 0);
    if (argc > 1) {
        what_was_typed_can_be_read();
        return check_end("terminal");
    }
    only_the_console_is_a_terminal();
    modes_are_kept_and_keys_are_not();
    bad_memory_changes_nothing();
    a_read_waits_for_as_much_as_it_is_told();
    the_size_is_a_note_that_signals();
    modes_outlive_who_set_them();
    return check_end("terminal");
}
