/*
 * ports.c - Mach ports: rights and their counting, names, messages, queue
 * limits, sets, notices, rights and memory that travel, peers that die, random
 * calls from several processes; and that nothing
 * of it is lost: memory and processes are as before at the end.
 */
#include "check.h"

#include <mach/mach.h>
#include <signal.h>

#define TASK mach_task_self()

struct note {
    mach_msg_header_t head;
    uint32_t word[4];
    uint8_t trailer[68];
};
#define NOTE_SIZE offsetof(struct note, trailer)

struct parcel { /* one right */
    mach_msg_header_t head;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port;
    uint8_t trailer[68];
};
#define PARCEL_SIZE offsetof(struct parcel, trailer)

static mach_port_t port_new(void)
{
    mach_port_t p = MACH_PORT_NULL;
    EQUAL(mach_port_allocate(TASK, MACH_PORT_RIGHT_RECEIVE, &p), KERN_SUCCESS);
    return p;
}

static mach_port_t port_with_send(void)
{
    mach_port_t p = port_new();
    EQUAL(mach_port_insert_right(TASK, p, p, MACH_MSG_TYPE_MAKE_SEND), 0);
    return p;
}

static long refs(mach_port_t p, mach_port_right_t right)
{
    uint32_t n = 99;
    kern_return_t kr = mach_port_get_refs(TASK, p, right, &n);
    return kr ? -(long)kr : (long)n;
}

static void drop_receive(mach_port_t p)
{
    EQUAL(mach_port_mod_refs(TASK, p, MACH_PORT_RIGHT_RECEIVE, -1), 0);
}

static mach_msg_return_t send_to(mach_port_t to, unsigned how, uint32_t value,
                                 mach_msg_option_t more, unsigned timeout)
{
    struct note n = {.head = {.msgh_bits = MACH_MSGH_BITS(how, 0),
                              .msgh_size = NOTE_SIZE,
                              .msgh_remote_port = to,
                              .msgh_id = 500},
                     .word = {value}};
    return mach_msg(&n.head, MACH_SEND_MSG | more, NOTE_SIZE, 0, 0, timeout, 0);
}

static mach_msg_return_t receive(mach_port_t from, void *buffer, size_t size,
                                 mach_msg_option_t more)
{
    return mach_msg(buffer, MACH_RCV_MSG | MACH_RCV_TIMEOUT | more, 0,
                    (mach_msg_size_t)size, from, 0, 0);
}

static mach_msg_return_t send_right(mach_port_t to, mach_port_t right,
                                    unsigned disposition)
{
    struct parcel m = {
        .head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX |
                              MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                 .msgh_remote_port = to},
        .body = {1},
        .port = {.name = right, .disposition = (uint8_t)disposition}};
    return mach_msg(&m.head, MACH_SEND_MSG, PARCEL_SIZE, 0, 0, 0, 0);
}

/* ---- Names and counts ---- */

static void names_have_generations(void)
{
    mach_port_t first = port_new(), again;
    EQUAL(MACH_PORT_GEN(first) & 3, 3);
    EQUAL(mach_port_destroy(TASK, first), 0);
    EQUAL(mach_port_destroy(TASK, first), KERN_INVALID_NAME);
    for (int i = 1; i <= 64; i++) {
        again = port_new();
        EQUAL(MACH_PORT_INDEX(again), MACH_PORT_INDEX(first));
        EQUAL(again, i < 64
                         ? first - MACH_PORT_GEN(first) +
                               ((MACH_PORT_GEN(first) + 4u * (unsigned)i) & 255)
                         : first);
        EQUAL(mach_port_destroy(TASK, again), 0);
    }
}

static void references_are_counted(void)
{
    mach_port_t p = port_new();
    EQUAL(refs(p, MACH_PORT_RIGHT_RECEIVE), 1);
    EQUAL(refs(p, MACH_PORT_RIGHT_SEND), 0);
    EQUAL(mach_port_insert_right(TASK, p, p, MACH_MSG_TYPE_COPY_SEND),
          KERN_INVALID_RIGHT);
    EQUAL(mach_port_insert_right(TASK, p, p, MACH_MSG_TYPE_MAKE_SEND), 0);
    EQUAL(mach_port_insert_right(TASK, p, p, MACH_MSG_TYPE_MAKE_SEND), 0);
    EQUAL(mach_port_insert_right(TASK, p, p, MACH_MSG_TYPE_COPY_SEND), 0);
    EQUAL(mach_port_insert_right(TASK, p, p, MACH_MSG_TYPE_MOVE_SEND), 0);
    EQUAL(refs(p, MACH_PORT_RIGHT_SEND), 3);
    EQUAL(mach_port_mod_refs(TASK, p, MACH_PORT_RIGHT_SEND, 65533),
          KERN_UREFS_OVERFLOW);
    EQUAL(mach_port_mod_refs(TASK, p, MACH_PORT_RIGHT_SEND, 65532), 0);
    EQUAL(mach_port_insert_right(TASK, p, p, MACH_MSG_TYPE_MAKE_SEND),
          KERN_UREFS_OVERFLOW);
    EQUAL(mach_port_mod_refs(TASK, p, MACH_PORT_RIGHT_SEND, -65532), 0);
    EQUAL(mach_port_mod_refs(TASK, p, MACH_PORT_RIGHT_SEND, -4),
          KERN_INVALID_VALUE);
    EQUAL(mach_port_mod_refs(TASK, p, MACH_PORT_RIGHT_RECEIVE, 1),
          KERN_INVALID_VALUE);
    EQUAL(mach_port_mod_refs(TASK, p, MACH_PORT_RIGHT_SEND_ONCE, -1),
          KERN_INVALID_RIGHT);
    EQUAL(mach_port_mod_refs(TASK, p, 5, -1), KERN_INVALID_VALUE);
    /* Without the receiver its own name is a dead one, counted as before. */
    drop_receive(p);
    EQUAL(refs(p, MACH_PORT_RIGHT_SEND), 0);
    EQUAL(refs(p, MACH_PORT_RIGHT_DEAD_NAME), 3);
    EQUAL(mach_port_deallocate(TASK, p), 0);
    EQUAL(mach_port_mod_refs(TASK, p, MACH_PORT_RIGHT_DEAD_NAME, -2), 0);
    EQUAL(mach_port_deallocate(TASK, p), KERN_INVALID_NAME);
}

