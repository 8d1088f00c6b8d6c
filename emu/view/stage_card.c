/*
 * stage_card.c - a crossing record told as numbered steps, as facts, and, if
 * something was refused, with the reason.
 */
#include "stage_state.h"

#include "number.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ARROW "\xe2\x86\x92"

/* ---- Steps ---- */

__attribute__((format(printf, 3, 4))) static struct scene_step *
add_step(struct scene_card *card, const char *title, const char *format, ...)
{
    struct scene_step *s = &card->step[SCENE_STEPS];
    if (card->steps < SCENE_STEPS - 2) /* the way back needs two */
        s = &card->step[card->steps++];
    else
        card->steps_left_out++;
    *s = (struct scene_step){.kind = STEP_PLAIN};
    snprintf(s->title, sizeof s->title, "%s", title);
    va_list args;
    va_start(args, format);
    vsnprintf(s->detail, sizeof s->detail, format, args);
    va_end(args);
    return s;
}

static void way_in(const struct stage *st, const struct crossing *c,
                   struct scene_card *card)
{
    add_step(card, "trap in:", "%s, pc 0x%" PRIx64 ", U " ARROW " S",
             cpu_cause_name(c->cause), c->user_pc)
        ->motion = MOTION_TRAP;
    if (c->trapframe_va)
        add_step(card, "31 registers " ARROW " trap frame", "0x%" PRIx64,
                 c->trapframe_va)
            ->motion = MOTION_REGISTERS;
    if (c->satp_writes && st->kernel_root)
        add_step(card, "gate:", "satp 0x%" PRIx64 " " ARROW " 0x%" PRIx64 "%s",
                 c->root >> 12, st->kernel_root >> 12,
                 c->fences ? ", fence" : "")
            ->motion = MOTION_GATE;
}

static void transfer_step(const struct stage *st, const struct crossing *c,
                          const struct transfer *t, struct scene_card *card)
{
    char title[64], fields[120] = "";
    bool out = transfer_is_out(t->kind);
    uint64_t length =
        transfer_is_string(t->kind) && !t->error ? t->done : t->length;
    if (transfer_is_string(t->kind) && t->error)
        snprintf(title, sizeof title, "%s %s", transfer_name(t->kind),
                 out ? "to" : "from");
    else
        snprintf(title, sizeof title, "%s %" PRIu64 " byte%s %s",
                 transfer_name(t->kind), length, length == 1 ? "" : "s",
                 out ? "to" : "from");
    transfer_fields(st->tracker, c, t, fields, sizeof fields);
    struct scene_step *s = add_step(card, title, "0x%" PRIx64 "%s%s",
                                    t->user_va, fields[0] ? " " : "", fields);
    s->kind = STEP_BYTES;
    s->motion = MOTION_BYTES;
    memcpy(s->byte, t->data, sizeof s->byte);
    s->shown = t->shown;
    s->done = t->done;
    s->length = length;
    s->va = t->user_va;
    s->inward = !out;
    s->refused = t->error != 0;
}

/* Mappings of one kind that follow each other are one step. */
static size_t mapping_steps(const struct crossing *c, size_t first,
                            uint64_t until, struct scene_card *card)
{
    const struct mapping *m = &c->mapping[first];
    size_t n = 1;
    while (first + n < c->mappings && c->mapping[first + n].kind == m->kind &&
           c->mapping[first + n].clock < until)
        n++;
    const struct mapping *last = &c->mapping[first + n - 1];
    static const char *const words[] = {"mapped", "unmapped",
                                        "given a frame of its own"};
    static const char *const range[] = {[MAPPING_WIRE] = "held for a transfer:",
                                        [MAPPING_WINDOW] =
                                            "shown in the kernel's window:",
                                        [MAPPING_UNWIRE] = "let go:"};
    char title[96];
    if (m->kind >= MAPPING_WIRE) {
        add_step(card, range[m->kind], "0x%" PRIx64 ", %" PRIu64 " bytes",
                 m->va, m->bytes);
        return first + 1;
    }
    snprintf(title, sizeof title, "%zu page%s %s:", n, n == 1 ? "" : "s",
             words[m->kind]);
    if (n > 1)
        add_step(card, title, "0x%" PRIx64 " \xe2\x80\xa6 0x%" PRIx64, m->va,
                 last->va);
    else if (m->kind == MAPPING_COW)
        add_step(card, title,
                 "0x%" PRIx64 ", frame 0x%" PRIx64 " " ARROW " 0x%" PRIx64,
                 m->va, m->old_pa >> 12, m->pa >> 12);
    else
        add_step(card, title, "0x%" PRIx64 ", frame 0x%" PRIx64, m->va,
                 m->pa >> 12);
    return first + n;
}

