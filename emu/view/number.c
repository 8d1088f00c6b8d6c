/*
 * number.c - see number.h.
 */
#include "number.h"

#include <stdio.h>

const char *number_text(char text[32], uint64_t n)
{
    char plain[24];
    int length = snprintf(plain, sizeof plain, "%llu", (unsigned long long)n);
    int out = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            text[out++] = ',';
        text[out++] = plain[i];
    }
    text[out] = '\0';
    return text;
}

const char *scene_number(const struct scene *s, uint64_t crossing,
                         char text[40])
{
    unsigned branch = 1;
    for (size_t i = 0; i < s->numberings; i++)
        if (s->numbering[i].from <= crossing)
            branch = s->numbering[i].branch;
    if (branch > 1)
        snprintf(text, 40, "%llub%u", (unsigned long long)crossing, branch);
    else
        snprintf(text, 40, "%llu", (unsigned long long)crossing);
    return text;
}
