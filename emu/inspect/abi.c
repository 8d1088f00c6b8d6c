/*
 * abi.c - the kernel's tables as the emulator knows them: calls with typed
 * arguments, error and signal names, flag sets. They come as text, from the
 * kernel image's note or from a file (--abi); platform.h has the format and
 * guestkernel/abi/syscall.def the types.
 */
#include "symbols_internal.h"

#include "../platform/platform.h"
#include "fields.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 6
#define TEXT_MAX   (1u << 20)
#define CALLS_MAX  4096

struct abi_name {
    int number;
    char name[24];
    char help[160];
};

struct abi_flag {
    char type[24], name[64];
    uint64_t mask, value; /* a single bit: mask == value */
};

struct abi_request {
    uint32_t number;
    char name[24], format[200];
};

struct abi {
    struct abi_call *call;
    size_t calls;
    struct abi_name *error, *signal, *message;
    size_t errors, signals, messages;
    struct abi_flag *flag;
    size_t flags;
    struct abi_request *request;
    size_t requests;
};

/* Where we are, for messages. */
struct reader {
    struct abi *abi;
    const char *name;
    bool strict; /* an unknown type is a mistake, not a later format */
    unsigned line;
    char *why;
    size_t why_bytes;
};

static bool fail(struct reader *r, const char *format, ...)
{
    va_list ap;
    int n = snprintf(r->why, r->why_bytes, "%s:%u: ", r->name, r->line);
    va_start(ap, format);
    if (n >= 0 && (size_t)n < r->why_bytes)
        vsnprintf(r->why + n, r->why_bytes - (size_t)n, format, ap);
    va_end(ap);
    return false;
}

/* Makes room for one more; the new element is zero. NULL: out of memory. */
static void *one_more(void **array, size_t *n, size_t bytes)
{
    char *grown = realloc(*array, (*n + 1) * bytes);
    if (grown == NULL)
        return NULL;
    *array = grown;
    memset(grown + *n * bytes, 0, bytes);
    return grown + (*n)++ * bytes;
}

static bool copy_name(struct reader *r, char *to, size_t n, const char *from)
{
    size_t length = strlen(from);
    if (length == 0 || length >= n)
        return fail(r, "\"%.40s\" is not a name of 1 to %zu characters", from,
                    n - 1);
    memcpy(to, from, length + 1);
    return true;
}

static bool number(struct reader *r, const char *text, uint64_t *value)
{
    char *end;
    errno = 0;
    *value = strtoull(text, &end, 0);
    if (end == text || *end != '\0' || errno != 0 || text[0] == '-' ||
        text[0] == ' ')
        return fail(r, "\"%.40s\" is not a number", text);
    return true;
}

static bool small_number(struct reader *r, const char *text, int *value)
{
    uint64_t wide;
    if (!number(r, text, &wide))
        return false;
    if (wide > 0xffff)
        return fail(r, "%s is too large (at most 65535)", text);
    *value = (int)wide;
    return true;
}

/* ---- Calls ---- */

static const struct {
    const char *name;
    enum abi_kind kind;
} kinds[] = {
    {"none", ABI_NONE},     {"int", ABI_INT},
    {"uint", ABI_UINT},     {"hex", ABI_HEX},
    {"size", ABI_SIZE},     {"off", ABI_OFF},
    {"fd", ABI_FD},         {"pid", ABI_PID},
    {"sig", ABI_SIG},       {"ptr", ABI_PTR},
    {"path", ABI_PATH},     {"str", ABI_STR},
    {"strv", ABI_STRV},     {"msg", ABI_MSG},
    {"ioctl", ABI_IOCTL},   {"sockaddr", ABI_SOCKADDR},
    {"msghdr", ABI_MSGHDR}, {"rcvhdr", ABI_RCVHDR},
    {"iov", ABI_IOV},       {"pollfd", ABI_POLLFD},
    {"ints", ABI_INTS},     {"mode", ABI_MODE},
};

static bool plain_kind(const char *text, enum abi_kind *kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, text) == 0) {
            *kind = kinds[i].kind;
            return true;
        }
    return false;
}

