/*
 * mach.c - the library's part of Mach: the functions of <mach/mach.h> over the
 * bare calls, interrupted messages begun again, replies and server loops.
 *
 * The bare calls return kern_return_t, which is positive or 0, so their stubs
 * never touch errno.
 */
#include <mach/mach.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE      4096
#define RCV_ERROR 0x4000 /* of mach_msg's results: in the receiving part */

/* syscall.def's rows. */
mach_msg_return_t mach_msg_trap(mach_msg_header_t *msg, uint64_t option,
                                uint64_t send_size, uint64_t rcv_size,
                                uint64_t rcv_name, uint64_t timeout);
mach_port_t mach_task_self_trap(void);
kern_return_t mach_port_allocate_trap(uint64_t right, mach_port_name_t *name);
kern_return_t mach_port_deallocate_trap(uint64_t name);
kern_return_t mach_port_destroy_trap(uint64_t name);
kern_return_t mach_port_mod_refs_trap(uint64_t name, uint64_t right,
                                      int64_t delta);
kern_return_t mach_port_insert_right_trap(uint64_t name, uint64_t poly,
                                          uint64_t how);
kern_return_t mach_port_move_member_trap(uint64_t member, uint64_t set);
kern_return_t mach_port_request_notification_trap(uint64_t name, uint64_t id,
                                                  uint64_t sync,
                                                  uint64_t notify);
kern_return_t mach_port_set_limit_trap(uint64_t name, uint64_t limit);
kern_return_t mach_port_get_refs_trap(uint64_t name, uint64_t right,
                                      uint32_t *refs);
kern_return_t task_get_special_port_trap(uint64_t which, mach_port_t *name);
kern_return_t task_set_special_port_trap(uint64_t which, uint64_t name);

const NDR_record_t NDR_record = {.int_rep = 1}; /* little-endian, ASCII, IEEE */

static struct {
    mach_port_t task, bootstrap, reply;
} self;

/* Called in the child by fork (process.c): it starts without rights. */
void __mach_forked(void);
void __mach_forked(void)
{
    memset(&self, 0, sizeof self);
}

/* ---- Ports ---- */

mach_port_t mach_task_self(void)
{
    if (!self.task)
        self.task = mach_task_self_trap();
    return self.task;
}

mach_port_t mach_bootstrap_port(void)
{
    if (!self.bootstrap)
        task_get_special_port_trap(TASK_BOOTSTRAP_PORT, &self.bootstrap);
    return self.bootstrap;
}

#define CHECK_TASK(task)                                                       \
    if ((task) != mach_task_self() || (task) == MACH_PORT_NULL)                \
    return KERN_INVALID_TASK

kern_return_t mach_port_allocate(mach_port_t task, mach_port_right_t right,
                                 mach_port_name_t *name)
{
    CHECK_TASK(task);
    return mach_port_allocate_trap(right, name);
}

kern_return_t mach_port_deallocate(mach_port_t task, mach_port_name_t name)
{
    CHECK_TASK(task);
    return mach_port_deallocate_trap(name);
}

kern_return_t mach_port_destroy(mach_port_t task, mach_port_name_t name)
{
    CHECK_TASK(task);
    return mach_port_destroy_trap(name);
}

kern_return_t mach_port_mod_refs(mach_port_t task, mach_port_name_t name,
                                 mach_port_right_t right, int delta)
{
    CHECK_TASK(task);
    return mach_port_mod_refs_trap(name, right, delta);
}

kern_return_t mach_port_get_refs(mach_port_t task, mach_port_name_t name,
                                 mach_port_right_t right, uint32_t *refs)
{
    CHECK_TASK(task);
    return mach_port_get_refs_trap(name, right, refs);
}

kern_return_t mach_port_insert_right(mach_port_t task, mach_port_name_t name,
                                     mach_port_t poly, mach_msg_type_name_t how)
{
    CHECK_TASK(task);
    return mach_port_insert_right_trap(name, poly, how);
}

kern_return_t mach_port_move_member(mach_port_t task, mach_port_name_t member,
                                    mach_port_name_t after)
{
    CHECK_TASK(task);
    return mach_port_move_member_trap(member, after);
}

kern_return_t mach_port_request_notification(
    mach_port_t task, mach_port_name_t name, mach_msg_id_t id, uint32_t sync,
    mach_port_t poly, mach_msg_type_name_t how, mach_port_t *previous)
{
    CHECK_TASK(task);
    if (poly != MACH_PORT_NULL && how != MACH_MSG_TYPE_MAKE_SEND_ONCE)
        return KERN_INVALID_VALUE;
    kern_return_t kr =
        mach_port_request_notification_trap(name, (uint32_t)id, sync, poly);
    if (kr == KERN_SUCCESS)
        *previous = MACH_PORT_NULL;
    return kr;
}

