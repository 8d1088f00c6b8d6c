/* socket.c - what is in sockets, and how it gets in and out. Descriptors travel as open files,
 * held by the packet. So that no ring of sockets keeps itself alive in its own queues, what
 * travels does not carry: a socket with descriptors in its queue cannot be sent, and none can
 * be sent to one that is on its way (ETOOMANYREFS). So freeing a queue goes no deeper than to
 * the queues of the sockets in it. */
#include "kernel.h"
#include "socket.h"

/* A page: | packet | files | the sender's address | bytes |
 *         0                                       start   end   4096 */
struct packet {
    struct packet *next;
    uint32_t start, end; /* of what was not taken; a stream's may grow */
    uint32_t name_bytes;
    uint32_t rights; /* how many files */
    uint64_t number; /* of the first; the probes count them all */
    struct file *right[];
};
_Static_assert(sizeof(struct packet) + RIGHTS_MAX * sizeof(struct file *) +
                       sizeof(struct sockaddr_un) + SALLYPORT_DATAGRAM_MAX <=
                   PAGE_SIZE,
               "one packet a datagram");

static struct {
    struct socket *all;
    uint64_t rights_sent;
} sockets;

void socket_changed(struct socket *s) {
    sched_wake_all(&s->changed);
    poll_wake();
}

/* Sleeps until s has changed, if this call may. */
static int wait(struct socket *s, const struct file *f, const struct message *m,
                const char *why) {
    return m->flags & MSG_DONTWAIT ? EAGAIN : file_wait(f, &s->changed, why);
}

/* ---- Queues ---- */
/* The last packet, if more of a stream's bytes may go there. */
static struct packet *open_packet(const struct socket *s, uint32_t rights) {
    bool open = s->type == SOCK_STREAM && s->first && !rights;
    return open && s->last->end < PAGE_SIZE ? s->last : NULL;
}

static bool has_room(const struct socket *s, uint32_t rights) {
    return s->packets < SALLYPORT_SOCKET_PACKETS || open_packet(s, rights);
}

static void remove_first(struct socket *s) {
    struct packet *p = s->first;
    s->first = p->next;
    s->packets--;
    page_drop(kpa(p));
}

/* Appends p; it takes references to m's files with it. */
static void load(struct socket *s, struct packet *p, const struct message *m) {
    *(s->first ? &s->last->next : &s->first) = p;
    s->last = p;
    s->packets++;
    s->carries += m->rights != 0;
    p->rights = m->rights;
    p->number = sockets.rights_sent + 1;
    sockets.rights_sent += m->rights;
    for (uint32_t i = 0; i < m->rights; i++) {
        struct file *f = p->right[i] = m->right[i];
        f->references++;
        if (f->socket) f->socket->in_flight++;
        PROBE(fd_send, p->number + i, m->control.fd[i]);
    }
}

/* The first packet's files become the n descriptors fd; if it has more, those go. */
static void unload(struct socket *s, uint32_t n, const int *fd) {
    struct packet *p = s->first;
    s->carries -= p->rights != 0;
    for (uint32_t i = 0; i < p->rights; i++) {
        struct file *f = p->right[i];
        if (f->socket) f->socket->in_flight--;
        PROBE(fd_receive, p->number + i, i < n ? fd[i] : -1);
        if (i < n) file_install(sched.current, fd[i], f);
        else file_drop(f);
    }
    p->rights = 0;
}

void socket_discard(struct socket *s) {
    for (; s->first; remove_first(s)) unload(s, 0, NULL);
}

/* ---- Life ---- */
struct socket *socket_new(int type) {
    struct socket *s = kmalloc(sizeof *s);
    if (!s) return NULL;
    s->type = type;
    s->channel = file_channel();
    s->name.sun_family = AF_UNIX;
    s->next_of_all = sockets.all;
    return sockets.all = s;
}

void socket_join(struct socket *a, struct socket *b) {
    a->peer = b;
    b->peer = a;
    a->connected = b->connected = true;
}

void socket_free(struct socket *s) {
    struct socket *c;
    LIST_REMOVE(sockets.all, s, next_of_all);
    for (struct socket *x = sockets.all; x; x = x->next_of_all) {
        if (x->peer != s) continue; /* datagrams: there may be several */
        x->peer = NULL;
        x->reset = s->first || s->listener || s->type == SOCK_DGRAM;
        socket_changed(x);
    }
    while ((c = s->pending)) {
        s->pending = c->next;
        socket_free(c);
    }
    socket_discard(s);
    if (s->inode) {
        s->inode->socket = NULL;
        inode_drop(s->inode);
    }
    socket_changed(s);
    kfree(s);
}

