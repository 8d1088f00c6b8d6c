/*
 * command_arguments.c - the words behind a command as numbers, processes and
 * addresses in a space.
 */
#include "command_internal.h"

#include <ctype.h>

bool no_arguments(struct commander *c, const char *text)
{
    return text[0] == '\0' || refuse(c, "%.60s: takes no argument", text);
}

bool take_expression(struct commander *c, const char *text, int64_t *out)
{
    struct question q = {.target = c->target};
    if (text[0] == '\0')
        return refuse(c, "an expression is missing");
    return expression_ask(text, &q, out, c->why, c->why_bytes);
}

bool take_number(struct commander *c, const char *text, uint64_t missing,
                 uint64_t max, uint64_t *out)
{
    int64_t value;
    *out = missing;
    if (text[0] == '\0')
        return true;
    if (!take_expression(c, text, &value))
        return false;
    if (value < 0 || (uint64_t)value > max)
        return refuse(c, "%.60s: not between 0 and %" PRIu64, text, max);
    *out = (uint64_t)value;
    return true;
}

bool take_pid(struct commander *c, const char *text, int *pid)
{
    uint64_t number;
    if (text[0] == '\0') {
        *pid = target_user_pid(c->target);
        return *pid != 0 || refuse(c, "there is no process yet");
    }
    if (!take_number(c, text, 0, INT32_MAX, &number))
        return false;
    *pid = (int)number;
    if (*pid == 0 || tracker_process(c->target->tracker, *pid) == NULL)
        return refuse(
            c, "%.60s: there is no such process (processes lists them)", text);
    return true;
}

/* ---- Addresses ---- */

enum spelled { SPELLED_NOTHING, SPELLED_PROCESS, SPELLED_KERNEL, SPELLED_RAM };

static bool all_digits(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isdigit((unsigned char)text[i]))
            return false;
    return n > 0 && n < 10;
}

/* "3:", "kernel:", "physical:" in front; *rest is what is behind. */
static enum spelled spelled_space(const char *text, const char **rest, int *pid)
{
    size_t n = strcspn(text, ":");
    *rest = text;
    if (text[n] == '\0')
        return SPELLED_NOTHING;
    *rest = text + n + 1;
    if (n == 6 && strncmp(text, "kernel", n) == 0)
        return SPELLED_KERNEL;
    if (n == 8 && strncmp(text, "physical", n) == 0)
        return SPELLED_RAM;
    if (all_digits(text, n)) {
        *pid = atoi(text);
        return SPELLED_PROCESS;
    }
    *rest = text;
    return SPELLED_NOTHING;
}

/* Cuts " 3" or " kernel" off the end, if the rest is no expression with it. */
static enum spelled space_behind(struct commander *c, char *text, int *pid)
{
    char *space = strrchr(text, ' ');
    struct expression *whole = expression_parse(text, c->why, c->why_bytes);
    expression_free(whole);
    if (whole != NULL || space == NULL)
        return SPELLED_NOTHING;
    if (strcmp(space, " kernel") == 0) {
        *space = '\0';
        return SPELLED_KERNEL;
    }
    if (!all_digits(space + 1, strlen(space + 1)))
        return SPELLED_NOTHING;
    *pid = atoi(space + 1);
    *space = '\0';
    return SPELLED_PROCESS;
}

static bool is_plain_name(const char *text)
{
    if (!isalpha((unsigned char)*text) && *text != '_')
        return false;
    for (; *text != '\0'; text++)
        if (!isalnum((unsigned char)*text) && *text != '_' && *text != '.')
            return false;
    return true;
}

/* A symbol's name stands for its address, whatever it holds; a register of the
 * same name goes first. */
static bool value_of(struct commander *c, const char *text, struct address *out)
{
    struct question q = {.target = c->target, .pid = out->pid};
    int64_t value;
    bool register_too = expression_register(&q, text, &value);
    if (!register_too && is_plain_name(text) &&
        expression_symbol(&q, text, &out->va, &out->bytes))
        return true;
    if (!expression_ask(text, &q, &value, c->why, c->why_bytes))
        return false;
    out->va = (uint64_t)value;
    return true;
}

static bool process_space(struct commander *c, int pid, struct address *out)
{
    out->pid = pid;
    if (tracker_process(c->target->tracker, pid) == NULL)
        return refuse(c,
                      "pid %d: there is no such process (processes lists "
                      "them)",
                      pid);
    return target_root(c->target, pid, &out->root) ||
           refuse(c, "pid %d: it has no address space any more", pid);
}

/* Not spelled: the upper half is the kernel's, the lower the process's at
 * hand, without translation memory itself. */
static void choose_space(struct commander *c, struct address *out)
{
    struct target_place here = target_place(c->target);
    int pid = target_user_pid(c->target);
    out->root = here.root;
    out->pid = here.pid;
    if (here.root == 0)
        return;
    if (out->va >> 63 != 0) {
        out->pid = 0;
        target_root(c->target, 0, &out->root);
    } else if (pid != 0 && target_root(c->target, pid, &out->root)) {
        out->pid = pid;
    }
}

static bool find_space(struct commander *c, enum spelled spelled, int pid,
                       struct address *out)
{
    *out = (struct address){0};
    switch (spelled) {
    case SPELLED_PROCESS:
        return process_space(c, pid, out);
    case SPELLED_KERNEL:
        return target_root(c->target, 0, &out->root) ||
               refuse(c, "kernel: it has no page table yet");
    case SPELLED_RAM:
    case SPELLED_NOTHING:
        break;
    }
    return true;
}

bool take_address(struct commander *c, const char *text, struct address *out)
{
    char copy[COMMAND_LINE];
    const char *rest;
    int pid = 0;
    if (text[0] == '\0')
        return refuse(c, "an address is missing");
    enum spelled spelled = spelled_space(text, &rest, &pid);
    snprintf(copy, sizeof copy, "%s", rest);
    if (spelled == SPELLED_NOTHING)
        spelled = space_behind(c, copy, &pid);
    if (!find_space(c, spelled, pid, out) || !value_of(c, copy, out))
        return false;
    if (spelled == SPELLED_NOTHING)
        choose_space(c, out);
    out->elsewhere = out->root != target_place(c->target).root;
    return true;
}

const char *address_owner(const struct commander *c, const struct address *a,
                          char *text, size_t n)
{
    if (a->root == 0)
        snprintf(text, n, "physical memory");
    else
        name_of(c, a->pid, text, n);
    return text;
}

/* ---- Registers ---- */

bool registers_of(struct commander *c, int pid, struct target_registers *out,
                  bool *live)
{
    struct target *t = c->target;
    struct cpu *cpu = machine_cpu(t->machine);
    struct target_place here = target_place(t);
    const struct process *p =
        pid != 0 ? tracker_process(t->tracker, pid) : NULL;
    char who[64];
    *live = pid == 0 || (here.priv == CPU_U && here.pid == pid);
    if (*live) {
        *out = (struct target_registers){.pc = here.pc, .root = here.root};
        for (unsigned i = 0; i < 32; i++)
            out->x[i] = cpu_x(cpu, i);
        return true;
    }
    name_of(c, pid, who, sizeof who);
    if (p == NULL || p->open == 0)
        return refuse(c, "%s: has no registers: it is in no crossing", who);
    return target_registers_at_trap(t, p->open, out) ||
           refuse(c, "%s: it trapped before the debugger began", who);
}
