/*
 * expression_value.c - answers an expression's tree (expression.h) from the
 * machine as it stands. Reads only.
 */
#include "expression_tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INSN_ECALL 0x73

struct answer {
    const struct question *q;
    char *why;
    size_t why_bytes;
};

static bool value_of(struct answer *a, const struct node *n, int64_t *out);

static struct cpu *hart(const struct question *q)
{
    return machine_cpu(q->target->machine);
}

/* ---- Names ---- */

bool expression_register(const struct question *q, const char *name,
                         int64_t *out)
{
    char *end;
    if (name[0] == '$')
        name++;
    if (strcmp(name, "pc") == 0) {
        *out = (int64_t)cpu_pc(hart(q));
        return true;
    }
    unsigned long number = 32;
    if (name[0] == 'x' && name[1] >= '0' && name[1] <= '9') {
        number = strtoul(name + 1, &end, 10);
        if (*end != '\0')
            number = 32;
    }
    for (unsigned i = 0; i < 32; i++)
        if (strcmp(name, cpu_x_name(i)) == 0)
            number = i;
    if (strcmp(name, "fp") == 0)
        number = 8;
    if (number >= 32)
        return false;
    *out = (int64_t)cpu_x(hart(q), (unsigned)number);
    return true;
}

static const struct crossing *crossing_at_hand(const struct question *q)
{
    return q->crossing != NULL ? q->crossing
                               : tracker_current(q->target->tracker);
}

static bool of_place(const struct question *q, const char *name, int64_t *out)
{
    const struct target *t = q->target;
    if (strcmp(name, "pid") == 0)
        *out = q->pid != 0 ? q->pid : tracker_current_pid(t->tracker);
    else if (strcmp(name, "mode") == 0)
        *out = (int64_t)cpu_privilege(hart(q));
    else if (strcmp(name, "clock") == 0)
        *out = (int64_t)machine_clock(t->machine);
    else if (strcmp(name, "traps") == 0)
        *out = (int64_t)cpu_traps(hart(q));
    else
        return false;
    return true;
}

static bool argument_named(const struct crossing *c, const char *name,
                           int64_t *out)
{
    bool by_number = strncmp(name, "arg", 3) == 0 && name[3] >= '0' &&
                     name[3] <= '5' && name[4] == '\0';
    if (c->kind != CROSSING_CALL)
        return false;
    if (by_number) {
        *out = (int64_t)c->arg[name[3] - '0'];
        return true;
    }
    for (unsigned i = 0; c->call != NULL && i < c->call->nargs; i++)
        if (strcmp(c->call->arg[i].name, name) == 0) {
            *out = (int64_t)c->arg[i];
            return true;
        }
    return false;
}

/* In front of an ecall: the call is not there yet, its arguments are. */
static bool of_coming_call(const struct question *q, const char *name,
                           int64_t *out)
{
    const struct target *t = q->target;
    struct target_place here = target_place(t);
    const struct abi *abi = tracker_abi(t->tracker);
    uint32_t insn = 0;
    struct crossing c = {.kind = CROSSING_CALL};
    if (here.priv != CPU_U ||
        sv39_read(t->machine, here.root, here.pc, &insn, 4) != 4 ||
        insn != INSN_ECALL)
        return false;
    for (unsigned i = 0; i < 8; i++)
        c.arg[i] = cpu_x(hart(q), 10 + i);
    c.call = abi != NULL ? abi_find(abi, c.arg[7]) : NULL;
    return argument_named(&c, name, out);
}

static bool of_crossing(const struct question *q, const char *name,
                        int64_t *out)
{
    const struct crossing *c = crossing_at_hand(q);
    if (strcmp(name, "crossing") == 0) {
        *out = c != NULL ? (int64_t)c->number : 0;
        return true;
    }
    if (c == NULL)
        return of_coming_call(q, name, out);
    if (strcmp(name, "cause") == 0)
        *out = (int64_t)c->cause;
    else if (strcmp(name, "tval") == 0)
        *out = (int64_t)c->tval;
    else if (strcmp(name, "result") == 0 && c->outcome == OUTCOME_RETURNED)
        *out = (int64_t)c->result;
    else
        return argument_named(c, name, out);
    return true;
}