/* A type of a later format is shown raw, unless it can only be a mistake. */
static bool unknown_type(struct reader *r, const char *type,
                         enum abi_kind *kind)
{
    *kind = ABI_HEX;
    return !r->strict || fail(r, "argument type \"%.40s\" is unknown", type);
}

/* in, out, inout, as far as the bracket; else unknown. */
static bool memory_kind(struct reader *r, const char *type, size_t n,
                        enum abi_kind *kind)
{
    static const struct {
        const char *name;
        enum abi_kind kind;
    } way[] = {{"in", ABI_IN}, {"out", ABI_OUT}, {"inout", ABI_INOUT}};
    for (size_t i = 0; i < sizeof way / sizeof way[0]; i++)
        if (strlen(way[i].name) == n && memcmp(way[i].name, type, n) == 0) {
            *kind = way[i].kind;
            return true;
        }
    return unknown_type(r, type, kind);
}

/* in{rows:u16 columns:u16} */
static bool parse_structure(struct reader *r, char *type, struct abi_arg *arg)
{
    char *open = strchr(type, '{'), *end = strchr(type, '}');
    if (end == NULL || end < open || end[1] != '\0')
        return unknown_type(r, type, &arg->kind);
    if (!memory_kind(r, type, (size_t)(open - type), &arg->kind))
        return false;
    if (arg->kind == ABI_HEX) /* of a later format */
        return true;
    *end = '\0';
    arg->length = fields_size(open + 1);
    if (arg->length == 0)
        return fail(r, "\"%.80s\" is no list of fields", open + 1);
    return copy_name(r, arg->format, sizeof arg->format, open + 1);
}

/* in[n], out[64]: the length is another argument's name (looked up once all
 * arguments are known, so it waits in `of`) or a number. */
static bool parse_memory(struct reader *r, char *type, struct abi_arg *arg,
                         char *of, size_t of_bytes)
{
    char *open = strchr(type, '['), *close = strrchr(type, ']');
    if (open == NULL || close == NULL || close < open + 2 || close[1] != '\0')
        return unknown_type(r, type, &arg->kind);
    if (!memory_kind(r, type, (size_t)(open - type), &arg->kind))
        return false;
    if (arg->kind == ABI_HEX) /* of a later format */
        return true;
    *close = '\0';
    if (open[1] >= '0' && open[1] <= '9')
        return number(r, open + 1, &arg->length);
    return copy_name(r, of, of_bytes, open + 1);
}

static bool parse_arg(struct reader *r, char *text, struct abi_arg *arg,
                      char *of, size_t of_bytes)
{
    while (*text == ' ')
        text++;
    char *type = strchr(text, ':');
    if (type == NULL)
        return fail(r, "argument \"%.40s\" has no \":type\"", text);
    *type++ = '\0';
    arg->length_arg = -1;
    if (!copy_name(r, arg->name, sizeof arg->name, text))
        return false;
    if (plain_kind(type, &arg->kind) && arg->kind != ABI_NONE)
        return true;
    if (type[0] >= 'A' && type[0] <= 'Z') {
        arg->kind = ABI_FLAGS;
        return copy_name(r, arg->flags, sizeof arg->flags, type);
    }
    if (strchr(type, '{') != NULL)
        return parse_structure(r, type, arg);
    return parse_memory(r, type, arg, of, of_bytes);
}

static bool find_lengths(struct reader *r, struct abi_call *call,
                         char of[6][24])
{
    for (unsigned i = 0; i < call->nargs; i++) {
        if (of[i][0] == '\0')
            continue;
        for (unsigned k = 0; k < call->nargs; k++)
            if (strcmp(call->arg[k].name, of[i]) == 0)
                call->arg[i].length_arg = (int)k;
        if (call->arg[i].length_arg < 0)
            return fail(r, "%s: the length \"%s\" of \"%s\" is no argument",
                        call->name, of[i], call->arg[i].name);
    }
    return true;
}