static void bad_names_are_refused(void)
{
    mach_port_t p = port_with_send(), set, task = TASK;
    uint32_t n;
    EQUAL(mach_port_allocate(task, MACH_PORT_RIGHT_PORT_SET, &set), 0);
    EQUAL(mach_port_allocate(task, MACH_PORT_RIGHT_SEND, &n),
          KERN_INVALID_VALUE);
    EQUAL(mach_port_allocate(task, MACH_PORT_RIGHT_RECEIVE, (void *)8),
          KERN_INVALID_ADDRESS);
    EQUAL(mach_port_allocate(p, MACH_PORT_RIGHT_RECEIVE, &n),
          KERN_INVALID_TASK);
    mach_port_t bad[] = {0, MACH_PORT_DEAD, p + 4,     p - 4, p + 256 * 100,
                         3, 170 << 8 | 3,   0xffffff03};
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        EQUAL(mach_port_deallocate(task, bad[i]), KERN_INVALID_NAME);
        EQUAL(mach_port_insert_right(task, bad[i], bad[i],
                                     MACH_MSG_TYPE_MAKE_SEND),
              KERN_INVALID_NAME);
        EQUAL(mach_port_get_refs(task, bad[i], 0, &n), KERN_INVALID_NAME);
        EQUAL(mach_port_set_qlimit(task, bad[i], 1), KERN_INVALID_NAME);
        EQUAL(mach_port_move_member(task, bad[i], set), KERN_INVALID_NAME);
        EQUAL(send_to(bad[i], MACH_MSG_TYPE_COPY_SEND, 0, 0, 0),
              MACH_SEND_INVALID_DEST);
        struct note got;
        EQUAL(receive(bad[i], &got, sizeof got, 0), MACH_RCV_INVALID_NAME);
    }
    EQUAL(mach_port_set_qlimit(task, p, 0), KERN_INVALID_VALUE);
    EQUAL(mach_port_set_qlimit(task, p, 1025), KERN_INVALID_VALUE);
    EQUAL(mach_port_set_qlimit(task, set, 1), KERN_INVALID_RIGHT);
    EQUAL(mach_port_move_member(task, set, set), KERN_INVALID_RIGHT);
    EQUAL(mach_port_move_member(task, p, p), KERN_INVALID_RIGHT);
    EQUAL(mach_port_move_member(task, p, 0), KERN_NOT_IN_SET);
    EQUAL(mach_port_get_refs(task, p, 0, (void *)8), KERN_INVALID_ADDRESS);
    EQUAL(send_to(set, MACH_MSG_TYPE_COPY_SEND, 0, 0, 0),
          MACH_SEND_INVALID_DEST);
    EQUAL(mach_port_destroy(task, p), 0);
    EQUAL(mach_port_destroy(task, set), 0);
}

static void the_name_table_fills_up(void)
{
    mach_port_t p[200], more;
    int n = 0;
    while (n < 200 && mach_port_allocate(TASK, MACH_PORT_RIGHT_RECEIVE,
                                         &p[n]) == KERN_SUCCESS)
        n++;
    TRUE(n > 100 && n < 200);
    EQUAL(mach_port_allocate(TASK, MACH_PORT_RIGHT_RECEIVE, &more),
          KERN_NO_SPACE);
    /* A message whose right has no place: the rest arrives. */
    mach_port_t to = p[0];
    EQUAL(mach_port_insert_right(TASK, to, to, MACH_MSG_TYPE_MAKE_SEND), 0);
    EQUAL(send_right(to, to, MACH_MSG_TYPE_MAKE_SEND_ONCE), 0);
    struct parcel got;
    EQUAL(receive(to, &got, sizeof got, 0),
          MACH_RCV_BODY_ERROR | MACH_MSG_IPC_SPACE);
    EQUAL(got.port.name, MACH_PORT_NULL);
    struct note note; /* ... and its owner is told that it was not used */
    EQUAL(receive(to, &note, sizeof note, 0), 0);
    EQUAL(note.head.msgh_id, MACH_NOTIFY_SEND_ONCE);
    while (n > 0)
        EQUAL(mach_port_destroy(TASK, p[--n]), 0);
}

/* ---- Messages ---- */

static void a_message_arrives_with_a_trailer(void)
{
    mach_port_t p = port_with_send();
    struct note got;
    for (uint32_t i = 0; i < 3; i++)
        EQUAL(send_to(p, MACH_MSG_TYPE_COPY_SEND, 70 + i, 0, 0), 0);
    static const uint32_t bytes[] = {8, 12, 20, 52};
    for (unsigned i = 0; i < 3; i++) {
        memset(&got, 0xee, sizeof got);
        EQUAL(receive(p, &got, sizeof got, MACH_RCV_TRAILER_ELEMENTS(i + 1)),
              0);
        EQUAL(got.word[0], 70 + i);
        EQUAL(got.head.msgh_size, NOTE_SIZE);
        EQUAL(got.head.msgh_id, 500);
        EQUAL(got.head.msgh_local_port, p);
        EQUAL(got.head.msgh_remote_port, 0);
        EQUAL(got.head.msgh_bits, MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND));
        mach_msg_audit_trailer_t t;
        memcpy(&t, got.trailer, sizeof t);
        EQUAL(t.msgh_trailer_type, 0);
        EQUAL(t.msgh_trailer_size, bytes[i + 1]);
        EQUAL(t.msgh_seqno, i);
        EQUAL(got.trailer[bytes[i + 1]], 0xee);
        if (i == 2)
            EQUAL(t.msgh_audit.val[5], getpid());
    }
    EQUAL(receive(p, &got, sizeof got, MACH_RCV_TRAILER_ELEMENTS(4)),
          MACH_RCV_INVALID_TRAILER);
    EQUAL(receive(p, &got, sizeof got, 0), MACH_RCV_TIMED_OUT);
    EQUAL(mach_port_destroy(TASK, p), 0);
}

