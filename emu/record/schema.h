/*
 * schema.h - the tables of a recording, an SQLite file, and the rows in them;
 * docs/reference/recordings.md describes it for whoever asks it by hand.
 *
 * The base tables hold integers and are written row by row here; the views on
 * them (schema.c) have the names and are what everybody reads.
 */
#ifndef SALLYPORT_RECORD_SCHEMA_H
#define SALLYPORT_RECORD_SCHEMA_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "SlyP" in the file's header, which `file` and we look at. */
#define RECORDING_APPLICATION_ID 0x536c7950
/* Raised with every change of a table or a view. */
#define RECORDING_VERSION        1

/* CREATE statements of all tables and views. */
extern const char *const recording_schema[]; /* ends with NULL */

enum table {
    TABLE_RUN,
    TABLE_IMAGE,
    TABLE_TEXT,
    TABLE_WHO,
    TABLE_CALL,
    TABLE_PARAMETER,
    TABLE_ERRNO,
    TABLE_WHY,
    TABLE_COST,
    TABLE_CROSSING,
    TABLE_ARGUMENT,
    TABLE_SEQUEL,
    TABLE_TRANSFER,
    TABLE_MAPPING,
    TABLE_LINK,
    TABLE_NESTED,
    TABLE_RING,
    TABLE_CONSOLE,
    TABLE_INPUT,
    TABLE_PROCESS,
    TABLE_TALLY,
    TABLE_SNAPSHOT,
    TABLES
};

struct table_form {
    const char *name;
    const char *columns; /* "a, b, c", in the order of a row's values */
    unsigned count;      /* of columns */
    unsigned keys;       /* the first so many are the primary key */
    bool verified;       /* a run that is repeated writes the same rows */
};
extern const struct table_form table_form[TABLES];
#define COLUMNS_MAX 40

struct value {
    enum value_type { VALUE_NULL, VALUE_INTEGER, VALUE_TEXT, VALUE_BLOB } type;
    int64_t number;
    const void *bytes; /* TEXT, BLOB; lives until the row is put */
    size_t n;
};
static inline struct value value_number(uint64_t number)
{
    return (struct value){.type = VALUE_INTEGER, .number = (int64_t)number};
}
struct value value_text(const char *text); /* NULL: NULL */
struct value value_blob(const void *bytes, size_t n);

/* Where rows go: into the tables, or against the ones that are there. */
struct rows {
    sqlite3 *db;
    bool compare; /* a row is looked up and compared; nothing is written */
    sqlite3_stmt *statement[TABLES];
    uint64_t count[TABLES]; /* rows put */
    int error;              /* SQLite's first, then nothing more is done */
    bool differs;           /* compare: a row was not the same; text says */
    char text[400];         /* why, one line */
};

void rows_begin(struct rows *rows, sqlite3 *db, bool compare);
/* False: it failed, or differs; now or before. */
bool rows_put(struct rows *rows, enum table table, const struct value *row);
/* One statement without result; its failure is noted as well. */
bool rows_execute(struct rows *rows, const char *sql);
void rows_fail(struct rows *rows, const char *what);
void rows_end(struct rows *rows);

#endif
