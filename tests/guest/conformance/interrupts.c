/*
 * interrupts.c - which interrupt is taken when, where to, and in what order.
 *
 * Privileged manual: 3.1.6.1 (MIE, SIE and the mode), 3.1.7 and 4.1.2 (vectored
 * mtvec, stvec: base + 4 x cause for interrupts, base for exceptions), 3.1.8
 * (a delegated interrupt is not taken in M), 3.1.9 (mip, mie; priority MEI MSI
 * MTI SEI SSI STI; interrupts are considered again after every xRET and every
 * write of the CSRs concerned), 3.2.1 (mtimecmp). Board: CLINT, PLIC contexts
 * 0 (M) and 1 (S), the UART as the PLIC's source 10.
 */
#include "env.h"

const char *const test_name = "interrupts";

#define BIT(n) (1UL << (n))
#define ALL    0xaaaUL

static const u64 irqs[] = {INT_SSI, INT_MSI, INT_STI,
                           INT_MTI, INT_SEI, INT_MEI};

/* ---- Raising each of the six ---- */
#define PLIC_PRIORITY(irq)   (PLIC + 4 * (irq))
#define PLIC_PENDING         (PLIC + 0x1000)
#define PLIC_ENABLE(context) (PLIC + 0x2000 + 0x80 * (context))
#define PLIC_THRESHOLD(ctx)  (PLIC + 0x200000 + 0x1000 * (ctx))
#define PLIC_CLAIM(ctx)      (PLIC + 0x200004 + 0x1000 * (ctx))
#define UART_IRQ             10

/* The UART asks whenever its transmitter is empty, which is always. */
static void uart_asks(int on)
{
    *(volatile u8 *)(UART + 1) = on ? 2 : 0;
    if (!on)
        (void)*(volatile u8 *)(UART + 2);
}

static void plic_route(u64 context, int on)
{
    store32(PLIC_PRIORITY(UART_IRQ), 1);
    store32(PLIC_THRESHOLD(context), 0);
    store32(PLIC_ENABLE(context), on ? 1 << UART_IRQ : 0);
    uart_asks(on);
}

static void raise(u64 irq)
{
    switch (irq) {
    case INT_MSI:
        store32(MSIP, 1);
        break;
    case INT_MTI:
        store64(MTIMECMP, 0);
        break;
    case INT_MEI:
        plic_route(0, 1);
        break;
    default:
        csr_set(mip, BIT(irq));
    }
}

static void lower_all(void)
{
    store32(MSIP, 0);
    store64(MTIMECMP, ~0UL);
    for (u64 context = 0; context < 2; context++) {
        plic_route(context, 0);
        u32 claimed = load32(PLIC_CLAIM(context));
        if (claimed)
            store32(PLIC_CLAIM(context), claimed);
    }
    csr_write(mip, 0);
}

static void quiet(void)
{
    lower_all();
    reset_state();
    lower_all();
}

SNIPPET(stay, "nop\n nop\n nop\n nop\n ecall");
static const u64 ecall_cause[] = {C_ECALL_U, C_ECALL_S, 0, C_ECALL_M};

/* The manual's rule, as one expression per target mode. */
static u64 level_of(u64 irq, u64 mode, int delegated, int mie, int sie)
{
    int supervisor = BIT(irq) & 0x222 ? delegated : 0;
    if (supervisor)
        return mode == MODE_U || (mode == MODE_S && sie) ? MODE_S : 0;
    return mode < MODE_M || mie ? MODE_M : 0;
}

static void one_rule(u64 irq, u64 mode, int delegated, int mie, int sie,
                     int enabled)
{
    quiet();
    csr_write(mideleg, delegated ? 0x222 : 0);
    csr_write(mie, enabled ? BIT(irq) : ALL & ~BIT(irq));
    raise(irq);
    check("the pending bit", csr_read(mip) & ALL, BIT(irq));
    csr_write(mstatus, (mie ? ST_MPIE : 0) | (sie ? ST_SIE : 0));
    enter((long)mode, stay, 0, 0);
    u64 level = enabled ? level_of(irq, mode, delegated, mie, sie) : 0;
    if (level == 0)
        check_trap_at("not taken", MODE_M, ecall_cause[mode], stay, 16, 0);
    else
        check_trap_at("taken at once", level, C_INTERRUPT | irq, stay, 0, 0);
}

