/*
 * target.h - what a debugger has in hand: the machine with its tracker, its
 * history, symbols and sources, the breakpoints set on it, and what the guest
 * has printed so far. The terminal debugger, the window and the GDB stub each
 * make one and work through it.
 *
 *     struct target t = { .machine = m, .tracker = tr, .history = h,
 *                         .sources = sources };
 *     if (!target_open(&t)) ...
 *     breaks_add(t.breaks, "call write if fd == 1", why, sizeof why);
 *     target_run(&t, TARGET_FORWARD, UINT64_MAX, &stop);
 *     target_close(&t);
 *
 * The machine is run through history only, so every moment can be gone back
 * to. Asking anything here leaves the machine as it was, bit for bit.
 */
#ifndef SALLYPORT_TARGET_H
#define SALLYPORT_TARGET_H

#include "../record/history.h"
#include "stepping.h"

struct breaks;
struct breakpoint;
struct target_private;

struct target {
    /* Filled in by the caller, and the caller's. */
    struct machine *machine;
    struct tracker *tracker;
    struct history *history;
    struct sources *sources; /* may be NULL */
    bool (*poll)(void *ctx); /* now and then in a run; false: stop here */
    /* The guest waits for its console: whoever has input for it gives it now
     * (target_input), and says true. May be NULL. */
    bool (*feed)(void *ctx);
    void *poll_ctx;
    uint64_t bound; /* poll is asked again at this clock; 0: at leisure */
    /* Made by target_open. */
    struct breaks *breaks;
    struct target_private *private;
};

/* False: out of memory. The history has begun and nothing has run since. */
bool target_open(struct target *t);
void target_close(struct target *t);

/* ---- Where it stands ---- */
struct target_place {
    enum cpu_priv priv;
    uint64_t pc;
    uint64_t root;           /* of the page table in force; 0: none */
    int pid;                 /* whose user code this is; 0: the kernel's */
    struct symbols *symbols; /* of the image that pc lies in, or NULL */
    uint64_t image_va;       /* pc as that image was linked */
    const char *function;    /* or NULL */
    uint64_t offset;         /* from its start */
    const char *file;        /* or NULL: no source line */
    unsigned line;
};
struct target_place target_place(const struct target *t);
/* The same for another address. */
struct target_place target_place_at(const struct target *t, enum cpu_priv priv,
                                    uint64_t root, uint64_t pc);
/* "copyout+0x1c, guestkernel/copy.c:88", or as much of it as is known. */
void target_place_text(const struct target_place *p, char *text, size_t n);

/* A source file's path without that of this project's own tree. */
const char *target_file(const char *file);

/* The page-table root of a process (pid 0: the kernel's own table, as far as
 * it was seen). False: there is none. */
bool target_root(const struct target *t, int pid, uint64_t *root);
/* The process on the user's side: that which has the hart, in user code or in
 * a call; else the one that crossed last. 0: none yet. */
int target_user_pid(const struct target *t);

/* A program's registers where crossing `number` trapped: read off the hart by
 * going there and back. False: no such crossing, or history does not reach. */
struct target_registers {
    uint64_t pc, x[32], root;
};
bool target_registers_at_trap(struct target *t, uint64_t number,
                              struct target_registers *out);

/* ---- Running ---- */
enum target_way { TARGET_FORWARD, TARGET_BACKWARD };

enum target_reason {
    TARGET_DONE,        /* the step was made, or the bound is reached */
    TARGET_BREAK,       /* a break- or watchpoint: see hit */
    TARGET_ENDED,       /* the guest ended the run: see machine */
    TARGET_DEAD,        /* nothing can wake it, or a trap storm */
    TARGET_WANTS_INPUT, /* it waits for the console */
    TARGET_POLLED,      /* poll said stop */
    TARGET_FIRST,       /* backwards: nothing was hit since the beginning,
                           where it stands now; of a step: there is nothing
                           before */
};

struct target_stop {
    enum target_reason reason;
    struct machine_stop machine;  /* forwards: of the last stretch */
    const struct breakpoint *hit; /* BREAK; NULL if it was a temporary one */
    unsigned number;              /* ... its number */
    char text[320];               /* ... what happened, in one line */
};

/* Runs until a break- or watchpoint is hit, the clock has come to `until`
 * (FORWARD only), or something ends it. What is hit has not happened yet: the
 * instruction has not run, the trap is not taken, the bytes are not stored;
 * only a return (`return write`) is stopped at behind it, in user code. What
 * would be hit where it stands now is passed over. Running forwards from the
 * past goes on beyond the newest moment. */
void target_run(struct target *t, enum target_way way, uint64_t until,
                struct target_stop *stop);

/* From the beginning to the first instruction of the program of this name:
 * TARGET_BREAK; DONE if the clock has come to `until` before. */
void target_run_to_program(struct target *t, const char *name, uint64_t until,
                           struct target_stop *stop);

/* A step of stepping.h. Forwards it ends early at a break- or watchpoint; a
 * step back passes over them. */
typedef struct step_result target_step_fn(const struct stepper *s, void *ctx);
void target_step(struct target *t, target_step_fn *fn, void *ctx,
                 struct target_stop *stop);
void target_step_back(struct target *t, target_step_fn *fn, void *ctx,
                      struct target_stop *stop);
struct stepper target_stepper(const struct target *t);

/* ---- Console ---- */
/* What is typed to the guest at the present moment; in the past that begins a
 * branch. NULL: the end of the input. */
void target_input(struct target *t, const uint8_t *bytes, size_t n);
/* After history_switch: the console shown is that of the branch. */
void target_branch_changed(struct target *t);
/* What the guest has printed up to the present moment. The bytes stay until
 * the next run; *n is their number. */
const uint8_t *target_console(const struct target *t, size_t *n);

#endif
