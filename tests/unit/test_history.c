/*
 * test_history.c - going back is exact: at thousands of random positions,
 * reached by random interleavings of run, step, back, goto and back by
 * crossings, the whole machine's hash and what the tracker says are those of
 * the first time.
 *
 * The guest is our kernel with a shell that is fed piped and typed commands,
 * and waits for some of them. Seeds are printed when something differs; another
 * seed and number of positions, one test only:
 * test_history SEED POSITIONS TEST.
 */
#include "crossing_fixture.h"

#include "../../emu/record/history.h"

#include <stdio.h>

#define FIRST_CLOCKS 7000000 /* the first run goes so far */
#define DENSE        700 /* steps in a stretch of which every moment is known */
#define KNOWN_MAX    60000

static uint64_t seed = 0x5a11e9047;
static unsigned positions = 1500; /* the long test has more */

struct known {
    struct moment at;
    uint64_t machine, tracker; /* hashes; 0: not taken */
    bool waits;                /* perhaps amid a wait, where no step ends */
};

struct trip {
    struct run *r;
    struct history *h;
    struct known *known; /* in order of time */
    size_t count;
    uint64_t seed;
};

static uint64_t next_random(struct trip *t)
{
    t->seed ^= t->seed << 13;
    t->seed ^= t->seed >> 7;
    t->seed ^= t->seed << 17;
    return t->seed;
}

/* ---- What the tracker says ---- */

static uint64_t mix(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++)
        hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
    return hash;
}

static uint64_t mix_crossing(const struct tracker *t, uint64_t hash,
                             uint64_t number)
{
    char text[1024];
    const struct crossing *c = tracker_crossing(t, number);
    crossing_describe(t, c, text, sizeof text);
    hash = mix(hash, text);
    crossing_result(t, c, text, sizeof text);
    hash = mix(hash, text);
    snprintf(text, sizeof text,
             "%lu %d %s %d %lu %lu %lu %lu %lu %zu %zu %zu %lu %lu %lu %lu",
             (unsigned long)c->number, c->pid, c->process, (int)c->outcome,
             (unsigned long)c->clock_in, (unsigned long)c->clock_out,
             (unsigned long)c->own_insns, (unsigned long)c->satp_writes,
             (unsigned long)c->fences, c->transfers, c->mappings, c->links,
             (unsigned long)c->bytes_in, (unsigned long)c->bytes_out,
             (unsigned long)c->block_count, (unsigned long)c->woken_by);
    return mix(hash, text);
}

/* The newest crossings, all processes, and every 97th crossing before. */
static uint64_t tracker_hash(const struct tracker *t)
{
    uint64_t hash = tracker_count(t), count = tracker_count(t);
    char text[400];
    for (uint64_t n = count; n > 0 && n + 12 > count; n--)
        hash = mix_crossing(t, hash, n);
    for (uint64_t n = 1; n <= count; n += 97)
        hash = mix_crossing(t, hash, n);
    for (size_t i = 0; i < tracker_processes(t); i++) {
        const struct process *p = tracker_process_at(t, i);
        snprintf(text, sizeof text, "%d %d %s %s %d %s %lu %lu %lu %lu %lu",
                 p->pid, p->parent, p->name, p->path, (int)p->state,
                 p->blocked_on, (unsigned long)p->crossings,
                 (unsigned long)p->own_insns, (unsigned long)p->user_insns,
                 (unsigned long)p->open, (unsigned long)p->root);
        hash = mix(hash, text);
    }
    snprintf(text, sizeof text, "%lu %d",
             (unsigned long)tracker_kernel_insns(t), tracker_current_pid(t));
    return mix(hash, text);
}

/* ---- The first time ---- */

static void note(struct trip *t, bool hashes)
{
    struct known k = {.at = history_now(t->h), .waits = machine_waits(t->r->m)};
    if (t->count > 0 && moment_compare(t->known[t->count - 1].at, k.at) == 0)
        t->count--; /* what was typed there belongs to that moment */
    assert_true(t->count < KNOWN_MAX);
    if (hashes) {
        k.machine = machine_hash(t->r->m);
        k.tracker = tracker_hash(t->r->t);
    }
    t->known[t->count++] = k;
}

