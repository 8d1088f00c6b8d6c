/*
 * measured.c - see measured.h.
 */
#include "measured.h"

#include "runner.h"

static int judge(const struct verdict *verdict, struct complaint *why)
{
    if (verdict->cause == VERDICT_EXIT && verdict->status == 0)
        return 0;
    if (verdict->cause == VERDICT_EXIT || why->text[0] == '\0')
        return complain(why, APP_UNUSABLE,
                        "what is to be measured ended with status %d",
                        verdict->status);
    return verdict->status;
}

static int run_layout(const struct options *options, const char *layout,
                      struct measurements *out, struct complaint *why)
{
    struct report report = {.trace = false};
    struct verdict verdict;
    struct session *s;
    struct session_desc desc = {.options = options,
                                .layout = layout,
                                .again = layout != NULL,
                                .measurements = out};
    int status = session_open(&desc, &s, why);
    if (status == 0 && s->program == NULL)
        status =
            complain(why, APP_UNUSABLE, "%s: has no marks: nothing is measured",
                     options->program[0]);
    if (status == 0) {
        struct runner_desc run = {
            .session = s, .report = &report, .use_stdin = true};
        runner_run(&run, &verdict, why);
        status = judge(&verdict, why);
    }
    if (status == 0)
        status = session_finish(s, 0, why);
    session_close(s);
    return status;
}

int measured_run(const struct options *options, struct measurements *out,
                 struct complaint *why)
{
    int status = run_layout(options, NULL, out, why);
    if (status == 0 && boot_layout(options) == NULL)
        status = run_layout(options, "shared", out, why);
    if (status == 0 && out->rows == 0)
        status = complain(why, APP_UNUSABLE, "%s: measured nothing",
                          options->program[0]);
    return status;
}
