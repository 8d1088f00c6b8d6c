/*
 * cpu_unicorn_csr.c - control and status registers as the privileged manual
 * defines them (chapters 2 to 4), and the CSR instructions that are carried
 * out here instead of by the engine.
 *
 * Three kinds:
 *   - the engine's own are right as they are: their instructions run natively
 *     (scratch, cause, tval, tvec, floating point);
 *   - the engine holds them but lets in values that the manual forbids: their
 *     writes are looked at first (status, satp, epc);
 *   - the engine's are wrong, host-dependent or missing: kept in the shadow and
 *     never executed natively (interrupts, delegation, counters, PMP, misa).
 */
#include "cpu_unicorn.h"

#define SSI          (UINT64_C(1) << CPU_IRQ_SSI)
#define STI          (UINT64_C(1) << CPU_IRQ_STI)
#define SEI          (UINT64_C(1) << CPU_IRQ_SEI)
#define S_INTERRUPTS (SSI | STI | SEI)
#define M_INTERRUPTS                                                           \
    (UINT64_C(1) << CPU_IRQ_MSI | UINT64_C(1) << CPU_IRQ_MTI |                 \
     UINT64_C(1) << CPU_IRQ_MEI)

/* 0-9, 12, 13, 15; not an ecall from M (3.1.8). */
#define DELEGABLE    UINT64_C(0xb3ff)

#define STATUS_FIXED (MSTATUS_UXL64 | MSTATUS_SXL64)
#define MSTATUS_WRITABLE                                                       \
    (MSTATUS_SIE | MSTATUS_MIE | MSTATUS_SPIE | MSTATUS_MPIE | MSTATUS_SPP |   \
     MSTATUS_MPP | MSTATUS_FS | MSTATUS_MPRV | MSTATUS_SUM | MSTATUS_MXR |     \
     MSTATUS_TVM)
#define STATUS_TRAPS (MSTATUS_TW | MSTATUS_TSR)
#define SSTATUS_WRITABLE                                                       \
    (MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_FS | MSTATUS_SUM |     \
     MSTATUS_MXR)

static bool between(unsigned number, unsigned low, unsigned high)
{
    return number >= low && number <= high;
}

uint64_t csr_mip(const struct cpu *cpu)
{
    return cpu->shadow.mip_lines | cpu->shadow.mip_soft;
}

/* ---- Reading ---- */

uint64_t csr_mstatus(const struct cpu *cpu)
{
    uint64_t value = (native_read(cpu, NATIVE_MSTATUS) & MSTATUS_WRITABLE) |
                     STATUS_FIXED | cpu->shadow.status_traps;
    if ((value & MSTATUS_FS) == MSTATUS_FS)
        value |= MSTATUS_SD;
    return value;
}

static bool read_engine(const struct cpu *cpu, unsigned number, uint64_t *value)
{
    static const struct {
        unsigned number;
        enum native_word word;
    } words[] = {
        {CSR_STVEC, NATIVE_STVEC}, {CSR_SSCRATCH, NATIVE_SSCRATCH},
        {CSR_SEPC, NATIVE_SEPC},   {CSR_SCAUSE, NATIVE_SCAUSE},
        {CSR_STVAL, NATIVE_STVAL}, {CSR_SATP, NATIVE_SATP},
        {CSR_MTVEC, NATIVE_MTVEC}, {CSR_MSCRATCH, NATIVE_MSCRATCH},
        {CSR_MEPC, NATIVE_MEPC},   {CSR_MCAUSE, NATIVE_MCAUSE},
        {CSR_MTVAL, NATIVE_MTVAL},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].number == number) {
            *value = native_read(cpu, words[i].word);
            return true;
        }
    return false;
}

static uint64_t mtime(const struct cpu *cpu)
{
    return cpu->desc.env.time != NULL ? cpu->desc.env.time(cpu->desc.env.ctx)
                                      : 0;
}

