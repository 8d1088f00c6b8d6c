/*
 * recording.h - a run written to a file while it runs, whole: what it was
 * started with, what came from outside, every crossing, and the machine's
 * state now and then (docs/reference/recordings.md).
 *
 *     struct recording_desc d = { .path = "run.db", .machine = m, ... };
 *     struct recording *r = recording_create(&d, why, sizeof why);
 *     while (...) {
 *         machine_run(m, min(until, recording_due(r)), &stop);
 *         if (!recording_tick(r)) ... recording_why(r)
 *     }
 *     recording_end(r, facts, n, why, sizeof why);
 *
 * The recording listens to the tracker and to the machine and changes neither.
 * Rows go to the file in batches: one that is killed holds all but the last.
 */
#ifndef SALLYPORT_RECORD_RECORDING_H
#define SALLYPORT_RECORD_RECORDING_H

#include "../crossing/crossing.h"

#include <sqlite3.h>

struct recording;

/* A file that the run needs to be repeated, or that its reader will want. The
 * kinds: kernel, initrd, bootpage, disk, abi, cost, file, source. */
struct recording_image {
    const char *kind, *name;
    const uint8_t *bytes;
    size_t n;
};

/* A row of the table `run`: text, or a number where text is NULL. */
struct recording_fact {
    const char *key, *text;
    uint64_t number;
};

struct recording_desc {
    const char *path;
    struct machine *machine; /* at its beginning; nothing was run yet */
    struct tracker *tracker;
    const struct recording_image *image;
    size_t images;
    const struct recording_fact *fact;
    size_t facts;
    struct sources *sources; /* where sources' texts are found; may be NULL */
    uint64_t every; /* instructions from snapshot to snapshot; 0: 2^24 */
};

/* A recording that stands at the path is replaced, unless it is being written;
 * anything else there is refused. NULL: why says, in one line without the
 * path, and nothing was changed. */
struct recording *recording_create(const struct recording_desc *desc, char *why,
                                   size_t why_bytes);
/* Nothing is written: what the run does is compared with the recording in db,
 * row by row. desc as above, path, images and facts are not looked at. */
struct recording *recording_against(const struct recording_desc *desc,
                                    sqlite3 *db, char *why, size_t why_bytes);

/* The clock at which the machine is to stop at the latest, for a tick. */
uint64_t recording_due(const struct recording *r);
/* Between two runs, and before every wait: ends a batch, takes a snapshot if
 * one is due. False: it failed, now or before; the machine was asked to stop
 * when that happened. All before the last batch is in the file. */
bool recording_tick(struct recording *r);
/* Takes a snapshot now, whether due or not. */
bool recording_snapshot(struct recording *r);
const char *recording_why(const struct recording *r); /* "" while all is well */
/* recording_against: is it that a row differs (and no error)? */
bool recording_differs(const struct recording *r);
/* Writes what is still open and the facts of the end, and makes one plain file
 * of it. False: why says. r is freed in any case. */
bool recording_end(struct recording *r, const struct recording_fact *fact,
                   size_t facts, char *why, size_t why_bytes);
/* recording_against: compares also, if the file's end was written, what is
 * written there, and whether it holds more. Then as recording_end. */
bool recording_end_against(struct recording *r, bool finished, char *why,
                           size_t why_bytes);

#endif
