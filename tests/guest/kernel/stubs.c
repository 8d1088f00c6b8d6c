/*
 * stubs.c - generated stubs against messages that are not as the interface
 * says: the server's side by itself, without a crossing, and the client's side
 * against a server that answers nonsense.
 */
#include "check.h"

#include <mach/mach.h>
#include "lab.h"

static int called; /* routines that got through the checks */

kern_return_t do_lab_null(mach_port_t s)
{
    return called++, (void)s, KERN_SUCCESS;
}
kern_return_t do_lab_add(mach_port_t s, int a, int b, int *sum)
{
    (void)s;
    called++;
    *sum = a + b;
    return KERN_SUCCESS;
}
kern_return_t do_lab_poke(mach_port_t s, const char *data, uint32_t n)
{
    return called++, (void)s, (void)data, (void)n, KERN_SUCCESS;
}
kern_return_t do_lab_poked(mach_port_t s, int *times, int *bytes)
{
    return called++, (void)s, *times = *bytes = 0;
}
kern_return_t do_lab_upper(mach_port_t s, char *text)
{
    (void)s;
    called++;
    memset(text, 'x', 64); /* no NUL: the stub must not send that */
    return KERN_SUCCESS;
}
kern_return_t do_lab_digest(mach_port_t s, const char *d, uint32_t n,
                            uint32_t *out)
{
    return called++, (void)s, (void)d, (void)n, (void)out, KERN_SUCCESS;
}
kern_return_t do_lab_reverse(mach_port_t s, const char *d, uint32_t n,
                             char *back, uint32_t *backCnt)
{
    (void)s, (void)d, (void)n, (void)back;
    called++;
    *backCnt = 257; /* one too many */
    return KERN_SUCCESS;
}
kern_return_t do_lab_counter(mach_port_t s, mach_port_t *p)
{
    return called++, (void)s, *p = MACH_PORT_NULL, KERN_SUCCESS;
}
kern_return_t do_lab_checksum(mach_port_t s, char *p, uint32_t n, uint64_t *sum)
{
    return called++, (void)s, (void)p, (void)n, *sum = 0, KERN_SUCCESS;
}
kern_return_t do_lab_pages(mach_port_t s, int count, char **p, uint32_t *n)
{
    return called++, (void)s, (void)count, *p = NULL, *n = 0, KERN_SUCCESS;
}

union message {
    mach_msg_header_t head;
    mig_reply_error_t reply;
    uint32_t word[120]; /* 6: NDR or count; behind it the arguments */
};

