/*
 * stepping_internal.h - running up to an event, and where that is; shared by
 * the stepping*.c files.
 */
#ifndef SALLYPORT_STEPPING_INTERNAL_H
#define SALLYPORT_STEPPING_INTERNAL_H

#include "stepping.h"

#define CSR_SATP   0x180
#define CSR_SCAUSE 0x142
#define CSR_MCAUSE 0x342

#define STEP_X_RA  1
#define STEP_X_SP  2

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

/* ---- stepping_place.c ---- */
struct place {
    enum cpu_priv priv;
    uint64_t root, pc, ra;
    const struct symbols *symbols; /* of the image that pc lies in, or NULL */
    uint64_t image_va;             /* pc as that image was linked */
    const char *file;              /* NULL: no source line */
    unsigned line;
};
struct place step_place(const struct stepper *s);
/* Is this where a statement begins? A return lands in the middle of one. */
bool step_begins_statement(const struct place *p);
bool step_same_line(const struct place *a, const struct place *b);

/* ---- stepping_back.c ---- */
/* The instruction at pc, or 0. */
uint32_t step_instruction_at(const struct stepper *s, uint64_t pc);
/* The address of the call that comes back to here. False: no call does. */
bool step_call_site(const struct stepper *s, uint64_t behind, uint64_t *pc);
/* Backwards to the last time that the hart was about to run the instruction at
 * pc, in this mode with this stack (in U-mode also: in this address space). */
enum step_reason step_back_to_call(const struct stepper *s, uint64_t pc,
                                   uint64_t sp, enum cpu_priv priv,
                                   uint64_t root);
/* ... to just before the last trap taken at pc in this mode. */
enum step_reason step_back_to_trap(const struct stepper *s, uint64_t pc,
                                   enum cpu_priv priv);
/* To where it began, which is told why. */
struct step_result step_back_none(const struct stepper *s, struct moment begin,
                                  enum step_reason why);

#endif
