/*
 * recording_file.c - see recording_file.h.
 *
 * A file is taken when it says it is ours, its tables and views are ours word
 * for word (so that no view or trigger of somebody else's ever runs), and
 * SQLite finds it whole (quick_check). What is in the rows is judged by whoever
 * uses it.
 */
#include "recording_file.h"

#include "compress.h"
#include "schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER_BYTES    100
#define HEADER_WRITE    18 /* 2: a write-ahead log */
#define HEADER_ID       68
#define IMAGE_BYTES_MAX ((size_t)1 << 30)
#define VALUE_BYTES_MAX (512 << 20)

struct recording_file {
    sqlite3 *db;
    sqlite3_stmt *fact, *image;
    char **kept; /* texts that were handed out */
    size_t keeps;
};

/* ---- Is it one of ours? ---- */

static bool read_header(const char *path, uint8_t header[HEADER_BYTES])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (fd < 0)
        return false;
    bool good = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
                read(fd, header, HEADER_BYTES) == HEADER_BYTES &&
                memcmp(header, "SQLite format 3", 16) == 0;
    close(fd);
    return good;
}

static uint32_t header_id(const uint8_t *header)
{
    const uint8_t *id = header + HEADER_ID;
    return (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 |
           (uint32_t)id[2] << 8 | id[3];
}

bool recording_recognise(const char *path)
{
    uint8_t header[HEADER_BYTES];
    return read_header(path, header) &&
           header_id(header) == RECORDING_APPLICATION_ID;
}

/* ---- Opening ---- */

static bool failed(struct recording_file *f, char *why, size_t why_bytes)
{
    snprintf(why, why_bytes, "damaged: %s", sqlite3_errmsg(f->db));
    return false;
}

/* "file:PATH?immutable=1" with what is special in it escaped. */
static char *immutable_name(const char *path)
{
    char *name = malloc(strlen(path) * 3 + 32), *to = name;
    if (name == NULL)
        return NULL;
    to += sprintf(to, "file:");
    for (; *path != '\0'; path++)
        if (strchr("?#%", *path) != NULL)
            to += sprintf(to, "%%%02x", (unsigned char)*path);
        else
            *to++ = *path;
    sprintf(to, "?immutable=1");
    return name;
}

static bool has_log(const char *path)
{
    char *log = NULL;
    if (asprintf(&log, "%s-wal", path) < 0)
        return false;
    struct stat st;
    bool has = stat(log, &st) == 0 && st.st_size > 0;
    free(log);
    return has;
}

/* A file that was copied without its log, or stands where nothing may be
 * written, is read as it is. */
static bool open_file(struct recording_file *f, const char *path,
                      const uint8_t *header)
{
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
    if (header[HEADER_WRITE] != 2 || has_log(path))
        return sqlite3_open_v2(path, &f->db, flags, NULL) == SQLITE_OK;
    char *name = immutable_name(path);
    bool good = name != NULL &&
                sqlite3_open_v2(name, &f->db, flags | SQLITE_OPEN_URI, NULL) ==
                    SQLITE_OK;
    free(name);
    return good;
}

static void distrust(sqlite3 *db)
{
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(db, SQLITE_LIMIT_VDBE_OP, 100000);
    sqlite3_exec(db, "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0", NULL,
                 NULL, NULL);
    sqlite3_busy_timeout(db, 2000);
}

static bool pragma_number(sqlite3 *db, const char *sql, int *number)
{
    sqlite3_stmt *s = NULL;
    bool good = sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK &&
                sqlite3_step(s) == SQLITE_ROW;
    if (good)
        *number = sqlite3_column_int(s, 0);
    sqlite3_finalize(s);
    return good;
}

static bool check_version(struct recording_file *f, char *why, size_t why_bytes)
{
    int id, version;
    if (!pragma_number(f->db, "PRAGMA application_id", &id) ||
        !pragma_number(f->db, "PRAGMA user_version", &version))
        return failed(f, why, why_bytes);
    if (id != RECORDING_APPLICATION_ID)
        snprintf(why, why_bytes, "no recording of Sallyport's");
    else if (version != RECORDING_VERSION)
        snprintf(why, why_bytes,
                 "a recording of version %d, this Sallyport reads version %d",
                 version, RECORDING_VERSION);
    else
        return true;
    return false;
}

/* ---- Its schema against ours ---- */

#define SCHEMA_SQL                                                             \
    "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema "       \
    "ORDER BY name, type"

static bool same_text(sqlite3_stmt *a, sqlite3_stmt *b, int column)
{
    const char *x = (const char *)sqlite3_column_text(a, column);
    const char *y = (const char *)sqlite3_column_text(b, column);
    return x != NULL && y != NULL && strcmp(x, y) == 0;
}

static bool same_rows(sqlite3_stmt *a, sqlite3_stmt *b)
{
    for (;;) {
        int x = sqlite3_step(a), y = sqlite3_step(b);
        if (x != y || (x != SQLITE_ROW && x != SQLITE_DONE))
            return false;
        if (x == SQLITE_DONE)
            return true;
        for (int column = 0; column < 4; column++)
            if (!same_text(a, b, column))
                return false;
    }
}

static sqlite3 *own_schema(void)
{
    sqlite3 *db = NULL;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK)
        return db;
    for (size_t i = 0; recording_schema[i] != NULL; i++)
        sqlite3_exec(db, recording_schema[i], NULL, NULL, NULL);
    return db;
}

