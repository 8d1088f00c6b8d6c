/*
 * cpu_unicorn_probe.c - finds the engine's registers in a saved context, once,
 * at start-up: values are written, or brought about by a few instructions, and
 * looked for. The layout differs from release to release and is unaligned in
 * some; a library that does not fit is refused with one line.
 */
#include "cpu_unicorn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROBE_PARK (PLAT_RAM_BASE + 0x800)

struct prober {
    struct cpu *cpu;
    size_t bytes;
    uint8_t *before, *after;
    uint8_t *reset; /* the state that the engine starts with */
    uint8_t *page;  /* scratch guest memory at PLAT_RAM_BASE */
    const char *failed;
    uint32_t last_cause;
};

/* Where did a word change from old to new between the two contexts? */
static int find_word(const struct prober *p, uint64_t from, uint64_t to)
{
    for (size_t at = 0; at + sizeof from <= p->bytes; at++)
        if (memcmp(p->before + at, &from, sizeof from) == 0 &&
            memcmp(p->after + at, &to, sizeof to) == 0)
            return (int)at;
    return -1;
}

static void snapshot(struct prober *p, uint8_t *into)
{
    native_load(p->cpu);
    memcpy(into, (uint8_t *)p->cpu->context, p->bytes);
}

static void probe_reg(struct prober *p, enum native_word word, int reg,
                      uint64_t from, uint64_t to, const char *name)
{
    native_set_reg(p->cpu, reg, from);
    snapshot(p, p->before);
    native_set_reg(p->cpu, reg, to);
    snapshot(p, p->after);
    p->cpu->offset[word] = find_word(p, from, to);
    if (p->cpu->offset[word] < 0 && p->failed == NULL)
        p->failed = name;
    native_set_reg(p->cpu, reg, 0);
}

static void probe_registers(struct prober *p)
{
    static const struct {
        enum native_word word;
        int reg;
        const char *name;
    } plain[] = {
        {NATIVE_X5, UC_RISCV_REG_X5, "x5"},
        {NATIVE_PC, UC_RISCV_REG_PC, "pc"},
        {NATIVE_MTVEC, UC_RISCV_REG_MTVEC, "mtvec"},
        {NATIVE_MSCRATCH, UC_RISCV_REG_MSCRATCH, "mscratch"},
        {NATIVE_MEPC, UC_RISCV_REG_MEPC, "mepc"},
        {NATIVE_MCAUSE, UC_RISCV_REG_MCAUSE, "mcause"},
        {NATIVE_MTVAL, UC_RISCV_REG_MTVAL, "mtval"},
        {NATIVE_STVEC, UC_RISCV_REG_STVEC, "stvec"},
        {NATIVE_SSCRATCH, UC_RISCV_REG_SSCRATCH, "sscratch"},
        {NATIVE_SEPC, UC_RISCV_REG_SEPC, "sepc"},
        {NATIVE_SCAUSE, UC_RISCV_REG_SCAUSE, "scause"},
        {NATIVE_STVAL, UC_RISCV_REG_STVAL, "stval"},
    };
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        uint64_t marker = UINT64_C(0x5a17000000010000) + i * 0x1000;
        probe_reg(p, plain[i].word, plain[i].reg, marker, ~marker & ~3u,
                  plain[i].name);
    }
    probe_reg(p, NATIVE_SATP, UC_RISCV_REG_SATP, UINT64_C(0x0000000000081234),
              UINT64_C(0x00000000000fedcb), "satp");
    probe_reg(p, NATIVE_MSTATUS, UC_RISCV_REG_MSTATUS,
              MSTATUS_MPIE | MSTATUS_SPIE, MSTATUS_SPIE | MSTATUS_SPP,
              "mstatus");
}

static void probe_trap(uc_engine *uc, uint32_t cause, void *user)
{
    struct prober *p = user;
    p->last_cause = cause;
    /* A stop from here would be lost on 2.0.1. */
    native_set_reg(p->cpu, UC_RISCV_REG_PC, PROBE_PARK);
    (void)uc;
}

static void stop_at_park(uc_engine *uc, uint64_t address, uint32_t size,
                         void *user)
{
    (void)size, (void)user;
    if (address == PROBE_PARK)
        uc_emu_stop(uc);
}

/* Runs code from the scratch page until it traps or reaches PROBE_PARK. */
static void run_stub(struct prober *p, const uint32_t *code, size_t words)
{
    memcpy(p->page, code, words * sizeof *code);
    uc_ctl_remove_cache(p->cpu->uc, PLAT_RAM_BASE, PLAT_RAM_BASE + 64);
    p->last_cause = UINT32_MAX;
    uc_emu_start(p->cpu->uc, PLAT_RAM_BASE, ALL_ONES, 0, 0);
}

/* The privilege word: 3 before an mret, MPP after it, for S and for U. */
static void probe_privilege(struct prober *p)
{
    static const uint32_t mret[] = {INSN_MRET};
    static const uint8_t to[] = {CPU_S, CPU_U};
    int found[2] = {-1, -1};
    for (size_t i = 0; i < 2; i++) {
        native_set_reg(p->cpu, UC_RISCV_REG_MEPC, PROBE_PARK);
        native_set_reg(p->cpu, UC_RISCV_REG_MSTATUS,
                       (uint64_t)to[i] << MSTATUS_MPP_SHIFT);
        snapshot(p, p->before);
        uint8_t *keep = malloc(p->bytes);
        if (keep == NULL)
            return;
        memcpy(keep, p->before, p->bytes);
        run_stub(p, mret, 1);
        snapshot(p, p->after);
        found[i] = find_word(p, CPU_M, to[i]);
        memcpy((uint8_t *)p->cpu->context, keep, p->bytes);
        free(keep);
        native_store(p->cpu);
    }
    p->cpu->offset[NATIVE_PRIV] = found[0];
    if (found[0] < 0 || found[0] != found[1])
        p->failed = "the privilege mode";
}

