/*
 * random.c - long random sequences of calls from several processes at once,
 * which share memory, pipes, sockets and a port. Nothing is expected of any one
 * call (random*.h make them up), but the kernel must survive, and when a
 * sequence is over and its processes and files are gone, so must be all that
 * they had: as many pages are free as before, and, as test_kernel_random.c
 * counts from outside between two getppid calls that have MARK as an argument,
 * no object is left and no page wired.
 *
 *   random [SEED [CALLS [SEQUENCES]]]
 */
#include "random_calls.h"
#include <dirent.h>
#include <sys/stat.h>

#define MARK    0x5a11 /* test_kernel_random.c knows it */
#define WORKERS 5
#define HOME    "/tmp/random"

/* ---- A worker ---- */

static void no_handler(int number)
{
    (void)number;
}

/* Something of each kind to begin with. */
static void open_some(void)
{
    struct sockaddr_un address = {AF_UNIX, "a"};
    int pair[2];
    for (int fd = 3; fd < 5; fd++) { /* what all inherited: out of the way */
        fcntl(fd, F_DUPFD, 8);
        close(fd);
    }
    open("/dev/demo", O_RDWR);
    open("/dev/accel", O_RDWR);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    bind(listener, (void *)&address, sizeof address);
    listen(listener, 3);
    keep_socket(listener);
    for (int i = 0; i < 2; i++) {
        socketpair(AF_UNIX, (i ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK, 0,
                   pair);
        keep_socket(pair[0]);
        keep_socket(pair[1]);
    }
    mkfifo("b", 0644);
    mkfifo("c", 0644);
    open("b", O_RDWR | O_NONBLOCK);
    void *page = ring_setup(8, RING_POLLED);
    ring = page == (void *)-1 ? NULL : page;
    for (unsigned i = 0; i < LENGTH(port); i++)
        mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port[i]);
    signal(SIGUSR1, no_handler);
}

static void worker(long n, uint64_t seed, long calls)
{
    char name[16];
    state = seed * 1000003 + (uint64_t)n * 7919 + 1;
    snprintf(name, sizeof name, HOME "/r%ld", n);
    mkdir(name, 0755);
    chdir(name);
    mkdir("d", 0755);
    int null = open("/dev/null", O_RDWR); /* no noise on the console */
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    open_some();
    random_calls(calls);
    if (n % 2 == 0)
        fall_asleep();
    _exit(0);
}

/* ---- What is left of a sequence ---- */

static int count_processes(void)
{
    static struct procinfo list[SALLYPORT_PROC_MAX];
    long bytes = raw_call(SYS_getprocs, (long[6]){(long)list, sizeof list});
    return (int)(bytes / (long)sizeof list[0]);
}

/* All that a directory has, by its path: one entry at a time, for removing
 * changes the list. Directories are made shallow by renaming. */
static void empty(const char *directory)
{
    char path[300], up[600];
    for (;;) {
        DIR *d = opendir(directory);
        struct dirent *e = d ? readdir(d) : NULL;
        while (e && e->d_name[0] == '.')
            e = readdir(d);
        if (e)
            snprintf(path, sizeof path, "%s/%s", directory, e->d_name);
        if (d)
            closedir(d);
        if (!e)
            return;
        if (unlink(path) == 0 || rmdir(path) == 0)
            continue;
        d = opendir(path);
        while (d && (e = readdir(d)) && e->d_name[0] == '.')
            ;
        TRUE(d && e);
        if (!d || !e)
            return;
        snprintf(up, sizeof up, "%s/%s", path, e->d_name);
        closedir(d);
        static unsigned moved;
        snprintf(path, sizeof path, "%s/moved%u", directory, moved++);
        TRUE(rename(up, path) == 0);
    }
}

static void end_all(void)
{
    /* Some wait for ever, for a pipe they hold both ends of. */
    for (int i = 0; i < 30 && waitpid(-1, NULL, WNOHANG) >= 0; i++)
        usleep(10000);
    kill(-1, SIGKILL);
    while (wait(NULL) > 0)
        ;
    while (count_processes() > 2) /* orphans, until init has seen to them */
        usleep(1000);
    empty(HOME);
    empty("/dev/shm");
}

/* ---- Sequences ---- */

static void set_threshold(uint64_t bytes)
{
    EQUAL(sysctlbyname("vm.map_threshold", NULL, NULL, &bytes, sizeof bytes),
          0);
}

static void sequence(uint64_t seed, long calls)
{
    int fd[4][2];
    mach_port_t common;
    set_threshold(seed % 2 ? 4096 : 16384);
    shared_word =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    TRUE(shared_word != MAP_FAILED);
    pipe(fd[0]);
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd[1]);
    socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fd[2]);
    pipe(fd[3]);
    fcntl(fd[3][0], F_SETFL, O_NONBLOCK);
    fcntl(fd[3][1], F_SETFL, O_NONBLOCK);
    mach_port_t task = mach_task_self();
    EQUAL(mach_port_allocate(task, MACH_PORT_RIGHT_RECEIVE, &common), 0);
    mach_port_insert_right(task, common, common, MACH_MSG_TYPE_MAKE_SEND);
    task_set_special_port(task, TASK_BOOTSTRAP_PORT, common);
    for (int n = 0; n < WORKERS; n++)
        if (fork() == 0)
            worker(n, seed, calls);
    for (int i = 0; i < 8; i++)
        close(fd[i / 2][i % 2]);
    end_all();
    EQUAL(task_set_special_port(task, TASK_BOOTSTRAP_PORT, 0), 0);
    EQUAL(mach_port_destroy(task, common), 0);
    EQUAL(munmap((void *)shared_word, 4096), 0);
    EQUAL(count_processes(), 2);
}

static uint64_t free_pages(void)
{
    uint64_t pages = 0;
    size_t n = sizeof pages;
    EQUAL(sysctlbyname("vm.free_pages", &pages, &n, NULL, 0), 0);
    return pages;
}

/* What the kernel makes once and keeps: all stacks, all tables of the window,
 * this directory's page. */
static void make_what_stays(void)
{
    int n = 0, fd[20][2];
    while (fork() > 0)
        n++;
    if (errno != EAGAIN) /* a child */
        _exit(0);
    while (n-- > 0)
        wait(NULL);
    set_threshold(4096);
    for (int i = 0; i < 20; i++) {
        pipe(fd[i]);
        if (fork() == 0)
            _exit(write(fd[i][1], area, sizeof area) != 0);
    }
    for (int i = 0; i < 20; i++) {
        for (int left = sizeof area; left > 0;)
            left -= (int)read(fd[i][0], area, (size_t)left);
        close(fd[i][0]);
        close(fd[i][1]);
    }
    while (wait(NULL) > 0)
        ;
    mkdir(HOME, 0755);
    sequence(0, 100);
}

static void mark(int ends, uint64_t seed)
{
    raw_call(SYS_getppid, (long[6]){MARK, ends, (long)seed});
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    long calls = argc > 2 ? atol(argv[2]) : 1000;
    long sequences = argc > 3 ? atol(argv[3]) : 3;
    make_what_stays();
    for (; sequences > 0; sequences--, seed++) {
        uint64_t before = free_pages();
        mark(0, seed);
        sequence(seed, calls);
        mark(1, seed);
        uint64_t lost = before - free_pages();
        if (lost)
            printf("seed %lu: %ld pages lost\n", (unsigned long)seed,
                   (long)lost);
        EQUAL(lost, 0);
    }
    return check_end("random");
}
