/*
 * vectors.c - readv and writev: limits, order, bad pieces after good ones,
 * vectors that change while the call sleeps, peers that die; and fcntl.
 */
#include "check.h"
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>

#define PAGE 4096
#define RW   (PROT_READ | PROT_WRITE)
#define BIG  (80 * 1024)
#define P(x) ((long)(x))

static struct iovec v[IOV_MAX + 1];
static char from[BIG], to[BIG];
static char *edge; /* a page, and behind it there is nothing */

static void *const bad_base[] = {
    NULL,
    (void *)8,
    (void *)0x2000000000,
    (void *)0x10000000,
    (void *)0x3fffffffff,
    (void *)0x4000000000,
    (void *)0x8000000000000000,
    (void *)0xffffffc080200000,
    (void *)0xffffffffffffe000,
    (void *)UINT64_MAX,
};
#define BAD_BASES (sizeof bad_base / sizeof bad_base[0])

static void fill(int seed)
{
    for (int i = 0; i < BIG; i++)
        from[i] = (char)(i * 13 + i / 256 + seed);
}

static int scratch(void)
{
    return open("/tmp/vectors", O_RDWR | O_CREAT | O_TRUNC, 0644);
}

static void limits_hold(void)
{
    int fd = scratch();
    v[0] = (struct iovec){from, 1};
    static const int count[] = {0, -1, IOV_MAX + 1, INT_MAX, INT_MIN};
    for (unsigned i = 0; i < sizeof count / sizeof count[0]; i++) {
        FAILS(writev(fd, v, count[i]), EINVAL);
        FAILS(readv(fd, v, count[i]), EINVAL);
    }
    v[0].iov_len = SIZE_MAX;
    FAILS(writev(fd, v, 1), EINVAL);
    v[0].iov_len = INT64_MAX;
    v[1] = (struct iovec){from, 1};
    FAILS(writev(fd, v, 2), EINVAL);
    FAILS(readv(fd, v, 2), EINVAL);
    v[1].iov_len = SIZE_MAX; /* the sum would wrap to a small number */
    FAILS(writev(fd, v, 2), EINVAL);
    FAILS(writev(63, v, 2), EINVAL); /* before the descriptor is looked at */
    v[0].iov_len = v[1].iov_len = 1;
    FAILS(writev(63, v, 2), EBADF);
    FAILS(readv(-1, v, 2), EBADF);
    EQUAL(lseek(fd, 0, SEEK_END), 0);
    close(fd);
}

/* IOV_MAX pieces of one byte, some of none: order is kept over pages. */
static void many_pieces_are_moved_in_order(int out, int in)
{
    int bytes = 0;
    memset(to, 0, sizeof to);
    for (int i = 0; i < IOV_MAX; i++) {
        v[i] = (struct iovec){from + bytes, i % 5 ? 1 : 0};
        if (i % 5 == 0)
            v[i].iov_base = (void *)8; /* is not looked at */
        bytes += i % 5 != 0;
    }
    EQUAL(writev(out, v, IOV_MAX), bytes);
    if (in == out)
        lseek(in, 0, SEEK_SET);
    for (int i = 0; i < IOV_MAX; i++)
        v[i].iov_base = (char *)to + ((char *)v[i].iov_base - from);
    for (int i = 0; i < IOV_MAX; i += 5)
        v[i].iov_base = NULL;
    EQUAL(readv(in, v, IOV_MAX), bytes);
    EQUAL(memcmp(from, to, (size_t)bytes), 0);
    for (int i = 0; i < IOV_MAX; i++)
        v[i].iov_len = 0;
    EQUAL(writev(out, v, IOV_MAX), 0);
    EQUAL(readv(in, v, IOV_MAX), 0);
}

static void vectors_lie_anywhere(void)
{
    int fd = scratch();
    struct iovec good = {from, 3};
    char *odd = edge + PAGE - 1 - sizeof good; /* misaligned is allowed */
    memcpy(odd, &good, sizeof good);
    EQUAL(writev(fd, (void *)odd, 1), 3);
    FAILS(writev(fd, (void *)odd, 2), EFAULT); /* half of one is not there */
    memcpy(edge + PAGE - sizeof good, &good, sizeof good);
    FAILS(writev(fd, (void *)(edge + PAGE - sizeof good), 2), EFAULT);
    for (unsigned i = 0; i < BAD_BASES; i++) {
        FAILS(writev(fd, bad_base[i], 1), EFAULT);
        FAILS(writev(fd, bad_base[i], 500), EFAULT);
        FAILS(readv(fd, bad_base[i], 1), EFAULT);
    }
    EQUAL(lseek(fd, 0, SEEK_END), 3);
    close(fd);
}

/* What comes before a bad piece is moved and counted; alone it is an error and
 * changes nothing. */
