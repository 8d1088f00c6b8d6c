/*
 * runner.c - see runner.h.
 */
#include "runner.h"

#include "feed.h"
#include "rawtty.h"
#include "../record/replay.h"
#include "recorder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

struct runner {
    const struct runner_desc *desc;
    const struct options *options;
    struct machine *machine;
    struct feed feed;
    struct verdict *verdict;
    struct complaint *why;
    bool crossing_over;
};

static bool end(struct runner *r, enum verdict_cause cause, int status)
{
    r->verdict->cause = cause;
    r->verdict->status = status;
    return true;
}

/* ---- Limits ---- */

/* What --max-insns counts: instructions executed and traps taken. */
static uint64_t spent(const struct runner *r)
{
    const struct cpu *cpu = machine_cpu(r->machine);
    return cpu_executed(cpu) + cpu_traps(cpu);
}

/* How far the machine may run at once. A stretch of n instructions may take
 * traps as well, so the limit is approached by halves. */
static uint64_t next_bound(struct runner *r)
{
    uint64_t bound = feed_advance(&r->feed);
    if (r->desc->recording != NULL && recording_due(r->desc->recording) < bound)
        bound = recording_due(r->desc->recording);
    uint64_t max = r->options->max_insns;
    if (max == UINT64_MAX)
        return bound;
    uint64_t left = max - spent(r);
    uint64_t limit = machine_clock(r->machine) + (left + 1) / 2;
    return limit < bound ? limit : bound;
}

static bool limit_reached(struct runner *r)
{
    if (spent(r) < r->options->max_insns)
        return false;
    complain(r->why, APP_LIMIT,
             "--max-insns %" PRIu64 ": reached at pc 0x%" PRIx64
             ", clock %" PRIu64,
             r->options->max_insns, cpu_pc(machine_cpu(r->machine)),
             machine_clock(r->machine));
    return end(r, VERDICT_LIMIT, APP_LIMIT);
}

/* ---- How it ended ---- */

/* The process that init started: the first child of the first process. */
static const struct process *main_process(const struct tracker *t)
{
    for (size_t i = 0; i < tracker_processes(t); i++) {
        const struct process *p = tracker_process_at(t, i);
        if (p->parent == 1)
            return p;
    }
    return NULL;
}

static bool guest_ended(struct runner *r, const struct machine_stop *stop)
{
    const struct tracker *t = r->desc->session->tracker;
    const struct process *p = t != NULL ? main_process(t) : NULL;
    char text[160];
    end(r, VERDICT_EXIT, stop->status);
    if (t != NULL && tracker_panicked(t, text, sizeof text)) {
        r->verdict->cause = VERDICT_PANIC;
    } else if (p != NULL && WIFSIGNALED(p->wait_status) &&
               stop->status == 128 + WTERMSIG(p->wait_status)) {
        r->verdict->cause = VERDICT_SIGNAL;
        r->verdict->signal = WTERMSIG(p->wait_status);
    }
    if (stop->text[0] != '\0')
        complain(r->why, 0, "guest: %s", stop->text);
    else if (r->feed.kind == FEED_SCRIPT && script_line(r->feed.script) != 0 &&
             !r->options->quiet)
        complain(r->why, 0, "%s:%u: never done, the guest had ended: %s",
                 r->options->script, script_line(r->feed.script),
                 script_step_text(r->feed.script));
    return true;
}

/* The machine idles and nothing will come: whose fault is told by what the
 * input was. */
static bool stuck(struct runner *r, const char *text)
{
    const struct script *script = r->feed.script;
    if (script == NULL) {
        complain(r->why, APP_LIMIT, "guest: %s", text);
        return end(r, VERDICT_IDLE, APP_LIMIT);
    }
    r->verdict->line = script_line(script);
    if (r->verdict->line != 0)
        complain(r->why, APP_LIMIT, "%s:%u: left waiting, the guest idles: %s",
                 r->options->script, r->verdict->line,
                 script_step_text(script));
    else
        complain(r->why, APP_LIMIT,
                 "%s: the script has ended and the guest waits: %s",
                 r->options->script, text);
    return end(r, VERDICT_SCRIPT, APP_LIMIT);
}

/* What was recorded up to the last batch is in the file. */
static bool recording_failed(struct runner *r)
{
    if (r->desc->recording == NULL || recording_tick(r->desc->recording))
        return false;
    complain(r->why, APP_UNUSABLE,
             "%s: %s: the recording ends here, at clock "
             "%" PRIu64,
             r->options->output, recording_why(r->desc->recording),
             machine_clock(r->machine));
    return end(r, VERDICT_OUTPUT, APP_UNUSABLE);
}

