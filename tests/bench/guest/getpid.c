/* getpid.c - for bench_history: nothing but crossings. */
#include <unistd.h>

int main(void)
{
    for (;;)
        getpid();
}