static void run_on(struct trip *t, uint64_t clocks)
{
    struct machine_stop stop;
    uint64_t until = machine_clock(t->r->m) + clocks;
    history_run(t->h, until, &stop);
    if (stop.reason == MACHINE_WANTS_INPUT && stop.deadline == UINT64_MAX)
        history_idle(t->h, until); /* nobody types for a while */
}

static void dense_stretch(struct trip *t)
{
    struct machine_stop stop;
    for (unsigned i = 0; i < DENSE; i++) {
        history_step(t->h, &stop);
        note(t, i % 16 == 0);
        if (stop.reason != MACHINE_LIMIT)
            return;
    }
}

static const char *const lines[] = {
    "forktree 2\n",      "pingpong\n", "ls / | wc\n", "shm\n",   "ps\n",
    "crash null-load\n", "machdemo\n", "mapdemo\n",   "hello\n", "bigpipe\n",
};

/* Runs, steps and types, and remembers where it was. */
static void first_time(struct trip *t)
{
    unsigned line = 0;
    note(t, true);
    while (machine_clock(t->r->m) < FIRST_CLOCKS) {
        run_on(t, 1 + next_random(t) % 9000);
        note(t, true);
        if (next_random(t) % 40 == 0)
            dense_stretch(t);
        if (next_random(t) % 12 == 0) {
            const char *text = lines[line++ % 10];
            history_input(t->h, (const uint8_t *)text, strlen(text),
                          next_random(t) % 2 == 0);
            note(t, true);
        }
    }
    note(t, true);
    assert_true(line > 10);
}

static struct trip *start(void)
{
    struct trip *t = calloc(1, sizeof *t);
    char why[200] = "";
    t->r = run_start(take_file(GUEST_DIR "/kernel/kernel.elf"),
                     take_file(GUEST_DIR "/apps/initrd.tar"),
                     "ram=48\narg=sh\n", true);
    t->known = calloc(KNOWN_MAX, sizeof *t->known);
    t->seed = seed;
    /* More snapshots than usual: less to run again for each position. */
    struct history_desc d = {
        .machine = t->r->m, .tracker = t->r->t, .every = 1 << 16};
    t->h = history_begin(&d, why, sizeof why);
    if (t->h == NULL)
        fail_msg("%s", why);
    return t;
}

static void finish(struct trip *t)
{
    assert_false(history_diverged(t->h));
    history_end(t->h);
    run_free(t->r);
    free(t->known);
    free(t);
}

/* ---- Again ---- */

