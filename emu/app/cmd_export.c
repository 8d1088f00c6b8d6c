/*
 * cmd_export.c - `sallyport export FILE.db --perfetto OUT.json | --report
 * OUT.html`: a recording as other programs and other people want it.
 */
#include "options.h"

#include "../record/export.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef bool export_fn(struct recording_file *f, FILE *out, char *why,
                       size_t why_bytes);

/* A device or a pipe is written to, not replaced. */
static bool is_file_or_nothing(const char *path)
{
    struct stat st;
    return stat(path, &st) != 0 || S_ISREG(st.st_mode);
}

/* Written beside its place first: a file that is there is whole. */
static int write_export(struct recording_file *f, const char *path,
                        export_fn *fn, struct complaint *why)
{
    char part[4096], reason[320] = "";
    bool beside = is_file_or_nothing(path);
    int n = snprintf(part, sizeof part, beside ? "%s.part" : "%s", path);
    FILE *out = n < (int)sizeof part ? fopen(part, "w") : NULL;
    if (out == NULL)
        return complain(why, APP_UNUSABLE, "%s: %s", path, strerror(errno));
    bool good = fn(f, out, reason, sizeof reason);
    bool written = ferror(out) == 0;
    written = fclose(out) == 0 && written;
    if (good && written && (!beside || rename(part, path) == 0))
        return 0;
    int error = errno;
    if (beside)
        unlink(part);
    return good ? complain(why, APP_UNUSABLE, "%s: %s", path, strerror(error))
                : complain(why, APP_UNUSABLE, "%s: %s", "export", reason);
}

int cmd_export(const struct options *options, struct complaint *why)
{
    char reason[320] = "";
    if (options->program_count != 1)
        return complain(why, APP_USAGE, "export: needs one recording: FILE.db");
    if (options->perfetto == NULL && options->report == NULL)
        return complain(why, APP_USAGE,
                        "export: needs --perfetto OUT.json or --report "
                        "OUT.html");
    const char *path = options->program[0];
    struct recording_file *f = recording_open(path, reason, sizeof reason);
    if (f == NULL)
        return complain(why, APP_UNUSABLE, "%s: %s", path, reason);
    int status = 0;
    if (options->perfetto != NULL)
        status = write_export(f, options->perfetto, export_perfetto, why);
    if (options->report != NULL && status == 0)
        status = write_export(f, options->report, export_report, why);
    recording_close(f);
    return status;
}
