/*
 * sh - the shell.
 *
 *   sh                       commands from standard input
 *   sh FILE [ARGUMENT...]    from a file; $0 is FILE
 *   sh -c COMMANDS [NAME [ARGUMENT...]]
 *
 * It is a subset of POSIX's, and tells everything else as a syntax error with
 * its line and column. /README in the guest lists what it has; sh.h says how a
 * line goes through the files of this folder.
 *
 * Watch: `a | b`. One pipe call, two forks, four dup2, and only then two execs:
 * a program finds its descriptors ready and never knows what they are. And
 * `( cd /etc )`: the working directory of a child is its own.
 */
#include <string.h>
#include <unistd.h>
#include "sh.h"

static const char how[] = "usage: sh [FILE [ARGUMENT...]], or "
                          "sh -c COMMANDS [NAME [ARGUMENT...]]\n";

static void set_parameters(struct shell *sh, char **from)
{
    sh->parameters = from;
    sh->parameter_count = 0;
    while (from[sh->parameter_count] != NULL)
        sh->parameter_count++;
}

static void start_shell(struct shell *sh)
{
    char path[1024];
    sh->pid = getpid();
    sh->name = "sh";
    variables_import(sh, environ);
    variable_assign(sh, "IFS", " \t\n", false); /* never from outside */
    if (variable_get(sh, "PATH") == NULL)
        variable_set(sh, "PATH", "/bin");
    if (getcwd(path, sizeof path) != NULL)
        variable_set(sh, "PWD", path);
}

static int run_standard_input(struct shell *sh)
{
    struct input in;
    sh->interactive = isatty(STDIN_FILENO);
    input_stdin(&in, sh->interactive);
    job_start(sh);
    return run_input(sh, &in);
}

static int run_file(struct shell *sh, char **argv)
{
    struct input in;
    char *text;
    size_t n;
    if (!run_script_read(sh, argv[0], &text, &n))
        return sh->status;
    sh->name = argv[0];
    set_parameters(sh, argv + 1);
    input_text(&in, text, n);
    return run_input(sh, &in);
}

static int run_string(struct shell *sh, char **argv)
{
    struct input in;
    input_text(&in, argv[0], strlen(argv[0]));
    if (argv[1] != NULL) {
        sh->name = argv[1];
        set_parameters(sh, argv + 2);
    }
    return run_input(sh, &in);
}

int main(int argc, char **argv)
{
    static char *nothing[] = {NULL};
    static struct shell sh = {.parameters = nothing};
    start_shell(&sh);
    if (argc < 2)
        return run_standard_input(&sh);
    if (strcmp(argv[1], "-c") == 0 && argc > 2)
        return run_string(&sh, argv + 2);
    if (argv[1][0] != '-')
        return run_file(&sh, argv + 1);
    write(STDERR_FILENO, how, sizeof how - 1);
    return STATUS_SYNTAX;
}
