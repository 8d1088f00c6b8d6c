/*
 * peers.c - one table of everything that a process can sleep for, and what its
 * peers may do meanwhile: it is killed where it sleeps, the peer dies, the peer
 * ends the wait. Each time the sleeper must have been asleep, must end as
 * documented, and nothing may be lost. check_sleeps.sh sees from a trace that
 * the kernel knows no reason to sleep that has no row here (or in the tests it
 * names).
 *
 *   peers [sleeps]   "sleeps": the table once, for check_sleeps.sh
 */
#include <fcntl.h>
#include <limits.h>
#include <mach/mach.h>
#include <poll.h>
#include <sallyport/calls.h>
#include <sallyport/ring.h>
#include <signal.h>
#include <sys/device.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "check.h"

#define LARGE 100000 /* wired, and more than any queue has room for */

static char bytes[LARGE];
static int ends[2]; /* of a pipe or a pair of sockets: 0 is the sleeper's */
static int listener, accel;
static volatile struct shared {
    uint32_t word;
    long result; /* the sleeper's */
} * shared;
#define NONE LONG_MIN
static mach_port_t port; /* the peer receives there; its name is inherited */

/* What a sleeper returns: a result, or -errno. */
static long result_of(long n)
{
    return n < 0 ? -errno : n;
}

/* ---- Sleeping: in the sleeper, which has only its own end ---- */

static long read_pipe(void)
{
    return result_of(read(ends[0], bytes, 10));
}

/* More than there is room for, but not wired. */
static long write_pipe(void)
{
    long n = result_of(write(ends[1], bytes, 8000));
    return n;
}

static long lend_to_pipe(void)
{
    return result_of(write(ends[1], bytes, LARGE));
}

static long open_to_read(void)
{
    return result_of(open("/tmp/peers.fifo", O_RDONLY)) < 0 ? -errno : 0;
}

static long receive(void)
{
    return result_of(recv(ends[0], bytes, 10, 0));
}

static long send_much(void)
{
    return result_of(send(ends[0], bytes, LARGE, MSG_NOSIGNAL));
}

static long accept_one(void)
{
    return result_of(accept(listener, NULL, NULL)) < 0 ? -errno : 0;
}

static long poll_for_ever(void)
{
    struct pollfd p = {ends[0], POLLIN, 0};
    return result_of(poll(&p, 1, -1)) == 1 ? p.revents : -errno;
}

static long wait_on_word(void)
{
    return result_of(futex(&shared->word, FUTEX_WAIT, 0, NULL));
}

static long wait_in_ring(void)
{
    struct ring r;
    struct ring_completion c = {0};
    if (ring_init(&r, 4, 0))
        return -errno;
    ring_add(&r, RING_READ, ends[0], bytes, 10, RING_FILE_OFFSET, 1);
    return ring_wait(&r, &c) ? c.result : -errno;
}

static long send_to_full_port(void)
{
    mach_msg_header_t h = {.msgh_bits =
                               MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                           .msgh_size = sizeof h,
                           .msgh_remote_port = bootstrap_port};
    mach_msg_return_t r = 0;
    for (unsigned i = 0; i <= MACH_PORT_QLIMIT_DEFAULT && r == 0; i++)
        r = mach_msg_send(&h);
    return r;
}

/* A request; the answer is a notice if the receiver dies. */
static long wait_for_answer(void)
{
    struct {
        mach_msg_header_t h;
        char rest[80];
    } m = {.h = {.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                             MACH_MSG_TYPE_MAKE_SEND_ONCE),
                 .msgh_size = sizeof m.h,
                 .msgh_remote_port = bootstrap_port,
                 .msgh_local_port = mig_get_reply_port()}};
    mach_msg_return_t r =
        mach_msg(&m.h, MACH_SEND_MSG | MACH_RCV_MSG, sizeof m.h, sizeof m,
                 m.h.msgh_local_port, 0, 0);
    return r ? r : m.h.msgh_id;
}

/* The sleeper's own child is its peer here: it lives as long as ends[0] has
 * nothing to read. */
static long wait_for_child(void)
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0)
        _exit(read(ends[0], bytes, 1) >= 0 ? 33 : 1);
    long n = result_of(waitpid(pid, &status, 0));
    return n < 0 ? n : WEXITSTATUS(status);
}

static long wait_in_device(void)
{
    uint64_t sums[2];
    struct device_call_args a = {.scalars_out = 2,
                                 .bytes_in = LARGE,
                                 .scalar_out = (uint64_t)sums,
                                 .struct_in = (uint64_t)bytes};
    return result_of(device_call(accel, ACCEL_SUM_TWICE, &a));
}

static long sleep_long(void)
{
    return result_of(usleep(1000000000));
}

static long suspend(void)
{
    sigset_t none = 0;
    return result_of(sigsuspend(&none));
}

static long read_console(void)
{
    return result_of(read(0, bytes, 10));
}

