/*
 * arguments.c - a call's arguments: saved at the trap, with the strings they
 * point to as far as the user's memory holds them then, and formatted by the
 * table's types.
 *
 * A string whose page is not in memory yet (it is paged in when the kernel
 * copies it) is filled in when copyinstr has brought it.
 */
#include "state.h"

#include "../inspect/fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define STRING_MAX   256 /* as much of a string as is looked at */
#define STRING_SHOWN 80
#define VECTOR_MAX   8

/* ---- Calls by number ---- */

void arguments_index_calls(struct tracker *t)
{
    const struct abi_call *call;
    for (size_t i = 0; t->abi != NULL && (call = abi_by_index(t->abi, i)); i++)
        if (call->number < CALLS_FAST)
            t->call[call->number] = call;
}

const struct abi_call *tracker_call(const struct tracker *t, uint64_t number)
{
    if (number < CALLS_FAST)
        return t->call[number];
    return t->abi != NULL ? abi_find(t->abi, number) : NULL;
}

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
        char one[STRING_SHOWN / 2];
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

/* "0x3fffffef40 {lab_get to 0x203, reply 0x303}": the header of a Mach message
 * at va; false if nothing is sent (the next argument has no MACH_SEND_MSG) or
 * it cannot be read. */
static bool user_message(const struct tracker *t, uint64_t root,
                         const uint64_t *arg, char *text, size_t n)
{
    uint32_t head[6]; /* bits, size, remote, local, voucher, id */
    char name[48];
    if (!(arg[1] & 1) ||
        user_read(t, root, arg[0], head, sizeof head) != sizeof head)
        return false;
    struct writer w = writer_on(text, n);
    put_text(&w, "0x%" PRIx64 " {%s to 0x%x", arg[0],
             abi_message_name(t->abi, (int32_t)head[5], name, sizeof name),
             head[2]);
    if (head[3] != 0)
        put_text(&w, ", reply 0x%x", head[3]);
    put_text(&w, "%s}", head[0] >> 31 ? ", complex" : "");
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

/* "0x3fffffef40 {rows=24 columns=80}": a structure that goes in, if its first
 * bytes can be read. */
static bool user_structure(const struct tracker *t, uint64_t root,
                           const struct abi_call *call, const uint64_t *arg,
                           unsigned i, char *text, size_t n)
{
    const char *format = structure_format(t, call, arg, i);
    uint8_t bytes[TRANSFER_SHOWN];
    size_t length = format != NULL ? fields_size(format) : 0;
    bool in = call->arg[i].kind == ABI_IN ||
              ABI_REQUEST_IN((uint32_t)arg[i > 0 ? i - 1 : 0]);
    if (length == 0 || !in)
        return false;
    if (length > sizeof bytes)
        length = sizeof bytes;
    if (user_read(t, root, arg[i], bytes, length) != length)
        return false;
    int used = snprintf(text, n, "0x%" PRIx64 " ", arg[i]);
    fields_text(format, bytes, length, text + used, n - (size_t)used);
    return true;
}

const char *transfer_fields(const struct tracker *t, const struct crossing *c,
                            const struct transfer *x, char *text, size_t n)
{
    if (c == NULL || c->call == NULL || x->error != 0 ||
        transfer_is_string(x->kind))
        return NULL;
    for (unsigned i = 0; i < c->call->nargs; i++) {
        const char *format = structure_format(t, c->call, c->arg, i);
        if (format != NULL && c->arg[i] == x->user_va &&
            fields_size(format) == x->length)
            return fields_text(format, x->data, x->shown, text, n);
    }
    return NULL;
}

/* One struct of an array that a call takes. */
static void put_piece(struct writer *w, const uint8_t *raw)
{
    uint64_t word[2];
    memcpy(word, raw, sizeof word);
    put_text(w, "0x%" PRIx64 " %" PRIu64, word[0], word[1]);
}

static void put_pollfd(const struct tracker *t, struct writer *w,
                       const uint8_t *raw)
{
    int32_t fd;
    uint16_t events;
    char flags[80];
    memcpy(&fd, raw, sizeof fd);
    memcpy(&events, raw + 4, sizeof events);
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
            put_pollfd(t, &w, raw);
        else
            put_int(&w, raw);
    }
    put_text(&w, "]");
    return true;
}

