/*
 * stty.c - shows or sets the modes of the terminal that standard input is.
 *
 *   stty                  the size, and the modes that mean something here
 *   stty MODE...          raw, sane; icanon, echo, isig, icrnl, or with a - in
 *                         front to turn one off; rows N, columns N
 *
 * Watch: one ioctl a question, one a change. The modes live in the kernel, in
 * the console's driver; `stty -echo` at the prompt, and what is typed next does
 * not show, whichever program reads it.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include "program.h"

static const struct {
    const char *name;
    bool input; /* in c_iflag, else c_lflag */
    tcflag_t bit;
} modes[] = {{"icanon", false, ICANON},
             {"echo", false, ECHO},
             {"isig", false, ISIG},
             {"icrnl", true, ICRNL}};
#define MODES (sizeof modes / sizeof modes[0])

static tcflag_t *flags_of(struct termios *t, size_t i)
{
    return modes[i].input ? &t->c_iflag : &t->c_lflag;
}

static void show(struct termios *t, const struct winsize *size)
{
    printf("rows %d; columns %d;", size->ws_row, size->ws_col);
    for (size_t i = 0; i < MODES; i++)
        printf(" %s%s", *flags_of(t, i) & modes[i].bit ? "" : "-",
               modes[i].name);
    printf("; min %d\n", t->c_cc[VMIN]);
}

static void sane(struct termios *t)
{
    for (size_t i = 0; i < MODES; i++)
        *flags_of(t, i) |= modes[i].bit;
    t->c_cc[VMIN] = 1;
}

/* False: there is no such mode. */
static bool set(struct termios *t, const char *word)
{
    bool off = word[0] == '-';
    if (strcmp(word, "raw") == 0)
        cfmakeraw(t);
    else if (strcmp(word, "sane") == 0)
        sane(t);
    else {
        for (size_t i = 0; i < MODES; i++)
            if (strcmp(modes[i].name, word + off) == 0) {
                *flags_of(t, i) &= ~modes[i].bit;
                *flags_of(t, i) |= off ? 0 : modes[i].bit;
                return true;
            }
        return false;
    }
    return true;
}

static bool set_size(struct winsize *size, const char *word, const char *number)
{
    if (number == NULL)
        return false;
    if (strcmp(word, "rows") == 0)
        size->ws_row = (uint16_t)atoi(number);
    else if (strcmp(word, "columns") == 0)
        size->ws_col = (uint16_t)atoi(number);
    else
        return false;
    return true;
}

int main(int argc, char **argv)
{
    struct termios t;
    struct winsize size;
    bool new_size = false;
    if (tcgetattr(0, &t) != 0 || ioctl(0, TIOCGWINSZ, &size) != 0)
        return complain("stty", "standard input");
    if (argc == 1)
        show(&t, &size);
    for (int i = 1; i < argc; i++)
        if (set_size(&size, argv[i], argv[i + 1])) {
            new_size = true;
            i++;
        } else if (!set(&t, argv[i])) {
            return usage("stty [MODE | rows N | columns N]...");
        }
    if ((new_size && ioctl(0, TIOCSWINSZ, &size) != 0) ||
        (argc > 1 && tcsetattr(0, TCSADRAIN, &t) != 0))
        return complain("stty", "standard input");
    return 0;
}
