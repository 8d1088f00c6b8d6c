/*
 * expression.c - reads an expression into a tree (expression.h): operators by
 * precedence climbing over one table. expression_value.c answers it.
 */
#include "expression_tree.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 100 /* of brackets and signs: hostile text ends here */

struct reader {
    const char *text, *at;
    unsigned depth;
    char *why;
    size_t why_bytes;
    bool failed;
};

/* Of two operands: the longer spelling first where one begins another. */
static const struct {
    char text[3];
    enum node_kind kind;
    unsigned rank; /* binds the tighter the higher */
} operators[] = {
    {"||", NODE_OR, 1},          {"&&", NODE_AND, 2},
    {"|", NODE_BIT_OR, 3},       {"^", NODE_BIT_XOR, 4},
    {"&", NODE_BIT_AND, 5},      {"==", NODE_EQUAL, 6},
    {"!=", NODE_UNEQUAL, 6},     {"<<", NODE_SHIFT_LEFT, 8},
    {">>", NODE_SHIFT_RIGHT, 8}, {"<=", NODE_LESS_EQUAL, 7},
    {">=", NODE_MORE_EQUAL, 7},  {"<", NODE_LESS, 7},
    {">", NODE_MORE, 7},         {"+", NODE_ADD, 9},
    {"-", NODE_SUBTRACT, 9},     {"*", NODE_MULTIPLY, 10},
    {"/", NODE_DIVIDE, 10},      {"%", NODE_REST, 10},
};
#define OPERATORS (sizeof operators / sizeof operators[0])

static void node_free(struct node *n)
{
    if (n == NULL)
        return;
    node_free(n->left);
    node_free(n->right);
    free(n);
}

static struct node *fail(struct reader *r, const char *what)
{
    if (!r->failed)
        snprintf(r->why, r->why_bytes, "%.100s: at character %zu: %s", r->text,
                 (size_t)(r->at - r->text) + 1, what);
    r->failed = true;
    return NULL;
}

/* Takes its operands over, also where it fails. */
static struct node *make(struct reader *r, enum node_kind kind,
                         struct node *left, struct node *right)
{
    struct node *n = r->failed ? NULL : calloc(1, sizeof *n);
    if (n == NULL) {
        node_free(left);
        node_free(right);
        return fail(r, "out of memory");
    }
    n->kind = kind;
    n->left = left;
    n->right = right;
    return n;
}

static void skip_space(struct reader *r)
{
    while (isspace((unsigned char)*r->at))
        r->at++;
}

static bool take(struct reader *r, char c)
{
    skip_space(r);
    if (*r->at != c)
        return false;
    r->at++;
    return true;
}

static struct node *read_ranked(struct reader *r, unsigned rank);
static struct node *read_operand(struct reader *r);

static struct node *read_number(struct reader *r)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(r->at, &end, 0);
    if (errno == ERANGE)
        return fail(r, "the number does not fit into 64 bits");
    if (isalnum((unsigned char)*end) || *end == '_')
        return fail(r, "not a number");
    struct node *n = make(r, NODE_NUMBER, NULL, NULL);
    if (n != NULL)
        n->number = (int64_t)value;
    r->at = end;
    return n;
}

/* 'h', '\n' */
static struct node *read_character(struct reader *r)
{
    static const char escapes[] = "n\nt\tr\r0\0\\\\''";
    const char *p = r->at + 1;
    int c = (unsigned char)*p;
    if (c == '\\') {
        const char *found = NULL;
        for (size_t i = 0; i + 1 < sizeof escapes; i += 2)
            if (p[1] != '\0' && escapes[i] == p[1])
                found = &escapes[i + 1];
        if (found == NULL)
            return fail(r, "unknown escape");
        c = *found;
        p++;
    }
    if (*p == '\0' || p[1] != '\'')
        return fail(r, "a character is written 'c'");
    struct node *n = make(r, NODE_NUMBER, NULL, NULL);
    if (n != NULL)
        n->number = c;
    r->at = p + 2;
    return n;
}

static bool name_begins(char c)
{
    return isalpha((unsigned char)c) || c == '_' || c == '$' || c == '.';
}

