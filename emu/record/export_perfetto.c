/*
 * export_perfetto.c - see export.h. One event a line, in an array, so that a
 * person can read the file as well.
 *
 *     ph "M"       names of the tracks
 *     ph "B" "E"   a crossing, on its process's track; on the kernel's, a stay
 *                  of the hart in it: from a trap to the next return
 *     ph "s" "f"   a link: from the crossing that gave to the one that got
 *     ph "i"       a trap that the kernel took itself
 *     ph "C"       what all crossings have cost so far
 *
 * One instruction is shown as 10 ns, which is the machine's clock.
 */
#include "export_internal.h"
#include "question.h"

#include <cjson/cJSON.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define US_PER_CLOCK 0.01

struct perfetto {
    struct recording_file *file;
    FILE *out;
    char *why;
    size_t why_bytes;
    int64_t kernel;  /* the number of its track: behind all processes' */
    int64_t reached; /* the last clock */
    bool any;        /* an event was written */
};

/* ---- Events ---- */

/* The guest names its programs; JSON is UTF-8. */
static void add_text(cJSON *object, const char *key, const char *text)
{
    char clean[512];
    size_t n = 0;
    for (; text[n] != '\0' && n + 1 < sizeof clean; n++)
        clean[n] = text[n] < ' ' || text[n] > '~' ? '?' : text[n];
    clean[n] = '\0';
    cJSON_AddStringToObject(object, key, clean);
}

static cJSON *new_event(const struct perfetto *p, const char *ph, int64_t track,
                        int64_t clock)
{
    (void)p;
    cJSON *event = cJSON_CreateObject();
    cJSON_AddStringToObject(event, "ph", ph);
    cJSON_AddNumberToObject(event, "pid", (double)track);
    cJSON_AddNumberToObject(event, "tid", (double)track);
    cJSON_AddNumberToObject(event, "ts", (double)clock * US_PER_CLOCK);
    return event;
}

/* Writes an event and frees it. */
static void put(struct perfetto *p, cJSON *event)
{
    char *text = cJSON_PrintUnformatted(event);
    if (text == NULL)
        abort();
    fprintf(p->out, "%s%s", p->any ? ",\n" : "", text);
    p->any = true;
    cJSON_free(text);
    cJSON_Delete(event);
}

static void put_end(struct perfetto *p, int64_t track, int64_t clock)
{
    put(p, new_event(p, "E", track, clock));
}

static void put_name(struct perfetto *p, int64_t track, const char *what,
                     const char *name)
{
    cJSON *event = new_event(p, "M", track, 0);
    cJSON_AddStringToObject(event, "name", what);
    add_text(cJSON_AddObjectToObject(event, "args"), "name", name);
    put(p, event);
}

/* ---- Tracks ---- */

static void name_track(struct perfetto *p, int64_t track, const char *name)
{
    put_name(p, track, "process_name", name);
    put_name(p, track, "thread_name", name);
    cJSON *event = new_event(p, "M", track, 0);
    cJSON_AddStringToObject(event, "name", "process_sort_index");
    cJSON_AddNumberToObject(cJSON_AddObjectToObject(event, "args"),
                            "sort_index", (double)track);
    put(p, event);
}

static bool put_tracks(struct perfetto *p)
{
    struct question q;
    char name[160];
    if (!question_ask(&q, p->file, "SELECT id, pid, name FROM processes",
                      p->why, p->why_bytes))
        return false;
    while (question_row(&q)) {
        int64_t track = question_number(&q, 0);
        snprintf(name, sizeof name, "pid %" PRId64 " %.100s",
                 question_number(&q, 1), question_text(&q, 2));
        name_track(p, track, name);
        if (track >= p->kernel)
            p->kernel = track + 1;
    }
    name_track(p, p->kernel, "kernel");
    return question_done(&q);
}

/* ---- Crossings, on their processes' tracks ---- */

enum {
    COL_NUMBER,
    COL_TRACK,
    COL_WHAT,
    COL_IN,
    COL_OUT,
    COL_ANSWER,
    COL_NAME,
    COL_ERROR,
    COL_FIRST_COST
};
static const char *const costs[] = {"insns", "cycles", "copied"};
#define COSTS 3
static const char crossings_sql[] =
    "SELECT number, process_id, what, clock_in, clock_out, answer,"
    " coalesce(call, kind), error, insns, cycles, copied"
    " FROM crossings ORDER BY number";

static cJSON *crossing_event(const struct perfetto *p, const struct question *q)
{
    cJSON *event = new_event(p, "B", question_number(q, COL_TRACK),
                             question_number(q, COL_IN));
    add_text(event, "name", question_text(q, COL_NAME));
    cJSON_AddStringToObject(event, "cat", "crossing");
    cJSON *args = cJSON_AddObjectToObject(event, "args");
    cJSON_AddNumberToObject(args, "crossing",
                            (double)question_number(q, COL_NUMBER));
    add_text(args, "what", question_text(q, COL_WHAT));
    add_text(args, "answer", question_text(q, COL_ANSWER));
    for (int i = 0; i < COSTS; i++)
        cJSON_AddNumberToObject(args, costs[i],
                                (double)question_number(q, COL_FIRST_COST + i));
    return event;
}

static bool put_crossings(struct perfetto *p)
{
    struct question q;
    if (!question_ask(&q, p->file, crossings_sql, p->why, p->why_bytes))
        return false;
    while (question_row(&q)) {
        int64_t track = question_number(&q, COL_TRACK);
        put(p, crossing_event(p, &q));
        put_end(p, track,
                question_null(&q, COL_OUT) ? p->reached
                                           : question_number(&q, COL_OUT));
    }
    return question_done(&q);
}

