/*
 * stage_registers.c - the registers of a side, the most telling first.
 */
#include "stage_state.h"

#include <stdio.h>
#include <string.h>

/* x registers in the order they are shown in. */
static const unsigned char order[] = {2, 10, 11, 12, 13, 14, 15, 16, 17, 1,  8,
                                      9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
                                      5, 6,  7,  28, 29, 30, 31, 3,  4};

static struct scene_register *add(struct scene_side *side, const char *name,
                                  uint64_t value)
{
    struct scene_register *r = &side->reg[SCENE_REGISTERS];
    if (side->regs < SCENE_REGISTERS)
        r = &side->reg[side->regs++];
    *r = (struct scene_register){.value = value};
    snprintf(r->name, sizeof r->name, "%s", name);
    return r;
}

static void add_note(struct scene_side *side, const char *name, uint64_t value,
                     const char *note)
{
    struct scene_register *r = add(side, name, value);
    snprintf(r->note, sizeof r->note, "%s", note);
}

static void add_csr(const struct stage *st, struct scene_side *side,
                    const char *name)
{
    add(side, name, stage_csr(st, name));
}

/*  sstatus: 18 SUM   8 SPP   5 SPIE   1 SIE  (privileged manual 4.1.1) */
static void supervisor_csrs(const struct stage *st, struct scene_side *side)
{
    uint64_t status = stage_csr(st, "sstatus"), cause = stage_csr(st, "scause");
    add_note(side, "scause", cause, cpu_cause_name(cause));
    add_csr(st, side, "sepc");
    add_csr(st, side, "stval");
    add_csr(st, side, "satp");
    add_csr(st, side, "sscratch");
    add_note(side, "SPP", status >> 8 & 1, status >> 8 & 1 ? "S" : "U");
    add(side, "SPIE", status >> 5 & 1);
    add(side, "SIE", status >> 1 & 1);
    add(side, "SUM", status >> 18 & 1);
    add_csr(st, side, "stvec");
}

/*  mstatus: 12..11 MPP   7 MPIE   3 MIE  (privileged manual 3.1.6) */
static void machine_csrs(const struct stage *st, struct scene_side *side)
{
    static const char *const modes[] = {"U", "S", "reserved", "M"};
    uint64_t status = stage_csr(st, "mstatus"), cause = stage_csr(st, "mcause");
    add_note(side, "mcause", cause, cpu_cause_name(cause));
    add_csr(st, side, "mepc");
    add_csr(st, side, "mtval");
    add_note(side, "MPP", status >> 11 & 3, modes[status >> 11 & 3]);
    add(side, "MPIE", status >> 7 & 1);
    add(side, "MIE", status >> 3 & 1);
    add_csr(st, side, "mtvec");
    add_csr(st, side, "medeleg");
    add_csr(st, side, "mideleg");
}

/* All of them, or those behind the stack pointer, which stands first. */
static void general(const struct stage *st, struct scene_side *side,
                    const uint64_t *saved, bool behind_sp)
{
    for (size_t i = behind_sp; i < sizeof order; i++)
        add(side, cpu_x_name(order[i]),
            saved ? saved[order[i]] : cpu_x(st->cpu, order[i]));
}

/* Lit: has another value than at the mark. The pc always moves and has its own
 * lit line in the code. */
static void light_changes(struct scene_side *side,
                          const struct reg_memory *before)
{
    if (before->root != side->root)
        return;
    for (size_t i = 1; i < side->regs; i++)
        for (size_t j = 0; j < before->regs; j++)
            if (strcmp(side->reg[i].name, before->reg[j].name) == 0)
                side->reg[i].changed =
                    side->reg[i].value != before->reg[j].value;
}

static void remember(const struct scene_side *side, struct reg_memory *last)
{
    memcpy(last->reg, side->reg, sizeof last->reg);
    last->regs = side->regs;
    last->root = side->root;
}

void stage_registers(struct stage *st, struct scene_side *side,
                     enum scene_space space, const struct stand *at)
{
    add(side, "pc", side->pc);
    if (space == SPACE_USER) {
        general(st, side, at->user_live ? NULL : at->saved->x, false);
    } else {
        if (!at->user_live)
            add(side, "sp", cpu_x(st->cpu, 2));
        if (at->priv == CPU_M)
            machine_csrs(st, side);
        else
            supervisor_csrs(st, side);
        if (at->user_live)
            side->reg_note = "the general registers are the user's now";
        else
            general(st, side, NULL, true);
    }
    if (st->marked && at->run != RUN_RUNNING)
        light_changes(side, &st->before[space]);
    remember(side, &st->last[space]);
}
