/*
 * pointed.c - what a call's arguments point to, as text: strings, vectors,
 * messages, structures and arrays, read from the user's memory, or taken from
 * the bytes that a copy has moved.
 */
#include "state.h"

#include "../inspect/fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define STRING_MAX    256 /* as much of a string as is looked at */
#define STRUCTURE_MAX 512 /* a larger one stays an address */
#define VECTOR_MAX    8

/* ---- Strings ---- */

/* Quoted text of the string at va; false if it cannot be read to its end (or
 * to where it is cut). */
static bool user_string(const struct tracker *t, uint64_t root, uint64_t va,
                        char *text, size_t n)
{
    uint8_t raw[STRING_MAX];
    size_t got = user_read(t, root, va, raw, sizeof raw);
    const uint8_t *nul = memchr(raw, 0, got);
    if (nul == NULL && got < sizeof raw)
        return false;
    bytes_text(raw, nul != NULL ? (size_t)(nul - raw) : got, text, n);
    return true;
}

static bool user_vector(const struct tracker *t, uint64_t root, uint64_t va,
                        char *text, size_t n)
{
    struct writer w = writer_on(text, n);
    put_text(&w, "[");
    for (unsigned i = 0;; i++) {
        uint64_t pointer;
        char one[POINTED_SHOWN / 2];
        if (user_read(t, root, va + 8 * i, &pointer, 8) != 8)
            return false;
        if (pointer == 0)
            break;
        if (i == VECTOR_MAX) {
            put_text(&w, ", ...");
            break;
        }
        if (!user_string(t, root, pointer, one, sizeof one))
            snprintf(one, sizeof one, "0x%" PRIx64, pointer);
        put_text(&w, "%s%s", i > 0 ? ", " : "", one);
    }
    put_text(&w, "]");
    return true;
}

/* "{lab_get to 0x203, reply 0x303}": the header of a Mach message, as it was
 * sent, or "{lab_get reply at 0x303}" as it was received. */
static void put_message(const struct tracker *t, struct writer *w,
                        const uint32_t *head, bool received)
{
    char name[48]; /* head: bits, size, remote, local, voucher, id */
    uint32_t to = head[received ? 3 : 2], reply = head[received ? 2 : 3];
    put_text(w, "{%s %s 0x%x",
             abi_message_name(t->abi, (int32_t)head[5], name, sizeof name),
             received ? "at" : "to", to);
    if (reply != 0)
        put_text(w, ", reply 0x%x", reply);
    put_text(w, "%s}", head[0] >> 31 ? ", complex" : "");
}

/* "0x3fffffef40 {lab_get to 0x203, reply 0x303}"; false if nothing is sent (the
 * next argument has no MACH_SEND_MSG) or it cannot be read. */
static bool user_message(const struct tracker *t, uint64_t root,
                         const uint64_t *arg, char *text, size_t n)
{
    uint32_t head[6];
    if (!(arg[1] & 1) ||
        user_read(t, root, arg[0], head, sizeof head) != sizeof head)
        return false;
    struct writer w = writer_on(text, n);
    put_text(&w, "0x%" PRIx64 " ", arg[0]);
    put_message(t, &w, head, false);
    return true;
}

/* ---- Structures ---- */

/* The fields of the structure that argument i points to, or NULL. */
static const char *structure_format(const struct tracker *t,
                                    const struct abi_call *call,
                                    const uint64_t *arg, unsigned i)
{
    if (call->arg[i].format[0] != '\0')
        return call->arg[i].format;
    if (i == 0 || call->arg[i - 1].kind != ABI_IOCTL ||
        ABI_REQUEST_BYTES((uint32_t)arg[i - 1]) == 0)
        return NULL;
    return abi_request_format(t->abi, (uint32_t)arg[i - 1]);
}

/* "0x3fffffef40 {rows=24 columns=80}": a structure that goes in, if it can be
 * read. */