static bool read_counter(const struct cpu *cpu, unsigned number,
                         uint64_t *value)
{
    if (number == CSR_TIME)
        *value = mtime(cpu);
    else if (number == CSR_CYCLE || number == CSR_MCYCLE)
        *value = cpu_clock(cpu) + cpu->shadow.mcycle_offset;
    else if (number == CSR_INSTRET || number == CSR_MINSTRET)
        *value = cpu->executed + cpu->shadow.minstret_offset;
    else if (between(number, CSR_CYCLE, CSR_HPMCOUNTER31) ||
             between(number, CSR_MHPMCOUNTER3, CSR_MHPMCOUNTER31) ||
             between(number, CSR_MHPMEVENT3, CSR_MHPMEVENT31))
        *value = 0;
    else
        return false;
    return true;
}

static bool read_shadow(const struct cpu *cpu, unsigned number, uint64_t *value)
{
    const struct shadow *s = &cpu->shadow;
    switch (number) {
    case CSR_MSTATUS:
        *value = csr_mstatus(cpu);
        return true;
    case CSR_SSTATUS:
        *value =
            csr_mstatus(cpu) & (SSTATUS_WRITABLE | MSTATUS_UXL64 | MSTATUS_SD);
        return true;
    case CSR_MIE:
        *value = s->mie;
        return true;
    case CSR_SIE:
        *value = s->mie & s->mideleg;
        return true;
    case CSR_MIP:
        *value = csr_mip(cpu);
        return true;
    case CSR_SIP:
        *value = csr_mip(cpu) & s->mideleg;
        return true;
    case CSR_MEDELEG:
        *value = s->medeleg;
        return true;
    case CSR_MIDELEG:
        *value = s->mideleg;
        return true;
    case CSR_MCOUNTEREN:
        *value = s->mcounteren;
        return true;
    case CSR_SCOUNTEREN:
        *value = s->scounteren;
        return true;
    case CSR_MISA:
        *value = native_csr(cpu, UC_RISCV_REG_MISA);
        return true;
    case CSR_MVENDORID:
    case CSR_MARCHID:
    case CSR_MIMPID:
    case CSR_MHARTID:
    case CSR_MCONFIGPTR:
    case CSR_MCOUNTINHIBIT:
        *value = 0;
        return true;
    default:
        return false;
    }
}

/* Floating-point CSRs can be read through the engine only with FS on. */
static bool read_float(const struct cpu *cpu, unsigned number, uint64_t *value)
{
    struct cpu *self = (struct cpu *)cpu; /* the state is put back */
    if (!between(number, CSR_FFLAGS, CSR_FCSR))
        return false;
    uint64_t status = native_read(cpu, NATIVE_MSTATUS);
    native_write(self, NATIVE_MSTATUS, status | MSTATUS_FS);
    *value = native_csr(cpu, UC_RISCV_REG_FFLAGS + (int)(number - CSR_FFLAGS));
    native_write(self, NATIVE_MSTATUS, status);
    return true;
}

bool csr_read(const struct cpu *cpu, unsigned number, uint64_t *value)
{
    return read_shadow(cpu, number, value) || read_engine(cpu, number, value) ||
           read_counter(cpu, number, value) || pmp_read(cpu, number, value) ||
           read_float(cpu, number, value);
}

/* ---- Writing: WARL fields keep a legal value ---- */

static void write_mstatus(struct cpu *cpu, uint64_t value)
{
    if ((value & MSTATUS_MPP) >> MSTATUS_MPP_SHIFT == 2) /* no such mode */
        value = (value & ~MSTATUS_MPP) |
                (native_read(cpu, NATIVE_MSTATUS) & MSTATUS_MPP);
    cpu->shadow.status_traps = value & STATUS_TRAPS;
    /* Through the engine, which empties its TLB where SUM, MXR or MPRV ask. */
    native_set_csr(cpu, UC_RISCV_REG_MSTATUS, value & MSTATUS_WRITABLE);
}

static void write_satp(struct cpu *cpu, uint64_t value)
{
    uint64_t mode = value >> SATP_MODE_SHIFT;
    /* An unsupported MODE: the whole write has no effect (4.1.11). */
    if (mode == SATP_MODE_BARE || mode == SATP_MODE_SV39)
        native_set_csr(cpu, UC_RISCV_REG_SATP, value);
}

static void write_masked(uint64_t *word, uint64_t mask, uint64_t value)
{
    *word = (*word & ~mask) | (value & mask);
}

