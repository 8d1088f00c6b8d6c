/*
 * hostile.c - every call with every bad pointer, bad length and bad
 * descriptor: each must be refused with its documented error, change nothing,
 * and leave the kernel alive. Pointers come from one table, calls from another;
 * the second is checked against syscall.def for completeness.
 */
#include "bad_pointers.h"
#include <fcntl.h>
#include <sallyport/device.h>
#include <sallyport/futex.h>
#include <sallyport/ioctl.h>
#include <sallyport/mach.h>
#include <sallyport/sysctl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* ---- Calls ---- */

/* What a call's other arguments are, so that only the pointer is wrong. */
static char buffer[512];
static char path[] = "/tmp/hostile", other_path[] = "/tmp/hostile2";
static int file_fd, dir_fd, full_pipe[2], last_fd;
static int stream[2], letters[2], listener;

enum { READS, WRITES };
struct pointer_argument {
    const char *call;
    int number, position; /* which argument is the pointer */
    int use;              /* READS: the kernel reads there */
    long arg[6];
};
#define P(x) ((long)(x))
/* Filled in by set_up_calls, when descriptors and addresses are known. */
static struct pointer_argument row[100];
static unsigned rows;

static void add(const char *call, int number, int position, int use, long a,
                long b, long c)
{
    row[rows++] =
        (struct pointer_argument){call, number, position, use, {a, b, c}};
}
#define ADD(call, ...) add(#call, SYS_##call, __VA_ARGS__)

/* The last three arguments of the row that was added last. */
static void and (long d, long e, long f)
{
    memcpy(row[rows - 1].arg + 3, (long[]){d, e, f}, 3 * sizeof(long));
}

/* A stream and a datagram with something to read, a connection to take. */
static void set_up_sockets(void)
{
    static struct sockaddr_un name = {AF_UNIX, "/tmp/hostile.socket"};
    static struct sockaddr_un letter_box = {AF_UNIX, "/tmp/hostile.letters"};
    static socklen_t room = sizeof name;
    static struct iovec piece = {buffer, 8};
    static struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    socketpair(AF_UNIX, SOCK_STREAM, 0, stream);
    socketpair(AF_UNIX, SOCK_DGRAM, 0, letters);
    write(stream[0], buffer, sizeof buffer);
    bind(letters[0], (void *)&letter_box, sizeof letter_box);
    write(letters[0], buffer, 8);
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    bind(listener, (void *)&name, sizeof name);
    listen(listener, 1);
    int caller = socket(AF_UNIX, SOCK_STREAM, 0);
    connect(caller, (void *)&name, sizeof name);
    last_fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    ADD(socketpair, 3, WRITES, AF_UNIX, SOCK_STREAM, 0);
    ADD(bind, 1, READS, last_fd, 0, 20);
    ADD(connect, 1, READS, last_fd, 0, 20);
    ADD(accept, 1, WRITES, listener, 0, P(&room));
    ADD(accept, 2, WRITES, listener, P(buffer), 0);
    ADD(sendto, 1, READS, stream[0], 0, 64);
    ADD(sendto, 1, READS, letters[0], 0, 64);
    ADD(sendto, 4, READS, last_fd, P(buffer), 4);
    and(0, 0, 20);
    ADD(recvfrom, 1, WRITES, stream[1], 0, 64);
    ADD(recvfrom, 1, WRITES, letters[1], 0, 64);
    ADD(recvfrom, 4, WRITES, letters[1], P(buffer), 64);
    and(0, 0, P(&room));
    ADD(recvfrom, 5, WRITES, letters[1], P(buffer), 64);
    and(0, P(buffer), 0);
    ADD(sendmsg, 1, READS, stream[0], 0, 0);
    ADD(recvmsg, 1, WRITES, stream[1], 0, 0);
    struct msghdr *const msg = &message;
    EQUAL(sendmsg(stream[0], msg, 0), 8);
}