/* ---- Links ---- */

static void add_link(struct scene_card *card, uint64_t from, uint64_t to,
                     const char *text)
{
    if (!from || !to || card->links == SCENE_LINKS - 1)
        return;
    struct scene_link *out = &card->link[card->links++];
    *out = (struct scene_link){.from = from, .to = to};
    snprintf(out->text, sizeof out->text, "%s", text);
}

/* What a handler came between. */
static void signal_links(const struct crossing *c, struct scene_card *card)
{
    add_link(card, c->resumes, c->number, "signal frame");
    add_link(card, c->number, c->resumed_by, "signal frame");
    add_link(card, c->restarts, c->number, "made again");
    add_link(card, c->number, c->restarted_by, "made again");
}

static void fill_links(const struct stage *st, const struct crossing *c,
                       struct scene_card *card)
{
    char name[64];
    const struct abi *abi = tracker_abi(st->tracker);
    signal_links(c, card);
    for (size_t i = 0; i < c->links; i++) {
        const struct link *l = &c->link[i];
        char text[96];
        if (l->descriptor)
            snprintf(text, sizeof text, "descriptor %d becomes %d", l->fd_from,
                     l->fd_to);
        else if (l->port && abi)
            snprintf(text, sizeof text, "message %s, %" PRIu64 " bytes",
                     abi_message_name(abi, l->id, name, sizeof name), l->bytes);
        else
            snprintf(text, sizeof text, "%" PRIu64 " bytes", l->bytes);
        add_link(card, l->from, l->to, text);
    }
    bool told = false; /* the bytes that came woke it: one arrow is enough */
    for (size_t i = 0; i < card->links; i++)
        told |= card->link[i].from == c->woken_by;
    if (c->woken_by && !told)
        card->link[card->links++] = (struct scene_link){.from = c->woken_by,
                                                        .to = c->number,
                                                        .wakes = true,
                                                        .text = "wakes it"};
}

static void link_steps(const struct crossing *c, struct scene_card *card)
{
    for (size_t i = 0; i < card->links && i < 3; i++) {
        const struct scene_link *l = &card->link[i];
        if (l->wakes)
            continue;
        if (l->to == c->number)
            add_step(card, "from another crossing:", "#%" PRIu64 ", %s",
                     l->from, l->text);
        else
            add_step(card, "for another crossing:", "#%" PRIu64 ", %s", l->to,
                     l->text);
    }
}

static void ring_step(const struct ring_op *op, struct scene_card *card)
{
    char text[160], title[96];
    ring_op_text(card->abi, op, text, sizeof text);
    snprintf(title, sizeof title, "from its ring: %.*s",
             (int)strcspn(text, "("), text);
    add_step(card, title, "fd %d, n %" PRIu64 ",%s", op->fd, op->length,
             strchr(text, ')') + 1);
}

static void sleep_step(const struct crossing *c, struct scene_card *card)
{
    add_step(card, "sleeps until woken:", "%s%s", c->blocked_on,
             c->block_count > 1 ? ", more than once" : "");
}

/* Transfers, mappings, operations of a ring and the last sleep in the order of
 * the clock. */