static bool output_failed(struct runner *r)
{
    if (recording_failed(r))
        return true;
    if (!r->desc->report->failed)
        return false;
    complain(r->why, APP_UNUSABLE, "%s: %s", r->desc->report->stream,
             strerror(r->desc->report->error));
    return end(r, VERDICT_OUTPUT, APP_UNUSABLE);
}

/* What ends a run from outside the guest, looked at after every stretch. */
static bool ended_from_outside(struct runner *r)
{
    int signal = interrupts_pending();
    if (signal != 0) {
        r->verdict->signal = signal;
        return end(r, VERDICT_INTERRUPTED, 128 + signal);
    }
    if (r->feed.left)
        return end(r, VERDICT_LEFT, 0);
    if (r->crossing_over)
        return end(r, VERDICT_CROSSING, 0);
    return output_failed(r) || limit_reached(r);
}

/* ---- The loop ---- */

static void on_event(void *ctx, const struct event *event)
{
    struct runner *r = ctx;
    if (r->crossing_over || !r->desc->until(r->desc->until_ctx, event))
        return;
    r->crossing_over = true;
    machine_request_stop(r->machine);
}

/* One stretch. True: the run has ended, the verdict says how. */
static bool run_stretch(struct runner *r)
{
    struct machine_stop stop;
    machine_run(r->machine, next_bound(r), &stop);
    report_flush(r->desc->report);
    switch (stop.reason) {
    case MACHINE_ENDED:
        return output_failed(r) || guest_ended(r, &stop);
    case MACHINE_DEAD:
        return stuck(r, stop.text);
    case MACHINE_WANTS_INPUT:
        if (!ended_from_outside(r))
            return !feed_wait(&r->feed, stop.deadline) &&
                   stuck(r, "it waits for console input");
        return true;
    case MACHINE_LIMIT:
    case MACHINE_STOPPED:
        break;
    }
    return ended_from_outside(r);
}

/* ---- A recording's run ---- */

/* Ctrl-C is looked for so often. */
#define REPLAY_SLICE UINT64_C(20000000)

/* It is over: as the file says. */
static bool recording_over(struct runner *r)
{
    struct recorded *recorded = r->desc->session->recorded;
    const char *message = recording_text(recorded->file, "message");
    uint64_t status, signal = 0;
    if (!recorded->finished ||
        !recording_number(recorded->file, "status", &status) || status > 255) {
        complain(r->why, APP_LIMIT,
                 "%s: the recording breaks off here, at clock %" PRIu64,
                 recorded->path, machine_clock(r->machine));
        return end(r, VERDICT_LIMIT, APP_LIMIT);
    }
    recording_number(recorded->file, "signal", &signal);
    r->verdict->signal = (int)signal;
    if (message != NULL && message[0] != '\0')
        complain(r->why, 0, "%s", message);
    return end(r, verdict_named(recording_text(recorded->file, "end")),
               (int)status);
}

static bool went_astray(struct runner *r)
{
    struct recorded *recorded = r->desc->session->recorded;
    const char *engine = recording_text(recorded->file, "engine");
    complain(r->why, APP_UNUSABLE,
             "%s: the run goes another way than the recorded one before clock "
             "%" PRIu64 " (recorded on %s, this is %s)",
             recorded->path, machine_clock(r->machine),
             engine != NULL ? engine : "?", cpu_engine_version());
    return end(r, VERDICT_ERROR, APP_UNUSABLE);
}

static bool replay_stretch(struct runner *r, struct replay *replay)
{
    const struct recorded *recorded = r->desc->session->recorded;
    struct moment to = {machine_clock(r->machine) + REPLAY_SLICE, 0};
    struct machine_stop stop;
    bool last = moment_compare(to, recorded->newest) >= 0;
    if (last)
        to = recorded->newest;
    enum replay_result result = replay_run(replay, to, replay->arrivals, &stop);
    report_flush(r->desc->report);
    if (ended_from_outside(r))
        return true;
    if (result == REPLAY_ASTRAY)
        return went_astray(r);
    return result == REPLAY_THERE && last && recording_over(r);
}

/* ---- Either ---- */

static void replay(struct runner *r)
{
    const struct recorded *recorded = r->desc->session->recorded;
    struct replay replay = {.machine = r->machine,
                            .arrival = recorded->arrival,
                            .arrivals = recorded->arrivals};
    while (!replay_stretch(r, &replay))
        continue;
}

static void run_fed(struct runner *r, struct script *script)
{
    feed_open(&r->feed, r->machine, script, r->desc->use_stdin);
    if (r->feed.kind == FEED_TERMINAL && !r->options->quiet)
        fputs("sallyport: Ctrl-A x leaves\n", stderr);
    while (!run_stretch(r))
        continue;
    feed_close(&r->feed);
}

