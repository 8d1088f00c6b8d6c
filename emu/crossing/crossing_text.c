/*
 * crossing_text.c - crossings and events as text: the call as a programmer
 * would write it, the result as strace would, and the trace lines of the
 * command line (cli.md), which scripts rely on.
 *
 *   #7   pid 3 hello   > ecall write(fd=1, ...)      pc 0x10154  clock 48211
 *          copyin   0x101e8 -> 0xffffffc080214000  13 bytes  "hello, world\n"
 *   #7   pid 3 hello   < = 13                       insns 412  cycles 980  ...
 */
#include "state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ENTER_COLUMN 76 /* of pc and clock */
#define LEAVE_COLUMN 75 /* of the costs */

/* ---- What it is ---- */

static void put_call(struct writer *w, const struct tracker *t,
                     const struct crossing *c)
{
    char text[260];
    if (c->call == NULL) {
        put_text(w, "%" PRIu64 "(", c->arg[7]);
        for (unsigned i = 0; i < 6; i++)
            put_text(w, "%sa%u=0x%" PRIx64, i > 0 ? ", " : "", i, c->arg[i]);
        put_text(w, ")");
        return;
    }
    put_text(w, "%s(", c->call->name);
    for (unsigned i = 0; i < c->call->nargs; i++) {
        if (!argument_counts(t, c, i))
            continue;
        argument_format(t, c, i, text, sizeof text);
        put_text(w, "%s%s=%s", i > 0 ? ", " : "", c->call->arg[i].name, text);
    }
    put_text(w, ")");
}

/* "store page fault at 0x2000", "illegal instruction 0x10200073" */
static void put_fault(struct writer *w, uint64_t cause, uint64_t tval)
{
    const char *kind = fault_kind_word(cause);
    put_text(w, "%s", fault_access_word(cause));
    if (strcmp(kind, "misaligned") == 0)
        put_text(w, " misaligned at 0x%" PRIx64, tval);
    else if (kind[0] != '\0')
        put_text(w, " %s fault at 0x%" PRIx64, kind, tval);
    else if (cause == 2 && tval != 0)
        put_text(w, " 0x%" PRIx64, tval);
    else if (cause != 2 && cause != 3)
        put_text(w, " %" PRIu64, cause);
}

void crossing_describe(const struct tracker *t, const struct crossing *c,
                       char *text, size_t n)
{
    struct writer w = writer_on(text, n);
    switch (c->kind) {
    case CROSSING_CALL:
        put_call(&w, t, c);
        break;
    case CROSSING_FAULT:
        put_fault(&w, c->cause, c->tval);
        break;
    case CROSSING_INTERRUPT:
        put_text(&w, "%s", interrupt_word(c->cause & 0xffff));
        break;
    }
}

/* ---- What came of it ---- */

static void put_value(struct writer *w, const struct tracker *t,
                      const struct crossing *c)
{
    enum abi_kind kind = c->call != NULL ? c->call->result : ABI_HEX;
    int64_t value = (int64_t)c->result;
    char name[64];
    if (kind == ABI_FLAGS) {
        abi_format_flags(t->abi, c->call->result_flags, c->result, name,
                         sizeof name);
        put_text(w, "%s", name);
        return;
    }
    if (c->call != NULL && is_error(c->result)) {
        put_text(w, "-1 %s", error_name(t, (int)-value, name, sizeof name));
        return;
    }
    /* Of an unknown call small numbers are more likely counts than addresses */
    if (c->call == NULL && value >= -4095 && value < 65536)
        kind = ABI_INT;
    if (kind == ABI_PTR || kind == ABI_HEX)
        put_text(w, "0x%" PRIx64, c->result);
    else if (kind == ABI_UINT || kind == ABI_SIZE)
        put_text(w, "%" PRIu64, c->result);
    else
        put_text(w, "%" PRId64, value);
}

