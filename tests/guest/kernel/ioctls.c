/*
 * ioctls.c - ioctl's generic layer, attacked: the encoding, the order of its
 * checks, every size around its three buffers, what leaks and what does not,
 * and requests at random.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE   4096
#define KERNEL 0xffffffc080200000

static int demo;
static char *guarded; /* two pages; before and behind them there is nothing */
#define END (guarded + 2 * PAGE)

static void set_up(void)
{
    char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANON, -1, 0);
    TRUE(p != MAP_FAILED);
    EQUAL(munmap(p, PAGE), 0);
    EQUAL(munmap(p + 3 * PAGE, PAGE), 0);
    guarded = p + PAGE;
    demo = open("/dev/demo", O_RDWR);
    TRUE(demo >= 0);
}

/* ---- The encoding: test vectors of the reference ---- */

static void requests_are_encoded_as_in_bsd(void)
{
    EQUAL(FIOCLEX, 0x20006601);
    EQUAL(FIONREAD, 0x4004667f);
    EQUAL(FIONBIO, 0x8004667e);
    EQUAL(_IOWR('x', 7, char[24]), 0xc0187807);
    /* A size that does not fit wraps, in silence. */
    EQUAL(_IOW('x', 1, char[8192]), 0x80007801);
    EQUAL(_IOW('x', 1, char[10000]), 0x87107801);
    EQUAL(IOCPARM_LEN(_IOW('x', 1, char[8191])), 8191);
    EQUAL(IOCGROUP(FIONREAD), 'f');
}

/* ---- The order of the checks ---- */

static void memory_comes_before_the_descriptor(void)
{
    FAILS(ioctl(77, FIONBIO, KERNEL), EFAULT);
    FAILS(ioctl(77, FIONBIO, guarded), EBADF);
    FAILS(ioctl(-1, DEMO_ADD, NULL), EFAULT);
    FAILS(ioctl(77, FIONREAD, KERNEL), EBADF); /* OUT: not looked at yet */
    FAILS(ioctl(demo, FIONREAD, KERNEL), ENOTTY);
    FAILS(ioctl(demo, DEMO_INFO, KERNEL), EFAULT);
    FAILS(ioctl(77, DEMO_STEP, KERNEL), EBADF); /* a value, no pointer */
    EQUAL(ioctl(demo, DEMO_STEP, 0), 0);
}

static void only_the_low_halves_count(void)
{
    uint64_t high = 0xffffffff00000000, n = 5;
    EQUAL(raw_call(SYS_ioctl, (long[6]){(long)(high | (unsigned)demo),
                                        (long)(high | DEMO_SET), (long)&n}),
          0);
    struct demo_info info;
    EQUAL(ioctl(demo, DEMO_INFO, &info), 0);
    EQUAL(info.count, 5);
}

/* ---- Sizes: on the stack, by kmalloc, larger ---- */

static const int size[] = {1,    2,    7,    8,    127,  128,  129,  255, 1023,
                           1024, 1025, 2048, 4095, 4096, 4097, 8190, 8191};
#define SIZES (sizeof size / sizeof size[0])

static void exactly_the_bytes_of_the_size_are_read(void)
{
    for (unsigned i = 0; i < SIZES; i++) {
        unsigned long in = _IOC(IOC_IN, 'x', 9, size[i]);
        unsigned long both = _IOC(IOC_INOUT, 'x', 9, size[i]);
        FAILS(ioctl(demo, in, END - size[i]), ENOTTY);
        FAILS(ioctl(demo, both, END - size[i]), ENOTTY);
        FAILS(ioctl(demo, in, END - size[i] + 1), EFAULT);
        FAILS(ioctl(demo, both, END - size[i] + 1), EFAULT);
        FAILS(ioctl(demo, in, guarded - 1), EFAULT);
        FAILS(ioctl(demo, in, -size[i] + 1), EFAULT); /* wraps */
        FAILS(ioctl(demo, in, 0x4000000000 - size[i] + 1), EFAULT);
        FAILS(ioctl(demo, _IOC(IOC_OUT, 'x', 9, size[i]), NULL), ENOTTY);
        FAILS(ioctl(demo, _IOC(IOC_VOID, 'x', 9, size[i]), NULL), ENOTTY);
    }
    /* A size that wrapped to nothing passes the pointer itself. */
    FAILS(ioctl(demo, _IOW('x', 9, char[8192]), KERNEL), ENOTTY);
    FAILS(ioctl(demo, 'x' << 8 | 9, KERNEL), ENOTTY); /* no way at all */
}

/* Another size is another request, whatever the driver's structure has. */
static void a_wrong_size_is_another_request(void)
{
    uint64_t n = 1;
    for (unsigned i = 0; i < SIZES; i++)
        if (size[i] != sizeof n)
            FAILS(ioctl(demo, _IOC(IOC_IN, 'D', 1, size[i]), guarded), ENOTTY);
    FAILS(ioctl(demo, _IOR('D', 1, uint64_t), &n), ENOTTY);
    FAILS(ioctl(demo, _IO('D', 1), &n), ENOTTY);
    EQUAL(ioctl(demo, DEMO_SET, &n), 0);
}

