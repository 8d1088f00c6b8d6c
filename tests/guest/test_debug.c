/*
 * test_debug.c - the debugger's commands on the real guest: what each says,
 * that looking changes nothing, that no line of text can break it; and the
 * program `sallyport debug` from scripts, from a pipe and on a terminal.
 *
 * With the argument --page it prints the table of commands as it stands in
 * docs/reference/debugger.md; with --fuzz SEED LINES it tries hostile lines.
 */
#include "target_bench.h"

#include "../../emu/debug/command.h"
#include "../../emu/debug/expression.h"

#include <poll.h>
#include <pty.h>

#define OUTPUT (1 << 20)

struct desk {
    struct bench *bench;
    struct commander *commander;
    char *out;
    size_t used;
};

static void collect(void *ctx, const char *text)
{
    struct desk *d = ctx;
    size_t n = strlen(text);
    if (d->used + n + 1 > OUTPUT)
        d->used = 0; /* of the newest only */
    memcpy(d->out + d->used, text, n + 1);
    d->used += n;
}

static struct desk *sit_down(struct bench *bench)
{
    struct desk *d = calloc(1, sizeof *d);
    assert_non_null(d);
    d->bench = bench;
    d->out = malloc(OUTPUT);
    assert_non_null(d->out);
    struct commander_desc desc = {
        .target = &bench->target, .out = collect, .out_ctx = d};
    d->commander = commander_create(&desc);
    assert_non_null(d->commander);
    return d;
}

static void stand_up(struct desk *d)
{
    commander_destroy(d->commander);
    finish(d->bench);
    free(d->out);
    free(d);
}

/* Runs a command that must succeed; what it said. */
static const char *ask(struct desk *d, const char *line)
{
    char why[512];
    d->used = 0;
    d->out[0] = '\0';
    if (command_run(d->commander, line, why, sizeof why) != COMMAND_DONE)
        fail_msg("%s: %s", line, why);
    return d->out;
}

static void says(struct desk *d, const char *line, const char *text)
{
    const char *said = ask(d, line);
    if (strstr(said, text) == NULL)
        fail_msg("%s: no \"%s\" in\n%s", line, text, said);
}

static void refuses_line(struct desk *d, const char *line, const char *text)
{
    char why[512] = "";
    if (command_run(d->commander, line, why, sizeof why) != COMMAND_FAILED)
        fail_msg("%s: was carried out", line);
    if (strstr(why, text) == NULL || strchr(why, '\n') != NULL)
        fail_msg("%s: \"%s\" does not say \"%s\"", line, why, text);
}

static struct desk *at_write(void)
{
    struct desk *d = sit_down(begin());
    ask(d, "break write if n == 13");
    says(d, "continue", "breakpoint 1 (write): pid 2 hello: #");
    return d;
}

/* ---- The table ---- */

static void every_name_is_one_commands(void **state)
{
    char why[200];
    (void)state;
    for (size_t i = 0; i < commands_count; i++) {
        const struct command *row = &commands[i];
        char aliases[64];
        assert_ptr_equal(
            command_find(row->name, strlen(row->name), why, sizeof why), row);
        assert_true(row->help[0] != '\0' && row->group[0] != '\0');
        assert_int_equal(row->help[strlen(row->help) - 1], '.');
        snprintf(aliases, sizeof aliases, "%s", row->aliases);
        for (char *a = strtok(aliases, " "); a != NULL; a = strtok(NULL, " "))
            assert_ptr_equal(command_find(a, strlen(a), why, sizeof why), row);
    }
    assert_null(command_find("reverse", 7, why, sizeof why));
    assert_non_null(strstr(why, "reverse-stepi"));
    assert_null(command_find("xyzzy", 5, why, sizeof why));
}

static void escape_bars(const char *text, char *out)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            *out++ = '\\';
        *out++ = *text;
    }
    *out = '\0';
}

