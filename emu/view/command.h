/*
 * command.h - everything a person can ask of the window, one row each: the
 * key, the button, the help text. The toolbar, the keyboard and the help
 * overlay are made from the rows.
 */
#ifndef SALLYPORT_COMMAND_H
#define SALLYPORT_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum command {
    CMD_NONE,
    /* Carried out by the application: they run the guest. */
    CMD_RUN,
    CMD_STEP_INSN,
    CMD_STEP_LINE,
    CMD_INTO_TRAP,
    CMD_OUT_TO_USER,
    CMD_NEXT_CROSSING,
    CMD_RUN_BACK,
    CMD_BACK_INSN,
    CMD_BACK_LINE,
    CMD_BACK_CROSSING_OWN,
    CMD_BACK_OUT,
    CMD_BACK_CROSSING,
    CMD_FIRST_MOMENT,
    CMD_NEWEST_MOMENT,
    CMD_GO_TRAP,    /* to where crossing arg traps; 0: the selected one */
    CMD_GO_END,     /* ... to behind its end */
    CMD_SCRUB,      /* to where so many instructions are executed */
    CMD_LAST_WRITE, /* to before the last write of the byte at arg */
    CMD_SWITCH,     /* to branch arg */
    CMD_BREAK,      /* sets or removes a breakpoint at place arg */
    CMD_RUN_TO,     /* runs to place arg */
    CMD_UNBREAK,    /* removes breakpoint arg */
    CMD_TYPE,       /* bytes for the guest's console */
    CMD_LOOK_UP,    /* the text of the find field */
    CMD_SAVE_PICTURE,
    CMD_SAVE_BRANCH,
    CMD_QUIT,
    /* Carried out by the view itself. */
    CMD_OLDER,
    CMD_NEWER,
    CMD_FIND,
    CMD_FILTER,
    CMD_CONSOLE,
    CMD_WHOLE_RUN,
    CMD_BRANCHES,
    CMD_BREAKS,
    CMD_PALETTE,
    CMD_SPEED,
    CMD_BIGGER,
    CMD_SMALLER,
    CMD_NORMAL_SIZE,
    CMD_HELP,
    CMD_CLOSE,
    COMMANDS
};

/* A place in the code shown: a line of the source file, or an instruction, of
 * one side. 0: where the hart is. */
#define PLACE_LINE(kernel, line)                                               \
    (UINT64_C(1) << 62 | (uint64_t)(kernel) << 61 | (line))
#define PLACE_INSN(kernel, index)                                              \
    (UINT64_C(1) << 63 | (uint64_t)(kernel) << 61 | (index))

struct command_row {
    enum command command;
    const char *key;    /* as shown */
    char letter;        /* upper case; 0: no single character does it */
    const char *button; /* on the toolbar, or NULL */
    const char *help;
    /* The way back, with Shift or by the button's left end. */
    enum command back; /* CMD_NONE: there is none */
    const char *back_help;
};

extern const struct command_row command_table[];
extern const size_t command_rows;
const struct command_row *command_row(enum command command);
/* The command of a typed character, CMD_NONE if it is none. */
enum command command_of_letter(char letter, bool shift);
/* The row whose way back this command is, or NULL. */
const struct command_row *command_row_back(enum command command);
/* "step", "step back": to name it in a line. */
const char *command_name(enum command command);

#endif
