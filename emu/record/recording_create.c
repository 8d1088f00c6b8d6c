/*
 * recording_create.c - the new file of a recording.
 *
 * It is made under another name, whole, with all that is known before the run
 * begins, and then takes the place of what was there: whoever is killed in
 * between leaves the old file as it was.
 */
#include "compress.h"
#include "recording_file.h"
#include "recording_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Rows that are there from the beginning ---- */

bool recording_put_image(struct rows *rows, uint64_t id,
                         const struct recording_image *image)
{
    size_t n = 0;
    uint8_t *data = compress_bytes(image->bytes, image->n, &n);
    if (data == NULL) {
        snprintf(rows->text, sizeof rows->text, "out of memory");
        rows->error = SQLITE_NOMEM;
        return false;
    }
    struct value row[] = {
        value_number(id),
        value_text(image->kind),
        value_text(image->name),
        value_number(machine_hash_bytes(image->bytes, image->n)),
        value_number(image->n),
        value_blob(data, n),
    };
    bool good = rows_put(rows, TABLE_IMAGE, row);
    free(data);
    return good;
}

bool recording_put_fact(struct rows *rows, const struct recording_fact *fact)
{
    struct value row[] = {value_text(fact->key),
                          fact->text != NULL ? value_text(fact->text)
                                             : value_number(fact->number)};
    return rows_put(rows, TABLE_RUN, row);
}

static void put_call(struct rows *rows, const struct abi_call *call)
{
    struct value row[] = {value_number(call->number), value_text(call->name),
                          value_text(call->help)};
    rows_put(rows, TABLE_CALL, row);
    for (unsigned i = 0; i < call->nargs; i++) {
        struct value parameter[] = {value_number(call->number), value_number(i),
                                    value_text(call->arg[i].name)};
        rows_put(rows, TABLE_PARAMETER, parameter);
    }
}

#define ERRNO_MAX 4095

static void put_abi(struct rows *rows, const struct abi *abi)
{
    const struct abi_call *call;
    for (size_t i = 0; (call = abi_by_index(abi, i)) != NULL; i++)
        put_call(rows, call);
    for (int i = 1; i <= ERRNO_MAX; i++) {
        const char *name = abi_errno_name(abi, i);
        struct value row[] = {value_number((uint64_t)i), value_text(name),
                              value_text(abi_errno_help(abi, i))};
        if (name != NULL)
            rows_put(rows, TABLE_ERRNO, row);
    }
}

bool recording_put_tables(struct rows *rows, const struct tracker *t)
{
    const struct cost_model *m = tracker_cost(t);
    const struct {
        const char *name;
        uint64_t cycles;
    } cost[] = {{"trap", m->trap},
                {"ret", m->ret},
                {"satp", m->satp},
                {"fence", m->fence},
                {"miss", m->miss}};
    if (tracker_abi(t) != NULL)
        put_abi(rows, tracker_abi(t));
    for (int why = SV39_OK; why <= SV39_BARE; why++) {
        struct value row[] = {
            value_number((uint64_t)why),
            value_text(sv39_sentence((enum sv39_why)why, NULL))};
        rows_put(rows, TABLE_WHY, row);
    }
    for (size_t i = 0; i < sizeof cost / sizeof cost[0]; i++) {
        struct value row[] = {value_text(cost[i].name),
                              value_number(cost[i].cycles)};
        rows_put(rows, TABLE_COST, row);
    }
    return rows->error == 0;
}

