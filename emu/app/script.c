/*
 * script.c - plays a script against a machine. The console's output since the
 * last match is kept, so that an expect also finds what came while other
 * steps were being done.
 */
#include "script.h"

#include "hostfile.h"
#include "script_parse.h"

#include <stdlib.h>
#include <string.h>

/* Of output that no expect has looked for, so much is kept (the newest). */
#define KEEP_MAX ((size_t)1 << 20)

struct script {
    struct step *step;
    size_t count, next;
    struct machine *machine;
    struct history *history; /* that runs it, or NULL */
    uint64_t wait_until;     /* the present WAIT's end; 0: not begun */
    bool matched;            /* the present EXPECT's text has come */
    uint8_t *seen;           /* output behind the last match */
    size_t seen_bytes, seen_room;
};

int script_open(const char *path, struct script **out, struct complaint *why)
{
    struct blob text;
    *out = NULL;
    int status = hostfile_read_text(path, &text, why);
    if (status != 0)
        return status;
    struct script *s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    s->step = script_parse(path, (const char *)text.bytes, &s->count, why);
    blob_free(&text);
    if (s->step == NULL) {
        free(s);
        return APP_UNUSABLE;
    }
    *out = s;
    return 0;
}

void script_close(struct script *s)
{
    if (s == NULL)
        return;
    if (s->machine != NULL)
        machine_unobserve(s->machine, s);
    script_steps_free(s->step, s->count);
    free(s->seen);
    free(s);
}

static const struct step *present(const struct script *s)
{
    return s->next < s->count ? &s->step[s->next] : NULL;
}

static void drop_seen(struct script *s, size_t n)
{
    memmove(s->seen, s->seen + n, s->seen_bytes - n);
    s->seen_bytes -= n;
}

static void keep_byte(struct script *s, uint8_t byte)
{
    if (s->seen_bytes == 2 * KEEP_MAX)
        drop_seen(s, KEEP_MAX);
    if (s->seen_bytes == s->seen_room) {
        s->seen_room = s->seen_room != 0 ? s->seen_room * 2 : 4096;
        s->seen = realloc(s->seen, s->seen_room);
        if (s->seen == NULL)
            abort();
    }
    s->seen[s->seen_bytes++] = byte;
}

/* Looks for the present expect's text from offset on. */
static bool search(struct script *s, size_t from)
{
    const struct step *step = present(s);
    if (s->seen == NULL)
        return false; /* not one byte was printed yet */
    const uint8_t *found =
        memmem(s->seen + from, s->seen_bytes - from, step->bytes, step->size);
    if (found == NULL)
        return false;
    drop_seen(s, (size_t)(found - s->seen) + step->size);
    return true;
}

/* The guest printed a byte: only a match that ends with it can be new. */
static void on_console_out(void *ctx, uint8_t byte)
{
    struct script *s = ctx;
    const struct step *step = present(s);
    if (s->history != NULL && history_in_past(s->history))
        return;
    keep_byte(s, byte);
    if (step == NULL || step->kind != STEP_EXPECT || s->matched ||
        s->seen_bytes < step->size)
        return;
    s->matched = search(s, s->seen_bytes - step->size);
    if (s->matched)
        machine_request_stop(s->machine);
}

void script_attach(struct script *s, struct machine *m, struct history *h)
{
    struct machine_observer observer = {.ctx = s,
                                        .console_out = on_console_out};
    s->machine = m;
    s->history = h;
    machine_observe(m, &observer);
}

static bool wait_is_over(struct script *s, const struct step *step)
{
    uint64_t clock = machine_clock(s->machine);
    if (s->wait_until == 0) {
        s->wait_until = step->clock + (step->relative ? clock : 0);
        if (step->relative && s->wait_until < clock)
            s->wait_until = UINT64_MAX;
    }
    return clock >= s->wait_until;
}

/* NULL: the end. */
static void give(struct script *s, const uint8_t *bytes, size_t n)
{
    if (s->history != NULL && bytes != NULL)
        history_input(s->history, bytes, n, false);
    else if (s->history != NULL)
        history_input_end(s->history);
    else if (bytes != NULL)
        machine_input(s->machine, bytes, n, false);
    else
        machine_input_end(s->machine);
}

/* Tries the present step. True: it is done. */
static bool try_step(struct script *s, const struct step *step)
{
    switch (step->kind) {
    case STEP_EXPECT:
        return s->matched || search(s, 0);
    case STEP_SEND:
        give(s, step->bytes, step->size);
        return true;
    case STEP_WAIT:
        return wait_is_over(s, step);
    case STEP_EOF:
        give(s, NULL, 0);
        return true;
    }
    return false;
}

uint64_t script_advance(struct script *s)
{
    const struct step *step;
    while ((step = present(s)) != NULL && try_step(s, step)) {
        s->next++;
        s->matched = false;
        s->wait_until = 0;
    }
    return step != NULL && step->kind == STEP_WAIT ? s->wait_until : UINT64_MAX;
}

unsigned script_line(const struct script *s)
{
    const struct step *step = present(s);
    return step != NULL ? step->line : 0;
}

const char *script_step_text(const struct script *s)
{
    const struct step *step = present(s);
    return step != NULL ? step->source : "";
}
