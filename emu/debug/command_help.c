/*
 * command_help.c - help from the table, info as gdb has it, and the commands
 * about the debugger itself.
 */
#include "command_internal.h"

#define WIDTH 78

/* Words wrapped at WIDTH, each line indented. */
static void say_wrapped(struct commander *c, const char *text, size_t indent)
{
    char line[WIDTH + 2];
    size_t used = 0;
    while (*text != '\0') {
        size_t word = strcspn(text, " ");
        if (used > 0 && indent + used + 1 + word > WIDTH) {
            say(c, "%*s%s", (int)indent, "", line);
            used = 0;
        }
        used += (size_t)snprintf(line + used, sizeof line - used, "%s%.*s",
                                 used > 0 ? " " : "", (int)word, text);
        if (used >= sizeof line)
            used = sizeof line - 1;
        text += word + (text[word] == ' ');
    }
    if (used > 0)
        say(c, "%*s%s", (int)indent, "", line);
}

static void help_row(struct commander *c, const struct command *row)
{
    say(c, "%s%s%s%s%s", row->name, row->arguments[0] != '\0' ? " " : "",
        row->arguments, row->aliases[0] != '\0' ? "   also: " : "",
        row->aliases);
    say_wrapped(c, row->help, 4);
}

/* How much of a help text says it in short: up to the first stop that stands
 * outside brackets and ends a word. */
static size_t first_sentence(const char *text)
{
    int depth = 0;
    size_t n = 0;
    for (; text[n] != '\0'; n++) {
        depth += (text[n] == '(') - (text[n] == ')');
        if (depth == 0 && strchr(".;:", text[n]) != NULL &&
            (text[n + 1] == ' ' || text[n + 1] == '\0'))
            break;
    }
    return n;
}

static void help_all(struct commander *c)
{
    const char *group = "";
    for (size_t i = 0; i < commands_count; i++) {
        const struct command *row = &commands[i];
        char first[200];
        if (strcmp(group, row->group) != 0)
            say(c, "%s%s:", i > 0 ? "\n" : "", row->group);
        group = row->group;
        snprintf(first, sizeof first, "%.*s", (int)first_sentence(row->help),
                 row->help);
        say(c, "  %-18s %-5s %s", row->name, row->aliases, first);
    }
    say(c, "\nA command may be shortened to what only it begins with; help "
           "COMMAND says more.");
    say(c, "Addresses: 0x13010, a symbol, sp + 8; in another space 3:ADDRESS, "
           "kernel:ADDRESS, physical:ADDRESS.");
}

COMMAND(cmd_help)
{
    if (arguments[0] == '\0') {
        help_all(c);
        return true;
    }
    const struct command *row =
        command_find(arguments, strlen(arguments), c->why, c->why_bytes);
    if (row == NULL)
        return false;
    help_row(c, row);
    return true;
}

/* What gdb's info calls by other names than ours. */
static const struct {
    const char *name, *command;
} infos[] = {
    {"breakpoints", "breakpoints"},
    {"watchpoints", "breakpoints"},
    {"registers", "registers"},
    {"csrs", "csrs"},
    {"processes", "processes"},
    {"inferiors", "processes"},
    {"threads", "processes"},
    {"proc", "mappings"},
    {"mappings", "mappings"},
    {"frame", "where"},
    {"frames", "frames"},
    {"stack", "backtrace"},
    {"line", "where"},
    {"symbol", "where"},
    {"crossings", "crossings"},
    {"source", "list"},
    {"branches", "branches"},
    {"console", "console"},
};

const char *info_name(size_t i)
{
    return i < sizeof infos / sizeof infos[0] ? infos[i].name : NULL;
}

COMMAND(cmd_info)
{
    size_t length = strcspn(arguments, " ");
    if (length == 0)
        return refuse(c, "what about? breakpoints, registers, csrs, processes, "
                         "mappings, frames, stack, crossings ...");
    for (size_t i = 0; info_name(i) != NULL; i++) {
        if (strncmp(infos[i].name, arguments, length) != 0)
            continue;
        const char *rest = arguments + length;
        const struct command *row = command_find(
            infos[i].command, strlen(infos[i].command), c->why, c->why_bytes);
        return row->run(c, rest + strspn(rest, " "));
    }
    return refuse(c,
                  "%.*s: not among breakpoints, registers, csrs, processes, "
                  "mappings, frames, stack, crossings ...",
                  length < 60 ? (int)length : 60, arguments);
}

COMMAND(cmd_echo)
{
    say(c, "%s", arguments);
    return true;
}

COMMAND(cmd_quit)
{
    c->quit = true;
    return no_arguments(c, arguments);
}
