/*
 * cpu_unicorn_site.c - the instruction addresses that need attention, hooked
 * each at its one address: what the engine must not run by itself, what is
 * watched, and the bound of a run. cpu_unicorn_fetch.c finds the former.
 *
 * A site goes by virtual address. The same address may hold something else in
 * another address space; such a site is marked mixed and reads its instruction
 * anew every time.
 */
#include "cpu_unicorn.h"

#include <stdlib.h>
#include <string.h>

/* ---- The table ---- */

static size_t slot_of(const struct cpu *cpu, uint64_t pc)
{
    size_t slot = (size_t)((pc >> 1) * UINT64_C(0x9e3779b97f4a7c15) >> 20);
    for (slot &= cpu->site_slots - 1;
         cpu->sites[slot] != NULL && cpu->sites[slot]->pc != pc;)
        slot = (slot + 1) & (cpu->site_slots - 1);
    return slot;
}

struct site *site_find(const struct cpu *cpu, uint64_t pc)
{
    return cpu->site_slots == 0 ? NULL : cpu->sites[slot_of(cpu, pc)];
}

static bool grow(struct cpu *cpu)
{
    struct site **old = cpu->sites;
    size_t old_slots = cpu->site_slots;
    if (cpu->site_count * 2 < old_slots)
        return true;
    size_t slots = old_slots == 0 ? 256 : old_slots * 2;
    struct site **fresh = calloc(slots, sizeof(struct site *));
    if (fresh == NULL)
        return false;
    cpu->sites = fresh;
    cpu->site_slots = slots;
    for (size_t i = 0; i < old_slots; i++)
        if (old[i] != NULL)
            cpu->sites[slot_of(cpu, old[i]->pc)] = old[i];
    free(old);
    return true;
}

static void site_hook(uc_engine *uc, uint64_t pc, uint32_t size, void *user);

struct site *site_make(struct cpu *cpu, uint64_t pc)
{
    struct site *site = site_find(cpu, pc);
    if (site != NULL || !grow(cpu))
        return site;
    site = calloc(1, sizeof *site);
    if (site == NULL)
        return NULL;
    site->pc = pc;
    cpu->sites[slot_of(cpu, pc)] = site;
    cpu->site_count++;
    return site;
}

void site_add_kinds(struct cpu *cpu, struct site *site, unsigned kinds)
{
    site->kinds |= kinds;
    if (site->kinds != 0 && !site->hooked && !cpu->exact)
        site->hooked =
            uc_hook_add(cpu->uc, &site->hook, UC_HOOK_CODE, (void *)site_hook,
                        cpu, site->pc, site->pc) == UC_ERR_OK;
}

static void drop_kinds(struct cpu *cpu, struct site *site, unsigned kinds)
{
    site->kinds &= ~kinds;
    if (site->kinds == 0 && site->hooked) {
        uc_hook_del(cpu->uc, site->hook);
        site->hooked = false;
    }
}

/* Forgets what was seen of the code: it will be translated anew. */
void site_flush(struct cpu *cpu)
{
    native_flush_code(cpu);
    for (size_t i = 0; i < cpu->site_slots; i++) {
        struct site *site = cpu->sites[i];
        if (site == NULL)
            continue;
        drop_kinds(cpu, site, SITE_BY_CODE);
        site->known = site->mixed = false;
    }
    cpu->flush_wanted = false;
    cpu->stop_site_armed = cpu->stop_site_armed && !cpu->exact;
}

/* With a hook on every instruction, those at one address are in the way: the
 * engine looks through all of them for each. */
void site_unhook_all(struct cpu *cpu)
{
    for (size_t i = 0; i < cpu->site_slots; i++)
        if (cpu->sites[i] != NULL && cpu->sites[i]->hooked) {
            uc_hook_del(cpu->uc, cpu->sites[i]->hook);
            cpu->sites[i]->hooked = false;
        }
}

void site_hook_all(struct cpu *cpu)
{
    for (size_t i = 0; i < cpu->site_slots; i++)
        if (cpu->sites[i] != NULL)
            site_add_kinds(cpu, cpu->sites[i], 0);
}

void site_free(struct cpu *cpu)
{
    for (size_t i = 0; i < cpu->site_slots; i++)
        free(cpu->sites[i]);
    free(cpu->sites);
    free(cpu->watches);
}

/* ---- What an instruction asks for ---- */

unsigned site_kinds_of(const struct cpu *cpu, uint32_t insn)
{
    if (insn_is_csr(insn))
        return csr_site_kinds(insn);
    if (insn == INSN_MRET || insn == INSN_WFI || insn == INSN_EBREAK ||
        insn == INSN_C_EBREAK || insn_is_c_reserved(insn) ||
        insn_is_word_minmax(insn))
        return SITE_EMULATE;
    if (insn_is_c_float(insn))
        return SITE_C_FLOAT;
    if (insn == INSN_SRET)
        return SITE_SRET;
    if (insn_is_sc(insn))
        return SITE_SC;
    if (insn_is_sfence_vma(insn) && cpu->specials & CPU_SPECIAL_FENCE)
        return SITE_FENCE;
    if (insn_is_fence_i(insn))
        return (cpu->blind_to_stores ? SITE_EMULATE : 0) |
               (cpu->specials & CPU_SPECIAL_FENCEI ? SITE_FENCEI : 0);
    return 0;
}

