/*
 * cpu_unicorn_trap.c - exceptions and interrupts (privileged manual 3.1.15,
 * 3.1.9, 4.1.8).
 *
 * The engine reports an exception and goes no further; which mode takes it,
 * and with what in its CSRs, is decided here. The hook itself only notes the
 * cause and sends the engine to the parking block, where it can be stopped: a
 * stop from inside the hook is lost on 2.0.1, and a vector that cannot be
 * fetched would never reach a block at all.
 */
#include "cpu_unicorn.h"

/* The engine's pc is 4 behind the instruction, whatever its length. */
void trap_hook(uc_engine *uc, uint32_t cause, void *user)
{
    struct cpu *cpu = user;
    (void)uc;
    fetch_undisguise(cpu);
    native_load(cpu);
    cpu->pc = native_get(cpu, NATIVE_PC) - 4;
    bool at_fetch = cause == EXC_FETCH_ACCESS || cause == EXC_FETCH_PAGE ||
                    cause == EXC_FETCH_MISALIGNED;
    cpu->base += at_fetch ? cpu->block_insns : (cpu->pc - cpu->block_pc) / 4;
    cpu->block_insns = 0;
    cpu->executed = cpu->base;
    cpu->event = (struct event){.kind = EVENT_TRAP,
                                .cause = cause,
                                .tval = native_get(cpu, NATIVE_BADADDR)};
    cpu->parked_priv = (enum cpu_priv)native_get(cpu, NATIVE_PRIV);
    cpu->parked = true;
    cpu->fetching = false;
    cpu->bound = 0;
    native_put(cpu, NATIVE_PRIV, CPU_M);
    native_put(cpu, NATIVE_PC, cpu->park_pc);
    native_store(cpu);
}

/* ---- Taking a trap ---- */

static bool delegated(const struct cpu *cpu, uint64_t cause)
{
    uint64_t bit = UINT64_C(1) << (cause & 63);
    if (cpu->desc.firmware)
        return true; /* what stays with the firmware comes back to S */
    return (cause & CPU_CAUSE_INTERRUPT ? cpu->shadow.mideleg
                                        : cpu->shadow.medeleg) &
           bit;
}

static uint64_t vector_of(uint64_t tvec, uint64_t cause)
{
    uint64_t base = tvec & ~UINT64_C(3);
    if ((tvec & 3) == 1 && cause & CPU_CAUSE_INTERRUPT)
        base += 4 * (cause & ~CPU_CAUSE_INTERRUPT);
    return base;
}

static void enter_s(struct cpu *cpu, const struct cpu_trap *trap)
{
    uint64_t status = native_get(cpu, NATIVE_MSTATUS);
    status &= ~(MSTATUS_SPIE | MSTATUS_SPP);
    if (native_get(cpu, NATIVE_MSTATUS) & MSTATUS_SIE)
        status |= MSTATUS_SPIE;
    if (trap->from == CPU_S)
        status |= MSTATUS_SPP;
    native_put(cpu, NATIVE_MSTATUS, status & ~MSTATUS_SIE);
    native_put(cpu, NATIVE_SEPC, trap->pc);
    native_put(cpu, NATIVE_SCAUSE, trap->cause);
    native_put(cpu, NATIVE_STVAL, trap->tval);
}

static void enter_m(struct cpu *cpu, const struct cpu_trap *trap)
{
    uint64_t status = native_get(cpu, NATIVE_MSTATUS);
    status &= ~(MSTATUS_MPIE | MSTATUS_MPP);
    if (native_get(cpu, NATIVE_MSTATUS) & MSTATUS_MIE)
        status |= MSTATUS_MPIE;
    status |= (uint64_t)trap->from << MSTATUS_MPP_SHIFT;
    native_put(cpu, NATIVE_MSTATUS, status & ~MSTATUS_MIE);
    native_put(cpu, NATIVE_MEPC, trap->pc);
    native_put(cpu, NATIVE_MCAUSE, trap->cause);
    native_put(cpu, NATIVE_MTVAL, trap->tval);
}

static struct cpu_trap describe(struct cpu *cpu, uint64_t cause, uint64_t tval)
{
    native_load(cpu);
    struct cpu_trap trap = {.cause = cause, .tval = tval, .pc = cpu->pc};
    trap.from = (enum cpu_priv)native_get(cpu, NATIVE_PRIV);
    trap.to = trap.from != CPU_M && delegated(cpu, cause) ? CPU_S : CPU_M;
    trap.vector = vector_of(
        native_get(cpu, trap.to == CPU_S ? NATIVE_STVEC : NATIVE_MTVEC), cause);
    return trap;
}

/* With MPRV, loads in M-mode follow MPP, which changes here: translations made
 * under the old one must go. */
static void enter(struct cpu *cpu, const struct cpu_trap *trap)
{
    bool mprv = native_get(cpu, NATIVE_MSTATUS) & MSTATUS_MPRV;
    if (trap->to == CPU_S)
        enter_s(cpu, trap);
    else
        enter_m(cpu, trap);
    native_put(cpu, NATIVE_PRIV, trap->to);
    native_put(cpu, NATIVE_LOAD_RES, ALL_ONES);
    native_store(cpu);
    if (mprv)
        native_flush_tlb(cpu);
    cpu->pc = trap->vector;
}

