/*
 * variables.c - sysctl attacked: every rule of its sizes and errors, names that
 * are none, numbers that are none, pointers and lengths that lie, values that
 * must not be set, and who may set them. What is refused has changed nothing.
 *
 * Users, too: what setuid takes away for good, and whom kill reaches.
 */
#include "check.h"
#include <fcntl.h>
#include <mach/mach.h>
#include <sallyport/calls.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/sysctl.h>

#define PAGE   4096
#define KERNEL 0xffffffc080200000

static char *guarded; /* a page; before and behind it there is nothing */
static const char constant[PAGE] __attribute__((aligned(PAGE))) = "constant";

static void set_up(void)
{
    char *p = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANON, -1, 0);
    TRUE(p != MAP_FAILED);
    EQUAL(munmap(p, PAGE), 0);
    EQUAL(munmap(p + 2 * PAGE, PAGE), 0);
    guarded = p + PAGE;
}

/* The call by its bare registers; old, room, new, n as numbers. */
static long by_name(const char *name, uint64_t old, uint64_t room, uint64_t new,
                    uint64_t n)
{
    return raw_call(
        SYS_sysctlbyname,
        (long[6]){(long)name, (long)old, (long)room, (long)new, (long)n});
}

static long threshold(void)
{
    long value = -1;
    size_t n = sizeof value;
    EQUAL(sysctlbyname("vm.map_threshold", &value, &n, NULL, 0), 0);
    EQUAL(n, sizeof value);
    return value;
}

static int qlimit(void)
{
    int value = -1;
    size_t n = sizeof value;
    EQUAL(sysctlbyname("mach.qlimit_default", &value, &n, NULL, 0), 0);
    return value;
}

static const char *text_of(const char *name)
{
    static char text[100];
    size_t n = sizeof text;
    memset(text, '#', sizeof text);
    EQUAL(sysctlbyname(name, text, &n, NULL, 0), 0);
    EQUAL(n, strlen(text) + 1);
    return text;
}

static int is(const char *name, const char *wanted)
{
    return strcmp(text_of(name), wanted) == 0;
}

/* ---- Reading ---- */

static void a_probe_says_how_long(void)
{
    size_t n = 0;
    EQUAL(sysctlbyname("kern.ostype", NULL, &n, NULL, 0), 0);
    EQUAL(n, sizeof "Sallyport");
    n = 999999; /* what was there does not matter */
    EQUAL(sysctlbyname("hw.memsize", NULL, &n, NULL, 0), 0);
    EQUAL(n, 8);
    n = 4; /* nor does it narrow anything */
    EQUAL(sysctlbyname("hw.memsize", NULL, &n, NULL, 0), 0);
    EQUAL(n, 8);
    EQUAL(sysctlbyname("hw.memsize", NULL, NULL, NULL, 0), 0);
}

static void too_little_room_is_told_with_the_length(void)
{
    char text[16];
    for (size_t room = 0; room < sizeof text; room++) {
        size_t n = room;
        memset(text, '#', sizeof text);
        long result = sysctlbyname("kern.ostype", text, &n, NULL, 0);
        EQUAL(n, sizeof "Sallyport");
        EQUAL(result, room < n ? -1 : 0);
        EQUAL(text[0], room < n ? '#' : 'S'); /* all or nothing */
        EQUAL(text[n], '#');
    }
    int value = 7;
    FAILS(sysctlbyname("hw.ncpu", &value, NULL, NULL, 0), ENOMEM);
    EQUAL(value, 7);
}

static void a_length_is_a_length_whatever_it_is(void)
{
    int value = 0;
    size_t n = SIZE_MAX; /* what a fault looks like to a kernel that returns
                            errors as values */
    EQUAL(sysctlbyname("hw.ncpu", &value, &n, NULL, 0), 0);
    EQUAL(value, 1);
    EQUAL(n, 4);
    /* The length that cannot be read is an error of its own, told before
     * anything is done. */
    value = 0;
    EQUAL(by_name("hw.ncpu", (uint64_t)&value, KERNEL, 0, 0), -EFAULT);
    EQUAL(by_name("hw.ncpu", (uint64_t)&value, 0x2000000000, 0, 0), -EFAULT);
    EQUAL(by_name("hw.ncpu", (uint64_t)&value, UINT64_MAX - 7, 0, 0), -EFAULT);
    EQUAL(by_name("hw.ncpu", (uint64_t)&value, UINT64_MAX, 0, 0), -EINVAL);
    EQUAL(by_name("hw.ncpu", (uint64_t)&value, (uint64_t)&n + 4, 0, 0),
          -EINVAL);
    EQUAL(value, 0);
}

