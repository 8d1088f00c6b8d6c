/*
 * stage.c - see stage.h: listening, and putting a scene together.
 */
#include "stage_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Listening ---- */

/* A trap out of user code: its registers, before the kernel changes them. */
static void on_trap(void *ctx, const struct cpu_trap *trap)
{
    struct stage *st = ctx;
    if (trap->from == CPU_U)
        stage_save_user(st, trap->pc);
}

static void on_special(void *ctx, const struct cpu_special_event *event)
{
    struct stage *st = ctx;
    if (!sv39_on(event->value))
        return;
    uint64_t root = sv39_root(event->value);
    if (root != st->kernel_root && !tracker_process_by_root(st->tracker, root))
        st->kernel_root = root;
}

static void keep_walk(struct stage *st, const struct crossing *c, uint64_t va)
{
    struct kept_walk *kept = &st->kept[st->keeps++ % KEPT_WALKS];
    kept->crossing = c->number;
    kept->walk = sv39_walk(st->machine, c->root, va);
}

/* The newest one of this crossing. */
const struct sv39_walk *stage_kept_walk(const struct stage *st, uint64_t number,
                                        uint64_t va)
{
    for (size_t i = 0; i < KEPT_WALKS && i < st->keeps; i++) {
        const struct kept_walk *kept =
            &st->kept[(st->keeps - 1 - i) % KEPT_WALKS];
        if (kept->crossing == number && kept->walk.va == va)
            return &kept->walk;
    }
    return NULL;
}

static bool page_fault(const struct crossing *c)
{
    return c->cause == 12 || c->cause == 13 || c->cause == 15;
}

static void on_event(void *ctx, const struct event *event)
{
    struct stage *st = ctx;
    const struct crossing *c = event->crossing;
    if (event->kind == EVENT_ENTER && c && page_fault(c))
        keep_walk(st, c, c->tval);
    if (event->kind == EVENT_TRANSFER && c && event->transfer->error)
        keep_walk(st, c, event->transfer->stopped_va);
    spans_event(st->spans, event, cpu_executed(st->cpu));
}

static void on_console(void *ctx, uint8_t byte)
{
    stage_console_byte(ctx, byte);
}

struct stage *stage_create(const struct stage_desc *desc)
{
    struct stage *st = calloc(1, sizeof *st);
    if (!st)
        return NULL;
    st->machine = desc->machine;
    st->cpu = machine_cpu(desc->machine);
    st->tracker = desc->tracker;
    st->sources = desc->sources;
    snprintf(st->program, sizeof st->program, "%s", desc->program);
    st->history = desc->history;
    st->spans = spans_create();
    st->terminal = terminal_create();
    st->log = console_log_create();
    if (!st->spans || !st->terminal || !st->log) {
        stage_destroy(st);
        return NULL;
    }
    struct machine_observer observer = {.ctx = st,
                                        .trap = on_trap,
                                        .special = on_special,
                                        .specials = CPU_SPECIAL_SATP,
                                        .console_out = on_console};
    machine_observe(st->machine, &observer);
    if (!tracker_listen(st->tracker, on_event, st)) {
        stage_destroy(st);
        return NULL;
    }
    return st;
}

void stage_destroy(struct stage *st)
{
    if (!st)
        return;
    machine_unobserve(st->machine, st);
    tracker_unlisten(st->tracker, st);
    spans_destroy(st->spans);
    if (st->terminal)
        terminal_destroy(st->terminal);
    console_log_free(st->log);
    stage_ports_free(&st->ports);
    free(st);
}

void stage_mark(struct stage *st)
{
    memcpy(st->before, st->last, sizeof st->before);
    st->marked = true;
}

/* ---- Small questions ---- */

uint64_t stage_csr(const struct stage *st, const char *name)
{
    uint64_t value = 0;
    int number = cpu_csr_number(name);
    if (number < 0 || !cpu_csr(st->cpu, (unsigned)number, &value))
        return 0;
    return value;
}

size_t stage_read(struct stage *st, uint64_t root, uint64_t va, void *buf,
                  size_t n)
{
    if (root)
        return sv39_read(st->machine, root, va, buf, n);
    size_t got = 0;
    for (; got < n; got++) {
        const uint8_t *ram = machine_ram(st->machine, va + got, 1);
        if (!ram)
            break;
        ((uint8_t *)buf)[got] = *ram;
    }
    return got;
}

