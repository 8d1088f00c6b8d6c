/*
 * measure_text.c - measurements as CSV, as tables for people, and as JSON; all
 * figures are those of one lap, averaged. The crossovers stand under the
 * tables: measure_crossover.c finds them.
 */
#include "measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct column {
    const char *name; /* in CSV and JSON */
    const char *head; /* in a table; NULL: not there */
    int width;        /* of its column */
    size_t count[3];  /* offsets + 1 in struct tally, added up; 0: no more */
};

#define AT(field) (offsetof(struct tally, field) + 1)
static const struct column columns[] = {
    {"calls", "calls", 6, {AT(calls)}},
    {"faults", "faults", 7, {AT(faults)}},
    {"crossings", NULL, 0, {AT(calls), AT(faults), AT(interrupts)}},
    {"mode_changes", "modes", 7, {AT(mode_changes)}},
    {"switches", "switches", 9, {AT(switches)}},
    {"satp_writes", "satp", 6, {AT(satp_writes)}},
    {"fences", NULL, 0, {AT(fences)}},
    {"copies", "copies", 7, {AT(copies)}},
    {"bytes_copied", "bytes", 9, {AT(bytes_copied)}},
    {"pages_mapped", "mapped", 7, {AT(pages_mapped)}},
    {"pages_unmapped", NULL, 0, {AT(pages_unmapped)}},
    {"pages_shown", "shown", 6, {AT(pages_shown)}},
    {"user_instructions", NULL, 0, {AT(user_insns)}},
    {"kernel_instructions", NULL, 0, {AT(kernel_insns)}},
    {"instructions", "insns", 10, {AT(user_insns), AT(kernel_insns)}},
};
#define COLUMNS (sizeof columns / sizeof columns[0])

static uint64_t sum_of(const struct measure_row *row, const struct column *c)
{
    const uint8_t *tally = (const uint8_t *)&row->sum[TALLY_REST];
    uint64_t sum = 0, value;
    for (size_t i = 0; i < 3 && c->count[i] != 0; i++) {
        memcpy(&value, tally + c->count[i] - 1, sizeof value);
        sum += value;
    }
    return sum;
}

double measure_figure(const struct measure_row *row, enum measure_figure f)
{
    const struct tally *t = &row->sum[TALLY_REST];
    uint64_t sum =
        f == FIGURE_CYCLES ? row->cycles : t->user_insns + t->kernel_insns;
    return row->laps != 0 ? (double)sum / (double)row->laps : 0;
}

/* Whole where it is: in steady state every lap is the same. */
static const char *average(uint64_t sum, uint64_t laps, char text[32])
{
    if (sum % laps == 0)
        snprintf(text, 32, "%" PRIu64, sum / laps);
    else
        snprintf(text, 32, "%.2f", (double)sum / (double)laps);
    return text;
}

void measure_bytes_text(uint64_t bytes, char *text, size_t n)
{
    if (bytes >= 1u << 20 && bytes % (1u << 20) == 0)
        snprintf(text, n, "%" PRIu64 " MiB", bytes >> 20);
    else if (bytes >= 1u << 10 && bytes % (1u << 10) == 0)
        snprintf(text, n, "%" PRIu64 " KiB", bytes >> 10);
    else
        snprintf(text, n, "%" PRIu64 " B", bytes);
}

/* ---- CSV and JSON ---- */

static void put_csv(FILE *out, const struct measurements *m)
{
    char text[32];
    fputs("layout,mechanism,kind,bytes,laps", out);
    for (size_t i = 0; i < COLUMNS; i++)
        fprintf(out, ",%s", columns[i].name);
    fputs(",model_cycles,timer_crossings,note\n", out);
    for (const struct measure_row *r = m->row; r < m->row + m->rows; r++) {
        fprintf(out, "%s,%s,%s,%" PRIu64 ",%" PRIu64, r->layout, r->name,
                r->kind, r->bytes, r->laps);
        for (size_t i = 0; i < COLUMNS; i++)
            fprintf(out, ",%s",
                    r->laps ? average(sum_of(r, &columns[i]), r->laps, text)
                            : "");
        if (r->laps != 0)
            fprintf(out, ",%s,%" PRIu64 ",\n",
                    average(r->cycles, r->laps, text), r->timer);
        else
            fprintf(out, ",,,%s\n", r->reason);
    }
}

