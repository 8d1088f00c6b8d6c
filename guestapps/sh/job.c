/*
 * job.c - children, in the foreground and in the background.
 *
 * At a console every pipeline is a process group of its own, and the console
 * is told which one Ctrl-C means. While the shell itself has the word that is
 * none (group 0): then Ctrl-C ends the read of the line, nothing else.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
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

/* The child's own side of the matter. */
static void become_child(struct shell *sh, pid_t group, bool foreground)
{
    if (sh->interactive) {
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

/* waitpid that does not mind interruptions. False: no such child, or (with
 * WNOHANG) not yet. */
static bool wait_for(pid_t pid, int options, int *status)
{
    int wait_status;
    pid_t got;
    do
        got = waitpid(pid, &wait_status, options);
    while (got < 0 && errno == EINTR);
    if (got != pid)
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
    if (sh->interactive)
        tcsetpgrp(STDIN_FILENO, 0);
}

void job_poll(struct shell *sh)
{
    for (struct job *job = sh->jobs; job != NULL; job = job->next)
        if (!job->done)
            job->done = wait_for(job->pid, WNOHANG, &job->status);
}

/* Waits for the job that *link points at and takes it out of the list. */
static int finish(struct job **link)
{
    struct job *job = *link;
    if (!job->done)
        wait_for(job->pid, 0, &job->status);
    int status = job->status;
    *link = job->next;
    free(job);
    return status;
}

bool job_wait_background(struct shell *sh, pid_t pid, int *status)
{
    for (struct job **link = &sh->jobs; *link != NULL; link = &(*link)->next)
        if ((*link)->pid == pid) {
            *status = finish(link);
            return true;
        }
    return false;
}

void job_wait_all(struct shell *sh)
{
    while (sh->jobs != NULL)
        finish(&sh->jobs);
}