static void numbers_are_narrowed_only_if_they_fit(void)
{
    int small = 0;
    long large = 0;
    size_t n = sizeof small;
    long old = threshold(), huge = 1L << 40;
    EQUAL(sysctlbyname("vm.map_threshold", &small, &n, NULL, 0), 0);
    EQUAL(small, old);
    EQUAL(n, 4);
    n = sizeof large; /* an int is 4 bytes in any buffer */
    large = -1;
    EQUAL(sysctlbyname("hw.pagesize", &large, &n, NULL, 0), 0);
    EQUAL(n, 4);
    EQUAL(large, (long)(0xffffffff00000000 | PAGE));
    n = 5; /* room for no 8 bytes, and not for 4 exactly */
    FAILS(sysctlbyname("vm.map_threshold", &large, &n, NULL, 0), ENOMEM);
    EQUAL(n, 8);
    /* 4 bytes set 8, 8 bytes set 4 if the value fits. */
    small = 12345;
    EQUAL(sysctlbyname("vm.map_threshold", NULL, NULL, &small, 4), 0);
    EQUAL(threshold(), 12345);
    small = -1;
    FAILS(sysctlbyname("vm.map_threshold", NULL, NULL, &small, 4), EINVAL);
    large = 6;
    EQUAL(sysctlbyname("mach.qlimit_default", NULL, NULL, &large, 8), 0);
    EQUAL(qlimit(), 6);
    FAILS(sysctlbyname("mach.qlimit_default", NULL, NULL, &huge, 8), ERANGE);
    large = 7 | 1L << 32; /* whose low half would do */
    FAILS(sysctlbyname("mach.qlimit_default", NULL, NULL, &large, 8), ERANGE);
    EQUAL(qlimit(), 6);
    large = 5;
    EQUAL(sysctlbyname("mach.qlimit_default", NULL, NULL, &large, 8), 0);
    EQUAL(sysctlbyname("vm.map_threshold", NULL, NULL, &old, 8), 0);
}

