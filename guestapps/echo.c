/*
 * echo.c - prints its arguments; -n: without the newline.
 *
 * Watch: exec. The strings of argv cross twice: copyinstr takes them out of
 * the old image, copyout puts them onto the new stack, and here they are.
 */
#include <stdio.h>
#include <string.h>
#include "program.h"

int main(int argc, char **argv)
{
    int first = 1;
    int newline = 1;
    if (argc > 1 && strcmp(argv[1], "-n") == 0) {
        newline = 0;
        first = 2;
    }
    for (int i = first; i < argc; i++) {
        fputs(argv[i], stdout);
        if (i + 1 < argc)
            putchar(' ');
    }
    if (newline)
        putchar('\n');
    return fflush(stdout) == 0 ? 0 : complain("echo", "standard output");
}