static void too_small_a_buffer(void)
{
    mach_port_t p = port_with_send();
    struct note got = {0};
    send_to(p, MACH_MSG_TYPE_COPY_SEND, 5, 0, 0);
    EQUAL(receive(p, &got, NOTE_SIZE + 7, MACH_RCV_LARGE), MACH_RCV_TOO_LARGE);
    EQUAL(got.head.msgh_size, NOTE_SIZE);
    EQUAL(got.head.msgh_id, 500);
    EQUAL(receive(p, &got, 0, MACH_RCV_LARGE), MACH_RCV_TOO_LARGE);
    EQUAL(receive(p, (void *)8, sizeof got, 0), MACH_RCV_INVALID_DATA);
    EQUAL(receive(p, (void *)-64l, sizeof got, 0), MACH_RCV_INVALID_DATA);
    EQUAL(receive(p, &got, NOTE_SIZE + 8, MACH_RCV_LARGE), 0); /* it stayed */
    EQUAL(got.word[0], 5);
    send_to(p, MACH_MSG_TYPE_COPY_SEND, 6, 0, 0);
    EQUAL(receive(p, &got, NOTE_SIZE, 0), MACH_RCV_TOO_LARGE);
    EQUAL(receive(p, &got, sizeof got, 0), MACH_RCV_TIMED_OUT); /* gone */
    EQUAL(mach_port_destroy(TASK, p), 0);
}

static void hostile_headers(void)
{
    mach_port_t p = port_with_send();
    static char raw[8192] __attribute__((aligned(4096)));
    mach_msg_header_t good = {.msgh_bits =
                                  MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                              .msgh_size = 24,
                              .msgh_remote_port = p};
    mach_msg_header_t *h = (mach_msg_header_t *)raw;
#define SEND(size) mach_msg(h, MACH_SEND_MSG, size, 0, 0, 0, 0)
#define BAD(change, error)                                                     \
    do {                                                                       \
        *h = good;                                                             \
        change;                                                                \
        EQUAL(SEND(24), error);                                                \
    } while (0)
    BAD(h->msgh_bits = 0, MACH_SEND_INVALID_HEADER);
    BAD(h->msgh_bits |= 0x40000000, MACH_SEND_INVALID_HEADER);
    BAD(h->msgh_bits |= 17 << 16, MACH_SEND_INVALID_HEADER);
    BAD(h->msgh_voucher_port = 1, MACH_SEND_INVALID_HEADER);
    BAD(h->msgh_bits = 16, MACH_SEND_INVALID_HEADER); /* MOVE_RECEIVE */
    BAD(h->msgh_bits = 22, MACH_SEND_INVALID_HEADER);
    BAD(h->msgh_bits |= 16 << 8, MACH_SEND_INVALID_HEADER);
    BAD(h->msgh_local_port = p, MACH_SEND_INVALID_HEADER);
    BAD(h->msgh_bits |= MACH_MSG_TYPE_MAKE_SEND_ONCE << 8,
        MACH_SEND_INVALID_REPLY);
    BAD((h->msgh_bits |= MACH_MSG_TYPE_MAKE_SEND_ONCE << 8,
         h->msgh_local_port = p + 4),
        MACH_SEND_INVALID_REPLY);
    BAD((h->msgh_bits =
             MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND, MACH_MSG_TYPE_MOVE_SEND),
         h->msgh_local_port = p),
        MACH_SEND_INVALID_REPLY);
    EQUAL(refs(p, MACH_PORT_RIGHT_SEND), 1); /* both or neither */
    BAD(h->msgh_bits |= MACH_MSGH_BITS_COMPLEX, MACH_SEND_MSG_TOO_SMALL);
    *h = good;
    for (mach_msg_size_t n = 0; n < 24; n++)
        EQUAL(SEND(n), MACH_SEND_MSG_TOO_SMALL);
    EQUAL(SEND(25), MACH_SEND_MSG_TOO_SMALL);
    EQUAL(SEND(SALLYPORT_MSG_MAX + 4), MACH_SEND_TOO_LARGE);
    EQUAL(SEND(0xfffffffc), MACH_SEND_TOO_LARGE);
    EQUAL(SEND(SALLYPORT_MSG_MAX), 0);
    h = (void *)8;
    EQUAL(SEND(24), MACH_SEND_INVALID_DATA);
    h = (void *)0xffffffc080200000;
    EQUAL(SEND(24), MACH_SEND_INVALID_DATA);
    h = (void *)(0x4000000000 - 12);
    EQUAL(SEND(24), MACH_SEND_INVALID_DATA);
    h = (void *)(raw + 4096 - 13); /* misaligned and across two pages */
    memcpy(h, &good, sizeof good);
    EQUAL(SEND(24), 0);
    static char big[SALLYPORT_MSG_MAX + 8];
    EQUAL(receive(p, big, sizeof big, 0), 0);
    EQUAL(receive(p, big, sizeof big, 0), 0);
    EQUAL(receive(p, big, sizeof big, 0), MACH_RCV_TIMED_OUT);
    EQUAL(mach_port_destroy(TASK, p), 0);
}

static void hostile_bodies(void)
{
    mach_port_t p = port_with_send();
    static union {
        struct parcel m;
        char bytes[4096];
    } room;
#define m room.m
    struct parcel good = {
        .head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX |
                              MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                 .msgh_remote_port = p},
        .body = {1},
        .port = {.name = p, .disposition = MACH_MSG_TYPE_COPY_SEND}};
