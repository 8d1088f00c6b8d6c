/*
 * recorder.h - a session recorded: what it was started with and how it ended,
 * handed to record/recording.h.
 */
#ifndef SALLYPORT_RECORDER_H
#define SALLYPORT_RECORDER_H

#include "../record/recording.h"
#include "report.h"
#include "session.h"

/* Is it a name for a recording (NULL is)? Returns 0 or APP_UNUSABLE. */
int recorder_check(const char *path, struct complaint *why);
/* Before the session's first run. *out NULL and APP_UNUSABLE with a complaint
 * if it cannot be made. */
int recorder_open(const struct session *s, const char *path,
                  struct recording **out, struct complaint *why);
/* Writes how it ended. If that fails and nothing failed before, the verdict
 * becomes that. recording may be NULL. */
void recorder_close(struct recording *recording, const char *path,
                    struct verdict *verdict, struct complaint *why);

/* Save-as: the current branch of the session's history, whole, by running it
 * again from its images and recording that; the session is not touched. The
 * recording that the session came from is never replaced. Takes as long as the
 * run. Returns 0, or APP_UNUSABLE with a complaint. */
int recording_write_branch(const struct session *s, const char *path,
                           struct complaint *why);

#endif
