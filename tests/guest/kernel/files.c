/*
 * files.c - names, files, directories and descriptors, by POSIX's rules.
 */
#include "check.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#define PAGE 4096

static void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    TRUE(fd >= 0);
    EQUAL(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static bool holds(const char *path, const char *text)
{
    char bytes[64] = {0};
    int fd = open(path, O_RDONLY);
    long n = read(fd, bytes, sizeof bytes);
    close(fd);
    return fd >= 0 && n == (long)strlen(text) && !memcmp(bytes, text, n);
}

static long size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) ? -1 : (long)st.st_size;
}

static long links_of(const char *path)
{
    struct stat st;
    return stat(path, &st) ? -1 : (long)st.st_nlink;
}

static void open_flags(void)
{
    FAILS(open("none", O_RDONLY), ENOENT);
    FAILS(open("", O_RDONLY), ENOENT);
    FAILS(open("none/x", O_WRONLY | O_CREAT, 0644), ENOENT);
    int fd = open("f", O_RDWR | O_CREAT | O_EXCL, 0600);
    TRUE(fd >= 0);
    FAILS(open("f", O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
    FAILS(open("f/x", O_RDONLY), ENOTDIR);
    FAILS(open("f/", O_RDONLY), ENOTDIR);
    FAILS(open("f", O_RDONLY | O_DIRECTORY), ENOTDIR);
    FAILS(open("g/", O_WRONLY | O_CREAT, 0600), EISDIR);
    FAILS(open("/", O_WRONLY), EISDIR);
    FAILS(open("/tmp", O_RDWR), EISDIR);
    EQUAL(write(fd, "hello", 5), 5);
    close(fd);
    fd = open("f", O_WRONLY | O_APPEND);
    lseek(fd, 0, SEEK_SET);
    EQUAL(write(fd, "!", 1), 1);
    close(fd);
    TRUE(holds("f", "hello!"));
    close(open("f", O_WRONLY | O_TRUNC));
    EQUAL(size_of("f"), 0);
    unlink("f");
}

static void sparse_files_and_seeking(void)
{
    char c = 'c';
    int fd = open("s", O_RDWR | O_CREAT, 0644);
    EQUAL(lseek(fd, 5 * PAGE + 7, SEEK_SET), 5 * PAGE + 7);
    EQUAL(size_of("s"), 0);
    EQUAL(write(fd, "z", 1), 1);
    EQUAL(size_of("s"), 5 * PAGE + 8);
    EQUAL(lseek(fd, -8, SEEK_END), 5 * PAGE);
    EQUAL(read(fd, &c, 1), 1);
    EQUAL(c, 0);
    EQUAL(lseek(fd, 6, SEEK_CUR), 5 * PAGE + 7);
    EQUAL(read(fd, &c, 1), 1);
    EQUAL(c, 'z');
    EQUAL(read(fd, &c, 1), 0);
    EQUAL(lseek(fd, 1000, SEEK_END), 5 * PAGE + 1008);
    EQUAL(read(fd, &c, 1), 0);
    /* two levels of the page tree, and the limit */
    EQUAL(lseek(fd, 600 * PAGE, SEEK_SET), 600 * PAGE);
    EQUAL(write(fd, "y", 1), 1);
    lseek(fd, 5 * PAGE + 7, SEEK_SET);
    EQUAL(read(fd, &c, 1), 1);
    EQUAL(c, 'z');
    lseek(fd, (1 << 30) - 1, SEEK_SET);
    EQUAL(write(fd, "ab", 2), 1);
    FAILS(write(fd, "b", 1), EFBIG);
    EQUAL(ftruncate(fd, 0), 0);
    close(fd);
    unlink("s");
}

static void truncating_forgets_and_growing_shows_zeros(void)
{
    char bytes[16];
    put("t", "0123456789");
    EQUAL(truncate("t", 4), 0);
    EQUAL(truncate("t", 10), 0);
    int fd = open("t", O_RDONLY);
    EQUAL(read(fd, bytes, sizeof bytes), 10);
    TRUE(memcmp(bytes, "0123\0\0\0\0\0\0", 10) == 0);
    close(fd);
    FAILS(truncate("none", 0), ENOENT);
    FAILS(truncate("/tmp", 0), EISDIR);
    unlink("t");
}

/* A member of the archive is copied page by page when it is written. */
static void archive_files_can_be_changed(void)
{
    char first[8], again[8];
    int in = open("/bin/cat", O_RDONLY);
    long size = lseek(in, 0, SEEK_END);
    lseek(in, 0, SEEK_SET);
    read(in, first, 8);
    int fd = open("/bin/cat", O_RDWR);
    lseek(fd, PAGE + 3, SEEK_SET);
    EQUAL(write(fd, "changed", 7), 7);
    lseek(in, 0, SEEK_SET);
    EQUAL(read(in, again, 8), 8);
    TRUE(memcmp(first, again, 8) == 0);
    lseek(in, PAGE + 2, SEEK_SET);
    EQUAL(read(in, again, 8), 8);
    TRUE(memcmp(again + 1, "changed", 7) == 0);
    EQUAL(lseek(in, 0, SEEK_END), size);
    EQUAL(ftruncate(fd, 10), 0);
    EQUAL(ftruncate(fd, PAGE), 0);
    lseek(in, 9, SEEK_SET);
    EQUAL(read(in, again, 8), 8);
    TRUE(memcmp(again + 1, "\0\0\0\0\0\0\0", 7) == 0);
    close(in);
    close(fd);
}

static void links_and_unlinking_while_open(void)
{
    char bytes[4];
    put("a", "text");
    EQUAL(link("a", "b"), 0);
    EQUAL(links_of("a"), 2);
    FAILS(link("a", "b"), EEXIST);
    FAILS(link("none", "c"), ENOENT);
    FAILS(link("/tmp", "c"), EPERM);
    EQUAL(unlink("a"), 0);
    TRUE(holds("b", "text"));
    int fd = open("b", O_RDWR);
    EQUAL(unlink("b"), 0);
    FAILS(open("b", O_RDONLY), ENOENT);
    EQUAL(read(fd, bytes, 4), 4);
    EQUAL(write(fd, "more", 4), 4);
    struct stat st;
    EQUAL(fstat(fd, &st), 0);
    EQUAL(st.st_nlink, 0);
    close(fd);
    FAILS(unlink("b"), ENOENT);
    FAILS(unlink("/tmp"), EISDIR);
    FAILS(unlink("/"), EISDIR);
}

static void directories(void)
{
    char path[64];
    EQUAL(mkdir("d", 0755), 0);
    FAILS(mkdir("d", 0755), EEXIST);
    FAILS(mkdir("/", 0755), EEXIST);
    FAILS(mkdir("d/.", 0755), EEXIST);
    FAILS(mkdir("none/d", 0755), ENOENT);
    EQUAL(mkdir("d/e/", 0755), 0);
    EQUAL(links_of("d"), 3);
    FAILS(rmdir("d"), ENOTEMPTY);
    FAILS(rmdir("d/."), EINVAL);
    FAILS(rmdir("/"), EBUSY);
    put("d/f", "x");
    FAILS(rmdir("d/f"), ENOTDIR);
    EQUAL(chdir("d/e"), 0);
    TRUE(strcmp(getcwd(path, sizeof path), "/tmp/files/d/e") == 0);
    EQUAL(chdir("../../d/./e/.."), 0);
    TRUE(strcmp(getcwd(path, sizeof path), "/tmp/files/d") == 0);
    EQUAL(chdir("/.."), 0);
    TRUE(strcmp(getcwd(path, sizeof path), "/") == 0);
    EQUAL(chdir("/tmp/files/d/e"), 0);
    /* a working directory that is removed */
    EQUAL(rmdir("/tmp/files/d/e"), 0);
    TRUE(getcwd(path, sizeof path) == NULL && errno == ENOENT);
    FAILS(mkdir("x", 0755), ENOENT);
    FAILS(open("x", O_WRONLY | O_CREAT, 0644), ENOENT);
    FAILS(chdir(".."), ENOENT);
    EQUAL(chdir("/tmp/files"), 0);
    FAILS(chdir("d/f"), ENOTDIR);
    unlink("d/f");
    EQUAL(rmdir("d"), 0);
}

static void renaming_files(void)
{
    put("a", "A");
    put("b", "B");
    EQUAL(link("a", "a2"), 0);
    EQUAL(rename("a", "a2"), 0); /* two names of one file: nothing happens */
    EQUAL(links_of("a"), 2);
    EQUAL(unlink("a2"), 0);
    EQUAL(rename("a", "b"), 0);
    TRUE(holds("b", "A"));
    FAILS(rename("a", "c"), ENOENT);
    FAILS(rename("b", "c/"), ENOTDIR);
    FAILS(rename("b", "."), EINVAL);
    EQUAL(mkdir("d", 0755), 0);
    FAILS(rename("b", "d"), EISDIR);
    FAILS(rename("d", "b"), ENOTDIR);
    EQUAL(rename("b", "d/b"), 0);
    TRUE(holds("d/b", "A"));
    EQUAL(rename("d/b", "d/b"), 0);
    EQUAL(rename("d/b", "b"), 0);
    EQUAL(rmdir("d"), 0);
    EQUAL(unlink("b"), 0);
}

static void renaming_directories(void)
{
    char path[64];
    mkdir("d", 0755);
    mkdir("d/e", 0755);
    mkdir("g", 0755);
    FAILS(rename("d", "d/x"), EINVAL);
    FAILS(rename("d", "d/e/x"), EINVAL);
    FAILS(rename("d/..", "x"), EINVAL);
    FAILS(rename("/", "x"), EINVAL);
    FAILS(rename("g", "d"), ENOTEMPTY);
    EQUAL(rename("d", "./d/"), 0); /* onto itself: nothing happens */
    EQUAL(links_of("d"), 3);
    EQUAL(rename("d/e", "g"), 0); /* over an empty one */
    EQUAL(links_of("d"), 2);
    EQUAL(links_of("g"), 2);
    EQUAL(chdir("g"), 0);
    EQUAL(rename("../g", "../d/h"), 0);
    TRUE(strcmp(getcwd(path, sizeof path), "/tmp/files/d/h") == 0);
    EQUAL(chdir(".."), 0);
    TRUE(strcmp(getcwd(path, sizeof path), "/tmp/files/d") == 0);
    EQUAL(links_of("."), 3);
    EQUAL(chdir(".."), 0);
    EQUAL(rmdir("d/h"), 0);
    EQUAL(rmdir("d"), 0);
}

/* Reads a directory with a buffer for few records; counts and checks. */
static int count_names(const char *path, const char *wanted)
{
    int found = 0, all = 0;
    DIR *d = opendir(path);
    TRUE(d != NULL);
    struct dirent *e;
    while (d && (e = readdir(d))) {
        all++;
        found += strcmp(e->d_name, wanted) == 0;
    }
    closedir(d);
    EQUAL(found, 1);
    return all;
}

static void listing(void)
{
    char name[300];
    EQUAL(mkdir("l", 0755), 0);
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "l/file-%d", i);
        close(open(name, O_WRONLY | O_CREAT, 0644));
    }
    EQUAL(count_names("l", "file-42"), 102);
    EQUAL(count_names("l", "."), 102);
    EQUAL(count_names("l", ".."), 102);
    strcpy(name, "l/");
    memset(name + 2, 'n', 255);
    name[257] = '\0';
    close(open(name, O_WRONLY | O_CREAT, 0644));
    EQUAL(count_names("l", name + 2), 103);
    unlink(name);
    /* each name is removed while the list is read */
    DIR *d = opendir("l");
    struct dirent *e;
    int removed = 0;
    while ((e = readdir(d)))
        if (e->d_name[0] == 'f') {
            snprintf(name, sizeof name, "l/%s", e->d_name);
            removed += unlink(name) == 0;
        }
    closedir(d);
    EQUAL(removed, 100);
    EQUAL(rmdir("l"), 0);
}

