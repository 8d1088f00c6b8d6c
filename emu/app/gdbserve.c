/*
 * gdbserve.c - see gdbserve.h. The machine runs within gdb_receive, which asks
 * poll_host now and then: there the connection is looked at, for Ctrl-C.
 */
#include "gdbserve.h"

#include "rawtty.h"

#include "../debug/command.h"
#include "../debug/gdb.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SEND_SECONDS 10 /* a client that takes nothing for so long is gone */

struct server {
    struct session *session;
    struct target target;
    struct gdb *gdb;
    struct commander *commander;
    /* Where what a command prints goes while it runs. */
    void (*out)(void *to, const char *text, size_t n);
    void *out_to;
    int client; /* -1: none */
    size_t printed;
    bool input_ended;
};

/* ---- Listening ---- */

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static socklen_t read_address(const char *text, unsigned port, union address *a)
{
    memset(a, 0, sizeof *a);
    if (inet_pton(AF_INET, text, &a->v4.sin_addr) == 1) {
        a->v4.sin_family = AF_INET;
        a->v4.sin_port = htons((uint16_t)port);
        return sizeof a->v4;
    }
    if (inet_pton(AF_INET6, text, &a->v6.sin6_addr) != 1)
        return 0;
    a->v6.sin6_family = AF_INET6;
    a->v6.sin6_port = htons((uint16_t)port);
    return sizeof a->v6;
}

