/*
 * callall.c - makes every system call of the table at least once, most of them
 * a second time so that they are refused, and prints each result. The output
 * depends on nothing but the kernel: the tests compare it between machines.
 *
 * The list is made from syscall.def, so a call that is added there and not
 * tried here is told, with status 1.
 *
 * Watch: every kind of argument there is. Numbers cross in registers; strings
 * by copyinstr; buffers by copyin and copyout, or not at all, when the pointer
 * is bad: then the crossing returns EFAULT and the program lives on. Compare
 * that with `crash null-load`, where the same address is used without asking.
 */
#include <dirent.h>
#include <fcntl.h>
#include <mach/mach.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/device.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysctl.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <sallyport/calls.h>
#include <sallyport/ring.h>
#include "program.h"

#define WORKSHOP "/tmp/callall"

/* In the page that is never mapped; volatile, so that the compiler does not
 * see it coming. */
static void *volatile bad = (void *)8;

/* try_exit, try_fork, ...: weak, because a new call has none yet. */
#define CALL(number, name, result, args, help)                                 \
    void try_##name(void) __attribute__((weak));
#include "syscall.def"
#undef CALL

/* One line per result: the value, or the error's name. */
static void told(const char *call, long result)
{
    if (result >= 0)
        printf("%s = %ld\n", call, result);
    else
        printf("%s = -1, %s\n", call, strerror(errno));
}

/* A child that runs `what` and its status, as told by waitpid. */
static int child_status(void (*what)(void))
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        what();
        _exit(0);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return -1;
    return status;
}

/* ---- Processes ---- */

static void exit_with_7(void)
{
    _exit(7);
}

void try_exit(void)
{
    printf("exit(7): status 0x%x\n", child_status(exit_with_7));
}

static int shared = 1; /* until somebody stores to it */

static void store_own(void)
{
    shared = 2;
}

void try_fork(void)
{
    printf("fork: the child's status is 0x%x\n", child_status(store_own));
    printf("fork: the parent's variable is still %d\n", shared);
}

static void run_echo(void)
{
    execve("/bin/echo", (char *[]){"echo", "hello from execve", NULL},
           (char *[]){NULL});
}

void try_execve(void)
{
    printf("execve: status 0x%x\n", child_status(run_echo));
    told("execve of nothing", execve("/nope", (char *[]){NULL}, NULL));
    told("execve of a text", execve("/etc/motd", (char *[]){NULL}, NULL));
    told("execve with a bad argv", execve("/bin/true", bad, NULL));
}

void try_waitpid(void)
{
    int status;
    told("waitpid without children", waitpid(-1, &status, 0));
    told("waitpid of a stranger", waitpid(1, &status, WNOHANG));
}

void try_kill(void)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            sleep(1000);
    told("kill", kill(pid, SIGTERM));
    waitpid(pid, &status, 0);
    printf("kill: the child died of signal %d\n", WTERMSIG(status));
    told("kill of nobody", kill(30000, SIGTERM));
    told("kill with signal 99", kill(getpid(), 99));
}

void try_poll(void)
{
    int fds[2] = {-1, -1};
    struct pollfd p[3] = {{.fd = -1}, {.fd = 40, .events = POLLIN}};
    told("pipe", pipe(fds));
    p[2] = (struct pollfd){.fd = fds[0], .events = POLLIN};
    told("poll", poll(p, 3, -1));
    printf("poll: closed %#x, empty %#x\n", p[1].revents, p[2].revents);
    told("write", write(fds[1], "x", 1));
    told("poll of one", poll(p + 2, 1, 1000));
    printf("poll: a byte %#x\n", p[2].revents);
    told("poll of too many", poll(p, SALLYPORT_OPEN_MAX + 1, 0));
    told("poll at a bad address", poll(bad, 1, 0));
    close(fds[0]);
    close(fds[1]);
}

void try_getpid(void)
{
    printf("getpid: %s\n", getpid() > 1 ? "greater than 1" : "wrong");
}

static pid_t own_pid;

static void ask_parent(void)
{
    _exit(getppid() == own_pid ? 5 : 6);
}

void try_getppid(void)
{
    own_pid = getpid();
    printf("getppid in a child: status 0x%x\n", child_status(ask_parent));
}

static void lead_a_group(void)
{
    _exit(setpgid(0, 0) != 0);
}

