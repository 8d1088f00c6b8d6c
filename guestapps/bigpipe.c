/*
 * bigpipe.c - the same bytes through a pipe, in pieces below and above the
 * kernel's threshold. bigpipe [PIECE [TOTAL]], by default once in pieces of
 * 4096 bytes and once in one of 65536.
 *
 * Watch: a small write is copied twice, into the pipe's ring by copyin and out
 * of it by copyout. A large one is not copied in: its pages are wired and shown
 * in a window of the kernel's (lines `wire`, `window`, `unwire`), and the
 * reader's copyout takes the bytes from there. The writer sleeps until all is
 * read. `--kernel-arg map=BYTES` moves the threshold; 0 turns it off.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "program.h"

#define MOST (1 << 20)

static char bytes[MOST], got[MOST];

/* Writes total bytes, piece by piece. */
static int writer(int fd, size_t piece, size_t total)
{
    for (size_t done = 0; done < total; done += piece)
        if (write(fd, bytes + done, piece) != (ssize_t)piece)
            return 1;
    return 0;
}

static int transfer(size_t piece, size_t total)
{
    int fd[2], status = 0;
    if (pipe(fd) != 0)
        return complain("bigpipe", "pipe");
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        close(fd[0]);
        _exit(writer(fd[1], piece, total));
    }
    close(fd[1]);
    size_t done = 0;
    ssize_t n;
    while ((n = read(fd[0], got + done, total - done)) > 0)
        done += (size_t)n;
    close(fd[0]);
    waitpid(pid, &status, 0);
    if (done != total || status != 0 || memcmp(bytes, got, total) != 0) {
        printf("%lu of %lu bytes arrived\n", (unsigned long)done,
               (unsigned long)total);
        return 1;
    }
    printf("%lu bytes in pieces of %lu\n", (unsigned long)total,
           (unsigned long)piece);
    return 0;
}

int main(int argc, char **argv)
{
    size_t piece = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    size_t total = argc > 2 ? strtoul(argv[2], NULL, 10) : 65536;
    if (total > MOST || (argc > 1 && (piece == 0 || total % piece != 0))) {
        fprintf(stderr,
                "usage: bigpipe [PIECE [TOTAL]], TOTAL at most %d and a"
                " multiple of PIECE\n",
                MOST);
        return 2;
    }
    for (size_t i = 0; i < total; i++)
        bytes[i] = (char)(i * 13 + i / 4096);
    if (piece)
        return transfer(piece, total);
    return transfer(4096, total) != 0 || transfer(total, total) != 0;
}
