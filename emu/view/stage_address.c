/*
 * stage_address.c - one address: the page walk that finds or refuses it, what
 * it is in each space, and the bytes there.
 */
#include "stage_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct interest {
    bool any;
    uint64_t va, root;
    int pid;
    bool refused;                 /* an access to it was refused */
    const struct sv39_walk *then; /* ... by these tables, if kept */
    enum sv39_access access;
};

static bool upper_half(uint64_t va)
{
    return va >> 63;
}

static enum sv39_access access_of_cause(uint64_t cause)
{
    return cause == 12 ? SV39_FETCH : cause == 15 ? SV39_STORE : SV39_LOAD;
}

/* The first pointer among a call's arguments. */
static bool pointer_argument(const struct crossing *c, uint64_t *va)
{
    for (unsigned i = 0; c->call && i < c->call->nargs; i++) {
        enum abi_kind kind = c->call->arg[i].kind;
        bool pointer = kind == ABI_PTR || kind == ABI_PATH || kind == ABI_STR ||
                       kind == ABI_STRV || kind == ABI_IN || kind == ABI_OUT ||
                       kind == ABI_INOUT || kind == ABI_MSG ||
                       kind == ABI_IOV || kind == ABI_POLLFD ||
                       kind == ABI_INTS || kind == ABI_SOCKADDR ||
                       kind == ABI_MSGHDR || kind == ABI_RCVHDR;
        if (pointer && c->arg[i]) {
            *va = c->arg[i];
            return true;
        }
    }
    return false;
}

/* What a crossing makes one look at: where it was refused, else the pointer it
 * was given. */
static struct interest of_crossing(const struct crossing *c)
{
    struct interest in = {.root = c->root, .pid = c->pid};
    for (size_t i = 0; i < c->transfers; i++) {
        const struct transfer *t = &c->transfer[i];
        if (!t->error || t->why == SV39_OK)
            continue;
        in.any = in.refused = true;
        in.va = t->stopped_va;
        in.access = transfer_is_out(t->kind) ? SV39_STORE : SV39_LOAD;
        return in;
    }
    if (c->kind == CROSSING_FAULT &&
        (c->cause == 12 || c->cause == 13 || c->cause == 15)) {
        in.any = in.refused = true;
        in.va = c->tval;
        in.access = access_of_cause(c->cause);
        return in;
    }
    in.any = pointer_argument(c, &in.va);
    if (!in.any && c->transfers) {
        in.any = true;
        in.va = c->transfer[0].user_va;
    }
    return in;
}

static struct interest choose(struct stage *st, const struct stand *at,
                              const struct stage_want *want,
                              const struct scene *scene)
{
    struct interest in = {.root = at->user_root, .pid = at->pid};
    const struct scene_card *card =
        scene->selected.present ? &scene->selected : &scene->now;
    if (card->record)
        in = of_crossing(card->record);
    if (in.refused)
        in.then = stage_kept_walk(st, card->number, in.va);
    const struct process *p =
        in.pid ? tracker_process(st->tracker, in.pid) : NULL;
    if (p && p->root)
        in.root = p->root; /* exec gave it another table */
    if (want->has_va) {
        in.refused = in.refused && in.va == want->va;
        if (!in.refused)
            in.then = NULL;
        in.any = true;
        in.va = want->va;
        in.root = at->user_root;
        in.pid = at->pid;
    } else if (!in.any && scene->user.present) {
        in.any = true;
        in.va = scene->user.pc;
        in.root = at->user_root;
        in.pid = at->pid;
    }
    return in;
}

/* ---- The walk ---- */

static void flag_letters(char text[5], uint64_t flags)
{
    snprintf(text, 5, "%c%c%c%c", flags & PTE_R ? 'r' : '-',
             flags & PTE_W ? 'w' : '-', flags & PTE_X ? 'x' : '-',
             flags & PTE_U ? 'u' : '-');
}

static void tell_walk(struct scene_walk *w, const struct sv39_walk *walk,
                      const struct interest *in)
{
    enum sv39_why why = walk->why;
    if (in->refused && why == SV39_OK)
        why = sv39_check(walk, in->access, CPU_U, false, false);
    w->reached = walk->why == SV39_OK;
    w->refused = why != SV39_OK;
    if (w->refused) {
        snprintf(w->sentence, sizeof w->sentence, "%s",
                 sv39_sentence(why, &w->deciding));
        return;
    }
    char letters[5];
    flag_letters(letters, walk->flags);
    snprintf(w->sentence, sizeof w->sentence, "grants %.3s %s", letters,
             walk->flags & PTE_U ? "to user code" : "to the kernel only");
}