static void row_of_page(const struct command *row, char *line, size_t n)
{
    char arguments[200];
    escape_bars(row->arguments, arguments);
    snprintf(line, n, "| `%s%s%s` | %s%s%s | %s |\n", row->name,
             arguments[0] != '\0' ? " " : "", arguments,
             row->aliases[0] != '\0' ? "`" : "", row->aliases,
             row->aliases[0] != '\0' ? "`" : "", row->help);
}

static void the_reference_page_has_every_command(void **state)
{
    static char page[1 << 16];
    char line[1000];
    (void)state;
    int fd = open(SALLYPORT_SOURCE_DIR "/docs/reference/debugger.md", O_RDONLY);
    assert_true(fd >= 0);
    assert_true(read(fd, page, sizeof page - 1) > 0);
    close(fd);
    for (size_t i = 0; i < commands_count; i++) {
        row_of_page(&commands[i], line, sizeof line);
        if (strstr(page, line) == NULL)
            fail_msg("docs/reference/debugger.md lacks: %s(%s --page prints "
                     "the table)",
                     line, "test_debug");
    }
}

static int print_page(void)
{
    const char *group = "";
    char line[1000];
    for (size_t i = 0; i < commands_count; i++) {
        if (strcmp(group, commands[i].group) != 0)
            printf("\n### %s\n\n| Command | Also | |\n|---|---|---|\n",
                   commands[i].group);
        group = commands[i].group;
        row_of_page(&commands[i], line, sizeof line);
        fputs(line, stdout);
    }
    return 0;
}

/* ---- Expressions ---- */

static void expressions_are_cs(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
    } row[] = {{"1 + 2 * 3", 7},
               {"(1 + 2) * 3", 9},
               {"10 - 3 - 2", 5},
               {"1 << 4 | 1", 17},
               {"0x10 >> 2", 4},
               {"-1 >> 60", 15},
               {"7 / 2 + 7 % 2", 4},
               {"1 < 2 && 2 <= 2 && !(3 == 4)", 1},
               {"0 && 1 / 0", 0},
               {"1 || nosuchname", 1},
               {"1 == 1 == 1", 1},
               {"~0 == -1", 1},
               {"'a' + 1", 'b'},
               {"'\\n'", '\n'},
               {"5 & 3 ^ 1", 0},
               {"- - 3", 3},
               {"mode", 0},
               {"a0 == fd && fd == 1", 1},
               {"$a2", 13},
               {"x12 == n && n == arg2", 1},
               {"u8[buf] == 'h' && u8[buf + 4] == 'o'", 1},
               {"i8[buf] > 0 && *buf == u64[buf]", 1},
               {"pid", 2},
               {"sstatus >> 32 & 3", 2},
               {"main == &main && main != 0", 1},
               {"pc - write", 4},
               {"9223372036854775807 + 1 < 0", 1},
               {"0 - 9223372036854775807 - 1", INT64_MIN},
               {"(0 - 9223372036854775807 - 1) / -1", INT64_MIN},
               {"1 << 64", 0}};
    struct desk *d = at_write();
    struct question q = {.target = &d->bench->target};
    char why[200];
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        int64_t value;
        if (!expression_ask(row[i].text, &q, &value, why, sizeof why))
            fail_msg("%s: %s", row[i].text, why);
        if (value != row[i].value)
            fail_msg("%s = %lld", row[i].text, (long long)value);
    }
    stand_up(d);
}

static void what_cannot_be_answered_is_an_error(void **state)
{
    static const char *const bad[] = {
        "",
        "1 +",
        "(1",
        "1)",
        "1 2",
        "*",
        "u9[0]",
        "u8[0",
        "u8[]",
        "u64[0]",
        "p8[0]",
        "1 / 0",
        "1 % 0",
        "nosuchname",
        "&1",
        "&nosuch",
        "''",
        "'ab'",
        "'\\q'",
        "0x",
        "1x",
        "18446744073709551616",
        "a0 = 1",
        "@",
        "a0[0]",
        "u8[-1]",
        "x32",
        "x99999999999",
        "((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((("
        "((((((((((((((((((((((((((((((((((((((((((1"};
    struct desk *d = at_write();
    struct question q = {.target = &d->bench->target};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char why[200] = "";
        int64_t value;
        if (expression_ask(bad[i], &q, &value, why, sizeof why))
            fail_msg("%s = %lld", bad[i], (long long)value);
        assert_true(why[0] != '\0' && strchr(why, '\n') == NULL);
    }
    stand_up(d);
}

