/*
 * lex.c - tokens, and the refusal of everything this shell does not have.
 *
 * A word keeps its quotes: expand.c needs them. But what stands in it is
 * checked here, with the position at hand, so that expansion never meets a
 * construct it does not know: $( ) and ` ` (command substitution), ${x:-y} and
 * its relatives, $@ $* $-, patterns (* ? [...]), ~.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "sh.h"

#define WHY_BYTES 200

void syntax_error(struct lexer *lexer, struct place at, const char *format, ...)
{
    if (lexer->failed || lexer->in->interrupted)
        return;
    char why[WHY_BYTES];
    va_list list;
    va_start(list, format);
    vsnprintf(why, sizeof why, format, list);
    va_end(list);
    complain("line %d, column %d: %s", at.line, at.column, why);
    lexer->failed = true;
}

static struct place here(const struct lexer *lexer)
{
    return (struct place){lexer->in->line, lexer->in->column};
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool ends_word(int c)
{
    return c == INPUT_END || strchr(" \t\n;&|<>()", c) != NULL;
}

/* Takes blanks, continued lines and a comment. */
static void skip_blanks(struct lexer *lexer)
{
    struct input *in = lexer->in;
    for (;;) {
        int c = input_peek(in);
        if (c == ' ' || c == '\t') {
            input_take(in);
        } else if (c == '#') {
            while (c != '\n' && c != INPUT_END) {
                input_take(in);
                c = input_peek(in);
            }
        } else {
            return;
        }
    }
}

/* ${NAME}, ${1}, ${?}: the brace is taken, the rest is not. */
static void lex_braces(struct lexer *lexer, struct text *word,
                       struct place dollar)
{
    struct input *in = lexer->in;
    int c = input_peek(in);
    bool name = is_name_start(c);
    if (!name && !is_digit(c) && (c == INPUT_END || !strchr("?!$#", c))) {
        syntax_error(lexer, dollar, "${ wants a name");
        return;
    }
    do {
        text_add(word, (char)input_take(in));
        c = input_peek(in);
    } while (name && (is_name_start(c) || is_digit(c)));
    if (c != '}') {
        syntax_error(lexer, dollar,
                     "only ${NAME} is part of this shell, no operators in it");
        return;
    }
    text_add(word, (char)input_take(in));
}

/* A dollar sign, not yet taken, and what belongs to it. */
static void lex_dollar(struct lexer *lexer, struct text *word)
{
    struct input *in = lexer->in;
    struct place at = here(lexer);
    text_add(word, (char)input_take(in));
    int c = input_peek(in);
    if (c == '(')
        syntax_error(lexer, at, "$( is not part of this shell");
    else if (c == '@' || c == '*' || c == '-')
        syntax_error(lexer, at, "$%c is not part of this shell", c);
    else if (c == '{') {
        text_add(word, (char)input_take(in));
        lex_braces(lexer, word, at);
    } else if (c != INPUT_END && strchr("?!$#", c) != NULL) {
        text_add(word, (char)input_take(in));
    }
}

/* A backslash, not yet taken. Before a newline both vanish. */
static void lex_backslash(struct lexer *lexer, struct text *word)
{
    struct input *in = lexer->in;
    input_take(in);
    int c = input_peek(in);
    if (c == '\n') {
        input_take(in);
        return;
    }
    text_add(word, '\\');
    text_add(word, c == INPUT_END ? '\\' : (char)input_take(in));
}

static void lex_single_quotes(struct lexer *lexer, struct text *word)
{
    struct input *in = lexer->in;
    struct place at = here(lexer);
    int c;
    text_add(word, (char)input_take(in));
    do {
        c = input_take(in);
        if (c == INPUT_END) {
            syntax_error(lexer, at, "this ' has no end");
            return;
        }
        text_add(word, (char)c);
    } while (c != '\'');
}

static void lex_double_quotes(struct lexer *lexer, struct text *word)
{
    struct input *in = lexer->in;
    struct place at = here(lexer);
    text_add(word, (char)input_take(in));
    while (!lexer->failed) {
        int c = input_peek(in);
        switch (c) {
        case INPUT_END:
            syntax_error(lexer, at, "this \" has no end");
            return;
        case '`':
            syntax_error(lexer, here(lexer), "` is not part of this shell");
            return;
        case '$':
            lex_dollar(lexer, word);
            break;
        case '\\':
            lex_backslash(lexer, word);
            break;
        default:
            text_add(word, (char)input_take(in));
            if (c == '"')
                return;
        }
    }
}

/* What the shell would expand if it had patterns and home directories.
 * bracket: where an open [ is, or line 0. */
