/* alu.c - for bench_history: registers only, no memory and no crossings but the
 * timer's. */
int main(void)
{
    unsigned long x = 1;
    for (;;)
        __asm__ volatile("slli t0, %0, 13\n xor %0, %0, t0\n"
                         "srli t0, %0, 7\n xor %0, %0, t0\n"
                         "slli t0, %0, 17\n xor %0, %0, t0\n"
                         : "+r"(x)
                         :
                         : "t0");
}
