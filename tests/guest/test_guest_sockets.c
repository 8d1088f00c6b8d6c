/*
 * test_guest_sockets.c - sockets as crossings: each receive joined to its
 * sends, whoever connected woke whom, and what a descriptor was before it
 * travelled.
 */
#include "guest_run.h"

#include <inttypes.h>

/* The links of c whose bytes came to it, together; the first in *first. */
static uint64_t bytes_received(const struct crossing *c,
                               const struct link **first)
{
    uint64_t bytes = 0;
    *first = NULL;
    for (size_t i = 0; i < c->links; i++)
        if (c->link[i].to == c->number && c->link[i].descriptor == 0) {
            if (*first == NULL)
                *first = &c->link[i];
            bytes += c->link[i].bytes;
        }
    return bytes;
}

static void every_receive_is_joined_to_its_sends(void **state)
{
    (void)state;
    struct run *r = boot("arg=sockets\n");
    run_to_end(r, 0);
    unsigned receives = 0;
    for (uint64_t i = 1; i <= tracker_count(r->t); i++) {
        const struct crossing *c = tracker_crossing(r->t, i);
        const struct link *link;
        if (c->call == NULL || strcmp(c->call->name, "recvfrom") != 0 ||
            c->result == 0)
            continue;
        assert_int_equal(bytes_received(c, &link), c->result);
        const struct crossing *from = tracker_crossing(r->t, link->from);
        assert_string_equal(from->call->name, "sendto");
        assert_true(from->number < c->clock_out);
        receives++;
    }
    /* three clients (8 + 8 bytes here, 16 there), three letters and thanks, two
     * pairs */
    assert_int_equal(receives, 3 * 3 + 4 + 2);
    check_sums(r);
    run_free(r);
}

/* bind's address lies in a page that nobody had touched: it is known when
 * copyin has brought it. */
static void an_address_is_known_when_it_has_come(void **state)
{
    (void)state;
    struct run *r = boot("arg=sockets\n");
    run_to_end(r, 0);
    char line[2048];
    const struct crossing *c = call(r, "sockets", "bind", 1);
    assert_string_equal(c->arg_text[1], "\"/tmp/sockets.server\"");
    trace_line(r, "> ecall bind(fd=3, addr=0x", 1, line);
    trace_line(r, "  addr=\"/tmp/sockets.server\"", 1, line);
    assert_memory_equal(line, "       copyin ", 14);
    trace_line(r, "~ unfinished (accept)  ", 1, line);
    assert_non_null(strstr(r->json, "\"blocked_on\":\"socket empty\""));
    trace_line(r, "  {3 4}", 1, line);
    run_free(r);
}

static void a_stream_counts_its_bytes(void **state)
{
    (void)state;
    struct run *r = boot_program(
        "#include <sys/socket.h>\n"
        "#include <unistd.h>\n"
        "int main(void) {\n"
        "  int fd[2]; char b[8];\n"
        "  socketpair(AF_UNIX, SOCK_STREAM, 0, fd);\n"
        "  write(fd[0], \"abc\", 3); write(fd[0], \"defg\", 4);\n"
        "  recv(fd[1], b, 5, MSG_PEEK);\n"
        "  return read(fd[1], b, 5) + read(fd[1], b, 5) != 7; }\n");
    run_to_end(r, 0);
    const struct crossing *read1 = call(r, "probe", "read", 1);
    const struct crossing *read2 = call(r, "probe", "read", 2);
    const struct crossing *write2 = call(r, "probe", "write", 2);
    assert_int_equal(read1->links, 2);
    assert_int_equal(read1->link[0].from, call(r, "probe", "write", 1)->number);
    assert_int_equal(read1->link[0].offset, 0);
    assert_int_equal(read1->link[0].bytes, 3);
    assert_int_equal(read1->link[1].from, write2->number);
    assert_int_equal(read1->link[1].offset, 3);
    assert_int_equal(read1->link[1].bytes, 2);
    assert_int_equal(read2->links, 1);
    assert_int_equal(read2->link[0].offset, 5);
    assert_int_equal(read2->link[0].channel, read1->link[0].channel);
    /* what was only looked at is joined to nothing */
    assert_int_equal(call(r, "probe", "recvfrom", 1)->links, 0);
    run_free(r);
}