static void a_list_grows_between_two_calls(void)
{
    static struct procinfo list[SALLYPORT_PROC_MAX];
    size_t n = 0, after;
    EQUAL(sysctlbyname("kern.proc", NULL, &n, NULL, 0), 0);
    EQUAL(n % sizeof list[0], 0);
    pid_t child = fork();
    if (child == 0)
        for (;;)
            sleep(100);
    after = n;
    FAILS(sysctlbyname("kern.proc", list, &after, NULL, 0), ENOMEM);
    EQUAL(after, n + sizeof list[0]); /* counted to its end */
    EQUAL(sysctlbyname("kern.proc", list, &after, NULL, 0), 0);
    EQUAL(list[after / sizeof list[0] - 1].pid, child);
    EQUAL(list[0].pid, 1);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

/* ---- Names and numbers ---- */

static void names_that_are_none(void)
{
    static const char *const name[] = {"",
                                       ".",
                                       "kern.",
                                       ".kern",
                                       "kern..proc",
                                       "nope",
                                       "kern.nope",
                                       "kern",
                                       "sysctl",
                                       "KERN.ostype",
                                       "kern.o",
                                       "kern.ostyp",
                                       "kern.ostype ",
                                       "kern.ostypes",
                                       " kern.ostype",
                                       "kern ostype"};
    for (unsigned i = 0; i < sizeof name / sizeof name[0]; i++)
        FAILS(sysctlbyname(name[i], NULL, NULL, NULL, 0), ENOENT);
    FAILS(sysctlbyname("kern.ostype.x", NULL, NULL, NULL, 0), EISDIR);
    FAILS(sysctlbyname("kern.ostype.", NULL, NULL, NULL, 0), EISDIR);
    static char large[1100];
    memset(large, 'x', sizeof large - 1);
    FAILS(sysctlbyname(large, NULL, NULL, NULL, 0), ENAMETOOLONG);
    large[1024] = '\0';
    FAILS(sysctlbyname(large, NULL, NULL, NULL, 0), ENAMETOOLONG);
    large[1023] = '\0';
    FAILS(sysctlbyname(large, NULL, NULL, NULL, 0), ENOENT);
    for (unsigned i = 0; i < 1023; i++)
        large[i] = '.';
    FAILS(sysctlbyname(large, NULL, NULL, NULL, 0), ENOENT);
    /* A name that ends with the memory it is in. */
    char *end = guarded + PAGE - sizeof "kern.ostype";
    strcpy(end, "kern.ostype");
    EQUAL(sysctlbyname(end, NULL, NULL, NULL, 0), 0);
    end[11] = '!';
    FAILS(sysctlbyname(end, NULL, NULL, NULL, 0), EFAULT);
}

static void numbers_that_are_none(void)
{
    int number[CTL_MAXNAME + 1] = {CTL_KERN, KERN_OSTYPE};
    for (long n = -1; n <= CTL_MAXNAME + 1; n++) {
        long want = n < 2 || n > CTL_MAXNAME ? -EINVAL : n == 2 ? 0 : -EISDIR;
        EQUAL(raw_call(SYS_sysctl, (long[6]){(long)number, n}), want);
    }
    EQUAL(raw_call(SYS_sysctl, (long[6]){(long)number, 1L << 32 | 2}), -EINVAL);
    static const int wrong[] = {-1, 0, 99, 1000, INT32_MAX, INT32_MIN};
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        number[1] = wrong[i];
        FAILS(sysctl(number, 2, NULL, NULL, NULL, 0), ENOENT);
        FAILS(sysctl((int[]){wrong[i] ? wrong[i] : 99, 1}, 2, NULL, NULL, NULL,
                     0),
              ENOENT);
    }
    /* The vector's last number lies behind the end of memory. */
    int *end = (int *)(guarded + PAGE) - 2;
    end[0] = CTL_KERN, end[1] = KERN_OSTYPE;
    EQUAL(sysctl(end, 2, NULL, NULL, NULL, 0), 0);
    FAILS(sysctl(end + 1, 2, NULL, NULL, NULL, 0), EFAULT);
}

/* Every leaf, by next: in order, each once; its name leads back to it; its
 * format and its description are there; the probe and the value agree. */
static void the_tree_knows_itself(void)
{
    int at[2 + CTL_MAXNAME] = {CTL_SYSCTL}, *number = at + 2;
    int before[CTL_MAXNAME] = {0}, again[CTL_MAXNAME];
    size_t n = 0, bytes, m;
    unsigned leaves = 0;
    for (;; leaves++) {
        static char name[SYSCTL_NAME_BYTES], text[4096];
        at[1] = CTL_SYSCTL_NEXT;
        bytes = sizeof before;
        memcpy(again, number, sizeof again);
        if (sysctl(at, (unsigned)(2 + n), number, &bytes, NULL, 0) < 0)
            break;
        n = bytes / sizeof(int);
        TRUE(memcmp(before, number, bytes) != 0 && leaves < 200);
        at[1] = CTL_SYSCTL_NAME;
        bytes = sizeof name;
        EQUAL(sysctl(at, (unsigned)(2 + n), name, &bytes, NULL, 0), 0);
        m = CTL_MAXNAME;
        EQUAL(sysctlnametomib(name, again, &m), 0);
        EQUAL(m, n);
        EQUAL(memcmp(again, number, n * sizeof(int)), 0);
        at[1] = CTL_SYSCTL_OIDDESCR;
        bytes = sizeof text;
        EQUAL(sysctl(at, (unsigned)(2 + n), text, &bytes, NULL, 0), 0);
        TRUE(bytes > 1 && bytes <= SYSCTL_DESCR_BYTES);
        EQUAL(text[bytes - 1], 0);
        EQUAL(sysctl(number, (unsigned)n, NULL, &bytes, NULL, 0), 0);
        m = sizeof text;
        EQUAL(sysctlbyname(name, text, &m, NULL, 0), 0);
        EQUAL(m, bytes);
        memcpy(before, number, sizeof before);
    }
    EQUAL(errno, ENOENT);
    TRUE(leaves > 12);
    FAILS(sysctl((int[]){CTL_SYSCTL, CTL_SYSCTL_NAME}, 2, NULL, &n, NULL, 0),
          ENOENT);
    FAILS(sysctl((int[]){CTL_SYSCTL, CTL_SYSCTL_OIDFMT, 77}, 3, NULL, &n, NULL,
                 0),
          ENOENT);
    FAILS(sysctl((int[]){CTL_SYSCTL, CTL_SYSCTL_NEXT}, 2, NULL, &n, "x", 1),
          EPERM);
    m = 1; /* room for one number, where there are two */
    EQUAL(sysctlnametomib("kern.ostype", again, &m), -1);
    EQUAL(errno, ENOMEM);
    EQUAL(m, 2);
    static char large[100];
    memset(large, 'x', sizeof large - 1);
    m = CTL_MAXNAME;
    FAILS(sysctlnametomib(large, again, &m), ENAMETOOLONG);
}

