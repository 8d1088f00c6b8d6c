/*
 * test_crossing_words.c - the pieces under the tracker: byte texts, cost
 * files, chunked lists, and links from puts to gets.
 */
#include "machine_fixture.h"

#include "../../emu/crossing/state.h"

#include <stdio.h>

/* ---- Bytes as text ---- */

static void bytes_are(const char *bytes, size_t n, size_t max,
                      const char *expected)
{
    char text[64];
    memset(text, '!', sizeof text);
    bytes_text((const uint8_t *)bytes, n, text, max);
    assert_string_equal(text, expected);
    assert_int_equal(text[max], '!'); /* not one byte more */
}

static void bytes_read_as_c_text(void **state)
{
    (void)state;
    bytes_are("hello, world\n", 13, 40, "\"hello, world\\n\"");
    bytes_are("", 0, 40, "\"\"");
    bytes_are("a\0b", 3, 40, "\"a\\000b\"");
    bytes_are("\"\\\t\r", 4, 40, "\"\\\"\\\\\\t\\r\"");
    bytes_are("\x7f\xff\x1b", 3, 40, "\"\\177\\377\\033\"");
}

static void long_bytes_are_cut_with_dots_behind_the_quote(void **state)
{
    (void)state;
    bytes_are("abcdefghij", 10, 13, "\"abcdefghij\"");
    bytes_are("abcdefghij", 10, 12, "\"abcdef\"...");
    bytes_are("\n\n\n\n\n\n", 6, 11, "\"\\n\\n\"...");
    bytes_are("abc", 3, 6, "\"abc\"");
    bytes_are("abcd", 4, 6, "\"\"...");
    bytes_are("abc", 3, 3, "");
}

static void a_writer_never_runs_over(void **state)
{
    (void)state;
    char text[9] = "????????";
    struct writer w = writer_on(text, 8);
    put_text(&w, "%s", "abc");
    put_text(&w, "%d", 123456789);
    put_text(&w, "%s", "more");
    pad_to(&w, 100);
    assert_string_equal(text, "abc1234");
    assert_int_equal(text[8], '\0');
}

/* ---- Cost files ---- */

static void cost_files_change_what_they_name(void **state)
{
    (void)state;
    struct cost_model m;
    char why[160] = "";
    assert_int_equal(cost_model_parse("# mine\ntrap=7\n\n fence = 9 # dear\n",
                                      "c", &m, why, sizeof why),
                     0);
    assert_int_equal(m.trap, 7);
    assert_int_equal(m.fence, 9);
    assert_int_equal(m.satp, cost_model_default.satp);
    assert_int_equal(cost_model_parse("", "c", &m, why, sizeof why), 0);
    assert_int_equal(m.trap, cost_model_default.trap);
    assert_int_equal(cost_model_parse("satp=0", "c", &m, why, sizeof why), 0);
    assert_int_equal(m.satp, 0);
}

static void wrong_cost_files_are_refused_with_line_and_reason(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"trap", "c:1: expected NAME=CYCLES"},
        {"trap=1\nspoon=3\n", "c:2: the name is not one of trap, ret, satp, "
                              "fence, miss"},
        {"trap=", "c:1: the value is not a whole number of cycles"},
        {"trap=-1", "c:1: the value is not a whole number of cycles"},
        {"trap=1.5", "c:1: the value is not a whole number of cycles"},
        {"trap=0x10", "c:1: the value is not a whole number of cycles"},
        {"trap=1000000001", "c:1: the value is larger than 1000000000 cycles"},
        {"trap=99999999999999999999",
         "c:1: the value is larger than 1000000000 cycles"},
        {"=5", "c:1: the name is not one of trap, ret, satp, fence, miss"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct cost_model m = {0}, untouched = {0};
        char why[160] = "";
        assert_int_equal(cost_model_parse(bad[i][0], "c", &m, why, sizeof why),
                         -1);
        assert_string_equal(why, bad[i][1]);
        assert_memory_equal(&m, &untouched, sizeof m);
    }
    char line[300];
    memset(line, ' ', sizeof line);
    line[299] = '\0';
    struct cost_model m;
    char why[160];
    assert_int_equal(cost_model_parse(line, "c", &m, why, sizeof why), -1);
    assert_non_null(strstr(why, "longer than 127"));
}

static void the_reference_page_states_the_default_coefficients(void **state)
{
    (void)state;
    const struct cost_model *m = &cost_model_default;
    const struct {
        const char *name;
        uint64_t value;
    } row[] = {{"trap", m->trap},
               {"ret", m->ret},
               {"satp", m->satp},
               {"fence", m->fence},
               {"miss", m->miss}};
    char page[8192], cell[64];
    FILE *f = fopen(SALLYPORT_SOURCE_DIR "/docs/reference/costs.md", "r");
    assert_non_null(f);
    page[fread(page, 1, sizeof page - 1, f)] = '\0';
    fclose(f);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        snprintf(cell, sizeof cell, "\n| `%s` | %lu |", row[i].name,
                 (unsigned long)row[i].value);
        if (strstr(page, cell) == NULL)
            fail_msg("costs.md has no row \"%s\"", cell + 1);
    }
}

/* ---- Lists ---- */

static void lists_grow_without_moving_what_they_hold(void **state)
{
    (void)state;
    struct list l = {.item_bytes = 24};
    uint64_t *first = list_add(&l);
    *first = 77;
    for (uint32_t i = 1; i < 3 * LIST_CHUNK_ITEMS + 5; i++)
        *(uint64_t *)list_add(&l) = i;
    assert_ptr_equal(list_at(&l, 0), first);
    assert_int_equal(*first, 77);
    for (uint32_t i = 1; i < l.count; i++)
        assert_int_equal(*(uint64_t *)list_at(&l, i), i);
    list_free(&l);
}

