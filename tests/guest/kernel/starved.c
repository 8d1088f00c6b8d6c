/*
 * starved.c - a bit of everything that needs memory. test_kernel.c runs it over
 * and over and lets the kernel's n-th allocation fail, for every n. Each step
 * works or fails with ENOMEM; a page that cannot be had when it is touched
 * kills the process. In no case may anything be lost.
 *
 * Two getppid calls enclose what is watched: before the first, as many
 * processes lived at once as ever will, for their kernel stacks stay.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/device.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/uio.h>
#include <sys/sysctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mach/mach.h>
#include <sallyport/calls.h>
#include <sallyport/ring.h>
#include "host.h"

static char bytes[5 * 4096]; /* more than map_threshold */

/* Exits with 1 if a step failed for another reason than memory. */
static int allowed(int result)
{
    if (result < 0 && errno != ENOMEM && errno != ENOENT && errno != EBADF)
        _exit(1);
    return result;
}

static void files(void)
{
    allowed(mkdir("/tmp/s", 0755));
    int fd = allowed(open("/tmp/s/a", O_RDWR | O_CREAT, 0644));
    allowed((int)write(fd, bytes, sizeof bytes));
    lseek(fd, 3 << 20, SEEK_SET); /* two levels of pages */
    allowed((int)write(fd, bytes, 10));
    allowed(link("/tmp/s/a", "/tmp/s/b"));
    allowed(rename("/tmp/s/b", "/tmp/s/c"));
    fd = allowed(open("/bin/cat", O_RDWR));
    lseek(fd, 4096, SEEK_SET);
    allowed((int)write(fd, bytes, 10)); /* copies a page of the archive */
}

/* A vector that no stack has room for, and a pipe with a name. */
static void pieces(void)
{
    struct iovec v[300];
    for (int i = 0; i < 300; i++)
        v[i] = (struct iovec){bytes, 1};
    allowed(mkfifo("/tmp/s/f", 0600));
    int fd = allowed(open("/tmp/s/f", O_RDWR));
    allowed((int)writev(fd, v, 300));
    struct pollfd p = {.fd = fd, .events = POLLIN};
    if (fd >= 0 && allowed(poll(&p, 1, 0)) == 1)
        readv(fd, v, 300); /* EFAULT: no memory for a page of `bytes` */
    close(fd);
    unlink("/tmp/s/f");
}

static void processes(void)
{
    int fd[2] = {-1, -1};
    allowed(pipe(fd));
    allowed((int)write(fd[1], bytes, 100));
    pid_t pid = fork();
    if (pid == 0) {
        memset(bytes, 1, sizeof bytes);
        execve("/bin/true", (char *[]){"true", "x", NULL}, NULL);
        _exit(errno == ENOMEM ? 0 : 1);
    }
    int status = 0;
    if (allowed(pid) > 0 && waitpid(pid, &status, 0) == pid && status != 0 &&
        status != 9)
        _exit(1);
}

static void memory(void)
{
    errno = 0;
    char *heap = sbrk(4 << 20);
    if (heap == (char *)-1)
        allowed(-1);
    else
        heap[0] = heap[(4 << 20) - 1] = 1;
}

/* Mach's calls have results of their own: these say "no memory". */
static int mach_allowed(int result)
{
    if (result != 0 && result != KERN_RESOURCE_SHORTAGE &&
        result != MACH_SEND_NO_BUFFER && result != MACH_RCV_TIMED_OUT &&
        result != MACH_SEND_INVALID_DEST && result != MACH_RCV_INVALID_NAME &&
        result != KERN_INVALID_NAME && result != KERN_INVALID_TASK &&
        result != (MACH_RCV_BODY_ERROR | MACH_MSG_VM_SPACE) &&
        result != MACH_SEND_INVALID_HEADER && result != MIG_SERVER_DIED)
        _exit(1);
    return result;
}

/* A right and three pages, lent, to itself; a notice; and what the kernel
 * answers. All that stays is given back at exit. */