int gdbserve_listen(const char *address, unsigned port, unsigned *out_port,
                    struct complaint *why)
{
    union address a;
    int one = 1;
    socklen_t n = read_address(address, port, &a);
    if (n == 0) {
        complain(why, APP_UNUSABLE, "--listen %s: not a numeric address",
                 address);
        return -1;
    }
    int fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        bind(fd, &a.any, n) != 0 || listen(fd, 16) != 0 ||
        getsockname(fd, &a.any, &n) != 0) {
        complain(why, APP_UNUSABLE, "port %u at %s: %s", port, address,
                 strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    *out_port =
        ntohs(a.any.sa_family == AF_INET ? a.v4.sin_port : a.v6.sin6_port);
    return fd;
}

/* ---- The guest's console ---- */

/* What is new since the furthest point that was printed; going back prints
 * nothing, a branch goes on from where it parts. */
static void print_console(struct server *v)
{
    size_t n;
    const uint8_t *bytes = target_console(&v->target, &n);
    if (n > v->printed) {
        fwrite(bytes + v->printed, 1, n - v->printed, stdout);
        fflush(stdout);
        v->printed = n;
    }
}

static void read_input(struct server *v)
{
    uint8_t bytes[4096];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    if (n > 0) {
        history_input(v->session->history, bytes, (size_t)n, true);
        return;
    }
    v->input_ended = true;
    history_input_end(v->session->history);
}

/* ---- The client ---- */

static bool send_all(void *ctx, const void *bytes, size_t n)
{
    const struct server *v = ctx;
    const uint8_t *from = bytes;
    while (n > 0) {
        ssize_t sent = send(v->client, from, n, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR && interrupts_pending() == 0)
            continue;
        if (sent <= 0)
            return false;
        from += sent;
        n -= (size_t)sent;
    }
    return true;
}

/* What has come, without waiting for it. */
static void receive(struct server *v)
{
    uint8_t bytes[4096];
    ssize_t n = recv(v->client, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n > 0)
        gdb_receive(v->gdb, bytes, (size_t)n);
    else if (n == 0 ||
             (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
        gdb_hangup(v->gdb);
}

static bool poll_host(void *ctx)
{
    struct server *v = ctx;
    print_console(v);
    receive(v);
    if (interrupts_pending() != 0)
        gdb_hangup(v->gdb);
    return !gdb_interrupted(v->gdb);
}

/* Until stdin has something or the client speaks. */
static bool wait_input(void *ctx)
{
    struct server *v = ctx;
    struct pollfd fds[] = {{.fd = v->client, .events = POLLIN},
                           {.fd = STDIN_FILENO, .events = POLLIN}};
    print_console(v);
    if (v->input_ended) {
        history_input_end(v->session->history);
        return true;
    }
    while (!gdb_interrupted(v->gdb)) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return false;
        if (!poll_host(v))
            break;
        if (fds[1].revents != 0) {
            read_input(v);
            return true;
        }
    }
    return false;
}

static void say(void *ctx, const char *line)
{
    const struct server *v = ctx;
    if (!v->session->options->quiet)
        fprintf(stderr, "sallyport: %s\n", line);
}

/* ---- monitor ---- */

static void command_out(void *ctx, const char *text)
{
    const struct server *v = ctx;
    if (v->out != NULL)
        v->out(v->out_to, text, strlen(text));
}

static bool make_commander(struct server *v)
{
    struct commander_desc desc = {
        .target = &v->target, .out = command_out, .out_ctx = v};
    v->commander = commander_create(&desc);
    return v->commander != NULL;
}

static void monitor(void *ctx, const char *text,
                    void (*out)(void *to, const char *text, size_t n), void *to)
{
    struct server *v = ctx;
    char why[400] = "", line[420];
    v->out = out;
    v->out_to = to;
    if (v->commander == NULL)
        return;
    enum command_status status =
        command_run(v->commander, text, why, sizeof why);
    if (status == COMMAND_QUIT) {
        snprintf(why, sizeof why, "quit: GDB's own detach or kill does that");
        commander_destroy(v->commander);
        make_commander(v);
    }
    if (status != COMMAND_DONE) {
        snprintf(line, sizeof line, "%s\n", why);
        command_out(v, line);
    }
    v->out = NULL;
}

/* ---- One client after another ---- */

static bool wait_client(struct server *v, int listener)
{
    struct pollfd fd = {.fd = listener, .events = POLLIN};
    struct timeval patience = {.tv_sec = SEND_SECONDS};
    int one = 1;
    while (interrupts_pending() == 0) {
        if (poll(&fd, 1, -1) < 0)
            continue;
        v->client = accept(listener, NULL, NULL);
        if (v->client < 0)
            continue;
        setsockopt(v->client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        setsockopt(v->client, SOL_SOCKET, SO_SNDTIMEO, &patience,
                   sizeof patience);
        return true;
    }
    return false;
}

static void serve_client(struct server *v)
{
    struct pollfd fd = {.fd = v->client, .events = POLLIN};
    gdb_connected(v->gdb);
    while (gdb_state(v->gdb) == GDB_SERVING && !gdb_interrupted(v->gdb)) {
        print_console(v);
        if (poll(&fd, 1, -1) > 0)
            receive(v);
        if (interrupts_pending() != 0)
            break;
    }
    print_console(v);
    close(v->client);
    v->client = -1;
}

static void serve(struct server *v, int listener)
{
    while (wait_client(v, listener)) {
        serve_client(v);
        if (gdb_state(v->gdb) == GDB_KILLED || interrupts_pending() != 0)
            return;
        say(v, gdb_state(v->gdb) == GDB_DETACHED
                   ? "gdb: detached; the machine stands still, and waits for "
                     "the next client (Ctrl-C ends)"
                   : "gdb: the connection is gone; the machine stands still, "
                     "and waits for the next client (Ctrl-C ends)");
    }
}

static bool open_server(struct server *v)
{
    struct gdb_env env = {.ctx = v,
                          .bare = v->session->options->bare,
                          .send = send_all,
                          .wait_input = wait_input,
                          .say = say,
                          .monitor = monitor};
    if (!target_open(&v->target))
        return false;
    v->gdb = gdb_create(&v->target, &env);
    return make_commander(v) && v->gdb != NULL;
}

int gdbserve_run(struct session *s, int listener, struct complaint *why)
{
    struct server v = {.session = s, .client = -1};
    v.target = (struct target){.machine = s->machine,
                               .tracker = s->tracker,
                               .history = s->history,
                               .sources = s->sources,
                               .poll = poll_host,
                               .poll_ctx = &v};
    if (!open_server(&v))
        return complain(why, APP_UNUSABLE, "gdb: out of memory");
    interrupts_catch();
    serve(&v, listener);
    gdb_destroy(v.gdb);
    commander_destroy(v.commander);
    target_close(&v.target);
    int signal = interrupts_pending();
    return signal != 0 ? 128 + signal : 0;
}
