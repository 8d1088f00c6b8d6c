/*
 * sockets.c - sockets attacked: every wrong order of calls, peers that die at
 * every step, queues that are full, descriptors that travel, and rings of
 * sockets that would keep themselves alive. Nothing may be lost: each round
 * runs in a process of its own, and the frames come back.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <sallyport/calls.h>

#include "check.h"

#define PAGE    4096
#define STREAM  SOCK_STREAM
#define LETTERS SOCK_DGRAM

static const struct sockaddr_un a_name = {AF_UNIX, "/tmp/socket-a"},
                                b_name = {AF_UNIX, "/tmp/socket-b"},
                                nobody = {AF_UNIX, "/tmp/socket-none"};
#define NAME(n) (const struct sockaddr *)&(n), sizeof(n)

static char bytes[80 * 1024];

static void settle(void)
{
    for (int i = 0; i < 10; i++)
        sched_yield();
}

static int make(int type)
{
    int fd = socket(AF_UNIX, type, 0);
    TRUE(fd >= 0);
    return fd;
}

static int named(int type, const struct sockaddr_un *name)
{
    int fd = make(type);
    unlink(name->sun_path);
    EQUAL(bind(fd, NAME(*name)), 0);
    return fd;
}

static void pair_of(int type, int fd[2])
{
    EQUAL(socketpair(AF_UNIX, type, 0, fd), 0);
}

static void close_both(const int fd[2])
{
    close(fd[0]);
    close(fd[1]);
}

static int status_of(pid_t pid)
{
    int status = -1;
    waitpid(pid, &status, 0);
    return status;
}

/* ---- Wrong calls ---- */

static void kinds_are_checked(void)
{
    int fd[2];
    FAILS(socket(0, STREAM, 0), EAFNOSUPPORT);
    FAILS(socket(-1, STREAM, 0), EAFNOSUPPORT);
    FAILS(socket(AF_UNIX, 0, 0), EPROTOTYPE);
    FAILS(socket(AF_UNIX, 3, 0), EPROTOTYPE);
    FAILS(socket(AF_UNIX, -1, 0), EPROTOTYPE);
    FAILS(socket(AF_UNIX, STREAM, 6), EPROTONOSUPPORT);
    FAILS(socketpair(2, STREAM, 0, fd), EAFNOSUPPORT);
    FAILS(socketpair(AF_UNIX, STREAM, 0, NULL), EFAULT);
    FAILS(listen(0, 1), ENOTSOCK);
    FAILS(shutdown(0, 0), ENOTSOCK);
    FAILS(accept(0, NULL, NULL), ENOTSOCK);
    FAILS(send(0, "x", 1, 0), ENOTSOCK);
    FAILS(recv(60, bytes, 1, 0), EBADF);
}

static void names_are_checked(void)
{
    int fd = make(STREAM), other = make(STREAM);
    struct sockaddr_un wrong = {2, "/tmp/x"}, full = {AF_UNIX, ""};
    memset(full.sun_path, 'n', sizeof full.sun_path);
    FAILS(bind(fd, NAME(wrong)), EAFNOSUPPORT);
    FAILS(bind(fd, NAME(full)), ENAMETOOLONG);
    FAILS(bind(fd, (const void *)&a_name, 1), EINVAL);
    FAILS(bind(fd, (const void *)&a_name, 0), EINVAL);
    FAILS(bind(fd, (const void *)&a_name, 1000), EINVAL);
    FAILS(bind(fd, (const void *)&a_name, (socklen_t)-1), EINVAL);
    FAILS(bind(fd, (const void *)&a_name, 2), ENOENT); /* no path */
    struct sockaddr_un below = {AF_UNIX, "/tmp/nope/socket"},
                       through = {AF_UNIX, "/bin/true/socket"},
                       slash = {AF_UNIX, "/tmp/socket-a/"},
                       file = {AF_UNIX, "/bin/true"};
    FAILS(bind(fd, NAME(below)), ENOENT);
    FAILS(bind(fd, NAME(through)), ENOTDIR);
    FAILS(bind(fd, NAME(slash)), ENOENT);
    FAILS(bind(fd, NAME(file)), EADDRINUSE);
    FAILS(connect(fd, NAME(file)), ENOTSOCK);
    FAILS(connect(fd, NAME(nobody)), ENOENT);
    EQUAL(bind(fd, NAME(a_name)), 0);
    FAILS(bind(fd, NAME(b_name)), EINVAL);
    FAILS(bind(other, NAME(a_name)), EADDRINUSE);
    FAILS(connect(other, NAME(a_name)), ECONNREFUSED); /* does not listen */
    FAILS(open(a_name.sun_path, O_RDWR), EOPNOTSUPP);
    FAILS(truncate(a_name.sun_path, 0), EINVAL);
    struct stat st;
    EQUAL(fstat(fd, &st), 0);
    TRUE(S_ISSOCK(st.st_mode));
    EQUAL(stat(a_name.sun_path, &st), 0);
    TRUE(S_ISSOCK(st.st_mode));
    close(fd);
    FAILS(connect(other, NAME(a_name)), ECONNREFUSED); /* only its name */
    EQUAL(unlink(a_name.sun_path), 0);
    close(other);
}