static bool csr_named(const struct question *q, const char *name, int64_t *out)
{
    uint64_t value;
    int number = cpu_csr_number(name);
    if (number < 0 || !cpu_csr(hart(q), (unsigned)number, &value))
        return false;
    *out = (int64_t)value;
    return true;
}

bool expression_symbol(const struct question *q, const char *name, uint64_t *va,
                       uint64_t *bytes)
{
    const struct tracker *t = q->target->tracker;
    int pid = q->pid != 0 ? q->pid : target_user_pid(q->target);
    const struct process *p = pid != 0 ? tracker_process(t, pid) : NULL;
    struct symbols *kernel = tracker_kernel_symbols(t);
    bool in_user = cpu_privilege(hart(q)) == CPU_U || q->pid != 0;
    struct symbols *first = p != NULL ? p->symbols : NULL, *second = kernel;
    if (!in_user) {
        second = first;
        first = kernel;
    }
    return (first != NULL && symbols_address(first, name, va, bytes)) ||
           (second != NULL && symbols_address(second, name, va, bytes));
}

/* ---- Memory ---- */

static uint64_t root_at_hand(const struct question *q)
{
    uint64_t root;
    if (q->pid != 0 && target_root(q->target, q->pid, &root))
        return root;
    return target_place(q->target).root;
}

static int64_t extend(const struct node *n, uint64_t value)
{
    unsigned unused = 64 - 8 * n->bytes;
    if (!n->is_signed || unused == 0)
        return (int64_t)value;
    return (int64_t)(value << unused) >> unused;
}

static bool load(struct answer *a, const struct node *n, uint64_t address,
                 int64_t *out)
{
    uint64_t value = 0;
    uint64_t root = n->physical ? 0 : root_at_hand(a->q);
    if (sv39_read(a->q->target->machine, root, address, &value, n->bytes) !=
        n->bytes) {
        snprintf(a->why, a->why_bytes, "0x%" PRIx64 ": no %s of RAM is there",
                 address, n->physical ? "physical byte" : "mapped byte");
        return false;
    }
    *out = extend(n, value);
    return true;
}

static bool is_function(const struct question *q, uint64_t va)
{
    const struct target *t = q->target;
    struct symbols *images[2] = {tracker_kernel_symbols(t->tracker), NULL};
    int pid = q->pid != 0 ? q->pid : target_user_pid(t);
    const struct process *p =
        pid != 0 ? tracker_process(t->tracker, pid) : NULL;
    images[1] = p != NULL ? p->symbols : NULL;
    const char *name;
    uint64_t start, bytes;
    for (int i = 0; i < 2; i++)
        if (images[i] != NULL &&
            symbols_function(images[i], va, &name, &start, &bytes) &&
            start == va)
            return true;
    return false;
}

/* A variable's value if it is a word, else (a function, a structure, an array)
 * its address, as in C. */
static bool symbol_named(struct answer *a, const char *name, int64_t *out)
{
    uint64_t va, bytes;
    if (!expression_symbol(a->q, name, &va, &bytes))
        return false;
    struct node word = {.bytes = (unsigned)bytes, .is_signed = true};
    bool is_word = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
    if (is_word && !is_function(a->q, va))
        return load(a, &word, va, out);
    *out = (int64_t)va;
    return true;
}

static bool name_value(struct answer *a, const char *name, int64_t *out)
{
    const char *plain = name[0] == '$' ? name + 1 : name;
    a->why[0] = '\0';
    if (expression_register(a->q, plain, out) || csr_named(a->q, plain, out) ||
        of_place(a->q, plain, out) || of_crossing(a->q, plain, out) ||
        symbol_named(a, plain, out))
        return true;
    if (a->why[0] == '\0')
        snprintf(a->why, a->why_bytes,
                 "%s: no register, CSR, argument or symbol of that name", name);
    return false;
}

/* ---- Operators ---- */

