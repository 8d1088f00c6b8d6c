/*
 * command_stop.c - what is told after the guest has moved: why it stopped, what
 * the gate did if it was passed, and where it stands now.
 */
#include "command_internal.h"

#include "instruction.h"

/* ---- Code ---- */

void instruction_text(struct commander *c, uint64_t root, uint64_t va,
                      const struct target_place *place, bool current,
                      unsigned *length, char *text, size_t n)
{
    uint8_t bytes[4];
    struct machine *m = c->target->machine;
    uint64_t a7 = cpu_x(machine_cpu(m), 17);
    struct instruction i = {.va = va,
                            .bytes = bytes,
                            .symbols = place->symbols,
                            .to_image = place->image_va - place->pc,
                            .a7 = current ? &a7 : NULL};
    i.have = sv39_read(m, root, va, bytes, sizeof bytes);
    *length = 0;
    if (i.have < 2)
        snprintf(text, n, "(%s)",
                 current ? "not mapped yet: fetching it will fault"
                         : "nothing is mapped there");
    else
        *length = instruction_describe(c->target->tracker, &i, text, n);
}

void tell_source(struct commander *c, const char *file, unsigned first,
                 unsigned last, unsigned current)
{
    const struct source_file *text =
        c->target->sources != NULL ? sources_find(c->target->sources, file)
                                   : NULL;
    if (text == NULL)
        return;
    for (unsigned i = first; i <= last && i <= text->lines; i++)
        say(c, "%s%5u  %s", i == current ? "->" : "  ", i, text->line[i - 1]);
}

/* ---- Where ---- */

/* "U pid 2 hello" or "S the kernel, for pid 2 hello in #15". */
static void side_text(const struct commander *c, const struct target_place *p,
                      char *text, size_t n)
{
    static const char modes[] = "US?M";
    const struct crossing *open = tracker_current(c->target->tracker);
    char who[64];
    if (p->priv == CPU_U) {
        snprintf(text, n, "U %s", name_of(c, p->pid, who, sizeof who));
        return;
    }
    int used = snprintf(text, n, "%c the kernel", modes[p->priv]);
    if (open != NULL)
        snprintf(text + used, n - (size_t)used, ", for %s in #%" PRIu64,
                 name_of(c, open->pid, who, sizeof who), open->number);
}

static void note_registers(struct commander *c)
{
    struct cpu *cpu = machine_cpu(c->target->machine);
    c->changed = 0;
    for (unsigned i = 0; i < 32; i++) {
        uint64_t value = cpu_x(cpu, i);
        if (value != c->x[i])
            c->changed |= UINT64_C(1) << i;
        c->x[i] = value;
    }
}

/* A trap that was stopped at is known already: that alone is no past. */
static bool in_past(const struct commander *c)
{
    const struct history *h = c->target->history;
    return history_in_past(h) && history_newest(h).clock > history_now(h).clock;
}

void tell_divergence(struct commander *c)
{
    if (c->divergence_told || !history_diverged(c->target->history))
        return;
    c->divergence_told = true;
    say(c, "the run does not go as it was recorded, or as it went the first "
           "time: this is what happens now");
}

void tell_place(struct commander *c)
{
    struct target *t = c->target;
    struct target_place p = target_place(t);
    char side[160], place[320], code[160];
    unsigned length;
    note_registers(c);
    side_text(c, &p, side, sizeof side);
    target_place_text(&p, place, sizeof place);
    say(c, "%s: %s  (pc 0x%" PRIx64 ", clock %" PRIu64 "%s)", side, place, p.pc,
        machine_clock(t->machine), in_past(c) ? ", in the past" : "");
    if (p.file != NULL)
        tell_source(c, p.file, p.line, p.line, p.line);
    instruction_text(c, p.root, p.pc, &p, true, &length, code, sizeof code);
    say(c, "=> 0x%" PRIx64 "  %s", p.pc, code);
    c->list_file[0] = '\0';
}

/* ---- Why ---- */

static void tell_end(struct commander *c, const struct machine_stop *stop)
{
    char text[160];
    if (tracker_panicked(c->target->tracker, text, sizeof text))
        say(c, "the guest has ended: kernel panic: %s", text);
    else
        say(c, "the guest has ended with status %d%s%s", stop->status,
            stop->text[0] != '\0' ? ": " : "", stop->text);
}

static void tell_hit(struct commander *c, const struct target_stop *stop)
{
    const struct breakpoint *b = stop->hit;
    say(c, "%s %u%s%s%s: %s",
        b != NULL && b->kind == BREAK_MEMORY ? "watchpoint" : "breakpoint",
        stop->number, b != NULL ? " (" : "", b != NULL ? b->text : "",
        b != NULL ? ")" : "", stop->text);
}

void tell_stop(struct commander *c, const struct target_stop *stop)
{
    tell_console(c, true);
    switch (stop->reason) {
    case TARGET_DONE:
        break;
    case TARGET_BREAK:
        tell_hit(c, stop);
        break;
    case TARGET_ENDED:
        tell_end(c, &stop->machine);
        break;
    case TARGET_DEAD:
        say(c, "nothing can go on: %s", stop->machine.text);
        break;
    case TARGET_WANTS_INPUT:
        say(c, "the guest waits for input: input \"TEXT\\n\", or eof");
        break;
    case TARGET_POLLED:
        say(c, "interrupted");
        break;
    case TARGET_FIRST:
        say(c, "there is nothing of that kind before this");
        break;
    }
    if (history_diverged(c->target->history))
        say(c, "warning: a stretch that ran again went another way: please "
               "report this");
    tell_place(c);
}