static bool parse_args(struct reader *r, struct abi_call *call, char *text)
{
    char of[6][24] = {{0}};
    while (text != NULL && text[strspn(text, " ")] != '\0') {
        char *comma = strchr(text, ',');
        if (comma != NULL)
            *comma = '\0';
        if (call->nargs == 6)
            return fail(r, "%s has more than 6 arguments", call->name);
        if (!parse_arg(r, text, &call->arg[call->nargs], of[call->nargs],
                       sizeof of[0]))
            return false;
        call->nargs++;
        text = comma != NULL ? comma + 1 : NULL;
    }
    return find_lengths(r, call, of);
}

static bool parse_result(struct reader *r, struct abi_call *call,
                         const char *type)
{
    if (plain_kind(type, &call->result))
        return true;
    call->result = ABI_HEX;
    if (type[0] >= 'A' && type[0] <= 'Z') {
        call->result = ABI_FLAGS;
        return copy_name(r, call->result_flags, sizeof call->result_flags,
                         type);
    }
    return !r->strict ||
           fail(r, "%s: result type \"%.40s\" is unknown", call->name, type);
}

/* call NUMBER NAME RESULT ARGS HELP */
static bool parse_call(struct reader *r, char **field, size_t n)
{
    struct abi *abi = r->abi;
    if (n < 5)
        return fail(r, "a call needs a number, a name, a result and arguments");
    if (abi->calls == CALLS_MAX)
        return fail(r, "more than %d calls", CALLS_MAX);
    struct abi_call *call =
        one_more((void **)&abi->call, &abi->calls, sizeof *call);
    if (call == NULL)
        return fail(r, "out of memory");
    if (!number(r, field[1], &call->number) ||
        !copy_name(r, call->name, sizeof call->name, field[2]))
        return false;
    for (size_t i = 0; i + 1 < abi->calls; i++)
        if (abi->call[i].number == call->number)
            return fail(r, "call %" PRIu64 " (%s) is already %s", call->number,
                        call->name, abi->call[i].name);
    if (!parse_result(r, call, field[3]))
        return false;
    if (n > 5)
        snprintf(call->help, sizeof call->help, "%s", field[5]);
    return parse_args(r, call, field[4]);
}

/* ---- The other lines ---- */

static bool parse_name(struct reader *r, struct abi_name **list, size_t *count,
                       char **field, size_t n)
{
    if (n < 3)
        return fail(r, "%s needs a number and a name", field[0]);
    struct abi_name *name = one_more((void **)list, count, sizeof *name);
    if (name == NULL)
        return fail(r, "out of memory");
    if (n > 3)
        snprintf(name->help, sizeof name->help, "%s", field[3]);
    return small_number(r, field[1], &name->number) &&
           copy_name(r, name->name, sizeof name->name, field[2]);
}

/* flag TYPE VALUE NAME and field TYPE MASK VALUE NAME */
static bool parse_flag(struct reader *r, char **field, size_t n, bool masked)
{
    if (n < (masked ? 5u : 4u))
        return fail(r, "%s needs a type, a value and a name", field[0]);
    struct abi_flag *flag =
        one_more((void **)&r->abi->flag, &r->abi->flags, sizeof *flag);
    if (flag == NULL)
        return fail(r, "out of memory");
    if (!copy_name(r, flag->type, sizeof flag->type, field[1]) ||
        !number(r, field[2], &flag->mask) ||
        !number(r, field[masked ? 3 : 2], &flag->value) ||
        !copy_name(r, flag->name, sizeof flag->name, field[masked ? 4 : 3]))
        return false;
    if (flag->mask == 0 || (flag->value & ~flag->mask) != 0)
        return fail(r, "%s: its value has no bit, or bits outside its mask",
                    flag->name);
    return true;
}