void try_setpgid(void)
{
    printf("setpgid in a child: status 0x%x\n", child_status(lead_a_group));
    told("setpgid of a stranger", setpgid(30000, 0));
}

void try_sched_yield(void)
{
    told("sched_yield", sched_yield());
}

/* ---- Users ---- */

static void leave_root(void)
{
    told("setuid", setuid(7));
    told("setuid back", setuid(0));
    told("setgid too late", setgid(7));
    told("getuid", getuid());
    told("kill of root's process", kill(getppid(), SIGTERM));
    told("sysctl of root's", sysctlbyname("kern.hostname", NULL, NULL, "x", 1));
    fflush(stdout);
}

void try_setuid(void)
{
    fflush(stdout);
    child_status(leave_root);
}

void try_getuid(void)
{
    told("getuid", getuid());
}

static void change_group(void)
{
    told("setgid", setgid(8));
    told("getgid", getgid());
    told("setgid to none", setgid(-1));
    fflush(stdout);
}

void try_setgid(void)
{
    fflush(stdout);
    child_status(change_group);
}

void try_getgid(void)
{
    told("getgid", getgid());
}

/* ---- The kernel's variables ---- */

void try_sysctl(void)
{
    int value = 0, number[CTL_MAXNAME] = {CTL_HW, HW_PAGESIZE, 1};
    size_t n = sizeof value;
    told("sysctl", sysctl(number, 2, &value, &n, NULL, 0));
    printf("sysctl: %d in %lu bytes\n", value, (unsigned long)n);
    told("sysctl beyond a leaf", sysctl(number, 3, &value, &n, NULL, 0));
    told("sysctl of one number", sysctl(number, 1, &value, &n, NULL, 0));
    told("sysctl of bad numbers", sysctl(bad, 2, &value, &n, NULL, 0));
}

void try_sysctlbyname(void)
{
    char text[4];
    size_t n = sizeof text;
    long large = 1L << 40;
    told("sysctlbyname", sysctlbyname("kern.ostype", NULL, &n, NULL, 0));
    printf("sysctlbyname: takes %lu bytes\n", (unsigned long)n);
    n = sizeof text;
    told("sysctlbyname of too few",
         sysctlbyname("kern.ostype", text, &n, NULL, 0));
    told("sysctlbyname of nothing", sysctlbyname("nope", text, &n, NULL, 0));
    told("sysctlbyname of a constant",
         sysctlbyname("kern.ostype", NULL, NULL, "x", 1));
    told("sysctlbyname of a large int",
         sysctlbyname("mach.qlimit_default", NULL, NULL, &large, 8));
    told("sysctlbyname with a bad length",
         sysctlbyname("kern.ostype", text, bad, NULL, 0));
}

/* ---- Memory and time ---- */

void try_sbrk(void)
{
    char *old = __sbrk(5000);
    old[4999] = 1;
    printf("sbrk: grew by %ld\n", (long)((char *)__sbrk(0) - old));
    __sbrk(-5000);
    printf("sbrk: and shrank to %ld\n", (long)((char *)__sbrk(0) - old));
    told("sbrk of everything", (long)__sbrk(1L << 40));
}

void try_nanosleep(void)
{
    struct timespec time = {.tv_nsec = 1000000};
    told("nanosleep", nanosleep(&time, NULL));
    time.tv_nsec = 2000000000;
    told("nanosleep of two seconds in nanoseconds", nanosleep(&time, NULL));
    told("nanosleep with a bad pointer", nanosleep(bad, NULL));
}

void try_uptime(void)
{
    uint64_t before = uptime();
    nanosleep(&(struct timespec){.tv_nsec = 1000}, NULL);
    printf("uptime: %s\n", uptime() > before ? "goes on" : "stands still");
}

void try_getprocs(void)
{
    static struct procinfo list[SALLYPORT_PROC_MAX];
    ssize_t bytes = getprocs(list, sizeof list);
    int own = 0;
    for (size_t i = 0; bytes > 0 && i < (size_t)bytes / sizeof list[0]; i++)
        own += list[i].pid == getpid() && strcmp(list[i].name, "callall") == 0;
    printf("getprocs: found itself %d time\n", own);
    told("getprocs with a bad buffer", getprocs(bad, sizeof list));
}

/* ---- Descriptors ---- */

