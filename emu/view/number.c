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