static void byte_runs_stay_whole_across_chunks(void **state)
{
    (void)state;
    struct bytes b = {0};
    uint8_t run[BYTES_RUN_MAX];
    uint64_t at[100];
    for (unsigned i = 0; i < 100; i++) {
        memset(run, (int)i, sizeof run);
        at[i] = bytes_add(&b, run, 1000 + 30 * i);
    }
    for (unsigned i = 0; i < 100; i++) {
        const uint8_t *p = bytes_at(&b, at[i]);
        for (unsigned k = 0; k < 1000 + 30 * i; k++)
            assert_int_equal(p[k], i);
        assert_int_equal(p[1000 + 30 * i], 0);
    }
    bytes_free(&b);
}

/* ---- Links ---- */

/* A tracker with n open crossings of nobody, for links alone. */
static struct tracker *tracker_of(void **state, unsigned n)
{
    struct board *b = *state;
    struct tracker_desc d = {.machine = b->m};
    char why[100];
    struct tracker *t = tracker_create(&d, why, sizeof why);
    assert_non_null(t);
    for (unsigned i = 0; i < n; i++)
        list_add(&t->s.records);
    return t;
}

static void put(struct tracker *t, uint64_t crossing, uint64_t channel,
                uint64_t offset, uint64_t bytes)
{
    t->s.current = crossing;
    links_put(t, channel, offset, bytes);
}

static void get(struct tracker *t, uint64_t crossing, uint64_t channel,
                uint64_t offset, uint64_t bytes)
{
    t->s.current = crossing;
    links_get(t, channel, offset, bytes);
}

static void expect(const struct crossing *c, size_t i, uint64_t from,
                   uint64_t to, uint64_t offset, uint64_t bytes)
{
    assert_true(i < c->links);
    assert_int_equal(c->link[i].from, from);
    assert_int_equal(c->link[i].to, to);
    assert_int_equal(c->link[i].offset, offset);
    assert_int_equal(c->link[i].bytes, bytes);
}

static void a_get_may_cover_parts_of_several_puts(void **state)
{
    struct tracker *t = tracker_of(state, 6);
    put(t, 1, 9, 0, 10);
    put(t, 2, 9, 10, 10);
    put(t, 3, 8, 0, 10); /* another channel */
    get(t, 4, 9, 0, 15);
    const struct crossing *c = tracker_crossing(t, 4);
    assert_int_equal(c->links, 2);
    expect(c, 0, 1, 4, 0, 10);
    expect(c, 1, 2, 4, 10, 5);
    get(t, 5, 9, 15, 100); /* the rest, and more than there is */
    c = tracker_crossing(t, 5);
    assert_int_equal(c->links, 1);
    expect(c, 0, 2, 5, 15, 5);
    c = tracker_crossing(t, 2); /* the sender sees both readers */
    assert_int_equal(c->links, 2);
    expect(c, 1, 2, 5, 15, 5);
    get(t, 6, 9, 20, 5); /* nothing is left */
    assert_int_equal(tracker_crossing(t, 6)->links, 0);
    tracker_destroy(t);
}

static void a_channel_that_begins_again_is_a_new_one(void **state)
{
    struct tracker *t = tracker_of(state, 4);
    put(t, 1, 9, 0, 10); /* never taken out */
    put(t, 2, 9, 0, 10); /* the same id, used again */
    get(t, 3, 9, 0, 10);
    const struct crossing *c = tracker_crossing(t, 3);
    assert_int_equal(c->links, 1);
    expect(c, 0, 2, 3, 0, 10);
    tracker_destroy(t);
}

static void hostile_offsets_and_lengths_link_nothing(void **state)
{
    struct tracker *t = tracker_of(state, 3);
    put(t, 1, 9, UINT64_MAX - 4, 10);
    put(t, 1, 9, 5, 0);
    get(t, 2, 9, UINT64_MAX - 4, 10);
    get(t, 2, 9, 0, UINT64_MAX);
    assert_int_equal(tracker_crossing(t, 2)->links, 0);
    for (uint64_t i = 0; i < PUTS_MAX * 2; i++) /* nobody ever reads */
        put(t, 1, 9, i, 1);
    assert_true(t->s.puts <= PUTS_MAX);
    tracker_destroy(t);
}

static void a_view_stays_good_while_64_others_are_asked_for(void **state)
{
    struct tracker *t = tracker_of(state, 200);
    const struct crossing *c = tracker_crossing(t, 7);
    for (uint64_t i = 100; i < 163; i++)
        assert_int_equal(tracker_crossing(t, i)->number, i);
    assert_int_equal(c->number, 7);
    assert_ptr_equal(tracker_crossing(t, 7), c);
    tracker_destroy(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_read_as_c_text),
        cmocka_unit_test(long_bytes_are_cut_with_dots_behind_the_quote),
        cmocka_unit_test(a_writer_never_runs_over),
        cmocka_unit_test(cost_files_change_what_they_name),
        cmocka_unit_test(wrong_cost_files_are_refused_with_line_and_reason),
        cmocka_unit_test(the_reference_page_states_the_default_coefficients),
        cmocka_unit_test(lists_grow_without_moving_what_they_hold),
        cmocka_unit_test(byte_runs_stay_whole_across_chunks),
        cmocka_unit_test(a_get_may_cover_parts_of_several_puts),
        cmocka_unit_test(a_channel_that_begins_again_is_a_new_one),
        cmocka_unit_test(hostile_offsets_and_lengths_link_nothing),
        cmocka_unit_test(a_view_stays_good_while_64_others_are_asked_for),
    };
    return cmocka_run_group_tests(tests, board_setup, board_teardown);
}
