/*
 * user.c - the one user program: a few demonstrations, then a command line.
 *
 * What it prints does not depend on when interrupts come.
 */
#include "tern.h"

__asm__(".section .start, \"ax\"\n.globl _start\n_start: j user_main\n");

static u64 call(u64 number, u64 a, u64 b)
{
    register u64 a0 __asm__("a0") = a, a1 __asm__("a1") = b;
    register u64 a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a7) : "memory");
    return a0;
}

static u64 length(const char *s)
{
    u64 n = 0;
    while (s[n])
        n++;
    return n;
}

static void say(const char *s)
{
    call(SYS_WRITE, (u64)s, length(s));
}

static void say_number(u64 n)
{
    char text[24];
    int at = 23;
    text[at] = 0;
    do
        text[--at] = (char)('0' + n % 10);
    while ((n /= 10) != 0);
    say(text + at);
}

static void say_line(const char *what, u64 n)
{
    say(what);
    say_number(n);
    say("\n");
}

/* A child that computes until the clock has moved: it never gives the hart up
 * by itself. */
static void spin(u64 seed)
{
    u64 until = call(SYS_TICKS, 0, 0) + 3, value = seed;
    while (call(SYS_TICKS, 0, 0) < until)
        for (int i = 0; i < 1000; i++)
            value = value * 6364136223846793005UL + 1442695040888963407UL;
    call(SYS_EXIT, value != 0 ? seed : 0, 0);
}

static void three_spinners(void)
{
    u64 sum = 0;
    for (u64 i = 1; i <= 3; i++)
        if (call(SYS_FORK, 0, 0) == 0)
            spin(i);
    for (int i = 0; i < 3; i++) {
        int status = 0;
        call(SYS_WAIT, (u64)&status, 0);
        sum += (u64)status;
    }
    say_line("three spinners, statuses add up to ", sum);
    say(call(SYS_FORCED, 0, 0) ? "and were preempted\n" : "not preempted\n");
}

/* Each way to die, in a child. */
static void deaths(void)
{
    for (int way = 0; way < 4; way++) {
        if (call(SYS_FORK, 0, 0) == 0) {
            if (way == 0)
                *(volatile int *)0x1234000 = 1;
            if (way == 1)
                __asm__ volatile("csrr t0, satp");
            if (way == 2)
                ((void (*)(void))0x20002)();
            if (way == 3)
                (void)*(volatile u64 *)TRAMPOLINE;
            call(SYS_EXIT, 0, 0);
        }
        int status = 0;
        call(SYS_WAIT, (u64)&status, 0);
        say_line("a child died, status ", (u64)(status & 0xff));
    }
}

static u8 sector[512];

static void read_sector(u64 n)
{
    u64 sum = 0;
    if (call(SYS_SECTOR, n, (u64)sector) != 0) {
        say("no such sector\n");
        return;
    }
    for (int i = 0; i < 512; i++)
        sum = sum * 31 + sector[i];
    say_line("sector checksum ", sum);
}

static u64 number(const char *s)
{
    u64 n = 0;
    while (*s >= '0' && *s <= '9')
        n = n * 10 + (u64)(*s++ - '0');
    return n;
}

static int command(const char *line)
{
    switch (line[0]) {
    case 'r':
        read_sector(number(line + 2));
        return 1;
    case 's':
        three_spinners();
        return 1;
    case 'q':
        return 0;
    default:
        say("you said: ");
        say(line);
        say("\n");
        return 1;
    }
}

void user_main(void);
void user_main(void)
{
    static char line[100];
    say_line("user: pid ", call(SYS_PID, 0, 0));
    three_spinners();
    deaths();
    say_line("a bad buffer: ", call(SYS_WRITE, 0x7000000, 5) == -1UL);
    read_sector(0);
    do {
        say("> ");
        u64 n = call(SYS_READ, (u64)line, sizeof line - 1);
        line[n] = 0;
    } while (command(line));
    call(SYS_OFF, 0, 0);
}
