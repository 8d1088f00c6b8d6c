/*
 * cpu_unicorn_save.c - saving, restoring and hashing the hart.
 *
 * A saved state is the engine's registers beside our shadow. It may be put back
 * at any time; translated code and translations of addresses are not
 * part of it and are dropped where they could be stale.
 */
#include "cpu_unicorn.h"

#include <string.h>

/* What goes with the context. */
struct saved {
    uint64_t pc, executed, idle, traps;
    uint64_t trap_run, trap_run_at;
    struct shadow shadow;
};

size_t cpu_state_bytes(const struct cpu *cpu)
{
    return sizeof(struct saved) + native_state_bytes(cpu);
}

void cpu_save(const struct cpu *cpu, void *state)
{
    struct saved saved = {
        .pc = cpu->pc,
        .executed = cpu->executed,
        .idle = cpu->idle,
        .traps = cpu->traps,
        .trap_run = cpu->trap_run,
        .trap_run_at = cpu->trap_run_at,
        .shadow = cpu->shadow,
    };
    memcpy(state, &saved, sizeof saved);
    native_save_state(cpu, (uint8_t *)state + sizeof saved);
}

void cpu_restore(struct cpu *cpu, const void *state)
{
    struct saved saved;
    memcpy(&saved, state, sizeof saved);
    cpu->pc = saved.pc;
    cpu->executed = saved.executed;
    cpu->idle = saved.idle;
    cpu->traps = saved.traps;
    cpu->trap_run = saved.trap_run;
    cpu->trap_run_at = saved.trap_run_at;
    cpu->shadow = saved.shadow;
    cpu->notified = cpu->memory_told = false;
    cpu->code_checked_satp = ALL_ONES;
    cpu->next_flush = (saved.executed / FLUSH_INTERVAL + 1) * FLUSH_INTERVAL;
    native_restore_state(cpu, (const uint8_t *)state + sizeof saved);
    native_flush_tlb(cpu);
}

/* ---- Independent of the engine ---- */

/* Where each thing stands among the words. What a newer build adds goes behind
 * WORD_PMPADDR's; words that are not used are zero. */
enum {
    WORD_PC,
    WORD_EXECUTED,
    WORD_IDLE,
    WORD_TRAPS,
    WORD_TRAP_RUN,
    WORD_TRAP_RUN_AT,
    WORD_X1,
    WORD_F0 = WORD_X1 + 31,
    WORD_FCSR = WORD_F0 + 32,
    WORD_NATIVE,
    WORD_SHADOW = WORD_NATIVE + 14,
    WORD_PMPCFG = WORD_SHADOW + 10, /* one byte an entry */
    WORD_PMPADDR = WORD_PMPCFG + 2,
    WORD_END = WORD_PMPADDR + PMP_ENTRIES
};
_Static_assert(WORD_END <= CPU_WORDS, "all words have room");

/* In the file's order; neither pc nor the last fault's address is state. */
static const enum native_word native_order[14] = {
    NATIVE_PRIV, NATIVE_LOAD_RES, NATIVE_MSTATUS, NATIVE_MTVEC, NATIVE_MSCRATCH,
    NATIVE_MEPC, NATIVE_MCAUSE,   NATIVE_MTVAL,   NATIVE_STVEC, NATIVE_SSCRATCH,
    NATIVE_SEPC, NATIVE_SCAUSE,   NATIVE_STVAL,   NATIVE_SATP};

static void export_shadow(const struct shadow *s, uint64_t *word)
{
    const uint64_t in_order[10] = {
        s->mie,           s->medeleg,        s->mideleg,    s->mip_lines,
        s->mip_soft,      s->status_traps,   s->mcounteren, s->scounteren,
        s->mcycle_offset, s->minstret_offset};
    memcpy(word + WORD_SHADOW, in_order, sizeof in_order);
    memcpy(word + WORD_PMPCFG, s->pmpcfg, PMP_ENTRIES);
    memcpy(word + WORD_PMPADDR, s->pmpaddr, sizeof s->pmpaddr);
}

static void import_shadow(struct shadow *s, const uint64_t *word)
{
    const uint64_t *w = word + WORD_SHADOW;
    *s = (struct shadow){.mie = w[0],
                         .medeleg = w[1],
                         .mideleg = w[2],
                         .mip_lines = w[3],
                         .mip_soft = w[4],
                         .status_traps = w[5],
                         .mcounteren = (uint32_t)w[6],
                         .scounteren = (uint32_t)w[7],
                         .mcycle_offset = w[8],
                         .minstret_offset = w[9]};
    memcpy(s->pmpcfg, word + WORD_PMPCFG, PMP_ENTRIES);
    memcpy(s->pmpaddr, word + WORD_PMPADDR, sizeof s->pmpaddr);
}

