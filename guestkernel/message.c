/* message.c - mach_msg: sending and receiving.
 *
 * Send: the whole message is fetched once into the kernel and only that copy is looked at; then
 * the call waits for room; then rights and memory are taken out of the sender. So a send that
 * timed out or was interrupted has changed nothing. The header's rights are taken both or not
 * at all; if one in the body is bad, what was taken before it is destroyed with the message, as
 * in Mach.
 *
 * Receive: buffer and size are checked before the message leaves the queue; rights get names in
 * the receiver's space, memory a place in its address space (outofline.c), and the kernel adds
 * the trailer. What finds no room is MACH_PORT_NULL, and the result says so. */
#include "kernel.h"
#include "port.h"

#define HEADER sizeof(mach_msg_header_t)

const NDR_record_t ndr_record = {.int_rep = 1};

/* ---- Messages as such ---- */
struct message *message_new(mach_msg_size_t size, mach_msg_id_t id) {
    static uint64_t last_number;
    bool small = sizeof(struct message) + size <= KMALLOC_MAX;
    paddr page = small ? 0 : page_alloc();
    struct message *m = small || page ? kmalloc(sizeof *m + (small ? size : 0)) : NULL;
    if (!m && page) page_drop(page);
    if (!m) return NULL;
    m->number = ++last_number;
    m->header = small ? (mach_msg_header_t *)(m + 1) : kva(page);
    m->header->msgh_size = size;
    m->header->msgh_id = id;
    return m;
}

void message_free(struct message *m) {
    if (!m) return;
    PROBE(message_gone, m->number);
    right_drop(&m->reply);
    for (uint32_t i = 0; i < m->descriptors; i++) {
        right_drop(&m->item[i].right);
        ool_free(m->item[i].ool);
    }
    kfree(m->item);
    if (m->header != (mach_msg_header_t *)(m + 1)) page_drop(kpa(m->header));
    kfree(m);
}

void message_reply(struct message *request, kern_return_t code, const void *bytes, uint32_t n) {
    struct carried *to = &request->reply;
    mach_msg_id_t id = request->header->msgh_id + MIG_REPLY_OFFSET;
    if (!to->right || !to->port->alive) return;
    struct message *m = message_new(sizeof(mig_reply_error_t) + n, id);
    if (!m) return;
    mig_reply_error_t *reply = (mig_reply_error_t *)m->header;
    reply->NDR = ndr_record;
    reply->RetCode = code;
    memcpy(reply + 1, bytes, n);
    m->to_send_once = to->right == RIGHT_SEND_ONCE;
    port_enqueue(to->port, m);
    right_used(to);
}

/* ---- Sending: what the body carries ---- */
/* A receive right must not end up in its own queue, directly or by way of other ports that
 * travel: nobody could ever take it out. */
static bool is_circular(const struct port *p, const struct port *to) {
    while (to && to != p) to = to->travels;
    return to;
}

static int take_port(struct space *s, const struct port *to,
                     const mach_msg_port_descriptor_t *d, struct carried *out) {
    if (d->disposition < MACH_MSG_TYPE_MOVE_RECEIVE ||
        d->disposition > MACH_MSG_TYPE_MAKE_SEND_ONCE)
        return MACH_SEND_INVALID_TYPE;
    if (d->name == MACH_PORT_NULL || d->name == MACH_PORT_DEAD) return 0;
    struct entry *e = entry_with(s, d->name, d->disposition);
    if (!e || (d->disposition == MACH_MSG_TYPE_MOVE_RECEIVE && is_circular(e->port, to)))
        return MACH_SEND_INVALID_RIGHT;
    return right_take(e, d->disposition, out);
}

/* How long the descriptor at `at` is, which should end within left bytes. */
static uint32_t descriptor_bytes(const char *at, uint32_t left) {
    const mach_msg_port_descriptor_t *d = (const void *)at;
    if (left < sizeof *d) return UINT32_MAX;
    if (d->type == MACH_MSG_PORT_DESCRIPTOR) return sizeof *d;
    return d->type == MACH_MSG_OOL_DESCRIPTOR ? sizeof(mach_msg_ool_descriptor_t) : 0;
}

