/*
 * compare.h - two recordings side by side: where does one run first go another
 * way than the other, and what did each cost? "The student's kernel against the
 * reference", or a program before and after.
 *
 * Processes are paired by name in the order of their birth, and each pair's
 * calls are aligned. A call is the same in both if its name, its arguments (but
 * for addresses, which mean nothing elsewhere) and its answer are. Faults and
 * interrupts are counted, not aligned: where they fall is the machine's affair.
 */
#ifndef SALLYPORT_RECORD_COMPARE_H
#define SALLYPORT_RECORD_COMPARE_H

#include "recording_file.h"

#include <stdio.h>

struct compared {
    struct recording_file *file;
    const char *name; /* for the text */
};

/* Writes the comparison as text. *same: no call differs, and no process is in
 * one only. False: why says in one line what cannot be read. */
bool compare_recordings(const struct compared side[2], FILE *out, bool *same,
                        char *why, size_t why_bytes);

#endif
