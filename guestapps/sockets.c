/*
 * sockets.c - talking through sockets: a server that has a name, letters with
 * a sender's address, and a pair between parent and child.
 *
 * Watch: bind puts a name into the file system, but no byte of a conversation
 * goes through a file. connect and accept meet in the kernel: the connection is
 * there before accept takes it. Each send's copyin and each receive's copyout
 * are joined by a link, as for a pipe; accept and the receives wait with their
 * crossings open: `~ unfinished (accept)`, `(socket empty)`.
 */
#include <ctype.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "program.h"

#define CLIENTS 3

static const struct sockaddr_un server_name = {AF_UNIX, "/tmp/sockets.server"},
                                box_name = {AF_UNIX, "/tmp/sockets.box"},
                                writer_name = {AF_UNIX, "/tmp/sockets.writer"};

static const struct sockaddr *address(const struct sockaddr_un *name)
{
    return (const struct sockaddr *)name;
}

static int named_socket(int type, const struct sockaddr_un *name)
{
    int fd = socket(AF_UNIX, type, 0);
    if (fd < 0 || bind(fd, address(name), sizeof *name) != 0)
        exit(complain("sockets", name->sun_path));
    return fd;
}

/* Waits for the child and ends with it if it has failed. */
static void join(pid_t pid)
{
    int status;
    if (waitpid(pid, &status, 0) != pid || status != 0)
        exit(complain("sockets", "a child failed"));
}

static pid_t start(int (*body)(int), int argument)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        _exit(body(argument));
    if (pid < 0)
        exit(complain("sockets", "fork"));
    return pid;
}

/* ---- A server and its clients ---- */

static int client(int number)
{
    char text[40], answer[40];
    int n = snprintf(text, sizeof text, "this is client %d", number);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, address(&server_name), sizeof server_name) != 0)
        return 1;
    send(fd, text, (size_t)n, 0);
    shutdown(fd, SHUT_WR); /* that was all; the answer can still come */
    return recv(fd, answer, sizeof answer, MSG_WAITALL) != n ||
           answer[0] != 'T';
}

/* Answers in capitals until the client has no more to say. */
static void serve(int fd)
{
    char bytes[8];
    ssize_t n, all = 0;
    while ((n = recv(fd, bytes, sizeof bytes, 0)) > 0) {
        for (ssize_t i = 0; i < n; i++)
            bytes[i] = (char)toupper((unsigned char)bytes[i]);
        printf("%.*s", (int)n, bytes);
        all += send(fd, bytes, (size_t)n, 0);
    }
    printf(": %ld bytes\n", (long)all);
}

static void stream_server(void)
{
    int fd = named_socket(SOCK_STREAM, &server_name);
    listen(fd, CLIENTS);
    for (int i = 1; i <= CLIENTS; i++) {
        pid_t pid = start(client, i);
        int connection = accept(fd, NULL, NULL);
        serve(connection);
        close(connection);
        join(pid);
    }
    close(fd);
    unlink(server_name.sun_path);
}

/* ---- Letters ---- */

static int writer(int letters)
{
    char answer[8];
    int fd = named_socket(SOCK_DGRAM, &writer_name);
    for (int i = 1; i <= letters; i++)
        if (sendto(fd, "letters", (size_t)i, 0, address(&box_name),
                   sizeof box_name) != i)
            return 1;
    return recv(fd, answer, sizeof answer, 0) != 6;
}

/* Each receive takes one letter, whole, and learns from whom it is. */
static void letter_box(void)
{
    int fd = named_socket(SOCK_DGRAM, &box_name);
    pid_t pid = start(writer, CLIENTS);
    for (int i = 1; i <= CLIENTS; i++) {
        char bytes[8];
        struct sockaddr_un from;
        socklen_t length = sizeof from;
        ssize_t n = recvfrom(fd, bytes, sizeof bytes, 0,
                             (struct sockaddr *)&from, &length);
        printf("\"%.*s\" from %s\n", (int)n, bytes, from.sun_path);
    }
    sendto(fd, "thanks", 6, 0, address(&writer_name), sizeof writer_name);
    join(pid);
    close(fd);
    unlink(box_name.sun_path);
    unlink(writer_name.sun_path);
}

/* ---- Pairs ---- */

/* Two sends, and what the first receive gets. */
static void pair(int type, const char *name)
{
    int fd[2];
    char bytes[8];
    if (socketpair(AF_UNIX, type, 0, fd) != 0)
        exit(complain("sockets", "socketpair"));
    send(fd[0], "one", 3, 0);
    send(fd[0], "two", 3, 0);
    ssize_t n = recv(fd[1], bytes, sizeof bytes, 0);
    printf("%s: two sends of 3 bytes, a receive of %ld\n", name, (long)n);
    close(fd[1]);
    n = send(fd[0], "three", 5, MSG_NOSIGNAL);
    printf("%s: the other end is closed: %ld, %s\n", name, (long)n,
           strerror(errno));
    close(fd[0]);
}

int main(void)
{
    stream_server();
    letter_box();
    pair(SOCK_STREAM, "stream");
    pair(SOCK_DGRAM, "datagrams");
    return 0;
}
