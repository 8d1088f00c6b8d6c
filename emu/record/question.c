/*
 * question.c - see question.h.
 */
#include "question.h"

#include <stdio.h>

static void complain(const struct question *q, sqlite3 *db)
{
    snprintf(q->why, q->why_bytes, "damaged: %s", sqlite3_errmsg(db));
}

bool question_ask(struct question *q, struct recording_file *f, const char *sql,
                  char *why, size_t why_bytes)
{
    sqlite3 *db = recording_db(f);
    *q = (struct question){.why = why, .why_bytes = why_bytes};
    q->state = sqlite3_prepare_v2(db, sql, -1, &q->statement, NULL);
    if (q->state != SQLITE_OK)
        complain(q, db);
    return q->state == SQLITE_OK;
}

bool question_row(struct question *q)
{
    q->state = sqlite3_step(q->statement);
    return q->state == SQLITE_ROW;
}

bool question_done(struct question *q)
{
    bool done = q->state == SQLITE_DONE || q->state == SQLITE_ROW;
    if (!done)
        complain(q, sqlite3_db_handle(q->statement));
    sqlite3_finalize(q->statement);
    return done;
}

int64_t question_number(const struct question *q, int column)
{
    return sqlite3_column_int64(q->statement, column);
}

const char *question_text(const struct question *q, int column)
{
    const unsigned char *text = sqlite3_column_text(q->statement, column);
    return text != NULL ? (const char *)text : "";
}

bool question_null(const struct question *q, int column)
{
    return sqlite3_column_type(q->statement, column) == SQLITE_NULL;
}
