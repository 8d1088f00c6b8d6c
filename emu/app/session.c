/*
 * session.c - see session.h.
 */
#include "session.h"

#include "takeout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A text of --abi or --cost, unless the recording has brought it along. */
static int read_table(const struct session *s, const char *path,
                      struct blob *text, struct complaint *why)
{
    if (path == NULL || s->recorded != NULL)
        return 0;
    return hostfile_read_text(path, text, why);
}

static int judge_tables(struct session *s, struct complaint *why)
{
    const struct options *o = s->options;
    char reason[320] = "";
    s->cost = cost_model_default;
    if (s->abi_text.bytes != NULL) {
        s->abi = abi_from_text((const char *)s->abi_text.bytes, o->abi, reason,
                               sizeof reason);
        if (s->abi == NULL)
            return complain(why, APP_UNUSABLE, "%s", reason);
    }
    if (s->cost_text.bytes != NULL &&
        cost_model_parse((const char *)s->cost_text.bytes, o->cost, &s->cost,
                         reason, sizeof reason) != 0)
        return complain(why, APP_UNUSABLE, "%s", reason);
    return 0;
}

/* They are read and judged even where this command has no use for them: a bad
 * file is told at once. */
static int read_tables(struct session *s, struct complaint *why)
{
    int status = read_table(s, s->options->abi, &s->abi_text, why);
    if (status == 0)
        status = read_table(s, s->options->cost, &s->cost_text, why);
    return status == 0 ? judge_tables(s, why) : status;
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

/* sources: the recording that holds them, or NULL. */
static int make_tracker(struct session *s, struct recorded *sources,
                        struct complaint *why)
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
    if (sources != NULL)
        recorded_add_sources(sources, s->sources);
    else
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

/* A recording says it on its boot page only. */
static char *recorded_layout(const struct session *s)
{
    const char *page = s->boot.page;
    const char *line = page != NULL ? strstr(page, "\nlayout=") : NULL;
    return line != NULL ? strndup(line + 8, strcspn(line + 8, "\n")) : NULL;
}

static int watch_marks(struct session *s, const struct session_desc *desc,
                       struct complaint *why)
{
    const char *given = boot_layout(desc->options);
    s->layout = s->recorded != NULL ? recorded_layout(s) : NULL;
    if (s->layout != NULL)
        given = s->layout;
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
    if (s->history == NULL)
        return complain(why, APP_UNUSABLE, "%s", reason);
    const struct recorded *r = s->recorded;
    if (r != NULL &&
        !history_load(s->history, r->arrival, r->arrivals, r->newest))
        return complain(why, APP_UNUSABLE,
                        "%s: damaged: its inputs are not in order", r->path);
    return 0;
}

/* What the machine is made of: the command line's, or a recording's. */
static int gather(struct session *s, const struct session_desc *desc,
                  struct complaint *why)
{
    int status;
    s->disk.fd = -1;
    if (recorded_named(s->options)) {
        status = recorded_open(s, &s->recorded, why);
        if (status == 0 && desc->measurements != NULL)
            find_marks(s);
        return status == 0 ? read_tables(s, why) : status;
    }
    status = read_tables(s, why);
    if (status == 0)
        status = boot_compose(s->options, layout_of(desc), &s->boot, why);
    if (status == 0 && desc->measurements != NULL)
        find_marks(s);
    return status == 0 ? diskfile_open(s->options->disk, &s->disk, why)
                       : status;
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
    int status = gather(s, desc, why);
    bool track = desc->track || s->program != NULL;
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
        status = make_tracker(s, s->recorded, why);
    if (status == 0 && s->program != NULL)
        status = watch_marks(s, desc, why);
    if (status == 0 && desc->history)
        status = begin_history(s, why);
    return status;
}

/* ---- The same again ---- */

static struct blob copy_blob(const struct blob *b)
{
    struct blob copy = {0};
    if (b->bytes == NULL)
        return copy;
    copy.bytes = malloc(b->size + 1);
    if (copy.bytes == NULL)
        abort();
    memcpy(copy.bytes, b->bytes, b->size + 1);
    copy.size = b->size;
    return copy;
}

static char *copy_text(const char *text)
{
    return text != NULL ? strdup(text) : NULL;
}

/* As it was in the beginning: the machine writes to its image in place. */
static int disk_again(const struct session *of, struct session *s,
                      struct complaint *why)
{
    s->disk = (struct diskfile){.path = of->disk.path, .fd = -1};
    if (of->recorded != NULL)
        return recorded_disk(of->recorded, &s->disk.image, why);
    if (of->disk.path == NULL)
        return 0;
    return hostfile_read(of->disk.path, &s->disk.image, why);
}

int session_again(const struct session *of, struct session **out,
                  struct complaint *why)
{
    const struct session_desc desc = {.options = of->options, .track = true};
    struct session *s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    *out = s;
    s->options = of->options;
    s->boot = (struct boot){
        .kernel_path = copy_text(of->boot.kernel_path),
        .kernel = copy_blob(&of->boot.kernel),
        .initrd = copy_blob(&of->boot.initrd),
        .page = copy_text(of->boot.page),
        .program = copy_text(of->boot.program),
    };
    s->abi_text = copy_blob(&of->abi_text);
    s->cost_text = copy_blob(&of->cost_text);
    int status = disk_again(of, s, why);
    if (status == 0)
        status = judge_tables(s, why);
    if (status == 0)
        status = make_machine(s, &desc, why);
    if (status == 0)
        open_kernel_symbols(s);
    return status == 0 ? make_tracker(s, of->recorded, why) : status;
}

int session_finish(struct session *s, int status, struct complaint *why)
{
    struct complaint late = {.text = ""};
    int saved = s->recorded == NULL ? diskfile_write_back(&s->disk, &late) : 0;
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
    free(s->layout);
    blob_free(&s->abi_text);
    blob_free(&s->cost_text);
    diskfile_close(&s->disk);
    boot_free(&s->boot);
    recorded_close(s->recorded);
    free(s);
}
