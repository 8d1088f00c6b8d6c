/*
 * seek.h - a machine taken to a moment of a recorded run, from the snapshot
 * before it if this build can take that up, else from the beginning.
 */
#ifndef SALLYPORT_RECORD_SEEK_H
#define SALLYPORT_RECORD_SEEK_H

#include "recording_file.h"
#include "replay.h"

/* Puts the machine, which stands at its beginning, where the last snapshot not
 * later than `to` was taken; *inputs: how many arrivals it had been given.
 * False: there is none, or the machine is not then what the snapshot's hash
 * says: it is spoiled, make another and run from the beginning. */
bool seek_snapshot(struct recording_file *f, struct machine *m,
                   struct moment to, size_t *inputs, bool *spoiled);

#endif
