/*
 * nested.c - pointers that stand in what a pointer points at: the pieces of a
 * vector, a message's name, control data and memory, a device call's numbers
 * and structures, a ring's buffers, the strings of a program's arguments. Each
 * is every bad pointer of bad_pointers.h in turn, with all else in order: the
 * documented error, nothing moved, nothing taken, no page lost. A good pointer,
 * misaligned or in two pages, is as good as any.
 */
#include "nested_calls.h"

/* ---- The table ---- */

enum { READS, WRITES, FLEETING = 2 /* no good pointer is tried */ };
static const struct row {
    const char *call;
    long (*with)(void *);
    const char *what;
    int use;
    long error, result; /* with a bad pointer, with a good one */
    bool null_is_none;
} row[] = {
#define ROW(call, with, ...)                                                   \
    {                                                                          \
#call, with, #with, __VA_ARGS__                                        \
    }
    ROW(sendmsg, name_to_send_to, READS | FLEETING, -EFAULT, 0, true),
    ROW(sendmsg, vector_to_send, READS | FLEETING, -EFAULT, 0, false),
    ROW(sendmsg, piece_to_send, READS, -EFAULT, 8, false),
    ROW(sendmsg, second_piece_of_letter, READS, -EFAULT, 16, false),
    ROW(sendmsg, second_piece_of_stream, READS, 8, 16, false),
    ROW(sendmsg, control_to_send, READS | FLEETING, -EFAULT, 0, false),
    ROW(recvmsg, name_of_sender, WRITES, -EFAULT, 8, true),
    ROW(recvmsg, vector_to_receive, READS | FLEETING, -EFAULT, 0, false),
    ROW(recvmsg, piece_to_receive, WRITES, -EFAULT, 8, false),
    ROW(recvmsg, control_to_receive, WRITES, -EFAULT, 8, false),
    ROW(readv, file_piece_to_read, WRITES, -EFAULT, 64, false),
    ROW(readv, pipe_piece_to_read, WRITES, -EFAULT, 64, false),
    ROW(readv, large_piece_to_read, WRITES | FLEETING, -EFAULT, 0, false),
    ROW(writev, file_piece_to_write, READS, -EFAULT, 64, false),
    ROW(writev, pipe_piece_to_write, READS, -EFAULT, 64, false),
    ROW(device_call, scalars_in, READS, -EFAULT, 0, false),
    ROW(device_call, scalars_out, WRITES, -EFAULT, 0, false),
    ROW(device_call, structure_in, READS, -EFAULT, 0, false),
    ROW(device_call, structure_out, WRITES, -EFAULT, 0, false),
    ROW(device_call, large_structure_in, READS | FLEETING, -EFAULT, 0, false),
    ROW(device_call, large_structure_out, WRITES | FLEETING, -EFAULT, 0, false),
    ROW(ioctl, gathered, READS, -EFAULT, 0, false),
    ROW(mach_msg_trap, copied_memory, READS, MACH_SEND_INVALID_MEMORY, 0,
        false),
    ROW(mach_msg_trap, lent_memory, READS | FLEETING, MACH_SEND_INVALID_MEMORY,
        0, false),
    ROW(mach_msg_trap, message_room, WRITES, MACH_RCV_INVALID_DATA, 0, false),
    ROW(ring_enter, ring_buffer_to_read, WRITES, -EFAULT, 64, false),
    ROW(ring_enter, ring_buffer_to_write, READS, -EFAULT, 64, false),
    ROW(ring_enter, large_ring_buffer, WRITES | FLEETING, -EFAULT, 0, false),
    ROW(execve, argument_of_program, READS | FLEETING, -EFAULT, 0, true),
    ROW(execve, environment_of_program, READS | FLEETING, -EFAULT, 0, true),
    ROW(sysctlbyname, name_that_is_set, WRITES, -EFAULT, 0, true),
};
#define ROWS (sizeof row / sizeof row[0])

/* ---- What must be as it was ---- */

static long waiting(int fd)
{
    static char room[4096];
    return recv(fd, room, sizeof room, MSG_PEEK | MSG_DONTWAIT);
}

static void drain(int fd)
{
    static char room[4096];
    while (recv(fd, room, sizeof room, MSG_DONTWAIT) > 0)
        ;
}

struct note {
    mach_msg_header_t head;
    char room[40];
};

static mach_msg_return_t take_note(void)
{
    struct note n;
    return mach_msg(&n.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT | MACH_RCV_LARGE,
                    0, sizeof n, port, 0, 0);
}

static int first_free_fd(void)
{
    int fd = dup(0);
    close(fd);
    return fd;
}

static int free_fd;
static const char *const own_name = "nested";

static void put_in_order(void)
{
    static char room[4096];
    int n = 0;
    struct note note = {
        .head = {.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                 .msgh_size = 40,
                 .msgh_remote_port = port}};
    for (int fd = free_fd; fd < SALLYPORT_OPEN_MAX; fd++)
        close(fd);
    drain(stream[1]);
    drain(letters[1]);
    drain(named);
    EQUAL(ioctl(full_pipe[0], FIONREAD, &n), 0);
    EQUAL(read(full_pipe[0], room, (size_t)n), n);
    while (take_note() != MACH_RCV_TIMED_OUT)
        ;
    EQUAL(write(stream[0], bytes, 32), 32);
    EQUAL(control_to_send(&control), 8);
    EQUAL(sendto(named, bytes, 8, 0, (const void *)&box, sizeof box), 8);
    EQUAL(write(full_pipe[1], bytes, 512), 512);
    EQUAL(mach_msg_send(&note.head), 0);
    EQUAL(ftruncate(file, LARGE), 0);
    EQUAL(lseek(file, 0, SEEK_SET), 0);
    EQUAL(sysctlbyname("kern.procname", NULL, NULL, own_name, 7), 0);
}