static void socket_close(struct file *f) { socket_free(f->socket); }

uint32_t socket_name_bytes(const struct sockaddr_un *name) {
    size_t path = strlen(name->sun_path);
    return (uint32_t)(sizeof name->sun_family + (path ? path + 1 : 0));
}

int socket_find(const struct sockaddr_un *name, int type, struct socket **out) {
    struct inode *i;
    int error = path_find(sched.current->cwd, name->sun_path, &i);
    if (error) return error;
    if (i->type != INODE_SOCKET) return ENOTSOCK;
    if (!i->socket) return ECONNREFUSED;
    *out = i->socket;
    return i->socket->type == type ? 0 : EPROTOTYPE;
}

/* ---- Sending ---- */
static int find_receiver(const struct socket *s, const struct message *m, struct socket **to) {
    bool stream = s->type == SOCK_STREAM, named = m->h.msg_name.va;
    if (named && s->connected) return EISCONN;
    if (!s->connected && (stream || !named)) return stream ? ENOTCONN : EDESTADDRREQ;
    if (s->no_send) return EPIPE;
    *to = s->peer;
    int error = named ? socket_find(&m->to, s->type, to) : 0;
    if (error) return error;
    if (!*to) return stream ? EPIPE : ECONNREFUSED;
    if ((*to)->no_receive) return EPIPE;
    /* A connected one hears its peer only. */
    return (*to)->connected && (*to)->peer != s ? ECONNREFUSED : 0;
}

/* What travels does not carry. */
static int check_rights(const struct socket *to, const struct message *m) {
    if (to->in_flight || (to->listener && to->listener->in_flight))
        return m->rights ? ETOOMANYREFS : 0;
    for (uint32_t i = 0; i < m->rights; i++) {
        const struct socket *s = m->right[i]->socket;
        if (!s) continue;
        if (s == to || s == to->listener || s->carries) return ETOOMANYREFS;
        for (s = s->pending; s; s = s->next)
            if (s->carries) return ETOOMANYREFS;
    }
    return 0;
}

/* A datagram, or as much of a stream as fits into one packet. */
static int send_packet(struct file *f, struct message *m) {
    struct socket *s = f->socket, *to;
    bool stream = s->type == SOCK_STREAM;
    uint32_t name_bytes = stream ? 0 : socket_name_bytes(&s->name);
    int error;
    while (!(error = find_receiver(s, m, &to)) && !has_room(to, m->rights))
        if ((error = wait(to, f, m, "socket full"))) return error;
    if (!error) error = check_rights(to, m);
    if (error) return error;
    struct packet *p = open_packet(to, m->rights);
    paddr page = p ? 0 : page_alloc();
    if (!p && !page) return ENOMEM;
    if (page) {
        p = kva(page);
        char *name = (char *)&p->right[m->rights];
        *p = (struct packet){.name_bytes = name_bytes};
        memcpy(name, &s->name, name_bytes);
        p->start = p->end = (uint32_t)(name + name_bytes - (char *)p);
    }
    uint64_t before = m->u->resid;
    error = uiomove((char *)p + p->end, PAGE_SIZE - p->end, m->u);
    uint64_t n = before - m->u->resid;
    if (error && page && (!stream || !n)) {
        m->u->resid = before;
        page_drop(page);
        return error;
    }
    if (page) load(to, p, m);
    p->end += (uint32_t)n;
    PROBE(put, to->channel, to->put, n);
    to->put += n;
    m->rights = 0; /* with the first packet only */
    socket_changed(to);
    return error;
}

int socket_send(struct file *f, struct message *m) {
    bool stream = f->socket->type == SOCK_STREAM;
    if (!stream && m->u->resid > SALLYPORT_DATAGRAM_MAX) return EMSGSIZE;
    if (stream && !m->u->resid) return m->rights ? EINVAL : 0;
    int error;
    do error = send_packet(f, m);
    while (!error && stream && m->u->resid);
    if (error == EPIPE && stream && !(m->flags & MSG_NOSIGNAL))
        signal_send(sched.current, SIGPIPE, SI_KERNEL);
    return error;
}