/* ---- Moving ---- */

static void a_session_through_the_gate_and_back(void **state)
{
    struct desk *d = at_write();
    struct machine *m = d->bench->target.machine;
    (void)state;
    uint64_t before = machine_hash(m);
    says(d, "where", "U pid 2 hello: write+0x4");
    says(d, "watch sched", "of the kernel");
    ask(d, "delete");
    says(d, "into", "cause 8 (ecall from U) into scause");
    says(d, "where", "uservec");
    says(d, "step", "trampoline.S:");
    says(d, "backtrace", "main+0x");
    says(d, "backtrace", "----  the gate: #");
    ask(d, "break copyin");
    says(d, "continue", "at copyin, guestkernel/copy.c:");
    says(d, "backtrace", "sys_write");
    says(d, "backtrace", "usertrap");
    says(d, "backtrace", "puts+0x");
    says(d, "finish", "copyin returned, a0 = 0 (0x0)");
    says(d, "out", "= 13: ");
    says(d, "console", "guest| hello, world");
    says(d, "reverse-continue", "breakpoint 3 (copyin)");
    says(d, "reverse-into", "the trap has not been taken yet");
    assert_true(machine_hash(m) == before);
    assert_null(strstr(ask(d, "console"), "hello, world"));
    stand_up(d);
}

static void steps_back_undo_steps(void **state)
{
    struct desk *d = at_write();
    struct machine *m = d->bench->target.machine;
    (void)state;
    uint64_t hash[12];
    for (int i = 0; i < 12; i++) {
        hash[i] = machine_hash(m);
        ask(d, "stepi 5");
    }
    for (int i = 12; i-- > 0;) {
        ask(d, "reverse-stepi 5");
        assert_true(machine_hash(m) == hash[i]);
    }
    stand_up(d);
}

static void a_moment_can_be_named(void **state)
{
    struct desk *d = at_write();
    (void)state;
    struct moment at = history_now(d->bench->target.history);
    char line[80];
    snprintf(line, sizeof line, "goto %llu.%llu", (unsigned long long)at.clock,
             (unsigned long long)at.traps);
    ask(d, "goto start");
    says(d, "where", "clock 0");
    ask(d, line);
    assert_int_equal(moment_compare(history_now(d->bench->target.history), at),
                     0);
    ask(d, "delete");
    says(d, "goto end", "the guest has ended with status 0");
    says(d, "crossing 3", "ecall");
    says(d, "card 1", "fault");
    refuses_line(d, "card 99999", "no such crossing");
    refuses_line(d, "crossing 99999", "the run has come to");
    refuses_line(d, "goto 12.99", "no such moment");
    refuses_line(d, "goto -1", "neither a clock value");
    stand_up(d);
}

static void the_last_write_is_found(void **state)
{
    struct desk *d = at_write();
    (void)state;
    says(d, "x/s buf", "\"hello, world\\n\"");
    says(d, "last-write buf, 1", "last written here, by pid 2 hello");
    says(d, "where", "in the past");
    says(d, "x/1xb 0x12260", "0x");
    stand_up(d);
}

static void typing_in_the_past_begins_a_branch(void **state)
{
    struct desk *d = at_write();
    (void)state;
    ask(d, "delete");
    ask(d, "goto end");
    ask(d, "crossing 6");
    says(d, "input \"x\\n\"", "branch 1 begins here");
    says(d, "branches", "* 1");
    says(d, "branch 0", "(pc 0x");
    says(d, "branches", "* 0");
    refuses_line(d, "branch 7", "no such branch");
    refuses_line(d, "input x", "quotes");
    refuses_line(d, "input \"\\q\"", "escape");
    refuses_line(d, "input \"\"", "empty");
    stand_up(d);
}

/* ---- Looking ---- */