/* ---- Setting ---- */

static void what_is_refused_is_not_set(void)
{
    long old = threshold(), bad = -1, larger = (64L << 20) + 1, good = 4242;
    FAILS(sysctlbyname("vm.map_threshold", NULL, NULL, &bad, 8), EINVAL);
    FAILS(sysctlbyname("vm.map_threshold", NULL, NULL, &larger, 8), EINVAL);
    for (size_t n = 0; n < 4; n++) /* too few bytes */
        FAILS(sysctlbyname("vm.map_threshold", NULL, NULL, &good, n), EINVAL);
    for (size_t n = 5; n < 8; n++)
        FAILS(sysctlbyname("vm.map_threshold", NULL, NULL, &good, n), EINVAL);
    static const int limit[] = {0, -1, INT32_MIN, 1025, INT32_MAX};
    for (unsigned i = 0; i < sizeof limit / sizeof limit[0]; i++)
        FAILS(sysctlbyname("mach.qlimit_default", NULL, NULL, &limit[i], 4),
              EINVAL);
    EQUAL(threshold(), old);
    EQUAL(qlimit(), MACH_PORT_QLIMIT_DEFAULT);
    /* Constants, lists, inner nodes. */
    FAILS(sysctlbyname("hw.ncpu", NULL, NULL, &good, 4), EPERM);
    FAILS(sysctlbyname("kern.ostype", NULL, NULL, "x", 1), EPERM);
    FAILS(sysctlbyname("kern.proc", NULL, NULL, "x", 1), EPERM);
    FAILS(sysctlbyname("kern", NULL, NULL, "x", 1), ENOENT);
}

/* Whatever address fails, and however late the kernel gets to it: the value is
 * as it was. */
static void a_bad_pointer_sets_nothing(void)
{
    static const uint64_t bad[] = {8, 0x2000000000, 0x3fffffffff, KERNEL,
                                   UINT64_MAX - 7};
    size_t room = 8;
    long value = 4242, old = threshold(), copy;
    const char *const name = "vm.map_threshold";
    uint64_t room_va = (uint64_t)&room, value_va = (uint64_t)&value;
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        EQUAL(by_name(name, 0, 0, bad[i], 8), -EFAULT);
        EQUAL(by_name(name, bad[i], room_va, value_va, 8), -EFAULT);
        EQUAL(by_name(name, 0, bad[i] & ~7ul, value_va, 8), -EFAULT);
        EQUAL(by_name("kern.hostname", 0, 0, bad[i], 5), -EFAULT);
    }
    /* The length word can be read, but not written, and that is noticed
     * first. */
    EQUAL(by_name(name, 0, (uint64_t)constant, value_va, 8), -EFAULT);
    EQUAL(by_name(name, (uint64_t)constant, room_va, value_va, 8), -EFAULT);
    /* ... too little room for the old value */
    room = 3;
    EQUAL(by_name(name, (uint64_t)&copy, room_va, value_va, 8), -ENOMEM);
    EQUAL(by_name(name, (uint64_t)&copy, 0, value_va, 8), -ENOMEM);
    /* ... a value, old or new, or a length that runs off the page */
    uint64_t end = (uint64_t)guarded + PAGE - 4;
    room = 8;
    EQUAL(by_name(name, 0, 0, end, 8), -EFAULT);
    EQUAL(by_name(name, end, room_va, value_va, 8), -EFAULT);
    EQUAL(by_name(name, 0, end, value_va, 8), -EINVAL); /* not aligned */
    EQUAL(by_name("kern.hostname", 0, 0, end, 40), -EFAULT);
    EQUAL(threshold(), old);
    TRUE(is("kern.hostname", "sallyport"));
}

