/*
 * verify.c - see verify.h.
 *
 * The run goes from snapshot to snapshot of the file; at each the hash of the
 * whole state is compared, on the way every row of every crossing, what hangs
 * on it, and the console's bytes; at the end what is said of the whole.
 */
#include "verify.h"

#include "../record/recording.h"
#include "../record/replay.h"
#include "session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct verifier {
    struct session *session;
    struct recorded *recorded;
    struct recording *recording;
    struct replay replay;
    uint64_t snapshots;
    struct complaint *why;
};

static int differs(struct verifier *v)
{
    const char *what = recording_why(v->recording);
    return complain(
        v->why, recording_differs(v->recording) ? APP_FINDING : APP_UNUSABLE,
        "%s: not the same run: %s", v->recorded->path,
        what[0] != '\0' ? what : "it goes another way");
}

static int stray(struct verifier *v, struct moment to)
{
    const struct machine *m = v->session->machine;
    if (recording_why(v->recording)[0] != '\0')
        return differs(v);
    return complain(v->why, APP_FINDING,
                    "%s: not the same run: clock %" PRIu64
                    " is never reached, it is at %" PRIu64,
                    v->recorded->path, to.clock, machine_clock(m));
}

static int go_to(struct verifier *v, struct moment to, size_t inputs)
{
    struct machine_stop stop;
    if (replay_run(&v->replay, to, inputs, &stop) != REPLAY_THERE)
        return stray(v, to);
    return recording_tick(v->recording) ? 0 : differs(v);
}

/* Runs to each snapshot's moment and takes it: that compares it. */
static int pass_snapshots(struct verifier *v)
{
    sqlite3_stmt *s = NULL;
    int status = 0;
    if (sqlite3_prepare_v2(recording_db(v->recorded->file),
                           "SELECT clock, traps, inputs FROM snapshot "
                           "ORDER BY id",
                           -1, &s, NULL) != SQLITE_OK)
        return complain(v->why, APP_UNUSABLE, "%s: damaged", v->recorded->path);
    while (status == 0 && sqlite3_step(s) == SQLITE_ROW) {
        struct moment to = {(uint64_t)sqlite3_column_int64(s, 0),
                            (uint64_t)sqlite3_column_int64(s, 1)};
        status = go_to(v, to, (size_t)sqlite3_column_int64(s, 2));
        if (status == 0 && !recording_snapshot(v->recording))
            status = differs(v);
        v->snapshots++;
    }
    sqlite3_finalize(s);
    return status;
}

static int finish(struct verifier *v)
{
    char reason[400] = "";
    struct recording *recording = v->recording;
    v->recording = NULL;
    if (recording_end_against(recording, v->recorded->finished, reason,
                              sizeof reason))
        return 0;
    return complain(v->why, APP_FINDING, "%s: not the same run: %s",
                    v->recorded->path, reason);
}

static void say(const struct verifier *v)
{
    printf("%s: the same run: %" PRIu64 " crossings, %" PRIu64
           " instructions, %" PRIu64 " snapshot%s%s\n",
           v->recorded->path, tracker_count(v->session->tracker),
           cpu_executed(machine_cpu(v->session->machine)), v->snapshots,
           v->snapshots == 1 ? "" : "s",
           v->recorded->finished ? ""
                                 : " (up to where the recording breaks "
                                   "off)");
}

static int compare(struct verifier *v)
{
    char reason[400];
    struct recorded *r = v->recorded;
    struct recording_desc desc = {.machine = v->session->machine,
                                  .tracker = v->session->tracker};
    v->recording =
        recording_against(&desc, recording_db(r->file), reason, sizeof reason);
    if (v->recording == NULL)
        return complain(v->why, APP_UNUSABLE, "%s: %s", r->path, reason);
    v->replay = (struct replay){.machine = v->session->machine,
                                .arrival = r->arrival,
                                .arrivals = r->arrivals};
    int status = pass_snapshots(v);
    if (status == 0)
        status = go_to(v, r->newest, r->arrivals);
    if (status == 0)
        status = finish(v);
    if (v->recording != NULL)
        recording_end_against(v->recording, false, reason, sizeof reason);
    return status;
}

int verify_recording(const struct options *options, struct complaint *why)
{
    struct session_desc desc = {.options = options, .track = true};
    struct verifier v = {.why = why};
    int status = session_open(&desc, &v.session, why);
    v.recorded = v.session->recorded;
    if (status == 0)
        status = compare(&v);
    if (status == 0)
        say(&v);
    session_close(v.session);
    return status;
}
