/*
 * initrd.c - is this a ustar archive the kernel can use in place? (POSIX
 * 1003.1, pax: "ustar Interchange Format".)
 *
 * Only checks; the kernel reads the archive itself. Plain files and directories
 * with relative names, nothing cut off, two zero blocks at the end.
 */
#include "machine.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TAR_BLOCK 512u

/* Offsets and widths in a header block. */
enum {
    TAR_NAME = 0,
    TAR_NAME_BYTES = 100,
    TAR_SIZE = 124,
    TAR_SIZE_BYTES = 12,
    TAR_CHECKSUM = 148,
    TAR_CHECKSUM_BYTES = 8,
    TAR_TYPE = 156,
    TAR_MAGIC = 257,
    TAR_PREFIX = 345,
    TAR_PREFIX_BYTES = 155,
};

struct tar_check {
    const char *archive;
    const uint8_t *bytes;
    size_t n;
    size_t at;      /* of the header looked at */
    char name[260]; /* of its member */
    char *why;
    size_t why_bytes;
};

__attribute__((format(printf, 2, 3))) static int refuse(struct tar_check *t,
                                                        const char *format, ...)
{
    char what[160];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    if (t->name[0] != '\0')
        snprintf(t->why, t->why_bytes, "%s: member %s at offset %zu: %s",
                 t->archive, t->name, t->at, what);
    else
        snprintf(t->why, t->why_bytes, "%s: offset %zu: %s", t->archive, t->at,
                 what);
    return -1;
}

/* Octal digits, then NUL or space up to the field's end. */
static bool octal(const uint8_t *field, size_t width, uint64_t *value)
{
    size_t i = 0;
    *value = 0;
    while (i < width && field[i] == ' ')
        i++;
    size_t first = i;
    for (; i < width && field[i] >= '0' && field[i] <= '7'; i++)
        *value = *value * 8 + (field[i] - '0');
    if (i == first)
        return false;
    for (; i < width; i++)
        if (field[i] != '\0' && field[i] != ' ')
            return false;
    return true;
}

static bool block_is_zero(const uint8_t *block)
{
    for (size_t i = 0; i < TAR_BLOCK; i++)
        if (block[i] != 0)
            return false;
    return true;
}

/* The sum of the header's bytes, its own field taken as spaces. */
static bool checksum_right(const uint8_t *header)
{
    uint64_t said = 0;
    uint64_t sum = 0;
    for (size_t i = 0; i < TAR_BLOCK; i++)
        sum += i >= TAR_CHECKSUM && i < TAR_CHECKSUM + TAR_CHECKSUM_BYTES
                   ? ' '
                   : header[i];
    return octal(header + TAR_CHECKSUM, TAR_CHECKSUM_BYTES, &said) &&
           said == sum;
}

/* Name for checks and messages; control bytes are shown as '?'. */
static void member_name(struct tar_check *t, const uint8_t *header)
{
    char prefix[TAR_PREFIX_BYTES + 1] = "";
    char name[TAR_NAME_BYTES + 1] = "";
    memcpy(prefix, header + TAR_PREFIX, TAR_PREFIX_BYTES);
    memcpy(name, header + TAR_NAME, TAR_NAME_BYTES);
    snprintf(t->name, sizeof t->name, "%s%s%s", prefix,
             prefix[0] != '\0' ? "/" : "", name);
    for (char *c = t->name; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
}

static bool has_dot_dot(const char *name)
{
    for (const char *part = name; part != NULL;) {
        size_t n = strcspn(part, "/");
        if (n == 2 && part[0] == '.' && part[1] == '.')
            return true;
        part = part[n] == '/' ? part + n + 1 : NULL;
    }
    return false;
}

static int check_format(struct tar_check *t, const uint8_t *header)
{
    const uint8_t *magic = header + TAR_MAGIC;
    if (memcmp(magic, "ustar  ", 8) == 0)
        return refuse(t, "GNU tar format; make it with tar --format=ustar");
    if (memcmp(magic,
               "ustar\0"
               "00",
               8) != 0)
        return refuse(t, "no ustar header: this is no tar archive");
    if (!checksum_right(header))
        return refuse(t, "wrong header checksum");
    return 0;
}

static int check_member(struct tar_check *t, const uint8_t *header,
                        uint64_t *size)
{
    uint8_t type = header[TAR_TYPE];
    if (t->name[0] == '\0')
        return refuse(t, "a member without a name");
    if (t->name[0] == '/')
        return refuse(t, "absolute name");
    if (has_dot_dot(t->name))
        return refuse(t, "'..' in its name");
    if (type != '0' && type != '\0' && type != '5')
        return refuse(t, "type '%c': only files and directories are taken",
                      type >= ' ' && type < 0x7f ? type : '?');
    if (!octal(header + TAR_SIZE, TAR_SIZE_BYTES, size))
        return refuse(t, "its size is not an octal number");
    if (type == '5' && *size != 0)
        return refuse(t, "a directory with %" PRIu64 " bytes of data", *size);
    if (*size > t->n - t->at - TAR_BLOCK)
        return refuse(t, "cut off: %" PRIu64 " bytes of data, %zu left", *size,
                      t->n - t->at - TAR_BLOCK);
    return 0;
}

int machine_check_initrd(const char *name, const uint8_t *bytes, size_t n,
                         char *why, size_t why_bytes)
{
    struct tar_check t = {.archive = name,
                          .bytes = bytes,
                          .n = n,
                          .why = why,
                          .why_bytes = why_bytes};
    if (n < TAR_BLOCK) {
        snprintf(why, why_bytes,
                 "%s: %zu bytes are no ustar archive: the smallest has %u",
                 name, n, 2 * TAR_BLOCK);
        return -1;
    }
    while (n - t.at >= TAR_BLOCK && !block_is_zero(bytes + t.at)) {
        const uint8_t *header = bytes + t.at;
        uint64_t size = 0;
        t.name[0] = '\0';
        if (check_format(&t, header) != 0)
            return -1;
        member_name(&t, header);
        if (check_member(&t, header, &size) != 0)
            return -1;
        uint64_t whole = (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
        if (whole > n - t.at - TAR_BLOCK)
            return refuse(&t, "cut off: its last block is not whole");
        t.at += TAR_BLOCK + (size_t)whole;
    }
    t.name[0] = '\0';
    if (n - t.at < 2 * TAR_BLOCK || !block_is_zero(bytes + t.at + TAR_BLOCK))
        return refuse(&t,
                      "cut off: the two zero blocks at the end are missing");
    return 0;
}
