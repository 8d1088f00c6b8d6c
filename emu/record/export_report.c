/*
 * export_report.c - see export.h. The page is report.html beside this file,
 * put into the program by CMake; what stands in it for @DATA@ is replaced by
 * one JSON object, an array of rows for each question asked here. The page's
 * script does the rest in the browser.
 */
#include "export_internal.h"
#include "question.h"
#include "report_page.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#define MARK "@DATA@"

struct report {
    struct recording_file *file;
    FILE *out;
    char *why;
    size_t why_bytes;
};

/* A string of JSON that may stand within <script>: all but plain ASCII is
 * written by its number, and so are the bytes that HTML has a use for. */
static void put_string(FILE *out, const unsigned char *bytes, int n)
{
    fputc('"', out);
    for (int i = 0; i < n; i++)
        if (bytes[i] < ' ' || bytes[i] > '~' ||
            strchr("\"\\<>&", bytes[i]) != NULL)
            fprintf(out, "\\u%04x", bytes[i]);
        else
            fputc(bytes[i], out);
    fputc('"', out);
}

static void put_column(FILE *out, sqlite3_stmt *s, int i)
{
    switch (sqlite3_column_type(s, i)) {
    case SQLITE_NULL:
        fputs("null", out);
        break;
    case SQLITE_INTEGER:
        fprintf(out, "%lld", (long long)sqlite3_column_int64(s, i));
        break;
    default: {
        const unsigned char *bytes = sqlite3_column_blob(s, i);
        put_string(out, bytes, sqlite3_column_bytes(s, i));
        break;
    }
    }
}

/* "name":[[...],[...]]: the first rows, so many at most. */
static bool put_rows(const struct report *r, const char *name, const char *sql,
                     int most)
{
    struct question q;
    if (!question_ask(&q, r->file, sql, r->why, r->why_bytes))
        return false;
    int columns = sqlite3_column_count(q.statement);
    fprintf(r->out, "\"%s\":[", name);
    for (int row = 0; row < most && question_row(&q); row++) {
        fputs(row > 0 ? ",\n[" : "\n[", r->out);
        for (int i = 0; i < columns; i++) {
            if (i > 0)
                fputc(',', r->out);
            put_column(r->out, q.statement, i);
        }
        fputc(']', r->out);
    }
    fputs("],\n", r->out);
    return question_done(&q);
}

#define STRING(x)  STRING_(x)
#define STRING_(x) #x
#define SHOWN      " <= " STRING(EXPORT_REPORT_CROSSINGS)

/* The page's script knows the columns by their places. */
static const struct {
    const char *name, *sql;
} questions[] = {
    {"run", "SELECT key, value FROM run"},
    {"costs", "SELECT what, sum(count) FROM costs GROUP BY what"},
    {"processes", "SELECT id, pid, parent, name, state, born, died, status,"
                  " signal, kernel_insns, user_insns FROM processes"
                  " ORDER BY id"},
    {"crossings",
     "SELECT number, process_id, kind, coalesce(call, kind), what, answer,"
     " error, clock_in, clock_out, insns, cycles, copied_in, copied_out,"
     " mapped, unmapped, satp, fences, slept, slept_on, gave_to, woken_by,"
     " why, user_pc, outcome, fork_child, resumes, restarts FROM crossings"
     " WHERE number" SHOWN " ORDER BY number"},
    {"transfers", "SELECT crossing, kind, user_va, kernel_va, length, done,"
                  " error, stopped_va, why, bytes FROM transfers"
                  " WHERE crossing" SHOWN " ORDER BY crossing, position"},
    {"mappings", "SELECT crossing, kind, va, pa, bytes, kernel_va FROM mappings"
                 " WHERE crossing" SHOWN " ORDER BY crossing, position"},
    {"links", "SELECT from_crossing, to_crossing, kind, bytes FROM links"
              " WHERE from_crossing" SHOWN " AND to_crossing" SHOWN},
    {"nested", "SELECT crossing, number, kind, cause FROM nested"
               " WHERE crossing" SHOWN " ORDER BY crossing, number"},
    {"calls", "SELECT coalesce(call, kind), count(*), sum(insns), sum(cycles),"
              " sum(copied), sum(error IS NOT NULL) FROM crossings"
              " GROUP BY 1 ORDER BY 4 DESC"},
    {"console", "SELECT bytes FROM console ORDER BY rowid LIMIT 2000"},
};

static bool put_data(const struct report *r)
{
    fputs("{", r->out);
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
        if (!put_rows(r, questions[i].name, questions[i].sql, INT_MAX))
            return false;
    if (!put_rows(r, "stays", export_stays_sql, 3 * EXPORT_REPORT_CROSSINGS))
        return false;
    struct question q;
    if (!question_ask(&q, r->file, "SELECT count(*) FROM crossings", r->why,
                      r->why_bytes))
        return false;
    int64_t total = question_row(&q) ? question_number(&q, 0) : 0;
    fprintf(r->out, "\"total\":%" PRId64 "}", total);
    return question_done(&q);
}

bool export_report(struct recording_file *f, FILE *out, char *why,
                   size_t why_bytes)
{
    struct report r = {f, out, why, why_bytes};
    const char *page = (const char *)report_page;
    const char *mark = strstr(page, MARK);
    fwrite(page, 1, (size_t)(mark - page), out);
    if (!put_data(&r))
        return false;
    fputs(mark + strlen(MARK), out);
    return true;
}
