/*
 * pingpong.c - two processes hand one byte to and fro through two pipes.
 *
 *     parent --- ping ---> child
 *     parent <--- pong --- child         ROUNDS times (3 if not said)
 *
 * Watch: neither process can reach the other's memory. The byte crosses into
 * the kernel by copyin and out on the other side by copyout; each read waits,
 * its crossing open, until the other's write has come. A link, an arrow in the
 * timeline, joins each write to the read that takes it.
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "program.h"

#define ROUNDS_DEFAULT 3
#define ROUNDS_MAX     1000000

enum { READ_END, WRITE_END };

/* The other player: answers each byte with the next letter. */
static int answer(int in, int out)
{
    char ball;
    ssize_t n;
    while ((n = read(in, &ball, 1)) == 1) {
        ball++;
        if (write(out, &ball, 1) != 1)
            return complain("pingpong", "child's write");
    }
    return n == 0 ? 0 : complain("pingpong", "child's read");
}

static int play(int out, int in, long rounds)
{
    for (long round = 1; round <= rounds; round++) {
        char ball = 'a' + (char)(round % 25);
        char sent = ball;
        if (write(out, &ball, 1) != 1)
            return complain("pingpong", "write");
        if (read(in, &ball, 1) != 1)
            return complain("pingpong", "read");
        printf("round %ld: ping %c, pong %c\n", round, sent, ball);
    }
    return 0;
}

int main(int argc, char **argv)
{
    long rounds = ROUNDS_DEFAULT;
    if (argc == 2) {
        char *end;
        rounds = strtol(argv[1], &end, 10);
        if (*end != '\0' || rounds < 1 || rounds > ROUNDS_MAX)
            return usage("pingpong [ROUNDS], 1 to 1000000");
    } else if (argc > 2) {
        return usage("pingpong [ROUNDS]");
    }
    int ping[2], pong[2];
    if (pipe(ping) != 0 || pipe(pong) != 0)
        return complain("pingpong", "pipe");
    pid_t child = fork();
    if (child < 0)
        return complain("pingpong", "fork");
    if (child == 0) {
        close(ping[WRITE_END]);
        close(pong[READ_END]);
        return answer(ping[READ_END], pong[WRITE_END]);
    }
    close(ping[READ_END]);
    close(pong[WRITE_END]);
    int status = play(ping[WRITE_END], pong[READ_END], rounds);
    close(ping[WRITE_END]); /* the child reads end-of-file and ends */
    int child_status;
    if (waitpid(child, &child_status, 0) != child || child_status != 0)
        status = 1;
    return status;
}
