/*
 * command_time.c - the commands that go to a moment, the branches of the run,
 * and the guest's console at this moment.
 */
#include "command_internal.h"

/* ---- Going ---- */

static bool there(struct commander *c)
{
    tell_console(c, true);
    tell_place(c);
    return true;
}

COMMAND(cmd_crossing)
{
    uint64_t number;
    const struct tracker *t = c->target->tracker;
    if (arguments[0] == '\0')
        return refuse(c, "which one? A number (crossings lists them)");
    if (!take_number(c, arguments, 0, INT64_MAX, &number))
        return false;
    if (!history_goto_crossing(c->target->history, number))
        return refuse(c,
                      "%" PRIu64 ": the run has come to %" PRIu64
                      " crossings so far; next-crossing or continue goes on",
                      number, tracker_known(t));
    return there(c);
}

/* "318222" or "318222.14" */
static bool goto_moment(struct commander *c, const char *text)
{
    struct moment to = {0};
    char *end;
    to.clock = strtoull(text, &end, 0);
    if (end == text || text[0] == '-' || (*end != '\0' && *end != '.'))
        return refuse(
            c, "%.40s: neither a clock value nor start, newest or end", text);
    if (*end == '\0')
        return history_goto_clock(c->target->history, to.clock);
    text = end + 1;
    to.traps = strtoull(text, &end, 10);
    if (end == text || *end != '\0')
        return refuse(c, "%.40s: a number of traps is expected", text);
    return history_goto(c->target->history, to);
}

static bool run_to_clock(struct commander *c, uint64_t clock)
{
    struct target_stop stop;
    target_run(c->target, TARGET_FORWARD, clock, &stop);
    tell_stop(c, &stop);
    return true;
}

/* A clock that the guest has not come to yet is run to. */
static bool beyond(struct commander *c, const char *text)
{
    const struct history *h = c->target->history;
    char *end;
    uint64_t clock = strtoull(text, &end, 0);
    if (c->why[0] != '\0')
        return false;
    if (*end == '\0' && clock > history_newest(h).clock)
        return run_to_clock(c, clock);
    return refuse(c,
                  "%.40s: there is no such moment (%" PRIu64 " to %" PRIu64 ")",
                  text, history_first(h).clock, history_newest(h).clock);
}

COMMAND(cmd_goto)
{
    struct history *h = c->target->history;
    if (arguments[0] == '\0')
        return refuse(c, "where? CLOCK, CLOCK.TRAPS, start, newest or end");
    if (strcmp(arguments, "start") == 0)
        history_goto(h, history_first(h));
    else if (strcmp(arguments, "newest") == 0)
        history_goto(h, history_newest(h));
    else if (strcmp(arguments, "end") == 0)
        return run_to_clock(c, UINT64_MAX);
    else if (!goto_moment(c, arguments))
        return beyond(c, arguments);
    return there(c);
}

COMMAND(cmd_last_write)
{
    struct address a;
    char copy[COMMAND_LINE], place[320], who[64];
    uint64_t bytes = 0;
    snprintf(copy, sizeof copy, "%s", arguments);
    char *comma = strrchr(copy, ',');
    if (comma != NULL) {
        *comma = '\0';
        if (!take_number(c, comma + 1 + strspn(comma + 1, " "), 0, 4096,
                         &bytes))
            return false;
        if (bytes == 0)
            return refuse(c, "%s: not between 1 and 4096 bytes", comma + 1);
    }
    if (!take_address(c, copy, &a))
        return false;
    struct sv39_walk w = sv39_walk(c->target->machine, a.root, a.va);
    if (bytes == 0)
        bytes = a.bytes > 0 && a.bytes <= 4096 ? a.bytes : 8;
    uint64_t rest = 4096 - (a.va & 4095);
    if (bytes > rest)
        bytes = rest;
    if ((w.why != SV39_OK && w.why != SV39_BARE) ||
        machine_ram(c->target->machine, w.pa, bytes) == NULL)
        return refuse(c, "0x%" PRIx64 ": no RAM is there", a.va);
    if (!history_last_write(c->target->history, w.pa, bytes)) {
        say(c, "0x%" PRIx64 ": not written since the debugger began", a.va);
        return true;
    }
    struct target_place p = target_place(c->target);
    target_place_text(&p, place, sizeof place);
    const struct crossing *open = tracker_current(c->target->tracker);
    int pid = p.priv == CPU_U ? p.pid : 0;
    say(c, "0x%" PRIx64 " (physical 0x%" PRIx64 "): last written here, by %s%s",
        a.va, w.pa, name_of(c, pid, who, sizeof who),
        open != NULL ? " in the crossing that is open" : "");
    return there(c);
}

