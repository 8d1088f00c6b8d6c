/*
 * stepping_place.c - where the hart stands, in the terms of the source.
 */
#include "stepping_internal.h"

#include <string.h>

#define STATEMENTS_MAX 256

struct place step_place(const struct stepper *s)
{
    struct cpu *cpu = machine_cpu(s->machine);
    struct place p = {.priv = cpu_privilege(cpu),
                      .root = step_root(s),
                      .pc = cpu_pc(cpu),
                      .ra = cpu_x(cpu, STEP_X_RA)};
    p.symbols = tracker_symbols(s->tracker, p.priv, p.root, p.pc, &p.image_va);
    if (p.symbols == NULL ||
        !symbols_line(p.symbols, p.image_va, &p.file, &p.line))
        p.file = NULL;
    return p;
}

bool step_begins_statement(const struct place *p)
{
    uint64_t start[STATEMENTS_MAX];
    if (p->file == NULL)
        return false;
    size_t n = symbols_line_addresses(p->symbols, p->file, p->line, start,
                                      STATEMENTS_MAX);
    for (size_t i = 0; i < n && i < STATEMENTS_MAX; i++)
        if (start[i] == p->image_va)
            return true;
    return false;
}

bool step_same_line(const struct place *a, const struct place *b)
{
    return a->file != NULL && b->file != NULL && a->line == b->line &&
           a->priv == b->priv && strcmp(a->file, b->file) == 0;
}
