/*
 * cpu_unicorn.h - the inside of the hart, shared by the cpu_unicorn*.c files.
 *
 * The engine runs guest code; everything that needs judgement happens outside
 * it. The hooks only count, recognise and stop:
 *
 *      cpu_unicorn_run.c    the loop: house-keeping, run the engine, handle
 *        |  runs              why it stopped, again; the block hook (clock)
 *        v
 *      [ engine ] --fetch--> cpu_unicorn_fetch.c  sees every instruction when
 *        |                     it is translated, makes sites of the few that
 *        |                     matter
 *        +--trap----------> cpu_unicorn_trap.c    why an instruction failed,
 *        |                     device accesses, delivery to M or S
 *        +--site----------> cpu_unicorn_site.c    hooked addresses: go on?
 *                           cpu_unicorn_exec.c    if not: who is told, what is
 *                              carried out here
 *      cpu_unicorn_csr.c     CSRs as the manual defines them
 *      cpu_unicorn_pmp.c     physical memory protection
 *      cpu_unicorn_mem.c     address translation and device accesses
 *      cpu_unicorn_native.c  the engine's own registers, in a saved context
 *      cpu_unicorn_probe.c   where in the context they lie
 *      cpu_unicorn_code.c    translated code that no longer matches memory
 *      cpu_unicorn_watch.c   memory that is watched
 *      cpu_unicorn_save.c    save, restore, hash
 *      cpu_unicorn.c         life, registers, lines
 *
 * The facts about the engine behind this are in docs/developer/engine.md.
 */
#ifndef SALLYPORT_CPU_UNICORN_H
#define SALLYPORT_CPU_UNICORN_H

#include "../platform/platform.h"
#include "cpu.h"
#include "csr_numbers.h"
#include "insn.h"

#include <unicorn/unicorn.h>

/* The engine's registers inside a saved context: byte offsets, unaligned. */
enum native_word {
    NATIVE_PRIV,
    NATIVE_X5,
    NATIVE_PC,
    NATIVE_LOAD_RES, /* LR reservation; all ones: none */
    NATIVE_BADADDR,  /* address of the last memory fault */
    NATIVE_MSTATUS,
    NATIVE_MTVEC,
    NATIVE_MSCRATCH,
    NATIVE_MEPC,
    NATIVE_MCAUSE,
    NATIVE_MTVAL,
    NATIVE_STVEC,
    NATIVE_SSCRATCH,
    NATIVE_SEPC,
    NATIVE_SCAUSE,
    NATIVE_STVAL,
    NATIVE_SATP,
    NATIVE_WORDS
};

/*
 * The engine's PMP table: 16 entries of {address register, configuration}, 16
 * ranges {first, last} that it computes from them, and how many are in use.
 *
 *   0: addr cfg . . . . . . .   (16 bytes each)   256: first last   512: count
 */
#define PMP_SLOTS   16
#define PMP_CFG     8
#define PMP_RANGES  256
#define PMP_COUNT   512

/* Entries that the guest has; of the engine's other four two are ours. */
#define PMP_ENTRIES 12

/* What the engine does not hold, or holds wrongly: kept here instead. */
struct shadow {
    uint64_t mie, medeleg, mideleg;
    uint64_t mip_lines;    /* levels of the interrupt lines */
    uint64_t mip_soft;     /* bits that software wrote */
    uint64_t status_traps; /* mstatus.TW and TSR: the engine's are elsewhere */
    uint32_t mcounteren, scounteren;
    uint64_t mcycle_offset, minstret_offset; /* counter minus the clock */
    uint8_t pmpcfg[PMP_ENTRIES];
    uint64_t pmpaddr[PMP_ENTRIES];
};

/* Why the engine came back. */
enum event_kind {
    EVENT_NONE,
    EVENT_BOUND,   /* at a block's start: the bound, or attention is due */
    EVENT_PARTIAL, /* the bound lies inside the block that is about to run */
    EVENT_SITE,    /* at a site that needs the loop */
    EVENT_TRAP,    /* an instruction failed: cause, tval */
    EVENT_ERROR,   /* the engine gave up: error says why */
};

struct event {
    enum event_kind kind;
    struct site *site;
    unsigned cause;
    uint64_t tval;
};

