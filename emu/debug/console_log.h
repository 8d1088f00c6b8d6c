/*
 * console_log.h - what the guest has printed, byte by byte with its moment, so
 * that it can be cut off at any moment of the run.
 *
 * Bytes that a stretch prints again when it is run again are known already;
 * where they differ, or at a new branch, what came after is forgotten.
 */
#ifndef SALLYPORT_CONSOLE_LOG_H
#define SALLYPORT_CONSOLE_LOG_H

#include "../record/history.h"

struct console_log;

struct console_log *console_log_create(void); /* NULL: out of memory */
void console_log_free(struct console_log *l);
/* The guest prints a byte at this moment. */
void console_log_put(struct console_log *l, struct moment at, uint8_t byte);
/* Forgets what was printed at this moment or later. */
void console_log_cut(struct console_log *l, struct moment at);
/* What was printed before this moment; good until the next put. */
const uint8_t *console_log_until(const struct console_log *l, struct moment at,
                                 size_t *n);

#endif
