/*
 * mach.c - in a Mach message; an empty one comes back. Each side sends and
 * receives in one crossing.
 *
 *   mach/inline   in the message itself
 *   mach/copied   out of line, MACH_MSG_PHYSICAL_COPY: every byte is copied
 *   mach/lent     out of line, virtual copy: the frames go, and who stores
 *                 first, here or there, gets a copy of that page
 *   mach/moved    out of line, deallocate: the pages leave the sender, who
 * makes the next bytes in new ones
 */
#include "ports.h"
#include "race.h"

#define INLINE_MOST                                                            \
    2048u /* a message has at most 4096 bytes, head included                   \
           */
#define VIRTUAL_LEAST                                                          \
    16384u /* up to 8192 bytes are copied whatever is said                     \
            */
#define BELOW_VIRTUAL "memory of up to 8192 bytes is copied"

struct parcel {
    mach_msg_header_t head;
    union {
        char bytes[INLINE_MOST];
        struct {
            mach_msg_body_t body;
            mach_msg_ool_descriptor_t memory;
        };
    };
    char trailer[MACH_MSG_TRAILER_MINIMUM_SIZE];
};
#define OUT_OF_LINE_BYTES                                                      \
    (sizeof(mach_msg_header_t) + sizeof(mach_msg_body_t) +                     \
     sizeof(mach_msg_ool_descriptor_t))

static struct parcel parcel;
static mach_port_t answer_to; /* the receiver owes an answer */

/* ---- The sender ---- */

static void call(mach_msg_size_t size, mach_msg_bits_t more)
{
    mach_msg_header_t *h = &parcel.head;
    h->msgh_bits = more | MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                         MACH_MSG_TYPE_MAKE_SEND_ONCE);
    h->msgh_remote_port = ports_receivers();
    h->msgh_local_port = mig_get_reply_port();
    h->msgh_voucher_port = MACH_PORT_NULL;
    ports_check("mach_msg",
                mach_msg(h, MACH_SEND_MSG | MACH_RCV_MSG, size, sizeof parcel,
                         h->msgh_local_port, 0, MACH_PORT_NULL));
}

static char *in_message(size_t n)
{
    (void)n;
    return parcel.bytes;
}

static void send_inline(char *bytes, size_t n)
{
    (void)bytes;
    call(sizeof parcel.head + (mach_msg_size_t)n, 0);
}

static void send_memory(char *bytes, size_t n, uint8_t copy, uint8_t deallocate)
{
    parcel.body.msgh_descriptor_count = 1;
    parcel.memory = (mach_msg_ool_descriptor_t){.address = (uint64_t)bytes,
                                                .deallocate = deallocate,
                                                .copy = copy,
                                                .type = MACH_MSG_OOL_DESCRIPTOR,
                                                .size = (mach_msg_size_t)n};
    call(OUT_OF_LINE_BYTES, MACH_MSGH_BITS_COMPLEX);
}

static void send_copied(char *bytes, size_t n)
{
    send_memory(bytes, n, MACH_MSG_PHYSICAL_COPY, 0);
}

static void send_lent(char *bytes, size_t n)
{
    send_memory(bytes, n, MACH_MSG_VIRTUAL_COPY, 0);
}

static char *new_pages(size_t n)
{
    char *p;
    ports_check("vm_allocate", vm_allocate(mach_task_self(), &p, n));
    return p;
}

static void send_moved(char *bytes, size_t n)
{
    send_memory(bytes, n, MACH_MSG_VIRTUAL_COPY, 1);
}

/* ---- The receiver ---- */

static void answer(mach_msg_option_t and_receive)
{
    mach_msg_header_t *h = &parcel.head;
    bool owes = answer_to != MACH_PORT_NULL;
    *h = (mach_msg_header_t){.msgh_bits = MACH_MSG_TYPE_MOVE_SEND_ONCE,
                             .msgh_remote_port = answer_to};
    ports_check("mach_msg",
                mach_msg(h, (owes ? MACH_SEND_MSG : 0) | and_receive, sizeof *h,
                         sizeof parcel, ports_mine(), 0, MACH_PORT_NULL));
    answer_to = and_receive ? h->msgh_remote_port : MACH_PORT_NULL;
}

static void receive(size_t n)
{
    answer(MACH_RCV_MSG);
    if (!(parcel.head.msgh_bits & MACH_MSGH_BITS_COMPLEX)) {
        race_look(parcel.bytes, n);
        return;
    }
    char *bytes = (char *)parcel.memory.address;
    race_look(bytes, n);
    ports_check("vm_deallocate", vm_deallocate(mach_task_self(), bytes, n));
}

static void answer_last(void)
{
    answer(0);
}

#define BY_MESSAGE                                                             \
    .open = ports_open, .start = ports_start, .receive = receive,              \
    .finish = answer_last, .close = ports_close

const struct way mach_ways[] = {
    {.name = "mach/inline",
     .kind = "copies",
     .most = INLINE_MOST,
     .why = "a message has at most 4096 bytes",
     .buffer = in_message,
     .send = send_inline,
     BY_MESSAGE},
    {.name = "mach/copied", .kind = "copies", .send = send_copied, BY_MESSAGE},
    {.name = "mach/lent",
     .kind = "maps",
     .least = VIRTUAL_LEAST,
     .why = BELOW_VIRTUAL,
     .send = send_lent,
     BY_MESSAGE},
    {.name = "mach/moved",
     .kind = "maps",
     .least = VIRTUAL_LEAST,
     .why = BELOW_VIRTUAL,
     .buffer = new_pages,
     .send = send_moved,
     BY_MESSAGE},
    {0},
};
