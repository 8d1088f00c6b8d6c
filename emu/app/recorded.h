/*
 * recorded.h - a session made from a recording instead of from the command
 * line: images, options, sources, and what is to come from outside. For
 * session.c and for those who repeat the run (cmd_replay.c, runner.c).
 */
#ifndef SALLYPORT_RECORDED_H
#define SALLYPORT_RECORDED_H

#include "../record/recording_file.h"
#include "boot.h"
#include "options.h"

struct session;

struct recorded {
    struct recording_file *file;
    const char *path;
    struct arrival *arrival;
    size_t arrivals;
    struct moment newest;   /* how far it goes */
    bool finished;          /* to the run's end, or only to a kill */
    struct options options; /* the command line's, with what the recording
                               says instead */
};

/* Does PROGRAM name a recording? */
bool recorded_named(const struct options *options);
/* Opens it and fills the session's boot, disk, tables and options. Returns 0,
 * or APP_USAGE or APP_UNUSABLE with a complaint. *out is to be closed in
 * either case, after all else of the session. */
int recorded_open(struct session *s, struct recorded **out,
                  struct complaint *why);
/* The disk as it was in the beginning, if there was one. */
int recorded_disk(struct recorded *r, struct blob *out, struct complaint *why);
/* The sources that the recording holds. */
void recorded_add_sources(struct recorded *r, struct sources *sources);
/* Where a crossing trapped. False: there is no such crossing. */
bool recorded_moment(struct recorded *r, uint64_t crossing, struct moment *at);
void recorded_close(struct recorded *r);

#endif
