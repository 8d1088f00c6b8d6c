/*
 * test_breaks.c - break- and watchpoints on the real guest: each kind stops
 * where it says, going backwards stops at the same moments as going forwards,
 * and nothing of it changes the guest.
 */
#include "target_bench.h"

#define STOPS_MAX 600

static unsigned add(struct bench *b, const char *text)
{
    char why[200] = "";
    unsigned number = breaks_add(b->target.breaks, text, why, sizeof why);
    if (number == 0)
        fail_msg("%s: %s", text, why);
    return number;
}

static struct target_stop run(struct bench *b, enum target_way way)
{
    struct target_stop stop;
    target_run(&b->target, way, UINT64_MAX, &stop);
    return stop;
}

static struct target_stop run_to(struct bench *b, unsigned number)
{
    struct target_stop stop = run(b, TARGET_FORWARD);
    assert_int_equal(stop.reason, TARGET_BREAK);
    assert_int_equal(stop.number, number);
    return stop;
}

static uint64_t x(struct bench *b, unsigned n)
{
    return cpu_x(machine_cpu(b->target.machine), n);
}

/* ---- Kinds ---- */

static void a_call_stops_in_front_of_its_ecall(void **state)
{
    struct bench *b = begin();
    (void)state;
    struct target_stop stop = run_to(b, add(b, "call write if n == 13"));
    struct target_place p = target_place(&b->target);
    uint32_t insn = 0;
    assert_int_equal(p.priv, CPU_U);
    sv39_read(b->target.machine, p.root, p.pc, &insn, 4);
    assert_int_equal(insn, 0x73);
    assert_int_equal(x(b, 12), 13);
    assert_non_null(strstr(stop.text, "hello"));
    assert_non_null(strstr(stop.text, "write(fd=1"));
    finish(b);
}

static void a_return_stops_behind_it_with_the_result(void **state)
{
    struct bench *b = begin();
    (void)state;
    struct target_stop stop = run_to(b, add(b, "return write if n == 13"));
    assert_int_equal(target_place(&b->target).priv, CPU_U);
    assert_int_equal(x(b, 10), 13);
    assert_non_null(strstr(stop.text, "= 13"));
    finish(b);
}

static void a_function_waits_for_the_program_that_has_it(void **state)
{
    struct bench *b = begin();
    (void)state;
    unsigned number =
        add(b, "function main if crossing == 0 && clock > 320000");
    assert_int_equal(breaks_find(b->target.breaks, number)->found, 0);
    run_to(b, number);
    struct target_place p = target_place(&b->target);
    assert_string_equal(p.function, "main");
    assert_string_equal(tracker_process(b->target.tracker, p.pid)->name,
                        "hello");
    assert_int_equal(p.offset, 0);
    finish(b);
}

static void a_source_line_stops_at_its_beginning(void **state)
{
    struct bench *b = begin();
    (void)state;
    run_to(b, add(b, "hello.c:12"));
    struct target_place p = target_place(&b->target);
    assert_int_equal(p.line, 12);
    assert_string_equal(p.function, "main");
    finish(b);
}

static void the_trampoline_is_found_where_it_runs(void **state)
{
    struct bench *b = begin();
    (void)state;
    add(b, "call write if n == 13");
    run(b, TARGET_FORWARD);
    breaks_clear(b->target.breaks);
    run_to(b, add(b, "kernel:userret"));
    struct target_place p = target_place(&b->target);
    uint64_t va, bytes;
    assert_true(symbols_address(p.symbols, "userret", &va, &bytes));
    assert_int_equal(p.image_va, va);
    assert_int_equal(p.priv, CPU_S);
    finish(b);
}

static void a_watch_follows_the_page_through_demand_and_copying(void **state)
{
    struct bench *b = begin();
    (void)state;
    /* init's stack page is shared at fork and copied at the next store */
    add(b, "return fork");
    run(b, TARGET_FORWARD);
    breaks_clear(b->target.breaks);
    char text[80];
    snprintf(text, sizeof text, "store 1:0x%llx, 8",
             (unsigned long long)(x(b, 2) - 8));
    unsigned number = add(b, text);
    struct target_stop stop = run(b, TARGET_FORWARD);
    assert_int_equal(stop.reason, TARGET_BREAK);
    assert_int_equal(stop.number, number);
    assert_non_null(strstr(stop.text, "store of 8 bytes"));
    finish(b);
}

static void ignoring_passes_over_so_many(void **state)
{
    struct bench *b = begin();
    (void)state;
    unsigned number = add(b, "trap");
    breaks_set_ignore(b->target.breaks, number, 4);
    run_to(b, number);
    assert_int_equal(tracker_count(b->target.tracker), 4);
    assert_int_equal(breaks_find(b->target.breaks, number)->hits, 5);
    breaks_set_ignore(b->target.breaks, number, 2);
    assert_int_equal(run(b, TARGET_BACKWARD).reason, TARGET_BREAK);
    assert_int_equal(tracker_count(b->target.tracker), 1);
    finish(b);
}

/* ---- Both ways ---- */

static size_t stops_forward(struct bench *b, struct moment *at)
{
    size_t n = 0;
    while (run(b, TARGET_FORWARD).reason == TARGET_BREAK) {
        assert_true(n < STOPS_MAX);
        at[n++] = history_now(b->target.history);
    }
    return n;
}

