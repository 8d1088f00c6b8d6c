/*
 * parse.c - a recursive descent over the interface language:
 *
 *   subsystem NAME NUMBER ;          serverprefix NAME ;   userprefix NAME ;
 *   type NAME = TYPE ;               skip ;
 *   routine NAME ( PORT : mach_port_t ; ARG ; ... ) ;      simpleroutine ...
 *   ARG   [in | out | inout] NAME : TYPE [, dealloc] [, physicalcopy]
 *   TYPE  NAME | array[N] of TYPE | array[*:N] of TYPE | ^array[] of char
 *         | c_string[N] | c_string[*:N]
 */
#include "mig.h"

#include <string.h>

struct parser {
    struct lexer *l;
    struct subsystem *s;
    struct type type[TYPES_MAX];
    unsigned types;
};

static const struct type built_in[] = {
    {.name = "int", .c = "int", .size = 4},
    {.name = "int32_t", .c = "int32_t", .size = 4},
    {.name = "uint32_t", .c = "uint32_t", .size = 4},
    {.name = "int64_t", .c = "int64_t", .size = 8},
    {.name = "uint64_t", .c = "uint64_t", .size = 8},
    {.name = "boolean_t", .c = "int", .size = 4},
    {.name = "char", .c = "char", .size = 1},
    {.name = "mach_port_t", .kind = TYPE_PORT, .disposition = 19},
    {.name = "mach_port_move_receive_t", .kind = TYPE_PORT, .disposition = 16},
    {.name = "mach_port_move_send_t", .kind = TYPE_PORT, .disposition = 17},
    {.name = "mach_port_move_send_once_t",
     .kind = TYPE_PORT,
     .disposition = 18},
    {.name = "mach_port_copy_send_t", .kind = TYPE_PORT, .disposition = 19},
    {.name = "mach_port_make_send_t", .kind = TYPE_PORT, .disposition = 20},
    {.name = "mach_port_make_send_once_t",
     .kind = TYPE_PORT,
     .disposition = 21},
};

/* ---- Tokens ---- */

static bool is(const struct parser *p, const char *text)
{
    return p->l->token.kind != TOKEN_END && strcmp(p->l->token.text, text) == 0;
}

static bool accept(struct parser *p, const char *text)
{
    bool found = is(p, text);
    if (found)
        lex_next(p->l);
    return found;
}

static const char *shown(const struct token *t)
{
    return t->kind == TOKEN_END ? "the file's end" : t->text;
}

static void expect(struct parser *p, const char *text)
{
    if (!accept(p, text))
        lex_fail(p->l, &p->l->token, "\"%s\" expected, not %s", text,
                 shown(&p->l->token));
}

/* Would be an error in the C that comes of it. */
static bool is_c_word(const char *name)
{
    static const char *const words[] = {
        "auto",     "break",    "case",     "char",   "const",   "continue",
        "default",  "do",       "double",   "else",   "enum",    "extern",
        "float",    "for",      "goto",     "if",     "inline",  "int",
        "long",     "register", "restrict", "return", "short",   "signed",
        "sizeof",   "static",   "struct",   "switch", "typedef", "union",
        "unsigned", "void",     "volatile", "while",  "At",      "In",
        "Out",      "Result",   "Message"};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i], name) == 0)
            return true;
    return false;
}

/* A name of the interface's own. */
static void take_name(struct parser *p, char *name, const char *what)
{
    if (p->l->token.kind != TOKEN_NAME)
        lex_fail(p->l, &p->l->token, "%s expected, not %s", what,
                 shown(&p->l->token));
    if (is_c_word(p->l->token.text))
        lex_fail(p->l, &p->l->token, "%s cannot be %s: C has another use of it",
                 what, p->l->token.text);
    strcpy(name, p->l->token.text); /* both have NAME_MAX_CHARS */
    lex_next(p->l);
}

static unsigned take_number(struct parser *p, const char *what, unsigned most)
{
    struct token t = p->l->token;
    if (t.kind != TOKEN_NUMBER)
        lex_fail(p->l, &t, "%s expected, not %s", what, shown(&t));
    if (t.number == 0 || t.number > most)
        lex_fail(p->l, &t, "%s must be from 1 to %u", what, most);
    lex_next(p->l);
    return (unsigned)t.number;
}

/* ---- Types ---- */

static const struct type *find_type(const struct parser *p, const char *name)
{
    for (unsigned i = 0; i < p->types; i++)
        if (strcmp(p->type[i].name, name) == 0)
            return &p->type[i];
    for (unsigned i = 0; i < sizeof built_in / sizeof built_in[0]; i++)
        if (strcmp(built_in[i].name, name) == 0)
            return &built_in[i];
    return NULL;
}