#define BODY(change, size, error)                                              \
    do {                                                                       \
        m = good;                                                              \
        change;                                                                \
        EQUAL(mach_msg(&m.head, MACH_SEND_MSG, size, 0, 0, 0, 0), error);      \
    } while (0)
    BODY(m.body.msgh_descriptor_count = 9, 4096 - 4, MACH_SEND_TOO_LARGE);
    BODY(m.body.msgh_descriptor_count = 0xffffffff, PARCEL_SIZE,
         MACH_SEND_TOO_LARGE);
    BODY(m.body.msgh_descriptor_count = 2, PARCEL_SIZE,
         MACH_SEND_MSG_TOO_SMALL);
    BODY(, PARCEL_SIZE - 4, MACH_SEND_MSG_TOO_SMALL);
    BODY(m.port.type = 3, PARCEL_SIZE, MACH_SEND_INVALID_TYPE);
    BODY(m.port.type = 255, PARCEL_SIZE, MACH_SEND_INVALID_TYPE);
    BODY(m.port.disposition = 0, PARCEL_SIZE, MACH_SEND_INVALID_TYPE);
    BODY(m.port.disposition = 22, PARCEL_SIZE, MACH_SEND_INVALID_TYPE);
    BODY(m.port.disposition = 255, PARCEL_SIZE, MACH_SEND_INVALID_TYPE);
    BODY(m.port.name = p + 4, PARCEL_SIZE, MACH_SEND_INVALID_RIGHT);
    BODY(m.port.disposition = MACH_MSG_TYPE_MOVE_SEND_ONCE, PARCEL_SIZE,
         MACH_SEND_INVALID_RIGHT);
    BODY(m.port.disposition = MACH_MSG_TYPE_MOVE_RECEIVE, PARCEL_SIZE,
         MACH_SEND_INVALID_RIGHT); /* into its own queue */
    BODY(m.port.name = MACH_PORT_NULL, PARCEL_SIZE, 0);
    BODY(m.port.name = MACH_PORT_DEAD, PARCEL_SIZE, 0);
    BODY(m.body.msgh_descriptor_count = 0, PARCEL_SIZE, 0);
    EQUAL(refs(p, MACH_PORT_RIGHT_SEND), 1);
    EQUAL(receive(p, &m, sizeof m, 0), 0);
    EQUAL(m.port.name, MACH_PORT_NULL);
    EQUAL(mach_port_destroy(TASK, p), 0);
#undef m
}

static void queues_have_limits(void)
{
    mach_port_t p = port_with_send();
    struct note got;
    for (int i = 0; i < 5; i++)
        EQUAL(send_to(p, MACH_MSG_TYPE_COPY_SEND, 0, MACH_SEND_TIMEOUT, 0), 0);
    EQUAL(send_to(p, MACH_MSG_TYPE_COPY_SEND, 0, MACH_SEND_TIMEOUT, 0),
          MACH_SEND_TIMED_OUT);
    EQUAL(send_to(p, MACH_MSG_TYPE_MOVE_SEND, 0, MACH_SEND_TIMEOUT, 20),
          MACH_SEND_TIMED_OUT);
    EQUAL(refs(p, MACH_PORT_RIGHT_SEND), 1); /* nothing was taken */
    /* A send-once right needs no room. */
    EQUAL(send_to(p, MACH_MSG_TYPE_MAKE_SEND_ONCE, 0, MACH_SEND_TIMEOUT, 0), 0);
    EQUAL(mach_port_set_qlimit(TASK, p, 8), 0);
    EQUAL(send_to(p, MACH_MSG_TYPE_COPY_SEND, 0, MACH_SEND_TIMEOUT, 0), 0);
    for (int i = 0; i < 7; i++)
        EQUAL(receive(p, &got, sizeof got, 0), 0);
    EQUAL(receive(p, &got, sizeof got, 0), MACH_RCV_TIMED_OUT);
    EQUAL(mach_msg(&got.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof got, p,
                   20, 0),
          MACH_RCV_TIMED_OUT);
    EQUAL(mach_port_destroy(TASK, p), 0);
}

/* ---- Memory ---- */

struct bundle {
    mach_msg_header_t head;
    mach_msg_body_t body;
    mach_msg_ool_descriptor_t memory;
    uint8_t trailer[68];
};
#define BUNDLE_SIZE offsetof(struct bundle, trailer)

static mach_msg_return_t send_memory(mach_port_t to, const void *at,
                                     uint64_t size, bool moved, unsigned copy)
{
    struct bundle m = {
        .head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX |
                              MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                 .msgh_remote_port = to},
        .body = {1},
        .memory = {.address = (uint64_t)at,
                   .deallocate = moved,
                   .copy = (uint8_t)copy,
                   .type = MACH_MSG_OOL_DESCRIPTOR,
                   .size = (uint32_t)size}};
    return mach_msg(&m.head, MACH_SEND_MSG, BUNDLE_SIZE, 0, 0, 0, 0);
}

static char *receive_memory(mach_port_t from, uint32_t size)
{
    struct bundle m;
    EQUAL(receive(from, &m, sizeof m, 0), 0);
    EQUAL(m.memory.size, size);
    return (char *)m.memory.address;
}

static void hostile_memory(void)
{
    mach_port_t p = port_with_send();
    char *pages = NULL;
    EQUAL(vm_allocate(TASK, &pages, 4 * 4096), 0);
    memset(pages, 1, 4 * 4096);
    EQUAL(vm_deallocate(TASK, pages + 2 * 4096, 4096), 0); /* a hole */
    const struct {
        uint64_t at, size;
    } bad[] = {{0, 1},
               {8, 4096},
               {0x10000000, 10000},
               {0x80200000, 10000},
               {0x4000000000 - 4096, 8192},
               {0x3ffffffffe, 0xffffffff},
               {0x4000000000, 1},
               {0xffffffc080200000, 100000},
               {UINT64_MAX - 100, 200},
               {(uint64_t)pages, 4 * 4096},
               {(uint64_t)pages + 4096, 4097}};
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        for (unsigned how = 0; how < 4; how++) {
            mach_msg_return_t r = send_memory(p, (void *)bad[i].at, bad[i].size,
                                              how & 1, how >> 1);
            TRUE(r == MACH_SEND_INVALID_MEMORY || r == MACH_SEND_TOO_LARGE);
        }
    EQUAL(pages[4096], 1); /* all of it is still there */
    EQUAL(pages[3 * 4096], 1);
    EQUAL(send_memory(p, pages, 4096, false, 2), MACH_SEND_INVALID_TYPE);
    EQUAL(send_memory(p, pages, 4096, false, 255), MACH_SEND_INVALID_TYPE);
    EQUAL(send_memory(p, (void *)0x1000000, 509 * 4096, false, 1),
          MACH_SEND_TOO_LARGE);
    EQUAL(send_memory(p, NULL, 0, true, 1), 0);
    EQUAL((uint64_t)receive_memory(p, 0), 0);
    EQUAL(vm_deallocate(TASK, pages, 4 * 4096), 0);
    EQUAL(mach_port_destroy(TASK, p), 0);
}