static bool check_schema(struct recording_file *f, char *why, size_t why_bytes)
{
    sqlite3 *own = own_schema();
    sqlite3_stmt *a = NULL, *b = NULL;
    bool read =
        sqlite3_prepare_v2(f->db, SCHEMA_SQL, -1, &a, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(own, SCHEMA_SQL, -1, &b, NULL) == SQLITE_OK;
    bool same = read && same_rows(a, b);
    sqlite3_finalize(a);
    sqlite3_finalize(b);
    sqlite3_close(own);
    if (!read)
        return failed(f, why, why_bytes);
    if (!same)
        snprintf(why, why_bytes,
                 "damaged: its tables are not those of a recording");
    return same;
}

static bool check_whole(struct recording_file *f, char *why, size_t why_bytes)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(f->db, "PRAGMA quick_check(1)", -1, &s, NULL) !=
            SQLITE_OK ||
        sqlite3_step(s) != SQLITE_ROW) {
        sqlite3_finalize(s);
        return failed(f, why, why_bytes);
    }
    const char *text = (const char *)sqlite3_column_text(s, 0);
    bool good = text != NULL && strcmp(text, "ok") == 0;
    if (!good) {
        snprintf(why, why_bytes, "damaged: %.200s",
                 text != NULL ? text : "unreadable");
        why[strcspn(why, "\n")] = '\0';
    }
    sqlite3_finalize(s);
    return good;
}

struct recording_file *recording_open(const char *path, char *why,
                                      size_t why_bytes)
{
    uint8_t header[HEADER_BYTES];
    if (!read_header(path, header) ||
        header_id(header) != RECORDING_APPLICATION_ID) {
        snprintf(why, why_bytes, "%s",
                 access(path, R_OK) != 0 ? strerror(errno)
                                         : "no recording of Sallyport's");
        return NULL;
    }
    struct recording_file *f = calloc(1, sizeof *f);
    if (f == NULL) {
        snprintf(why, why_bytes, "out of memory");
        return NULL;
    }
    bool good = open_file(f, path, header);
    if (good)
        distrust(f->db);
    else
        failed(f, why, why_bytes);
    if (good && check_version(f, why, why_bytes) &&
        check_schema(f, why, why_bytes) && check_whole(f, why, why_bytes))
        return f;
    recording_close(f);
    return NULL;
}

void recording_close(struct recording_file *f)
{
    if (f == NULL)
        return;
    for (size_t i = 0; i < f->keeps; i++)
        free(f->kept[i]);
    free(f->kept);
    sqlite3_finalize(f->fact);
    sqlite3_finalize(f->image);
    sqlite3_close(f->db);
    free(f);
}

sqlite3 *recording_db(struct recording_file *f)
{
    return f->db;
}

/* ---- Facts ---- */

/* A text of the file that lives as long as it is open; NULL: no text, or one
 * with a NUL in it. */
static const char *keep(struct recording_file *f, sqlite3_stmt *s, int column)
{
    const char *text = (const char *)sqlite3_column_text(s, column);
    char **grown = realloc(f->kept, (f->keeps + 1) * sizeof *grown);
    if (grown != NULL)
        f->kept = grown;
    if (text == NULL || grown == NULL ||
        strlen(text) != (size_t)sqlite3_column_bytes(s, column))
        return NULL;
    char *copy = strdup(text);
    if (copy != NULL)
        f->kept[f->keeps++] = copy;
    return copy;
}

/* Steps to the row of this key; false: there is none. */
static bool find_fact(struct recording_file *f, const char *key)
{
    if (f->fact == NULL &&
        sqlite3_prepare_v2(f->db, "SELECT value FROM run WHERE key = ?", -1,
                           &f->fact, NULL) != SQLITE_OK)
        return false;
    sqlite3_reset(f->fact);
    sqlite3_bind_text(f->fact, 1, key, -1, SQLITE_TRANSIENT);
    return sqlite3_step(f->fact) == SQLITE_ROW;
}

const char *recording_text(struct recording_file *f, const char *key)
{
    const char *text = NULL;
    if (find_fact(f, key) && sqlite3_column_type(f->fact, 0) == SQLITE_TEXT)
        text = keep(f, f->fact, 0);
    if (f->fact != NULL)
        sqlite3_reset(f->fact);
    return text;
}

bool recording_number(struct recording_file *f, const char *key,
                      uint64_t *number)
{
    bool good =
        find_fact(f, key) && sqlite3_column_type(f->fact, 0) == SQLITE_INTEGER;
    if (good)
        *number = (uint64_t)sqlite3_column_int64(f->fact, 0);
    if (f->fact != NULL)
        sqlite3_reset(f->fact);
    return good;
}

