/*
 * past.h - many snapshots of one machine, cheap to take and quick to go back
 * to: of RAM each keeps only the pages that differ from the one before it.
 *
 *     struct machine_past *p = machine_past_begin(m);    snapshot 0, here
 *     machine_run(m, ...);
 *     size_t at = machine_past_keep(p);                  the next one
 *     machine_past_go(p, 0);                             back
 *
 * Snapshots are numbered by their place in time, 0 the first. The machine
 * stands at one, or somewhere behind it: machine_past_at. A new one is put
 * behind that one, so those after it are counted on by one. Between two calls
 * the machine may only run: nobody else may restore it.
 */
#ifndef SALLYPORT_MACHINE_PAST_H
#define SALLYPORT_MACHINE_PAST_H

#include "machine.h"

struct machine_past;

/* NULL: no memory, or this host cannot watch so many machines. */
struct machine_past *machine_past_begin(struct machine *m);
void machine_past_end(struct machine_past *p);

size_t machine_past_count(const struct machine_past *p);
size_t machine_past_at(const struct machine_past *p);
/* Of snapshot i; see struct moment. */
uint64_t machine_past_clock(const struct machine_past *p, size_t i);
uint64_t machine_past_traps(const struct machine_past *p, size_t i);
/* Host memory that the snapshots take, about. */
size_t machine_past_bytes(const struct machine_past *p);

/* How many pages the next one has to look at. */
size_t machine_past_written(const struct machine_past *p);

/* machine_hash of the present, in the time of what was written since the last
 * snapshot: the rest is taken to be what was kept, which is to be checked
 * against machine_hash now and then. */
uint64_t machine_past_hash(const struct machine_past *p);

/* Keeps the present moment, which must be later than that of
 * machine_past_at, and earlier than the next one's. Its number, or SIZE_MAX:
 * no memory, nothing changed. */
size_t machine_past_keep(struct machine_past *p);
void machine_past_go(struct machine_past *p, size_t i);
/* The machine has run from the snapshot at which it stood to the moment of the
 * next one, which it stands at now. False: RAM or hart are not what they were
 * the first time, so the run went another way; nothing is done then. */
bool machine_past_pass(struct machine_past *p);
/* Forgets snapshot i, neither 0 nor the one that the machine stands at. */
void machine_past_drop(struct machine_past *p, size_t i);
/* Forgets all that are later than the one the machine stands at. */
void machine_past_cut(struct machine_past *p);
/* May the page at this physical address have been written between snapshot i
 * and i + 1? */
bool machine_past_wrote(const struct machine_past *p, size_t i, uint64_t pa);

#endif
