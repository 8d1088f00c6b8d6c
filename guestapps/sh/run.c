/*
 * run.c - walks the tree of a command line.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

#define READ_BYTES 4096

enum { READ_END, WRITE_END };

/* In a child: runs a tree and ends with its status. */
static _Noreturn void run_and_exit(struct shell *sh, const struct node *node)
{
    run(sh, node, true);
    _exit(sh->status);
}

static void run_and_or(struct shell *sh, const struct node *node, bool last)
{
    run(sh, node->a, false);
    while (node->kind == N_AND || node->kind == N_OR) {
        bool wanted = (sh->status == 0) == (node->kind == N_AND);
        node = node->b;
        bool more = node->kind == N_AND || node->kind == N_OR;
        if (sh->leaving != STAY)
            return;
        if (wanted)
            run(sh, more ? node->a : node, last && !more);
    }
}

static void run_background(struct shell *sh, const struct node *node)
{
    bool detach = !sh->interactive;
    /* Held over the fork: a `kill -INT $!` that comes before the child has
     * said that it ignores the signal would end it. */
    sigset_t keys, before;
    sigemptyset(&keys);
    sigaddset(&keys, SIGINT);
    sigaddset(&keys, SIGQUIT);
    sigprocmask(SIG_BLOCK, &keys, &before);
    pid_t pid = job_fork(sh, 0, false);
    if (pid == 0) {
        /* POSIX: without job control it must not eat the script's input, nor
         * end by a Ctrl-C that is not for it. */
        if (detach) {
            signal(SIGINT, SIG_IGN);
            signal(SIGQUIT, SIG_IGN);
        }
        sigprocmask(SIG_SETMASK, &before, NULL);
        int null = detach ? open("/dev/null", O_RDONLY) : -1;
        if (null > 0) {
            dup2(null, STDIN_FILENO);
            close(null);
        }
        run_and_exit(sh, node->a);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    sh->status = pid < 0 ? STATUS_NOT_RUNNABLE : 0;
    if (pid > 0) {
        sh->background = pid;
        job_remember(sh, pid);
    }
}

/* ---- Pipelines ---- */

/* In the child: `in` becomes standard input, `out` standard output. */
static void connect_ends(int in, int out)
{
    if (in != STDIN_FILENO) {
        dup2(in, STDIN_FILENO);
        close(in);
    }
    if (out != STDOUT_FILENO) {
        dup2(out, STDOUT_FILENO);
        close(out);
    }
}

/* Starts one command of a pipeline: reads `in`, and writes into a new pipe,
 * whose other end *next gets, or to standard output if it is the last one. */
static pid_t start_stage(struct shell *sh, const struct node *node, bool last,
                         pid_t group, int in, int *next)
{
    int ends[2] = {STDIN_FILENO, STDOUT_FILENO};
    if (!last && pipe(ends) != 0) {
        complain("pipe: %s", strerror(errno));
        return -1;
    }
    pid_t pid = job_fork(sh, group, true);
    if (pid == 0) {
        if (!last)
            close(ends[READ_END]);
        connect_ends(in, ends[WRITE_END]);
        run_and_exit(sh, node);
    }
    if (!last)
        close(ends[WRITE_END]);
    *next = ends[READ_END];
    return pid;
}

static void run_pipe(struct shell *sh, const struct node *node)
{
    int count = 1;
    for (const struct node *n = node; n->kind == N_PIPE; n = n->b)
        count++;
    pid_t *pids = arena_take(&sh->arena, (size_t)count * sizeof *pids);
    int started = 0, in = STDIN_FILENO;
    while (started < count) {
        bool last = started == count - 1;
        int next = STDIN_FILENO;
        pid_t pid = start_stage(sh, last ? node : node->a, last,
                                started == 0 ? 0 : pids[0], in, &next);
        if (in != STDIN_FILENO)
            close(in);
        in = next;
        if (pid < 0)
            break;
        pids[started++] = pid;
        node = node->b;
    }
    if (in != STDIN_FILENO)
        close(in);
    sh->status = STATUS_NOT_RUNNABLE;
    for (int i = 0; i < started; i++) {
        int status = job_wait(sh, pids[i]);
        if (i == count - 1)
            sh->status = status;
    }
    job_foreground_done(sh);
}

/* ---- Compound commands ---- */

static void run_subshell(struct shell *sh, const struct node *node, bool last)
{
    pid_t pid = last ? 0 : job_fork(sh, 0, true);
    if (pid == 0) {
        if (!redirect_all(sh, node->redirects))
            _exit(STATUS_SYNTAX);
        run_and_exit(sh, node->a);
    }
    sh->status = pid < 0 ? STATUS_NOT_RUNNABLE : job_wait(sh, pid);
    job_foreground_done(sh);
}

static void run_if(struct shell *sh, const struct node *node, bool last)
{
    while (node != NULL && node->kind == N_IF) {
        run(sh, node->a, false);
        if (sh->leaving != STAY)
            return;
        if (sh->status == 0) {
            run(sh, node->b, last);
            return;
        }
        node = node->c;
    }
    if (node != NULL)
        run(sh, node, last);
    else
        sh->status = 0;
}

/* After a round of a loop: does it go on? Counts break and continue down. */
static bool goes_on(struct shell *sh)
{
    if (sh->leaving != LEAVE_BREAK && sh->leaving != LEAVE_CONTINUE)
        return sh->leaving == STAY;
    if (--sh->leave_loops > 0)
        return false;
    bool again = sh->leaving == LEAVE_CONTINUE;
    sh->leaving = STAY;
    return again;
}

static void run_while(struct shell *sh, const struct node *node)
{
    int status = 0;
    sh->loops++;
    for (;;) {
        run(sh, node->a, false);
        if (sh->leaving != STAY) {
            if (goes_on(sh))
                continue;
            break;
        }
        if (sh->status != 0)
            break;
        run(sh, node->b, false);
        status = sh->status;
        if (!goes_on(sh))
            break;
    }
    sh->loops--;
    if (sh->leaving != LEAVE_SHELL && sh->leaving != LEAVE_LINE)
        sh->status = status;
}

static void run_for(struct shell *sh, const struct node *node)
{
    int count;
    char **words = expand_words(sh, node->words, &count);
    if (count == 0)
        sh->status = 0;
    sh->loops++;
    for (int i = 0; i < count; i++) {
        variable_set(sh, node->name, words[i]);
        run(sh, node->b, false);
        if (!goes_on(sh))
            break;
    }
    sh->loops--;
}

/* if, while and for run in the shell itself, so their redirections are undone
 * afterwards. */
static void run_compound(struct shell *sh, const struct node *node, bool last)
{
    struct saved_fd *mark;
    if (!redirect_push(sh, node->redirects, &mark)) {
        sh->status = STATUS_SYNTAX;
    } else if (node->kind == N_IF) {
        run_if(sh, node, last);
    } else if (node->kind == N_WHILE) {
        run_while(sh, node);
    } else {
        run_for(sh, node);
    }
    redirect_pop(sh, mark);
}

/* A Ctrl-C that reached the shell itself ends the whole line. */
static bool is_interrupted(struct shell *sh)
{
    if (!interrupt_taken())
        return false;
    sh->status = STATUS_SIGNAL + SIGINT;
    sh->leaving = LEAVE_LINE;
    return true;
}

void run(struct shell *sh, const struct node *node, bool last)
{
    if (is_interrupted(sh))
        return;
    while (node->kind == N_SEQUENCE) {
        run(sh, node->a, false);
        if (sh->leaving != STAY)
            return;
        node = node->b;
    }
    struct arena_mark mark = arena_mark(&sh->arena);
    switch (node->kind) {
    case N_COMMAND:
        run_command(sh, node, last);
        break;
    case N_PIPE:
        run_pipe(sh, node);
        break;
    case N_NOT:
        run(sh, node->a, false);
        if (sh->leaving == STAY)
            sh->status = sh->status == 0;
        break;
    case N_AND:
    case N_OR:
        run_and_or(sh, node, last);
        break;
    case N_BACKGROUND:
        run_background(sh, node);
        break;
    case N_SUBSHELL:
        run_subshell(sh, node, last);
        break;
    default:
        run_compound(sh, node, last);
    }
    arena_release(&sh->arena, mark);
}

/* ---- Input ---- */

bool run_script_read(struct shell *sh, const char *path, char **text, size_t *n)
{
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        complain("%s: %s", path, strerror(errno));
        sh->status = STATUS_NOT_FOUND;
        return false;
    }
    size_t capacity = READ_BYTES;
    *text = arena_take(&sh->arena, capacity);
    *n = 0;
    ssize_t got;
    while ((got = read(fd, *text + *n, capacity - *n)) > 0) {
        *n += (size_t)got;
        if (*n < capacity)
            continue;
        char *more = arena_take(&sh->arena, capacity * 2);
        memcpy(more, *text, *n);
        *text = more;
        capacity *= 2;
    }
    if (got < 0) {
        complain("%s: %s", path, strerror(errno));
        sh->status = STATUS_NOT_RUNNABLE;
    }
    close(fd);
    return got == 0;
}

/* Ctrl-C or an error at the prompt: forget the rest of the line. */
static void start_afresh(struct input *in, int *status, bool interrupted)
{
    *status = interrupted ? STATUS_SIGNAL + SIGINT : STATUS_SYNTAX;
    in->interrupted = in->ended = false;
    in->next = in->n;
    in->column = 1;
}

int run_input(struct shell *sh, struct input *in)
{
    for (;;) {
        struct arena_mark mark = arena_mark(&sh->arena);
        struct lexer lexer = {.in = in, .arena = &sh->arena};
        job_poll(sh);
        struct node *line = parse_line(&lexer);
        if (in->interrupted || (lexer.failed && in->interactive)) {
            start_afresh(in, &sh->status, in->interrupted);
        } else if (lexer.failed) {
            return STATUS_SYNTAX;
        } else if (lexer.ended) {
            if (in->interactive)
                write(STDERR_FILENO, "\n", 1);
            return sh->status;
        } else if (line != NULL) {
            run(sh, line, false);
            is_interrupted(sh); /* in the line's last command */
        }
        if (sh->leaving == LEAVE_SHELL)
            return sh->status;
        sh->leaving = STAY;
        arena_release(&sh->arena, mark);
    }
}