static void a_bad_piece_ends_the_transfer(int out, int in, bool seeks)
{
    for (unsigned i = 0; i < BAD_BASES; i++) {
        struct iovec w[3] = {{from, 100}, {bad_base[i], 50}, {from, 100}};
        EQUAL(writev(out, w, 3), 100);
        FAILS(writev(out, w + 1, 2), EFAULT);
        if (seeks)
            EQUAL(lseek(out, 0, SEEK_CUR), 100 * (long)(i + 1));
        EQUAL(writev(out, w, 1), 100);
        if (seeks)
            lseek(in, -200, SEEK_CUR);
        memset(to, 0, 400);
        struct iovec r[3] = {{to, 60}, {bad_base[i], 50}, {to + 200, 100}};
        FAILS(readv(in, r + 1, 2), EFAULT);
        EQUAL(readv(in, r, 3), 60);
        EQUAL(read(in, to + 60, 140), 140);
        EQUAL(memcmp(to, from, 100), 0);
        EQUAL(memcmp(to + 100, from, 100), 0);
        EQUAL(to[200], 0);
        if (seeks)
            lseek(out, 100 * (long)(i + 1), SEEK_SET);
    }
}

static void devices_take_vectors(void)
{
    int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR);
    struct iovec w[2] = {{(void *)8, 70}, {NULL, 30}};
    EQUAL(writev(null, w, 2), 100); /* looks at nothing */
    EQUAL(readv(null, w, 2), 0);
    memset(to, 1, 300);
    struct iovec r[3] = {{to, 100}, {to + 150, 100}, {(void *)8, 10}};
    EQUAL(readv(zero, r, 3), 200);
    EQUAL(to[99] + to[150] + to[249], 0);
    EQUAL(to[100] + to[149] + to[250], 3);
    close(null);
    close(zero);
    int kbuf = open("/dev/kbuf", O_RDWR);
    lseek(kbuf, SALLYPORT_KBUF_BYTES - 100, SEEK_SET);
    struct iovec k[2] = {{from, 60}, {from + 60, 60}};
    EQUAL(writev(kbuf, k, 2), 100);
    FAILS(writev(kbuf, k, 2), ENOSPC);
    lseek(kbuf, -100, SEEK_CUR);
    memset(to, 0, 200);
    struct iovec l[2] = {{to, 70}, {to + 70, 70}};
    EQUAL(readv(kbuf, l, 2), 100);
    EQUAL(memcmp(to, from, 100), 0);
    EQUAL(readv(kbuf, l, 2), 0);
    close(kbuf);
    FAILS(readv(open("/bin", O_RDONLY), l, 2), EISDIR);
    close(3);
}

/* Small pieces around one past the threshold, through a pipe. */
static void mapped_and_copied_pieces_stay_in_order(void)
{
    int fd[2], status = -1;
    EQUAL(pipe(fd), 0);
    struct iovec w[4] = {{from, 700},
                         {from + 700, 40000},
                         {from + 40700, 1},
                         {from + 40701, BIG - 40701}};
    pid_t pid = fork();
    if (pid == 0)
        _exit(writev(fd[1], w, 4) != BIG);
    close(fd[1]);
    memset(to, 0, sizeof to);
    long done = 0, got = 1;
    while (got > 0) {
        struct iovec r[3] = {
            {to + done, 999}, {to + done + 999, 1}, {to + done + 1000, 3000}};
        if (done + 4000 > BIG)
            r[0].iov_len = (size_t)(BIG - done),
            r[1].iov_len = r[2].iov_len = 0;
        got = readv(fd[0], r, 3);
        done += got;
        if (done == BIG)
            break;
    }
    EQUAL(done, BIG);
    EQUAL(memcmp(from, to, BIG), 0);
    EQUAL(waitpid(pid, &status, 0), pid);
    EQUAL(status, 0);
    close(fd[0]);
    int file = scratch(); /* and through the window into a file */
    EQUAL(writev(file, w, 4), BIG);
    lseek(file, 0, SEEK_SET);
    memset(to, 0, sizeof to);
    EQUAL(read(file, to, BIG), BIG);
    EQUAL(memcmp(from, to, BIG), 0);
    close(file);
}