static const char *const looks[] = {
    "where",
    "where 0x12000",
    "where sp",
    "backtrace",
    "backtrace 1",
    "list",
    "list main",
    "list copy.c:60",
    "registers",
    "registers 1",
    "csrs",
    "csrs satp",
    "print a0",
    "x sp",
    "x/4gx sp",
    "x/2i pc",
    "x/s kernel:copyin",
    "x/8xb physical:0x80200000",
    "x/3dw sp",
    "x/2c sp",
    "disassemble",
    "disassemble copyin",
    "walk 0x12000",
    "walk sp",
    "walk 0 kernel",
    "walk 0xffffffc080200000",
    "mappings",
    "mappings 1",
    "mappings kernel",
    "frames",
    "frames 0x80200000",
    "processes",
    "crossings",
    "crossings 3 init",
    "card 1",
    "card",
    "why",
    "console",
    "branches",
    "breakpoints",
    "help",
    "help step",
    "info registers",
    "info stack",
    "echo hello",
};

static void look_around(struct desk *d)
{
    struct machine *m = d->bench->target.machine;
    uint64_t before = machine_hash(m);
    struct moment at = history_now(d->bench->target.history);
    char why[512];
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        d->used = 0;
        bool done = command_run(d->commander, looks[i], why, sizeof why) ==
                    COMMAND_DONE;
        if (!done)
            assert_true(why[0] != '\0' && strchr(why, '\n') == NULL);
        if (machine_hash(m) != before ||
            moment_compare(history_now(d->bench->target.history), at) != 0)
            fail_msg("%s changed the guest", looks[i]);
    }
}

static void looking_changes_nothing(void **state)
{
    struct desk *d = sit_down(begin());
    (void)state;
    look_around(d); /* before the kernel's first instruction */
    ask(d, "break write if n == 13");
    ask(d, "continue");
    look_around(d);
    ask(d, "into");
    look_around(d);
    ask(d, "break copyin");
    ask(d, "continue");
    look_around(d);
    ask(d, "crossing 4");
    look_around(d);
    ask(d, "delete");
    ask(d, "goto end");
    look_around(d);
    stand_up(d);
}

static void what_it_says(void **state)
{
    struct desk *d = at_write();
    (void)state;
    says(d, "walk 0", "the bit that decides: V");
    says(d, "walk pc", "user code (U): allowed: load fetch");
    says(d, "walk pc",
         "refused: the page is read-only: W = 0 (the bit that "
         "decides: W)");
    says(d, "walk copyin",
         "user code (U) load: refused: the page is not the "
         "user's: U = 0 (the bit that decides: U)");
    says(d, "where pc", "write+0x4");
    says(d, "where pc", "the kernel       nothing");
    says(d, "csrs sstatus", "SPP=U");
    says(d, "csrs satp", "MODE=Sv39");
    says(d, "csrs satp", "pid 2 hello's page table");
    says(d, "processes", "sleeps: child");
    says(d, "backtrace 1", "asleep in the kernel: child");
    says(d, "backtrace 1", "main+0x");
    says(d, "mappings", "rw-u        4 KiB  stack");
    says(d, "mappings kernel", "direct map of RAM");
    says(d, "frames", "frames of RAM");
    says(d, "frames 0x80200000", "the kernel       at 0xffffffc080200000");
    stand_up(d);
}

static void the_last_refusal_is_told(void **state)
{
    static char word[] = "callall";
    static char *program[] = {word};
    struct desk *d = sit_down(begin_program(program, 1));
    (void)state;
    says(d, "why", "nothing has been refused yet");
    ask(d, "continue");
    says(d, "why", "EFAULT");
    stand_up(d);
}

/* ---- Hostile text ---- */

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

