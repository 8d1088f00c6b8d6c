/*
 * test_history.c - branches, and futures that are known from a recording: each
 * is what a run is that was given the same input and never went back.
 */
#include "history_fixture.h"

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
    drop(t);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(input_in_the_past_begins_a_branch),
        cmocka_unit_test(an_old_branch_can_be_taken_up_again),
        cmocka_unit_test(a_loaded_future_is_run_when_it_is_gone_to),
        cmocka_unit_test(a_loaded_future_that_never_comes_is_told),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
