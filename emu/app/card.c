/*
 * card.c - see card.h.
 *
 * The facts are read from the tables: nothing is run for them. The registers
 * are the machine's: it is taken to the trap, from the snapshot before.
 */
#include "card.h"

#include "../record/loaded.h"
#include "../record/seek.h"
#include "session.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- The facts ---- */

static void print_arguments(const struct crossing *c)
{
    if (c->call == NULL || c->kind != CROSSING_CALL)
        return;
    for (unsigned i = 0; i < c->call->nargs; i++)
        printf("  %-12s 0x%" PRIx64 "%s%s\n", c->call->arg[i].name, c->arg[i],
               c->arg_text[i] != NULL ? "  " : "",
               c->arg_text[i] != NULL ? c->arg_text[i] : "");
}

/* What hangs on it, as the trace's own lines. */
static void print_event(const struct tracker *t, const struct crossing *c,
                        struct event *e)
{
    char text[1024];
    e->crossing = c;
    e->pid = c->pid;
    e->process = c->process;
    event_text(t, e, text, sizeof text);
    fputs(text, stdout);
}

static void print_parts(const struct tracker *t, const struct crossing *c)
{
    for (size_t i = 0; i < c->transfers; i++)
        print_event(t, c,
                    &(struct event){.kind = EVENT_TRANSFER,
                                    .transfer = &c->transfer[i]});
    for (size_t i = 0; i < c->mappings; i++)
        print_event(
            t, c,
            &(struct event){.kind = EVENT_MAP, .mapping = &c->mapping[i]});
    for (size_t i = 0; i < c->ring_ops; i++)
        print_event(
            t, c,
            &(struct event){.kind = EVENT_RING, .ring_op = &c->ring_op[i]});
    for (size_t i = 0; i < c->links; i++)
        printf("       link     #%" PRIu64 " -> #%" PRIu64 "  %" PRIu64
               " bytes\n",
               c->link[i].from, c->link[i].to, c->link[i].bytes);
    for (size_t i = 0; i < c->nesteds; i++)
        print_event(t, c,
                    &(struct event){.kind = EVENT_NESTED,
                                    .nested = &c->nested[i],
                                    .nested_number = i + 1});
}

static void print_costs(const struct crossing *c)
{
    printf("  clock %" PRIu64, c->clock_in);
    if (c->outcome != OUTCOME_OPEN)
        printf(" to %" PRIu64, c->clock_out);
    printf("  insns %" PRIu64 "  cycles %" PRIu64 "  satp %" PRIu64
           "  fences %" PRIu64 "  traps %" PRIu64 "  returns %" PRIu64
           "\n  copied in %" PRIu64 "  out %" PRIu64 "  mapped %" PRIu64
           "  unmapped %" PRIu64 "  slept %" PRIu64 "\n",
           c->own_insns, c->cycles, c->satp_writes, c->fences, c->traps,
           c->returns, c->bytes_in, c->bytes_out, c->pages_mapped,
           c->pages_unmapped, c->block_count);
}

static void print_facts(const struct tracker *t, const struct crossing *c)
{
    char what[1024], result[160], sentence[2048];
    crossing_describe(t, c, what, sizeof what);
    crossing_result(t, c, result, sizeof result);
    crossing_sentence(t, c, sentence, sizeof sentence);
    printf("#%" PRIu64 "  pid %d %s  %s", c->number, c->pid, c->process, what);
    if (result[0] != '\0')
        printf("%s%s",
               c->kind == CROSSING_CALL && c->outcome == OUTCOME_RETURNED
                   ? " = "
                   : "  ",
               result);
    printf("\n%s\n", sentence);
    print_arguments(c);
    print_parts(t, c);
    print_costs(c);
}

/* ---- The registers ---- */

static void print_registers(const struct machine *m)
{
    static const char *const csr[] = {"satp",  "sstatus", "sepc",    "scause",
                                      "stval", "stvec",   "sscratch"};
    const struct cpu *cpu = machine_cpu((struct machine *)(uintptr_t)m);
    printf("Registers at the trap:\n  %-8s 0x%016" PRIx64, "pc", cpu_pc(cpu));
    for (unsigned n = 1; n < 32; n++)
        printf("%s%-8s 0x%016" PRIx64, n % 3 == 0 ? "\n  " : "  ",
               cpu_x_name(n), cpu_x(cpu, n));
    for (size_t i = 0; i < sizeof csr / sizeof csr[0]; i++) {
        uint64_t value = 0;
        cpu_csr(cpu, (unsigned)cpu_csr_number(csr[i]), &value);
        printf("%s%-8s 0x%016" PRIx64, i % 3 == 0 ? "\n  " : "  ", csr[i],
               value);
    }
    printf("\n");
}

/* A machine of the recording at its beginning; nobody watches it. */
static int open_machine(const struct options *o, struct session **s,
                        struct complaint *why)
{
    struct session_desc desc = {.options = o};
    return session_open(&desc, s, why);
}

/* Takes a machine to the trap. Where the snapshots cannot be used, from the
 * beginning. */
static int go_to_trap(const struct options *o, const struct crossing *c,
                      struct session **s, struct complaint *why)
{
    struct moment at = {c->clock_in, c->traps_in};
    struct machine_stop stop;
    size_t inputs = 0;
    bool spoiled;
    int status = open_machine(o, s, why);
    if (status != 0)
        return status;
    if (!seek_snapshot((*s)->recorded->file, (*s)->machine, at, &inputs,
                       &spoiled) &&
        spoiled) {
        session_close(*s);
        inputs = 0;
        status = open_machine(o, s, why);
        if (status != 0)
            return status;
    }
    struct replay r = {.machine = (*s)->machine,
                       .arrival = (*s)->recorded->arrival,
                       .arrivals = (*s)->recorded->arrivals,
                       .arrived = inputs};
    if (replay_run(&r, at, r.arrivals, &stop) == REPLAY_THERE)
        return 0;
    return complain(why, APP_UNUSABLE,
                    "%s: the run goes another way than the recorded one "
                    "before crossing %" PRIu64,
                    o->program[0], c->number);
}

/* ---- Both ---- */

static int print_card(const struct options *o, const struct session *s,
                      struct complaint *why)
{
    struct session *at = NULL;
    struct loaded *l =
        loaded_crossing(s->recorded->file, tracker_abi(s->tracker), o->go_to);
    if (l == NULL)
        return complain(why, APP_UNUSABLE,
                        "--goto %" PRIu64 ": the recording %s has no such "
                        "crossing",
                        o->go_to, o->program[0]);
    print_facts(s->tracker, &l->crossing);
    int status = go_to_trap(o, &l->crossing, &at, why);
    if (status == 0)
        print_registers(at->machine);
    session_close(at);
    loaded_free(l);
    return status;
}

int card_print(const struct options *options, struct complaint *why)
{
    struct session_desc desc = {.options = options, .track = true};
    struct session *s;
    int status = session_open(&desc, &s, why);
    if (status == 0)
        status = print_card(options, s, why);
    session_close(s);
    return status;
}
