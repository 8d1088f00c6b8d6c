/*
 * export.h - a recording as other programs want it.
 *
 *     struct recording_file *f = recording_open("run.db", why, sizeof why);
 *     if (!export_perfetto(f, out, why, sizeof why)) ...
 *
 * What is asked are the views of docs/reference/recordings.md and nothing else.
 */
#ifndef SALLYPORT_RECORD_EXPORT_H
#define SALLYPORT_RECORD_EXPORT_H

#include "recording_file.h"

#include <stdio.h>

/* Writes the run as a trace for Perfetto and chrome://tracing (JSON, the Trace
 * Event Format): a track per process and one of the kernel, flows for links,
 * counters for cost (docs/reference/exports.md). False: why says in one line
 * without a path that the recording is damaged; that `out` cannot be written
 * is left to the caller (ferror). */
bool export_perfetto(struct recording_file *f, FILE *out, char *why,
                     size_t why_bytes);

/* Writes one HTML page that needs nothing else: timeline, crossings to search,
 * a card for each. Of a longer run the first so many crossings are in it, and
 * the page says so. As above. */
#define EXPORT_REPORT_CROSSINGS 50000
bool export_report(struct recording_file *f, FILE *out, char *why,
                   size_t why_bytes);

#endif
