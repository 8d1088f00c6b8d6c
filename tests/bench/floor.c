/*
 * floor.c - see floor.h: Unicorn driven directly, with a block counter and
 * traps delivered to S-mode, and nothing else. No exact clock, no devices, no
 * interrupts, no checks.
 */
#include "floor.h"

#include <unicorn/unicorn.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RAM_BASE  UINT64_C(0x80000000)
#define RAM_BYTES (UINT64_C(4) << 20)
#define LAST_PAGE UINT64_C(0xfffffffffffff000)

struct bare {
    uc_engine *uc;
    uc_context *context;
    size_t priv_at; /* where the context holds the privilege */
    uint64_t insns, limit, traps;
};

static uint64_t get(struct bare *b, int reg)
{
    uint64_t value = 0;
    uc_reg_read(b->uc, reg, &value);
    return value;
}

static void set(struct bare *b, int reg, uint64_t value)
{
    uc_reg_write(b->uc, reg, &value);
}

static void set_priv(struct bare *b, uint64_t priv)
{
    uc_context_save(b->uc, b->context);
    memcpy((uint8_t *)b->context + b->priv_at, &priv, sizeof priv);
    uc_context_restore(b->uc, b->context);
}

/* The privilege word lies 592 bytes behind x0 on all known releases. */
static void find_priv(struct bare *b)
{
    const uint8_t *bytes = (const uint8_t *)b->context;
    uint64_t marker = UINT64_C(0x5a11f00d12345678);
    set(b, UC_RISCV_REG_X5, marker);
    uc_context_save(b->uc, b->context);
    size_t at = 0;
    while (memcmp(bytes + at, &marker, sizeof marker) != 0)
        at++;
    b->priv_at = at - 5 * sizeof marker + 592;
    set(b, UC_RISCV_REG_X5, 0);
}

static void on_block(uc_engine *uc, uint64_t pc, uint32_t size, void *user)
{
    struct bare *b = user;
    (void)pc;
    b->insns += size / 4;
    if (b->insns >= b->limit)
        uc_emu_stop(uc);
}

/* All that the loops raise is an ecall from U, for S. */
static void on_trap(uc_engine *uc, uint32_t cause, void *user)
{
    struct bare *b = user;
    (void)uc;
    uint64_t pc = get(b, UC_RISCV_REG_PC) - 4;
    set_priv(b, 1);
    uint64_t status = get(b, UC_RISCV_REG_SSTATUS);
    uint64_t after = status & ~UINT64_C(0x122);
    set(b, UC_RISCV_REG_SSTATUS, after | (status & 2) << 4);
    set(b, UC_RISCV_REG_SEPC, pc);
    set(b, UC_RISCV_REG_SCAUSE, cause);
    set(b, UC_RISCV_REG_STVAL, 0);
    set(b, UC_RISCV_REG_PC, get(b, UC_RISCV_REG_STVEC));
    b->traps++;
}

static uint64_t no_read(uc_engine *uc, uint64_t offset, unsigned size,
                        void *user)
{
    (void)uc, (void)offset, (void)size, (void)user;
    return 0;
}

static void no_write(uc_engine *uc, uint64_t offset, unsigned size,
                     uint64_t value, void *user)
{
    (void)uc, (void)offset, (void)size, (void)value, (void)user;
}

static bool on_fetch(uc_engine *uc, uc_mem_type type, uint64_t address,
                     int size, int64_t value, void *user)
{
    (void)uc, (void)type, (void)address, (void)size, (void)value, (void)user;
    return true;
}

static bool open_engine(struct bare *b, uint8_t *ram)
{
    uint64_t end = RAM_BASE + RAM_BYTES;
    uc_hook hook;
    if (uc_open(UC_ARCH_RISCV, UC_MODE_RISCV64, &b->uc) != UC_ERR_OK ||
        uc_context_alloc(b->uc, &b->context) != UC_ERR_OK)
        return false;
    find_priv(b);
    uc_mem_map_ptr(b->uc, RAM_BASE, RAM_BYTES, UC_PROT_ALL, ram);
    uc_mmio_map(b->uc, 0, RAM_BASE, no_read, NULL, no_write, NULL);
    uc_mmio_map(b->uc, end, LAST_PAGE - end, no_read, NULL, no_write, NULL);
    /* Called while a block is translated, never when it runs. */
    uc_hook_add(b->uc, &hook, UC_HOOK_MEM_FETCH_PROT, (void *)on_fetch, b, 1,
                0);
    return true;
}

static void add_hooks(struct bare *b)
{
    uc_hook hook;
    uc_hook_add(b->uc, &hook, UC_HOOK_BLOCK, (void *)on_block, b, 1, 0);
    uc_hook_add(b->uc, &hook, UC_HOOK_INTR, (void *)on_trap, b, 1, 0);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double floor_run(const uint8_t *image, size_t bytes, uint64_t argument,
                 uint64_t insns, uint64_t *traps)
{
    struct bare b = {.limit = insns};
    double took = -1;
    uint8_t *ram = aligned_alloc(4096, RAM_BYTES);
    if (ram == NULL || bytes > RAM_BYTES)
        return -1;
    memset(ram, 0, RAM_BYTES);
    memcpy(ram, image, bytes);
    if (open_engine(&b, ram)) {
        add_hooks(&b);
        set(&b, UC_RISCV_REG_A0, argument);
        double start = seconds_now();
        uc_emu_start(b.uc, RAM_BASE, UINT64_MAX, 0, 0);
        took = seconds_now() - start;
        *traps = b.traps;
    }
    uc_context_free(b.context);
    uc_close(b.uc);
    free(ram);
    return took;
}

double hookfree_rate(const uint8_t *image, size_t bytes, uint64_t argument)
{
    const uint64_t warm_us = 200000, timed_us = 1000000;
    struct bare b = {0};
    double rate = -1;
    int counter = argument == 2 ? UC_RISCV_REG_A1 : UC_RISCV_REG_A0;
    uint8_t *ram = aligned_alloc(4096, RAM_BYTES);
    if (ram == NULL || bytes > RAM_BYTES)
        return -1;
    memset(ram, 0, RAM_BYTES);
    memcpy(ram, image, bytes);
    if (open_engine(&b, ram)) {
        set(&b, UC_RISCV_REG_A0, argument);
        uc_emu_start(b.uc, RAM_BASE, UINT64_MAX, warm_us, 0);
        uint64_t before = get(&b, counter);
        double start = seconds_now();
        uc_emu_start(b.uc, get(&b, UC_RISCV_REG_PC), UINT64_MAX, timed_us, 0);
        rate = (double)(get(&b, counter) - before) / (seconds_now() - start);
    }
    uc_context_free(b.context);
    uc_close(b.uc);
    free(ram);
    return argument == 2 ? rate / 2 : rate;
}
