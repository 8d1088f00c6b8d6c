/*
 * console.c - console input on its way to the UART.
 *
 * Bytes wait here in order, so none is lost while the guest is busy, and what
 * decides when one goes on is the guest alone, never the host's time:
 *
 *   typed   while the guest listens (receive interrupt on, or it has just read
 *           an empty LSR) and the receiver has room;
 *   piped   one at a time, when the guest waits: it stands in wfi, listening,
 *           with an empty receiver, or has read an empty LSR POLLS_ARE_WAIT
 *           times and touched no other UART register meanwhile.
 *
 *           A kernel whose idle loop spins would never get any: as long as the
 *           guest has not executed wfi once, a byte also goes in when it
 *           listens and the console was quiet for PATIENCE.
 *
 * After machine_input_end a waiting guest is given Ctrl-D: once, and again
 * when it has printed something or a timer has gone off since, or when no
 * timer is set; EOF_MAX times altogether. Then it idles for good (run.c).
 */
#include "state.h"

#include <stdlib.h>
#include <string.h>

#define POLLS_ARE_WAIT 16
#define PATIENCE       2000000 /* clock; 0.2 s of the guest's time */
#define EOF_BYTE       0x04
#define EOF_MAX        1000

bool console_reserve(struct input_queue *q, size_t more)
{
    if (q->first + q->count + more <= q->room)
        return true;
    if (q->first > 0)
        memmove(q->bytes, q->bytes + q->first, q->count * sizeof *q->bytes);
    q->first = 0;
    if (q->count + more <= q->room)
        return true;
    size_t room = (q->count + more) * 2;
    struct input_byte *bytes = realloc(q->bytes, room * sizeof *bytes);
    if (bytes == NULL)
        return false;
    q->bytes = bytes;
    q->room = room;
    return true;
}

void machine_input(struct machine *m, const uint8_t *bytes, size_t n,
                   bool piped)
{
    struct input_queue *q = &m->input;
    if (!console_reserve(q, n))
        abort(); /* out of memory: losing input would be worse */
    machine_note_input(m, bytes, n, piped);
    for (size_t i = 0; i < n; i++)
        q->bytes[q->first + q->count++] =
            (struct input_byte){.byte = bytes[i], .piped = piped};
    console_pump(m);
    lines_update(m);
}

void machine_input_end(struct machine *m)
{
    machine_note_input(m, NULL, 0, false);
    m->s.input_ended = 1;
}

size_t machine_input_pending(const struct machine *m)
{
    return m->input.count;
}

static void deliver(struct machine *m, uint8_t byte)
{
    machine_note_console_in(m, byte);
    uart_receive(&m->s.uart, byte);
    m->s.uart.poll_count = 0;
    m->s.console_clock = machine_clock(m);
    m->next_ask = 0;
}

static void deliver_first(struct machine *m)
{
    struct input_queue *q = &m->input;
    uint8_t byte = q->bytes[q->first].byte;
    q->first++;
    q->count--;
    deliver(m, byte);
}

static bool typed_waits(const struct machine *m)
{
    return m->input.count > 0 && !m->input.bytes[m->input.first].piped;
}

static bool listens(const struct machine *m)
{
    return (m->s.uart.ier & UART_IER_RDI) && uart_has_room(&m->s.uart);
}

/* May the caller be asked for a byte, and from which clock on? */
static uint64_t may_ask(const struct machine *m)
{
    bool may = m->ask_input && m->input.count == 0 && !m->s.input_ended;
    return may ? m->next_ask : MACHINE_NEVER;
}

uint64_t console_patience(const struct machine *m)
{
    uint64_t at = m->s.console_clock + PATIENCE;
    if (m->s.ever_waited || typed_waits(m) || !listens(m) ||
        m->s.uart.rx_count > 0)
        return MACHINE_NEVER;
    if (m->input.count > 0)
        return at;
    return may_ask(m) > at ? may_ask(m) : at;
}

static void ask(struct machine *m)
{
    m->asking = true;
    m->next_ask = machine_clock(m) + PATIENCE;
    cpu_request_stop(m->cpu);
}

bool console_asks(struct machine *m)
{
    bool asking = m->asking;
    m->asking = false;
    return asking;
}

void machine_ask_input(struct machine *m, bool on)
{
    m->ask_input = on;
    m->asking = false;
    m->next_ask = 0;
}

void console_pump(struct machine *m)
{
    while (typed_waits(m) && listens(m))
        deliver_first(m);
    if (machine_clock(m) < console_patience(m))
        return;
    if (m->input.count > 0)
        deliver_first(m);
    else
        ask(m);
}

void console_guest_polls(struct machine *m)
{
    struct uart *u = &m->s.uart;
    if (!uart_has_room(u))
        return;
    if (u->poll_count < POLLS_ARE_WAIT)
        u->poll_count++;
    if (typed_waits(m))
        deliver_first(m);
    else if (u->poll_count < POLLS_ARE_WAIT)
        return;
    else if (m->input.count > 0)
        deliver_first(m);
    else if (m->s.input_ended)
        deliver(m, EOF_BYTE);
    else if (machine_clock(m) >= may_ask(m))
        ask(m);
}

bool console_guest_idles(struct machine *m, bool timer_set)
{
    struct machine_saved *s = &m->s;
    if (s->uart.rx_count > 0 || !uart_has_room(&s->uart))
        return false;
    if (m->input.count > 0) {
        deliver_first(m);
        return true;
    }
    if (!s->input_ended || (timer_set && s->eof_given))
        return false;
    if (s->eof_count >= EOF_MAX)
        return false;
    s->eof_given = 1;
    s->eof_count++;
    deliver(m, EOF_BYTE);
    return true;
}