struct symbols *stage_symbols_of(const struct stage *st, int pid)
{
    const struct process *p = pid ? tracker_process(st->tracker, pid) : NULL;
    return p ? p->symbols : NULL;
}

const char *stage_path(const char *file)
{
    static const char root[] = SALLYPORT_SOURCE_DIR "/";
    size_t n = sizeof root - 1;
    return strncmp(file, root, n) == 0 ? file + n : file;
}

void stage_who(const struct stage *st, int pid, uint64_t root, bool name,
               char *text, size_t n)
{
    const struct process *p = pid ? tracker_process(st->tracker, pid)
                                  : tracker_process_by_root(st->tracker, root);
    if (p && p->pid)
        snprintf(text, n, "pid %d%s%s", p->pid, name ? " " : "",
                 name ? p->name : "");
    else if (pid)
        snprintf(text, n, "pid %d", pid);
    else
        snprintf(text, n, "root 0x%" PRIx64, root >> 12);
}

/* ---- Where things stand ---- */

/* The process shown on the user side while the kernel has the hart: that of
 * the open crossing, else of the newest one whose process still lives. */
static void find_user(const struct stage *st, struct stand *at)
{
    const struct crossing *c = tracker_current(st->tracker);
    if (!c)
        c = tracker_crossing(st->tracker, tracker_count(st->tracker));
    if (!c)
        return;
    const struct process *p =
        c->pid ? tracker_process(st->tracker, c->pid) : NULL;
    if (p && p->state == PROCESS_GONE)
        return;
    at->pid = c->pid;
    at->user_root = p && p->root ? p->root : c->root;
    at->last = c;
    at->open = c->outcome == OUTCOME_OPEN ? c : NULL;
}

static struct stand stand_now(const struct stage *st)
{
    struct stand at = {.priv = cpu_privilege(st->cpu),
                       .pc = cpu_pc(st->cpu),
                       .satp = stage_csr(st, "satp")};
    at.root = at.priv != CPU_M && sv39_on(at.satp) ? sv39_root(at.satp) : 0;
    if (at.priv == CPU_U) {
        const struct process *p = tracker_process_by_root(st->tracker, at.root);
        at.user_live = true;
        at.user_root = at.root;
        at.pid = p ? p->pid : tracker_current_pid(st->tracker);
        return at;
    }
    find_user(st, &at);
    if (at.last)
        at.saved = stage_saved_user(st, at.last);
    return at;
}

/* ---- The two sides ---- */

static void user_state(const struct stage *st, const struct stand *at,
                       char *text, size_t n)
{
    const struct process *p =
        at->pid ? tracker_process(st->tracker, at->pid) : NULL;
    if (at->user_live)
        snprintf(text, n, "U-mode");
    else if (p && p->state == PROCESS_ZOMBIE)
        snprintf(text, n, "ended, not yet waited for");
    else if (p && p->state == PROCESS_BLOCKED && at->open)
        snprintf(text, n, "sleeps in #%" PRIu64 ": %s", at->open->number,
                 p->blocked_on);
    else if (at->open)
        snprintf(text, n, "waiting in #%" PRIu64, at->open->number);
}

static void fill_user(struct stage *st, const struct stand *at,
                      struct scene_side *side)
{
    uint64_t x[32];
    side->present = at->user_live || at->saved;
    if (at->user_root)
        stage_who(st, at->pid, at->user_root, true, side->who,
                  sizeof side->who);
    if (!side->present)
        return;
    side->running = at->user_live;
    side->root = at->user_root;
    user_state(st, at, side->state, sizeof side->state);
    for (unsigned i = 0; i < 32; i++)
        x[i] = at->user_live ? cpu_x(st->cpu, i) : at->saved->x[i];
    side->pc = at->user_live ? at->pc : at->saved->pc;
    side->reg_note = at->user_live ? NULL : "as they were at the trap";
    stage_code(st, side, CPU_U, at->pid, at->user_root, side->pc, x);
    stage_registers(st, side, SPACE_USER, at);
    stage_user_ranges(st, side, at);
}