static void set_up_calls(void)
{
    file_fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
    write(file_fd, buffer, sizeof buffer);
    lseek(file_fd, 0, SEEK_SET);
    dir_fd = open("/bin", O_RDONLY | O_DIRECTORY);
    pipe(full_pipe);
    write(full_pipe[1], buffer, sizeof buffer);

    set_up_sockets();
    ADD(execve, 0, READS, 0, P((char *[]){NULL}), P((char *[]){NULL}));
    ADD(execve, 1, READS, P("/bin/true"), 0, 0);
    ADD(execve, 2, READS, P("/bin/true"), 0, 0);
    ADD(waitpid, 1, WRITES, -1, 0, 0);
    ADD(read, 1, WRITES, file_fd, 0, 64);
    ADD(read, 1, WRITES, full_pipe[0], 0, 64);
    ADD(write, 1, READS, file_fd, 0, 64);
    ADD(write, 1, READS, full_pipe[1], 0, 64);
    ADD(write, 1, READS, 1, 0, 64);
    ADD(open, 0, READS, 0, O_RDONLY, 0);
    ADD(open, 0, READS, 0, O_RDWR | O_CREAT, 0644);
    ADD(pipe, 0, WRITES, 0, 0, 0);
    ADD(fstat, 1, WRITES, file_fd, 0, 0);
    ADD(fstat, 1, WRITES, full_pipe[0], 0, 0);
    ADD(stat, 0, READS, 0, P(buffer), 0);
    ADD(stat, 1, WRITES, P(path), 0, 0);
    ADD(getdents, 1, WRITES, dir_fd, 0, 256);
    ADD(mkdir, 0, READS, 0, 0755, 0);
    ADD(rmdir, 0, READS, 0, 0, 0);
    ADD(unlink, 0, READS, 0, 0, 0);
    ADD(link, 0, READS, 0, P(other_path), 0);
    ADD(link, 1, READS, P(path), 0, 0);
    ADD(rename, 0, READS, 0, P(other_path), 0);
    ADD(rename, 1, READS, P(path), 0, 0);
    ADD(truncate, 0, READS, 0, 0, 0);
    ADD(chdir, 0, READS, 0, 0, 0);
    ADD(getcwd, 0, WRITES, 0, 64, 0);
    ADD(nanosleep, 0, READS, 0, 0, 0);
    ADD(getprocs, 0, WRITES, 0, 4096, 0);
    ADD(shm_open, 0, READS, 0, O_RDWR, 0);
    ADD(shm_unlink, 0, READS, 0, 0, 0);
    ADD(device_call, 2, READS, file_fd, ACCEL_INFO, 0);
    ADD(ioctl, 2, READS, file_fd, FIONBIO, 0);
    ADD(ioctl, 2, WRITES, file_fd, FIONREAD, 0);
    ADD(readv, 1, READS, file_fd, 0, 1);
    ADD(writev, 1, READS, full_pipe[1], 0, 64);
    ADD(poll, 0, WRITES, 0, 2, 0);
    ADD(mkfifo, 0, READS, 0, 0644, 0);
    ADD(futex, 0, READS, 0, FUTEX_WAKE, 1);
    ADD(futex, 0, READS, 0, FUTEX_WAIT, 1);
    ADD(futex, 3, READS, P(buffer), FUTEX_WAIT, 1);
    ADD(sigaction, 1, READS, SIGUSR1, 0, 0);
    ADD(sigaction, 2, WRITES, SIGUSR1, 0, 0);
    ADD(sigprocmask, 1, READS, SIG_BLOCK, 0, 0);
    ADD(sigprocmask, 2, WRITES, SIG_BLOCK, 0, 0);
    ADD(sigsuspend, 0, READS, 0, 0, 0);
    static long room = sizeof buffer;
    static const int ncpu[] = {CTL_HW, HW_NCPU};
    static const int hostname[] = {CTL_KERN, KERN_HOSTNAME};
    ADD(sysctl, 0, READS, 0, 2, 0);
    ADD(sysctl, 2, WRITES, P(ncpu), 2, 0);
    row[rows - 1].arg[3] = P(&room);
    ADD(sysctl, 3, WRITES, P(ncpu), 2, P(buffer));
    ADD(sysctlbyname, 0, READS, 0, 0, 0);
    ADD(sysctlbyname, 1, WRITES, P("hw.ncpu"), 0, P(&room));
    ADD(sysctlbyname, 2, WRITES, P("hw.ncpu"), P(buffer), 0);
    ADD(sysctlbyname, 3, READS, P("kern.hostname"), 0, 0);
    row[rows - 1].arg[4] = 2;
    ADD(sysctl, 4, READS, P(hostname), 2, 0);
    and(0, 0, 2);
    ADD(mach_msg_trap, 0, READS, 0, MACH_SEND_MSG, 24);
    ADD(mach_port_allocate_trap, 1, WRITES, MACH_PORT_RIGHT_RECEIVE, 0, 0);
    ADD(mach_port_get_refs_trap, 2, WRITES,
        raw_call(SYS_mach_task_self_trap, (long[6]){0}), 0, 0);
    ADD(task_get_special_port_trap, 1, WRITES, TASK_BOOTSTRAP_PORT, 0, 0);
}

