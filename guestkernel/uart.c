/* uart.c - the 16550: output polled, input by interrupt. Output asks the line status once for
 * each FIFO-full of 16 bytes. Interrupts for output would cost a trap each for nothing: the
 * writer would wait anyway. */
#include "kernel.h"

/* Bytes (written: sent; read: received), interrupt enable, FIFO control, line status. */
enum uart_register { UART_DATA = 0, UART_IER = 1, UART_FCR = 2, UART_LSR = 5 };
#define UART(r)        (((volatile uint8_t *)(DIRECT_MAP + PLAT_UART_BASE))[r])
#define IER_RECEIVED   1
#define FCR_FIFO_RESET 7 /* FIFOs on and empty */
#define LSR_RECEIVED   1
#define LSR_TX_EMPTY   0x20 /* the transmit FIFO is empty */
#define FIFO_BYTES     16

void uart_init(void) {
    UART(UART_FCR) = FCR_FIFO_RESET;
    UART(UART_IER) = IER_RECEIVED;
}

void uart_write(const char *bytes, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (i % FIFO_BYTES == 0)
            while (!(UART(UART_LSR) & LSR_TX_EMPTY))
                ;
        UART(UART_DATA) = (uint8_t)bytes[i];
    }
}

int uart_read(void) {
    if (!(UART(UART_LSR) & LSR_RECEIVED)) return -1;
    return UART(UART_DATA);
}