/* LR leaves its address as the reservation; a misaligned LR faults there. */
static void probe_memory_words(struct prober *p)
{
    static const uint32_t lr_d[] = {UINT32_C(0x1005302f), INSN_ECALL};
    uint64_t address = PLAT_RAM_BASE + 0xa58;
    native_set_reg(p->cpu, UC_RISCV_REG_X10, address);
    snapshot(p, p->before);
    run_stub(p, lr_d, 2);
    native_set_reg(p->cpu, UC_RISCV_REG_X10, 0);
    snapshot(p, p->after);
    p->cpu->offset[NATIVE_LOAD_RES] = find_word(p, ALL_ONES, address);
    if (p->cpu->offset[NATIVE_LOAD_RES] < 0)
        p->failed = "the load reservation";

    native_set_reg(p->cpu, UC_RISCV_REG_X10, address + 1);
    run_stub(p, lr_d, 2);
    snapshot(p, p->before);
    native_set_reg(p->cpu, UC_RISCV_REG_X10, address + 3);
    run_stub(p, lr_d, 2);
    native_set_reg(p->cpu, UC_RISCV_REG_X10, address + 1);
    snapshot(p, p->after);
    p->cpu->offset[NATIVE_BADADDR] = find_word(p, address + 1, address + 3);
    if (p->cpu->offset[NATIVE_BADADDR] < 0)
        p->failed = "the faulting address";
}

/* Entry 1 of PMP covers [0x5a1000, 0x5a3000): is the table as we think? */
static void probe_pmp(struct prober *p)
{
    static const uint32_t code[] = {
        UINT32_C(0x3b029073), /* csrw pmpaddr0, x5 */
        UINT32_C(0x3b131073), /* csrw pmpaddr1, x6 */
        UINT32_C(0x3a039073), /* csrw pmpcfg0, x7 */
        INSN_ECALL,
    };
    uint64_t low = 0x5a1000 >> 2, high = 0x5a3000 >> 2;
    uint64_t expected[2] = {0x5a1000, 0x5a2fff};
    uint32_t count = 1;
    snapshot(p, p->before);
    native_set_reg(p->cpu, UC_RISCV_REG_X5, low);
    native_set_reg(p->cpu, UC_RISCV_REG_X6, high);
    native_set_reg(p->cpu, UC_RISCV_REG_X7, 0x0f00);
    run_stub(p, code, sizeof code / sizeof *code);
    for (int reg = UC_RISCV_REG_X5; reg <= UC_RISCV_REG_X7; reg++)
        native_set_reg(p->cpu, reg, 0);
    snapshot(p, p->after);
    int at = p->cpu->pmp_offset = find_word(p, 0, low);
    if (at < 0 || (size_t)at + PMP_COUNT + sizeof count > p->bytes ||
        memcmp(p->after + at + 16, &high, sizeof high) != 0 ||
        p->after[at + 16 + PMP_CFG] != 0x0f ||
        memcmp(p->after + at + PMP_RANGES + 16, expected, sizeof expected) ||
        memcmp(p->after + at + PMP_COUNT, &count, sizeof count) != 0)
        p->failed = "physical memory protection";
    memcpy((uint8_t *)p->cpu->context, p->before, p->bytes);
    native_store(p->cpu);
}

static void probe_all(struct prober *p)
{
    probe_registers(p);
    if (p->failed == NULL)
        probe_memory_words(p);
    if (p->failed == NULL)
        probe_privilege(p);
    if (p->failed == NULL)
        probe_pmp(p);
}

static void probe_with_hooks(struct prober *p)
{
    uc_engine *uc = p->cpu->uc;
    uc_hook hooks[2];
    uc_hook_add(uc, &hooks[0], UC_HOOK_INTR, (void *)probe_trap, p, 1, 0);
    uc_hook_add(uc, &hooks[1], UC_HOOK_BLOCK, (void *)stop_at_park, p, 1, 0);
    snapshot(p, p->reset);
    probe_all(p);
    memcpy((uint8_t *)p->cpu->context, p->reset, p->bytes);
    native_store(p->cpu);
    for (size_t i = 0; i < 2; i++)
        uc_hook_del(uc, hooks[i]);
}

/* Leaves the engine as it was: registers 0, in M-mode. */
int native_open(struct cpu *cpu, char *why, size_t why_bytes)
{
    struct prober p = {.cpu = cpu};
    p.bytes = uc_context_size(cpu->uc);
    p.before = malloc(p.bytes);
    p.after = malloc(p.bytes);
    p.reset = malloc(p.bytes);
    p.page = aligned_alloc(4096, 4096);
    if (p.page != NULL)
        memset(p.page, 0, 4096);
    if (p.before == NULL || p.after == NULL || p.reset == NULL ||
        p.page == NULL ||
        uc_mem_map_ptr(cpu->uc, PLAT_RAM_BASE, 4096, UC_PROT_ALL, p.page) !=
            UC_ERR_OK)
        p.failed = "memory to look with";
    else
        probe_with_hooks(&p);
    uc_ctl_remove_cache(cpu->uc, PLAT_RAM_BASE, PLAT_RAM_BASE + 4096);
    uc_mem_unmap(cpu->uc, PLAT_RAM_BASE, 4096);
    free(p.before);
    free(p.after);
    free(p.reset);
    free(p.page);
    if (p.failed != NULL) {
        snprintf(why, why_bytes,
                 "%s: cannot find %s in its state; this release of libunicorn "
                 "is not supported",
                 cpu_engine_version(), p.failed);
        return -1;
    }
    return 0;
}