static void work_steps(const struct stage *st, const struct crossing *c,
                       struct scene_card *card)
{
    size_t m = 0, t = 0, r = 0;
    bool slept = c->block_count == 0;
    while (t < c->transfers || m < c->mappings || r < c->ring_ops) {
        uint64_t next = t < c->transfers ? c->transfer[t].clock : UINT64_MAX;
        bool mapping = m < c->mappings && c->mapping[m].clock <= next;
        uint64_t first = mapping ? c->mapping[m].clock : next;
        if (r < c->ring_ops && c->ring_op[r].clock < first)
            first = c->ring_op[r].clock;
        if (!slept && c->slept_at < first) {
            sleep_step(c, card);
            slept = true;
        }
        if (!slept && c->slept_at < next)
            next = c->slept_at; /* mappings up to then */
        if (r < c->ring_ops && c->ring_op[r].clock <= first)
            ring_step(&c->ring_op[r++], card);
        else if (mapping)
            m = mapping_steps(c, m, next, card);
        else
            transfer_step(st, c, &c->transfer[t++], card);
    }
    if (!slept)
        sleep_step(c, card);
    if (c->nesteds)
        add_step(card, "traps taken inside the kernel:", "%zu", c->nesteds);
}

static void way_back(const struct stage *st, const struct crossing *c,
                     struct scene_card *card)
{
    if (card->steps_left_out) {
        struct scene_step *more = &card->step[card->steps - 1];
        *more = (struct scene_step){.kind = STEP_PLAIN};
        snprintf(more->title, sizeof more->title,
                 "%zu more steps: see Transfers", card->steps_left_out + 1);
    }
    if (c->outcome == OUTCOME_OPEN)
        return;
    struct scene_step *s = &card->step[card->steps++];
    *s = (struct scene_step){.kind = STEP_RESULT};
    if (c->outcome == OUTCOME_NEVER_RETURNS) {
        snprintf(s->title, sizeof s->title, "never returns");
        return;
    }
    if (c->satp_writes > 1 && st->kernel_root) {
        snprintf(s->title, sizeof s->title, "gate back:");
        s->motion = MOTION_GATE_BACK;
        snprintf(s->detail, sizeof s->detail,
                 "satp 0x%" PRIx64 " " ARROW " 0x%" PRIx64 "%s",
                 st->kernel_root >> 12, c->root >> 12,
                 c->fences > 1 ? ", fence" : "");
        s = &card->step[card->steps++];
        *s = (struct scene_step){.kind = STEP_RESULT};
    }
    s->motion = MOTION_RESULT;
    bool returned = c->outcome == OUTCOME_RETURNED;
    bool call = c->kind == CROSSING_CALL;
    snprintf(s->title, sizeof s->title, "%s",
             c->outcome == OUTCOME_TO_HANDLER ? "sret into the signal handler:"
             : !returned ? "31 registers of the frame, sret:"
             : call      ? "31 registers back, sret, result:"
                         : "31 registers back, sret");
    if (call || !returned)
        snprintf(s->detail, sizeof s->detail, "%s", card->result);
}

/* ---- Refusal ---- */

static void capital(char *text)
{
    if (text[0] >= 'a' && text[0] <= 'z')
        text[0] = (char)(text[0] - 'a' + 'A');
}

static void refused_transfer(const struct stage *st, const struct transfer *t,
                             struct scene_card *card)
{
    const struct abi *abi = tracker_abi(st->tracker);
    const char *name = abi ? abi_errno_name(abi, t->error) : NULL;
    char number[24];
    snprintf(number, sizeof number, "errno %d", t->error);
    snprintf(card->refusal_head, sizeof card->refusal_head,
             "%s at byte %" PRIu64, name ? name : number, t->done);
    if (t->why == SV39_OK) {
        const char *help = abi ? abi_errno_help(abi, t->error) : NULL;
        snprintf(card->refusal, sizeof card->refusal, "%s", help ? help : "");
        return;
    }
    unsigned bit;
    char why[128];
    snprintf(why, sizeof why, "%s", sv39_sentence(t->why, &bit));
    capital(why);
    snprintf(card->refusal, sizeof card->refusal,
             "%s, at 0x%" PRIx64 ". The kernel may not %s where the program "
             "may not.",
             why, t->stopped_va, transfer_is_out(t->kind) ? "write" : "read");
}

