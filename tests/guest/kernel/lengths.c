/*
 * lengths.c - the crossings whose path lengths have a budget, each twice: the
 * first time pages and tables are new. test_kernel.c counts them from outside.
 */
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int fd[2];
    char byte = 'x';
    if (pipe(fd))
        return 1;
    for (int i = 0; i < 2; i++) {
        getpid();
        if (write(fd[1], &byte, 1) != 1 || read(fd[0], &byte, 1) != 1)
            return 2;
        int status;
        if (fork() == 0) {
            execve("/bin/true", (char *[]){"true", NULL}, NULL);
            _exit(99);
        }
        if (wait(&status) < 0 || status != 0)
            return 3;
    }
    return 0;
}
