/*
 * test_measure.c - what follows from measured rows: figures of a lap, where
 * copying stops paying, and the three formats. No machine.
 */
#include "../../emu/crossing/measure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct measure_row row(const char *layout, const char *name,
                              const char *kind, uint64_t bytes, uint64_t insns)
{
    struct measure_row r = {.bytes = bytes, .laps = 4, .cycles = insns * 8};
    snprintf(r.name, sizeof r.name, "%s", name);
    snprintf(r.kind, sizeof r.kind, "%s", kind);
    snprintf(r.layout, sizeof r.layout, "%s", layout);
    r.sum[TALLY_REST].user_insns = insns;
    r.sum[TALLY_REST].kernel_insns = insns * 3;
    return r;
}

/* Copying 1 a byte, mapping 100 and 1 for 10: they meet at 111 bytes. */
static struct measurements two_lines(void)
{
    struct measurements m = {0};
    m.row = calloc(16, sizeof *m.row);
    assert_non_null(m.row);
    for (uint64_t n = 16; n <= 1024; n *= 4) {
        m.row[m.rows++] = row("separate", "p/copied", "copies", n, n);
        m.row[m.rows++] = row("separate", "p/mapped", "maps", n, 100 + n / 10);
    }
    return m;
}

static void a_lap_is_the_sum_over_the_laps(void **state)
{
    (void)state;
    struct measure_row r = row("separate", "p/copied", "copies", 8, 10);
    assert_true(measure_figure(&r, FIGURE_INSNS) == 10);
    assert_true(measure_figure(&r, FIGURE_CYCLES) == 20);
    r.laps = 0;
    assert_true(measure_figure(&r, FIGURE_INSNS) == 0);
}

/* ---- Laps that the timer disturbs ---- */

static void lap(struct measure_row *r, uint64_t laps, uint64_t insns,
                uint64_t interrupts)
{
    r->lap[TALLY_REST].user_insns = insns;
    r->lap[TALLY_TIMER].interrupts = interrupts;
    measure_add_laps(r, laps);
    assert_int_equal(r->lap[TALLY_REST].user_insns, 0); /* a new one */
    assert_int_equal(r->lap[TALLY_TIMER].interrupts, 0);
}

static void assert_row(const struct measure_row *r, uint64_t laps,
                       uint64_t insns, uint64_t timer)
{
    assert_int_equal(r->laps, laps);
    assert_int_equal(r->sum[TALLY_REST].user_insns, insns);
    assert_int_equal(r->timer, timer);
}

static void quiet_laps_add_up(void **state)
{
    (void)state;
    struct measure_row r = {0};
    lap(&r, 1, 10, 0);
    lap(&r, 3, 32, 0);
    assert_row(&r, 4, 42, 0);
    assert_false(r.disturbed);
}

static void a_disturbed_lap_is_left_out_of_quiet_ones(void **state)
{
    (void)state;
    struct measure_row r = {0};
    lap(&r, 1, 10, 0);
    lap(&r, 1, 1000, 2);
    lap(&r, 1, 11, 0);
    assert_row(&r, 2, 21, 2); /* but its interrupts are told */
    assert_int_equal(r.sum[TALLY_TIMER].interrupts, 0);
    assert_false(r.disturbed);
}

/* As long as there is no other, they count; the first quiet one takes their
 * place. */
static void the_first_quiet_lap_replaces_disturbed_ones(void **state)
{
    (void)state;
    struct measure_row r = {0};
    lap(&r, 1, 1000, 1);
    lap(&r, 2, 2100, 3);
    assert_true(r.disturbed);
    assert_row(&r, 3, 3100, 4);
    assert_int_equal(r.sum[TALLY_TIMER].interrupts, 4);
    lap(&r, 1, 10, 0);
    assert_false(r.disturbed);
    assert_row(&r, 1, 10, 4);
    assert_int_equal(r.sum[TALLY_TIMER].interrupts, 0);
    lap(&r, 1, 900, 1);
    assert_row(&r, 1, 10, 5);
}

/* ---- Where copying stops paying ---- */

static void the_crossover_lies_between_two_sizes(void **state)
{
    (void)state;
    struct measurements m = two_lines();
    struct measure_crossover c[4];
    assert_int_equal(measure_crossovers(&m, FIGURE_INSNS, c, 4), 2);
    assert_true(c[0].found);
    assert_string_equal(c[0].copies, "p/copied");
    assert_string_equal(c[0].maps, "p/mapped");
    assert_string_equal(c[0].layout, "separate");
    assert_int_equal(c[0].below, 64);
    assert_int_equal(c[0].from, 256);
    assert_true(c[0].at > 105 && c[0].at < 120);
    assert_string_equal(c[1].maps, ""); /* the best of all */
    assert_int_equal(c[1].from, 256);
    measurements_free(&m);
}