/* A string may be read-only; nothing else is special about paths. A null
 * vector of execve is an empty one, so null is not bad there. */
static bool is_bad_for(const struct pointer_argument *r,
                       const struct bad_pointer *p)
{
    if (p->va == 0 &&
        ((r->number == SYS_execve && r->position > 0) ||
         r->number == SYS_waitpid || /* null: the status is not wanted */
         r->number == SYS_sigaction || r->number == SYS_sigprocmask ||
         ((r->number == SYS_sysctl || r->number == SYS_sysctlbyname) &&
          r->position > 0) || /* nothing is asked, nothing is set */
         (r->number == SYS_accept && r->position == 1) || /* no address */
         ((r->number == SYS_sendto || r->number == SYS_recvfrom) &&
          r->position == 4) ||
         (r->number == SYS_futex && r->position == 3))) /* no timeout */
        return false;
    return p->kind == ANY || r->use == WRITES;
}

/* Mach's calls have errors of their own. */
static long error_of(const struct pointer_argument *r,
                     const struct bad_pointer *p)
{
    if (r->number == SYS_futex && r->position == 0 && p->va % 4)
        return -EINVAL;
    bool length_word = (r->number == SYS_sysctl && r->position == 3) ||
                       (r->number == SYS_sysctlbyname && r->position == 2);
    if (length_word && p->va % 8)
        return -EINVAL;
    if (r->number == SYS_mach_msg_trap)
        return MACH_SEND_INVALID_DATA;
    return r->number >= SYS_mach_msg_trap &&
                   r->number <= SYS_task_set_special_port_trap
               ? KERN_INVALID_ADDRESS
               : -EFAULT;
}

static void try_pointer(const struct pointer_argument *r,
                        const struct bad_pointer *p)
{
    long arg[6];
    memcpy(arg, r->arg, sizeof arg);
    arg[r->position] = (long)p->va;
    mend(p);
    long result = raw_call(r->number, arg);
    checks++;
    if (result == error_of(r, p))
        return;
    failures++;
    printf("%s, argument %d, %s: %ld, should be %d\n", r->call, r->position,
           p->name, result, (int)error_of(r, p));
}

static void every_bad_pointer_is_refused(void)
{
    if (fork() == 0)
        _exit(7); /* the zombie that waitpid's rows need */
    for (unsigned i = 0; i < rows; i++)
        for (unsigned j = 0; j < POINTERS; j++)
            if (is_bad_for(&row[i], &pointer[j]))
                try_pointer(&row[i], &pointer[j]);
    int status;
    TRUE(wait(&status) > 0); /* it is still there */
    EQUAL(status, 7 << 8);
}

