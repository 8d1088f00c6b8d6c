/*
 * fdpass.c - a descriptor passed to a process that did not inherit it. The
 * giver opens a file and tells its number; to the taker, another program, that
 * number is nothing. Then the giver sends the descriptor itself.
 *
 * Watch: sendmsg's argument shows the descriptor (`fds [5]`); where recvmsg
 * takes it, a link says what it is there (`descriptor 4 is 5 of`). What has
 * crossed is no number but a reference to the open file, offset included: the
 * giver goes on reading where the taker stopped.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "program.h"

static const struct sockaddr_un name = {AF_UNIX, "/tmp/fdpass"};

/* One message: bytes, and room for one descriptor. */
struct parcel {
    struct msghdr msg;
    struct iovec piece;
    struct {
        struct cmsghdr head;
        int fd;
    } control;
};

static struct msghdr *wrap(struct parcel *p, void *bytes, size_t n)
{
    *p = (struct parcel){.piece = {bytes, n}};
    p->msg = (struct msghdr){.msg_iov = &p->piece,
                             .msg_iovlen = 1,
                             .msg_control = &p->control,
                             .msg_controllen = sizeof p->control};
    p->control.head = (struct cmsghdr){CMSG_LEN(sizeof p->control.fd),
                                       SOL_SOCKET, SCM_RIGHTS};
    return &p->msg;
}

/* A line of the file, a byte a read: nothing is read ahead. */
static void print_line(const char *who, int fd)
{
    char c;
    printf("%s reads from %d: ", who, fd);
    while (read(fd, &c, 1) == 1 && c != '\n')
        putchar(c);
    putchar('\n');
}

static int take(void)
{
    int number, fd = socket(AF_UNIX, SOCK_STREAM, 0);
    char c;
    struct parcel p;
    if (connect(fd, (const struct sockaddr *)&name, sizeof name) != 0)
        return complain("fdpass", name.sun_path);
    recv(fd, &number, sizeof number, MSG_WAITALL);
    ssize_t n = read(number, &c, 1);
    printf("taker: descriptor %d: %ld, %s\n", number, (long)n, strerror(errno));
    if (recvmsg(fd, wrap(&p, &c, 1), 0) != 1 || p.msg.msg_controllen == 0)
        return complain("fdpass", "recvmsg");
    print_line("taker", p.control.fd);
    return 0;
}

/* After the taker: what is left of the file. */
static int give(int listener)
{
    int fd = accept(listener, NULL, NULL);
    int file = open("/etc/words", O_RDONLY);
    struct parcel p;
    char c = 'x';
    print_line("giver", file);
    fflush(stdout);
    send(fd, &file, sizeof file, 0);
    wrap(&p, &c, 1);
    p.control.fd = file;
    if (sendmsg(fd, &p.msg, 0) != 1)
        return complain("fdpass", "sendmsg");
    wait(NULL);
    print_line("giver", file);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "take") == 0)
        return take();
    if (argc > 1)
        return usage("fdpass");
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (const struct sockaddr *)&name, sizeof name) != 0)
        return complain("fdpass", name.sun_path);
    listen(listener, 1);
    pid_t pid = fork();
    if (pid == 0) {
        execve("/bin/fdpass", (char *[]){"fdpass", "take", NULL}, NULL);
        _exit(complain("fdpass", "/bin/fdpass"));
    }
    int status = pid < 0 ? complain("fdpass", "fork") : give(listener);
    unlink(name.sun_path);
    return status;
}