static const char *const words[] = {"0",
                                    "1",
                                    "2",
                                    "-1",
                                    "0x12000",
                                    "99999999999999999999",
                                    "kernel:",
                                    "3:",
                                    "physical:",
                                    "sp",
                                    "pc",
                                    "main",
                                    "copyin",
                                    "hello.c:12",
                                    "call",
                                    "write",
                                    "if",
                                    "a0 == 1",
                                    "store",
                                    ",",
                                    "8",
                                    "(",
                                    ")",
                                    "u8[",
                                    "]",
                                    "*",
                                    "&",
                                    "\"x\\n\"",
                                    "\"",
                                    "/8gx",
                                    "/i",
                                    "/s",
                                    "/99999xw",
                                    ";",
                                    "#",
                                    "kernel",
                                    "fault",
                                    "cause",
                                    "return",
                                    "%s%n",
                                    "\\",
                                    "'",
                                    "0xffffffffffffffff",
                                    "0x8000000000000000",
                                    "satp",
                                    "pid"};

static void a_hostile_line(uint64_t *seed, char *line, size_t n)
{
    size_t used = 0;
    if (next(seed) % 8 == 0) { /* bytes */
        size_t length = next(seed) % 200;
        for (size_t i = 0; i < length; i++)
            line[i] = (char)(next(seed) % 255 + 1);
        line[length] = '\0';
        return;
    }
    used += (size_t)snprintf(line, n, "%s",
                             commands[next(seed) % commands_count].name);
    for (uint64_t k = next(seed) % 6; k > 0 && used < n; k--)
        used += (size_t)snprintf(
            line + used, n - used, "%s%s", next(seed) % 4 ? " " : "",
            words[next(seed) % (sizeof words / sizeof words[0])]);
}

/* Counts that would take for ever are no fault of the debugger's. */
static bool takes_long(const char *line)
{
    return strstr(line, "99999") != NULL || strstr(line, "0x8000") != NULL ||
           strstr(line, "0x12000") != NULL || strstr(line, "cop") != NULL ||
           strstr(line, "main") != NULL || strstr(line, "sp") != NULL ||
           strstr(line, "pc") != NULL || strstr(line, "satp") != NULL ||
           strstr(line, "write") != NULL;
}

static void no_line_breaks_it(uint64_t seed, int lines)
{
    struct desk *d = at_write();
    char line[1024], why[512], *word[64];
    for (int i = 0; i < lines; i++) {
        a_hostile_line(&seed, line, sizeof line);
        bool steps = strncmp(line, "step", 4) == 0 || line[0] == 'n' ||
                     strncmp(line, "rev", 3) == 0;
        if (steps && takes_long(line))
            continue;
        why[0] = '\0';
        enum command_status s =
            command_run(d->commander, line, why, sizeof why);
        if (s == COMMAND_FAILED &&
            (why[0] == '\0' || strchr(why, '\n') != NULL))
            fail_msg("%s: failed without a line: \"%s\"", line, why);
        size_t n = command_complete(d->commander, line, word, 64);
        while (n > 0)
            free(word[--n]);
    }
    stand_up(d);
}

static void hostile_lines_do_no_harm(void **state)
{
    uint64_t seed = 0x5a11;
    (void)state;
    print_message("seed 0x%llx\n", (unsigned long long)seed);
    no_line_breaks_it(seed, 1500);
}

static void long_lines_are_refused(void **state)
{
    struct desk *d = at_write();
    char *line = malloc(100000);
    (void)state;
    memset(line, '(', 99999);
    memcpy(line, "print ", 6);
    line[99999] = '\0';
    refuses_line(d, line, "longer than");
    line[4000] = '\0';
    refuses_line(d, line, "nested too deeply");
    memset(line, 'a', 4000);
    refuses_line(d, line, "no such command");
    memcpy(line, "break ", 6);
    refuses_line(d, line, "longer than");
    free(line);
    stand_up(d);
}