static void strings_are_whole_or_not_set(void)
{
    static char large[100];
    memset(large, 'h', sizeof large);
    EQUAL(sysctlbyname("kern.hostname", NULL, NULL, "tern", 4), 0);
    TRUE(is("kern.hostname", "tern"));
    EQUAL(sysctlbyname("kern.hostname", NULL, NULL, large, 63), 0);
    EQUAL(strlen(text_of("kern.hostname")), 63);
    FAILS(sysctlbyname("kern.hostname", NULL, NULL, large, 64), EINVAL);
    FAILS(sysctlbyname("kern.hostname", NULL, NULL, large, SIZE_MAX), EINVAL);
    EQUAL(strlen(text_of("kern.hostname")), 63);
    EQUAL(sysctlbyname("kern.hostname", NULL, NULL, "a\0b", 3), 0);
    TRUE(is("kern.hostname", "a"));
    EQUAL(sysctlbyname("kern.hostname", NULL, NULL, "", 0), 0);
    TRUE(is("kern.hostname", ""));
    /* Old and new in one call, and into the same bytes: the old value is
     * written first, so it is what is then set. */
    char both[100] = "new";
    size_t n = sizeof both;
    EQUAL(sysctlbyname("kern.hostname", both, &n, "sallyport", 9), 0);
    EQUAL(n, 1);
    n = sizeof both;
    EQUAL(sysctlbyname("kern.hostname", both, &n, both, 9), 0);
    TRUE(is("kern.hostname", "sallyport"));
}

static void values_are_used(void)
{
    int limit = 2;
    mach_port_t port;
    struct {
        mach_msg_header_t head;
        char trailer[64];
    } m;
    EQUAL(sysctlbyname("mach.qlimit_default", NULL, NULL, &limit, 4), 0);
    EQUAL(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port),
          0);
    for (int i = 0; i < 3; i++) {
        m.head = (mach_msg_header_t){
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
            .msgh_size = sizeof m.head,
            .msgh_remote_port = port};
        EQUAL(mach_msg(&m.head, MACH_SEND_MSG | MACH_SEND_TIMEOUT,
                       sizeof m.head, 0, 0, 0, 0),
              i < limit ? 0 : MACH_SEND_TIMED_OUT);
    }
    limit = 5;
    EQUAL(sysctlbyname("mach.qlimit_default", NULL, NULL, &limit, 4), 0);
    mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1);
    EQUAL(sysctlbyname("kern.procname", NULL, NULL, "renamed", 7), 0);
    TRUE(is("kern.procname", "renamed"));
    struct procinfo list[8];
    long bytes = getprocs(list, sizeof list), found = 0;
    for (long i = 0; i < bytes / (long)sizeof list[0]; i++)
        found += list[i].pid == getpid() && !strcmp(list[i].name, "renamed");
    EQUAL(found, 1);
}

/* ---- Users ---- */