static void rules(void)
{
    static const u64 modes[] = {MODE_U, MODE_S, MODE_M};
    for (int i = 0; i < 6; i++)
        for (int m = 0; m < 3; m++)
            for (int set = 0; set < 16; set++)
                one_rule(irqs[i], modes[m], set & 1, set >> 1 & 1, set >> 2 & 1,
                         set >> 3 & 1);
    quiet();
}

/* All six pending and enabled: each in turn is the highest, then masked. */
static void priority(void)
{
    static const u64 order[] = {INT_MEI, INT_MSI, INT_MTI,
                                INT_SEI, INT_SSI, INT_STI};
    quiet();
    for (int i = 0; i < 6; i++)
        raise(irqs[i]);
    u64 left = ALL;
    for (int i = 0; i < 6; i++) {
        csr_write(mie, left);
        enter(MODE_S, stay, 0, 0);
        check("priority order", seen.cause, C_INTERRUPT | order[i]);
        left &= ~BIT(order[i]);
    }
    quiet();
    for (int i = 0; i < 6; i++)
        raise(irqs[i]);
    csr_write(mideleg, 0x222);
    csr_write(mie, 0x222 | BIT(INT_MTI));
    enter(MODE_U, stay, 0, 0);
    check_trap_at("M-mode's before all delegated ones", MODE_M,
                  C_INTERRUPT | INT_MTI, stay, 0, 0);
    static const u64 supervisor[] = {INT_SEI, INT_SSI, INT_STI};
    left = 0x222;
    for (int i = 0; i < 3; i++) {
        csr_write(mie, left);
        enter(MODE_U, stay, 0, 0);
        check_trap_at("order of the delegated ones", MODE_S,
                      C_INTERRUPT | supervisor[i], stay, 0, 0);
        left &= ~BIT(supervisor[i]);
    }
    quiet();
}

/* ---- Exactly behind the instruction that enables ---- */
SNIPPET(on_by_mstatus, "nop\n csrsi mstatus, 8\n nop\n ecall");
SNIPPET(on_by_mie, "nop\n csrs mie, a0\n nop\n ecall");
SNIPPET(on_by_mip, "nop\n csrs mip, a0\n nop\n ecall");
SNIPPET(on_by_sstatus, "nop\n csrsi sstatus, 2\n nop\n ecall");
SNIPPET(on_by_sie, "nop\n csrs sie, a0\n nop\n ecall");
SNIPPET(on_by_sip, "nop\n csrsi sip, 2\n nop\n ecall");
SNIPPET(on_by_mideleg, "nop\n csrw mideleg, zero\n nop\n ecall");
SNIPPET(off_by_mstatus, "csrci mstatus, 8\n nop\n ecall");
SNIPPET(on_then_off, "csrsi mstatus, 8\n csrci mstatus, 8\n ecall");

static void enabling(void)
{
    quiet();
    csr_write(mie, BIT(INT_MTI));
    raise(INT_MTI);
    enter(MODE_M, on_by_mstatus, 0, 0);
    check_trap_at("behind csrsi mstatus", MODE_M, C_INTERRUPT | INT_MTI,
                  on_by_mstatus, 8, 0);
    csr_write(mstatus, 0);
    enter(MODE_M, on_then_off, 0, 0);
    check_trap_at("between on and off", MODE_M, C_INTERRUPT | INT_MTI,
                  on_then_off, 4, 0);
    csr_write(mie, 0);
    csr_write(mstatus, ST_MPIE);
    enter(MODE_M, on_by_mie, BIT(INT_MTI), 0);
    check_trap_at("behind csrs mie", MODE_M, C_INTERRUPT | INT_MTI, on_by_mie,
                  8, 0);
    quiet();
    csr_write(mie, BIT(INT_SSI));
    csr_write(mstatus, ST_MPIE);
    enter(MODE_M, on_by_mip, BIT(INT_SSI), 0);
    check_trap_at("behind csrs mip", MODE_M, C_INTERRUPT | INT_SSI, on_by_mip,
                  8, 0);
    csr_write(mideleg, 0x222);
    csr_write(mie, BIT(INT_SSI));
    csr_write(mip, BIT(INT_SSI));
    csr_write(mstatus, ST_MPIE);
    enter(MODE_M, on_by_mideleg, 0, 0);
    check_trap_at("behind csrw mideleg", MODE_M, C_INTERRUPT | INT_SSI,
                  on_by_mideleg, 8, 0);
    csr_write(mstatus, ST_MPIE);
    csr_write(mie, 0);
    enter(MODE_M, off_by_mstatus, 0, 0);
    check_trap_at("nothing enabled", MODE_M, C_ECALL_M, off_by_mstatus, 8, 0);
    quiet();
}