static int take_body(struct space *s, struct message *m, const struct port *to) {
    const mach_msg_body_t *body = (const void *)(m->header + 1);
    uint32_t at = HEADER + sizeof *body, size = m->header->msgh_size, n;
    int r = 0;
    if (size < at) return MACH_SEND_MSG_TOO_SMALL;
    if (body->msgh_descriptor_count > SALLYPORT_MSG_DESCRIPTORS) return MACH_SEND_TOO_LARGE;
    uint32_t count = body->msgh_descriptor_count;
    if (count && !(m->item = kmalloc(count * sizeof m->item[0]))) return MACH_SEND_NO_BUFFER;
    while (!r && m->descriptors < count) {
        const void *d = (char *)m->header + at;
        n = descriptor_bytes(d, size - at);
        if (n == 0) return MACH_SEND_INVALID_TYPE;
        if (n > size - at) return MACH_SEND_MSG_TOO_SMALL;
        r = n == sizeof(mach_msg_port_descriptor_t)
                ? take_port(s, to, d, &m->item[m->descriptors++].right)
                : ool_take(d, &m->item[m->descriptors++].ool);
        at += n;
    }
    return r;
}

/* ---- Sending ---- */
static bool is_move(uint32_t how) {
    return how == MACH_MSG_TYPE_MOVE_SEND || how == MACH_MSG_TYPE_MOVE_SEND_ONCE;
}

/* Destination and reply right, both or neither. The order is so that what can fail comes first,
 * and what uses a right up comes last. */
static int take_header(struct space *s, struct message *m, struct carried *to) {
    const mach_msg_header_t *h = m->header;
    uint32_t how = MACH_MSGH_BITS_REMOTE(h->msgh_bits);
    uint32_t how_reply = MACH_MSGH_BITS_LOCAL(h->msgh_bits);
    struct entry *d = entry_with(s, h->msgh_remote_port, how), *l = NULL;
    int r;
    if (!d) return MACH_SEND_INVALID_DEST;
    if (!how_reply) return right_take(d, how, to);
    l = entry_with(s, h->msgh_local_port, how_reply);
    if (!l || (l == d && is_move(how) && is_move(how_reply) && d->refs < 2))
        return MACH_SEND_INVALID_REPLY;
    if (is_move(how)) {
        r = right_take(l, how_reply, &m->reply);
        return r ? r : right_take(d, how, to);
    }
    r = right_take(d, how, to);
    if (!r && (r = right_take(l, how_reply, &m->reply))) {
        right_used(to); /* as if it had never been made */
        right_drop(to);
    }
    return r;
}

/* The two rights must be of kinds that can be sent to; a reply right is optional. */
static int check_header(const mach_msg_header_t *h) {
    uint32_t to = MACH_MSGH_BITS_REMOTE(h->msgh_bits) - MACH_MSG_TYPE_MOVE_SEND;
    uint32_t reply = MACH_MSGH_BITS_LOCAL(h->msgh_bits);
    const uint32_t kinds = MACH_MSG_TYPE_MAKE_SEND_ONCE - MACH_MSG_TYPE_MOVE_SEND;
    bool good_reply =
        reply ? reply - MACH_MSG_TYPE_MOVE_SEND <= kinds : h->msgh_local_port == MACH_PORT_NULL;
    bool good = !(h->msgh_bits & ~MACH_MSGH_BITS_USER) && !h->msgh_voucher_port &&
                !MACH_MSGH_BITS_VOUCHER(h->msgh_bits) && to <= kinds && good_reply;
    return good ? 0 : MACH_SEND_INVALID_HEADER;
}

static int fetch(struct user_addr from, uint32_t size, struct message **out) {
    if (size < HEADER || size & 3) return MACH_SEND_MSG_TOO_SMALL;
    if (size > SALLYPORT_MSG_MAX) return MACH_SEND_TOO_LARGE;
    struct message *m = message_new(size, 0);
    if (!m) return MACH_SEND_NO_BUFFER;
    int r = MACH_SEND_INVALID_DATA;
    if (copyin(from, m->header, size) == 0) r = check_header(m->header);
    m->header->msgh_size = size; /* the argument counts, as in Mach */
    m->sender_pid = (uint32_t)sched.current->pid;
    m->sender_uid = sched.current->uid;
    m->sender_gid = sched.current->gid;
    if (r) message_free(m);
    else *out = m;
    return r;
}