static void put_all(struct rows *rows, const struct recording_desc *desc)
{
    char header[160];
    snprintf(header, sizeof header,
             "PRAGMA application_id=%d; PRAGMA user_version=%d; "
             "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN",
             RECORDING_APPLICATION_ID, RECORDING_VERSION);
    rows_execute(rows, header);
    for (size_t i = 0; recording_schema[i] != NULL; i++)
        rows_execute(rows, recording_schema[i]);
    recording_put_tables(rows, desc->tracker);
    for (size_t i = 0; i < desc->facts; i++)
        recording_put_fact(rows, &desc->fact[i]);
    for (size_t i = 0; i < desc->images; i++)
        recording_put_image(rows, i + 1, &desc->image[i]);
    rows_execute(rows, "COMMIT");
    /* Now: later it would have to wait for whoever reads the file. */
    rows_execute(rows, "PRAGMA journal_mode=WAL");
}

/* ---- Files ----
 * Not synchronised: the first checkpoint does that for the whole file. */

static char *beside(const char *path, const char *suffix)
{
    char *name = NULL;
    if (asprintf(&name, "%s%s", path, suffix) < 0)
        abort();
    return name;
}

static void remove_beside(const char *path, const char *suffix)
{
    char *name = beside(path, suffix);
    unlink(name);
    free(name);
}

/* Writes the file under another name. */
static bool write_first(const struct recording_desc *desc, const char *part,
                        char *why, size_t why_bytes)
{
    struct rows rows;
    sqlite3 *db = NULL;
    unlink(part);
    if (sqlite3_open_v2(part, &db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                            SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK) {
        snprintf(why, why_bytes, "%s", strerror(errno));
        sqlite3_close(db);
        return false;
    }
    rows_begin(&rows, db, false);
    put_all(&rows, desc);
    snprintf(why, why_bytes, "%s", rows.text);
    rows_end(&rows);
    bool good = rows.error == 0;
    if (sqlite3_close(db) != SQLITE_OK)
        good = false;
    if (!good) {
        unlink(part);
        remove_beside(part, "-wal");
        remove_beside(part, "-shm");
    }
    return good;
}

/* What stands there: nothing, or a recording that nobody is writing. Its own
 * log, if it was killed, goes back into it. */
static bool may_replace(const char *path, char *why, size_t why_bytes)
{
    sqlite3 *db = NULL;
    if (access(path, F_OK) != 0)
        return true;
    if (!recording_recognise(path)) {
        snprintf(why, why_bytes, "is there and is no recording: not replaced");
        return false;
    }
    bool busy =
        sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
        sqlite3_exec(db, "BEGIN IMMEDIATE; COMMIT", NULL, NULL, NULL) ==
            SQLITE_BUSY;
    sqlite3_close(db);
    if (busy)
        snprintf(why, why_bytes, "is being written by another Sallyport");
    return !busy;
}

static bool put_in_place(const char *part, const char *path, char *why,
                         size_t why_bytes)
{
    /* A log of what stood there before would be taken for the new file's. */
    remove_beside(path, "-wal");
    remove_beside(path, "-shm");
    remove_beside(path, "-journal");
    if (rename(part, path) == 0)
        return true;
    snprintf(why, why_bytes, "%s", strerror(errno));
    unlink(part);
    return false;
}

/* Durable at each checkpoint; a killed process loses nothing that was
 * committed. */
static sqlite3 *open_for_more(const char *path, char *why, size_t why_bytes)
{
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                        NULL) == SQLITE_OK &&
        sqlite3_busy_timeout(db, 5000) == SQLITE_OK &&
        sqlite3_exec(db,
                     "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                     "PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY;"
                     "PRAGMA wal_autocheckpoint=4096",
                     NULL, NULL, NULL) == SQLITE_OK)
        return db;
    snprintf(why, why_bytes, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
    return NULL;
}

sqlite3 *recording_make_file(const struct recording_desc *desc, char *why,
                             size_t why_bytes)
{
    char *part = beside(desc->path, ".part");
    sqlite3 *db = NULL;
    if (may_replace(desc->path, why, why_bytes) &&
        write_first(desc, part, why, why_bytes) &&
        put_in_place(part, desc->path, why, why_bytes))
        db = open_for_more(desc->path, why, why_bytes);
    free(part);
    return db;
}