static void put_json(FILE *out, const struct measurements *m)
{
    char text[32];
    for (const struct measure_row *r = m->row; r < m->row + m->rows; r++) {
        fprintf(out,
                "{\"type\":\"measurement\",\"layout\":\"%s\",\"mechanism\":"
                "\"%s\",\"kind\":\"%s\",\"bytes\":%" PRIu64
                ",\"laps\":%" PRIu64,
                r->layout, r->name, r->kind, r->bytes, r->laps);
        for (size_t i = 0; i < COLUMNS && r->laps != 0; i++)
            fprintf(out, ",\"%s\":%s", columns[i].name,
                    average(sum_of(r, &columns[i]), r->laps, text));
        if (r->laps != 0)
            fprintf(out, ",\"model_cycles\":%s,\"timer_crossings\":%" PRIu64,
                    average(r->cycles, r->laps, text), r->timer);
        else
            fprintf(out, ",\"note\":\"%s\"", r->reason);
        fputs("}\n", out);
    }
}

/* ---- Tables ---- */

static bool is_first_of(const struct measurements *m, size_t i, bool sizes)
{
    for (size_t k = 0; k < i; k++) {
        const struct measure_row *a = &m->row[k], *b = &m->row[i];
        if (strcmp(a->layout, b->layout) == 0 &&
            (!sizes || a->bytes == b->bytes))
            return false;
    }
    return true;
}

static void put_row(FILE *out, const struct measure_row *r)
{
    char text[32];
    fprintf(out, "  %-16s", r->name);
    if (r->laps == 0) {
        fprintf(out, "  %s\n", r->reason);
        return;
    }
    for (size_t i = 0; i < COLUMNS; i++)
        if (columns[i].head != NULL)
            fprintf(out, "%*s", columns[i].width,
                    average(sum_of(r, &columns[i]), r->laps, text));
    fprintf(out, "%11s%6" PRIu64 "\n", average(r->cycles, r->laps, text),
            r->timer);
}

/* All rows of that layout and size; sizes may come in any order. */
static void put_size(FILE *out, const struct measurements *m, size_t first)
{
    const struct measure_row *like = &m->row[first];
    char size[32];
    measure_bytes_text(like->bytes, size, sizeof size);
    fprintf(out, "\n  %-16s", size);
    for (size_t i = 0; i < COLUMNS; i++)
        if (columns[i].head != NULL)
            fprintf(out, "%*s", columns[i].width, columns[i].head);
    fprintf(out, "%11s%6s\n", "cycles", "timer");
    for (size_t i = first; i < m->rows; i++)
        if (m->row[i].bytes == like->bytes &&
            strcmp(m->row[i].layout, like->layout) == 0)
            put_row(out, &m->row[i]);
}

static void put_crossovers(FILE *out, const struct measurements *m)
{
    struct measure_crossover c[32];
    char text[240];
    fputs("\nWhere copying stops paying\n", out);
    for (int f = FIGURE_INSNS; f <= FIGURE_CYCLES; f++) {
        size_t n = measure_crossovers(m, (enum measure_figure)f, c, 32);
        for (size_t i = 0; i < n && i < 32; i++) {
            measure_crossover_text(&c[i], text, sizeof text);
            fprintf(out, "  %s\n", text);
        }
    }
}

static void put_table(FILE *out, const struct measurements *m)
{
    for (size_t i = 0; i < m->rows; i++) {
        if (is_first_of(m, i, false))
            fprintf(out, "%slayout=%s, figures of one lap\n", i ? "\n" : "",
                    m->row[i].layout);
        if (is_first_of(m, i, true))
            put_size(out, m, i);
    }
    put_crossovers(out, m);
    fputs("\ncycles are a model's (docs/reference/costs.md); timer: its "
          "interrupts, in all laps;\ndocs/reference/race.md has what became of "
          "those, and the rest.\n",
          out);
}

char *measurements_text(const struct measurements *m, enum measure_format f)
{
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    if (out == NULL)
        return NULL;
    if (f == MEASURE_CSV)
        put_csv(out, m);
    else if (f == MEASURE_JSON)
        put_json(out, m);
    else
        put_table(out, m);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
