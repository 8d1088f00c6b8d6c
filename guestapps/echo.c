/*
 * echo.c - prints its arguments; -n: without the newline.
 *
 * Watch: exec. copyinstr takes each string of argv out of the old image; the
 * kernel writes them to a frame (no copyout: nobody runs in that space yet),
 * which it maps as the new stack's first page, `in root` of the new table; and
 * here they are.
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