static void order_is_checked(void)
{
    int fd = make(STREAM), letters = named(LETTERS, &b_name);
    FAILS(listen(fd, 1), EDESTADDRREQ);
    FAILS(accept(fd, NULL, NULL), EINVAL);
    FAILS(send(fd, "x", 1, 0), ENOTCONN);
    FAILS(sendto(fd, "x", 1, 0, NAME(b_name)), ENOTCONN);
    FAILS(recv(fd, bytes, 1, 0), ENOTCONN);
    FAILS(shutdown(fd, SHUT_RD), ENOTCONN);
    FAILS(listen(letters, 1), EOPNOTSUPP);
    FAILS(accept(letters, NULL, NULL), EOPNOTSUPP);
    FAILS(send(letters, "x", 1, 0), EDESTADDRREQ);
    FAILS(send(letters, "x", 1, 0x1000), EOPNOTSUPP); /* no such flag */
    FAILS(recv(letters, bytes, 1, MSG_NOSIGNAL), EOPNOTSUPP);
    FAILS(recv(letters, bytes, 1, MSG_DONTWAIT), EAGAIN);
    FAILS(connect(fd, NAME(b_name)), EPROTOTYPE);
    FAILS(sendto(letters, bytes, SALLYPORT_DATAGRAM_MAX + 1, 0, NAME(b_name)),
          EMSGSIZE);
    FAILS(lseek(fd, 0, SEEK_SET), ESPIPE);
    int listener = named(STREAM, &a_name);
    EQUAL(listen(listener, -5), 0);
    EQUAL(listen(listener, 1000000), 0);
    FAILS(connect(listener, NAME(a_name)), EOPNOTSUPP);
    EQUAL(connect(fd, NAME(a_name)), 0);
    FAILS(connect(fd, NAME(a_name)), EISCONN);
    FAILS(listen(fd, 1), EINVAL);
    FAILS(sendto(fd, "x", 1, 0, NAME(a_name)), EISCONN);
    EQUAL(connect(letters, NAME(b_name)), 0); /* with itself */
    FAILS(sendto(letters, "x", 1, 0, NAME(b_name)), EISCONN);
    EQUAL(send(letters, "x", 1, 0), 1);
    EQUAL(recv(letters, bytes, 5, 0), 1);
    close(listener);
    close(letters);
    close(fd);
    unlink(a_name.sun_path);
    unlink(b_name.sun_path);
}

/* ---- Streams ---- */

