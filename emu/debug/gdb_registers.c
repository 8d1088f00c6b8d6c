/*
 * gdb_registers.c - registers, and the target description that says which there
 * are. A process that does not have the hart shows those it had when it entered
 * the kernel, read off the hart by going there and back.
 *
 * The description says osabi "none": taken for Linux, GDB would believe that
 * the kernel is beyond its reach and step over an ecall as one instruction.
 */
#include "gdb_internal.h"

#include "../cpu/csr_numbers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PC_NUMBER 32u
#define CSR_FIRST 33u /* then those of csrs[], then priv */
#define GENERAL   33u

/* M-mode's only where there is no firmware in its place. */
static const struct {
    const char *name;
    bool machine;
} csrs[] = {
    {"sstatus", false},    {"sie", false},       {"stvec", false},
    {"scounteren", false}, {"sscratch", false},  {"sepc", false},
    {"scause", false},     {"stval", false},     {"sip", false},
    {"satp", false},       {"cycle", false},     {"time", false},
    {"instret", false},    {"mstatus", true},    {"misa", true},
    {"medeleg", true},     {"mideleg", true},    {"mie", true},
    {"mtvec", true},       {"mcounteren", true}, {"mscratch", true},
    {"mepc", true},        {"mcause", true},     {"mtval", true},
    {"mip", true},         {"pmpcfg0", true},    {"pmpaddr0", true},
    {"pmpaddr1", true},    {"pmpaddr2", true},   {"pmpaddr3", true},
};
#define CSRS        (sizeof csrs / sizeof csrs[0])
#define PRIV_NUMBER (CSR_FIRST + CSRS)

static bool is_shown(const struct gdb *g, unsigned i)
{
    return g->env.bare || !csrs[i].machine;
}

/* ---- The description ---- */

static const char *type_of(unsigned n)
{
    return n == 1                                 ? "code_ptr"
           : n == 2 || n == 3 || n == 4 || n == 8 ? "data_ptr"
                                                  : "int";
}

static size_t put(char *text, size_t room, size_t at, const char *line)
{
    return at + (size_t)snprintf(text + at, room - at, "%s\n", line);
}

static size_t describe(const struct gdb *g, char *text, size_t room)
{
    size_t at = 0;
    at = put(text, room, at, "<?xml version=\"1.0\"?>");
    at = put(text, room, at, "<!DOCTYPE target SYSTEM \"gdb-target.dtd\">");
    at = put(text, room, at,
             "<target>\n<architecture>riscv:rv64</architecture>\n"
             "<osabi>none</osabi>\n"
             "<feature name=\"org.gnu.gdb.riscv.cpu\">");
    for (unsigned n = 0; n < 32; n++)
        at += (size_t)snprintf(text + at, room - at,
                               "<reg name=\"%s\" bitsize=\"64\" type=\"%s\" "
                               "regnum=\"%u\"/>\n",
                               n == 8 ? "fp" : cpu_x_name(n), type_of(n), n);
    at = put(text, room, at,
             "<reg name=\"pc\" bitsize=\"64\" type=\"code_ptr\" "
             "regnum=\"32\"/>\n</feature>\n"
             "<feature name=\"org.gnu.gdb.riscv.csr\">");
    for (unsigned i = 0; i < CSRS; i++)
        if (is_shown(g, i))
            at +=
                (size_t)snprintf(text + at, room - at,
                                 "<reg name=\"%s\" bitsize=\"64\" type=\"int\" "
                                 "regnum=\"%u\" group=\"csr\"/>\n",
                                 csrs[i].name, CSR_FIRST + i);
    at += (size_t)snprintf(
        text + at, room - at,
        "</feature>\n<feature name=\"org.gnu.gdb.riscv.virtual\">\n"
        "<reg name=\"priv\" bitsize=\"8\" type=\"int\" regnum=\"%u\"/>\n"
        "</feature>\n</target>\n",
        (unsigned)PRIV_NUMBER);
    return at;
}

void gdb_registers_document(struct gdb *g, const char *args, size_t n)
{
    char text[GDB_PACKET_MAX];
    (void)n;
    gdb_say_piece(g, text, describe(g, text, sizeof text), args);
}