void try_open(void)
{
    int fd = open("opened", O_RDWR | O_CREAT | O_TRUNC, 0644);
    printf("open: %s\n", fd >= 3 ? "a descriptor" : "wrong");
    close(fd);
    told("open of nothing", open("/nope", O_RDONLY));
    told("open with O_EXCL", open("opened", O_CREAT | O_EXCL, 0644));
    told("open of a bad name", open(bad, O_RDONLY));
    unlink("opened");
}

void try_close(void)
{
    told("close", close(open("made", O_RDONLY)));
    told("close of 55", close(55));
}

void try_write(void)
{
    int fd = open("made", O_WRONLY);
    told("write", write(fd, "twelve bytes", 12));
    told("write of a bad buffer", write(fd, bad, 12));
    told("write of nothing, badly", write(fd, bad, 0));
    close(fd);
    told("write to 55", write(55, "x", 1));
}

void try_read(void)
{
    char bytes[8] = {0};
    int fd = open("made", O_RDONLY);
    told("read", read(fd, bytes, 6));
    printf("read: \"%s\"\n", bytes);
    told("read into a bad buffer", read(fd, bad, 6));
    told("read into the program's text", read(fd, (void *)try_read, 6));
    close(fd);
}

void try_ioctl(void)
{
    int fd = open("made", O_RDONLY), bytes = -1;
    told("ioctl FIONREAD", ioctl(fd, FIONREAD, &bytes));
    printf("ioctl: %d bytes to read\n", bytes);
    told("ioctl to a bad address", ioctl(fd, FIONREAD, bad));
    told("ioctl that a file does not know", ioctl(fd, DEMO_STEP, 1));
    told("ioctl of 55", ioctl(55, FIONREAD, &bytes));
    told("ioctl of 55 from a bad address", ioctl(55, FIONBIO, bad));
    int console = open("/dev/console", O_RDWR);
    told("tcsetpgrp", tcsetpgrp(console, tcgetpgrp(console)));
    told("tcsetpgrp on no terminal", tcsetpgrp(fd, 1));
    close(console);
    close(fd);
}

void try_device_call(void)
{
    struct accel_info info;
    struct device_call_args args = {.bytes_out = sizeof info,
                                    .struct_out = (uint64_t)&info};
    int fd = open("/dev/accel", O_RDWR);
    told("device_call", device_call(fd, ACCEL_INFO, &args));
    printf("device_call: up to %u bytes are copied\n",
           (unsigned)info.inline_bytes);
    told("device_call of an unknown method", device_call(fd, 1, &args));
    args.bytes_out--;
    told("device_call with a byte too few", device_call(fd, ACCEL_INFO, &args));
    told("device_call with bad arguments", device_call(fd, ACCEL_INFO, bad));
    told("device_call of no device", device_call(0, ACCEL_INFO, &args));
    close(fd);
}

void try_lseek(void)
{
    int fd = open("made", O_RDONLY);
    told("lseek to the end", lseek(fd, 0, SEEK_END));
    told("lseek back", lseek(fd, -2, SEEK_CUR));
    told("lseek before the start", lseek(fd, -1, SEEK_SET));
    close(fd);
}

void try_dup(void)
{
    int fd = open("made", O_RDONLY), copy = dup(fd);
    lseek(fd, 5, SEEK_SET);
    told("dup: the copy's offset", lseek(copy, 0, SEEK_CUR));
    close(copy);
    close(fd);
    told("dup of 55", dup(55));
}

void try_dup2(void)
{
    int fd = open("made", O_RDONLY);
    told("dup2", dup2(fd, 33));
    told("dup2: the copy's close", close(33));
    told("dup2 to 9999", dup2(fd, 9999));
    close(fd);
}

void try_pipe(void)
{
    int ends[2];
    char bytes[8] = {0};
    told("pipe", pipe(ends));
    told("pipe: write", write(ends[1], "through", 7));
    told("pipe: read", read(ends[0], bytes, sizeof bytes));
    printf("pipe: \"%s\"\n", bytes);
    close(ends[1]);
    told("pipe: read at its end", read(ends[0], bytes, 1));
    close(ends[0]);
    told("pipe into a bad array", pipe(bad));
}

void try_readv(void)
{
    char first[5] = {0}, second[8] = {0};
    struct iovec v[3] = {{first, 4}, {NULL, 0}, {second, 7}};
    int fd = open("/etc/motd", O_RDONLY);
    told("readv", readv(fd, v, 3));
    printf("readv: \"%s\", \"%s\"\n", first, second);
    told("readv of no pieces", readv(fd, v, 0));
    told("readv with a bad vector", readv(fd, bad, 1));
    close(fd);
}