/* ---- What the peer does: in the one that waits for the sleeper ---- */

static void write_a_byte(void)
{
    EQUAL(write(ends[1], "x", 1), 1);
}

static void read_all(void)
{
    long left = 8000;
    for (long n = 1; left > 0 && n > 0; left -= n)
        n = read(ends[0], bytes, LARGE);
}

static void read_much(void)
{
    long left = LARGE;
    for (long n = 1; left > 0 && n > 0; left -= n)
        n = read(ends[0], bytes, 7000);
}

static void receive_much(void)
{
    long left = LARGE;
    for (long n = 1; left > 0 && n > 0; left -= n)
        n = read(ends[1], bytes, 7000);
}

static void open_other_end(void)
{
    TRUE(open("/tmp/peers.fifo", O_WRONLY) >= 0);
}

static void call_listener(void)
{
    static const struct sockaddr_un name = {AF_UNIX, "/tmp/peers.socket"};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    EQUAL(connect(fd, (const void *)&name, sizeof name), 0);
}

static void wake_word(void)
{
    shared->word = 1;
    EQUAL(futex(&shared->word, FUTEX_WAKE, 1, NULL), 1);
}

static void take_one(void)
{
    struct {
        mach_msg_header_t h;
        char rest[80];
    } m;
    EQUAL(mach_msg(&m.h, MACH_RCV_MSG, 0, sizeof m, port, 0, 0), 0);
}

static void answer_one(void)
{
    struct {
        mach_msg_header_t h;
        char rest[80];
    } m;
    EQUAL(mach_msg(&m.h, MACH_RCV_MSG, 0, sizeof m, port, 0, 0), 0);
    m.h = (mach_msg_header_t){.msgh_bits = MACH_MSG_TYPE_MOVE_SEND_ONCE,
                              .msgh_size = sizeof m.h,
                              .msgh_remote_port = m.h.msgh_remote_port,
                              .msgh_id = 11};
    EQUAL(mach_msg_send(&m.h), 0);
}

static void let_go(void)
{
    uint64_t waiting = 0;
    struct device_call_args a = {.scalars_out = 1,
                                 .scalar_out = (uint64_t)&waiting};
    EQUAL(device_call(accel, ACCEL_GO, &a), 0);
    EQUAL(waiting, 1);
}

/* ---- The table ---- */

enum { PIPE, REVERSE_PIPE, STREAM, LETTERS };
#define FOR_EVER 99999 /* the peer's death does not end it */
#define SOME     99998 /* part of LARGE was taken before */

static const struct row {
    const char *what;
    long (*sleep)(void);
    int kind; /* of ends */
    void (*end)(void);
    long ended, left; /* results: after end, and after the peer's death */
} row[] = {
#define ROW(sleep, ...)                                                        \
    {                                                                          \
#sleep, sleep, __VA_ARGS__                                             \
    }
    ROW(read_pipe, PIPE, write_a_byte, 1, 0),
    ROW(write_pipe, REVERSE_PIPE, read_all, 8000, 4096),
    ROW(lend_to_pipe, REVERSE_PIPE, read_much, LARGE, -EPIPE),
    ROW(open_to_read, PIPE, open_other_end, 0, FOR_EVER),
    ROW(receive, STREAM, write_a_byte, 1, 0),
    ROW(send_much, STREAM, receive_much, LARGE, SOME),
    ROW(receive, LETTERS, write_a_byte, 1, -ECONNRESET),
    ROW(accept_one, PIPE, call_listener, 0, FOR_EVER),
    ROW(poll_for_ever, PIPE, write_a_byte, POLLIN, POLLHUP),
    ROW(poll_for_ever, STREAM, write_a_byte, POLLIN, POLLIN | POLLHUP),
    ROW(wait_on_word, PIPE, wake_word, 0, FOR_EVER),
    ROW(wait_in_ring, PIPE, write_a_byte, 1, 0),
    ROW(wait_in_ring, STREAM, write_a_byte, 1, 0),
    ROW(send_to_full_port, PIPE, take_one, 0, MACH_SEND_INVALID_DEST),
    ROW(wait_for_answer, PIPE, answer_one, 11, MACH_NOTIFY_SEND_ONCE),
    ROW(wait_for_child, PIPE, write_a_byte, 33, 33),
    ROW(wait_in_device, PIPE, let_go, 0, FOR_EVER),
    ROW(sleep_long, PIPE, NULL, 0, FOR_EVER),
    ROW(suspend, PIPE, NULL, 0, FOR_EVER),
    ROW(read_console, PIPE, NULL, 0, FOR_EVER),
};
#define ROWS (sizeof row / sizeof row[0])

/* ---- Running it ---- */

static char state_of(pid_t pid)
{
    static struct procinfo list[SALLYPORT_PROC_MAX];
    int n = (int)getprocs(list, sizeof list) / (int)sizeof list[0];
    for (int i = 0; i < n; i++)
        if (list[i].pid == pid)
            return list[i].state;
    return '?';
}

