/* socket.h - AF_UNIX sockets: queues of packets that have names. What is sent stands in the
 * receiver's queue at once, in packets: a datagram is one, a stream's bytes are cut into as
 * many as they need. A stream's two ends are each other's peers. A listening socket has a list
 * of connections, complete but for accept. */
#include <sallyport/socket.h>

#define RIGHTS_MAX SALLYPORT_RIGHTS_MAX

struct socket {
    struct socket *next_of_all;
    int type;
    uint64_t channel;          /* of what it receives, for the probes */
    struct wait_queue changed; /* its readers, and those who send to it */
    struct sockaddr_un name;   /* as bound; accepted: of who connected */
    struct inode *inode;       /* what has that name, or NULL */

    struct socket *peer;      /* NULL: it has none, or it is closed */
    bool connected;           /* it has or had a peer */
    bool reset;               /* the peer closed without reading everything */
    bool no_receive, no_send; /* shutdown */

    int backlog;                   /* 0: does not listen */
    struct socket *pending, *next; /* for accept, oldest first */
    struct socket *listener;       /* of one that is pending */

    struct packet *first, *last;
    uint64_t put, got;  /* bytes, ever */
    uint32_t packets;   /* in the queue... */
    uint32_t carries;   /* ... of them with descriptors */
    uint32_t in_flight; /* descriptors of this one in queues */
};

struct msghdr { /* as <sys/socket.h> has it */
    struct user_addr msg_name;
    uint32_t msg_namelen;
    struct user_addr msg_iov;
    uint32_t msg_iovlen;
    struct user_addr msg_control;
    uint32_t msg_controllen;
    int msg_flags;
};

struct control {
    struct cmsghdr head;
    int fd[RIGHTS_MAX];
};

/* One send or receive. h is the program's; the calls without one fill in the address. */
struct message {
    struct uio *u;
    struct msghdr h;
    struct user_addr length_to;     /* receive: of the address, or 0 */
    int flags;                      /* MSG_; receive adds what happened */
    struct sockaddr_un to;          /* send, if h has a name; else the peer */
    struct file *right[RIGHTS_MAX]; /* send: held by the program only */
    struct control control;
    uint32_t rights, name_bytes; /* descriptors; receive: of the address */
};

struct socket *socket_new(int type); /* NULL: no memory */
void socket_free(struct socket *s);
void socket_join(struct socket *a, struct socket *b); /* as peers */
void socket_changed(struct socket *s);                /* who waits for it looks again */
void socket_discard(struct socket *s);                /* all that is in its queue */
/* By name: path_find's errors, ENOTSOCK, ECONNREFUSED (nobody has it open), EPROTOTYPE. */
int socket_find(const struct sockaddr_un *name, int type, struct socket **out);
/* How many bytes of an address say something. */
uint32_t socket_name_bytes(const struct sockaddr_un *name);
/* 0 or an errno; what was moved is off m->u->resid. */
int socket_send(struct file *f, struct message *m);
int socket_receive(struct file *f, struct message *m);

extern const struct file_ops socket_ops;