static void fill_kernel(struct stage *st, const struct stand *at,
                        struct scene_side *side)
{
    side->present = true;
    side->running = !at->user_live;
    side->root = st->kernel_root ? st->kernel_root : at->root;
    if (at->priv != CPU_M && at->user_live)
        side->pc = stage_csr(st, "stvec") & ~UINT64_C(3);
    else
        side->pc = at->pc;
    enum cpu_priv priv = at->priv == CPU_U ? CPU_S : at->priv;
    uint64_t x[32];
    for (unsigned i = 0; i < 32; i++)
        x[i] = cpu_x(st->cpu, i);
    /* the vector runs in the user's space until the gate has turned */
    stage_code(st, side, priv, 0, at->root, side->pc, at->user_live ? NULL : x);
    char *plus = strchr(side->where, '+');
    size_t name = plus ? (size_t)(plus - side->where) : strlen(side->where);
    snprintf(side->who, sizeof side->who, "%.*s",
             (int)(name < sizeof side->who ? name : sizeof side->who - 1),
             side->where);
    snprintf(side->state, sizeof side->state, "%s",
             at->user_live            ? "the next trap enters here"
             : at->priv == CPU_M      ? "M-mode"
             : at->root != side->root ? "S-mode, still in the user's table"
                                      : "S-mode");
    stage_registers(st, side, SPACE_KERNEL, at);
    stage_kernel_ranges(st, side, at);
}

/* ---- Lists ---- */

static bool is_failure(const struct crossing *c)
{
    int64_t result = (int64_t)c->result;
    return c->signal ||
           (c->kind == CROSSING_CALL && c->outcome == OUTCOME_RETURNED &&
            result < 0 && result >= -4095);
}

bool stage_row(void *ctx, uint64_t number, struct scene_row *row)
{
    const struct stage *st = ctx;
    const struct crossing *c = tracker_crossing(st->tracker, number);
    struct crossing later;
    bool is_later = !c && tracker_to_come(st->tracker, number, &later);
    if (is_later)
        c = &later;
    if (!c)
        return false;
    *row = (struct scene_row){.number = c->number,
                              .later = is_later,
                              .pid = c->pid,
                              .kind = c->kind,
                              .open = c->outcome == OUTCOME_OPEN,
                              .failed = is_failure(c),
                              .died = c->signal != 0,
                              .insns = c->own_insns,
                              .cycles = c->cycles};
    if (c->pid)
        snprintf(row->who, sizeof row->who, "%d %s", c->pid, c->process);
    else
        snprintf(row->who, sizeof row->who, "0x%" PRIx64, c->root >> 12);
    crossing_describe(st->tracker, c, row->what, sizeof row->what);
    crossing_result(st->tracker, c, row->result, sizeof row->result);
    return true;
}

static void process_of(const struct process *p, int current,
                       struct scene_process *out)
{
    *out = (struct scene_process){.pid = p->pid,
                                  .parent = p->parent,
                                  .root = p->root,
                                  .crossings = p->crossings,
                                  .own_insns = p->own_insns,
                                  .user_insns = p->user_insns,
                                  .current = p->pid == current,
                                  .gone = p->state == PROCESS_GONE};
    snprintf(out->name, sizeof out->name, "%s", p->name);
    static const char *const states[] = {"ready", "", "ended, not waited for",
                                         "gone"};
    if (p->state == PROCESS_BLOCKED)
        snprintf(out->state, sizeof out->state, "sleeps: %s", p->blocked_on);
    else
        snprintf(out->state, sizeof out->state, "%s",
                 out->current ? "running" : states[p->state]);
}

/* The living first come, then as many of the gone as there is room for. */
static void fill_processes(const struct stage *st, struct scene *scene)
{
    size_t n = tracker_processes(st->tracker);
    int current = tracker_current_pid(st->tracker);
    for (int gone = 0; gone < 2; gone++) {
        for (size_t i = 0; i < n; i++) {
            const struct process *p = tracker_process_at(st->tracker, i);
            if (!p || (p->state == PROCESS_GONE) != gone)
                continue;
            if (scene->processes == SCENE_PROCESSES)
                scene->processes_left_out++;
            else
                process_of(p, current, &scene->process[scene->processes++]);
        }
    }
}

/* ---- The whole ---- */

