/*
 * command.c - the table of the debugger's commands, and how a line finds its
 * row. docs/reference/debugger.md is made from this table (a test holds it to
 * that), and help and completion come from it.
 */
#include "command_internal.h"

#include <ctype.h>

#define RUNNING  "Running"
#define BACK     "Going back"
#define STOPPING "Stopping"
#define LOOKING  "Looking"
#define SPACES   "Memory and address spaces"
#define CROSS    "Crossings"
#define GUEST    "The guest's console"
#define REST     "The debugger"

#define NONE     ARGUMENT_NONE
#define NUMBER   ARGUMENT_NUMBER
#define PLACE    ARGUMENT_PLACE
#define EXPR     ARGUMENT_EXPRESSION
#define PID      ARGUMENT_PID
#define BREAK    ARGUMENT_BREAK
#define TEXT     ARGUMENT_TEXT

const struct command commands[] = {
    {"step", "s", "[N]", NUMBER, NONE, RUNNING,
     "To the next source line, into functions, and at a system call into the "
     "trap; N times. Where there is no source, one instruction.",
     cmd_step},
    {"next", "n", "[N]", NUMBER, NONE, RUNNING,
     "To the next source line, over functions and system calls.", cmd_next},
    {"stepi", "si", "[N]", NUMBER, NONE, RUNNING,
     "One instruction, or the trap that is taken in its place.", cmd_stepi},
    {"finish", "fin", "", NONE, NONE, RUNNING,
     "Until this function has returned; says what it returned.", cmd_finish},
    {"continue", "c", "", NONE, NONE, RUNNING,
     "Until a breakpoint, a watchpoint, the guest's wish for input or its end.",
     cmd_continue},
    {"advance", "until u", "PLACE", PLACE, NONE, RUNNING,
     "Until this place, as break takes it.", cmd_advance},
    {"into", "", "", NONE, NONE, RUNNING,
     "Through the gate: until this process's next trap, to the kernel's first "
     "instruction.",
     cmd_into},
    {"out", "o", "", NONE, NONE, RUNNING,
     "Back through the gate: until the open crossing is over, to the program's "
     "next instruction.",
     cmd_out},
    {"next-crossing", "nc", "[PID]", PID, NONE, RUNNING,
     "Until the next crossing of any process, or of this one.",
     cmd_next_crossing},

    {"reverse-step", "rs", "[N]", NUMBER, NONE, BACK,
     "To the source line before, into functions and out of traps.",
     cmd_reverse_step},
    {"reverse-next", "rn", "[N]", NUMBER, NONE, BACK,
     "To the source line before, over functions and system calls.",
     cmd_reverse_next},
    {"reverse-stepi", "rsi", "[N]", NUMBER, NONE, BACK,
     "One instruction or trap back.", cmd_reverse_stepi},
    {"reverse-finish", "rfin", "", NONE, NONE, BACK,
     "To the call of this function.", cmd_reverse_finish},
    {"reverse-continue", "rc", "", NONE, NONE, BACK,
     "Back to the last break- or watchpoint that was hit before now; if there "
     "is none, to the beginning.",
     cmd_reverse_continue},
    {"reverse-into", "ri", "", NONE, NONE, BACK,
     "Out of the trap backwards: to just before the trap that is open now.",
     cmd_reverse_into},
    {"previous-crossing", "pc", "[PID]", PID, NONE, BACK,
     "To where the crossing before this one began, of any process or of this.",
     cmd_previous_crossing},
    {"crossing", "", "N", NUMBER, NONE, BACK,
     "To where crossing N traps: one the run has come to, or any of a "
     "recording.",
     cmd_crossing},
    {"goto", "g", "CLOCK | CLOCK.TRAPS | start | newest | end", TEXT, NONE,
     BACK,
     "To a moment: a clock value, exactly with the count of traps; start is "
     "the first instruction of all, newest how far the guest has come.",
     cmd_goto},
    {"last-write", "lw", "ADDRESS[, BYTES] [PID]", EXPR, NONE, BACK,
     "To just before the last store to these bytes (8, or a variable's size), "
     "and who it was.",
     cmd_last_write},
    {"branches", "", "", NONE, NONE, BACK,
     "The futures there are: one more for each time something was typed in the "
     "past.",
     cmd_branches},
    {"branch", "", "N", NUMBER, NONE, BACK,
     "Takes up this branch's future, where it parts from the present one.",
     cmd_branch},
    {"save", "", "FILE.db", TEXT, NONE, BACK,
     "Writes this branch as a recording, whole.", cmd_save},

    {"break", "b", "PLACE [if CONDITION]", PLACE, NONE, STOPPING,
     "Stops before: an address, a function, FILE:LINE, PID:FUNCTION, a system "
     "call (call NAME, or NAME alone), cause N, fault, interrupt, trap; "
     "behind: "
     "return NAME.",
     cmd_break},
    {"tbreak", "tb", "PLACE [if CONDITION]", PLACE, NONE, STOPPING,
     "As break, once.", cmd_tbreak},
    {"watch", "", "ADDRESS[, BYTES] [if CONDITION]", EXPR, NONE, STOPPING,
     "Stops before a store to these bytes (8, or a variable's size): of the "
     "process at hand, PID:ADDRESS, kernel:ADDRESS, physical:ADDRESS. Whatever "
     "frame is mapped there at the time counts.",
     cmd_watch},
    {"rwatch", "", "ADDRESS[, BYTES] [if CONDITION]", EXPR, NONE, STOPPING,
     "As watch, before a load.", cmd_rwatch},
    {"awatch", "", "ADDRESS[, BYTES] [if CONDITION]", EXPR, NONE, STOPPING,
     "As watch, before either.", cmd_awatch},
    {"breakpoints", "", "", NONE, NONE, STOPPING, "All break- and watchpoints.",
     cmd_breaks},
    {"delete", "d", "[N...]", BREAK, BREAK, STOPPING, "Deletes these, or all.",
     cmd_delete},
    {"enable", "", "N", BREAK, NONE, STOPPING, "Lets it stop again.",
     cmd_enable},
    {"disable", "", "N", BREAK, NONE, STOPPING,
     "Keeps it, but it does not stop.", cmd_disable},
    {"condition", "", "N [CONDITION]", BREAK, EXPR, STOPPING,
     "Only stops where the condition holds; without one, always.",
     cmd_condition},
    {"ignore", "", "N COUNT", BREAK, NUMBER, STOPPING,
     "Passes over the next COUNT hits, in either direction.", cmd_ignore},

    {"where", "w", "[ADDRESS]", EXPR, NONE, LOOKING,
     "Where it stands; or what an address is in every space: each process, the "
     "kernel, physical memory.",
     cmd_where},
    {"backtrace", "bt", "[PID]", PID, NONE, LOOKING,
     "Who called whom: from the kernel across the trap into the program. Of "
     "another process: from where it trapped.",
     cmd_backtrace},
    {"list", "l", "[PLACE]", PLACE, NONE, LOOKING,
     "Source around where it stands, FILE:LINE or a function; again: the next "
     "lines.",
     cmd_list},
    {"registers", "r", "[PID]", PID, NONE, LOOKING,
     "pc and x registers, * marks those that changed with the last step. Of "
     "another process: as they were when it trapped.",
     cmd_registers},
    {"csrs", "csr", "[NAME]", ARGUMENT_CSR, NONE, LOOKING,
     "Control and status registers with their fields spelled out.", cmd_csrs},
    {"print", "p", "EXPRESSION", EXPR, NONE, LOOKING,
     "A number in decimal, hexadecimal and, if it is an address, as a symbol.",
     cmd_print},

    {"x", "", "[/COUNT FORMAT SIZE] ADDRESS [PID]", EXPR, NONE, SPACES,
     "Memory, as gdb: FORMAT x d u c s (text) or i (instructions), SIZE b h w "
     "g. Without a format: bytes and text.",
     cmd_x},
    {"disassemble", "dis", "[ADDRESS] [PID]", EXPR, NONE, SPACES,
     "The function that holds the address, or the one it stands in.",
     cmd_disassemble},
    {"walk", "", "ADDRESS [PID]", EXPR, NONE, SPACES,
     "The page-table walk, level by level, and the bit that decides.",
     cmd_walk},
    {"mappings", "maps", "[PID | kernel]", PID, NONE, SPACES,
     "What is mapped in a space, with what each range is.", cmd_mappings},
    {"frames", "", "[PHYSICAL ADDRESS]", EXPR, NONE, SPACES,
     "Who maps a frame of RAM, and where; without one, how many each space "
     "has and shares.",
     cmd_frames},
    {"processes", "ps", "", NONE, NONE, SPACES,
     "All processes: what each does, and what it has cost.", cmd_processes},

    {"crossings", "", "[FILTER...]", TEXT, NONE, CROSS,
     "The last 20 crossings, or those in which every word of the filter is "
     "found (pid 3 write EFAULT; -word: is not); a number first: that many.",
     cmd_crossings},
    {"card", "", "[N]", NUMBER, NONE, CROSS,
     "A crossing in full: a sentence, arguments, result, transfers, cost. "
     "Without a number the open one, or the last.",
     cmd_card},
    {"why", "", "", NONE, NONE, CROSS,
     "The last refusal, in one sentence and with the walk that refused.",
     cmd_why},

    {"console", "", "", NONE, NONE, GUEST,
     "What the guest has printed up to this moment.", cmd_console},
    {"input", "type", "\"TEXT\"", TEXT, NONE, GUEST,
     "Types to the guest; \\n is Enter. In the past this begins a branch.",
     cmd_input},
    {"eof", "", "", NONE, NONE, GUEST,
     "Ends the input: from now on the guest reads end-of-file.", cmd_eof},

    {"help", "h ?", "[COMMAND]", ARGUMENT_COMMAND, NONE, REST,
     "All commands, or one in full.", cmd_help},
    {"info", "i", "NAME [ARGUMENTS]", ARGUMENT_LIST, NONE, REST,
     "As gdb: info breakpoints, registers, processes, frames ... is the "
     "command "
     "of that name.",
     cmd_info},
    {"echo", "", "TEXT", TEXT, NONE, REST, "Prints TEXT, for scripts.",
     cmd_echo},
    {"quit", "q exit", "", NONE, NONE, REST, "Leaves the debugger.", cmd_quit},
};
const size_t commands_count = sizeof commands / sizeof commands[0];

