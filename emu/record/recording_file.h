/*
 * recording_file.h - a recording that is there: opened to be read, and not
 * believed. It may come from anywhere, be cut off or changed.
 *
 *     struct recording_file *f = recording_open("run.db", why, sizeof why);
 *     recording_text(f, "program")          a fact of the run, or NULL
 *     recording_image_find(f, "kernel", 0, &image)
 *     sqlite3 *db = recording_db(f)         for questions to the views
 *
 * Nothing is written to the file. If the one who wrote it was killed, what
 * stands in the log beside it (FILE-wal) is read as well.
 */
#ifndef SALLYPORT_RECORD_RECORDING_FILE_H
#define SALLYPORT_RECORD_RECORDING_FILE_H

#include "history.h"
#include "recording.h"

struct recording_file;

/* Does it begin as an SQLite file with our application_id? Says nothing of the
 * rest. */
bool recording_recognise(const char *path);

/* NULL: why says in one line, without the path, what is wrong with it. */
struct recording_file *recording_open(const char *path, char *why,
                                      size_t why_bytes);
void recording_close(struct recording_file *f);
/* Read-only, its schema checked against ours: what a view says is ours, what
 * stands in the rows is not. */
sqlite3 *recording_db(struct recording_file *f);

/* Facts of the run: NULL, false: there is none such. The text lives until
 * recording_close. */
const char *recording_text(struct recording_file *f, const char *key);
bool recording_number(struct recording_file *f, const char *key,
                      uint64_t *number);
/* The run came to its end and the end was written. */
bool recording_finished(struct recording_file *f);

/* How far the file goes. False: it does not say. */
bool recording_reached(struct recording_file *f, struct moment *newest);
/* What came from outside, in order, into a new array (free it; the bytes live
 * until recording_close). False: why. */
bool recording_arrivals(struct recording_file *f, struct arrival **out,
                        size_t *n, char *why, size_t why_bytes);

/* The i-th image of a kind, unpacked, its hash checked. False: there is none,
 * or it is damaged (why is not empty then). bytes are malloc'ed, with a NUL
 * behind them; name lives until recording_close. */
struct recording_blob {
    const char *name;
    uint8_t *bytes;
    size_t n;
};
bool recording_image_find(struct recording_file *f, const char *kind, size_t i,
                          struct recording_blob *out, char *why,
                          size_t why_bytes);

#endif