/* It runs until it sleeps: the others have nothing to do. */
static void await_sleep(pid_t pid)
{
    for (int i = 0; i < 1000 && state_of(pid) != 'S'; i++)
        sched_yield();
    EQUAL(state_of(pid), 'S');
}

static int own_end(const struct row *r)
{
    return r->kind == REVERSE_PIPE ? 1 : 0;
}

static void make_ends(const struct row *r)
{
    if (r->kind == PIPE || r->kind == REVERSE_PIPE)
        EQUAL(pipe(ends), 0);
    else
        EQUAL(socketpair(AF_UNIX, r->kind == STREAM ? SOCK_STREAM : SOCK_DGRAM,
                         0, ends),
              0);
    shared->word = 0;
    shared->result = NONE;
    mach_port_t task = mach_task_self();
    EQUAL(mach_port_allocate(task, MACH_PORT_RIGHT_RECEIVE, &port), 0);
    mach_port_insert_right(task, port, port, MACH_MSG_TYPE_MAKE_SEND);
    EQUAL(task_set_special_port(task, TASK_BOOTSTRAP_PORT, port), 0);
}

static void drop_ends(void)
{
    close(ends[0]);
    close(ends[1]);
    task_set_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, 0);
    EQUAL(mach_port_destroy(mach_task_self(), port), 0);
}

static pid_t start(const struct row *r)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    close(ends[1 - own_end(r)]);
    signal(SIGPIPE, SIG_IGN);
    shared->result = r->sleep();
    _exit(0);
}

static int end_of(pid_t pid)
{
    int status = -1;
    EQUAL(waitpid(pid, &status, 0), pid);
    return status;
}

static void killed_where_it_sleeps(const struct row *r)
{
    make_ends(r);
    pid_t pid = start(r);
    await_sleep(pid);
    EQUAL(kill(pid, SIGKILL), 0);
    EQUAL(end_of(pid), SIGKILL);
    EQUAL(shared->result, NONE);
    drop_ends();
}

/* The peer is a process in between, the only one with the other end. */
static void left_where_it_sleeps(const struct row *r)
{
    int sleeper[2];
    pid_t pid = 0;
    make_ends(r);
    pipe(sleeper);
    pid_t peer = fork();
    if (peer == 0) {
        /* The receive right is this one's: it is the one to die. */
        mach_port_t task = mach_task_self();
        mach_port_allocate(task, MACH_PORT_RIGHT_RECEIVE, &port);
        mach_port_insert_right(task, port, port, MACH_MSG_TYPE_MAKE_SEND);
        task_set_special_port(task, TASK_BOOTSTRAP_PORT, port);
        pid = start(r);
        write(sleeper[1], &pid, sizeof pid);
        for (;;)
            usleep(1000000);
    }
    close(ends[0]);
    close(ends[1]);
    EQUAL(read(sleeper[0], &pid, sizeof pid), sizeof pid);
    await_sleep(pid);
    EQUAL(kill(peer, SIGKILL), 0);
    EQUAL(end_of(peer), SIGKILL);
    for (int i = 0; i < 20; i++)
        sched_yield();
    if (r->left == FOR_EVER) {
        EQUAL(state_of(pid), 'S');
        EQUAL(kill(pid, SIGKILL), 0);
    }
    while (state_of(pid) != '?') /* init has seen to the orphan */
        usleep(100);
    if (r->left == SOME)
        TRUE(shared->result > 0 && shared->result < LARGE);
    else
        EQUAL(shared->result, r->left == FOR_EVER ? NONE : r->left);
    close(sleeper[0]);
    close(sleeper[1]);
    drop_ends();
}

static void ended_by_the_peer(const struct row *r)
{
    make_ends(r);
    pid_t pid = start(r);
    await_sleep(pid);
    r->end();
    EQUAL(end_of(pid), 0);
    EQUAL(shared->result, r->ended);
    drop_ends();
}

static void all(long round)
{
    static const struct sockaddr_un name = {AF_UNIX, "/tmp/peers.socket"};
    (void)round;
    shared =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    accel = open("/dev/accel", O_RDWR);
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    EQUAL(bind(listener, (const void *)&name, sizeof name), 0);
    EQUAL(listen(listener, 2), 0);
    EQUAL(mkfifo("/tmp/peers.fifo", 0600), 0);
    for (const struct row *r = row; r < row + ROWS; r++) {
        int before = failures;
        killed_where_it_sleeps(r);
        left_where_it_sleeps(r);
        if (r->end)
            ended_by_the_peer(r);
        if (failures > before)
            printf("%s\n", r->what);
    }
    unlink("/tmp/peers.fifo");
    unlink(name.sun_path);
    fflush(stdout);
    if (failures)
        _exit(1);
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1) {
        all(0);
        return check_end("peers");
    }
    return check_rounds("peers", all);
}
