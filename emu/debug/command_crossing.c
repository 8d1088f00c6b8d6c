/*
 * command_crossing.c - the commands that show crossings: the list, one in full,
 * and why the last refusal was.
 */
#include "command_internal.h"

#define LISTED 20

/* ---- crossings ---- */

static void crossing_line(const struct commander *c, const struct crossing *x,
                          char *text, size_t n)
{
    char what[400], result[64];
    crossing_describe(c->target->tracker, x, what, sizeof what);
    crossing_result(c->target->tracker, x, result, sizeof result);
    snprintf(text, n, "#%-4" PRIu64 " pid %d %-8s %-9s %s%s%s  clock %" PRIu64,
             x->number, x->pid, x->process,
             x->kind == CROSSING_CALL    ? "call"
             : x->kind == CROSSING_FAULT ? "fault"
                                         : "interrupt",
             what, result[0] != '\0' ? " = " : " (open)", result, x->clock_in);
}

/* The numbers of the last `count` that pass, newest first. */
static size_t find_last(const struct commander *c, const char *filter,
                        uint64_t count, uint64_t *number)
{
    const struct tracker *t = c->target->tracker;
    char line[700];
    size_t found = 0;
    for (uint64_t i = tracker_count(t); i > 0 && found < count; i--) {
        const struct crossing *x = tracker_crossing(t, i);
        crossing_line(c, x, line, sizeof line);
        if (crossing_words_match(filter, line))
            number[found++] = i;
    }
    return found;
}

COMMAND(cmd_crossings)
{
    char *end, line[700];
    uint64_t count = LISTED;
    unsigned long long first = strtoull(arguments, &end, 10);
    if (end != arguments && (*end == '\0' || *end == ' ')) {
        if (first == 0 || first > 1000000)
            return refuse(c, "%.20s: not between 1 and 1000000", arguments);
        count = first;
        arguments = end + strspn(end, " ");
    }
    uint64_t *number = calloc(count, sizeof *number);
    if (number == NULL)
        return refuse(c, "out of memory");
    size_t n = find_last(c, arguments, count, number);
    for (size_t i = n; i-- > 0;) {
        crossing_line(c, tracker_crossing(c->target->tracker, number[i]), line,
                      sizeof line);
        say(c, "%s", line);
    }
    free(number);
    if (n == 0)
        say(c, "no crossing%s",
            arguments[0] != '\0' ? " that matches" : " yet");
    return true;
}

/* ---- card ---- */

static void tell_transfer(struct commander *c, const struct crossing *x,
                          const struct transfer *t)
{
    const struct abi *abi = tracker_abi(c->target->tracker);
    const char *error =
        t->error != 0 && abi != NULL ? abi_errno_name(abi, t->error) : NULL;
    char bytes[160], fields[256];
    const char *structure =
        transfer_fields(c->target->tracker, x, t, fields, sizeof fields);
    bytes_text(t->data, t->shown, bytes, sizeof bytes);
    say(c,
        "  %-10s 0x%" PRIx64 " %s 0x%" PRIx64 "  %" PRIu64 " of %" PRIu64
        " bytes  %s%s%s",
        transfer_name(t->kind), t->user_va,
        transfer_is_out(t->kind) ? "<-" : "->", t->kernel_va, t->done,
        t->length, structure != NULL ? structure : bytes,
        t->error != 0 ? "  " : "",
        t->error == 0   ? ""
        : error != NULL ? error
                        : "refused");
    if (t->error != 0 && t->why != SV39_OK)
        say(c, "             stopped at 0x%" PRIx64 ": %s", t->stopped_va,
            sv39_sentence(t->why, NULL));
}

static void tell_mapping(struct commander *c, const struct mapping *m)
{
    static const char *const kinds[] = {"map",  "unmap",  "copy of a page",
                                        "wire", "window", "unwire"};
    char flags[5];
    say(c, "  %-10s 0x%" PRIx64 "  frame 0x%" PRIx64 "  %s", kinds[m->kind],
        m->va, m->pa >> 12, letters_of(m->flags, flags));
}