static void fill_headline(const struct stage *st, const struct stand *at,
                          const struct stage_want *want, struct scene *scene)
{
    const struct scene_side *side =
        at->user_live ? &scene->user : &scene->kernel;
    char *text = scene->headline, place[88] = "";
    size_t n = sizeof scene->headline;
    if (side->file && side->line)
        snprintf(place, sizeof place, ", %s:%u", side->file, side->line);
    switch (want->run) {
    case RUN_PAUSED:
        snprintf(text, n, "paused in %s%s", side->where, place);
        break;
    case RUN_RUNNING:
        snprintf(text, n, "running %s", st->program);
        break;
    case RUN_WAITING:
        snprintf(text, n, "%s",
                 want->how ? want->how : "the guest waits for input");
        break;
    case RUN_ENDED:
    case RUN_DEAD:
        snprintf(text, n, "%s", want->how ? want->how : "the run has ended");
        break;
    }
}

void stage_fill(struct stage *st, const struct stage_want *want,
                struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    struct stand at = stand_now(st);
    at.run = want->run;
    scene->run = want->run;
    scene->user_pid = at.pid;
    scene->clock = machine_clock(st->machine);
    scene->executed = cpu_executed(st->cpu);
    snprintf(scene->program, sizeof scene->program, "%s", st->program);
    if (want->notice)
        snprintf(scene->notice, sizeof scene->notice, "%s", want->notice);
    uint64_t count = tracker_count(st->tracker);
    const struct crossing *now = tracker_current(st->tracker);
    stage_card(st, now ? now : tracker_crossing(st->tracker, count), &at,
               &scene->now);
    if (want->selected)
        stage_card(st, tracker_crossing(st->tracker, want->selected), &at,
                   &scene->selected);
    if (want->selected && !scene->selected.present)
        stage_later_card(st, want->selected, &scene->selected);
    fill_user(st, &at, &scene->user);
    fill_kernel(st, &at, &scene->kernel);
    stage_address(st, &at, want, scene);
    fill_headline(st, &at, want, scene);
    fill_processes(st, scene);
    stage_ports(st, want, scene);
    scene->rows = (struct scene_rows){.ctx = st, .row = stage_row};
    scene->spans = st->spans;
    stage_console(st, scene);
    stage_past(st, scene);
    stage_breaks(st, want->breaks, scene);
    st->lacks = at.last && !at.saved;
    if (st->lacks)
        st->lacked = (struct moment){at.last->clock_in, at.last->traps_in};
}

/* ---- Finding ---- */

static bool find_symbol(struct stage *st, const char *name, uint64_t *va)
{
    struct stand at = stand_now(st);
    const struct process *p =
        at.pid ? tracker_process(st->tracker, at.pid) : NULL;
    struct symbols *kernel = tracker_kernel_symbols(st->tracker);
    uint64_t bytes;
    return (p && p->symbols && symbols_address(p->symbols, name, va, &bytes)) ||
           (kernel && symbols_address(kernel, name, va, &bytes));
}

bool stage_find(struct stage *st, const char *text, struct stage_found *out,
                char *why, size_t n)
{
    char *end;
    while (*text == ' ')
        text++;
    if (*text == '#') {
        out->what = FOUND_CROSSING;
        out->value = strtoull(text + 1, &end, 10);
        uint64_t known = tracker_known(st->tracker);
        if (*end == '\0' && out->value > 0 && out->value <= known)
            return true;
        snprintf(why, n, "%s: there is no such crossing (1 to %" PRIu64 ")",
                 text, known);
        return false;
    }
    if (*text == '@') {
        out->what = FOUND_CLOCK;
        out->value = strtoull(text + 1, &end, 10);
        if (*end == '\0' && end != text + 1)
            return true;
        snprintf(why, n, "%s: not a clock, such as @1204000", text);
        return false;
    }
    if (strncmp(text, "pid ", 4) == 0) {
        out->what = FOUND_PID;
        out->value = strtoull(text + 4, &end, 10);
        if (*end == '\0' && end != text + 4 &&
            tracker_process(st->tracker, (int)out->value))
            return true;
        snprintf(why, n, "%s: there is no such process", text);
        return false;
    }
    out->what = FOUND_ADDRESS;
    out->value = strtoull(text, &end, 0);
    if (*text >= '0' && *text <= '9' && *end == '\0')
        return true;
    if (find_symbol(st, text, &out->value))
        return true;
    snprintf(why, n,
             "%s: no crossing (#N), process (pid N), address or "
             "symbol of that name",
             text);
    return false;
}
