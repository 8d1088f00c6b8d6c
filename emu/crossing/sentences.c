/*
 * sentences.c - a crossing in plain English: who asked for what, what came of
 * it, and if it was refused, why and at which byte.
 *
 *     pid 4 asked for 13 bytes at 0x40000ff9. The buffer spans two pages; the
 *     second is read-only (W = 0), so the copy stopped at its first byte and
 *     read returned -1, errno EFAULT. Seven bytes had already been written.
 */
#include "state.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- Pieces ---- */

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* 7 -> "seven", 13 -> "13" */
static const char *number_word(uint64_t n, char text[32])
{
    static const char *const word[] = {
        "no",    "one",   "two",  "three", "four",   "five",  "six",
        "seven", "eight", "nine", "ten",   "eleven", "twelve"};
    if (n < sizeof word / sizeof word[0])
        snprintf(text, 32, "%s", word[n]);
    else
        snprintf(text, 32, "%" PRIu64, n);
    return text;
}

static const char *ordinal(uint64_t n, char text[32])
{
    static const char *const word[] = {"",       "first", "second", "third",
                                       "fourth", "fifth", "sixth",  "seventh"};
    if (n < sizeof word / sizeof word[0])
        snprintf(text, 32, "%s", word[n]);
    else
        snprintf(text, 32, "page %" PRIu64, n);
    return text;
}

/* The page's fault, as in "the second is ...". */
static const char *page_is(enum sv39_why why)
{
    switch (why) {
    case SV39_NON_CANONICAL:
        return "outside what Sv39 can address";
    case SV39_NOT_VALID:
        return "not mapped (V = 0)";
    case SV39_NOT_USER:
        return "not the user's (U = 0)";
    case SV39_NOT_READABLE:
        return "not readable (R = 0)";
    case SV39_NOT_WRITABLE:
        return "read-only (W = 0)";
    case SV39_NOT_EXECUTABLE:
        return "not executable (X = 0)";
    case SV39_NO_TABLE:
        return "under a page table outside memory";
    case SV39_RESERVED:
    case SV39_NOT_LEAF:
    case SV39_MISALIGNED:
        return "described by a malformed page-table entry";
    default:
        return NULL;
    }
}

static void put_who(struct writer *w, const struct crossing *c)
{
    if (c->pid != 0)
        put_text(w, "pid %d", c->pid);
    else
        put_text(w, "The process of %s", c->process);
}

/* "#44 (pid 5 ping)" */
static void put_other(struct writer *w, const struct tracker *t,
                      uint64_t number)
{
    const struct record *r = tracker_look(t, number);
    char who[64];
    put_text(w, "#%" PRIu64, number);
    if (r == NULL)
        return; /* of a recording that was not run up to there */
    who_text(r->pid, tracker_text(t, r->name), who, sizeof who);
    put_text(w, " (%s)", who);
}

/* ---- Calls ---- */

/* What was asked. */
static void put_request(struct writer *w, const struct tracker *t,
                        const struct crossing *c)
{
    char text[512];
    put_who(w, c);
    put_text(w, " ");
    if (c->call == NULL) {
        crossing_describe(t, c, text, sizeof text);
        put_text(w, "called system call %s.", text);
        return;
    }
    if (request_put(w, t, c)) {
        put_text(w, ".");
        return;
    }
    request_put_help(w, t, c);
    put_text(w, ".");
}

/* "read returned -1, errno EFAULT" */
static void put_returned(struct writer *w, const struct tracker *t,
                         const struct crossing *c)
{
    char text[160];
    if (c->call == NULL)
        put_text(w, "the call");
    else
        put_text(w, "%s", c->call->name);
    crossing_result(t, c, text, sizeof text);
    bool error = c->call != NULL && is_error(c->result);
    put_text(w, " returned %s%s", error ? "-1, errno " : "",
             error ? text + 3 : text);
}

