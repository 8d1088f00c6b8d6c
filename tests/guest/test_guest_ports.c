/*
 * test_guest_ports.c - ports, names and queues at any moment of a run, as the
 * tracker makes them of what the probes told.
 */
#include "guest_run.h"

#include "../../emu/crossing/ports.h"

#include <inttypes.h>

#define NOW UINT64_MAX

/* All of a moment as text: names, ports, messages. */
static void describe(const struct run *r, uint64_t clock, char *text, size_t n)
{
    const struct ports *p = tracker_ports(r->t, clock);
    size_t used = 0;
    assert_non_null(p);
    text[0] = '\0';
    for (size_t i = 0; i < p->names && used < n; i++)
        used +=
            (size_t)snprintf(text + used, n - used, "%d:%x=%x*%u>%d ",
                             p->name[i].pid, p->name[i].name, p->name[i].rights,
                             p->name[i].refs, (int)p->name[i].port);
    for (size_t i = 0; i < p->ports && used < n; i++)
        used += (size_t)snprintf(
            text + used, n - used, "port%d%s set%d travels%d ",
            (int)p->port[i].number, p->port[i].dead ? "dead" : "",
            (int)p->port[i].set, (int)p->port[i].travels);
    for (size_t i = 0; i < p->messages && used < n; i++)
        used += (size_t)snprintf(
            text + used, n - used, "[%d:%d %u #%d]", (int)p->message[i].port,
            p->message[i].id, p->message[i].size, (int)p->message[i].crossing);
    assert_true(used < n);
}

static const struct ports *after(const struct run *r, const char *name,
                                 unsigned n)
{
    const struct ports *p =
        tracker_ports(r->t, call(r, "machdemo", name, n)->clock_out);
    assert_non_null(p);
    return p;
}

static const struct port_name *name_of(const struct ports *p, int pid,
                                       uint32_t name)
{
    for (size_t i = 0; i < p->names; i++)
        if (p->name[i].pid == pid && p->name[i].name == name)
            return &p->name[i];
    fail_msg("pid %d has no name 0x%x", pid, name);
    return NULL;
}

static size_t waiting(const struct ports *p, uint64_t port)
{
    size_t n = 0;
    for (size_t i = 0; i < p->messages; i++)
        n += p->message[i].port == port;
    return n;
}

static void rights_are_counted_and_die(void **state)
{
    (void)state;
    struct run *r = boot("arg=machdemo\n");
    run_to_end(r, 0);
    const struct port_name *n =
        name_of(after(r, "mach_port_allocate_trap", 1), 2, 0x203);
    assert_int_equal(n->rights, PORT_RECEIVE);
    uint64_t port = n->port;
    n = name_of(after(r, "mach_port_insert_right_trap", 1), 2, 0x203);
    assert_int_equal(n->rights, PORT_RECEIVE | PORT_SEND);
    assert_int_equal(n->port, port);
    const struct ports *p = after(r, "mach_port_mod_refs_trap", 1);
    assert_int_equal(name_of(p, 2, 0x203)->refs, 3);
    assert_ptr_equal(ports_receiver(p, port), name_of(p, 2, 0x203));
    /* The receive right goes: the name is found dead when it is next used. */
    p = after(r, "mach_port_mod_refs_trap", 2);
    assert_int_equal(name_of(p, 2, 0x203)->rights, PORT_SEND);
    assert_true(ports_find(p, port)->dead);
    p = after(r, "mach_port_get_refs_trap", 4);
    assert_int_equal(name_of(p, 2, 0x203)->rights, PORT_DEAD_NAME);
    assert_int_equal(name_of(p, 2, 0x203)->refs, 3);
    assert_null(ports_find(p, port));
    /* At the end nothing is left but what the kernel has. */
    p = tracker_ports(r->t, NOW);
    assert_int_equal(p->names, 0);
    assert_int_equal(p->messages, 0);
    assert_int_equal(p->ports, 0);
    run_free(r);
}

