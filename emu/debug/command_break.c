/*
 * command_break.c - the commands about break- and watchpoints.
 */
#include "command_internal.h"

static const char *kind_text(const struct breakpoint *b)
{
    static const char *const text[] = {
        "address", "function", "line",      "call", "return",
        "cause",   "fault",    "interrupt", "trap", "memory"};
    return text[b->kind];
}

/* What it stands for now: "at 0x10190", "8 bytes of pid 3 at ...". */
static void place_text(const struct commander *c, const struct breakpoint *b,
                       char *text, size_t n)
{
    char who[64] = "the kernel";
    if (b->space == SPACE_PROCESS)
        name_of(c, b->pid, who, sizeof who);
    if (b->space == SPACE_PHYSICAL)
        snprintf(who, sizeof who, "physical memory");
    text[0] = '\0';
    if (b->kind == BREAK_MEMORY)
        snprintf(text, n, "%" PRIu64 " bytes at 0x%" PRIx64 " of %s", b->bytes,
                 b->address, who);
    else if (b->kind == BREAK_ADDRESS)
        snprintf(text, n, "0x%" PRIx64, b->address);
    else if (b->kind == BREAK_FUNCTION || b->kind == BREAK_LINE)
        snprintf(text, n,
                 b->found > 0 ? "%zu address%s"
                              : "not there yet: it waits for a program that "
                                "has it",
                 b->found, b->found == 1 ? "" : "es");
}

static void tell_one(struct commander *c, const struct breakpoint *b)
{
    char place[160];
    place_text(c, b, place, sizeof place);
    say(c, "%-3u %-9s %s%s%s%s%s%s%s", b->number, kind_text(b), b->text,
        b->condition[0] != '\0' ? " if " : "", b->condition,
        place[0] != '\0' ? "  (" : "", place, place[0] != '\0' ? ")" : "",
        b->temporary ? "  once" : "");
    if (b->disabled)
        say(c, "    disabled");
    if (b->hits > 0)
        say(c, "    hit %" PRIu64 " time%s", b->hits, b->hits == 1 ? "" : "s");
    if (b->ignore > 0)
        say(c, "    passes over the next %" PRIu64, b->ignore);
}

/* A call hides a function of the same name: say how to get at that. */
static void tell_hidden(struct commander *c, const struct breakpoint *b)
{
    struct question q = {.target = c->target};
    uint64_t va, bytes;
    if (b->kind == BREAK_CALL && strncmp(b->text, "call", 4) != 0 &&
        expression_symbol(&q, b->place, &va, &bytes))
        say(c, "    (the system call; the function is: break function %s)",
            b->place);
}

static bool add(struct commander *c, const char *text, bool temporary)
{
    unsigned number = breaks_add(c->target->breaks, text, c->why, c->why_bytes);
    if (number == 0)
        return false;
    if (temporary)
        breaks_set_temporary(c->target->breaks, number);
    const struct breakpoint *b = breaks_find(c->target->breaks, number);
    tell_one(c, b);
    tell_hidden(c, b);
    return true;
}

COMMAND(cmd_break)
{
    return add(c, arguments, false);
}

COMMAND(cmd_tbreak)
{
    return add(c, arguments, true);
}

static bool watch(struct commander *c, const char *what, const char *arguments)
{
    char text[COMMAND_LINE + 16];
    if (arguments[0] == '\0')
        return refuse(c,
                      "what? ADDRESS or a variable, [, BYTES] [if CONDITION]");
    snprintf(text, sizeof text, "%s %s", what, arguments);
    return add(c, text, false);
}

COMMAND(cmd_watch)
{
    return watch(c, "store", arguments);
}

COMMAND(cmd_rwatch)
{
    return watch(c, "load", arguments);
}

COMMAND(cmd_awatch)
{
    return watch(c, "access", arguments);
}

COMMAND(cmd_breaks)
{
    size_t n = breaks_count(c->target->breaks);
    if (!no_arguments(c, arguments))
        return false;
    for (size_t i = 0; i < n; i++)
        tell_one(c, breaks_at(c->target->breaks, i));
    if (n == 0)
        say(c, "no breakpoints");
    return true;
}

/* Takes a breakpoint's number off the front. */
static bool take_break(struct commander *c, const char **arguments,
                       unsigned *number)
{
    *number = 0;
    char *end;
    unsigned long value = strtoul(*arguments, &end, 10);
    if (end == *arguments || (*end != '\0' && *end != ' '))
        return refuse(c, "%.60s: a breakpoint's number is expected",
                      *arguments);
    *number = value < UINT32_MAX ? (unsigned)value : 0;
    if (breaks_find(c->target->breaks, *number) == NULL)
        return refuse(c, "%lu: there is no such breakpoint", value);
    *arguments = end + strspn(end, " ");
    return true;
}

COMMAND(cmd_delete)
{
    unsigned number = 0;
    if (arguments[0] == '\0')
        breaks_clear(c->target->breaks);
    while (arguments[0] != '\0') {
        if (!take_break(c, &arguments, &number))
            return false;
        breaks_delete(c->target->breaks, number);
    }
    return true;
}

static bool set_enabled(struct commander *c, const char *arguments, bool on)
{
    unsigned number = 0;
    if (!take_break(c, &arguments, &number) || !no_arguments(c, arguments))
        return false;
    return breaks_enable(c->target->breaks, number, on);
}

COMMAND(cmd_enable)
{
    return set_enabled(c, arguments, true);
}

COMMAND(cmd_disable)
{
    return set_enabled(c, arguments, false);
}

COMMAND(cmd_condition)
{
    unsigned number = 0;
    if (!take_break(c, &arguments, &number) ||
        !breaks_set_condition(c->target->breaks, number, arguments, c->why,
                              c->why_bytes))
        return false;
    tell_one(c, breaks_find(c->target->breaks, number));
    return true;
}

COMMAND(cmd_ignore)
{
    unsigned number = 0;
    uint64_t count;
    if (!take_break(c, &arguments, &number))
        return false;
    if (arguments[0] == '\0')
        return refuse(c, "%u: how many?", number);
    return take_number(c, arguments, 0, INT64_MAX, &count) &&
           breaks_set_ignore(c->target->breaks, number, count);
}
