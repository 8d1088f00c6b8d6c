/*
 * sysprobe.c - how long is a list that grows? It asks for the processes'
 * descriptions without a buffer, makes two more processes, and asks again with
 * the room that sufficed before.
 *
 * Watch: three calls about kern.proc. The first has old=0x0: nothing is copied
 * but the length. The second fails with ENOMEM, and its length comes back all
 * the same: so the third has the room it takes. Between them the forks.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/sysctl.h>
#include <sys/wait.h>
#include <sallyport/abi.h>
#include "program.h"

#define MORE 2

int main(void)
{
    const char *const name = "kern.proc";
    const size_t one = sizeof(struct procinfo);
    size_t before, room;
    pid_t child[MORE];
    if (sysctlbyname(name, NULL, &before, NULL, 0) < 0)
        return complain("sysprobe", name);
    for (int i = 0; i < MORE; i++) {
        child[i] = fork();
        if (child[i] == 0)
            for (;;)
                sleep(1000);
    }
    room = before;
    struct procinfo *list = malloc(before + MORE * one);
    int result = sysctlbyname(name, list, &room, NULL, 0);
    printf("with the old length: %s, and %d more than there was room for\n",
           result < 0 ? strerror(errno) : "done",
           ((int)room - (int)before) / (int)one);
    result = sysctlbyname(name, list, &room, NULL, 0);
    printf("with the new one: %s\n", result < 0 ? strerror(errno) : "done");
    int found = 0;
    for (size_t i = 0; i < room / one; i++)
        found += list[i].ppid == getpid();
    printf("%d of them are children of this process\n", found);
    for (int i = 0; i < MORE; i++) {
        kill(child[i], SIGKILL);
        waitpid(child[i], NULL, 0);
    }
    free(list);
    return result < 0 || found != MORE;
}
