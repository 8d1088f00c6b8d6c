/*
 * cpu_unicorn_exec.c - what happens at a site: watchers are told, and the
 * instructions that the engine must not run by itself are carried out.
 *
 * Runs outside the engine, in the loop of cpu_unicorn_run.c. CSR instructions
 * are in cpu_unicorn_csr.c.
 */
#include "cpu_unicorn.h"

#include <string.h>

/* ---- Telling ---- */

static void tell_watches(struct cpu *cpu, uint64_t pc)
{
    for (size_t i = 0; i < cpu->watch_slots; i++)
        if (cpu->watches[i].used && cpu->watches[i].pc == pc)
            cpu->watches[i].fn(cpu->watches[i].ctx, pc);
}

static enum cpu_priv return_priv(const struct cpu *cpu, uint32_t insn)
{
    uint64_t status = native_read(cpu, NATIVE_MSTATUS);
    if (insn == INSN_SRET)
        return status & MSTATUS_SPP ? CPU_S : CPU_U;
    return (enum cpu_priv)(status >> MSTATUS_MPP_SHIFT & 3);
}

static uint64_t satp_after(const struct cpu *cpu, uint32_t insn)
{
    uint64_t old = native_read(cpu, NATIVE_SATP);
    uint64_t source = csr_source(cpu, insn);
    switch (insn_funct3(insn) & 3) {
    case 1:
        return source;
    case 2:
        return old | source;
    default:
        return old & ~source;
    }
}

static bool describe_special(const struct cpu *cpu, uint32_t insn,
                             struct cpu_special_event *event)
{
    if (insn == INSN_SRET || insn == INSN_MRET) {
        event->what = insn == INSN_SRET ? CPU_SPECIAL_SRET : CPU_SPECIAL_MRET;
        event->to = return_priv(cpu, insn);
        event->target =
            native_read(cpu, insn == INSN_SRET ? NATIVE_SEPC : NATIVE_MEPC);
    } else if (insn_is_sfence_vma(insn)) {
        event->what = CPU_SPECIAL_FENCE;
        event->rs1 = cpu_x(cpu, insn_rs1(insn));
        event->rs2 = cpu_x(cpu, insn_rs2(insn));
        event->rs1_is_x0 = insn_rs1(insn) == 0;
        event->rs2_is_x0 = insn_rs2(insn) == 0;
    } else if (insn_is_fence_i(insn)) {
        event->what = CPU_SPECIAL_FENCEI;
    } else if (insn_is_csr(insn) && insn_csr(insn) == CSR_SATP &&
               insn_csr_writes(insn)) {
        event->what = CPU_SPECIAL_SATP;
        event->value = satp_after(cpu, insn);
    } else {
        return false;
    }
    return true;
}

/* Whether the instruction is going to run, not to trap for want of privilege.
 */
static bool allowed_here(const struct cpu *cpu, enum cpu_special what)
{
    enum cpu_priv priv = native_priv(cpu);
    uint64_t status = csr_mstatus(cpu);
    if (what == CPU_SPECIAL_FENCEI || priv == CPU_M)
        return true;
    if (what == CPU_SPECIAL_MRET || priv == CPU_U)
        return false;
    return !(status & (what == CPU_SPECIAL_SRET ? MSTATUS_TSR : MSTATUS_TVM));
}

static void tell_special(struct cpu *cpu, uint32_t insn)
{
    struct cpu_special_event event = {.pc = cpu->pc};
    if (cpu->desc.env.special == NULL || !describe_special(cpu, insn, &event) ||
        !(cpu->specials & event.what) || !allowed_here(cpu, event.what))
        return;
    cpu->desc.env.special(cpu->desc.env.ctx, &event);
}

/* Each instruction is announced once: not again after a stop that a listener
 * asked for, but again after a restore. */
static bool tell_watchers(struct cpu *cpu, const struct site *site,
                          uint32_t insn)
{
    if (cpu->notified && cpu->notified_pc == cpu->pc &&
        cpu->notified_at == cpu->executed)
        return false;
    cpu->notified = true;
    cpu->notified_pc = cpu->pc;
    cpu->notified_at = cpu->executed;
    if (site->kinds & SITE_WATCH)
        tell_watches(cpu, cpu->pc);
    if (cpu->pc == cpu->notified_pc)
        tell_special(cpu, insn);
    return true;
}

void site_tell(struct cpu *cpu, const struct site *site)
{
    tell_watchers(cpu, site, site->insn);
}

static bool tell(struct cpu *cpu, const struct site *site, uint32_t insn)
{
    bool told = tell_watchers(cpu, site, insn);
    if (site->kinds & SITE_MEMORY && cpu->pc == cpu->notified_pc)
        told |= watch_tell(cpu, insn);
    return told;
}

/* ---- Privileged instructions ---- */

/* 3.1.6.1: xIE takes xPIE's value, xPIE becomes 1, xPP the least privileged
 * mode; leaving M-mode clears MPRV. */
static uint64_t status_after_return(uint64_t status, bool from_m)
{
    uint64_t ie = from_m ? MSTATUS_MIE : MSTATUS_SIE;
    uint64_t pie = from_m ? MSTATUS_MPIE : MSTATUS_SPIE;
    uint64_t after = status & ~(ie | (from_m ? MSTATUS_MPP : MSTATUS_SPP));
    bool to_m = from_m && (status & MSTATUS_MPP) == MSTATUS_MPP;
    if (status & pie)
        after |= ie;
    if (!to_m)
        after &= ~MSTATUS_MPRV;
    return after | pie;
}