/* A copy that failed: which page, why, at which byte. */
static void put_refused(struct writer *w, const struct transfer *x)
{
    uint64_t last = x->user_va + (x->length > 0 ? x->length - 1 : 0);
    uint64_t pages = (last >> 12) - (x->user_va >> 12) + 1;
    uint64_t page = (x->stopped_va >> 12) - (x->user_va >> 12) + 1;
    const char *is = page_is(x->why);
    char text[32];
    if (is == NULL) {
        put_text(w,
                 " The copy stopped after %" PRIu64 " of %" PRIu64
                 " byte%s, and ",
                 x->done, x->length, plural(x->length));
        return;
    }
    if (transfer_is_string(x->kind) || last < x->user_va || pages == 1)
        put_text(w, " The page of 0x%" PRIx64 " is %s", x->stopped_va, is);
    else {
        put_text(w, " The buffer spans %s pages; ", number_word(pages, text));
        put_text(w, "the %s is %s", ordinal(page, text), is);
    }
    bool first = (x->stopped_va & 4095) == 0;
    put_text(w, ", so the copy stopped at %s0x%" PRIx64 "%s and ",
             first ? "its first byte, " : "", x->stopped_va, first ? "," : "");
}

static void put_prefix(struct writer *w, const struct transfer *x)
{
    char text[32];
    if (x->done == 0)
        return;
    number_word(x->done, text);
    text[0] = (char)toupper((unsigned char)text[0]);
    put_text(w, " %s byte%s had already been %s.", text, plural(x->done),
             transfer_is_out(x->kind) ? "written" : "read");
}

/* ", carrying 13 bytes into the kernel" for all copies together */
static void put_copied(struct writer *w, const struct crossing *c)
{
    if (c->bytes_in > 0)
        put_text(w, " %" PRIu64 " byte%s came into the kernel by copying.",
                 c->bytes_in, plural(c->bytes_in));
    if (c->bytes_out > 0)
        put_text(w, " %" PRIu64 " byte%s went out to the process by copying.",
                 c->bytes_out, plural(c->bytes_out));
}

static void put_sleep(struct writer *w, const struct tracker *t,
                      const struct crossing *c)
{
    if (c->block_count == 0)
        return;
    put_text(w, " It slept");
    if (c->block_count > 1)
        put_text(w, " %" PRIu64 " times", c->block_count);
    put_text(w, " (%s)", c->blocked_on);
    if (c->woken_by != 0) {
        put_text(w, " until ");
        put_other(w, t, c->woken_by);
        put_text(w, " woke it");
    }
    put_text(w, ".");
}

/* A descriptor that was passed: the same open file under two numbers. */
static void put_descriptor(struct writer *w, const struct link *l, bool came)
{
    put_text(w, " Its descriptor %d is ", came ? l->fd_to : l->fd_from);
    put_text(w, came ? "what was %d in " : "now %d in ",
             came ? l->fd_from : l->fd_to);
}

static void put_link(struct writer *w, const struct tracker *t,
                     const struct crossing *c, const struct link *l)
{
    bool came = l->to == c->number;
    char name[64];
    if (l->descriptor != 0)
        put_descriptor(w, l, came);
    else if (l->port != 0 && t->abi != NULL)
        put_text(w, " The message %s %s ",
                 abi_message_name(t->abi, l->id, name, sizeof name),
                 came ? "came from" : "was taken by");
    else
        put_text(w, " Its bytes %s ", came ? "came from" : "were taken by");
    put_other(w, t, came ? l->from : l->to);
    put_text(w, ".");
}

/* A call that sends and receives has two; many small reads of one write are
 * counted. */
static void put_links(struct writer *w, const struct tracker *t,
                      const struct crossing *c)
{
    size_t told = c->links > 2 ? 1 : c->links;
    for (size_t i = 0; i < told; i++)
        put_link(w, t, c, &c->link[i]);
    if (c->links > told)
        put_text(w, " It is joined to %zu more.", c->links - told);
}

/* What it did on the way, or all that it was for. */
static void put_ring(struct writer *w, const struct crossing *c)
{
    size_t done = 0;
    char text[32];
    for (size_t i = 0; i < c->ring_ops; i++)
        done += c->ring_op[i].done;
    if (done > 0)
        put_text(w,
                 " In it the kernel did %s operation%s that the process had "
                 "queued in its ring.",
                 number_word(done, text), plural(done));
}

/* ---- Signals ---- */

