/*
 * cmd_replay.c - `sallyport replay`: a recorded run again, from the file alone;
 * or a look into it. Running it is runner.c's, one crossing's card card.c's,
 * comparing it with the file verify.c's.
 */
#include "card.h"
#include "options.h"
#include "runner.h"
#include "verify.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int check(const struct options *o, struct complaint *why)
{
    if (o->program_count != 1)
        return complain(why, APP_USAGE, "replay: one recording is expected");
    if (o->verify + o->trace + (o->gui || o->go_to != 0) > 1)
        return complain(why, APP_USAGE,
                        "replay: only one of --trace, --verify, --gui and "
                        "--goto can be had (--gui and --goto go together)");
    return 0;
}

int cmd_replay(const struct options *o, struct complaint *why)
{
    int status = check(o, why);
    if (status != 0)
        return status;
    if (access(o->program[0], R_OK) != 0)
        return complain(why, APP_UNUSABLE, "%s: %s", o->program[0],
                        strerror(errno));
    if (!recorded_named(o))
        return complain(why, APP_UNUSABLE, "%s: no recording of Sallyport's",
                        o->program[0]);
    if (o->gui)
        return cmd_gui(o, why); /* opens recordings by itself */
    if (o->verify)
        return verify_recording(o, why);
    if (o->go_to != 0)
        return card_print(o, why);
    return runner_replay(o, why);
}
