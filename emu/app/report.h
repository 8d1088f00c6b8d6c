/*
 * report.h - what a headless run writes: the guest's console on stdout and,
 * for a trace, the crossings on stderr; or with --json all of it as objects on
 * stdout, one a line, the last of them saying how the run ended.
 */
#ifndef SALLYPORT_REPORT_H
#define SALLYPORT_REPORT_H

#include "../crossing/crossing.h"
#include "app.h"

#include <stdio.h>

/* How a run ended. */
enum verdict_cause {
    VERDICT_EXIT,        /* the guest ended it with its status */
    VERDICT_SIGNAL,      /* ... because a signal killed the program */
    VERDICT_PANIC,       /* ... because its kernel panicked */
    VERDICT_LIMIT,       /* --max-insns */
    VERDICT_IDLE,        /* nothing can wake it, or a trap storm */
    VERDICT_SCRIPT,      /* the script waits for what will not come */
    VERDICT_LEFT,        /* Ctrl-A x */
    VERDICT_INTERRUPTED, /* a signal of the host */
    VERDICT_OUTPUT,      /* stdout, a trace's stderr or the recording cannot be
                            written */
    VERDICT_CROSSING,    /* the crossing that was waited for is over */
    VERDICT_ERROR,       /* unusable image or value, before or after the run */
};

struct verdict {
    enum verdict_cause cause;
    int status;    /* exit status */
    int signal;    /* SIGNAL: the guest's; INTERRUPTED: the host's */
    unsigned line; /* SCRIPT: of the step that waits */
};

#define REPORT_GATHER 1024

struct report {
    bool json;
    bool trace;              /* text: crossings on stderr */
    bool recording;          /* crossings go to a file instead of there */
    struct tracker *tracker; /* JSON and trace */
    bool failed;             /* a write was refused */
    const char *stream;      /* by stdout or stderr */
    int error;               /* its errno */
    FILE *held; /* the console is kept here, not written; see report_hold */
    char *held_bytes;
    size_t helds;
    /* JSON: console bytes of one process, not yet written. */
    int pid;
    size_t gathered;
    uint8_t bytes[REPORT_GATHER];
};

const char *verdict_name(enum verdict_cause cause); /* "exit", ... */
/* ERROR if it is none of them; name may be NULL. */
enum verdict_cause verdict_named(const char *name);

/* For session_desc.console_out: plain console text. ctx is the report. */
void report_console(void *ctx, const uint8_t *bytes, size_t n);
/* Begins to listen, where JSON or a trace was asked for. */
void report_attach(struct report *r, struct tracker *tracker);
/* Text of ours on stdout, behind what the guest wrote. */
void report_text(struct report *r, const char *text);
/* From now on the console's text is held back; where it belongs is known at the
 * end: on stdout, or on stderr because stdout is for something else. */
void report_hold(struct report *r);
void report_release(struct report *r, bool to_stderr);
/* All that has been gathered goes out: before waiting, and now and then. */
void report_flush(struct report *r);
/* The last object of --json; machine may be NULL (it did not get so far). */
void report_end(struct report *r, const struct verdict *verdict,
                struct machine *machine, const struct complaint *why);

#endif