static void agree(struct bench *b, const char *text)
{
    struct moment at[STOPS_MAX];
    unsigned number = add(b, text);
    size_t n = stops_forward(b, at);
    uint64_t end = machine_hash(b->target.machine);
    if (n == 0)
        fail_msg("%s: was never hit", text);
    for (size_t i = n; i-- > 0;) {
        struct target_stop stop = run(b, TARGET_BACKWARD);
        struct moment now = history_now(b->target.history);
        if (stop.reason != TARGET_BREAK || stop.number != number ||
            moment_compare(now, at[i]) != 0)
            fail_msg("%s: backwards, stop %zu of %zu: reason %d at clock %llu "
                     "traps %llu, not at %llu %llu",
                     text, i, n, stop.reason, (unsigned long long)now.clock,
                     (unsigned long long)now.traps,
                     (unsigned long long)at[i].clock,
                     (unsigned long long)at[i].traps);
    }
    assert_int_equal(run(b, TARGET_BACKWARD).reason, TARGET_FIRST);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(run(b, TARGET_FORWARD).reason, TARGET_BREAK);
        assert_int_equal(moment_compare(history_now(b->target.history), at[i]),
                         0);
    }
    assert_int_equal(run(b, TARGET_FORWARD).reason, TARGET_ENDED);
    assert_true(machine_hash(b->target.machine) == end);
    breaks_delete(b->target.breaks, number);
    history_goto(b->target.history, history_first(b->target.history));
}

static void backwards_stops_where_forwards_did(void **state)
{
    struct bench *b = begin();
    (void)state;
    static const char *const places[] = {"call write", "return fork",
                                         "kernel:copyin if pid == 2",
                                         "hello.c:12", "cause 15"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        agree(b, places[i]);
    finish(b);
}

static void backwards_finds_stores_where_forwards_did(void **state)
{
    struct bench *b = begin();
    (void)state;
    uint64_t va, bytes;
    struct symbols *kernel = tracker_kernel_symbols(b->target.tracker);
    assert_true(symbols_address(kernel, "sched", &va, &bytes));
    char text[80];
    snprintf(text, sizeof text, "store physical:0x%llx",
             (unsigned long long)(va - 0xffffffc000000000));
    agree(b, text);
    agree(b, "store 2:0x3fffffef00, 256");
    finish(b);
}

static void with_breakpoints_the_guest_goes_the_same_way(void **state)
{
    struct bench *b = begin();
    (void)state;
    run(b, TARGET_FORWARD);
    uint64_t end = machine_hash(b->target.machine);
    history_goto(b->target.history, history_first(b->target.history));
    add(b, "trap");
    add(b, "kernel:copyout");
    while (run(b, TARGET_FORWARD).reason == TARGET_BREAK)
        continue;
    assert_true(machine_hash(b->target.machine) == end);
    finish(b);
}

static void going_back_cuts_the_console(void **state)
{
    struct bench *b = begin();
    (void)state;
    size_t n;
    add(b, "return write if n == 13");
    run(b, TARGET_FORWARD);
    const uint8_t *text = target_console(&b->target, &n);
    if (memmem(text, n, "hello, world", 12) == NULL)
        fail_msg("%zu bytes: %.*s", n, (int)n, (const char *)text);
    history_step_back(b->target.history);
    history_goto_crossing(b->target.history, tracker_count(b->target.tracker));
    text = target_console(&b->target, &n);
    assert_true(n > 0 && memmem(text, n, "hello, world", 12) == NULL);
    finish(b);
}

/* ---- Texts ---- */

static void bad_places_are_refused_in_one_line(void **state)
{
    static const char *const bad[] = {"",
                                      "no thing",
                                      "call nosuch",
                                      "1:2:3",
                                      ":",
                                      "hello.c:",
                                      "hello.c:0",
                                      "*",
                                      "0xzz",
                                      "cause",
                                      "cause nothing",
                                      "store",
                                      "store 0x0, 0",
                                      "store 1, -1",
                                      "store 0, 99999999",
                                      "write if",
                                      "write if (",
                                      "write if 1 +",
                                      "write if a0 ==",
                                      "write if ))",
                                      "function 12",
                                      "99999999999:1",
                                      "a b c",
                                      "load [[",
                                      "write if u9[0]"};
    struct bench *b = begin();
    (void)state;
    char why[200];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        why[0] = '\0';
        if (breaks_add(b->target.breaks, bad[i], why, sizeof why) != 0)
            fail_msg("\"%s\" was taken", bad[i]);
        assert_true(why[0] != '\0' && strchr(why, '\n') == NULL);
    }
    assert_int_equal(breaks_count(b->target.breaks), 0);
    finish(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test(name)
        TEST(a_call_stops_in_front_of_its_ecall),
        TEST(a_return_stops_behind_it_with_the_result),
        TEST(a_function_waits_for_the_program_that_has_it),
        TEST(a_source_line_stops_at_its_beginning),
        TEST(the_trampoline_is_found_where_it_runs),
        TEST(a_watch_follows_the_page_through_demand_and_copying),
        TEST(ignoring_passes_over_so_many),
        TEST(backwards_stops_where_forwards_did),
        TEST(backwards_finds_stores_where_forwards_did),
        TEST(with_breakpoints_the_guest_goes_the_same_way),
        TEST(going_back_cuts_the_console),
        TEST(bad_places_are_refused_in_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
