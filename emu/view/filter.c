/*
 * filter.c - which crossings the table lists. A row passes when every word of
 * the filter is found in it ("pid 4 write EFAULT"; a word that begins with '-'
 * must not be found). With a filter set, crossings are judged a stretch per
 * frame, so that a million of them never hold the window up.
 */
#include "frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STRETCH 20000 /* rows judged per frame */

static const char *const kind_words[] = {"call", "fault", "interrupt"};

static bool row_matches(const char *filter, const struct scene_row *row)
{
    char all[360];
    snprintf(all, sizeof all, "#%llu pid %d %s %s %s %s",
             (unsigned long long)row->number, row->pid, row->who,
             kind_words[row->kind], row->what, row->result);
    return crossing_words_match(filter, all);
}

void filter_reset(struct filter *f, const char *text)
{
    if (text != f->text)
        snprintf(f->text, sizeof f->text, "%s", text);
    f->count = 0;
    f->checked = 0;
    f->undecideds = 0;
}

/* Adds a number at its place (mostly the end). */
static void accept(struct filter *f, uint64_t number)
{
    if (f->count == f->room) {
        size_t room = f->room * 2 + 256;
        uint64_t *more = realloc(f->number, room * sizeof *more);
        if (!more)
            return;
        f->number = more;
        f->room = room;
    }
    size_t i = f->count++;
    for (; i > 0 && f->number[i - 1] > number; i--)
        f->number[i] = f->number[i - 1];
    f->number[i] = number;
}

/* A row that is still open and did not match may match when it closes. */
static void judge_again(struct filter *f, const struct scene_rows *rows)
{
    size_t kept = 0;
    for (size_t i = 0; i < f->undecideds; i++) {
        struct scene_row row;
        uint64_t number = f->undecided[i];
        if (!rows->row(rows->ctx, number, &row))
            continue;
        if (row_matches(f->text, &row))
            accept(f, number);
        else if (row.open)
            f->undecided[kept++] = number;
    }
    f->undecideds = kept;
}

void filter_advance(struct filter *f, const struct scene_rows *rows)
{
    if (rows->count < f->checked)
        filter_reset(f, f->text);
    if (!f->text[0] || !rows->row)
        return;
    judge_again(f, rows);
    size_t most = sizeof f->undecided / sizeof f->undecided[0];
    for (int n = 0; n < STRETCH && f->checked < rows->count; n++) {
        struct scene_row row;
        if (!rows->row(rows->ctx, ++f->checked, &row))
            continue;
        if (row_matches(f->text, &row))
            accept(f, row.number);
        else if (row.open && f->undecideds < most)
            f->undecided[f->undecideds++] = row.number;
    }
}

size_t filter_count(const struct filter *f, const struct scene_rows *rows)
{
    return f->text[0] ? f->count : (size_t)rows->count;
}

uint64_t filter_at(const struct filter *f, size_t i)
{
    if (!f->text[0])
        return i + 1;
    return i < f->count ? f->number[i] : 0;
}

size_t filter_index(const struct filter *f, uint64_t n)
{
    if (!f->text[0])
        return n ? (size_t)n - 1 : 0;
    size_t low = 0, high = f->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (f->number[middle] <= n)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? low - 1 : 0;
}
