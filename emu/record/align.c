/*
 * align.c - see align.h. Diagonal k holds the pairs (x, x - k); far[k] is how
 * far along it one gets with the edits spent so far. The far ends of each round
 * are kept, so that the way can be followed back.
 */
#include "align.h"

#include <stdlib.h>
#include <string.h>

struct walk {
    const uint64_t *a, *b;
    size_t na, nb;
    size_t *rounds[ALIGN_EDITS_MAX + 1]; /* of round d: 2d + 1 far ends */
};

static size_t far_end(const struct walk *w, long d, long k)
{
    return w->rounds[d][k + d];
}

/* Does round d come to diagonal k from k + 1, by taking one of b? */
static bool from_above(const struct walk *w, long d, long k)
{
    return k == -d ||
           (k != d && far_end(w, d - 1, k - 1) < far_end(w, d - 1, k + 1));
}

/* Round d's start on diagonal k, before what is the same. */
static size_t start(const struct walk *w, long d, long k)
{
    if (d == 0)
        return 0;
    return from_above(w, d, k) ? far_end(w, d - 1, k + 1)
                               : far_end(w, d - 1, k - 1) + 1;
}

/* Where a round may not go: beyond either end. */
static bool outside(const struct walk *w, size_t x, long k)
{
    return x > w->na || (long)x - k < 0 || (size_t)((long)x - k) > w->nb;
}

/* True: the ends are met, on this diagonal. */
static bool round_of(struct walk *w, long d, long *met)
{
    for (long k = -d; k <= d; k += 2) {
        size_t x = start(w, d, k);
        while (!outside(w, x, k) && x < w->na &&
               (size_t)((long)x - k) < w->nb && w->a[x] == w->b[(long)x - k])
            x++;
        w->rounds[d][k + d] = x;
        if (x >= w->na && (long)x - k >= (long)w->nb) {
            *met = k;
            return true;
        }
    }
    return false;
}

static void follow_back(const struct walk *w, long d, long k,
                        struct aligned *out)
{
    for (; d >= 0; d--) {
        size_t x = far_end(w, d, k), from = start(w, d, k);
        while (x > from) {
            x--;
            out->mate[x] = (size_t)((long)x - k);
            out->same++;
        }
        if (d > 0)
            k += from_above(w, d, k) ? 1 : -1;
    }
}

/* The furthest of the last round. */
static long best_diagonal(const struct walk *w, long d)
{
    long best = -d;
    for (long k = -d; k <= d; k += 2)
        if (!outside(w, far_end(w, d, k), k) &&
            2 * (long)far_end(w, d, k) - k >
                2 * (long)far_end(w, d, best) - best)
            best = k;
    return best;
}

bool align(const uint64_t *a, size_t na, const uint64_t *b, size_t nb,
           struct aligned *out)
{
    struct walk *w = calloc(1, sizeof *w);
    *out = (struct aligned){.mate = malloc((na + 1) * sizeof *out->mate)};
    bool good = w != NULL && out->mate != NULL, met = false;
    long d = 0, k = 0;
    for (size_t i = 0; good && i < na; i++)
        out->mate[i] = SIZE_MAX;
    if (good) {
        w->a = a;
        w->b = b;
        w->na = na;
        w->nb = nb;
    }
    for (; good && !met && d <= ALIGN_EDITS_MAX; d++) {
        w->rounds[d] = calloc((size_t)(2 * d + 1), sizeof(size_t));
        good = w->rounds[d] != NULL;
        met = good && round_of(w, d, &k);
    }
    if (good) {
        out->given_up = !met;
        follow_back(w, d - 1, met ? k : best_diagonal(w, d - 1), out);
    }
    for (long i = 0; w != NULL && i <= ALIGN_EDITS_MAX; i++)
        free(w->rounds[i]);
    free(w);
    if (!good)
        free(out->mate);
    return good;
}