static void keep_string(struct tracker *t, uint64_t number, unsigned arg,
                        const char *text)
{
    uint32_t index = tracker_chain(t, number, CHAIN_STRING, &t->s.strings,
                                   offsetof(struct string_record, next));
    if (index == 0)
        return;
    struct string_record *r = list_at(&t->s.strings, index - 1);
    r->arg = (uint8_t)arg;
    r->text = bytes_add(&t->s.bytes, text, strlen(text));
    if (r->text == UINT64_MAX)
        tracker_failed(t);
}

static void read_strings(struct tracker *t, uint64_t number,
                         const struct abi_call *call, const uint64_t *arg)
{
    uint64_t root = tracker_look(t, number)->root;
    for (unsigned i = 0; i < call->nargs; i++) {
        enum abi_kind kind = call->arg[i].kind;
        char text[STRING_MAX];
        bool good = false;
        if (kind == ABI_PATH || kind == ABI_STR)
            good = user_string(t, root, arg[i], text, STRING_SHOWN);
        else if (kind == ABI_STRV && arg[i] != 0)
            good = user_vector(t, root, arg[i], text, sizeof text);
        else if (kind == ABI_MSG && i + 1 < call->nargs)
            good = user_message(t, root, arg + i, text, sizeof text);
        else if ((kind == ABI_IOV || kind == ABI_POLLFD || kind == ABI_INTS) &&
                 i + 1 < call->nargs)
            good = user_array(t, root, arg[i], kind, (uint32_t)arg[i + 1], text,
                              sizeof text);
        else if (kind == ABI_SOCKADDR && i + 1 < call->nargs)
            good =
                user_sockaddr(t, root, arg[i], arg[i + 1], text, sizeof text);
        else if (kind == ABI_MSGHDR || kind == ABI_RCVHDR)
            good = user_msghdr(t, root, arg[i], kind == ABI_MSGHDR, text,
                               sizeof text);
        else
            good = user_structure(t, root, call, arg, i, text, sizeof text);
        if (good)
            keep_string(t, number, i, text);
    }
}

static bool has_string(const struct tracker *t, const struct record *r,
                       unsigned arg)
{
    for (uint32_t i = r->chain[CHAIN_STRING].first; i != 0;) {
        const struct string_record *s = list_at(&t->s.strings, i - 1);
        if (s->arg == arg)
            return true;
        i = s->next;
    }
    return false;
}

void arguments_string(struct tracker *t, uint64_t number, uint64_t va,
                      const uint8_t *bytes, size_t n)
{
    struct record *r = tracker_record(t, number);
    if (r == NULL || r->kind != CROSSING_CALL || r->saved_args == 0)
        return;
    const uint64_t *a7 = list_at(&t->s.args, r->args);
    const struct abi_call *call = tracker_call(t, *a7);
    for (unsigned i = 0; call != NULL && i < call->nargs; i++) {
        const uint64_t *value = list_at(&t->s.args, r->args + 1 + i);
        enum abi_kind kind = call->arg[i].kind;
        char text[STRING_SHOWN];
        if ((kind != ABI_PATH && kind != ABI_STR) || *value != va ||
            has_string(t, r, i))
            continue;
        bytes_text(bytes, n, text, sizeof text);
        keep_string(t, number, i, text);
    }
}

/* ---- The kernel's variables ---- */

/* What is known of an argument by now, or NULL. */
static const char *last_string(const struct tracker *t, const struct record *r,
                               unsigned arg)
{
    const char *text = NULL;
    for (uint32_t i = r->chain[CHAIN_STRING].first; i != 0;) {
        const struct string_record *s = list_at(&t->s.strings, i - 1);
        if (s->arg == arg)
            text = (const char *)bytes_at(&t->s.bytes, s->text);
        i = s->next;
    }
    return text;
}

void arguments_node(struct tracker *t, uint64_t number, const char *name)
{
    struct record *r = tracker_record(t, number);
    if (r == NULL || r->kind != CROSSING_CALL || r->saved_args == 0)
        return;
    const struct abi_call *call =
        tracker_call(t, *(const uint64_t *)list_at(&t->s.args, r->args));
    const char *before = last_string(t, r, 0);
    char text[STRING_MAX];
    if (call == NULL || call->nargs == 0 || call->arg[0].kind != ABI_INTS ||
        before == NULL)
        return;
    bool first = before[strlen(before) - 1] == ']';
    snprintf(text, sizeof text, "%s%s%s", before, first ? " " : ".", name);
    keep_string(t, number, 0, text);
}