kern_return_t mach_port_set_qlimit(mach_port_t task, mach_port_name_t name,
                                   uint32_t limit)
{
    CHECK_TASK(task);
    return mach_port_set_limit_trap(name, limit);
}

kern_return_t task_get_special_port(mach_port_t task, int which,
                                    mach_port_t *port)
{
    CHECK_TASK(task);
    return task_get_special_port_trap((uint64_t)which, port);
}

kern_return_t task_set_special_port(mach_port_t task, int which,
                                    mach_port_t port)
{
    CHECK_TASK(task);
    kern_return_t kr = task_set_special_port_trap((uint64_t)which, port);
    if (kr == KERN_SUCCESS)
        self.bootstrap = MACH_PORT_NULL; /* to be looked up again */
    return kr;
}

/* ---- Messages ---- */

mach_msg_return_t mach_msg(mach_msg_header_t *msg, mach_msg_option_t option,
                           mach_msg_size_t send_size, mach_msg_size_t rcv_size,
                           mach_port_name_t rcv_name,
                           mach_msg_timeout_t timeout, mach_port_name_t notify)
{
    (void)notify;
    for (;;) {
        mach_msg_return_t r =
            mach_msg_trap(msg, option, send_size, rcv_size, rcv_name, timeout);
        if (r == MACH_RCV_INTERRUPTED && !(option & MACH_RCV_INTERRUPT))
            option &= ~MACH_SEND_MSG; /* that part is done */
        else if (r != MACH_SEND_INTERRUPTED || option & MACH_SEND_INTERRUPT)
            return r;
    }
}

mach_msg_return_t mach_msg_send(mach_msg_header_t *msg)
{
    return mach_msg(msg, MACH_SEND_MSG, msg->msgh_size, 0, MACH_PORT_NULL, 0,
                    MACH_PORT_NULL);
}

kern_return_t vm_allocate(mach_port_t task, char **address, size_t size)
{
    CHECK_TASK(task);
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return size ? KERN_NO_SPACE : KERN_INVALID_ARGUMENT;
    *address = p;
    return KERN_SUCCESS;
}

kern_return_t vm_deallocate(mach_port_t task, void *address, size_t size)
{
    CHECK_TASK(task);
    uintptr_t start = (uintptr_t)address & ~(uintptr_t)(PAGE - 1);
    size_t bytes = (uintptr_t)address + size - start;
    if (size == 0)
        return KERN_SUCCESS;
    return munmap((void *)start, bytes) ? KERN_INVALID_ADDRESS : KERN_SUCCESS;
}

/* A right that a message brought, by what the message calls it. */
static void drop_right(mach_port_t name, unsigned disposition)
{
    if (name == MACH_PORT_NULL || name == MACH_PORT_DEAD)
        return;
    if (disposition == MACH_MSG_TYPE_PORT_RECEIVE)
        mach_port_mod_refs_trap(name, MACH_PORT_RIGHT_RECEIVE, -1);
    else
        mach_port_deallocate_trap(name);
}

void mach_msg_destroy(mach_msg_header_t *msg)
{
    drop_right(msg->msgh_remote_port, MACH_MSGH_BITS_REMOTE(msg->msgh_bits));
    if (!(msg->msgh_bits & MACH_MSGH_BITS_COMPLEX))
        return;
    mach_msg_body_t *body = (mach_msg_body_t *)(msg + 1);
    char *at = (char *)(body + 1);
    for (uint32_t i = 0; i < body->msgh_descriptor_count; i++) {
        mach_msg_port_descriptor_t port;
        mach_msg_ool_descriptor_t memory;
        memcpy(&port, at, sizeof port);
        if (port.type == MACH_MSG_PORT_DESCRIPTOR) {
            drop_right(port.name, port.disposition);
            at += sizeof port;
        } else {
            memcpy(&memory, at, sizeof memory);
            vm_deallocate(mach_task_self(), (void *)memory.address,
                          memory.size);
            at += sizeof memory;
        }
    }
}

/* ---- RPC ---- */

mach_port_t mig_get_reply_port(void)
{
    if (!self.reply)
        mach_port_allocate_trap(MACH_PORT_RIGHT_RECEIVE, &self.reply);
    return self.reply;
}

void mig_dealloc_reply_port(mach_port_t port)
{
    if (port == self.reply)
        self.reply = MACH_PORT_NULL;
    if (port != MACH_PORT_NULL)
        mach_port_mod_refs_trap(port, MACH_PORT_RIGHT_RECEIVE, -1);
}

/* The reply that demux made, or what became of the request without one. Is it
 * to be sent? */
