/*
 * cpu_unicorn_pmp.c - physical memory protection (privileged manual 3.7), the
 * guest's and ours.
 *
 * The engine has 16 entries. The first ones are ours, locked, so that they bind
 * M-mode too: nothing but RAM can be reached, and an access to a device comes
 * out as a precise access fault instead of a callback in mid-block. The guest's
 * follow; it sees twelve, the other four read as zero, and a grain of 4 KiB,
 * because the engine checks once per page:
 *
 *   engine   0  TOR  [0, start of RAM)      nothing, locked
 *            1  OFF  end of RAM             the base of entry 2
 *            2  TOR  [end of RAM, top)      nothing, locked
 *            3  OFF  0                      the base of the guest's entry 0
 *        4..15       the guest's 0..11
 *
 * One byte of pmpcfg:  | L 7 | 0 | A 4-3 | X 2 | W 1 | R 0 |
 */
#include "cpu_unicorn.h"

#define OURS         4
#define ENGINE_SLOTS 16
#define LOCK         0x80
#define MODE(cfg)    ((cfg) >> 3 & 3)
#define MODE_OFF     0
#define MODE_TOR     1
#define MODE_NA4     2
#define MODE_NAPOT   3
#define DENY_BELOW   (LOCK | MODE_TOR << 3)
/* A grain of 2^12 bytes is 10 bits of pmpaddr (G = 10). */
#define GRAIN_MASK   UINT64_C(0x3ff)
#define PMPADDR_MASK (ALL_ONES >> 10)

static bool between(unsigned number, unsigned low, unsigned high)
{
    return number >= low && number <= high;
}

/* ---- CSRs ---- */

static uint64_t read_cfg(const struct cpu *cpu, unsigned first)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 8 && first + i < PMP_ENTRIES; i++)
        value |= (uint64_t)cpu->shadow.pmpcfg[first + i] << 8 * i;
    return value;
}

/* Below the grain an address reads as ones under NAPOT, as zeros else. */
static uint64_t read_addr(const struct cpu *cpu, unsigned n)
{
    uint64_t value = cpu->shadow.pmpaddr[n];
    if (MODE(cpu->shadow.pmpcfg[n]) == MODE_NAPOT)
        return value | GRAIN_MASK >> 1;
    return value & ~GRAIN_MASK;
}

bool pmp_read(const struct cpu *cpu, unsigned number, uint64_t *value)
{
    *value = 0;
    if (between(number, CSR_PMPCFG0, CSR_PMPCFG15)) {
        unsigned n = number - CSR_PMPCFG0;
        if (n % 2 == 0) /* RV64 has only the even ones, of 8 entries each */
            *value = read_cfg(cpu, n * 4);
        return n % 2 == 0;
    }
    if (!between(number, CSR_PMPADDR0, CSR_PMPADDR63))
        return false;
    if (number - CSR_PMPADDR0 < PMP_ENTRIES)
        *value = read_addr(cpu, number - CSR_PMPADDR0);
    return true;
}

/* Locked entries stay; W without R is reserved; NA4 is finer than the grain. */
static void write_cfg(struct cpu *cpu, unsigned first, uint64_t value)
{
    for (unsigned i = 0; i < 8 && first + i < PMP_ENTRIES; i++) {
        uint8_t *cfg = &cpu->shadow.pmpcfg[first + i];
        uint8_t now = value >> 8 * i & 0x9f;
        if (!(*cfg & LOCK) && (now & 3) != 2 && MODE(now) != MODE_NA4)
            *cfg = now;
    }
}

/* The address below a locked TOR entry is locked with it. */
static bool addr_locked(const struct cpu *cpu, unsigned n)
{
    const uint8_t *cfg = cpu->shadow.pmpcfg;
    return cfg[n] & LOCK || (n + 1 < PMP_ENTRIES && cfg[n + 1] & LOCK &&
                             MODE(cfg[n + 1]) == MODE_TOR);
}

