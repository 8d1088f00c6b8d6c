/* forks.c - for bench_history: forktree again and again. */
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    char *const words[] = {"forktree", "5", NULL};
    for (;;) {
        int status;
        if (fork() == 0) {
            execv("/bin/forktree", words);
            _exit(1);
        }
        wait(&status);
    }
}