/* Whatever the way, the receiver has the bytes as they were at the send. */
static void memory_arrives(uint32_t size, uint32_t offset, unsigned copy)
{
    mach_port_t p = port_with_send();
    char *pages = NULL;
    EQUAL(vm_allocate(TASK, &pages, size + offset), 0);
    for (uint32_t i = 0; i < size; i++)
        pages[offset + i] = (char)(i * 7);
    EQUAL(send_memory(p, pages + offset, size, false, copy), 0);
    pages[offset] = pages[offset + size - 1] = 99;
    char *got = receive_memory(p, size);
    TRUE(got != pages + offset);
    long wrong = 0;
    for (uint32_t i = 0; i < size; i++)
        wrong += got[i] != (char)(i * 7);
    EQUAL(wrong, 0);
    got[0] = 55;
    EQUAL(pages[offset], 99);
    /* Moved, and given back in pages. */
    EQUAL(send_memory(p, got, size, true, copy), 0);
    EQUAL(send_memory(p, got, size, false, copy), MACH_SEND_INVALID_MEMORY);
    got = receive_memory(p, size);
    EQUAL(got[0], 55);
    EQUAL(vm_deallocate(TASK, got, size), 0);
    EQUAL(vm_deallocate(TASK, pages, size + offset), 0);
    EQUAL(mach_port_destroy(TASK, p), 0);
}

static void memory_travels(void)
{
    static const uint32_t size[] = {1, 4095, 4096, 4097, 8192, 8193, 100000};
    for (unsigned i = 0; i < sizeof size / sizeof size[0]; i++)
        for (unsigned how = 0; how < 4; how++)
            memory_arrives(size[i], how & 1 ? 4000 : 0, how >> 1);
    /* Destroyed on the way: with its port. */
    mach_port_t p = port_with_send();
    static char data[20000];
    EQUAL(send_memory(p, data, sizeof data, false, 1), 0);
    EQUAL(send_memory(p, data, sizeof data, false, 0), 0);
    EQUAL(mach_port_destroy(TASK, p), 0);
    data[0] = 1;
}

/* ---- Sets ---- */

static void sets_serve_members_in_turn(void)
{
    mach_port_t a = port_with_send(), b = port_with_send(), set;
    struct note got;
    EQUAL(mach_port_allocate(TASK, MACH_PORT_RIGHT_PORT_SET, &set), 0);
    EQUAL(mach_port_move_member(TASK, a, set), 0);
    EQUAL(mach_port_move_member(TASK, b, set), 0);
    EQUAL(mach_port_move_member(TASK, b, set), 0);
    EQUAL(receive(a, &got, sizeof got, 0), MACH_RCV_IN_SET);
    for (int i = 0; i < 2; i++) {
        send_to(a, MACH_MSG_TYPE_COPY_SEND, 1, 0, 0);
        send_to(b, MACH_MSG_TYPE_COPY_SEND, 2, 0, 0);
    }
    for (int i = 0; i < 4; i++) {
        EQUAL(receive(set, &got, sizeof got, 0), 0);
        EQUAL(got.head.msgh_local_port, i % 2 ? b : a);
        EQUAL(got.word[0], 1 + i % 2);
    }
    EQUAL(receive(set, &got, sizeof got, 0), MACH_RCV_TIMED_OUT);
    send_to(a, MACH_MSG_TYPE_COPY_SEND, 3, 0, 0);
    EQUAL(mach_port_move_member(TASK, a, 0), 0);
    EQUAL(receive(set, &got, sizeof got, 0), MACH_RCV_TIMED_OUT);
    EQUAL(receive(a, &got, sizeof got, 0), 0);
    drop_receive(b); /* a member dies */
    EQUAL(receive(set, &got, sizeof got, 0), MACH_RCV_TIMED_OUT);
    EQUAL(mach_port_move_member(TASK, a, set), 0);
    EQUAL(mach_port_destroy(TASK, set), 0); /* the set dies; a lives */
    EQUAL(receive(a, &got, sizeof got, 0), MACH_RCV_TIMED_OUT);
    EQUAL(mach_port_destroy(TASK, a), 0);
    EQUAL(mach_port_destroy(TASK, b), 0); /* its dead name */
}

/* ---- Rights that travel ---- */

static void rights_travel(void)
{
    mach_port_t p = port_with_send(), q = port_with_send();
    struct parcel got;
    EQUAL(send_right(p, q, MACH_MSG_TYPE_COPY_SEND), 0);
    EQUAL(refs(q, MACH_PORT_RIGHT_SEND), 1);
    EQUAL(receive(p, &got, sizeof got, 0), 0);
    EQUAL(got.port.name, q); /* the same right has the same name */
    EQUAL(got.port.disposition, MACH_MSG_TYPE_PORT_SEND);
    EQUAL(refs(q, MACH_PORT_RIGHT_SEND), 2);
    EQUAL(send_right(p, q, MACH_MSG_TYPE_MOVE_SEND), 0);
    EQUAL(refs(q, MACH_PORT_RIGHT_SEND), 1);
    EQUAL(receive(p, &got, sizeof got, 0), 0);
    /* Each send-once right has a name of its own. */
    EQUAL(send_right(p, q, MACH_MSG_TYPE_MAKE_SEND_ONCE), 0);
    EQUAL(send_right(p, q, MACH_MSG_TYPE_MAKE_SEND_ONCE), 0);
    EQUAL(receive(p, &got, sizeof got, 0), 0);
    mach_port_t once = got.port.name;
    EQUAL(got.port.disposition, MACH_MSG_TYPE_PORT_SEND_ONCE);
    EQUAL(receive(p, &got, sizeof got, 0), 0);
    TRUE(once != got.port.name && once != q);
    EQUAL(send_to(once, MACH_MSG_TYPE_COPY_SEND, 0, 0, 0),
          MACH_SEND_INVALID_DEST);
    EQUAL(send_to(once, MACH_MSG_TYPE_MOVE_SEND_ONCE, 9, 0, 0), 0);
    EQUAL(send_to(once, MACH_MSG_TYPE_MOVE_SEND_ONCE, 9, 0, 0),
          MACH_SEND_INVALID_DEST);
    EQUAL(mach_port_deallocate(TASK, got.port.name), 0);
    struct note note;
    EQUAL(receive(q, &note, sizeof note, 0), 0);
    EQUAL(note.word[0], 9);
    EQUAL(receive(q, &note, sizeof note, 0), 0);
    EQUAL(note.head.msgh_id, MACH_NOTIFY_SEND_ONCE);
    EQUAL(note.head.msgh_bits, MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND_ONCE));
    /* A receive right travels with its queue. */
    EQUAL(send_to(q, MACH_MSG_TYPE_COPY_SEND, 11, 0, 0), 0);
    EQUAL(send_right(p, q, MACH_MSG_TYPE_MOVE_RECEIVE), 0);
    EQUAL(receive(q, &note, sizeof note, 0), MACH_RCV_INVALID_NAME);
    EQUAL(send_to(q, MACH_MSG_TYPE_COPY_SEND, 12, 0, 0), 0);
    EQUAL(receive(p, &got, sizeof got, 0), 0);
    EQUAL(got.port.name, q);
    EQUAL(receive(q, &note, sizeof note, 0), 0);
    EQUAL(note.word[0], 11);
    EQUAL(receive(q, &note, sizeof note, 0), 0);
    EQUAL(note.word[0], 12);
    /* Not in a circle: p into q, then q into p. */
    EQUAL(send_right(q, p, MACH_MSG_TYPE_MOVE_RECEIVE), 0);
    EQUAL(send_right(p, q, MACH_MSG_TYPE_MOVE_RECEIVE),
          MACH_SEND_INVALID_RIGHT);
    drop_receive(q); /* p's receive right was in its queue: both are dead */
    EQUAL(refs(p, MACH_PORT_RIGHT_DEAD_NAME), 1);
    EQUAL(refs(q, MACH_PORT_RIGHT_DEAD_NAME), 2);
    mach_port_destroy(TASK, p);
    mach_port_destroy(TASK, q);
}

