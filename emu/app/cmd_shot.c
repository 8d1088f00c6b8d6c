/*
 * cmd_shot.c - `sallyport shot`: runs the guest without a window up to the
 * moment asked for, and draws what the window would show then, by the same
 * code.
 */
#include "looks.h"
#include "measured.h"
#include "place.h"
#include "runner.h"

#include "../view/picture.h"
#include "../view/stage.h"

#include <stdio.h>
#include <string.h>

struct named_moment {
    const char *name;
    bool (*is)(const struct event *event);
};

static bool is_trap(const struct event *event)
{
    return event->kind == EVENT_ENTER;
}

static bool is_copy(const struct event *event)
{
    return event->kind == EVENT_TRANSFER;
}

static bool is_refusal(const struct event *event)
{
    return crossing_refused(event->crossing);
}

static bool is_end(const struct event *event)
{
    return event->crossing->outcome != OUTCOME_OPEN;
}

static const struct named_moment moments[] = {
    {"trap", is_trap},
    {"copy", is_copy},
    {"refusal", is_refusal},
    {"end", is_end},
};

/* What is to be drawn: this crossing, at this moment. */
struct aim {
    struct place at;
    const struct named_moment *moment;
};

/* A moment that never came is the crossing's end. */
static bool is_moment(void *ctx, const struct event *event)
{
    struct aim *aim = ctx;
    return place_sees(&aim->at, event) &&
           (event->crossing->outcome != OUTCOME_OPEN || aim->moment->is(event));
}

static int find_moment(const struct options *o, const struct named_moment **out,
                       struct complaint *why)
{
    size_t n = sizeof moments / sizeof moments[0];
    *out = &moments[n - 1];
    if (o->moment == NULL)
        return 0;
    if (o->at == NULL)
        return complain(why, APP_USAGE, "--moment: needs --at CROSSING");
    for (size_t i = 0; i < n; i++) {
        *out = &moments[i];
        if (strcmp(o->moment, moments[i].name) == 0)
            return 0;
    }
    return complain(why, APP_UNUSABLE,
                    "--moment %s: trap, copy, refusal or end", o->moment);
}

static int check(const struct options *o, struct view *v, struct complaint *why)
{
    if (o->output == NULL)
        return complain(why, APP_USAGE, "shot: -o FILE is missing");
    if (!picture_known(o->output))
        return complain(why, APP_UNUSABLE,
                        "%s: a picture's name ends in .png, .svg, .pdf or .txt",
                        o->output);
    if (view_only(v, o->panel))
        return 0;
    char names[320] = "";
    for (size_t i = 0; view_panel_name(i) != NULL; i++) {
        strcat(names, i == 0 ? "" : " ");
        strcat(names, view_panel_name(i));
    }
    return complain(why, APP_UNUSABLE, "--panel %s: one of %s", o->panel,
                    names);
}

/* The whole run is measured, in each layout: no moment of it is. */
static int check_race(const struct options *o, struct complaint *why)
{
    if (o->at != NULL)
        return complain(why, APP_USAGE, "--panel race: --at means nothing");
    if (o->bare)
        return complain(why, APP_USAGE, "--panel race: --bare has no layouts");
    return 0;
}

/* The guest's end is not shot's: only what kept the picture from being what
 * was asked for is an error. */
static int run(const struct options *o, struct session *s, struct aim *aim,
               struct verdict *verdict, char how[200], struct complaint *why)
{
    struct report report = {.trace = false};
    struct runner_desc desc = {
        .session = s,
        .report = &report,
        .use_stdin = true,
        .until = o->at != NULL ? is_moment : NULL,
        .until_ctx = aim,
    };
    struct complaint end = {.text = ""};
    runner_run(&desc, verdict, &end);
    if (end.text[0] != '\0')
        snprintf(how, 200, "ended: %s", end.text);
    else
        snprintf(how, 200, "ended with status %d", verdict->status);
    bool own = verdict->cause == VERDICT_ERROR ||
               verdict->cause == VERDICT_INTERRUPTED;
    if (own) {
        *why = end;
        return verdict->status;
    }
    if (o->at != NULL && verdict->cause != VERDICT_CROSSING)
        return complain(why, APP_UNUSABLE,
                        "--at %s: the run ended at crossing %llu before "
                        "that moment",
                        o->at, (unsigned long long)tracker_count(s->tracker));
    struct machine_stop stop;
    /* listeners hear of a trap before it is taken */
    if (aim->moment->is == is_trap &&
        cpu_privilege(machine_cpu(s->machine)) == CPU_U)
        machine_step(s->machine, &stop);
    return 0;
}

