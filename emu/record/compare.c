/*
 * compare.c - see compare.h.
 */
#include "compare.h"

#include "align.h"
#include "question.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CONTEXT 3 /* calls shown before a difference */

struct call {
    int64_t number, clock;
    uint64_t key;
};

struct program {
    int64_t id, pid;
    char name[64];
    struct call *call;
    size_t calls, room;
    struct program *mate;
};

struct side {
    struct recording_file *file;
    const char *name;
    struct program *program; /* in order of birth */
    size_t programs;
};

/* Where the two of a pair part: the i-th call of the one, the j-th of the
 * other (behind the last: it has none there). */
struct parting {
    struct program *a;
    size_t i, j;
    bool in_a, in_b; /* that call stands alone */
    int64_t clock;
};

struct comparison {
    struct side side[2];
    FILE *out;
    char *why;
    size_t why_bytes;
    struct parting first;
    bool parted;
    size_t lone; /* processes in one run only */
};

static const char letter[2] = {'A', 'B'};

static void *grow(void *old, size_t bytes)
{
    void *grown = realloc(old, bytes);
    if (grown == NULL)
        abort();
    return grown;
}

/* ---- Reading ---- */

static uint64_t hash_byte(uint64_t hash, char c)
{
    return (hash ^ (unsigned char)c) * UINT64_C(0x100000001b3);
}

/* Of a text in which addresses (0x...) are all the same. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++) {
        hash = hash_byte(hash, *text);
        if (text[0] == '0' && text[1] == 'x')
            while (isxdigit((unsigned char)text[2]))
                text++;
    }
    return hash_byte(hash, '\0');
}

static bool read_programs(struct comparison *c, struct side *s)
{
    struct question q;
    if (!question_ask(&q, s->file,
                      "SELECT id, pid, name FROM processes ORDER BY id", c->why,
                      c->why_bytes))
        return false;
    while (question_row(&q)) {
        s->program = grow(s->program, (s->programs + 1) * sizeof *s->program);
        struct program *p = &s->program[s->programs++];
        *p = (struct program){.id = question_number(&q, 0),
                              .pid = question_number(&q, 1)};
        snprintf(p->name, sizeof p->name, "%s", question_text(&q, 2));
    }
    return question_done(&q);
}

static struct program *program_by_id(struct side *s, int64_t id)
{
    for (size_t i = 0; i < s->programs; i++)
        if (s->program[i].id == id)
            return &s->program[i];
    return NULL;
}

static void add_call(struct program *p, struct call call)
{
    if (p->calls == p->room) {
        p->room = p->room * 2 + 64;
        p->call = grow(p->call, p->room * sizeof *p->call);
    }
    p->call[p->calls++] = call;
}

static bool read_calls(struct comparison *c, struct side *s)
{
    struct question q;
    if (!question_ask(&q, s->file,
                      "SELECT process_id, number, clock_in, what, answer FROM"
                      " crossings WHERE kind = 'call' ORDER BY number",
                      c->why, c->why_bytes))
        return false;
    while (question_row(&q)) {
        struct program *p = program_by_id(s, question_number(&q, 0));
        uint64_t key = UINT64_C(0xcbf29ce484222325);
        key = hash_text(key, question_text(&q, 3));
        key = hash_text(key, question_text(&q, 4));
        if (p != NULL)
            add_call(p, (struct call){question_number(&q, 1),
                                      question_number(&q, 2), key});
    }
    return question_done(&q);
}

static void pair_programs(struct comparison *c)
{
    struct side *a = &c->side[0], *b = &c->side[1];
    for (size_t i = 0; i < a->programs; i++)
        for (size_t j = 0; j < b->programs && !a->program[i].mate; j++)
            if (!b->program[j].mate &&
                strcmp(a->program[i].name, b->program[j].name) == 0) {
                a->program[i].mate = &b->program[j];
                b->program[j].mate = &a->program[i];
            }
}

/* ---- Aligning ---- */

static uint64_t *keys_of(const struct program *p)
{
    uint64_t *keys = grow(NULL, (p->calls + 1) * sizeof *keys);
    for (size_t i = 0; i < p->calls; i++)
        keys[i] = p->call[i].key;
    return keys;
}

