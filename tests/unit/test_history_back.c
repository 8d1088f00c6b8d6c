/*
 * test_history_back.c - stepping back, the ends of the past, and little memory.
 */
#include "history_log.h"

static void stepping_back_visits_every_moment_in_reverse(void **state)
{
    struct trip *t = start();
    struct log *l = log_new(t, 0);
    (void)state;
    run_on(l->t, 150000);
    for (unsigned stretch = 0; stretch < 3; stretch++) {
        size_t from = l->count;
        if (stretch == 1)
            history_input(l->t->h, (const uint8_t *)"hello\n", 6, false);
        note(l, true);
        dense_stretch(l);
        for (size_t i = l->count - 1;
             i-- > from + 1;) { /* it may begin in a wait */
            assert_true(history_step_back(l->t->h));
            struct moment now = history_now(l->t->h), want = l->known[i].at;
            if (moment_compare(now, want) != 0)
                fail_msg("stretch %u, back to step %zu: clock %lu trap %lu, "
                         "not clock %lu trap %lu",
                         stretch, i - from, (unsigned long)now.clock,
                         (unsigned long)now.traps, (unsigned long)want.clock,
                         (unsigned long)want.traps);
            if (i % 50 == 0)
                check_here(l, "reverse");
        }
        assert_true(history_goto(l->t->h, history_newest(l->t->h)));
        assert_false(history_in_past(l->t->h));
        run_on(l->t, 120000);
    }
    log_free(l);
    finish(t);
}

/* With little memory snapshots are forgotten; every moment stays reachable. */
static void little_memory_makes_it_slower_not_wrong(void **state)
{
    struct trip *t = start_every("ram=48\narg=sh\n", 1 << 14, 5 << 20);
    struct log *l = log_new(t, 0x11771e);
    (void)state;
    t->seed = l->seed;
    for (unsigned i = 0; i < 200; i++) {
        note(l, true);
        run_on(t, 1 + next_random(t) % 20000);
        if (i % 20 == 0)
            type(t, "forktree 2\n");
    }
    assert_true(cpu_executed(machine_cpu(t->r->m)) / history_snapshots(t->h) >
                1 << 15);
    for (unsigned i = 0; i < 60; i++) {
        go_somewhere(l);
        assert_true(check_here(l, "thinned"));
    }
    log_free(l);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stepping_back_visits_every_moment_in_reverse),
        cmocka_unit_test(little_memory_makes_it_slower_not_wrong),
        cmocka_unit_test(the_past_has_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