static long free_pages(void)
{
    long pages = 0;
    size_t n = sizeof pages;
    EQUAL(sysctlbyname("vm.free_pages", &pages, &n, NULL, 0), 0);
    return pages;
}

static void nothing_has_changed(const struct row *r)
{
    int n = 0, before = failures;
    char name[32];
    size_t room = sizeof name;
    EQUAL(first_free_fd(), free_fd);
    EQUAL(waiting(stream[1]), 32);
    EQUAL(waiting(letters[1]), 8);
    EQUAL(waiting(named), 8);
    EQUAL(ioctl(full_pipe[0], FIONREAD, &n), 0);
    EQUAL(n, 512);
    EQUAL(lseek(file, 0, SEEK_CUR), 0);
    EQUAL(lseek(file, 0, SEEK_END), LARGE);
    EQUAL(lseek(file, 0, SEEK_SET), 0);
    EQUAL(take_note(), 0);
    EQUAL(take_note(), MACH_RCV_TIMED_OUT);
    EQUAL(sysctlbyname("kern.procname", name, &room, NULL, 0), 0);
    EQUAL(strcmp(name, own_name), 0);
    if (failures > before)
        printf("after %s, %s\n", r->call, r->what);
}

/* ---- The attack ---- */

static void try(const struct row *r, const char *name, void *at, long want)
{
    long result = r->with(at);
    checks++;
    if (result == want)
        return;
    failures++;
    printf("%s, %s, %s: %ld, should be %ld\n", r->call, r->what, name, result,
           want);
}

static void try_bad(const struct row *r)
{
    for (unsigned i = 0; i < POINTERS; i++) {
        const struct bad_pointer *p = &pointer[i];
        if ((p->va == 0 && r->null_is_none) ||
            (p->kind == NO_WRITE && !(r->use & WRITES)))
            continue;
        mend(p);
        try(r, p->name, (void *)p->va, r->error);
    }
}

static void try_good(const struct row *r)
{
    char *edge = (char *)(((uintptr_t)bytes + PAGE) & ~(uintptr_t)(PAGE - 1));
    struct {
        const char *name;
        char *at;
    } good[] = {
        {"good", bytes}, {"misaligned", bytes + 1}, {"in two pages", edge - 3}};
    for (unsigned i = 0; i < sizeof good / sizeof good[0]; i++) {
        try(r, good[i].name, good[i].at, r->result);
        put_in_order();
    }
}

static void every_row(bool count)
{
    for (const struct row *r = row; r < row + ROWS; r++) {
        put_in_order();
        long before = free_pages();
        try_bad(r);
        if (count)
            EQUAL(free_pages(), before);
        nothing_has_changed(r);
        put_in_order();
        if (!(r->use & FLEETING))
            try_good(r);
    }
}

/* A call with one of these types has pointers below its pointers. The x64 of a
 * structure are addresses, except in those of signals (sigframes.c). */
static bool has_nested(const char *args)
{
    static const char *const type[] = {":iov", ":msg", ":rcvhdr", ":strv",
                                       ":ioctl"};
    for (unsigned i = 0; i < sizeof type / sizeof type[0]; i++)
        if (strstr(args, type[i]))
            return true;
    return strstr(args, ":x64") && !strstr(args, "handler:x64") &&
           !strstr(args, "mask:x64");
}

static void every_call_with_nested_pointers_has_a_row(void)
{
    for (unsigned i = 0; i < CALLS; i++) {
        bool found = !has_nested(call_row[i].args);
        for (unsigned k = 0; k < ROWS; k++)
            found |= strcmp(row[k].call, call_row[i].name) == 0;
        checks++;
        if (found)
            continue;
        failures++;
        printf("%s has no row in nested.c\n", call_row[i].name);
    }
}

static void set_up(void)
{
    set_up_pointers();
    memset(bytes, 'x', sizeof bytes);
    file = open("/tmp/nested", O_RDWR | O_CREAT | O_TRUNC, 0644);
    EQUAL(pipe(full_pipe), 0);
    EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, stream), 0);
    EQUAL(socketpair(AF_UNIX, SOCK_DGRAM, 0, letters), 0);
    named = socket(AF_UNIX, SOCK_DGRAM, 0);
    EQUAL(bind(named, (const void *)&box, sizeof box), 0);
    demo = open("/dev/demo", O_RDWR);
    accel = open("/dev/accel", O_RDWR);
    EQUAL(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port),
          0);
    EQUAL(mach_port_insert_right(mach_task_self(), port, port,
                                 MACH_MSG_TYPE_MAKE_SEND),
          0);
    EQUAL(ring_init(&ring, 8, 0), 0);
    fill_message();
    free_fd = first_free_fd();
}

int main(void)
{
    set_up();
    every_call_with_nested_pointers_has_a_row();
    every_row(false); /* the first time, pages and tables are made */
    every_row(true);
    unlink("/tmp/nested");
    unlink(box.sun_path);
    return check_end("nested");
}
