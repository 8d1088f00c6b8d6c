/*
 * mappings.c - mmap, munmap, mprotect, shm_open: what they give, what they
 * refuse, and what happens to memory whose object shrinks.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <sallyport/calls.h>

#include "check.h"

#define PAGE  4096
#define RW    (PROT_READ | PROT_WRITE)
#define OWN   (MAP_PRIVATE | MAP_ANON)
#define OURS  (MAP_SHARED | MAP_ANON)
#define NEVER ((char *)0x4000000000) /* the end of the program's half */

static char *anonymous(size_t bytes, int flags)
{
    char *p = mmap(NULL, bytes, RW, flags, -1, 0);
    TRUE(p != MAP_FAILED);
    return p;
}

/* ---- Ways to die: in a child, the signal ---- */

static void load_from(long va)
{
    (void)*(volatile char *)va;
}

static void store_to(long va)
{
    *(volatile char *)va = 1;
}

static void jump_to(long va)
{
    ((void (*)(void))va)();
}

/* ---- Anonymous ---- */

static void zero_pages_of_its_own(void)
{
    char *p = anonymous(3 * PAGE, OWN);
    TRUE(((long)p & (PAGE - 1)) == 0);
    for (int i = 0; i < 3 * PAGE; i += 512)
        EQUAL(p[i], 0);
    p[PAGE] = 7;
    EQUAL(in_child(store_to, (long)p + PAGE), 0);
    EQUAL(p[PAGE], 7); /* the child's store went to its own copy */
    EQUAL(munmap(p + PAGE, PAGE), 0);
    EQUAL(in_child(load_from, (long)p + PAGE), SIGSEGV);
    EQUAL(in_child(load_from, (long)p), 0);
    EQUAL(in_child(load_from, (long)p + 2 * PAGE), 0);
    EQUAL(munmap(p, 3 * PAGE), 0); /* a hole in it is no matter */
    EQUAL(in_child(load_from, (long)p), SIGSEGV);
}

static void shared_with_children(void)
{
    char *p = anonymous(2 * PAGE, OURS);
    p[0] = 1;
    EQUAL(in_child(store_to, (long)p + PAGE), 0); /* first touched there */
    EQUAL(p[PAGE], 1);
    EQUAL(munmap(p, 2 * PAGE), 0);
}

static void fixed_replaces(void)
{
    char *p = anonymous(3 * PAGE, OWN);
    memset(p, 5, 3 * PAGE);
    EQUAL(mmap(p + PAGE, PAGE, PROT_READ, OWN | MAP_FIXED, -1, 0) == p + PAGE,
          1);
    EQUAL(p[PAGE - 1], 5);
    EQUAL(p[PAGE], 0);
    EQUAL(p[2 * PAGE], 5);
    EQUAL(in_child(store_to, (long)p + PAGE), SIGSEGV);
    FAILS((long)mmap(p + 1, PAGE, RW, OWN | MAP_FIXED, -1, 0), EINVAL);
    FAILS((long)mmap(0, PAGE, RW, OWN | MAP_FIXED, -1, 0), ENOMEM);
    FAILS((long)mmap(NEVER, PAGE, RW, OWN | MAP_FIXED, -1, 0), ENOMEM);
    FAILS((long)mmap(NEVER - PAGE, 2 * PAGE, RW, OWN | MAP_FIXED, -1, 0),
          ENOMEM);
    EQUAL(p[0], 5); /* what was refused changed nothing */
    EQUAL(munmap(p, 3 * PAGE), 0);
}

