/*
 * options.c - the table of options and its reader. What an option *means* is
 * left to session.c and the cmd_*.c files; here are only its spelling, the
 * kind and range of its value and its help.
 */
#include "options.h"

#include "../platform/platform.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum kind {
    KIND_FLAG,   /* bool */
    KIND_TEXT,   /* const char * */
    KIND_NUMBER, /* uint64_t in min..max */
    KIND_LIST,   /* struct option_list of free texts */
    KIND_PAIR,   /* struct option_list of KEY=VALUE, neither side empty */
};

struct option_row {
    const char *name;
    const char *metavar; /* NULL for a flag */
    enum kind kind;
    size_t field; /* offset in struct options */
    unsigned on;
    uint64_t min, max;
    const char *help;
};

#define FIELD(name) offsetof(struct options, name)

static const struct option_row rows[] = {
    {"--kernel", "ELF", KIND_TEXT, FIELD(kernel), ON_MACHINE, 0, 0,
     "Boot this kernel image instead of Sallyport's own."},
    {"--initrd", "TAR", KIND_TEXT, FIELD(initrd), ON_MACHINE, 0, 0,
     "Use this ustar archive as the initial file system."},
    {"--kernel-arg", "K=V", KIND_PAIR, FIELD(kernel_args), ON_MACHINE, 0, 0,
     "Put the line K=V on the boot page (layout=shared, poison=1, ...); may "
     "be repeated."},
    {"--bare", NULL, KIND_FLAG, FIELD(bare), ON_MACHINE, 0, 0,
     "No firmware: start the image of --kernel (or PROGRAM) in M-mode."},
    {"--disk", "FILE", KIND_TEXT, FIELD(disk), ON_MACHINE, 0, 0,
     "Attach this raw image as the disk; what the guest changed is written "
     "back when the run ends."},
    {"--ram", "MIB", KIND_NUMBER, FIELD(ram_mib), ON_MACHINE, PLAT_RAM_MIB_MIN,
     PLAT_RAM_MIB_MAX, "Memory in MiB (default 64)."},
    {"--max-insns", "N", KIND_NUMBER, FIELD(max_insns), ON_WHOLE | ON_DEBUG, 1,
     UINT64_MAX - 1,
     "Stop with status 122 after N instructions and traps (default: never)."},
    {"--script", "FILE", KIND_TEXT, FIELD(script), ON_WHOLE | ON_DEBUG, 0, 0,
     "Type from this file: expect \"TEXT\", send \"TEXT\", wait CLOCK, eof, "
     "# comment."},
    {"--file", "HOST[=GUEST]", KIND_LIST, FIELD(files), ON_MACHINE, 0, 0,
     "Add a file of the host, as /host/NAME or at the path GUEST; may be "
     "repeated."},
    {"--get", "GUEST=HOST", KIND_PAIR, FIELD(gets), ON_MACHINE, 0, 0,
     "Take the guest's file out at the end of the run; may be repeated."},
    {"--abi", "FILE", KIND_TEXT, FIELD(abi), ON_MACHINE, 0, 0,
     "Decode system calls by this table instead of the kernel's own."},
    {"--cost", "FILE", KIND_TEXT, FIELD(cost), ON_MACHINE, 0, 0,
     "Take the coefficients of the cycle model from this file."},
    {"--source", "DIR", KIND_LIST, FIELD(sources),
     ON_GUI | ON_SHOT | ON_GDB | ON_DEBUG, 0, 0,
     "Look for source files here as well; may be repeated."},
    {"--save-boot", "DIR", KIND_TEXT, FIELD(save_boot), ON_MACHINE, 0, 0,
     "Write kernel, initrd, boot page, disk and the QEMU command to DIR, then "
     "go on."},
    {"--json", NULL, KIND_FLAG, FIELD(json), ON_RUN | ON_TRACE, 0, 0,
     "One JSON object a line on stdout, and nothing else there."},
    {"--quiet", NULL, KIND_FLAG, FIELD(quiet), ON_MACHINE | ON_REPLAY, 0, 0,
     "No remarks of Sallyport's own on stderr, errors excepted."},
    {"--size", "WxH", KIND_TEXT, FIELD(size), ON_GUI | ON_SHOT, 0, 0,
     "Of the window or picture in pixels (default 1600x1000)."},
    {"--scale", "K", KIND_TEXT, FIELD(scale), ON_GUI | ON_SHOT, 0, 0,
     "Draw everything K times as large, 0.5 to 4 (default: by the size)."},
    {"--palette", "NAME", KIND_TEXT, FIELD(palette), ON_GUI | ON_SHOT, 0, 0,
     "light (the default) or dark."},
    {"--at", "CROSSING", KIND_TEXT, FIELD(at), ON_SHOT, 0, 0,
     "Take the picture when this crossing has ended (default: the end of the "
     "run): a number as in the trace, or CALL or CALL:N, the first or Nth call "
     "of that name, init's not counted."},
    {"--moment", "NAME", KIND_TEXT, FIELD(moment), ON_SHOT, 0, 0,
     "With --at: when. trap (it has just begun), copy (its first bytes are "
     "across), refusal (something was refused), end (the default)."},
    {"--panel", "NAME", KIND_TEXT, FIELD(panel), ON_SHOT, 0, 0,
     "Draw this panel alone."},
    {"-o", "FILE", KIND_TEXT, FIELD(output), ON_SHOT | ON_TRACE, 0, 0,
     "shot: the picture to write, .png, .svg, .pdf or .txt. trace: a recording "
     "(.db) instead of the text."},
    {"--port", "N", KIND_NUMBER, FIELD(port), ON_GDB, 0, 65535,
     "Wait for GDB at this TCP port (default 1234; 0: any that is free)."},
    {"--listen", "ADDRESS", KIND_TEXT, FIELD(listen), ON_GDB, 0, 0,
     "... of this address of the host, instead of 127.0.0.1. Whoever reaches "
     "it controls the run."},
    {"--batch", "FILE", KIND_TEXT, FIELD(batch), ON_DEBUG, 0, 0,
     "Run the commands of this file, one a line, and leave; the first that "
     "fails ends it with status 120."},
    {"-x", "COMMANDS", KIND_LIST, FIELD(executes), ON_DEBUG, 0, 0,
     "Run these commands, parted by ';', and leave; before --batch, may be "
     "repeated."},
    {"--trace", NULL, KIND_FLAG, FIELD(trace), ON_REPLAY, 0, 0,
     "Every crossing as text on stderr, as the run itself would have told it."},
    {"--goto", "CROSSING", KIND_NUMBER, FIELD(go_to), ON_REPLAY, 1, UINT64_MAX,
     "Print this crossing's card and the registers at its trap, and run "
     "nothing else; with --gui: open there."},
    {"--gui", NULL, KIND_FLAG, FIELD(gui), ON_REPLAY, 0, 0,
     "Open it in the window."},
    {"--verify", NULL, KIND_FLAG, FIELD(verify), ON_REPLAY, 0, 0,
     "Run it again and compare everything with the file: one line says that "
     "all is the same, or what is not (status 124)."},
    {"--perfetto", "OUT.json", KIND_TEXT, FIELD(perfetto), ON_EXPORT, 0, 0,
     "A trace for ui.perfetto.dev or chrome://tracing."},
    {"--report", "OUT.html", KIND_TEXT, FIELD(report), ON_EXPORT, 0, 0,
     "A page for any browser: timeline, crossings to search, cards."},
    {"--help", NULL, KIND_FLAG, FIELD(help), ON_EVERY, 0, 0,
     "Print this help."},
    {"--version", NULL, KIND_FLAG, FIELD(version), ON_EVERY & ~ON_BUILD, 0, 0,
     "Print the versions of Sallyport and of its engine."},
};
#define ROWS (sizeof rows / sizeof rows[0])

