/*
 * cpu_unicorn_watch.c - memory that is watched, by physical address.
 *
 * The engine's own hooks on memory come when an access is under way, cannot
 * call it off, and name the pc of the block. So while anything is watched every
 * instruction is hooked (as it is for compressed code), the loads and stores
 * among them are sites, and where each goes is worked out before it runs: from
 * its operands, by our own walk of the page table. Nearly all are ruled out by
 * the place within the page, which needs no walk.
 */
#include "cpu_unicorn.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES 4096u
#define GRANULE    (PAGE_BYTES / MEMORY_GRANULES)

/* What an instruction does to memory, wherever that is. */
struct operand {
    unsigned base, reg;
    int64_t offset;
    unsigned size, what;
    bool fp, atomic, conditional;
};

/* ---- Reading the instruction ---- */

static bool decode_atomic(uint32_t insn, struct operand *o)
{
    if (insn_opcode(insn) != INSN_OP_AMO || (insn_funct3(insn) & 6) != 2)
        return false;
    bool lr = insn >> 27 == 2, sc = insn_is_sc(insn);
    o->base = insn_rs1(insn);
    o->reg = insn_rs2(insn);
    o->size = 1u << insn_funct3(insn);
    o->what = lr ? CPU_LOADS : sc ? CPU_STORES : CPU_LOADS | CPU_STORES;
    o->atomic = true;
    o->conditional = sc;
    return true;
}

static bool decode(uint32_t insn, struct operand *o)
{
    struct insn_access a;
    memset(o, 0, sizeof *o);
    if (decode_atomic(insn, o))
        return true;
    if (insn_is_c_reserved(insn) || !insn_decode_access(insn, &a))
        return false;
    o->base = a.base;
    o->reg = a.reg;
    o->offset = a.offset;
    o->size = a.size;
    o->what = a.store ? CPU_STORES : CPU_LOADS;
    o->fp = a.fp;
    return true;
}

unsigned watch_kinds_of(const struct cpu *cpu, uint32_t insn)
{
    struct operand o;
    return cpu->memory_watched > 0 && cpu->exact && decode(insn, &o)
               ? SITE_MEMORY
               : 0;
}

/* ---- Where it goes ---- */

/* An access, or the part of one that lies in one page. */
struct piece {
    uint64_t pa;
    unsigned size;
};

static bool in_granules(const struct cpu *cpu, uint64_t va, unsigned size)
{
    for (uint64_t at = va / GRANULE; at <= (va + size - 1) / GRANULE; at++)
        if (cpu->memory_granules[at % MEMORY_GRANULES / 64] >> at % 64 & 1)
            return true;
    return false;
}

static bool reach_piece(struct cpu *cpu, uint64_t va, unsigned size,
                        const struct operand *o, struct piece *piece)
{
    piece->size = size;
    if (o->what & CPU_STORES && !mem_reaches(cpu, va, MEM_STORE, &piece->pa))
        return false;
    if (o->what & CPU_LOADS && !mem_reaches(cpu, va, MEM_LOAD, &piece->pa))
        return false;
    return true;
}

/* The access at va in one or two pieces; 0: it will trap, or store nothing. */
static unsigned reach(struct cpu *cpu, uint64_t va, const struct operand *o,
                      struct piece piece[2])
{
    unsigned first = PAGE_BYTES - (unsigned)(va % PAGE_BYTES);
    unsigned count = first < o->size ? 2 : 1;
    if ((o->fp && site_float_is_off(cpu)) || (o->atomic && va % o->size != 0) ||
        (o->conditional && native_read(cpu, NATIVE_LOAD_RES) != va))
        return 0;
    first = count == 2 ? first : o->size;
    if (!reach_piece(cpu, va, first, o, &piece[0]) ||
        (count == 2 &&
         !reach_piece(cpu, va + first, o->size - first, o, &piece[1])))
        return 0;
    bool device = mem_ram(cpu, piece[0].pa, piece[0].size) == NULL;
    return device && va % o->size != 0 ? 0 : count;
}

static bool watch_covers(const struct memory_watch *w,
                         const struct piece *piece, unsigned what)
{
    return w->accesses & what && piece->pa <= w->last &&
           w->pa <= piece->pa + piece->size - 1;
}

static bool any_covers(const struct cpu *cpu, const struct piece *piece,
                       unsigned count, unsigned what)
{
    for (size_t i = 0; i < cpu->memory_slots; i++)
        for (unsigned part = 0; part < count; part++)
            if (watch_covers(&cpu->memory[i], &piece[part], what))
                return true;
    return false;
}

/* As with watched addresses of code: not again after a stop. */
static bool already_told(const struct cpu *cpu, uint64_t pc, uint64_t now)
{
    return cpu->memory_told && cpu->memory_told_pc == pc &&
           cpu->memory_told_at == now;
}

