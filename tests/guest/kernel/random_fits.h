/*
 * random_fits.h - for random.c: calls with random arguments that fit, so that
 * they do something, and there is something to lose when a process ends. What
 * is common to all processes (a shared word, pipes, sockets, the bootstrap
 * port) is inherited from the one that starts them.
 */
#ifndef TESTS_GUEST_RANDOM_FITS_H
#define TESTS_GUEST_RANDOM_FITS_H

#include "random.h"
#include "random_ports.h"
#include <poll.h>
#include <sallyport/ring.h>
#include <sys/ioctl.h>
#include <sys/sysctl.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>

/* ---- Files, sockets, memory, devices ---- */

static volatile uint32_t *shared_word; /* in a page that all have */
static struct ring_page *ring;

static long some_fd(void)
{
    return 3 + (long)below(24);
}

/* One that was a socket, most likely: those that came last. */
static int socket_fd[8];

static long some_socket(void)
{
    return below(8) ? socket_fd[below(LENGTH(socket_fd))] : some_fd();
}

static void keep_socket(long fd)
{
    socket_fd[below(LENGTH(socket_fd))] = (int)fd;
}

static void transfer(long arg[6])
{
    struct iovec v = some_bytes();
    arg[0] = some_fd();
    arg[1] = (long)v.iov_base;
    arg[2] = (long)v.iov_len;
    arg[3] = MSG_DONTWAIT | MSG_NOSIGNAL; /* if it is a socket's */
    arg[4] = arg[5] = 0;
}

static void socket_transfer(long arg[6])
{
    transfer(arg);
    arg[0] = some_socket();
    if (below(2))
        arg[2] %= 500;
}

static void socket_receive(long arg[6])
{
    socket_transfer(arg);
    arg[3] = MSG_DONTWAIT;
}

static struct iovec piece[5];

static void vector(long arg[6])
{
    arg[0] = some_fd();
    arg[1] = (long)piece;
    arg[2] = (long)below(LENGTH(piece) + 1);
    for (unsigned i = 0; i < LENGTH(piece); i++)
        piece[i] = some_bytes();
}

