/*
 * diskio.c - the disk's own bytes, without a copy: the device reads and writes
 * this program's pages. Needs `--disk FILE` with at least 64 KiB.
 *
 * Writes a pattern to the first 32 KiB, reads it back, and puts what was there
 * before back in its place.
 *
 * Watch: no copyin and no copyout carries the data. The pages are wired while
 * the device works on them (lines `wire` and `unwire`), so that fork, munmap
 * or this program's death could not take them away meanwhile; reading from the
 * disk is a store into the program's memory, so its pages are made its own
 * first (`copy of frame`, where they were shared). Offset and length must be
 * multiples of 512; the address may be any.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "program.h"

#define BYTES 32768

static char saved[BYTES], pattern[BYTES], back[BYTES + 3];

static int move(int fd, char *at, int store)
{
    if (lseek(fd, 0, SEEK_SET) != 0)
        return 1;
    return (store ? write(fd, at, BYTES) : read(fd, at, BYTES)) != BYTES;
}

int main(void)
{
    int fd = open("/dev/disk0", O_RDWR);
    if (fd < 0)
        return complain("diskio", "/dev/disk0");
    printf("the disk has %ld bytes\n", (long)lseek(fd, 0, SEEK_END));
    for (int i = 0; i < BYTES; i++)
        pattern[i] = (char)(i * 11 + i / 512);
    if (move(fd, saved, 0) || move(fd, pattern, 1) || move(fd, back + 3, 0))
        return complain("diskio", "/dev/disk0");
    printf("written and read back: %s\n",
           memcmp(pattern, back + 3, BYTES) == 0 ? "the same" : "different");
    if (move(fd, saved, 1))
        return complain("diskio", "/dev/disk0");
    lseek(fd, 0, SEEK_SET);
    if (read(fd, back, 100) < 0)
        printf("100 bytes at once: %s\n", strerror(errno));
    return 0;
}
