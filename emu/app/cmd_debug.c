/*
 * cmd_debug.c - `sallyport debug`: the commands of debug/command.h on a
 * terminal (prompt.c), from a pipe, from --batch FILE or from -x TEXT. Ctrl-C
 * stops the guest, not the debugger.
 *
 * Whatever is not a terminal is echoed behind the prompt, so that the output is
 * a transcript; the first command that fails ends it with its place and status
 * 120. Left at the guest's end, the guest's status is passed on.
 */
#include "hostfile.h"
#include "looks.h"
#include "prompt.h"
#include "rawtty.h"
#include "recorder.h"
#include "script.h"
#include "session.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOOT_CLOCK UINT64_C(50000000) /* a program not begun by then: stop */

/* The process has one set of signal handlers; this is what ours notes. */
static volatile sig_atomic_t interrupted;

struct debugger {
    const struct options *options;
    struct session *session;
    struct target target;
    struct commander *commander;
    struct script *script; /* types to the guest; may be NULL */
    struct complaint *why;
    int status;
    bool left; /* quit was said, or a command of a script failed */
};

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static void catch_interrupts(void)
{
    struct sigaction action = {.sa_handler = on_interrupt};
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static void print(void *ctx, const char *text)
{
    (void)ctx;
    fputs(text, stdout);
}

/* ---- While the guest runs ---- */

/* What --max-insns leaves: it counts instructions and traps. */
static uint64_t insns_left(const struct debugger *d)
{
    const struct cpu *cpu = machine_cpu(d->target.machine);
    uint64_t spent = cpu_executed(cpu) + cpu_traps(cpu);
    return spent < d->options->max_insns ? d->options->max_insns - spent : 0;
}

/* A stretch of n instructions may take traps as well, so the limit is come to
 * by halves. */
static void set_bound(struct debugger *d)
{
    uint64_t clock = machine_clock(d->target.machine);
    uint64_t left = insns_left(d), bound = 0;
    if (d->script != NULL && !history_in_past(d->target.history))
        bound = script_advance(d->script);
    if (left / 2 < STEP_POLL_INSNS && (bound == 0 || clock + left / 2 < bound))
        bound = clock + (left > 0 ? (left + 1) / 2 : 1);
    d->target.bound = bound;
}

static bool poll(void *ctx)
{
    struct debugger *d = ctx;
    command_tell_console(d->commander);
    fflush(stdout);
    set_bound(d);
    if (insns_left(d) == 0) {
        printf("--max-insns %" PRIu64 " is reached\n", d->options->max_insns);
        return false;
    }
    return interrupted == 0;
}

/* The guest waits: does the script have something for it? */
static bool feed(void *ctx)
{
    struct debugger *d = ctx;
    if (d->script == NULL || history_in_past(d->target.history))
        return false;
    unsigned line = script_line(d->script);
    set_bound(d);
    return line != script_line(d->script);
}

/* ---- Commands ---- */

static void run_line(struct debugger *d, const char *line, const char *place)
{
    char why[512];
    interrupted = 0;
    switch (command_run(d->commander, line, why, sizeof why)) {
    case COMMAND_DONE:
        break;
    case COMMAND_QUIT:
        d->left = true;
        break;
    case COMMAND_FAILED:
        if (place == NULL) {
            printf("%s\n", why);
            break;
        }
        d->status = complain(d->why, APP_USAGE, "%s: %s", place, why);
        d->left = true;
        break;
    }
    fflush(stdout);
}

/* One line of a script; echoed, so that what follows is told apart. */
static void run_echoed(struct debugger *d, const char *line, const char *place)
{
    if (line[strspn(line, " \t\r\n")] == '\0')
        return;
    printf("(sallyport) %s\n", line);
    run_line(d, line, place);
}

/* Lines of a text, or commands parted by ';' outside of quotes. */
static void run_text(struct debugger *d, char *text, bool lines,
                     const char *name)
{
    unsigned number = 1;
    char place[300];
    while (!d->left && *text != '\0') {
        bool quoted = false;
        char *end = text;
        while (*end != '\0' && *end != '\n' &&
               (lines || quoted || *end != ';')) {
            if (*end == '\\' && end[1] != '\0' && end[1] != '\n')
                end++;
            else if (*end == '"')
                quoted = !quoted;
            end++;
        }
        bool last = *end == '\0';
        *end = '\0';
        text += strspn(text, " ");
        snprintf(place, sizeof place, "%s:%u", name, number++);
        run_echoed(d, text, place);
        text = last ? end : end + 1;
    }
}

static void run_batch(struct debugger *d, const char *path)
{
    struct blob text = {0};
    int status = hostfile_read_text(path, &text, d->why);
    if (status != 0) {
        d->status = status;
        d->left = true;
        return;
    }
    run_text(d, (char *)text.bytes, true, path);
    blob_free(&text);
}

static void run_terminal(struct debugger *d)
{
    struct prompt *prompt = prompt_open(d->commander);
    const char *line;
    if (prompt == NULL) {
        d->status = complain(d->why, APP_UNUSABLE,
                             "debug: the terminal cannot be used");
        return;
    }
    while (!d->left) {
        enum prompt_result r = prompt_read(prompt, &line);
        if (r == PROMPT_LINE)
            run_line(d, line, NULL);
        else if (r == PROMPT_END)
            d->left = true;
        if (r != PROMPT_LINE)
            putchar('\n');
    }
    prompt_close(prompt);
}

static void run_pipe(struct debugger *d)
{
    char *line = NULL, place[64];
    size_t room = 0;
    for (unsigned number = 1; !d->left; number++) {
        ssize_t n = getline(&line, &room, stdin);
        if (n < 0 && errno == EINTR && interrupted) {
            clearerr(stdin);
            continue;
        }
        if (n < 0)
            break;
        if (strlen(line) != (size_t)n) { /* a NUL would hide the rest */
            d->status = complain(d->why, APP_USAGE,
                                 "stdin:%u: a NUL byte is no text", number);
            break;
        }
        line[strcspn(line, "\r\n")] = '\0';
        snprintf(place, sizeof place, "stdin:%u", number);
        run_echoed(d, line, place);
    }
    free(line);
}

/* -x first, then --batch; without either, whoever sits there. */
static void run_commands(struct debugger *d)
{
    const struct option_list *given = &d->options->executes;
    for (size_t i = 0; i < given->count && !d->left; i++) {
        char *copy = strdup(given->value[i]);
        if (copy == NULL)
            abort();
        run_text(d, copy, false, "-x");
        free(copy);
    }
    if (d->options->batch != NULL && !d->left)
        run_batch(d, d->options->batch);
    if (given->count > 0 || d->options->batch != NULL)
        return;
    if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        run_terminal(d);
    else
        run_pipe(d);
}

/* ---- Opening and leaving ---- */

/* By what name the guest knows the program to stop at. */
static const char *program_name(const struct session *s)
{
    if (s->recorded == NULL)
        return looks_program(s->options);
    return s->boot.program != NULL ? hostfile_basename(s->boot.program) : "sh";
}

static void begin(struct debugger *d)
{
    struct target_stop stop = {.reason = TARGET_DONE};
    set_bound(d);
    const char *program = program_name(d->session);
    if (!d->session->options->bare)
        target_run_to_program(&d->target, program, BOOT_CLOCK, &stop);
    command_tell_console(d->commander);
    if (stop.reason == TARGET_BREAK)
        printf("stopped at the first instruction of %s\n", program);
    else
        printf("%s has not begun%s\n", program,
               d->session->options->bare ? ": the machine stands at its reset"
                                         : "");
    if (stop.reason == TARGET_BREAK)
        stop.reason = TARGET_DONE;
    command_tell(d->commander, &stop);
    fflush(stdout);
}

/* The command save: this branch, whole, by a second machine. */
static bool save(void *ctx, const char *path, char *why, size_t n)
{
    const struct debugger *d = ctx;
    struct complaint reason = {.text = ""};
    if (recording_write_branch(d->session, path, &reason) == 0)
        return true;
    snprintf(why, n, "%s", reason.text);
    return false;
}

static int open_all(struct debugger *d)
{
    struct session_desc desc = {
        .options = d->options, .track = true, .history = true};
    int status = session_open(&desc, &d->session, d->why);
    if (status != 0)
        return status;
    d->target = (struct target){.machine = d->session->machine,
                                .tracker = d->session->tracker,
                                .history = d->session->history,
                                .sources = d->session->sources,
                                .poll = poll,
                                .feed = feed,
                                .poll_ctx = d};
    if (!target_open(&d->target))
        return complain(d->why, APP_UNUSABLE, "debug: out of memory");
    struct commander_desc commander = {
        .target = &d->target, .out = print, .save = save, .save_ctx = d};
    d->commander = commander_create(&commander);
    if (d->commander == NULL)
        return complain(d->why, APP_UNUSABLE, "debug: out of memory");
    if (d->options->script != NULL)
        status = script_open(d->options->script, &d->script, d->why);
    if (d->script != NULL)
        script_attach(d->script, d->target.machine, d->target.history);
    return status;
}

/* The guest's status where it has ended; the disk and --get only then: in the
 * middle of a run, or in its past, they are not what the guest leaves. */
static int leave(struct debugger *d)
{
    struct machine_stop stop = {.reason = MACHINE_LIMIT};
    if (d->status != 0)
        return d->status;
    if (!history_in_past(d->target.history))
        history_run(d->target.history, machine_clock(d->target.machine) + 1,
                    &stop);
    if (stop.reason == MACHINE_ENDED)
        return session_finish(d->session, stop.status, d->why);
    if (insns_left(d) == 0)
        return complain(d->why, APP_LIMIT,
                        "--max-insns %" PRIu64 ": left there",
                        d->options->max_insns);
    if ((d->options->disk != NULL || d->options->gets.count > 0) &&
        !d->options->quiet)
        fputs("sallyport: left before the guest's end: the disk and --get "
              "files are not written\n",
              stderr);
    return 0;
}

int cmd_debug(const struct options *options, struct complaint *why)
{
    struct debugger d = {.options = options, .why = why};
    int status = open_all(&d);
    if (status == 0) {
        catch_interrupts();
        begin(&d);
        run_commands(&d);
        status = leave(&d);
    }
    script_close(d.script);
    commander_destroy(d.commander);
    if (d.target.private != NULL)
        target_close(&d.target);
    session_close(d.session);
    return status;
}