bool recording_finished(struct recording_file *f)
{
    return recording_text(f, "end") != NULL;
}

/* ---- What came from outside ---- */

bool recording_reached(struct recording_file *f, struct moment *newest)
{
    return recording_number(f, "reached_clock", &newest->clock) &&
           recording_number(f, "reached_traps", &newest->traps);
}

/* A copy that lives as long as the file is open; NULL: out of memory. */
static const uint8_t *keep_bytes(struct recording_file *f, const void *bytes,
                                 size_t n)
{
    char **grown = realloc(f->kept, (f->keeps + 1) * sizeof *grown);
    char *copy = malloc(n + 1);
    if (grown != NULL)
        f->kept = grown;
    if (grown == NULL || copy == NULL) {
        free(copy);
        return NULL;
    }
    if (n > 0)
        memcpy(copy, bytes, n);
    f->kept[f->keeps++] = copy;
    return (const uint8_t *)copy;
}

static bool read_arrival(struct recording_file *f, sqlite3_stmt *s,
                         struct arrival *a)
{
    *a = (struct arrival){
        .at = {(uint64_t)sqlite3_column_int64(s, 0),
               (uint64_t)sqlite3_column_int64(s, 1)},
        .n = (size_t)sqlite3_column_bytes(s, 2),
        .piped = sqlite3_column_int(s, 3) != 0,
    };
    if (sqlite3_column_type(s, 2) == SQLITE_NULL)
        return true;
    a->bytes = keep_bytes(f, sqlite3_column_blob(s, 2), a->n);
    return a->bytes != NULL;
}

static bool read_arrivals(struct recording_file *f, sqlite3_stmt *s,
                          struct arrival **out, size_t *n)
{
    size_t room = 0;
    int got;
    while ((got = sqlite3_step(s)) == SQLITE_ROW) {
        if (*n == room) {
            room = room * 2 + 64;
            struct arrival *grown = realloc(*out, room * sizeof *grown);
            if (grown == NULL)
                return false;
            *out = grown;
        }
        if (!read_arrival(f, s, &(*out)[*n]))
            return false;
        if (*n > 0 && moment_compare((*out)[*n - 1].at, (*out)[*n].at) > 0)
            return false;
        ++*n;
    }
    return got == SQLITE_DONE;
}

bool recording_arrivals(struct recording_file *f, struct arrival **out,
                        size_t *n, char *why, size_t why_bytes)
{
    sqlite3_stmt *s = NULL;
    *out = NULL;
    *n = 0;
    bool good =
        sqlite3_prepare_v2(f->db,
                           "SELECT clock, traps, bytes, piped FROM arrival "
                           "ORDER BY id",
                           -1, &s, NULL) == SQLITE_OK &&
        read_arrivals(f, s, out, n);
    sqlite3_finalize(s);
    if (good)
        return true;
    free(*out);
    *out = NULL;
    snprintf(why, why_bytes, "damaged: its inputs cannot be read in order");
    return false;
}

/* ---- Images ---- */

static bool unpack_image(struct recording_file *f, struct recording_blob *out,
                         char *why, size_t why_bytes)
{
    sqlite3_stmt *s = f->image;
    const void *data = sqlite3_column_blob(s, 3);
    size_t n = (size_t)sqlite3_column_bytes(s, 3);
    out->name = keep(f, s, 0);
    out->bytes = data != NULL
                     ? decompress_bytes(data, n, IMAGE_BYTES_MAX, &out->n)
                     : NULL;
    if (out->name != NULL && out->bytes != NULL &&
        out->n == (uint64_t)sqlite3_column_int64(s, 2) &&
        machine_hash_bytes(out->bytes, out->n) ==
            (uint64_t)sqlite3_column_int64(s, 1))
        return true;
    snprintf(why, why_bytes,
             "damaged: the image %.200s is not what its hash "
             "says",
             out->name != NULL ? out->name : "without a name");
    free(out->bytes);
    out->bytes = NULL;
    return false;
}

bool recording_image_find(struct recording_file *f, const char *kind, size_t i,
                          struct recording_blob *out, char *why,
                          size_t why_bytes)
{
    *out = (struct recording_blob){0};
    why[0] = '\0';
    if (f->image == NULL &&
        sqlite3_prepare_v2(f->db,
                           "SELECT name, hash, size, data FROM image "
                           "WHERE kind = ? ORDER BY id LIMIT 1 OFFSET ?",
                           -1, &f->image, NULL) != SQLITE_OK)
        return failed(f, why, why_bytes);
    sqlite3_bind_text(f->image, 1, kind, -1, SQLITE_TRANSIENT);
    sqlite3_bind_int64(f->image, 2, (sqlite3_int64)i);
    int got = sqlite3_step(f->image);
    bool good = got == SQLITE_ROW && unpack_image(f, out, why, why_bytes);
    if (got != SQLITE_ROW && got != SQLITE_DONE)
        failed(f, why, why_bytes);
    sqlite3_reset(f->image);
    return good;
}