/* The new value as its format has it: "16384", "\"tern\"". */
static void put_new_value(struct writer *w, const struct tracker *t,
                          uint64_t root, const char *format, uint64_t va,
                          uint64_t n)
{
    uint8_t raw[STRING_SHOWN];
    char text[STRING_SHOWN];
    size_t shown = n < sizeof raw ? (size_t)n : sizeof raw;
    if (user_read(t, root, va, raw, shown) != shown)
        return;
    int64_t wide = 0;
    int32_t narrow = 0;
    if (strcmp(format, "A") == 0 || (n != sizeof wide && n != sizeof narrow)) {
        bytes_text(raw, shown, text, sizeof text);
        put_text(w, ", to be %s", text);
        return;
    }
    memcpy(&wide, raw, shown);
    memcpy(&narrow, raw, sizeof narrow);
    put_text(w, ", to be %" PRId64, n == sizeof narrow ? narrow : wide);
}

void arguments_variable(struct tracker *t, uint64_t number, const char *format,
                        uint64_t new_va, uint64_t n, char *text, size_t size)
{
    const struct record *r = tracker_record(t, number);
    struct writer w = writer_on(text, size);
    const char *name = r != NULL ? last_string(t, r, 0) : NULL;
    if (name == NULL)
        return;
    const char *behind = strchr(name, ']');
    if (name[0] == '"') /* sysctlbyname's */
        put_text(&w, "%.*s", (int)strlen(name) - 2, name + 1);
    else
        put_text(&w, "%s", behind != NULL ? behind + 2 : name);
    put_text(&w, " (%s)", format);
    if (new_va != 0)
        put_new_value(&w, t, r->root, format, new_va, n);
}

/* ---- At the trap ---- */

static bool save(struct tracker *t, uint64_t value)
{
    uint64_t *slot = t->failed ? NULL : list_add(&t->s.args);
    if (slot == NULL)
        return tracker_failed(t) != NULL;
    *slot = value;
    return true;
}

void arguments_save(struct tracker *t, uint64_t number)
{
    struct record *r = tracker_record(t, number);
    uint64_t a7 = cpu_x(t->cpu, 17), arg[7];
    const struct abi_call *call = tracker_call(t, a7);
    unsigned n = call != NULL ? call->nargs : 7;
    r->args = t->s.args.count;
    bool good = save(t, a7);
    for (unsigned i = 0; i < n && good; i++) {
        arg[i] = cpu_x(t->cpu, 10 + i);
        good = save(t, arg[i]);
    }
    if (!good)
        return;
    r->saved_args = (uint8_t)(n + 1);
    if (call != NULL)
        read_strings(t, number, call, arg);
}

/* ---- In words ---- */

bool is_error(uint64_t result)
{
    return result >= (uint64_t)-4095;
}

void argument_format(const struct tracker *t, const struct crossing *c,
                     unsigned i, char *text, size_t n)
{
    const struct abi_arg *a = &c->call->arg[i];
    uint64_t value = c->arg[i];
    char name[24];
    if (c->arg_text[i] != NULL) {
        snprintf(text, n, "%s", c->arg_text[i]);
        return;
    }
    switch (a->kind) {
    case ABI_INT:
    case ABI_OFF:
    case ABI_FD:
    case ABI_PID:
        snprintf(text, n, "%" PRId64, (int64_t)value);
        break;
    case ABI_UINT:
    case ABI_SIZE:
        snprintf(text, n, "%" PRIu64, value);
        break;
    case ABI_SIG:
        snprintf(text, n, "%s", signal_name(t, (int)value, name, sizeof name));
        break;
    case ABI_FLAGS:
        abi_format_flags(t->abi, a->flags, value, text, n);
        break;
    case ABI_IOCTL:
        abi_request_text(t->abi, (uint32_t)value, text, n);
        break;
    default:
        snprintf(text, n, "0x%" PRIx64, value);
        break;
    }
}