/* Up to PIPE_BUF bytes are one piece for readers, however many they are of. */
static void small_vectors_are_not_mixed(void)
{
    int fd[2];
    EQUAL(pipe(fd), 0);
    for (int writer = 0; writer < 3; writer++) {
        if (fork())
            continue;
        close(fd[0]);
        memset(from, 'a' + writer, SALLYPORT_PIPE_BUF);
        for (int i = 0; i < 8; i++)
            v[i] = (struct iovec){from + i * 64, 64};
        for (int i = 0; i < 20; i++)
            if (writev(fd[1], v, 8) != SALLYPORT_PIPE_BUF)
                _exit(1);
        _exit(0);
    }
    close(fd[1]);
    int records = 0, mixed = 0, used = 0, got;
    while ((got = (int)read(fd[0], to + used, 777)) > 0)
        used += got;
    for (; records * SALLYPORT_PIPE_BUF < used; records++)
        for (int i = 1; i < SALLYPORT_PIPE_BUF; i++)
            mixed += to[records * SALLYPORT_PIPE_BUF] !=
                     to[records * SALLYPORT_PIPE_BUF + i];
    EQUAL(records, 60);
    EQUAL(mixed, 0);
    close(fd[0]);
    for (int i = 0; i < 3; i++) {
        int status = -1;
        wait(&status);
        EQUAL(status, 0);
    }
}

/* The vector was fetched: whoever shares its memory cannot redirect the call
 * that sleeps. */
static void a_vector_is_fetched_once(void)
{
    struct iovec *shared = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANON, -1, 0);
    int fd[2];
    EQUAL(pipe(fd), 0);
    memset(to, 0, 300);
    for (int i = 0; i < 10; i++)
        shared[i] = (struct iovec){to + 10 * i, 10};
    pid_t pid = fork();
    if (pid == 0) {
        usleep(2000);
        for (int i = 0; i < 10; i++)
            shared[i] = (struct iovec){(void *)0xffffffc080200000, 1 << 20};
        _exit(write(fd[1], from, 100) != 100);
    }
    EQUAL(readv(fd[0], shared, 10), 100);
    EQUAL(memcmp(from, to, 100), 0);
    EQUAL(waitpid(pid, NULL, 0), pid);
    EQUAL(munmap(shared, PAGE), 0);
    close(fd[0]);
    close(fd[1]);
}

static void sleep_in_readv(long fd)
{
    struct iovec r[300];
    for (int i = 0; i < 300; i++)
        r[i] = (struct iovec){to + i, 1};
    readv((int)fd, r, 300);
}

static void write_to_nobody(long fd)
{
    struct iovec w[2] = {{from, BIG}, {from, BIG}};
    _exit(writev((int)fd, w, 2) < 0 ? 2 : 1);
}

/* The reader takes some and goes: SIGPIPE. And a sleeper is killed, which gives
 * the vector's pages back (main counts frames). */
static void peers_and_owners_die(void)
{
    int fd[2], status = -1;
    EQUAL(pipe(fd), 0);
    fcntl(fd[0], F_SETFD, FD_CLOEXEC);
    pid_t pid = fork();
    if (pid == 0) {
        close(fd[0]);
        write_to_nobody(fd[1]);
    }
    close(fd[1]);
    EQUAL(read(fd[0], to, 100), 100);
    close(fd[0]);
    EQUAL(waitpid(pid, &status, 0), pid);
    EQUAL(WTERMSIG(status), SIGPIPE);
    EQUAL(pipe(fd), 0);
    pid = fork();
    if (pid == 0)
        sleep_in_readv(fd[0]);
    usleep(2000);
    EQUAL(kill(pid, SIGKILL), 0);
    EQUAL(waitpid(pid, &status, 0), pid);
    EQUAL(WTERMSIG(status), SIGKILL);
    close(fd[0]);
    close(fd[1]);
}

/* ---- At random ---- */

static uint64_t state = 88172645463325252;

static uint64_t below(uint64_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % n;
}

/* Cuts n bytes at p into pieces, some empty; a bad one at its end, maybe.
 * Returns how many. */
static int cut(char *p, long n, bool bad)
{
    int count = 0;
    long most = 1 + (long)below(3) * 2000;
    while (n > 0 && count < IOV_MAX - 2) {
        long piece = below(7) ? 1 + (long)below((uint64_t)most) : 0;
        if (piece > n || count == IOV_MAX - 3)
            piece = n;
        v[count++] = (struct iovec){p, (size_t)piece};
        p += piece;
        n -= piece;
    }
    if (bad)
        v[count++] =
            (struct iovec){bad_base[below(BAD_BASES)], 1 + below(9000)};
    v[count] = (struct iovec){from, 5};
    return count + bad;
}

static void random_vectors_move_what_they_say(void)
{
    int fd = scratch();
    for (int i = 0; i < 60; i++) {
        long n = 1 + (long)below(i % 4 ? 5000 : BIG), at = (long)below(3000);
        fill((int)below(256));
        EQUAL(ftruncate(fd, 0), 0);
        lseek(fd, at, SEEK_SET);
        EQUAL(writev(fd, v, cut(from, n, below(2))), n);
        EQUAL(lseek(fd, 0, SEEK_CUR), at + n);
        EQUAL(lseek(fd, 0, SEEK_END), at + n);
        lseek(fd, at, SEEK_SET);
        memset(to, 0, (size_t)n);
        EQUAL(readv(fd, v, cut(to, n, false)), n);
        EQUAL(memcmp(from, to, (size_t)n), 0);
    }
    close(fd);
}