static void ports(void)
{
    mach_port_t self = mach_task_self(), p = MACH_PORT_NULL, previous;
    mach_allowed(mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &p));
    mach_allowed(mach_port_insert_right(self, p, p, MACH_MSG_TYPE_MAKE_SEND));
    mach_allowed(mach_port_request_notification(
        self, p, MACH_NOTIFY_DEAD_NAME, 0, p, MACH_MSG_TYPE_MAKE_SEND_ONCE,
        &previous));
    struct {
        mach_msg_header_t head;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
        mach_msg_ool_descriptor_t memory;
        char large[1000];
        char trailer[8];
    } m = {.head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX |
                                 MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                                MACH_MSG_TYPE_MAKE_SEND_ONCE),
                    .msgh_size = sizeof m - 8,
                    .msgh_remote_port = p,
                    .msgh_local_port = p},
           .body = {2},
           .port = {.name = p, .disposition = MACH_MSG_TYPE_MAKE_SEND_ONCE},
           .memory = {.address = (uint64_t)bytes,
                      .type = MACH_MSG_OOL_DESCRIPTOR,
                      .copy = MACH_MSG_VIRTUAL_COPY,
                      .size = sizeof bytes}};
    for (int i = 0; i < 2; i++)
        mach_allowed(mach_msg_send(&m.head));
    mach_allowed(mach_msg(&m.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof m,
                          p, 0, MACH_PORT_NULL));
    uint64_t total, free;
    mach_port_t host = mach_host_self();
    if (host && mig_get_reply_port()) {
        kern_return_t kr = mach_allowed(host_memory(host, &total, &free));
        if (kr == 0 && free > total)
            _exit(1);
    }
}

#define RW (PROT_READ | PROT_WRITE)

static char *mapped(size_t n, int flags, int fd)
{
    char *p = mmap(NULL, n, RW, flags, fd, 0);
    return allowed(p == MAP_FAILED ? -1 : 0) < 0 ? NULL : p;
}

static void mappings(void)
{
    char *p = mapped(3 * 4096, MAP_PRIVATE | MAP_ANON, -1);
    if (p) {
        p[0] = p[8192] = 1;
        allowed(mprotect(p + 4096, 4096, PROT_READ));
        allowed(munmap(p + 4096, 4096));
    }
    if ((p = mapped(4096, MAP_SHARED | MAP_ANON, -1)))
        p[0] = 1;
    int fd = allowed(shm_open("/starved", O_RDWR | O_CREAT, 0600));
    if (fd >= 0 && ftruncate(fd, 8192) == 0 &&
        (p = mapped(8192, MAP_SHARED, fd))) {
        p[4096] = 1;
        ftruncate(fd, 1);
    }
    allowed(shm_unlink("/starved"));
}

static void ring(void)
{
    struct ring r;
    struct ring_completion c;
    if (allowed(ring_init(&r, 8, RING_POLLED)) < 0)
        return;
    int fd = open("/tmp/s/d", O_RDWR | O_CREAT, 0644);
    ring_add(&r, RING_WRITE, fd, bytes, 8192, 4096, 1);
    if (ring_wait(&r, &c) && c.result < 0 && c.result != -ENOMEM &&
        c.result != -EBADF)
        _exit(1);
}

/* The old value's page comes when the kernel writes there. If it cannot, the
 * new value is not set. */
static void variables(void)
{
    const char *const name = "vm.map_threshold";
    long old = 0, now = 0, new = 5000;
    size_t n = sizeof old;
    if (sysctlbyname(name, &old, &n, NULL, 0) < 0) {
        if (errno != EFAULT) /* the name's page */
            _exit(1);
        return;
    }
    char *page = mapped(4096, MAP_PRIVATE | MAP_ANON, -1);
    if (page == NULL)
        return;
    bool set = sysctlbyname(name, page, &n, &new, sizeof new) == 0;
    if (!set && errno != EFAULT)
        _exit(1);
    sysctlbyname(name, &now, &n, &old, sizeof old);
    if (now != (set ? new : old) || old == new)
        _exit(1);
}

/* A write large enough to be mapped; the child dies if nobody can read it. */
static void wired(void)
{
    int fd[2];
    if (allowed(pipe(fd)) < 0)
        return;
    pid_t pid = allowed(fork());
    if (pid == 0) {
        close(fd[0]);
        allowed((int)write(fd[1], bytes, sizeof bytes));
        _exit(0);
    }
    close(fd[1]);
    while (pid > 0 && read(fd[0], bytes, sizeof bytes) > 0)
        ;
}

/* A structure for which the kernel's stack has no room. */
static void devices(void)
{
    struct demo_table table;
    int fd = allowed(open("/dev/demo", O_RDWR));
    for (uint32_t i = 0; i < DEMO_ENTRIES; i++)
        table.entry[i] = i;
    if (allowed(ioctl(fd, DEMO_REVERSE, &table)) < 0 ? table.entry[1] != 1
                                                     : table.entry[1] != 62)
        _exit(1);
    fd = allowed(open("/dev/accel", O_RDWR));
    for (uint64_t n = 4096; n <= 5 * 4096; n *= 5) {
        uint64_t sum = 0;
        struct device_call_args a = {.scalars_out = 1,
                                     .bytes_in = n,
                                     .scalar_out = (uint64_t)&sum,
                                     .struct_in = (uint64_t)bytes};
        if (allowed(device_call(fd, ACCEL_SUM, &a)) == 0 && sum == 0)
            _exit(1);
    }
}

