/*
 * cpu_unicorn_run.c - the loop that runs the engine, and the clock.
 *
 * The clock counts blocks: the block hook adds the length of the block before
 * and compares with a bound. An instruction that fails in mid-block, and a
 * site, correct the count by their distance from the block's start. Four-byte
 * instructions make that a division; once a compressed one has been seen, every
 * instruction is hooked instead and a block is one instruction long (exact).
 *
 * A bound that lies inside a block is reached by hooking the one address there
 * (the block is translated again, about 5 us) so that other blocks keep their
 * speed.
 */
#include "cpu_unicorn.h"

#include <inttypes.h>
#include <stdio.h>

/* A block that ends in an undecodable word is reported up to two instructions
 * short (2.0.1). */
#define BLOCK_SLACK 2

#define STORM_TRAPS 1000

void run_attention(struct cpu *cpu)
{
    cpu->attention = true;
    cpu->bound = 0;
}

void run_stop(struct cpu *cpu, enum event_kind kind)
{
    cpu->event.kind = kind;
    uc_emu_stop(cpu->uc);
}

void run_retire(struct cpu *cpu, uint64_t next)
{
    cpu->pc = next;
    cpu->executed++;
}

/* ---- Hooks ---- */

static void stop_at_block(struct cpu *cpu, uint64_t pc, enum event_kind kind)
{
    cpu->pc = pc;
    cpu->executed = cpu->base;
    cpu->block_insns = 0;
    run_stop(cpu, kind);
}

static void block_near_bound(struct cpu *cpu, uint64_t pc)
{
    fetch_undisguise(cpu);
    if (cpu->base + cpu->block_insns + BLOCK_SLACK <= cpu->bound)
        return;
    if (cpu->parked)
        uc_emu_stop(cpu->uc);
    else if (cpu->attention || cpu->base >= cpu->bound)
        stop_at_block(cpu, pc, EVENT_BOUND);
    else if (!cpu->stop_site_armed ||
             cpu->stop_pc != pc + 4 * (cpu->bound - cpu->base))
        stop_at_block(cpu, pc, EVENT_PARTIAL);
}

static void block_hook(uc_engine *uc, uint64_t pc, uint32_t size, void *user)
{
    struct cpu *cpu = user;
    (void)uc;
    cpu->base += cpu->block_insns;
    cpu->block_insns = (uint64_t)((int16_t)size >> 2);
    cpu->block_pc = pc;
    if (cpu->base + cpu->block_insns + BLOCK_SLACK > cpu->bound)
        block_near_bound(cpu, pc);
}

static void insn_hook(uc_engine *uc, uint64_t pc, uint32_t size, void *user)
{
    struct cpu *cpu = user;
    (void)uc, (void)size;
    cpu->base += cpu->block_insns;
    cpu->block_insns = 1;
    cpu->block_pc = pc;
    fetch_undisguise(cpu);
    if (cpu->parked) {
        uc_emu_stop(cpu->uc);
        return;
    }
    if (cpu->base >= cpu->bound) {
        stop_at_block(cpu, pc, EVENT_BOUND);
        return;
    }
    struct site *site = site_find(cpu, pc);
    if (site == NULL || (!watch_stops(cpu, site, cpu->base) &&
                         site_passes(cpu, site, cpu->base)))
        return;
    cpu->event.site = site;
    stop_at_block(cpu, pc, EVENT_SITE);
}

int run_hooks(struct cpu *cpu)
{
    uc_hook hook;
    if (uc_hook_add(cpu->uc, &cpu->block_hook, UC_HOOK_BLOCK,
                    (void *)block_hook, cpu, 1, 0) != UC_ERR_OK ||
        uc_hook_add(cpu->uc, &hook, UC_HOOK_INTR, (void *)trap_hook, cpu, 1,
                    0) != UC_ERR_OK ||
        uc_hook_add(cpu->uc, &hook, UC_HOOK_MEM_FETCH_PROT, (void *)fetch_hook,
                    cpu, 1, 0) != UC_ERR_OK)
        return -1;
    return 0;
}

static void count_by(struct cpu *cpu, bool exact)
{
    site_disarm_stop(cpu);
    cpu->exact = exact;
    uc_hook_del(cpu->uc, cpu->block_hook);
    uc_hook_add(cpu->uc, &cpu->block_hook, exact ? UC_HOOK_CODE : UC_HOOK_BLOCK,
                exact ? (void *)insn_hook : (void *)block_hook, cpu, 1, 0);
    site_flush(cpu);
    if (exact)
        site_unhook_all(cpu);
    else
        site_hook_all(cpu);
}

/* ---- Running the engine ---- */

/* The engine stopped without being asked to. */
static void engine_failed(struct cpu *cpu, uc_err err)
{
    cpu->pc = native_reg(cpu, UC_RISCV_REG_PC);
    cpu->executed = cpu->base + cpu->block_insns;
    cpu->event.kind = EVENT_ERROR;
    snprintf(cpu->error, sizeof cpu->error,
             "%s stopped at pc 0x%" PRIx64 ": %s", cpu_engine_version(),
             cpu->pc, uc_strerror(err));
}

