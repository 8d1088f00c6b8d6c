/*
 * cmd_run.c - `sallyport run`: the guest without a window. The work is
 * runner.c's; here stands what is special about run: it looks at nothing, so
 * no tracker is made unless --json asks for one.
 */
#include "options.h"
#include "runner.h"

int cmd_run(const struct options *options, struct complaint *why)
{
    return runner_command(options, false, why);
}