static bool user_structure(const struct tracker *t, uint64_t root,
                           const struct abi_call *call, const uint64_t *arg,
                           unsigned i, char *text, size_t n)
{
    const char *format = structure_format(t, call, arg, i);
    enum abi_kind kind = call->arg[i].kind;
    uint8_t bytes[STRUCTURE_MAX];
    size_t length = format != NULL ? fields_size(format) : 0;
    bool in = kind == ABI_IN || kind == ABI_INOUT;
    if (i > 0 && call->arg[i - 1].kind == ABI_IOCTL)
        in = ABI_REQUEST_IN((uint32_t)arg[i - 1]);
    if (length == 0 || length > sizeof bytes || !in)
        return false;
    if (user_read(t, root, arg[i], bytes, length) != length)
        return false;
    int used = snprintf(text, n, "0x%" PRIx64 " ", arg[i]);
    fields_text(format, bytes, length, text + used, n - (size_t)used);
    return true;
}

/* One struct of an array that a call takes. */
static void put_piece(struct writer *w, const uint8_t *raw)
{
    uint64_t word[2];
    memcpy(word, raw, sizeof word);
    put_text(w, "0x%" PRIx64 " %" PRIu64, word[0], word[1]);
}

/* What is asked about, or what the answer is. */
static void put_pollfd(const struct tracker *t, struct writer *w,
                       const uint8_t *raw, bool answer)
{
    int32_t fd;
    uint16_t events;
    char flags[80];
    memcpy(&fd, raw, sizeof fd);
    memcpy(&events, raw + (answer ? 6 : 4), sizeof events);
    abi_format_flags(t->abi, "Poll", events, flags, sizeof flags);
    put_text(w, "%" PRId32 " %s", fd, flags);
}

static void put_int(struct writer *w, const uint8_t *raw)
{
    int32_t value;
    memcpy(&value, raw, sizeof value);
    put_text(w, "%" PRId32, value);
}

/* "[0x3fffffef40 5, 0x12340 100]": base and length of a struct iovec each, or
 * "[3 POLLIN, 4 POLLOUT]" of a struct pollfd, or "[6, 3]" of ints; false if not
 * one can be read. */
static bool user_array(const struct tracker *t, uint64_t root, uint64_t va,
                       enum abi_kind kind, uint64_t count, char *text, size_t n)
{
    size_t bytes = kind == ABI_IOV ? 16 : kind == ABI_POLLFD ? 8 : 4;
    struct writer w = writer_on(text, n);
    put_text(&w, "[");
    for (uint64_t i = 0; i < count; i++) {
        uint8_t raw[16];
        put_text(&w, i > 0 ? ", " : "");
        if (i == VECTOR_MAX ||
            user_read(t, root, va + bytes * i, raw, bytes) != bytes) {
            put_text(&w, "...]");
            return i > 0;
        }
        if (kind == ABI_IOV)
            put_piece(&w, raw);
        else if (kind == ABI_POLLFD)
            put_pollfd(t, &w, raw, false);
        else
            put_int(&w, raw);
    }
    put_text(&w, "]");
    return true;
}

/* ---- Any of them ---- */

bool pointed_text(const struct tracker *t, uint64_t root,
                  const struct abi_call *call, const uint64_t *arg, unsigned i,
                  char *text, size_t n)
{
    uint64_t va = arg[i];
    bool more = i + 1 < call->nargs;
    switch (call->arg[i].kind) {
    case ABI_PATH:
    case ABI_STR:
        return user_string(t, root, va, text, POINTED_SHOWN);
    case ABI_STRV:
        return va != 0 && user_vector(t, root, va, text, n);
    case ABI_MSG:
        return more && user_message(t, root, arg + i, text, n);
    case ABI_IOV:
    case ABI_POLLFD:
    case ABI_INTS:
        return more && user_array(t, root, va, call->arg[i].kind,
                                  (uint32_t)arg[i + 1], text, n);
    case ABI_SOCKADDR:
        return more && user_sockaddr(t, root, va, arg[i + 1], text, n);
    case ABI_MSGHDR:
    case ABI_RCVHDR:
        return user_msghdr(t, root, va, call->arg[i].kind == ABI_MSGHDR, text,
                           n);
    default:
        return user_structure(t, root, call, arg, i, text, n);
    }
}

/* ---- The bytes of a copy ---- */

/* "trailer={seqno=1 uid=0 gid=0 pid=2}": what the kernel wrote right behind the
 * message that it had just delivered. */