void try_writev(void)
{
    struct iovec v[2] = {{"good, ", 6}, {bad, 4}};
    int fd = open("made", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    told("writev", writev(fd, v, 2));
    told("writev of one bad piece", writev(fd, v + 1, 1));
    v[1] = (struct iovec){"better\n", 7};
    told("writev again", writev(fd, v, 2));
    close(fd);
}

void try_fcntl(void)
{
    int fd = open("made", O_RDONLY), other = fcntl(fd, F_DUPFD, 20);
    told("fcntl F_DUPFD", other);
    told("fcntl F_SETFD", fcntl(other, F_SETFD, FD_CLOEXEC));
    told("fcntl F_GETFD", fcntl(other, F_GETFD));
    told("fcntl F_SETFL", fcntl(other, F_SETFL, O_NONBLOCK));
    printf("fcntl F_GETFL: %s\n",
           fcntl(fd, F_GETFL) == (O_RDONLY | O_NONBLOCK) ? "shared" : "wrong");
    told("fcntl F_DUPFD from 64 on", fcntl(fd, F_DUPFD, 64));
    told("fcntl F_GETLK", fcntl(fd, F_GETLK, bad));
    told("fcntl of nothing", fcntl(50, F_GETFD));
    close(fd);
    close(other);
}

void try_mkfifo(void)
{
    char bytes[8] = {0};
    told("mkfifo", mkfifo("fifo", 0600));
    told("mkfifo again", mkfifo("fifo", 0600));
    told("mkfifo at a bad path", mkfifo(bad, 0600));
    told("mkfifo: open to write", open("fifo", O_WRONLY | O_NONBLOCK));
    int in = open("fifo", O_RDONLY | O_NONBLOCK);
    int out = open("fifo", O_WRONLY);
    told("mkfifo: write", write(out, "by name", 7));
    told("mkfifo: unlink", unlink("fifo"));
    told("mkfifo: read", read(in, bytes, 7));
    printf("mkfifo: \"%s\"\n", bytes);
    close(in);
    close(out);
}

void try_fstat(void)
{
    struct stat st;
    int fd = open("made", O_RDONLY);
    told("fstat", fstat(fd, &st));
    printf("fstat: %ld bytes, mode %o\n", (long)st.st_size,
           (unsigned)st.st_mode);
    told("fstat into a bad buffer", fstat(fd, bad));
    close(fd);
}

void try_ftruncate(void)
{
    int fd = open("made", O_RDWR);
    told("ftruncate", ftruncate(fd, 4));
    told("ftruncate: size", lseek(fd, 0, SEEK_END));
    told("ftruncate to -1", ftruncate(fd, -1));
    close(fd);
}

/* ---- Sockets ---- */

static const struct sockaddr_un listener_name = {AF_UNIX, "listener"};
#define LISTENER (const struct sockaddr *)&listener_name, sizeof listener_name

void try_socket(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    printf("socket: %s\n", fd >= 3 ? "a descriptor" : "wrong");
    told("socket: send", send(fd, "x", 1, 0));
    close(fd);
    told("socket of another family", socket(2, SOCK_STREAM, 0));
    told("socket of another type", socket(AF_UNIX, 3, 0));
}

void try_socketpair(void)
{
    int ends[2];
    char bytes[8] = {0};
    told("socketpair", socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
    told("socketpair: write", write(ends[0], "there", 5));
    told("socketpair: read", read(ends[1], bytes, sizeof bytes));
    printf("socketpair: \"%s\"\n", bytes);
    close(ends[0]);
    close(ends[1]);
    told("socketpair into a bad array",
         socketpair(AF_UNIX, SOCK_STREAM, 0, bad));
}

static int named_socket(int type)
{
    int fd = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
    told("bind", bind(fd, LISTENER));
    return fd;
}

void try_bind(void)
{
    int fd = named_socket(SOCK_STREAM);
    struct stat st;
    told("stat", stat("listener", &st));
    printf("bind: mode %o\n", (unsigned)st.st_mode);
    told("bind again", bind(fd, LISTENER));
    told("bind at a bad address", bind(fd, bad, 20));
    told("open of a socket", open("listener", O_RDWR));
    close(fd);
    unlink("listener");
}

void try_listen(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    told("listen without a name", listen(fd, 1));
    told("listen to a file", listen(0, 1));
    close(fd);
}

void try_accept(void)
{
    int fd = named_socket(SOCK_STREAM), one = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un from;
    socklen_t length = sizeof from;
    told("accept without listen", accept(fd, NULL, NULL));
    told("listen", listen(fd, 1));
    told("accept of nobody", accept(fd, NULL, NULL));
    told("connect", connect(one, LISTENER));
    told("accept at a bad address", accept(fd, bad, &length));
    int two = accept(fd, (struct sockaddr *)&from, &length);
    printf("accept: %s, address of %u bytes\n", two > 0 ? "taken" : "wrong",
           (unsigned)length);
    told("accept: send", send(one, "x", 1, 0));
    told("accept: shutdown", shutdown(one, SHUT_WR));
    char bytes[2];
    told("accept: all of it", recv(two, bytes, 2, MSG_WAITALL));
    close(one);
    close(two);
    close(fd);
    unlink("listener");
}

void try_connect(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    told("connect to nothing", connect(fd, LISTENER));
    int other = named_socket(SOCK_DGRAM);
    told("connect to another type", connect(fd, LISTENER));
    told("connect to a bad address", connect(fd, bad, 20));
    close(other);
    told("connect to a name left over", connect(fd, LISTENER));
    unlink("listener");
    close(fd);
}

/* Datagrams to a name, and who sent them. */
void try_sendto(void)
{
    int to = named_socket(SOCK_DGRAM), from = socket(AF_UNIX, SOCK_DGRAM, 0);
    char bytes[4] = {0};
    told("sendto", sendto(from, "letter", 6, 0, LISTENER));
    told("sendto of a bad buffer", sendto(from, bad, 6, 0, LISTENER));
    told("sendto a bad address", sendto(from, "x", 1, 0, bad, 20));
    told("sendto without one", send(from, "x", 1, 0));
    told("sendto: a look", recv(to, bytes, 3, MSG_PEEK));
    told("sendto: half of it", recv(to, bytes, 3, 0));
    printf("sendto: \"%s\"\n", bytes);
    close(from);
    close(to);
    unlink("listener");
}

void try_recvfrom(void)
{
    int fd = named_socket(SOCK_DGRAM);
    char bytes[8] = {0};
    struct sockaddr_un from = {0};
    socklen_t length = sizeof from;
    told("recvfrom", sendto(fd, "myself", 6, 0, LISTENER));
    told("recvfrom into a bad buffer", recv(fd, bad, 8, 0));
    told("recvfrom",
         recvfrom(fd, bytes, 8, 0, (struct sockaddr *)&from, &length));
    printf("recvfrom: \"%s\" from %s\n", bytes, from.sun_path);
    told("recvfrom of nothing", recv(fd, bytes, 8, MSG_DONTWAIT));
    close(fd);
    unlink("listener");
}

/* A message of two pieces, with a descriptor. */
struct parcel {
    struct msghdr msg;
    struct iovec piece[2];
    struct {
        struct cmsghdr head;
        int fd;
    } control;
    char text[8];
};

static struct msghdr *pack(struct parcel *p, int fd)
{
    *p = (struct parcel){
        .control = {{sizeof p->control, SOL_SOCKET, SCM_RIGHTS}, fd},
        .text = "parcel"};
    p->piece[0] = (struct iovec){p->text, 2};
    p->piece[1] = (struct iovec){p->text + 2, 5};
    p->msg = (struct msghdr){.msg_iov = p->piece,
                             .msg_iovlen = 2,
                             .msg_control = &p->control,
                             .msg_controllen = sizeof p->control};
    return &p->msg;
}

void try_sendmsg(void)
{
    int ends[2], inside = open("made", O_RDONLY);
    struct parcel p;
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    told("sendmsg", sendmsg(ends[0], pack(&p, inside), 0));
    told("sendmsg of no descriptor", sendmsg(ends[0], pack(&p, 55), 0));
    told("sendmsg of a bad header", sendmsg(ends[0], bad, 0));
    pack(&p, inside)->msg_iov = bad;
    told("sendmsg of bad pieces", sendmsg(ends[0], &p.msg, 0));
    sendmsg(ends[0], pack(&p, ends[1]), 0);
    printf("sendmsg over itself: %s\n",
           errno == ETOOMANYREFS ? "it would travel and carry" : "wrong");
    close(inside);
    pack(&p, -1);
    told("recvmsg", recvmsg(ends[1], &p.msg, 0));
    told("recvmsg: the file's size", lseek(p.control.fd, 0, SEEK_END));
    close(p.control.fd);
    close(ends[0]);
    told("recvmsg at the end", recvmsg(ends[1], pack(&p, -1), 0));
    close(ends[1]);
}

void try_recvmsg(void)
{
    int ends[2];
    struct parcel p;
    socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
    told("recvmsg: send", send(ends[0], "longer than that", 16, 0));
    told("recvmsg into bad pieces",
         (pack(&p, -1)->msg_iov = bad, recvmsg(ends[1], &p.msg, 0)));
    told("recvmsg of a part", recvmsg(ends[1], pack(&p, -1), 0));
    printf("recvmsg: flags 0x%x, control of %u bytes\n", p.msg.msg_flags,
           (unsigned)p.msg.msg_controllen);
    told("recvmsg of a bad header", recvmsg(ends[1], bad, 0));
    close(ends[0]);
    close(ends[1]);
}

void try_shutdown(void)
{
    int ends[2];
    char byte;
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    told("shutdown", shutdown(ends[0], SHUT_WR));
    told("shutdown: read", read(ends[1], &byte, 1));
    told("shutdown: send", send(ends[0], "x", 1, MSG_NOSIGNAL));
    told("shutdown of what", shutdown(ends[0], 9));
    close(ends[0]);
    close(ends[1]);
}

/* ---- Names ---- */

void try_stat(void)
{
    struct stat st;
    told("stat", stat("/bin", &st));
    printf("stat: mode %o\n", (unsigned)st.st_mode);
    told("stat of nothing", stat("nope", &st));
    told("stat into a bad buffer", stat("/bin", bad));
}

void try_getdents(void)
{
    _Alignas(8) char records[512];
    int fd = open(".", O_RDONLY | O_DIRECTORY);
    ssize_t bytes = getdents(fd, records, sizeof records);
    for (ssize_t at = 0; at < bytes;) {
        struct dirent *entry = (struct dirent *)(records + at);
        printf("getdents: %s\n", entry->d_name);
        at += entry->d_reclen;
    }
    told("getdents at the end", getdents(fd, records, sizeof records));
    lseek(fd, 0, SEEK_SET);
    told("getdents into 4 bytes", getdents(fd, records, 4));
    close(fd);
}

void try_mkdir(void)
{
    told("mkdir", mkdir("folder", 0755));
    told("mkdir again", mkdir("folder", 0755));
    told("mkdir below nothing", mkdir("nope/folder", 0755));
}

void try_rmdir(void)
{
    told("rmdir", rmdir("folder"));
    told("rmdir again", rmdir("folder"));
    told("rmdir of a full one", rmdir("/bin"));
}

void try_link(void)
{
    struct stat st;
    told("link", link("made", "second"));
    stat("made", &st);
    printf("link: %u names\n", (unsigned)st.st_nlink);
    told("link of a directory", link("/bin", "bin"));
}

void try_rename(void)
{
    told("rename", rename("second", "third"));
    told("rename of nothing", rename("nope", "any"));
    told("rename to a bad name", rename("third", bad));
}

void try_truncate(void)
{
    struct stat st;
    told("truncate", truncate("made", 2));
    stat("third", &st);
    printf("truncate: %ld bytes by the other name\n", (long)st.st_size);
    told("truncate of a directory", truncate("/bin", 0));
}

void try_unlink(void)
{
    close(open("short-lived", O_WRONLY | O_CREAT, 0644));
    told("unlink", unlink("short-lived"));
    told("unlink again", unlink("short-lived"));
    told("unlink of a directory", unlink("/bin"));
}

void try_chdir(void)
{
    told("chdir", chdir("/etc"));
    told("chdir to a file", chdir("motd"));
    told("chdir back", chdir(WORKSHOP));
}

void try_getcwd(void)
{
    char path[64];
    printf("getcwd: %s\n", getcwd(path, sizeof path) == NULL ? "?" : path);
    told("getcwd into 3 bytes", getcwd(path, 3) == NULL ? -1 : 0);
    told("getcwd into a bad buffer", getcwd(bad, 64) == NULL ? -1 : 0);
}

/* ---- Memory ---- */

static char *mapped; /* a page, from try_mmap to try_munmap */

void try_mmap(void)
{
    mapped =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    told("mmap", mapped == MAP_FAILED ? -1 : 0);
    if (mapped != MAP_FAILED)
        printf("mmap: the page's first byte is %d\n", mapped[0]);
    told("mmap of nothing",
         mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANON, -1, 0) == MAP_FAILED
             ? -1
             : 0);
}

void try_munmap(void)
{
    char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANON, -1, 0);
    told("munmap", munmap(page, 4096));
    told("munmap of half a page", munmap(page + 1, 4096));
}

