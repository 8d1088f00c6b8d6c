/*
 * question.h - asking a recording: a statement, its rows one after the other,
 * and one line if the file turns out to be damaged.
 *
 *     struct question q;
 *     if (!question_ask(&q, f, "SELECT pid, name FROM processes", why, n))
 *         return false;
 *     while (question_row(&q))
 *         use(question_number(&q, 0), question_text(&q, 1));
 *     return question_done(&q);
 */
#ifndef SALLYPORT_RECORD_QUESTION_H
#define SALLYPORT_RECORD_QUESTION_H

#include "recording_file.h"

struct question {
    sqlite3_stmt *statement;
    int state; /* of the last step */
    char *why;
    size_t why_bytes;
};

/* False: why says what is wrong; there is nothing to be done. */
bool question_ask(struct question *q, struct recording_file *f, const char *sql,
                  char *why, size_t why_bytes);
bool question_row(struct question *q);
/* Ends it. False: not all rows could be read; why says it. */
bool question_done(struct question *q);

/* Columns of the present row, from 0. NULL reads as 0 and "". A text lives
 * until the next row. */
int64_t question_number(const struct question *q, int column);
const char *question_text(const struct question *q, int column);
bool question_null(const struct question *q, int column);

#endif
