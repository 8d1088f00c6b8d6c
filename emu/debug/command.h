/*
 * command.h - the debugger's commands: one table (command.c), which the
 * terminal, scripts and the window run, complete from and explain.
 *
 *     struct commander_desc d = { .target = &t, .out = print, ... };
 *     struct commander *c = commander_create(&d);
 *     switch (command_run(c, "break write if fd == 1", why, sizeof why)) ...
 *
 * What a command has to say goes line by line to `out`; its lines are stable:
 * the same run and the same commands give the same bytes.
 *
 * To add a command: one row in command.c and one function.
 */
#ifndef SALLYPORT_COMMAND_H
#define SALLYPORT_COMMAND_H

#include "target.h"

#define COMMAND_LINE 4096 /* a longer one is refused */

struct commander;

struct commander_desc {
    struct target *target;
    void (*out)(void *ctx, const char *text);
    void *out_ctx;
    /* Writes the current branch as a recording. Returns false with one line in
     * why. NULL: this front end cannot. */
    bool (*save)(void *ctx, const char *path, char *why, size_t n);
    void *save_ctx;
};
/* NULL: out of memory. The target is the caller's and must outlive it. */
struct commander *commander_create(const struct commander_desc *desc);
void commander_destroy(struct commander *c);

enum command_status {
    COMMAND_DONE,
    COMMAND_FAILED, /* one line in why: "COMMAND: WHAT: WHY" */
    COMMAND_QUIT,
};
/* Runs one line; an empty one and "# ..." do nothing. */
enum command_status command_run(struct commander *c, const char *line,
                                char *why, size_t n);
/* Why the guest stopped and where it stands, as after a step. */
void command_tell(struct commander *c, const struct target_stop *stop);
/* What the guest has printed since, in whole lines, while it runs. */
void command_tell_console(struct commander *c);

/* ---- The table, for help, completion and the reference page ---- */
enum command_argument { /* what a word may be, for completion */
                        ARGUMENT_NONE,
                        ARGUMENT_TEXT,
                        ARGUMENT_NUMBER,
                        ARGUMENT_PLACE,      /* of a breakpoint */
                        ARGUMENT_EXPRESSION, /* or an address */
                        ARGUMENT_PID,
                        ARGUMENT_BREAK, /* a breakpoint's number */
                        ARGUMENT_CSR,
                        ARGUMENT_COMMAND,
                        ARGUMENT_LIST, /* of info */
};
struct command {
    const char *name;
    const char *aliases;   /* "s st", or "" */
    const char *arguments; /* "[N]", as help shows it */
    enum command_argument first, second;
    const char *group; /* for help: "Running", ... */
    const char *help;
    bool (*run)(struct commander *c, const char *arguments);
};
extern const struct command commands[];
extern const size_t commands_count;
/* By name, alias, or a beginning that only one name has. NULL: see why. */
const struct command *command_find(const char *word, size_t length, char *why,
                                   size_t n);

/* Where in the line the word begins that is completed. */
const char *command_stem(const char *line);
/* The words with which the last one of the line (up to its end) may go on, at
 * most max, each malloc'ed. Returns how many. */
size_t command_complete(struct commander *c, const char *line, char **word,
                        size_t max);

#endif
