/*
 * target.c - what a target is made of, and where it stands (target.h). Running
 * it stands in target_run.c.
 */
#include "target_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void on_console(void *ctx, uint8_t byte)
{
    struct target *t = ctx;
    console_log_put(t->private->console, history_now(t->history), byte);
}

/* The kernel's own table is the last one in satp that is no process's. */
static void on_satp(void *ctx, const struct cpu_special_event *event)
{
    struct target *t = ctx;
    uint64_t root = sv39_on(event->value) ? sv39_root(event->value) : 0;
    if (root != 0 && root != t->private->kernel_root &&
        tracker_process_by_root(t->tracker, root) == NULL)
        t->private->kernel_root = root;
}

bool target_open(struct target *t)
{
    t->private = calloc(1, sizeof *t->private);
    if (t->private == NULL)
        return false;
    t->private->console = console_log_create();
    t->breaks = breaks_create(t);
    if (t->private->console == NULL || t->breaks == NULL) {
        target_close(t);
        return false;
    }
    struct machine_observer observer = {.ctx = t,
                                        .special = on_satp,
                                        .specials = CPU_SPECIAL_SATP,
                                        .console_out = on_console};
    machine_observe(t->machine, &observer);
    return true;
}

void target_close(struct target *t)
{
    machine_unobserve(t->machine, t);
    breaks_destroy(t->breaks);
    if (t->private != NULL)
        console_log_free(t->private->console);
    free(t->private);
    t->private = NULL;
    t->breaks = NULL;
}

/* ---- Where it stands ---- */

struct target_place target_place_at(const struct target *t, enum cpu_priv priv,
                                    uint64_t root, uint64_t pc)
{
    struct target_place p = {
        .priv = priv, .pc = pc, .root = root, .image_va = pc};
    uint64_t start, bytes;
    if (priv == CPU_U) {
        const struct process *owner = tracker_process_by_root(t->tracker, root);
        p.pid = owner != NULL ? owner->pid : 0;
    }
    p.symbols = tracker_symbols(t->tracker, priv, root, pc, &p.image_va);
    if (p.symbols == NULL)
        return p;
    if (symbols_function(p.symbols, p.image_va, &p.function, &start, &bytes))
        p.offset = p.image_va - start;
    if (!symbols_line(p.symbols, p.image_va, &p.file, &p.line))
        p.file = NULL;
    return p;
}

struct target_place target_place(const struct target *t)
{
    struct cpu *cpu = machine_cpu(t->machine);
    enum cpu_priv priv = cpu_privilege(cpu);
    uint64_t satp = 0;
    cpu_csr(cpu, CSR_SATP, &satp);
    uint64_t root = priv != CPU_M && sv39_on(satp) ? sv39_root(satp) : 0;
    return target_place_at(t, priv, root, cpu_pc(cpu));
}

const char *target_file(const char *file)
{
    static const char root[] = SALLYPORT_SOURCE_DIR "/";
    size_t n = sizeof root - 1;
    return strncmp(file, root, n) == 0 ? file + n : file;
}

void target_place_text(const struct target_place *p, char *text, size_t n)
{
    int used;
    if (p->function == NULL)
        used = snprintf(text, n, "0x%" PRIx64, p->pc);
    else if (p->offset == 0)
        used = snprintf(text, n, "%s", p->function);
    else
        used = snprintf(text, n, "%s+0x%" PRIx64, p->function, p->offset);
    if (p->file != NULL && used >= 0 && (size_t)used < n)
        snprintf(text + used, n - (size_t)used, ", %s:%u", target_file(p->file),
                 p->line);
}

bool target_root(const struct target *t, int pid, uint64_t *root)
{
    const struct process *p =
        pid != 0 ? tracker_process(t->tracker, pid) : NULL;
    struct target_place here;
    if (pid != 0) {
        *root =
            p != NULL && p->state != PROCESS_ZOMBIE && p->state != PROCESS_GONE
                ? p->root
                : 0;
        return *root != 0;
    }
    here = target_place(t);
    if (here.priv == CPU_S && here.root != 0 &&
        tracker_process_by_root(t->tracker, here.root) == NULL)
        *root = here.root;
    else
        *root =
            t->private->kernel_root != 0 ? t->private->kernel_root : here.root;
    return *root != 0;
}

int target_user_pid(const struct target *t)
{
    const struct tracker *tr = t->tracker;
    int pid = tracker_current_pid(tr);
    if (pid != 0)
        return pid;
    const struct crossing *c = tracker_crossing(tr, tracker_count(tr));
    return c != NULL ? c->pid : 0;
}

bool target_registers_at_trap(struct target *t, uint64_t number,
                              struct target_registers *out)
{
    struct moment now = history_now(t->history);
    struct cpu *cpu = machine_cpu(t->machine);
    uint64_t satp = 0;
    if (!history_goto_crossing(t->history, number))
        return false;
    cpu_csr(cpu, CSR_SATP, &satp);
    out->pc = cpu_pc(cpu);
    out->root = sv39_on(satp) ? sv39_root(satp) : 0;
    for (unsigned i = 0; i < 32; i++)
        out->x[i] = cpu_x(cpu, i);
    return history_goto(t->history, now);
}

/* ---- Console ---- */

void target_input(struct target *t, const uint8_t *bytes, size_t n)
{
    if (history_in_past(t->history))
        console_log_cut(t->private->console, history_now(t->history));
    if (bytes == NULL)
        history_input_end(t->history);
    else
        history_input(t->history, bytes, n, false);
}

void target_branch_changed(struct target *t)
{
    console_log_cut(t->private->console, history_now(t->history));
}

const uint8_t *target_console(const struct target *t, size_t *n)
{
    return console_log_until(t->private->console, history_now(t->history), n);
}