void crossing_result(const struct tracker *t, const struct crossing *c,
                     char *text, size_t n)
{
    struct writer w = writer_on(text, n);
    char name[24];
    switch (c->outcome) {
    case OUTCOME_OPEN:
        break;
    case OUTCOME_NEVER_RETURNS:
        put_text(&w, "never returns");
        break;
    case OUTCOME_TO_HANDLER:
        put_text(&w, "to handler 0x%" PRIx64, c->return_pc);
        if (c->handler != 0)
            put_text(&w, " (%s)",
                     signal_name(t, c->handler, name, sizeof name));
        break;
    case OUTCOME_RESUMES:
        if (c->resumes != 0)
            put_text(&w, "resumes #%" PRIu64, c->resumes);
        else
            put_text(&w, "resumes 0x%" PRIx64, c->return_pc);
        break;
    case OUTCOME_RETURNED:
        if (c->kind == CROSSING_CALL)
            put_value(&w, t, c);
        else
            put_text(&w, "to 0x%" PRIx64, c->return_pc);
        break;
    }
}

/* ---- Trace lines ---- */

static void put_start(struct writer *w, const struct event *e)
{
    char number[32] = "-", who[64];
    if (e->crossing != NULL && e->kind == EVENT_NESTED)
        snprintf(number, sizeof number, "#%" PRIu64 ".%" PRIu64,
                 e->crossing->number, e->nested_number);
    else if (e->crossing != NULL)
        snprintf(number, sizeof number, "#%" PRIu64, e->crossing->number);
    who_text(e->pid, e->process, who, sizeof who);
    put_text(w, "%-4s %-13s ", number, who);
}

static void put_cause(struct writer *w, uint64_t cause, uint64_t tval)
{
    uint64_t code = cause & ~CPU_CAUSE_INTERRUPT;
    if (cause & CPU_CAUSE_INTERRUPT) {
        put_text(w, "> interrupt %s", interrupt_word(code));
        return;
    }
    const char *kind = fault_kind_word(cause);
    put_text(w, "> fault %s%s%s", fault_access_word(cause),
             kind[0] != '\0' ? " " : "", kind);
    if (fault_has_address(cause) || (cause == 2 && tval != 0))
        put_text(w, " 0x%" PRIx64, tval);
}

static void put_place(struct writer *w, uint64_t pc, uint64_t clock)
{
    pad_to(w, ENTER_COLUMN);
    put_text(w, "pc 0x%" PRIx64 "  clock %" PRIu64 "\n", pc, clock);
}

static void put_enter(struct writer *w, const struct tracker *t,
                      const struct event *e)
{
    const struct crossing *c = e->crossing;
    if (c->kind == CROSSING_CALL) {
        put_text(w, "> ecall ");
        put_call(w, t, c);
        if (c->restarts != 0)
            put_text(w, " (restarts #%" PRIu64 ")", c->restarts);
    } else
        put_cause(w, c->cause, c->tval);
    put_place(w, c->user_pc, c->clock_in);
}

static void put_leave(struct writer *w, const struct tracker *t,
                      const struct event *e)
{
    const struct crossing *c = e->crossing;
    char result[160];
    crossing_result(t, c, result, sizeof result);
    put_text(w, "< %s%s",
             c->kind == CROSSING_CALL && c->outcome == OUTCOME_RETURNED ? "= "
                                                                        : "",
             result);
    pad_to(w, LEAVE_COLUMN);
    put_text(w,
             "insns %" PRIu64 "  cycles %" PRIu64 "  satp %" PRIu64
             "  fences %" PRIu64 "  copied %" PRIu64 "\n",
             c->own_insns, c->cycles, c->satp_writes, c->fences,
             c->bytes_in + c->bytes_out);
}

/* A process's first return: a fork's child, or a program that the kernel
 * started itself. */
static void put_forked(struct writer *w, const struct event *e)
{
    if (e->crossing != NULL)
        put_text(w, "< in pid %d = 0 (fork #%" PRIu64 ")", e->pid,
                 e->crossing->number);
    else
        put_text(w, "< starts");
    put_place(w, e->target, e->clock);
}