static void put_resumes(struct writer *w, const struct tracker *t,
                        const struct crossing *c)
{
    put_who(w, c);
    put_text(w,
             "'s handler is over. The kernel took registers and signal mask "
             "from the frame at 0x%" PRIx64 ", nothing else, and the process "
             "goes on at 0x%" PRIx64,
             c->frame, c->return_pc);
    if (c->resumes != 0) {
        put_text(w, ", where it was interrupted in ");
        put_other(w, t, c->resumes);
    }
    put_text(w, ".");
}

/* Calls that do not simply return: fork, exec, exit, sigreturn. */
static bool put_special_call(struct writer *w, const struct tracker *t,
                             const struct crossing *c)
{
    char name[24];
    if (c->outcome == OUTCOME_NEVER_RETURNS) {
        put_who(w, c);
        if (c->signal != 0)
            put_text(w, " was killed by %s in this call",
                     signal_name(t, c->signal, name, sizeof name));
        else
            put_text(w, " ended itself with status %d",
                     c->wait_status >> 8 & 0xff);
        put_text(w, "; it never returns.");
        return true;
    }
    if (c->fork_child != 0) {
        put_who(w, c);
        put_text(w,
                 " made a copy of itself, pid %" PRIu64
                 ". One call, two returns: %" PRIu64
                 " in the parent, 0 in the child.",
                 c->fork_child, c->fork_child);
        return true;
    }
    if (c->outcome == OUTCOME_RESUMES) {
        put_resumes(w, t, c);
        return true;
    }
    if (c->executed && c->outcome == OUTCOME_RETURNED) {
        put_who(w, c);
        put_text(w,
                 " replaced its program%s%s. The old one is gone; the new "
                 "one starts at 0x%" PRIx64 ".",
                 c->arg_text[0] != NULL ? " by " : "",
                 c->arg_text[0] != NULL ? c->arg_text[0] : "", c->return_pc);
        return true;
    }
    return false;
}

static void put_call(struct writer *w, const struct tracker *t,
                     const struct crossing *c)
{
    if (put_special_call(w, t, c))
        return;
    const struct transfer *refused = NULL;
    for (size_t i = 0; i < c->transfers; i++) /* those of its ring apart */
        if (c->transfer[i].error != 0 && c->transfer[i].ring_op == 0)
            refused = &c->transfer[i];
    put_request(w, t, c);
    if (c->restarts != 0)
        put_text(w,
                 " This is #%" PRIu64 " again, which a signal had interrupted.",
                 c->restarts);
    if (refused == NULL) {
        outcome_put_pages(w, c);
        put_copied(w, c);
    }
    if (c->call != NULL && strcmp(c->call->name, "mach_msg_trap") == 0)
        message_put_carried(w, c);
    put_ring(w, c);
    put_sleep(w, t, c);
    if (c->outcome == OUTCOME_OPEN) {
        put_text(w, " It has not returned yet.");
        return;
    }
    if (c->outcome == OUTCOME_TO_HANDLER) {
        put_links(w, t, c);
        handler_put(w, t, c);
        return;
    }
    if (refused != NULL) {
        put_refused(w, refused);
        put_returned(w, t, c);
        put_text(w, ".");
        put_prefix(w, refused);
    } else {
        outcome_put_result(w, t, c);
    }
    put_links(w, t, c);
    outcome_put_gains(w, c);
}

/* ---- Faults ---- */

static void put_what_faulted(struct writer *w, const struct crossing *c)
{
    const char *is = page_is(c->why);
    put_who(w, c);
    switch (c->cause) {
    case 12:
        put_text(w, " went to 0x%" PRIx64 " for its next instruction", c->tval);
        break;
    case 13:
    case 5:
        put_text(w, " read from 0x%" PRIx64, c->tval);
        break;
    case 15:
    case 7:
        put_text(w, " wrote to 0x%" PRIx64, c->tval);
        break;
    case 2:
        put_text(w,
                 " ran an instruction at 0x%" PRIx64
                 " that user mode does not have or may not use",
                 c->user_pc);
        break;
    case 3:
        put_text(w, " ran ebreak at 0x%" PRIx64, c->user_pc);
        break;
    case 4:
    case 6:
        put_text(w, " used the misaligned address 0x%" PRIx64, c->tval);
        break;
    default:
        put_text(w, " took the %s at 0x%" PRIx64, cpu_cause_name(c->cause),
                 c->user_pc);
        break;
    }
    if (is != NULL)
        put_text(w, "; the page is %s", is);
    put_text(w, ".");
}