bool pmp_write(struct cpu *cpu, unsigned number, uint64_t value)
{
    unsigned n = number - CSR_PMPADDR0;
    if (between(number, CSR_PMPCFG0, CSR_PMPCFG15)) {
        if ((number - CSR_PMPCFG0) % 2 != 0)
            return false;
        write_cfg(cpu, (number - CSR_PMPCFG0) * 4, value);
    } else if (!between(number, CSR_PMPADDR0, CSR_PMPADDR63)) {
        return false;
    } else if (n < PMP_ENTRIES && !addr_locked(cpu, n)) {
        cpu->shadow.pmpaddr[n] = value & PMPADDR_MASK;
    }
    pmp_apply(cpu);
    return true;
}

/* ---- Into the engine ---- */

/* csrw CSR, x5 */
static uint32_t csrw_x5(unsigned csr)
{
    return (uint32_t)csr << 20 | 5 << 15 | 1 << 12 | INSN_OP_SYSTEM;
}

static void write_engine(struct cpu *cpu, unsigned csr, uint64_t value)
{
    uint32_t code = csrw_x5(csr);
    native_set_reg(cpu, UC_RISCV_REG_X5, value);
    native_run_code(cpu, &code, 1);
}

static uint64_t engine_cfg(const struct cpu *cpu, unsigned first)
{
    static const uint8_t ours[OURS] = {DENY_BELOW, 0, DENY_BELOW, 0};
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++) {
        unsigned n = first + i;
        uint8_t cfg = n < OURS ? ours[n] : cpu->shadow.pmpcfg[n - OURS];
        value |= (uint64_t)cfg << 8 * i;
    }
    return value;
}

/* A guest's locked entry is locked in the engine as well; only a restored state
 * opens it again, and that brings the engine's entries back too. */
void pmp_apply(struct cpu *cpu)
{
    uint64_t x5 = cpu_x(cpu, 5);
    uint64_t ours[OURS] = {cpu->park_pc >> 2,
                           (PLAT_RAM_BASE + cpu->desc.ram_bytes) >> 2,
                           PMPADDR_MASK, 0};
    for (unsigned n = 0; n < ENGINE_SLOTS; n++)
        write_engine(cpu, CSR_PMPADDR0 + n,
                     n < OURS ? ours[n] : read_addr(cpu, n - OURS));
    write_engine(cpu, CSR_PMPCFG0, engine_cfg(cpu, 0));
    write_engine(cpu, CSR_PMPCFG0 + 2, engine_cfg(cpu, 8));
    native_set_reg(cpu, UC_RISCV_REG_X5, x5);
    native_flush_tlb(cpu);
}

/* ---- Devices, which the engine never lets anybody reach ---- */

static bool entry_covers(const struct cpu *cpu, unsigned n, uint64_t pa)
{
    uint64_t addr = read_addr(cpu, n), unit = pa >> 2, low = 0;
    switch (MODE(cpu->shadow.pmpcfg[n])) {
    case MODE_TOR:
        if (n > 0)
            low = cpu->shadow.pmpaddr[n - 1] & ~GRAIN_MASK;
        return unit >= low && unit < (addr & ~GRAIN_MASK);
    case MODE_NAPOT: /* the lowest 0 and the ones below it are the size */
        return ((unit ^ addr) & ~(addr ^ (addr + 1))) == 0;
    default:
        return false;
    }
}

bool pmp_allows(const struct cpu *cpu, uint64_t pa, enum mem_intent intent,
                enum cpu_priv priv)
{
    uint8_t need = intent == MEM_STORE ? 2 : intent == MEM_LOAD ? 1 : 4;
    for (unsigned n = 0; n < PMP_ENTRIES; n++)
        if (entry_covers(cpu, n, pa)) {
            uint8_t cfg = cpu->shadow.pmpcfg[n];
            return (priv == CPU_M && !(cfg & LOCK)) || cfg & need;
        }
    return priv == CPU_M;
}