static uint64_t deadline_of(uint64_t limited, uint64_t ms) {
    return limited ? mtime_now() + (uint32_t)ms * (uint64_t)TICKS_PER_MS : UINT64_MAX;
}

/* Until the destination's queue has room, which a send-once right and the kernel need not. */
static int wait_for_room(const struct entry *e, uint64_t deadline) {
    struct port *p = e->port;
    int r = 0;
    p->references++;
    while (!r && p->alive && p->queued >= p->limit) {
        if (mtime_now() >= deadline) r = MACH_SEND_TIMED_OUT;
        else if (sched_sleep_until(&p->can_send, deadline, "port full"))
            r = MACH_SEND_INTERRUPTED;
    }
    port_drop(p);
    return r;
}

/* Takes the rights, and queues m or has the kernel answer it. */
static int deliver(struct space *s, struct message *m) {
    struct carried to = {NULL, 0};
    int r = take_header(s, m, &to);
    m->to_send_once = to.right == RIGHT_SEND_ONCE;
    if (!r && m->header->msgh_bits & MACH_MSGH_BITS_COMPLEX) r = take_body(s, m, to.port);
    if (r) {
        message_free(m);
    } else if (to.port->service) {
        TELL(send, m, to.port);
        to.port->service(m);
        TELL(receive, m, to.port);
        message_free(m);
    } else {
        port_enqueue(to.port, m);
    }
    if (!r) right_used(&to);
    right_drop(&to);
    return r;
}

static int send(const uint64_t *arg) {
    struct space *s = space_current();
    struct message *m;
    if (!s) return MACH_SEND_NO_BUFFER;
    int r = fetch(user_addr(arg[0]), (uint32_t)arg[2], &m);
    if (r) return r;
    uint32_t how = MACH_MSGH_BITS_REMOTE(m->header->msgh_bits);
    struct entry *e = entry_with(s, m->header->msgh_remote_port, how);
    if (!e) r = MACH_SEND_INVALID_DEST;
    else if (how != MACH_MSG_TYPE_MOVE_SEND_ONCE && how != MACH_MSG_TYPE_MAKE_SEND_ONCE &&
             !e->port->service)
        r = wait_for_room(e, deadline_of(arg[1] & MACH_SEND_TIMEOUT, arg[5]));
    if (!r) return deliver(s, m);
    message_free(m);
    return r;
}

/* ---- Receiving ---- */
/* What a message says a right is that it brought. */
static const uint8_t disposition_of[] = {
    [RIGHT_SEND] = MACH_MSG_TYPE_PORT_SEND,
    [RIGHT_RECEIVE] = MACH_MSG_TYPE_PORT_RECEIVE,
    [RIGHT_SEND_ONCE] = MACH_MSG_TYPE_PORT_SEND_ONCE,
};

/* Rewrites the descriptors for the receiver. */
static int give_body(struct space *s, struct message *m) {
    int r = 0;
    char *at = (char *)(m->header + 1) + sizeof(mach_msg_body_t);
    for (uint32_t i = 0; i < m->descriptors; i++) {
        mach_msg_port_descriptor_t *d = (void *)at;
        mach_msg_ool_descriptor_t *memory = (void *)at;
        struct carried *c = &m->item[i].right;
        if (d->type == MACH_MSG_OOL_DESCRIPTOR) {
            at += sizeof *memory;
            if (!ool_give(m->item[i].ool, &memory->address))
                r |= MACH_RCV_BODY_ERROR | MACH_MSG_VM_SPACE;
            continue;
        }
        at += sizeof *d;
        if (!c->right) continue;
        d->disposition = disposition_of[c->right];
        if (right_give(s, c, &d->name)) {
            d->name = MACH_PORT_NULL;
            r |= MACH_RCV_BODY_ERROR | MACH_MSG_IPC_SPACE;
        }
    }
    return r;
}

/* The header, from what the sender meant to what the receiver has. */
static int give_header(struct space *s, struct message *m, const struct port *p) {
    mach_msg_header_t *h = m->header;
    uint32_t own = disposition_of[m->to_send_once ? RIGHT_SEND_ONCE : RIGHT_SEND];
    h->msgh_bits = (h->msgh_bits & MACH_MSGH_BITS_COMPLEX) |
                   MACH_MSGH_BITS(disposition_of[m->reply.right], own);
    h->msgh_local_port = p->name;
    h->msgh_remote_port = h->msgh_voucher_port = MACH_PORT_NULL;
    if (m->reply.right && right_give(s, &m->reply, &h->msgh_remote_port))
        return MACH_RCV_HEADER_ERROR | MACH_MSG_IPC_SPACE;
    return 0;
}

