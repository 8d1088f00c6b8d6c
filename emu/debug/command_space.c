/*
 * command_space.c - the commands about address spaces: the walk, one address in
 * every space, what is mapped, who maps a frame, and the processes.
 */
#include "command_internal.h"

#include "../platform/platform.h"
#include "space.h"

#define LINES 128 /* of mappings */
#define PAGE  UINT64_C(4096)

/* ---- walk ---- */

/* The bits that are set, and what they make of the entry. */
static const char *pte_text(uint64_t pte, char *text, size_t n)
{
    static const char letters[] = "VRWXUGAD";
    size_t used = 0;
    for (int i = 7; i >= 0; i--)
        if (used + 3 < n) {
            text[used++] = pte >> i & 1 ? letters[i] : '-';
            text[used] = '\0';
        }
    const char *is = (pte & PTE_V) == 0             ? "not valid"
                     : (pte & (PTE_R | PTE_X)) != 0 ? "a page"
                                                    : "a table";
    snprintf(text + used, n - used, "  PPN 0x%" PRIx64 "  %s",
             pte >> 10 & ((UINT64_C(1) << 44) - 1), is);
    return text;
}

static void tell_levels(struct commander *c, const struct sv39_walk *w)
{
    char pte[80];
    for (unsigned i = 0; i < w->levels; i++)
        say(c,
            "  level %u  index %-3u  at 0x%" PRIx64 "  PTE 0x%016" PRIx64
            "  %s",
            w->level[i].level, w->level[i].index, w->level[i].pte_pa,
            w->level[i].pte, pte_text(w->level[i].pte, pte, sizeof pte));
}

static const char *bit_name(unsigned bit)
{
    static const char *const names[] = {"V", "R", "W", "X", "U", "G", "A", "D"};
    for (unsigned i = 0; i < 8; i++)
        if (bit == 1u << i)
            return names[i];
    return NULL;
}

/* What each kind of access comes to, from each side; the bit that decides. */
static void tell_access(struct commander *c, const struct sv39_walk *w,
                        enum cpu_priv priv, const char *who)
{
    static const char *const kinds[] = {"load", "store", "fetch"};
    char allowed[40] = "";
    for (int i = 0; i < 3; i++) {
        unsigned bit = 0;
        enum sv39_why why =
            sv39_check(w, (enum sv39_access)i, priv, false, false);
        if (why == SV39_OK || why == SV39_BARE) {
            snprintf(allowed + strlen(allowed),
                     sizeof allowed - strlen(allowed), " %s", kinds[i]);
            continue;
        }
        const char *sentence = sv39_sentence(why, &bit);
        const char *name = bit_name(bit);
        say(c, "  %s %s: refused: %s%s%s%s", who, kinds[i], sentence,
            name != NULL ? " (the bit that decides: " : "",
            name != NULL ? name : "", name != NULL ? ")" : "");
    }
    if (allowed[0] != '\0')
        say(c, "  %s: allowed:%s", who, allowed);
}

static void tell_walk(struct commander *c, const struct address *a)
{
    char owner[64], flags[5];
    struct sv39_walk w = sv39_walk(c->target->machine, a->root, a->va);
    address_owner(c, a, owner, sizeof owner);
    say(c, "0x%" PRIx64 " in %s's page table, root 0x%" PRIx64 "%s:", a->va,
        owner, a->root >> 12,
        a->elsewhere ? " (satp names another one now)" : "");
    tell_levels(c, &w);
    if (w.why == SV39_OK)
        say(c, "  -> physical 0x%" PRIx64 "  frame 0x%" PRIx64 "  %s", w.pa,
            w.pa >> 12, letters_of(w.flags, flags));
    if (w.why == SV39_OK || w.why == SV39_MISALIGNED) {
        tell_access(c, &w, CPU_U, "user code (U)");
        tell_access(c, &w, CPU_S, "the kernel (S, SUM = 0)");
        return;
    }
    unsigned bit = 0;
    const char *sentence = sv39_sentence(w.why, &bit);
    const char *name = bit_name(bit);
    say(c, "  -> no page: %s%s%s%s", sentence,
        name != NULL && w.levels > 0 ? " (the bit that decides: " : "",
        name != NULL && w.levels > 0 ? name : "",
        name != NULL && w.levels > 0 ? ")" : "");
}

COMMAND(cmd_walk)
{
    struct address a;
    if (!take_address(c, arguments, &a))
        return false;
    if (a.root == 0)
        say(c,
            "0x%" PRIx64 ": no translation is on: it is the physical "
            "address",
            a.va);
    else
        tell_walk(c, &a);
    return true;
}

/* ---- where ---- */

static void tell_in(struct commander *c, int pid, uint64_t root, uint64_t va)
{
    char who[64], flags[5], symbol[96];
    unsigned bit;
    struct sv39_walk w = sv39_walk(c->target->machine, root, va);
    name_of(c, pid, who, sizeof who);
    if (w.why != SV39_OK)
        say(c, "  %-16s nothing (%s)", who, sv39_sentence(w.why, &bit));
    else
        say(c, "  %-16s frame 0x%" PRIx64 "  %s  %s%s", who, w.pa >> 12,
            letters_of(w.flags, flags),
            name_of_symbol(c, pid, root, va, symbol, sizeof symbol),
            pid == 0 && (w.flags & PTE_U) != 0
                ? "(a user page: reached only under SUM)"
                : "");
}