static void note_parting(struct comparison *c, struct program *a,
                         const struct aligned *aligned)
{
    const struct program *b = a->mate;
    struct parting p = {.a = a};
    while (p.i < a->calls && aligned->mate[p.i] == p.j)
        p.i++, p.j++;
    size_t next = p.i;
    while (next < a->calls && aligned->mate[next] == SIZE_MAX)
        next++;
    p.in_a = next > p.i;
    p.in_b = p.j < (next < a->calls ? aligned->mate[next] : b->calls);
    if (!p.in_a && !p.in_b)
        return;
    p.clock = p.in_a ? a->call[p.i].clock : b->call[p.j].clock;
    if (!c->parted || p.clock < c->first.clock)
        c->first = p;
    c->parted = true;
}

static bool align_pair(struct comparison *c, struct program *a)
{
    struct program *b = a->mate;
    struct aligned aligned;
    uint64_t *of_a = keys_of(a), *of_b = keys_of(b);
    bool good = align(of_a, a->calls, of_b, b->calls, &aligned);
    free(of_a);
    free(of_b);
    if (!good) {
        snprintf(c->why, c->why_bytes, "out of memory");
        return false;
    }
    note_parting(c, a, &aligned);
    fprintf(c->out,
            "%-16.16s %6" PRId64 " %6" PRId64 " %9zu %9zu %9zu %9zu"
            " %9zu%s\n",
            a->name, a->pid, b->pid, a->calls, b->calls, aligned.same,
            a->calls - aligned.same, b->calls - aligned.same,
            aligned.given_up ? "  (too different to be aligned to the end)"
                             : "");
    free(aligned.mate);
    return true;
}

static void tell_lone(struct comparison *c, int which)
{
    const struct side *s = &c->side[which];
    for (size_t i = 0; i < s->programs; i++)
        if (s->program[i].mate == NULL) {
            fprintf(c->out, "%-16.16s pid %" PRId64 ", %zu calls: only in %c\n",
                    s->program[i].name, s->program[i].pid, s->program[i].calls,
                    letter[which]);
            c->lone++;
        }
}

static bool tell_processes(struct comparison *c)
{
    fprintf(c->out, "%-16s %6s %6s %9s %9s %9s %9s %9s\n", "process", "pid A",
            "pid B", "calls A", "calls B", "the same", "only A", "only B");
    for (size_t i = 0; i < c->side[0].programs; i++)
        if (c->side[0].program[i].mate != NULL &&
            !align_pair(c, &c->side[0].program[i]))
            return false;
    tell_lone(c, 0);
    tell_lone(c, 1);
    return true;
}

/* ---- The first difference ---- */

static bool tell_call(struct comparison *c, int which, int64_t number,
                      const char *mark)
{
    struct question q;
    char sql[160];
    snprintf(sql, sizeof sql,
             "SELECT what, answer, insns, clock_in FROM crossings"
             " WHERE number = %" PRId64,
             number);
    if (!question_ask(&q, c->side[which].file, sql, c->why, c->why_bytes))
        return false;
    if (question_row(&q)) {
        const char *answer = question_text(&q, 1);
        fprintf(c->out, "  %s #%-6" PRId64 " %s%s%s\n", mark, number,
                question_text(&q, 0),
                isdigit((unsigned char)answer[0]) || answer[0] == '-' ? " = "
                                                                      : " ",
                answer[0] != '\0' ? answer : "(open)");
    }
    return question_done(&q);
}

static bool tell_parting(struct comparison *c)
{
    const struct parting *p = &c->first;
    if (!c->parted)
        return true;
    const struct program *a = p->a, *b = a->mate;
    fprintf(c->out, "\nfirst difference: %s, its call %zu in A, %zu in B\n",
            a->name, p->i + 1, p->j + 1);
    for (size_t i = p->i > CONTEXT ? p->i - CONTEXT : 0; i < p->i; i++)
        if (!tell_call(c, 0, a->call[i].number, " "))
            return false;
    return (!p->in_a || tell_call(c, 0, a->call[p->i].number, "A")) &&
           (!p->in_b || tell_call(c, 1, b->call[p->j].number, "B"));
}

/* ---- Summaries ---- */

#define NUMBERS 4 /* of a summary's row, for each run */

struct line {
    char name[64];
    int64_t number[2][NUMBERS];
};

struct summary {
    struct line *line;
    size_t lines;
};