/* The first known moment at or after this one. */
static size_t find(const struct trip *t, struct moment at)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (moment_compare(t->known[middle].at, at) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* True: this moment was known, and is the same. */
static bool check_here(struct trip *t, const char *how)
{
    struct moment now = history_now(t->h);
    size_t i = find(t, now);
    if (i == t->count || moment_compare(t->known[i].at, now) != 0 ||
        t->known[i].machine == 0)
        return false;
    if (machine_hash(t->r->m) != t->known[i].machine)
        fail_msg("seed 0x%lx: %s: another machine at clock %lu trap %lu",
                 (unsigned long)seed, how, (unsigned long)now.clock,
                 (unsigned long)now.traps);
    if (tracker_hash(t->r->t) != t->known[i].tracker)
        fail_msg("seed 0x%lx: %s: another story at clock %lu trap %lu",
                 (unsigned long)seed, how, (unsigned long)now.clock,
                 (unsigned long)now.traps);
    return true;
}

static void go_somewhere(struct trip *t)
{
    size_t i = next_random(t) % t->count;
    assert_true(history_goto(t->h, t->known[i].at));
    assert_int_equal(moment_compare(history_now(t->h), t->known[i].at), 0);
}

static void run_somewhere(struct trip *t)
{
    struct machine_stop stop;
    size_t i = find(t, history_now(t->h));
    if (i + 2 >= t->count)
        return;
    i += 1 + next_random(t) % 2;
    history_run(t->h, t->known[i].at.clock, &stop);
}

static void step_some(struct trip *t)
{
    struct machine_stop stop;
    for (uint64_t n = next_random(t) % 30; n > 0; n--)
        if (history_in_past(t->h))
            history_step(t->h, &stop);
}

/* Where the moment before this one is known, it is the one. */
static void step_back_some(struct trip *t)
{
    for (uint64_t n = 1 + next_random(t) % 6; n > 0; n--) {
        struct moment before = history_now(t->h);
        bool waits = machine_waits(t->r->m);
        if (moment_compare(before, history_first(t->h)) == 0)
            return;
        assert_true(history_step_back(t->h));
        struct moment now = history_now(t->h);
        assert_true(moment_compare(now, before) < 0);
        size_t i = find(t, before);
        while (i > 0 && t->known[i - 1].waits)
            i--;
        if (i > 0 && moment_compare(t->known[i - 1].at, now) > 0)
            fail_msg("seed 0x%lx: back from clock %lu trap %lu went too far",
                     (unsigned long)seed, (unsigned long)before.clock,
                     (unsigned long)before.traps);
        check_here(t, "back");
        struct machine_stop stop;
        history_step(t->h, &stop);
        if (!waits && moment_compare(history_now(t->h), before) != 0)
            fail_msg("seed 0x%lx: a step after a step back from clock %lu "
                     "trap %lu ends elsewhere",
                     (unsigned long)seed, (unsigned long)before.clock,
                     (unsigned long)before.traps);
        assert_true(history_goto(t->h, now));
    }
}

static void by_crossings(struct trip *t)
{
    uint64_t known = tracker_known(t->r->t), n = 1 + next_random(t) % known;
    assert_true(history_goto_crossing(t->h, n));
    uint64_t clock, traps;
    int pid;
    assert_true(tracker_when(t->r->t, n, &clock, &traps, &pid));
    assert_int_equal(machine_clock(t->r->m), clock);
    assert_int_equal(tracker_count(t->r->t), n - 1);
    assert_int_equal(cpu_privilege(machine_cpu(t->r->m)), CPU_U);
    if (n > 1) {
        assert_true(history_back_crossing(t->h, 0));
        assert_int_equal(tracker_count(t->r->t), n - 2);
    }
}

static void every_position_is_as_it_was(void **state)
{
    struct trip *t = start();
    unsigned checked = 0;
    (void)state;
    first_time(t);
    while (checked < positions) {
        switch (next_random(t) % 8) {
        case 0:
        case 1:
        case 2:
            go_somewhere(t);
            break;
        case 3:
        case 4:
            run_somewhere(t);
            break;
        case 5:
            step_some(t);
            break;
        case 6:
            if (next_random(t) % 4 == 0)
                step_back_some(t);
            break;
        default:
            if (next_random(t) % 4 == 0)
                by_crossings(t);
            break;
        }
        checked += check_here(t, "there");
        assert_false(history_diverged(t->h));
    }
    print_message("%u positions, seed 0x%lx, %zu snapshots\n", checked,
                  (unsigned long)seed, history_snapshots(t->h));
    finish(t);
}

static void stepping_back_visits_every_moment_in_reverse(void **state)
{
    struct trip *t = start();
    (void)state;
    run_on(t, 150000);
    for (unsigned stretch = 0; stretch < 3; stretch++) {
        size_t from = t->count;
        if (stretch == 1)
            history_input(t->h, (const uint8_t *)"hello\n", 6, false);
        note(t, true);
        dense_stretch(t);
        for (size_t i = t->count - 1;
             i-- > from + 1;) { /* it may begin in a wait */
            assert_true(history_step_back(t->h));
            struct moment now = history_now(t->h), want = t->known[i].at;
            if (moment_compare(now, want) != 0)
                fail_msg("stretch %u, back to step %zu: clock %lu trap %lu, "
                         "not clock %lu trap %lu",
                         stretch, i - from, (unsigned long)now.clock,
                         (unsigned long)now.traps, (unsigned long)want.clock,
                         (unsigned long)want.traps);
            if (i % 50 == 0)
                check_here(t, "reverse");
        }
        assert_true(history_goto(t->h, history_newest(t->h)));
        assert_false(history_in_past(t->h));
        run_on(t, 120000);
    }
    finish(t);
}

static void input_in_the_past_begins_a_branch(void **state)
{
    struct trip *t = start();
    struct machine_stop stop;
    (void)state;
    run_on(t, 500000);
    struct moment fork = history_now(t->h);
    history_input(t->h, (const uint8_t *)"hello\n", 6, false);
    run_on(t, 500000);
    uint64_t known = tracker_known(t->r->t);
    assert_true(history_goto(t->h, fork));
    assert_true(history_in_past(t->h));
    assert_int_equal(tracker_known(t->r->t), known);
    run_on(t, 5000);
    history_input(t->h, (const uint8_t *)"pwd\n", 4, false);
    assert_int_equal(history_branch_count(t->h), 2);
    assert_false(history_in_past(t->h));
    assert_int_equal(tracker_known(t->r->t), tracker_count(t->r->t));
    size_t printed = t->r->console_used;
    history_run(t->h, machine_clock(t->r->m) + 900000, &stop);
    t->r->console[t->r->console_used] = '\0';
    assert_non_null(strstr(t->r->console + printed, "pwd"));
    /* And the branch can be gone back through like any other past. */
    struct moment end = history_now(t->h);
    uint64_t hash = machine_hash(t->r->m), story = tracker_hash(t->r->t);
    assert_true(history_goto(t->h, fork));
    assert_true(history_goto(t->h, end));
    assert_true(machine_hash(t->r->m) == hash);
    assert_true(tracker_hash(t->r->t) == story);
    finish(t);
}

/* With little memory snapshots are forgotten; every moment stays reachable. */
static void little_memory_makes_it_slower_not_wrong(void **state)
{
    struct trip *t = start();
    char why[200];
    (void)state;
    history_end(t->h);
    struct history_desc d = {.machine = t->r->m,
                             .tracker = t->r->t,
                             .memory = 5 << 20,
                             .every = 1 << 16};
    t->h = history_begin(&d, why, sizeof why);
    assert_non_null(t->h);
    first_time(t);
    for (unsigned i = 0; i < 40; i++) {
        go_somewhere(t);
        check_here(t, "thinned");
    }
    finish(t);
}

static void the_past_has_ends(void **state)
{
    struct trip *t = start();
    struct moment first = history_now(t->h), beyond;
    (void)state;
    assert_false(history_step_back(t->h));
    assert_false(history_back_crossing(t->h, 0));
    assert_false(history_goto_crossing(t->h, 1));
    run_on(t, 300000);
    beyond = history_now(t->h);
    beyond.clock++;
    assert_false(history_goto(t->h, beyond));
    assert_int_equal(machine_clock(t->r->m), beyond.clock - 1);
    assert_true(history_goto(t->h, first));
    assert_false(history_step_back(t->h));
    assert_int_equal(machine_clock(t->r->m), first.clock);
    finish(t);
}

/* ---- Branches, loaded futures, searching ---- */

struct seen {
    uint64_t machine, tracker;
};

static struct seen seen_now(const struct trip *t)
{
    return (struct seen){machine_hash(t->r->m), tracker_hash(t->r->t)};
}

static void same(struct seen a, struct seen b)
{
    assert_true(a.machine == b.machine);
    assert_true(a.tracker == b.tracker);
}

static void type(struct trip *t, const char *text)
{
    history_input(t->h, (const uint8_t *)text, strlen(text), false);
}

/* What a machine is at `end` that was given these from the beginning and never
 * went back. */
static struct seen straight(const struct arrival *a, size_t n,
                            struct moment end)
{
    struct trip *t = start();
    struct machine_stop stop;
    for (size_t i = 0; i < n; i++) {
        while (machine_clock(t->r->m) < a[i].at.clock)
            run_on(t, a[i].at.clock - machine_clock(t->r->m));
        while (moment_compare(history_now(t->h), a[i].at) < 0)
            history_step(t->h, &stop);
        history_input(t->h, a[i].bytes, a[i].n, a[i].piped);
    }
    while (machine_clock(t->r->m) < end.clock)
        run_on(t, end.clock - machine_clock(t->r->m));
    while (moment_compare(history_now(t->h), end) < 0)
        history_step(t->h, &stop);
    struct seen seen = seen_now(t);
    finish(t);
    return seen;
}

/* Also where the second line is typed at the very moment of the first. */
static void an_old_branch_can_be_taken_up_again(void **state)
{
    (void)state;
    for (unsigned later = 0; later <= 5000; later += 5000) {
        struct trip *t = start();
        size_t n;
        run_on(t, 500000);
        struct moment fork = history_now(t->h);
        type(t, "hello\n");
        run_on(t, 700000);
        struct moment first_end = history_now(t->h);
        struct seen first = seen_now(t);
        assert_true(history_goto(t->h, fork));
        if (later > 0)
            run_on(t, later);
        type(t, "pwd\n");
        struct moment second_fork = history_now(t->h);
        run_on(t, 900000);
        struct moment second_end = history_now(t->h);
        struct seen second = seen_now(t);
        const struct arrival *a = history_arrivals(t->h, &n);
        assert_int_equal(n, 2);
        same(straight(a, n, second_end), second);

        assert_true(history_switch(t->h, 0));
        assert_true(history_in_past(t->h));
        assert_int_equal(
            moment_compare(history_now(t->h), later ? second_fork : fork), 0);
        assert_int_equal(moment_compare(history_newest(t->h), first_end), 0);
        assert_true(history_goto(t->h, first_end));
        same(seen_now(t), first);
        a = history_arrivals(t->h, &n);
        assert_int_equal(n, 1);
        same(straight(a, n, first_end), first);

        assert_true(history_switch(t->h, 1));
        assert_true(history_goto(t->h, second_end));
        same(seen_now(t), second);
        struct branch_info b;
        assert_int_equal(history_branch_count(t->h), 2);
        assert_true(history_branch(t->h, 1, &b));
        assert_true(b.current);
        assert_int_equal(moment_compare(b.fork, second_fork), 0);
        assert_false(history_branch(t->h, 2, &b));
        assert_false(history_switch(t->h, 2));
        finish(t);
    }
}

static void a_loaded_future_is_run_when_it_is_gone_to(void **state)
{
    struct trip *t = start(), *again = start();
    size_t n;
    (void)state;
    run_on(t, 400000);
    type(t, "hello\n");
    run_on(t, 400000);
    type(t, "forktree 2\n");
    run_on(t, 900000);
    struct moment end = history_now(t->h);
    struct seen last = seen_now(t);
    assert_true(history_goto_crossing(t->h, 100));
    struct seen middle = seen_now(t);
    const struct arrival *a = history_arrivals(t->h, &n);

    assert_true(history_load(again->h, a, n, end));
    assert_false(history_load(again->h, a, n, end)); /* there is one now */
    assert_true(history_in_past(again->h));
    assert_int_equal(tracker_known(again->r->t), 0);
    assert_true(history_goto_crossing(again->h, 100));
    same(seen_now(again), middle);
    assert_true(history_goto(again->h, end));
    assert_false(history_in_past(again->h));
    same(seen_now(again), last);
    /* What the listeners were told is what they were told the first time. */
    assert_string_equal(again->r->trace, t->r->trace);
    finish(again);
    finish(t);
}

static void a_loaded_future_that_never_comes_is_told(void **state)
{
    struct trip *t = start();
    struct machine_stop stop;
    struct moment never = {UINT64_MAX - 1, 3}, first = history_now(t->h);
    struct arrival out_of_order[] = {
        {.at = {500, 0}, .bytes = (const uint8_t *)"a", .n = 1},
        {.at = {400, 0}, .bytes = (const uint8_t *)"a", .n = 1}};
    (void)state;
    assert_false(history_load(t->h, out_of_order, 2, never));
    assert_false(history_load(t->h, out_of_order, 1, first));
    struct arrival end = {.at = first}; /* the shell ends, and so does all */
    assert_true(history_load(t->h, &end, 1, never));
    assert_false(history_goto(t->h, never));
    assert_int_equal(moment_compare(history_now(t->h), first), 0);
    history_run(t->h, never.clock, &stop);
    assert_int_equal(stop.reason, MACHINE_ENDED);
    assert_true(history_diverged(t->h));
    assert_int_equal(history_newest(t->h).clock, machine_clock(t->r->m));
    history_end(t->h);
    run_free(t->r);
    free(t->known);
    free(t);
}

/* ---- Searching ---- */

struct quest {
    struct trip *t;
    uint64_t pc;
    int watch;
    struct moment *hit;
    size_t hits;
};

static void pc_is_there(void *ctx, uint64_t pc)
{
    struct quest *q = ctx;
    (void)pc;
    history_hit(q->t->h);
}

static void note_pc(void *ctx, uint64_t pc)
{
    struct quest *q = ctx;
    struct moment now = history_now(q->t->h);
    (void)pc;
    if (q->hits == 0 || moment_compare(q->hit[q->hits - 1], now) != 0)
        q->hit[q->hits++] = now;
    assert_true(q->hits < KNOWN_MAX);
}

static void arm_pc(void *ctx)
{
    struct quest *q = ctx;
    q->watch = cpu_watch(machine_cpu(q->t->r->m), q->pc, pc_is_there, q);
}

static void disarm_pc(void *ctx)
{
    struct quest *q = ctx;
    cpu_unwatch(machine_cpu(q->t->r->m), q->watch);
}

static void searching_back_finds_the_hits_in_reverse(void **state)
{
    struct trip *t = start();
    uint64_t bytes;
    struct quest q = {.t = t};
    struct history_search s = {&q, arm_pc, disarm_pc, NULL};
    (void)state;
    q.hit = calloc(KNOWN_MAX, sizeof *q.hit);
    assert_true(symbols_address(t->r->kernel, "copyout", &q.pc, &bytes));
    q.watch = cpu_watch(machine_cpu(t->r->m), q.pc, note_pc, &q);
    type(t, "hello\n");
    for (unsigned i = 0; i < 10; i++)
        run_on(t, 60000);
    disarm_pc(&q);
    assert_true(q.hits > 5);
    for (size_t i = q.hits; i-- > 0;) {
        assert_true(history_search_back(t->h, &s));
        assert_int_equal(moment_compare(history_now(t->h), q.hit[i]), 0);
        assert_int_equal(cpu_pc(machine_cpu(t->r->m)), q.pc);
    }
    struct seen before = seen_now(t);
    assert_false(history_search_back(t->h, &s));
    same(seen_now(t), before);
    free(q.hit);
    finish(t);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_position_is_as_it_was),
        cmocka_unit_test(stepping_back_visits_every_moment_in_reverse),
        cmocka_unit_test(input_in_the_past_begins_a_branch),
        cmocka_unit_test(little_memory_makes_it_slower_not_wrong),
        cmocka_unit_test(the_past_has_ends),
        cmocka_unit_test(an_old_branch_can_be_taken_up_again),
        cmocka_unit_test(a_loaded_future_is_run_when_it_is_gone_to),
        cmocka_unit_test(a_loaded_future_that_never_comes_is_told),
        cmocka_unit_test(searching_back_finds_the_hits_in_reverse),
    };
    if (argc > 1)
        seed = strtoull(argv[1], NULL, 0);
    if (argc > 3)
        cmocka_set_test_filter(argv[3]);
    if (argc > 2)
        positions = (unsigned)strtoul(argv[2], NULL, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
