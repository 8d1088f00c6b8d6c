/*
 * count.c - what check_gdb.sh debugs: adds up 1, 2, 3 in a variable, says each
 * with a system call, exits with the sum.
 */
#include <unistd.h>

volatile int sum;

static void __attribute__((noinline)) add(int n)
{
    sum += n;
}

int main(void)
{
    for (int i = 1; i <= 3; i++) {
        char digit = (char)('0' + i);
        add(i);
        write(1, &digit, 1);
    }
    write(1, "\n", 1);
    return sum;
}