/* ---- Finding ---- */

static bool is_alias(const char *aliases, const char *word, size_t n)
{
    while (*aliases != '\0') {
        size_t length = strcspn(aliases, " ");
        if (length == n && strncmp(aliases, word, n) == 0)
            return true;
        aliases += length + (aliases[length] == ' ');
    }
    return false;
}

static void say_candidates(const char *word, size_t length, char *why, size_t n)
{
    int used = snprintf(
        why, n, "%.*s: more than one command begins so:", (int)length, word);
    for (size_t i = 0; i < commands_count && used > 0 && (size_t)used < n; i++)
        if (strncmp(commands[i].name, word, length) == 0)
            used +=
                snprintf(why + used, n - (size_t)used, " %s", commands[i].name);
}

const struct command *command_find(const char *word, size_t length, char *why,
                                   size_t n)
{
    const struct command *found = NULL;
    size_t beginnings = 0;
    for (size_t i = 0; i < commands_count; i++) {
        const struct command *row = &commands[i];
        if ((strlen(row->name) == length &&
             strncmp(row->name, word, length) == 0) ||
            is_alias(row->aliases, word, length))
            return row;
        if (length > 0 && strncmp(row->name, word, length) == 0) {
            found = row;
            beginnings++;
        }
    }
    if (beginnings == 1)
        return found;
    if (beginnings == 0)
        snprintf(why, n, "%.*s: no such command (help lists them)",
                 length < 60 ? (int)length : 60, word);
    else
        say_candidates(word, length, why, n);
    return NULL;
}