static void bad_lines_are_told(void **state)
{
    struct desk *d = at_write();
    (void)state;
    refuses_line(d, "frobnicate", "no such command");
    refuses_line(d, "re", "more than one command begins so");
    refuses_line(d, "step x y", "x y: at character 3");
    refuses_line(d, "step -1", "not between");
    refuses_line(d, "continue 3", "takes no argument");
    refuses_line(d, "delete 99", "no such breakpoint");
    refuses_line(d, "condition 1 (", "operand is missing");
    refuses_line(d, "ignore 1", "how many");
    refuses_line(d, "x/q 0", "formats are");
    refuses_line(d, "x/0x 0", "not between 1 and 1024");
    refuses_line(d, "x 0", "nothing is mapped there");
    refuses_line(d, "walk 0 77", "no such process");
    refuses_line(d, "registers 77", "no such process");
    refuses_line(d, "csrs nosuch", "no such CSR");
    refuses_line(d, "list nosuch.c:1", "no source file of that name");
    refuses_line(d, "save", "to which file");
    refuses_line(d, "info", "what about");
    refuses_line(d, "info nosuch", "not among");
    refuses_line(d, "frames 0", "no RAM is there");
    refuses_line(d, "crossings 0", "not between");
    refuses_line(d, "last-write 0", "no RAM is there");
    refuses_line(d, "print \001", "is no text");
    stand_up(d);
}

/* ---- Completion ---- */

static void completes(struct desk *d, const char *line, const char *expected)
{
    char *word[256];
    size_t n = command_complete(d->commander, line, word, 256);
    bool found = expected == NULL && n == 0;
    for (size_t i = 0; i < n; i++) {
        found = found || (expected != NULL && strcmp(word[i], expected) == 0);
        free(word[i]);
    }
    if (!found)
        fail_msg("\"%s\" is not completed by \"%s\" (%zu offers)", line,
                 expected, n);
}

static void words_are_completed_by_their_kind(void **state)
{
    struct desk *d = at_write();
    (void)state;
    completes(d, "reverse-s", "reverse-stepi");
    completes(d, "break wri", "write");
    completes(d, "break call wri", "write");
    completes(d, "break copyi", "copyin");
    completes(d, "break hel", "hello.c:");
    completes(d, "print sstatus + a", "a0");
    completes(d, "csrs sa", "satp");
    completes(d, "help back", "backtrace");
    completes(d, "mappings ", "kernel");
    completes(d, "registers ", "2");
    completes(d, "delete ", "1");
    completes(d, "info reg", "registers");
    completes(d, "break copyin if a", "a0");
    completes(d, "xyzzy a", NULL);
    completes(d, "csrs zzz", NULL);
    stand_up(d);
}

/* ---- The program ---- */

static void scripts_are_transcripts(void **state)
{
    (void)state;
    struct cli_result a =
        cli_run_bytes("", 0,
                      ARGS("debug", "-x",
                           "break write; continue; echo a;frob; out", "hello"));
    static const char lines[] = "break write\ncontinue\n# b\ninto\nout\n";
    struct cli_result b =
        cli_run_bytes(lines, sizeof lines - 1, ARGS("debug", "hello"));
    assert_int_equal(a.status, 120);
    assert_string_equal(a.err, "sallyport: -x:4: frob: no such command (help "
                               "lists them)\n");
    assert_int_equal(b.status, 0);
    assert_string_equal(b.err, "");
    assert_non_null(strstr(b.out, "(sallyport) break write\n1   call"));
    assert_non_null(strstr(b.out, "guest| hello, world\n"));
    cli_free(&a);
    cli_free(&b);
}

static void a_batch_says_where_it_failed(void **state)
{
    (void)state;
    FILE *f = fopen("batch.txt", "w");
    assert_non_null(f);
    fputs("# a comment\nbreak write\n\nnonsense here\ncontinue\n", f);
    fclose(f);
    struct cli_result r =
        cli_run_bytes("", 0, ARGS("debug", "--batch", "batch.txt", "hello"));
    assert_int_equal(r.status, 120);
    assert_string_equal(r.err, "sallyport: batch.txt:4: nonsense: no such "
                               "command (help lists them)\n");
    assert_null(strstr(r.out, "(sallyport) continue"));
    cli_free(&r);
    refuses_like(
        123, "nosuch.txt: ", ARGS("debug", "--batch", "nosuch.txt", "hello"));
}

static void the_guests_status_is_passed_on_at_its_end(void **state)
{
    (void)state;
    struct cli_result r =
        cli_run_bytes("", 0, ARGS("debug", "-x", "continue", "false"));
    assert_int_equal(r.status, 1);
    cli_free(&r);
    r = cli_run_bytes("", 0, ARGS("debug", "-x", "quit", "false"));
    assert_int_equal(r.status, 0);
    cli_free(&r);
}

