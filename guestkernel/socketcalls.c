/* socketcalls.c - the calls that only sockets have. */
#include "kernel.h"
#include "socket.h"

static int file_of_socket(uint64_t fd, struct file **f) {
    *f = file_of(fd);
    if (!*f) return EBADF;
    return (*f)->socket ? 0 : ENOTSOCK;
}

/* ---- Making ---- */
/* For a call with the arguments domain, type, protocol. */
static int make(const uint64_t *arg, struct file **out) {
    uint32_t kind = (uint32_t)arg[1];
    int type = (int)(kind & ~(SOCK_NONBLOCK | SOCK_CLOEXEC));
    int flags = O_RDWR | (kind & SOCK_NONBLOCK ? O_NONBLOCK : 0) |
                (kind & SOCK_CLOEXEC ? O_CLOEXEC : 0);
    if ((int)arg[0] != AF_UNIX) return EAFNOSUPPORT;
    if (type != SOCK_STREAM && type != SOCK_DGRAM) return EPROTOTYPE;
    if (arg[2]) return EPROTONOSUPPORT;
    struct socket *s = socket_new(type);
    *out = s ? file_new(&socket_ops, flags) : NULL;
    if (*out) (*out)->socket = s;
    if (s && !*out) socket_free(s);
    return *out ? 0 : ENOMEM;
}

int64_t sys_socket(const uint64_t *arg) {
    struct file *f;
    int fd = file_free_descriptor(sched.current, 0);
    int error = fd < 0 ? EMFILE : make(arg, &f);
    if (!error) file_install(sched.current, fd, f);
    return error ? -error : fd;
}

int64_t sys_socketpair(const uint64_t *arg) {
    struct file *a, *b;
    int error = make(arg, &a);
    if (error) return -error;
    error = make(arg, &b);
    if (!error) {
        socket_join(a->socket, b->socket);
        error = file_install_pair(user_addr(arg[3]), a, b);
        if (error) file_drop(b);
    }
    if (error) file_drop(a);
    return -error;
}

/* ---- Names ---- */
static int fetch_name(struct user_addr from, uint64_t bytes, struct sockaddr_un *name) {
    *name = (struct sockaddr_un){.sun_family = AF_UNSPEC};
    if (bytes < sizeof name->sun_family || bytes > sizeof *name) return EINVAL;
    if (copyin(from, name, bytes)) return EFAULT;
    if (name->sun_family != AF_UNIX) return EAFNOSUPPORT;
    return name->sun_path[sizeof name->sun_path - 1] ? ENAMETOOLONG : 0;
}

int64_t sys_bind(const uint64_t *arg) {
    struct file *f;
    struct sockaddr_un name;
    struct inode *i;
    int error = file_of_socket(arg[0], &f);
    if (!error) error = fetch_name(user_addr(arg[1]), arg[2], &name);
    if (!error && f->socket->inode) error = EINVAL;
    if (!error) error = file_make(name.sun_path, INODE_SOCKET, 0777, &i);
    if (error) return error == EEXIST ? -EADDRINUSE : -error;
    i->socket = f->socket;
    f->socket->inode = inode_hold(i);
    f->socket->name = name;
    return 0;
}

int64_t sys_listen(const uint64_t *arg) {
    struct file *f;
    int backlog = (int)arg[1], error = file_of_socket(arg[0], &f);
    if (error) return -error;
    if (f->socket->type != SOCK_STREAM) return -EOPNOTSUPP;
    if (f->socket->connected) return -EINVAL;
    if (!f->socket->inode) return -EDESTADDRREQ;
    if (backlog > SOMAXCONN) backlog = SOMAXCONN;
    f->socket->backlog = backlog < 1 ? 1 : backlog;
    return 0;
}

/* A new peer for s, the last of those that wait for accept. */
static int join_listener(struct socket *s, struct socket *to) {
    int waiting = 0;
    struct socket **link = &to->pending;
    for (; *link; link = &(*link)->next) waiting++;
    if (waiting >= to->backlog) return ECONNREFUSED;
    struct socket *c = socket_new(SOCK_STREAM);
    if (!c) return ENOMEM;
    c->name = s->name;
    c->listener = to;
    *link = c;
    socket_join(s, c);
    socket_changed(to);
    return 0;
}

int64_t sys_connect(const uint64_t *arg) {
    struct file *f;
    struct sockaddr_un name;
    struct socket *to;
    int error = file_of_socket(arg[0], &f);
    if (!error) error = fetch_name(user_addr(arg[1]), arg[2], &name);
    if (error) return -error;
    struct socket *s = f->socket;
    bool stream = s->type == SOCK_STREAM;
    if (s->backlog) return -EOPNOTSUPP;
    if (stream && s->connected) return -EISCONN;
    error = socket_find(&name, s->type, &to);
    if (error || stream) return error ? -error : -join_listener(s, to);
    s->peer = to;
    s->connected = true;
    s->reset = false;
    return 0;
}

static int put_name(const struct sockaddr_un *name, uint32_t room, const uint64_t *arg) {
    uint32_t bytes = socket_name_bytes(name);
    if (!arg[1]) return 0;
    int error = copyout(&bytes, user_addr(arg[2]), sizeof bytes);
    if (bytes > room) bytes = room;
    return error ? error : copyout(name, user_addr(arg[1]), bytes);
}