static void packet(long arg[6])
{
    static struct {
        struct cmsghdr head;
        int fd[4];
    } control;
    static struct msghdr msg;
    unsigned n = (unsigned)below(5);
    vector(arg);
    control.head =
        (struct cmsghdr){CMSG_LEN(n * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    for (int i = 0; i < 4; i++)
        control.fd[i] = (int)some_fd();
    msg = (struct msghdr){.msg_iov = piece,
                          .msg_iovlen = (int)arg[2],
                          .msg_control = n ? &control : NULL,
                          .msg_controllen = n ? control.head.cmsg_len : 0};
    arg[0] = some_socket();
    arg[1] = (long)&msg;
    arg[2] = MSG_DONTWAIT | MSG_NOSIGNAL;
}

static void packet_room(long arg[6])
{
    packet(arg);
    arg[2] = MSG_DONTWAIT;
}

static void socket_name(long arg[6])
{
    static struct sockaddr_un address;
    address = (struct sockaddr_un){.sun_family = AF_UNIX};
    strcpy(address.sun_path, below(2) ? "a" : "b");
    arg[0] = some_socket();
    arg[1] = (long)&address;
    arg[2] = sizeof address;
}

static void new_socket(long arg[6])
{
    arg[0] = AF_UNIX;
    arg[1] = (long)(1 + below(2)) | SOCK_NONBLOCK;
    arg[2] = 0;
    arg[3] = (long)area;
}

static void on_socket(long arg[6])
{
    arg[0] = some_socket();
    arg[1] = arg[2] = (long)below(4);
    if (below(2))
        arg[1] = arg[2] = 0; /* accept: no address */
}

static void on_descriptor(long arg[6])
{
    arg[0] = some_fd();
    arg[1] = arg[2] = (long)below(4);
}

static void into_area(long arg[6])
{
    arg[0] = (long)area;
}

static void two_names(long arg[6])
{
    arg[0] = (long)names[below(4)];
    arg[1] = (long)names[below(4)];
}

static void opened(long arg[6])
{
    arg[0] = (long)names[below(4)];
    arg[1] = (long)(O_CREAT | O_RDWR | O_NONBLOCK | (below(2) ? O_TRUNC : 0));
    arg[2] = 0644;
}

static void shm_object(long arg[6])
{
    arg[0] = (long)(below(2) ? "/one" : "/two");
    arg[1] = O_RDWR | O_CREAT;
    arg[2] = 0600;
}

static void length_of_file(long arg[6])
{
    arg[0] = some_fd();
    arg[1] = (long)below(90000);
}

static void mapping(long arg[6])
{
    static const long flags[] = {MAP_PRIVATE | MAP_ANON, MAP_SHARED | MAP_ANON,
                                 MAP_PRIVATE, MAP_SHARED};
    arg[0] = 0;
    arg[1] = (long)(1 + below(9)) * 4096;
    arg[2] = PROT_READ | PROT_WRITE;
    arg[3] = flags[below(4)];
    arg[4] = some_fd();
    arg[5] = (long)below(2) * 4096;
}

static long mapped[8]; /* where the last ones are */

static void part_of_mapping(long arg[6])
{
    arg[0] = mapped[below(LENGTH(mapped))] + (long)below(2) * 4096;
    arg[1] = (long)(1 + below(4)) * 4096;
    arg[2] = PROT_READ;
}

static void polled(long arg[6])
{
    static struct pollfd all[8];
    for (unsigned i = 0; i < LENGTH(all); i++)
        all[i] = (struct pollfd){(int)some_fd(), (short)next(), 0};
    arg[0] = (long)all;
    arg[1] = (long)below(LENGTH(all) + 1);
    arg[2] = (long)below(3);
}

static void word(long arg[6])
{
    static struct timespec t = {0, 300000};
    *shared_word = 0;
    arg[0] = (long)(shared_word + below(2));
    arg[1] = (long)below(2);
    arg[2] = 0;
    arg[3] = (long)&t;
}

static void device(long arg[6])
{
    static struct device_call_args a;
    static uint64_t numbers[2];
    size_t n = below(2) ? sizeof area : below(sizeof area);
    long selector = ACCEL_SUM + (long)below(4);
    bool sums = selector == ACCEL_SUM || selector == ACCEL_SUM_TWICE;
    a = (struct device_call_args){
        .scalars_out = selector == ACCEL_INVERT      ? 0
                       : selector == ACCEL_SUM_TWICE ? 2
                                                     : 1,
        .bytes_in = sums || selector == ACCEL_INVERT ? n : 0,
        .bytes_out = selector == ACCEL_INVERT ? n : 0,
        .scalar_out = (uint64_t)numbers,
        .struct_in = (uint64_t)area,
        .struct_out = (uint64_t)area};
    arg[0] = 4; /* where the worker opened /dev/accel, if it still is */
    arg[1] = selector;
    arg[2] = (long)&a;
}

static void device_request(long arg[6])
{
    static const uint32_t request[] = {FIONREAD,  FIONBIO,      FIOCLEX,
                                       DEMO_SET,  DEMO_INFO,    DEMO_ADD,
                                       DEMO_STEP, DEMO_REVERSE, DEMO_GATHER};
    arg[1] = request[below(LENGTH(request))];
    arg[0] = below(2) ? 3 : some_fd(); /* /dev/demo, as above */
    arg[2] = (long)area;
    memset(area, 1, 4); /* FIONBIO: on */
}

/* Queued here; the kernel takes them when it is entered. */
static void queue_requests(long arg[6])
{
    for (uint64_t n = below(8); n > 0; n--) {
        struct iovec v = some_bytes();
        ring->request[ring->sq_tail++ & 7] =
            (struct ring_request){.op = (uint32_t)(1 + below(2)),
                                  .fd = (int)some_fd(),
                                  .buffer = (uint64_t)v.iov_base,
                                  .length = v.iov_len,
                                  .offset = below(2) ? RING_FILE_OFFSET : 0};
    }
    ring->cq_head = ring->cq_tail;
    arg[0] = 8;
    arg[1] = 0;
}

static void variable(long arg[6])
{
    static const char *const name[] = {"kern.hostname", "kern.proc",
                                       "kern.procname", "hw.ncpu"};
    static size_t room;
    room = below(2) ? sizeof area : below(64);
    arg[0] = (long)name[below(LENGTH(name))];
    arg[1] = below(4) ? (long)area : 0;
    arg[2] = (long)&room;
    arg[3] = below(2) ? (long)"name" : 0;
    arg[4] = arg[3] ? 5 : 0;
}

static void action(long arg[6])
{
    static struct sigaction a;
    a = (struct sigaction){.sa_handler = below(2) ? SIG_IGN : SIG_DFL};
    arg[0] = below(2) ? SIGCHLD : SIGUSR2;
    arg[1] = (long)&a;
    arg[2] = below(2) ? (long)area : 0;
}

static void to_self(long arg[6])
{
    arg[0] = getpid();
    arg[1] = SIGUSR1;
}

/* ---- All of them ---- */

static const struct {
    int number;
    void (*prepare)(long arg[6]);
} fitting[] = {
    {SYS_read, transfer},
    {SYS_write, transfer},
    {SYS_sendto, socket_transfer},
    {SYS_recvfrom, socket_receive},
    {SYS_readv, vector},
    {SYS_writev, vector},
    {SYS_sendmsg, packet},
    {SYS_recvmsg, packet_room},
    {SYS_bind, socket_name},
    {SYS_connect, socket_name},
    {SYS_socket, new_socket},
    {SYS_socketpair, new_socket},
    {SYS_listen, on_socket},
    {SYS_accept, on_socket},
    {SYS_shutdown, on_socket},
    {SYS_close, on_descriptor},
    {SYS_dup, on_descriptor},
    {SYS_pipe, into_area},
    {SYS_open, opened},
    {SYS_mkfifo, opened},
    {SYS_mkdir, two_names},
    {SYS_link, two_names},
    {SYS_rename, two_names},
    {SYS_unlink, two_names},
    {SYS_rmdir, two_names},
    {SYS_shm_open, shm_object},
    {SYS_shm_unlink, shm_object},
    {SYS_ftruncate, length_of_file},
    {SYS_mmap, mapping},
    {SYS_munmap, part_of_mapping},
    {SYS_mprotect, part_of_mapping},
    {SYS_poll, polled},
    {SYS_futex, word},
    {SYS_device_call, device},
    {SYS_ioctl, device_request},
    {SYS_ring_enter, queue_requests},
    {SYS_sysctlbyname, variable},
    {SYS_sigaction, action},
    {SYS_kill, to_self},
    {SYS_mach_port_allocate_trap, allocate_port},
    {SYS_mach_port_mod_refs_trap, on_port},
    {SYS_mach_port_set_limit_trap, on_port},
    {SYS_mach_port_insert_right_trap, on_two_ports},
    {SYS_mach_port_move_member_trap, on_two_ports},
    {SYS_mach_port_request_notification_trap, notification},
    {SYS_mach_msg_trap, message},
};

#endif
