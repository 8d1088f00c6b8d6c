/*
 * recording_state.c - snapshots of a recording: the whole state's hash, and the
 * state itself packed so that the run can be taken up from there.
 *
 * They are taken where the hart empties its TLB anyway (at multiples of 2^18
 * executed instructions, docs/developer/engine.md), so that a run that goes on
 * from one sets the same A and D bits.
 */
#include "compress.h"
#include "recording_private.h"

#include <stdlib.h>

static uint64_t executed(const struct recording *r)
{
    return cpu_executed(machine_cpu(r->machine));
}

uint64_t recording_due(const struct recording *r)
{
    uint64_t left = r->every - executed(r) % r->every;
    uint64_t clock = machine_clock(r->machine);
    return clock + left < clock ? UINT64_MAX : clock + left;
}

static bool put_snapshot(struct recording *r, const struct packed *x,
                         struct value state, struct value pages)
{
    struct value row[] = {
        value_number(++r->snapshots),
        value_number(machine_clock(r->machine)),
        value_number(cpu_traps(machine_cpu(r->machine))),
        value_number(executed(r)),
        value_number(tracker_count(r->tracker)),
        value_number(r->inputs),
        value_number(x->hash),
        state,
        pages,
    };
    return recording_put(r, TABLE_SNAPSHOT, row);
}

bool recording_snapshot(struct recording *r)
{
    struct packed x;
    size_t state_n = 0, pages_n = 0;
    if (!machine_packer_take(r->packer, &x)) {
        recording_out_of_memory(r);
        return false;
    }
    uint8_t *state = compress_bytes(x.state.bytes, x.state.n, &state_n);
    uint8_t *pages = compress_bytes(x.pages.bytes, x.pages.n, &pages_n);
    bool good = state != NULL && pages != NULL;
    if (good)
        good = put_snapshot(r, &x, value_blob(state, state_n),
                            value_blob(pages, pages_n));
    else
        recording_out_of_memory(r);
    free(state);
    free(pages);
    r->snapshot_at = executed(r);
    return good;
}

bool recording_tick(struct recording *r)
{
    if (r->rows.error != 0 || r->rows.differs)
        return false;
    if (!r->rows.compare && executed(r) % r->every == 0 &&
        executed(r) != r->snapshot_at && !recording_snapshot(r))
        return false;
    return recording_commit(r);
}