static void put_clock(struct writer *w, const struct event *e)
{
    pad_to(w, ENTER_COLUMN);
    put_text(w, "clock %" PRIu64 "\n", e->clock);
}

static void put_transfer(struct writer *w, const struct tracker *t,
                         const struct event *e)
{
    const struct transfer *x = e->transfer;
    bool out = transfer_is_out(x->kind);
    char text[300], error[32];
    size_t shown = x->shown;
    put_text(w, "       %-8s 0x%" PRIx64 " -> 0x%" PRIx64 "  ",
             transfer_name(x->kind), out ? x->kernel_va : x->user_va,
             out ? x->user_va : x->kernel_va);
    if (x->error != 0)
        put_text(w, "%" PRIu64 " of ", x->done);
    uint64_t bytes =
        transfer_is_string(x->kind) && x->error == 0 ? x->done : x->length;
    put_text(w, "%" PRIu64 " byte%s", bytes, bytes == 1 ? "" : "s");
    if (transfer_is_string(x->kind) && x->error == 0 && shown > 0 &&
        x->data[shown - 1] == 0)
        shown--;
    if (shown > 0) {
        bytes_text(x->data, shown, text, 100);
        put_text(w, "  %s%s", text,
                 x->done > x->shown && text[strlen(text) - 1] == '"' ? "..."
                                                                     : "");
    }
    if (x->error != 0)
        put_text(w, "  %s", error_name(t, x->error, error, sizeof error));
    if (x->error != 0 && x->why != SV39_OK && x->why != SV39_BARE)
        put_text(w, " at 0x%" PRIx64 ": %s", x->stopped_va,
                 sv39_sentence(x->why, NULL));
    if (transfer_fields(t, e->crossing, x, text, sizeof text) != NULL)
        put_text(w, "  %s", text);
    put_text(w, "\n");
}

/* Pages of the process itself, or of the child that fork is making. */
static void put_root(struct writer *w, const struct tracker *t,
                     const struct event *e)
{
    const struct mapping *m = e->mapping;
    const struct process *p = tracker_process(t, e->pid);
    if (p != NULL && p->root != m->root)
        put_text(w, "  in root 0x%" PRIx64, m->root >> 12);
    put_text(w, "\n");
}

/* A range that a transfer works on in place. */
static void put_range(struct writer *w, const struct mapping *m)
{
    static const char *const name[] = {[MAPPING_WIRE] = "wire",
                                       [MAPPING_WINDOW] = "window",
                                       [MAPPING_UNWIRE] = "unwire"};
    put_text(w, "       %-8s 0x%" PRIx64, name[m->kind], m->va);
    if (m->kind == MAPPING_WINDOW)
        put_text(w, " -> 0x%" PRIx64, m->window);
    put_text(w, "  %" PRIu64 " byte%s", m->bytes, m->bytes == 1 ? "" : "s");
    if (m->kind == MAPPING_WIRE)
        put_text(w, ", to be %s", m->flags & PTE_W ? "written" : "read");
    put_text(w, "\n");
}

static void put_mapping(struct writer *w, const struct tracker *t,
                        const struct event *e)
{
    const struct mapping *m = e->mapping;
    if (m->kind >= MAPPING_WIRE) {
        put_range(w, m);
        return;
    }
    if (m->kind == MAPPING_UNMAP) {
        put_text(w, "       %-8s 0x%" PRIx64 "  frame 0x%" PRIx64, "unmap",
                 m->va, m->pa);
        put_root(w, t, e);
        return;
    }
    put_text(w, "       %-8s 0x%" PRIx64 " -> frame 0x%" PRIx64 "  %c%c%c%c",
             "map", m->va, m->pa, m->flags & PTE_R ? 'r' : '-',
             m->flags & PTE_W ? 'w' : '-', m->flags & PTE_X ? 'x' : '-',
             m->flags & PTE_U ? 'u' : '-');
    if (m->kind == MAPPING_COW)
        put_text(w, "  copy of frame 0x%" PRIx64, m->old_pa);
    put_root(w, t, e);
}

