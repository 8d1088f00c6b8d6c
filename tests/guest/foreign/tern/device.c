/*
 * device.c - the 16550: output polled, input by interrupt; the PLIC; the end.
 */
#include "tern.h"

#include <stdarg.h>

static volatile u8 *const uart = (volatile u8 *)UART;
static struct {
    char bytes[256];
    u32 in, out;
} input;

void device_init(void)
{
    uart[1] = 0;
    uart[3] = 0x80;
    uart[0] = 3;
    uart[1] = 0;
    uart[3] = 3;
    uart[2] = 7;
    uart[1] = 1;
    *reg32(PLIC + 4 * IRQ_UART) = 1;
    *reg32(PLIC + 4 * IRQ_DISK) = 1;
    *reg32(PLIC + 0x2080) = 1 << IRQ_UART | 1 << IRQ_DISK;
    *reg32(PLIC + 0x201000) = 0;
}

void put_char(char c)
{
    while (!(uart[5] & 0x20))
        ;
    uart[0] = (u8)c;
}

static void put_number(u64 value, u64 base)
{
    if (value >= base)
        put_number(value / base, base);
    put_char("0123456789abcdef"[value % base]);
}

/* %d %x %s, all of them 64 bits wide. */
void print(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    for (; *format; format++) {
        if (*format != '%') {
            put_char(*format);
            continue;
        }
        format++;
        if (*format == 'd')
            put_number(va_arg(args, u64), 10);
        else if (*format == 'x')
            put_number(va_arg(args, u64), 16);
        else
            for (const char *s = va_arg(args, const char *); *s; s++)
                put_char(*s);
    }
    va_end(args);
}

static void uart_interrupt(void)
{
    while (uart[5] & 1) {
        char c = (char)uart[0];
        if (input.in - input.out < sizeof input.bytes)
            input.bytes[input.in++ % sizeof input.bytes] = c;
    }
    wake(&input);
}

/* Up to the end of a line, without it. */
int console_read(char *to, int max)
{
    int n = 0;
    for (;;) {
        while (input.in == input.out)
            sleep_on(&input);
        char c = input.bytes[input.out++ % sizeof input.bytes];
        if (c == '\n' || c == '\r')
            return n;
        if (n < max)
            to[n++] = c;
    }
}

int device_interrupt(void)
{
    u32 irq = *reg32(PLIC + 0x201004);
    if (irq == IRQ_UART)
        uart_interrupt();
    else if (irq == IRQ_DISK)
        disk_interrupt();
    if (irq != 0)
        *reg32(PLIC + 0x201004) = irq;
    return 1;
}

void power_off(int status)
{
    print("tern: off\n");
    *reg32(FINISHER) = status ? (u32)status << 16 | 0x3333 : 0x5555;
    for (;;)
        ;
}

void panic(const char *why)
{
    print("tern: panic: %s, cause %x pc %x address %x\n", why, csr_get(scause),
          csr_get(sepc), csr_get(stval));
    *reg32(FINISHER) = 1 << 16 | 0x3333;
    for (;;)
        ;
}
