/*
 * target_internal.h - what target*.c and breaks*.c share. Not for others.
 */
#ifndef SALLYPORT_TARGET_INTERNAL_H
#define SALLYPORT_TARGET_INTERNAL_H

#include "breaks.h"
#include "console_log.h"

#define CSR_SATP 0x180

/* Where it stands because of a hit at `from`. */
struct behind {
    struct moment from, at;
};

struct target_private {
    struct console_log *console;
    uint64_t kernel_root; /* last seen; 0: none */
    struct behind behind;
};

/* ---- Breakpoints in a run (breaks_run.c) ----
 * Between arm and disarm what is hit is noted here. */
struct break_hit {
    unsigned number; /* 0: nothing */
    struct moment at;
    bool goes_on; /* a return: to be stopped at behind it */
    char text[320];
};

enum break_mode {
    BREAKS_RUN,   /* forwards: counts, and stops the machine at a hit */
    BREAKS_SEARCH /* in a stretch that is run again: tells history */
};

/* Finds places anew and watches them. Hits at `skip` are passed over. */
void breaks_arm(struct breaks *b, enum break_mode mode, struct moment skip);
void breaks_disarm(struct breaks *b);
const struct break_hit *breaks_hit(const struct breaks *b);
void breaks_forget_hit(struct breaks *b);
/* New images were seen while armed: what waits may be there now. */
bool breaks_stale(const struct breaks *b);
bool breaks_any(const struct breaks *b);
/* Is a hit of this one to be passed over? Then one less is left. */
bool breaks_ignored(struct breaks *b, unsigned number);
/* A hit ended the run: a temporary one goes. */
void breaks_done(struct breaks *b, unsigned number);

#endif