/* Where the reader stands, and which options it has met: whether they suit
 * the command is known only once the command is. */
struct reader {
    struct options *out;
    int argc, next;
    char *const *argv;
    bool met[ROWS];
    struct complaint *why;
};

/* The row of "--name", "--name=value" or "-o"; value points behind the '='
 * or is NULL. */
static const struct option_row *find_row(const char *word, const char **value)
{
    const char *equals = strchr(word, '=');
    size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);
    *value = equals != NULL ? equals + 1 : NULL;
    for (size_t i = 0; i < ROWS; i++)
        if (strlen(rows[i].name) == length &&
            strncmp(rows[i].name, word, length) == 0)
            return &rows[i];
    return NULL;
}

static int read_number(const struct option_row *row, const char *value,
                       uint64_t *out, struct complaint *why)
{
    char *end = NULL;
    errno = 0;
    unsigned long long number = strtoull(value, &end, 0);
    if (value[0] < '0' || value[0] > '9' || *end != '\0')
        return complain(why, APP_UNUSABLE, "%s %s: not a whole number",
                        row->name, value);
    if (errno == ERANGE || number < row->min || number > row->max)
        return complain(why, APP_UNUSABLE, "%s %s: out of range %llu..%llu",
                        row->name, value, (unsigned long long)row->min,
                        (unsigned long long)row->max);
    *out = number;
    return 0;
}

