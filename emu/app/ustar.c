/*
 * ustar.c - see ustar.h. Numbers in a header are octal text; a name is split
 * into prefix and name where it is longer than 100 bytes.
 */
#include "ustar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct header { /* POSIX.1-1988, 10.1.1 */
    char name[100];
    char mode[8], uid[8], gid[8];
    char size[12], mtime[12];
    char checksum[8];
    char type;
    char linkname[100];
    char magic[6], version[2];
    char uname[32], gname[32];
    char devmajor[8], devminor[8];
    char prefix[155];
    char pad[12];
};
_Static_assert(sizeof(struct header) == USTAR_BLOCK, "a header is a block");

#define TYPE_FILE      '0'
#define TYPE_DIRECTORY '5'
#define NAME_BYTES     (155 + 1 + 100 + 1)

static size_t padded(size_t n)
{
    return (n + USTAR_BLOCK - 1) / USTAR_BLOCK * USTAR_BLOCK;
}

/* The size of a member whose header has been checked. */
static size_t member_size(const struct header *h)
{
    size_t size = 0;
    for (size_t i = 0; i < sizeof h->size; i++)
        if (h->size[i] >= '0' && h->size[i] <= '7')
            size = size * 8 + (size_t)(h->size[i] - '0');
    return size;
}

static bool is_zero(const uint8_t *block)
{
    for (size_t i = 0; i < USTAR_BLOCK; i++)
        if (block[i] != 0)
            return false;
    return true;
}

/* The member's full name without a directory's trailing '/' or a leading
 * "./" (as `tar -C DIR .` writes). */
static void member_name(const struct header *h, char name[NAME_BYTES])
{
    char full[NAME_BYTES];
    snprintf(full, sizeof full, "%.155s%s%.100s", h->prefix,
             h->prefix[0] != '\0' ? "/" : "", h->name);
    const char *from = full;
    while (from[0] == '.' && from[1] == '/')
        from += 2;
    snprintf(name, NAME_BYTES, "%s", from);
    size_t length = strlen(name);
    while (length > 1 && name[length - 1] == '/')
        name[--length] = '\0';
}

/* Does a relative path stay inside the root and name something? */
static const char *name_fault(const char *name)
{
    if (name[0] == '\0')
        return "empty name";
    if (name[0] == '/')
        return "absolute name";
    for (const char *part = name; part != NULL;) {
        size_t length = strcspn(part, "/");
        if (length == 2 && part[0] == '.' && part[1] == '.')
            return "name with .. in it";
        part = part[length] == '/' ? part + length + 1 : NULL;
    }
    return NULL;
}

/* Steps over the members: *at becomes the next header's offset. False at the
 * end. */
static bool next_member(const struct blob *tar, size_t *at,
                        const struct header **h)
{
    if (tar->size < USTAR_BLOCK || *at > tar->size - USTAR_BLOCK ||
        is_zero(tar->bytes + *at))
        return false;
    *h = (const void *)(tar->bytes + *at);
    *at += USTAR_BLOCK + padded(member_size(*h));
    return true;
}

static size_t ustar_end(const struct blob *tar)
{
    size_t at = 0;
    const struct header *h;
    while (next_member(tar, &at, &h))
        continue;
    return at < tar->size ? at : tar->size;
}

/* The last member of that name wins, as when an archive is unpacked. */
static bool find_member(const struct blob *tar, const char *name, size_t *found,
                        const struct header **header)
{
    size_t at = 0, start = 0;
    const struct header *h;
    bool any = false;
    while (next_member(tar, &at, &h)) {
        char member[NAME_BYTES];
        member_name(h, member);
        if (strcmp(member, name) == 0) {
            *found = start;
            *header = h;
            any = true;
        }
        start = at;
    }
    return any;
}

bool ustar_find(const struct blob *tar, const char *name, const uint8_t **bytes,
                size_t *n)
{
    size_t at;
    const struct header *h;
    if (!find_member(tar, name, &at, &h) || h->type == TYPE_DIRECTORY)
        return false;
    *bytes = tar->bytes + at + USTAR_BLOCK;
    *n = member_size(h);
    return true;
}

/* ---- Adding ---- */

static void remove_member(struct blob *tar, size_t at)
{
    const struct header *h = (const void *)(tar->bytes + at);
    size_t behind = at + USTAR_BLOCK + padded(member_size(h));
    if (behind > tar->size)
        behind = tar->size;
    memmove(tar->bytes + at, tar->bytes + behind, tar->size - behind);
    tar->size -= behind - at;
}

