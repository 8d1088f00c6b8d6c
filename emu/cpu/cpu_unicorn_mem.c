/*
 * cpu_unicorn_mem.c - address translation as the hart does it, and the loads
 * and stores that reach devices.
 *
 * The engine translates on its own; this walk is for what it leaves to us, and
 * only after it has checked permissions: so none are checked here. Physical
 * addresses that are not RAM are locked away by PMP (cpu_unicorn_native.c), so
 * an access to a device arrives as a precise access fault, is carried out here
 * and costs about a microsecond.
 */
#include "cpu_unicorn.h"

#include <string.h>

/* The firmware's memory, where neither S nor U may go. */
bool mem_is_guarded(const struct cpu *cpu, uint64_t pa)
{
    return cpu->desc.firmware && pa >= PLAT_RAM_BASE &&
           pa < PLAT_RAM_BASE + PLAT_FIRMWARE_SIZE;
}

uint8_t *mem_ram(const struct cpu *cpu, uint64_t pa, size_t bytes)
{
    if (pa < PLAT_RAM_BASE || bytes > cpu->desc.ram_bytes ||
        pa - PLAT_RAM_BASE > cpu->desc.ram_bytes - bytes)
        return NULL;
    return cpu->desc.ram + (pa - PLAT_RAM_BASE);
}

/* The mode that translation goes by (3.1.6.3: MPRV is for data only). */
static enum cpu_priv effective_priv(const struct cpu *cpu,
                                    enum mem_intent intent)
{
    uint64_t mstatus = native_get(cpu, NATIVE_MSTATUS);
    if (intent != MEM_FETCH && mstatus & MSTATUS_MPRV)
        return (enum cpu_priv)(mstatus >> MSTATUS_MPP_SHIFT & 3);
    return (enum cpu_priv)native_get(cpu, NATIVE_PRIV);
}

enum walk_end {
    WALK_DONE,
    WALK_INVALID, /* a page fault */
    WALK_NOWHERE, /* a table that is not in RAM: an access fault */
};

#define PTE_RESERVED_SHIFT 54
#define PTE_R              2u
#define PTE_W              4u
#define PTE_X              8u
#define PTE_U              16u

/*
 * Sv39 (4.4): three levels of 512 entries.
 *
 *   va  | sign 63-39 | VPN2 38-30 | VPN1 29-21 | VPN0 20-12 | offset 11-0 |
 *   pte | 63-54 | PPN 53-10 | RSW 9-8 | D A G U X W R V |
 */
static enum walk_end walk(const struct cpu *cpu, uint64_t root, uint64_t va,
                          uint64_t *pa, uint64_t *leaf)
{
    uint64_t table = root << 12;
    if ((uint64_t)((int64_t)(va << 25) >> 25) != va)
        return WALK_INVALID;
    for (int level = 2; level >= 0; level--) {
        unsigned shift = 12 + 9 * (unsigned)level;
        const uint8_t *at = mem_ram(cpu, table + (va >> shift & 511) * 8, 8);
        uint64_t pte;
        if (at == NULL)
            return WALK_NOWHERE;
        memcpy(&pte, at, sizeof pte);
        if (!(pte & 1) || pte >> PTE_RESERVED_SHIFT != 0)
            return WALK_INVALID;
        uint64_t frame = pte >> 10 & SATP_PPN_MASK;
        if (pte & 0xe) {
            uint64_t in_page = va & ((UINT64_C(1) << shift) - 1);
            *pa = (frame << 12 & ~((UINT64_C(1) << shift) - 1)) | in_page;
            *leaf = pte;
            return WALK_DONE;
        }
        table = frame << 12;
    }
    return WALK_INVALID;
}

static bool is_bare(const struct cpu *cpu, enum mem_intent intent)
{
    return effective_priv(cpu, intent) == CPU_M ||
           native_get(cpu, NATIVE_SATP) >> SATP_MODE_SHIFT == SATP_MODE_BARE;
}

static enum walk_end translate(struct cpu *cpu, uint64_t va,
                               enum mem_intent intent, uint64_t *pa)
{
    uint64_t leaf;
    native_load(cpu);
    if (!is_bare(cpu, intent))
        return walk(cpu, native_get(cpu, NATIVE_SATP) & SATP_PPN_MASK, va, pa,
                    &leaf);
    *pa = va;
    return WALK_DONE;
}

/* The leaf's permissions (4.3.1): X stands in for R under MXR, U pages are for
 * U-mode, and for S-mode's data under SUM. */
