/*
 * machdemo.c - port rights and messages, one thing after the other.
 *
 * Watch: a port is in the kernel; this task has names for its rights to it. The
 * trace decodes each right that is asked for, and its `right` lines tell each
 * change of a name: made, counted, dead, free. A message that is received is
 * linked to the call that sent it, and its trailer names the sender. The full
 * queue, the killed receiver and the buffer that is too small show what a
 * program has to expect of messages, and that nothing is lost on the way.
 */
#include <mach/mach.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include "program.h"

#define SELF mach_task_self()

struct note {
    mach_msg_header_t head;
    char text[40];
    mach_msg_audit_trailer_t trailer;
};
#define NOTE_BYTES offsetof(struct note, trailer)

static void check(const char *what, kern_return_t kr)
{
    if (kr == KERN_SUCCESS)
        return;
    fprintf(stderr, "machdemo: %s: %s\n", what, mach_error_string(kr));
    exit(1);
}

static mach_port_t new_port(void)
{
    mach_port_t port;
    check("mach_port_allocate",
          mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &port));
    check("mach_port_insert_right",
          mach_port_insert_right(SELF, port, port, MACH_MSG_TYPE_MAKE_SEND));
    return port;
}

static unsigned refs(mach_port_t port, mach_port_right_t right)
{
    uint32_t n;
    check("mach_port_get_refs", mach_port_get_refs(SELF, port, right, &n));
    return n;
}

static kern_return_t send(mach_port_t to, const char *text)
{
    struct note n = {.head = {.msgh_bits = MACH_MSG_TYPE_COPY_SEND,
                              .msgh_remote_port = to,
                              .msgh_id = 1000}};
    strncpy(n.text, text, sizeof n.text - 1);
    return mach_msg(&n.head, MACH_SEND_MSG | MACH_SEND_TIMEOUT, NOTE_BYTES, 0,
                    MACH_PORT_NULL, 20, MACH_PORT_NULL);
}

static kern_return_t receive(mach_port_t from, struct note *n, size_t room,
                             mach_msg_option_t more)
{
    return mach_msg(&n->head,
                    MACH_RCV_MSG | MACH_RCV_TIMEOUT | more |
                        MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AUDIT),
                    0, (mach_msg_size_t)room, from, 20, MACH_PORT_NULL);
}

static void rights(void)
{
    mach_port_t port = new_port();
    printf("rights: name 0x%x stands for %u receive and %u send right\n",
           (unsigned)port, refs(port, MACH_PORT_RIGHT_RECEIVE),
           refs(port, MACH_PORT_RIGHT_SEND));
    check("mach_port_mod_refs",
          mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, 2));
    printf("  two more references: %u\n", refs(port, MACH_PORT_RIGHT_SEND));
    check("mach_port_mod_refs",
          mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_RECEIVE, -1));
    printf("  without its receiver it is a dead name, with %u\n",
           refs(port, MACH_PORT_RIGHT_DEAD_NAME));
    check("mach_port_destroy", mach_port_destroy(SELF, port));
    mach_port_t next = new_port();
    printf("  the next port has the place again: 0x%x, and 0x%x is %s\n",
           (unsigned)next, (unsigned)port,
           mach_error_string(mach_port_deallocate(SELF, port)));
    check("mach_port_destroy", mach_port_destroy(SELF, next));
}

static void queue(void)
{
    mach_port_t port = new_port();
    struct note n;
    int sent = 0;
    while (send(port, "one of several") == MACH_MSG_SUCCESS)
        sent++;
    printf("queue: %d messages, then %s\n", sent,
           mach_error_string(send(port, "one too many")));
    check("receive", receive(port, &n, sizeof n, 0));
    bool ours = n.trailer.msgh_audit.val[5] == (uint32_t)getpid();
    printf("  \"%s\" from %s, says the kernel's trailer\n", n.text,
           ours ? "this process" : "another process");
    kern_return_t kr = receive(port, &n, NOTE_BYTES, MACH_RCV_LARGE);
    printf("  into too small a buffer, RCV_LARGE: %s, %u bytes wait\n",
           mach_error_string(kr), (unsigned)n.head.msgh_size);
    kr = receive(port, &n, NOTE_BYTES, 0);
    printf("  ... without: %s, and it is gone\n", mach_error_string(kr));
    for (sent -= 2; sent > 0; sent--)
        check("receive", receive(port, &n, sizeof n, 0));
    printf("  empty: %s after 20 ms\n",
           mach_error_string(receive(port, &n, sizeof n, 0)));
    check("mach_port_destroy", mach_port_destroy(SELF, port));
}

