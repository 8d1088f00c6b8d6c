/*
 * start.c - from crt0.S to main and from main to exit.
 *
 * environ is picolibc's variable. It is set only if the program, or a library
 * function it calls (getenv), refers to it: a program without writable data
 * then writes to no page but its stack.
 *
 * exit is picolibc's too: it runs atexit functions and destructors (stdio.c's
 * flushes), then _exit, which is a system call.
 */
#include <stdlib.h>
#include <unistd.h>

typedef void constructor(int argc, char **argv, char **envp);

extern constructor *__init_array_start[], *__init_array_end[];
#pragma weak environ

int main(int argc, char **argv, char **envp);
_Noreturn void __start(int argc, char **argv, char **envp);

_Noreturn void __start(int argc, char **argv, char **envp)
{
    if (&environ != NULL)
        environ = envp;
    for (constructor **c = __init_array_start; c < __init_array_end; c++)
        (*c)(argc, argv, envp);
    exit(main(argc, argv, envp));
}
