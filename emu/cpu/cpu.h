/*
 * cpu.h - the contract of the processor: one RV64 hart with M, S and U modes.
 *
 * Above this header the hart behaves as the RISC-V privileged manual says;
 * what the engine below gets wrong or leaves out is put right in cpu/. Only
 * cpu_unicorn*.c know the engine.
 *
 * The owner (machine/) gives the hart an environment of callbacks, raises and
 * lowers interrupt lines, and runs it up to an instruction count:
 *
 *     struct cpu_desc desc = { .ram = ram, .ram_bytes = n, .env = {...} };
 *     struct cpu *cpu;
 *     if (cpu_create(&desc, &cpu, why, sizeof why) != 0) ...
 *     cpu_set_pc(cpu, entry);
 *     enum cpu_stop stop = cpu_run(cpu, cpu_clock(cpu) + 1000);
 *
 * Time is executed instructions (retired ones: an instruction that traps does
 * not count) plus idle time that the owner adds. All callbacks see an exact
 * clock, an exact pc and the architectural state before the instruction at pc.
 * Callbacks may read and write registers, CSRs and memory, request a stop and
 * change interrupt lines; they may not call cpu_run, cpu_step, cpu_restore.
 */
#ifndef SALLYPORT_CPU_H
#define SALLYPORT_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cpu;

enum cpu_priv { CPU_U = 0, CPU_S = 1, CPU_M = 3 };

/* Interrupt bits of mip/mie (privileged manual 3.1.9). */
enum cpu_irq {
    CPU_IRQ_SSI = 1,
    CPU_IRQ_MSI = 3,
    CPU_IRQ_STI = 5,
    CPU_IRQ_MTI = 7,
    CPU_IRQ_SEI = 9,
    CPU_IRQ_MEI = 11,
};

#define CPU_CAUSE_INTERRUPT (UINT64_C(1) << 63)

/* One trap, as the hardware takes it. */
struct cpu_trap {
    uint64_t cause; /* as in scause/mcause, interrupt bit included */
    uint64_t tval;
    uint64_t pc;        /* of the instruction that trapped / was not run */
    enum cpu_priv from; /* privilege before */
    enum cpu_priv to;   /* privilege after: S or M */
    uint64_t vector;    /* pc after */
};

/* Instructions that change who runs or what memory means; they run natively,
 * so whoever wants to see them asks for them (cpu_watch_special). */
enum cpu_special {
    CPU_SPECIAL_SRET = 1 << 0,
    CPU_SPECIAL_MRET = 1 << 1,
    CPU_SPECIAL_SATP = 1 << 2,  /* a CSR instruction that writes satp */
    CPU_SPECIAL_FENCE = 1 << 3, /* sfence.vma */
    CPU_SPECIAL_FENCEI = 1 << 4,
};

struct cpu_special_event {
    enum cpu_special what;
    uint64_t pc;
    uint64_t value;          /* SATP: what is about to be written to satp */
    uint64_t rs1, rs2;       /* FENCE: address and ASID operands' values */
    bool rs1_is_x0, rs2_is_x0;
    enum cpu_priv to;        /* SRET, MRET: privilege after */
    uint64_t target;         /* SRET, MRET: pc after */
};

/* What the hart needs from its owner. Pointers may be NULL where said. */
struct cpu_env {
    void *ctx;
    /* A device access at a physical address that is not RAM; size 1, 2, 4, 8.
     * False: nothing there; the hart takes the access fault (1, 5, 7). */
    bool (*mmio_read)(void *ctx, uint64_t pa, unsigned size, uint64_t *value);
    bool (*mmio_write)(void *ctx, uint64_t pa, unsigned size, uint64_t value);
    /* mtime, for rdtime. */
    uint64_t (*time)(void *ctx);
    /* An ecall from S-mode that firmware would answer. True: answered, go on
     * behind the ecall. NULL or false: it traps as delegated. */
    bool (*firmware_call)(void *ctx);
    /* A trap is about to be taken: the state is still the one before it.
     * NULL: nobody listens. */
    void (*trap)(void *ctx, const struct cpu_trap *trap);
    /* A watched special instruction is about to run. NULL: nobody listens. */
    void (*special)(void *ctx, const struct cpu_special_event *event);
};

struct cpu_desc {
    uint8_t *ram;      /* host memory at PLAT_RAM_BASE, page-aligned, caller's */
    size_t ram_bytes;
    bool firmware;     /* start in S-mode, M-mode belongs to the machine:
                          exceptions and interrupts delegated as OpenSBI does,
                          0x80000000..0x801fffff faults */
    struct cpu_env env;
};

/* Why cpu_run came back. */
enum cpu_stop {
    CPU_STOP_CLOCK,    /* the clock reached the bound */
    CPU_STOP_REQUEST,  /* cpu_request_stop was called */
    CPU_STOP_WFI,      /* wfi with no enabled interrupt pending; pc is behind it */
    CPU_STOP_STORM,    /* very many traps in a row without an instruction */
    CPU_STOP_ENGINE,   /* the engine failed; cpu_error says what */
};

/* Makes a hart in its reset state (pc 0, x registers 0). Returns 0, or -1 with
 * one line in why. The RAM stays the caller's and must outlive the hart. */
int cpu_create(const struct cpu_desc *desc, struct cpu **out, char *why,
               size_t why_bytes);
void cpu_destroy(struct cpu *cpu);
const char *cpu_error(const struct cpu *cpu);
/* The engine's name and version, for --version and reports. */
const char *cpu_engine_version(void);

/* ---- Running ---- */
/* Runs until clock == until or something else ends it. Interrupts are taken at
 * exact instructions. Traps are delivered by medeleg/mideleg. */