int64_t sys_accept(const uint64_t *arg) {
    struct file *f;
    uint32_t room = 0;
    int error = file_of_socket(arg[0], &f);
    if (!error && arg[1]) error = copyin(user_addr(arg[2]), &room, sizeof room);
    if (error) return -error;
    struct socket *s = f->socket;
    if (s->type != SOCK_STREAM) return -EOPNOTSUPP;
    if (!s->backlog) return -EINVAL;
    int fd = file_free_descriptor(sched.current, 0);
    if (fd < 0) return -EMFILE;
    while (!s->pending && !error) error = file_wait(f, &s->changed, "accept");
    if (error) return -error;
    struct file *new = file_new(&socket_ops, O_RDWR);
    error = new ? put_name(&s->pending->name, room, arg) : ENOMEM;
    if (error) {
        kfree(new);
        return -error;
    }
    new->socket = s->pending;
    new->socket->listener = NULL;
    s->pending = new->socket->next;
    file_install(sched.current, fd, new);
    return fd;
}

int64_t sys_shutdown(const uint64_t *arg) {
    struct file *f;
    uint32_t how = (uint32_t)arg[1];
    int error = file_of_socket(arg[0], &f);
    if (error) return -error;
    struct socket *s = f->socket;
    if (how > SHUT_RDWR) return -EINVAL;
    if (!s->connected) return -ENOTCONN;
    s->no_send |= how != SHUT_RD;
    s->no_receive |= how != SHUT_WR;
    if (s->no_receive) socket_discard(s);
    socket_changed(s);
    if (s->peer) socket_changed(s->peer);
    return 0;
}

/* ---- Sending and receiving ---- */
static int fetch_rights(struct message *m) {
    struct control *c = &m->control;
    uint32_t n = m->h.msg_controllen;
    if (!n) return 0;
    if (n < sizeof c->head || n > sizeof *c || n % sizeof *c->fd) return EINVAL;
    if (copyin(m->h.msg_control, c, n)) return EFAULT;
    if (c->head.cmsg_len != n || c->head.cmsg_level != SOL_SOCKET ||
        c->head.cmsg_type != SCM_RIGHTS)
        return EINVAL;
    m->rights = (uint32_t)((n - sizeof c->head) / sizeof *c->fd);
    for (uint32_t i = 0; i < m->rights; i++)
        if (!(m->right[i] = file_of((uint64_t)c->fd[i]))) return EBADF;
    return 0;
}

/* Bytes moved, or -errno. */
static int64_t transfer(struct file *f, struct message *m) {
    uint64_t n = m->u->resid;
    bool write = m->u->write;
    int known = write ? MSG_NOSIGNAL : MSG_PEEK | MSG_WAITALL, error = 0;
    if (m->flags & ~(known | MSG_DONTWAIT)) return -EOPNOTSUPP;
    if (n > INT64_MAX) return -EINVAL;
    if (write && m->h.msg_name.va) error = fetch_name(m->h.msg_name, m->h.msg_namelen, &m->to);
    if (write && !error) error = fetch_rights(m);
    if (!error) error = write ? socket_send(f, m) : socket_receive(f, m);
    return m->u->resid < n ? (int64_t)(n - m->u->resid) : -error;
}

static int64_t transfer_piece(const uint64_t *arg, bool write) {
    struct file *f;
    struct iovec piece = {user_addr(arg[1]), arg[2]};
    struct uio u = {&piece, 1, arg[2], write, NULL};
    struct message m = {.u = &u,
                        .flags = (int)arg[3],
                        .h.msg_name = user_addr(arg[4]),
                        .h.msg_namelen = write ? (uint32_t)min(arg[5], UINT32_MAX) : 0};
    int error = file_of_socket(arg[0], &f);
    if (!error && !write && arg[4]) {
        m.length_to = user_addr(arg[5]);
        error = copyin(m.length_to, &m.h.msg_namelen, sizeof m.h.msg_namelen);
    }
    return error ? -error : transfer(f, &m);
}

int64_t sys_sendto(const uint64_t *arg) { return transfer_piece(arg, true); }
int64_t sys_recvfrom(const uint64_t *arg) { return transfer_piece(arg, false); }

static int64_t transfer_message(const uint64_t *arg, bool write) {
    struct file *f;
    struct uio_vector v;
    struct message m = {.u = &v.uio, .flags = (int)arg[2]};
    struct user_addr at = user_addr(arg[1]);
    int error = file_of_socket(arg[0], &f);
    if (!error) error = copyin(at, &m.h, sizeof m.h);
    /* Can the answer be written? Before anything is taken. */
    if (!error && !write) error = copyout(&m.h, at, sizeof m.h);
    if (error) return -error;
    if (!m.h.msg_name.va) m.h.msg_namelen = 0;
    if (m.h.msg_iovlen - 1 >= IOV_MAX) return -EMSGSIZE;
    error = uio_fetch(&v, m.h.msg_iov, m.h.msg_iovlen, write);
    if (error) return -error;
    int64_t n = transfer(f, &m);
    uio_release(&v);
    if (write || n < 0) return n;
    m.h.msg_namelen = m.name_bytes;
    m.h.msg_controllen = m.control.head.cmsg_len;
    m.h.msg_flags = m.flags & (MSG_TRUNC | MSG_CTRUNC);
    return copyout(&m.h, at, sizeof m.h) ? -EFAULT : n;
}

int64_t sys_sendmsg(const uint64_t *arg) { return transfer_message(arg, true); }
int64_t sys_recvmsg(const uint64_t *arg) { return transfer_message(arg, false); }
