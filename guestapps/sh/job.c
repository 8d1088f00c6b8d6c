/*
 * job.c - children, in the foreground and in the background.
 *
 * At a console every pipeline is a process group of its own, and so is the
 * shell; the console is told which one Ctrl-C means. Elsewhere there are no
 * groups, and a command in the background ignores Ctrl-C, as POSIX has it.
 *
 * A program may change the terminal's modes and not set them back. If it ends
 * well they are taken to be wanted (stty); if not, the old ones are restored.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include "sh.h"

struct job {
    pid_t pid;
    bool done;
    int status; /* as $? */
    struct job *next;
};

static int shell_status(int wait_status)
{
    return WIFSIGNALED(wait_status) ? STATUS_SIGNAL + WTERMSIG(wait_status)
                                    : WEXITSTATUS(wait_status);
}

void job_start(struct shell *sh)
{
    if (!sh->interactive)
        return;
    interrupt_handle();
    setpgid(0, 0);
    job_foreground_done(sh);
}

/* The child's own side of the matter. */
static void become_child(struct shell *sh, pid_t group, bool foreground)
{
    if (sh->interactive) {
        signal(SIGINT, SIG_DFL);
        setpgid(0, group);
        if (foreground)
            tcsetpgrp(STDIN_FILENO, group != 0 ? group : getpid());
    }
    redirect_forget(sh);
    sh->interactive = false;
    sh->jobs = NULL; /* not our children */
}

pid_t job_fork(struct shell *sh, pid_t group, bool foreground)
{
    pid_t pid = fork();
    if (pid < 0)
        complain("fork: %s", strerror(errno));
    if (pid == 0)
        become_child(sh, group, foreground);
    if (pid > 0 && sh->interactive) {
        /* Whichever of the two comes first; the other's fails or repeats. */
        setpgid(pid, group != 0 ? group : pid);
        if (foreground)
            tcsetpgrp(STDIN_FILENO, group != 0 ? group : pid);
    }
    return pid;
}

void job_remember(struct shell *sh, pid_t pid)
{
    struct job *job = must_malloc(sizeof *job);
    *job = (struct job){.pid = pid, .next = sh->jobs};
    sh->jobs = job;
}

/* False: no such child, or (with WNOHANG) not yet, or Ctrl-C ended the wait. */
static bool wait_for(pid_t pid, int options, int *status)
{
    int wait_status;
    if (waitpid(pid, &wait_status, options) != pid)
        return false;
    *status = shell_status(wait_status);
    return true;
}

int job_wait(struct shell *sh, pid_t pid)
{
    int status = STATUS_NOT_FOUND;
    wait_for(pid, 0, &status);
    /* Ctrl-C means the whole line, a loop around the command included. */
    if (sh->interactive && status == STATUS_SIGNAL + SIGINT)
        sh->leaving = LEAVE_LINE;
    return status;
}

void job_foreground_done(struct shell *sh)
{
    static struct termios modes; /* as the last one that ended well left them */
    if (!sh->interactive)
        return;
    tcsetpgrp(STDIN_FILENO, getpid());
    if (sh->status == 0)
        tcgetattr(STDIN_FILENO, &modes);
    else
        tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
}

void job_poll(struct shell *sh)
{
    for (struct job *job = sh->jobs; job != NULL; job = job->next)
        if (!job->done)
            job->done = wait_for(job->pid, WNOHANG, &job->status);
}

/* Waits for the job that *link points at and takes it out of the list. False:
 * Ctrl-C came first, and it stays. */
static bool finish(struct job **link, int *status)
{
    struct job *job = *link;
    *status = STATUS_SIGNAL + SIGINT;
    if (!job->done && !wait_for(job->pid, 0, &job->status) && errno == EINTR)
        return false;
    *status = job->status;
    *link = job->next;
    free(job);
    return true;
}

bool job_wait_background(struct shell *sh, pid_t pid, int *status)
{
    for (struct job **link = &sh->jobs; *link != NULL; link = &(*link)->next)
        if ((*link)->pid == pid) {
            finish(link, status);
            return true;
        }
    return false;
}

void job_wait_all(struct shell *sh)
{
    int status;
    while (sh->jobs != NULL && finish(&sh->jobs, &status))
        continue;
}
