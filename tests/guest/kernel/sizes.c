/*
 * sizes.c - one table of lengths and counts for every call that takes one: 0,
 * 1, huge, negative, and what would be small if its upper half were lost. Of
 * what there is 16 bytes, no more may be moved; memory ends behind them. What a
 * call's type makes 32 bits (int, uint) has no upper half.
 */
#include "sizes_calls.h"

static const long length[] = {0,        1,         1l << 31,  GIB4, GIB4 + 1,
                              1l << 40, INT64_MAX, INT64_MIN, -1};
#define LENGTHS            (sizeof length / sizeof length[0])

/* ---- The table ---- */

#define E(name)            (-E##name)
/* All but 0 and 1; or what is only the lower half: 0, 1, 2^31, 0, 1, 0, -1, 0,
 * -1. */
#define REST(r)            r, r, r, r, r, r, r
#define HALF(r0, r1, high) r0, r1, high, r0, r1, r0, high, r0, high
/* 0, 1, what is there; refused, if more than INT64_MAX */
#define UP_TO(n)           0, 1, n, n, n, n, n, E(INVAL), E(INVAL)

/* The same where a page is moved as a whole or not at all. */
#define UP_TO_END                                                              \
    0, 1, E(FAULT), E(FAULT), E(FAULT), E(FAULT), E(FAULT), E(INVAL), E(INVAL)

static const struct row {
    const char *what;
    long (*of)(long n);
    long result[LENGTHS];
} row[] = {
#define ROW(of, ...)                                                           \
    {                                                                          \
#of, of,                                                               \
        {                                                                      \
            __VA_ARGS__                                                        \
        }                                                                      \
    }
    ROW(read_file, UP_TO(THERE)),
    ROW(write_file, UP_TO(THERE)),
    ROW(read_zero, UP_TO_END),
    ROW(write_pipe, UP_TO_END),
    ROW(piece_of_readv, UP_TO(THERE)),
    ROW(piece_of_writev, UP_TO(THERE)),
    ROW(pieces_of_readv, HALF(E(INVAL), 1, E(INVAL))),
    ROW(file_length, 0, 0, E(FBIG), E(FBIG), E(FBIG), E(FBIG), E(FBIG),
        E(INVAL), E(INVAL)),
    ROW(entries_read, E(INVAL), E(INVAL), REST(E(FAULT))),
    ROW(path_room, E(INVAL), E(RANGE), REST(2)),
    ROW(processes, 0, 0, REST(0)),
    ROW(polled, HALF(0, 1, E(INVAL))),
    ROW(mapped, E(INVAL), 0, REST(E(NOMEM))),
    ROW(unmapped, E(INVAL), 0, 0, 0, 0, E(INVAL), E(INVAL), E(INVAL), E(INVAL)),
    ROW(sent_to_stream, UP_TO_END),
    ROW(sent_as_letter, 0, 1, E(MSGSIZE), E(MSGSIZE), E(MSGSIZE), E(MSGSIZE),
        E(MSGSIZE), E(INVAL), E(INVAL)),
    ROW(received_from_stream, UP_TO(8)),
    ROW(received_letter, UP_TO(8)),
    ROW(name_to_bind, E(INVAL), E(INVAL), REST(E(INVAL))),
    ROW(name_to_connect, E(INVAL), E(INVAL), REST(E(INVAL))),
    ROW(name_to_send_to, E(INVAL), E(INVAL), REST(E(INVAL))),
    ROW(backlog, 0, 0, REST(0)),
    ROW(pieces_of_message, HALF(E(MSGSIZE), 8, E(MSGSIZE))),
    ROW(control_of_message, HALF(8, E(INVAL), E(INVAL))),
    ROW(room_for_name, 1, 1, REST(1)),
    ROW(name_of_sysctl, E(INVAL), E(INVAL), REST(E(INVAL))),
    ROW(old_of_sysctl, E(NOMEM), E(NOMEM), REST(0)),
    ROW(new_of_sysctl, 0, 0, REST(E(INVAL))),
    ROW(size_of_request, E(NOTTY), E(NOTTY), E(NOTTY), E(NOTTY), E(NOTTY),
        E(NOTTY), E(FAULT), E(NOTTY), E(FAULT)),
    ROW(bytes_of_gather, HALF(0, 0, E(INVAL))),
    ROW(scalars_in, REST(E(INVAL)), E(INVAL), E(INVAL)),
    ROW(scalars_out, HALF(E(INVAL), 0, E(INVAL))),
    ROW(bytes_in, 0, 0, REST(E(INVAL))),
    ROW(bytes_out, 0, 0, REST(E(INVAL))),
    ROW(size_of_send, MACH_SEND_MSG_TOO_SMALL, MACH_SEND_MSG_TOO_SMALL,
        MACH_SEND_TOO_LARGE, MACH_SEND_MSG_TOO_SMALL, MACH_SEND_MSG_TOO_SMALL,
        MACH_SEND_MSG_TOO_SMALL, MACH_SEND_MSG_TOO_SMALL,
        MACH_SEND_MSG_TOO_SMALL, MACH_SEND_MSG_TOO_SMALL),
    ROW(size_of_receive,
        HALF(MACH_RCV_TOO_LARGE, MACH_RCV_TOO_LARGE, MACH_RCV_INVALID_DATA)),
    ROW(descriptors, HALF(0, 0, MACH_SEND_TOO_LARGE)),
    ROW(memory_of_message, HALF(0, 0, MACH_SEND_TOO_LARGE)),
    ROW(queue_limit, KERN_INVALID_VALUE, 0, REST(KERN_INVALID_VALUE)),
    ROW(ring_entries, 0, E(BUSY), REST(E(INVAL))),
    ROW(ring_read, UP_TO(THERE)),
    ROW(ring_write, UP_TO(THERE)),
    ROW(ring_submissions, 0, 1, REST(1)),
    ROW(ring_waiting, HALF(0, 0, 0)),
};
#define ROWS (sizeof row / sizeof row[0])