static void tell_refusal(const struct stage *st, const struct crossing *c,
                         struct scene_card *card)
{
    card->refused = crossing_refused(c);
    for (size_t i = 0; i < c->transfers; i++) {
        if (!c->transfer[i].error)
            continue;
        refused_transfer(st, &c->transfer[i], card);
        return;
    }
    if (!c->signal)
        return;
    const struct abi *abi = tracker_abi(st->tracker);
    const char *name = abi ? abi_signal_name(abi, c->signal) : NULL;
    char number[24];
    snprintf(number, sizeof number, "signal %d", c->signal);
    snprintf(card->refusal_head, sizeof card->refusal_head, "killed by %s",
             name ? name : number);
    snprintf(card->refusal, sizeof card->refusal, "%s", card->sentence);
}

/* ---- Facts ---- */

__attribute__((format(printf, 3, 4))) static struct scene_fact *
add_fact(struct scene_card *card, const char *label, const char *format, ...)
{
    struct scene_fact *fact = &card->fact[SCENE_FACTS];
    if (card->facts < SCENE_FACTS)
        fact = &card->fact[card->facts++];
    *fact = (struct scene_fact){0};
    snprintf(fact->label, sizeof fact->label, "%s", label);
    va_list args;
    va_start(args, format);
    vsnprintf(fact->value, sizeof fact->value, format, args);
    va_end(args);
    return fact;
}

static void place_fact(struct stage *st, const struct crossing *c,
                       struct scene_card *card)
{
    uint64_t image_va;
    char place[96];
    const char *file;
    unsigned line;
    struct symbols *s =
        tracker_symbols(st->tracker, CPU_U, c->root, c->user_pc, &image_va);
    const struct process *p = tracker_process(st->tracker, c->pid);
    if (!s && p && strcmp(p->name, c->process) == 0)
        s = p->symbols; /* it has ended */
    struct scene_fact *fact;
    if (!s || !symbols_describe(s, image_va, place, sizeof place))
        snprintf(place, sizeof place, "0x%" PRIx64, c->user_pc);
    if (s && symbols_line(s, image_va, &file, &line))
        fact =
            add_fact(card, "from", "%s  %s:%u", place, stage_path(file), line);
    else
        fact = add_fact(card, "from", "%s", place);
    fact->has_va = true;
    fact->va = c->user_pc;
}

static void cost_facts(const struct crossing *c, struct scene_card *card)
{
    char insns[32], elapsed[32], cycles[32];
    if (c->outcome == OUTCOME_OPEN)
        return;
    add_fact(card, "cost", "%s insns own, %s elapsed, %s model cycles",
             number_text(insns, c->own_insns),
             number_text(elapsed, c->clock_out - c->clock_in),
             number_text(cycles, c->cycles));
    add_fact(card, "boundary",
             "traps %" PRIu64 ", returns %" PRIu64 ", satp writes %" PRIu64
             ", fences %" PRIu64,
             c->traps, c->returns, c->satp_writes, c->fences);
}

/* "#88 pid 3 machdemo"; a click on the fact goes there. */
static void link_facts(const struct stage *st, const struct crossing *c,
                       struct scene_card *card)
{
    for (size_t i = 0; i < card->links; i++) {
        const struct scene_link *l = &card->link[i];
        uint64_t number = l->to == c->number ? l->from : l->to;
        const struct crossing *other = tracker_crossing(st->tracker, number);
        char who[48];
        if (!other)
            continue;
        stage_who(st, other->pid, other->root, false, who, sizeof who);
        add_fact(card,
                 l->wakes             ? "woken by"
                 : l->to == c->number ? "came from"
                                      : "went to",
                 "#%" PRIu64 " %s %s%s%s", number, who, other->process,
                 l->wakes ? "" : ": ", l->wakes ? "" : l->text)
            ->crossing = number;
    }
}

