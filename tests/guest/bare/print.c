/*
 * print.c - text on the UART, by polling.
 */
#include "bare.h"

static void put(char c)
{
    while (!(REG8(PLAT_UART_BASE + 5) & 0x20))
        ;
    REG8(PLAT_UART_BASE) = (u8)c;
}

void print(const char *text)
{
    while (*text != '\0')
        put(*text++);
}

void print_hex(const char *label, u64 value)
{
    print(label);
    print(" 0x");
    int shift = 60;
    while (shift > 0 && (value >> shift & 15) == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        put("0123456789abcdef"[value >> shift & 15]);
    print("\n");
}
