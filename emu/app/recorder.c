/*
 * recorder.c - see recorder.h.
 */
#include "recorder.h"

#include "../record/replay.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/stat.h>

int recorder_check(const char *path, struct complaint *why)
{
    size_t n = path != NULL ? strlen(path) : 0;
    if (path == NULL || (n > 3 && strcmp(path + n - 3, ".db") == 0))
        return 0;
    return complain(why, APP_UNUSABLE, "-o %s: a recording's name ends in .db",
                    path);
}

/* PROGRAM and its arguments as they were given, a space between them. */
static char *command_words(const struct options *o)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (out == NULL)
        abort();
    for (int i = 0; i < o->program_count; i++)
        fprintf(out, "%s%s", i > 0 ? " " : "", o->program[i]);
    fclose(out);
    return text;
}

static size_t list_images(const struct session *s,
                          struct recording_image image[6])
{
    const struct boot *b = &s->boot;
    const struct options *o = s->options;
    size_t n = 0;
    image[n++] = (struct recording_image){"kernel", b->kernel_path,
                                          b->kernel.bytes, b->kernel.size};
    if (b->initrd.size > 0)
        image[n++] = (struct recording_image){
            "initrd", o->initrd != NULL ? o->initrd : "initrd", b->initrd.bytes,
            b->initrd.size};
    if (b->page != NULL)
        image[n++] = (struct recording_image){
            "bootpage", "bootpage", (uint8_t *)b->page, strlen(b->page)};
    if (s->disk.image.size > 0)
        image[n++] = (struct recording_image){
            "disk", s->disk.path, s->disk.image.bytes, s->disk.image.size};
    if (s->abi_text.size > 0)
        image[n++] = (struct recording_image){"abi", o->abi, s->abi_text.bytes,
                                              s->abi_text.size};
    if (s->cost_text.size > 0)
        image[n++] = (struct recording_image){
            "cost", o->cost, s->cost_text.bytes, s->cost_text.size};
    return n;
}

/* Is that the recording whose run this is? It would be lost half read. */
static bool is_own_source(const struct session *s, const char *path)
{
    struct stat from, to;
    return s->recorded != NULL && stat(s->recorded->path, &from) == 0 &&
           stat(path, &to) == 0 && from.st_dev == to.st_dev &&
           from.st_ino == to.st_ino;
}

int recorder_open(const struct session *s, const char *path,
                  struct recording **out, struct complaint *why)
{
    const struct options *o = s->options;
    struct recording_image image[6];
    if (is_own_source(s, path))
        return complain(why, APP_UNUSABLE,
                        "-o %s: is the recording that is run", path);
    char *words = command_words(o), reason[400];
    const struct recording_fact fact[] = {
        {"sallyport", SALLYPORT_VERSION, 0},
        {"engine", cpu_engine_version(), 0},
        {"command", words, 0},
        {"program", s->boot.program != NULL ? s->boot.program : "", 0},
        {"ram_mib", NULL, o->ram_mib},
        {"bare", NULL, o->bare},
    };
    struct recording_desc desc = {
        .path = path,
        .machine = s->machine,
        .tracker = s->tracker,
        .image = image,
        .images = list_images(s, image),
        .fact = fact,
        .facts = sizeof fact / sizeof fact[0],
        .sources = s->sources,
    };
    signal(SIGXFSZ, SIG_IGN); /* a file too large is an error like others */
    *out = recording_create(&desc, reason, sizeof reason);
    free(words);
    return *out != NULL ? 0
                        : complain(why, APP_UNUSABLE, "%s: %s", path, reason);
}

void recorder_close(struct recording *recording, const char *path,
                    struct verdict *verdict, struct complaint *why)
{
    char reason[400] = "";
    if (recording == NULL)
        return;
    const struct recording_fact fact[] = {
        {"end", verdict_name(verdict->cause), 0},
        {"status", NULL, (uint64_t)verdict->status},
        {"signal", NULL, (uint64_t)verdict->signal},
        {"message", why->text, 0},
    };
    bool good = recording_end(recording, fact, sizeof fact / sizeof fact[0],
                              reason, sizeof reason);
    if (good || verdict->cause == VERDICT_OUTPUT)
        return;
    verdict->cause = VERDICT_OUTPUT;
    verdict->status = complain(why, APP_UNUSABLE, "%s: %s", path, reason);
}

/* ---- Save-as ---- */

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

/* To the branch's newest moment, with a tick wherever one is due. */
static int record_branch(const struct session *of, struct session *s,
                         struct recording *recording, const char *path,
                         struct complaint *why)
{
    struct moment newest = history_newest(of->history);
    struct machine_stop stop;
    struct replay r = {.machine = s->machine};
    r.arrival = history_arrivals(of->history, &r.arrivals);
    for (bool last = false; !last;) {
        struct moment to = {recording_due(recording), 0};
        last = moment_compare(to, newest) >= 0;
        enum replay_result result =
            replay_run(&r, last ? newest : to, r.arrivals, &stop);
        if (!recording_tick(recording))
            return complain(why, APP_UNUSABLE, "%s: %s", path,
                            recording_why(recording));
        if (result == REPLAY_ASTRAY)
            return complain(why, APP_UNUSABLE,
                            "%s: the run does not come out as the first time",
                            path);
    }
    return 0;
}

/* Ended by the guest, or left by whoever sat at it. */
static struct verdict how_it_ended(struct machine *m)
{
    struct machine_stop stop;
    machine_run(m, machine_clock(m), &stop);
    if (stop.reason == MACHINE_ENDED)
        return (struct verdict){.cause = VERDICT_EXIT, .status = stop.status};
    return (struct verdict){.cause = VERDICT_LEFT};
}

int recording_write_branch(const struct session *s, const char *path,
                           struct complaint *why)
{
    struct session *again = NULL;
    struct recording *recording = NULL;
    int status = recorder_check(path, why);
    if (status != 0)
        return status;
    if (s->recorded != NULL && same_file(path, s->recorded->path))
        return complain(why, APP_UNUSABLE,
                        "%s: the recording that is open here: recordings do "
                        "not change, choose another name",
                        path);
    status = session_again(s, &again, why);
    if (status == 0)
        status = recorder_open(again, path, &recording, why);
    if (status == 0)
        status = record_branch(s, again, recording, path, why);
    if (recording != NULL) {
        struct verdict verdict = {.cause = VERDICT_OUTPUT, .status = status};
        if (status == 0)
            verdict = how_it_ended(again->machine);
        recorder_close(recording, path, &verdict, why);
        status = verdict.cause == VERDICT_OUTPUT ? verdict.status : status;
    }
    session_close(again);
    return status;
}
