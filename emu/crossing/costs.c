/*
 * costs.c - the model cycles: what a crossing would cost where changing the
 * address space is not free. docs/reference/costs.md has each coefficient's
 * source; it is a model, and labelled so wherever it is shown.
 */
#include "state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct cost_model cost_model_default = {
    .trap = 60, .ret = 47, .satp = 100, .fence = 50, .miss = 30};

#define COST_MAX 1000000000u

uint64_t cost_cycles(const struct cost_model *m, const struct crossing *c)
{
    return c->own_insns + m->trap * c->traps + m->ret * c->returns +
           m->satp * c->satp_writes + m->fence * c->fences;
}

uint64_t cost_of_tally(const struct cost_model *m, const struct tally *t)
{
    return t->user_insns + t->kernel_insns + m->trap * t->traps +
           m->ret * t->returns + m->satp * t->satp_writes +
           m->fence * t->fences;
}

static uint64_t *coefficient(struct cost_model *m, const char *key, size_t n)
{
    struct {
        const char *key;
        uint64_t *value;
    } row[] = {{"trap", &m->trap},
               {"ret", &m->ret},
               {"satp", &m->satp},
               {"fence", &m->fence},
               {"miss", &m->miss}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        if (strlen(row[i].key) == n && memcmp(row[i].key, key, n) == 0)
            return row[i].value;
    return NULL;
}

/* Spaces around, and a comment behind '#', are allowed. Returns NULL if the
 * line is good, else what is wrong with it. */
static const char *parse_line(char *line, struct cost_model *m)
{
    line[strcspn(line, "#\r")] = '\0';
    char *key = line + strspn(line, " \t");
    if (*key == '\0')
        return NULL;
    char *equals = strchr(key, '=');
    if (equals == NULL)
        return "expected NAME=CYCLES";
    size_t n = (size_t)(equals - key);
    while (n > 0 && (key[n - 1] == ' ' || key[n - 1] == '\t'))
        n--;
    uint64_t *value = coefficient(m, key, n);
    if (value == NULL)
        return "the name is not one of trap, ret, satp, fence, miss";
    char *digits = equals + 1 + strspn(equals + 1, " \t"), *end;
    if (*digits < '0' || *digits > '9')
        return "the value is not a whole number of cycles";
    errno = 0;
    unsigned long long cycles = strtoull(digits, &end, 10);
    if (end[strspn(end, " \t")] != '\0')
        return "the value is not a whole number of cycles";
    if (errno != 0 || cycles > COST_MAX)
        return "the value is larger than 1000000000 cycles";
    *value = cycles;
    return NULL;
}

int cost_model_parse(const char *text, const char *name, struct cost_model *out,
                     char *why, size_t n)
{
    struct cost_model m = cost_model_default;
    unsigned number = 0;
    for (const char *p = text; *p != '\0';) {
        size_t length = strcspn(p, "\n");
        char line[128];
        const char *wrong = "the line is longer than 127 characters";
        number++;
        if (length < sizeof line) {
            memcpy(line, p, length);
            line[length] = '\0';
            wrong = parse_line(line, &m);
        }
        if (wrong != NULL) {
            snprintf(why, n, "%s:%u: %s", name, number, wrong);
            return -1;
        }
        p += length + (p[length] == '\n' ? 1 : 0);
    }
    *out = m;
    return 0;
}