/* ioctl NUMBER NAME FORMAT HELP */
static bool parse_request(struct reader *r, char **field, size_t n)
{
    uint64_t wide;
    struct abi *abi = r->abi;
    if (n < 4)
        return fail(r, "ioctl needs a number, a name and a format");
    struct abi_request *q =
        one_more((void **)&abi->request, &abi->requests, sizeof *q);
    if (q == NULL)
        return fail(r, "out of memory");
    if (!number(r, field[1], &wide) ||
        !copy_name(r, q->name, sizeof q->name, field[2]))
        return false;
    q->number = (uint32_t)wide;
    if (q->number != wide)
        return fail(r, "%s has more than 32 bits", field[1]);
    if (fields_size(field[3]) != ABI_REQUEST_BYTES(q->number))
        return fail(r, "%s: \"%.80s\" has %zu bytes, the request says %u",
                    q->name, field[3], fields_size(field[3]),
                    ABI_REQUEST_BYTES(q->number));
    return field[3][0] == '\0' ||
           copy_name(r, q->format, sizeof q->format, field[3]);
}

static bool parse_line(struct reader *r, char *line)
{
    char *field[FIELDS_MAX];
    size_t n = 0;
    for (char *p = line; p != NULL && n < FIELDS_MAX;) {
        field[n++] = p;
        p = strchr(p, '\t');
        if (p != NULL)
            *p++ = '\0';
    }
    struct abi *abi = r->abi;
    if (strcmp(field[0], "call") == 0)
        return parse_call(r, field, n);
    if (strcmp(field[0], "errno") == 0)
        return parse_name(r, &abi->error, &abi->errors, field, n);
    if (strcmp(field[0], "signal") == 0)
        return parse_name(r, &abi->signal, &abi->signals, field, n);
    if (strcmp(field[0], "msgid") == 0)
        return parse_name(r, &abi->message, &abi->messages, field, n);
    if (strcmp(field[0], "ioctl") == 0)
        return parse_request(r, field, n);
    if (strcmp(field[0], "flag") == 0)
        return parse_flag(r, field, n, false);
    if (strcmp(field[0], "field") == 0)
        return parse_flag(r, field, n, true);
    return true; /* a kind of a later format */
}

static bool parse_text(struct reader *r, char *text)
{
    for (char *line = text; line != NULL;) {
        char *next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        r->line++;
        if (r->line == 1) {
            if (strcmp(line, PLAT_NOTE_ABI_MAGIC) != 0)
                return fail(r, "the first line is not " PLAT_NOTE_ABI_MAGIC);
        } else if (!parse_line(r, line))
            return false;
        line = next;
    }
    return true;
}

static struct abi *parse(const char *bytes, size_t n, const char *name,
                         bool strict, char *why, size_t why_bytes)
{
    const char *nul = memchr(bytes, '\0', n);
    size_t length = nul != NULL ? (size_t)(nul - bytes) : n;
    if (length > TEXT_MAX) {
        snprintf(why, why_bytes, "%s: its tables are larger than %u bytes",
                 name, TEXT_MAX);
        return NULL;
    }
    char *text = malloc(length + 1);
    struct abi *abi = calloc(1, sizeof *abi);
    struct reader r = {abi, name, strict, 0, why, why_bytes};
    bool good = false;
    if (text == NULL || abi == NULL)
        snprintf(why, why_bytes, "%s: out of memory", name);
    else {
        memcpy(text, bytes, length);
        text[length] = '\0';
        good = parse_text(&r, text);
    }
    free(text);
    if (!good) {
        abi_free(abi);
        return NULL;
    }
    return abi;
}

struct abi *abi_from_symbols(const struct symbols *s, char *why, size_t n)
{
    if (s->abi_text == NULL) {
        snprintf(why, n, "%s: no table note (%s)", s->name, PLAT_NOTE_SECTION);
        return NULL;
    }
    return parse(s->abi_text, s->abi_bytes, s->name, false, why, n);
}

struct abi *abi_from_text(const char *text, const char *name, char *why,
                          size_t n)
{
    return parse(text, strlen(text), name, true, why, n);
}

void abi_free(struct abi *abi)
{
    if (abi == NULL)
        return;
    free(abi->call);
    free(abi->error);
    free(abi->signal);
    free(abi->message);
    free(abi->flag);
    free(abi->request);
    free(abi);
}

/* ---- Answers ---- */

const struct abi_call *abi_find(const struct abi *abi, uint64_t call_number)
{
    for (size_t i = 0; i < abi->calls; i++)
        if (abi->call[i].number == call_number)
            return &abi->call[i];
    return NULL;
}