static void two_runs_of_a_script_are_the_same(void **state)
{
    static const char commands_text[] =
        "break trap; c; c; c; where; registers; bt; mappings; crossings; rc; "
        "rc; where; walk sp; delete; goto end; processes; csrs";
    (void)state;
    struct cli_result a =
        cli_run_bytes("", 0, ARGS("debug", "-x", commands_text, "pwd"));
    struct cli_result b =
        cli_run_bytes("", 0, ARGS("debug", "-x", commands_text, "pwd"));
    assert_string_equal(a.out, b.out);
    assert_string_equal(a.err, "");
    cli_free(&a);
    cli_free(&b);
}

static void the_limit_stops_the_guest(void **state)
{
    (void)state;
    struct cli_result r = cli_run_bytes(
        "", 0,
        ARGS("debug", "--max-insns", "100000", "-x",
             "continue; continue; print clock < 100010", "hello"));
    assert_int_equal(r.status, 122);
    assert_string_equal(r.err, "sallyport: --max-insns 100000: left there\n");
    assert_non_null(strstr(r.out, "\n1  0x1\n"));
    cli_free(&r);
}

/* Where it stands in the past is no difference here. */
static void forget_the_past(char *text)
{
    static const char past[] = ", in the past";
    for (char *at; (at = strstr(text, past)) != NULL;)
        memmove(at, at + sizeof past - 1, strlen(at + sizeof past - 1) + 1);
}

static void a_recording_takes_the_programs_place(void **state)
{
    static const char lines[] =
        "break write; continue; backtrace; into; step 3; registers; "
        "last-write sp; crossing 4; delete; continue; rc; where";
    (void)state;
    struct cli_result made =
        cli_run_bytes("", 0, ARGS("trace", "-o", "hello.db", "hello"));
    assert_int_equal(made.status, 0);
    struct cli_result a =
        cli_run_bytes("", 0, ARGS("debug", "-x", lines, "hello"));
    struct cli_result b =
        cli_run_bytes("", 0, ARGS("debug", "-x", lines, "hello.db"));
    forget_the_past(a.out);
    forget_the_past(b.out);
    assert_string_equal(a.out, b.out);
    assert_string_equal(b.err, "");
    assert_int_equal(b.status, 0);
    cli_free(&made);
    cli_free(&a);
    cli_free(&b);
}

static void the_branch_taken_can_be_saved(void **state)
{
    (void)state;
    struct cli_result r = cli_run_bytes(
        "", 0,
        ARGS("debug", "-x",
             "continue; input \"echo one\\n\"; continue; goto 2000000; "
             "input \"echo two\\n\"; continue; save two.db; branch 0; "
             "save one.db; save /nowhere/x.db",
             "sh"));
    assert_int_equal(r.status, 120);
    assert_non_null(strstr(r.err, "-x:10: save: /nowhere/x.db: "));
    cli_free(&r);
    static const char *const saved[][2] = {{"one.db", "guest| one"},
                                           {"two.db", "guest| two"}};
    for (size_t i = 0; i < 2; i++) {
        r = cli_run_bytes("", 0,
                          ARGS("debug", "-x", "goto newest", saved[i][0]));
        assert_int_equal(r.status, 0);
        assert_non_null(strstr(r.out, saved[i][1]));
        /* what was typed first is in both pasts, the second in one */
        assert_true(i == 1 || strstr(r.out, "guest| two") == NULL);
        cli_free(&r);
    }
}

/* ---- A terminal ---- */

struct terminal {
    int master;
    pid_t pid;
    char seen[1 << 16];
    size_t bytes, searched;
};

static void expect(struct terminal *t, const char *text)
{
    struct pollfd fd = {.fd = t->master, .events = POLLIN};
    char *found;
    while ((found = strstr(t->seen + t->searched, text)) == NULL) {
        if (poll(&fd, 1, 60000) <= 0)
            fail_msg("no \"%s\" in:\n%s", text, t->seen + t->searched);
        ssize_t n =
            read(t->master, t->seen + t->bytes, sizeof t->seen - 1 - t->bytes);
        assert_true(n > 0);
        t->bytes += (size_t)n;
    }
    t->searched = (size_t)(found - t->seen) + strlen(text);
}

