/*
 * forkwired.c - forks, and shows test_kernel.c one page at three moments, each a
 * getppid call with the page's address: before, in the child, and afterwards in
 * the parent. The host has told the kernel that the page is in a transfer.
 */
#include "check.h"

static char page[4096] __attribute__((aligned(4096)));

static void show(void)
{
    raw_call(SYS_getppid, (long[6]){(long)page});
}

static void child(long unused)
{
    (void)unused;
    show();
    EQUAL(page[0], 1);
    page[0] = 2;
    if (failures)
        _exit(1);
}

int main(void)
{
    page[0] = 1;
    show();
    EQUAL(in_child(child, 0), 0);
    show();
    EQUAL(page[0], 1);
    return check_end("forkwired");
}
