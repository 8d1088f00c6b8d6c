/*
 * keys.c - shows each key that is typed, at once and as it is, until q or
 * Ctrl-D; with a number, that many keys at most.
 *
 * Watch: tcgetattr is one ioctl, TIOCGETA, cfmakeraw changes bits in this
 * program's own copy of the modes, and TIOCSETA takes them into the kernel.
 * From then on every key is an interrupt, a line's worth of editing is gone,
 * and each read returns with one byte. Ctrl-C is a byte too: no signal. The
 * modes are the terminal's, not the program's: it must set them back. `keys -k`
 * dies of SIGKILL instead, and the shell does it.
 */
#include <ctype.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include "program.h"

#define CTRL_D 4

static void show(unsigned char key)
{
    if (isprint(key))
        printf("'%c' %d\r\n", key, key);
    else
        printf("%d\r\n", key);
}

static void show_size(void)
{
    struct winsize size;
    if (ioctl(0, TIOCGWINSZ, &size) == 0)
        printf("%d rows, %d columns; q ends\r\n", size.ws_row, size.ws_col);
}

int main(int argc, char **argv)
{
    struct termios mode, raw;
    bool dies = argc > 1 && strcmp(argv[1], "-k") == 0;
    int most = argc > 1 && !dies ? atoi(argv[1]) : 1000000;
    unsigned char key = 0;
    if (tcgetattr(0, &mode) != 0)
        return complain("keys", "standard input");
    raw = mode;
    cfmakeraw(&raw);
    if (tcsetattr(0, TCSANOW, &raw) != 0)
        return complain("keys", "standard input");
    show_size();
    for (int i = 0;
         i < most && key != 'q' && key != CTRL_D && read(0, &key, 1) == 1; i++)
        show(key);
    if (dies)
        kill(getpid(), SIGKILL);
    return tcsetattr(0, TCSANOW, &mode) == 0 ? 0 : complain("keys", "modes");
}
