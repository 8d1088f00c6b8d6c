/*
 * command.c - simple commands: assignments, builtins, programs.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

/* Does the NAME=value words of a command. */
static void assign_all(struct shell *sh, const struct word *list, bool export)
{
    for (; list != NULL; list = list->next) {
        size_t n = assignment_name(list->text);
        char *name = arena_string(&sh->arena, list->text, n);
        const char *value = expand_string(sh, list->text + n + 1);
        if (export)
            variable_assign(sh, name, value, true);
        else
            variable_set(sh, name, value);
    }
}

/* ---- Programs ---- */

/* The kernel does not know the format: a script, unless its first line has a
 * NUL byte. Runs it in this process as a new shell would. */
static void run_as_script(struct shell *sh, const char *path, char **argv)
{
    char *text;
    size_t n;
    if (!run_script_read(sh, path, &text, &n))
        return;
    const char *line_end = memchr(text, '\n', n);
    size_t line = line_end == NULL ? n : (size_t)(line_end - text);
    if (memchr(text, '\0', line) != NULL) {
        errno = ENOEXEC;
        return;
    }
    for (struct variable *v = sh->variables; v != NULL; v = v->next)
        if (!v->exported)
            v->name = ""; /* a new shell has only what is exported */
    struct input in;
    input_text(&in, text, n);
    sh->name = path;
    sh->parameters = argv + 1;
    for (sh->parameter_count = 0; argv[1 + sh->parameter_count] != NULL;)
        sh->parameter_count++;
    sh->pid = getpid();
    sh->background = 0;
    sh->loops = 0;
    sh->status = 0;
    _exit(run_input(sh, &in));
}

/* Replaces this process. Returns if that fails; errno says why. */
static void try_program(struct shell *sh, const char *path, char **argv,
                        char **environment)
{
    execve(path, argv, environment);
    if (errno == ENOEXEC)
        run_as_script(sh, path, argv);
}

/* Tries every directory of PATH. The errno left is that of a file that is
 * there but cannot be run, if one was met. */
static void search_program(struct shell *sh, char **argv, char **environment)
{
    const char *path = variable_get(sh, "PATH");
    int met = ENOENT;
    while (path != NULL) {
        size_t n = strcspn(path, ":");
        struct text file;
        text_start(&file, &sh->arena);
        for (size_t i = 0; i < n; i++)
            text_add(&file, path[i]);
        if (n > 0)
            text_add(&file, '/');
        text_add_string(&file, argv[0]);
        try_program(sh, file.bytes, argv, environment);
        if (errno != ENOENT && errno != ENOTDIR)
            met = errno;
        path = path[n] == ':' ? path + n + 1 : NULL;
    }
    errno = met;
}

static _Noreturn void exec_program(struct shell *sh, const struct node *node,
                                   char **argv)
{
    if (!redirect_all(sh, node->redirects))
        _exit(STATUS_SYNTAX);
    assign_all(sh, node->assignments, true);
    char **environment = variables_export(sh);
    if (strchr(argv[0], '/') != NULL)
        try_program(sh, argv[0], argv, environment);
    else if (argv[0][0] != '\0')
        search_program(sh, argv, environment);
    else
        errno = ENOENT;
    bool missing = errno == ENOENT || errno == ENOTDIR;
    if (missing && strchr(argv[0], '/') == NULL)
        complain("%s: not found", argv[0]);
    else
        complain("%s: %s", argv[0], strerror(errno));
    _exit(missing ? STATUS_NOT_FOUND : STATUS_NOT_RUNNABLE);
}

static void run_program(struct shell *sh, const struct node *node, char **argv,
                        bool last)
{
    if (last)
        exec_program(sh, node, argv);
    pid_t pid = job_fork(sh, 0, true);
    if (pid == 0)
        exec_program(sh, node, argv);
    sh->status = pid < 0 ? STATUS_NOT_RUNNABLE : job_wait(sh, pid);
    job_foreground_done(sh);
}

/* ---- Builtins ---- */

/* A variable as it was before NAME=value in front of a builtin. */
struct kept {
    const char *name;
    char *value; /* in the arena; NULL: it was not set */
    bool exported;
    struct kept *next;
};

static struct kept *keep(struct shell *sh, const struct word *list)
{
    struct kept *first = NULL;
    for (; list != NULL; list = list->next) {
        struct kept *kept = arena_take(&sh->arena, sizeof *kept);
        *kept = (struct kept){.next = first};
        kept->name =
            arena_string(&sh->arena, list->text, assignment_name(list->text));
        const struct variable *v = variable_find(sh, kept->name);
        if (v != NULL) {
            kept->exported = v->exported;
            if (v->value != NULL)
                kept->value =
                    arena_string(&sh->arena, v->value, strlen(v->value));
        }
        first = kept;
    }
    return first;
}

static void run_builtin(struct shell *sh, const struct node *node,
                        const struct builtin *builtin, char **argv)
{
    struct saved_fd *mark;
    if (!redirect_push(sh, node->redirects, &mark)) {
        sh->status = STATUS_SYNTAX;
        if (builtin->special && !sh->interactive)
            sh->leaving = LEAVE_SHELL; /* POSIX 2.8.1 */
    } else {
        struct kept *kept =
            builtin->special ? NULL : keep(sh, node->assignments);
        assign_all(sh, node->assignments, false);
        sh->status = builtin->run(sh, argv);
        for (; kept != NULL; kept = kept->next)
            variable_assign(sh, kept->name, kept->value, kept->exported);
    }
    redirect_pop(sh, mark);
}

/* ---- Neither ---- */

/* Assignments for the shell itself; redirections make their files. */
static void run_assignments(struct shell *sh, const struct node *node)
{
    struct saved_fd *mark;
    bool redirected = redirect_push(sh, node->redirects, &mark);
    if (redirected)
        assign_all(sh, node->assignments, false);
    sh->status = redirected ? 0 : STATUS_SYNTAX;
    redirect_pop(sh, mark);
}

void run_command(struct shell *sh, const struct node *node, bool last)
{
    struct arena_mark mark = arena_mark(&sh->arena);
    int count;
    char **argv = expand_words(sh, node->words, &count);
    const struct builtin *builtin = count == 0 ? NULL : builtin_find(argv[0]);
    if (count == 0)
        run_assignments(sh, node);
    else if (builtin != NULL)
        run_builtin(sh, node, builtin, argv);
    else
        run_program(sh, node, argv, last);
    arena_release(&sh->arena, mark);
}
