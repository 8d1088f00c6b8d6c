/*
 * test_guest_pieces.c - vectors, FIFOs, poll, strings and words in a trace: how
 * many crossings and copies they are, what the arguments say, which write
 * answered which read, and what they cost.
 */
#include "guest_run.h"

#include <inttypes.h>

#define EIGHT_WRITES_OVER_ONE 1.5 /* in guest instructions, measured 1.9 */

/* scatter: pieces of 4 10 1 6 6 2 4 19 bytes; a writev is one crossing with a
 * copy for the vector and one for each piece. */
static void a_vector_is_one_crossing(void **state)
{
    (void)state;
    static const uint64_t bytes[8] = {4, 10, 1, 6, 6, 2, 4, 19};
    struct run *r = boot("arg=scatter\n");
    run_to_end(r, 0);
    uint64_t insns = 0;
    char want[400], text[400];
    size_t used = (size_t)snprintf(want, sizeof want, "writev(fd=3, iov=[");
    const struct crossing *c = call(r, "scatter", "writev", 1);
    uint64_t one = c->own_insns;
    assert_int_equal(c->transfers, 9);
    assert_int_equal(c->transfer[0].user_va, c->arg[1]);
    assert_int_equal(c->transfer[0].length, 8 * 16);
    assert_int_equal(c->bytes_in, 8 * 16 + 52);
    for (unsigned i = 0; i < 8; i++) {
        const struct transfer *x = &c->transfer[1 + i];
        assert_int_equal(x->kind, TRANSFER_COPYIN);
        assert_int_equal(x->done, bytes[i]);
        used += (size_t)snprintf(want + used, sizeof want - used,
                                 "%s0x%" PRIx64 " %" PRIu64, i ? ", " : "",
                                 x->user_va, bytes[i]);
        const struct crossing *w = call(r, "scatter", "write", i + 1);
        assert_int_equal(w->transfers, 1);
        assert_int_equal(w->bytes_in, bytes[i]);
        insns += w->own_insns;
        c = call(r, "scatter", "writev", 1); /* the last one asked for counts */
    }
    snprintf(want + used, sizeof want - used, "], count=8)");
    crossing_describe(r->t, c, text, sizeof text);
    assert_string_equal(text, want);
    printf("eight writes %" PRIu64 ", one writev %" PRIu64 "\n", insns, one);
    assert_true((double)insns > EIGHT_WRITES_OVER_ONE * (double)one);
    assert_int_equal(call(r, "scatter", "readv", 1)->bytes_out, 52);
    run_free(r);
}

/* Opening waits for the other end; the bytes are linked as a pipe's are. */
static void a_fifo_links_its_ends(void **state)
{
    (void)state;
    struct run *r = boot("arg=sh\narg=-c\n"
                         "arg=cd /tmp; mkfifo f; cat /etc/motd > f & cat f\n");
    run_to_end(r, 0);
    const struct crossing *c = NULL;
    for (uint64_t i = 1; i <= tracker_count(r->t); i++) {
        c = tracker_crossing(r->t, i);
        if (strcmp(c->blocked_on, "FIFO open") == 0)
            break;
    }
    assert_string_equal(c->call->name, "open");
    assert_string_equal(c->arg_text[0], "\"f\"");
    assert_int_equal(c->result, 3);
    unsigned linked = 0;
    for (uint64_t i = 1; i <= tracker_count(r->t); i++) {
        c = tracker_crossing(r->t, i);
        if (c->call == NULL || strcmp(c->call->name, "read") != 0 ||
            c->links == 0)
            continue;
        linked++;
        assert_int_equal(c->links, 1);
        assert_int_equal(c->link[0].bytes, c->bytes_out);
        uint64_t from = c->link[0].from, out = c->bytes_out;
        const struct crossing *w = tracker_crossing(r->t, from);
        assert_string_equal(w->call->name, "write");
        assert_int_equal(w->bytes_in, out);
    }
    assert_int_equal(linked, 1);
    run_free(r);
}

