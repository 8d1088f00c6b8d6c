/*
 * cmd_diff.c - `sallyport diff A.db B.db`: two recordings compared by their
 * crossings, as text on stdout. Status 0: every call is the same; 1: not.
 */
#include "options.h"

#include "../record/compare.h"

#define DIFFERENT 1

int cmd_diff(const struct options *options, struct complaint *why)
{
    struct compared side[2] = {{0}};
    char reason[320] = "";
    int status = 0;
    if (options->program_count != 2)
        return complain(why, APP_USAGE,
                        "diff: needs two recordings: A.db B.db");
    for (int i = 0; i < 2 && status == 0; i++) {
        side[i].name = options->program[i];
        side[i].file = recording_open(side[i].name, reason, sizeof reason);
        if (side[i].file == NULL)
            status =
                complain(why, APP_UNUSABLE, "%s: %s", side[i].name, reason);
    }
    bool same;
    if (status == 0 &&
        !compare_recordings(side, stdout, &same, reason, sizeof reason))
        status = complain(why, APP_UNUSABLE, "diff: %s", reason);
    else if (status == 0)
        status = same ? 0 : DIFFERENT;
    for (int i = 0; i < 2; i++)
        if (side[i].file != NULL)
            recording_close(side[i].file);
    return status;
}