static void a_backlog_is_a_limit(void)
{
    int listener = named(STREAM, &a_name), fd[SOMAXCONN + 1];
    EQUAL(listen(listener, 1000), 0);
    for (int i = 0; i < SOMAXCONN; i++) {
        fd[i] = make(STREAM);
        EQUAL(connect(fd[i], NAME(a_name)), 0);
    }
    fd[SOMAXCONN] = make(STREAM);
    FAILS(connect(fd[SOMAXCONN], NAME(a_name)), ECONNREFUSED);
    EQUAL(write(fd[0], "early", 5), 5); /* before accept */
    int one = accept(listener, NULL, NULL);
    EQUAL(read(one, bytes, 10), 5);
    EQUAL(connect(fd[SOMAXCONN], NAME(a_name)), 0);
    close(one);
    close(listener); /* the others were never taken */
    FAILS(read(fd[1], bytes, 1), ECONNRESET);
    EQUAL(read(fd[1], bytes, 1), 0); /* told once */
    FAILS(send(fd[1], "x", 1, MSG_NOSIGNAL), EPIPE);
    EQUAL(read(fd[0], bytes, 1), 0); /* this one was */
    for (int i = 0; i <= SOMAXCONN; i++)
        close(fd[i]);
    unlink(a_name.sun_path);
}

static void accept_tells_who_connected(void)
{
    int listener = named(STREAM, &a_name), fd = named(STREAM, &b_name);
    struct sockaddr_un from;
    socklen_t n = sizeof from;
    EQUAL(listen(listener, 1), 0);
    int gone = make(STREAM);
    EQUAL(connect(gone, NAME(a_name)), 0);
    close(gone); /* before it was taken */
    int two = accept(listener, (struct sockaddr *)&from, &n);
    TRUE(two >= 0);
    EQUAL(n, 2); /* without a name */
    EQUAL(read(two, bytes, 1), 0);
    close(two);
    close(fd);
    fd = named(STREAM, &b_name);
    EQUAL(connect(fd, NAME(a_name)), 0);
    n = 5; /* cut, but its whole length is said */
    memset(&from, 'x', sizeof from);
    two = accept(listener, (struct sockaddr *)&from, &n);
    EQUAL(n, 2 + sizeof "/tmp/socket-b");
    EQUAL(memcmp(from.sun_path, "/tmxx", 5), 0);
    close(two);
    close(fd);
    close(listener);
    unlink(a_name.sun_path);
    unlink(b_name.sun_path);
}

static void streams_keep_order(void)
{
    int fd[2];
    pair_of(STREAM, fd);
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7 + i / PAGE);
    pid_t pid = fork();
    if (pid == 0) { /* in pieces of every size up to 300 */
        close(fd[1]);
        for (int at = 0, n = 0; at < (int)sizeof bytes - 300; at += n) {
            n = n % 300 + 1;
            if (send(fd[0], bytes + at, (size_t)n, 0) != n)
                _exit(1);
        }
        _exit(0);
    }
    close(fd[0]);
    static char got[sizeof bytes];
    long all = 0, n;
    while ((n = read(fd[1], got + all, 1000)) > 0)
        all += n;
    TRUE(all > 75 * 1024);
    EQUAL(memcmp(got, bytes, (size_t)all), 0);
    EQUAL(status_of(pid), 0);
    close(fd[1]);
}

static void a_full_stream_waits(void)
{
    int fd[2], status;
    pair_of(STREAM, fd);
    long room = send(fd[0], bytes, sizeof bytes, MSG_DONTWAIT);
    TRUE(room > 60000 && room < (long)sizeof bytes);
    FAILS(send(fd[0], "x", 1, MSG_DONTWAIT), EAGAIN);
    struct pollfd p = {.fd = fd[0], .events = POLLIN | POLLOUT};
    EQUAL(poll(&p, 1, 0), 0);
    pid_t pid = fork();
    if (pid == 0)
        _exit(send(fd[0], bytes, 100, 0) == 100 ? 0 : 1);
    settle();
    EQUAL(waitpid(pid, &status, WNOHANG), 0);
    EQUAL(recv(fd[1], bytes, sizeof bytes, 0), room);
    EQUAL(status_of(pid), 0);
    EQUAL(poll(&p, 1, 0), 1);
    EQUAL(p.revents, POLLOUT);
    EQUAL(recv(fd[1], bytes, 200, 0), 100);
    /* one byte at a time fills packets too */
    for (int i = 0; i < 5000; i++)
        if (send(fd[0], "y", 1, MSG_DONTWAIT) != 1)
            TRUE(false);
    EQUAL(recv(fd[1], bytes, sizeof bytes, 0), 5000);
    close_both(fd);
}

