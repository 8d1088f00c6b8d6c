/*
 * loaded.h - a crossing of a recording as the struct crossing that everything
 * else works with, without running anything.
 *
 *     struct loaded *l = loaded_crossing(file, abi, 7);
 *     crossing_sentence(tracker, &l->crossing, text, sizeof text);
 *     loaded_free(l);
 */
#ifndef SALLYPORT_RECORD_LOADED_H
#define SALLYPORT_RECORD_LOADED_H

#include "recording_file.h"

struct loaded {
    struct crossing crossing; /* its pointers lead into this struct */
    void *part[5];
    char *text[6];
};

/* abi: the tables by which it was decoded, or NULL; outlives it. NULL: there
 * is no such crossing, or no memory. */
struct loaded *loaded_crossing(struct recording_file *f, const struct abi *abi,
                               uint64_t number);
void loaded_free(struct loaded *l);

#endif
