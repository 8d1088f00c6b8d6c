/*
 * parse.c - a command line to a tree, by recursive descent.
 *
 *   line     = list ( NEWLINE | end )
 *   list     = and-or { ( ; | & ) and-or } [ ; | & ]
 *   and-or   = pipeline { ( && | || ) newlines pipeline }
 *   pipeline = [ ! ] command { | newlines command }
 *   command  = simple | compound { redirect }
 *   compound = ( lines ) | if lines then lines { elif lines then lines }
 *              [ else lines ] fi | while lines do lines done
 *            | for NAME newlines in { WORD } ( ; | NEWLINE ) newlines
 *              do lines done
 *   simple   = { NAME=value | redirect } { WORD | redirect }
 *   redirect = [ digit ] ( < | > | >> | >& ) WORD
 *   lines    = lists, separated by newlines too, at least one
 *
 * After an error the lexer hands out nothing but T_END, so every loop here
 * ends by itself and only the first error is told.
 */
#include <string.h>
#include "sh.h"

#define DEPTH_MAX 100 /* of compound commands in each other */

struct parser {
    struct lexer *lexer;
    struct token token; /* the one to look at */
    int depth;
};

static struct node *parse_lines(struct parser *p);

static void advance(struct parser *p)
{
    p->token = lex_next(p->lexer);
}

static struct node *make(struct parser *p, enum node_kind kind, struct node *a,
                         struct node *b)
{
    struct node *node = arena_take(p->lexer->arena, sizeof *node);
    *node = (struct node){.kind = kind, .a = a, .b = b};
    return node;
}