/* ---- What comes out ---- */

static struct demo_info info_at(void *where)
{
    struct demo_info info;
    memset(where, 0xee, sizeof info);
    EQUAL(ioctl(demo, DEMO_INFO, where), 0);
    memcpy(&info, where, sizeof info);
    return info;
}

static void holes_arrive_as_zero(void)
{
    char dirt[128];
    struct demo_info info, clean = {.letter = 'D'};
    memset(dirt, 0xaa, sizeof dirt);
    for (int i = 0; i < 3; i++) {
        FAILS(ioctl(demo, _IOW('D', 99, char[128]), dirt), ENOTTY);
        info = info_at(&info);
        clean.count = info.count;
        clean.steps = info.steps;
        unsigned char holes[sizeof info];
        memcpy(holes, &info, sizeof info);
        for (int k = 1; k < 8; k++)
            EQUAL(holes[k], 0);
        for (int k = 18; k < 24; k++)
            EQUAL(holes[k], 0);
    }
    EQUAL(clean.letter, info.letter);
}

static void misaligned_structures_are_copied_as_well(void)
{
    uint64_t n = 77;
    for (int i = 1; i < 8; i++) {
        memcpy(guarded + PAGE - i, &n, sizeof n); /* over a page's end too */
        EQUAL(ioctl(demo, DEMO_SET, guarded + PAGE - i), 0);
        EQUAL(info_at(guarded + PAGE - 3 * i).count, 77);
    }
}

static void large_tables_go_both_ways(void)
{
    struct demo_table *t = (void *)(END - sizeof *t);
    for (uint32_t i = 0; i < DEMO_ENTRIES; i++)
        t->entry[i] = 1000 + i;
    EQUAL(ioctl(demo, DEMO_REVERSE, t), 0);
    for (uint32_t i = 0; i < DEMO_ENTRIES; i++)
        EQUAL(t->entry[i], 1000 + DEMO_ENTRIES - 1 - i);
}

/* What the driver did stays done when its answer cannot be delivered. */
static void an_answer_may_be_undeliverable(void)
{
    struct demo_add *add = (void *)guarded;
    uint64_t before = info_at(guarded + PAGE).count;
    *add = (struct demo_add){.addend = 10};
    EQUAL(mprotect(guarded, PAGE, PROT_READ), 0);
    FAILS(ioctl(demo, DEMO_ADD, add), EFAULT);
    EQUAL(add->sum, 0);
    EQUAL(info_at(guarded + PAGE).count, before + 10);
    FAILS(ioctl(demo, DEMO_INFO, add), EFAULT);
    EQUAL(ioctl(demo, DEMO_SET, add), 0); /* is only read */
    EQUAL(mprotect(guarded, PAGE, PROT_READ | PROT_WRITE), 0);
}

/* ---- A pointer in the structure ---- */

static int gather(const void *address, uint32_t bytes)
{
    struct demo_gather g = {(uint64_t)address, bytes, 99};
    if (ioctl(demo, DEMO_GATHER, &g)) {
        EQUAL(g.sum, 99); /* nothing was copied out */
        return -1;
    }
    return (int)g.sum;
}

static void a_nested_pointer_has_checks_of_its_own(void)
{
    memset(guarded, 2, 2 * PAGE);
    EQUAL(gather(guarded, 256), 512);
    EQUAL(gather(END - 1, 1), 2);
    EQUAL(gather(guarded + PAGE - 100, 200), 400);
    EQUAL(gather((void *)KERNEL, 0), 0); /* no byte, no look */
    FAILS(gather(guarded, 257), EINVAL);
    FAILS(gather(guarded, UINT32_MAX), EINVAL);
    FAILS(gather(END - 1, 2), EFAULT);
    FAILS(gather(NULL, 1), EFAULT);
    FAILS(gather((void *)KERNEL, 8), EFAULT);
    FAILS(gather((void *)0xffffffff80007e00, 8), EFAULT);
    FAILS(gather((void *)-8, 16), EFAULT);
    FAILS(gather((void *)0x3fffffffff, 2), EFAULT);
}

/* ---- Descriptors ---- */

static int runs_with(int fd)
{
    char number[12];
    int status = -1;
    snprintf(number, sizeof number, "%d", fd);
    pid_t pid = fork();
    if (pid == 0) {
        execve("/bin/ioctls", (char *[]){"ioctls", number, NULL}, NULL);
        _exit(9);
    }
    waitpid(pid, &status, 0);
    return status >> 8;
}