/* Why an instruction address is hooked; a set. */
enum site_kind {
    SITE_WATCH = 1 << 0,   /* somebody's cpu_watch */
    SITE_STOP = 1 << 1,    /* the bound of this run */
    SITE_EMULATE = 1 << 2, /* never runs natively */
    SITE_STATUS = 1 << 3,  /* a write of sstatus or mstatus */
    SITE_SATP = 1 << 4,    /* a write of satp */
    SITE_EPC = 1 << 5,     /* a write of sepc or mepc */
    SITE_SRET = 1 << 6,
    SITE_FENCE = 1 << 7,
    SITE_FENCEI = 1 << 8,
    SITE_C_FLOAT = 1 << 9,
    SITE_ILLEGAL = 1 << 10, /* insn == illegal_insn cannot be decoded */
    SITE_ALONE = 1 << 11,   /* must begin a block */
    SITE_SC = 1 << 12,
    SITE_MEMORY = 1 << 13, /* a load or store, while memory is watched */
};
/* Those that go when translated code goes. */
#define SITE_BY_CODE (~(unsigned)(SITE_WATCH | SITE_STOP))

struct site {
    uint64_t pc;
    uint32_t insn;
    uint32_t illegal_insn;
    bool known; /* insn has been seen */
    bool mixed; /* another instruction was seen here too: read it anew */
    unsigned kinds;
    bool hooked;
    uc_hook hook;
};

struct watch {
    uint64_t pc;
    cpu_watch_fn *fn;
    void *ctx;
    bool used;
};

/* Translation keeps the low 12 bits of an address: in which 8 bytes of a page
 * anything is watched rules nearly every access out. */
#define MEMORY_GRANULES 512

struct memory_watch {
    uint64_t pa, last; /* both included */
    unsigned accesses; /* 0: free */
    cpu_memory_fn *fn;
    void *ctx;
};

struct cpu {
    /* The block counter. Clock at the start of the current block, its length
     * in instructions, its address; bound: stop before exceeding it. */
    uint64_t base;
    uint64_t block_insns;
    uint64_t block_pc;
    uint64_t bound;

    uc_engine *uc;
    uc_context *context; /* scratch, for native_load and native_store */
    int offset[NATIVE_WORDS];
    int pmp_offset; /* of the engine's PMP table in a context */
    struct cpu_desc desc;
    char error[200];

    /* The architectural position whenever the engine is not running. */
    uint64_t pc;
    uint64_t executed;
    uint64_t idle;
    uint64_t traps;
    struct shadow shadow;

    /* This run. */
    uint64_t limit; /* executed at which cpu_run comes back */
    bool single;    /* cpu_step: come back after a trap as well */
    bool stop_requested;
    bool waiting;       /* a wfi with nothing pending */
    bool forced_site;   /* run the instruction at pc natively, whatever it is */
    uint64_t run_bound; /* bound, when nothing else wants the slow path */
    uint64_t started_pc, started_at; /* where the engine was started */
    bool attention; /* the loop has something to do at the next boundary */
    bool parked;    /* waiting in the parking block for the stop */
    enum cpu_priv parked_priv; /* the real mode meanwhile */
    struct event event;
    uint64_t ram_first; /* RAM below it is the firmware's */
    uint64_t park_pc;   /* an address whose block is never run */
    uint64_t trap_run;  /* traps since an instruction was executed */
    uint64_t trap_run_at;
    uint64_t next_flush; /* executed at which the TLB is emptied */

    /* Counting instruction by instruction, once compressed code was seen and
     * while memory is watched. */
    bool exact;
    bool exact_wanted;
    bool compressed; /* ... which it was */
    uc_hook block_hook;

    /* Sites. */
    struct site **sites; /* open addressing by pc; NULL: free */
    size_t site_slots, site_count;
    struct watch *watches;
    size_t watch_slots;
    struct memory_watch *memory;
    size_t memory_slots, memory_watched;
    uint64_t memory_granules[MEMORY_GRANULES / 64];
    unsigned specials;
    uint64_t translated;        /* instructions, since the buffer was empty */
    bool flush_wanted; /* translated code must go before anything runs */
    bool stop_site_armed;
    uint64_t stop_pc;
    bool notified; /* callbacks for (notified_pc, notified_at) have run */
    uint64_t notified_pc, notified_at;
    bool memory_told; /* ... those of watched memory */
    uint64_t memory_told_pc, memory_told_at;

