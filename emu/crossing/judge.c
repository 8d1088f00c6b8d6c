/*
 * judge.c - which crossings are looked for: those that were refused something,
 * and those that a filter's words name.
 */
#include "crossing.h"

#include <string.h>

bool crossing_refused(const struct crossing *c)
{
    for (size_t i = 0; i < c->transfers; i++)
        if (c->transfer[i].error != 0)
            return true;
    return c->signal != 0;
}

#define WORD 128 /* of a longer one only so much is compared */

bool crossing_words_match(const char *filter, const char *all)
{
    char word[WORD];
    while (*(filter += strspn(filter, " ")) != '\0') {
        size_t length = strcspn(filter, " ");
        bool unwanted = filter[0] == '-' && length > 1;
        size_t n = length - unwanted;
        if (n >= sizeof word)
            n = sizeof word - 1;
        memcpy(word, filter + unwanted, n);
        word[n] = '\0';
        if ((strcasestr(all, word) != NULL) == unwanted)
            return false;
        filter += length;
    }
    return true;
}