void try_mprotect(void)
{
    told("mprotect", mprotect(mapped, 4096, PROT_READ));
    told("mprotect of a hole", mprotect((void *)4096, 4096, PROT_READ));
}

void try_shm_open(void)
{
    int fd = shm_open("/callall", O_RDWR | O_CREAT, 0600);
    told("shm_open", fd < 0 ? -1 : 0);
    close(fd);
    told("shm_open of a path", shm_open("/a/b", O_RDWR, 0));
}

void try_shm_unlink(void)
{
    told("shm_unlink", shm_unlink("/callall"));
    told("shm_unlink again", shm_unlink("/callall"));
}

void try_futex(void)
{
    static uint32_t word = 1;
    struct timespec soon = {.tv_nsec = 1000};
    told("futex wait for another value", futex(&word, FUTEX_WAIT, 2, NULL));
    told("futex wait", futex(&word, FUTEX_WAIT, 1, &soon));
    told("futex wake", futex(&word, FUTEX_WAKE, 1, NULL));
    told("futex of a bad address", futex(bad, FUTEX_WAKE, 1, NULL));
}

static struct ring ring;

void try_ring_setup(void)
{
    told("ring_setup", ring_init(&ring, 4, 0));
    told("ring_setup of a second", ring_setup(4, 0) == (void *)-1 ? -1 : 0);
    told("ring_setup with 3 entries", ring_setup(3, 0) == (void *)-1 ? -1 : 0);
}

