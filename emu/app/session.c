/*
 * session.c - see session.h.
 */
#include "session.h"

#include "takeout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The texts of --abi and --cost are read and judged even where this command
 * has no use for them: a bad file is told at once. */
static int read_tables(struct session *s, struct complaint *why)
{
    const struct options *o = s->options;
    struct blob text = {0};
    char reason[320] = "";
    int status = 0;
    s->cost = cost_model_default;
    if (o->abi != NULL) {
        status = hostfile_read_text(o->abi, &text, why);
        if (status != 0)
            return status;
        s->abi = abi_from_text((const char *)text.bytes, o->abi, reason,
                               sizeof reason);
        s->abi_text = text;
        if (s->abi == NULL)
            return complain(why, APP_UNUSABLE, "%s", reason);
    }
    if (o->cost != NULL) {
        status = hostfile_read_text(o->cost, &text, why);
        if (status != 0)
            return status;
        if (cost_model_parse((const char *)text.bytes, o->cost, &s->cost,
                             reason, sizeof reason) != 0)
            status = complain(why, APP_UNUSABLE, "%s", reason);
        s->cost_text = text;
    }
    return status;
}

static const char *layout_of(const struct session_desc *desc)
{
    return desc->layout != NULL ? desc->layout : "separate";
}

static int make_machine(struct session *s, const struct session_desc *desc,
                        struct complaint *why)
{
    const struct options *o = s->options;
    char reason[320];
    struct machine_desc machine = {
        .ram_mib = (unsigned)o->ram_mib,
        .bare = o->bare,
        .kernel = s->boot.kernel.bytes,
        .kernel_bytes = s->boot.kernel.size,
        .kernel_name = s->boot.kernel_path,
        .initrd = s->boot.initrd.bytes,
        .initrd_bytes = s->boot.initrd.size,
        .initrd_name = o->initrd,
        .bootpage = s->boot.page,
        .disk = s->disk.image.bytes,
        .disk_bytes = s->disk.image.size,
        .console_out = desc->console_out,
        .console_ctx = desc->console_ctx,
    };
    if (machine_create(&machine, &s->machine, reason, sizeof reason) != 0)
        return complain(why, APP_UNUSABLE, "%s", reason);
    return 0;
}

/* A kernel without symbols is still shown by what the hardware tells. */
static void open_kernel_symbols(struct session *s)
{
    char reason[320];
    if (symbols_open(s->boot.kernel.bytes, s->boot.kernel.size,
                     hostfile_basename(s->boot.kernel_path), &s->kernel, reason,
                     sizeof reason) != 0)
        s->kernel = NULL;
}

static int make_tracker(struct session *s, struct complaint *why)
{
    char reason[320];
    struct tracker_desc desc = {
        .machine = s->machine,
        .kernel = s->kernel,
        .abi = s->abi,
        .initrd = s->boot.initrd.bytes,
        .initrd_bytes = s->boot.initrd.size,
        .cost = &s->cost,
    };
    s->tracker = tracker_create(&desc, reason, sizeof reason);
    if (s->tracker == NULL)
        return complain(why, APP_UNUSABLE, "%s", reason);
    /* Tables or probes that are there but cannot be used: told, and gone on. */
    if (tracker_warning(s->tracker)[0] != '\0' && !s->options->quiet)
        fprintf(stderr, "sallyport: %s\n", tracker_warning(s->tracker));
    s->sources = sources_create();
    for (size_t i = 0; i < s->options->sources.count; i++)
        sources_add_root(s->sources, s->options->sources.value[i]);
    sources_add_root(s->sources, SALLYPORT_SOURCE_DIR);
    return 0;
}

/* A program that has marks is told by its notes; looking for their owner's name
 * first keeps every other program's file unread. */
static void find_marks(struct session *s)
{
    static const char owner[] = "stapsdt";
    const uint8_t *bytes;
    size_t n;
    char reason[320];
    if (!boot_program(&s->boot, &bytes, &n) ||
        memmem(bytes, n, owner, sizeof owner) == NULL ||
        symbols_open(bytes, n, s->boot.program, &s->program, reason,
                     sizeof reason) != 0)
        return;
    if (!measure_marked(s->program)) {
        symbols_close(s->program);
        s->program = NULL;
    }
}

static int watch_marks(struct session *s, const struct session_desc *desc,
                       struct complaint *why)
{
    const char *given = boot_layout(desc->options);
    s->measure = measure_attach(s->tracker, s->program, s->boot.program,
                                given != NULL ? given : layout_of(desc),
                                desc->measurements);
    return s->measure != NULL ? 0
                              : complain(why, APP_UNUSABLE, "out of memory");
}

static int begin_history(struct session *s, struct complaint *why)
{
    char reason[200];
    struct history_desc desc = {.machine = s->machine, .tracker = s->tracker};
    s->history = history_begin(&desc, reason, sizeof reason);
    return s->history != NULL ? 0 : complain(why, APP_UNUSABLE, "%s", reason);
}

int session_open(const struct session_desc *desc, struct session **out,
                 struct complaint *why)
{
    const struct options *o = desc->options;
    struct session *s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    *out = s;
    s->options = o;
    s->disk.fd = -1;
    int status = read_tables(s, why);
    if (status == 0)
        status = boot_compose(o, layout_of(desc), &s->boot, why);
    if (status == 0 && desc->measurements != NULL)
        find_marks(s);
    bool track = desc->track || s->program != NULL;
    if (status == 0)
        status = diskfile_open(o->disk, &s->disk, why);
    if (status == 0)
        status = make_machine(s, desc, why);
    if (status == 0 && o->save_boot != NULL && !desc->again)
        status = boot_save(&s->boot, o, &s->disk.image, why);
    if (status == 0 && (track || o->gets.count > 0))
        open_kernel_symbols(s);
    if (status == 0)
        status =
            takeout_open(&o->gets, s->machine, s->kernel, &s->takeout, why);
    if (status == 0 && track)
        status = make_tracker(s, why);
    if (status == 0 && s->program != NULL)
        status = watch_marks(s, desc, why);
    if (status == 0 && desc->history)
        status = begin_history(s, why);
    return status;
}

int session_finish(struct session *s, int status, struct complaint *why)
{
    struct complaint late = {.text = ""};
    int saved = diskfile_write_back(&s->disk, &late);
    if (saved == 0)
        saved = takeout_write(s->takeout, &late);
    if (saved == 0 || why->text[0] != '\0')
        return status;
    *why = late;
    return saved;
}

void session_close(struct session *s)
{
    if (s == NULL)
        return;
    history_end(s->history);
    takeout_close(s->takeout);
    measure_detach(s->measure);
    if (s->tracker != NULL)
        tracker_destroy(s->tracker);
    if (s->machine != NULL)
        machine_destroy(s->machine);
    if (s->sources != NULL)
        sources_destroy(s->sources);
    symbols_close(s->program);
    if (s->kernel != NULL)
        symbols_close(s->kernel);
    if (s->abi != NULL)
        abi_free(s->abi);
    blob_free(&s->abi_text);
    blob_free(&s->cost_text);
    diskfile_close(&s->disk);
    boot_free(&s->boot);
    free(s);
}
