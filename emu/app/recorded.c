/*
 * recorded.c - see recorded.h.
 */
#include "recorded.h"

#include "../platform/platform.h"
#include "../record/loaded.h"
#include "session.h"

#include <stdlib.h>
#include <string.h>

#define REASON 400

bool recorded_named(const struct options *options)
{
    return options->program_count > 0 && !options->bare &&
           recording_recognise(options->program[0]);
}

/* ---- What may not be said beside a recording ---- */

static int check_options(const struct options *o, struct complaint *why)
{
    const struct {
        const char *name;
        bool given;
    } row[] = {
        {"--kernel", o->kernel != NULL},
        {"--initrd", o->initrd != NULL},
        {"--kernel-arg", o->kernel_args.count > 0},
        {"--disk", o->disk != NULL},
        {"--ram", o->ram_mib != PLAT_RAM_MIB_DEFAULT},
        {"--max-insns", o->max_insns != UINT64_MAX},
        {"--script", o->script != NULL},
        {"--file", o->files.count > 0},
        {"--get", o->gets.count > 0},
        {"--abi", o->abi != NULL},
        {"--cost", o->cost != NULL},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        if (row[i].given)
            return complain(why, APP_USAGE,
                            "%s: the recording %s says this itself",
                            row[i].name, o->program[0]);
    if (o->program_count > 1)
        return complain(why, APP_USAGE, "%s: a recording takes no arguments",
                        o->program[0]);
    return 0;
}

/* ---- What it holds ---- */

static int damaged(const struct recorded *r, const char *what,
                   struct complaint *why)
{
    return complain(why, APP_UNUSABLE, "%s: %s", r->path, what);
}

/* An image into a blob; none is no fault unless it is needed. */
static int take_image(struct recorded *r, const char *kind, bool needed,
                      const char **name, struct blob *out,
                      struct complaint *why)
{
    struct recording_blob image;
    char reason[REASON];
    if (!recording_image_find(r->file, kind, 0, &image, reason,
                              sizeof reason)) {
        if (reason[0] != '\0')
            return damaged(r, reason, why);
        return needed ? complain(why, APP_UNUSABLE, "%s: it has no %s", r->path,
                                 kind)
                      : 0;
    }
    *out = (struct blob){image.bytes, image.n};
    if (name != NULL)
        *name = image.name;
    return 0;
}

static int take_boot(struct recorded *r, struct boot *boot,
                     struct complaint *why)
{
    const char *kernel = "kernel",
               *program = recording_text(r->file, "program");
    struct blob page = {0};
    int status = take_image(r, "kernel", true, &kernel, &boot->kernel, why);
    boot->kernel_path = strdup(kernel);
    if (status == 0)
        status = take_image(r, "initrd", false, NULL, &boot->initrd, why);
    if (status == 0)
        status = take_image(r, "bootpage", false, NULL, &page, why);
    boot->page = (char *)page.bytes; /* NUL-terminated */
    if (program != NULL && program[0] != '\0')
        boot->program = strdup(program);
    return status;
}

static int take_options(struct recorded *r, const struct options *given,
                        struct complaint *why)
{
    uint64_t bare, ram;
    r->options = *given;
    if (!recording_number(r->file, "bare", &bare) ||
        !recording_number(r->file, "ram_mib", &ram) || ram < PLAT_RAM_MIB_MIN ||
        ram > PLAT_RAM_MIB_MAX)
        return damaged(r, "damaged: it does not say what machine it is of",
                       why);
    r->options.bare = bare != 0;
    r->options.ram_mib = ram;
    return 0;
}

static int take_inputs(struct recorded *r, struct complaint *why)
{
    char reason[REASON];
    if (!recording_arrivals(r->file, &r->arrival, &r->arrivals, reason,
                            sizeof reason))
        return damaged(r, reason, why);
    if (!recording_reached(r->file, &r->newest)) /* killed before a batch */
        r->newest = (struct moment){0, 0};
    while (r->arrivals > 0 &&
           moment_compare(r->arrival[r->arrivals - 1].at, r->newest) > 0)
        r->arrivals--;
    r->finished = recording_finished(r->file);
    return 0;
}

int recorded_open(struct session *s, struct recorded **out,
                  struct complaint *why)
{
    const struct options *o = s->options;
    char reason[REASON];
    struct recorded *r = calloc(1, sizeof *r);
    if (r == NULL)
        abort();
    *out = r;
    r->path = o->program[0];
    int status = check_options(o, why);
    if (status != 0)
        return status;
    r->file = recording_open(r->path, reason, sizeof reason);
    if (r->file == NULL)
        return damaged(r, reason, why);
    status = take_options(r, o, why);
    s->options = &r->options;
    if (status == 0)
        status = take_boot(r, &s->boot, why);
    if (status == 0)
        status = recorded_disk(r, &s->disk.image, why);
    if (status == 0)
        status =
            take_image(r, "abi", false, &r->options.abi, &s->abi_text, why);
    if (status == 0)
        status =
            take_image(r, "cost", false, &r->options.cost, &s->cost_text, why);
    return status == 0 ? take_inputs(r, why) : status;
}

int recorded_disk(struct recorded *r, struct blob *out, struct complaint *why)
{
    return take_image(r, "disk", false, NULL, out, why);
}

void recorded_add_sources(struct recorded *r, struct sources *sources)
{
    struct recording_blob image;
    char reason[REASON];
    for (size_t i = 0; recording_image_find(r->file, "source", i, &image,
                                            reason, sizeof reason);
         i++) {
        sources_add_text(sources, image.name, (const char *)image.bytes,
                         image.n);
        free(image.bytes);
    }
}

bool recorded_moment(struct recorded *r, uint64_t crossing, struct moment *at)
{
    struct loaded *l = loaded_crossing(r->file, NULL, crossing);
    if (l == NULL)
        return false;
    *at = (struct moment){l->crossing.clock_in, l->crossing.traps_in};
    loaded_free(l);
    return true;
}

void recorded_close(struct recorded *r)
{
    if (r == NULL)
        return;
    recording_close(r->file);
    free(r->arrival);
    free(r);
}