static void peeking_and_waiting_for_all(void)
{
    int fd[2], status;
    pair_of(STREAM, fd);
    EQUAL(write(fd[0], "abc", 3), 3);
    EQUAL(recv(fd[1], bytes, 2, MSG_PEEK), 2);
    EQUAL(recv(fd[1], bytes, 9, MSG_PEEK | MSG_WAITALL), 3);
    EQUAL(recv(fd[1], bytes, 0, 0), 0);
    pid_t pid = fork();
    if (pid == 0)
        _exit(recv(fd[1], bytes, 6, MSG_WAITALL) == 6 ? 0 : 1);
    settle();
    EQUAL(waitpid(pid, &status, WNOHANG), 0);
    EQUAL(write(fd[0], "def", 3), 3);
    EQUAL(status_of(pid), 0);
    EQUAL(write(fd[0], "gh", 2), 2);
    close(fd[0]);
    EQUAL(recv(fd[1], bytes, 6, MSG_WAITALL), 2); /* no more will come */
    EQUAL(recv(fd[1], bytes, 6, MSG_WAITALL), 0);
    close(fd[1]);
}

/* ---- Shutting down and dying ---- */

static void shutting_down(void)
{
    int fd[2];
    pair_of(STREAM, fd);
    FAILS(shutdown(fd[0], 3), EINVAL);
    FAILS(shutdown(fd[0], -1), EINVAL);
    EQUAL(write(fd[0], "ab", 2), 2);
    EQUAL(shutdown(fd[0], SHUT_WR), 0);
    FAILS(send(fd[0], "x", 1, MSG_NOSIGNAL), EPIPE);
    EQUAL(read(fd[1], bytes, 9), 2); /* what was sent stays */
    EQUAL(read(fd[1], bytes, 9), 0);
    EQUAL(write(fd[1], "cd", 2), 2); /* the other way is open */
    EQUAL(read(fd[0], bytes, 1), 1);
    EQUAL(shutdown(fd[0], SHUT_RD), 0); /* what is unread goes */
    EQUAL(read(fd[0], bytes, 9), 0);
    FAILS(send(fd[1], "x", 1, MSG_NOSIGNAL), EPIPE);
    struct pollfd p = {.fd = fd[0], .events = POLLIN};
    EQUAL(poll(&p, 1, -1), 1);
    EQUAL(p.revents, POLLIN | POLLHUP);
    close_both(fd);
    pair_of(LETTERS, fd);
    EQUAL(shutdown(fd[1], SHUT_RDWR), 0);
    FAILS(send(fd[0], "x", 1, 0), EPIPE); /* no signal: it is no stream */
    FAILS(send(fd[1], "x", 1, 0), EPIPE);
    EQUAL(recv(fd[0], bytes, 1, 0), 0);
    close_both(fd);
}

static void write_to_nobody(long fd)
{
    write((int)fd, "x", 1);
}

static void unread_bytes_reset(void)
{
    int fd[2];
    pair_of(STREAM, fd);
    EQUAL(write(fd[0], "lost", 4), 4);
    EQUAL(write(fd[1], "kept", 4), 4);
    close(fd[1]);
    EQUAL(read(fd[0], bytes, 2), 2);
    EQUAL(read(fd[0], bytes, 9), 2);
    FAILS(read(fd[0], bytes, 9), ECONNRESET);
    EQUAL(read(fd[0], bytes, 9), 0);
    EQUAL(in_child(write_to_nobody, fd[0]), SIGPIPE);
    struct pollfd p = {.fd = fd[0], .events = POLLIN | POLLOUT};
    EQUAL(poll(&p, 1, 0), 1);
    EQUAL(p.revents, POLLIN | POLLOUT | POLLHUP);
    close(fd[0]);
}

enum { RECEIVE, SEND, ACCEPT, LETTER, STEPS };

/* A child that sleeps in one of the calls on fd. */
static pid_t sleeper(int step, int fd)
{
    pid_t pid = fork();
    if (pid != 0) {
        settle();
        return pid;
    }
    long n;
    if (step == RECEIVE || step == LETTER)
        n = recv(fd, bytes, 10, 0);
    else if (step == SEND)
        n = send(fd, bytes, sizeof bytes, MSG_NOSIGNAL);
    else
        n = accept(fd, NULL, NULL);
    _exit(n < 0 ? errno : n > 100 ? 100 : (int)n);
}