static bool leaf_allows(const struct cpu *cpu, uint64_t leaf,
                        enum mem_intent intent)
{
    uint64_t mstatus = native_get(cpu, NATIVE_MSTATUS);
    bool user = effective_priv(cpu, intent) == CPU_U;
    bool readable = leaf & PTE_R || (leaf & PTE_X && mstatus & MSTATUS_MXR);
    if ((leaf & PTE_W && !(leaf & PTE_R)) ||
        (user ? !(leaf & PTE_U) : leaf & PTE_U && !(mstatus & MSTATUS_SUM)))
        return false;
    return intent == MEM_STORE ? leaf & PTE_W : readable;
}

bool mem_reaches(struct cpu *cpu, uint64_t va, enum mem_intent intent,
                 uint64_t *pa)
{
    uint64_t leaf = 0;
    native_load(cpu);
    *pa = va;
    if (!is_bare(cpu, intent) &&
        (walk(cpu, native_get(cpu, NATIVE_SATP) & SATP_PPN_MASK, va, pa,
              &leaf) != WALK_DONE ||
         !leaf_allows(cpu, leaf, intent)))
        return false;
    return !mem_is_guarded(cpu, *pa) &&
           pmp_allows(cpu, *pa, intent, effective_priv(cpu, intent));
}

bool mem_walk_fails(struct cpu *cpu, uint64_t va, enum mem_intent intent)
{
    uint64_t pa;
    return translate(cpu, va, intent, &pa) == WALK_INVALID;
}

bool mem_translate(struct cpu *cpu, uint64_t va, enum mem_intent intent,
                   uint64_t *pa)
{
    return translate(cpu, va, intent, pa) == WALK_DONE;
}

uint8_t *mem_code(struct cpu *cpu, uint64_t va)
{
    uint64_t pa;
    return mem_translate(cpu, va, MEM_FETCH, &pa) ? mem_ram(cpu, pa, 2) : NULL;
}

static bool read_half(struct cpu *cpu, uint64_t va, uint32_t *half)
{
    uint16_t value;
    const uint8_t *at = mem_code(cpu, va);
    if (at == NULL)
        return false;
    memcpy(&value, at, sizeof value);
    *half = value;
    return true;
}

uint32_t mem_insn(struct cpu *cpu, uint64_t va)
{
    uint32_t low = 0, high = 0;
    if (!read_half(cpu, va, &low))
        return 0;
    if (insn_length(low) == 2)
        return low;
    /* Its page missing: the first half alone, which no decoder takes for a
     * compressed instruction; the fetch will fault. */
    if (!read_half(cpu, va + 2, &high))
        return low;
    return low | high << 16;
}

/* ---- Devices ---- */

static uint64_t extend(uint64_t value, const struct insn_access *access)
{
    unsigned unused = 64 - 8 * access->size;
    if (access->fp && access->size == 4)
        return value | UINT64_C(0xffffffff00000000); /* NaN-boxed (F 12.2) */
    if (access->sign_extend)
        return (uint64_t)((int64_t)(value << unused) >> unused);
    return value << unused >> unused;
}

static int access_reg(const struct insn_access *access)
{
    return (access->fp ? UC_RISCV_REG_F0 : UC_RISCV_REG_X0) + (int)access->reg;
}

static bool device_store(struct cpu *cpu, const struct insn_access *access,
                         uint64_t pa)
{
    uint64_t value = native_reg(cpu, access_reg(access));
    unsigned unused = 64 - 8 * access->size;
    return cpu->desc.env.mmio_write != NULL &&
           cpu->desc.env.mmio_write(cpu->desc.env.ctx, pa, access->size,
                                    value << unused >> unused);
}

static bool device_load(struct cpu *cpu, const struct insn_access *access,
                        uint64_t pa)
{
    uint64_t value = 0;
    if (cpu->desc.env.mmio_read == NULL ||
        !cpu->desc.env.mmio_read(cpu->desc.env.ctx, pa, access->size, &value))
        return false;
    if (access->fp || access->reg != 0)
        native_set_reg(cpu, access_reg(access), extend(value, access));
    return true;
}

/* Devices take only naturally aligned accesses, and no atomic ones. */
bool mem_device(struct cpu *cpu, uint32_t insn, uint64_t va)
{
    struct insn_access access;
    uint64_t pa;
    if (!insn_decode_access(insn, &access) || va % access.size != 0)
        return false;
    enum mem_intent intent = access.store ? MEM_STORE : MEM_LOAD;
    if (!mem_translate(cpu, va, intent, &pa) ||
        mem_ram(cpu, pa, access.size) != NULL || mem_is_guarded(cpu, pa) ||
        !pmp_allows(cpu, pa, intent, effective_priv(cpu, intent)))
        return false;
    bool done = access.store ? device_store(cpu, &access, pa)
                             : device_load(cpu, &access, pa);
    if (done)
        run_retire(cpu, cpu->pc + insn_length(insn));
    return done;
}
