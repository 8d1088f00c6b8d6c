/*
 * uart16550.c - registers, FIFOs and interrupt of the console's 16550A.
 *
 * Interrupt causes by priority (IIR): line status, received data (the trigger
 * level, or the timeout below it), transmitter empty, modem status (which never
 * changes here). Characters take no time, so the timeout is due as soon as the
 * receiver holds fewer bytes than the trigger level.
 *
 * Where the bytes come from and when is console.c's; a read of an empty LSR
 * tells it that the guest is polling.
 */
#include "device.h"
#include "state.h"

#include <string.h>

void uart_reset(struct uart *u)
{
    memset(u, 0, sizeof *u);
    u->mcr = UART_MCR_OUT2;
    u->dll = 0x0c; /* 9600 baud, as QEMU */
}

static bool fifo_on(const struct uart *u)
{
    return u->fcr & UART_FCR_ENABLE;
}

static unsigned trigger_level(const struct uart *u)
{
    static const uint8_t levels[] = {1, 4, 8, 14};
    return fifo_on(u) ? levels[u->fcr >> 6] : 1;
}

static uint8_t uart_iir(const struct uart *u)
{
    uint8_t fifo = fifo_on(u) ? UART_IIR_FIFO : 0;
    if ((u->ier & UART_IER_RLSI) && u->overrun)
        return fifo | UART_IIR_RLSI;
    if ((u->ier & UART_IER_RDI) && u->rx_count >= trigger_level(u))
        return fifo | UART_IIR_RDI;
    if ((u->ier & UART_IER_RDI) && u->rx_count > 0)
        return fifo | UART_IIR_TIMEOUT;
    if ((u->ier & UART_IER_THRI) && u->thre_pending)
        return fifo | UART_IIR_THRI;
    return fifo | UART_IIR_NONE;
}

bool uart_irq(const struct uart *u)
{
    return !(uart_iir(u) & UART_IIR_NONE);
}

static uint8_t uart_lsr(const struct uart *u)
{
    return (uint8_t)(UART_LSR_THRE | UART_LSR_TEMT |
                     (u->overrun ? UART_LSR_OE : 0) |
                     (u->rx_count > 0 ? UART_LSR_DR : 0));
}

/* The other end of the line is always there; in loopback the modem outputs
 * come back as inputs. */
static uint8_t uart_msr(const struct uart *u)
{
    if (!(u->mcr & UART_MCR_LOOP))
        return UART_MSR_DCD | UART_MSR_DSR | UART_MSR_CTS;
    return (uint8_t)((u->mcr & UART_MCR_DTR ? UART_MSR_DSR : 0) |
                     (u->mcr & UART_MCR_RTS ? UART_MSR_CTS : 0) |
                     (u->mcr & UART_MCR_OUT1 ? UART_MSR_RI : 0) |
                     (u->mcr & UART_MCR_OUT2 ? UART_MSR_DCD : 0));
}

/* ---- Receiver ---- */

static unsigned rx_room(const struct uart *u)
{
    return (fifo_on(u) ? UART_FIFO_BYTES : 1u) - u->rx_count;
}

bool uart_has_room(const struct uart *u)
{
    return !(u->mcr & UART_MCR_LOOP) && rx_room(u) > 0;
}

void uart_receive(struct uart *u, uint8_t byte)
{
    u->rx[u->rx_count++] = byte;
    if (!fifo_on(u))
        u->last = byte;
}

/* A byte arrives whether there is room or not: with FIFO the new one is lost,
 * without it the old one. */
static void uart_loop_back(struct uart *u, uint8_t byte)
{
    if (rx_room(u) > 0) {
        uart_receive(u, byte);
        return;
    }
    u->overrun = 1;
    if (!fifo_on(u))
        u->rx[0] = u->last = byte;
}

static uint8_t uart_peek_rbr(const struct uart *u)
{
    if (u->rx_count > 0)
        return u->rx[0];
    return fifo_on(u) ? 0 : u->last;
}

static uint8_t uart_pop(struct uart *u)
{
    uint8_t byte = uart_peek_rbr(u);
    if (u->rx_count > 0) {
        u->rx_count--;
        memmove(u->rx, u->rx + 1, u->rx_count);
        u->rx[u->rx_count] = 0;
    }
    return byte;
}