static void queues_fill_and_sets_have_members(void **state)
{
    (void)state;
    struct run *r = boot("arg=machdemo\n");
    run_to_end(r, 0);
    const struct ports *p = after(r, "mach_msg_trap", 5);
    uint64_t port = name_of(p, 2, 0x20b)->port;
    assert_int_equal(waiting(p, port), 5);
    assert_int_equal(p->message[4].id, 1000);
    assert_int_equal(p->message[4].size, 64);
    assert_int_equal(p->message[4].crossing,
                     call(r, "machdemo", "mach_msg_trap", 5)->number);
    /* One is received, one destroyed because it was too large. */
    assert_int_equal(waiting(after(r, "mach_msg_trap", 8), port), 4);
    assert_int_equal(waiting(after(r, "mach_msg_trap", 9), port), 4);
    assert_int_equal(call(r, "machdemo", "mach_msg_trap", 10)->result,
                     0x10004004); /* MACH_RCV_TOO_LARGE */
    assert_int_equal(waiting(after(r, "mach_msg_trap", 10), port), 3);
    p = after(r, "mach_port_move_member_trap", 2);
    uint64_t set = name_of(p, 2, 0x403)->port;
    assert_int_equal(ports_find(p, name_of(p, 2, 0x20f)->port)->set, set);
    assert_int_equal(ports_find(p, name_of(p, 2, 0x303)->port)->set, set);
    p = after(r, "mach_port_destroy_trap", 4); /* of the set */
    assert_int_equal(ports_find(p, name_of(p, 2, 0x20f)->port)->set, 0);
    run_free(r);
}

/* A receive right that is sent stays away until it is received; sent to a port
 * that dies, it dies too. */
static void a_receive_right_travels(void **state)
{
    (void)state;
    struct run *r = boot_program(
        "#include <mach/mach.h>\n"
        "static struct {\n"
        "    mach_msg_header_t head;\n"
        "    mach_msg_body_t body;\n"
        "    mach_msg_port_descriptor_t port;\n"
        "    char trailer[8];\n"
        "} m;\n"
        "static void put(mach_port_t right, mach_port_t to) {\n"
        "    m.head.msgh_bits = MACH_MSGH_BITS_COMPLEX |\n"
        "        MACH_MSG_TYPE_MAKE_SEND;\n"
        "    m.head.msgh_size = sizeof m - 8;\n"
        "    m.head.msgh_remote_port = to;\n"
        "    m.head.msgh_local_port = 0;\n"
        "    m.body.msgh_descriptor_count = 1;\n"
        "    m.port.name = right;\n"
        "    m.port.disposition = MACH_MSG_TYPE_MOVE_RECEIVE;\n"
        "    mach_msg(&m.head, MACH_SEND_MSG, sizeof m - 8, 0, 0, 0, 0);\n"
        "}\n"
        "int main(void) {\n"
        "    mach_port_t a, b, t = mach_task_self();\n"
        "    mach_port_allocate(t, MACH_PORT_RIGHT_RECEIVE, &a);\n"
        "    mach_port_allocate(t, MACH_PORT_RIGHT_RECEIVE, &b);\n"
        "    put(a, b);\n"
        "    mach_msg(&m.head, MACH_RCV_MSG, 0, sizeof m, b, 0, 0);\n"
        "    put(m.port.name, b);\n"
        "    mach_port_destroy(t, b);\n"
        "    return 0;\n"
        "}\n");
    run_to_end(r, 0);
    const struct crossing *c = call(r, "probe", "mach_msg_trap", 1);
    const struct ports *p = tracker_ports(r->t, c->clock_in);
    uint64_t a = name_of(p, 2, 0x203)->port, b = name_of(p, 2, 0x303)->port;
    p = tracker_ports(r->t, c->clock_out);
    assert_int_equal(waiting(p, b), 1);
    assert_int_equal(ports_find(p, a)->travels, p->message[0].number);
    assert_null(ports_receiver(p, a));
    p = tracker_ports(r->t, call(r, "probe", "mach_msg_trap", 2)->clock_out);
    assert_int_equal(ports_find(p, a)->travels, 0);
    assert_int_equal(ports_receiver(p, a)->name, 0x207);
    p = tracker_ports(r->t, call(r, "probe", "mach_msg_trap", 3)->clock_out);
    assert_true(ports_find(p, a)->travels != 0);
    p = tracker_ports(r->t,
                      call(r, "probe", "mach_port_destroy_trap", 1)->clock_out);
    assert_null(ports_find(p, a));
    assert_null(ports_find(p, b));
    assert_int_equal(p->messages, 0);
    run_free(r);
}

