/*
 * stepping_internal.h - running up to an event, shared by stepping.c and
 * stepping_line.c.
 */
#ifndef SALLYPORT_STEPPING_INTERNAL_H
#define SALLYPORT_STEPPING_INTERNAL_H

#include "stepping.h"

#define CSR_SATP   0x180
#define CSR_SCAUSE 0x142
#define CSR_MCAUSE 0x342

/* A run up to the first trap, return or watched address that is wanted. The
 * functions are asked about each, before it happens; NULL: not interested. */
struct hunt {
    const struct stepper *stepper;
    bool (*trap)(struct hunt *h, const struct cpu_trap *trap);
    bool (*special)(struct hunt *h, const struct cpu_special_event *event);
    bool (*watched)(struct hunt *h);
    unsigned specials;   /* set of enum cpu_special for special */
    uint64_t watch_pc;   /* for watched */
    uint64_t until;      /* clock; 0: no bound of its own */
    uint64_t budget_end; /* clock; 0: the call's budget, from here on */

    /* What the functions decide by. */
    uint64_t crossing; /* its number, 0: none */
    int pid;           /* 0: any */
    enum cpu_priv priv;
    unsigned depth;
    uint64_t root, sp;

    bool hit;
    bool arrives;     /* the hit is an instruction that must still run ... */
    uint64_t arrival; /* ... to get to this pc */
};

struct step_result hunt_run(struct hunt *h);
/* One instruction of the machine. */
struct step_result step_once(const struct stepper *s);
/* Clock at which a call that begins now has used up its budget. */
uint64_t step_budget_end(const struct stepper *s);
uint64_t step_root(const struct stepper *s); /* page-table root, 0: bare */

#endif
