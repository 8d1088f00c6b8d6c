/*
 * stepping.h - moving through a program as a person does: one instruction,
 * one source line, into the trap, out to the user, to the next crossing. The
 * window and the debugger share it; neither is known here.
 *
 *     struct stepper step = { .machine = m, .tracker = t, .poll = draw, ... };
 *     struct step_result r = step_line(&step, STEP_INTO);
 *     if (r.reason == STEP_DONE) ...
 *
 * Every function runs the machine until what it names has happened or until
 * something else ends it first. None runs longer than `budget` instructions,
 * and each calls `poll` now and then, so that a window stays alive.
 *
 * Watching changes nothing: the machine goes the way it would have gone.
 */
#ifndef SALLYPORT_STEPPING_H
#define SALLYPORT_STEPPING_H

#include "../record/history.h"

/* Poll is called about every so many instructions. */
#define STEP_POLL_INSNS 200000

struct stepper {
    struct machine *machine;
    struct tracker *tracker;
    struct history *history; /* of this machine; NULL: only forwards */
    uint64_t budget;         /* clock units a call may take; 0: no bound */
    bool (*poll)(void *ctx); /* false: stop here. May be NULL */
    void *poll_ctx;
};

enum step_reason {
    STEP_DONE,        /* what was asked for has happened */
    STEP_ENDED,       /* the guest ended the run (machine.status, .text) */
    STEP_WANTS_INPUT, /* it waits for the console: feed it and go on */
    STEP_DEAD,        /* nothing can wake it, or a trap storm */
    STEP_BUDGET,      /* the budget is used up */
    STEP_POLLED,      /* poll said stop */
    STEP_NOTHING,     /* back: there is no such thing earlier, or no history */
};

struct step_result {
    enum step_reason reason;
    struct machine_stop machine; /* of the last stretch */
};

/* What a source line's step does with calls of functions. Traps that the
 * program did not ask for (interrupts, page faults that are served) are
 * always run through. */
enum step_calls {
    STEP_INTO, /* into functions that have source, and into an ecall's trap */
    STEP_OVER, /* neither: until the line's function is back */
};

/* One instruction, or the trap taken in its place. */
struct step_result step_instruction(const struct stepper *s);
/* To the beginning of another source line. Where the code has no line, one
 * instruction. */
struct step_result step_line(const struct stepper *s, enum step_calls calls);
/* Until the process that has the hart, in user code or in a call, traps out of
 * U-mode next; others may run meanwhile. If there is none, or it ends, whoever
 * traps. Stops at the first instruction of the vector. */
struct step_result step_into_trap(const struct stepper *s);
/* Until the crossing that is open now has closed: stops at the process's
 * first user instruction. If it never returns, or none is open, at the next
 * user instruction of any process. In U-mode already: does nothing. */
struct step_result step_out_to_user(const struct stepper *s);
/* Until the next crossing opens, of this process or (pid 0, or once it has
 * ended) of any; stops at the first instruction of the vector. */
struct step_result step_next_crossing(const struct stepper *s, int pid);
/* Until this crossing, open or still to come, has ended in whichever way;
 * stops behind the return that ended it, or if it never returns where the
 * kernel turns to another process. */
struct step_result step_crossing_end(const struct stepper *s, uint64_t number);
/* Until the clock has come to this value, or poll says stop. */
struct step_result step_run(const struct stepper *s, uint64_t until);

/* ---- Backwards, with a history ----
 * Where they do not come to what they name, the machine stands where it stood
 * before; reason says why. Poll is called between stretches. */
/* To before the last instruction, or trap. */
struct step_result step_back_instruction(const struct stepper *s);
/* The way back of step_line: to the beginning of the line before, or of this
 * one if the hart stands in its middle. Traps that the program did not ask for
 * are passed over; calls as `calls` says. */
struct step_result step_back_line(const struct stepper *s,
                                  enum step_calls calls);
/* step_back_line over calls. */
struct step_result step_back_over(const struct stepper *s);
/* The way back of step_next_crossing: to the first instruction of the vector
 * behind the last trap out of U-mode, of this process or (pid 0) of any. */
struct step_result step_back_crossing(const struct stepper *s, int pid);
/* To just before the trap in which the hart is. */
struct step_result step_back_out_of_trap(const struct stepper *s);
/* To the call of the function in which the hart is, or if a trap brought it
 * there, to just before that. */
struct step_result step_back_finish(const struct stepper *s);

#endif