static bool put_trailer(struct writer *w, const struct crossing *c,
                        const struct transfer *x, unsigned i)
{
    uint32_t size = 0, word[13]; /* type, size, seqno, uid, gid, audit token */
    static const struct {
        const char *name;
        unsigned at;
    } field[] = {{"seqno", 2}, {"uid", 3}, {"gid", 4}, {"pid", 5 + 5}};
    if (c->call->arg[i].kind != ABI_MSG || x->user_va <= c->arg[i])
        return false;
    for (size_t k = 0; k < c->transfers; k++)
        if (transfer_is_out(c->transfer[k].kind) &&
            c->transfer[k].user_va == c->arg[i] && c->transfer[k].shown >= 24)
            memcpy(&size, c->transfer[k].data + 4, sizeof size);
    if (size == 0 || x->user_va != c->arg[i] + size || x->shown > sizeof word)
        return false;
    memcpy(word, x->data, x->shown);
    put_text(w, "trailer={");
    for (size_t k = 0; k < sizeof field / sizeof field[0]; k++)
        if (field[k].at < x->shown / 4u)
            put_text(w, "%s%s=%" PRIu32, k > 0 ? " " : "", field[k].name,
                     word[field[k].at]);
    put_text(w, "}");
    return true;
}

/* What the kernel wrote to where argument i points. */
static bool put_written(const struct tracker *t, struct writer *w,
                        const struct crossing *c, const struct transfer *x,
                        unsigned i)
{
    uint32_t head[6];
    if (c->call->arg[i].kind == ABI_MSG && x->shown >= sizeof head) {
        memcpy(head, x->data, sizeof head);
        put_text(w, "%s=", c->call->arg[i].name);
        put_message(t, w, head, true);
        return true;
    }
    if (c->call->arg[i].kind != ABI_POLLFD || x->shown < 8)
        return false;
    put_text(w, "%s=[", c->call->arg[i].name);
    for (unsigned k = 0; k < x->shown / 8u; k++) {
        put_text(w, "%s", k > 0 ? ", " : "");
        put_pollfd(t, w, x->data + 8 * k, true);
    }
    put_text(w, "%s]", x->length > x->shown ? ", ..." : "");
    return true;
}

/* What the kernel read there: the argument's own text, without its address. */
static bool put_read(struct writer *w, const struct crossing *c, unsigned i)
{
    enum abi_kind kind = c->call->arg[i].kind;
    const char *text = c->arg_text[i];
    if (text == NULL || kind == ABI_IN || kind == ABI_INOUT ||
        kind == ABI_HEX || kind == ABI_STRV)
        return false;
    const char *brace = strchr(text, '{');
    put_text(w, "%s=%s", c->call->arg[i].name,
             text[0] == '0' && brace != NULL ? brace : text);
    return true;
}

/* A structure whose fields the tables have; the last of a long one's are only
 * in the argument's text. */
static bool put_structure(const struct tracker *t, struct writer *w,
                          const struct crossing *c, const struct transfer *x,
                          unsigned i)
{
    const char *format = structure_format(t, c->call, c->arg, i);
    const char *whole = c->arg_text[i];
    char text[POINTED_TEXT];
    if (format == NULL || fields_size(format) != x->length)
        return false;
    if (x->length > x->shown && !transfer_is_out(x->kind) && whole != NULL &&
        (whole = strchr(whole, '{')) != NULL)
        put_text(w, "%s", whole);
    else
        put_text(w, "%s",
                 fields_text(format, x->data, x->shown, text, sizeof text));
    return true;
}

const char *transfer_fields(const struct tracker *t, const struct crossing *c,
                            const struct transfer *x, char *text, size_t n)
{
    if (c == NULL || c->call == NULL || x->error != 0 ||
        transfer_is_string(x->kind))
        return NULL;
    bool out = transfer_is_out(x->kind);
    for (unsigned i = 0; i < c->call->nargs; i++) {
        struct writer w = writer_on(text, n);
        if (out && put_trailer(&w, c, x, i))
            return text;
        if (c->arg[i] == x->user_va &&
            (put_structure(t, &w, c, x, i) ||
             (out ? put_written(t, &w, c, x, i) : put_read(&w, c, i))))
            return text;
    }
    return NULL;
}
