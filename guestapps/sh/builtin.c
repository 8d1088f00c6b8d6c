/*
 * builtin.c - the commands that only the shell itself can do, because they
 * change its own state: a child could cd, but only for itself.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

#define PATH_BYTES 1024

bool parse_number(const char *text, int *value)
{
    long v = 0;
    if (*text == '\0')
        return false;
    for (; *text >= '0' && *text <= '9' && v <= INT_MAX; text++)
        v = v * 10 + (*text - '0');
    *value = (int)v;
    return *text == '\0' && v <= INT_MAX;
}

/* A builtin was given something else than a number: dash's status. */
static int not_a_number(const char *builtin, const char *text)
{
    complain("%s: %s: not a number", builtin, text);
    return STATUS_SYNTAX;
}

static int do_nothing(struct shell *sh, char **argv)
{
    (void)sh;
    (void)argv;
    return 0;
}

static void say(const char *line)
{
    write(STDOUT_FILENO, line, strlen(line));
}

/* cd, cd DIR, cd -: PWD and OLDPWD follow. */
static int do_cd(struct shell *sh, char **argv)
{
    char path[PATH_BYTES];
    bool back = argv[1] != NULL && strcmp(argv[1], "-") == 0;
    const char *to = argv[1];
    if (to == NULL || back)
        to = variable_get(sh, back ? "OLDPWD" : "HOME");
    if (to == NULL) {
        complain("cd: %s is not set", back ? "OLDPWD" : "HOME");
        return STATUS_SYNTAX;
    }
    if (*to == '\0')
        return 0;
    if (chdir(to) != 0) {
        complain("cd: %s: %s", to, strerror(errno));
        return STATUS_SYNTAX;
    }
    const char *old = variable_get(sh, "PWD");
    variable_set(sh, "OLDPWD", old == NULL ? "" : old);
    if (getcwd(path, sizeof path) == NULL) {
        complain("cd: getcwd: %s", strerror(errno));
        return STATUS_SYNTAX;
    }
    variable_set(sh, "PWD", path);
    if (back) {
        say(path);
        say("\n");
    }
    return 0;
}

static int do_exit(struct shell *sh, char **argv)
{
    int status = sh->status;
    if (argv[1] != NULL && !parse_number(argv[1], &status)) {
        status = not_a_number("exit", argv[1]);
        if (sh->interactive)
            return status;
    }
    sh->leaving = LEAVE_SHELL;
    return status & 0xff;
}

/* One line that a shell could read back: 'it'"'"'s'. */
static void say_export(struct shell *sh, const struct variable *v)
{
    struct text line;
    text_start(&line, &sh->arena);
    text_add_string(&line, "export ");
    text_add_string(&line, v->name);
    if (v->value != NULL) {
        text_add_string(&line, "='");
        for (const char *c = v->value; *c != '\0'; c++) {
            if (*c == '\'')
                text_add_string(&line, "'\"'\"'");
            else
                text_add(&line, *c);
        }
        text_add(&line, '\'');
    }
    text_add(&line, '\n');
    say(line.bytes);
}

/* The exported variables by name: each time the least that is greater. */
static void say_exports(struct shell *sh)
{
    const char *last = "";
    for (;;) {
        const struct variable *next = NULL;
        for (const struct variable *v = sh->variables; v != NULL; v = v->next)
            if (v->exported && strcmp(v->name, last) > 0 &&
                (next == NULL || strcmp(v->name, next->name) < 0))
                next = v;
        if (next == NULL)
            return;
        say_export(sh, next);
        last = next->name;
    }
}

static int do_export(struct shell *sh, char **argv)
{
    if (argv[1] == NULL || (strcmp(argv[1], "-p") == 0 && argv[2] == NULL)) {
        say_exports(sh);
        return 0;
    }
    for (char **arg = argv + 1; *arg != NULL; arg++) {
        size_t n = name_length(*arg);
        if (n == 0 || ((*arg)[n] != '=' && (*arg)[n] != '\0')) {
            complain("export: %s: not a name", *arg);
            return STATUS_SYNTAX;
        }
        char *name = arena_string(&sh->arena, *arg, n);
        if ((*arg)[n] == '=')
            variable_assign(sh, name, *arg + n + 1, true);
        else
            variable_assign(sh, name, variable_get(sh, name), true);
    }
    return 0;
}

/* wait: for all children; wait PID...: the last one's status. */
static int do_wait(struct shell *sh, char **argv)
{
    int status = 0;
    if (argv[1] == NULL)
        job_wait_all(sh);
    for (char **arg = argv + 1; *arg != NULL; arg++) {
        int pid;
        if (!parse_number(*arg, &pid))
            return not_a_number("wait", *arg);
        if (!job_wait_background(sh, pid, &status))
            status = STATUS_NOT_FOUND;
    }
    return status;
}

/* break [N], continue [N]. Outside of loops they do nothing, as in dash. */
static int leave_loops(struct shell *sh, char **argv, enum leaving how)
{
    int loops = 1;
    if (argv[1] != NULL && (!parse_number(argv[1], &loops) || loops == 0)) {
        int status = not_a_number(argv[0], argv[1]);
        if (!sh->interactive)
            sh->leaving = LEAVE_SHELL;
        return status;
    }
    if (sh->loops > 0) {
        sh->leaving = how;
        sh->leave_loops = loops < sh->loops ? loops : sh->loops;
    }
    return 0;
}

static int do_break(struct shell *sh, char **argv)
{
    return leave_loops(sh, argv, LEAVE_BREAK);
}

static int do_continue(struct shell *sh, char **argv)
{
    return leave_loops(sh, argv, LEAVE_CONTINUE);
}

const struct builtin *builtin_find(const char *name)
{
    static const struct builtin table[] = {
        {":", do_nothing, true},  {"break", do_break, true},
        {"cd", do_cd, false},     {"continue", do_continue, true},
        {"exit", do_exit, true},  {"export", do_export, true},
        {"wait", do_wait, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}