/* Killed while it sleeps, and left by its peer while it sleeps. */
static void death_at_each_step(void)
{
    static const int left[STEPS] = {0, EPIPE, 0, ECONNRESET};
    for (int step = 0; step < STEPS; step++) {
        int fd[2], listener = named(STREAM, &a_name);
        listen(listener, 1);
        pair_of(step == LETTER ? LETTERS : STREAM, fd);
        pid_t pid = sleeper(step, step == ACCEPT ? listener : fd[0]);
        kill(pid, SIGKILL);
        EQUAL(status_of(pid), SIGKILL);
        if (step != ACCEPT) {
            /* The sleeper's copy of its own end must not be the last. */
            pid = fork();
            if (pid == 0) {
                close(fd[1]);
                pid_t below = sleeper(step, fd[0]);
                EQUAL(status_of(below), left[step] << 8);
                _exit(failures != 0);
            }
            settle();
            settle();
            close(fd[1]);
            EQUAL(status_of(pid), 0);
        }
        close_both(fd);
        close(listener);
        unlink(a_name.sun_path);
    }
}

/* A letter writer connected to a box that closes: woken, though the box never
 * knew of it. */
static void one_sided_connections_end(void)
{
    int box = named(LETTERS, &a_name);
    pid_t pid = fork();
    if (pid == 0) {
        close(box);
        int fd = make(LETTERS);
        EQUAL(connect(fd, NAME(a_name)), 0);
        FAILS(recv(fd, bytes, 1, 0), ECONNRESET);
        FAILS(send(fd, "x", 1, 0), ECONNREFUSED);
        _exit(failures != 0);
    }
    settle();
    close(box);
    EQUAL(status_of(pid), 0);
    unlink(a_name.sun_path);
}

/* ---- Letters ---- */

static void letters_stay_whole(void)
{
    int box = named(LETTERS, &a_name), fd = named(LETTERS, &b_name);
    struct sockaddr_un from;
    socklen_t n;
    for (int i = 0; i < SALLYPORT_SOCKET_PACKETS; i++)
        EQUAL(sendto(fd, bytes, (size_t)i, 0, NAME(a_name)), i);
    FAILS(sendto(fd, bytes, 1, MSG_DONTWAIT, NAME(a_name)), EAGAIN);
    for (int i = 0; i < SALLYPORT_SOCKET_PACKETS; i++) {
        n = sizeof from;
        EQUAL(recvfrom(box, bytes, 100, 0, (struct sockaddr *)&from, &n), i);
        EQUAL(n, 2 + sizeof "/tmp/socket-b");
        EQUAL(strcmp(from.sun_path, b_name.sun_path), 0);
    }
    EQUAL(sendto(fd, bytes, SALLYPORT_DATAGRAM_MAX, 0, NAME(a_name)),
          SALLYPORT_DATAGRAM_MAX);
    EQUAL(recv(box, bytes, sizeof bytes, 0), SALLYPORT_DATAGRAM_MAX);
    /* refused memory leaves the letter where it is */
    EQUAL(sendto(fd, "stay", 4, 0, NAME(a_name)), 4);
    n = sizeof from;
    FAILS(recv(box, NULL, 4, 0), EFAULT);
    FAILS(recvfrom(box, bytes, 4, 0, (struct sockaddr *)&from, NULL), EFAULT);
    FAILS(recvfrom(box, bytes, 4, 0, (struct sockaddr *)8, &n), EFAULT);
    EQUAL(recv(box, bytes, 4, MSG_PEEK), 4);
    EQUAL(recv(box, bytes, 2, 0), 2); /* the rest of a letter goes */
    FAILS(recv(box, bytes, 2, MSG_DONTWAIT), EAGAIN);
    EQUAL(connect(box, NAME(a_name)), 0); /* now hears only itself */
    FAILS(sendto(fd, "x", 1, 0, NAME(a_name)), ECONNREFUSED);
    close(box);
    close(fd);
    unlink(a_name.sun_path);
    unlink(b_name.sun_path);
}

