/*
 * command_look.c - the commands that show the hart: registers, CSRs, an
 * expression, source, and who called whom on both sides of the gate.
 */
#include "command_internal.h"

#include "../inspect/csr_fields.h"

#define FRAMES     40
#define LIST_LINES 10

/* ---- registers ---- */

static void tell_registers(struct commander *c,
                           const struct target_registers *r, bool live)
{
    char line[200];
    say(c, "pc   0x%016" PRIx64, r->pc);
    for (unsigned row = 0; row < 8; row++) {
        size_t used = 0;
        for (unsigned column = 0; column < 4; column++) {
            unsigned i = row + 8 * column;
            bool changed = live && (c->changed >> i & 1) != 0;
            used += (size_t)snprintf(line + used, sizeof line - used,
                                     "%-4s%c0x%016" PRIx64 "%s", cpu_x_name(i),
                                     changed ? '*' : ' ', r->x[i],
                                     column < 3 ? "  " : "");
        }
        say(c, "%s", line);
    }
}

COMMAND(cmd_registers)
{
    struct target_registers r;
    bool live;
    int pid = 0;
    char who[64];
    if (arguments[0] != '\0' && !take_pid(c, arguments, &pid))
        return false;
    if (!registers_of(c, pid, &r, &live))
        return false;
    if (!live)
        say(c, "%s, as its registers were when it trapped:",
            name_of(c, pid, who, sizeof who));
    tell_registers(c, &r, live);
    return true;
}

/* ---- csrs ---- */

/* satp's root by whose it is. */
static const char *owner_text(const struct commander *c, const char *name,
                              uint64_t value, char *text, size_t n)
{
    const struct process *p;
    text[0] = '\0';
    if (strcmp(name, "satp") == 0 && sv39_on(value)) {
        p = tracker_process_by_root(c->target->tracker, sv39_root(value));
        char who[64];
        snprintf(text, n, "  (%s's page table)",
                 name_of(c, p != NULL ? p->pid : 0, who, sizeof who));
    } else if (name[0] != '\0' && strcmp(name + 1, "epc") == 0) {
        struct target_place p_at = target_place_at(
            c->target, CPU_U, target_place(c->target).root, value);
        if (p_at.function != NULL)
            snprintf(text, n, "  (%s+0x%" PRIx64 ")", p_at.function,
                     p_at.offset);
    }
    return text;
}

static void tell_csr(struct commander *c, const char *name, uint64_t value)
{
    char fields[240], owner[120];
    csr_fields_text(name, value, fields, sizeof fields);
    owner_text(c, name, value, owner, sizeof owner);
    say(c, "%-10s 0x%016" PRIx64 "%s%s%s", name, value,
        fields[0] != '\0' ? "  " : "", fields, owner);
}

COMMAND(cmd_csrs)
{
    static const char *const supervisor[] = {
        "sstatus",  "scause", "sepc", "stval", "stvec",
        "sscratch", "satp",   "sie",  "sip",   "scounteren"};
    static const char *const machine[] = {
        "mstatus",  "mcause", "mepc", "mtval",   "mtvec",
        "mscratch", "mie",    "mip",  "medeleg", "mideleg"};
    const struct cpu *cpu = machine_cpu(c->target->machine);
    bool in_m = cpu_privilege(cpu) == CPU_M;
    uint64_t value;
    if (arguments[0] != '\0') {
        int number = cpu_csr_number(arguments);
        if (number < 0 || !cpu_csr(cpu, (unsigned)number, &value))
            return refuse(c, "%.40s: no such CSR", arguments);
        tell_csr(c, arguments, value);
        return true;
    }
    for (size_t i = 0; i < sizeof supervisor / sizeof supervisor[0]; i++) {
        const char *name = in_m ? machine[i] : supervisor[i];
        int number = cpu_csr_number(name);
        if (number >= 0 && cpu_csr(cpu, (unsigned)number, &value))
            tell_csr(c, name, value);
    }
    return true;
}