void cpu_export(const struct cpu *cpu, uint64_t word[CPU_WORDS])
{
    memset(word, 0, CPU_WORDS * sizeof *word);
    word[WORD_PC] = cpu->pc;
    word[WORD_EXECUTED] = cpu->executed;
    word[WORD_IDLE] = cpu->idle;
    word[WORD_TRAPS] = cpu->traps;
    word[WORD_TRAP_RUN] = cpu->trap_run;
    word[WORD_TRAP_RUN_AT] = cpu->trap_run_at;
    for (int n = 1; n < 32; n++)
        word[WORD_X1 + n - 1] = native_reg(cpu, UC_RISCV_REG_X0 + n);
    for (int n = 0; n < 32; n++)
        word[WORD_F0 + n] = native_reg(cpu, UC_RISCV_REG_F0 + n);
    csr_read(cpu, CSR_FCSR, &word[WORD_FCSR]);
    uc_context_save(cpu->uc, cpu->context);
    for (size_t i = 0; i < 14; i++)
        word[WORD_NATIVE + i] = native_get(cpu, native_order[i]);
    export_shadow(&cpu->shadow, word);
}

void cpu_import(struct cpu *cpu, const uint64_t word[CPU_WORDS])
{
    cpu->pc = word[WORD_PC];
    cpu->executed = word[WORD_EXECUTED];
    cpu->idle = word[WORD_IDLE];
    cpu->traps = word[WORD_TRAPS];
    cpu->trap_run = word[WORD_TRAP_RUN];
    cpu->trap_run_at = word[WORD_TRAP_RUN_AT];
    for (int n = 1; n < 32; n++)
        native_set_reg(cpu, UC_RISCV_REG_X0 + n, word[WORD_X1 + n - 1]);
    for (int n = 0; n < 32; n++)
        native_set_reg(cpu, UC_RISCV_REG_F0 + n, word[WORD_F0 + n]);
    csr_write(cpu, CSR_FCSR, word[WORD_FCSR]);
    /* Behind what may change mstatus.FS. */
    native_load(cpu);
    for (size_t i = 0; i < 14; i++)
        native_put(cpu, native_order[i], word[WORD_NATIVE + i]);
    native_store(cpu);
    import_shadow(&cpu->shadow, word);
    cpu->notified = false;
    cpu->code_checked_satp = ALL_ONES;
    cpu->next_flush = (cpu->executed / FLUSH_INTERVAL + 1) * FLUSH_INTERVAL;
    pmp_apply(cpu);
}

void cpu_invalidate(struct cpu *cpu, uint64_t pa, size_t bytes)
{
    if (bytes == 0 || mem_ram(cpu, pa, bytes) == NULL)
        return;
    if (pa < cpu->ram_first) { /* the firmware's part holds no code */
        if (pa + bytes <= cpu->ram_first)
            return;
        bytes -= cpu->ram_first - pa;
        pa = cpu->ram_first;
    }
    for (uint64_t end = pa + bytes; pa < end;) {
        uint64_t page_end = (pa | 4095) + 1;
        uint64_t stop = page_end < end ? page_end : end;
        native_drop_code(cpu, pa, stop - pa);
        pa = stop;
    }
}

/* FNV-1a, a word at a time. */
static uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * UINT64_C(0x100000001b3);
}

static uint64_t hash_shadow(uint64_t hash, const struct shadow *s)
{
    hash = mix(mix(mix(hash, s->mie), s->medeleg), s->mideleg);
    hash = mix(mix(hash, s->mip_lines), s->mip_soft);
    hash = mix(hash, s->status_traps);
    hash = mix(mix(hash, s->mcounteren), s->scounteren);
    hash = mix(mix(hash, s->mcycle_offset), s->minstret_offset);
    for (size_t i = 0; i < PMP_ENTRIES; i++)
        hash = mix(mix(hash, s->pmpcfg[i]), s->pmpaddr[i]);
    return hash;
}

uint64_t cpu_hash(const struct cpu *cpu)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325), fcsr = 0;
    hash = mix(mix(hash, cpu->pc), cpu->executed);
    hash = mix(mix(hash, cpu->idle), cpu->traps);
    for (int n = 1; n < 32; n++)
        hash = mix(hash, native_reg(cpu, UC_RISCV_REG_X0 + n));
    for (int n = 0; n < 32; n++)
        hash = mix(hash, native_reg(cpu, UC_RISCV_REG_F0 + n));
    csr_read(cpu, CSR_FCSR, &fcsr);
    hash = mix(hash, fcsr);
    uc_context_save(cpu->uc, cpu->context);
    for (int word = 0; word < NATIVE_WORDS; word++)
        if (word != NATIVE_PC && word != NATIVE_BADADDR)
            hash = mix(hash, native_get(cpu, (enum native_word)word));
    return hash_shadow(hash, &cpu->shadow);
}
