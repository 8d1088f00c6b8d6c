/*
 * init.c - the first program: starts what the boot page named, or a shell, and
 * ends with its status; then the kernel stops the machine with it.
 *
 * Watch: pid 1 never crosses into the program it starts. fork makes a second
 * process, and there exec replaces the image. Orphans get pid 1 as their
 * parent: type `sh -c "sleep 1 & true"` at the shell's prompt and see whose
 * waitpid returns the sleep.
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "program.h"

#define NOT_FOUND    127 /* as a shell has it */
#define NOT_RUNNABLE 126
#define KILLED       128 /* + the signal */

/* In the child: a process group of its own, which Ctrl-C then means. */
static _Noreturn void run(char **argv)
{
    setpgid(0, 0);
    tcsetpgrp(STDIN_FILENO, getpid());
    execvp(argv[0], argv);
    int status = errno == ENOENT ? NOT_FOUND : NOT_RUNNABLE;
    complain("init", argv[0]);
    exit(status);
}

/* Waits for all that end, our own child or an orphan; returns with our own. */
static int status_of(pid_t main_pid)
{
    for (;;) {
        int status;
        pid_t pid = wait(&status);
        if (pid < 0)
            return complain("init", "wait");
        if (pid == main_pid && WIFSIGNALED(status))
            return KILLED + WTERMSIG(status);
        if (pid == main_pid)
            return WEXITSTATUS(status);
    }
}

int main(int argc, char **argv)
{
    static char *shell[] = {"sh", NULL};
    static char *environment[] = {"PATH=/bin", "HOME=/", NULL};
    environ = environment;
    pid_t pid = fork();
    if (pid < 0)
        return complain("init", "fork");
    if (pid == 0)
        run(argc > 1 ? argv + 1 : shell);
    return status_of(pid);
}