static void list_add(struct option_list *list, const char *value)
{
    const char **grown =
        realloc(list->value, (list->count + 1) * sizeof *list->value);
    if (grown == NULL)
        abort();
    list->value = grown;
    list->value[list->count++] = value;
}

static int check_pair(const struct option_row *row, const char *value,
                      struct complaint *why)
{
    const char *equals = strchr(value, '=');
    if (equals == NULL || equals == value || equals[1] == '\0')
        return complain(why, APP_UNUSABLE, "%s %s: expected %s", row->name,
                        value, row->metavar);
    return 0;
}

static int store(struct reader *r, const struct option_row *row,
                 const char *value)
{
    char *field = (char *)r->out + row->field;
    int status = 0;
    if (value != NULL && value[0] == '\0')
        return complain(r->why, APP_USAGE, "%s: %s is empty", row->name,
                        row->metavar);
    switch (row->kind) {
    case KIND_FLAG:
        *(bool *)field = true;
        break;
    case KIND_TEXT:
        *(const char **)field = value;
        break;
    case KIND_NUMBER:
        status = read_number(row, value, (uint64_t *)field, r->why);
        break;
    case KIND_PAIR:
        status = check_pair(row, value, r->why);
        if (status != 0)
            break;
        /* fall through */
    case KIND_LIST:
        list_add((struct option_list *)field, value);
        break;
    }
    return status;
}

/* One option at r->next, with its value in the same or in the next word. */
static int read_option(struct reader *r)
{
    const char *word = r->argv[r->next++];
    const char *value;
    const struct option_row *row = strcmp(word, "-h") == 0
                                       ? find_row("--help", &value)
                                       : find_row(word, &value);
    if (row == NULL)
        return complain(r->why, APP_USAGE, "%s: unknown option (see --help)",
                        word);
    if (row->kind == KIND_FLAG && value != NULL)
        return complain(r->why, APP_USAGE, "%s: takes no value", row->name);
    if (row->kind != KIND_FLAG && value == NULL) {
        if (r->next >= r->argc)
            return complain(r->why, APP_USAGE, "%s: %s is missing", row->name,
                            row->metavar);
        value = r->argv[r->next++];
    }
    r->met[row - rows] = true;
    return store(r, row, value);
}

static const struct subcommand *find_command(const char *word)
{
    for (const struct subcommand *c = subcommands; c->name != NULL; c++)
        if (strcmp(c->name, word) == 0)
            return c;
    return NULL;
}

/* What stands behind `build` is not ours to read, help excepted. */
static bool takes_all(const struct reader *r, const char *word)
{
    const struct subcommand *command = r->out->command;
    return command != NULL && command->bit == ON_BUILD &&
           strcmp(word, "--help") != 0 && strcmp(word, "-h") != 0;
}

/* Commands whose operands are files of ours: options may stand behind them. */
#define OPERANDS_FIRST (ON_REPLAY | ON_EXPORT | ON_DIFF)

static bool takes_operand(struct reader *r)
{
    const struct subcommand *command = r->out->command;
    struct options *o = r->out;
    if (command == NULL || (command->bit & OPERANDS_FIRST) == 0)
        return false;
    if (o->program_count == 0)
        o->program = r->argv + r->next;
    if (o->program + o->program_count != r->argv + r->next)
        return false; /* not beside the first */
    o->program_count++;
    r->next++;
    return true;
}

/* Words until PROGRAM; the first that is a command is the command. Options
 * may stand on either side of it. Behind PROGRAM all belongs to PROGRAM. */
static int read_words(struct reader *r)
{
    while (r->next < r->argc) {
        const char *word = r->argv[r->next];
        if (strcmp(word, "--") == 0) {
            r->next++;
            break;
        }
        if (takes_all(r, word))
            break;
        if (word[0] == '-' && word[1] != '\0') {
            int status = read_option(r);
            if (status != 0)
                return status;
            continue;
        }
        if (takes_operand(r))
            continue;
        const struct subcommand *command = find_command(word);
        if (r->out->command != NULL || command == NULL)
            break;
        r->out->command = command;
        r->next++;
    }
    if (r->out->program_count == 0) {
        r->out->program = r->argv + r->next;
        r->out->program_count = r->argc - r->next;
    } else if (r->next < r->argc) {
        return complain(r->why, APP_USAGE, "%s: one operand too many",
                        r->argv[r->next]);
    }
    return 0;
}