/* A request with these words behind the header; what the server says. */
static kern_return_t request(int id, unsigned bits, unsigned size,
                             const uint32_t *word, unsigned n)
{
    static union message in, out;
    memset(&in, 0, sizeof in);
    memset(&out, 0xee, sizeof out);
    in.head = (mach_msg_header_t){.msgh_bits = bits | 18,
                                  .msgh_size = size,
                                  .msgh_remote_port = 0x503,
                                  .msgh_id = id};
    memcpy(in.word + 6, word, n * sizeof *word);
    called = 0;
    EQUAL(lab_server(&in.head, &out.head),
          id >= 7000 && id < 7011 && id != 7004);
    EQUAL(out.head.msgh_id, id + 100);
    EQUAL(out.head.msgh_remote_port, 0x503);
    EQUAL(MACH_MSGH_BITS_REMOTE(out.head.msgh_bits), 18);
    if (out.reply.RetCode)
        EQUAL(out.head.msgh_size, 36);
    return out.reply.RetCode;
}
#define WORDS(...)                                                             \
    (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / 4

static void the_server_checks_requests(void)
{
    const unsigned complex = MACH_MSGH_BITS_COMPLEX;
    EQUAL(request(7001, 0, 40, WORDS(0, 1, 40, 2)), KERN_SUCCESS);
    EQUAL(called, 1);
    EQUAL(request(6999, 0, 40, WORDS(0, 1)), MIG_BAD_ID);
    EQUAL(request(7004, 0, 40, WORDS(0, 1)), MIG_BAD_ID);
    EQUAL(request(7011, 0, 40, WORDS(0, 1)), MIG_BAD_ID);
    for (unsigned size = 24; size <= 60; size += 4)
        if (size != 40)
            EQUAL(request(7001, 0, size, WORDS(0, 1)), MIG_BAD_ARGUMENTS);
    EQUAL(request(7001, complex, 40, WORDS(0, 1)), MIG_BAD_ARGUMENTS);
    EQUAL(request(7001, 0, 40, WORDS(0, 0)), MIG_BAD_ARGUMENTS); /* NDR */
    EQUAL(request(7001, 0, 40, WORDS(1, 1)), MIG_BAD_ARGUMENTS);
    EQUAL(called, 0);
    /* a variable array: its count, and the size that follows from it */
    EQUAL(request(7002, 0, 40, WORDS(0, 1, 4)), MIG_NO_REPLY);
    EQUAL(request(7002, 0, 40, WORDS(0, 1, 1)), MIG_NO_REPLY);
    EQUAL(called, 1);
    EQUAL(request(7002, 0, 40, WORDS(0, 1, 0)), MIG_BAD_ARGUMENTS);
    EQUAL(request(7002, 0, 40, WORDS(0, 1, 5)), MIG_BAD_ARGUMENTS);
    EQUAL(request(7002, 0, 296, WORDS(0, 1, 257)), MIG_BAD_ARGUMENTS);
    EQUAL(request(7002, 0, 40, WORDS(0, 1, 0xffffffff)), MIG_BAD_ARGUMENTS);
    EQUAL(request(7002, 0, 40, WORDS(0, 1, 0xfffffffd)), MIG_BAD_ARGUMENTS);
    /* a string: its NUL must be its last byte, and only there */
    EQUAL(request(7005, 0, 40, WORDS(0, 1, 4, 0x61616161)), MIG_BAD_ARGUMENTS);
    EQUAL(request(7005, 0, 40, WORDS(0, 1, 4, 0x00610061)), MIG_BAD_ARGUMENTS);
    EQUAL(request(7005, 0, 36, WORDS(0, 1, 0)), MIG_BAD_ARGUMENTS);
    EQUAL(called, 0);
    EQUAL(request(7005, 0, 40, WORDS(0, 1, 4, 0x00616161)),
          MIG_ARRAY_TOO_LARGE); /* what the routine made of it */
    EQUAL(request(7007, 0, 36, WORDS(0, 1, 0)), MIG_ARRAY_TOO_LARGE);
    EQUAL(called, 1);
    /* memory: count, then address, flags and type, size; then NDR */
    EQUAL(request(7009, complex, 52, WORDS(1, 0, 0, 1 << 24, 0, 0, 1)), 0);
    EQUAL(called, 1);
    EQUAL(request(7009, 0, 52, WORDS(1, 0, 0, 1 << 24, 0, 0, 1)),
          MIG_BAD_ARGUMENTS);
    EQUAL(request(7009, complex, 52, WORDS(2, 0, 0, 1 << 24, 0, 0, 1)),
          MIG_BAD_ARGUMENTS);
    EQUAL(request(7009, complex, 52, WORDS(1, 0, 0, 0, 0, 0, 1)),
          MIG_BAD_ARGUMENTS);
}

/* ---- The client's side ---- */

static mach_port_t bad_server;

/* Answers each request with the next wrong reply. */
static void answer_nonsense(long unused)
{
    static const struct {
        int id;
        unsigned bits, size;
        kern_return_t code;
    } wrong[] = {{7101, 0, 36, 0},  /* the value is missing */
                 {7101, 0, 44, 0},  /* there is more */
                 {7101, 0, 32, 0},  /* not even a code */
                 {7101, 0, 40, 17}, /* an error with a value */
                 {7102, 0, 40, 0},  /* another routine's */
                 {7101, MACH_MSGH_BITS_COMPLEX, 40, 0},
                 {7101, 0, 36, 17}}; /* a good error */
    (void)unused;
    mach_port_t port, to = bootstrap_port;
    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port);
    struct {
        mach_msg_header_t head;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
    } hello = {.head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX | 19,
                        .msgh_size = sizeof hello,
                        .msgh_remote_port = to},
               .body = {1},
               .port = {.name = port, .disposition = MACH_MSG_TYPE_MAKE_SEND}};
    mach_msg_send(&hello.head);
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        union message m;
        mach_msg(&m.head, MACH_RCV_MSG, 0, sizeof m, port, 0, 0);
        m.head.msgh_bits = 18 | wrong[i].bits;
        m.head.msgh_local_port = 0;
        m.head.msgh_size = wrong[i].size;
        m.head.msgh_id = wrong[i].id;
        m.reply.NDR = NDR_record;
        if (wrong[i].bits)
            m.word[6] = 0; /* complex, with nothing */
        m.reply.RetCode = wrong[i].code;
        mach_msg_send(&m.head);
    }
    union message last; /* a request that is never answered */
    mach_msg(&last.head, MACH_RCV_MSG, 0, sizeof last, port, 0, 0);
}

static void the_client_checks_replies(void)
{
    static const kern_return_t want[] = {
        MIG_TYPE_ERROR,     MACH_RCV_TOO_LARGE, MIG_TYPE_ERROR,
        MIG_TYPE_ERROR,     MIG_REPLY_MISMATCH, MIG_TYPE_ERROR,
        KERN_INVALID_RIGHT, MIG_SERVER_DIED,    MACH_SEND_INVALID_DEST};
    mach_port_t port, self = mach_task_self();
    struct {
        mach_msg_header_t head;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
        char trailer[8];
    } hello;
    mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &port);
    mach_port_insert_right(self, port, port, MACH_MSG_TYPE_MAKE_SEND);
    task_set_special_port(self, TASK_BOOTSTRAP_PORT, port);
    fflush(stdout);
    if (fork() == 0) {
        answer_nonsense(0);
        _exit(0);
    }
    EQUAL(mach_msg(&hello.head, MACH_RCV_MSG, 0, sizeof hello, port, 0, 0), 0);
    bad_server = hello.port.name;
    for (unsigned i = 0; i < sizeof want / sizeof want[0]; i++) {
        int sum = 0;
        EQUAL(lab_add(bad_server, 1, 2, &sum), want[i]);
    }
    int status;
    TRUE(wait(&status) > 0 && status == 0);
}

int main(void)
{
    the_server_checks_requests();
    the_client_checks_replies();
    return check_end("stubs");
}