static bool divide(struct answer *a, const struct node *n, int64_t x, int64_t y,
                   int64_t *out)
{
    if (y == 0) {
        snprintf(a->why, a->why_bytes, "division by zero");
        return false;
    }
    if (x == INT64_MIN && y == -1)
        *out = n->kind == NODE_DIVIDE ? INT64_MIN : 0;
    else
        *out = n->kind == NODE_DIVIDE ? x / y : x % y;
    return true;
}

/* Addition and the like in unsigned numbers: too large ones wrap. */
static int64_t combine(enum node_kind kind, int64_t x, int64_t y)
{
    uint64_t a = (uint64_t)x, b = (uint64_t)y;
    switch (kind) {
    case NODE_BIT_OR:
        return (int64_t)(a | b);
    case NODE_BIT_XOR:
        return (int64_t)(a ^ b);
    case NODE_BIT_AND:
        return (int64_t)(a & b);
    case NODE_EQUAL:
        return x == y;
    case NODE_UNEQUAL:
        return x != y;
    case NODE_LESS_EQUAL:
        return x <= y;
    case NODE_MORE_EQUAL:
        return x >= y;
    case NODE_LESS:
        return x < y;
    case NODE_MORE:
        return x > y;
    case NODE_SHIFT_LEFT:
        return b > 63 ? 0 : (int64_t)(a << b);
    case NODE_SHIFT_RIGHT: /* of the bits: what falls out is a field */
        return b > 63 ? 0 : (int64_t)(a >> b);
    case NODE_ADD:
        return (int64_t)(a + b);
    case NODE_SUBTRACT:
        return (int64_t)(a - b);
    default:
        return (int64_t)(a * b);
    }
}

static bool two_operands(struct answer *a, const struct node *n, int64_t *out)
{
    int64_t x, y;
    if (!value_of(a, n->left, &x))
        return false;
    if ((n->kind == NODE_OR && x != 0) || (n->kind == NODE_AND && x == 0)) {
        *out = x != 0;
        return true;
    }
    if (!value_of(a, n->right, &y))
        return false;
    if (n->kind == NODE_OR || n->kind == NODE_AND)
        *out = y != 0;
    else if (n->kind == NODE_DIVIDE || n->kind == NODE_REST)
        return divide(a, n, x, y, out);
    else
        *out = combine(n->kind, x, y);
    return true;
}

static bool one_operand(struct answer *a, const struct node *n, int64_t *out)
{
    int64_t x;
    if (!value_of(a, n->left, &x))
        return false;
    if (n->kind == NODE_MEMORY)
        return load(a, n, (uint64_t)x, out);
    if (n->kind == NODE_NOT)
        *out = x == 0;
    else
        *out = n->kind == NODE_NEGATE ? (int64_t)(0 - (uint64_t)x) : ~x;
    return true;
}

static bool value_of(struct answer *a, const struct node *n, int64_t *out)
{
    uint64_t va, bytes;
    switch (n->kind) {
    case NODE_NUMBER:
        *out = n->number;
        return true;
    case NODE_NAME:
        return name_value(a, n->name, out);
    case NODE_ADDRESS:
        if (!expression_symbol(a->q, n->name, &va, &bytes)) {
            snprintf(a->why, a->why_bytes, "%s: no symbol of that name",
                     n->name);
            return false;
        }
        *out = (int64_t)va;
        return true;
    case NODE_MEMORY:
    case NODE_NEGATE:
    case NODE_NOT:
    case NODE_INVERT:
        return one_operand(a, n, out);
    default:
        return two_operands(a, n, out);
    }
}

bool expression_value(const struct expression *e, const struct question *q,
                      int64_t *value, char *why, size_t n)
{
    struct answer a = {.q = q, .why = why, .why_bytes = n};
    return value_of(&a, e->root, value);
}

bool expression_ask(const char *text, const struct question *q, int64_t *value,
                    char *why, size_t n)
{
    struct expression *e = expression_parse(text, why, n);
    bool known = e != NULL && expression_value(e, q, value, why, n);
    expression_free(e);
    return known;
}
