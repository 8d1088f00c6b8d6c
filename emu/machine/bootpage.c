/*
 * bootpage.c - the page of text that tells the kernel what to start; the
 * format is in platform.h.
 */
#include "machine.h"

#include "../platform/platform.h"

#include <stdio.h>
#include <string.h>

/* Every line is KEY=VALUE and ends with a newline. */
static int check_lines(const char *text, char *why, size_t why_bytes)
{
    unsigned number = 1;
    for (const char *line = text; *line != '\0'; number++) {
        const char *end = strchr(line, '\n');
        const char *equals = strchr(line, '=');
        if (end == NULL) {
            snprintf(why, why_bytes,
                     "boot page: line %u does not end in a newline", number);
            return -1;
        }
        if (equals == NULL || equals > end || equals == line) {
            snprintf(why, why_bytes, "boot page: line %u is not KEY=VALUE",
                     number);
            return -1;
        }
        line = end + 1;
    }
    return 0;
}

int machine_bootpage(const char *text, uint8_t page[PLAT_BOOTPAGE_SIZE],
                     char *why, size_t why_bytes)
{
    size_t magic = sizeof PLAT_BOOTPAGE_MAGIC - 1;
    memset(page, 0, PLAT_BOOTPAGE_SIZE);
    if (text == NULL)
        return 0;
    size_t n = strlen(text);
    if (n > PLAT_BOOTPAGE_SIZE - magic - 1) {
        snprintf(why, why_bytes,
                 "boot page: %zu bytes of settings and arguments, room for %zu",
                 n, PLAT_BOOTPAGE_SIZE - magic - 1);
        return -1;
    }
    if (check_lines(text, why, why_bytes) != 0)
        return -1;
    memcpy(page, PLAT_BOOTPAGE_MAGIC, magic);
    memcpy(page + magic, text, n);
    return 0;
}
