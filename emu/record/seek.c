/*
 * seek.c - see seek.h.
 */
#include "seek.h"

#include "../machine/packed.h"

#include "compress.h"

#include <stdlib.h>

#define PACKED_MAX ((size_t)4 << 30)

static sqlite3_stmt *query(struct recording_file *f, const char *sql,
                           struct moment to)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(recording_db(f), sql, -1, &s, NULL) != SQLITE_OK)
        return NULL;
    sqlite3_bind_int64(s, 1, (sqlite3_int64)to.clock);
    sqlite3_bind_int64(s, 2, (sqlite3_int64)to.traps);
    return s;
}

typedef bool unpack_fn(struct machine *m, const uint8_t *bytes, size_t n);

static bool unpack(struct machine *m, sqlite3_stmt *s, int column,
                   unpack_fn *fn)
{
    size_t n = 0;
    const void *data = sqlite3_column_blob(s, column);
    uint8_t *bytes =
        data == NULL
            ? NULL
            : decompress_bytes(data, (size_t)sqlite3_column_bytes(s, column),
                               PACKED_MAX, &n);
    bool good = bytes != NULL && fn(m, bytes, n);
    free(bytes);
    return good;
}

/* The pages of all snapshots up to there, one upon the other. */
static bool put_pages(struct recording_file *f, struct machine *m,
                      struct moment to, bool *any)
{
    sqlite3_stmt *s = query(
        f,
        "SELECT pages FROM snapshot WHERE (clock, traps) <= (?, ?) ORDER BY id",
        to);
    int got = SQLITE_ERROR;
    bool good = s != NULL;
    *any = false;
    while (good && (got = sqlite3_step(s)) == SQLITE_ROW) {
        *any = true;
        good = unpack(m, s, 0, machine_unpack_pages);
    }
    sqlite3_finalize(s);
    return good && got == SQLITE_DONE;
}

bool seek_snapshot(struct recording_file *f, struct machine *m,
                   struct moment to, size_t *inputs, bool *spoiled)
{
    bool any;
    bool good = put_pages(f, m, to, &any);
    *spoiled = any || !good;
    if (!good || !any)
        return false;
    sqlite3_stmt *s = query(f,
                            "SELECT state, inputs, hash FROM snapshot WHERE "
                            "(clock, traps) <= (?, ?) ORDER BY id DESC LIMIT 1",
                            to);
    good = s != NULL && sqlite3_step(s) == SQLITE_ROW &&
           unpack(m, s, 0, machine_unpack_state) &&
           machine_hash(m) == (uint64_t)sqlite3_column_int64(s, 2);
    if (good)
        *inputs = (size_t)sqlite3_column_int64(s, 1);
    sqlite3_finalize(s);
    return good;
}
