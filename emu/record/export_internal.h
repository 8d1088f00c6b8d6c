/*
 * export_internal.h - what the exports ask alike. Only for export_*.c.
 */
#ifndef SALLYPORT_RECORD_EXPORT_INTERNAL_H
#define SALLYPORT_RECORD_EXPORT_INTERNAL_H

#include "export.h"

/* Rows in order of time: clock, 1 (the hart goes into the kernel) or 0 (out of
 * it), the crossing (0: a process's first return to user mode), its name, the
 * process. */
extern const char export_stays_sql[];

#endif
