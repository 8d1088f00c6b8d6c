/*
 * cpu_unicorn_native.c - the engine's own copy of the hart's registers.
 *
 * The engine's register interface checks the current privilege, has no id for
 * the privilege itself before 2.1.2, none for the faulting address and none
 * for PMP. A saved context holds them all. So a context is saved, changed and
 * restored (25 ns for both). Where the words lie is found at start-up:
 * cpu_unicorn_probe.c. What they mean is left to cpu_unicorn_csr.c.
 */
#include "cpu_unicorn.h"

#include <string.h>

static uint8_t *context_bytes(const struct cpu *cpu)
{
    return (uint8_t *)cpu->context;
}

void native_load(struct cpu *cpu)
{
    uc_context_save(cpu->uc, cpu->context);
}

void native_store(struct cpu *cpu)
{
    uc_context_restore(cpu->uc, cpu->context);
}

uint64_t native_get(const struct cpu *cpu, enum native_word word)
{
    uint64_t value;
    memcpy(&value, context_bytes(cpu) + cpu->offset[word], sizeof value);
    return value;
}

void native_put(struct cpu *cpu, enum native_word word, uint64_t value)
{
    memcpy(context_bytes(cpu) + cpu->offset[word], &value, sizeof value);
}

uint64_t native_read(const struct cpu *cpu, enum native_word word)
{
    uc_context_save(cpu->uc, cpu->context);
    return native_get(cpu, word);
}

void native_write(struct cpu *cpu, enum native_word word, uint64_t value)
{
    native_load(cpu);
    native_put(cpu, word, value);
    native_store(cpu);
}

/* x0 is the first word of the registers; before it lies the context's header,
 * with pointers that mean nothing in another process. */
static size_t header_bytes(const struct cpu *cpu)
{
    return (size_t)cpu->offset[NATIVE_X5] - 5 * sizeof(uint64_t);
}

size_t native_state_bytes(const struct cpu *cpu)
{
    return uc_context_size(cpu->uc) - header_bytes(cpu);
}

void native_save_state(const struct cpu *cpu, void *state)
{
    uc_context_save(cpu->uc, cpu->context);
    memcpy(state, context_bytes(cpu) + header_bytes(cpu),
           native_state_bytes(cpu));
}

void native_restore_state(struct cpu *cpu, const void *state)
{
    native_load(cpu);
    memcpy(context_bytes(cpu) + header_bytes(cpu), state,
           native_state_bytes(cpu));
    native_store(cpu);
}

enum cpu_priv native_priv(const struct cpu *cpu)
{
    return (enum cpu_priv)native_read(cpu, NATIVE_PRIV);
}

uint64_t native_reg(const struct cpu *cpu, int reg)
{
    uint64_t value = 0;
    uc_reg_read(cpu->uc, reg, &value);
    return value;
}

void native_set_reg(struct cpu *cpu, int reg, uint64_t value)
{
    uc_reg_write(cpu->uc, reg, &value);
}

uint64_t native_csr(const struct cpu *cpu, int reg)
{
    struct cpu *self = (struct cpu *)cpu; /* the state is put back */
    uint64_t priv = native_read(cpu, NATIVE_PRIV);
    native_write(self, NATIVE_PRIV, CPU_M);
    uint64_t value = native_reg(cpu, reg);
    native_write(self, NATIVE_PRIV, priv);
    return value;
}

void native_set_csr(struct cpu *cpu, int reg, uint64_t value)
{
    uint64_t priv = native_read(cpu, NATIVE_PRIV);
    native_write(cpu, NATIVE_PRIV, CPU_M);
    native_set_reg(cpu, reg, value);
    native_write(cpu, NATIVE_PRIV, priv);
}

/* Only a change of ASID empties the engine's TLB. */
void native_flush_tlb(struct cpu *cpu)
{
    uint64_t satp = native_read(cpu, NATIVE_SATP);
    native_set_csr(cpu, UC_RISCV_REG_SATP, satp ^ SATP_ASID_BIT);
    native_set_csr(cpu, UC_RISCV_REG_SATP, satp);
}

/* Each page's list of blocks is emptied. The engine's own flush (UC_CTL_TB_FLUSH,
 * and when its buffer of 1 GiB is full) forgets to do that on 2.0.1, and crashes
 * later over blocks that are gone. */
void native_flush_code(struct cpu *cpu)
{
    uint64_t end = PLAT_RAM_BASE + cpu->desc.ram_bytes;
    native_drop_code(cpu, cpu->ram_first, end - cpu->ram_first);
}

/* Dropped code still takes room in the engine's buffer, until this. */
void native_empty_buffer(struct cpu *cpu)
{
    native_flush_code(cpu);
    uc_ctl(cpu->uc, UC_CTL_WRITE(UC_CTL_TB_FLUSH, 0));
    cpu->translated = 0;
}

/* The engine takes a virtual address here: in M-mode it is the physical one. */
void native_drop_code(struct cpu *cpu, uint64_t pa, size_t bytes)
{
    uint64_t priv = native_read(cpu, NATIVE_PRIV);
    native_write(cpu, NATIVE_PRIV, CPU_M);
    uc_ctl_remove_cache(cpu->uc, pa, pa + bytes);
    native_write(cpu, NATIVE_PRIV, priv);
}

void native_put_pmp(struct cpu *cpu, unsigned n, const struct native_pmp *entry)
{
    uint8_t *table = context_bytes(cpu) + cpu->pmp_offset;
    uint64_t range[2] = {entry->first, entry->last};
    uint32_t count = PMP_SLOTS; /* not 0: then nothing would be checked */
    table[16 * n + PMP_CFG] = entry->cfg;
    memcpy(table + PMP_RANGES + 16 * n, range, sizeof range);
    memcpy(table + PMP_COUNT, &count, sizeof count);
}
