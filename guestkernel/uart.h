/*
 * uart.h - the 16550 serial port.
 */
#ifndef KERNEL_UART_H
#define KERNEL_UART_H

#include <stdbool.h>
#include <stddef.h>

void uart_init(void);
/* Waits until all is handed to the device. */
void uart_write(const char *bytes, size_t n);
/* The next received byte, or -1. */
int uart_read(void);

#endif
