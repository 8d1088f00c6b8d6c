/*
 * session.h - everything a subcommand works with, made from the command line:
 * the machine, and if wanted the tracker with its symbols and sources.
 *
 *     struct session *s;
 *     status = session_open(&desc, &s, why);
 *     if (status == 0) {
 *         machine_run(s->machine, ...);           run it, show it
 *         status = session_finish(s, status, why);
 *     }
 *     session_close(s);
 *
 * PROGRAM may be a recording where the command allows it: images, machine and
 * what comes from outside are the recording's then, and with a history the
 * whole run is its future from the beginning.
 *
 * How the guest is run and where its input comes from is left to runner.h (a
 * terminal, a pipe, a script) or to the window.
 */
#ifndef SALLYPORT_SESSION_H
#define SALLYPORT_SESSION_H

#include "../crossing/measure.h"
#include "../record/history.h"
#include "boot.h"
#include "diskfile.h"
#include "options.h"
#include "recorded.h"

struct session_desc {
    const struct options *options; /* must outlive the session */
    bool track;                    /* crossings are wanted */
    bool history; /* the run is to be gone back in: who uses the session then
                     runs its machine through session->history alone */
    const char *layout; /* the kernel's, if no option says it; NULL:
                           separate */
    bool again; /* not the first session of this command: no --save-boot */
    /* If PROGRAM has marks (crossing/measure.h), what they measure goes here,
     * and crossings are tracked for it. May be NULL. */
    struct measurements *measurements;
    /* The guest wrote to its console. May be NULL. */
    void (*console_out)(void *ctx, const uint8_t *bytes, size_t n);
    void *console_ctx;
};

struct session {
    const struct options *options;
    struct machine *machine;
    struct tracker *tracker;   /* NULL unless track */
    struct symbols *kernel;    /* NULL unless track or --get; also NULL where
                                  the image says nothing that libelf can read */
    struct sources *sources;   /* NULL unless track */
    struct history *history;   /* NULL unless history */
    struct recorded *recorded; /* PROGRAM is a recording; else NULL */
    struct symbols *program;   /* of PROGRAM, if it has marks; else NULL */
    struct measure *measure;   /* ... watching them, if they are wanted */
    char *layout;              /* that a recording\'s boot page says; or NULL */
    struct abi *abi;           /* of --abi, else NULL */
    struct blob abi_text, cost_text; /* of --abi, --cost; else empty */
    struct cost_model cost;
    struct boot boot;
    struct diskfile disk;
    struct takeout *takeout;
};

/* Returns 0, or APP_USAGE or APP_UNUSABLE with a complaint. *out is to be
 * closed in either case. With --save-boot the files are written here. */
int session_open(const struct session_desc *desc, struct session **out,
                 struct complaint *why);
/* Another session of the same images, at its beginning, with a tracker and no
 * history: for a run that is to be repeated. Nothing is read anew but the
 * disk's image. *out is to be closed in either case, before `of`. */
int session_again(const struct session *of, struct session **out,
                  struct complaint *why);
/* After the last run: writes the disk back and what --get took out. Returns
 * status, or APP_UNUSABLE with a complaint if that fails; an earlier
 * complaint is kept. */
int session_finish(struct session *s, int status, struct complaint *why);
void session_close(struct session *s);

#endif