static void count_trap(struct cpu *cpu)
{
    cpu->traps++;
    if (cpu->trap_run_at != cpu->executed)
        cpu->trap_run = 0;
    cpu->trap_run_at = cpu->executed;
    cpu->trap_run++;
}

void trap_take(struct cpu *cpu, uint64_t cause, uint64_t tval)
{
    struct cpu_trap trap = describe(cpu, cause, tval);
    if (cpu->desc.env.trap != NULL) {
        cpu->desc.env.trap(cpu->desc.env.ctx, &trap);
        native_load(cpu); /* the listener may have changed registers */
    }
    enter(cpu, &trap);
    count_trap(cpu);
}

/* ---- Interrupts ---- */

/* Which of the pending ones the current mode lets in (3.1.6.1). */
static uint64_t enabled(const struct cpu *cpu, uint64_t pending)
{
    uint64_t to_s = cpu->desc.firmware ? ALL_ONES : cpu->shadow.mideleg;
    native_load((struct cpu *)cpu);
    uint64_t status = native_get(cpu, NATIVE_MSTATUS);
    uint64_t priv = native_get(cpu, NATIVE_PRIV), in = 0;
    if (priv < CPU_M || status & MSTATUS_MIE)
        in |= pending & ~to_s;
    if (in == 0 && (priv < CPU_S || (priv == CPU_S && status & MSTATUS_SIE)))
        in |= pending & to_s;
    return in;
}

static uint64_t takeable(const struct cpu *cpu)
{
    uint64_t pending = csr_mip(cpu) & cpu->shadow.mie;
    return pending == 0 ? 0 : enabled(cpu, pending);
}

bool trap_interrupt_pending(const struct cpu *cpu)
{
    return (csr_mip(cpu) & cpu->shadow.mie) != 0;
}

bool trap_interrupt(struct cpu *cpu)
{
    static const uint8_t order[] = {CPU_IRQ_MEI, CPU_IRQ_MSI, CPU_IRQ_MTI,
                                    CPU_IRQ_SEI, CPU_IRQ_SSI, CPU_IRQ_STI};
    uint64_t in = takeable(cpu);
    for (size_t i = 0; in != 0 && i < sizeof order; i++)
        if (in >> order[i] & 1) {
            trap_take(cpu, CPU_CAUSE_INTERRUPT | order[i], 0);
            return true;
        }
    return false;
}

/* ---- Exceptions ---- */

static uint64_t ecall_cause(enum cpu_priv from)
{
    return from == CPU_U   ? EXC_ECALL_U
           : from == CPU_S ? EXC_ECALL_S
                           : EXC_ECALL_M;
}

static void ecall(struct cpu *cpu)
{
    uint64_t cause = ecall_cause(native_priv(cpu));
    const struct cpu_env *env = &cpu->desc.env;
    if (cause == EXC_ECALL_S && cpu->desc.firmware &&
        env->firmware_call != NULL && env->firmware_call(env->ctx))
        run_retire(cpu, cpu->pc + 4);
    else
        trap_take(cpu, cause, 0);
}

/* An AMO's or SC's faults are store faults (unprivileged manual 8.4), which
 * the engine reports as those of the load it begins with. */
static unsigned amo_cause(unsigned cause, uint32_t insn)
{
    if (!insn_is_amo_or_sc(insn))
        return cause;
    return cause == EXC_LOAD_MISALIGNED ? EXC_STORE_MISALIGNED
           : cause == EXC_LOAD_ACCESS   ? EXC_STORE_ACCESS
           : cause == EXC_LOAD_PAGE     ? EXC_STORE_PAGE
                                        : cause;
}

/* The engine takes the reserved bits 54..61 of a page-table entry for bits of
 * the address, which then leads nowhere: a page fault in truth (4.4.1). */
static unsigned page_cause(struct cpu *cpu, unsigned cause, uint64_t va)
{
    bool fetch = cause == EXC_FETCH_ACCESS;
    if ((!fetch && cause != EXC_LOAD_ACCESS && cause != EXC_STORE_ACCESS) ||
        !mem_walk_fails(cpu, va, fetch ? MEM_FETCH : MEM_LOAD))
        return cause;
    return fetch                      ? EXC_FETCH_PAGE
           : cause == EXC_LOAD_ACCESS ? EXC_LOAD_PAGE
                                      : EXC_STORE_PAGE;
}

void trap_event(struct cpu *cpu, const struct event *event)
{
    unsigned cause = page_cause(cpu, event->cause, event->tval);
    if (cause == EXC_ECALL_U) {
        ecall(cpu);
        return;
    }
    if (cause == EXC_FETCH_ACCESS || cause == EXC_FETCH_PAGE) {
        if (fetch_fault_is_false(cpu, event->tval))
            return;
        trap_take(cpu, cause, event->tval);
        return;
    }
    uint32_t insn = mem_insn(cpu, cpu->pc);
    if (cause == EXC_ILLEGAL)
        trap_take(cpu, cause, insn);
    else if ((cause != EXC_LOAD_ACCESS && cause != EXC_STORE_ACCESS) ||
             !mem_device(cpu, insn, event->tval))
        trap_take(cpu, amo_cause(cause, insn), event->tval);
}
