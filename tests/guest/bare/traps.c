/*
 * traps.c - what M-mode and S-mode do with a trap: print it, make its cause go
 * away, go on behind it.
 */
#include "bare.h"

static void print_trap(const char *mode, u64 cause, u64 from, u64 value)
{
    u64 code = cause & 63;
    print(mode);
    print_hex(cause & INTERRUPT ? " trap: interrupt" : " trap: exception",
              code);
    print_hex("  from mode", from);
    /* The value of a breakpoint differs between QEMU's releases. */
    if (!(cause & INTERRUPT) && code != 3)
        print_hex("  trap value", value);
}

static void external(unsigned context)
{
    u32 source = REG32(PLIC_CLAIM(context));
    /* Before printing: QEMU latches the line again while it is in service. */
    if (source == PLAT_IRQ_UART)
        REG8(PLAT_UART_BASE + 1) = 0;
    print_hex("  claimed source", source);
    if (source == PLAT_IRQ_VIRTIO)
        print_hex("  disk interrupt", disk_interrupt());
    REG32(PLIC_CLAIM(context)) = source;
}

static void m_interrupt(u64 code)
{
    if (code == 3) {
        REG32(CLINT_MSIP) = 0;
    } else if (code == 7) { /* hand it down, as firmware does */
        REG64(CLINT_MTIMECMP) = ~0ul;
        CSR_SET(mip, MIP_STIP);
    } else if (code == 11) {
        external(PLAT_PLIC_CONTEXT_M);
    }
}

void m_trap(struct frame *f)
{
    u64 cause = CSR_READ(mcause);
    if (cause == 9 && f->a[7] == 0) { /* a function of in_mode is done */
        CSR_WRITE(mepc, in_mode_back);
        CSR_SET(mstatus, 3ul << 11);
        return;
    }
    if (cause == 9 && f->a[7] == 3)
        CSR_CLEAR(mip, MIP_STIP);
    print_trap("M", cause, CSR_READ(mstatus) >> 11 & 3, CSR_READ(mtval));
    if (cause & INTERRUPT)
        m_interrupt(cause & 63);
    else
        CSR_WRITE(mepc, CSR_READ(mepc) + 4);
}

static void s_interrupt(u64 code)
{
    if (code == 5) { /* mip.STIP is M-mode's to clear: ask it */
        __asm__ volatile("li a7, 3\n ecall" ::: "a7", "memory");
    } else if (code == 9) {
        external(PLAT_PLIC_CONTEXT_S);
    }
}

void s_trap(struct frame *f)
{
    u64 cause = CSR_READ(scause);
    if (cause == 8 && f->a[7] == 1) { /* in_user is done */
        CSR_WRITE(sepc, in_user_back);
        CSR_SET(sstatus, 1ul << 8);
        return;
    }
    print_trap("S", cause, CSR_READ(sstatus) >> 8 & 1, CSR_READ(stval));
    if (cause == 8)
        print_hex("  call with a0", f->a[0]);
    if (cause & INTERRUPT)
        s_interrupt(cause & 63);
    else
        CSR_WRITE(sepc, CSR_READ(sepc) + 4);
}