static bool lives(const struct process *p)
{
    return p->pid != 0 && p->root != 0 && p->state != PROCESS_ZOMBIE &&
           p->state != PROCESS_GONE;
}

static void tell_address(struct commander *c, uint64_t va)
{
    const struct tracker *t = c->target->tracker;
    uint64_t root;
    say(c, "0x%" PRIx64 " is:", va);
    for (size_t i = 0; i < tracker_processes(t); i++) {
        const struct process *p = tracker_process_at(t, i);
        if (lives(p))
            tell_in(c, p->pid, p->root, va);
    }
    if (target_root(c->target, 0, &root))
        tell_in(c, 0, root, va);
    uint64_t device;
    say(c, "  %-16s %s", "physical",
        machine_ram(c->target->machine, va, 1) != NULL
            ? "RAM (frames says who maps it)"
        : machine_peek_device(c->target->machine, va, 4, &device)
            ? "a device's register"
            : "nothing");
}

COMMAND(cmd_where)
{
    struct address a;
    if (arguments[0] == '\0') {
        tell_place(c);
        return true;
    }
    if (!take_address(c, arguments, &a))
        return false;
    tell_address(c, a.va);
    return true;
}

/* ---- mappings ---- */

static void tell_range(struct commander *c, const struct space_range *r)
{
    char flags[5];
    if (r->look == LOOK_HOLE)
        return;
    char size[32] = " with holes";
    if (r->bytes <= machine_ram_bytes(c->target->machine) * 8)
        snprintf(size, sizeof size, "%7" PRIu64 " KiB", r->bytes / 1024);
    say(c, "  0x%016" PRIx64 " - 0x%016" PRIx64 "  %s  %s  %s", r->va,
        r->va + r->bytes, letters_of(r->flags, flags), size, r->name);
}

static bool user_question(struct commander *c, int pid,
                          struct space_question *q)
{
    struct target_registers r;
    bool live;
    char who[64];
    q->pid = pid;
    if (!target_root(c->target, pid, &q->root))
        return refuse(c, "%s: it has no address space any more",
                      name_of(c, pid, who, sizeof who));
    if (registers_of(c, pid, &r, &live))
        q->sp = r.x[2];
    return true;
}

COMMAND(cmd_mappings)
{
    struct space_range *range = calloc(LINES, sizeof *range);
    struct space_question q = {.machine = c->target->machine,
                               .tracker = c->target->tracker,
                               .own_table = true,
                               .scratch = c->range,
                               .scratch_max = RANGES};
    int pid = 0;
    char who[64];
    bool kernel = strcmp(arguments, "kernel") == 0;
    bool known =
        range != NULL &&
        (kernel ? target_root(c->target, 0, &q.root) ||
                      refuse(c, "kernel: it has no page table yet")
                : take_pid(c, arguments, &pid) && user_question(c, pid, &q));
    if (known) {
        q.own_table = tracker_process_by_root(q.tracker, q.root) == NULL;
        size_t n = kernel ? space_of_kernel(&q, range, LINES)
                          : space_of_user(&q, range, LINES);
        say(c, "%s, page table 0x%" PRIx64 ":",
            name_of(c, pid, who, sizeof who), q.root >> 12);
        for (size_t i = 0; i < n; i++)
            tell_range(c, &range[i]);
    }
    free(range);
    return known;
}

/* ---- frames ---- */

/* Calls visit for every page of RAM that a space maps. */
typedef void page_visit(struct commander *c, void *ctx, int pid, uint64_t va,
                        uint64_t pa, uint64_t flags);

static void visit_pages(struct commander *c, int pid, uint64_t root,
                        page_visit *visit, void *ctx)
{
    struct machine *m = c->target->machine;
    size_t n = sv39_ranges(m, root, c->range, RANGES);
    for (size_t i = 0; i < n && i < RANGES; i++) {
        const struct sv39_range *r = &c->range[i];
        for (uint64_t at = 0; at < r->bytes; at += PAGE) {
            uint64_t pa = r->pa + at;
            if (!r->contiguous)
                pa = sv39_walk(m, root, r->va + at).pa;
            if (machine_ram(m, pa, 1) != NULL)
                visit(c, ctx, pid, r->va + at, pa, r->flags);
        }
    }
}

static void visit_spaces(struct commander *c, bool kernel, page_visit *visit,
                         void *ctx)
{
    const struct tracker *t = c->target->tracker;
    uint64_t root;
    for (size_t i = 0; i < tracker_processes(t); i++) {
        const struct process *p = tracker_process_at(t, i);
        if (lives(p))
            visit_pages(c, p->pid, p->root, visit, ctx);
    }
    if (kernel && target_root(c->target, 0, &root))
        visit_pages(c, 0, root, visit, ctx);
}

