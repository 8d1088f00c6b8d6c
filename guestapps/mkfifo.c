/*
 * mkfifo.c - makes FIFOs: pipes with names; -m MODE: with these permissions
 * (octal).
 *
 * Watch: one crossing and one copyinstr; no pipe is made yet. It is when
 * somebody opens the name, and who does is kept waiting (`~ unfinished (FIFO
 * open)`) until there is somebody at the other end:
 *
 *     mkfifo /tmp/f; cat /etc/motd > /tmp/f & cat /tmp/f
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "program.h"

int main(int argc, char **argv)
{
    int option, status = 0;
    unsigned long mode = 0666;
    while ((option = next_option(argc, argv, "+m:")) != -1) {
        char *end = "x";
        if (option == 'm')
            mode = strtoul(optarg, &end, 8);
        if (*end != '\0' || mode > 0777)
            return usage("mkfifo [-m MODE] NAME...");
    }
    if (optind == argc)
        return usage("mkfifo [-m MODE] NAME...");
    for (int i = optind; i < argc; i++)
        if (mkfifo(argv[i], (mode_t)mode) != 0)
            status = complain("mkfifo", argv[i]);
    return status;
}