static void every_length(void)
{
    for (const struct row *r = row; r < row + ROWS; r++)
        for (unsigned i = 0; i < LENGTHS; i++) {
            long result = r->of(length[i]);
            checks++;
            if (result == r->result[i])
                continue;
            failures++;
            printf("%s of %ld: %ld, should be %ld\n", r->what, length[i],
                   result, r->result[i]);
        }
}

static void set_up(void)
{
    set_up_pointers();
    here = last_page + PAGE - THERE;
    file = open("/tmp/sizes", O_RDWR | O_CREAT | O_TRUNC, 0644);
    EQUAL(write(file, here, THERE), THERE);
    zero = open("/dev/zero", O_RDWR);
    demo = open("/dev/demo", O_RDWR);
    accel = open("/dev/accel", O_RDWR);
    bin = open("/bin", O_RDONLY);
    EQUAL(pipe(full_pipe), 0);
    EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, stream), 0);
    EQUAL(socketpair(AF_UNIX, SOCK_DGRAM, 0, letters), 0);
    static const struct sockaddr_un name = {AF_UNIX, "/tmp/sizes.listener"};
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    EQUAL(bind(listener, (const void *)&name, sizeof name), 0);
    EQUAL(socket(AF_UNIX, SOCK_DGRAM, 0), listener + 1);
    EQUAL(bind(listener + 1, (const void *)&box, sizeof box), 0);
    mach_port_t task = mach_task_self();
    EQUAL(mach_port_allocate(task, MACH_PORT_RIGHT_RECEIVE, &port), 0);
    mach_msg_header_t note = {
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND_ONCE, 0),
        .msgh_size = sizeof note,
        .msgh_remote_port = port};
    EQUAL(mach_msg_send(&note), 0);
    EQUAL(ring_init(&ring, 8, 0), 0);
}

int main(void)
{
    set_up();
    every_length();
    unlink("/tmp/sizes");
    unlink("/tmp/sizes.listener");
    unlink(box.sun_path);
    return check_end("sizes");
}