/* ---- Descriptors that travel ---- */

struct parcel {
    struct msghdr msg;
    struct iovec piece[2];
    struct {
        struct cmsghdr head;
        int fd[SALLYPORT_RIGHTS_MAX + 1];
    } control;
    char text[8];
};

static struct msghdr *pack(struct parcel *p, int count, const int *fd)
{
    memset(p, 0, sizeof *p);
    p->control.head = (struct cmsghdr){CMSG_LEN((unsigned)count * sizeof *fd),
                                       SOL_SOCKET, SCM_RIGHTS};
    for (int i = 0; i < count; i++)
        p->control.fd[i] = fd ? fd[i] : -1;
    p->piece[0] = (struct iovec){p->text, 1};
    p->piece[1] = (struct iovec){p->text + 1, 1};
    p->msg = (struct msghdr){.msg_iov = p->piece,
                             .msg_iovlen = 2,
                             .msg_control = &p->control,
                             .msg_controllen = p->control.head.cmsg_len};
    return &p->msg;
}

static long pass(int over, int fd)
{
    struct parcel p;
    return sendmsg(over, pack(&p, 1, &fd), 0);
}

/* The descriptor that comes, or -1. */
static int taken(int over)
{
    struct parcel p;
    if (recvmsg(over, pack(&p, 1, NULL), 0) != 2 || p.msg.msg_controllen == 0)
        return -1;
    return p.control.fd[0];
}

static int open_count(void)
{
    int n = 0;
    struct stat st;
    for (int fd = 0; fd < SALLYPORT_OPEN_MAX; fd++)
        n += fstat(fd, &st) == 0;
    return n;
}

static void descriptors_arrive(int type)
{
    int fd[2], ends[2], before = open_count();
    pair_of(type, fd);
    EQUAL(pipe(ends), 0);
    EQUAL(pass(fd[0], ends[1]), 2);
    EQUAL(pass(fd[0], ends[1]), 2);
    close(ends[1]); /* the writer's end lives on its way */
    int here = taken(fd[1]);
    TRUE(here >= 0);
    EQUAL(write(here, "through", 7), 7);
    EQUAL(read(ends[0], bytes, 9), 7);
    close(here);
    EQUAL(write(fd[0], "plain", 5), 5);
    /* bytes alone: the descriptor goes */
    EQUAL(recv(fd[1], bytes, 100, 0), type == STREAM ? 7 : 2);
    EQUAL(read(ends[0], bytes, 9), 0); /* and it was the last writer */
    close(ends[0]);
    close_both(fd);
    EQUAL(open_count(), before);
}

static void wrong_control_is_refused(void)
{
    int fd[2], none[SALLYPORT_RIGHTS_MAX + 1] = {0};
    struct parcel p;
    pair_of(STREAM, fd);
    FAILS(pass(fd[0], -1), EBADF);
    FAILS(pass(fd[0], 63), EBADF);
    FAILS(pass(fd[0], 1000), EBADF);
    FAILS(sendmsg(fd[0], pack(&p, SALLYPORT_RIGHTS_MAX + 1, none), 0), EINVAL);
    pack(&p, 1, none)->msg_controllen = 4;
    FAILS(sendmsg(fd[0], &p.msg, 0), EINVAL);
    pack(&p, 1, none)->msg_controllen = 13;
    FAILS(sendmsg(fd[0], &p.msg, 0), EINVAL);
    pack(&p, 1, none)->msg_controllen = (socklen_t)-4;
    FAILS(sendmsg(fd[0], &p.msg, 0), EINVAL);
    pack(&p, 1, none);
    p.control.head.cmsg_len = 1u << 31;
    FAILS(sendmsg(fd[0], &p.msg, 0), EINVAL);
    pack(&p, 1, none);
    p.control.head.cmsg_type = 7;
    FAILS(sendmsg(fd[0], &p.msg, 0), EINVAL);
    pack(&p, 1, none);
    p.control.head.cmsg_level = 0;
    FAILS(sendmsg(fd[0], &p.msg, 0), EINVAL);
    pack(&p, 1, none)->msg_control = (void *)8;
    FAILS(sendmsg(fd[0], &p.msg, 0), EFAULT);
    pack(&p, 1, none)->msg_iovlen = 0;
    FAILS(sendmsg(fd[0], &p.msg, 0), EMSGSIZE);
    pack(&p, 1, none)->msg_iovlen = -1;
    FAILS(sendmsg(fd[0], &p.msg, 0), EMSGSIZE);
    p.msg.msg_iovlen = SALLYPORT_IOV_MAX + 1;
    FAILS(recvmsg(fd[1], &p.msg, 0), EMSGSIZE);
    pack(&p, 1, none);
    p.piece[0].iov_len = p.piece[1].iov_len = 0;
    FAILS(sendmsg(fd[0], &p.msg, 0), EINVAL); /* no byte to go with */
    p.piece[1].iov_len = (size_t)-1;
    FAILS(sendmsg(fd[0], &p.msg, 0), EINVAL);
    FAILS(recv(fd[1], bytes, 1, MSG_DONTWAIT), EAGAIN); /* nothing came */
    close_both(fd);
}