static void a_long_chain_of_travelling_ports_dies(void)
{
    mach_port_t p[150];
    for (int i = 0; i < 150; i++)
        p[i] = port_with_send();
    for (int i = 149; i > 0; i--)
        EQUAL(send_right(p[i - 1], p[i], MACH_MSG_TYPE_MOVE_RECEIVE), 0);
    drop_receive(p[0]);
    EQUAL(refs(p[149], MACH_PORT_RIGHT_DEAD_NAME), 1);
    for (int i = 0; i < 150; i++)
        EQUAL(mach_port_deallocate(TASK, p[i]), 0);
}

/* ---- Notices ---- */

static kern_return_t ask(mach_port_t about, int id, unsigned sync,
                         mach_port_t to)
{
    mach_port_t previous;
    return mach_port_request_notification(
        TASK, about, id, sync, to, MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous);
}

static uint32_t noticed(mach_port_t from, int id)
{
    struct {
        mach_notification_t n;
        uint8_t trailer[8];
    } got;
    if (receive(from, &got, sizeof got, 0))
        return 0xbad;
    EQUAL(got.n.not_header.msgh_id, id);
    EQUAL(got.n.NDR.int_rep, 1);
    return got.n.not_port_or_count;
}

static void notices_come(void)
{
    mach_port_t me = port_with_send(), p = port_new(), q = port_with_send();
    EQUAL(ask(p, MACH_NOTIFY_DEAD_NAME, 0, me), KERN_INVALID_RIGHT);
    EQUAL(ask(p, 71, 0, me), KERN_INVALID_VALUE);
    EQUAL(ask(p, MACH_NOTIFY_NO_SENDERS, 0, p + 4), KERN_INVALID_CAPABILITY);
    EQUAL(ask(p + 4, MACH_NOTIFY_NO_SENDERS, 0, me), KERN_INVALID_NAME);
    /* No senders: at once if there are none, else when the last goes. */
    EQUAL(ask(p, MACH_NOTIFY_NO_SENDERS, 0, me), 0);
    EQUAL(noticed(me, MACH_NOTIFY_NO_SENDERS), 0);
    EQUAL(ask(p, MACH_NOTIFY_NO_SENDERS, 1, me), 0);
    EQUAL(mach_port_insert_right(TASK, p, p, MACH_MSG_TYPE_MAKE_SEND), 0);
    EQUAL(mach_port_insert_right(TASK, p, p, MACH_MSG_TYPE_MAKE_SEND), 0);
    EQUAL(mach_port_deallocate(TASK, p), 0);
    EQUAL(noticed(me, 0), 0xbad);
    EQUAL(mach_port_deallocate(TASK, p), 0);
    EQUAL(noticed(me, MACH_NOTIFY_NO_SENDERS), 2);
    /* Dead names, and a wish taken back or replaced. */
    EQUAL(ask(q, MACH_NOTIFY_DEAD_NAME, 0, me), 0);
    EQUAL(ask(q, MACH_NOTIFY_DEAD_NAME, 0, MACH_PORT_NULL), 0);
    EQUAL(ask(q, MACH_NOTIFY_DEAD_NAME, 0, me), 0);
    EQUAL(ask(q, MACH_NOTIFY_DEAD_NAME, 0, me), 0);
    drop_receive(q);
    EQUAL(noticed(me, MACH_NOTIFY_DEAD_NAME), q);
    EQUAL(noticed(me, 0), 0xbad);
    EQUAL(refs(q, MACH_PORT_RIGHT_DEAD_NAME), 2); /* one for the notice */
    EQUAL(ask(q, MACH_NOTIFY_DEAD_NAME, 0, me), KERN_INVALID_ARGUMENT);
    EQUAL(ask(q, MACH_NOTIFY_DEAD_NAME, 1, me), 0);
    EQUAL(noticed(me, MACH_NOTIFY_DEAD_NAME), q);
    EQUAL(refs(q, MACH_PORT_RIGHT_DEAD_NAME), 3);
    /* Wishes that nobody will ever hear of: about itself, to a dead port. */
    EQUAL(ask(me, MACH_NOTIFY_DEAD_NAME, 0, me), 0);
    EQUAL(ask(me, MACH_NOTIFY_NO_SENDERS, 0, me), 0);
    EQUAL(ask(p, MACH_NOTIFY_NO_SENDERS, 9, me), 0);
    EQUAL(mach_port_destroy(TASK, me), 0);
    EQUAL(mach_port_destroy(TASK, p), 0);
    EQUAL(mach_port_destroy(TASK, q), 0);
}

/* ---- Two processes ---- */

static mach_port_t parent_port;

/* Sends to the parent by the bootstrap port, as often as asked. */
static void child_sends(long n)
{
    mach_port_t to = bootstrap_port;
    for (long i = 0; i < n; i++)
        if (send_to(to, MACH_MSG_TYPE_COPY_SEND, (uint32_t)i, 0, 0))
            _exit(1);
}

