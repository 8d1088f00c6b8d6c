/*
 * devmap.c - a buffer of the kernel's in a program's memory. /dev/kbuf is 64
 * KiB that belong to the kernel; write copies into it, read out of it, and mmap
 * puts the very same frames into the program's address space.
 *
 * Watch: the same frame at two addresses. A store through one mapping and a
 * load through the other are no crossings (but for the fault of each first
 * touch), and meet in kernel memory; a read of the device then copies out what
 * the store put there. Opened for reading only, the mapping cannot be stored
 * to, nor be made so by mprotect.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <sallyport/abi.h>
#include "program.h"

#define BYTES SALLYPORT_KBUF_BYTES

int main(void)
{
    char text[32] = "";
    int fd = open("/dev/kbuf", O_RDWR), reader = open("/dev/kbuf", O_RDONLY);
    if (fd < 0 || reader < 0)
        return complain("devmap", "/dev/kbuf");
    char *buffer = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    const char *view = mmap(NULL, BYTES, PROT_READ, MAP_SHARED, reader, 0);
    if (buffer == MAP_FAILED || view == MAP_FAILED)
        return complain("devmap", "mmap");
    strcpy(buffer, "stored, not written");
    printf("through the other mapping: %s\n", view);
    if (read(reader, text, sizeof text) < 0)
        return complain("devmap", "read");
    printf("through read:              %s\n", text);
    if (write(fd, "written, not stored", 20) < 0)
        return complain("devmap", "write");
    printf("after write:               %s\n", view);
    if (mprotect((void *)view, BYTES, PROT_READ | PROT_WRITE) != 0)
        printf("mprotect of the read-only mapping: %s\n", strerror(errno));
    if (mmap(NULL, BYTES, PROT_WRITE, MAP_SHARED, reader, 0) == MAP_FAILED)
        printf("mmap with PROT_WRITE: %s\n", strerror(errno));
    return 0;
}
