/*
 * script.h - --script FILE: typing prepared in a file, one step a line.
 *
 *     expect "TEXT"   wait until TEXT stands in the console's output, searched
 *                     from behind the last match on
 *     send "TEXT"     type TEXT; the guest gets it as fast as it takes it
 *     wait CLOCK      wait until the clock has come to CLOCK, or with +N until
 *                     N later
 *     eof             end the input: from now on the guest reads end-of-file
 *     # comment       also behind a step; empty lines are allowed
 *
 * TEXT knows C's escapes: \a \b \e \f \n \r \t \v \\ \" \' \ooo \xhh (one to
 * three octal, one or two hexadecimal digits).
 *
 * What a script types depends on the guest's output and clock alone, so that
 * a run with a script repeats exactly.
 */
#ifndef SALLYPORT_SCRIPT_H
#define SALLYPORT_SCRIPT_H

#include "../record/history.h"
#include "app.h"

struct script;

/* Reads a script. Refusals name file, line and column. */
int script_open(const char *path, struct script **out, struct complaint *why);
void script_close(struct script *s);

/* Follows this machine's console from now on, and types to it: through its
 * history, if it has one, whose past is then not looked at. */
void script_attach(struct script *s, struct machine *m, struct history *h);
/* Does every step that can be done now. Returns the clock until which the
 * machine may run before it is to be called again (UINT64_MAX: until the
 * machine comes back by itself; a match stops it). */
uint64_t script_advance(struct script *s);
/* The line of the step that is not done yet; 0: the script has ended. */
unsigned script_line(const struct script *s);
/* That step as written, without its comment; "" at the end. */
const char *script_step_text(const struct script *s);

#endif
