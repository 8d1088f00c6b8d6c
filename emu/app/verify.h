/*
 * verify.h - a recording proved: the run again, and everything that it does
 * compared with what the file says.
 */
#ifndef SALLYPORT_VERIFY_H
#define SALLYPORT_VERIFY_H

#include "options.h"

/* PROGRAM is the recording. One line on stdout if all is the same (0), else a
 * complaint that says what was not first (APP_FINDING). */
int verify_recording(const struct options *options, struct complaint *why);

#endif