/* ---- print ---- */

COMMAND(cmd_print)
{
    int64_t value;
    char symbol[96];
    if (!take_expression(c, arguments, &value))
        return false;
    struct target_place p = target_place(c->target);
    name_of_symbol(c, p.priv == CPU_U ? p.pid : 0, p.root, (uint64_t)value,
                   symbol, sizeof symbol);
    bool address = symbol[0] != '\0' && strncmp(symbol, "0x", 2) != 0;
    say(c, "%" PRId64 "  0x%" PRIx64 "%s%s", value, (uint64_t)value,
        address ? "  " : "", address ? symbol : "");
    return true;
}

/* ---- list ---- */

static bool list_from(struct commander *c, const char *file, unsigned line,
                      unsigned current)
{
    const struct source_file *text =
        c->target->sources != NULL ? sources_find(c->target->sources, file)
                                   : NULL;
    if (text == NULL)
        return refuse(c, "%.200s: the source is not here (--source DIR)",
                      target_file(file));
    if (line > text->lines)
        return refuse(c, "%.200s: it has %zu lines", target_file(file),
                      text->lines);
    say(c, "%s:", target_file(file));
    tell_source(c, file, line, line + LIST_LINES - 1, current);
    snprintf(c->list_file, sizeof c->list_file, "%s", file);
    c->list_line = line + LIST_LINES;
    return true;
}

static unsigned above(unsigned line)
{
    return line > LIST_LINES / 2 ? line - LIST_LINES / 2 : 1;
}

static bool list_here(struct commander *c)
{
    struct target_place p = target_place(c->target);
    if (c->list_file[0] != '\0') {
        char file[sizeof c->list_file];
        snprintf(file, sizeof file, "%s", c->list_file);
        return list_from(c, file, c->list_line, 0);
    }
    if (p.file == NULL)
        return refuse(c, "0x%" PRIx64 ": no source line is known here", p.pc);
    return list_from(c, p.file, above(p.line), p.line);
}

/* The path in the line tables that ends so, at a slash. */
static const char *find_file(const struct commander *c, const char *name,
                             size_t n)
{
    const struct tracker *t = c->target->tracker;
    const struct process *p = tracker_process(t, target_user_pid(c->target));
    const struct symbols *image[2] = {p != NULL ? p->symbols : NULL,
                                      tracker_kernel_symbols(t)};
    const char *path;
    for (int i = 0; i < 2; i++)
        for (size_t k = 0;
             image[i] != NULL && (path = symbols_file(image[i], k)) != NULL;
             k++) {
            size_t length = strlen(path);
            if (length >= n && strncmp(path + length - n, name, n) == 0 &&
                (length == n || path[length - n - 1] == '/'))
                return path;
        }
    return NULL;
}

static bool list_line(struct commander *c, const char *text, size_t name)
{
    unsigned long line = strtoul(text + name + 1, NULL, 10);
    const char *file = find_file(c, text, name);
    if (file == NULL)
        return refuse(c, "%.*s: no source file of that name is known",
                      name < 100 ? (int)name : 100, text);
    if (line > 1000000)
        line = 1000000;
    return list_from(c, file, above((unsigned)line), (unsigned)line);
}

COMMAND(cmd_list)
{
    struct address a;
    const char *colon = strrchr(arguments, ':');
    if (arguments[0] == '\0')
        return list_here(c);
    if (colon != NULL && colon[1] >= '0' && colon[1] <= '9' &&
        memchr(arguments, '.', (size_t)(colon - arguments)) != NULL)
        return list_line(c, arguments, (size_t)(colon - arguments));
    if (!take_address(c, arguments, &a))
        return false;
    struct target_place p =
        target_place_at(c->target, a.pid != 0 ? CPU_U : CPU_S, a.root, a.va);
    if (p.file == NULL)
        return refuse(c, "%.60s: no source line is known there", arguments);
    return list_from(c, p.file, above(p.line), p.line);
}

