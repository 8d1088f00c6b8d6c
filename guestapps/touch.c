/*
 * touch.c - makes files that are not there yet. Those that are stay as they
 * are: this kernel keeps no times for a program to change.
 *
 * Watch: open with O_CREAT. The permission bits cross in a register, the name
 * by copyinstr.
 */
#include <fcntl.h>
#include <unistd.h>
#include "program.h"

int main(int argc, char **argv)
{
    if (next_option(argc, argv, "+") != -1 || optind == argc)
        return usage("touch FILE...");
    int status = 0;
    for (int i = optind; i < argc; i++) {
        int fd = open(argv[i], O_RDONLY | O_CREAT, 0666);
        if (fd < 0)
            status = complain("touch", argv[i]);
        else
            close(fd);
    }
    return status;
}
