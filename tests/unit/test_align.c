/*
 * test_align.c - emu/record/align: as few as possible stand alone, whatever the
 * two sequences; held against the table that every textbook has.
 */
#include "../../emu/record/align.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define MOST 60

/* Length of the longest common subsequence, by the quadratic table. */
static size_t longest_common(const uint64_t *a, size_t na, const uint64_t *b,
                             size_t nb)
{
    size_t t[MOST + 1][MOST + 1] = {{0}};
    for (size_t i = 1; i <= na; i++)
        for (size_t j = 1; j <= nb; j++)
            t[i][j] = a[i - 1] == b[j - 1]        ? t[i - 1][j - 1] + 1
                      : t[i - 1][j] > t[i][j - 1] ? t[i - 1][j]
                                                  : t[i][j - 1];
    return t[na][nb];
}

static size_t fill(uint64_t *keys, unsigned kinds)
{
    size_t n = (size_t)rand() % MOST;
    for (size_t i = 0; i < n; i++)
        keys[i] = (uint64_t)rand() % kinds;
    return n;
}

static void assert_sound(const uint64_t *a, size_t na, const uint64_t *b,
                         const struct aligned *out)
{
    size_t pairs = 0, behind = 0;
    for (size_t i = 0; i < na; i++) {
        if (out->mate[i] == SIZE_MAX)
            continue;
        assert_true(out->mate[i] >= behind);
        assert_int_equal(a[i], b[out->mate[i]]);
        behind = out->mate[i] + 1;
        pairs++;
    }
    assert_int_equal(pairs, out->same);
}

static void random_sequences_are_aligned_as_well_as_can_be(void **state)
{
    (void)state;
    srand(1986);
    for (int round = 0; round < 5000; round++) {
        uint64_t a[MOST], b[MOST];
        unsigned kinds = 1 + (unsigned)rand() % 6;
        size_t na = fill(a, kinds), nb = fill(b, kinds);
        struct aligned out;
        assert_true(align(a, na, b, nb, &out));
        assert_sound(a, na, b, &out);
        assert_false(out.given_up);
        assert_int_equal(out.same, longest_common(a, na, b, nb));
        free(out.mate);
    }
}

static void what_is_too_different_is_aligned_as_far_as_it_goes(void **state)
{
    (void)state;
    enum { N = 3 * ALIGN_EDITS_MAX };
    static uint64_t a[N], b[N];
    for (size_t i = 0; i < N; i++) {
        a[i] = i;
        b[i] = i < 100 ? i : N + i;
    }
    struct aligned out;
    assert_true(align(a, N, b, N, &out));
    assert_true(out.given_up);
    assert_int_equal(out.same, 100);
    assert_sound(a, N, b, &out);
    free(out.mate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_sequences_are_aligned_as_well_as_can_be),
        cmocka_unit_test(what_is_too_different_is_aligned_as_far_as_it_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