/* Sums over all crossings that are over, as they end. */
static bool put_counters(struct perfetto *p)
{
    struct question q;
    double sum[COSTS] = {0};
    if (!question_ask(&q, p->file,
                      "SELECT clock_out, insns, cycles, copied FROM crossings"
                      " WHERE clock_out IS NOT NULL ORDER BY clock_out",
                      p->why, p->why_bytes))
        return false;
    while (question_row(&q)) {
        cJSON *event = new_event(p, "C", p->kernel, question_number(&q, 0));
        cJSON_AddStringToObject(event, "name", "cost of crossings");
        cJSON *args = cJSON_AddObjectToObject(event, "args");
        for (int i = 0; i < COSTS; i++) {
            sum[i] += (double)question_number(&q, 1 + i);
            cJSON_AddNumberToObject(args, costs[i], sum[i]);
        }
        put(p, event);
    }
    return question_done(&q);
}

/* ---- The kernel's track ---- */

static void begin_stay(struct perfetto *p, int64_t clock, const char *name,
                       int64_t crossing)
{
    cJSON *event = new_event(p, "B", p->kernel, clock);
    add_text(event, "name", name);
    cJSON_AddStringToObject(event, "cat", "kernel");
    if (crossing > 0)
        cJSON_AddNumberToObject(cJSON_AddObjectToObject(event, "args"),
                                "entered by crossing", (double)crossing);
    put(p, event);
}

static bool put_stays(struct perfetto *p)
{
    struct question q;
    bool inside = true;
    if (!question_ask(&q, p->file, export_stays_sql, p->why, p->why_bytes))
        return false;
    begin_stay(p, 0, "boot", 0);
    while (question_row(&q)) {
        int64_t clock = question_number(&q, 0);
        if (inside)
            put_end(p, p->kernel, clock);
        inside = question_number(&q, 1) != 0;
        if (inside)
            begin_stay(p, clock, question_text(&q, 3), question_number(&q, 2));
    }
    if (inside)
        put_end(p, p->kernel, p->reached);
    return question_done(&q);
}

static bool put_nested(struct perfetto *p)
{
    struct question q;
    if (!question_ask(&q, p->file,
                      "SELECT clock, crossing, number, kind FROM nested",
                      p->why, p->why_bytes))
        return false;
    while (question_row(&q)) {
        char name[96];
        snprintf(name, sizeof name, "#%" PRId64 ".%" PRId64 " %.60s",
                 question_number(&q, 1), question_number(&q, 2),
                 question_text(&q, 3));
        cJSON *event = new_event(p, "i", p->kernel, question_number(&q, 0));
        add_text(event, "name", name);
        cJSON_AddStringToObject(event, "s", "t");
        put(p, event);
    }
    return question_done(&q);
}

/* ---- Links ---- */

/* A flow's ends lie within the slices they belong to: it begins with the
 * crossing that gave, and ends just before the one that got returns. */
static bool put_flows(struct perfetto *p)
{
    struct question q;
    if (!question_ask(
            &q, p->file,
            "SELECT f.process_id, f.clock_in, t.process_id,"
            " max(coalesce(t.clock_out, r.value) - 1, t.clock_in), l.kind"
            " FROM links l JOIN crossings f ON f.number = l.from_crossing"
            " JOIN crossings t ON t.number = l.to_crossing,"
            " (SELECT value FROM run WHERE key = 'reached_clock') r",
            p->why, p->why_bytes))
        return false;
    for (int id = 1; question_row(&q); id++)
        for (int end = 0; end < 2; end++) {
            cJSON *event =
                new_event(p, end ? "f" : "s", question_number(&q, 2 * end),
                          question_number(&q, 2 * end + 1));
            cJSON_AddNumberToObject(event, "id", id);
            cJSON_AddStringToObject(event, "cat", "link");
            add_text(event, "name", question_text(&q, 4));
            if (end)
                cJSON_AddStringToObject(event, "bp", "e");
            put(p, event);
        }
    return question_done(&q);
}

/* ---- The file ---- */

static void put_facts(struct perfetto *p)
{
    static const char *const keys[] = {"command", "sallyport", "engine", "end",
                                       "status"};
    cJSON *facts = cJSON_CreateObject();
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *text = recording_text(p->file, keys[i]);
        if (text != NULL)
            add_text(facts, keys[i], text);
    }
    char *text = cJSON_PrintUnformatted(facts);
    if (text == NULL)
        abort();
    fprintf(p->out, "%s", text);
    cJSON_free(text);
    cJSON_Delete(facts);
}

bool export_perfetto(struct recording_file *f, FILE *out, char *why,
                     size_t why_bytes)
{
    struct perfetto p = {
        .file = f, .out = out, .why = why, .why_bytes = why_bytes, .kernel = 1};
    uint64_t reached = 0;
    if (!recording_number(f, "reached_clock", &reached)) {
        snprintf(why, why_bytes, "it does not say how far it goes");
        return false;
    }
    p.reached = (int64_t)reached;
    fprintf(out, "{\"displayTimeUnit\":\"ns\",\"otherData\":");
    put_facts(&p);
    fprintf(out, ",\"traceEvents\":[\n");
    bool good = put_tracks(&p) && put_crossings(&p) && put_stays(&p) &&
                put_nested(&p) && put_flows(&p) && put_counters(&p);
    fprintf(out, "\n]}\n");
    return good;
}
