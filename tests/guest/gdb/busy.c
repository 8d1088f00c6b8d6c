/*
 * busy.c - two processes that count for longer than the timer lets them: what
 * check_gdb.py steps through interrupts.
 */
#include <sys/wait.h>
#include <unistd.h>

volatile long n;

int main(void)
{
    int child = fork();
    while (n < 500000)
        n++;
    if (child != 0)
        wait(0);
    return 0;
}
