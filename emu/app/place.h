/*
 * place.h - which crossing --at means: "16", by its number, or "write" or
 * "read:3", by its call, the first or third of that name. Numbers move when a
 * program or the kernel changes; calls seldom do. Those of init, which starts
 * PROGRAM, are not counted.
 */
#ifndef SALLYPORT_PLACE_H
#define SALLYPORT_PLACE_H

#include "app.h"

#include "../crossing/crossing.h"

struct place {
    uint64_t number; /* of the crossing, once it is known; else 0 */
    char call[48];   /* "": given by number */
    uint64_t nth;    /* which of the calls; 0: none was asked for */
    uint64_t seen;   /* so many have been */
};

/* text NULL: no place. A complaint if it is neither form; whether there is such
 * a call is for place_check. */
int place_read(const char *text, struct place *out, struct complaint *why);
/* That the kernel has a call of that name. */
int place_check(const struct place *p, const struct tracker *t,
                struct complaint *why);
/* Looks at each event in its order; true: it belongs to the crossing. */
bool place_sees(struct place *p, const struct event *event);

#endif
