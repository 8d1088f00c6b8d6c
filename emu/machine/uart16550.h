/*
 * uart16550.h - the console: a 16550A with its two FIFOs.
 *
 * The transmitter is infinitely quick: a byte written is out at once, so THRE
 * and TEMT always read 1. The receiver is fed from the machine's input queue
 * (console.c) whenever it has room; it overruns only in loopback.
 */
#ifndef SALLYPORT_MACHINE_UART16550_H
#define SALLYPORT_MACHINE_UART16550_H

#include <stdbool.h>
#include <stdint.h>

struct machine;

#define UART_RBR          0 /* read;  DLAB: divisor, low byte */
#define UART_THR          0 /* write */
#define UART_IER          1 /* DLAB: divisor, high byte */
#define UART_IIR          2 /* read */
#define UART_FCR          2 /* write */
#define UART_LCR          3
#define UART_MCR          4
#define UART_LSR          5
#define UART_MSR          6
#define UART_SCR          7
#define UART_REGISTERS    8

#define UART_IER_RDI      0x01 /* received data available */
#define UART_IER_THRI     0x02 /* transmitter holding register empty */
#define UART_IER_RLSI     0x04 /* receiver line status */
#define UART_IER_MSI      0x08 /* modem status */

#define UART_IIR_NONE     0x01
#define UART_IIR_MSI      0x00
#define UART_IIR_THRI     0x02
#define UART_IIR_RDI      0x04
#define UART_IIR_RLSI     0x06
#define UART_IIR_TIMEOUT  0x0c
#define UART_IIR_FIFO     0xc0 /* FIFOs are on */

#define UART_FCR_ENABLE   0x01
#define UART_FCR_CLEAR_RX 0x02
#define UART_FCR_CLEAR_TX 0x04
#define UART_FCR_KEPT     0xc9 /* enable, DMA mode, trigger level */

#define UART_LCR_DLAB     0x80

#define UART_MCR_DTR      0x01
#define UART_MCR_RTS      0x02
#define UART_MCR_OUT1     0x04
#define UART_MCR_OUT2     0x08
#define UART_MCR_LOOP     0x10

#define UART_LSR_DR       0x01
#define UART_LSR_OE       0x02
#define UART_LSR_THRE     0x20
#define UART_LSR_TEMT     0x40

#define UART_MSR_CTS      0x10
#define UART_MSR_DSR      0x20
#define UART_MSR_RI       0x40
#define UART_MSR_DCD      0x80

#define UART_FIFO_BYTES   16

struct uart {
    uint8_t rx[UART_FIFO_BYTES]; /* rx[0] is the oldest */
    uint8_t rx_count;
    uint8_t last; /* received without FIFO: RBR reads it again */
    uint8_t ier, fcr, lcr, mcr, scr, dll, dlm;
    uint8_t overrun;      /* LSR.OE */
    uint8_t thre_pending; /* the THRE interrupt, until IIR or THR is touched */
    uint8_t poll_count;   /* empty LSR reads in a row; see console.c */
};

void uart_reset(struct uart *u);
bool uart_irq(const struct uart *u);
/* May one more byte arrive now? Not in loopback: the line is cut off. */
bool uart_has_room(const struct uart *u);
/* Puts a received byte in; the caller has asked uart_has_room. */
void uart_receive(struct uart *u, uint8_t byte);
/* Sends a byte as a store to THR does; also for the firmware's console. */
void uart_transmit(struct machine *m, uint8_t byte);

#endif