/* Those that other tests attack: a bad signal frame is fatal (sigframes.c);
 * what is left of a sleep is written only if a handler ended it (handlers.c).
 */
static bool has_row(const char *call, int position)
{
    for (unsigned i = 0; i < rows; i++)
        if (strcmp(row[i].call, call) == 0 && row[i].position == position)
            return true;
    return strcmp(call, "sigreturn") == 0 ||
           (strcmp(call, "nanosleep") == 0 && position == 1);
}

static void every_pointer_of_every_call_is_in_the_table(void)
{
    for (unsigned i = 0; i < CALLS; i++) {
        const char *type = call_row[i].args, *before = NULL;
        for (int n = 0; (type = next_type(type)); n++, before = type)
            if (is_pointer(type, before) && !has_row(call_row[i].name, n)) {
                printf("%s, argument %d: no row in hostile.c\n",
                       call_row[i].name, n);
                failures++;
            }
    }
    checks++;
}

/* ---- What refused calls must not have changed ---- */

static void nothing_has_changed(void)
{
    struct stat st;
    EQUAL(stat(path, &st), 0);
    EQUAL(st.st_size, sizeof buffer);
    EQUAL(st.st_nlink, 1);
    FAILS(stat(other_path, &st), ENOENT);
    EQUAL(lseek(file_fd, 0, SEEK_CUR), 0);
    EQUAL(dup(0), last_fd + 1); /* no descriptor was lost */
    close(last_fd + 1);
    EQUAL(read(full_pipe[0], buffer, sizeof buffer), sizeof buffer);
    EQUAL(read(stream[1], buffer, sizeof buffer), sizeof buffer);
    EQUAL(read(stream[1], buffer, sizeof buffer), 8);
    EQUAL(read(letters[1], buffer, sizeof buffer), 8);
    EQUAL(accept(listener, NULL, NULL), last_fd + 1);
    close(last_fd + 1);
    unlink("/tmp/hostile.socket");
    unlink("/tmp/hostile.letters");
}

/* ---- Lengths ---- */

static void no_length_looks_at_no_pointer(void)
{
    for (unsigned j = 0; j < POINTERS; j++) {
        long va = (long)pointer[j].va;
        EQUAL(raw_call(SYS_read, (long[6]){file_fd, va, 0}), 0);
        EQUAL(raw_call(SYS_write, (long[6]){file_fd, va, 0}), 0);
        EQUAL(raw_call(SYS_write, (long[6]){1, va, 0}), 0);
        EQUAL(raw_call(SYS_write, (long[6]){full_pipe[1], va, 0}), 0);
        EQUAL(raw_call(SYS_read, (long[6]){full_pipe[0], va, 0}), 0);
    }
}

static void huge_lengths_are_refused_or_cut(void)
{
    EQUAL(raw_call(SYS_read, (long[6]){file_fd, P(buffer), -1}), -EINVAL);
    EQUAL(raw_call(SYS_write, (long[6]){file_fd, P(buffer), -1}), -EINVAL);
    EQUAL(raw_call(SYS_write, (long[6]){1, P(constant), -1}), -EINVAL);
    EQUAL(raw_call(SYS_write, (long[6]){full_pipe[1], P(buffer), -1}), -EINVAL);
    lseek(file_fd, 0, SEEK_SET);
    /* No more than the file has is copied, so more than there is may be asked
     * for. */
    EQUAL(read(file_fd, buffer, (size_t)1 << 40), sizeof buffer);
    EQUAL(raw_call(SYS_getcwd, (long[6]){P(buffer), 0}), -EINVAL);
    EQUAL(raw_call(SYS_getcwd, (long[6]){P(buffer), 1}), -ERANGE);
    EQUAL(raw_call(SYS_getcwd, (long[6]){P(buffer), -1}), 2);
    EQUAL(raw_call(SYS_getdents, (long[6]){dir_fd, P(buffer), 1}), -EINVAL);
}