static void descriptors(void)
{
    char c;
    put("f", "abc");
    int fd = open("f", O_RDONLY), copy = dup(fd);
    EQUAL(copy, fd + 1);
    EQUAL(read(fd, &c, 1), 1);
    EQUAL(read(copy, &c, 1), 1); /* one offset */
    EQUAL(c, 'b');
    EQUAL(dup2(fd, fd), fd);
    EQUAL(dup2(fd, 40), 40);
    close(fd);
    close(copy);
    EQUAL(read(40, &c, 1), 1);
    EQUAL(c, 'c');
    close(40);
    FAILS(read(40, &c, 1), EBADF);
    int n = 0;
    while ((fd = open("f", O_RDONLY)) >= 0)
        n++;
    EQUAL(errno, EMFILE);
    EQUAL(n, SALLYPORT_OPEN_MAX - 3);
    int pair[2];
    FAILS(pipe(pair), EMFILE);
    close(10);
    FAILS(pipe(pair), EMFILE); /* one free is not enough, and stays free */
    EQUAL(open("f", O_RDONLY), 10);
    for (fd = 3; fd < SALLYPORT_OPEN_MAX; fd++)
        close(fd);
    unlink("f");
}

static void devices(void)
{
    char bytes[5000];
    memset(bytes, 'x', sizeof bytes);
    int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR);
    EQUAL(read(null, bytes, 10), 0);
    EQUAL(write(null, bytes, 10), 10);
    EQUAL(read(zero, bytes, sizeof bytes), sizeof bytes);
    EQUAL(bytes[0] | bytes[4999], 0);
    EQUAL(write(zero, bytes, 10), 10);
    FAILS(lseek(null, 0, SEEK_SET), ESPIPE);
    struct stat st;
    EQUAL(fstat(null, &st), 0);
    TRUE(S_ISCHR(st.st_mode));
    EQUAL(stat("/dev", &st), 0);
    TRUE(S_ISDIR(st.st_mode));
    close(null);
    close(zero);
}

static void a_running_program_cannot_be_written(void)
{
    FAILS(open("/bin/files", O_WRONLY), ETXTBSY);
    FAILS(open("/bin/files", O_RDWR | O_TRUNC), ETXTBSY);
    FAILS(truncate("/bin/files", 0), ETXTBSY);
    int fd = open("/bin/true", O_WRONLY);
    FAILS(execve("/bin/true", (char *[]){"true", NULL}, NULL), ETXTBSY);
    close(fd);
}

int main(void)
{
    EQUAL(mkdir("/tmp/files", 0755), 0);
    EQUAL(chdir("/tmp/files"), 0);
    open_flags();
    sparse_files_and_seeking();
    truncating_forgets_and_growing_shows_zeros();
    archive_files_can_be_changed();
    links_and_unlinking_while_open();
    directories();
    renaming_files();
    renaming_directories();
    listing();
    descriptors();
    devices();
    a_running_program_cannot_be_written();
    EQUAL(chdir("/"), 0);
    EQUAL(rmdir("/tmp/files"), 0);
    return check_end("files");
}
