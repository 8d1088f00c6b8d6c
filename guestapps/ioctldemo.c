/*
 * ioctldemo.c - every kind of ioctl request, on the counter /dev/demo: a number
 * in, a structure out, both ways, the argument itself, a large table, and a
 * structure that points at more.
 *
 * Watch: the request says which way how many bytes go, and the kernel's generic
 * layer copies them before and after the driver runs: DEMO_SET is one copyin,
 * DEMO_INFO one copyout, DEMO_ADD one of each, DEMO_STEP none. DEMO_GATHER has
 * a second copyin, the driver's own, of what the structure points at. And the
 * holes in struct demo_info: the driver never writes to them, the kernel's
 * stack has just held 0xaa there (DEMO_FILL is refused, but its bytes came in
 * first), and yet they arrive as zero.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include "program.h"

#define DEMO_FILL _IOW('D', 99, char[128]) /* no such request */

static void told(const char *what, int result)
{
    if (result < 0)
        printf("%s: %s\n", what, strerror(errno));
}

static void show_holes(int fd)
{
    unsigned char dirt[128];
    struct demo_info info;
    memset(dirt, 0xaa, sizeof dirt);
    memset(&info, 0xee, sizeof info);
    told("DEMO_FILL", ioctl(fd, DEMO_FILL, dirt));
    told("DEMO_INFO", ioctl(fd, DEMO_INFO, &info));
    printf("DEMO_INFO: letter %c, count %u, steps %u, bytes", info.letter,
           (unsigned)info.count, (unsigned)info.steps);
    for (size_t i = 0; i < 8; i++)
        printf(" %02x", ((unsigned char *)&info)[i]);
    printf("\n");
}

static void gather(int fd, uint64_t address, uint32_t bytes)
{
    struct demo_gather g = {.address = address, .bytes = bytes};
    if (ioctl(fd, DEMO_GATHER, &g) == 0)
        printf("DEMO_GATHER: %u bytes, sum %u\n", (unsigned)bytes,
               (unsigned)g.sum);
    else
        printf("DEMO_GATHER: %u bytes: %s\n", (unsigned)bytes, strerror(errno));
}

int main(void)
{
    static const char text[] = "pointed at";
    uint64_t start = 40;
    struct demo_add add = {.addend = 2};
    struct demo_table table;
    int fd = open("/dev/demo", O_RDWR);
    if (fd < 0)
        return complain("ioctldemo", "/dev/demo");
    told("DEMO_SET", ioctl(fd, DEMO_SET, &start));
    told("DEMO_ADD", ioctl(fd, DEMO_ADD, &add));
    printf("DEMO_ADD: 40 + 2 = %u\n", (unsigned)add.sum);
    told("DEMO_STEP", ioctl(fd, DEMO_STEP, 100));
    show_holes(fd);
    for (uint32_t i = 0; i < DEMO_ENTRIES; i++)
        table.entry[i] = i;
    told("DEMO_REVERSE", ioctl(fd, DEMO_REVERSE, &table));
    printf("DEMO_REVERSE: %u ... %u\n", (unsigned)table.entry[0],
           (unsigned)table.entry[DEMO_ENTRIES - 1]);
    gather(fd, (uint64_t)text, sizeof text - 1);
    gather(fd, 0xffffffc080200000, 8);
    gather(fd, (uint64_t)text, DEMO_GATHER_MAX + 1);
    told("DEMO_SET from the kernel's memory",
         ioctl(fd, DEMO_SET, (void *)0xffffffc080200000));
    told("FIONREAD of /dev/demo", ioctl(fd, FIONREAD, &start));
    told("DEMO_SET of descriptor 77", ioctl(77, DEMO_SET, &start));
    return 0;
}
