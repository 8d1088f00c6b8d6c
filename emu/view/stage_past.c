/*
 * stage_past.c - what the stage shows of other moments: registers at a trap
 * that may be long ago, the console's text up to now, and the branches.
 */
#include "stage_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a long text only the end is shown again after going back. */
#define CONSOLE_SHOWN ((size_t)256 << 10)

struct moment stage_moment(const struct stage *st)
{
    return (struct moment){machine_clock(st->machine), cpu_traps(st->cpu)};
}

/* ---- Registers at a trap ---- */

static struct saved_user *place_for(struct stage *st, uint64_t root)
{
    struct saved_user *oldest = &st->saved[0];
    for (size_t i = 0; i < SAVED_USERS; i++) {
        if (st->saved[i].used && st->saved[i].root == root)
            return &st->saved[i];
        if (st->saved[i].used < oldest->used)
            oldest = &st->saved[i];
    }
    return oldest;
}

void stage_save_user(struct stage *st, uint64_t pc)
{
    uint64_t satp = stage_csr(st, "satp");
    uint64_t root = sv39_on(satp) ? sv39_root(satp) : 0;
    struct saved_user *recent = &st->recent[st->saves % SAVED_RECENT];
    recent->at = stage_moment(st);
    recent->root = root;
    recent->pc = pc;
    recent->used = ++st->saves;
    for (unsigned i = 0; i < 32; i++)
        recent->x[i] = cpu_x(st->cpu, i);
    *place_for(st, root) = *recent;
}

static const struct saved_user *look(const struct saved_user *user, size_t n,
                                     struct moment at)
{
    for (size_t i = 0; i < n; i++)
        if (user[i].used && moment_compare(user[i].at, at) == 0)
            return &user[i];
    return NULL;
}

const struct saved_user *stage_saved_user(const struct stage *st,
                                          const struct crossing *c)
{
    struct moment at = {c->clock_in, c->traps_in};
    const struct saved_user *found = look(st->saved, SAVED_USERS, at);
    return found ? found : look(st->recent, SAVED_RECENT, at);
}

bool stage_lacks(const struct stage *st, struct moment *at)
{
    *at = st->lacked;
    return st->lacks;
}

/* ---- The console ---- */

void stage_console_byte(struct stage *st, uint8_t byte)
{
    console_log_put(st->log, stage_moment(st), byte);
}

static void clear_terminal(struct stage *st)
{
    struct terminal *empty = terminal_create();
    if (!empty)
        return; /* the old text stays; nothing of the run is lost */
    terminal_destroy(st->terminal);
    st->terminal = empty;
    st->printed = 0;
}

void stage_console(struct stage *st, struct scene *scene)
{
    const struct moment end = {UINT64_MAX, UINT64_MAX};
    size_t n, all;
    console_log_until(st->log, end, &all);
    const uint8_t *bytes = console_log_until(st->log, stage_moment(st), &n);
    if (n < st->printed) {
        clear_terminal(st);
        if (n > CONSOLE_SHOWN && st->printed == 0)
            st->printed = n - CONSOLE_SHOWN;
    }
    while (st->printed < n)
        terminal_put(st->terminal, bytes[st->printed++]);
    scene->terminal = st->terminal;
    scene->past.console = all - n;
}

/* ---- Branches ---- */

static void forget_users(struct saved_user *user, size_t n, struct moment from)
{
    for (size_t i = 0; i < n; i++)
        if (moment_compare(user[i].at, from) >= 0)
            user[i].used = 0;
}

void stage_branch_changed(struct stage *st)
{
    struct moment now = stage_moment(st);
    uint64_t crossings = tracker_count(st->tracker);
    spans_cut(st->spans, cpu_executed(st->cpu), crossings);
    console_log_cut(st->log, now);
    st->printed = SIZE_MAX; /* what was shown may be another branch's */
    forget_users(st->saved, SAVED_USERS, now);
    forget_users(st->recent, SAVED_RECENT, now);
    for (size_t i = 0; i < KEPT_WALKS; i++)
        if (st->kept[i].crossing > crossings)
            st->kept[i].crossing = 0;
    st->reached = cpu_executed(st->cpu);
}