/* [N] or [*:N] */
static void take_bounds(struct parser *p, struct type *t)
{
    expect(p, "[");
    t->variable = accept(p, "*");
    if (t->variable)
        expect(p, ":");
    t->count = take_number(p, "a size", MESSAGE_MAX);
    expect(p, "]");
}

static struct type take_type(struct parser *p);

static struct type take_array(struct parser *p)
{
    struct type t = {.kind = TYPE_ARRAY};
    take_bounds(p, &t);
    expect(p, "of");
    struct token at = p->l->token;
    struct type element = take_type(p);
    if (element.kind != TYPE_SCALAR)
        lex_fail(p->l, &at, "an array's elements must be numbers or char");
    t.size = element.size;
    strcpy(t.c, element.c);
    return t;
}

static struct type take_out_of_line(struct parser *p)
{
    struct type t = {.kind = TYPE_OUT_OF_LINE};
    expect(p, "array");
    expect(p, "[");
    expect(p, "]");
    expect(p, "of");
    expect(p, "char");
    return t;
}

static struct type take_type(struct parser *p)
{
    struct token at = p->l->token;
    if (accept(p, "^"))
        return take_out_of_line(p);
    if (accept(p, "array"))
        return take_array(p);
    if (accept(p, "c_string")) {
        struct type t = {.kind = TYPE_STRING, .size = 1, .c = "char"};
        take_bounds(p, &t);
        return t;
    }
    const struct type *t = at.kind == TOKEN_NAME ? find_type(p, at.text) : NULL;
    if (at.kind != TOKEN_NAME)
        lex_fail(p->l, &at, "a type expected, not %s", shown(&at));
    if (t == NULL)
        lex_fail(p->l, &at, "the type %s is not known", at.text);
    lex_next(p->l);
    return *t;
}

static void take_type_definition(struct parser *p)
{
    struct token at = p->l->token;
    char name[NAME_MAX_CHARS];
    take_name(p, name, "a type's name");
    if (find_type(p, name) != NULL)
        lex_fail(p->l, &at, "the type %s is already there", name);
    if (p->types == TYPES_MAX)
        lex_fail(p->l, &at, "more than %d types", TYPES_MAX);
    expect(p, "=");
    struct type t = take_type(p);
    strcpy(t.name, name);
    p->type[p->types++] = t;
    expect(p, ";");
}

/* ---- Routines ---- */

static unsigned padded(unsigned bytes)
{
    return (bytes + 3) & ~3u;
}

unsigned descriptor_count(const struct routine *r, enum direction d)
{
    unsigned n = 0;
    for (unsigned i = 0; i < r->args; i++)
        n += r->arg[i].direction & d && r->arg[i].type.kind >= TYPE_PORT;
    return n;
}

static unsigned argument_bytes(const struct type *t)
{
    switch (t->kind) {
    case TYPE_SCALAR:
        return padded(t->size);
    case TYPE_ARRAY:
    case TYPE_STRING:
        return padded(t->size * t->count) + (t->variable ? 4 : 0);
    case TYPE_PORT:
        return 12;
    case TYPE_OUT_OF_LINE:
        return 16;
    }
    return 0;
}

unsigned message_bytes(const struct routine *r, enum direction d)
{
    unsigned n = 24 + 8 + (d == DIR_OUT ? 4 : 0); /* header, NDR, RetCode */
    n += descriptor_count(r, d) ? 4 : 0;
    for (unsigned i = 0; i < r->args; i++)
        if (r->arg[i].direction & d)
            n += argument_bytes(&r->arg[i].type);
    return n;
}

static void take_flags(struct parser *p, struct argument *a)
{
    while (accept(p, ",")) {
        struct token at = p->l->token;
        char flag[NAME_MAX_CHARS];
        take_name(p, flag, "a flag");
        if (a->type.kind != TYPE_OUT_OF_LINE)
            lex_fail(p->l, &at, "%s is for out-of-line arrays only", flag);
        if (strcmp(flag, "dealloc") == 0)
            a->dealloc = true;
        else if (strcmp(flag, "physicalcopy") == 0)
            a->physical = true;
        else
            lex_fail(p->l, &at, "the flag %s is not known", flag);
    }
}