/* A file write that runs off the end of memory stops there, and says so. */
static void a_write_stops_at_the_last_good_page(void)
{
    lseek(file_fd, 0, SEEK_SET);
    EQUAL(write(file_fd, last_page, 2 * PAGE), PAGE);
    FAILS(write(file_fd, last_page + PAGE, 1), EFAULT);
    /* the part of a page that cannot be fetched is not there afterwards */
    EQUAL(ftruncate(file_fd, 0), 0);
    lseek(file_fd, 100, SEEK_SET);
    FAILS(write(file_fd, last_page + PAGE - 10, 20), EFAULT);
    EQUAL(lseek(file_fd, 0, SEEK_END), 0);
    EQUAL(ftruncate(file_fd, 200), 0);
    char c = 'y';
    lseek(file_fd, 105, SEEK_SET);
    EQUAL(read(file_fd, &c, 1), 1);
    EQUAL(c, 0);
}

static void long_strings_are_refused(void)
{
    static char path_1024[1100];
    memset(path_1024, '/', 1023);
    EQUAL(access(path_1024, 0), 0); /* only slashes: the root */
    path_1024[1023] = '/';
    FAILS(chdir(path_1024), ENAMETOOLONG);
    static char name[260];
    memset(name, 'n', 256);
    FAILS(mkdir(name, 0755), ENAMETOOLONG);
    name[255] = '\0';
    EQUAL(mkdir(name, 0755), 0);
    EQUAL(rmdir(name), 0);
}

/* ---- Descriptors and numbers ---- */

static void bad_descriptors_are_refused(void)
{
    static const int bad[] = {-1, -1000, 63,        64,
                              65, 1000,  INT32_MAX, INT32_MIN};
    static const int call[] = {
        SYS_read,    SYS_write,   SYS_close,    SYS_dup,       SYS_lseek,
        SYS_fstat,   SYS_dup2,    SYS_getdents, SYS_ftruncate, SYS_ioctl,
        SYS_readv,   SYS_writev,  SYS_fcntl,    SYS_bind,      SYS_listen,
        SYS_accept,  SYS_connect, SYS_sendto,   SYS_recvfrom,  SYS_sendmsg,
        SYS_recvmsg, SYS_shutdown};
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        for (unsigned j = 0; j < sizeof call / sizeof call[0]; j++)
            EQUAL(raw_call(call[j], (long[6]){bad[i], P(buffer), 1}), -EBADF);
    EQUAL(raw_call(SYS_dup2, (long[6]){0, 64}), -EBADF);
    EQUAL(raw_call(SYS_dup2, (long[6]){0, -1}), -EBADF);
    int reader = open(path, O_RDONLY), writer = open(path, O_WRONLY);
    FAILS(write(reader, buffer, 1), EBADF);
    FAILS(read(writer, buffer, 1), EBADF);
    FAILS(ftruncate(reader, 0), EINVAL);
    FAILS(read(dir_fd, buffer, 1), EISDIR);
    FAILS(lseek(full_pipe[0], 0, SEEK_SET), ESPIPE);
    close(reader);
    close(writer);
}

static void unknown_calls_are_refused(void)
{
    static const long number[] = {0, 110, 119, 255, 1000, -1, INT64_MIN};
    for (unsigned i = 0; i < sizeof number / sizeof number[0]; i++)
        EQUAL(raw_call(number[i], (long[6]){0}), -ENOSYS);
}