static bool write_shadow(struct cpu *cpu, unsigned number, uint64_t value)
{
    struct shadow *s = &cpu->shadow;
    switch (number) {
    case CSR_MSTATUS:
        write_mstatus(cpu, value);
        return true;
    case CSR_SSTATUS:
        write_mstatus(cpu, (csr_mstatus(cpu) & ~SSTATUS_WRITABLE) |
                               (value & SSTATUS_WRITABLE));
        return true;
    case CSR_SATP:
        write_satp(cpu, value);
        return true;
    case CSR_MIE:
        s->mie = value & (S_INTERRUPTS | M_INTERRUPTS);
        return true;
    case CSR_SIE:
        write_masked(&s->mie, s->mideleg, value);
        return true;
    case CSR_MIP:
        write_masked(&s->mip_soft, S_INTERRUPTS, value);
        return true;
    case CSR_SIP:
        write_masked(&s->mip_soft, s->mideleg & SSI, value);
        return true;
    case CSR_MEDELEG:
        s->medeleg = value & DELEGABLE;
        return true;
    case CSR_MIDELEG:
        s->mideleg = value & S_INTERRUPTS;
        return true;
    case CSR_MCOUNTEREN:
        s->mcounteren = (uint32_t)value;
        return true;
    case CSR_SCOUNTEREN:
        s->scounteren = (uint32_t)value;
        return true;
    case CSR_MISA: /* fixed, as WARL allows (3.1.1) */
    case CSR_MCOUNTINHIBIT:
        return true;
    default:
        return false;
    }
}

/* The instruction that writes a counter is itself counted before the value
 * would be: the next read sees value + what ran since (unprivileged 10.1). */
static bool write_counter(struct cpu *cpu, unsigned number, uint64_t value)
{
    if (number == CSR_MCYCLE)
        cpu->shadow.mcycle_offset = value - cpu_clock(cpu) - 1;
    else if (number == CSR_MINSTRET)
        cpu->shadow.minstret_offset = value - cpu->executed - 1;
    else
        return between(number, CSR_MHPMCOUNTER3, CSR_MHPMCOUNTER31) ||
               between(number, CSR_MHPMEVENT3, CSR_MHPMEVENT31);
    return true;
}

static bool write_engine(struct cpu *cpu, unsigned number, uint64_t value)
{
    switch (number) {
    case CSR_SEPC:
        native_write(cpu, NATIVE_SEPC, value & ~UINT64_C(1));
        return true;
    case CSR_MEPC:
        native_write(cpu, NATIVE_MEPC, value & ~UINT64_C(1));
        return true;
    case CSR_STVEC: /* modes 2 and 3 are reserved: not taken */
        if ((value & 3) < 2)
            native_write(cpu, NATIVE_STVEC, value);
        return true;
    case CSR_MTVEC:
        if ((value & 3) < 2)
            native_write(cpu, NATIVE_MTVEC, value);
        return true;
    case CSR_SSCRATCH:
        native_write(cpu, NATIVE_SSCRATCH, value);
        return true;
    case CSR_SCAUSE:
        native_write(cpu, NATIVE_SCAUSE, value);
        return true;
    case CSR_STVAL:
        native_write(cpu, NATIVE_STVAL, value);
        return true;
    case CSR_MSCRATCH:
        native_write(cpu, NATIVE_MSCRATCH, value);
        return true;
    case CSR_MCAUSE:
        native_write(cpu, NATIVE_MCAUSE, value);
        return true;
    case CSR_MTVAL:
        native_write(cpu, NATIVE_MTVAL, value);
        return true;
    default:
        return false;
    }
}

static bool write_float(struct cpu *cpu, unsigned number, uint64_t value)
{
    if (!between(number, CSR_FFLAGS, CSR_FCSR))
        return false;
    uint64_t status = native_read(cpu, NATIVE_MSTATUS);
    native_write(cpu, NATIVE_MSTATUS, status | MSTATUS_FS);
    native_set_csr(cpu, UC_RISCV_REG_FFLAGS + (int)(number - CSR_FFLAGS),
                   value);
    native_write(cpu, NATIVE_MSTATUS, status);
    return true;
}

bool csr_write(struct cpu *cpu, unsigned number, uint64_t value)
{
    return write_shadow(cpu, number, value) ||
           write_engine(cpu, number, value) ||
           write_counter(cpu, number, value) || pmp_write(cpu, number, value) ||
           write_float(cpu, number, value);
}

/* ---- Instructions ---- */