static struct line *line_of(struct summary *s, const char *name)
{
    for (size_t i = 0; i < s->lines; i++)
        if (strcmp(s->line[i].name, name) == 0)
            return &s->line[i];
    s->line = grow(s->line, (s->lines + 1) * sizeof *s->line);
    s->line[s->lines] = (struct line){.name = ""};
    snprintf(s->line[s->lines].name, sizeof s->line[0].name, "%s", name);
    return &s->line[s->lines++];
}

/* sql: a name and up to NUMBERS numbers a row. */
static bool summarize(struct comparison *c, const char *sql, int numbers,
                      struct summary *s)
{
    for (int which = 0; which < 2; which++) {
        struct question q;
        if (!question_ask(&q, c->side[which].file, sql, c->why, c->why_bytes))
            return false;
        while (question_row(&q)) {
            char name[64];
            snprintf(name, sizeof name, "%s", question_text(&q, 0));
            struct line *line = line_of(s, name);
            for (int i = 0; i < numbers; i++)
                line->number[which][i] = question_number(&q, 1 + i);
        }
        if (!question_done(&q))
            return false;
    }
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct line *)a)->name,
                  ((const struct line *)b)->name);
}

/* One table: a name, and for each number A and B. */
static bool tell_summary(struct comparison *c, const char *sql,
                         const char *title, const char *const *heads,
                         int numbers)
{
    struct summary s = {0};
    bool good = summarize(c, sql, numbers, &s);
    fprintf(c->out, "\n%-18s", title);
    for (int i = 0; i < numbers; i++)
        fprintf(c->out, " %11s A %11s B", heads[i], heads[i]);
    fprintf(c->out, "\n");
    if (s.lines > 0)
        qsort(s.line, s.lines, sizeof *s.line, by_name);
    for (size_t l = 0; good && l < s.lines; l++) {
        fprintf(c->out, "%-18.18s", s.line[l].name);
        for (int i = 0; i < numbers; i++)
            fprintf(c->out, " %13" PRId64 " %13" PRId64, s.line[l].number[0][i],
                    s.line[l].number[1][i]);
        fprintf(c->out, "\n");
    }
    free(s.line);
    return good;
}

static bool tell_summaries(struct comparison *c)
{
    static const char *const of_calls[] = {"count", "insns", "copied"};
    static const char *const of_run[] = {"sum"};
    return tell_summary(c,
                        "SELECT coalesce(call, kind), count(*), sum(insns),"
                        " sum(copied) FROM crossings GROUP BY 1",
                        "crossings", of_calls, 3) &&
           tell_summary(c, "SELECT what, sum(count) FROM costs GROUP BY 1",
                        "whole run", of_run, 1);
}

/* ---- The comparison ---- */

/* "exit 0", "signal", "not finished" */
static void tell_end(struct comparison *c, struct recording_file *f)
{
    const char *end = recording_text(f, "end");
    uint64_t status;
    fprintf(c->out, "%s", end != NULL ? end : "not finished");
    if (end != NULL && recording_number(f, "status", &status))
        fprintf(c->out, ", status %" PRIu64, status);
}

static void tell_sides(struct comparison *c)
{
    for (int i = 0; i < 2; i++) {
        const char *command = recording_text(c->side[i].file, "command");
        fprintf(c->out, "%c  %s: %s: ", letter[i], c->side[i].name,
                command != NULL && command[0] != '\0' ? command : "the shell");
        tell_end(c, c->side[i].file);
        fprintf(c->out, "\n");
    }
    fprintf(c->out, "\n");
}

static void free_side(struct side *s)
{
    for (size_t i = 0; i < s->programs; i++)
        free(s->program[i].call);
    free(s->program);
}

bool compare_recordings(const struct compared side[2], FILE *out, bool *same,
                        char *why, size_t why_bytes)
{
    struct comparison c = {.out = out, .why = why, .why_bytes = why_bytes};
    bool good = true;
    for (int i = 0; i < 2; i++) {
        c.side[i] = (struct side){.file = side[i].file, .name = side[i].name};
        good =
            good && read_programs(&c, &c.side[i]) && read_calls(&c, &c.side[i]);
    }
    if (good) {
        pair_programs(&c);
        tell_sides(&c);
        good = tell_processes(&c) && tell_parting(&c) && tell_summaries(&c);
    }
    *same = good && !c.parted && c.lone == 0;
    if (*same)
        fprintf(out, "\nevery call is the same in both\n");
    free_side(&c.side[0]);
    free_side(&c.side[1]);
    return good;
}
