/* uart.c - the 16550: output polled, input by interrupt.
 *
 * Output asks the line status once for each FIFO-full of 16 bytes. Interrupts
 * for output would cost a trap each, to gain nothing: the program that writes
 * would wait anyway. */
#include "kernel.h"

enum uart_register {
    UART_DATA = 0, /* read: received byte; write: byte to send */
    UART_IER = 1,  /* interrupt enable */
    UART_FCR = 2,  /* write: FIFO control */
    UART_LSR = 5,  /* line status */
};
#define IER_RECEIVED   1
#define FCR_FIFO_RESET 7 /* FIFOs on and empty */
#define LSR_RECEIVED   1
#define LSR_TX_EMPTY   0x20 /* the transmit FIFO is empty */
#define FIFO_BYTES     16

static volatile uint8_t *uart_register(enum uart_register r) {
    return (volatile uint8_t *)(DIRECT_MAP + PLAT_UART_BASE) + r;
}

void uart_init(void) {
    *uart_register(UART_FCR) = FCR_FIFO_RESET;
    *uart_register(UART_IER) = IER_RECEIVED;
}

void uart_write(const char *bytes, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (i % FIFO_BYTES == 0)
            while (!(*uart_register(UART_LSR) & LSR_TX_EMPTY))
                ;
        *uart_register(UART_DATA) = (uint8_t)bytes[i];
    }
}

int uart_read(void) {
    if (!(*uart_register(UART_LSR) & LSR_RECEIVED)) return -1;
    return *uart_register(UART_DATA);
}
