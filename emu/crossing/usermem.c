/*
 * usermem.c - user memory as the user may read it, and what sockets' calls
 * point to there: addresses and message headers.
 */
#include "state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

size_t user_read(const struct tracker *t, uint64_t root, uint64_t va, void *buf,
                 size_t n)
{
    size_t done = 0;
    while (done < n) {
        struct sv39_walk w = sv39_walk(t->machine, root, va + done);
        if (root != 0 && sv39_check(&w, SV39_LOAD, CPU_U, false, false))
            break;
        size_t piece = 4096 - ((va + done) & 4095);
        if (piece > n - done)
            piece = n - done;
        size_t got = sv39_read(t->machine, root, va + done,
                               (uint8_t *)buf + done, piece);
        done += got;
        if (got < piece)
            break;
    }
    return done;
}

/* ---- Sockets: the structures of sallyport/socket.h and <sys/socket.h> ---- */

#define AF_UNIX_FAMILY 1
#define PATH_OFFSET    2
#define SOCKADDR_BYTES 106
#define RIGHTS_SHOWN   16

bool user_sockaddr(const struct tracker *t, uint64_t root, uint64_t va,
                   uint64_t length, char *text, size_t n)
{
    uint8_t raw[SOCKADDR_BYTES] = {0};
    uint16_t family;
    if (length < PATH_OFFSET || length > sizeof raw ||
        user_read(t, root, va, raw, (size_t)length) != length)
        return false;
    memcpy(&family, raw, sizeof family);
    if (family != AF_UNIX_FAMILY) {
        snprintf(text, n, "0x%" PRIx64 " {family %u}", va, family);
        return true;
    }
    const uint8_t *path = raw + PATH_OFFSET;
    bytes_text(path, strnlen((const char *)path, sizeof raw - PATH_OFFSET),
               text, n);
    return true;
}

/* The descriptors of a control message: ", fds [3, 4]". */
static void put_rights(const struct tracker *t, struct writer *w, uint64_t root,
                       uint64_t va, uint32_t length)
{
    int32_t word[3 + RIGHTS_SHOWN]; /* length, level, type, descriptors */
    if (length < 16 || length > sizeof word ||
        user_read(t, root, va, word, length) != length || word[2] != 1)
        return;
    for (uint32_t i = 3; i < length / 4; i++)
        put_text(w, "%s%" PRId32, i == 3 ? ", fds [" : ", ", word[i]);
    put_text(w, "]");
}

bool user_msghdr(const struct tracker *t, uint64_t root, uint64_t va,
                 bool sends, char *text, size_t n)
{
    struct {
        uint64_t name, name_bytes, iov, pieces, control;
        uint32_t control_bytes;
        int32_t flags;
    } h;
    char name[SOCKADDR_BYTES * 4 + 3];
    if (user_read(t, root, va, &h, sizeof h) != sizeof h)
        return false;
    struct writer w = writer_on(text, n);
    uint32_t pieces = (uint32_t)h.pieces;
    put_text(&w, "0x%" PRIx64 " {%" PRIu32 " piece%s", va, pieces,
             pieces == 1 ? "" : "s");
    if (sends && h.name != 0 &&
        user_sockaddr(t, root, h.name, (uint32_t)h.name_bytes, name,
                      sizeof name))
        put_text(&w, ", address %s", name);
    if (sends && h.control != 0)
        put_rights(t, &w, root, h.control, h.control_bytes);
    if (!sends && h.control_bytes != 0)
        put_text(&w, ", %" PRIu32 " bytes for descriptors", h.control_bytes);
    put_text(&w, "}");
    return true;
}