static bool settle(mach_msg_header_t *request, mig_reply_error_t *reply)
{
    bool simple = !(reply->Head.msgh_bits & MACH_MSGH_BITS_COMPLEX);
    if (simple && reply->RetCode == MIG_NO_REPLY)
        return false; /* the routine keeps the reply right, or there is none */
    if (simple && reply->RetCode != KERN_SUCCESS) {
        request->msgh_remote_port = MACH_PORT_NULL; /* the reply's now */
        mach_msg_destroy(request);
    }
    return reply->Head.msgh_remote_port != MACH_PORT_NULL;
}

mach_msg_return_t mach_msg_server(
    int (*demux)(mach_msg_header_t *request, mach_msg_header_t *reply),
    mach_msg_size_t max_size, mach_port_t rcv_name, mach_msg_option_t options)
{
    mach_msg_size_t room = max_size + sizeof(mach_msg_audit_trailer_t);
    mach_msg_header_t *request = malloc(room), *reply = malloc(room);
    mach_msg_return_t r = MACH_SEND_NO_BUFFER;
    while (request && reply) {
        r = mach_msg(request, MACH_RCV_MSG | options, 0, room, rcv_name, 0,
                     MACH_PORT_NULL);
        while (r == MACH_MSG_SUCCESS) {
            demux(request, reply);
            if (!settle(request, (mig_reply_error_t *)reply))
                break;
            /* A client that does not take its reply must not stop us. */
            r = mach_msg(reply,
                         MACH_SEND_MSG | MACH_SEND_TIMEOUT | MACH_RCV_MSG |
                             options,
                         reply->msgh_size, room, rcv_name, 0, MACH_PORT_NULL);
            mach_msg_header_t *other = request;
            request = reply;
            reply = other;
        }
        /* A reply that nobody wants goes; one that could not be sent because
         * of what it carries, the kernel has destroyed. */
        if (r == MACH_SEND_TIMED_OUT || r == MACH_SEND_INVALID_DEST)
            mach_msg_destroy(request);
        else if (r & RCV_ERROR && r != MACH_RCV_TOO_LARGE)
            break;
    }
    free(request);
    free(reply);
    return r;
}

/* ---- Results in words ---- */

const char *mach_error_string(kern_return_t error)
{
    static const struct {
        kern_return_t code;
        const char *name;
    } names[] = {
#define NAME(code) {code, #code}
        NAME(KERN_SUCCESS),
        NAME(KERN_INVALID_TASK),
        NAME(KERN_INVALID_ADDRESS),
        NAME(KERN_NO_SPACE),
        NAME(KERN_INVALID_ARGUMENT),
        NAME(KERN_FAILURE),
        NAME(KERN_RESOURCE_SHORTAGE),
        NAME(KERN_NOT_IN_SET),
        NAME(KERN_NAME_EXISTS),
        NAME(KERN_INVALID_NAME),
        NAME(KERN_INVALID_RIGHT),
        NAME(KERN_INVALID_VALUE),
        NAME(KERN_UREFS_OVERFLOW),
        NAME(KERN_INVALID_CAPABILITY),
        NAME(MACH_SEND_INVALID_DATA),
        NAME(MACH_SEND_INVALID_DEST),
        NAME(MACH_SEND_TIMED_OUT),
        NAME(MACH_SEND_INTERRUPTED),
        NAME(MACH_SEND_MSG_TOO_SMALL),
        NAME(MACH_SEND_INVALID_REPLY),
        NAME(MACH_SEND_INVALID_RIGHT),
        NAME(MACH_SEND_INVALID_MEMORY),
        NAME(MACH_SEND_NO_BUFFER),
        NAME(MACH_SEND_TOO_LARGE),
        NAME(MACH_SEND_INVALID_TYPE),
        NAME(MACH_SEND_INVALID_HEADER),
        NAME(MACH_RCV_INVALID_NAME),
        NAME(MACH_RCV_TIMED_OUT),
        NAME(MACH_RCV_TOO_LARGE),
        NAME(MACH_RCV_INTERRUPTED),
        NAME(MACH_RCV_PORT_CHANGED),
        NAME(MACH_RCV_INVALID_DATA),
        NAME(MACH_RCV_PORT_DIED),
        NAME(MACH_RCV_IN_SET),
        NAME(MACH_RCV_HEADER_ERROR),
        NAME(MACH_RCV_BODY_ERROR),
        NAME(MACH_RCV_INVALID_TRAILER),
        NAME(MIG_TYPE_ERROR),
        NAME(MIG_REPLY_MISMATCH),
        NAME(MIG_REMOTE_ERROR),
        NAME(MIG_BAD_ID),
        NAME(MIG_BAD_ARGUMENTS),
        NAME(MIG_NO_REPLY),
        NAME(MIG_EXCEPTION),
        NAME(MIG_ARRAY_TOO_LARGE),
        NAME(MIG_SERVER_DIED),
        NAME(MIG_TRAILER_ERROR),
#undef NAME
    };
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].code == error)
            return names[i].name;
    return "an unknown Mach error";
}