    /* Translated code beside memory (cpu_unicorn_code.c). */
    bool blind_to_stores; /* the engine does not notice writes to code */
    struct code_page **code_pages; /* by page of RAM; NULL: none needed */
    uint64_t code_checked_satp;

    /* The block that is being translated. */
    bool fetching;
    uint64_t fetch_first, fetch_next, fetch_insn, fetch_base;
    uint8_t *disguised; /* RAM that shows something else for a moment */
    uint64_t disguised_va;
    uint16_t disguise; /* what is really there */
};

#define ALL_ONES       UINT64_MAX
/* Executed instructions between two flushes of the TLB. */
#define FLUSH_INTERVAL (UINT64_C(1) << 18)
/* A translated instruction takes 100 bytes of the 1 GiB that the engine has for
 * code, and 5000 where single steps cut its block again and again. */
#define TRANSLATED_MAX 60000

/* ---- cpu_unicorn_native.c ---- */
int native_open(struct cpu *cpu, char *why, size_t why_bytes);
void native_load(struct cpu *cpu);
void native_store(struct cpu *cpu);
uint64_t native_get(const struct cpu *cpu, enum native_word word);
void native_put(struct cpu *cpu, enum native_word word, uint64_t value);
/* One word, loaded and stored by itself. */
/* The registers in a saved context, without the engine's own header. */
size_t native_state_bytes(const struct cpu *cpu);
void native_save_state(const struct cpu *cpu, void *state);
void native_restore_state(struct cpu *cpu, const void *state);
uint64_t native_read(const struct cpu *cpu, enum native_word word);
void native_write(struct cpu *cpu, enum native_word word, uint64_t value);
enum cpu_priv native_priv(const struct cpu *cpu);
/* A CSR through the engine, with all its side effects, as if from M-mode. */
uint64_t native_csr(const struct cpu *cpu, int reg);
void native_set_csr(struct cpu *cpu, int reg, uint64_t value);
uint64_t native_reg(const struct cpu *cpu, int reg);
void native_set_reg(struct cpu *cpu, int reg, uint64_t value);
void native_flush_tlb(struct cpu *cpu);
void native_flush_code(struct cpu *cpu);
void native_empty_buffer(struct cpu *cpu);
void native_drop_code(struct cpu *cpu, uint64_t pa, size_t bytes);
/* An entry of the engine's PMP: cfg as in pmpcfg, and the addresses that it
 * covers, both ends included. */
struct native_pmp {
    uint8_t cfg;
    uint64_t first, last;
};
/* Into the loaded context, for native_store. */
void native_put_pmp(struct cpu *cpu, unsigned n,
                    const struct native_pmp *entry);

/* ---- cpu_unicorn_run.c ---- */
int run_hooks(struct cpu *cpu);
/* Moves on: the instruction at pc is done, next runs. */
/* Runs the one instruction at pc natively: cpu->event. */
void run_one(struct cpu *cpu);
void run_retire(struct cpu *cpu, uint64_t next);
/* In a hook: stop here, with this event. */
void run_stop(struct cpu *cpu, enum event_kind kind);
/* Ask for the loop at the next instruction boundary. */
void run_attention(struct cpu *cpu);

/* ---- cpu_unicorn_trap.c ---- */
void trap_hook(uc_engine *uc, uint32_t cause, void *user);
/* Handles a failed instruction: emulates it or takes the trap. */
void trap_event(struct cpu *cpu, const struct event *event);
void trap_take(struct cpu *cpu, uint64_t cause, uint64_t tval);
/* Takes the most urgent interrupt that is enabled. False: none. */
bool trap_interrupt(struct cpu *cpu);
bool trap_interrupt_pending(const struct cpu *cpu);

/* ---- cpu_unicorn_fetch.c ---- */
bool fetch_hook(uc_engine *uc, uc_mem_type type, uint64_t address, int size,
                int64_t value, void *user);
/* Puts back the half-word that was hidden from the translator. */
void fetch_undisguise(struct cpu *cpu);
/* After a fetch fault: true if there was none, and code has to run again. */
bool fetch_fault_is_false(struct cpu *cpu, uint64_t badaddr);

/* ---- cpu_unicorn_code.c ---- */
int code_open(struct cpu *cpu);
void code_free(struct cpu *cpu);
void code_fetched(struct cpu *cpu, uint64_t va);
/* Drops what was translated from memory that has changed since. */
void code_check(struct cpu *cpu);
bool code_is_checked(const struct cpu *cpu);