static void take_argument(struct parser *p, struct routine *r)
{
    struct token at = p->l->token;
    if (r->args == ARGS_MAX)
        lex_fail(p->l, &at, "%s has more than %d arguments", r->name, ARGS_MAX);
    struct argument *a = &r->arg[r->args];
    a->direction = accept(p, "out")     ? DIR_OUT
                   : accept(p, "inout") ? DIR_INOUT
                                        : DIR_IN;
    if (a->direction == DIR_IN)
        accept(p, "in");
    if (a->direction != DIR_IN && r->simple)
        lex_fail(p->l, &at, "a simpleroutine has no reply to carry this in");
    at = p->l->token;
    take_name(p, a->name, "an argument's name");
    for (unsigned i = 0; i < r->args; i++)
        if (strcmp(r->arg[i].name, a->name) == 0)
            lex_fail(p->l, &at, "%s has two arguments %s", r->name, a->name);
    if (strcmp(a->name, r->port) == 0)
        lex_fail(p->l, &at, "%s has two arguments %s", r->name, a->name);
    expect(p, ":");
    at = p->l->token;
    a->type = take_type(p);
    if (a->direction == DIR_INOUT && a->type.kind == TYPE_OUT_OF_LINE)
        lex_fail(p->l, &at, "out-of-line memory cannot be inout");
    take_flags(p, a);
    r->args++;
}

static void check_routine(struct parser *p, const struct routine *r,
                          const struct token *at)
{
    for (enum direction d = DIR_IN; d <= DIR_OUT; d++) {
        const char *what = d == DIR_IN ? "request" : "reply";
        if (message_bytes(r, d) > MESSAGE_MAX)
            lex_fail(p->l, at, "%s: a %s of %u bytes; %u is the most", r->name,
                     what, message_bytes(r, d), MESSAGE_MAX);
        if (descriptor_count(r, d) > DESCRIPTORS_MAX)
            lex_fail(p->l, at, "%s: more than %d ports and regions in a %s",
                     r->name, DESCRIPTORS_MAX, what);
    }
}

static void take_routine(struct parser *p, bool simple)
{
    struct subsystem *s = p->s;
    struct token at = p->l->token;
    struct routine *r = &s->routine[s->routines];
    *r = (struct routine){.id = s->end, .simple = simple};
    take_name(p, r->name, "a routine's name");
    for (unsigned i = 0; i < s->routines; i++)
        if (strcmp(s->routine[i].name, r->name) == 0)
            lex_fail(p->l, &at, "the routine %s is already there", r->name);
    expect(p, "(");
    accept(p, "requestport");
    take_name(p, r->port, "the port to send to, as the first argument,");
    expect(p, ":");
    struct token type_at = p->l->token;
    struct type t = take_type(p);
    if (t.kind != TYPE_PORT || t.disposition != 19)
        lex_fail(p->l, &type_at,
                 "the first argument is the port to send to: a mach_port_t");
    while (accept(p, ";"))
        take_argument(p, r);
    expect(p, ")");
    expect(p, ";");
    check_routine(p, r, &at);
    s->routines++;
}

static void next_number(struct parser *p, const struct token *at)
{
    struct subsystem *s = p->s;
    if (s->end - s->base == ROUTINES_MAX)
        lex_fail(p->l, at,
                 "more than %d routines: replies are numbered from %u",
                 ROUTINES_MAX, s->base + 100);
}

static void take_statement(struct parser *p)
{
    struct token at = p->l->token;
    struct subsystem *s = p->s;
    if (accept(p, "type")) {
        take_type_definition(p);
        return;
    }
    if (is(p, "serverprefix") || is(p, "userprefix")) {
        bool server = is(p, "serverprefix");
        lex_next(p->l);
        take_name(p, server ? s->server_prefix : s->user_prefix, "a prefix");
        expect(p, ";");
        return;
    }
    next_number(p, &at);
    if (accept(p, "skip"))
        expect(p, ";");
    else if (accept(p, "routine"))
        take_routine(p, false);
    else if (accept(p, "simpleroutine"))
        take_routine(p, true);
    else
        lex_fail(p->l, &at,
                 "type, routine, simpleroutine, skip or a prefix expected, "
                 "not %s",
                 shown(&at));
    s->end++;
}

void parse(struct lexer *l, struct subsystem *s)
{
    static struct parser parser;
    struct parser *p = &parser;
    *p = (struct parser){.l = l, .s = s};
    *s = (struct subsystem){.routines = 0};
    expect(p, "subsystem");
    take_name(p, s->name, "the subsystem's name");
    s->base = s->end = take_number(p, "the first number", 0x7ffffff0 - 300);
    expect(p, ";");
    while (l->token.kind != TOKEN_END)
        take_statement(p);
}