bool watch_stops(struct cpu *cpu, const struct site *site, uint64_t now)
{
    struct operand o;
    struct piece piece[2];
    if (!(site->kinds & SITE_MEMORY) || cpu->memory_watched == 0 ||
        cpu->forced_site || already_told(cpu, site->pc, now) ||
        !decode(site->mixed ? mem_insn(cpu, site->pc) : site->insn, &o))
        return false;
    uint64_t va = cpu_x(cpu, o.base) + (uint64_t)o.offset;
    if (!in_granules(cpu, va, o.size))
        return false;
    unsigned count = reach(cpu, va, &o, piece);
    return any_covers(cpu, piece, count, o.what);
}

/* Watches may come and go while their functions are called. */
static void tell_piece(struct cpu *cpu, const struct cpu_access *access)
{
    struct piece piece = {access->pa, access->size};
    for (size_t i = 0; i < cpu->memory_slots; i++) {
        struct memory_watch w = cpu->memory[i];
        if (watch_covers(&w, &piece, access->what))
            w.fn(w.ctx, access);
    }
}

bool watch_tell(struct cpu *cpu, uint32_t insn)
{
    struct operand o;
    struct piece piece[2];
    if (cpu->memory_watched == 0 || already_told(cpu, cpu->pc, cpu->executed) ||
        !decode(insn, &o))
        return false;
    cpu->memory_told = true;
    cpu->memory_told_pc = cpu->pc;
    cpu->memory_told_at = cpu->executed;
    uint64_t va = cpu_x(cpu, o.base) + (uint64_t)o.offset;
    uint64_t value = o.fp ? native_reg(cpu, UC_RISCV_REG_F0 + (int)o.reg)
                          : cpu_x(cpu, o.reg);
    unsigned count = reach(cpu, va, &o, piece);
    for (unsigned i = 0; i < count; i++) {
        struct cpu_access access = {piece[i].pa, piece[i].size, o.what,
                                    o.what & CPU_STORES ? value : 0};
        tell_piece(cpu, &access);
    }
    return true;
}

/* ---- Setting and clearing ---- */

static int free_slot(struct cpu *cpu)
{
    for (size_t i = 0; i < cpu->memory_slots; i++)
        if (cpu->memory[i].accesses == 0)
            return (int)i;
    size_t slots = cpu->memory_slots + 8;
    struct memory_watch *grown = realloc(cpu->memory, slots * sizeof *grown);
    if (grown == NULL)
        return -1;
    memset(grown + cpu->memory_slots, 0, 8 * sizeof *grown);
    cpu->memory = grown;
    cpu->memory_slots = slots;
    return (int)slots - 8;
}

static void mark_granules(struct cpu *cpu, const struct memory_watch *w)
{
    uint64_t first = w->pa / GRANULE, last = w->last / GRANULE;
    if (last - first >= MEMORY_GRANULES)
        last = first + MEMORY_GRANULES - 1;
    for (uint64_t at = first; at <= last; at++)
        cpu->memory_granules[at % MEMORY_GRANULES / 64] |= UINT64_C(1)
                                                           << at % 64;
}

/* The first watch makes every load and store a site, the last one's going ends
 * that: both translate all code anew. */
static void changed(struct cpu *cpu, bool was_watching)
{
    bool watching = cpu->memory_watched > 0;
    memset(cpu->memory_granules, 0, sizeof cpu->memory_granules);
    for (size_t i = 0; i < cpu->memory_slots; i++)
        if (cpu->memory[i].accesses != 0)
            mark_granules(cpu, &cpu->memory[i]);
    cpu->exact_wanted = watching || cpu->compressed;
    cpu->flush_wanted |= watching != was_watching;
}

int cpu_watch_memory(struct cpu *cpu, uint64_t pa, size_t n, unsigned accesses,
                     cpu_memory_fn *fn, void *ctx)
{
    bool before = cpu->memory_watched > 0;
    if (n == 0 || pa > ALL_ONES - (n - 1) || accesses == 0 ||
        accesses > (CPU_LOADS | CPU_STORES))
        return -1;
    int id = free_slot(cpu);
    if (id < 0)
        return -1;
    cpu->memory[id] =
        (struct memory_watch){pa, pa + (n - 1), accesses, fn, ctx};
    cpu->memory_watched++;
    changed(cpu, before);
    return id;
}

void cpu_unwatch_memory(struct cpu *cpu, int id)
{
    if (id < 0 || (size_t)id >= cpu->memory_slots ||
        cpu->memory[id].accesses == 0)
        return;
    cpu->memory[id].accesses = 0;
    cpu->memory_watched--;
    changed(cpu, true);
}

void watch_free(struct cpu *cpu)
{
    free(cpu->memory);
}