/* To its end: whoever writes to a terminal that nobody reads waits. */
static void drain(struct terminal *t)
{
    ssize_t n;
    while ((n = read(t->master, t->seen + t->bytes,
                     sizeof t->seen - 1 - t->bytes)) > 0)
        t->bytes += (size_t)n;
}

static void type(struct terminal *t, const char *keys)
{
    assert_int_equal(write(t->master, keys, strlen(keys)), strlen(keys));
}

static void a_terminal_has_editing_completion_and_ctrl_c(void **state)
{
    struct terminal t = {.master = -1};
    int status;
    (void)state;
    t.pid = forkpty(&t.master, NULL, NULL, NULL);
    assert_true(t.pid >= 0);
    if (t.pid == 0) {
        setenv("TERM", "xterm", 1);
        cli_exec(0, 1, 2, ARGS("debug", "sh"));
    }
    expect(&t, "stopped at the first instruction of sh");
    expect(&t, "(sallyport) ");
    type(&t, "backt\t\r");
    expect(&t, "#0  U");
    expect(&t, "(sallyport) ");
    type(&t, "break cop\t\t");
    expect(&t, "copyinstr");
    type(&t, "\x15"
             "continue\r"); /* Ctrl-U */
    expect(&t, "the guest waits for input");
    type(&t, "input \"while true; do true; done\\n\"\r");
    expect(&t, "(sallyport) ");
    type(&t, "continue\r");
    usleep(300000);
    type(&t, "\x03");
    expect(&t, "interrupted");
    expect(&t, "(sallyport) ");
    type(&t, "reverse-step\r");
    expect(&t, "in the past");
    type(&t, "quit\r");
    drain(&t);
    assert_int_equal(waitpid(t.pid, &status, 0), t.pid);
    if (cli_status(status) != 0)
        fail_msg("status %d:\n%s", cli_status(status), t.seen + t.searched);
    close(t.master);
}

int main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_is_one_commands),
        cmocka_unit_test(the_reference_page_has_every_command),
        cmocka_unit_test(expressions_are_cs),
        cmocka_unit_test(what_cannot_be_answered_is_an_error),
        cmocka_unit_test(a_session_through_the_gate_and_back),
        cmocka_unit_test(steps_back_undo_steps),
        cmocka_unit_test(a_moment_can_be_named),
        cmocka_unit_test(the_last_write_is_found),
        cmocka_unit_test(typing_in_the_past_begins_a_branch),
        cmocka_unit_test(looking_changes_nothing),
        cmocka_unit_test(what_it_says),
        cmocka_unit_test(the_last_refusal_is_told),
        cmocka_unit_test(hostile_lines_do_no_harm),
        cmocka_unit_test(long_lines_are_refused),
        cmocka_unit_test(bad_lines_are_told),
        cmocka_unit_test(words_are_completed_by_their_kind),
        cmocka_unit_test(scripts_are_transcripts),
        cmocka_unit_test(a_batch_says_where_it_failed),
        cmocka_unit_test(the_guests_status_is_passed_on_at_its_end),
        cmocka_unit_test(two_runs_of_a_script_are_the_same),
        cmocka_unit_test(the_branch_taken_can_be_saved),
        cmocka_unit_test(the_limit_stops_the_guest),
        cmocka_unit_test(a_recording_takes_the_programs_place),
        cmocka_unit_test(a_terminal_has_editing_completion_and_ctrl_c),
    };
    if (argc > 1 && strcmp(argv[1], "--page") == 0)
        return print_page();
    if (argc > 3 && strcmp(argv[1], "--fuzz") == 0) {
        no_line_breaks_it(strtoull(argv[2], NULL, 0), atoi(argv[3]));
        return 0;
    }
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, cli_enter_directory,
                                  cli_leave_directory);
}
