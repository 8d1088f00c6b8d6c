/*
 * mig.h - the stub generator: reads an interface (.defs) and writes the C that
 * carries its calls in Mach messages. docs/reference/rpc.md has the language.
 *
 *   lex.c     text to tokens            parse.c   tokens to struct subsystem
 *   emit.c    the three C files         main.c    the command line
 *
 * It runs on the host, once for each interface when the guest is built. Any
 * error ends it with one line, FILE:LINE:COLUMN: why.
 */
#ifndef MIG_H
#define MIG_H

#include <stdbool.h>
#include <stdio.h>

#define NAME_MAX_CHARS  48
#define ARGS_MAX        12
#define ROUTINES_MAX    100 /* so that requests and replies do not overlap */
#define TYPES_MAX       64
#define DESCRIPTORS_MAX 8     /* of a message: SALLYPORT_MSG_DESCRIPTORS */
#define MESSAGE_MAX     4096u /* bytes: SALLYPORT_MSG_MAX */

/* ---- lex.c ---- */
enum token_kind { TOKEN_END, TOKEN_NAME, TOKEN_NUMBER, TOKEN_SIGN };
struct token {
    enum token_kind kind;
    char text[NAME_MAX_CHARS];
    unsigned long number;
    unsigned line, column;
};
struct lexer {
    const char *file, *at;
    unsigned line, column;
    struct token token; /* the one to look at */
};
void lex_start(struct lexer *l, const char *file, const char *text);
void lex_next(struct lexer *l);
/* Says what is wrong at the token, and ends the program. */
_Noreturn void lex_fail(const struct lexer *l, const struct token *at,
                        const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- parse.c ---- */
enum type_kind {
    TYPE_SCALAR,
    TYPE_ARRAY,  /* fixed or variable, of scalars */
    TYPE_STRING, /* char up to a NUL */
    TYPE_PORT,
    TYPE_OUT_OF_LINE, /* ^array[] of char */
};
struct type {
    char name[NAME_MAX_CHARS];
    char c[NAME_MAX_CHARS]; /* of a scalar or an array's element */
    enum type_kind kind;
    unsigned size;  /* bytes of a scalar or an element */
    unsigned count; /* elements; the most there may be, if variable */
    bool variable;
    unsigned disposition; /* of a port, when sent */
};
enum direction { DIR_IN = 1, DIR_OUT = 2, DIR_INOUT = 3 };
struct argument {
    char name[NAME_MAX_CHARS];
    struct type type;
    enum direction direction;
    bool dealloc, physical;
};
struct routine {
    char name[NAME_MAX_CHARS];
    unsigned id;
    bool simple;               /* no reply */
    char port[NAME_MAX_CHARS]; /* the first argument: where it is sent */
    unsigned args;
    struct argument arg[ARGS_MAX];
};
struct subsystem {
    char name[NAME_MAX_CHARS];
    unsigned base, end; /* numbers from base to end - 1 */
    char user_prefix[NAME_MAX_CHARS], server_prefix[NAME_MAX_CHARS];
    unsigned routines;
    struct routine routine[ROUTINES_MAX];
};
void parse(struct lexer *l, struct subsystem *s);

/* Bytes of the largest message in that direction, or of one argument in it. */
unsigned message_bytes(const struct routine *r, enum direction d);
unsigned descriptor_count(const struct routine *r, enum direction d);

/* ---- emit.c ---- */
void emit_header(const struct subsystem *s, FILE *to);
void emit_user(const struct subsystem *s, FILE *to);
void emit_server(const struct subsystem *s, FILE *to);
void emit_ids(const struct subsystem *s, FILE *to);   /* rows of msgid.def */
void emit_table(const struct subsystem *s, FILE *to); /* Markdown */

#endif
