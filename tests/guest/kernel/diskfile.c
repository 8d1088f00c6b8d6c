/*
 * diskfile.c - /dev/disk0: what direct transfers refuse, where they stop, and
 * who may die while the device works. The disk has 1 MiB; byte i of it is
 * i / 512 + i at first.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "check.h"

#define PAGE  4096
#define DISK  (1 << 20)
#define BYTES (200 * 1024)

static char *area; /* BYTES, then a page that is not there */
static int disk;

static char byte_at(long i)
{
    return (char)(i / 512 + i);
}

static long read_at(long at, char *to, size_t n)
{
    EQUAL(lseek(disk, at, SEEK_SET), at);
    return read(disk, to, n);
}

static bool holds(const char *bytes, long at, long n)
{
    for (long i = 0; i < n; i++)
        if (bytes[i] != byte_at(at + i))
            return false;
    return true;
}

static void reads_arrive_anywhere(void)
{
    static const int offset[] = {0, 1, 511, 4095};
    EQUAL(lseek(disk, 0, SEEK_END), DISK);
    for (int i = 0; i < 4; i++) {
        memset(area, 0, BYTES);
        EQUAL(read_at(1024, area + offset[i], 512), 512);
        TRUE(holds(area + offset[i], 1024, 512));
        EQUAL(area[offset[i] + 512], 0);
        EQUAL(read_at(512, area + offset[i], 150 * 1024), 150 * 1024);
        TRUE(holds(area + offset[i], 512, 150 * 1024));
    }
}

static void refused(void)
{
    EQUAL(lseek(disk, 100, SEEK_SET), 100);
    FAILS(read(disk, area, 512), EINVAL);
    FAILS(write(disk, area, 512), EINVAL);
    FAILS(read_at(0, area, 100), EINVAL);
    FAILS(read_at(0, (char *)8, 512), EFAULT);
    FAILS(read_at(0, (char *)0xffffffc080200000, 512), EFAULT);
    FAILS(read_at(0, (char *)reads_arrive_anywhere, 512), EFAULT);
    EQUAL(lseek(disk, 0, SEEK_SET), 0);
    FAILS(write(disk, (char *)-512, 512), EFAULT);
    FAILS(read_at(0, area + BYTES - 100, 512), EFAULT);
    EQUAL(read_at(0, area + BYTES - 1100, 4096), 1024); /* whole sectors */
    EQUAL(read_at(DISK, area, 512), 0);
    EQUAL(read_at(DISK - 512, area, 4096), 512);
    EQUAL(lseek(disk, DISK, SEEK_SET), DISK);
    FAILS(write(disk, area, 512), ENOSPC);
    FAILS(ftruncate(disk, 0), EINVAL);
    FAILS((long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, disk, 0), ENODEV);
}

static void writes_stay(void)
{
    memset(area, 0x5a, 8192);
    EQUAL(lseek(disk, 65536, SEEK_SET), 65536);
    EQUAL(write(disk, area + 5, 4096), 4096);
    EQUAL(read_at(65536, area, 8192), 8192);
    EQUAL(area[0], 0x5a);
    EQUAL(area[4095], 0x5a);
    TRUE(holds(area + 4096, 65536 + 4096, 4096));
}

static long readv_at(long at, const struct iovec *v, int count)
{
    EQUAL(lseek(disk, at, SEEK_SET), at);
    return readv(disk, v, count);
}

/* Pieces of whole sectors may lie anywhere; one of another length ends the
 * transfer, after what came before it. */
static void vectors_move_whole_sectors(void)
{
    const struct iovec good[] = {
        {area + 1, 512}, {(char *)8, 0}, {area + 8191, 1024}};
    const struct iovec odd[] = {
        {area, 512}, {area + 4096, 100}, {area + 8192, 412}};
    const struct iovec unmapped[] = {{area, 512}, {(char *)8, 512}};
    memset(area, 0, 16384);
    EQUAL(readv_at(512, good, 3), 1536);
    TRUE(holds(area + 1, 512, 512));
    TRUE(holds(area + 8191, 1024, 1024));
    EQUAL(area[513], 0);
    EQUAL(lseek(disk, 0, SEEK_CUR), 2048);
    memset(area, 0x3c, 16384);
    EQUAL(readv_at(1024, odd, 3), 512);
    EQUAL(lseek(disk, 0, SEEK_CUR), 1536);
    TRUE(holds(area, 1024, 512));
    EQUAL(area[4096], 0x3c);
    FAILS(readv_at(1024, odd, 2), EINVAL); /* 612 bytes in all */
    FAILS(readv_at(1024, odd + 1, 2), EINVAL);
    EQUAL(lseek(disk, 0, SEEK_CUR), 1024);
    EQUAL(readv_at(0, unmapped, 2), 512);
    FAILS(readv_at(0, unmapped + 1, 1), EFAULT);
    EQUAL(readv_at(DISK - 512, good, 3), 512);
    memset(area, 0x69, 16384);
    EQUAL(lseek(disk, 262144, SEEK_SET), 262144);
    EQUAL(writev(disk, good, 3), 1536);
    EQUAL(writev(disk, odd, 3), 512);
    EQUAL(read_at(262144, area, 4096), 4096);
    EQUAL(area[0], 0x69);
    EQUAL(area[2047], 0x69);
    TRUE(holds(area + 2048, 262144 + 2048, 2048));
}

/* Pages shared copy-on-write are made the reader's own before the device
 * stores into them. */
static void reading_breaks_sharing(void)
{
    memset(area, 7, PAGE);
    pid_t pid = fork();
    if (pid == 0)
        _exit(read_at(0, area, PAGE) == PAGE && holds(area, 0, PAGE) ? 0 : 1);
    int status = -1;
    waitpid(pid, &status, 0);
    EQUAL(status, 0);
    EQUAL(area[0], 7);
    EQUAL(area[PAGE - 1], 7);
}

/* Many readers; some are killed wherever they happen to be. */
static void owners_may_die(void)
{
    pid_t pid[8];
    for (int i = 0; i < 8; i++)
        if ((pid[i] = fork()) == 0)
            for (;;)
                if (read_at(0, area, 128 * 1024) != 128 * 1024)
                    _exit(1);
    for (int i = 0; i < 8; i++) {
        usleep(1000);
        kill(pid[i], SIGKILL);
    }
    for (int i = 0, status; i < 8; i++) {
        waitpid(pid[i], &status, 0);
        EQUAL(status, SIGKILL);
    }
    EQUAL(read_at(0, area, PAGE), PAGE);
    TRUE(holds(area, 0, PAGE));
}

int main(void)
{
    disk = open("/dev/disk0", O_RDWR);
    TRUE(disk >= 0);
    area = mmap(NULL, BYTES + PAGE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANON, -1, 0);
    EQUAL(munmap(area + BYTES, PAGE), 0);
    reads_arrive_anywhere();
    refused();
    vectors_move_whole_sectors();
    writes_stay();
    reading_breaks_sharing();
    owners_may_die(); /* the kernel stacks it needs stay */
    long before = free_frames();
    owners_may_die();
    EQUAL(free_frames(), before);
    return check_end("diskfile");
}
