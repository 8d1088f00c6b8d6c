/*
 * cmd_trace.c - `sallyport trace`: as run, and every crossing as it happens,
 * as text on stderr or with --json as objects on stdout. The words are
 * crossing/'s (event_text, event_json), the order report.c's.
 */
#include "options.h"
#include "recorder.h"
#include "runner.h"

int cmd_trace(const struct options *options, struct complaint *why)
{
    int status = recorder_check(options->output, why);
    if (status != 0)
        return status;
    return runner_command(options, true, why);
}
