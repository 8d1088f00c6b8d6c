/*
 * cpu_names.c - what registers, CSRs and causes are called (unprivileged
 * manual, table 25.1; privileged manual, tables 2.2-2.5 and 3.6).
 *
 * Pure tables; leaves values and their meaning to the rest of cpu/.
 */
#include "cpu.h"
#include "csr_numbers.h"

#include <string.h>

const char *cpu_x_name(unsigned n)
{
    static const char *const names[32] = {
        "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
        "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
        "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
    return n < 32 ? names[n] : NULL;
}

static const struct {
    unsigned number;
    const char *name;
} csrs[] = {
    {CSR_FFLAGS, "fflags"},
    {CSR_FRM, "frm"},
    {CSR_FCSR, "fcsr"},
    {CSR_CYCLE, "cycle"},
    {CSR_TIME, "time"},
    {CSR_INSTRET, "instret"},
    {CSR_SSTATUS, "sstatus"},
    {CSR_SIE, "sie"},
    {CSR_STVEC, "stvec"},
    {CSR_SCOUNTEREN, "scounteren"},
    {CSR_SSCRATCH, "sscratch"},
    {CSR_SEPC, "sepc"},
    {CSR_SCAUSE, "scause"},
    {CSR_STVAL, "stval"},
    {CSR_SIP, "sip"},
    {CSR_SATP, "satp"},
    {CSR_MVENDORID, "mvendorid"},
    {CSR_MARCHID, "marchid"},
    {CSR_MIMPID, "mimpid"},
    {CSR_MHARTID, "mhartid"},
    {CSR_MCONFIGPTR, "mconfigptr"},
    {CSR_MSTATUS, "mstatus"},
    {CSR_MISA, "misa"},
    {CSR_MEDELEG, "medeleg"},
    {CSR_MIDELEG, "mideleg"},
    {CSR_MIE, "mie"},
    {CSR_MTVEC, "mtvec"},
    {CSR_MCOUNTEREN, "mcounteren"},
    {CSR_MCOUNTINHIBIT, "mcountinhibit"},
    {CSR_MSCRATCH, "mscratch"},
    {CSR_MEPC, "mepc"},
    {CSR_MCAUSE, "mcause"},
    {CSR_MTVAL, "mtval"},
    {CSR_MIP, "mip"},
    {CSR_MCYCLE, "mcycle"},
    {CSR_MINSTRET, "minstret"},
    {CSR_PMPCFG0, "pmpcfg0"},
    {CSR_PMPCFG0 + 2, "pmpcfg2"},
    {CSR_PMPADDR0, "pmpaddr0"},
    {CSR_PMPADDR0 + 1, "pmpaddr1"},
    {CSR_PMPADDR0 + 2, "pmpaddr2"},
    {CSR_PMPADDR0 + 3, "pmpaddr3"},
    {CSR_PMPADDR0 + 4, "pmpaddr4"},
    {CSR_PMPADDR0 + 5, "pmpaddr5"},
    {CSR_PMPADDR0 + 6, "pmpaddr6"},
    {CSR_PMPADDR0 + 7, "pmpaddr7"},
    {CSR_PMPADDR0 + 8, "pmpaddr8"},
    {CSR_PMPADDR0 + 9, "pmpaddr9"},
    {CSR_PMPADDR0 + 10, "pmpaddr10"},
    {CSR_PMPADDR0 + 11, "pmpaddr11"},
    {CSR_PMPADDR0 + 12, "pmpaddr12"},
    {CSR_PMPADDR0 + 13, "pmpaddr13"},
    {CSR_PMPADDR0 + 14, "pmpaddr14"},
    {CSR_PMPADDR0 + 15, "pmpaddr15"},
};

const char *cpu_csr_name(unsigned number)
{
    for (size_t i = 0; i < sizeof csrs / sizeof *csrs; i++)
        if (csrs[i].number == number)
            return csrs[i].name;
    return NULL;
}

int cpu_csr_number(const char *name)
{
    for (size_t i = 0; i < sizeof csrs / sizeof *csrs; i++)
        if (strcmp(csrs[i].name, name) == 0)
            return (int)csrs[i].number;
    return -1;
}

static const char *interrupt_name(uint64_t irq)
{
    switch (irq) {
    case CPU_IRQ_SSI:
        return "supervisor software interrupt";
    case CPU_IRQ_MSI:
        return "machine software interrupt";
    case CPU_IRQ_STI:
        return "supervisor timer interrupt";
    case CPU_IRQ_MTI:
        return "machine timer interrupt";
    case CPU_IRQ_SEI:
        return "supervisor external interrupt";
    case CPU_IRQ_MEI:
        return "machine external interrupt";
    default:
        return "reserved interrupt";
    }
}

const char *cpu_cause_name(uint64_t cause)
{
    static const char *const names[16] = {
        "misaligned fetch",
        "fetch access fault",
        "illegal instruction",
        "breakpoint",
        "misaligned load",
        "load access fault",
        "misaligned store",
        "store access fault",
        "ecall from U",
        "ecall from S",
        NULL,
        "ecall from M",
        "fetch page fault",
        "load page fault",
        NULL,
        "store page fault",
    };
    if (cause & CPU_CAUSE_INTERRUPT)
        return interrupt_name(cause & ~CPU_CAUSE_INTERRUPT);
    return cause < 16 && names[cause] != NULL ? names[cause]
                                              : "reserved exception";
}
