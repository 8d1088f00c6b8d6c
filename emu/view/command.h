/*
 * command.h - everything a person can ask of the window, one row each: the
 * key, the button, the help text. The toolbar, the keyboard and the help
 * overlay are made from the rows.
 */
#ifndef SALLYPORT_COMMAND_H
#define SALLYPORT_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

enum command {
    CMD_NONE,
    /* Carried out by the application: they run the guest. */
    CMD_RUN,
    CMD_STEP_INSN,
    CMD_STEP_LINE,
    CMD_INTO_TRAP,
    CMD_OUT_TO_USER,
    CMD_NEXT_CROSSING,
    CMD_TYPE,    /* bytes for the guest's console */
    CMD_LOOK_UP, /* the text of the find field */
    CMD_SAVE_PICTURE,
    CMD_QUIT,
    /* Carried out by the view itself. */
    CMD_OLDER,
    CMD_NEWER,
    CMD_NEWEST,
    CMD_FIND,
    CMD_FILTER,
    CMD_CONSOLE,
    CMD_WHOLE_RUN,
    CMD_PALETTE,
    CMD_SPEED,
    CMD_BIGGER,
    CMD_SMALLER,
    CMD_NORMAL_SIZE,
    CMD_HELP,
    CMD_CLOSE,
    COMMANDS
};

struct command_row {
    enum command command;
    const char *key;    /* as shown */
    char letter;        /* upper case; 0: no single character does it */
    const char *button; /* on the toolbar, or NULL */
    const char *help;
};

extern const struct command_row command_table[];
extern const size_t command_rows;
const struct command_row *command_row(enum command command);
/* The command of a typed character, CMD_NONE if it is none. */
enum command command_of_letter(char letter);

#endif
