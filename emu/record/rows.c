/*
 * rows.c - rows of schema.h into their tables; or, when a run is repeated,
 * against the rows that are there: the first that is not the same is told.
 */
#include "schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct value value_text(const char *text)
{
    if (text == NULL)
        return (struct value){.type = VALUE_NULL};
    return (struct value){VALUE_TEXT, 0, text, strlen(text)};
}

struct value value_blob(const void *bytes, size_t n)
{
    return (struct value){VALUE_BLOB, 0, bytes != NULL ? bytes : "", n};
}

void rows_begin(struct rows *rows, sqlite3 *db, bool compare)
{
    *rows = (struct rows){.db = db, .compare = compare};
}

void rows_fail(struct rows *rows, const char *what)
{
    if (rows->error != 0)
        return;
    rows->error = sqlite3_extended_errcode(rows->db);
    if (rows->error == SQLITE_OK)
        rows->error = SQLITE_ERROR;
    snprintf(rows->text, sizeof rows->text, "%s: %s", what,
             sqlite3_errmsg(rows->db));
}

bool rows_execute(struct rows *rows, const char *sql)
{
    if (rows->error != 0)
        return false;
    if (sqlite3_exec(rows->db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    rows_fail(rows, "writing");
    return false;
}

/* ---- The statements, made from the tables' forms ---- */

static void put_insert(char *sql, size_t n, const struct table_form *form)
{
    size_t used = (size_t)snprintf(sql, n,
                                   "INSERT OR REPLACE INTO %s(%s) "
                                   "VALUES(?",
                                   form->name, form->columns);
    for (unsigned i = 1; i < form->count; i++)
        used += (size_t)snprintf(sql + used, n - used, ",?");
    snprintf(sql + used, n - used, ")");
}

/* The name of column i, as long as it is. */
static const char *column(const struct table_form *form, unsigned i,
                          int *length)
{
    const char *name = form->columns;
    for (; i > 0; i--)
        name = strchr(name, ',') + 2;
    *length = (int)strcspn(name, ",");
    return name;
}

static void put_select(char *sql, size_t n, const struct table_form *form)
{
    size_t used = (size_t)snprintf(sql, n, "SELECT %s FROM %s WHERE ",
                                   form->columns, form->name);
    for (unsigned i = 0; i < form->keys; i++) {
        int length;
        const char *name = column(form, i, &length);
        used += (size_t)snprintf(sql + used, n - used, "%s%.*s = ?",
                                 i > 0 ? " AND " : "", length, name);
    }
}

static sqlite3_stmt *statement(struct rows *rows, enum table table)
{
    char sql[800];
    if (rows->statement[table] != NULL)
        return rows->statement[table];
    if (rows->compare)
        put_select(sql, sizeof sql, &table_form[table]);
    else
        put_insert(sql, sizeof sql, &table_form[table]);
    if (sqlite3_prepare_v3(rows->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                           &rows->statement[table], NULL) != SQLITE_OK)
        rows_fail(rows, table_form[table].name);
    return rows->statement[table];
}

/* ---- One row ---- */

static void bind(sqlite3_stmt *s, unsigned i, const struct value *v)
{
    switch (v->type) {
    case VALUE_NULL:
        sqlite3_bind_null(s, (int)i);
        break;
    case VALUE_INTEGER:
        sqlite3_bind_int64(s, (int)i, v->number);
        break;
    case VALUE_TEXT:
        sqlite3_bind_text64(s, (int)i, v->bytes, v->n, SQLITE_STATIC,
                            SQLITE_UTF8);
        break;
    case VALUE_BLOB:
        sqlite3_bind_blob64(s, (int)i, v->bytes, v->n, SQLITE_STATIC);
        break;
    }
}

static void describe(const struct value *v, char text[80])
{
    if (v->type == VALUE_NULL)
        snprintf(text, 80, "nothing");
    else if (v->type == VALUE_INTEGER)
        snprintf(text, 80, "%" PRId64, v->number);
    else if (v->type == VALUE_TEXT)
        snprintf(text, 80, "\"%.60s\"", (const char *)v->bytes);
    else
        snprintf(text, 80, "%zu bytes", v->n);
}

static struct value value_there(sqlite3_stmt *s, unsigned i)
{
    switch (sqlite3_column_type(s, (int)i)) {
    case SQLITE_INTEGER:
        return value_number((uint64_t)sqlite3_column_int64(s, (int)i));
    case SQLITE_TEXT: {
        const void *text = sqlite3_column_text(s, (int)i);
        return (struct value){VALUE_TEXT, 0, text,
                              (size_t)sqlite3_column_bytes(s, (int)i)};
    }
    case SQLITE_BLOB: {
        const void *bytes = sqlite3_column_blob(s, (int)i);
        return value_blob(bytes, (size_t)sqlite3_column_bytes(s, (int)i));
    }
    default:
        return (struct value){.type = VALUE_NULL};
    }
}

static bool same(const struct value *a, const struct value *b)
{
    if (a->type != b->type)
        return false;
    if (a->type == VALUE_INTEGER)
        return a->number == b->number;
    return a->type == VALUE_NULL ||
           (a->n == b->n &&
            (a->n == 0 || memcmp(a->bytes, b->bytes, a->n) == 0));
}

static bool differs(struct rows *rows, const struct table_form *form,
                    const struct value *row, const char *rest)
{
    char first[80], second[80];
    describe(&row[0], first);
    describe(&row[1], second);
    snprintf(rows->text, sizeof rows->text, "%s %s%s%s: %s", form->name, first,
             form->keys > 1 ? ", " : "", form->keys > 1 ? second : "", rest);
    rows->differs = true;
    return false;
}

/* Snapshots' blobs may be packed otherwise: their hash is what counts. */
static bool compare(struct rows *rows, enum table table, sqlite3_stmt *s,
                    const struct value *row)
{
    const struct table_form *form = &table_form[table];
    unsigned count = table == TABLE_SNAPSHOT ? form->count - 2 : form->count;
    char text[300], there[80], now[80];
    int length;
    for (unsigned i = form->keys; i < count; i++) {
        struct value v = value_there(s, i);
        if (same(&v, &row[i]))
            continue;
        describe(&v, there);
        describe(&row[i], now);
        const char *name = column(form, i, &length);
        snprintf(text, sizeof text, "%.*s is %s in the file, %s now", length,
                 name, there, now);
        return differs(rows, form, row, text);
    }
    return true;
}

bool rows_put(struct rows *rows, enum table table, const struct value *row)
{
    const struct table_form *form = &table_form[table];
    if (rows->error != 0 || rows->differs)
        return false;
    if (rows->compare && !form->verified)
        return true;
    sqlite3_stmt *s = statement(rows, table);
    if (s == NULL)
        return false;
    unsigned bound = rows->compare ? form->keys : form->count;
    for (unsigned i = 0; i < bound; i++)
        bind(s, i + 1, &row[i]);
    int got = sqlite3_step(s);
    bool good = got == (rows->compare ? SQLITE_ROW : SQLITE_DONE);
    rows->count[table]++;
    if (got == SQLITE_DONE && rows->compare)
        differs(rows, form, row, "not in the file");
    else if (!good)
        rows_fail(rows, "writing");
    else if (rows->compare)
        good = compare(rows, table, s, row);
    sqlite3_reset(s);
    return good;
}

void rows_end(struct rows *rows)
{
    for (unsigned i = 0; i < TABLES; i++)
        sqlite3_finalize(rows->statement[i]);
    memset(rows->statement, 0, sizeof rows->statement);
}
