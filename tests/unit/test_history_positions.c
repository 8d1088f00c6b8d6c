/*
 * test_history_positions.c - going back is exact: at thousands of random
 * positions, reached by random interleavings of run, step, back, goto, back by
 * crossings, and branches that are begun, left and taken up again, the whole
 * machine's hash and what the tracker says are those of the first time.
 *
 * The guest is our kernel with a shell that is fed piped and typed commands,
 * waits for some of them, and uses its disk.
 *
 *     test_history_positions SEED POSITIONS LAYOUT
 *
 * prints the seed and goes the same way each time.
 */
#include "history_log.h"

#define FIRST_CLOCKS 5000000 /* the first run goes so far */
#define BRANCHES     4
#define BRANCH_RUNS  8

static uint64_t seed = 0x5a11e9047;
static unsigned positions = 300;
static const char *layout = "separate";

struct quest {
    struct log *main, *branch[BRANCHES];
    size_t branches;
    unsigned checked;
};

static const char *const lines[] = {
    "forktree 2\n",      "pingpong\n", "ls / | wc\n", "shm\n",   "ps\n",
    "crash null-load\n", "machdemo\n", "mapdemo\n",   "hello\n", "diskio\n",
};

/* Runs, steps and types, and remembers where it was. */
static void first_time(struct log *l)
{
    unsigned line = 0;
    note(l, true);
    while (machine_clock(l->t->r->m) < FIRST_CLOCKS) {
        run_on(l->t, 1 + next_random(l->t) % 9000);
        note(l, true);
        if (next_random(l->t) % 40 == 0)
            dense_stretch(l);
        if (next_random(l->t) % 12 == 0) {
            const char *text = lines[line++ % 10];
            history_input(l->t->h, (const uint8_t *)text, strlen(text),
                          next_random(l->t) % 2 == 0);
            note(l, true);
        }
    }
    note(l, true);
    assert_true(line > 10);
}

static void run_somewhere(struct log *l)
{
    struct machine_stop stop;
    size_t i = find(l, history_now(l->t->h));
    if (i + 2 >= l->count)
        return;
    i += 1 + next_random(l->t) % 2;
    history_run(l->t->h, l->known[i].at.clock, &stop);
}

static void step_some(struct log *l)
{
    struct machine_stop stop;
    for (uint64_t n = next_random(l->t) % 30; n > 0; n--)
        if (history_in_past(l->t->h))
            history_step(l->t->h, &stop);
}

/* Where the moment before this one is known, it is the one. */
static void step_back_some(struct log *l)
{
    for (uint64_t n = 1 + next_random(l->t) % 6; n > 0; n--) {
        struct moment before = history_now(l->t->h);
        bool waits = machine_waits(l->t->r->m);
        if (moment_compare(before, history_first(l->t->h)) == 0)
            return;
        assert_true(history_step_back(l->t->h));
        struct moment now = history_now(l->t->h);
        assert_true(moment_compare(now, before) < 0);
        size_t i = find(l, before);
        while (i > 0 && l->known[i - 1].waits)
            i--;
        if (i > 0 && moment_compare(l->known[i - 1].at, now) > 0)
            fail_msg("seed 0x%lx: back from clock %lu trap %lu went too far",
                     (unsigned long)l->seed, (unsigned long)before.clock,
                     (unsigned long)before.traps);
        check_here(l, "back");
        struct machine_stop stop;
        history_step(l->t->h, &stop);
        if (!waits && moment_compare(history_now(l->t->h), before) != 0)
            fail_msg("seed 0x%lx: a step after a step back from clock %lu "
                     "trap %lu ends elsewhere",
                     (unsigned long)l->seed, (unsigned long)before.clock,
                     (unsigned long)before.traps);
        assert_true(history_goto(l->t->h, now));
    }
}

