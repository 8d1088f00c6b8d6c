/*
 * script_parse.c - reads a script's text into steps (script.h has the
 * grammar). One line is one step; a refusal says line and column.
 */
#include "script_parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    const char *path;
    unsigned line_number;
    const char *line; /* the present line, NUL-ended */
    const char *at;   /* in it */
    struct complaint *why;
};

/* Refuses at r->at. */
static int refuse(const struct reader *r, const char *reason)
{
    return complain(r->why, APP_UNUSABLE, "%s:%u:%u: %s", r->path,
                    r->line_number, (unsigned)(r->at - r->line) + 1, reason);
}

static void skip_blanks(struct reader *r)
{
    while (*r->at == ' ' || *r->at == '\t')
        r->at++;
}

/* Up to max digits of a base, behind the backslash. */
static unsigned escape_number(struct reader *r, int base, int max)
{
    unsigned value = 0;
    for (int i = 0; i < max; i++, r->at++) {
        char digit[2] = {*r->at, '\0'};
        char *end;
        unsigned long one = strtoul(digit, &end, base);
        if (!isxdigit((unsigned char)digit[0]) || *end != '\0')
            break;
        value = value * (unsigned)base + (unsigned)one;
    }
    return value & 0xff;
}

/* r->at stands on the character behind a backslash. -1: no such escape. */
static int read_escape(struct reader *r)
{
    static const char letters[] = "abefnrtv\\\"'";
    static const char values[] = "\a\b\033\f\n\r\t\v\\\"'";
    if (*r->at >= '0' && *r->at <= '7')
        return (int)escape_number(r, 8, 3);
    if (*r->at == 'x' && isxdigit((unsigned char)r->at[1])) {
        r->at++;
        return (int)escape_number(r, 16, 2);
    }
    const char *letter = *r->at != '\0' ? strchr(letters, *r->at) : NULL;
    if (letter == NULL)
        return -1;
    r->at++;
    return (unsigned char)values[letter - letters];
}

static int read_text(struct reader *r, struct step *step)
{
    skip_blanks(r);
    if (*r->at != '"')
        return refuse(r, "expected a text in double quotes");
    const char *quote = r->at++;
    step->bytes = malloc(strlen(r->at) + 1);
    if (step->bytes == NULL)
        abort();
    while (*r->at != '"') {
        int byte = (unsigned char)*r->at;
        if (byte == '\0') {
            r->at = quote;
            return refuse(r, "the text's closing quote is missing");
        }
        r->at++;
        if (byte == '\\' && (byte = read_escape(r)) < 0)
            return refuse(r, "no such escape");
        step->bytes[step->size++] = (uint8_t)byte;
    }
    r->at++;
    if (step->size > 0)
        return 0;
    r->at = quote;
    return refuse(r, "the text is empty");
}

static int read_clock(struct reader *r, struct step *step)
{
    skip_blanks(r);
    step->relative = *r->at == '+';
    if (step->relative)
        r->at++;
    char *end;
    errno = 0;
    unsigned long long clock = strtoull(r->at, &end, 0);
    if (!isdigit((unsigned char)*r->at) || errno == ERANGE)
        return refuse(r, "expected a clock: a number, or +N");
    step->clock = clock;
    r->at = end;
    return 0;
}

static const struct {
    const char *word;
    enum step_kind kind;
    int (*operand)(struct reader *r, struct step *step);
} words[] = {
    {"expect", STEP_EXPECT, read_text},
    {"send", STEP_SEND, read_text},
    {"wait", STEP_WAIT, read_clock},
    {"eof", STEP_EOF, NULL},
};

static int read_operand(struct reader *r, size_t word, struct step *step)
{
    step->kind = words[word].kind;
    r->at += strlen(words[word].word);
    int status = words[word].operand != NULL ? words[word].operand(r, step) : 0;
    if (status != 0)
        return status;
    step->source = strndup(r->line, (size_t)(r->at - r->line));
    skip_blanks(r);
    if (*r->at != '\0' && *r->at != '#')
        return refuse(r, "nothing but a # comment may follow the step");
    return 0;
}

static int read_step(struct reader *r, struct step *step)
{
    size_t length = strcspn(r->at, " \t#\"");
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i].word) == length &&
            strncmp(words[i].word, r->at, length) == 0)
            return read_operand(r, i, step);
    return refuse(r, "no such step (expect, send, wait, eof, # comment)");
}

/* Cuts the next line out of the text, its line ending removed. */
static char *next_line(char **text)
{
    char *line = *text;
    char *end = strchr(line, '\n');
    *text = end != NULL ? end + 1 : line + strlen(line);
    if (end != NULL)
        *end = '\0';
    size_t length = strlen(line);
    if (length > 0 && line[length - 1] == '\r')
        line[length - 1] = '\0';
    return line;
}

static int read_lines(struct reader *r, char *text, struct step **step,
                      size_t *count)
{
    while (*text != '\0') {
        r->line = next_line(&text);
        r->line_number++;
        r->at = r->line;
        skip_blanks(r);
        if (*r->at == '\0' || *r->at == '#')
            continue;
        *step = realloc(*step, (*count + 1) * sizeof **step);
        if (*step == NULL)
            abort();
        struct step *last = &(*step)[(*count)++];
        *last = (struct step){.line = r->line_number};
        int status = read_step(r, last);
        if (status != 0)
            return status;
    }
    return 0;
}

struct step *script_parse(const char *path, const char *text, size_t *count,
                          struct complaint *why)
{
    struct reader r = {.path = path, .why = why};
    struct step *step = NULL;
    char *copy = strdup(text);
    if (copy == NULL)
        abort();
    *count = 0;
    int status = read_lines(&r, copy, &step, count);
    free(copy);
    if (status == 0 && *count == 0)
        complain(why, APP_UNUSABLE, "%s: a script without a step", path);
    if (status == 0 && *count > 0)
        return step;
    script_steps_free(step, *count);
    return NULL;
}

void script_steps_free(struct step *step, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(step[i].source);
        free(step[i].bytes);
    }
    free(step);
}