void stage_typed(struct stage *st, size_t branch, const char *bytes, size_t n)
{
    if (branch >= SCENE_BRANCHES)
        return;
    char *text = st->typed[branch], more[64 * 4 + 4];
    size_t have = strlen(text), room = sizeof st->typed[branch];
    bytes_text((const uint8_t *)bytes, n < 64 ? n : 64, more, 64);
    size_t length = strlen(more);
    if (length < 2 || have + length - 2 >= room)
        return;
    memcpy(text + have, more + 1, length - 2); /* without the quotes */
    text[have + length - 2] = '\0';
}

/* The last crossing that trapped before this moment. */
static uint64_t crossing_before(const struct stage *st, struct moment at)
{
    uint64_t low = 0, high = tracker_known(st->tracker);
    while (low < high) {
        uint64_t middle = low + (high - low + 1) / 2;
        struct moment when = {0, 0};
        int pid;
        if (tracker_when(st->tracker, middle, &when.clock, &when.traps, &pid) &&
            moment_compare(when, at) < 0)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* From which crossing on which branch's they are: the current one's from its
 * fork, before that its parent's, and so on up. */
static void fill_numbering(const struct stage *st, struct scene *scene,
                           size_t branch)
{
    struct branch_info info;
    struct moment limit = {UINT64_MAX, UINT64_MAX};
    size_t n = 0;
    while (branch > 0 && history_branch(st->history, branch, &info)) {
        if (moment_compare(info.fork, limit) < 0 && n < SCENE_BRANCHES) {
            limit = info.fork;
            scene->numbering[n++] = (struct scene_numbering){
                crossing_before(st, limit) + 1, (unsigned)branch + 1};
        }
        branch = info.parent;
    }
    scene->numberings = n;
    for (size_t i = 0; i < n / 2; i++) { /* ascending */
        struct scene_numbering last = scene->numbering[n - 1 - i];
        scene->numbering[n - 1 - i] = scene->numbering[i];
        scene->numbering[i] = last;
    }
}

static void fill_branches(struct stage *st, struct scene *scene)
{
    size_t n = history_branch_count(st->history), current = 0;
    struct branch_info info;
    for (size_t i = 0; i < n && history_branch(st->history, i, &info); i++) {
        if (info.current)
            current = i;
        if (i >= SCENE_BRANCHES) {
            scene->branches_left_out++;
            continue;
        }
        struct scene_branch *b = &scene->branch[scene->branches++];
        *b = (struct scene_branch){.number = (unsigned)i + 1,
                                   .parent = (unsigned)info.parent + 1,
                                   .fork = info.fork.clock,
                                   .newest = info.newest.clock,
                                   .current = info.current};
        snprintf(b->typed, sizeof b->typed, "%s", st->typed[i]);
    }
    fill_numbering(st, scene, current);
}

/* A crossing of the future that was selected: what is known of it by name. */
void stage_later_card(struct stage *st, uint64_t number,
                      struct scene_card *card)
{
    struct crossing c;
    struct scene_row row;
    if (!tracker_to_come(st->tracker, number, &c) ||
        !stage_row(st, number, &row))
        return;
    *card = (struct scene_card){.present = true,
                                .later = true,
                                .number = number,
                                .kind = c.kind,
                                .open = true};
    snprintf(card->who, sizeof card->who, "%s", row.who);
    snprintf(card->what, sizeof card->what, "%s", row.what);
    snprintf(card->sentence, sizeof card->sentence,
             "Not yet: it will trap at clock %" PRIu64
             ". Enter goes to just before that.",
             c.clock_in);
}

void stage_past(struct stage *st, struct scene *scene)
{
    if (st->reached < scene->executed)
        st->reached = scene->executed;
    scene->past.executed = st->reached;
    scene->past.clock = scene->clock;
    scene->rows.present = tracker_count(st->tracker);
    scene->rows.count = tracker_known(st->tracker);
    if (scene->rows.count < scene->rows.present)
        scene->rows.count = scene->rows.present;
    if (!st->history)
        return;
    scene->past.past = history_in_past(st->history);
    scene->past.clock = history_newest(st->history).clock;
    fill_branches(st, scene);
}