static void by_crossings(struct log *l)
{
    uint64_t known = tracker_known(l->t->r->t),
             n = 1 + next_random(l->t) % known;
    assert_true(history_goto_crossing(l->t->h, n));
    uint64_t clock, traps;
    int pid;
    assert_true(tracker_when(l->t->r->t, n, &clock, &traps, &pid));
    assert_int_equal(machine_clock(l->t->r->m), clock);
    assert_int_equal(tracker_count(l->t->r->t), n - 1);
    assert_int_equal(cpu_privilege(machine_cpu(l->t->r->m)), CPU_U);
    if (n > 1) {
        assert_true(history_back_crossing(l->t->h, 0));
        assert_int_equal(tracker_count(l->t->r->t), n - 2);
    }
}

/* ---- Branches ---- */

static void check_some(struct quest *q, struct log *l, unsigned n)
{
    while (n-- > 0) {
        go_somewhere(l);
        q->checked += check_here(l, "on a branch");
    }
}

static void back_to_main(struct quest *q)
{
    struct history *h = q->main->t->h;
    assert_true(history_switch(h, 0));
    const struct known *newest = &q->main->known[q->main->count - 1];
    assert_int_equal(moment_compare(history_newest(h), newest->at), 0);
}

/* Types in the past, and runs on for a while. */
static void begin_branch(struct quest *q)
{
    struct trip *t = q->main->t;
    if (q->branches == BRANCHES)
        return;
    struct log *l = q->branch[q->branches++] = log_new(t, seed);
    do
        go_somewhere(q->main);
    while (!history_in_past(t->h));
    type(t, lines[next_random(t) % 10]);
    assert_int_equal(history_branch_count(t->h), q->branches + 1);
    assert_false(history_in_past(t->h));
    for (unsigned i = 0; i < BRANCH_RUNS; i++) {
        note(l, true);
        run_on(t, 1 + next_random(t) % 9000);
    }
    check_some(q, l, 10);
    back_to_main(q);
}

static void visit_branch(struct quest *q)
{
    struct trip *t = q->main->t;
    if (q->branches == 0)
        return;
    size_t i = next_random(t) % q->branches;
    assert_true(history_switch(t->h, i + 1));
    check_some(q, q->branch[i], 5);
    back_to_main(q);
}

/* ---- All of it ---- */

static void do_something(struct quest *q)
{
    struct log *l = q->main;
    switch (next_random(l->t) % 8) {
    case 0:
    case 1:
    case 2:
        go_somewhere(l);
        break;
    case 3:
    case 4:
        run_somewhere(l);
        break;
    case 5:
        step_some(l);
        break;
    case 6:
        if (next_random(l->t) % 4 == 0)
            step_back_some(l);
        break;
    default:
        if (next_random(l->t) % 4 == 0)
            by_crossings(l);
        break;
    }
    q->checked += check_here(l, "there");
    assert_false(history_diverged(l->t->h));
}

static void every_position_is_as_it_was(void **state)
{
    char bootpage[80];
    struct quest q = {0};
    (void)state;
    print_message("seed 0x%lx, layout %s\n", (unsigned long)seed, layout);
    snprintf(bootpage, sizeof bootpage, "ram=48\narg=sh\nlayout=%s\n", layout);
    struct trip *t = start_every(bootpage, 1 << 13, 0);
    t->seed = seed;
    q.main = log_new(t, seed);
    first_time(q.main);
    unsigned next = positions / (2 * BRANCHES + 1);
    for (unsigned n = 1; q.checked < positions || q.branches < BRANCHES;) {
        do_something(&q);
        if (q.checked < n * next)
            continue;
        if (n++ % 2 == 1)
            begin_branch(&q);
        else
            visit_branch(&q);
    }
    print_message("%u positions, %zu known moments, %zu snapshots\n", q.checked,
                  q.main->count, history_snapshots(t->h));
    for (size_t i = 0; i < q.branches; i++)
        log_free(q.branch[i]);
    log_free(q.main);
    finish(t);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_position_is_as_it_was),
    };
    if (argc > 1)
        seed = strtoull(argv[1], NULL, 0);
    if (argc > 2)
        positions = (unsigned)strtoul(argv[2], NULL, 0);
    if (argc > 3)
        layout = argv[3];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