bool site_float_is_off(struct cpu *cpu)
{
    return (native_read(cpu, NATIVE_MSTATUS) & MSTATUS_FS) == 0;
}

/* ---- Running into a site ---- */

static bool epc_write_is_clean(struct cpu *cpu, uint32_t insn)
{
    return insn_funct3(insn) == 1 && (csr_source(cpu, insn) & 1) == 0;
}

static bool satp_write_is_clean(struct cpu *cpu, uint32_t insn)
{
    uint64_t mode = csr_source(cpu, insn) >> SATP_MODE_SHIFT;
    return insn_funct3(insn) == 1 &&
           (mode == SATP_MODE_BARE || mode == SATP_MODE_SV39);
}

/* Bits of mstatus that the engine lets in wrongly or does not know. */
#define STATUS_DOUBTFUL                                                        \
    (MSTATUS_MPP | MSTATUS_MPRV | MSTATUS_TW | MSTATUS_TSR | ENGINE_TW |       \
     ENGINE_TSR)

/* A write of sstatus, or a set or clear of other bits. */
static bool status_write_is_clean(struct cpu *cpu, uint32_t insn)
{
    return insn_csr(insn) == CSR_SSTATUS ||
           (insn_funct3(insn) != 1 &&
            (csr_source(cpu, insn) & STATUS_DOUBTFUL) == 0);
}

/* An sret clears MPRV and may be trapped by TSR, which the engine does not
 * know; and it may lead to code that has changed. */
static bool sret_is_plain(struct cpu *cpu)
{
    return !(native_read(cpu, NATIVE_MSTATUS) & MSTATUS_MPRV) &&
           !(cpu->shadow.status_traps & MSTATUS_TSR) && code_is_checked(cpu);
}

/* The engine fails a misaligned SC without the trap that it must take. */
static bool sc_is_aligned(struct cpu *cpu, uint32_t insn)
{
    unsigned size = 1u << insn_funct3(insn);
    return cpu_x(cpu, insn_rs1(insn)) % size == 0;
}

static bool special_wanted(const struct cpu *cpu, const struct site *site,
                           uint32_t insn)
{
    return (site->kinds & SITE_SRET && cpu->specials & CPU_SPECIAL_SRET) ||
           (insn == INSN_MRET && cpu->specials & CPU_SPECIAL_MRET) ||
           (site->kinds & SITE_SATP && cpu->specials & CPU_SPECIAL_SATP) ||
           site->kinds & (SITE_FENCE | SITE_FENCEI);
}

static bool already_told(const struct cpu *cpu, uint64_t pc, uint64_t now)
{
    return cpu->notified && cpu->notified_pc == pc && cpu->notified_at == now;
}

/* With an interrupt waiting, whatever may let it in ends this run of the
 * engine, so that the loop can look. */
static bool may_let_interrupt_in(struct cpu *cpu, unsigned kinds)
{
    return kinds & (SITE_STATUS | SITE_SRET) && trap_interrupt_pending(cpu);
}

bool site_passes(struct cpu *cpu, const struct site *site, uint64_t now)
{
    unsigned kinds = site->kinds & ~(unsigned)(SITE_STOP | SITE_MEMORY);
    if (kinds == 0 || cpu->forced_site)
        return true;
    /* When every instruction is hooked, blocks that were translated before the
     * site was made come here too: then nothing is certain. */
    bool doubt = site->mixed || cpu->exact;
    uint32_t insn = doubt ? mem_insn(cpu, site->pc) : site->insn;
    bool illegal = kinds & SITE_ILLEGAL && site->illegal_insn == insn;
    if (doubt)
        kinds = (kinds & (SITE_WATCH | SITE_ALONE)) | site_kinds_of(cpu, insn);
    if (kinds & SITE_EMULATE || illegal)
        return false;
    if (kinds & SITE_ALONE &&
        (cpu->started_pc != site->pc || cpu->started_at != now))
        return false;
    if ((kinds & SITE_WATCH || special_wanted(cpu, site, insn)) &&
        !already_told(cpu, site->pc, now))
        return false;
    if (may_let_interrupt_in(cpu, kinds))
        run_attention(cpu);
    return !((kinds & SITE_EPC && !epc_write_is_clean(cpu, insn)) ||
             (kinds & SITE_SATP && !satp_write_is_clean(cpu, insn)) ||
             (kinds & SITE_STATUS && !status_write_is_clean(cpu, insn)) ||
             (kinds & SITE_C_FLOAT && site_float_is_off(cpu)) ||
             (kinds & SITE_SRET && !sret_is_plain(cpu)) ||
             (kinds & SITE_SC && !sc_is_aligned(cpu, insn)));
}