static void a_connection_wakes_accept(void **state)
{
    (void)state;
    struct run *r = boot("arg=sockets\n");
    run_to_end(r, 0);
    char text[1024], line[2048];
    const struct crossing *c = call(r, "sockets", "connect", 1);
    const struct crossing *a = call(r, "sockets", "accept", 1);
    crossing_describe(r->t, c, text, sizeof text);
    assert_non_null(strstr(text, "addr=\"/tmp/sockets.server\", len=106)"));
    assert_int_equal(a->block_count, 1);
    assert_string_equal(a->blocked_on, "accept");
    assert_int_equal(a->woken_by, c->number);
    crossing_describe(r->t, call(r, "sockets", "socket", 1), text, sizeof text);
    assert_string_equal(text,
                        "socket(domain=AF_UNIX, type=SOCK_STREAM, protocol=0)");
    const struct crossing *wait = NULL;
    for (unsigned n = 1; wait == NULL || wait->block_count == 0; n++)
        wait = call(r, "sockets", "recvfrom", n);
    assert_string_equal(wait->blocked_on, "socket empty");
    trace_line(r, "flags=MSG_NOSIGNAL", 1, line);
    run_free(r);
}

static void a_descriptor_is_followed(void **state)
{
    (void)state;
    struct run *r = boot("arg=fdpass\n");
    run_to_end(r, 0);
    char text[1024], line[2048], want[96];
    const struct crossing *sent = call(r, "fdpass", "sendmsg", 1);
    const struct crossing *got = call(r, "fdpass", "recvmsg", 1);
    crossing_describe(r->t, sent, text, sizeof text);
    assert_non_null(strstr(text, "{1 piece, fds [5]}"));
    crossing_describe(r->t, got, text, sizeof text);
    assert_non_null(strstr(text, "{1 piece, 16 bytes for descriptors}"));
    assert_int_equal(got->links, 2);
    const struct link *l = &got->link[1];
    assert_int_equal(l->descriptor, 1);
    assert_int_equal(l->from, sent->number);
    assert_int_equal(l->fd_from, 5);
    assert_int_equal(l->fd_to, 4);
    assert_int_equal(l->bytes, 0);
    snprintf(want, sizeof want, "link     descriptor 4 is 5 of #%" PRIu64,
             sent->number);
    trace_line(r, want, 1, line);
    crossing_sentence(r->t, got, text, sizeof text);
    snprintf(want, sizeof want, " Its descriptor 4 is what was 5 in #%" PRIu64,
             sent->number);
    assert_non_null(strstr(text, want));
    crossing_sentence(r->t, sent, text, sizeof text);
    snprintf(want, sizeof want, " Its descriptor 5 is now 4 in #%" PRIu64,
             got->number);
    assert_non_null(strstr(text, want));
    run_free(r);
}

/* One copy in, one copy out, and path lengths as docs/reference/sockets.md has
 * them, with a little room. */
static void a_kilobyte_is_short(void **state)
{
    (void)state;
    struct run *r = boot_program(
        "#include <sys/socket.h>\n"
        "static char b[1024] __attribute__((aligned(64))) = {1};\n"
        "int main(void) {\n"
        "  int fd[2];\n"
        "  socketpair(AF_UNIX, SOCK_STREAM, 0, fd);\n"
        "  for (int i = 0; i < 2; i++) {\n"
        "    send(fd[0], b, sizeof b, 0); recv(fd[1], b, sizeof b, 0); }\n"
        "  return 0; }\n");
    run_to_end(r, 0);
    const struct crossing *sent = call(r, "probe", "sendto", 2);
    const struct crossing *got = call(r, "probe", "recvfrom", 2);
    assert_int_equal(sent->transfers, 1);
    assert_int_equal(sent->bytes_in, 1024);
    assert_int_equal(got->transfers, 1);
    assert_int_equal(got->bytes_out, 1024);
    assert_in_range(sent->own_insns, 500, 1400);
    assert_in_range(got->own_insns, 500, 1400);
    run_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_receive_is_joined_to_its_sends),
        cmocka_unit_test(an_address_is_known_when_it_has_come),
        cmocka_unit_test(a_stream_counts_its_bytes),
        cmocka_unit_test(a_connection_wakes_accept),
        cmocka_unit_test(a_descriptor_is_followed),
        cmocka_unit_test(a_kilobyte_is_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
