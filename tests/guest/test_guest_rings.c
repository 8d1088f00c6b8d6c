/*
 * test_guest_rings.c - submission rings as crossings: which crossing paid for
 * which operation; and an evil hart, which rewrites the shared page at moments
 * that no program could choose: in the middle of the kernel's work.
 */
#include "guest_run.h"

#include "../../emu/inspect/sv39.h"

#include <sallyport/ringpage.h>

#define TIMES 32 /* as guestapps/ring.c */

/* Its operations are numbered, write 8 bytes each, and all is theirs. */
static void check_operations(const struct crossing *c)
{
    assert_int_equal(c->ring_ops, TIMES);
    assert_int_equal(c->transfers, TIMES);
    for (size_t i = 0; i < TIMES; i++) {
        const struct ring_op *op = &c->ring_op[i];
        assert_int_equal(op->op, RING_WRITE);
        assert_int_equal(op->fd, 3);
        assert_int_equal(op->length, 8);
        assert_int_equal(op->user_data, i);
        assert_true(op->done);
        assert_int_equal(op->result, 8);
        assert_int_equal(c->transfer[i].ring_op, i + 1);
        assert_int_equal(c->transfer[i].user_va, op->buffer);
        assert_true(c->transfer[i].clock > op->clock);
    }
    assert_int_equal(c->bytes_in, TIMES * 8);
}

static void one_call_does_many_operations(void **state)
{
    (void)state;
    struct run *r = boot("arg=ring\n");
    char line[2048], text[1000];
    run_to_end(r, 0);
    const struct crossing *c = call(r, "ring", "ring_enter", 1);
    check_operations(c);
    assert_int_equal(c->result, TIMES);
    assert_int_equal(c->satp_writes, 2);
    assert_non_null(strstr(
        trace_line(r, "       ring     RING_WRITE(fd=3, buf=0x", 1, line),
        ", n=8) user_data 0 = 8"));
    trace_line(r, "flags=RING_POLLED", 1, line);
    crossing_sentence(r->t, c, text, sizeof text);
    assert_non_null(strstr(text, "In it the kernel did 32 operations that the "
                                 "process had queued in its ring."));
    assert_non_null(strstr(r->json, "\"type\":\"ring\""));
    assert_non_null(strstr(r->json,
                           "\"length\":8,\"user_data\":\"0x1f\",\"done\":true,"
                           "\"result\":8,\"text\":\"RING_WRITE(fd=3, "));
    check_sums(r);
    run_free(r);
}

/* Between setting up the polled ring and closing it the program made no call:
 * a timer interrupt did its work. */
static void no_call_at_all_is_somebody_elses_crossing(void **state)
{
    (void)state;
    struct run *r = boot("arg=ring\n");
    run_to_end(r, 0);
    uint64_t from = call(r, "ring", "ring_setup", 3)->number;
    uint64_t to = call(r, "ring", "ring_setup", 4)->number;
    unsigned paid = 0;
    for (uint64_t i = from + 1; i < to; i++) {
        const struct crossing *c = tracker_crossing(r->t, i);
        assert_int_not_equal(c->kind, CROSSING_CALL);
        if (c->ring_ops == 0)
            continue;
        paid++;
        assert_int_equal(c->kind, CROSSING_INTERRUPT);
        check_operations(c);
    }
    assert_int_equal(paid, 1);
    check_sums(r);
    run_free(r);
}

static void what_has_to_wait_is_told_at_every_try(void **state)
{
    (void)state;
    struct run *r = boot("arg=ring\n");
    run_to_end(r, 0);
    const struct crossing *c = call(r, "ring", "ring_enter", 2);
    assert_int_equal(c->ring_ops, 1);
    assert_false(c->ring_op[0].done);
    assert_int_equal(c->transfers, 0);
    c = call(r, "ring", "ring_enter", 3);
    assert_int_equal(c->ring_ops, 3); /* the read, the write, the read */
    assert_false(c->ring_op[0].done);
    assert_true(c->ring_op[1].done);
    assert_true(c->ring_op[2].done);
    assert_int_equal(c->ring_op[2].user_data, 1);
    char line[2048];
    trace_line(r, " user_data 1 has to wait", 2, line);
    run_free(r);
}

static const char refused_in_a_ring[] =
    "#include <sallyport/ring.h>\n"
    "#include <unistd.h>\n"
    "int main(void) {\n"
    "    struct ring r;\n"
    "    struct ring_completion c;\n"
    "    ring_init(&r, 4, RING_POLLED);\n"
    "    ring_add(&r, RING_WRITE, 1, (void *)8, 5, RING_FILE_OFFSET, 1);\n"
    "    getpid();\n"
    "    return ring_next(&r, &c) && c.result == -14 ? 0 : 1;\n"
    "}\n";