static void put_mended(struct writer *w, const struct crossing *c,
                       const struct mapping *m)
{
    if (m->kind == MAPPING_COW)
        put_text(w,
                 " The page was shared since a fork and copied at this "
                 "first write: frame 0x%" PRIx64 " is this process's own "
                 "copy of frame 0x%" PRIx64 ".",
                 m->pa, m->old_pa);
    else if (c->why == SV39_NOT_WRITABLE)
        put_text(w,
                 " Nobody shares frame 0x%" PRIx64
                 " any more, so the kernel made the page writable again.",
                 m->pa);
    else if (m->flags & PTE_X)
        put_text(w,
                 " It is a page of the program's code, brought in at its "
                 "first use: frame 0x%" PRIx64 ".",
                 m->pa);
    else
        put_text(w,
                 " The page is brought in at its first use: frame 0x%" PRIx64
                 ", %s.",
                 m->pa, m->flags & PTE_W ? "writable" : "read-only");
}

static void put_fault(struct writer *w, const struct tracker *t,
                      const struct crossing *c)
{
    char name[24];
    put_what_faulted(w, c);
    if (c->outcome == OUTCOME_NEVER_RETURNS) {
        put_text(w, " The kernel killed it with %s.",
                 signal_name(t, c->signal, name, sizeof name));
        return;
    }
    const struct mapping *mended = NULL;
    for (size_t i = 0; i < c->mappings; i++)
        if (c->mapping[i].kind != MAPPING_UNMAP)
            mended = &c->mapping[i];
    if (mended != NULL)
        put_mended(w, c, mended);
    put_ring(w, c);
    if (c->outcome == OUTCOME_RETURNED && c->return_pc == c->user_pc)
        put_text(w, " Then the instruction at 0x%" PRIx64 " was tried again.",
                 c->user_pc);
    else if (c->outcome == OUTCOME_RETURNED)
        put_text(w, " The kernel let it go on at 0x%" PRIx64 ".", c->return_pc);
    else if (c->outcome == OUTCOME_OPEN)
        put_text(w, " The kernel is still busy with it.");
    handler_put(w, t, c);
}

/* ---- Interrupts ---- */

static void put_interrupt(struct writer *w, const struct tracker *t,
                          const struct crossing *c)
{
    char name[24];
    put_text(w, "%s interrupt came while ",
             strcmp(interrupt_word(c->cause & 0xffff), "external") == 0
                 ? "An external"
                 : (strcmp(interrupt_word(c->cause & 0xffff), "timer") == 0
                        ? "The timer's"
                        : "A software"));
    put_who(w, c);
    put_text(w, " was at 0x%" PRIx64 ".", c->user_pc);
    if (c->gave_to != 0)
        put_text(w, " The kernel gave the processor to pid %d.", c->gave_to);
    if (c->outcome == OUTCOME_NEVER_RETURNS)
        put_text(w, " The process was killed by %s and never goes on.",
                 signal_name(t, c->signal, name, sizeof name));
    else if (c->outcome == OUTCOME_RETURNED)
        put_text(w,
                 " It went on at the same place %" PRIu64
                 " instructions later; %" PRIu64
                 " of them were the kernel's work for this interrupt.",
                 c->clock_out - c->clock_in, c->own_insns);
    handler_put(w, t, c);
    put_ring(w, c);
}

void crossing_sentence(const struct tracker *t, const struct crossing *c,
                       char *text, size_t n)
{
    struct writer w = writer_on(text, n);
    switch (c->kind) {
    case CROSSING_CALL:
        put_call(&w, t, c);
        break;
    case CROSSING_FAULT:
        put_fault(&w, t, c);
        break;
    case CROSSING_INTERRUPT:
        put_interrupt(&w, t, c);
        break;
    }
}