/* Counters below M and U are gated by mcounteren and scounteren (3.1.11). */
static bool counter_open(const struct cpu *cpu, unsigned number,
                         enum cpu_priv priv)
{
    uint32_t bit = UINT32_C(1) << (number & 31);
    if (!between(number, CSR_CYCLE, CSR_HPMCOUNTER31) || priv == CPU_M)
        return true;
    return cpu->shadow.mcounteren & bit &&
           (priv == CPU_S || cpu->shadow.scounteren & bit);
}

static bool permitted(const struct cpu *cpu, unsigned number, bool writes)
{
    enum cpu_priv priv = native_priv(cpu);
    if (priv < (number >> 8 & 3) || (writes && number >> 10 == 3))
        return false;
    if (number == CSR_SATP && priv == CPU_S &&
        native_read(cpu, NATIVE_MSTATUS) & MSTATUS_TVM)
        return false;
    return counter_open(cpu, number, priv);
}

/* rs1's value, or the 5-bit immediate in its place. */
uint64_t csr_source(const struct cpu *cpu, uint32_t insn)
{
    unsigned rs1 = insn_rs1(insn);
    return insn_funct3(insn) & 4 ? rs1 : cpu_x(cpu, rs1);
}

static uint64_t combine(uint32_t insn, uint64_t old, uint64_t source)
{
    switch (insn_funct3(insn) & 3) {
    case 1:
        return source;
    case 2:
        return old | source;
    default:
        return old & ~source;
    }
}

void csr_execute(struct cpu *cpu, uint32_t insn)
{
    unsigned number = insn_csr(insn);
    bool writes = insn_csr_writes(insn);
    uint64_t source = csr_source(cpu, insn), old = 0;
    if (!permitted(cpu, number, writes) || !csr_read(cpu, number, &old)) {
        trap_take(cpu, EXC_ILLEGAL, insn);
        return;
    }
    /* What a line holds up is no part of what csrrs and csrrc write (3.1.9). */
    uint64_t base =
        number == CSR_MIP || number == CSR_SIP ? cpu->shadow.mip_soft : old;
    if (writes)
        csr_write(cpu, number, combine(insn, base, source));
    if (insn_rd(insn) != 0)
        native_set_reg(cpu, UC_RISCV_REG_X0 + (int)insn_rd(insn), old);
    run_retire(cpu, cpu->pc + 4);
}

static bool runs_natively(unsigned number)
{
    switch (number) {
    case CSR_SSCRATCH:
    case CSR_SCAUSE:
    case CSR_STVAL:
    case CSR_STVEC:
    case CSR_MSCRATCH:
    case CSR_MCAUSE:
    case CSR_MTVAL:
    case CSR_MTVEC:
    case CSR_FFLAGS:
    case CSR_FRM:
    case CSR_FCSR:
        return true;
    default:
        return false;
    }
}

/* Those the engine does not know, and this file neither, run natively too: the
 * engine finds them illegal. */
static bool is_ours(unsigned number)
{
    return between(number, CSR_PMPCFG0, CSR_PMPADDR63) ||
           between(number, CSR_MCYCLE, CSR_MHPMCOUNTER31) ||
           between(number, CSR_CYCLE, CSR_HPMCOUNTER31) ||
           between(number, CSR_MCOUNTINHIBIT, CSR_MHPMEVENT31) ||
           between(number, CSR_MSTATUS, CSR_MCOUNTEREN) ||
           between(number, CSR_MVENDORID, CSR_MCONFIGPTR) ||
           number == CSR_SIE || number == CSR_SIP || number == CSR_MIP ||
           number == CSR_SCOUNTEREN || number == CSR_SSTATUS;
}

unsigned csr_site_kinds(uint32_t insn)
{
    unsigned number = insn_csr(insn);
    bool writes = insn_csr_writes(insn);
    if (runs_natively(number))
        return 0;
    if (number == CSR_SEPC || number == CSR_MEPC)
        return writes ? SITE_EPC : 0;
    if (number == CSR_SATP)
        return writes ? SITE_SATP : 0;
    bool status = number == CSR_SSTATUS || number == CSR_MSTATUS;
    if (status && insn_rd(insn) == 0 && writes)
        return SITE_STATUS;
    return is_ours(number) ? SITE_EMULATE : 0;
}