void ring_op_text(const struct abi *abi, const struct ring_op *op, char *text,
                  size_t n)
{
    struct writer w = writer_on(text, n);
    const char *error = NULL;
    char name[64];
    snprintf(name, sizeof name, "%" PRIu64, op->op);
    if (abi != NULL) {
        abi_format_flags(abi, "Ring_op", op->op, name, sizeof name);
        error = abi_errno_name(abi, (int)-op->result);
    }
    put_text(&w,
             "%s(fd=%d, buf=0x%" PRIx64 ", n=%" PRIu64 ") user_data %" PRIu64,
             name, op->fd, op->buffer, op->length, op->user_data);
    if (!op->done)
        put_text(&w, " has to wait");
    else if (error != NULL && op->result < 0)
        put_text(&w, " = -%s", error);
    else
        put_text(&w, " = %" PRId64, op->result);
}

static void put_ring_op(struct writer *w, const struct tracker *t,
                        const struct ring_op *op)
{
    char text[200];
    ring_op_text(t->abi, op, text, sizeof text);
    put_text(w, "       %-8s %s\n", "ring", text);
}

static void put_link(struct writer *w, const struct tracker *t,
                     const struct link *l)
{
    const struct record *from = tracker_look(t, l->from);
    char who[64];
    who_text(from->pid, tracker_text(t, from->name), who, sizeof who);
    put_text(w, "       %-8s ", "link");
    if (l->descriptor != 0) {
        put_text(w, "descriptor %d is %d of #%" PRIu64 " %s\n", l->fd_to,
                 l->fd_from, l->from, who);
        return;
    }
    if (l->port != 0 && t->abi != NULL) {
        char name[48];
        put_text(w, "message %s on port %" PRIu64 ", ",
                 abi_message_name(t->abi, l->id, name, sizeof name), l->port);
    }
    put_text(w, "%" PRIu64 " byte%s from #%" PRIu64 " %s\n", l->bytes,
             l->bytes == 1 ? "" : "s", l->from, who);
}

void event_text(const struct tracker *t, const struct event *e, char *text,
                size_t n)
{
    struct writer w = writer_on(text, n);
    switch (e->kind) {
    case EVENT_TRANSFER:
        put_transfer(&w, t, e);
        return;
    case EVENT_MAP:
        put_mapping(&w, t, e);
        return;
    case EVENT_RING:
        put_ring_op(&w, t, e->ring_op);
        return;
    case EVENT_LINK:
        put_link(&w, t, e->link);
        return;
    case EVENT_VARIABLE:
        put_text(&w, "       %-8s %s\n", "sysctl", e->text);
        return;
    case EVENT_RIGHT:
        put_text(&w, "       %-8s %s\n", "right", e->text);
        return;
    case EVENT_DEATH:
        put_text(&w, "       %-8s %s\n", "fault", e->text);
        return;
    case EVENT_CONSOLE:
        return;
    default:
        put_start(&w, e);
    }
    switch (e->kind) {
    case EVENT_ENTER:
        put_enter(&w, t, e);
        break;
    case EVENT_LEAVE:
    case EVENT_NEVER:
        put_leave(&w, t, e);
        break;
    case EVENT_FORKED:
        put_forked(&w, e);
        break;
    case EVENT_UNFINISHED:
        put_text(&w, "~ unfinished");
        if (e->text[0] != '\0')
            put_text(&w, " (%s)", e->text);
        put_clock(&w, e);
        break;
    case EVENT_RESUMED:
        put_text(&w, "~ resumed");
        put_clock(&w, e);
        break;
    case EVENT_NESTED:
        put_cause(&w, e->nested->cause, e->nested->tval);
        put_place(&w, e->nested->pc, e->nested->clock);
        break;
    case EVENT_PANIC:
        put_text(&w, "! panic %s", e->text);
        put_clock(&w, e);
        break;
    default:
        break;
    }
}