void try_ring_enter(void)
{
    struct ring_completion c = {0};
    int fd = open("made", O_RDONLY);
    char byte = 0;
    told("ring_enter with nothing queued", ring_enter(4, 0));
    ring_add(&ring, RING_READ, fd, &byte, 1, 1, 5);
    ring_add(&ring, RING_READ, fd, bad, 1, 1, 6);
    told("ring_enter", ring_submit(&ring, 2));
    while (ring_next(&ring, &c))
        printf("ring_enter: operation %d: %d\n", (int)c.user_data,
               (int)c.result);
    close(fd);
    told("ring_setup of none", ring_close(&ring));
    told("ring_enter without a ring", ring_enter(4, 0));
}

/* ---- Mach: results are codes of its own, not errno ---- */

static mach_port_t mach_port;

static void told_mach(const char *call, kern_return_t code)
{
    printf("%s = %s\n", call, mach_error_string(code));
}

void try_mach_msg_trap(void)
{
    mach_msg_header_t m = {.msgh_bits = MACH_MSG_TYPE_COPY_SEND};
    told_mach("mach_msg to nobody", mach_msg_send(&m));
    m.msgh_size = sizeof m;
    told_mach("mach_msg to nobody", mach_msg_send(&m));
    told_mach("mach_msg from nobody",
              mach_msg(&m, MACH_RCV_MSG, 0, sizeof m, 0, 0, 0));
}

