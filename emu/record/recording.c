/*
 * recording.c - see recording.h: life, batches and the end.
 */
#include "recording_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_EVERY (UINT64_C(1) << 24)

/* ---- Rows and batches ---- */

void recording_out_of_memory(struct recording *r)
{
    if (r->rows.error == 0)
        snprintf(r->rows.text, sizeof r->rows.text, "out of memory");
    r->rows.error = SQLITE_NOMEM;
    machine_request_stop(r->machine);
}

/* How far it goes, for whoever opens a file whose end was never written. */
static void put_reached(struct recording *r)
{
    const struct recording_fact fact[] = {
        {"reached_clock", NULL, machine_clock(r->machine)},
        {"reached_traps", NULL, cpu_traps(machine_cpu(r->machine))},
        {"reached_insns", NULL, cpu_executed(machine_cpu(r->machine))},
    };
    for (size_t i = 0; i < sizeof fact / sizeof fact[0]; i++)
        recording_put_fact(&r->rows, &fact[i]);
}

bool recording_commit(struct recording *r)
{
    if (r->rows.compare || r->batch_rows == 0)
        return r->rows.error == 0 && !r->rows.differs;
    r->batch_rows = 0;
    put_reached(r);
    recording_put_processes(r);
    bool good =
        rows_execute(&r->rows, "COMMIT") && rows_execute(&r->rows, "BEGIN");
    r->batch_rows = 0;
    if (!good)
        machine_request_stop(r->machine);
    return good;
}

/* The one way of all rows: what fails asks the machine to stop. */
bool recording_put(struct recording *r, enum table table,
                   const struct value *row)
{
    bool before = r->rows.error == 0 && !r->rows.differs;
    bool good = rows_put(&r->rows, table, row);
    r->batch_rows++;
    if (before && !good)
        machine_request_stop(r->machine);
    return good;
}

const char *recording_why(const struct recording *r)
{
    return r->rows.text;
}

bool recording_differs(const struct recording *r)
{
    return r->rows.differs;
}

/* ---- Life ---- */

struct recording *recording_new(const struct recording_desc *desc, char *why,
                                size_t why_bytes)
{
    struct recording *r = calloc(1, sizeof *r);
    if (r != NULL) {
        r->machine = desc->machine;
        r->tracker = desc->tracker;
        r->sources = desc->sources;
        r->images = desc->images;
        r->every = desc->every != 0 ? desc->every : DEFAULT_EVERY;
        r->packer = machine_packer_begin(desc->machine);
        if (r->packer != NULL)
            return r;
    }
    free(r);
    snprintf(why, why_bytes, "out of memory");
    return NULL;
}

void recording_free(struct recording *r)
{
    rows_end(&r->rows);
    for (size_t i = 0; i < INTERNED; i++)
        free(r->interned[i].text);
    for (size_t i = 0; i < r->sources_in; i++)
        free(r->source[i]);
    free(r->source);
    machine_packer_end(r->packer);
    free(r->open);
    free(r->path);
    free(r);
}

struct recording *recording_create(const struct recording_desc *desc, char *why,
                                   size_t why_bytes)
{
    struct recording *r = NULL;
    sqlite3 *db = recording_make_file(desc, why, why_bytes);
    if (db == NULL)
        return NULL;
    r = recording_new(desc, why, why_bytes);
    if (r != NULL) {
        rows_begin(&r->rows, db, false);
        if (rows_execute(&r->rows, "BEGIN")) {
            recording_put_sources(r, tracker_kernel_symbols(desc->tracker));
            recording_listen(r);
            return r;
        }
        snprintf(why, why_bytes, "%s", r->rows.text);
        recording_free(r);
    }
    sqlite3_close(db);
    return NULL;
}

struct recording *recording_against(const struct recording_desc *desc,
                                    sqlite3 *db, char *why, size_t why_bytes)
{
    struct recording *r = recording_new(desc, why, why_bytes);
    if (r == NULL)
        return NULL;
    rows_begin(&r->rows, db, true);
    recording_put_tables(&r->rows, desc->tracker);
    recording_listen(r);
    return r;
}

/* ---- The end ---- */

static void put_end(struct recording *r)
{
    recording_put_console(r);
    recording_put_open(r);
    recording_put_processes(r);
    recording_put_tallies(r);
}

/* A reader that still looks at the file keeps the log beside it: then that is
 * where the last batches stand until it has gone, which is no failure. */
static void make_plain(struct recording *r)
{
    sqlite3_busy_timeout(r->rows.db, 2000);
    if (sqlite3_exec(r->rows.db, "PRAGMA journal_mode=DELETE", NULL, NULL,
                     NULL) != SQLITE_OK &&
        sqlite3_errcode(r->rows.db) != SQLITE_BUSY &&
        sqlite3_errcode(r->rows.db) != SQLITE_LOCKED)
        rows_fail(&r->rows, "making one file of it");
}

bool recording_end(struct recording *r, const struct recording_fact *fact,
                   size_t facts, char *why, size_t why_bytes)
{
    recording_unlisten(r);
    if (r->rows.error == 0 && recording_snapshot(r)) {
        put_end(r);
        put_reached(r);
        for (size_t i = 0; i < facts; i++)
            recording_put_fact(&r->rows, &fact[i]);
        rows_execute(&r->rows, "COMMIT");
    }
    bool good = r->rows.error == 0;
    sqlite3 *db = r->rows.db;
    if (!good)
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    rows_end(&r->rows);
    make_plain(r);
    good = r->rows.error == 0;
    if (!good)
        snprintf(why, why_bytes, "%s", r->rows.text);
    recording_free(r);
    sqlite3_close(db);
    return good;
}

/* What the file has and the run has not written. */
static void look_for_more(struct recording *r)
{
    for (int t = 0; t < TABLES && r->rows.error == 0 && !r->rows.differs; t++) {
        char sql[80];
        sqlite3_stmt *s = NULL;
        if (!table_form[t].verified)
            continue;
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s",
                 table_form[t].name);
        if (sqlite3_prepare_v2(r->rows.db, sql, -1, &s, NULL) != SQLITE_OK ||
            sqlite3_step(s) != SQLITE_ROW) {
            rows_fail(&r->rows, table_form[t].name);
        } else {
            uint64_t there = (uint64_t)sqlite3_column_int64(s, 0);
            r->rows.differs = there != r->rows.count[t];
            if (r->rows.differs)
                snprintf(r->rows.text, sizeof r->rows.text,
                         "table %s: %" PRIu64 " rows in the file, %" PRIu64
                         " now",
                         table_form[t].name, there, r->rows.count[t]);
        }
        sqlite3_finalize(s);
    }
}

bool recording_end_against(struct recording *r, bool finished, char *why,
                           size_t why_bytes)
{
    recording_unlisten(r);
    if (finished) {
        put_end(r);
        look_for_more(r);
    }
    bool good = r->rows.error == 0 && !r->rows.differs;
    snprintf(why, why_bytes, "%s", r->rows.text);
    recording_free(r);
    return good;
}