static void child_has_no_rights_but_bootstrap(long unused)
{
    (void)unused;
    mach_port_t to = bootstrap_port;
    struct note got;
    if (refs(parent_port, MACH_PORT_RIGHT_RECEIVE) == 1 ||
        receive(parent_port, &got, sizeof got, 0) != MACH_RCV_INVALID_NAME ||
        refs(to, MACH_PORT_RIGHT_SEND) != 1)
        _exit(1);
}

static void children_inherit_the_bootstrap_port(void)
{
    mach_port_t p = parent_port = port_with_send();
    struct note got;
    EQUAL(task_set_special_port(TASK, TASK_BOOTSTRAP_PORT, p + 4),
          KERN_INVALID_NAME);
    EQUAL(task_set_special_port(TASK, 3, p), KERN_INVALID_ARGUMENT);
    EQUAL(task_set_special_port(TASK, TASK_BOOTSTRAP_PORT, p), 0);
    EQUAL(in_child(child_has_no_rights_but_bootstrap, 0), 0);
    EQUAL(in_child(child_sends, 3), 0);
    for (uint32_t i = 0; i < 3; i++) {
        EQUAL(receive(p, &got, sizeof got, 0), 0);
        EQUAL(got.word[0], i);
    }
    EQUAL(task_set_special_port(TASK, TASK_BOOTSTRAP_PORT, 0), 0);
    EQUAL(mach_port_destroy(TASK, p), 0);
}

/* The child sends until the queue is full and sleeps there; what then? */
static pid_t blocked_sender(void)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        mach_port_t to = bootstrap_port;
        while (send_to(to, MACH_MSG_TYPE_COPY_SEND, 1, 0, 0) == 0)
            continue;
        _exit(send_to(to, MACH_MSG_TYPE_COPY_SEND, 1, 0, 0) ==
                      MACH_SEND_INVALID_DEST
                  ? 7
                  : 1);
    }
    usleep(20000);
    return pid;
}

static void peers_die(void)
{
    struct note got;
    int status;
    mach_port_t p = port_with_send();
    task_set_special_port(TASK, TASK_BOOTSTRAP_PORT, p);
    /* The receiver dies while a sender waits for room. */
    pid_t pid = blocked_sender();
    drop_receive(p);
    EQUAL(waitpid(pid, &status, 0), pid);
    EQUAL(status, 7 << 8);
    mach_port_destroy(TASK, p);
    mach_port_t dead = 0;
    EQUAL(task_get_special_port(TASK, TASK_BOOTSTRAP_PORT, &dead), 0);
    EQUAL(dead, MACH_PORT_DEAD);
    /* The sender is killed while it waits; then its messages are there. */
    p = port_with_send();
    task_set_special_port(TASK, TASK_BOOTSTRAP_PORT, p);
    pid = blocked_sender();
    kill(pid, SIGKILL);
    EQUAL(waitpid(pid, &status, 0), pid);
    for (int i = 0; i < 5; i++)
        EQUAL(receive(p, &got, sizeof got, 0), 0);
    EQUAL(receive(p, &got, sizeof got, 0), MACH_RCV_TIMED_OUT);
    task_set_special_port(TASK, TASK_BOOTSTRAP_PORT, 0);
    mach_port_destroy(TASK, p);
}

static void client_waits_for_reply(long unused)
{
    (void)unused;
    struct note m = {
        .head = {.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                             MACH_MSG_TYPE_MAKE_SEND_ONCE),
                 .msgh_remote_port = bootstrap_port,
                 .msgh_local_port = mig_get_reply_port()}};
    mach_msg_return_t r =
        mach_msg(&m.head, MACH_SEND_MSG | MACH_RCV_MSG, NOTE_SIZE, sizeof m,
                 m.head.msgh_local_port, 0, 0);
    _exit(r == 0 ? m.head.msgh_id : 99);
}

/* A reply, no reply, a server that dies with the request in its queue. */
static void replies_come_or_are_missed(void)
{
    int status;
    struct note got;
    for (int how = 0; how < 3; how++) {
        mach_port_t p = port_with_send();
        task_set_special_port(TASK, TASK_BOOTSTRAP_PORT, p);
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0)
            client_waits_for_reply(0);
        if (how < 2) {
            EQUAL(mach_msg(&got.head, MACH_RCV_MSG, 0, sizeof got, p, 0, 0), 0);
            mach_port_t reply = got.head.msgh_remote_port;
            EQUAL(got.head.msgh_bits,
                  MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND_ONCE,
                                 MACH_MSG_TYPE_PORT_SEND));
            if (how == 0)
                got = (struct note){
                    .head = {.msgh_bits = MACH_MSG_TYPE_MOVE_SEND_ONCE,
                             .msgh_remote_port = reply,
                             .msgh_id = 42}};
            EQUAL(
                how ? mach_port_deallocate(TASK, reply)
                    : mach_msg(&got.head, MACH_SEND_MSG, NOTE_SIZE, 0, 0, 0, 0),
                0);
        } else {
            usleep(20000);
        }
        mach_port_destroy(TASK, p);
        EQUAL(waitpid(pid, &status, 0), pid);
        EQUAL(WEXITSTATUS(status), how == 0 ? 42 : MACH_NOTIFY_SEND_ONCE);
        task_set_special_port(TASK, TASK_BOOTSTRAP_PORT, 0);
    }
}

/* ---- Anything, from several processes ---- */

static uint32_t dice;

static uint32_t random_below(uint32_t n)
{
    dice = dice * 1664525 + 1013904223;
    return (dice >> 8) % n;
}

/* A name that may be good, stale, or nobody's. */
static mach_port_t some_name(const mach_port_t *name, unsigned n)
{
    mach_port_t p = name[random_below(n)];
    return random_below(8) ? p : p + random_below(1024);
}

