/*
 * pwd.c - prints the working directory.
 *
 * Watch: getcwd. The path is the kernel's; the buffer is ours; copyout brings
 * exactly the bytes of the path and its NUL, and nothing behind them.
 */
#include <unistd.h>
#include <sallyport/abi.h>
#include "program.h"

int main(int argc, char **argv)
{
    (void)argv;
    static char path[SALLYPORT_PATH_MAX];
    if (argc > 1)
        return usage("pwd");
    if (getcwd(path, sizeof path) == NULL)
        return complain("pwd", "working directory");
    puts(path);
    return 0;
}
