/*
 * arguments.c - a call's arguments: saved at the trap, with what they point to
 * (pointed.c) as far as the user's memory holds it then, and formatted by the
 * table's types.
 *
 * What lies in a page that is not in memory yet (it is paged in when the
 * kernel copies it) is filled in when the copy has been made.
 */
#include "state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

/* ---- Texts that are kept ---- */

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
    char text[POINTED_TEXT];
    for (unsigned i = 0; i < call->nargs; i++)
        if (pointed_text(t, root, call, arg, i, text, sizeof text))
            keep_string(t, number, i, text);
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
        char text[POINTED_SHOWN];
        if ((kind != ABI_PATH && kind != ABI_STR) || *value != va ||
            has_string(t, r, i))
            continue;
        bytes_text(bytes, n, text, sizeof text);
        keep_string(t, number, i, text);
    }
}

void arguments_arrived(struct tracker *t, uint64_t number, uint64_t va)
{
    struct record *r = tracker_record(t, number);
    uint64_t arg[6] = {0};
    char text[POINTED_TEXT];
    if (r == NULL || r->kind != CROSSING_CALL || r->saved_args == 0)
        return;
    const struct abi_call *call =
        tracker_call(t, *(const uint64_t *)list_at(&t->s.args, r->args));
    for (unsigned i = 0; call != NULL && i < call->nargs; i++)
        arg[i] = *(const uint64_t *)list_at(&t->s.args, r->args + 1 + i);
    for (unsigned i = 0; call != NULL && i < call->nargs; i++)
        if (arg[i] == va && call->arg[i].kind != ABI_STRV &&
            !has_string(t, r, i) &&
            pointed_text(t, r->root, call, arg, i, text, sizeof text))
            keep_string(t, number, i, text);
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
    char text[POINTED_TEXT];
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
    uint8_t raw[POINTED_SHOWN];
    char text[POINTED_SHOWN];
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
    case ABI_MODE:
        snprintf(text, n, "0%" PRIo64, value);
        break;
    case ABI_IOCTL:
        abi_request_text(t->abi, (uint32_t)value, text, n);
        break;
    default:
        snprintf(text, n, "0x%" PRIx64, value);
        break;
    }
}

bool argument_counts(const struct tracker *t, const struct crossing *c,
                     unsigned i)
{
    char flags[200];
    const struct abi_arg *a = &c->call->arg[i];
    if (a->kind != ABI_MODE || i == 0 || a[-1].kind != ABI_FLAGS)
        return true;
    abi_format_flags(t->abi, a[-1].flags, c->arg[i - 1], flags, sizeof flags);
    return strstr(flags, "O_CREAT") != NULL;
}