static void protection(void)
{
    char *p = anonymous(4 * PAGE, OWN);
    memset(p, 9, 4 * PAGE);
    EQUAL(mprotect(p + PAGE, PAGE, PROT_READ), 0);
    EQUAL(mprotect(p + 2 * PAGE, PAGE, PROT_NONE), 0);
    EQUAL(in_child(store_to, (long)p + PAGE), SIGSEGV);
    EQUAL(in_child(load_from, (long)p + 2 * PAGE), SIGSEGV);
    EQUAL(in_child(store_to, (long)p + 3 * PAGE), 0);
    int fd[2];
    EQUAL(pipe(fd), 0);
    FAILS(write(fd[1], p + 2 * PAGE, 1), EFAULT); /* the kernel's copy too */
    EQUAL(write(fd[1], p + PAGE, 1), 1);
    FAILS(read(fd[0], p + PAGE, 1), EFAULT);
    EQUAL(mprotect(p, 4 * PAGE, RW), 0);
    EQUAL(p[2 * PAGE], 9); /* it was there all the time */
    store_to((long)p + PAGE);
    EQUAL(in_child(jump_to, (long)p), SIGSEGV);
    EQUAL(munmap(p + PAGE, PAGE), 0);
    FAILS(mprotect(p, 3 * PAGE, PROT_READ), ENOMEM); /* a hole */
    FAILS(mprotect(p + 1, PAGE, PROT_READ), EINVAL);
    FAILS(mprotect(p, PAGE, 8), EINVAL);
    store_to((long)p); /* was not made read-only */
    EQUAL(munmap(p, 4 * PAGE), 0);
    close(fd[0]);
    close(fd[1]);
}

static void refused(void)
{
    FAILS((long)mmap(NULL, 0, RW, OWN, -1, 0), EINVAL);
    FAILS((long)mmap(NULL, PAGE, RW, MAP_ANON, -1, 0), EINVAL);
    FAILS((long)mmap(NULL, PAGE, RW, OWN | MAP_SHARED, -1, 0), EINVAL);
    FAILS((long)mmap(NULL, PAGE, RW, OWN | 0x40000, -1, 0), EINVAL);
    FAILS((long)mmap(NULL, PAGE, 8, OWN, -1, 0), EINVAL);
    FAILS((long)mmap(NULL, (size_t)-1, RW, OWN, -1, 0), ENOMEM);
    FAILS((long)mmap(NULL, (size_t)1 << 38, RW, OWN, -1, 0), ENOMEM);
    FAILS((long)mmap(NULL, (size_t)1 << 36, RW, OURS, -1, 0), ENOMEM);
    FAILS((long)mmap(NULL, PAGE, RW, MAP_PRIVATE, -1, 0), EBADF);
    FAILS((long)mmap(NULL, PAGE, RW, MAP_PRIVATE, 63, 0), EBADF);
    FAILS((long)mmap(NULL, PAGE, RW, MAP_PRIVATE, 0, 0), ENODEV);
    FAILS(munmap(NULL, PAGE), EINVAL);
    FAILS(munmap((void *)PAGE, 0), EINVAL);
    FAILS(munmap((void *)(PAGE + 1), PAGE), EINVAL);
    FAILS(munmap((void *)PAGE, (size_t)-1), EINVAL);
    FAILS(munmap(NEVER, PAGE), EINVAL);
}

static int set_break(char *end)
{
    char *old = __sbrk(0);
    return __sbrk(end - old) == old ? 0 : -1;
}

/* The heap may be unmapped and protected like any memory. */
static void heap_with_a_hole(void)
{
    char *p = __sbrk(0);
    p += -(long)p & (PAGE - 1);
    EQUAL(set_break(p + 4 * PAGE), 0);
    memset(p, 3, 4 * PAGE);
    EQUAL(munmap(p + PAGE, PAGE), 0);
    EQUAL(mprotect(p + 3 * PAGE, PAGE, PROT_READ), 0);
    EQUAL(set_break(p + 6 * PAGE), 0);
    p[5 * PAGE] = 1;
    EQUAL(p[3 * PAGE], 3);
    EQUAL(set_break(p), 0);
    EQUAL(in_child(load_from, (long)p), SIGSEGV);
    EQUAL(set_break(p + PAGE), 0);
    EQUAL(p[0], 0);
    EQUAL(set_break(p), 0);
}

/* ---- Files ---- */

static int make_file(const char *path, int bytes)
{
    static char text[3 * PAGE];
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
    for (int i = 0; i < bytes; i++)
        text[i] = (char)('a' + i / PAGE);
    EQUAL(write(fd, text, (size_t)bytes), bytes);
    return fd;
}

static char byte_of(int fd, off_t at)
{
    char c = 0;
    lseek(fd, at, SEEK_SET);
    EQUAL(read(fd, &c, 1), 1);
    return c;
}