static void bad_numbers_are_refused(void)
{
    EQUAL(raw_call(SYS_kill, (long[6]){getpid(), -1}), -EINVAL);
    EQUAL(raw_call(SYS_kill, (long[6]){getpid(), 32}), -EINVAL);
    EQUAL(raw_call(SYS_kill, (long[6]){getpid(), SIGSTOP}), -EINVAL);
    EQUAL(raw_call(SYS_kill, (long[6]){30000, SIGTERM}), -ESRCH);
    EQUAL(raw_call(SYS_kill, (long[6]){-30000, SIGTERM}), -ESRCH);
    EQUAL(raw_call(SYS_kill, (long[6]){INT32_MIN, SIGTERM}), -ESRCH);
    EQUAL(raw_call(SYS_kill, (long[6]){1, SIGKILL}), 0); /* init is immune */
    EQUAL(raw_call(SYS_waitpid, (long[6]){-1, 0, 0}), -ECHILD);
    EQUAL(raw_call(SYS_waitpid, (long[6]){1, 0, 0}), -ECHILD);
    EQUAL(raw_call(SYS_waitpid, (long[6]){-1, 0, 64}), -EINVAL);
    EQUAL(raw_call(SYS_setpgid, (long[6]){1, 0}), -ESRCH);
    EQUAL(raw_call(SYS_setpgid, (long[6]){0, -1}), -EINVAL);
    EQUAL(raw_call(SYS_setpgid, (long[6]){0, 30000}), -EPERM);
    EQUAL(raw_call(SYS_lseek, (long[6]){file_fd, -1, SEEK_SET}), -EINVAL);
    EQUAL(raw_call(SYS_lseek, (long[6]){file_fd, 0, 3}), -EINVAL);
    lseek(file_fd, 1, SEEK_SET);
    EQUAL(raw_call(SYS_lseek, (long[6]){file_fd, INT64_MAX, SEEK_CUR}),
          -EOVERFLOW);
    EQUAL(raw_call(SYS_lseek, (long[6]){file_fd, INT64_MIN, SEEK_CUR}),
          -EINVAL);
    EQUAL(raw_call(SYS_ftruncate, (long[6]){file_fd, -1}), -EINVAL);
    EQUAL(raw_call(SYS_ftruncate, (long[6]){file_fd, 1l << 31}), -EFBIG);
    EQUAL(raw_call(SYS_sbrk, (long[6]){INT64_MAX}), -ENOMEM);
    EQUAL(raw_call(SYS_sbrk, (long[6]){INT64_MIN}), -ENOMEM);
    EQUAL(raw_call(SYS_sbrk, (long[6]){1l << 30}), -ENOMEM);
    const long bad_time[][2] = {{-1, 0}, {0, -1}, {0, 1000000000}};
    for (int i = 0; i < 3; i++)
        EQUAL(raw_call(SYS_nanosleep, (long[6]){P(bad_time[i])}), -EINVAL);
    EQUAL(raw_call(SYS_open, (long[6]){P(path), 3}), -EINVAL);
    static const int no_signal[] = {-1, 0, 7, 32, 1 << 30, SIGKILL, SIGSTOP};
    for (unsigned i = 0; i < sizeof no_signal / sizeof no_signal[0]; i++)
        EQUAL(raw_call(SYS_sigaction, (long[6]){no_signal[i]}), -EINVAL);
    struct sigaction odd = {.sa_flags = 1 << 30};
    EQUAL(raw_call(SYS_sigaction, (long[6]){SIGUSR1, P(&odd)}), -EINVAL);
    EQUAL(raw_call(SYS_sigprocmask, (long[6]){3, P(&odd)}), -EINVAL);
}

int main(void)
{
    set_up_pointers();
    set_up_calls();
    every_pointer_of_every_call_is_in_the_table();
    every_bad_pointer_is_refused();
    nothing_has_changed();
    no_length_looks_at_no_pointer();
    huge_lengths_are_refused_or_cut();
    a_write_stops_at_the_last_good_page();
    long_strings_are_refused();
    bad_descriptors_are_refused();
    unknown_calls_are_refused();
    bad_numbers_are_refused();
    unlink(path);
    return check_end("hostile");
}
