/*
 * scatter.c - a letter of eight pieces that lie apart in memory: into a file
 * with eight writes, then with one writev; and back with one readv, into three
 * pieces. The file is the same each time.
 *
 * Watch: eight crossings, each the whole way into the kernel and back, for a
 * few bytes each; then one, which has fetched the vector (the first copyin; its
 * pieces stand in iov=[ADDRESS LENGTH, ...]) and then moves the pieces one by
 * one. The bytes and their copies are the same: crossings are what is saved.
 */
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>
#include "program.h"

#define LETTER "/tmp/letter"
#define PIECES 8

static char *const piece[PIECES] = {
    "To: ",   "the kernel", "\n",   "From: ",
    "a page", "\n\n",       "Let ", "us cross together.\n",
};

static int write_one_by_one(int fd)
{
    for (int i = 0; i < PIECES; i++)
        if (write(fd, piece[i], strlen(piece[i])) < 0)
            return complain("scatter", "write");
    return 0;
}

static int write_at_once(int fd)
{
    struct iovec v[PIECES];
    for (int i = 0; i < PIECES; i++)
        v[i] = (struct iovec){piece[i], strlen(piece[i])};
    ssize_t n = writev(fd, v, PIECES);
    if (n < 0)
        return complain("scatter", "writev");
    printf("writev: %d pieces, %ld bytes\n", PIECES, (long)n);
    return 0;
}

/* The two lines of the head, and what follows. */
static int read_apart(int fd)
{
    char to[16] = {0}, from[16] = {0}, text[64] = {0};
    struct iovec v[3] = {{to, 15}, {from, 13}, {text, sizeof text - 1}};
    if (lseek(fd, 0, SEEK_SET) < 0 || readv(fd, v, 3) < 0)
        return complain("scatter", "readv");
    printf("%s%s%s", to, from, text);
    return 0;
}

int main(void)
{
    int fd = open(LETTER, O_RDWR | O_CREAT | O_TRUNC, 0644);
    if (fd < 0)
        return complain("scatter", LETTER);
    int status = write_one_by_one(fd);
    status |= read_apart(fd);
    if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0)
        return complain("scatter", LETTER);
    status |= write_at_once(fd);
    status |= read_apart(fd);
    return status | (unlink(LETTER) != 0);
}