static bool name_goes_on(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

static size_t name_length(const char *at)
{
    size_t n = 1;
    while (name_goes_on(at[n]))
        n++;
    return n;
}

/* "u8", "i32", "p64": the width of a memory word. */
static bool memory_word(const char *name, struct node *n)
{
    unsigned bits = 0;
    if (strchr("uip", name[0]) == NULL || strlen(name) > 3)
        return false;
    for (const char *p = name + 1; isdigit((unsigned char)*p); p++)
        bits = bits * 10 + (unsigned)(*p - '0');
    if (bits != 8 && bits != 16 && bits != 32 && bits != 64)
        return false;
    n->bytes = bits / 8;
    n->is_signed = name[0] == 'i';
    n->physical = name[0] == 'p';
    return true;
}

static struct node *read_memory(struct reader *r, struct node *n)
{
    if (!memory_word(n->name, n)) {
        node_free(n);
        return fail(r, "before [ stands u8, u16, u32, u64, i8 ... or p8 ...");
    }
    r->at++;
    n->kind = NODE_MEMORY;
    n->left = read_ranked(r, 1);
    if (!r->failed && !take(r, ']'))
        fail(r, "] is missing");
    return n;
}

static struct node *read_name(struct reader *r)
{
    size_t length = name_length(r->at);
    if (length >= EXPRESSION_NAME)
        return fail(r, "the name is too long");
    struct node *n = make(r, NODE_NAME, NULL, NULL);
    if (n == NULL)
        return NULL;
    memcpy(n->name, r->at, length);
    r->at += length;
    skip_space(r);
    return *r->at == '[' ? read_memory(r, n) : n;
}

static struct node *read_address(struct reader *r)
{
    skip_space(r);
    if (!name_begins(*r->at))
        return fail(r, "behind & stands a symbol's name");
    struct node *n = read_name(r);
    if (n != NULL && n->kind != NODE_NAME) {
        node_free(n);
        return fail(r, "behind & stands a symbol's name");
    }
    if (n != NULL)
        n->kind = NODE_ADDRESS;
    return n;
}

static struct node *read_unary(struct reader *r, enum node_kind kind)
{
    r->at++;
    struct node *operand = read_operand(r);
    return make(r, kind, operand, NULL);
}

/* *ADDRESS: the 8 bytes there. */
static struct node *read_dereference(struct reader *r)
{
    struct node *n = read_unary(r, NODE_MEMORY);
    if (n != NULL)
        n->bytes = 8;
    return n;
}

static struct node *read_bracket(struct reader *r)
{
    r->at++;
    struct node *n = read_ranked(r, 1);
    if (!r->failed && !take(r, ')'))
        fail(r, ") is missing");
    return n;
}

static struct node *read_plain(struct reader *r)
{
    switch (*r->at) {
    case '-':
        return read_unary(r, NODE_NEGATE);
    case '!':
        return read_unary(r, NODE_NOT);
    case '~':
        return read_unary(r, NODE_INVERT);
    case '*':
        return read_dereference(r);
    case '&':
        r->at++;
        return read_address(r);
    case '(':
        return read_bracket(r);
    case '\'':
        return read_character(r);
    case '\0':
        return fail(r, "an operand is missing");
    }
    if (isdigit((unsigned char)*r->at))
        return read_number(r);
    return name_begins(*r->at) ? read_name(r) : fail(r, "not an operand");
}

static struct node *read_operand(struct reader *r)
{
    skip_space(r);
    if (r->depth == DEPTH_MAX)
        return fail(r, "nested too deeply");
    r->depth++;
    struct node *n = read_plain(r);
    r->depth--;
    return n;
}

static size_t operator_here(const struct reader *r)
{
    for (size_t i = 0; i < OPERATORS; i++)
        if (strncmp(r->at, operators[i].text, strlen(operators[i].text)) == 0)
            return i;
    return OPERATORS;
}

/* Operands joined by operators of at least this rank; all lean left. */
static struct node *read_ranked(struct reader *r, unsigned rank)
{
    struct node *left = read_operand(r);
    while (!r->failed) {
        skip_space(r);
        size_t i = operator_here(r);
        if (i == OPERATORS || operators[i].rank < rank)
            break;
        r->at += strlen(operators[i].text);
        struct node *right = read_ranked(r, operators[i].rank + 1);
        left = make(r, operators[i].kind, left, right);
    }
    return left;
}

struct expression *expression_parse(const char *text, char *why, size_t n)
{
    struct reader r = {.text = text, .at = text, .why = why, .why_bytes = n};
    struct expression *e = calloc(1, sizeof *e);
    if (e == NULL) {
        snprintf(why, n, "out of memory");
        return NULL;
    }
    e->root = read_ranked(&r, 1);
    skip_space(&r);
    if (!r.failed && *r.at != '\0')
        fail(&r, "not an operator");
    if (!r.failed)
        return e;
    expression_free(e);
    return NULL;
}

void expression_free(struct expression *e)
{
    if (e == NULL)
        return;
    node_free(e->root);
    free(e);
}