static void random_message(mach_port_t to, mach_port_t port)
{
    struct {
        mach_msg_header_t head;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
        mach_msg_ool_descriptor_t memory;
        uint8_t trailer[68];
    } m = {
        .head = {.msgh_bits =
                     (random_below(2) ? MACH_MSGH_BITS_COMPLEX : 0) |
                     MACH_MSGH_BITS(16 + random_below(6),
                                    random_below(2) ? 17 + random_below(5) : 0),
                 .msgh_remote_port = to},
        .body = {random_below(3)},
        .port = {.name = port, .disposition = (uint8_t)(15 + random_below(8))},
        .memory = {.address = (uint64_t)&dice - random_below(9000),
                   .copy = (uint8_t)random_below(2),
                   .type = (uint8_t)random_below(3),
                   .size = random_below(12000)}};
    if (m.head.msgh_bits >> 8 & 31)
        m.head.msgh_local_port = port;
    if (mach_msg(&m.head,
                 MACH_SEND_MSG | MACH_RCV_MSG | MACH_SEND_TIMEOUT |
                     MACH_RCV_TIMEOUT | random_below(2) * MACH_RCV_LARGE,
                 24 + 4 * random_below(9), 24 + random_below(120), port, 0,
                 0) == 0)
        random_below(2) ? mach_msg_destroy(&m.head) : (void)0;
}

static void random_call(mach_port_t *name, unsigned n)
{
    mach_port_t a = some_name(name, n), b = some_name(name, n), previous;
    switch (random_below(10)) {
    case 0:
        mach_port_allocate(TASK, random_below(4), &name[random_below(n)]);
        break;
    case 1:
        mach_port_destroy(TASK, a);
        break;
    case 2:
        mach_port_insert_right(TASK, a, a, 16 + random_below(6));
        break;
    case 3:
        mach_port_mod_refs(TASK, a, random_below(6), (int)random_below(5) - 2);
        break;
    case 4:
        mach_port_move_member(TASK, a, random_below(3) ? b : 0);
        break;
    case 5:
        mach_port_request_notification(TASK, a, random_below(2) ? 70 : 72,
                                       random_below(3), b,
                                       MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous);
        break;
    case 6:
        mach_port_set_qlimit(TASK, a, random_below(12));
        break;
    default:
        random_message(random_below(3) ? a : bootstrap_port, b);
    }
}

static void random_calls(long seed)
{
    mach_port_t name[12] = {0};
    dice = (uint32_t)seed;
    for (unsigned i = 0; i < 12; i++)
        mach_port_allocate(TASK, MACH_PORT_RIGHT_RECEIVE, &name[i]);
    for (int i = 0; i < 1500; i++)
        random_call(name, 12);
}

static void random_calls_do_no_harm(void)
{
    mach_port_t p = port_with_send();
    int status;
    task_set_special_port(TASK, TASK_BOOTSTRAP_PORT, p);
    fflush(stdout);
    for (long child = 1; child <= 4; child++)
        if (fork() == 0) {
            random_calls(child * 77777);
            _exit(0);
        }
    static struct {
        mach_msg_header_t head;
        uint8_t rest[4096];
    } got;
    for (int ended = 0; ended < 4;) {
        if (mach_msg(&got.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof got,
                     p, 1, 0) == 0)
            mach_msg_destroy(&got.head);
        if (waitpid(-1, &status, WNOHANG) > 0) {
            EQUAL(status, 0);
            ended++;
        }
    }
    task_set_special_port(TASK, TASK_BOOTSTRAP_PORT, 0);
    EQUAL(mach_port_destroy(TASK, p), 0);
}

/* ---- The kernel's ports ---- */

#pragma pack(push, 4)
struct host_reply {
    mig_reply_error_t error;
    uint64_t value[2];
    uint8_t trailer[8];
};
#pragma pack(pop)

static kern_return_t host_call(int id, uint32_t size, struct host_reply *r)
{
    mach_port_t host = mach_host_self();
    *r = (struct host_reply){
        .error.Head = {.msgh_bits =
                           MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                          MACH_MSG_TYPE_MAKE_SEND_ONCE),
                       .msgh_remote_port = host,
                       .msgh_local_port = mig_get_reply_port(),
                       .msgh_id = id},
        .error.NDR = NDR_record};
    EQUAL(mach_msg(&r->error.Head, MACH_SEND_MSG | MACH_RCV_MSG, size,
                   sizeof *r, r->error.Head.msgh_local_port, 0, 0),
          0);
    EQUAL(r->error.Head.msgh_id, id + 100);
    EQUAL(mach_port_deallocate(TASK, host), 0);
    return r->error.RetCode;
}

static uint64_t free_memory(void)
{
    struct host_reply r;
    EQUAL(host_call(201, 32, &r), 0);
    return r.value[1];
}

static void the_kernel_answers(void)
{
    struct host_reply r;
    EQUAL(host_call(200, 32, &r), 0);
    EQUAL((uint32_t)r.value[0], 4096);
    EQUAL(r.error.Head.msgh_size, 40);
    EQUAL(host_call(202, 32, &r), 0);
    EQUAL((uint32_t)r.value[0], 2); /* init and this */
    EQUAL(host_call(203, 32, &r), 0);
    EQUAL(r.error.Head.msgh_size, 44);
    TRUE(r.value[0] > 0);
    EQUAL(host_call(200, 36, &r), MIG_BAD_ARGUMENTS);
    EQUAL(r.error.Head.msgh_size, 36);
    EQUAL(host_call(199, 32, &r), MIG_BAD_ID);
    EQUAL(host_call(204, 32, &r), MIG_BAD_ID);
    EQUAL(host_call(-100, 32, &r), MIG_BAD_ID);
    /* Without a reply right the answer has nowhere to go. */
    EQUAL(send_to(TASK, MACH_MSG_TYPE_COPY_SEND, 0, 0, 0), 0);
}

static void everything(void)
{
    names_have_generations();
    references_are_counted();
    bad_names_are_refused();
    the_name_table_fills_up();
    a_message_arrives_with_a_trailer();
    too_small_a_buffer();
    hostile_headers();
    hostile_bodies();
    queues_have_limits();
    hostile_memory();
    memory_travels();
    sets_serve_members_in_turn();
    rights_travel();
    a_long_chain_of_travelling_ports_dies();
    notices_come();
    children_inherit_the_bootstrap_port();
    peers_die();
    replies_come_or_are_missed();
    random_calls_do_no_harm();
    the_kernel_answers();
}

int main(void)
{
    everything(); /* the first time, stacks and buffers are made */
    uint64_t before = free_memory();
    everything();
    EQUAL(free_memory(), before);
    return check_end("ports");
}