static mach_msg_audit_trailer_t trailer_of(const struct message *m, uint32_t seqno,
                                           uint32_t bytes) {
    uint32_t uid = m->sender_uid, gid = m->sender_gid;
    return (mach_msg_audit_trailer_t){
        .msgh_trailer_size = bytes,
        .msgh_seqno = seqno,
        .msgh_sender.val = {uid, gid},
        .msgh_audit.val = {uid, uid, gid, uid, gid, m->sender_pid}};
}

/* Will all of [a, a + n) take a copyout? */
static bool is_writable(struct user_addr a, uint64_t n) {
    uint64_t last = a.va + n - 1;
    for (uint64_t va = a.va; va <= last; va = PAGE_DOWN(va) + PAGE_SIZE)
        if (va < USER_BASE || va >= USER_TOP || !vm_translate(&sched.current->vm, va, PTE_W))
            return false;
    return a.va <= last;
}

/* The message arrives in the user's buffer, which was found writable and large enough. */
static int hand_over(struct space *s, struct port *p, struct user_addr to, uint32_t trailer) {
    struct message *m = port_dequeue(p);
    uint32_t size = m->header->msgh_size;
    mach_msg_audit_trailer_t t = trailer_of(m, p->seqno++, trailer);
    int r = give_header(s, m, p);
    r |= give_body(s, m);
    if (copyout(m->header, to, size) || copyout(&t, user_plus(to, size), trailer))
        r = MACH_RCV_INVALID_DATA;
    TELL(receive, m, p);
    message_free(m);
    return r;
}

/* With RCV_LARGE the header tells the room needed and the message stays; else it is gone. */
static int too_large(struct port *p, const uint64_t *arg) {
    mach_msg_header_t h = {.msgh_size = p->first->header->msgh_size,
                           .msgh_local_port = p->name,
                           .msgh_id = p->first->header->msgh_id};
    if (!(arg[1] & MACH_RCV_LARGE)) message_free(port_dequeue(p));
    if ((uint32_t)arg[3] < HEADER) return MACH_RCV_TOO_LARGE;
    return copyout(&h, user_addr(arg[0]), HEADER) ? MACH_RCV_INVALID_DATA : MACH_RCV_TOO_LARGE;
}

static int receive(const uint64_t *arg) {
    uint64_t deadline = deadline_of(arg[1] & MACH_RCV_TIMEOUT, arg[5]);
    static const uint8_t trailers[16] = {8, 12, 20, 52}; /* bytes */
    uint32_t trailer = trailers[arg[1] >> 24 & 0xf];
    struct space *s = space_current();
    struct entry *e = s ? entry_of(s, (mach_port_name_t)arg[4]) : NULL;
    struct port *from;
    if (!e || !(e->rights & (RIGHT_RECEIVE | RIGHT_SET))) return MACH_RCV_INVALID_NAME;
    if (e->port->set) return MACH_RCV_IN_SET;
    if (!trailer) return MACH_RCV_INVALID_TRAILER;
    /* Only this process could take the right away, and it sleeps. */
    while (!(from = port_with_message(e->port))) {
        if (mtime_now() >= deadline) return MACH_RCV_TIMED_OUT;
        if (sched_sleep_until(&e->port->can_receive, deadline, "message"))
            return MACH_RCV_INTERRUPTED;
    }
    uint32_t size = from->first->header->msgh_size + trailer;
    if ((uint32_t)arg[3] < size) return too_large(from, arg);
    if (!is_writable(user_addr(arg[0]), size)) return MACH_RCV_INVALID_DATA;
    return hand_over(s, from, user_addr(arg[0]), trailer);
}

/* mach_msg_trap(msg, option, send_size, rcv_size, rcv_name, timeout_ms) */
int64_t sys_mach_msg_trap(const uint64_t *arg) {
    int r = MACH_MSG_SUCCESS;
    if (arg[1] & MACH_SEND_MSG) r = send(arg);
    if (r == MACH_MSG_SUCCESS && arg[1] & MACH_RCV_MSG) r = receive(arg);
    return r;
}