/* Those that bring descriptors count like others. */
static void a_queue_of_descriptors_is_bounded(void)
{
    int fd[2], sent = 0;
    struct parcel p;
    pair_of(STREAM, fd);
    const int zero = 0;
    while (sendmsg(fd[0], pack(&p, 1, &zero), MSG_DONTWAIT) == 2)
        sent++;
    EQUAL(errno, EAGAIN);
    EQUAL(sent, SALLYPORT_SOCKET_PACKETS);
    EQUAL(send(fd[0], "x", 1, MSG_DONTWAIT), 1); /* has room in the last */
    close_both(fd);
}

/* What finds no room, or no descriptor, is closed and said. */
static void too_many_descriptors(void)
{
    int fd[2], ends[2], two[2], before = open_count();
    struct parcel p;
    pair_of(STREAM, fd);
    EQUAL(pipe(ends), 0);
    two[0] = two[1] = ends[1];
    EQUAL(sendmsg(fd[0], pack(&p, 2, two), 0), 2);
    EQUAL(recvmsg(fd[1], pack(&p, 1, NULL), 0), 2);
    EQUAL(p.msg.msg_flags, MSG_CTRUNC);
    EQUAL(p.msg.msg_controllen, CMSG_LEN(sizeof(int)));
    close(p.control.fd[0]);
    EQUAL(pass(fd[0], ends[1]), 2);
    pack(&p, 1, NULL)->msg_controllen = 15;
    EQUAL(recvmsg(fd[1], &p.msg, 0), 2);
    EQUAL(p.msg.msg_flags, MSG_CTRUNC);
    EQUAL(p.msg.msg_controllen, 0);
    int copy[64], copies = 0; /* the table is full but for one */
    while ((copy[copies] = dup(0)) >= 0)
        copies++;
    close(copy[--copies]);
    EQUAL(sendmsg(fd[0], pack(&p, 2, two), 0), 2);
    EQUAL(recvmsg(fd[1], pack(&p, 2, NULL), 0), 2);
    EQUAL(p.msg.msg_flags, MSG_CTRUNC);
    EQUAL(p.msg.msg_controllen, CMSG_LEN(sizeof(int)));
    FAILS(socket(AF_UNIX, STREAM, 0), EMFILE);
    FAILS(socketpair(AF_UNIX, STREAM, 0, copy), EMFILE);
    close(p.control.fd[0]);
    while (copies > 0)
        close(copy[--copies]);
    /* memory that cannot be written leaves the message where it is */
    EQUAL(pass(fd[0], ends[1]), 2);
    pack(&p, 1, NULL)->msg_control = (void *)8;
    FAILS(recvmsg(fd[1], &p.msg, 0), EFAULT);
    EQUAL(recv(fd[1], bytes, 2, MSG_PEEK), 2);
    close(taken(fd[1]));
    close_both(ends);
    close_both(fd);
    EQUAL(open_count(), before);
}