static int socket_write(struct file *f, struct uio *u) {
    return socket_send(f, &(struct message){.u = u});
}

/* ---- Receiving ---- */
static bool is_over(const struct socket *s) {
    return s->no_receive || (s->connected && (!s->peer || s->peer->no_send));
}

/* Returns 0 with an empty queue if it will stay empty. */
static int wait_for_packet(struct file *f, const struct message *m) {
    struct socket *s = f->socket;
    if (s->type == SOCK_STREAM && !s->connected) return ENOTCONN;
    while (!s->first && !is_over(s)) {
        int error = wait(s, f, m, "socket empty");
        if (error) return error;
    }
    if (s->first || !s->reset) return 0;
    s->reset = false; /* told once */
    return ECONNRESET;
}

/* Tells the program the sender's address, and which descriptors the files will be. */
static int describe(const struct packet *p, struct message *m) {
    uint32_t rights = m->flags & MSG_PEEK ? 0 : p->rights;
    uint32_t bytes = sizeof m->control.head, name_bytes = p->name_bytes;
    int fd = -1;
    for (m->rights = 0; m->rights < rights; m->rights++) {
        if (m->h.msg_controllen < bytes + sizeof fd) break;
        fd = file_free_descriptor(sched.current, fd + 1);
        if (fd < 0) break;
        m->control.fd[m->rights] = fd;
        bytes += sizeof fd;
    }
    if (m->rights < rights) m->flags |= MSG_CTRUNC;
    if (!m->rights) bytes = 0;
    m->control.head = (struct cmsghdr){bytes, SOL_SOCKET, SCM_RIGHTS};
    int error = copyout(&m->control, m->h.msg_control, bytes);
    if (!error && m->length_to.va)
        error = copyout(&name_bytes, m->length_to, sizeof name_bytes);
    m->name_bytes = name_bytes;
    if (name_bytes > m->h.msg_namelen) name_bytes = m->h.msg_namelen;
    const char *name = (const char *)p + p->start - p->name_bytes;
    return error ? error : copyout(name, m->h.msg_name, name_bytes);
}

/* A datagram, or what there is of a stream up to the next descriptors. */
static int take(struct socket *s, struct message *m) {
    bool stream = s->type == SOCK_STREAM;
    struct packet *p = s->first, *next;
    do {
        uint64_t before = m->u->resid, n = p->end - p->start;
        int error = uiomove((char *)p + p->start, n, m->u);
        if (!error && (p->rights || p->name_bytes)) error = describe(p, m);
        if (error) {
            m->u->resid = before;
            return error;
        }
        if (stream) n = before - m->u->resid;
        if (before < n) m->flags |= MSG_TRUNC;
        next = p->next;
        if (!(m->flags & MSG_PEEK)) {
            PROBE(get, s->channel, s->got, n);
            s->got += n;
            unload(s, m->rights, m->control.fd);
            p->start += (uint32_t)n;
            if (p->start == p->end) remove_first(s);
        }
        p = next;
    } while (stream && p && !p->rights && m->u->resid);
    socket_changed(s);
    return 0;
}

int socket_receive(struct file *f, struct message *m) {
    struct socket *s = f->socket;
    uint64_t before = m->u->resid;
    bool stream = s->type == SOCK_STREAM;
    bool all = stream && (m->flags & (MSG_WAITALL | MSG_PEEK)) == MSG_WAITALL;
    if (stream && !before) return 0;
    do {
        int error = wait_for_packet(f, m);
        if (error || !s->first) return error;
        if (m->u->resid < before && s->first->rights) return 0;
        error = take(s, m);
        if (error) return error;
    } while (all && m->u->resid);
    return 0;
}

static int socket_read(struct file *f, struct uio *u) {
    return socket_receive(f, &(struct message){.u = u});
}

static unsigned socket_poll(struct file *f) {
    const struct socket *s = f->socket;
    bool gone = s->type == SOCK_STREAM && !s->backlog && !s->peer;
    unsigned now = s->first || s->pending || is_over(s) ? POLLIN : 0;
    if (!s->backlog && (!s->peer || has_room(s->peer, 0))) now |= POLLOUT;
    return now | (gone || (s->no_receive && s->no_send) ? POLLHUP : 0);
}

const struct file_ops socket_ops = {socket_read, socket_write, socket_close, NULL, socket_poll};