/* Cheaper once, and dearer again beyond: that is no crossover yet. */
static void for_good_means_for_good(void **state)
{
    (void)state;
    struct measurements m = two_lines();
    struct measure_crossover c[4];
    char text[240];
    m.row[m.rows++] = row("separate", "p/copied", "copies", 4096, 10);
    m.row[m.rows++] = row("separate", "p/mapped", "maps", 4096, 20);
    measure_crossovers(&m, FIGURE_INSNS, c, 4);
    assert_false(c[0].found);
    assert_int_equal(c[0].below, 4096);
    measure_crossover_text(&c[0], text, sizeof text);
    assert_string_equal(text, "separate, instructions: p/mapped costs less "
                              "than p/copied nowhere up to 4 KiB");
    measurements_free(&m);
}

static void only_sizes_that_both_have_are_compared(void **state)
{
    (void)state;
    struct measurements m = two_lines();
    struct measure_crossover c[4];
    char text[240];
    for (size_t i = 0; i < m.rows; i++)
        if (m.row[i].bytes < 256 && strcmp(m.row[i].kind, "maps") == 0)
            m.row[i].laps = 0;
    measure_crossovers(&m, FIGURE_CYCLES, c, 4);
    assert_true(c[0].found);
    assert_int_equal(c[0].below, 0);
    measure_crossover_text(&c[0], text, sizeof text);
    assert_string_equal(text, "separate, model cycles: p/mapped costs less "
                              "than p/copied from 256 B on, where it begins");
    measurements_free(&m);
}

static void layouts_and_mechanisms_are_kept_apart(void **state)
{
    (void)state;
    struct measurements m = two_lines();
    struct measure_crossover c[8];
    m.row[m.rows++] = row("shared", "p/copied", "copies", 16, 5);
    m.row[m.rows++] = row("shared", "q/mapped", "maps", 16, 4);
    m.row[m.rows++] = row("shared", "pp/mapped", "maps", 16, 3);
    /* p in separate; the best in separate; the best in shared. */
    assert_int_equal(measure_crossovers(&m, FIGURE_INSNS, c, 8), 3);
    assert_string_equal(c[2].layout, "shared");
    assert_true(c[2].found && c[2].below == 0);
    assert_int_equal(measure_crossovers(&m, FIGURE_INSNS, NULL, 0), 3);
    measurements_free(&m);
}

static void csv_has_a_line_for_each_row(void **state)
{
    (void)state;
    struct measurements m = two_lines();
    m.row[0].sum[TALLY_REST].calls = 10; /* of 4 laps */
    m.row[0].timer = 3;
    m.row[1].laps = 0;
    snprintf(m.row[1].reason, sizeof m.row[1].reason, "too small");
    char *text = measurements_text(&m, MEASURE_CSV);
    assert_non_null(strstr(
        text, "\nseparate,p/copied,copies,16,4,2.50,0,2.50,0,0,0,0,0,0,0,0,0,"
              "4,12,16,32,3,\n"));
    assert_non_null(strstr(text, "\nseparate,p/mapped,maps,16,0,,,,,,,,,,,,,,"
                                 ",,,,too small\n"));
    free(text);
    text = measurements_text(&m, MEASURE_JSON);
    assert_non_null(strstr(text, "\"calls\":2.50,"));
    assert_non_null(strstr(text, "\"laps\":0,\"note\":\"too small\"}\n"));
    free(text);
    text = measurements_text(&m, MEASURE_TABLE);
    assert_non_null(strstr(text, "p/mapped          too small\n"));
    assert_non_null(strstr(text, "Where copying stops paying\n"));
    free(text);
    measurements_free(&m);
}

static void nothing_measured_is_no_crossover(void **state)
{
    (void)state;
    struct measurements m = {0};
    assert_int_equal(measure_crossovers(&m, FIGURE_INSNS, NULL, 0), 0);
    char *text = measurements_text(&m, MEASURE_CSV);
    assert_int_equal(strncmp(text, "layout,mechanism,kind,bytes,", 28), 0);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lap_is_the_sum_over_the_laps),
        cmocka_unit_test(quiet_laps_add_up),
        cmocka_unit_test(a_disturbed_lap_is_left_out_of_quiet_ones),
        cmocka_unit_test(the_first_quiet_lap_replaces_disturbed_ones),
        cmocka_unit_test(the_crossover_lies_between_two_sizes),
        cmocka_unit_test(for_good_means_for_good),
        cmocka_unit_test(only_sizes_that_both_have_are_compared),
        cmocka_unit_test(layouts_and_mechanisms_are_kept_apart),
        cmocka_unit_test(csv_has_a_line_for_each_row),
        cmocka_unit_test(nothing_measured_is_no_crossover),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
