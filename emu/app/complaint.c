/*
 * complaint.c - a refusal as one printable line. Control characters that a
 * file name or a guest's text may bring along never reach the terminal.
 */
#include "app.h"

#include <stdarg.h>
#include <stdio.h>

int complain(struct complaint *c, int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(c->text, sizeof c->text, format, args);
    va_end(args);
    for (char *p = c->text; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = '?';
    return status;
}