static void trap_return(struct cpu *cpu, uint32_t insn)
{
    bool from_m = insn == INSN_MRET;
    if (!allowed_here(cpu, from_m ? CPU_SPECIAL_MRET : CPU_SPECIAL_SRET)) {
        trap_take(cpu, EXC_ILLEGAL, insn);
        return;
    }
    enum cpu_priv to = return_priv(cpu, insn);
    native_load(cpu);
    uint64_t status = native_get(cpu, NATIVE_MSTATUS);
    uint64_t target = native_get(cpu, from_m ? NATIVE_MEPC : NATIVE_SEPC);
    native_put(cpu, NATIVE_MSTATUS, status_after_return(status, from_m));
    native_put(cpu, NATIVE_PRIV, to);
    native_put(cpu, NATIVE_LOAD_RES, ALL_ONES);
    native_store(cpu);
    if (status & MSTATUS_MPRV)
        native_flush_tlb(cpu);
    run_retire(cpu, target & ~UINT64_C(1));
}

/* Waits only if nothing is pending; global enables do not matter (3.3.3). In
 * U-mode it is illegal, as it may be where S-mode exists. */
static void wait_for_interrupt(struct cpu *cpu)
{
    enum cpu_priv priv = native_priv(cpu);
    bool wait_traps = csr_mstatus(cpu) & MSTATUS_TW;
    if (priv == CPU_U || (priv == CPU_S && wait_traps)) {
        trap_take(cpu, EXC_ILLEGAL, INSN_WFI);
        return;
    }
    run_retire(cpu, cpu->pc + 4);
    cpu->waiting = !trap_interrupt_pending(cpu);
}

/* funct5 10000 min, 10100 max, 11000 minu, 11100 maxu */
static uint32_t minmax(uint32_t insn, uint32_t old, uint32_t operand)
{
    bool is_unsigned = insn >> 30 & 1, max = insn >> 29 & 1;
    bool less = is_unsigned ? old < operand : (int32_t)old < (int32_t)operand;
    return less != max ? old : operand;
}

/* The engine has been shown a harmless AMO here, which makes all the checks and
 * takes all the faults; what it leaves out is the store of the result. */
static void amo_word_minmax(struct cpu *cpu, uint32_t insn)
{
    uint64_t va = cpu_x(cpu, insn_rs1(insn)), pa;
    uint32_t operand = (uint32_t)cpu_x(cpu, insn_rs2(insn)), old, result;
    run_one(cpu);
    if (cpu->event.kind == EVENT_TRAP) {
        trap_event(cpu, &cpu->event);
        return;
    }
    uint8_t *at = mem_translate(cpu, va, MEM_STORE, &pa)
                      ? mem_ram(cpu, pa, sizeof old)
                      : NULL;
    if (at == NULL)
        return;
    memcpy(&old, at, sizeof old);
    result = minmax(insn, old, operand);
    memcpy(at, &result, sizeof result);
    cpu_invalidate(cpu, pa, sizeof result);
}

/* Where the engine does not notice stores to code, this is what makes them
 * seen. */
static void fence_i(struct cpu *cpu)
{
    code_check(cpu);
    run_retire(cpu, cpu->pc + 4);
}

static void execute(struct cpu *cpu, uint32_t insn)
{
    if (cpu->blind_to_stores && (insn == INSN_SRET || insn == INSN_MRET))
        code_check(cpu);
    if (insn_is_csr(insn))
        csr_execute(cpu, insn);
    else if (insn == INSN_MRET || insn == INSN_SRET)
        trap_return(cpu, insn);
    else if (insn_is_fence_i(insn))
        fence_i(cpu);
    else if (insn == INSN_WFI)
        wait_for_interrupt(cpu);
    else if (insn == INSN_EBREAK || insn == INSN_C_EBREAK)
        trap_take(cpu, EXC_BREAKPOINT, cpu->pc);
    else if (insn_is_word_minmax(insn))
        amo_word_minmax(cpu, insn);
    else if (insn_is_sc(insn))
        trap_take(cpu, EXC_STORE_MISALIGNED, cpu_x(cpu, insn_rs1(insn)));
    else
        trap_take(cpu, EXC_ILLEGAL, insn);
}

void site_event(struct cpu *cpu, struct site *site)
{
    uint32_t insn = mem_insn(cpu, cpu->pc);
    bool told = tell(cpu, site, insn);
    /* The engine would start here now: that is all some sites ask for. */
    cpu->started_pc = cpu->pc;
    cpu->started_at = cpu->executed;
    /* A listener may have stopped the run, moved pc or raised an interrupt:
     * back to the loop, which comes here again if nothing of that holds. */
    if (!told && !site_passes(cpu, site, cpu->executed))
        execute(cpu, insn);
    else if (told && !site_passes(cpu, site, cpu->executed) &&
             !cpu->stop_requested && cpu->pc == cpu->notified_pc &&
             !trap_interrupt_pending(cpu))
        execute(cpu, insn);
}
