/*
 * options.h - the command line as data: one table row per option and per
 * subcommand (options.c), from which parsing, range checks and every --help
 * come. The contract is cli.md of the design; a test holds
 * docs/reference/cli.md to these tables.
 *
 * To add an option: one row in options.c, one field here.
 */
#ifndef SALLYPORT_OPTIONS_H
#define SALLYPORT_OPTIONS_H

#include "app.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The values of an option that may be given several times, in order. */
struct option_list {
    const char **value;
    size_t count;
};

/* The subcommands as a set, for the option rows. */
#define ON_GUI     (1u << 0)
#define ON_RUN     (1u << 1)
#define ON_TRACE   (1u << 2)
#define ON_SHOT    (1u << 3)
#define ON_BUILD   (1u << 4) /* its words go to the compiler, unread */
#define ON_REPLAY  (1u << 5)
#define ON_DEBUG   (1u << 6)
#define ON_GDB     (1u << 7)
#define ON_EXPORT  (1u << 8)
#define ON_DIFF    (1u << 9)
#define ON_EVERY   (~0u)
/* A machine is made; it is run to its end; from outside, step by step. */
#define ON_WHOLE   (ON_GUI | ON_RUN | ON_TRACE | ON_SHOT)
#define ON_MACHINE (ON_WHOLE | ON_GDB | ON_DEBUG)

struct subcommand {
    const char *name;
    unsigned bit;         /* ON_NAME: which option rows belong to it */
    const char *operands; /* behind [OPTIONS] in its usage line */
    const char *help;
    int (*run)(const struct options *options, struct complaint *why);
};

struct options {
    const struct subcommand *command;
    bool help, version;

    /* The machine and what is in it. */
    const char *kernel, *initrd, *disk, *abi, *cost, *save_boot;
    struct option_list kernel_args; /* K=V */
    struct option_list files;       /* HOST[=GUEST] */
    struct option_list gets;        /* GUEST=HOST */
    struct option_list sources;     /* directories */
    uint64_t ram_mib;
    uint64_t max_insns; /* UINT64_MAX: no limit */
    bool bare;

    /* The run. */
    const char *script;
    bool json, quiet;

    /* Who may connect (gdb). */
    uint64_t port;
    const char *listen;            /* NULL: the loopback address */
    const char *perfetto, *report; /* files to write (export); NULL: not */

    /* A recording run again (replay). */
    bool trace, gui, verify;
    uint64_t go_to; /* number of a crossing; 0: not given */

    /* The debugger (debug). */
    struct option_list executes; /* command texts */
    const char *batch;           /* file of commands; NULL: none */

    /* The window (gui) and the picture (shot). */
    const char *size, *palette, *scale; /* NULL: the default */

    /* The picture (shot). */
    const char *at;     /* which crossing (place.h); NULL: not given */
    const char *moment; /* of that crossing; NULL: its end */
    const char *panel;  /* NULL: the whole window */
    const char *output;

    /* PROGRAM and its arguments; count 0: the guest's shell. They point
     * into main's argv. */
    char *const *program;
    int program_count;
};

/* Reads argv (argv[0] is skipped). Returns 0, or a status with a complaint;
 * what was read before the refusal stands in out. options_free in any case. */
int options_parse(struct options *out, int argc, char *const argv[],
                  struct complaint *why);
void options_free(struct options *options);

/* --help of one command, or of the whole program (NULL). */
void options_print_help(FILE *out, const struct subcommand *command);
/* The subcommands; ends with a row whose name is NULL (main.c). */
extern const struct subcommand subcommands[];

#endif