/* getpid only had to carry it: the refusal is not the call's. */
static void a_refusal_belongs_to_the_operation(void **state)
{
    (void)state;
    struct run *r = boot_program(refused_in_a_ring);
    char text[1000], line[2048];
    run_to_end(r, 0);
    const struct crossing *c = call(r, "probe", "getpid", 1);
    assert_int_equal(c->ring_ops, 1);
    assert_int_equal(c->ring_op[0].result, -14);
    assert_int_equal(c->transfer[0].error, 14);
    assert_int_equal(c->transfer[0].ring_op, 1);
    trace_line(r, "RING_WRITE(fd=1, buf=0x8, n=5) user_data 1 = -EFAULT", 1,
               line);
    crossing_result(r->t, c, text, sizeof text);
    assert_string_equal(text, "2");
    crossing_sentence(r->t, c, text, sizeof text);
    assert_null(strstr(text, "EFAULT"));
    assert_non_null(strstr(text, "the kernel did one operation that"));
    run_free(r);
}

/* ---- The evil hart ---- */

struct evil {
    struct run *r;
    uint64_t page; /* physical */
    uint64_t seed, hits;
};

/* The ring's page, once the program has one. */
static void find_page(void *ctx, const struct event *e)
{
    struct evil *evil = ctx;
    const struct crossing *c = e->crossing;
    if (e->kind != EVENT_LEAVE || c->call == NULL ||
        strcmp(c->call->name, "ring_setup") != 0 || (int64_t)c->result <= 0)
        return;
    struct sv39_walk w = sv39_walk(evil->r->m, c->root, c->result);
    evil->page = w.why == SV39_OK ? w.pa : 0;
}

static struct ring_page *page_of(const struct evil *evil)
{
    return (struct ring_page *)machine_ram(evil->r->m, evil->page,
                                           sizeof(struct ring_page));
}

/* The kernel has just fetched the requests, and is about to do one: now they
 * ask for something else. */
static void rewrite_requests(void *ctx, uint64_t pc)
{
    struct evil *evil = ctx;
    (void)pc;
    if (evil->page == 0)
        return;
    struct ring_page *page = page_of(evil);
    for (unsigned i = 0; i < RING_ENTRIES_MAX; i++)
        page->request[i] = (struct ring_request){
            RING_READ, 0, UINT64_C(0xffffffc080200000), 4096, 0, 666};
    machine_wrote(evil->r->m, evil->page, sizeof *page);
    evil->hits++;
}

static void watch_probe(struct evil *evil, const char *name, cpu_watch_fn *fn)
{
    size_t n;
    const struct probe *probe = symbols_probes(evil->r->kernel, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(probe[i].name, name) == 0)
            cpu_watch(machine_cpu(evil->r->m), probe[i].pc, fn, evil);
}

/* The classic double fetch: checked, rewritten, used. */
static void requests_rewritten_after_the_check_change_nothing(void **state)
{
    (void)state;
    struct evil evil = {.r = boot("arg=ring\n")};
    tracker_listen(evil.r->t, find_page, &evil);
    watch_probe(&evil, "ring_op", rewrite_requests);
    run_to_end(evil.r, 0);
    assert_true(evil.hits >= 2 * TIMES + 2);
    check_operations(call(evil.r, "ring", "ring_enter", 1));
    assert_non_null(strstr(evil.r->console, "32 writes by one ring_enter: "
                                            "256 bytes, as they should be\n"));
    assert_non_null(strstr(evil.r->console, "32 writes by no call at all: "
                                            "256 bytes, as they should be\n"));
    assert_null(strstr(evil.r->trace, "user_data 666"));
    run_free(evil.r);
}

/* Serves rings for a while without looking at what comes out. The memory
 * that the evil one's requests may use lies apart from the program's. */