static void enabling_in_s(void)
{
    quiet();
    csr_write(mideleg, 0x222);
    csr_write(mie, BIT(INT_STI));
    raise(INT_STI);
    enter(MODE_S, on_by_sstatus, 0, 0);
    check_trap_at("behind csrsi sstatus", MODE_S, C_INTERRUPT | INT_STI,
                  on_by_sstatus, 8, 0);
    csr_write(mie, 0);
    csr_write(mstatus, ST_SIE);
    enter(MODE_S, on_by_sie, BIT(INT_STI), 0);
    check_trap_at("behind csrs sie", MODE_S, C_INTERRUPT | INT_STI, on_by_sie,
                  8, 0);
    csr_write(mip, 0);
    csr_write(mie, BIT(INT_SSI));
    csr_write(mstatus, ST_SIE);
    enter(MODE_S, on_by_sip, 0, 0);
    check_trap_at("behind csrsi sip", MODE_S, C_INTERRUPT | INT_SSI, on_by_sip,
                  8, 0);
    check("SSIP stays until it is cleared", csr_read(mip) & 0x222,
          BIT(INT_SSI));
    quiet();
}

/* The stack of enables at an interrupt is that of any trap. */
static void status_at_interrupt(void)
{
    quiet();
    csr_write(mie, BIT(INT_MSI));
    raise(INT_MSI);
    csr_write(mstatus, ST_MPIE);
    enter(MODE_M, stay, 0, 0);
    check("from M: MPP", mpp_of(seen.status), MODE_M);
    check("from M: MIE, MPIE", seen.status & (ST_MIE | ST_MPIE), ST_MPIE);
    csr_write(mstatus, 0);
    enter(MODE_U, stay, 0, 0);
    check("from U: MPP", mpp_of(seen.status), MODE_U);
    check("from U with MIE off: MPIE", seen.status & (ST_MIE | ST_MPIE), 0);
    quiet();
    csr_write(mideleg, 0x222);
    csr_write(mie, BIT(INT_SEI));
    raise(INT_SEI);
    csr_write(mstatus, ST_SIE);
    enter(MODE_S, stay, 0, 0);
    check("from S: SPP, SIE, SPIE", seen.status & (ST_SPP | ST_SIE | ST_SPIE),
          ST_SPP | ST_SPIE);
    quiet();
}

/* ---- Vectored ----
 * Sixteen entries; each tells its number in gp, through its own address. */
SNIPPET(table, ".balign 256\n.globl vectors\nvectors:\n"
               ".rept 16\n jal gp, 1f\n .endr\n"
               "1: csrr t0, mstatus\n j m_recorder\n"
               ".balign 256\n.globl s_vectors\ns_vectors:\n"
               ".rept 16\n jal gp, 2f\n .endr\n"
               "2: j s_recorder");

static void vectored(void)
{
    extern const char vectors[], s_vectors[];
    quiet();
    csr_write(mtvec, (u64)vectors | 1);
    csr_write(stvec, (u64)s_vectors | 1);
    for (int i = 0; i < 6; i++) {
        csr_write(mie, BIT(irqs[i]));
        raise(irqs[i]);
        enter(MODE_U, stay, 0, 0);
        check("mtvec entry of an interrupt", seen.x[3],
              (u64)vectors + 4 * irqs[i] + 4);
    }
    csr_write(mie, 0);
    enter(MODE_U, stay, 0, 0);
    check("mtvec entry of an exception", seen.x[3], (u64)vectors + 4);
    quiet();
    csr_write(mtvec, (u64)vectors | 1);
    csr_write(stvec, (u64)s_vectors | 1);
    csr_write(mideleg, 0x222);
    for (int i = 0; i < 6; i += 2) {
        csr_write(mie, BIT(irqs[i]));
        raise(irqs[i]);
        enter(MODE_U, stay, 0, 0);
        check("stvec entry of an interrupt, mode", seen.level, MODE_S);
        check("stvec entry of an interrupt", seen.x[3],
              (u64)s_vectors + 4 * irqs[i] + 4);
    }
    csr_write(mie, 0);
    csr_write(medeleg, BIT(C_ECALL_U));
    enter(MODE_U, stay, 0, 0);
    check("stvec entry of an exception", seen.x[3], (u64)s_vectors + 4);
    quiet();
}