static void private_copies_of_a_file(void)
{
    int fd = make_file("/tmp/map", 2 * PAGE + 100);
    char *p = mmap(NULL, 3 * PAGE, RW, MAP_PRIVATE, fd, 0);
    EQUAL(p[0], 'a');
    EQUAL(p[2 * PAGE + 99], 'c');
    EQUAL(p[2 * PAGE + 100], 0);
    p[0] = 'X';
    EQUAL(byte_of(fd, 0), 'a');
    char *q = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, PAGE);
    EQUAL(q[0], 'b');
    FAILS((long)mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 1), EINVAL);
    FAILS((long)mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 1l << 40), EOVERFLOW);
    EQUAL(mprotect(q, PAGE, RW), 0);
    q[0] = 'Y';
    EQUAL(byte_of(fd, PAGE), 'b');
    munmap(p, 3 * PAGE);
    munmap(q, PAGE);
    close(fd);
}

static void stores_reach_the_file(void)
{
    int fd = make_file("/tmp/map", PAGE + 100);
    int reader = open("/tmp/map", O_RDONLY), writer;
    char *p = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
    char *q = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, reader, 0);
    writer = open("/tmp/map", O_WRONLY);
    p[5] = 'X';
    EQUAL(q[5], 'X');
    EQUAL(byte_of(fd, 5), 'X');
    lseek(fd, 6, SEEK_SET);
    EQUAL(write(fd, "Y", 1), 1);
    EQUAL(p[6], 'Y');
    FAILS((long)mmap(NULL, PAGE, RW, MAP_SHARED, reader, 0), EACCES);
    FAILS((long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, writer, 0), EACCES);
    FAILS(mprotect(q, PAGE, RW), EACCES);
    EQUAL(in_child(store_to, (long)q), SIGSEGV);
    /* Bytes beyond the end are zero when the file grows, whoever stored. */
    p[PAGE + 200] = 'Z';
    EQUAL(ftruncate(fd, 2 * PAGE), 0);
    EQUAL(byte_of(fd, PAGE + 200), 0);
    close(fd), close(reader), close(writer);
    EQUAL(unlink("/tmp/map"), 0);
    EQUAL(q[5], 'X'); /* the mappings keep it */
    munmap(p, 2 * PAGE);
    munmap(q, 2 * PAGE);
}

/* A file mapped for stores cannot be run, and one that runs not be mapped. */
static void no_stores_into_a_program(void)
{
    int fd = open("/bin/true", O_RDWR);
    char *p = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
    close(fd);
    TRUE(p != MAP_FAILED);
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/true", "true", (char *)NULL);
        _exit(errno == ETXTBSY ? 42 : 1);
    }
    int status;
    waitpid(pid, &status, 0);
    EQUAL(WEXITSTATUS(status), 42);
    munmap(p, PAGE);
    pid = fork();
    if (pid == 0) {
        execl("/bin/true", "true", (char *)NULL);
        _exit(1);
    }
    waitpid(pid, &status, 0);
    EQUAL(status, 0);
}

static void shrinking_takes_pages_away(void)
{
    int fd = make_file("/tmp/map", 3 * PAGE);
    char *p = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0);
    p[2 * PAGE] = 'X';
    EQUAL(in_child(load_from, (long)p + 3 * PAGE), SIGBUS);
    EQUAL(ftruncate(fd, 100), 0);
    EQUAL(in_child(load_from, (long)p + PAGE), SIGBUS);
    EQUAL(in_child(store_to, (long)p + 2 * PAGE), SIGBUS);
    EQUAL(p[99], 'a');
    EQUAL(p[100], 0);
    FAILS(write(fd, p + PAGE, 1), EFAULT);
    EQUAL(ftruncate(fd, 3 * PAGE), 0);
    EQUAL(p[2 * PAGE], 0); /* there again, and empty */
    munmap(p, 4 * PAGE);
    close(fd);
    unlink("/tmp/map");
}

/* ---- Shared memory objects ---- */

static void shm_child(long value)
{
    int fd = shm_open("/test", O_RDWR, 0);
    volatile int *p = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
    if (p[0] != value)
        _exit(1);
    p[1] = (int)value + 1;
}