static int draw(const struct options *o, const struct looks *looks,
                struct stage *stage, struct view *v, const struct aim *aim,
                const struct verdict *verdict, const char *how,
                struct complaint *why)
{
    static struct scene scene; /* too big for the stack of a small thread */
    char reason[400];
    struct stage_want want = {
        .run = verdict->cause == VERDICT_CROSSING ? RUN_PAUSED : RUN_ENDED,
        .how = verdict->cause == VERDICT_CROSSING ? NULL : how,
        .selected = aim->at.number,
    };
    stage_fill(stage, &want, &scene);
    view_resize(v, looks->width, looks->height, looks->scale);
    view_set_dark(v, looks->dark);
    view_select(v, aim->at.number);
    view_frame(v, &scene);
    if (picture_save(v, o->output, looks->width, looks->height, reason,
                     sizeof reason) != 0)
        return complain(why, APP_UNUSABLE, "%s", reason);
    return 0;
}

static int shoot(const struct options *o, const struct looks *looks,
                 struct aim *aim, struct view *v, struct complaint *why)
{
    struct session_desc desc = {.options = o, .track = true};
    struct session *s;
    struct verdict verdict = {.cause = VERDICT_ERROR};
    char how[200] = "";
    struct stage *stage = NULL;
    int status = session_open(&desc, &s, why);
    if (status == 0)
        status = place_check(&aim->at, s->tracker, why);
    if (status == 0) {
        struct stage_desc stage_desc = {.machine = s->machine,
                                        .tracker = s->tracker,
                                        .sources = s->sources,
                                        .program = looks_program(o)};
        stage = stage_create(&stage_desc);
        status = stage != NULL
                     ? run(o, s, aim, &verdict, how, why)
                     : complain(why, APP_UNUSABLE, "shot: out of memory");
    }
    if (status == 0)
        status = draw(o, looks, stage, v, aim, &verdict, how, why);
    if (status == 0)
        status = session_finish(s, 0, why);
    stage_destroy(stage);
    session_close(s);
    return status;
}

static int shoot_race(const struct options *given, const struct looks *looks,
                      struct view *v, struct complaint *why)
{
    static struct scene scene; /* as in draw() */
    char *const race[] = {"race", NULL};
    struct options o = *given;
    struct measurements m = {0};
    char reason[400];
    if (o.program_count == 0) {
        o.program = race;
        o.program_count = 1;
    }
    int status = check_race(&o, why);
    if (status == 0)
        status = measured_run(&o, &m, why);
    if (status == 0) {
        scene.race = &m;
        view_resize(v, looks->width, looks->height, looks->scale);
        view_set_dark(v, looks->dark);
        view_frame(v, &scene);
        if (picture_save(v, o.output, looks->width, looks->height, reason,
                         sizeof reason) != 0)
            status = complain(why, APP_UNUSABLE, "%s", reason);
    }
    measurements_free(&m);
    return status;
}

int cmd_shot(const struct options *options, struct complaint *why)
{
    struct looks looks;
    struct aim aim;
    struct view *v = view_create();
    if (v == NULL)
        return complain(why, APP_UNUSABLE, "shot: out of memory");
    int status = looks_read(options, &looks, why);
    if (status == 0)
        status = place_read(options->at, &aim.at, why);
    if (status == 0)
        status = find_moment(options, &aim.moment, why);
    if (status == 0)
        status = check(options, v, why);
    if (status == 0)
        status = options->panel != NULL && strcmp(options->panel, "race") == 0
                     ? shoot_race(options, &looks, v, why)
                     : shoot(options, &looks, &aim, v, why);
    view_destroy(v);
    return status;
}