/* Whatever was asked before, a moment is the same; the run is long enough that
 * states were saved on the way. */
static void any_order_of_asking_gives_the_same(void **state)
{
    (void)state;
    struct run *r = boot_program(
        "#include <mach/mach.h>\n"
        "#include <sys/wait.h>\n"
        "#include <unistd.h>\n"
        "int main(void) {\n"
        "    mach_port_t p, t = mach_task_self();\n"
        "    for (int i = 0; i < 1500; i++) {\n"
        "        mach_port_allocate(t, MACH_PORT_RIGHT_RECEIVE, &p);\n"
        "        mach_msg_header_t h[4] = {{.msgh_bits = i % 3 == 2 ? 21 : "
        "20,\n"
        "            .msgh_size = 24, .msgh_remote_port = p, .msgh_id = i}};\n"
        "        mach_msg(h, i % 3 ? 3 : 1, 24, 64, p, 0, 0);\n"
        "        if (i % 2 || i < 100) mach_port_destroy(t, p);\n"
        "        if (i % 100 == 99 && fork() == 0) _exit(0);\n"
        "        if (i % 100 == 99) wait(0);\n"
        "        if (i % 300 == 299) execl(\"/bin/probe\", \"probe\", (char "
        "*)0);\n"
        "        if (i == 1000) _exit(0);\n"
        "    }\n"
        "}\n");
    tracker_unlisten(r->t, r);
    machine_run(r->m, 12000000, &r->stop);
    enum { MOMENTS = 300, LONG = 40000 };
    uint64_t count = tracker_count(r->t);
    char *then = malloc(LONG), *again = malloc(LONG);
    uint64_t *hash = calloc(MOMENTS, sizeof *hash);
    assert_true(count > 2000);
    for (int round = 0; round < 2; round++)
        for (unsigned i = 0; i < MOMENTS; i++) {
            unsigned k = round == 0 ? i : i * 193 % MOMENTS;
            const struct crossing *c =
                tracker_crossing(r->t, 1 + count * k / MOMENTS);
            describe(r, c->clock_in, then, LONG);
            uint64_t h = UINT64_C(14695981039346656037);
            for (const char *s = then; *s; s++)
                h = (h ^ (uint8_t)*s) * UINT64_C(1099511628211);
            if (round == 0)
                hash[k] = h;
            else if (hash[k] != h)
                fail_msg("#%" PRIu64 " is another the second time: %s",
                         c->number, then);
            if (round == 0 && i == MOMENTS / 2)
                memcpy(again, then, LONG);
        }
    assert_true(strlen(again) > 500); /* there was something to compare */
    free(hash);
    free(then);
    free(again);
    run_free(r);
}

/* A kernel without these probes, or programs without ports: nothing. */
static void without_ports_there_is_nothing(void **state)
{
    (void)state;
    struct run *r = boot("arg=hello\n");
    run_to_end(r, 0);
    const struct ports *p = tracker_ports(r->t, NOW);
    assert_int_equal(p->names + p->ports + p->messages, 0);
    assert_null(ports_find(p, 1));
    assert_null(ports_receiver(p, 1));
    run_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rights_are_counted_and_die),
        cmocka_unit_test(queues_fill_and_sets_have_members),
        cmocka_unit_test(a_receive_right_travels),
        cmocka_unit_test(any_order_of_asking_gives_the_same),
        cmocka_unit_test(without_ports_there_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
