/*
 * lines.c - from the devices' state to the hart's interrupt lines, and the
 * timers' deadlines in clock.
 *
 * Nothing here is kept: every line is a function of the state, worked out
 * again after each access to a device, at each timer deadline and after a
 * restore. In firmware mode the S-mode timer line is the firmware's to drive
 * (SBI set_timer) and the M-mode lines do not exist for the guest.
 */
#include "state.h"

#include "../cpu/csr_numbers.h"

uint64_t machine_clock(const struct machine *m)
{
    return cpu_clock(m->cpu);
}

uint64_t machine_mtime(const struct machine *m)
{
    return cpu_clock(m->cpu) / PLAT_CLOCK_PER_TICK + m->s.clint.offset;
}

static uint64_t timer_compare(const struct machine *m)
{
    return m->bare ? m->s.clint.mtimecmp : m->s.sbi_timer;
}

static bool timer_due(const struct machine *m)
{
    return machine_mtime(m) >= timer_compare(m);
}

uint64_t lines_deadline(const struct machine *m)
{
    uint64_t now = cpu_clock(m->cpu) / PLAT_CLOCK_PER_TICK;
    if (timer_due(m))
        return MACHINE_NEVER;
    uint64_t ticks = timer_compare(m) - machine_mtime(m);
    if (ticks > MACHINE_NEVER / PLAT_CLOCK_PER_TICK - now)
        return MACHINE_NEVER;
    return (now + ticks) * PLAT_CLOCK_PER_TICK;
}

static void set_line(struct machine *m, enum cpu_irq irq, bool level)
{
    uint32_t mask = UINT32_C(1) << irq;
    if (m->lines_known && !(m->lines & mask) == !level)
        return;
    m->lines = level ? m->lines | mask : m->lines & ~mask;
    cpu_set_irq(m->cpu, irq, level);
}

void lines_update(struct machine *m)
{
    struct plic *plic = &m->s.plic;
    plic_set_level(plic, PLAT_IRQ_UART, uart_irq(&m->s.uart));
    plic_set_level(plic, PLAT_IRQ_VIRTIO, virtio_irq(&m->s.virtio));
    set_line(m, CPU_IRQ_SEI, plic_output(plic, PLAT_PLIC_CONTEXT_S));
    if (m->bare) {
        set_line(m, CPU_IRQ_MEI, plic_output(plic, PLAT_PLIC_CONTEXT_M));
        set_line(m, CPU_IRQ_MSI, m->s.clint.msip);
        set_line(m, CPU_IRQ_MTI, timer_due(m));
    } else {
        set_line(m, CPU_IRQ_STI, timer_due(m));
    }
    m->lines_known = true;
    if (lines_deadline(m) < m->bound || console_patience(m) < m->bound)
        cpu_request_stop(m->cpu); /* run.c takes the nearer bound */
}

/* ---- What can wake the hart (privileged manual 3.3.3: mip & mie, whatever
 * the global enables and the delegation say) ---- */

static uint64_t csr(const struct machine *m, unsigned number)
{
    uint64_t value = 0;
    cpu_csr(m->cpu, number, &value);
    return value;
}

bool lines_wake(const struct machine *m)
{
    return (csr(m, CSR_MIP) & csr(m, CSR_MIE)) != 0;
}

bool lines_timer_can_wake(const struct machine *m)
{
    enum cpu_irq irq = m->bare ? CPU_IRQ_MTI : CPU_IRQ_STI;
    return lines_deadline(m) != MACHINE_NEVER && (csr(m, CSR_MIE) >> irq & 1);
}

bool lines_input_can_wake(const struct machine *m)
{
    const struct uart *u = &m->s.uart;
    uint64_t mie = csr(m, CSR_MIE);
    if (!(u->ier & UART_IER_RDI) || !uart_has_room(u) || u->rx_count > 0)
        return false;
    return ((mie >> CPU_IRQ_SEI & 1) &&
            plic_would_interrupt(&m->s.plic, PLAT_IRQ_UART,
                                 PLAT_PLIC_CONTEXT_S)) ||
           (m->bare && (mie >> CPU_IRQ_MEI & 1) &&
            plic_would_interrupt(&m->s.plic, PLAT_IRQ_UART,
                                 PLAT_PLIC_CONTEXT_M));
}
