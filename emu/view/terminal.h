/*
 * terminal.h - the console's screen: what the guest printed, as lines of cells,
 * by the part of VT100 that our programs and common small kernels use (CR LF BS
 * TAB BEL; CSI moves, erasing, colours; UTF-8). Anything else is swallowed
 * whole, so that no guest byte can disturb the window.
 *
 * The last TERMINAL_HISTORY lines are kept. A line is as long as the screen is
 * wide; a longer one wraps.
 */
#ifndef SALLYPORT_TERMINAL_H
#define SALLYPORT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TERMINAL_COLUMNS 100
#define TERMINAL_ROWS    24
#define TERMINAL_HISTORY 2000

struct terminal;
struct terminal *terminal_create(void);
void terminal_destroy(struct terminal *t);
void terminal_put(struct terminal *t, uint8_t byte);

/* Lines from the oldest kept; the screen's are the last ones. */
size_t terminal_lines(const struct terminal *t);
/* The line as UTF-8 without trailing blanks. Returns bytes written, NUL not
 * counted. Highlighted cells (bold or inverse) set bold[column]. */
size_t terminal_line(const struct terminal *t, size_t line, char *text,
                     size_t room, bool bold[TERMINAL_COLUMNS]);
/* Where the cursor is: its line (as terminal_line counts) and column. */
void terminal_cursor(const struct terminal *t, size_t *line, unsigned *column);
/* Grows by one with each byte put. */
uint64_t terminal_version(const struct terminal *t);

#endif
