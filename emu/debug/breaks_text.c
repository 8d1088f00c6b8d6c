/*
 * breaks_text.c - what the text of a breakpoint means (breaks.h lists the
 * forms): the words in front, the space, then a number, a line or a name.
 */
#include "breaks_internal.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
    struct breaks *b;
    struct breakpoint *pub;
    char *why;
    size_t why_bytes;
};

static bool refuse(const struct reading *r, const char *what, const char *why)
{
    snprintf(r->why, r->why_bytes, "%s: %s", what, why);
    return false;
}

static bool is_name(const char *text)
{
    if (!isalpha((unsigned char)*text) && *text != '_')
        return false;
    for (const char *p = text; *p != '\0'; p++)
        if (!isalnum((unsigned char)*p) && *p != '_' && *p != '.')
            return false;
    return strlen(text) < sizeof((struct breakpoint *)0)->place;
}

/* All digits, and no more than fit: -1 if not. */
static long decimal(const char *text, size_t n)
{
    long value = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isdigit((unsigned char)text[i]) || i == 9)
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return n > 0 ? value : -1;
}

static bool live_process_named(const struct reading *r, const char *name,
                               size_t n, int *pid)
{
    const struct tracker *t = r->b->target->tracker;
    for (size_t i = tracker_processes(t); i-- > 0;) {
        const struct process *p = tracker_process_at(t, i);
        if (p->pid != 0 && p->state != PROCESS_GONE && strlen(p->name) == n &&
            strncmp(p->name, name, n) == 0) {
            *pid = p->pid;
            return true;
        }
    }
    return false;
}

/* "3:", "kernel:", "physical:", "hello:" in front. Returns what is behind. */
static const char *read_space(const struct reading *r, const char *text)
{
    const char *colon = strchr(text, ':');
    struct breakpoint *pub = r->pub;
    size_t n = colon != NULL ? (size_t)(colon - text) : 0;
    long number = decimal(text, n);
    if (n == 0)
        return text;
    if (number > 0) {
        pub->space = SPACE_PROCESS;
        pub->pid = (int)number;
    } else if (n == 6 && strncmp(text, "kernel", 6) == 0) {
        pub->space = SPACE_KERNELS;
    } else if (n == 8 && strncmp(text, "physical", 8) == 0) {
        pub->space = SPACE_PHYSICAL;
    } else if (decimal(colon + 1, strlen(colon + 1)) < 0 &&
               live_process_named(r, text, n, &pub->pid)) {
        pub->space = SPACE_PROCESS;
    } else {
        return text; /* FILE:LINE, or nothing that there is */
    }
    return colon + 1;
}

static bool ask(const struct reading *r, const char *text, uint64_t *out)
{
    struct question q = {.target = r->b->target, .pid = r->pub->pid};
    int64_t value;
    if (!expression_ask(text, &q, &value, r->why, r->why_bytes))
        return false;
    *out = (uint64_t)value;
    return true;
}

/* ---- Code ---- */

static bool read_line_of_file(const struct reading *r, const char *text)
{
    const char *colon = strrchr(text, ':');
    long line = colon != NULL ? decimal(colon + 1, strlen(colon + 1)) : -1;
    size_t n = colon != NULL ? (size_t)(colon - text) : 0;
    if (line <= 0 || n == 0)
        return refuse(r, text,
                      "neither FILE:LINE nor SPACE:PLACE, where SPACE "
                      "is a pid, a living process's name, kernel or "
                      "physical");
    if (n >= sizeof r->pub->place)
        return refuse(r, text, "the file's name is too long");
    r->pub->kind = BREAK_LINE;
    memcpy(r->pub->place, text, n);
    r->pub->line = (unsigned)line;
    return true;
}

static bool read_function(const struct reading *r, const char *text)
{
    if (text[0] == '\0')
        return refuse(r, "function", "its name is missing");
    if (!is_name(text))
        return refuse(r, text, "no function's name");
    r->pub->kind = BREAK_FUNCTION;
    snprintf(r->pub->place, sizeof r->pub->place, "%s", text);
    return true;
}

static bool is_call(const struct reading *r, const char *name)
{
    const struct abi *abi = tracker_abi(r->b->target->tracker);
    const struct abi_call *call;
    for (size_t i = 0; abi != NULL && (call = abi_by_index(abi, i)); i++)
        if (strcmp(call->name, name) == 0)
            return true;
    return false;
}

static bool read_call(const struct reading *r, const char *name,
                      enum break_kind kind)
{
    bool number = decimal(name, strlen(name)) >= 0;
    bool any = name[0] == '\0' && kind == BREAK_RETURN;
    if (name[0] == '\0' && !any)
        return refuse(r, "call", "which? A name or a number (help break)");
    if (!number && !any && !is_call(r, name))
        return refuse(r, name, "the kernel's table has no such call");
    r->pub->kind = kind;
    snprintf(r->pub->place, sizeof r->pub->place, "%s", name);
    return true;
}