void try_mach_task_self_trap(void)
{
    printf("mach_task_self = 0x%x\n", (unsigned)mach_task_self());
}

void try_mach_host_self(void)
{
    printf("mach_host_self = 0x%x\n", (unsigned)mach_host_self());
}

void try_mach_port_allocate_trap(void)
{
    told_mach("mach_port_allocate",
              mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE,
                                 &mach_port));
    told_mach(
        "mach_port_allocate to a bad address",
        mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, bad));
}

void try_mach_port_insert_right_trap(void)
{
    told_mach("mach_port_insert_right",
              mach_port_insert_right(mach_task_self(), mach_port, mach_port,
                                     MACH_MSG_TYPE_MAKE_SEND));
}

void try_mach_port_deallocate_trap(void)
{
    told_mach("mach_port_deallocate",
              mach_port_deallocate(mach_task_self(), mach_port));
}

void try_mach_port_destroy_trap(void)
{
    told_mach("mach_port_destroy",
              mach_port_destroy(mach_task_self(), mach_port + 4));
}

void try_mach_port_mod_refs_trap(void)
{
    told_mach("mach_port_mod_refs",
              mach_port_mod_refs(mach_task_self(), mach_port,
                                 MACH_PORT_RIGHT_RECEIVE, 1));
}

void try_mach_port_get_refs_trap(void)
{
    uint32_t refs = 9;
    told_mach("mach_port_get_refs",
              mach_port_get_refs(mach_task_self(), mach_port,
                                 MACH_PORT_RIGHT_RECEIVE, &refs));
    printf("... of the receive right: %u\n", (unsigned)refs);
}

