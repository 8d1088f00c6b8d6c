/*
 * stepping_back.c - the steps backwards (stepping.h) that know where to, or
 * look for one event. Source lines stand in stepping_back_line.c.
 */
#include "stepping_internal.h"

#include "../cpu/insn.h"
#include "../inspect/backtrace.h"

#define OPCODE_JAL  0x6f
#define OPCODE_JALR 0x67

struct step_result step_back_none(const struct stepper *s, struct moment begin,
                                  enum step_reason why)
{
    if (s->history != NULL)
        history_goto(s->history, begin);
    return (struct step_result){.reason = why};
}

static struct step_result arrived(bool there)
{
    return (struct step_result){.reason = there ? STEP_DONE : STEP_NOTHING};
}

struct step_result step_back_instruction(const struct stepper *s)
{
    return arrived(s->history != NULL && history_step_back(s->history));
}

/* ---- Searching ---- */

struct quest {
    const struct stepper *s;
    uint64_t pc, sp, root;
    enum cpu_priv priv;
    int watch;
    bool polled;
};

static bool go_on(void *ctx)
{
    struct quest *q = ctx;
    q->polled = q->s->poll != NULL && !q->s->poll(q->s->poll_ctx);
    return !q->polled;
}

static void on_pc(void *ctx, uint64_t pc)
{
    struct quest *q = ctx;
    struct cpu *cpu = machine_cpu(q->s->machine);
    (void)pc;
    if (cpu_privilege(cpu) == q->priv && cpu_x(cpu, STEP_X_SP) == q->sp &&
        (q->priv != CPU_U || step_root(q->s) == q->root))
        history_hit(q->s->history);
}

static void watch_pc(void *ctx)
{
    struct quest *q = ctx;
    q->watch = cpu_watch(machine_cpu(q->s->machine), q->pc, on_pc, q);
}

static void unwatch_pc(void *ctx)
{
    struct quest *q = ctx;
    if (q->watch >= 0)
        cpu_unwatch(machine_cpu(q->s->machine), q->watch);
}

static void on_trap(void *ctx, const struct cpu_trap *trap)
{
    struct quest *q = ctx;
    if (trap->from == q->priv && trap->pc == q->pc)
        history_hit(q->s->history);
}

static void observe_traps(void *ctx)
{
    struct quest *q = ctx;
    machine_observe(q->s->machine,
                    &(struct machine_observer){.ctx = q, .trap = on_trap});
}

static void ignore_traps(void *ctx)
{
    struct quest *q = ctx;
    machine_unobserve(q->s->machine, q);
}

static enum step_reason search(struct quest *q, void (*arm)(void *ctx),
                               void (*disarm)(void *ctx))
{
    struct history_search search = {q, arm, disarm, go_on};
    if (history_search_back(q->s->history, &search))
        return STEP_DONE;
    return q->polled ? STEP_POLLED : STEP_NOTHING;
}

enum step_reason step_back_to_call(const struct stepper *s, uint64_t pc,
                                   uint64_t sp, enum cpu_priv priv,
                                   uint64_t root)
{
    struct quest q = {
        .s = s, .pc = pc, .sp = sp, .root = root, .priv = priv, .watch = -1};
    return search(&q, watch_pc, unwatch_pc);
}

enum step_reason step_back_to_trap(const struct stepper *s, uint64_t pc,
                                   enum cpu_priv priv)
{
    struct quest q = {.s = s, .pc = pc, .priv = priv};
    return search(&q, observe_traps, ignore_traps);
}

/* ---- Crossings and traps ---- */

/* The vector's first instruction is one step behind the trap. */
struct step_result step_back_crossing(const struct stepper *s, int pid)
{
    struct moment now, at;
    int whose;
    if (s->history == NULL)
        return arrived(false);
    now = history_now(s->history);
    for (uint64_t n = tracker_count(s->tracker); n > 0; n--) {
        if (!tracker_when(s->tracker, n, &at.clock, &at.traps, &whose))
            continue;
        at.traps++;
        if (moment_compare(at, now) < 0 && (pid == 0 || pid == whose))
            return arrived(history_goto(s->history, at));
    }
    return arrived(false);
}

/* The kernel's own trap, if one is open under this crossing: not more returns
 * than traps have been, the crossing's own among these. */
static const struct nested_trap *open_nested(const struct crossing *c)
{
    if (c->nesteds == 0 || c->traps - c->returns < 2)
        return NULL;
    return &c->nested[c->nesteds - 1];
}

static bool before_nested(const struct stepper *s, struct nested_trap n)
{
    struct machine_stop stop;
    if (!history_goto_clock(s->history, n.clock))
        return false;
    while (machine_clock(s->machine) == n.clock &&
           cpu_pc(machine_cpu(s->machine)) != n.pc)
        history_step(s->history, &stop);
    return machine_clock(s->machine) == n.clock;
}

struct step_result step_back_out_of_trap(const struct stepper *s)
{
    const struct crossing *c = tracker_current(s->tracker);
    if (s->history == NULL || c == NULL ||
        cpu_privilege(machine_cpu(s->machine)) == CPU_U)
        return arrived(false);
    struct moment begin = history_now(s->history);
    struct moment at = {c->clock_in, c->traps_in};
    const struct nested_trap *nested = open_nested(c);
    bool there = nested != NULL ? before_nested(s, *nested)
                                : history_goto(s->history, at);
    return there ? arrived(true) : step_back_none(s, begin, STEP_NOTHING);
}

/* ---- Functions ---- */

uint32_t step_instruction_at(const struct stepper *s, uint64_t pc)
{
    uint32_t insn = 0;
    if (sv39_read(s->machine, step_root(s), pc, &insn, 4) < 2)
        return 0;
    return (insn & 3) == 3 ? insn : insn & 0xffff;
}

bool step_call_site(const struct stepper *s, uint64_t behind, uint64_t *pc)
{
    uint32_t insn = step_instruction_at(s, behind - 4);
    unsigned op = insn_opcode(insn);
    *pc = behind - 4;
    if ((op == OPCODE_JAL || op == OPCODE_JALR) && insn_rd(insn) == STEP_X_RA)
        return true;
    insn = step_instruction_at(s, behind - 2);
    *pc = behind - 2;
    return (insn & 0xf07f) == 0x9002 && (insn & 0x0f80) != 0; /* c.jalr */
}

struct step_result step_back_finish(const struct stepper *s)
{
    struct cpu *cpu = machine_cpu(s->machine);
    struct place now = step_place(s);
    struct frame frame[2];
    uint64_t x[32], site;
    if (s->history == NULL)
        return arrived(false);
    for (unsigned i = 0; i < 32; i++)
        x[i] = cpu_x(cpu, i);
    size_t n =
        backtrace(s->machine, now.root, now.symbols, now.pc, x, frame, 2);
    if (n < 2)
        return arrived(false);
    if (!step_call_site(s, frame[1].pc, &site))
        return step_back_out_of_trap(s);
    struct moment begin = history_now(s->history);
    enum step_reason r =
        step_back_to_call(s, site, frame[0].cfa, now.priv, now.root);
    if (r != STEP_DONE)
        return step_back_none(s, begin, r);
    return arrived(true);
}
