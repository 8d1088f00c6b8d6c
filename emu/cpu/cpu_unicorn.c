/*
 * cpu_unicorn.c - life of the hart on the Unicorn engine, its registers and
 * interrupt lines. cpu_unicorn.h says how the parts fit.
 */
#include "cpu_unicorn.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The engine itself leaks on closing (2.0.1: bitmaps of code pages): not ours
 * to report when we are built with LeakSanitizer. */
#ifdef __SANITIZE_ADDRESS__
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libunicorn.so\n";
}

const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}
#endif

const char *cpu_engine_version(void)
{
    static const char *const known[] = {
        "libunicorn 2.0.0", "libunicorn 2.0.1", "libunicorn 2.1.0",
        "libunicorn 2.1.1", "libunicorn 2.1.2", "libunicorn 2.1.3",
        "libunicorn 2.1.4",
    };
    unsigned version = uc_version(NULL, NULL), minor = version >> 16 & 0xff;
    unsigned patch = version >> 8 & 0xff;
    if (version >> 24 == 2 && minor == 0 && patch <= 1)
        return known[patch];
    if (version >> 24 == 2 && minor == 1 && patch <= 4)
        return known[2 + patch];
    return "libunicorn (unknown release)";
}

/* ---- Memory ---- */

/* Never reached: PMP refuses these addresses first. They are mapped because
 * 2.0.1 wants every virtual address to be that of a mapped region. */
static uint64_t nothing_read(uc_engine *uc, uint64_t offset, unsigned size,
                             void *user)
{
    (void)uc, (void)offset, (void)size, (void)user;
    return 0;
}

static void nothing_write(uc_engine *uc, uint64_t offset, unsigned size,
                          uint64_t value, void *user)
{
    (void)uc, (void)offset, (void)size, (void)value, (void)user;
}

static uc_err map_nothing(struct cpu *cpu, uint64_t from, uint64_t bytes)
{
    return uc_mmio_map(cpu->uc, from, bytes, nothing_read, NULL, nothing_write,
                       NULL);
}

#define LAST_PAGE UINT64_C(0xfffffffffffff000)

/* RAM is not executable to the engine: so it asks about each fetch, which is
 * how sites are found (cpu_unicorn_site.c). */
static uc_err map_memory(struct cpu *cpu)
{
    uint64_t ram_end = PLAT_RAM_BASE + cpu->desc.ram_bytes;
    uc_err err = uc_mem_map_ptr(cpu->uc, PLAT_RAM_BASE, cpu->desc.ram_bytes,
                                UC_PROT_READ | UC_PROT_WRITE, cpu->desc.ram);
    if (err == UC_ERR_OK)
        err = map_nothing(cpu, 0, PLAT_RAM_BASE);
    if (err == UC_ERR_OK)
        err = map_nothing(cpu, ram_end, LAST_PAGE - ram_end);
    if (err == UC_ERR_OK)
        err = map_nothing(cpu, LAST_PAGE, 4096);
    return err;
}

/* ---- Life ---- */

/* As OpenSBI leaves it: the counters open, everything that S can handle
 * delegated (what is not comes back to S: cpu_unicorn_trap.c). */
static void start_under_firmware(struct cpu *cpu)
{
    cpu->shadow.medeleg = UINT64_C(0xb109);
    cpu->shadow.mideleg = UINT64_C(0x222);
    cpu->shadow.mcounteren = UINT32_MAX;
    cpu->shadow.scounteren = 7;
    cpu->shadow.pmpcfg[0] = 0x1f; /* everything, by one NAPOT entry */
    cpu->shadow.pmpaddr[0] = ALL_ONES >> 10;
    native_write(cpu, NATIVE_PRIV, CPU_S);
}

static int open_engine(struct cpu *cpu, char *why, size_t why_bytes)
{
    uc_err err = uc_open(UC_ARCH_RISCV, UC_MODE_RISCV64, &cpu->uc);
    if (err == UC_ERR_OK)
        err = uc_context_alloc(cpu->uc, &cpu->context);
    if (err == UC_ERR_OK && native_open(cpu, why, why_bytes) != 0)
        return -1;
    if (err == UC_ERR_OK)
        err = map_memory(cpu);
    if (err == UC_ERR_OK && (code_open(cpu) != 0 || run_hooks(cpu) != 0))
        err = UC_ERR_NOMEM;
    if (err != UC_ERR_OK)
        snprintf(why, why_bytes, "%s: %s", cpu_engine_version(),
                 uc_strerror(err));
    return err == UC_ERR_OK ? 0 : -1;
}