/* ---- fcntl ---- */

static void descriptors_are_duplicated_from_a_number_on(void)
{
    int fd = scratch();
    EQUAL(fcntl(fd, F_DUPFD, 10), 10);
    EQUAL(fcntl(fd, F_DUPFD, 10), 11);
    EQUAL(fcntl(fd, F_DUPFD, 63), 63);
    FAILS(fcntl(fd, F_DUPFD, 63), EMFILE);
    FAILS(fcntl(fd, F_DUPFD, 64), EINVAL);
    FAILS(fcntl(fd, F_DUPFD, -1), EINVAL);
    FAILS(fcntl(fd, F_DUPFD, INT_MIN), EINVAL);
    FAILS(fcntl(12, F_DUPFD, 0), EBADF);
    FAILS(fcntl(-1, F_GETFL), EBADF);
    FAILS(fcntl(fd, 99), EINVAL);
    FAILS(fcntl(fd, -1), EINVAL);
    FAILS(fcntl(fd, F_SETLK, from), EINVAL);
    lseek(10, 77, SEEK_SET); /* one file, one offset */
    EQUAL(lseek(fd, 0, SEEK_CUR), 77);
    close(10);
    close(11);
    close(63);
    close(fd);
}

static void flags_are_the_files_or_the_descriptors(void)
{
    int fd = scratch(), other = dup(fd);
    EQUAL(fcntl(fd, F_GETFL), O_RDWR);
    EQUAL(fcntl(fd, F_SETFL, O_APPEND | O_WRONLY | O_CREAT), 0);
    EQUAL(fcntl(other, F_GETFL), O_RDWR | O_APPEND);
    EQUAL(write(fd, "12345", 5), 5);
    lseek(fd, 1, SEEK_SET);
    EQUAL(write(fd, "6", 1), 1);
    EQUAL(lseek(fd, 0, SEEK_CUR), 6);
    EQUAL(fcntl(fd, F_SETFL, 0), 0);
    EQUAL(fcntl(other, F_GETFL), O_RDWR);
    EQUAL(fcntl(fd, F_GETFD), 0);
    EQUAL(fcntl(fd, F_SETFD, -1), 0); /* of it, one bit counts */
    EQUAL(fcntl(fd, F_GETFD), FD_CLOEXEC);
    EQUAL(fcntl(other, F_GETFD), 0);
    EQUAL(fcntl(fd, F_GETFL), O_RDWR);
    EQUAL(fcntl(fd, F_SETFD, 0), 0);
    EQUAL(fcntl(fd, F_GETFD), 0);
    close(fd);
    close(other);
    int p[2];
    EQUAL(pipe(p), 0);
    EQUAL(fcntl(p[0], F_GETFL), O_RDONLY);
    EQUAL(fcntl(p[1], F_GETFL), O_WRONLY);
    EQUAL(fcntl(p[0], F_SETFL, O_NONBLOCK), 0);
    FAILS(read(p[0], to, 1), EAGAIN);
    EQUAL(fcntl(p[1], F_SETFL, O_NONBLOCK), 0);
    EQUAL(write(p[1], from, BIG), SALLYPORT_PIPE_CAPACITY);
    FAILS(write(p[1], from, 1), EAGAIN);
    close(p[0]);
    close(p[1]);
}

static void all(long round)
{
    int fd[2];
    (void)round;
    edge = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE | MAP_ANON, -1, 0);
    EQUAL(munmap(edge + PAGE, PAGE), 0);
    fill(1);
    limits_hold();
    int file = scratch();
    many_pieces_are_moved_in_order(file, file);
    EQUAL(pipe(fd), 0);
    many_pieces_are_moved_in_order(fd[1], fd[0]);
    vectors_lie_anywhere();
    close(file);
    file = scratch();
    a_bad_piece_ends_the_transfer(file, file, true);
    a_bad_piece_ends_the_transfer(fd[1], fd[0], false);
    close(fd[0]);
    close(fd[1]);
    close(file);
    devices_take_vectors();
    mapped_and_copied_pieces_stay_in_order();
    small_vectors_are_not_mixed();
    a_vector_is_fetched_once();
    peers_and_owners_die();
    random_vectors_move_what_they_say();
    descriptors_are_duplicated_from_a_number_on();
    flags_are_the_files_or_the_descriptors();
    EQUAL(unlink("/tmp/vectors"), 0);
    if (failures)
        _exit(1);
}

int main(void)
{
    return check_rounds("vectors", all);
}
