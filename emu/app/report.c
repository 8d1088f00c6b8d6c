/*
 * report.c - see report.h. Objects of crossings are made by crossing/; here
 * are the console's and the end's.
 */
#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRACE_TEXT 4096

static void fail(struct report *r, const char *stream)
{
    r->failed = true;
    r->stream = stream;
    r->error = errno;
}

static void put(struct report *r, const char *bytes, size_t n)
{
    if (!r->failed && n > 0 && fwrite(bytes, 1, n, stdout) != n)
        fail(r, "stdout");
}

void report_console(void *ctx, const uint8_t *bytes, size_t n)
{
    struct report *r = ctx;
    if (r->held == NULL || fwrite(bytes, 1, n, r->held) != n)
        put(r, (const char *)bytes, n);
}

void report_hold(struct report *r)
{
    if (r->held == NULL)
        r->held = open_memstream(&r->held_bytes, &r->helds);
}

void report_release(struct report *r, bool to_stderr)
{
    if (r->held == NULL)
        return;
    fclose(r->held);
    r->held = NULL;
    if (to_stderr)
        fwrite(r->held_bytes, 1, r->helds, stderr);
    else
        put(r, r->held_bytes, r->helds);
    free(r->held_bytes);
}

/* ---- JSON ---- */

/* A JSON string holds characters, a console holds bytes: byte N is written as
 * character N (\u00NN), so that nothing is lost and ASCII reads as itself. */
static void put_string(struct report *r, const uint8_t *bytes, size_t n)
{
    put(r, "\"", 1);
    for (size_t i = 0; i < n; i++) {
        char text[8];
        if (bytes[i] == '\n')
            snprintf(text, sizeof text, "\\n");
        else if (bytes[i] == '"' || bytes[i] == '\\')
            snprintf(text, sizeof text, "\\%c", bytes[i]);
        else if (bytes[i] < ' ' || bytes[i] >= 0x7f)
            snprintf(text, sizeof text, "\\u%04x", bytes[i]);
        else
            snprintf(text, sizeof text, "%c", bytes[i]);
        put(r, text, strlen(text));
    }
    put(r, "\"", 1);
}

__attribute__((format(printf, 2, 3))) static void
put_format(struct report *r, const char *format, ...)
{
    char text[160];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    put(r, text, strlen(text));
}

static void put_gathered(struct report *r)
{
    if (r->gathered == 0)
        return;
    put_format(r, "{\"type\":\"console\",\"pid\":%d,\"bytes\":", r->pid);
    put_string(r, r->bytes, r->gathered);
    put(r, "}\n", 2);
    r->gathered = 0;
}

static void gather(struct report *r, int pid, uint8_t byte)
{
    if (pid != r->pid || r->gathered == REPORT_GATHER)
        put_gathered(r);
    r->pid = pid;
    r->bytes[r->gathered++] = byte;
}

static void on_event_json(void *ctx, const struct event *event)
{
    struct report *r = ctx;
    if (event->kind == EVENT_CONSOLE) {
        gather(r, event->pid, event->byte);
        return;
    }
    char *text = event_json(r->tracker, event);
    if (text == NULL)
        return;
    put_gathered(r);
    put(r, text, strlen(text));
    free(text);
}

/* ---- Text ---- */

/* The console goes out first, so that both streams on one terminal stand in
 * the order in which things happened. */
static void on_event_text(void *ctx, const struct event *event)
{
    struct report *r = ctx;
    char text[TRACE_TEXT];
    if (event->kind == EVENT_CONSOLE)
        return;
    event_text(r->tracker, event, text, sizeof text);
    if (text[0] == '\0')
        return;
    report_flush(r);
    if (!r->failed && fputs(text, stderr) == EOF)
        fail(r, "stderr");
}

void report_attach(struct report *r, struct tracker *tracker)
{
    r->tracker = tracker;
    if (r->json)
        tracker_listen(tracker, on_event_json, r);
    else if (r->trace)
        tracker_listen(tracker, on_event_text, r);
}

void report_flush(struct report *r)
{
    put_gathered(r);
    if (!r->failed && fflush(stdout) != 0)
        fail(r, "stdout");
}

void report_text(struct report *r, const char *text)
{
    put_gathered(r);
    put(r, text, strlen(text));
}

/* ---- The end ---- */

const char *verdict_name(enum verdict_cause cause)
{
    static const char *const names[] = {
        [VERDICT_EXIT] = "exit",     [VERDICT_SIGNAL] = "signal",
        [VERDICT_PANIC] = "panic",   [VERDICT_LIMIT] = "limit",
        [VERDICT_IDLE] = "idle",     [VERDICT_SCRIPT] = "script",
        [VERDICT_LEFT] = "left",     [VERDICT_INTERRUPTED] = "interrupted",
        [VERDICT_OUTPUT] = "output", [VERDICT_CROSSING] = "crossing",
        [VERDICT_ERROR] = "error",
    };
    return names[cause];
}

enum verdict_cause verdict_named(const char *name)
{
    int cause = 0;
    while (cause < VERDICT_ERROR &&
           (name == NULL ||
            strcmp(name, verdict_name((enum verdict_cause)cause)) != 0))
        cause++;
    return (enum verdict_cause)cause;
}

void report_end(struct report *r, const struct verdict *verdict,
                struct machine *machine, const struct complaint *why)
{
    if (!r->json) {
        report_flush(r);
        return;
    }
    put_gathered(r);
    put_format(r, "{\"type\":\"end\",\"cause\":\"%s\",\"status\":%d",
               verdict_name(verdict->cause), verdict->status);
    if (verdict->signal != 0)
        put_format(r, ",\"signal\":%d", verdict->signal);
    if (verdict->line != 0)
        put_format(r, ",\"line\":%u", verdict->line);
    if (machine != NULL)
        put_format(r, ",\"clock\":%" PRIu64 ",\"insns\":%" PRIu64,
                   machine_clock(machine), cpu_executed(machine_cpu(machine)));
    if (why->text[0] != '\0') {
        put(r, ",\"message\":", 11);
        put_string(r, (const uint8_t *)why->text, strlen(why->text));
    }
    put(r, "}\n", 2);
    report_flush(r);
}
