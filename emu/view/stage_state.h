/*
 * stage_state.h - inside the stage: what it remembers, and the parts it is
 * made of.
 */
#ifndef SALLYPORT_STAGE_STATE_H
#define SALLYPORT_STAGE_STATE_H

#include "../debug/console_log.h"
#include "spans.h"
#include "stage.h"
#include "terminal.h"

#define CSR(name) cpu_csr_number(name)

/* A process's registers at a trap. Of every process the last that was seen is
 * kept, and of all traps the recent ones: going back needs others. */
struct saved_user {
    struct moment at;
    uint64_t root, pc, x[32], used; /* used 0: nothing here */
};
#define SAVED_USERS  64
#define SAVED_RECENT 4096

/* The walk that refused something, as the tables stood then: a process that
 * dies of it takes them along. */
struct kept_walk {
    uint64_t crossing;
    struct sv39_walk walk;
};
#define KEPT_WALKS 256

struct reg_memory { /* register values of an earlier scene */
    struct scene_register reg[SCENE_REGISTERS + 1];
    size_t regs;
    uint64_t root;
};

struct stage {
    struct machine *machine;
    struct cpu *cpu;
    struct tracker *tracker;
    struct sources *sources;
    char program[64];
    struct spans *spans;
    struct history *history; /* NULL: nobody goes back */
    struct console_log *log;
    struct terminal *terminal; /* what of the log was printed so far: */
    size_t printed;
    struct saved_user saved[SAVED_USERS];
    struct saved_user recent[SAVED_RECENT]; /* a ring */
    uint64_t saves;
    bool lacks; /* the last scene needed registers of a trap not kept: */
    struct moment lacked;
    uint64_t reached; /* instructions executed at the newest moment seen */
    char typed[SCENE_BRANCHES][64];    /* what began each branch */
    struct kept_walk kept[KEPT_WALKS]; /* a ring */
    size_t keeps;
    uint64_t kernel_root; /* last root that is no process's; 0: none yet */
    struct reg_memory last[2], before[2]; /* user, kernel */
    bool marked;
    struct sv39_range ranges[512]; /* scratch */
    struct scene_ports ports;      /* what the last scene points to */
};

/* Where things stand, found once per fill. */
struct stand {
    enum cpu_priv priv;
    uint64_t pc, satp, root; /* root in force; 0: none */
    int pid;                 /* of the process shown on the user side */
    uint64_t user_root;      /* its table; 0: no process yet */
    bool user_live;          /* the hart runs it */
    const struct saved_user *saved;
    const struct crossing *last; /* its last crossing, or NULL */
    const struct crossing *open; /* the same, if it is open */
    enum scene_run run;
};

uint64_t stage_csr(const struct stage *st, const char *name);
/* Bytes at va in the space of root (0: physical); returns how many. */
size_t stage_read(struct stage *st, uint64_t root, uint64_t va, void *buf,
                  size_t n);
/* A source file's name without the path of this project's own tree. */
const char *stage_path(const char *file);
/* "pid 4", or "root 0x8041f" where there are no pids. */
void stage_who(const struct stage *st, int pid, uint64_t root, bool name,
               char *text, size_t n);

/* Other moments (stage_past.c). */
struct moment stage_moment(const struct stage *st);
void stage_save_user(struct stage *st, uint64_t pc);
/* The registers at the trap of a crossing, NULL: not kept. */
const struct saved_user *stage_saved_user(const struct stage *st,
                                          const struct crossing *c);
void stage_console_byte(struct stage *st, uint8_t byte);
void stage_console(struct stage *st, struct scene *scene);
void stage_past(struct stage *st, struct scene *scene);
void stage_later_card(struct stage *st, uint64_t number,
                      struct scene_card *card);
/* A row of the table; ctx is the stage. */
bool stage_row(void *ctx, uint64_t number, struct scene_row *row);

/* After the sides' code (stage_breaks.c). breaks: may be NULL. */
void stage_breaks(const struct stage *st, const struct breaks *breaks,
                  struct scene *scene);

/* The walk kept of a refusal, or NULL. */
const struct sv39_walk *stage_kept_walk(const struct stage *st, uint64_t number,
                                        uint64_t va);
/* Of a process's image, or NULL. */
struct symbols *stage_symbols_of(const struct stage *st, int pid);

/* x: the registers, to say who called and what an ecall asks; or NULL. */
void stage_code(struct stage *st, struct scene_side *side, enum cpu_priv priv,
                int pid, uint64_t root, uint64_t pc, const uint64_t *x);
void stage_registers(struct stage *st, struct scene_side *side,
                     enum scene_space space, const struct stand *at);
void stage_user_ranges(struct stage *st, struct scene_side *side,
                       const struct stand *at);
void stage_kernel_ranges(struct stage *st, struct scene_side *side,
                         const struct stand *at);
void stage_card(struct stage *st, const struct crossing *c,
                const struct stand *at, struct scene_card *card);
/* After the cards. */
void stage_ports(struct stage *st, const struct stage_want *want,
                 struct scene *scene);
void stage_ports_free(struct scene_ports *p);
void stage_address(struct stage *st, const struct stand *at,
                   const struct stage_want *want, struct scene *scene);

#endif
