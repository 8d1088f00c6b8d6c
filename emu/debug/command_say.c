/*
 * command_say.c - how commands speak: lines to the front end, errors, and the
 * names of things in one form.
 */
#include "command_internal.h"

#define LINE_MAX_SHOWN 200

void say(struct commander *c, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text - 1, format, args);
    va_end(args);
    strcat(text, "\n");
    c->desc.out(c->desc.out_ctx, text);
}

bool refuse(struct commander *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(c->why, c->why_bytes, format, args);
    va_end(args);
    return false;
}

const char *name_of(const struct commander *c, int pid, char *text, size_t n)
{
    const struct process *p =
        pid != 0 ? tracker_process(c->target->tracker, pid) : NULL;
    if (pid == 0)
        snprintf(text, n, "the kernel");
    else
        snprintf(text, n, "pid %d%s%s", pid, p != NULL ? " " : "",
                 p != NULL ? p->name : "");
    return text;
}

const char *letters_of(uint64_t flags, char text[5])
{
    snprintf(text, 5, "%c%c%c%c", flags & PTE_R ? 'r' : '-',
             flags & PTE_W ? 'w' : '-', flags & PTE_X ? 'x' : '-',
             flags & PTE_U ? 'u' : '-');
    return text;
}

const char *name_of_symbol(const struct commander *c, int pid, uint64_t root,
                           uint64_t va, char *text, size_t n)
{
    uint64_t image_va;
    struct symbols *s = tracker_symbols(
        c->target->tracker, pid != 0 ? CPU_U : CPU_S, root, va, &image_va);
    text[0] = '\0';
    if (s == NULL || !symbols_describe(s, image_va, text, n))
        text[0] = '\0';
    return text;
}

/* A line of the guest's output, made printable. */
static void tell_line(struct commander *c, const uint8_t *bytes, size_t n)
{
    char text[1024];
    size_t used = 0;
    for (size_t i = 0; i < n && used + 5 < sizeof text; i++) {
        if (bytes[i] == '\r')
            continue;
        if (bytes[i] >= ' ' && bytes[i] != 0x7f)
            text[used++] = (char)bytes[i];
        else
            used +=
                (size_t)snprintf(text + used, sizeof text - used,
                                 bytes[i] == '\t' ? "\t" : "\\x%02x", bytes[i]);
    }
    text[used] = '\0';
    say(c, "guest| %s", text);
}

void tell_console(struct commander *c, bool all)
{
    size_t n;
    const uint8_t *bytes = target_console(c->target, &n);
    if (c->console_shown > n)
        c->console_shown = n; /* gone back: it is not printed any more */
    while (c->console_shown < n) {
        const uint8_t *from = bytes + c->console_shown;
        size_t rest = n - c->console_shown;
        const uint8_t *end = memchr(from, '\n', rest);
        size_t length = end != NULL ? (size_t)(end - from) : rest;
        if (length > LINE_MAX_SHOWN)
            length = LINE_MAX_SHOWN;
        else if (end == NULL && !all)
            return;
        tell_line(c, from, length);
        c->console_shown += length + (end == from + length);
    }
}