/* Words of a language that this shell leaves out are refused by name. */
static bool is_reserved(const char *text)
{
    static const char *const words[] = {
        "if",  "then", "elif", "else", "fi", "while", "do",   "done",
        "for", "in",   "!",    "{",    "}",  "case",  "esac", "until",
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    return false;
}

static bool is_left_out(const char *text)
{
    return strcmp(text, "{") == 0 || strcmp(text, "}") == 0 ||
           strcmp(text, "case") == 0 || strcmp(text, "esac") == 0 ||
           strcmp(text, "until") == 0;
}

static bool at_word(const struct parser *p, const char *word)
{
    return p->token.kind == T_WORD && strcmp(p->token.text, word) == 0;
}

static void unexpected(struct parser *p, const char *instead)
{
    syntax_error(p->lexer, p->token.at, "%s is not expected here%s%s",
                 token_name(&p->token), instead != NULL ? "; wanted: " : "",
                 instead != NULL ? instead : "");
    advance(p);
}

/* Takes a word that must be there. opener, at `at`, is what it belongs to. */
static void expect_word(struct parser *p, const char *word, const char *opener,
                        struct place at)
{
    if (at_word(p, word))
        advance(p);
    else if (p->token.kind == T_END)
        syntax_error(p->lexer, p->token.at,
                     "the input ends, but %s of line %d, column %d has no %s",
                     opener, at.line, at.column, word);
    else
        unexpected(p, word);
}

static void skip_newlines(struct parser *p)
{
    while (p->token.kind == T_NEWLINE)
        advance(p);
}

/* ---- Simple commands ---- */

size_t assignment_name(const char *text)
{
    size_t n = name_length(text);
    return n > 0 && text[n] == '=' ? n : 0;
}

static bool at_redirect(const struct parser *p)
{
    switch (p->token.kind) {
    case T_IO_NUMBER:
    case T_LESS:
    case T_GREAT:
    case T_APPEND:
    case T_DUPLICATE:
        return true;
    default:
        return false;
    }
}

static void parse_redirect(struct parser *p, struct redirect ***end)
{
    struct redirect *redirect = arena_take(p->lexer->arena, sizeof *redirect);
    *redirect = (struct redirect){.fd = -1};
    if (p->token.kind == T_IO_NUMBER) {
        redirect->fd = p->token.text[0] - '0';
        advance(p);
    }
    switch (p->token.kind) {
    case T_LESS:
        redirect->kind = R_INPUT;
        break;
    case T_GREAT:
        redirect->kind = R_OUTPUT;
        break;
    case T_APPEND:
        redirect->kind = R_APPEND;
        break;
    default:
        redirect->kind = R_DUPLICATE;
    }
    if (redirect->fd < 0)
        redirect->fd = redirect->kind == R_INPUT ? 0 : 1;
    advance(p);
    if (p->token.kind != T_WORD && p->token.kind != T_IO_NUMBER) {
        unexpected(p, redirect->kind == R_DUPLICATE ? "a descriptor"
                                                    : "a file name");
        return;
    }
    redirect->target = p->token.text;
    advance(p);
    **end = redirect;
    *end = &redirect->next;
}

static void add_word(struct parser *p, struct word ***end)
{
    struct word *word = arena_take(p->lexer->arena, sizeof *word);
    *word = (struct word){.text = p->token.text};
    **end = word;
    *end = &word->next;
    advance(p);
}

static struct node *parse_simple(struct parser *p)
{
    struct node *node = make(p, N_COMMAND, NULL, NULL);
    struct word **assignments = &node->assignments, **words = &node->words;
    struct redirect **redirects = &node->redirects;
    for (;;) {
        if (at_redirect(p))
            parse_redirect(p, &redirects);
        else if (p->token.kind != T_WORD)
            break;
        else if (node->words == NULL && assignment_name(p->token.text) > 0)
            add_word(p, &assignments);
        else
            add_word(p, &words);
    }
    if (p->token.kind == T_OPEN)
        syntax_error(p->lexer, p->token.at,
                     "( is not expected here; functions are not part of this "
                     "shell");
    return node;
}

/* ---- Compound commands ---- */

static struct node *parse_subshell(struct parser *p)
{
    struct place at = p->token.at;
    advance(p);
    struct node *node = make(p, N_SUBSHELL, parse_lines(p), NULL);
    if (p->token.kind == T_CLOSE)
        advance(p);
    else if (p->token.kind == T_END)
        syntax_error(p->lexer, p->token.at,
                     "the input ends, but ( of line %d, column %d has no )",
                     at.line, at.column);
    else
        unexpected(p, ")");
    return node;
}

/* From the condition on; elif makes an if inside the else. */
static struct node *parse_if(struct parser *p, struct place at)
{
    advance(p);
    struct node *condition = parse_lines(p);
    expect_word(p, "then", "if", at);
    struct node *node = make(p, N_IF, condition, parse_lines(p));
    if (at_word(p, "elif")) {
        if (++p->depth > DEPTH_MAX)
            syntax_error(p->lexer, p->token.at, "nested too deeply");
        node->c = parse_if(p, at); /* takes the fi that they share */
        p->depth--;
        return node;
    }
    if (at_word(p, "else")) {
        advance(p);
        node->c = parse_lines(p);
    }
    expect_word(p, "fi", "if", at);
    return node;
}

static struct node *parse_while(struct parser *p)
{
    struct place at = p->token.at;
    advance(p);
    struct node *condition = parse_lines(p);
    expect_word(p, "do", "while", at);
    struct node *node = make(p, N_WHILE, condition, parse_lines(p));
    expect_word(p, "done", "while", at);
    return node;
}

static struct node *parse_for(struct parser *p)
{
    struct place at = p->token.at;
    struct node *node = make(p, N_FOR, NULL, NULL);
    struct word **end = &node->words;
    advance(p);
    if (p->token.kind != T_WORD ||
        name_length(p->token.text) != strlen(p->token.text)) {
        unexpected(p, "the name of a variable");
        return node;
    }
    node->name = p->token.text;
    advance(p);
    skip_newlines(p);
    expect_word(p, "in", "for", at);
    while (p->token.kind == T_WORD)
        add_word(p, &end);
    if (p->token.kind != T_SEMICOLON && p->token.kind != T_NEWLINE) {
        unexpected(p, "; or a new line, then do");
        return node;
    }
    advance(p);
    skip_newlines(p);
    expect_word(p, "do", "for", at);
    node->b = parse_lines(p);
    expect_word(p, "done", "for", at);
    return node;
}

/* NULL: no compound command stands here. */
static struct node *parse_compound(struct parser *p)
{
    if (p->token.kind == T_OPEN)
        return parse_subshell(p);
    if (at_word(p, "if"))
        return parse_if(p, p->token.at);
    if (at_word(p, "while"))
        return parse_while(p);
    if (at_word(p, "for"))
        return parse_for(p);
    return NULL;
}

static struct node *parse_command(struct parser *p)
{
    if (++p->depth > DEPTH_MAX)
        syntax_error(p->lexer, p->token.at, "nested too deeply");
    struct place at = p->token.at;
    struct node *node = p->lexer->failed ? NULL : parse_compound(p);
    p->depth--;
    if (node != NULL) {
        struct redirect **end = &node->redirects;
        while (at_redirect(p))
            parse_redirect(p, &end);
        return node;
    }
    if (p->token.kind == T_WORD && is_left_out(p->token.text))
        syntax_error(p->lexer, at, "%s is not part of this shell",
                     p->token.text);
    else if ((p->token.kind == T_WORD && !is_reserved(p->token.text)) ||
             at_redirect(p))
        return parse_simple(p);
    unexpected(p, "a command");
    return make(p, N_COMMAND, NULL, NULL);
}

/* ---- Lists ---- */

/* Lists are chained to the right, so that walking even a very long one needs
 * no stack: joins `node` to the list that *end is the last part of. */
static struct node **append(struct parser *p, struct node **end,
                            enum node_kind kind, struct node *node)
{
    if (*end == NULL) {
        *end = node;
        return end;
    }
    *end = make(p, kind, *end, node);
    return &(*end)->b;
}

static struct node *parse_pipe(struct parser *p)
{
    struct node *first = NULL, **end = &first;
    for (;;) {
        end = append(p, end, N_PIPE, parse_command(p));
        if (p->token.kind != T_PIPE)
            return first;
        advance(p);
        skip_newlines(p);
    }
}

static struct node *parse_pipeline(struct parser *p)
{
    if (!at_word(p, "!"))
        return parse_pipe(p);
    advance(p);
    return make(p, N_NOT, parse_pipe(p), NULL);
}

/* a && b || c: N_AND(a, N_OR(b, c)); run.c takes them from the left. */
static struct node *parse_and_or(struct parser *p)
{
    struct node *first = parse_pipeline(p), **end = &first;
    while (p->token.kind == T_AND || p->token.kind == T_OR) {
        enum node_kind kind = p->token.kind == T_AND ? N_AND : N_OR;
        advance(p);
        skip_newlines(p);
        end = append(p, end, kind, parse_pipeline(p));
    }
    return first;
}

/* Does the current token end a list, rather than start another command? */
static bool at_list_end(const struct parser *p)
{
    static const char *const enders[] = {"then", "elif", "else",
                                         "fi",   "do",   "done"};
    if (p->token.kind == T_END || p->token.kind == T_NEWLINE ||
        p->token.kind == T_CLOSE)
        return true;
    for (size_t i = 0; i < sizeof enders / sizeof enders[0]; i++)
        if (at_word(p, enders[i]))
            return true;
    return false;
}

/* Commands up to the end of a line, in the order they stand in. */
static struct node *parse_list(struct parser *p)
{
    struct node *list = NULL, **end = &list;
    do {
        struct node *node = parse_and_or(p);
        if (p->token.kind == T_AMPERSAND)
            node = make(p, N_BACKGROUND, node, NULL);
        end = append(p, end, N_SEQUENCE, node);
        if (p->token.kind != T_AMPERSAND && p->token.kind != T_SEMICOLON)
            break;
        advance(p);
    } while (!at_list_end(p));
    return list;
}

/* The inside of a compound command: lists on as many lines as there are. */
static struct node *parse_lines(struct parser *p)
{
    struct node *lines = NULL, **end = &lines;
    skip_newlines(p);
    do {
        end = append(p, end, N_SEQUENCE, parse_list(p));
        if (p->token.kind != T_NEWLINE)
            break;
        skip_newlines(p);
    } while (!at_list_end(p));
    return lines;
}

struct node *parse_line(struct lexer *lexer)
{
    struct parser parser = {.lexer = lexer};
    struct parser *p = &parser;
    lexer->in->continued = false;
    advance(p);
    lexer->ended = p->token.kind == T_END && !lexer->failed;
    if (p->token.kind == T_NEWLINE || p->token.kind == T_END)
        return NULL;
    struct node *list = parse_list(p);
    if (p->token.kind != T_NEWLINE && p->token.kind != T_END)
        unexpected(p, NULL);
    return lexer->failed ? NULL : list;
}
