/*
 * measured.h - runs a program that measures (crossing/measure.h) for its
 * figures alone, once in each of the kernel's layouts; its console is not
 * shown. shot's picture of the race uses it.
 */
#ifndef SALLYPORT_MEASURED_H
#define SALLYPORT_MEASURED_H

#include "../crossing/measure.h"
#include "options.h"

/* Returns 0, or a status with a complaint: also if the program fails or has
 * nothing to measure. measurements_free in either case. */
int measured_run(const struct options *options, struct measurements *out,
                 struct complaint *why);

#endif
