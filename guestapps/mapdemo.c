/*
 * mapdemo.c - memory as a program asks for it: a mapping costs one crossing,
 * its pages come one by one when they are touched, and what may not be touched
 * ends the process that tries.
 *
 * Watch: mmap maps nothing, it only promises; each first touch of a page is a
 * page fault, a crossing the program did not write. After fork parent and
 * child share every frame; the store of one is a fault with a copy in it
 * (`map ... copy of frame`). The guard page is a region without permission: the
 * kernel lets the store's author die, and nobody else.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "program.h"

#define PAGE  4096
#define PAGES 4

static void store_into_guard(char *guard)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        *(volatile char *)guard = 1;
        _exit(0);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    printf("a store into the guard page: signal %d\n", WTERMSIG(status));
}

static void share_and_store(char *memory, const char *kind)
{
    memory[0] = 'p';
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        memory[0] = 'c';
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    printf("%s: the child stored 'c', the parent reads '%c'\n", kind,
           memory[0]);
}

int main(void)
{
    char *memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANON, -1, 0);
    char *shared =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    if (memory == MAP_FAILED || shared == MAP_FAILED)
        return complain("mapdemo", "mmap");
    for (int i = 0; i < PAGES; i++)
        memory[i * PAGE] = (char)i; /* four faults */
    printf("%d pages touched, the last holds %d\n", PAGES,
           memory[(PAGES - 1) * PAGE]);
    if (mprotect(memory + PAGE, PAGE, PROT_NONE) != 0)
        return complain("mapdemo", "mprotect");
    store_into_guard(memory + PAGE);
    share_and_store(memory, "private memory");
    share_and_store(shared, "shared memory");
    if (munmap(memory, PAGES * PAGE) != 0)
        return complain("mapdemo", "munmap");
    return 0;
}