static void port_set(void)
{
    mach_port_t a = new_port(), b = new_port(), set;
    struct note n;
    check("mach_port_allocate",
          mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set));
    check("mach_port_move_member", mach_port_move_member(SELF, a, set));
    check("mach_port_move_member", mach_port_move_member(SELF, b, set));
    send(a, "to a");
    send(a, "to a again");
    send(b, "to b");
    printf("set: ");
    for (int i = 0; i < 3; i++) {
        check("receive", receive(set, &n, sizeof n, 0));
        printf("\"%s\" ", n.text);
    }
    printf("- members take turns\n");
    check("mach_port_destroy", mach_port_destroy(SELF, set));
    check("mach_port_destroy", mach_port_destroy(SELF, a));
    check("mach_port_destroy", mach_port_destroy(SELF, b));
}

/* A child registers nothing and asks nobody: it finds the parent's port as its
 * bootstrap port and sends it a right to a port of its own. */
static _Noreturn void child(void)
{
    struct {
        mach_msg_header_t head;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
    } m = {
        .head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSG_TYPE_COPY_SEND,
                 .msgh_size = sizeof m,
                 .msgh_remote_port = bootstrap_port,
                 .msgh_id = 1001},
        .body = {1},
        .port = {.name = new_port(), .disposition = MACH_MSG_TYPE_COPY_SEND}};
    struct note n;
    check("child's send", mach_msg_send(&m.head));
    mach_msg(&n.head, MACH_RCV_MSG, 0, sizeof n, m.port.name, 0, 0);
    _exit(0);
}

static void notices(void)
{
    mach_port_t port = new_port(), previous;
    union {
        struct {
            mach_msg_header_t head;
            mach_msg_body_t body;
            mach_msg_port_descriptor_t port;
            char trailer[8];
        } right;
        struct {
            mach_notification_t n;
            char trailer[8];
        } notice;
    } m;
    check("task_set_special_port",
          task_set_special_port(SELF, TASK_BOOTSTRAP_PORT, port));
    pid_t pid = fork();
    if (pid == 0)
        child();
    check("receive", mach_msg(&m.right.head, MACH_RCV_MSG, 0, sizeof m.right,
                              port, 0, MACH_PORT_NULL));
    mach_port_t its = m.right.port.name;
    printf("notices: a child's port has the name 0x%x here\n", (unsigned)its);
    check("mach_port_request_notification",
          mach_port_request_notification(SELF, its, MACH_NOTIFY_DEAD_NAME, 0,
                                         port, MACH_MSG_TYPE_MAKE_SEND_ONCE,
                                         &previous));
    kill(pid, SIGKILL);
    check("receive", mach_msg(&m.notice.n.not_header, MACH_RCV_MSG, 0,
                              sizeof m.notice, port, 0, MACH_PORT_NULL));
    printf("  the child was killed: message %d, name 0x%x is dead\n",
           (int)m.notice.n.not_header.msgh_id,
           (unsigned)m.notice.n.not_port_or_count);
    printf("  a message to it: %s\n", mach_error_string(send(its, "?")));
    waitpid(pid, NULL, 0);
    check("task_set_special_port",
          task_set_special_port(SELF, TASK_BOOTSTRAP_PORT, MACH_PORT_NULL));
    check("mach_port_destroy", mach_port_destroy(SELF, its));
    check("mach_port_destroy", mach_port_destroy(SELF, port));
}

int main(void)
{
    rights();
    queue();
    port_set();
    fflush(stdout);
    notices();
    return 0;
}