static int check_suited(const struct reader *r)
{
    const struct subcommand *command = r->out->command;
    for (size_t i = 0; i < ROWS; i++)
        if (r->met[i] && (rows[i].on & command->bit) == 0)
            return complain(r->why, APP_USAGE,
                            "%s: no option of the command %s", rows[i].name,
                            command->name);
    return 0;
}

/* The words are no command line. Was JSON asked for all the same, by one of
 * them that could only be ours? */
static bool json_was_asked(const struct reader *r)
{
    const struct subcommand *command = r->out->command;
    for (int i = 1; i < r->argc && strcmp(r->argv[i], "--") != 0; i++) {
        const char *word = r->argv[i];
        if (strcmp(word, "--json") == 0)
            return command == NULL || command->bit & (ON_RUN | ON_TRACE);
        if (i >= r->next && word[0] != '-' && find_command(word) == NULL)
            break;
    }
    return false;
}

int options_parse(struct options *out, int argc, char *const argv[],
                  struct complaint *why)
{
    *out = (struct options){
        .ram_mib = PLAT_RAM_MIB_DEFAULT, .max_insns = UINT64_MAX, .port = 1234};
    struct reader r = {
        .out = out, .argc = argc, .next = 1, .argv = argv, .why = why};
    int status = read_words(&r);
    if (status != 0) {
        out->json = json_was_asked(&r);
        return status;
    }
    if (out->command == NULL && !out->help)
        out->command = &subcommands[0];
    if (out->help || out->version)
        return 0;
    status = check_suited(&r);
    if (status != 0)
        out->json = json_was_asked(&r);
    return status;
}

void options_free(struct options *options)
{
    free(options->kernel_args.value);
    free(options->files.value);
    free(options->gets.value);
    free(options->sources.value);
    free(options->executes.value);
}

/* ---- Help ---- */

#define HELP_COLUMN 24
#define HELP_WIDTH  79

/* Prints help from HELP_COLUMN on, wrapped at words. */
static void print_wrapped(FILE *out, int column, const char *help)
{
    while (*help != '\0') {
        size_t word = strcspn(help, " ");
        if (column + 1 + (int)word > HELP_WIDTH) {
            fputc('\n', out);
            column = 0;
        }
        if (column < HELP_COLUMN)
            column += fprintf(out, "%*s", HELP_COLUMN - column, "");
        else
            column += fprintf(out, " ");
        column += fprintf(out, "%.*s", (int)word, help);
        help += word + (help[word] == ' ');
    }
    fputc('\n', out);
}

static void print_option(FILE *out, const struct option_row *row)
{
    int column =
        fprintf(out, "  %s%s%s", row->name, row->metavar != NULL ? " " : "",
                row->metavar != NULL ? row->metavar : "");
    if (column >= HELP_COLUMN) {
        fputc('\n', out);
        column = 0;
    }
    print_wrapped(out, column, row->help);
}

static void print_usage(FILE *out, const struct subcommand *c)
{
    fprintf(out, "sallyport %s %s%s\n", c->name,
            (c->bit & ON_MACHINE) != 0 ? "[OPTIONS] " : "", c->operands);
}

static const char program_help[] =
    "PROGRAM is a program of the guest (hello, /bin/ls, ...) or the path of a\n"
    "RISC-V ELF file of the host, which the guest sees as /host/NAME. Without\n"
    "one the guest's shell starts. What stands behind PROGRAM is handed to\n"
    "it; -- ends the options.\n";

static const char status_help[] =
    "Exit status: the guest's own; 128+N if signal N killed the program; 120\n"
    "wrong usage, 121 kernel panic, 122 limit reached or nothing can wake the\n"
    "guest, 123 unusable image or value.\n";

void options_print_help(FILE *out, const struct subcommand *command)
{
    fputs("Usage: ", out);
    if (command != NULL) {
        print_usage(out, command);
        fprintf(out, "%s\n", command->help);
    } else {
        fputs("sallyport [COMMAND] [OPTIONS] [PROGRAM [ARGS...]]\n\n"
              "Commands (the first is the default; sallyport COMMAND --help "
              "says more):\n",
              out);
        for (const struct subcommand *c = subcommands; c->name != NULL; c++)
            print_wrapped(out, fprintf(out, "  %s", c->name), c->help);
    }
    fputs("\nOptions:\n", out);
    unsigned on = command != NULL ? command->bit : ON_MACHINE;
    for (size_t i = 0; i < ROWS; i++)
        if ((rows[i].on & on) != 0)
            print_option(out, &rows[i]);
    if ((on & ON_MACHINE) != 0)
        fprintf(out, "\n%s\n%s", program_help, status_help);
}
