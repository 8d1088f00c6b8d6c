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
 *   engine   0  [0, start of RAM)       nothing, locked
 *            1  [end of RAM, top]       nothing, locked
 *        2..13  the guest's 0..11
 *
 * The engine's entries are written as it keeps them, ranges included: by CSRs
 * 2.0.1 reaches only eight, and its TOR ending at 0 covers everything.
 *
 * One byte of pmpcfg:  | L 7 | 0 | A 4-3 | X 2 | W 1 | R 0 |
 */
#include "cpu_unicorn.h"

#define OURS         2
#define LOCK         0x80
#define MODE(cfg)    ((cfg) >> 3 & 3)
#define MODE_OFF     0
#define MODE_TOR     1
#define MODE_NA4     2
#define MODE_NAPOT   3
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

/* ---- Ranges ---- */

struct range {
    uint64_t first, last; /* addresses; first > last: empty */
};

#define EMPTY ((struct range){1, 0})

/* The lowest 0 of a NAPOT address and the ones below it are the size. */
static struct range napot_range(uint64_t addr)
{
    uint64_t ones = addr ^ (addr + 1);
    uint64_t first = (addr & ~ones) << 2;
    return (struct range){first, addr == PMPADDR_MASK ? ALL_ONES
                                                      : first | ones << 2 | 3};
}

static struct range entry_range(const struct cpu *cpu, unsigned n)
{
    uint64_t addr = read_addr(cpu, n), low = 0;
    switch (MODE(cpu->shadow.pmpcfg[n])) {
    case MODE_TOR:
        addr &= ~GRAIN_MASK;
        if (n > 0)
            low = cpu->shadow.pmpaddr[n - 1] & ~GRAIN_MASK;
        return low < addr ? (struct range){low << 2, (addr << 2) - 1} : EMPTY;
    case MODE_NAPOT:
        return napot_range(addr);
    default:
        return EMPTY;
    }
}

/* ---- Into the engine ---- */

static void put(struct cpu *cpu, unsigned slot, uint8_t cfg, struct range range)
{
    struct native_pmp entry = {.first = range.first, .last = range.last};
    /* It must not be OFF, and is never read back: any other mode will do. */
    entry.cfg = range.first > range.last ? 0 : cfg | MODE_NAPOT << 3;
    native_put_pmp(cpu, slot, &entry);
}

void pmp_apply(struct cpu *cpu)
{
    uint64_t ram_end = PLAT_RAM_BASE + cpu->desc.ram_bytes;
    native_load(cpu);
    put(cpu, 0, LOCK, (struct range){0, cpu->ram_first - 1});
    put(cpu, 1, LOCK, (struct range){ram_end, ALL_ONES});
    for (unsigned n = 0; n < PMP_ENTRIES; n++)
        put(cpu, OURS + n, cpu->shadow.pmpcfg[n], entry_range(cpu, n));
    native_store(cpu);
    native_flush_tlb(cpu);
}

/* ---- Devices, which the engine never lets anybody reach ---- */

static bool entry_covers(const struct cpu *cpu, unsigned n, uint64_t pa)
{
    struct range range = entry_range(cpu, n);
    return pa >= range.first && pa <= range.last;
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
