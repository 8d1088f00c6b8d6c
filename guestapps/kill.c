/*
 * kill.c - sends a signal to processes: `kill 4`, `kill -INT 4`, `kill -9 4`,
 * `kill -s TERM -- -4` (a whole group); -l lists the signals.
 *
 * Watch: the call only marks the victim. It dies on its own way back to user
 * space, at its next crossing or timer interrupt.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include "program.h"

#define HOW          "kill [-SIGNAL | -s SIGNAL] PID..., or kill -l [NUMBER]"
#define SHELL_KILLED 128 /* a shell's $? of a process killed by signal n */

static const struct {
    const char *name; /* with SIG in front */
    int number;
} signals[] = {
#define SIGNAL(name, action, help) {#name, name},
#include "signal.def"
#undef SIGNAL
};
#define SIGNAL_COUNT (sizeof signals / sizeof signals[0])

/* A whole decimal number. Returns 0 if the text is none. */
static int parse_int(const char *text, int *value)
{
    char *end;
    errno = 0;
    long v = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || errno != 0 || v != (int)v)
        return 0;
    *value = (int)v;
    return 1;
}

/* "9", "KILL", "SIGKILL". Returns -1 if there is none such. */
static int signal_number(const char *text)
{
    int number;
    if (parse_int(text, &number))
        return number;
    for (size_t i = 0; i < SIGNAL_COUNT; i++)
        if (strcmp(text, signals[i].name) == 0 ||
            strcmp(text, signals[i].name + 3) == 0)
            return signals[i].number;
    return -1;
}

static int list_signals(const char *which)
{
    int number = 0;
    if (which != NULL && !parse_int(which, &number))
        return usage(HOW);
    if (number > SHELL_KILLED)
        number -= SHELL_KILLED;
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        if (which == NULL)
            printf("%2d %s\n", signals[i].number, signals[i].name + 3);
        else if (signals[i].number == number)
            return puts(signals[i].name + 3) < 0;
    }
    if (which == NULL)
        return 0;
    fprintf(stderr, "kill: %s: no such signal\n", which);
    return 1;
}

static int send_signal(const char *text, int number)
{
    int pid;
    if (!parse_int(text, &pid)) {
        fprintf(stderr, "kill: %s: not a process number\n", text);
        return 1;
    }
    return kill(pid, number) == 0 ? 0 : complain("kill", text);
}

int main(int argc, char **argv)
{
    int i = 1;
    int number = SIGTERM;
    const char *name = NULL;
    if (argc > 1 && strcmp(argv[1], "-l") == 0)
        return list_signals(argc > 2 ? argv[2] : NULL);
    if (argc > 2 && strcmp(argv[1], "-s") == 0) {
        name = argv[2];
        i = 3;
    } else if (argc > 1 && argv[1][0] == '-' && strcmp(argv[1], "--") != 0) {
        name = argv[1] + 1;
        i = 2;
    }
    if (name != NULL && (number = signal_number(name)) < 0) {
        fprintf(stderr, "kill: %s: no such signal\n", name);
        return 2;
    }
    if (i < argc && strcmp(argv[i], "--") == 0)
        i++;
    if (i >= argc)
        return usage(HOW);
    int status = 0;
    for (; i < argc; i++)
        status |= send_signal(argv[i], number);
    return status;
}