static bool read_code(const struct reading *r, const char *text)
{
    const char *rest = read_space(r, text);
    if (r->pub->space == SPACE_PHYSICAL)
        return refuse(r, text, "code is watched by virtual address");
    if (*rest == '*' || isdigit((unsigned char)*rest)) {
        r->pub->kind = BREAK_ADDRESS;
        return ask(r, *rest == '*' ? rest + 1 : rest, &r->pub->address);
    }
    if (strchr(rest, ':') != NULL)
        return read_line_of_file(r, rest);
    if (r->pub->space == SPACE_ANYWHERE && is_call(r, rest))
        return read_call(r, rest, BREAK_CALL);
    return read_function(r, rest);
}

/* ---- Memory ---- */

/* Without a space: the lower half is the process's, the upper the kernel's. */
static void choose_space(const struct reading *r)
{
    struct target *t = r->b->target;
    struct target_place here = target_place(t);
    int pid = target_user_pid(t);
    bool lower = r->pub->address >> 63 == 0;
    if (lower && (here.priv == CPU_U || pid != 0)) {
        r->pub->space = SPACE_PROCESS;
        r->pub->pid = here.priv == CPU_U ? here.pid : pid;
    } else {
        r->pub->space = here.root != 0 ? SPACE_KERNELS : SPACE_PHYSICAL;
    }
}

static bool read_size(const struct reading *r, const char *text)
{
    if (!ask(r, text, &r->pub->bytes))
        return false;
    if (r->pub->bytes == 0 || r->pub->bytes > WATCH_BYTES_MAX)
        return refuse(r, text, "not between 1 and 65536 bytes");
    return true;
}

static bool read_address(const struct reading *r, const char *text)
{
    struct question q = {.target = r->b->target, .pid = r->pub->pid};
    struct breakpoint *pub = r->pub;
    pub->bytes = 8;
    if (!is_name(text) ||
        !expression_symbol(&q, text, &pub->address, &pub->bytes))
        return ask(r, text, &pub->address);
    if (pub->bytes == 0 || pub->bytes > WATCH_BYTES_MAX)
        pub->bytes = 8;
    return true;
}

static bool read_memory(const struct reading *r, const char *text,
                        unsigned accesses)
{
    char address[BREAK_TEXT];
    const char *rest = read_space(r, text);
    const char *comma = strrchr(rest, ',');
    size_t n = comma != NULL ? (size_t)(comma - rest) : strlen(rest);
    snprintf(address, sizeof address, "%.*s", (int)n, rest);
    r->pub->kind = BREAK_MEMORY;
    r->pub->accesses = accesses;
    if (!read_address(r, address))
        return false;
    if (comma != NULL && !read_size(r, comma + 1))
        return false;
    if (r->pub->address + r->pub->bytes < r->pub->address)
        return refuse(r, text, "goes beyond the last address");
    if (r->pub->space == SPACE_ANYWHERE)
        choose_space(r);
    return true;
}

/* ---- Traps ---- */

static bool read_cause(const struct reading *r, const char *text)
{
    r->pub->kind = BREAK_CAUSE;
    if (text[0] == '\0')
        return refuse(r, "cause", "which? A number as in scause");
    return ask(r, text, &r->pub->address);
}

/* ---- All of them ---- */

/* Is the text's first word this one? Then *rest is what is behind it. */
static bool begins(const char *text, const char *word, const char **rest)
{
    size_t n = strlen(word);
    if (strncmp(text, word, n) != 0 || (text[n] != '\0' && text[n] != ' '))
        return false;
    *rest = text + n;
    while (**rest == ' ')
        (*rest)++;
    return true;
}

static bool read_trap_kind(const struct reading *r, const char *text)
{
    static const struct {
        const char *word;
        enum break_kind kind;
    } row[] = {{"fault", BREAK_FAULT},
               {"interrupt", BREAK_INTERRUPT},
               {"trap", BREAK_TRAP}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        if (strcmp(text, row[i].word) == 0) {
            r->pub->kind = row[i].kind;
            return true;
        }
    return false;
}

bool breaks_read_place(struct breaks *b, const char *text,
                       struct breakpoint *pub, char *why, size_t n)
{
    struct reading r = {b, pub, why, n};
    const char *rest;
    if (text[0] == '\0')
        return refuse(&r, "break",
                      "where? ADDRESS, FUNCTION, FILE:LINE, call "
                      "NAME, cause N, fault ...");
    if (read_trap_kind(&r, text))
        return true;
    if (begins(text, "call", &rest))
        return read_call(&r, rest, BREAK_CALL);
    if (begins(text, "return", &rest))
        return read_call(&r, rest, BREAK_RETURN);
    if (begins(text, "cause", &rest))
        return read_cause(&r, rest);
    if (begins(text, "store", &rest))
        return read_memory(&r, rest, MACHINE_STORES);
    if (begins(text, "load", &rest))
        return read_memory(&r, rest, MACHINE_LOADS);
    if (begins(text, "access", &rest))
        return read_memory(&r, rest, MACHINE_LOADS | MACHINE_STORES);
    if (begins(text, "function", &rest)) {
        rest = read_space(&r, rest);
        return read_function(&r, rest);
    }
    return read_code(&r, text);
}
