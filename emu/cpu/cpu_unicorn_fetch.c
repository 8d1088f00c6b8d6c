/*
 * cpu_unicorn_fetch.c - sees every instruction when it is translated.
 *
 * RAM is mapped without execute permission, so that the engine asks about
 * every half-word that it fetches; it fetches only to translate, once per
 * block, hence this costs nothing when code runs. The few instructions that the
 * engine must not run by itself become sites (cpu_unicorn_site.c). Nothing is
 * scanned for in advance and nothing can be missed, whatever the kernel's
 * layout. What must not even be translated is shown to the engine as something
 * else for that moment.
 */
#include "cpu_unicorn.h"

#include <string.h>

static void saw_instruction(struct cpu *cpu, uint64_t pc, uint32_t insn)
{
    unsigned kinds = site_kinds_of(cpu, insn) | watch_kinds_of(cpu, insn);
    struct site *site = site_find(cpu, pc);
    if (site == NULL && kinds == 0)
        return;
    site = site_make(cpu, pc);
    if (site == NULL)
        return;
    if (site->known && site->insn != insn)
        site->mixed = true;
    site->known = true;
    site->insn = insn;
    site_add_kinds(cpu, site, kinds);
}

void fetch_undisguise(struct cpu *cpu)
{
    if (cpu->disguised == NULL)
        return;
    memcpy(cpu->disguised, &cpu->disguise, sizeof cpu->disguise);
    cpu->disguised = NULL;
    if (!cpu->attention && !cpu->parked)
        cpu->bound = cpu->run_bound;
}

/* For the length of its translation a half-word reads as another one. */
static void disguise(struct cpu *cpu, uint64_t va, uint16_t as)
{
    cpu->disguised = mem_code(cpu, va);
    if (cpu->disguised == NULL)
        return;
    cpu->disguised_va = va;
    memcpy(&cpu->disguise, cpu->disguised, sizeof cpu->disguise);
    memcpy(cpu->disguised, &as, sizeof as);
    cpu->bound = 0; /* the block hook takes it off again */
}

/* Two kinds of instruction must not even be translated, on 2.0.1:
 * - Compressed float accesses while FS is off, and some reserved words: it
 *   takes them for nothing at all, and loses temporaries over the former; 500
 *   in one block corrupt its heap. It is shown a jump, which ends the block and
 * never runs: the site sees to it. With FS on it translates the block anew.
 * - amomin.w and its like, which it compares wrongly: it is shown a read of the
 *   same place (cpu_unicorn_exec.c does the rest). */
static void disguise_if_bad(struct cpu *cpu, uint64_t va, uint32_t insn)
{
    const struct site *site = site_find(cpu, va);
    unsigned kinds = site == NULL ? 0 : site->kinds;
    if (insn_is_c_reserved(insn) ||
        (insn_is_c_float(insn) && site_float_is_off(cpu)) ||
        (kinds & SITE_ILLEGAL && site->illegal_insn == insn) ||
        (kinds & SITE_ALONE && va != cpu->fetch_first))
        disguise(cpu, va, INSN_C_SELF);
    else if (insn_is_word_minmax(insn))
        disguise(cpu, va + 2, (uint16_t)(insn_as_amo_read(insn) >> 16));
}

static void begin_block(struct cpu *cpu, uint64_t pc)
{
    cpu->fetching = true;
    cpu->fetch_first = cpu->fetch_next = cpu->fetch_insn = pc;
    cpu->fetch_base = cpu->base;
}

/* The engine's pc stays at the block's start while the block is translated;
 * half-words come in order. (The address argument is virtual on 2.0.1 and
 * physical on 2.1.1, so only its low bits are of use.) */
bool fetch_hook(uc_engine *uc, uc_mem_type type, uint64_t address, int size,
                int64_t value, void *user)
{
    struct cpu *cpu = user;
    (void)uc, (void)type, (void)size, (void)value;
    uint64_t first = native_reg(cpu, UC_RISCV_REG_PC);
    if (!cpu->fetching || first != cpu->fetch_first ||
        cpu->base != cpu->fetch_base ||
        ((cpu->fetch_next ^ address) & 0xfff) != 0)
        begin_block(cpu, first);
    uint64_t va = cpu->fetch_next;
    if (va != cpu->disguised_va)
        fetch_undisguise(cpu);
    cpu->fetch_next += 2;
    if (va != cpu->fetch_insn)
        return true;
    uint32_t insn = mem_insn(cpu, va);
    cpu->fetch_insn += insn_length(insn);
    cpu->translated++;
    if (insn_length(insn) == 2) {
        cpu->compressed = cpu->exact_wanted = true;
        if (!cpu->exact)
            run_attention(cpu);
    }
    code_fetched(cpu, va);
    if (insn_length(insn) == 4)
        code_fetched(cpu, va + 2);
    saw_instruction(cpu, va, insn);
    disguise_if_bad(cpu, va, insn);
    return true;
}

/* ---- Fetch faults that are none ---- */

static void add_kind_at(struct cpu *cpu, uint64_t pc, unsigned kinds)
{
    struct site *site = site_make(cpu, pc);
    uint8_t *at = mem_code(cpu, pc);
    if (site == NULL)
        return;
    site->illegal_insn = mem_insn(cpu, pc);
    site_add_kinds(cpu, site, kinds);
    if (at != NULL)
        native_drop_code(cpu, PLAT_RAM_BASE + (uint64_t)(at - cpu->desc.ram),
                         2);
}

/*
 * The engine reports a failed translation at the block's start, though a later
 * instruction may be the cause, and invents some failures:
 *
 *   - An instruction that lies across a page's end, its second page missing: it
 *     must begin a block of its own for pc to be right.
 *   - 2.0.1 computes the length of a block that ends in an undecodable word as
 *     4 too short, and then looks for the page in which the block "ends": the
 *     one before it (length 0), or one 64 KiB on (length -4, in 16 bits). If
 *     that page is missing, the fault is its own. The word becomes a site.
 */
bool fetch_fault_is_false(struct cpu *cpu, uint64_t badaddr)
{
    uint64_t page = cpu->pc & ~UINT64_C(4095), next = page + 4096;
    if (badaddr == cpu->pc || (badaddr == next && cpu->pc + 2 == next))
        return false;
    if (badaddr == next)
        add_kind_at(cpu, next - 2, SITE_ALONE);
    else
        add_kind_at(cpu, badaddr + 4096 == page ? cpu->pc + 4 : cpu->pc,
                    SITE_ILLEGAL);
    return true;
}