static void uart_clear_rx(struct uart *u)
{
    memset(u->rx, 0, sizeof u->rx);
    u->rx_count = 0;
}

/* ---- Registers ---- */

void uart_transmit(struct machine *m, uint8_t byte)
{
    struct uart *u = &m->s.uart;
    if (u->mcr & UART_MCR_LOOP)
        uart_loop_back(u, byte);
    else
        machine_note_console_out(m, byte);
    u->thre_pending = 1;
}

static uint8_t uart_register(const struct uart *u, uint64_t offset)
{
    bool dlab = u->lcr & UART_LCR_DLAB;
    switch (offset) {
    case UART_RBR:
        return dlab ? u->dll : uart_peek_rbr(u);
    case UART_IER:
        return dlab ? u->dlm : u->ier;
    case UART_IIR:
        return uart_iir(u);
    case UART_LCR:
        return u->lcr;
    case UART_MCR:
        return u->mcr;
    case UART_LSR:
        return uart_lsr(u);
    case UART_MSR:
        return uart_msr(u);
    default:
        return u->scr;
    }
}

static bool uart_peek(const struct machine *m, uint64_t offset, unsigned size,
                      uint64_t *value)
{
    (void)size; /* a wide access reaches the one register at its address */
    *value = uart_register(&m->s.uart, offset);
    return true;
}

static void uart_read_lsr(struct machine *m, uint64_t *value)
{
    if (m->s.uart.rx_count == 0)
        console_guest_polls(m);
    *value = uart_lsr(&m->s.uart);
    m->s.uart.overrun = 0;
}

static bool uart_read(struct machine *m, uint64_t offset, unsigned size,
                      uint64_t *value)
{
    struct uart *u = &m->s.uart;
    uart_peek(m, offset, size, value);
    if (offset == UART_LSR) {
        uart_read_lsr(m, value);
        return true;
    }
    u->poll_count = 0;
    if (offset == UART_RBR && !(u->lcr & UART_LCR_DLAB))
        uart_pop(u);
    if (offset == UART_IIR && (*value & ~UART_IIR_FIFO) == UART_IIR_THRI)
        u->thre_pending = 0;
    return true;
}

static void uart_write_ier(struct uart *u, uint8_t value)
{
    uint8_t changed = u->ier ^ value;
    u->ier = value & 0x0f;
    if (changed & UART_IER_THRI)
        u->thre_pending = u->ier & UART_IER_THRI ? 1 : 0;
}

static void uart_write_fcr(struct uart *u, uint8_t value)
{
    if ((u->fcr ^ value) & UART_FCR_ENABLE)
        value |= UART_FCR_CLEAR_RX | UART_FCR_CLEAR_TX;
    if (value & UART_FCR_CLEAR_RX)
        uart_clear_rx(u);
    if (value & UART_FCR_CLEAR_TX)
        u->thre_pending = 1;
    u->fcr = value & UART_FCR_KEPT;
}

static bool uart_write(struct machine *m, uint64_t offset, unsigned size,
                       uint64_t wide)
{
    struct uart *u = &m->s.uart;
    uint8_t value = (uint8_t)wide;
    bool dlab = u->lcr & UART_LCR_DLAB;
    (void)size;
    u->poll_count = 0;
    switch (offset) {
    case UART_THR:
        if (dlab)
            u->dll = value;
        else
            uart_transmit(m, value);
        break;
    case UART_IER:
        if (dlab)
            u->dlm = value;
        else
            uart_write_ier(u, value);
        break;
    case UART_FCR:
        uart_write_fcr(u, value);
        break;
    case UART_LCR:
        u->lcr = value;
        break;
    case UART_MCR:
        u->mcr = value & 0x1f;
        break;
    case UART_SCR:
        u->scr = value;
        break;
    default: /* LSR and MSR are read-only */
        break;
    }
    return true;
}

const struct device_ops uart_ops = {
    .name = "uart",
    .sizes = DEVICE_SIZE_ANY,
    .read = uart_read,
    .write = uart_write,
    .peek = uart_peek,
};
