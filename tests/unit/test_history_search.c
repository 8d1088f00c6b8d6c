/*
 * test_history_search.c - searching backwards, against logs of a run forwards:
 * an address that is come to, and the last write of a byte by program, kernel
 * and disk.
 */
#include "history_fixture.h"

#define HITS_MAX 4000

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
    assert_true(q->hits < HITS_MAX);
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
    q.hit = calloc(HITS_MAX, sizeof *q.hit);
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

/* ---- Writes ---- */

struct writes {
    struct trip *t;
    struct moment hit[HITS_MAX];
    size_t hits;
};

static void note_write(void *ctx, uint64_t pa, unsigned size,
                       enum machine_access what)
{
    struct writes *w = ctx;
    struct moment now = history_now(w->t->h);
    (void)pa, (void)size, (void)what;
    if (w->hits > 0 && moment_compare(w->hit[w->hits - 1], now) == 0)
        return; /* several pieces of one transfer */
    assert_true(w->hits < HITS_MAX);
    w->hit[w->hits++] = now;
}

/* All writes from the beginning to the newest moment, by running it again. */
static void log_writes(struct writes *w, uint64_t pa, size_t n)
{
    struct history *h = w->t->h;
    struct machine_stop stop;
    assert_true(history_goto(h, history_first(h)));
    int id =
        machine_watch_memory(w->t->r->m, pa, n, MACHINE_STORES, note_write, w);
    assert_true(id >= 0);
    history_run(h, UINT64_MAX, &stop);
    assert_false(history_in_past(h));
    machine_unwatch_memory(w->t->r->m, id);
}

/* The search finds them all, the last first, and then no more. */
static size_t writes_are_found(struct trip *t, uint64_t pa, size_t n)
{
    struct writes *w = calloc(1, sizeof *w);
    w->t = t;
    log_writes(w, pa, n);
    size_t hits = w->hits;
    for (size_t i = hits; i-- > 0;) {
        assert_true(history_last_write(t->h, pa, n));
        assert_int_equal(moment_compare(history_now(t->h), w->hit[i]), 0);
    }
    struct seen before = seen_now(t);
    assert_false(history_last_write(t->h, pa, n));
    same(seen_now(t), before);
    assert_true(history_goto(t->h, history_newest(t->h)));
    free(w);
    return hits;
}

static void run_some(struct trip *t, unsigned times)
{
    while (times-- > 0)
        run_on(t, 60000);
}

/* The kernel runs where it was loaded, this far above. */
#define KERNEL_OFFSET UINT64_C(0xffffffc000000000)

static uint64_t kernel_pa(struct trip *t, const char *variable)
{
    uint64_t va, bytes;
    assert_true(symbols_address(t->r->kernel, variable, &va, &bytes));
    assert_non_null(machine_ram(t->r->m, va - KERNEL_OFFSET, 8));
    return va - KERNEL_OFFSET;
}

static void the_last_write_of_the_kernels_own(void **state)
{
    struct trip *t = start();
    (void)state;
    run_some(t, 4);
    type(t, "forktree 1\n");
    run_some(t, 8);
    assert_true(writes_are_found(t, kernel_pa(t, "sched"), 8) > 10);
    finish(t);
}

static void nothing_wrote_what_was_there_from_the_beginning(void **state)
{
    struct trip *t = start();
    (void)state;
    run_some(t, 6);
    assert_int_equal(writes_are_found(t, kernel_pa(t, "hostname"), 8), 0);
    assert_false(history_last_write(t->h, 0x1000, 8)); /* no memory */
    assert_false(history_last_write(t->h, kernel_pa(t, "sched"), 0));
    finish(t);
}

/* The shell's buffer, by copyout; its page is the shell's alone, but for what
 * wrote it before it was. */
static void the_last_write_of_what_the_kernel_copied_out(void **state)
{
    struct trip *t = start();
    uint64_t pa = 0;
    (void)state;
    run_some(t, 6);
    type(t, "hello\n");
    run_some(t, 6);
    for (uint64_t n = tracker_count(t->r->t); n > 0 && pa == 0; n--) {
        const struct crossing *c = tracker_crossing(t->r->t, n);
        const struct transfer *x = c->transfer;
        if (c->call != NULL && strcmp(c->call->name, "read") == 0 &&
            c->transfers > 0 && transfer_is_out(x->kind) && x->done > 0)
            pa = (x->user_pa & ~UINT64_C(4095)) | (x->user_va & 4095);
    }
    assert_true(pa != 0);
    assert_true(writes_are_found(t, pa, 1) > 0);
    finish(t);
}

/* diskio's buffers, which the device writes. */
static void the_last_write_of_what_the_disk_brought(void **state)
{
    struct trip *t = start();
    struct mapping wire = {0};
    (void)state;
    run_some(t, 6);
    type(t, "diskio\n");
    run_some(t, 12);
    for (uint64_t n = tracker_count(t->r->t); n > 0 && wire.clock == 0; n--) {
        const struct crossing *c = tracker_crossing(t->r->t, n);
        for (size_t i = 0; i < c->mappings; i++)
            if (strcmp(c->process, "diskio") == 0 && c->call != NULL &&
                strcmp(c->call->name, "read") == 0 &&
                c->mapping[i].kind == MAPPING_WIRE)
                wire = c->mapping[i];
    }
    assert_true(wire.clock != 0);
    assert_true(history_goto_clock(t->h, wire.clock));
    struct sv39_walk walk = sv39_walk(t->r->m, wire.root, wire.va);
    assert_int_equal(walk.why, SV39_OK);
    assert_true(writes_are_found(t, walk.pa, 8) > 0);
    finish(t);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(searching_back_finds_the_hits_in_reverse),
        cmocka_unit_test(the_last_write_of_the_kernels_own),
        cmocka_unit_test(nothing_wrote_what_was_there_from_the_beginning),
        cmocka_unit_test(the_last_write_of_what_the_kernel_copied_out),
        cmocka_unit_test(the_last_write_of_what_the_disk_brought),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
