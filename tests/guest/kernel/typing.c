/*
 * typing.c - shows what each read of the console gives, byte for byte, until
 * the line "end". The argument is the size of the reads.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sallyport/abi.h>

static void show(const char *bytes, long n)
{
    printf("read %ld:", n);
    for (long i = 0; i < n; i++)
        printf(" %02x", bytes[i]);
    printf("%s\n", n < 0 && errno == EINTR ? " EINTR" : "");
    fflush(stdout);
}

static void ignore(int number)
{
    (void)number;
}

int main(int argc, char **argv)
{
    char bytes[512];
    size_t size = argc > 1 ? (size_t)atoi(argv[1]) : sizeof bytes;
    struct sigaction action = {.sa_handler = ignore};
    sigaction(SIGINT, &action, NULL); /* Ctrl-C ends the read, no more */
    for (;;) {
        long n = read(0, bytes, size);
        show(bytes, n);
        if (n == 4 && memcmp(bytes, "end\n", 4) == 0)
            return 0;
    }
}
