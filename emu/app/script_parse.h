/*
 * script_parse.h - the steps of a script as read from its file. Only for
 * script.c and script_parse.c.
 */
#ifndef SALLYPORT_SCRIPT_PARSE_H
#define SALLYPORT_SCRIPT_PARSE_H

#include "app.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum step_kind { STEP_EXPECT, STEP_SEND, STEP_WAIT, STEP_EOF };

struct step {
    enum step_kind kind;
    unsigned line;
    char *source;   /* as written */
    uint8_t *bytes; /* EXPECT, SEND; escapes resolved, may hold NULs */
    size_t size;
    uint64_t clock; /* WAIT */
    bool relative;  /* WAIT +N */
};

/* Returns the malloc'ed steps of a text, or NULL with a complaint. */
struct step *script_parse(const char *path, const char *text, size_t *count,
                          struct complaint *why);
void script_steps_free(struct step *step, size_t count);

#endif