static void grow(struct blob *tar, size_t size)
{
    tar->bytes = realloc(tar->bytes, size + 1);
    if (tar->bytes == NULL)
        abort();
    if (size > tar->size)
        memset(tar->bytes + tar->size, 0, size - tar->size + 1);
    tar->size = size;
}

/* Splits a long name at a '/' so that both halves fit their fields. */
static bool put_name(struct header *h, const char *name)
{
    size_t length = strlen(name);
    if (length <= sizeof h->name) {
        memcpy(h->name, name, length);
        return true;
    }
    for (size_t cut = length - 1; cut > 0; cut--) {
        if (name[cut] != '/' || cut > sizeof h->prefix)
            continue;
        if (length - cut - 1 > sizeof h->name)
            return false;
        memcpy(h->prefix, name, cut);
        memcpy(h->name, name + cut + 1, length - cut - 1);
        return true;
    }
    return false;
}

/* The sum of the header's bytes, its own field counted as spaces. */
static unsigned header_sum(const struct header *h)
{
    const uint8_t *bytes = (const uint8_t *)h;
    const size_t at = offsetof(struct header, checksum);
    unsigned sum = 0;
    for (size_t i = 0; i < USTAR_BLOCK; i++)
        sum += i >= at && i < at + sizeof h->checksum ? ' ' : bytes[i];
    return sum;
}

/* "%0*o" with the width the field has, NUL included. */
static void put_octal(char *field, int width, uint64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%0*llo", width - 1, (unsigned long long)value);
    memcpy(field, text, (size_t)width);
}

/* Appends one member behind the last. The archive names no person and no
 * time, so that equal inputs make equal archives. */
static int append(struct blob *tar, const char *name, char type,
                  const uint8_t *bytes, size_t n, unsigned mode,
                  struct complaint *why)
{
    struct header h = {.type = type, .magic = "ustar", .version = "00"};
    if (!put_name(&h, name))
        return complain(why, APP_UNUSABLE,
                        "%s: too long a name for the initrd (at most 100 "
                        "bytes behind its last /, 155 before)",
                        name);
    put_octal(h.mode, sizeof h.mode, mode);
    put_octal(h.uid, sizeof h.uid, 0);
    put_octal(h.gid, sizeof h.gid, 0);
    put_octal(h.size, sizeof h.size, n);
    put_octal(h.mtime, sizeof h.mtime, 0);
    put_octal(h.checksum, 7, header_sum(&h));
    h.checksum[7] = ' ';
    size_t at = ustar_end(tar);
    tar->size = at;
    grow(tar, at + USTAR_BLOCK + padded(n));
    memcpy(tar->bytes + at, &h, sizeof h);
    if (n > 0)
        memcpy(tar->bytes + at + USTAR_BLOCK, bytes, n);
    return 0;
}

static int add_parents(struct blob *tar, const char *name,
                       struct complaint *why)
{
    for (const char *slash = strchr(name, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        char parent[NAME_BYTES];
        size_t at;
        const struct header *h;
        snprintf(parent, sizeof parent, "%.*s", (int)(slash - name), name);
        if (find_member(tar, parent, &at, &h)) {
            if (h->type == TYPE_DIRECTORY)
                continue;
            return complain(why, APP_UNUSABLE,
                            "%s: %s is a file of the initrd, no directory",
                            name, parent);
        }
        int status = append(tar, parent, TYPE_DIRECTORY, NULL, 0, 0755, why);
        if (status != 0)
            return status;
    }
    return 0;
}

int ustar_add(struct blob *tar, const char *name, const uint8_t *bytes,
              size_t n, unsigned mode, struct complaint *why)
{
    size_t at;
    const struct header *h;
    const char *fault = name_fault(name);
    if (fault != NULL || strlen(name) >= NAME_BYTES)
        return complain(why, APP_UNUSABLE, "%s: %s", name,
                        fault != NULL ? fault : "too long a name");
    while (find_member(tar, name, &at, &h)) {
        if (h->type == TYPE_DIRECTORY)
            return complain(why, APP_UNUSABLE,
                            "%s: is a directory of the initrd", name);
        remove_member(tar, at);
    }
    int status = add_parents(tar, name, why);
    if (status != 0)
        return status;
    return append(tar, name, TYPE_FILE, bytes, n, mode, why);
}

void ustar_finish(struct blob *tar)
{
    size_t at = ustar_end(tar);
    tar->size = at;
    grow(tar, at + 2 * (size_t)USTAR_BLOCK);
}