static const char victim[] =
    "#include <fcntl.h>\n"
    "#include <stdio.h>\n"
    "#include <sys/mman.h>\n"
    "#include <unistd.h>\n"
    "#include <sallyport/ring.h>\n"
    "int main(int argc, char **argv) {\n"
    "    struct ring r;\n"
    "    int ends[2];\n"
    "    char *arena = mmap((void *)0x1000000000, 8192, 3,\n"
    "                       MAP_PRIVATE | MAP_ANON | MAP_FIXED, -1, 0);\n"
    "    close(0); open(\"/dev/zero\", O_RDWR);\n"
    "    close(2); open(\"/tmp/x\", O_RDWR | O_CREAT, 0600);\n"
    "    pipe(ends);\n"
    "    open(\"/tmp/x\", O_RDWR | O_APPEND);\n"
    "    for (int i = 0; i < 700; i++) {\n"
    "        if (i % 20 == 0 && i) ring_close(&r);\n"
    "        if (i % 20 == 0 && ring_init(&r, 8, argc > 1 ? RING_POLLED : 0))\n"
    "            return 1;\n"
    "        for (int k = 0; k < 4; k++)\n"
    "            ring_add(&r, 1 + (k & 1), 2 + k, arena + i, 100, -1, k);\n"
    "        ring_submit(&r, 0);\n"
    "    }\n"
    "    printf(\"served\\n\");\n"
    "    return 0;\n"
    "}\n";

static uint64_t evil_random(struct evil *evil)
{
    evil->seed ^= evil->seed << 13;
    evil->seed ^= evil->seed >> 7;
    evil->seed ^= evil->seed << 17;
    return evil->seed;
}

static uint64_t evil_address(struct evil *evil)
{
    static const uint64_t base[] = {
        0x1000000000,       0x1000001f00, 0,
        0xffffffc080200000, 0x4000000000, 0xffffffffffffd000};
    uint64_t n = evil_random(evil);
    return base[n % 6] + (n >> 50 & 0xff);
}

static void scribble(struct evil *evil)
{
    struct ring_page *page = page_of(evil);
    uint64_t n = evil_random(evil);
    switch (n >> 60) {
    case 0:
        page->sq_tail = (uint32_t)n;
        break;
    case 1:
        page->cq_head = (uint32_t)n;
        break;
    case 2:
    case 3:
    case 4:
    case 5:
        page->sq_tail = page->sq_head + (uint32_t)(n & 15);
        break;
    case 6:
    case 7:
    case 8:
        page->cq_head = page->cq_tail - (uint32_t)(n & 7);
        break;
    default:
        page->request[n & 7] = (struct ring_request){
            (uint32_t)(n >> 8 & 3),     (int32_t)(n >> 10 & 7),
            evil_address(evil),         n >> 20 & 0x3fff,
            (int64_t)(n >> 40 & 3) - 2, n};
    }
    machine_wrote(evil->r->m, evil->page, sizeof *page);
    evil->hits++;
}

static void run_scribbled(uint64_t seed, const char *bootpage)
{
    char page[200];
    struct elf_file tar = initrd_with(victim);
    snprintf(page, sizeof page, "ram=64\n%s", bootpage);
    struct evil evil = {
        .r = run_start(take_file(GUEST_KERNEL), tar, page, true), .seed = seed};
    struct run *r = evil.r;
    tracker_listen(r->t, find_page, &evil);
    uint64_t until = 0, ops = 0;
    do {
        until += 20 + evil_random(&evil) % 700;
        machine_run(r->m, until, &r->stop);
        if (evil.page != 0)
            scribble(&evil);
        r->used = r->json_used = 0; /* not so much text */
    } while (r->stop.reason == MACHINE_LIMIT && until < RUN_MOST);
    if (r->stop.reason != MACHINE_ENDED || r->stop.status != 0)
        fail_msg("seed %lu: reason %d status %d %s\n%s", (unsigned long)seed,
                 r->stop.reason, r->stop.status, r->stop.text, r->console);
    for (uint64_t i = 1; i <= tracker_count(r->t); i++)
        ops += tracker_crossing(r->t, i)->ring_ops;
    /* among whatever it was made to print */
    assert_non_null(memmem(r->console, r->console_used, "served\n", 7));
    assert_true(evil.hits > 500);
    assert_true(ops > 300);
    check_sums(r);
    run_free(r);
}

static void any_word_at_any_moment_does_no_harm(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 2; seed++) {
        run_scribbled(seed * 7919, "arg=probe\n");
        run_scribbled(seed * 104729, "arg=probe\narg=polled\n");
        run_scribbled(seed * 1299709, "layout=shared\narg=probe\narg=polled\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_call_does_many_operations),
        cmocka_unit_test(no_call_at_all_is_somebody_elses_crossing),
        cmocka_unit_test(what_has_to_wait_is_told_at_every_try),
        cmocka_unit_test(a_refusal_belongs_to_the_operation),
        cmocka_unit_test(requests_rewritten_after_the_check_change_nothing),
        cmocka_unit_test(any_word_at_any_moment_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
