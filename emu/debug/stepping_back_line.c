/*
 * stepping_back_line.c - the step by source line, backwards (stepping.h).
 *
 * Where does stepping forwards stop? Leave out what a step runs through: traps
 * that were not asked for, calls that are stepped over. Of the moments that are
 * left take those at which a statement begins, in order of time:
 *
 *      line  10 10 11 12 12 12 11 12 ...
 *            *     *  *        *  *      the stops: each block's first
 *
 * for a step ends where the next statement of *another* line begins. So the way
 * back is: the last first of a block before now. The moments are found by
 * running pieces of the past again, the latest first, instruction by
 * instruction; what is left out is jumped over by searching for its beginning.
 */
#include "stepping_internal.h"

#include "../cpu/insn.h"

#include <stdlib.h>

#define PIECE_FIRST 64    /* clock */
#define PIECE_MAX   16384 /* single steps are slow: poll between pieces */
#define PIECE_ROOM  (2 * PIECE_MAX)

struct visited {
    struct moment at;
    struct place place;
    uint64_t sp;
    uint32_t insn; /* at place.pc */
    int pid;
};

struct back {
    const struct stepper *s;
    enum step_calls calls;
    struct moment begin;
    struct moment cursor; /* what is before this was not looked at yet */
    uint64_t piece;
    struct visited *visited; /* the last is the one at the cursor */
    size_t count;
    bool found;
    struct moment found_at;
    struct place found_place;
};

/* ---- A piece of the past ---- */

static bool visit(void *ctx, struct moment at)
{
    struct back *b = ctx;
    struct cpu *cpu = machine_cpu(b->s->machine);
    if (b->count == PIECE_ROOM) /* too many traps in too little time */
        return false;
    struct visited *v = &b->visited[b->count++];
    v->at = at;
    v->place = step_place(b->s);
    v->sp = cpu_x(cpu, STEP_X_SP);
    v->insn = step_instruction_at(b->s, v->place.pc);
    v->pid = tracker_current_pid(b->s->tracker);
    return true;
}

/* The moments before the cursor, and its own. False: there are none. */
static bool take_piece(struct back *b)
{
    struct moment from = {0, 0};
    if (b->cursor.clock > b->piece)
        from.clock = b->cursor.clock - b->piece;
    b->count = 0;
    history_walk(b->s->history, from, b->cursor, visit, b);
    b->piece = b->piece * 4 < PIECE_MAX ? b->piece * 4 : PIECE_MAX;
    return b->count >= 2;
}

/* ---- What a step leaves out ---- */

/* The crossing from which this process has come back to its program. */
static const struct crossing *crossing_before(const struct back *b,
                                              const struct visited *v)
{
    struct tracker *t = b->s->tracker;
    struct moment at;
    int pid;
    for (uint64_t n = tracker_count(t); n > 0; n--) {
        if (!tracker_when(t, n, &at.clock, &at.traps, &pid) || pid != v->pid ||
            moment_compare(at, v->at) >= 0)
            continue;
        const struct crossing *c = tracker_crossing(t, n);
        if (pid != 0 || c->root == v->place.root)
            return c;
    }
    return NULL;
}

/* A trap ended between these. Goes to just before it began; STEP_NOTHING: it is
 * not to be left out. */
static enum step_reason pass_trap(struct back *b, const struct visited *in,
                                  const struct visited *behind)
{
    struct history *h = b->s->history;
    if (behind->place.priv != CPU_U) {
        history_goto(h, in->at);
        return step_back_to_trap(b->s, behind->place.pc, behind->place.priv);
    }
    const struct crossing *c = crossing_before(b, behind);
    if (c == NULL || (c->kind == CROSSING_CALL && b->calls == STEP_INTO))
        return STEP_NOTHING;
    struct moment at = {c->clock_in, c->traps_in};
    return history_goto(h, at) ? STEP_DONE : STEP_NOTHING;
}

/* A function returned between these: to its call. */
static enum step_reason pass_call(struct back *b, const struct visited *in,
                                  const struct visited *behind)
{
    uint64_t site;
    history_goto(b->s->history, behind->at);
    if (!step_call_site(b->s, behind->place.pc, &site))
        return STEP_NOTHING;
    history_goto(b->s->history, in->at);
    return step_back_to_call(b->s, site, behind->sp, behind->place.priv,
                             behind->place.root);
}

static bool is_return(uint32_t insn)
{
    return insn == 0x00008067 || insn == 0x8082; /* ret, c.jr ra */
}

/* Is what ended between these left out? STEP_DONE: yes, the machine stands at
 * its beginning. */
static enum step_reason pass_over(struct back *b, const struct visited *in,
                                  const struct visited *behind)
{
    if (in->at.traps != behind->at.traps)
        return STEP_NOTHING;
    if (in->insn == INSN_SRET || in->insn == INSN_MRET)
        return pass_trap(b, in, behind);
    if (is_return(in->insn) && in->place.priv == behind->place.priv &&
        (b->calls == STEP_OVER || in->place.file == NULL))
        return pass_call(b, in, behind);
    return STEP_NOTHING;
}

/* ---- Blocks ---- */

/* True: this is of another block, the one before is complete. */
static bool consider(struct back *b, const struct visited *v)
{
    if (!step_begins_statement(&v->place))
        return false;
    if (b->found && !step_same_line(&b->found_place, &v->place))
        return true;
    b->found = true;
    b->found_at = v->at;
    b->found_place = v->place;
    return false;
}

/* Looks at a piece, the latest first, up to where something is left out.
 * STEP_NOTHING: go on with the piece before. */
static enum step_reason look_at_piece(struct back *b)
{
    for (size_t i = b->count - 1; i-- > 0;) {
        const struct visited *v = &b->visited[i];
        enum step_reason r = pass_over(b, v, v + 1);
        if (r == STEP_POLLED)
            return r;
        if (r == STEP_DONE) { /* on, from the beginning of what is left out */
            b->count = 0;
            visit(b, history_now(b->s->history));
            b->piece = PIECE_FIRST;
            v = b->visited;
            i = 0;
        }
        b->cursor = v->at;
        if (consider(b, v))
            return STEP_DONE;
    }
    return STEP_NOTHING;
}

static enum step_reason look_for_line(struct back *b)
{
    const struct stepper *s = b->s;
    while (take_piece(b)) {
        enum step_reason r = look_at_piece(b);
        if (r != STEP_NOTHING)
            return r;
        if (s->budget != 0 && b->begin.clock - b->cursor.clock > s->budget)
            return STEP_BUDGET;
        if (s->poll != NULL && !s->poll(s->poll_ctx))
            return STEP_POLLED;
    }
    return b->found ? STEP_DONE : STEP_NOTHING;
}

struct step_result step_back_line(const struct stepper *s,
                                  enum step_calls calls)
{
    struct back b = {.s = s, .calls = calls, .piece = PIECE_FIRST};
    if (s->history == NULL)
        return (struct step_result){.reason = STEP_NOTHING};
    if (step_place(s).file == NULL)
        return step_back_instruction(s);
    b.begin = b.cursor = history_now(s->history);
    b.visited = malloc(PIECE_ROOM * sizeof *b.visited);
    if (b.visited == NULL)
        return (struct step_result){.reason = STEP_NOTHING};
    enum step_reason r = look_for_line(&b);
    free(b.visited);
    if (r != STEP_DONE)
        return step_back_none(s, b.begin, r);
    history_goto(s->history, b.found_at);
    return (struct step_result){.reason = STEP_DONE};
}

struct step_result step_back_over(const struct stepper *s)
{
    return step_back_line(s, STEP_OVER);
}
