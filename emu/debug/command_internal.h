/*
 * command_internal.h - what the command_*.c files share. Not for others.
 */
#ifndef SALLYPORT_COMMAND_INTERNAL_H
#define SALLYPORT_COMMAND_INTERNAL_H

#include "breaks.h"
#include "command.h"
#include "expression.h"

#include "../inspect/backtrace.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct commander {
    struct commander_desc desc;
    struct target *target;
    char *why; /* of the command that runs */
    size_t why_bytes;
    bool quit;
    bool divergence_told;
    size_t console_shown; /* bytes of the guest's output */
    uint64_t x[32];       /* registers at the last stop, to mark changes */
    uint64_t changed;     /* bit n: x[n] differs from the stop before */
    /* What a repeated `list`, `x` or `disassemble` goes on from. */
    char list_file[256];
    unsigned list_line;
    struct sv39_range *range; /* scratch: RANGES of them */
};
#define RANGES 1024

/* ---- Output and errors (command_say.c) ---- */
/* One line (or several), newline added. */
void say(struct commander *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Sets the error and returns false. */
bool refuse(struct commander *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "pid 3 hello", "the kernel". */
const char *name_of(const struct commander *c, int pid, char *text, size_t n);
/* "rwxu": the flags of a leaf. */
const char *letters_of(uint64_t flags, char text[5]);
/* Of an address in a space: "copyin+0x1c" or "". */
const char *name_of_symbol(const struct commander *c, int pid, uint64_t root,
                           uint64_t va, char *text, size_t n);
/* What was printed since; all: a line that has not ended as well. */
void tell_console(struct commander *c, bool all);

/* ---- Arguments (command_arguments.c) ---- */
/* An address in a space: "0x13010", "3:0x13010", "kernel:copyin",
 * "physical:0x80213000", "buf 3". */
struct address {
    uint64_t va;    /* or pa */
    uint64_t root;  /* 0: physical */
    int pid;        /* whose; 0: the kernel's, or physical */
    uint64_t bytes; /* of the symbol, if it was one; else 0 */
    bool elsewhere; /* not the space in which the hart stands */
};
bool take_address(struct commander *c, const char *text, struct address *out);
bool take_expression(struct commander *c, const char *text, int64_t *out);
/* A whole number in a range; text "": missing. */
bool take_number(struct commander *c, const char *text, uint64_t missing,
                 uint64_t max, uint64_t *out);
/* A pid that there is; "": that of the process at hand. */
bool take_pid(struct commander *c, const char *text, int *pid);
/* Nothing must be left. */
bool no_arguments(struct commander *c, const char *text);
/* "pid 3 hello", "the kernel", "physical memory" */
const char *address_owner(const struct commander *c, const struct address *a,
                          char *text, size_t n);
/* The registers to look at: live, or at the trap of the open crossing. */
bool registers_of(struct commander *c, int pid, struct target_registers *out,
                  bool *live);

/* ---- Telling where it stands (command_stop.c) ---- */
void tell_stop(struct commander *c, const struct target_stop *stop);
void tell_place(struct commander *c);
/* Once, if the run did not come out again as it was (history_diverged). */
void tell_divergence(struct commander *c);
/* One instruction, "0x10154  ecall  # a7 = 64: write". */
void instruction_text(struct commander *c, uint64_t root, uint64_t va,
                      const struct target_place *place, bool current,
                      unsigned *length, char *text, size_t n);
void tell_source(struct commander *c, const char *file, unsigned first,
                 unsigned last, unsigned current);

/* What info knows, by index; NULL behind the last (command_help.c). */
const char *info_name(size_t i);

/* ---- The commands, a function for each row of the table ---- */
#define COMMAND(name) bool name(struct commander *c, const char *arguments)
/* command_run.c */
COMMAND(cmd_step);
COMMAND(cmd_next);
COMMAND(cmd_stepi);
COMMAND(cmd_finish);
COMMAND(cmd_continue);
COMMAND(cmd_advance);
COMMAND(cmd_into);
COMMAND(cmd_out);
COMMAND(cmd_next_crossing);
COMMAND(cmd_reverse_step);
COMMAND(cmd_reverse_next);
COMMAND(cmd_reverse_stepi);
COMMAND(cmd_reverse_finish);
COMMAND(cmd_reverse_continue);
COMMAND(cmd_reverse_into);
COMMAND(cmd_previous_crossing);
/* command_time.c */
COMMAND(cmd_crossing);
COMMAND(cmd_goto);
COMMAND(cmd_last_write);
COMMAND(cmd_branches);
COMMAND(cmd_branch);
COMMAND(cmd_save);
COMMAND(cmd_input);
COMMAND(cmd_eof);
COMMAND(cmd_console);
/* command_break.c */
COMMAND(cmd_break);
COMMAND(cmd_tbreak);
COMMAND(cmd_watch);
COMMAND(cmd_rwatch);
COMMAND(cmd_awatch);
COMMAND(cmd_breaks);
COMMAND(cmd_delete);
COMMAND(cmd_enable);
COMMAND(cmd_disable);
COMMAND(cmd_condition);
COMMAND(cmd_ignore);
/* command_look.c */
COMMAND(cmd_registers);
COMMAND(cmd_csrs);
COMMAND(cmd_print);
COMMAND(cmd_list);
COMMAND(cmd_backtrace);
/* command_memory.c */
COMMAND(cmd_x);
COMMAND(cmd_disassemble);
/* command_space.c */
COMMAND(cmd_walk);
COMMAND(cmd_where);
COMMAND(cmd_mappings);
COMMAND(cmd_frames);
COMMAND(cmd_processes);
/* command_crossing.c */
COMMAND(cmd_crossings);
COMMAND(cmd_card);
COMMAND(cmd_why);
/* command_help.c */
COMMAND(cmd_help);
COMMAND(cmd_info);
COMMAND(cmd_echo);
COMMAND(cmd_quit);

#endif