static void refuse_patterns(struct lexer *lexer, int c, const struct text *word,
                            struct place *bracket)
{
    struct place at = here(lexer);
    if (c == '*' || c == '?')
        syntax_error(lexer, at,
                     "%c: file name patterns are not part of this shell; "
                     "quote it",
                     c);
    else if (c == '~' && (word->n == 0 || word->bytes[word->n - 1] == '='))
        syntax_error(lexer, at, "~ is not part of this shell; quote it");
    else if (c == '[' && bracket->line == 0)
        *bracket = at;
    else if (c == ']' && bracket->line == at.line &&
             bracket->column + 1 < at.column)
        syntax_error(lexer, *bracket,
                     "[: file name patterns are not part of this shell; "
                     "quote it");
}

static char *lex_word(struct lexer *lexer)
{
    struct input *in = lexer->in;
    struct place bracket = {0};
    struct text word;
    text_start(&word, lexer->arena);
    for (;;) {
        int c = input_peek(in);
        if (ends_word(c) || lexer->failed)
            return word.bytes;
        switch (c) {
        case '\'':
            lex_single_quotes(lexer, &word);
            break;
        case '"':
            lex_double_quotes(lexer, &word);
            break;
        case '\\':
            lex_backslash(lexer, &word);
            if (word.n == 0)
                return word.bytes; /* a continued line: a # may follow */
            break;
        case '$':
            lex_dollar(lexer, &word);
            break;
        case '`':
            syntax_error(lexer, here(lexer), "` is not part of this shell");
            break;
        default:
            refuse_patterns(lexer, c, &word, &bracket);
            text_add(&word, (char)input_take(in));
        }
    }
}

/* Takes the next character if it is c. */
static bool take_if(struct lexer *lexer, char c)
{
    if (input_peek(lexer->in) != c)
        return false;
    input_take(lexer->in);
    return true;
}

static enum token_kind refuse(struct lexer *lexer, struct place at,
                              const char *what)
{
    syntax_error(lexer, at, "%s is not part of this shell", what);
    return T_END;
}

/* An operator; its first character is taken and was c. */
static enum token_kind lex_operator(struct lexer *lexer, int c, struct place at)
{
    switch (c) {
    case '\n':
        return T_NEWLINE;
    case '(':
        return T_OPEN;
    case ')':
        return T_CLOSE;
    case ';':
        return take_if(lexer, ';') ? refuse(lexer, at, ";;") : T_SEMICOLON;
    case '&':
        return take_if(lexer, '&') ? T_AND : T_AMPERSAND;
    case '|':
        return take_if(lexer, '|') ? T_OR : T_PIPE;
    case '<':
        if (take_if(lexer, '<'))
            return refuse(lexer, at, "<<");
        if (take_if(lexer, '>'))
            return refuse(lexer, at, "<>");
        return take_if(lexer, '&') ? refuse(lexer, at, "<&") : T_LESS;
    default:
        if (take_if(lexer, '>'))
            return T_APPEND;
        if (take_if(lexer, '|'))
            return refuse(lexer, at, ">|");
        return take_if(lexer, '&') ? T_DUPLICATE : T_GREAT;
    }
}

/* The 2 of 2>: a single digit right before < or >. */
static bool is_io_number(struct lexer *lexer, const char *word)
{
    int c = input_peek(lexer->in);
    return is_digit(word[0]) && word[1] == '\0' && (c == '<' || c == '>');
}

struct token lex_next(struct lexer *lexer)
{
    struct token token = {.kind = T_END};
    for (;;) {
        skip_blanks(lexer);
        token.at = here(lexer);
        int c = input_peek(lexer->in);
        if (lexer->failed || c == INPUT_END)
            return token;
        if (ends_word(c)) {
            token.kind = lex_operator(lexer, input_take(lexer->in), token.at);
            return token;
        }
        token.text = lex_word(lexer);
        if (lexer->failed)
            return token;
        if (token.text[0] == '\0')
            continue; /* nothing but a continued line */
        token.kind = is_io_number(lexer, token.text) ? T_IO_NUMBER : T_WORD;
        return token;
    }
}

const char *token_name(const struct token *token)
{
    static const char *const names[] = {
        [T_END] = "the end of the input",
        [T_NEWLINE] = "the end of the line",
        [T_SEMICOLON] = ";",
        [T_AMPERSAND] = "&",
        [T_AND] = "&&",
        [T_OR] = "||",
        [T_PIPE] = "|",
        [T_OPEN] = "(",
        [T_CLOSE] = ")",
        [T_LESS] = "<",
        [T_GREAT] = ">",
        [T_APPEND] = ">>",
        [T_DUPLICATE] = ">&",
    };
    if (token->kind == T_WORD || token->kind == T_IO_NUMBER)
        return token->text;
    return names[token->kind];
}
