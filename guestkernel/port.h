/* port.h - Mach ports: message queues with one receiver, the rights to them, and each task's
 * names for its rights. Ports and rights: port.c; messages: message.c, outofline.c; the calls
 * about rights: portcalls.c; the kernel's own ports: hostport.c. A task never holds a port,
 * only a name; the same number means another right, or none, in another task. Rights travel in
 * messages, and the kernel changes the names on the way. */
#include <sallyport/mach.h>

struct message;
struct proc;
struct space;

/* Bits of entry.rights. SEND and RECEIVE share a name; each send-once right has its own. */
enum {
    RIGHT_SEND = 1 << MACH_PORT_RIGHT_SEND,
    RIGHT_RECEIVE = 1 << MACH_PORT_RIGHT_RECEIVE,
    RIGHT_SEND_ONCE = 1 << MACH_PORT_RIGHT_SEND_ONCE,
    RIGHT_SET = 1 << MACH_PORT_RIGHT_PORT_SET,
    RIGHT_DEAD = 1 << MACH_PORT_RIGHT_DEAD_NAME,
};

struct port {
    uint64_t number;        /* for the probes: 1, 2, 3 ... */
    uint32_t references;    /* entries, rights in messages, sleepers */
    bool alive;             /* its receive right exists */
    struct space *receiver; /* NULL: the kernel's, or on its way in a message */
    struct port *travels;   /* ... queued on this port */
    mach_port_name_t name;  /* in receiver */
    uint32_t sends, made;   /* send rights there are; were ever made */
    uint32_t seqno, queued, limit;
    struct message *first, *last;
    struct message *spares;     /* notices, one for each send-once right */
    struct message *no_senders; /* the notice that is wanted, or NULL */
    uint32_t requests;          /* dead-name notices wanted, in all spaces */
    struct wait_queue can_send, can_receive;
    struct port *members; /* a set: its ports, next in turn first */
    struct port *set, *next_member;
    /* A kernel port: answers at once, in the sender's call. */
    void (*service)(struct message *request);
};

/* One name of a task. Index 0 names nothing. */
struct entry {
    struct port *port;       /* NULL: free, or a dead name */
    struct message *request; /* the dead-name notice that is wanted, or NULL */
    uint32_t refs;           /* of a send right or dead name */
    uint8_t rights, generation;
};
struct space {
    struct entry entry[SALLYPORT_PORT_NAMES];
    int pid;
};
_Static_assert(sizeof(struct space) <= PAGE_SIZE, "a space is one page");

/* A right on its way. */
struct carried {
    struct port *port;
    uint32_t right; /* RIGHT_SEND, RIGHT_RECEIVE or RIGHT_SEND_ONCE; 0: none */
};

struct message {
    struct message *next;
    struct port *notify; /* of a wanted notice: whom to tell, held */
    struct carried reply;
    bool to_send_once;
    uint32_t sender_pid, sender_uid, sender_gid; /* 0: the kernel */
    uint64_t number;                             /* for the probes */
    uint32_t descriptors;                        /* what stands in the body, in order: */
    struct {
        struct carried right;
        struct ool *ool;
    } * item;
    mach_msg_header_t *header; /* and all that follows it: header->msgh_size */
};

/* The probes about a message: it goes into a queue, or out of one. */
#define TELL(what, m, p)                                                                       \
    PROBE(what, (m)->number, (p)->number, (m)->header->msgh_id, (m)->header->msgh_size)

/* ---- message.c ---- */
/* Zeroed but for header's size and id; NULL: no memory. */
struct message *message_new(mach_msg_size_t size, mach_msg_id_t id);
void message_free(struct message *m); /* with all that it carries; or NULL */
/* Answers a request to a kernel port: NDR record, code, then n bytes. */
void message_reply(struct message *request, kern_return_t code, const void *bytes, uint32_t n);
extern const NDR_record_t ndr_record; /* in every message that a stub made */

/* ---- outofline.c: memory on its way ---- */
struct ool;
/* Takes what d says out of the current process; an error may leave something to ool_free. */
int ool_take(const mach_msg_ool_descriptor_t *d, struct ool **out);
void ool_free(struct ool *o);               /* or NULL: no memory */
bool ool_give(struct ool *o, uint64_t *va); /* false: no room for it */

/* ---- port.c: rights ---- */
struct port *port_new(void); /* with one reference */
void port_drop(struct port *p);
/* The entry, if right_take can take from it; else NULL. */
struct entry *entry_with(struct space *s, mach_port_name_t name, mach_msg_type_name_t how);
/* Takes (MOVE), copies (COPY) or makes (MAKE) what entry_with found. Fails only by
 * MAKE_SEND_ONCE: MACH_SEND_NO_BUFFER, and nothing has changed. */
int right_take(struct entry *e, mach_msg_type_name_t how, struct carried *out);
struct carried right_to(struct port *p); /* one more send right */
/* Into a space; a dead port's becomes MACH_PORT_DEAD. KERN_NO_SPACE: it stays the caller's. */
kern_return_t right_give(struct space *s, struct carried *c, mach_port_name_t *name);
/* Lets go of it, if there is one: notices are sent as Mach has it. */
void right_drop(struct carried *c);
/* A message was sent with it: of a send-once right, nothing is left. */
void right_used(struct carried *c);

/* ---- port.c: names ---- */
/* The current process's space, made at its first use; NULL: no memory. */
struct space *space_current(void);
/* What a name stands for, or NULL. A right to a dead port turns into a dead name here. */
struct entry *entry_of(struct space *s, mach_port_name_t name);
mach_port_name_t entry_name(const struct entry *e);
void entry_drop(struct entry *e, uint8_t rights); /* gives them up */
void entry_changed(const struct entry *e);        /* the probe */
/* Sends a wanted notice, about a name or count; or lets go of it. */
void notice_send(struct message **m, uint32_t word);
void notice_drop(struct message **m);

/* ---- port.c: queues and sets ---- */
void port_enqueue(struct port *p, struct message *m);
struct message *port_dequeue(struct port *p);
/* The port, or the member of a set, whose turn it is; NULL: no message. */
struct port *port_with_message(struct port *p);
void port_join_set(struct port *p, struct port *set);
void port_leave_set(struct port *p);

/* ---- hostport.c ---- */
extern struct port host_port;
void kernel_port_refuse(struct message *request); /* of a port without routines */