static void fill_facts(struct stage *st, const struct crossing *c,
                       struct scene_card *card)
{
    add_fact(card, "what", "%s", card->what);
    place_fact(st, c, card);
    link_facts(st, c, card);
    if (card->result[0])
        add_fact(card, "result", "%s", card->result);
    if (c->kind == CROSSING_FAULT) {
        struct scene_fact *fact =
            add_fact(card, "stval", "0x%" PRIx64, c->tval);
        fact->has_va = true;
        fact->va = c->tval;
    }
    if (c->bytes_in || c->bytes_out)
        add_fact(card, "copied", "%" PRIu64 " bytes in, %" PRIu64 " bytes out",
                 c->bytes_in, c->bytes_out);
    if (c->pages_mapped || c->pages_unmapped)
        add_fact(card, "pages", "%" PRIu64 " mapped, %" PRIu64 " unmapped",
                 c->pages_mapped, c->pages_unmapped);
    cost_facts(c, card);
    if (c->trapframe_va)
        add_fact(card, "trap frame", "0x%" PRIx64, c->trapframe_va);
    if (c->block_count)
        add_fact(card, "slept", "%" PRIu64 " time%s, last for: %s",
                 c->block_count, c->block_count == 1 ? "" : "s", c->blocked_on);
    if (c->frame) {
        struct scene_fact *fact =
            add_fact(card, "signal frame", "0x%" PRIx64, c->frame);
        fact->has_va = true;
        fact->va = c->frame;
    }
    if (c->fork_child)
        add_fact(card, "child", "pid %" PRIu64, c->fork_child);
    add_fact(card, "clock", "%" PRIu64 " in%s%s", c->clock_in,
             c->outcome == OUTCOME_OPEN ? ", still open" : "", "");
}

static void fill_cost(const struct crossing *c, struct scene_card *card)
{
    char insns[32], cycles[32], bytes[32];
    if (c->outcome == OUTCOME_OPEN)
        return;
    uint64_t copied = c->bytes_in + c->bytes_out;
    size_t n = (size_t)snprintf(
        card->cost, sizeof card->cost, "%s insns \xc2\xb7 %s cycles",
        number_text(insns, c->own_insns), number_text(cycles, c->cycles));
    if (copied && n < sizeof card->cost)
        snprintf(card->cost + n, sizeof card->cost - n, " \xc2\xb7 %s bytes",
                 number_text(bytes, copied));
}

void stage_card(struct stage *st, const struct crossing *c,
                const struct stand *at, struct scene_card *card)
{
    if (!c)
        return;
    int64_t result = (int64_t)c->result;
    card->present = true;
    card->number = c->number;
    card->kind = c->kind;
    card->open = c->outcome == OUTCOME_OPEN;
    card->died = c->signal != 0;
    card->failed = card->died || (c->kind == CROSSING_CALL &&
                                  c->outcome == OUTCOME_RETURNED &&
                                  result < 0 && result >= -4095);
    card->record = c;
    card->abi = tracker_abi(st->tracker);
    stage_who(st, c->pid, c->root, false, card->who, sizeof card->who);
    size_t who = strlen(card->who);
    if (c->pid)
        snprintf(card->who + who, sizeof card->who - who, " %s", c->process);
    crossing_describe(st->tracker, c, card->what, sizeof card->what);
    crossing_result(st->tracker, c, card->result, sizeof card->result);
    crossing_sentence(st->tracker, c, card->sentence, sizeof card->sentence);
    fill_links(st, c, card);
    way_in(st, c, card);
    link_steps(c, card);
    work_steps(st, c, card);
    way_back(st, c, card);
    if (card->open && card->steps && !at->user_live &&
        c == tracker_current(st->tracker))
        card->step[card->steps - 1].now = true;
    tell_refusal(st, c, card);
    fill_facts(st, c, card);
    fill_cost(c, card);
}