/* ---- A process that does not have the hart ---- */

static bool read_away(struct gdb *g, int pid)
{
    const struct process *p = tracker_process(g->target->tracker, pid);
    return p != NULL && p->open != 0 &&
           target_registers_at_trap(g->target, p->open, &g->away.registers);
}

const struct target_registers *gdb_away(struct gdb *g, int pid)
{
    struct moment now = history_now(g->target->history);
    if (pid != g->away.pid || moment_compare(now, g->away.at) != 0) {
        g->away.known = read_away(g, pid);
        g->away.pid = pid;
        g->away.at = now;
    }
    return g->away.known ? &g->away.registers : NULL;
}

/* ---- Values ---- */

static bool csr_value(const struct gdb *g, unsigned i, uint64_t *value)
{
    struct cpu *cpu = machine_cpu(g->target->machine);
    int number = cpu_csr_number(csrs[i].name);
    return is_shown(g, i) && number >= 0 &&
           cpu_csr(cpu, (unsigned)number, value);
}

/* Of the chosen thread. False: not known. */
static bool register_value(struct gdb *g, uint64_t number, uint64_t *value)
{
    struct cpu *cpu = machine_cpu(g->target->machine);
    const struct target_registers *away = NULL;
    if (g->thread != 0) {
        away = gdb_away(g, g->thread);
        if (away == NULL)
            return false;
    }
    if (number < PC_NUMBER)
        *value = away != NULL ? away->x[number] : cpu_x(cpu, (unsigned)number);
    else if (number == PC_NUMBER)
        *value = away != NULL ? away->pc : cpu_pc(cpu);
    else if (number == PRIV_NUMBER)
        *value = away != NULL ? CPU_U : cpu_privilege(cpu);
    else
        return away == NULL && number < PRIV_NUMBER &&
               csr_value(g, (unsigned)(number - CSR_FIRST), value);
    return true;
}

static void say_register(struct gdb *g, uint64_t number)
{
    uint64_t value;
    size_t bytes = number == PRIV_NUMBER ? 1 : 8;
    if (register_value(g, number, &value))
        gdb_say_hex(g, &value, bytes);
    else
        gdb_say_bytes(g, "xxxxxxxxxxxxxxxx", 2 * bytes);
}

/* ---- Packets ---- */

void gdb_registers_read(struct gdb *g, const char *args, size_t n)
{
    (void)args, (void)n;
    for (unsigned number = 0; number < GENERAL; number++)
        say_register(g, number);
}

void gdb_register_read(struct gdb *g, const char *args, size_t n)
{
    uint64_t number;
    (void)n;
    if (!gdb_hex_number(&args, &number) || *args != '\0' ||
        number > PRIV_NUMBER)
        gdb_say(g, "E16");
    else
        say_register(g, number);
}

static bool is_already(struct gdb *g, uint64_t number, const char *text,
                       size_t bytes)
{
    uint64_t now, given = 0;
    return gdb_hex_bytes(text, (uint8_t *)&given, bytes) &&
           register_value(g, number, &now) && now == given;
}

/* A value that the register has already may be written: clients do. */
void gdb_register_write(struct gdb *g, const char *args, size_t n)
{
    uint64_t number;
    const char *start = args;
    if (!gdb_hex_number(&args, &number) || *args != '=' ||
        number > PRIV_NUMBER) {
        gdb_say(g, "E16");
        return;
    }
    size_t digits = n - (size_t)(args + 1 - start);
    if (digits != (number == PRIV_NUMBER ? 2 : 16))
        gdb_say(g, "E16");
    else if (is_already(g, number, args + 1, digits / 2))
        gdb_say(g, "OK");
    else
        gdb_refuse_write(g, "the register is");
}

void gdb_registers_write(struct gdb *g, const char *args, size_t n)
{
    bool same = true;
    if (n != (size_t)GENERAL * 16) {
        gdb_say(g, "E16");
        return;
    }
    for (unsigned number = 0; number < GENERAL; number++)
        same = same && is_already(g, number, args + (size_t)number * 16, 8);
    if (same)
        gdb_say(g, "OK");
    else
        gdb_refuse_write(g, "registers are");
}