/* A receive ends before bytes that bring other descriptors. */
static void descriptors_do_not_mix(void)
{
    int fd[2];
    pair_of(STREAM, fd);
    EQUAL(write(fd[0], "ab", 2), 2);
    EQUAL(pass(fd[0], 0), 2);
    EQUAL(pass(fd[0], 0), 2);
    EQUAL(write(fd[0], "cd", 2), 2);
    EQUAL(recv(fd[1], bytes, 100, MSG_WAITALL), 2);
    close(taken(fd[1]));
    EQUAL(recv(fd[1], bytes, 100, 0), 4);
    close_both(fd);
}

/* ---- Rings ---- */

static void what_travels_does_not_carry(void)
{
    int a[2], b[2], listener, fd;
    pair_of(STREAM, a);
    pair_of(STREAM, b);
    FAILS(pass(a[0], a[1]), ETOOMANYREFS); /* into its own queue */
    EQUAL(pass(a[0], b[1]), 2);            /* a1's queue has b1 */
    FAILS(pass(b[0], a[1]), ETOOMANYREFS); /* b1 would carry on its way */
    FAILS(pass(b[0], 0), ETOOMANYREFS);
    FAILS(pass(b[1], a[1]), ETOOMANYREFS); /* a1 would travel and carries */
    close(taken(a[1]));
    EQUAL(pass(b[0], a[1]), 2);
    EQUAL(pass(a[1], a[1]), 2); /* to a0, which holds nothing else */
    close_both(a);              /* a1's last references are in queues */
    close_both(b);
    listener = named(STREAM, &a_name);
    listen(listener, 2);
    fd = make(STREAM);
    EQUAL(connect(fd, NAME(a_name)), 0);
    FAILS(pass(fd, listener), ETOOMANYREFS); /* it holds what waits */
    EQUAL(pass(fd, 0), 2);
    pair_of(STREAM, a);
    FAILS(pass(a[0], listener), ETOOMANYREFS); /* carries, in one that waits */
    close(accept(listener, NULL, NULL));
    EQUAL(pass(a[0], listener), 2);
    int late = make(STREAM);
    EQUAL(connect(late, NAME(a_name)), 0);
    FAILS(pass(late, 0), ETOOMANYREFS); /* into one on its way */
    close(listener);
    close(late);
    close(fd);
    close_both(a); /* the listener's last reference was in a queue */
    FAILS(connect(make(STREAM), NAME(a_name)), ECONNREFUSED);
    unlink(a_name.sun_path);
}

/* Attempts at rings and chains, as random as they come; the frames tell. */
static void random_passing(long seed)
{
    int fd[8];
    uint32_t x = (uint32_t)seed * 2654435761u + 1;
    for (int i = 0; i < 8; i += 2)
        pair_of(i < 4 ? STREAM : LETTERS, fd + i);
    for (int i = 0; i < 300; i++) {
        x = x * 1664525 + 1013904223;
        int *one = &fd[x >> 29], *other = &fd[x >> 26 & 7];
        struct parcel p;
        if (x >> 24 & 1)
            sendmsg(*one, pack(&p, 1, other), MSG_DONTWAIT | MSG_NOSIGNAL);
        else if (x >> 23 & 1)
            recvmsg(*one, pack(&p, 1, NULL), MSG_DONTWAIT);
        else if ((x >> 20 & 7) == 0) {
            close(*one);
            int two[2] = {-1, -1};
            socketpair(AF_UNIX, STREAM, 0, two);
            *one = two[0];
        }
    }
}

static void all(long round)
{
    kinds_are_checked();
    names_are_checked();
    order_is_checked();
    a_backlog_is_a_limit();
    accept_tells_who_connected();
    streams_keep_order();
    a_full_stream_waits();
    peeking_and_waiting_for_all();
    shutting_down();
    unread_bytes_reset();
    death_at_each_step();
    one_sided_connections_end();
    letters_stay_whole();
    descriptors_arrive(STREAM);
    descriptors_arrive(LETTERS);
    wrong_control_is_refused();
    a_queue_of_descriptors_is_bounded();
    too_many_descriptors();
    descriptors_do_not_mix();
    what_travels_does_not_carry();
    for (int i = 0; i < 20; i++)
        EQUAL(in_child(random_passing, round * 20 + i), 0);
    if (failures)
        _exit(1);
}

int main(void)
{
    return check_rounds("sockets", all);
}
