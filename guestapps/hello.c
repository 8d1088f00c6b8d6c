/*
 * hello.c - prints one line.
 *
 * Watch: printf stays in user space until the newline; then one write crosses.
 * The kernel gets a pointer that means nothing in its own address space, walks
 * this process's page table, and copyin carries the 13 bytes over.
 */
#include <stdio.h>

int main(void)
{
    printf("hello, world\n");
    return 0;
}