static void descriptors_close_on_exec_or_not(void)
{
    EQUAL(runs_with(demo), 0);
    EQUAL(ioctl(demo, FIOCLEX), 0);
    EQUAL(runs_with(demo), 1);
    EQUAL(ioctl(demo, FIONCLEX), 0);
    EQUAL(runs_with(demo), 0);
    FAILS(ioctl(77, FIOCLEX), EBADF);
    int copy = dup(demo);
    close(copy);
    FAILS(ioctl(copy, FIOCLEX), EBADF);
    FAILS(ioctl(copy, DEMO_STEP, 1), EBADF);
}

static void pipes_say_what_is_in_them(void)
{
    int fd[2], n = -1, on = 1, off = 0;
    char bytes[8];
    EQUAL(pipe(fd), 0);
    EQUAL(ioctl(fd[0], FIONREAD, &n), 0);
    EQUAL(n, 0);
    EQUAL(ioctl(fd[0], FIONBIO, &on), 0);
    FAILS(read(fd[0], bytes, 8), EAGAIN);
    EQUAL(write(fd[1], "hello", 5), 5);
    EQUAL(ioctl(fd[0], FIONREAD, &n), 0);
    EQUAL(n, 5);
    EQUAL(read(fd[0], bytes, 8), 5);
    EQUAL(ioctl(fd[0], FIONBIO, &off), 0);
    close(fd[1]);
    EQUAL(read(fd[0], bytes, 8), 0);
    FAILS(ioctl(fd[0], FIONBIO, guarded - 1), EFAULT);
    close(fd[0]);
}

static void files_say_what_is_left(void)
{
    int n = -1, fd = open("/tmp/ioctls", O_RDWR | O_CREAT | O_TRUNC, 0644);
    EQUAL(write(fd, "0123456789", 10), 10);
    EQUAL(ioctl(fd, FIONREAD, &n), 0);
    EQUAL(n, 0);
    EQUAL(lseek(fd, 3, SEEK_SET), 3);
    EQUAL(ioctl(fd, FIONREAD, &n), 0);
    EQUAL(n, 7);
    EQUAL(lseek(fd, 1000, SEEK_SET), 1000);
    EQUAL(ioctl(fd, FIONREAD, &n), 0);
    EQUAL(n, 0);
    FAILS(ioctl(fd, DEMO_STEP, 1), ENOTTY);
    close(fd);
    unlink("/tmp/ioctls");
    fd = open("/bin", O_RDONLY | O_DIRECTORY);
    FAILS(ioctl(fd, FIONREAD, &n), ENOTTY);
    close(fd);
    fd = open("/dev/null", O_RDWR);
    FAILS(ioctl(fd, FIONREAD, &n), ENOTTY);
    close(fd);
}

/* ---- At random ---- */

static uint64_t state = 88172645463325252;

static uint64_t next(void) /* xorshift64 */
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static void requests_at_random_do_no_harm(void)
{
    static const uint32_t known[] = {
#define IOCTL(name, request, format, help) name,
#include "ioctl.def"
#undef IOCTL
    };
    int fds[4] = {demo, open("/bin/cat", O_RDONLY), -1, -1};
    pipe(fds + 2);
    for (int i = 0; i < 3000; i++) {
        uint32_t request = known[next() % (sizeof known / sizeof known[0])];
        if (next() % 2)
            request ^= 1u << next() % 32;
        uint64_t where[] = {(uint64_t)guarded + next() % (3 * PAGE) - PAGE,
                            KERNEL + next() % 100000, next(), next() % 64};
        ioctl(fds[next() % 4], request, where[next() % 4]);
    }
    for (int i = 1; i < 4; i++)
        close(fds[i]);
    EQUAL(ioctl(demo, DEMO_STEP, 1), 0);
    EQUAL(ioctl(demo, FIONCLEX), 0); /* it may have been set */
}

int main(int argc, char **argv)
{
    if (argc > 1) /* run by descriptors_close_on_exec_or_not */
        return ioctl(atoi(argv[1]), DEMO_STEP, 1) != 0;
    set_up();
    /* Until a round ends with as much memory as the one before: a leak takes
     * some in every round. */
    long left = 0;
    bool settled = false;
    for (int round = 0; round < 6 && !settled; round++) {
        requests_are_encoded_as_in_bsd();
        memory_comes_before_the_descriptor();
        only_the_low_halves_count();
        exactly_the_bytes_of_the_size_are_read();
        a_wrong_size_is_another_request();
        holes_arrive_as_zero();
        misaligned_structures_are_copied_as_well();
        large_tables_go_both_ways();
        an_answer_may_be_undeliverable();
        a_nested_pointer_has_checks_of_its_own();
        descriptors_close_on_exec_or_not();
        pipes_say_what_is_in_them();
        files_say_what_is_left();
        requests_at_random_do_no_harm();
        long now = free_frames();
        settled = now == left;
        left = now;
    }
    TRUE(settled);
    return check_end("ioctls");
}