/* ---- Running ---- */

struct commander *commander_create(const struct commander_desc *desc)
{
    struct commander *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->desc = *desc;
    c->target = desc->target;
    c->range = calloc(RANGES, sizeof *c->range);
    if (c->range == NULL) {
        free(c);
        return NULL;
    }
    for (unsigned i = 0; i < 32; i++)
        c->x[i] = cpu_x(machine_cpu(c->target->machine), i);
    target_console(c->target, &c->console_shown);
    return c;
}

void commander_destroy(struct commander *c)
{
    if (c == NULL)
        return;
    free(c->range);
    free(c);
}

/* A line as typed: no control characters, no end beyond the limit. */
static bool clean_line(const char *line, char *clean, char *why, size_t n)
{
    size_t length = strnlen(line, COMMAND_LINE);
    if (length >= COMMAND_LINE) {
        snprintf(why, n, "the line is longer than %d characters",
                 COMMAND_LINE - 1);
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char ch = (unsigned char)line[i];
        if (ch < ' ' && ch != '\t' && ch != '\n' && ch != '\r') {
            snprintf(why, n, "character %zu of the line: 0x%02x is no text",
                     i + 1, ch);
            return false;
        }
        clean[i] = isspace(ch) ? ' ' : line[i];
    }
    while (length > 0 && clean[length - 1] == ' ')
        length--;
    clean[length] = '\0';
    return true;
}

/* "x/8gx sp": the slash ends the name as well. */
static size_t name_length(const char *text)
{
    return strcspn(text, " /");
}

enum command_status command_run(struct commander *c, const char *line,
                                char *why, size_t n)
{
    char clean[COMMAND_LINE];
    why[0] = '\0';
    if (!clean_line(line, clean, why, n))
        return COMMAND_FAILED;
    const char *at = clean + strspn(clean, " ");
    if (*at == '\0' || *at == '#')
        return COMMAND_DONE;
    size_t length = name_length(at);
    const struct command *row = command_find(at, length, why, n);
    if (row == NULL)
        return COMMAND_FAILED;
    const char *arguments = at + length;
    arguments += strspn(arguments, " ");
    c->why = why;
    c->why_bytes = n;
    bool good = row->run(c, arguments);
    tell_divergence(c);
    if (!good) {
        snprintf(clean, sizeof clean, "%s", why);
        snprintf(why, n, "%s: %s", row->name, clean);
        return COMMAND_FAILED;
    }
    return c->quit ? COMMAND_QUIT : COMMAND_DONE;
}

void command_tell(struct commander *c, const struct target_stop *stop)
{
    tell_stop(c, stop);
}

void command_tell_console(struct commander *c)
{
    tell_console(c, false);
}