/* ---- The PLIC ---- */
static void plic(void)
{
    quiet();
    plic_route(1, 1);
    check("SEIP from the PLIC's context 1", csr_read(mip) & ALL, BIT(INT_SEI));
    csr_clear(mip, BIT(INT_SEI));
    check("SEIP of the PLIC cannot be cleared in mip", csr_read(mip) & ALL,
          BIT(INT_SEI));
    check("claim", load32(PLIC_CLAIM(1)), UART_IRQ);
    check("claimed: SEIP is down", csr_read(mip) & ALL, 0);
    check("a second claim finds nothing", load32(PLIC_CLAIM(1)), 0);
    store32(PLIC_CLAIM(1), UART_IRQ);
    u32 again = load32(PLIC_CLAIM(1));
    check("completed and served: it stays down or asks again",
          again == 0 || again == UART_IRQ, 1);
    if (again)
        store32(PLIC_CLAIM(1), again);
    uart_asks(0);
    quiet();
    plic_route(0, 1);
    check("MEIP from the PLIC's context 0", csr_read(mip) & ALL, BIT(INT_MEI));
    store32(PLIC_THRESHOLD(0), 7);
    check("the threshold holds it back", csr_read(mip) & ALL, 0);
    store32(PLIC_THRESHOLD(0), 0);
    check("and lets it through", csr_read(mip) & ALL, BIT(INT_MEI));
    store32(PLIC_PRIORITY(UART_IRQ), 0);
    check("priority 0 is never", csr_read(mip) & ALL, 0);
    quiet();
}

/* ---- The timer in the middle of compressed code ---- */
u64 ticks;
SNIPPET(tick_handler,
        "csrw mscratch, t6\n la t6, tick_save\n sd t5, 0(t6)\n"
        "sd t4, 8(t6)\n la t5, ticks\n ld t4, 0(t5)\n addi t4, t4, 1\n"
        "sd t4, 0(t5)\n li t5, 0x0200bff8\n ld t4, 0(t5)\n"
        "addi t4, t4, 7\n li t5, 0x02004000\n sd t4, 0(t5)\n"
        "ld t5, 0(t6)\n ld t4, 8(t6)\n csrr t6, mscratch\n mret\n"
        ".pushsection .bss\n tick_save: .skip 16\n .popsection");
SNIPPET(busy, ".option rvc\n c.li a2, 0\n1: c.add a2, a0\n c.slli a2, 1\n"
              "srli a3, a2, 7\n c.xor a2, a3\n c.addi a0, -1\n c.bnez a0, 1b\n"
              "la t0, m_recorder\n csrw mtvec, t0\n ecall");

static void preemption(void)
{
    const u64 turns = 300000;
    u64 expected = 0;
    for (u64 n = turns; n; n--) {
        expected = (expected + n) << 1;
        expected ^= expected >> 7;
    }
    ticks = 0;
    /* A machine that follows the host's clock may need a few rounds. */
    for (int round = 0; round < 200 && ticks < 2; round++) {
        quiet();
        csr_write(mtvec, tick_handler);
        csr_write(mie, BIT(INT_MTI));
        store64(MTIMECMP, 0);
        csr_write(mstatus, ST_MPIE);
        enter(MODE_M, busy, turns, 0);
        check("the loop's end", seen.cause, C_ECALL_M);
        check("the ticks changed nothing", seen.x[12], expected);
    }
    check("many ticks came", ticks > 1, 1);
    quiet();
}

void test_main(void)
{
    rules();
    priority();
    enabling();
    enabling_in_s();
    status_at_interrupt();
    vectored();
    plic();
    preemption();
}