/* From pc until something happens: cpu->event. */
static void engine_run(struct cpu *cpu, uint64_t bound)
{
    cpu->event = (struct event){.kind = EVENT_NONE};
    cpu->base = cpu->executed;
    cpu->block_insns = 0;
    cpu->block_pc = cpu->pc;
    cpu->fetching = false;
    cpu->attention = false;
    cpu->started_pc = cpu->pc;
    cpu->started_at = cpu->executed;
    cpu->bound = cpu->run_bound = bound;
    uc_err err = uc_emu_start(cpu->uc, cpu->pc, ALL_ONES, 0, 0);
    fetch_undisguise(cpu);
    if (cpu->parked) {
        cpu->parked = false;
        native_write(cpu, NATIVE_PRIV, cpu->parked_priv);
    }
    if (cpu->event.kind == EVENT_NONE)
        engine_failed(cpu, err);
}

static void arm(struct cpu *cpu, uint64_t bound)
{
    site_disarm_stop(cpu);
    if (!cpu->exact)
        site_arm_stop(cpu, cpu->pc + 4 * (bound - cpu->executed));
}

/* The one instruction at pc, a site that is known not to pass. */
void run_one(struct cpu *cpu)
{
    cpu->forced_site = true;
    arm(cpu, cpu->executed + 1);
    engine_run(cpu, cpu->executed + 1);
    cpu->forced_site = false;
}

static uint64_t next_bound(const struct cpu *cpu)
{
    return cpu->limit < cpu->next_flush ? cpu->limit : cpu->next_flush;
}

/* Translations are hidden state: they are dropped at fixed clocks, so that a
 * run from a snapshot sets the same A and D bits as the run it repeats. */
static void keep_house(struct cpu *cpu)
{
    if (cpu->exact_wanted != cpu->exact)
        count_by(cpu, cpu->exact_wanted);
    if (cpu->flush_wanted)
        site_flush(cpu);
    if (cpu->translated >= TRANSLATED_MAX)
        native_empty_buffer(cpu);
    if (cpu->executed >= cpu->next_flush) {
        native_flush_tlb(cpu);
        cpu->next_flush = (cpu->executed / FLUSH_INTERVAL + 1) * FLUSH_INTERVAL;
    }
}

/* A fetch fails before its block is counted: if the bound has been reached, the
 * fault belongs to the next run, and an interrupt that the instruction before
 * let in goes first. */
static void fault(struct cpu *cpu, const struct event *event)
{
    bool at_fetch =
        event->cause == EXC_FETCH_PAGE || event->cause == EXC_FETCH_ACCESS;
    if (at_fetch && (cpu->executed >= next_bound(cpu) || trap_interrupt(cpu)))
        return;
    trap_event(cpu, event);
}

static void handle(struct cpu *cpu)
{
    struct event event = cpu->event;
    switch (event.kind) {
    case EVENT_BOUND: /* a hook left behind would slow its block down */
        site_disarm_stop(cpu);
        break;
    case EVENT_PARTIAL:
        arm(cpu, next_bound(cpu));
        break;
    case EVENT_SITE:
        site_event(cpu, event.site);
        break;
    case EVENT_TRAP:
        fault(cpu, &event);
        break;
    default:
        break;
    }
}

/* Decides without running anything. False: go on. */
static bool finished(struct cpu *cpu, uint64_t traps_before,
                     enum cpu_stop *stop)
{
    if (cpu->event.kind == EVENT_ERROR)
        *stop = CPU_STOP_ENGINE;
    else if (cpu->waiting)
        *stop = CPU_STOP_WFI;
    else if (cpu->stop_requested)
        *stop = CPU_STOP_REQUEST;
    else if (cpu->executed >= cpu->limit)
        *stop = CPU_STOP_CLOCK;
    else if (cpu->trap_run > STORM_TRAPS && cpu->trap_run_at == cpu->executed)
        *stop = CPU_STOP_STORM;
    else if (cpu->single && cpu->traps != traps_before)
        *stop = CPU_STOP_CLOCK;
    else
        return false;
    return true;
}

static enum cpu_stop run(struct cpu *cpu)
{
    uint64_t traps_before = cpu->traps;
    enum cpu_stop stop;
    cpu->event = (struct event){.kind = EVENT_NONE};
    cpu->waiting = false;
    while (!finished(cpu, traps_before, &stop)) {
        keep_house(cpu);
        if (trap_interrupt(cpu))
            continue;
        engine_run(cpu, next_bound(cpu));
        handle(cpu);
    }
    site_disarm_stop(cpu);
    native_set_reg(cpu, UC_RISCV_REG_PC, cpu->pc);
    cpu->stop_requested = false;
    cpu->trap_run = stop == CPU_STOP_STORM ? 0 : cpu->trap_run;
    return stop;
}

enum cpu_stop cpu_run(struct cpu *cpu, uint64_t until)
{
    cpu->limit = until > cpu->idle ? until - cpu->idle : 0;
    cpu->single = false;
    return run(cpu);
}

enum cpu_stop cpu_step(struct cpu *cpu)
{
    cpu->limit = cpu->executed + 1;
    cpu->single = true;
    return run(cpu);
}

void cpu_request_stop(struct cpu *cpu)
{
    cpu->stop_requested = true;
}
