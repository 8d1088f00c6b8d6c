/*
 * prompt.h - the debugger's line on a terminal: editing, history and completion
 * by libedit. The only file that knows it (decision 0007).
 */
#ifndef SALLYPORT_PROMPT_H
#define SALLYPORT_PROMPT_H

#include "../debug/command.h"

struct prompt;

/* NULL: the terminal cannot be used. */
struct prompt *prompt_open(struct commander *commander);
void prompt_close(struct prompt *p);

enum prompt_result { PROMPT_LINE, PROMPT_END, PROMPT_INTERRUPTED };
/* The next line without its newline, good until the next call. END: Ctrl-D.
 * INTERRUPTED: a signal came while it waited. */
enum prompt_result prompt_read(struct prompt *p, const char **line);

#endif
