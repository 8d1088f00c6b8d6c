/*
 * numbers.c - more inodes are made than there are numbers (16 bits): none gets
 * a number that another has.
 */
#include "check.h"
#include <fcntl.h>
#include <sys/stat.h>

#define NUMBERS 65536
#define OLD     3 /* inodes that stay */

static ino_t number_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? st.st_ino : 0;
}

int main(void)
{
    static const char *const old[OLD] = {"/tmp/a", "/tmp/b", "/tmp/c"};
    ino_t taken[OLD];
    for (int i = 0; i < OLD; i++) {
        EQUAL(mkfifo(old[i], 0600), 0);
        taken[i] = number_of(old[i]);
    }
    int wrapped = 0;
    ino_t last = taken[OLD - 1];
    for (long made = 0; made < NUMBERS; made++) {
        if (mkfifo("/tmp/new", 0600) != 0) {
            EQUAL(errno, 0);
            break;
        }
        if (made % 512 == 0 || made > NUMBERS - 40) {
            ino_t n = number_of("/tmp/new");
            TRUE(n != 0);
            for (int i = 0; i < OLD; i++)
                TRUE(n != taken[i]);
            wrapped += n < last;
            last = n;
        }
        unlink("/tmp/new");
    }
    EQUAL(wrapped, 1);
    EQUAL(number_of(old[0]), taken[0]);
    for (int i = 0; i < OLD; i++)
        EQUAL(unlink(old[i]), 0);
    return check_end("numbers");
}