/* kill(pid, number) with another sp, which it gets back. */
int kill_on_stack(long pid, long number, char *sp);
__asm__(".text\n"
        "kill_on_stack:\n"
        "mv t6, sp\n"
        "mv sp, a2\n"
        "li a7, 25\n"
        "ecall\n"
        "mv sp, t6\n"
        "ret\n");

static void ignore(int number)
{
    (void)number;
}

/* A frame on a stack whose page is not there yet: without one the child dies,
 * as of any stack that has no room. */
static void handlers(void)
{
    pid_t pid = allowed(fork());
    if (pid == 0) {
        char *stack = mapped(4096, MAP_PRIVATE | MAP_ANON, -1);
        signal(SIGUSR1, ignore);
        if (stack)
            kill_on_stack(getpid(), SIGUSR1, stack + 4096);
        _exit(0);
    }
    int status = 0;
    if (pid > 0 && waitpid(pid, &status, 0) == pid && status != 0 &&
        status != SIGSEGV && status != SIGKILL)
        _exit(1);
}

/* A connection by name, a datagram, a descriptor on its way at the end. */
static void sockets(void)
{
    static const struct sockaddr_un name = {AF_UNIX, "/tmp/s.socket"};
    int ends[2] = {-1, -1}, zero = 0;
    int listener = allowed(socket(AF_UNIX, SOCK_STREAM, 0));
    int fd = allowed(socket(AF_UNIX, SOCK_STREAM, 0));
    if (bind(listener, (const void *)&name, sizeof name) == 0 &&
        listen(listener, 2) == 0 &&
        allowed(connect(fd, (const void *)&name, sizeof name)) == 0) {
        allowed((int)send(fd, bytes, 5000, MSG_DONTWAIT | MSG_NOSIGNAL));
        fd = allowed(accept(listener, NULL, NULL));
    }
    allowed(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
    allowed((int)send(ends[0], bytes, 2000, MSG_DONTWAIT));
    struct {
        struct cmsghdr head;
        int fd;
    } control = {{sizeof control, SOL_SOCKET, SCM_RIGHTS}, zero};
    struct iovec piece[20] = {{bytes, 100}}; /* past what the stack holds */
    struct msghdr msg = {.msg_iov = piece,
                         .msg_iovlen = 20,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};
    allowed((int)sendmsg(ends[0], &msg, MSG_DONTWAIT));
    unlink(name.sun_path);
}

static void work(void)
{
    /* Its own from here on: where a page cannot be copied at a copyout, the
     * call says EFAULT. */
    memset(bytes, 2, sizeof bytes);
    handlers();
    devices();
    files();
    pieces();
    ports();
    processes();
    memory();
    mappings();
    variables();
    wired();
    ring();
    sockets();
    _exit(0);
}

static void tidy(void)
{
    static const char *const name[] = {"/tmp/s/a", "/tmp/s/b", "/tmp/s/c",
                                       "/tmp/s/d"};
    for (int i = 0; i < 4; i++)
        unlink(name[i]);
    shm_unlink("/starved");
    unlink("/tmp/s.socket");
    rmdir("/tmp/s");
    truncate("/bin/cat", 0);
}

/* An orphan may outlive the worker: until only init and this process are left,
 * not all frames can be back. */
static void wait_for_orphans(void)
{
    static struct procinfo list[8];
    while (getprocs(list, sizeof list) > 2 * (int)sizeof list[0])
        usleep(100);
}

/* Two processes below this one, one below the other, at the same time. */
static void make_kernel_stacks(void)
{
    if (fork() == 0) {
        if (fork() == 0)
            _exit(0);
        wait(NULL);
        _exit(0);
    }
    wait(NULL);
}

int main(void)
{
    make_kernel_stacks();
    memset(bytes, 2, sizeof bytes);
    truncate("/bin/cat", 8192);
    getppid();
    pid_t pid = fork();
    if (pid == 0)
        work();
    int status = 0;
    if (pid > 0)
        waitpid(pid, &status, 0);
    wait_for_orphans();
    tidy();
    getppid();
    /* out of memory kills with signal 9 */
    return status == 0 || status == 9 ? 0 : 1;
}