int cpu_create(const struct cpu_desc *desc, struct cpu **out, char *why,
               size_t why_bytes)
{
    size_t least = 0x20000 + (desc->firmware ? PLAT_FIRMWARE_SIZE : 0);
    if (desc->ram_bytes < least || desc->ram_bytes % 4096 != 0 ||
        (uintptr_t)desc->ram % 4096 != 0) {
        snprintf(why, why_bytes,
                 "RAM of %zu bytes: needs whole pages, at least %zu bytes",
                 desc->ram_bytes, least);
        return -1;
    }
    struct cpu *cpu = calloc(1, sizeof *cpu);
    if (cpu == NULL) {
        snprintf(why, why_bytes, "no memory for the processor");
        return -1;
    }
    cpu->desc = *desc;
    cpu->ram_first = PLAT_RAM_BASE + (desc->firmware ? PLAT_FIRMWARE_SIZE : 0);
    /* Not at a page's start, and with 64 KiB behind it: so its translation
     * cannot fail (fetch_fault_is_false). */
    cpu->park_pc = cpu->ram_first + 8;
    if (open_engine(cpu, why, why_bytes) != 0) {
        cpu_destroy(cpu);
        return -1;
    }
    if (desc->firmware)
        start_under_firmware(cpu);
    pmp_apply(cpu);
    *out = cpu;
    return 0;
}

void cpu_destroy(struct cpu *cpu)
{
    if (cpu == NULL)
        return;
    if (cpu->context != NULL)
        uc_context_free(cpu->context);
    if (cpu->uc != NULL)
        uc_close(cpu->uc);
    site_free(cpu);
    watch_free(cpu);
    code_free(cpu);
    free(cpu);
}

const char *cpu_error(const struct cpu *cpu)
{
    return cpu->error;
}

/* ---- Clock ---- */

uint64_t cpu_clock(const struct cpu *cpu)
{
    return cpu->executed + cpu->idle;
}

uint64_t cpu_executed(const struct cpu *cpu)
{
    return cpu->executed;
}

uint64_t cpu_traps(const struct cpu *cpu)
{
    return cpu->traps;
}

void cpu_add_idle(struct cpu *cpu, uint64_t idle)
{
    cpu->idle += idle;
}

/* ---- Registers ---- */

uint64_t cpu_pc(const struct cpu *cpu)
{
    return cpu->pc;
}

void cpu_set_pc(struct cpu *cpu, uint64_t pc)
{
    cpu->pc = pc & ~UINT64_C(1);
    cpu->notified = cpu->memory_told = false;
}

uint64_t cpu_x(const struct cpu *cpu, unsigned n)
{
    return n == 0 || n > 31 ? 0 : native_reg(cpu, UC_RISCV_REG_X0 + (int)n);
}

void cpu_set_x(struct cpu *cpu, unsigned n, uint64_t value)
{
    if (n != 0 && n <= 31)
        native_set_reg(cpu, UC_RISCV_REG_X0 + (int)n, value);
}

enum cpu_priv cpu_privilege(const struct cpu *cpu)
{
    return native_priv(cpu);
}

void cpu_set_privilege(struct cpu *cpu, enum cpu_priv priv)
{
    native_write(cpu, NATIVE_PRIV, priv);
}

bool cpu_csr(const struct cpu *cpu, unsigned number, uint64_t *value)
{
    return csr_read(cpu, number, value);
}

bool cpu_set_csr(struct cpu *cpu, unsigned number, uint64_t value)
{
    return csr_write(cpu, number, value);
}

/* SSIP is a bit that software owns: a pulse sets it (3.1.9, 4.1.3). */
void cpu_set_irq(struct cpu *cpu, enum cpu_irq irq, bool level)
{
    uint64_t *word =
        irq == CPU_IRQ_SSI ? &cpu->shadow.mip_soft : &cpu->shadow.mip_lines;
    uint64_t bit = UINT64_C(1) << irq;
    *word = level ? *word | bit : *word & ~bit;
}