/* ---- cpu_unicorn_site.c ---- */
struct site *site_make(struct cpu *cpu, uint64_t pc);
void site_add_kinds(struct cpu *cpu, struct site *site, unsigned kinds);
/* What an instruction word makes of its address: a set of enum site_kind. */
unsigned site_kinds_of(const struct cpu *cpu, uint32_t insn);
bool site_float_is_off(struct cpu *cpu);
struct site *site_find(const struct cpu *cpu, uint64_t pc);
/* Whether the instruction at a site may run natively right now. */
bool site_passes(struct cpu *cpu, const struct site *site, uint64_t now);
/* Tells who listens to the instruction at cpu->pc. */
void site_tell(struct cpu *cpu, const struct site *site);
void site_event(struct cpu *cpu, struct site *site);
bool site_arm_stop(struct cpu *cpu, uint64_t pc);
void site_disarm_stop(struct cpu *cpu);
void site_flush(struct cpu *cpu);
void site_free(struct cpu *cpu);

void site_unhook_all(struct cpu *cpu);
void site_hook_all(struct cpu *cpu);

/* ---- cpu_unicorn_watch.c ---- */
/* SITE_MEMORY if this instruction may touch what is watched. */
unsigned watch_kinds_of(const struct cpu *cpu, uint32_t insn);
/* Is the instruction at a site about to touch what is watched? */
bool watch_stops(struct cpu *cpu, const struct site *site, uint64_t now);
/* Tells, once, what the instruction at pc is about to do. True: told. */
bool watch_tell(struct cpu *cpu, uint32_t insn);
void watch_free(struct cpu *cpu);

/* ---- cpu_unicorn_csr.c ---- */
bool csr_read(const struct cpu *cpu, unsigned number, uint64_t *value);
bool csr_write(struct cpu *cpu, unsigned number, uint64_t value);
uint64_t csr_mip(const struct cpu *cpu);
uint64_t csr_mstatus(const struct cpu *cpu);
/* Carries out a CSR instruction at pc, or takes its trap. */
void csr_execute(struct cpu *cpu, uint32_t insn);
unsigned csr_site_kinds(uint32_t insn);
uint64_t csr_source(const struct cpu *cpu, uint32_t insn);

/* ---- cpu_unicorn_pmp.c ---- */
enum mem_intent { MEM_FETCH, MEM_LOAD, MEM_STORE };
bool pmp_read(const struct cpu *cpu, unsigned number, uint64_t *value);
bool pmp_write(struct cpu *cpu, unsigned number, uint64_t value);
/* Brings the engine's PMP in line with the shadow. */
void pmp_apply(struct cpu *cpu);
/* Whether the guest's own entries let a device access through. */
bool pmp_allows(const struct cpu *cpu, uint64_t pa, enum mem_intent intent,
                enum cpu_priv priv);

/* ---- cpu_unicorn_mem.c ---- */
/* Where a virtual address lies, without permission checks or side effects. */
bool mem_translate(struct cpu *cpu, uint64_t va, enum mem_intent intent,
                   uint64_t *pa);
/* Where an access of these bits of memory would go, now, in the present mode;
 * false: it would fault. For loads and stores within one page. */
bool mem_reaches(struct cpu *cpu, uint64_t va, enum mem_intent intent,
                 uint64_t *pa);
/* Whether the walk ends in an entry that no access may use. */
bool mem_walk_fails(struct cpu *cpu, uint64_t va, enum mem_intent intent);
/* Host memory at a physical address of RAM, or NULL. */
uint8_t *mem_ram(const struct cpu *cpu, uint64_t pa, size_t bytes);
/* Where in host memory a half-word of code lies, or NULL. */
uint8_t *mem_code(struct cpu *cpu, uint64_t va);
/* The instruction word at a virtual address; 0 if it cannot be read. */
uint32_t mem_insn(struct cpu *cpu, uint64_t va);
bool mem_is_guarded(const struct cpu *cpu, uint64_t pa);
/* The load or store at pc reached a physical address that is not plain RAM.
 * True: a device answered and the instruction is done. */
bool mem_device(struct cpu *cpu, uint32_t insn, uint64_t va);

#endif