static void fill_walk(struct stage *st, const struct interest *in,
                      uint64_t root, const char *owner, struct scene_walk *w)
{
    if (!root)
        return;
    struct sv39_walk walk =
        in->then ? *in->then : sv39_walk(st->machine, root, in->va);
    w->present = true;
    w->then = in->then != NULL;
    w->va = in->va;
    w->root = root;
    snprintf(w->owner, sizeof w->owner, "%s", owner);
    w->levels = walk.levels;
    memcpy(w->level, walk.level, sizeof w->level);
    w->pa = walk.pa;
    w->flags = walk.flags;
    tell_walk(w, &walk, in);
}

/* ---- The same address in several spaces ---- */

static void answer_in(struct stage *st, uint64_t root, uint64_t va,
                      enum cpu_priv priv, const char *who,
                      struct scene_view_of *out)
{
    struct sv39_walk walk = sv39_walk(st->machine, root, va);
    snprintf(out->who, sizeof out->who, "%s", who);
    out->mapped = walk.why == SV39_OK;
    if (!out->mapped) {
        snprintf(out->answer, sizeof out->answer, "nothing");
        return;
    }
    char letters[5], name[32] = "";
    flag_letters(letters, walk.flags);
    uint64_t image_va;
    struct symbols *s = tracker_symbols(st->tracker, priv, root, va, &image_va);
    if (!s || !symbols_describe(s, image_va, name, sizeof name))
        name[0] = '\0';
    snprintf(out->answer, sizeof out->answer, "frame 0x%" PRIx64 " %s%s%s",
             walk.pa >> 12, letters, name[0] ? " " : "", name);
}

static void fill_same(struct stage *st, const struct interest *in,
                      uint64_t kernel_root, struct scene_same *same)
{
    same->present = true;
    same->va = in->va;
    char who[40];
    if (in->root) {
        stage_who(st, in->pid, in->root, false, who, sizeof who);
        answer_in(st, in->root, in->va, CPU_U, who,
                  &same->space[same->spaces++]);
    }
    size_t n = tracker_processes(st->tracker);
    for (size_t i = n; i-- > 0;) { /* the youngest first */
        const struct process *p = tracker_process_at(st->tracker, i);
        bool alive =
            p && (p->state == PROCESS_RUNNING || p->state == PROCESS_BLOCKED);
        if (!alive || !p->root || p->root == in->root)
            continue;
        if (same->spaces + 1 >= SCENE_SAME) {
            same->more++;
            continue;
        }
        snprintf(who, sizeof who, "pid %d", p->pid);
        answer_in(st, p->root, in->va, CPU_U, who,
                  &same->space[same->spaces++]);
    }
    if (!kernel_root)
        return;
    struct scene_view_of *kernel = &same->space[same->spaces++];
    answer_in(st, kernel_root, in->va, CPU_S, "the kernel", kernel);
    if (kernel_root == in->root && kernel->mapped && !upper_half(in->va))
        snprintf(kernel->answer, sizeof kernel->answer,
                 "the same page, reached only under SUM");
}

/* ---- Bytes ---- */

static void fill_bytes(struct stage *st, uint64_t va, uint64_t root,
                       const char *owner, struct scene_bytes *out)
{
    out->present = true;
    out->va = va & ~UINT64_C(15);
    out->root = root;
    out->n = sizeof out->byte;
    snprintf(out->owner, sizeof out->owner, "%s", owner);
    for (size_t at = 0; at < out->n;) {
        /* one page at a time: what stops a read is the page's end */
        size_t page_rest = 4096 - ((out->va + at) & 4095);
        size_t want = out->n - at < page_rest ? out->n - at : page_rest;
        size_t got = stage_read(st, root, out->va + at, out->byte + at, want);
        for (size_t i = 0; i < got; i++)
            out->have[at + i] = true;
        at += want;
    }
}

static void mark_ranges(struct scene_side *side, const struct interest *in,
                        bool refused)
{
    for (size_t i = 0; i < side->ranges; i++) {
        struct scene_range *r = &side->range[i];
        bool holds = in->va - r->va < r->bytes;
        r->pointer = holds;
        r->refused = holds && refused;
    }
}

void stage_address(struct stage *st, const struct stand *at,
                   const struct stage_want *want, struct scene *scene)
{
    struct interest in = choose(st, at, want, scene);
    if (!in.any)
        return;
    char owner[48];
    uint64_t kernel_root = scene->kernel.root, root = in.root;
    bool kernels = (upper_half(in.va) && !in.then) || !root;
    if (kernels)
        root = kernel_root;
    if (kernels)
        snprintf(owner, sizeof owner, "the kernel");
    else
        stage_who(st, in.pid, in.root, false, owner, sizeof owner);
    fill_walk(st, &in, root, owner, &scene->walk);
    fill_same(st, &in, kernel_root, &scene->same);
    fill_bytes(st, in.va, root, owner, &scene->bytes);
    mark_ranges(&scene->user, &in, in.refused && !kernels);
    mark_ranges(&scene->kernel, &in, false);
}
