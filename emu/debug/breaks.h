/*
 * breaks.h - the break- and watchpoints of a target. Each is a line of text:
 *
 *     0x10190, *EXPRESSION    this address, in whatever space
 *     copyout                 a function, in every image that has one
 *     3:main, kernel:panic    ... of process 3, of the kernel; hello:main of
 *                             the process of that name
 *     hello.c:12              a source line, in every image that has it
 *     call write              the trap of a system call; `write` alone, too,
 *                             where the kernel's table has such a call
 *     function write          ... and not the call
 *     return write            a call's return to the program
 *     cause 13, fault, interrupt, trap
 *                             traps, by number or kind
 *     store 0x13010, 8        a store to these bytes (load; access: both); a
 *                             variable's name means all of it;
 *                             3:0x13010 of process 3, physical:0x80213010 of
 *                             RAM, and without a space where it stands now
 *
 * and behind any of them `if CONDITION` (expression.h). What does not exist yet
 * (a program's function before the program was started) waits until it does.
 *
 * Nothing of this touches the guest's memory: addresses are watched by pc, and
 * memory by the machine.
 */
#ifndef SALLYPORT_BREAKS_H
#define SALLYPORT_BREAKS_H

#include "target.h"

#define BREAK_TEXT      160
#define BREAKS_MAX      200
#define WATCH_BYTES_MAX 65536

enum break_kind {
    BREAK_ADDRESS,  /* address, in space */
    BREAK_FUNCTION, /* place: a function's name */
    BREAK_LINE,     /* place:line */
    BREAK_CALL,     /* place: a call's name */
    BREAK_RETURN,   /* place: a call's name, "" for any */
    BREAK_CAUSE,    /* address: scause's value */
    BREAK_FAULT,
    BREAK_INTERRUPT,
    BREAK_TRAP,   /* any out of U-mode */
    BREAK_MEMORY, /* bytes from address on, accesses */
};

enum break_space {
    SPACE_ANYWHERE,
    SPACE_PROCESS, /* of process pid */
    SPACE_KERNELS, /* S- or M-mode */
    SPACE_PHYSICAL /* MEMORY: address is physical */
};

struct breakpoint {
    unsigned number;
    enum break_kind kind;
    enum break_space space;
    int pid;
    uint64_t address, bytes;
    unsigned accesses; /* MEMORY: set of enum machine_access */
    char place[64];
    unsigned line;
    char text[BREAK_TEXT]; /* as given, without the condition */
    char condition[BREAK_TEXT];
    bool disabled, temporary;
    bool here;       /* what it names where the target stands counts, too */
    uint64_t hits;   /* forwards */
    uint64_t ignore; /* so many hits are passed over */
    size_t found;    /* FUNCTION, LINE: places known so far; 0: waits */
};

/* Adds one by its text. Returns its number, or 0 with one line in why. */
unsigned breaks_add(struct breaks *b, const char *text, char *why, size_t n);
/* ... by its fields (kind, space, pid, address, bytes, accesses, place, line,
 * temporary; the rest is ignored). For the GDB stub. */
unsigned breaks_add_fields(struct breaks *b, const struct breakpoint *fields,
                           char *why, size_t n);
bool breaks_delete(struct breaks *b, unsigned number);
void breaks_clear(struct breaks *b);
/* Those that do not belong to another module's own use, in order of number. */
size_t breaks_count(const struct breaks *b);
const struct breakpoint *breaks_at(const struct breaks *b, size_t i);
const struct breakpoint *breaks_find(const struct breaks *b, unsigned number);
/* condition "": none. False: no such number, or why says what is wrong. */
bool breaks_set_condition(struct breaks *b, unsigned number,
                          const char *condition, char *why, size_t n);
bool breaks_set_ignore(struct breaks *b, unsigned number, uint64_t count);
bool breaks_enable(struct breaks *b, unsigned number, bool on);
bool breaks_set_temporary(struct breaks *b, unsigned number);

/* After deleting one that nobody was told of: its number is used again, if no
 * later one was given. */
void breaks_give_back(struct breaks *b, unsigned number);

/* Made and freed by target.c. */
struct breaks *breaks_create(struct target *t);
void breaks_destroy(struct breaks *b);

#endif