struct frame_search {
    uint64_t frame;
    unsigned found;
};

static void tell_mapper(struct commander *c, void *ctx, int pid, uint64_t va,
                        uint64_t pa, uint64_t flags)
{
    struct frame_search *s = ctx;
    char who[64], letters[5];
    if (pa / PAGE != s->frame)
        return;
    s->found++;
    say(c, "  %-16s at 0x%" PRIx64 "  %s", name_of(c, pid, who, sizeof who), va,
        letters_of(flags, letters));
}

/* How often each frame is mapped by programs. */
struct frame_counts {
    uint8_t *users;
    uint64_t first; /* frame number of RAM's beginning */
    int pid;
    uint64_t pages, shared;
};

static void count_user(struct commander *c, void *ctx, int pid, uint64_t va,
                       uint64_t pa, uint64_t flags)
{
    struct frame_counts *n = ctx;
    uint8_t *users = &n->users[pa / PAGE - n->first];
    (void)c, (void)pid, (void)va;
    if ((flags & PTE_U) != 0 && *users < UINT8_MAX)
        (*users)++;
}

static void count_of_process(struct commander *c, void *ctx, int pid,
                             uint64_t va, uint64_t pa, uint64_t flags)
{
    struct frame_counts *n = ctx;
    (void)c, (void)va;
    if (pid != n->pid || (flags & PTE_U) == 0)
        return;
    n->pages++;
    n->shared += n->users[pa / PAGE - n->first] > 1;
}

static void tell_counts(struct commander *c, struct frame_counts *n)
{
    const struct tracker *t = c->target->tracker;
    char who[64];
    visit_spaces(c, false, count_user, n);
    for (size_t i = 0; i < tracker_processes(t); i++) {
        const struct process *p = tracker_process_at(t, i);
        if (!lives(p))
            continue;
        n->pid = p->pid;
        n->pages = n->shared = 0;
        visit_pages(c, p->pid, p->root, count_of_process, n);
        say(c,
            "  %-16s %5" PRIu64 " user pages, %" PRIu64
            " of them in frames that another maps too",
            name_of(c, p->pid, who, sizeof who), n->pages, n->shared);
    }
}

static bool frame_counts(struct commander *c)
{
    uint64_t frames = machine_ram_bytes(c->target->machine) / PAGE;
    struct frame_counts n = {.users = calloc(frames, 1),
                             .first = PLAT_RAM_BASE / PAGE};
    if (n.users == NULL)
        return refuse(c, "out of memory");
    say(c, "%" PRIu64 " frames of RAM; mapped for programs:", frames);
    tell_counts(c, &n);
    free(n.users);
    return true;
}

COMMAND(cmd_frames)
{
    struct frame_search s = {0};
    int64_t pa;
    if (arguments[0] == '\0')
        return frame_counts(c);
    if (!take_expression(c, arguments, &pa))
        return false;
    if (machine_ram(c->target->machine, (uint64_t)pa, 1) == NULL)
        return refuse(c, "0x%" PRIx64 ": no RAM is there", (uint64_t)pa);
    s.frame = (uint64_t)pa / PAGE;
    say(c, "frame 0x%" PRIx64 " is mapped by:", s.frame);
    visit_spaces(c, true, tell_mapper, &s);
    if (s.found == 0)
        say(c, "  nobody");
    return true;
}

/* ---- processes ---- */

static const char *state_text(const struct commander *c,
                              const struct process *p, char *text, size_t n)
{
    switch (p->state) {
    case PROCESS_RUNNING:
        return tracker_current_pid(c->target->tracker) == p->pid ? "has the "
                                                                   "hart"
                                                                 : "ready";
    case PROCESS_BLOCKED:
        snprintf(text, n, "sleeps: %s", p->blocked_on);
        return text;
    case PROCESS_ZOMBIE:
        return "ended, not waited for";
    case PROCESS_GONE:
        break;
    }
    return "gone";
}

COMMAND(cmd_processes)
{
    const struct tracker *t = c->target->tracker;
    char state[64], open[32];
    if (!no_arguments(c, arguments))
        return false;
    say(c, "  pid parent name      satp root  crossings  user insns  kernel "
           "insns  state");
    for (size_t i = 0; i < tracker_processes(t); i++) {
        const struct process *p = tracker_process_at(t, i);
        if (p->root == UINT64_MAX)
            continue;
        open[0] = '\0';
        if (p->open != 0)
            snprintf(open, sizeof open, ", in #%" PRIu64, p->open);
        say(c,
            "%5d %6d %-9s 0x%-8" PRIx64 " %9" PRIu64 " %11" PRIu64 " %13" PRIu64
            "  %s%s",
            p->pid, p->parent, p->name, p->root >> 12, p->crossings,
            p->user_insns, p->own_insns, state_text(c, p, state, sizeof state),
            open);
    }
    if (tracker_processes(t) == 0)
        say(c, "  none yet: the kernel boots");
    return true;
}