static void as_somebody_else(long unused)
{
    (void)unused;
    long value = 1;
    failures = 0;
    EQUAL(getuid(), 0);
    EQUAL(raw_call(SYS_setuid, (long[6]){65536}), -EINVAL);
    EQUAL(raw_call(SYS_setuid, (long[6]){-1}), -EINVAL);
    EQUAL(setgid(8), 0);
    EQUAL(setuid(7), 0);
    EQUAL(getuid(), 7);
    EQUAL(geteuid(), 7);
    EQUAL(getgid(), 8);
    EQUAL(setuid(7), 0); /* no change */
    FAILS(setuid(0), EPERM);
    FAILS(setuid(8), EPERM);
    FAILS(setgid(0), EPERM);
    FAILS(sysctlbyname("vm.map_threshold", NULL, NULL, &value, 8), EPERM);
    FAILS(sysctlbyname("kern.hostname", NULL, NULL, "x", 1), EPERM);
    FAILS(sysctlbyname("hw.ncpu", NULL, NULL, "x", 1), EPERM);
    TRUE(is("kern.hostname", "sallyport"));
    EQUAL(sysctlbyname("kern.procname", NULL, NULL, "mine", 4), 0);
    FAILS(kill(1, SIGTERM), EPERM);
    FAILS(kill(getppid(), 0), EPERM);
    FAILS(kill(getppid(), SIGKILL), EPERM);
    FAILS(kill(-1, SIGKILL), EPERM); /* nobody is his */
    pid_t own = fork();
    if (own == 0)
        for (;;)
            sleep(100);
    EQUAL(kill(-1, SIGKILL), 0); /* one of all the others is */
    int status = 0;
    EQUAL(waitpid(own, &status, 0), own);
    EQUAL(status, SIGKILL);
    if (fork() == 0) { /* ids go through fork */
        failures = 0;
        EQUAL(getuid(), 7);
        EQUAL(getgid(), 8);
        _exit(failures != 0);
    }
    wait(&status);
    EQUAL(status, 0);
    _exit(failures != 0);
}

static void root_gives_up_its_rights_for_good(void)
{
    EQUAL(in_child(as_somebody_else, 0), 0);
    EQUAL(getuid(), 0);
}

/* A group of two users: kill of the group reaches those it may. */
static void a_group_is_reached_in_part(void)
{
    int status;
    pid_t other = fork();
    if (other == 0) {
        setpgid(0, 0);
        setuid(7);
        for (;;)
            sleep(100);
    }
    usleep(5000);
    pid_t member = fork();
    if (member == 0) {
        setpgid(0, other);
        for (;;)
            sleep(100);
    }
    usleep(5000);
    if (fork() == 0) {
        setuid(7);
        _exit(kill(-other, SIGKILL) != 0);
    }
    EQUAL(waitpid(-1, &status, 0) > 0, 1);
    EQUAL(waitpid(-1, &status, 0) > 0, 1);
    EQUAL(kill(member, 0), 0); /* it lives */
    if (fork() == 0) {
        setuid(7);
        _exit(kill(-other, SIGKILL) != -1 || errno != EPERM);
    }
    wait(&status);
    EQUAL(status, 0);
    EQUAL(kill(member, SIGKILL), 0);
    EQUAL(waitpid(member, &status, 0), member);
}

/* What a message says of its sender is the kernel's word. */
static void messages_carry_their_senders_user(void)
{
    mach_port_t port, self = mach_task_self();
    struct {
        mach_msg_header_t head;
        mach_msg_audit_trailer_t trailer;
    } m = {.head = {.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                    .msgh_size = sizeof m.head}};
    EQUAL(mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &port), 0);
    EQUAL(mach_port_insert_right(self, port, port, MACH_MSG_TYPE_MAKE_SEND), 0);
    EQUAL(task_set_special_port(self, TASK_BOOTSTRAP_PORT, port), 0);
    pid_t pid = fork();
    if (pid == 0) {
        setgid(8);
        setuid(7);
        task_get_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT,
                              &m.head.msgh_remote_port);
        _exit(mach_msg_send(&m.head) != 0);
    }
    EQUAL(mach_msg(&m.head, MACH_RCV_MSG | MACH_RCV_TRAILER_ELEMENTS(3), 0,
                   sizeof m, port, 0, 0),
          0);
    EQUAL(m.trailer.msgh_sender.val[0], 7);
    EQUAL(m.trailer.msgh_sender.val[1], 8);
    static const unsigned token[] = {7, 7, 8, 7, 8};
    for (int i = 0; i < 5; i++)
        EQUAL(m.trailer.msgh_audit.val[i], token[i]);
    EQUAL(m.trailer.msgh_audit.val[5], pid);
    waitpid(pid, NULL, 0);
    task_set_special_port(self, TASK_BOOTSTRAP_PORT, MACH_PORT_NULL);
    mach_port_mod_refs(self, port, MACH_PORT_RIGHT_RECEIVE, -1);
}

/* ---- At random ---- */

static uint64_t seed = 1;

