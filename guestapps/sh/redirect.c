/*
 * redirect.c - descriptors, changed for one command.
 *
 * In a child nothing has to be undone. In the shell itself (builtins, if,
 * while, for) each descriptor is first put aside, on a number above those that
 * a script can name, and put back afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sh.h"

#define ASIDE_FIRST 10
#define ASIDE_LAST  60
#define CLOSED      (-1) /* there was nothing to put aside */

struct saved_fd {
    int fd, copy;
    struct saved_fd *next;
};

static int open_target(const struct redirect *redirect, const char *path)
{
    switch (redirect->kind) {
    case R_INPUT:
        return open(path, O_RDONLY);
    case R_OUTPUT:
        return open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    default:
        return open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
    }
}

/* N>&M: makes N the same as M. */
static bool duplicate(const struct redirect *redirect, const char *target)
{
    int from;
    if (!parse_number(target, &from)) {
        complain("%s: not a descriptor", target);
        return false;
    }
    if (dup2(from, redirect->fd) >= 0)
        return true;
    complain("%s: %s", target, strerror(errno));
    return false;
}

static bool redirect_one(struct shell *sh, const struct redirect *redirect)
{
    const char *target = expand_string(sh, redirect->target);
    if (redirect->kind == R_DUPLICATE)
        return duplicate(redirect, target);
    int fd = open_target(redirect, target);
    if (fd < 0) {
        complain("%s: %s", target, strerror(errno));
        return false;
    }
    if (fd != redirect->fd) {
        dup2(fd, redirect->fd);
        close(fd);
    }
    return true;
}

bool redirect_all(struct shell *sh, const struct redirect *list)
{
    for (; list != NULL; list = list->next)
        if (!redirect_one(sh, list))
            return false;
    return true;
}

/* Copies fd to a free number above the script's. Returns the copy, CLOSED if
 * fd is not open, or -2 if there is no number left. */
static int put_aside(int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return CLOSED;
    for (int copy = ASIDE_FIRST; copy <= ASIDE_LAST; copy++)
        if (fstat(copy, &st) != 0)
            return dup2(fd, copy);
    return -2;
}

bool redirect_push(struct shell *sh, const struct redirect *list,
                   struct saved_fd **mark)
{
    *mark = sh->saved;
    for (; list != NULL; list = list->next) {
        struct saved_fd *saved = arena_take(&sh->arena, sizeof *saved);
        saved->fd = list->fd;
        saved->copy = put_aside(list->fd);
        if (saved->copy < CLOSED) {
            complain("too many redirections inside each other");
            return false;
        }
        saved->next = sh->saved;
        sh->saved = saved;
        if (!redirect_one(sh, list))
            return false;
    }
    return true;
}

void redirect_pop(struct shell *sh, struct saved_fd *mark)
{
    while (sh->saved != mark) {
        struct saved_fd *saved = sh->saved;
        if (saved->copy == CLOSED) {
            close(saved->fd);
        } else {
            dup2(saved->copy, saved->fd);
            close(saved->copy);
        }
        sh->saved = saved->next;
    }
}

void redirect_forget(struct shell *sh)
{
    for (; sh->saved != NULL; sh->saved = sh->saved->next)
        if (sh->saved->copy != CLOSED)
            close(sh->saved->copy);
}
