/* stores.c - for bench_history: the worst that can be: a store to another page
 * each time, all over 24 MiB, for ever. */
#define PAGES (24 * 256)

static volatile unsigned long memory[PAGES][512];

int main(void)
{
    for (unsigned long n = 0;; n++)
        memory[n * 2741 % PAGES][n % 512] = n;
}