static void objects_with_names(void)
{
    FAILS(shm_open("/test", O_RDWR, 0), ENOENT);
    int fd = shm_open("/test", O_RDWR | O_CREAT | O_EXCL, 0600);
    struct stat st;
    EQUAL(fstat(fd, &st), 0);
    EQUAL(st.st_size, 0);
    volatile int *p = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
    EQUAL(in_child(load_from, (long)p), SIGBUS); /* it has no bytes yet */
    EQUAL(ftruncate(fd, PAGE), 0);
    p[0] = 77;
    EQUAL(in_child(shm_child, 77), 0);
    EQUAL(p[1], 78);
    FAILS(shm_open("/test", O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
    FAILS(shm_open("test", O_RDWR, 0), EINVAL);
    FAILS(shm_open("/", O_RDWR, 0), EINVAL);
    FAILS(shm_open("/a/b", O_RDWR, 0), EINVAL);
    FAILS(shm_open("/..", O_RDWR, 0), EINVAL);
    FAILS(shm_open("/test", O_WRONLY, 0), EINVAL);
    FAILS(shm_open((char *)8, O_RDWR, 0), EFAULT);
    EQUAL(shm_unlink("/test"), 0);
    FAILS(shm_unlink("/test"), ENOENT);
    EQUAL(p[0], 77);
    EQUAL(close(fd), 0);
    EQUAL(munmap((void *)p, PAGE), 0);
}

static void the_kernels_buffer(void)
{
    int fd = open("/dev/kbuf", O_RDWR), reader = open("/dev/kbuf", O_RDONLY);
    char *p = mmap(NULL, SALLYPORT_KBUF_BYTES, RW, MAP_SHARED, fd, 0);
    char *q = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reader, 0);
    TRUE(p != MAP_FAILED && q != MAP_FAILED);
    p[7] = 'k';
    EQUAL(q[7], 'k');
    EQUAL(byte_of(reader, 7), 'k');
    EQUAL(lseek(fd, 7, SEEK_SET), 7);
    EQUAL(write(fd, "j", 1), 1);
    EQUAL(q[7], 'j');
    FAILS((long)mmap(NULL, PAGE, RW, MAP_SHARED, reader, 0), EACCES);
    FAILS(mprotect(q, PAGE, RW), EACCES);
    EQUAL(in_child(store_to, (long)q), SIGSEGV);
    EQUAL(lseek(fd, -1, SEEK_END), SALLYPORT_KBUF_BYTES - 1);
    EQUAL(write(fd, "ab", 2), 1);
    FAILS(write(fd, "b", 1), ENOSPC);
    EQUAL(read(fd, p, 1), 0);
    p = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, SALLYPORT_KBUF_BYTES - PAGE);
    EQUAL(p[PAGE - 1], 'a');
    EQUAL(in_child(load_from, (long)p + PAGE), SIGBUS);
    close(fd), close(reader);
}

/* As many as a process may have, then no more; and none is left over. */
static void regions_have_a_limit(void)
{
    static char *page[2000];
    int n = 0;
    char *all = anonymous(4000 * PAGE, OWN);
    munmap(all, 4000 * PAGE);
    for (; n < 2000; n++) {
        page[n] = mmap(all + n * 2 * PAGE, PAGE, RW, OWN | MAP_FIXED, -1, 0);
        if (page[n] == MAP_FAILED)
            break;
    }
    EQUAL(errno, ENOMEM);
    TRUE(n > 1000 && n < 1024);
    EQUAL(munmap(all, 4000 * PAGE), 0);
    EQUAL(munmap(anonymous(PAGE, OWN), PAGE), 0);
}

static void all(long round)
{
    (void)round;
    zero_pages_of_its_own();
    shared_with_children();
    fixed_replaces();
    protection();
    refused();
    heap_with_a_hole();
    private_copies_of_a_file();
    stores_reach_the_file();
    no_stores_into_a_program();
    shrinking_takes_pages_away();
    objects_with_names();
    the_kernels_buffer();
    regions_have_a_limit();
    if (failures)
        _exit(1);
}

int main(void)
{
    return check_rounds("mappings", all);
}