/* ---- Branches ---- */

COMMAND(cmd_branches)
{
    struct branch_info b;
    if (!no_arguments(c, arguments))
        return false;
    for (size_t i = 0; history_branch(c->target->history, i, &b); i++) {
        say(c, "%c %zu  newest: clock %" PRIu64, b.current ? '*' : ' ',
            b.number, b.newest.clock);
        if (b.number != b.parent || i > 0)
            say(c, "     leaves branch %zu at clock %" PRIu64, b.parent,
                b.fork.clock);
    }
    return true;
}

COMMAND(cmd_branch)
{
    uint64_t number;
    if (arguments[0] == '\0')
        return refuse(c, "which one? A number (branches lists them)");
    if (!take_number(c, arguments, 0, UINT32_MAX, &number))
        return false;
    if (!history_switch(c->target->history, (size_t)number))
        return refuse(c, "%" PRIu64 ": there is no such branch", number);
    target_branch_changed(c->target);
    return there(c);
}

COMMAND(cmd_save)
{
    if (arguments[0] == '\0')
        return refuse(c, "to which file?");
    if (c->desc.save == NULL)
        return refuse(c, "%.200s: this front end cannot write recordings",
                      arguments);
    if (!c->desc.save(c->desc.save_ctx, arguments, c->why, c->why_bytes))
        return false;
    say(c, "%s: written", arguments);
    return true;
}

/* ---- Console ---- */

COMMAND(cmd_console)
{
    if (!no_arguments(c, arguments))
        return false;
    size_t n;
    target_console(c->target, &n);
    c->console_shown = 0;
    tell_console(c, true);
    if (n == 0)
        say(c, "the guest has printed nothing yet");
    return true;
}

/* One character of "TEXT", its escapes undone. Returns how many characters it
 * took, 0 for a bad one. */
static size_t unescape(const char *text, uint8_t *out)
{
    static const char escapes[] = "n\nr\rt\te\033\\\\\"\"";
    *out = (uint8_t)*text;
    if (*text != '\\')
        return 1;
    for (size_t i = 0; i + 1 < sizeof escapes - 1; i += 2)
        if (text[1] == escapes[i]) {
            *out = (uint8_t)escapes[i + 1];
            return 2;
        }
    unsigned value;
    int used = 0;
    if (text[1] == 'x' && sscanf(text + 2, "%2x%n", &value, &used) == 1) {
        *out = (uint8_t)value;
        return 2 + (size_t)used;
    }
    return 0;
}

static void tell_branch(struct commander *c, bool past)
{
    if (past)
        say(c,
            "typed in the past: branch %zu begins here (branches lists "
            "them)",
            history_branch_count(c->target->history) - 1);
}

COMMAND(cmd_input)
{
    uint8_t bytes[COMMAND_LINE];
    size_t n = 0, length = strlen(arguments);
    if (length < 2 || arguments[0] != '"' || arguments[length - 1] != '"')
        return refuse(c, "the text is put in quotes: input \"ls\\n\"");
    for (size_t at = 1; at + 1 < length;) {
        size_t used = unescape(arguments + at, &bytes[n]);
        if (used == 0 || at + used >= length)
            return refuse(c,
                          "%.20s: no such escape (\\n \\r \\t \\e \\\\ \\\" "
                          "\\xHH)",
                          arguments + at);
        at += used;
        n++;
    }
    if (n == 0)
        return refuse(c, "the text is empty");
    bool past = history_in_past(c->target->history);
    target_input(c->target, bytes, n);
    tell_branch(c, past);
    return true;
}

COMMAND(cmd_eof)
{
    if (!no_arguments(c, arguments))
        return false;
    bool past = history_in_past(c->target->history);
    target_input(c->target, NULL, 0);
    tell_branch(c, past);
    return true;
}