int runner_run(const struct runner_desc *desc, struct verdict *verdict,
               struct complaint *why)
{
    const struct options *options = desc->session->options;
    struct runner r = {
        .desc = desc,
        .options = options,
        .machine = desc->session->machine,
        .verdict = verdict,
        .why = why,
    };
    struct script *script = NULL;
    *verdict = (struct verdict){.cause = VERDICT_ERROR};
    if (options->script != NULL)
        verdict->status = script_open(options->script, &script, why);
    if (verdict->status != 0)
        return verdict->status;
    if (desc->until != NULL)
        tracker_listen(desc->session->tracker, on_event, &r);
    interrupts_catch();
    if (desc->session->recorded != NULL)
        replay(&r);
    else
        run_fed(&r, script);
    if (desc->session->tracker != NULL)
        tracker_unlisten(desc->session->tracker, &r);
    script_close(script);
    return verdict->status;
}

/* ---- run, trace ---- */

static int run_session(struct session *s, struct report *report,
                       struct verdict *verdict, struct complaint *why)
{
    struct runner_desc desc = {
        .session = s, .report = report, .use_stdin = true};
    if (s->tracker != NULL)
        report_attach(report, s->tracker);
    if (report->recording) {
        verdict->status =
            recorder_open(s, s->options->output, &desc.recording, why);
        if (verdict->status != 0)
            return verdict->status;
    }
    runner_run(&desc, verdict, why);
    recorder_close(desc.recording, s->options->output, verdict, why);
    int status = session_finish(s, verdict->status, why);
    if (status != verdict->status)
        *verdict = (struct verdict){.cause = VERDICT_ERROR, .status = status};
    return status;
}

/* What the program measured, in the format it asked for, behind all else that
 * it wrote; CSV has stdout to itself. */
static void report_measurements(struct report *report,
                                const struct measurements *m)
{
    enum measure_format format = report->json ? MEASURE_JSON
                                 : strcmp(m->format, "csv") == 0
                                     ? MEASURE_CSV
                                     : MEASURE_TABLE;
    char *text = m->format[0] != '\0' ? measurements_text(m, format) : NULL;
    report_release(report, text != NULL && format == MEASURE_CSV);
    if (text != NULL)
        report_text(report, text);
    free(text);
}

/* A program that measures runs in each layout, so that they can be compared;
 * a trace or a stream of objects is of one machine only. */
static bool is_for_one_layout(const struct options *o, bool trace)
{
    return trace || o->output != NULL || o->json || o->bare ||
           boot_layout(o) != NULL;
}

/* One machine from beginning to end. True: the program measures, and went well,
 * so that another layout is worth a run. */
static bool run_once(const struct session_desc *desc, struct report *report,
                     bool last, struct verdict *verdict, struct complaint *why)
{
    struct session *s;
    *verdict = (struct verdict){.cause = VERDICT_ERROR};
    verdict->status = session_open(desc, &s, why);
    if (s->program != NULL && !report->json && !report->trace)
        report_hold(report);
    if (verdict->status == 0)
        run_session(s, report, verdict, why);
    bool more = !last && s->program != NULL && verdict->status == 0 &&
                verdict->cause == VERDICT_EXIT;
    if (!more) {
        report_measurements(report, desc->measurements);
        report_end(report, verdict, s->machine, why);
    }
    session_close(s);
    return more;
}

int runner_command(const struct options *options, bool trace,
                   struct complaint *why)
{
    struct report report = {
        .json = options->json,
        .trace = trace && options->output == NULL,
        .recording = trace && options->output != NULL,
    };
    struct measurements m = {0};
    struct verdict verdict;
    struct session_desc desc = {
        .options = options,
        .track = trace || options->json,
        .measurements = &m,
        .console_out = options->json ? NULL : report_console,
        .console_ctx = &report,
    };
    if (run_once(&desc, &report, is_for_one_layout(options, trace), &verdict,
                 why)) {
        desc.layout = "shared";
        desc.again = true;
        run_once(&desc, &report, true, &verdict, why);
    }
    measurements_free(&m);
    return verdict.status;
}

int runner_replay(const struct options *options, struct complaint *why)
{
    struct report report = {.trace = options->trace};
    struct measurements m = {0};
    struct verdict verdict;
    struct session_desc desc = {
        .options = options,
        .track = options->trace,
        .measurements = &m,
        .console_out = report_console,
        .console_ctx = &report,
    };
    run_once(&desc, &report, true, &verdict, why);
    measurements_free(&m);
    return verdict.status;
}