static unsigned draw(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

/* Calls made of good and bad parts: no result but a documented one, and
 * afterwards every value is in its range. */
static void calls_at_random(void)
{
    static const char *const name[] = {
        "kern.ostype", "kern.hostname", "kern.proc",     "vm.map_threshold",
        "hw.memsize",  "hw.ncpu",       "kern.procname", "mach.qlimit_default",
        "kern",        "nope",          "sysctl.next",   "sysctl.name2oid"};
    static const int error[] = {0,      EINVAL, EFAULT, ENOENT,
                                EISDIR, EPERM,  ENOMEM, ERANGE};
    static char bytes[256];
    static union { /* the kernel may write a value there, too */
        size_t length;
        char value[256];
    } room;
    long old = threshold();
    for (int i = 0; i < 3000; i++) {
        uint64_t place[] = {
            0,      (uint64_t)bytes, (uint64_t)guarded + PAGE - 8,
            KERNEL, (uint64_t)&room, (uint64_t)constant};
        size_t length[] = {0, 1, 4, 8, 63, 64, 256, SIZE_MAX, 1ul << 63};
        int number[CTL_MAXNAME];
        room.length = length[draw(9)];
        for (unsigned k = 0; k < CTL_MAXNAME; k++)
            number[k] = (int)draw(8) + (draw(3) == 0 ? 98 : 0);
        for (unsigned k = 0; k < sizeof bytes; k++)
            bytes[k] = draw(2) ? 0 : (char)draw(256);
        uint64_t values[] = {place[draw(6)],
                             draw(4) ? place[4] : place[draw(6)],
                             place[draw(6)], length[draw(9)]};
        long result =
            draw(2) ? by_name(name[draw(12)], values[0], values[1], values[2],
                              values[3])
                    : raw_call(SYS_sysctl,
                               (long[6]){(long)number, draw(14),
                                         (long)values[0], (long)values[1],
                                         (long)values[2], (long)values[3]});
        bool known = result == -ENAMETOOLONG;
        for (unsigned k = 0; k < sizeof error / sizeof error[0]; k++)
            known |= result == -error[k];
        TRUE(known);
    }
    long limit = qlimit(), now = threshold();
    TRUE(limit >= 1 && limit <= 1024);
    TRUE(now >= 0 && now <= 64 << 20);
    TRUE(strlen(text_of("kern.hostname")) < 64);
    limit = 5;
    EQUAL(sysctlbyname("mach.qlimit_default", NULL, NULL, &limit, 8), 0);
    EQUAL(sysctlbyname("vm.map_threshold", NULL, NULL, &old, 8), 0);
    EQUAL(sysctlbyname("kern.hostname", NULL, NULL, "sallyport", 9), 0);
}

/* To bring in the two pages takes frames, so the number changes under the copy;
 * often enough to pass a multiple of 256, where half of each would show. */
static void a_number_is_told_as_it_was(void)
{
    enum { TIMES = 150 };
    char *p = mmap(NULL, 2 * TIMES * PAGE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANON, -1, 0);
    TRUE(p != MAP_FAILED);
    for (int i = 0; i < TIMES; i++) {
        char *at = p + (2 * i + 1) * PAGE - 1;
        long before = free_frames(), told = 0;
        size_t n = sizeof told;
        EQUAL(sysctlbyname("vm.free_pages", at, &n, NULL, 0), 0);
        memcpy(&told, at, sizeof told);
        EQUAL(told, before);
    }
    EQUAL(munmap(p, 2 * TIMES * PAGE), 0);
}

int main(void)
{
    set_up();
    a_probe_says_how_long();
    too_little_room_is_told_with_the_length();
    a_length_is_a_length_whatever_it_is();
    numbers_are_narrowed_only_if_they_fit();
    a_list_grows_between_two_calls();
    a_number_is_told_as_it_was();
    names_that_are_none();
    numbers_that_are_none();
    the_tree_knows_itself();
    what_is_refused_is_not_set();
    a_bad_pointer_sets_nothing();
    strings_are_whole_or_not_set();
    values_are_used();
    root_gives_up_its_rights_for_good();
    a_group_is_reached_in_part();
    messages_carry_their_senders_user();
    long before = free_frames();
    calls_at_random();
    EQUAL(free_frames(), before);
    return check_end("variables");
}