void try_mach_port_move_member_trap(void)
{
    told_mach("mach_port_move_member",
              mach_port_move_member(mach_task_self(), mach_port, 0));
}

void try_mach_port_request_notification_trap(void)
{
    mach_port_t previous;
    told_mach("mach_port_request_notification",
              mach_port_request_notification(
                  mach_task_self(), mach_port, MACH_NOTIFY_NO_SENDERS, 9,
                  mach_port, MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous));
}

void try_mach_port_set_limit_trap(void)
{
    told_mach("mach_port_set_qlimit",
              mach_port_set_qlimit(mach_task_self(), mach_port, 1025));
}

void try_task_get_special_port_trap(void)
{
    mach_port_t name = 9;
    told_mach(
        "task_get_special_port",
        task_get_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, &name));
    printf("... the bootstrap port: 0x%x\n", (unsigned)name);
}

void try_task_set_special_port_trap(void)
{
    told_mach("task_set_special_port",
              task_set_special_port(mach_task_self(), 1, mach_port));
}

/* ---- Signals ---- */

static volatile int handled;

static void count(int number)
{
    handled += number;
}

void try_sigaction(void)
{
    struct sigaction action = {.sa_handler = count};
    told("sigaction(SIGUSR1)", sigaction(SIGUSR1, &action, NULL));
    raise(SIGUSR1);
    printf("... its handler was told %d\n", handled);
    told("sigaction(SIGKILL)", sigaction(SIGKILL, &action, NULL));
    told("sigaction(SIGUSR1, bad)", __sigaction(SIGUSR1, bad, NULL));
}

static void return_from_nothing(void)
{
    static const struct signal_frame none __attribute__((aligned(16)));
    sigreturn(&none);
}

/* What every handler ends with was tried above. */
void try_sigreturn(void)
{
    printf("sigreturn(no frame): status 0x%x\n",
           child_status(return_from_nothing));
}

void try_sigprocmask(void)
{
    sigset_t set = (sigset_t)1 << SIGUSR1;
    handled = 0;
    told("sigprocmask(SIG_BLOCK, SIGUSR1)", sigprocmask(SIG_BLOCK, &set, NULL));
    raise(SIGUSR1);
    printf("... blocked: its handler was told %d\n", handled);
    told("sigprocmask(7)", sigprocmask(7, &set, NULL));
}

void try_sigsuspend(void)
{
    sigset_t none = 0;
    told("sigsuspend()", sigsuspend(&none));
    printf("... its handler was told %d\n", handled);
    told("sigsuspend(bad)", sigsuspend(bad));
}

/* ---- All of them ---- */

/* The directory and the file that the functions above work on. */
static int set_up(void)
{
    if (mkdir(WORKSHOP, 0755) != 0 || chdir(WORKSHOP) != 0)
        return complain("callall", WORKSHOP);
    int fd = open("made", O_WRONLY | O_CREAT, 0644);
    if (fd < 0 || write(fd, "a dozen bytes", 13) != 13 || close(fd) != 0)
        return complain("callall", "made");
    return 0;
}

static int clean_up(void)
{
    if (unlink("made") != 0 || unlink("third") != 0 || chdir("/") != 0 ||
        rmdir(WORKSHOP) != 0)
        return complain("callall", WORKSHOP);
    return 0;
}

int main(void)
{
    static const struct {
        const char *name;
        void (*try)(void);
    } calls[] = {
#define CALL(number, name, result, args, help) {#name, try_##name},
#include "syscall.def"
#undef CALL
    };
    int untried = 0;
    if (set_up() != 0)
        return 1;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (calls[i].try != NULL) {
            calls[i].try();
        } else {
            printf("%s: not tried\n", calls[i].name);
            untried++;
        }
    }
    printf("%d calls of the table, %d not tried\n",
           (int)(sizeof calls / sizeof calls[0]), untried);
    return clean_up() != 0 || untried > 0;
}