/* Where listening is all that a site is for, the listeners are told here, in
 * the engine's run: stopping it and starting it again costs ten times as much.
 * False: something else has to be done, or came of it. */
static bool passes_when_told(struct cpu *cpu, const struct site *site,
                             uint64_t now)
{
    const unsigned outside =
        SITE_EMULATE | SITE_ALONE | SITE_MEMORY | SITE_ILLEGAL;
    if (site->mixed || !site->known || site->kinds & outside ||
        already_told(cpu, site->pc, now))
        return false;
    cpu->pc = site->pc;
    cpu->executed = now;
    site_tell(cpu, site);
    return cpu->pc == site->pc && !cpu->stop_requested && !cpu->flush_wanted &&
           !trap_interrupt_pending(cpu) && site_passes(cpu, site, now);
}

static void site_hook(uc_engine *uc, uint64_t pc, uint32_t size, void *user)
{
    struct cpu *cpu = user;
    struct site *site = site_find(cpu, pc);
    (void)uc, (void)size;
    if (site == NULL || cpu->exact || cpu->parked)
        return;
    uint64_t now = cpu->base + (pc - cpu->block_pc) / 4;
    bool stop = site->kinds & SITE_STOP && now == cpu->bound;
    if (!stop &&
        (site_passes(cpu, site, now) || passes_when_told(cpu, site, now)))
        return;
    cpu->pc = pc;
    cpu->base = cpu->executed = now;
    cpu->block_insns = 0;
    cpu->event.site = site;
    run_stop(cpu, stop ? EVENT_BOUND : EVENT_SITE);
}

/* ---- The bound of a run ---- */

bool site_arm_stop(struct cpu *cpu, uint64_t pc)
{
    struct site *site = site_make(cpu, pc);
    uint64_t pa;
    if (site == NULL)
        return false;
    site_add_kinds(cpu, site, SITE_STOP);
    cpu->stop_site_armed = true;
    cpu->stop_pc = pc;
    if (mem_translate(cpu, pc, MEM_FETCH, &pa) && mem_ram(cpu, pa, 2) != NULL)
        native_drop_code(cpu, pa, 2);
    return true;
}

void site_disarm_stop(struct cpu *cpu)
{
    if (!cpu->stop_site_armed)
        return;
    cpu->stop_site_armed = false;
    struct site *site = site_find(cpu, cpu->stop_pc);
    uint64_t pa;
    if (site == NULL)
        return;
    drop_kinds(cpu, site, SITE_STOP);
    if (mem_translate(cpu, cpu->stop_pc, MEM_FETCH, &pa) &&
        mem_ram(cpu, pa, 2) != NULL)
        native_drop_code(cpu, pa, 2);
}

/* ---- Watching ---- */

static int free_watch(struct cpu *cpu)
{
    for (size_t i = 0; i < cpu->watch_slots; i++)
        if (!cpu->watches[i].used)
            return (int)i;
    size_t slots = cpu->watch_slots == 0 ? 16 : cpu->watch_slots * 2;
    struct watch *grown = realloc(cpu->watches, slots * sizeof *grown);
    if (grown == NULL)
        return -1;
    memset(grown + cpu->watch_slots, 0,
           (slots - cpu->watch_slots) * sizeof *grown);
    cpu->watches = grown;
    int id = (int)cpu->watch_slots;
    cpu->watch_slots = slots;
    return id;
}

int cpu_watch(struct cpu *cpu, uint64_t pc, cpu_watch_fn *fn, void *ctx)
{
    struct site *site = site_make(cpu, pc);
    int id = free_watch(cpu);
    if (site == NULL || id < 0)
        return -1;
    if (!(site->kinds & SITE_WATCH)) {
        bool was_hooked = site->hooked;
        site_add_kinds(cpu, site, SITE_WATCH);
        cpu->flush_wanted |= !was_hooked;
    }
    cpu->watches[id] = (struct watch){pc, fn, ctx, true};
    return id;
}

void cpu_unwatch(struct cpu *cpu, int id)
{
    if (id < 0 || (size_t)id >= cpu->watch_slots || !cpu->watches[id].used)
        return;
    cpu->watches[id].used = false;
    for (size_t i = 0; i < cpu->watch_slots; i++)
        if (cpu->watches[i].used && cpu->watches[i].pc == cpu->watches[id].pc)
            return;
    struct site *site = site_find(cpu, cpu->watches[id].pc);
    if (site == NULL)
        return;
    drop_kinds(cpu, site, SITE_WATCH);
    cpu->flush_wanted = true;
}

void cpu_watch_special(struct cpu *cpu, unsigned set)
{
    if (set != cpu->specials)
        cpu->flush_wanted = true;
    cpu->specials = set;
}