const struct abi_call *abi_by_index(const struct abi *abi, size_t index)
{
    return index < abi->calls ? &abi->call[index] : NULL;
}

static const struct abi_name *find_name(const struct abi_name *list, size_t n,
                                        int wanted)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].number == wanted)
            return &list[i];
    return NULL;
}

const char *abi_errno_name(const struct abi *abi, int wanted)
{
    const struct abi_name *e = find_name(abi->error, abi->errors, wanted);
    return e != NULL ? e->name : NULL;
}

const char *abi_errno_help(const struct abi *abi, int wanted)
{
    const struct abi_name *e = find_name(abi->error, abi->errors, wanted);
    return e != NULL && e->help[0] != '\0' ? e->help : NULL;
}

const char *abi_signal_name(const struct abi *abi, int wanted)
{
    const struct abi_name *e = find_name(abi->signal, abi->signals, wanted);
    return e != NULL ? e->name : NULL;
}

#define REPLY_OFFSET 100 /* a reply's number is its request's and this */

const char *abi_message_name(const struct abi *abi, int id, char *text,
                             size_t n)
{
    const struct abi_name *m = find_name(abi->message, abi->messages, id);
    const struct abi_name *of =
        find_name(abi->message, abi->messages, id - REPLY_OFFSET);
    if (m != NULL)
        snprintf(text, n, "%s", m->name);
    else if (of != NULL)
        snprintf(text, n, "%s reply", of->name);
    else
        snprintf(text, n, "%d", id);
    return text;
}

/* ---- Requests of ioctl ---- */

static const struct abi_request *find_request(const struct abi *abi,
                                              uint32_t number)
{
    for (size_t i = 0; i < abi->requests; i++)
        if (abi->request[i].number == number)
            return &abi->request[i];
    return NULL;
}

const char *abi_request_format(const struct abi *abi, uint32_t request)
{
    const struct abi_request *q = find_request(abi, request);
    return q != NULL ? q->format : NULL;
}

/* By the bits OUT, IN, VOID: what _IO, _IOR, ... put there. */
static const char *request_way(uint32_t request)
{
    static const char *const way[] = {"no way",   "IO",         "IOR",
                                      "VOID|OUT", "IOW",        "VOID|IN",
                                      "IOWR",     "VOID|IN|OUT"};
    return way[request >> 29];
}

const char *abi_request_text(const struct abi *abi, uint32_t request,
                             char *text, size_t n)
{
    const struct abi_request *q = find_request(abi, request);
    unsigned bytes = ABI_REQUEST_BYTES(request);
    int group = request >> 8 & 0xff;
    char name[24], size[24] = "", letter[8];
    snprintf(name, sizeof name, "0x%" PRIx32, request);
    if (bytes > 0)
        snprintf(size, sizeof size, " %u byte%s", bytes, bytes > 1 ? "s" : "");
    snprintf(letter, sizeof letter, isprint(group) ? "'%c'" : "0x%x", group);
    snprintf(text, n, "%s [%s %s %u%s]", q != NULL ? q->name : name,
             request_way(request), letter, (unsigned)(request & 0xff), size);
    return text;
}

static void append(char *text, size_t n, const char *piece)
{
    size_t used = strlen(text);
    snprintf(text + used, n - used, "%s%s", used > 0 ? "|" : "", piece);
}

void abi_format_flags(const struct abi *abi, const char *type, uint64_t value,
                      char *text, size_t n)
{
    uint64_t left = value;
    if (n == 0)
        return;
    text[0] = '\0';
    for (size_t i = 0; i < abi->flags; i++) {
        const struct abi_flag *f = &abi->flag[i];
        if (strcmp(f->type, type) != 0 || (value & f->mask) != f->value ||
            (f->value == 0 && f->mask == 0))
            continue;
        append(text, n, f->name);
        left &= ~f->mask;
    }
    if (left != 0 || text[0] == '\0') {
        char rest[24];
        snprintf(rest, sizeof rest, left != 0 ? "0x%" PRIx64 : "%" PRIu64,
                 left);
        append(text, n, rest);
    }
}