static void a_poll_says_what_it_asks_and_sleeps(void **state)
{
    (void)state;
    struct run *r = boot("arg=sh\narg=-c\n"
                         "arg=cd /tmp; mkfifo f g; (echo 1 > f; echo 2 > g) & "
                         "pollcat f g\n");
    run_to_end(r, 0);
    char text[400];
    unsigned polls = 0, slept = 0;
    for (uint64_t i = 1; i <= tracker_count(r->t); i++) {
        const struct crossing *c = tracker_crossing(r->t, i);
        if (c->call == NULL || strcmp(c->call->name, "poll") != 0)
            continue;
        polls++;
        slept += strcmp(c->blocked_on, "poll") == 0;
        assert_int_equal(c->transfers, 2);
        for (int k = 0; k < 2; k++) {
            assert_int_equal(c->transfer[k].user_va, c->arg[0]);
            assert_int_equal(c->transfer[k].done, 16);
        }
        if (polls > 1)
            continue;
        crossing_describe(r->t, c, text, sizeof text);
        assert_string_equal(
            text, "poll(fds=[3 POLLIN, 4 POLLIN], count=2, timeout=-1)");
    }
    assert_in_range(polls, 2, 6);
    assert_in_range(slept, 1, polls);
    run_free(r);
}

static void a_string_goes_out_as_one(void **state)
{
    (void)state;
    struct run *r = boot("arg=sh\narg=-c\narg=cd /etc; pwd\n");
    run_to_end(r, 0);
    const struct crossing *c = call(r, "pwd", "getcwd", 1);
    assert_int_equal(c->transfers, 1);
    assert_int_equal(c->transfer[0].kind, TRANSFER_COPYOUTSTR);
    assert_int_equal(c->transfer[0].user_va, c->arg[0]);
    assert_int_equal(c->transfer[0].done, 5);
    assert_int_equal(c->bytes_out, 5);
    assert_int_equal(c->bytes_in, 0);
    char line[2048], kind[16];
    trace_line(r, "  5 bytes  \"/etc\"", 2, line); /* after chdir's copyinstr */
    assert_int_equal(sscanf(line, "%15s", kind), 1);
    assert_string_equal(kind, "copyoutstr");
    assert_non_null(strstr(r->json, "\"copy\":\"copyoutstr\""));
    run_free(r);
}

/* The word of a futex is one load, and shows as the copy that it is. */
static void a_word_is_one_copy(void **state)
{
    (void)state;
    struct run *r = boot_program(
        "#include <errno.h>\n#include <sallyport/calls.h>\n"
        "int main(void) {\n"
        "    static uint32_t word[2] = {7};\n"
        "    if (futex(word, FUTEX_WAIT, 8, 0) == 0 || errno != EAGAIN)\n"
        "        return 1;\n"
        "    futex((uint32_t *)((char *)word + 2), FUTEX_WAIT, 8, 0);\n"
        "    return errno != EINVAL;\n}\n");
    run_to_end(r, 0);
    const struct crossing *c = call(r, "probe", "futex", 1);
    assert_int_equal(c->transfers, 1);
    assert_int_equal(c->transfer[0].kind, TRANSFER_COPYIN);
    assert_int_equal(c->transfer[0].user_va, c->arg[0]);
    assert_int_equal(c->transfer[0].done, 4);
    assert_memory_equal(c->transfer[0].data, "\7\0\0\0", 4);
    assert_int_equal(call(r, "probe", "futex", 2)->transfers, 0);
    run_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_vector_is_one_crossing),
        cmocka_unit_test(a_fifo_links_its_ends),
        cmocka_unit_test(a_poll_says_what_it_asks_and_sleeps),
        cmocka_unit_test(a_string_goes_out_as_one),
        cmocka_unit_test(a_word_is_one_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