enum cpu_stop cpu_run(struct cpu *cpu, uint64_t until);
/* One instruction, or one trap taken in its place (an interrupt, a fault). */
enum cpu_stop cpu_step(struct cpu *cpu);
/* From a callback or between runs: come back at the next instruction boundary
 * (the instruction under a watch callback has not run yet). */
void cpu_request_stop(struct cpu *cpu);
/* executed + idle. */
uint64_t cpu_clock(const struct cpu *cpu);
uint64_t cpu_executed(const struct cpu *cpu);
uint64_t cpu_traps(const struct cpu *cpu); /* traps taken so far */
void cpu_add_idle(struct cpu *cpu, uint64_t idle);
/* The clock at which the owner must get control although nothing traps (the
 * next timer deadline); UINT64_MAX for never. Its callback is the return of
 * cpu_run with CPU_STOP_CLOCK: owners pass min(limit, deadline) instead. */

/* ---- State ---- */
uint64_t cpu_pc(const struct cpu *cpu);
void cpu_set_pc(struct cpu *cpu, uint64_t pc);
uint64_t cpu_x(const struct cpu *cpu, unsigned n); /* x0..x31 */
void cpu_set_x(struct cpu *cpu, unsigned n, uint64_t value);
enum cpu_priv cpu_privilege(const struct cpu *cpu);
void cpu_set_privilege(struct cpu *cpu, enum cpu_priv priv);
/* A CSR by number, whatever the current privilege. Unknown: false. */
bool cpu_csr(const struct cpu *cpu, unsigned number, uint64_t *value);
bool cpu_set_csr(struct cpu *cpu, unsigned number, uint64_t value);
/* Level of an interrupt line into mip. */
void cpu_set_irq(struct cpu *cpu, enum cpu_irq irq, bool level);

/* ---- Watching ---- */
typedef void cpu_watch_fn(void *ctx, uint64_t pc);
/* Calls fn before the instruction at virtual address pc runs, in whatever
 * address space. Returns an id >= 0, or -1. Watches cost when there are
 * hundreds of them. */
int cpu_watch(struct cpu *cpu, uint64_t pc, cpu_watch_fn *fn, void *ctx);
void cpu_unwatch(struct cpu *cpu, int id);

enum { CPU_LOADS = 1, CPU_STORES = 2 };

/* One instruction's access to watched memory, which is about to happen. */
struct cpu_access {
    uint64_t pa;
    unsigned size; /* bytes; less than the instruction's own if it lies across
                      the end of a page: then each part comes by itself */
    unsigned what; /* CPU_LOADS, CPU_STORES, an AMO both */
    uint64_t value; /* of a store, all the register; of an AMO its operand */
};

typedef void cpu_memory_fn(void *ctx, const struct cpu_access *access);
/*
 * Calls fn before an instruction loads from or stores to any of the n bytes at
 * physical address pa, in any mode, through whatever page table; RAM or device.
 * Not for an instruction that will trap instead, nor for an SC without a
 * reservation. The hart's own reads of page tables, and the A and D bits that
 * it sets there, are none. accesses: CPU_LOADS, CPU_STORES or both. Returns an
 * id >= 0, or -1. While any is set, running takes 1.3 to 1.7 times as long
 * where code stores or crosses modes, 6 to 13 times in a loop of arithmetic
 * (bench_cpu);
 * nothing else changes. Set or cleared from a callback it takes effect at the
 * next instruction.
 */
int cpu_watch_memory(struct cpu *cpu, uint64_t pa, size_t n, unsigned accesses,
                     cpu_memory_fn *fn, void *ctx);
void cpu_unwatch_memory(struct cpu *cpu, int id);
/* Which special instructions reach env.special: a set of enum cpu_special.
 * They are found wherever they run, whatever the kernel's layout. */
void cpu_watch_special(struct cpu *cpu, unsigned set);

/* ---- Saving ---- */
/* The whole hart (registers, CSRs, privilege, counts), RAM excepted, as an
 * opaque block of cpu_state_bytes bytes that only the same build and engine
 * reads again. cpu_restore drops stale translations; the caller has put RAM
 * back before and names what changed with cpu_invalidate. */
size_t cpu_state_bytes(const struct cpu *cpu);
void cpu_save(const struct cpu *cpu, void *state);
void cpu_restore(struct cpu *cpu, const void *state);
/* The same as CPU_WORDS numbers that do not depend on the engine: for a file
 * that another build may read. As cpu_restore, import says nothing of RAM; what
 * was not exported by export makes some state or other, and no harm. */
#define CPU_WORDS 128
void cpu_export(const struct cpu *cpu, uint64_t word[CPU_WORDS]);
void cpu_import(struct cpu *cpu, const uint64_t word[CPU_WORDS]);
/* Code at these physical bytes changed behind the hart's back. */
void cpu_invalidate(struct cpu *cpu, uint64_t pa, size_t bytes);
/* FNV-1a or better over the architectural state; equal states, equal hashes. */
uint64_t cpu_hash(const struct cpu *cpu);

/* ---- Names (cpu_names.c) ---- */
const char *cpu_x_name(unsigned n);            /* "zero" "ra" ... */
const char *cpu_csr_name(unsigned number);     /* NULL if unknown */
int cpu_csr_number(const char *name);          /* -1 if unknown */
/* "ecall from U", "store page fault", "supervisor timer interrupt", ... */
const char *cpu_cause_name(uint64_t cause);

/* ---- Disassembly (disasm.c, LLVM) ---- */
/* Text of the instruction at pc from up to 4 bytes; branch targets absolute.
 * Returns its length, 2 or 4; an invalid one reads ".word 0x...". */
unsigned cpu_disassemble(uint64_t pc, const uint8_t *bytes, size_t have,
                         char *text, size_t text_bytes);

#endif