/* ---- backtrace ---- */

struct trace {
    struct commander *c;
    unsigned number;
};

static void tell_frame(struct trace *t, char side, const struct frame *f)
{
    char place[200] = "?";
    if (f->function != NULL && f->offset != 0)
        snprintf(place, sizeof place, "%s+0x%" PRIx64, f->function, f->offset);
    else if (f->function != NULL)
        snprintf(place, sizeof place, "%s", f->function);
    if (f->file != NULL)
        say(t->c, "#%-2u %c  0x%016" PRIx64 "  %-24s %s:%u", t->number++, side,
            f->pc, place, target_file(f->file), f->line);
    else
        say(t->c, "#%-2u %c  0x%016" PRIx64 "  %s", t->number++, side, f->pc,
            place);
}

/* The frames of one side, from pc and x on. */
static void tell_side(struct trace *t, enum cpu_priv priv, uint64_t root,
                      uint64_t pc, const uint64_t x[32])
{
    struct frame frame[FRAMES] = {{0}};
    struct target_place p = target_place_at(t->c->target, priv, root, pc);
    size_t n = 1;
    frame[0] = (struct frame){.pc = pc,
                              .function = p.function,
                              .offset = p.offset,
                              .file = p.file,
                              .line = p.line};
    /* The gate's code runs away from where it was linked: no rules for it. */
    if (p.symbols != NULL && p.image_va == pc)
        n = backtrace(t->c->target->machine, root, p.symbols, pc, x, frame,
                      FRAMES);
    /* Nobody in the kernel called the vector. */
    while (priv != CPU_U && n > 1 && frame[n - 1].function == NULL)
        n--;
    for (size_t i = 0; i < n; i++)
        tell_frame(t,
                   priv == CPU_U   ? 'U'
                   : priv == CPU_M ? 'M'
                                   : 'S',
                   &frame[i]);
}

static void tell_user_side(struct trace *t, uint64_t number)
{
    struct target_registers r;
    struct crossing open;
    char what[400], who[64];
    const struct crossing *x = tracker_crossing(t->c->target->tracker, number);
    if (x == NULL)
        return;
    open = *x;
    crossing_describe(t->c->target->tracker, x, what, sizeof what);
    say(t->c, "----  the gate: #%" PRIu64 " of %s: %s  ----", number,
        name_of(t->c, open.pid, who, sizeof who), what);
    if (!target_registers_at_trap(t->c->target, number, &r))
        say(t->c, "    (it trapped before the debugger began)");
    else
        tell_side(t, CPU_U, r.root, r.pc, r.x);
}

static bool backtrace_of(struct commander *c, int pid)
{
    struct trace t = {.c = c};
    const struct process *p = tracker_process(c->target->tracker, pid);
    char who[64];
    if (p->open == 0)
        return refuse(c, "%s: it is in no crossing, and has not the hart",
                      name_of(c, pid, who, sizeof who));
    if (p->state == PROCESS_BLOCKED)
        say(c, "asleep in the kernel: %s", p->blocked_on);
    tell_user_side(&t, p->open);
    return true;
}

COMMAND(cmd_backtrace)
{
    struct trace t = {.c = c};
    struct target_place p = target_place(c->target);
    const struct crossing *open = tracker_current(c->target->tracker);
    uint64_t number = open != NULL ? open->number : 0, x[32];
    int pid = 0;
    if (arguments[0] != '\0' && !take_pid(c, arguments, &pid))
        return false;
    int here = p.priv == CPU_U ? p.pid : open != NULL ? open->pid : 0;
    if (pid != 0 && pid != here)
        return backtrace_of(c, pid);
    for (unsigned i = 0; i < 32; i++)
        x[i] = cpu_x(machine_cpu(c->target->machine), i);
    tell_side(&t, p.priv, p.root, p.pc, x);
    if (p.priv != CPU_U && number != 0)
        tell_user_side(&t, number);
    return true;
}
