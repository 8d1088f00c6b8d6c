/*
 * tohost.c - the other way for a bare program to end: a store to the ELF
 * symbol `tohost`, as the RISC-V test suites do.
 *
 *   bit 0 set        end; status = value >> 1, at most 255
 *   bits 63..48 set  a command to a host device: there is none, so the run ends
 *                    with a line that says so
 *
 * A store to RAM is not reported by the hart, so the word is looked at every
 * TOHOST_PERIOD of the clock and when the hart waits: at most that many
 * instructions late, but always at the same ones.
 */
#include "state.h"

#include <inttypes.h>
#include <stdio.h>

#define TOHOST_PERIOD 1024

uint64_t tohost_next_check(const struct machine *m)
{
    return (machine_clock(m) / TOHOST_PERIOD + 1) * TOHOST_PERIOD;
}

void tohost_check(struct machine *m)
{
    uint64_t value = 0;
    if (m->s.ended ||
        (machine_clock(m) % TOHOST_PERIOD != 0 && !m->s.waiting) ||
        !machine_dma_read(m, m->tohost, &value, sizeof value) || value == 0)
        return;
    if (value >> 48 == 0 && (value & 1)) {
        machine_end(m, value >> 1 > 255 ? 255 : (int)(value >> 1), "");
        return;
    }
    char text[sizeof m->s.text];
    snprintf(text, sizeof text,
             "tohost: 0x%016" PRIx64 " is a device command; only an end "
             "(bit 0 set) is known here",
             value);
    machine_end(m, 1, text);
}
