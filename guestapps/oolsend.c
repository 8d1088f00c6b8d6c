/*
 * oolsend.c - memory out of line: what it costs to send a region in a message.
 *
 *   oolsend [BYTES]        at most 1 MiB, 64 KiB if not said
 *
 * A parent sends the region three times to its child, which reads one byte of
 * each page, writes one byte and answers:
 *
 *   copied     MACH_MSG_PHYSICAL_COPY: every byte goes through the kernel
 *   virtual    MACH_MSG_VIRTUAL_COPY: the frames themselves go; whoever writes
 *              first, here or there, gets a copy of that one page
 *   moved      deallocate: the pages leave this space
 *
 * Watch: in the trace of `oolsend` the first send has copyin lines of whole
 * pages; the second has map lines, the sender's own pages losing their w, and
 * the receive maps the same frames; the child's write is a page fault that
 * copies. The third has unmap lines, and what was there is gone: reading it
 * would be the end of this program.
 */
#include <mach/mach.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include "program.h"

#define PAGE          4096
#define BYTES_DEFAULT (64 << 10)
#define BYTES_MAX     (1 << 20)

struct parcel {
    mach_msg_header_t head;
    mach_msg_body_t body;
    mach_msg_ool_descriptor_t memory;
    char trailer[8];
};
#define PARCEL_BYTES offsetof(struct parcel, trailer)

static void check(const char *what, kern_return_t kr)
{
    if (kr == KERN_SUCCESS)
        return;
    fprintf(stderr, "oolsend: %s: %s\n", what, mach_error_string(kr));
    exit(1);
}

/* Reads a byte of every page, writes one, and says what it saw. */
static int look_at(char *bytes, size_t n)
{
    int sum = 0;
    for (size_t i = 0; i < n; i += PAGE)
        sum += bytes[i];
    bytes[0] = 'w';
    return sum;
}

/* The child: each region is looked at and given up; the reply's id is the
 * sum. Message 0 ends it. */
static _Noreturn void look_at_parcels(void)
{
    mach_port_t port, self = mach_task_self();
    struct parcel p = {
        .head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSG_TYPE_COPY_SEND,
                 .msgh_remote_port = bootstrap_port},
        .body = {1}};
    check("mach_port_allocate",
          mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &port));
    mach_msg_port_descriptor_t mine = {.name = port,
                                       .disposition = MACH_MSG_TYPE_MAKE_SEND};
    memcpy(&p.memory, &mine, sizeof mine);
    check("hello", mach_msg(&p.head, MACH_SEND_MSG, PARCEL_BYTES, 0,
                            MACH_PORT_NULL, 0, MACH_PORT_NULL));
    for (;;) {
        check("receive", mach_msg(&p.head, MACH_RCV_MSG, 0, sizeof p, port, 0,
                                  MACH_PORT_NULL));
        if (p.head.msgh_id == 0)
            _exit(0);
        mach_msg_header_t reply = {
            .msgh_bits = MACH_MSG_TYPE_MOVE_SEND_ONCE,
            .msgh_size = sizeof reply,
            .msgh_remote_port = p.head.msgh_remote_port,
            .msgh_id = look_at((char *)p.memory.address, p.memory.size)};
        check("vm_deallocate",
              vm_deallocate(self, (void *)p.memory.address, p.memory.size));
        check("reply", mach_msg_send(&reply));
    }
}

static uint64_t nanoseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int send(mach_port_t to, int id, char *bytes, size_t n, bool moved,
                bool virtual_copy)
{
    struct parcel p = {
        .head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX |
                              MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                             MACH_MSG_TYPE_MAKE_SEND_ONCE),
                 .msgh_remote_port = to,
                 .msgh_local_port = mig_get_reply_port(),
                 .msgh_id = id},
        .body = {1},
        .memory = {.address = (uint64_t)bytes,
                   .deallocate = moved,
                   .copy = virtual_copy,
                   .type = MACH_MSG_OOL_DESCRIPTOR,
                   .size = (uint32_t)n}};
    check("send",
          mach_msg(&p.head, MACH_SEND_MSG | MACH_RCV_MSG, PARCEL_BYTES,
                   sizeof p, p.head.msgh_local_port, 0, MACH_PORT_NULL));
    return p.head.msgh_id;
}

/* The child's port comes in its first message to ours. */
static mach_port_t start_child(pid_t *pid)
{
    mach_port_t port, self = mach_task_self();
    struct parcel p;
    mach_msg_port_descriptor_t its;
    check("mach_port_allocate",
          mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &port));
    check("mach_port_insert_right",
          mach_port_insert_right(self, port, port, MACH_MSG_TYPE_MAKE_SEND));
    check("task_set_special_port",
          task_set_special_port(self, TASK_BOOTSTRAP_PORT, port));
    *pid = fork();
    if (*pid < 0)
        exit(complain("oolsend", "fork"));
    if (*pid == 0)
        look_at_parcels();
    check("receive", mach_msg(&p.head, MACH_RCV_MSG, 0, sizeof p, port, 0,
                              MACH_PORT_NULL));
    memcpy(&its, &p.memory, sizeof its);
    return its.name;
}

int main(int argc, char **argv)
{
    static const char *const way[] = {"copied", "virtual", "moved"};
    size_t n = BYTES_DEFAULT;
    char *bytes, *end = "";
    pid_t pid;
    if (argc == 2)
        n = strtoul(argv[1], &end, 10);
    if (argc > 2 || *end != '\0' || n < 1 || n > BYTES_MAX)
        return usage("oolsend [BYTES], 1 to 1048576");
    mach_port_t to = start_child(&pid);
    check("vm_allocate", vm_allocate(mach_task_self(), &bytes, n));
    memset(bytes, 1, n);
    for (int i = 0; i < 3; i++) {
        uint64_t start = nanoseconds();
        int sum = send(to, i + 1, bytes, n, i == 2, i != 0);
        uint64_t took = nanoseconds() - start;
        printf("%-8s %zu bytes, %d pages seen%s\n", way[i], n, sum,
               i == 2 || bytes[0] == 1 ? "" : ", and changed here");
        if (getenv("TIME"))
            printf("         %u us\n", (unsigned)(took / 1000));
    }
    mach_msg_header_t end_it = {.msgh_bits = MACH_MSG_TYPE_COPY_SEND,
                                .msgh_size = sizeof end_it,
                                .msgh_remote_port = to};
    check("end", mach_msg_send(&end_it));
    return waitpid(pid, NULL, 0) == pid ? 0 : complain("oolsend", "waitpid");
}
