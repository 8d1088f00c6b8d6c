/*
 * lex.c - names, numbers, signs; comments and lines that begin with # are
 * skipped.
 */
#include "mig.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void lex_fail(const struct lexer *l, const struct token *at, const char *format,
              ...)
{
    va_list ap;
    fprintf(stderr, "%s:%u:%u: ", l->file, at->line, at->column);
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(1);
}

static void advance(struct lexer *l)
{
    if (*l->at == '\n') {
        l->line++;
        l->column = 0;
    }
    l->column++;
    l->at++;
}

static void skip_line(struct lexer *l)
{
    while (*l->at != '\0' && *l->at != '\n')
        advance(l);
}

static void skip_comment(struct lexer *l)
{
    struct token start = {.line = l->line, .column = l->column};
    while (strncmp(l->at, "*/", 2) != 0) {
        if (*l->at == '\0')
            lex_fail(l, &start, "this comment does not end");
        advance(l);
    }
    advance(l);
    advance(l);
}

static void skip_space(struct lexer *l)
{
    for (;;) {
        if (isspace((unsigned char)*l->at))
            advance(l);
        else if (strncmp(l->at, "//", 2) == 0 ||
                 (*l->at == '#' && l->column == 1))
            skip_line(l);
        else if (strncmp(l->at, "/*", 2) == 0)
            skip_comment(l);
        else
            return;
    }
}

static void take_word(struct lexer *l)
{
    size_t n = 0;
    while (isalnum((unsigned char)*l->at) || *l->at == '_') {
        if (n + 1 == sizeof l->token.text)
            lex_fail(l, &l->token, "a name of more than %zu characters", n);
        l->token.text[n++] = *l->at;
        advance(l);
    }
    l->token.text[n] = '\0';
}

static void take_number(struct lexer *l)
{
    char *end;
    take_word(l);
    errno = 0;
    l->token.number = strtoul(l->token.text, &end, 0);
    if (*end != '\0' || errno != 0 || l->token.number > 0x7fffffff)
        lex_fail(l, &l->token, "\"%s\" is not a number up to 2147483647",
                 l->token.text);
}

void lex_next(struct lexer *l)
{
    skip_space(l);
    l->token = (struct token){.line = l->line, .column = l->column};
    unsigned char c = (unsigned char)*l->at;
    if (isdigit(c)) {
        l->token.kind = TOKEN_NUMBER;
        take_number(l);
    } else if (isalpha(c) || c == '_') {
        l->token.kind = TOKEN_NAME;
        take_word(l);
    } else if (c != '\0' && strchr("(){}[]:;,=*^", c)) {
        l->token.kind = TOKEN_SIGN;
        l->token.text[0] = (char)c;
        advance(l);
    } else if (c != '\0') {
        lex_fail(l, &l->token,
                 isprint(c) ? "\"%c\" means nothing here"
                            : "byte 0x%02x means nothing here",
                 c);
    }
}

void lex_start(struct lexer *l, const char *file, const char *text)
{
    *l = (struct lexer){.file = file, .at = text, .line = 1, .column = 1};
    lex_next(l);
}