static void tell_cost(struct commander *c, const struct crossing *x)
{
    say(c,
        "  cost: %" PRIu64 " instructions in the kernel, %" PRIu64
        " cycles by the model, %" PRIu64 " traps, %" PRIu64
        " satp writes, %" PRIu64 " fences, slept %" PRIu64 " times",
        x->own_insns, x->cycles, x->traps, x->satp_writes, x->fences,
        x->block_count);
}

static void tell_card(struct commander *c, const struct crossing *x)
{
    char line[700], sentence[900];
    crossing_line(c, x, line, sizeof line);
    crossing_sentence(c->target->tracker, x, sentence, sizeof sentence);
    say(c, "%s", line);
    say(c, "  %s", sentence);
    say(c, "  from pc 0x%" PRIx64 "; registers kept at 0x%" PRIx64, x->user_pc,
        x->trapframe_va);
    for (size_t i = 0; i < x->transfers; i++)
        tell_transfer(c, x, &x->transfer[i]);
    for (size_t i = 0; i < x->mappings; i++)
        tell_mapping(c, &x->mapping[i]);
    for (size_t i = 0; i < x->nesteds; i++)
        say(c, "  #%" PRIu64 ".%zu a trap in the kernel: %s at 0x%" PRIx64,
            x->number, i + 1, cpu_cause_name(x->nested[i].cause),
            x->nested[i].pc);
    if (x->outcome != OUTCOME_OPEN)
        tell_cost(c, x);
}

COMMAND(cmd_card)
{
    const struct tracker *t = c->target->tracker;
    const struct crossing *open = tracker_current(t);
    uint64_t number = open != NULL ? open->number : tracker_count(t);
    if (!take_number(c, arguments, number, INT64_MAX, &number))
        return false;
    const struct crossing *x = tracker_crossing(t, number);
    if (x == NULL && number <= tracker_known(t) && number > 0)
        return refuse(c,
                      "%" PRIu64 ": it is still to come (crossing %" PRIu64
                      " goes there)",
                      number, number);
    if (x == NULL)
        return refuse(
            c, "%" PRIu64 ": there is no such crossing (1 to %" PRIu64 ")",
            number, tracker_count(t));
    tell_card(c, x);
    return true;
}

/* ---- why ---- */

static const struct crossing *last_refused(const struct tracker *t)
{
    for (uint64_t i = tracker_count(t); i > 0; i--) {
        const struct crossing *x = tracker_crossing(t, i);
        if (crossing_refused(x))
            return x;
    }
    return NULL;
}

/* The address that was refused; false: it was no matter of pages. */
static bool refused_address(const struct crossing *x, uint64_t *va)
{
    bool page = x->why != SV39_OK;
    *va = x->tval;
    for (size_t i = 0; i < x->transfers; i++)
        if (x->transfer[i].error != 0 && x->transfer[i].why != SV39_OK) {
            *va = x->transfer[i].stopped_va;
            page = true;
        }
    return page;
}

/* Its walk by the tables as they were at the trap: there and back. */
static void tell_refused_walk(struct commander *c, const struct crossing *x)
{
    struct history *h = c->target->history;
    struct moment now = history_now(h);
    char where[64];
    uint64_t va;
    if (!refused_address(x, &va))
        return;
    snprintf(where, sizeof where, "0x%" PRIx64 " %d", va, x->pid);
    if (!history_goto_crossing(h, x->number))
        return;
    say(c, "at the trap:");
    cmd_walk(c, where);
    history_goto(h, now);
}

COMMAND(cmd_why)
{
    char line[700], sentence[900];
    const struct crossing *x = last_refused(c->target->tracker);
    if (!no_arguments(c, arguments))
        return false;
    if (x == NULL) {
        say(c, "nothing has been refused yet");
        return true;
    }
    crossing_line(c, x, line, sizeof line);
    crossing_sentence(c->target->tracker, x, sentence, sizeof sentence);
    say(c, "%s", line);
    say(c, "  %s", sentence);
    for (size_t i = 0; i < x->transfers; i++)
        if (x->transfer[i].error != 0)
            tell_transfer(c, x, &x->transfer[i]);
    tell_refused_walk(c, x);
    return true;
}
