/*
 * sentences.c - a crossing in plain English: who asked for what, what came of
 * it, and if it was refused, why and at which byte.
 */
#include "state.h"

void crossing_sentence(const struct tracker *t, const struct crossing *c,
                       char *text, size_t n)
{
    crossing_describe(t, c, text, n);
}
