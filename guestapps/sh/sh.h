/*
 * sh.h - the shell's parts and what they share.
 *
 * A line goes through four of them: input.c hands out characters with their
 * positions, lex.c makes tokens, parse.c makes a tree, run.c walks it. Words
 * are kept as typed, quotes included, until expand.c turns them into the
 * strings that a command gets. All of it stands on plain POSIX calls, so the
 * same sources run on the host, where the tests compare them with dash.
 *
 * Memory for trees and strings comes from one arena: whoever runs something
 * takes a mark before and releases it after. Only what outlives a command
 * (variables, jobs) is malloc's.
 */
#ifndef GUESTAPPS_SH_H
#define GUESTAPPS_SH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define STATUS_SYNTAX       2 /* also of a failed redirection, as dash has it */
#define STATUS_NOT_RUNNABLE 126
#define STATUS_NOT_FOUND    127
#define STATUS_SIGNAL       128 /* + the number */

/* ---- Memory (memory.c) ---- */

struct arena {
    struct block *first, *current;
    size_t used; /* bytes of the current block */
};

struct arena_mark {
    struct block *current;
    size_t used;
};

void *arena_take(struct arena *arena, size_t n);
char *arena_string(struct arena *arena, const char *bytes, size_t n);
struct arena_mark arena_mark(const struct arena *arena);
void arena_release(struct arena *arena, struct arena_mark mark);

/* A string that grows. bytes is NUL-ended after every text_add. */
struct text {
    struct arena *arena;
    char *bytes;
    size_t n, capacity;
};

void text_start(struct text *text, struct arena *arena);
void text_add(struct text *text, char c);
void text_add_string(struct text *text, const char *string);

/* malloc and strdup that end the shell when there is no memory. */
void *must_malloc(size_t n);
char *must_strdup(const char *string);

/* One line on stderr: `sh: ...`. One write, however many pieces. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- Characters (input.c) ---- */

#define INPUT_END (-1)

struct input {
    const char *text; /* a script in memory, or NULL: standard input */
    size_t n, next;   /* of text or buffer */
    bool interactive; /* standard input is a console: prompts, whole lines */
    bool continued;   /* in the middle of a command: the other prompt */
    bool interrupted; /* Ctrl-C at the prompt */
    bool ended;
    int line, column; /* of the character that comes next, from 1 */
    char buffer[256];
};

void input_text(struct input *in, const char *text, size_t n);
void input_stdin(struct input *in, bool interactive);
int input_peek(struct input *in);
int input_take(struct input *in);

/* ---- Tokens (lex.c) ---- */

struct place {
    int line, column;
};

enum token_kind {
    T_END, /* also after an error */
    T_NEWLINE,
    T_WORD,
    T_IO_NUMBER, /* the 2 of 2> */
    T_SEMICOLON,
    T_AMPERSAND,
    T_AND,
    T_OR,
    T_PIPE,
    T_OPEN,
    T_CLOSE,
    T_LESS,
    T_GREAT,
    T_APPEND,
    T_DUPLICATE, /* >& */
};

struct token {
    enum token_kind kind;
    char *text; /* T_WORD: as typed; T_IO_NUMBER: the digit */
    struct place at;
};

struct lexer {
    struct input *in;
    struct arena *arena;
    bool failed; /* an error was told; only T_END follows */
    bool ended;  /* by parse_line: there was no line, and there is none */
};

struct token lex_next(struct lexer *lexer);
const char *token_name(const struct token *token);
/* Tells a syntax error, the first of a lexer's only. */
void syntax_error(struct lexer *lexer, struct place at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- Trees (parse.c) ---- */

struct word {
    const char *text;
    struct word *next;
};

enum redirect_kind { R_INPUT, R_OUTPUT, R_APPEND, R_DUPLICATE };

struct redirect {
    enum redirect_kind kind;
    int fd; /* the one that changes */
    const char *target;
    struct redirect *next;
};

enum node_kind {
    N_COMMAND,    /* assignments, words, redirects */
    N_PIPE,       /* a | b; b may be another N_PIPE, and so on */
    N_NOT,        /* ! a */
    N_AND,        /* a && b */
    N_OR,         /* a || b */
    N_SEQUENCE,   /* a ; b */
    N_BACKGROUND, /* a & */
    N_SUBSHELL,   /* ( a ) redirects */
    N_IF,         /* if a; then b; else c (or NULL); fi redirects */
    N_WHILE,      /* while a; do b; done redirects */
    N_FOR,        /* for name in words; do b; done redirects */
};

struct node {
    enum node_kind kind;
    struct node *a, *b, *c;
    struct word *assignments, *words;
    struct redirect *redirects;
    const char *name;
};

/* The next command line. NULL: an empty line, the end or an error. */
struct node *parse_line(struct lexer *lexer);
/* Is `text` NAME=... ? Returns the length of NAME, 0 if not. */
size_t assignment_name(const char *text);

/* ---- State ---- */

/* Why the commands that follow are skipped. */
enum leaving { STAY, LEAVE_BREAK, LEAVE_CONTINUE, LEAVE_LINE, LEAVE_SHELL };

struct shell {
    struct arena arena;
    const char *name;  /* $0 */
    char **parameters; /* $1 ... */
    int parameter_count;
    int status;       /* $? */
    pid_t pid;        /* $$, also in subshells */
    pid_t background; /* $!, 0: none yet */
    bool interactive; /* prompt, and jobs in groups of their own */
    int loops;        /* how many we are in */
    enum leaving leaving;
    int leave_loops; /* LEAVE_BREAK, LEAVE_CONTINUE: how many */
    struct variable *variables;
    struct job *jobs;
    struct saved_fd *saved; /* descriptors put aside (redirect.c) */
};

/* ---- Variables (variable.c) ---- */

struct variable {
    char *name, *value; /* value NULL: exported, but not set */
    bool exported;
    struct variable *next;
};

void variables_import(struct shell *sh, char **environment);
const char *variable_get(const struct shell *sh, const char *name);
void variable_set(struct shell *sh, const char *name, const char *value);
/* NULL: not set. */
void variable_assign(struct shell *sh, const char *name, const char *value,
                     bool exported);
struct variable *variable_find(const struct shell *sh, const char *name);
/* The exported ones as envp, in the arena. */
char **variables_export(struct shell *sh);
/* The length of the name that text starts with, 0 if none. */
size_t name_length(const char *text);

/* ---- Expansion (expand.c) ---- */

/* The fields of all words, NULL-ended, in the arena. */
char **expand_words(struct shell *sh, const struct word *words, int *count);
/* One word to one string: no field splitting. */
char *expand_string(struct shell *sh, const char *word);

/* ---- Redirections (redirect.c) ---- */

/* Changes descriptors; false: one failed, and was told. */
bool redirect_all(struct shell *sh, const struct redirect *list);
/* The same, to be undone by redirect_pop. Always push and pop in pairs. */
bool redirect_push(struct shell *sh, const struct redirect *list,
                   struct saved_fd **mark);
void redirect_pop(struct shell *sh, struct saved_fd *mark);
/* In a child: what the shell put aside is no business of the program. */
void redirect_forget(struct shell *sh);

/* ---- Ctrl-C at a console (interrupt.c) ---- */

/* From now on Ctrl-C does not end the shell; it is noted. */
void interrupt_handle(void);
/* Was there one since this was asked last? */
bool interrupt_taken(void);
/* read, which a Ctrl-C ends with EINTR even if it came just before. */
ssize_t interrupt_read(int fd, char *bytes, size_t n);

/* ---- Processes (job.c) ---- */

/* The shell's own process group, which gets the console's Ctrl-C between
 * commands. */
void job_start(struct shell *sh);

/* fork, ready to run a command of process group `group`: 0, a new one. */
pid_t job_fork(struct shell *sh, pid_t group, bool foreground);
void job_remember(struct shell *sh, pid_t pid);
/* Waits for a child in the foreground and returns its $?. */
int job_wait(struct shell *sh, pid_t pid);
void job_foreground_done(struct shell *sh);
/* Has any of our background jobs ended? Takes note, without waiting. */
void job_poll(struct shell *sh);
/* Waits for a background job, or all. False: we have none such. */
bool job_wait_background(struct shell *sh, pid_t pid, int *status);
void job_wait_all(struct shell *sh);

/* ---- Commands (builtin.c, command.c, run.c) ---- */

struct builtin {
    const char *name;
    int (*run)(struct shell *sh, char **argv);
    bool special; /* POSIX: NAME=value before it stays */
};

const struct builtin *builtin_find(const char *name);
/* A whole number, not negative. False if the text is none. */
bool parse_number(const char *text, int *value);

void run_command(struct shell *sh, const struct node *node, bool last);
/* Runs a tree and sets status. last: nothing follows in this process, which
 * is a child's, so that a program may replace it. */
void run(struct shell *sh, const struct node *node, bool last);
/* Reads and runs all lines. Returns the shell's exit status. */
int run_input(struct shell *sh, struct input *in);
/* A whole file into the arena. False: told, and status is set. */
bool run_script_read(struct shell *sh, const char *path, char **text,
                     size_t *n);

#endif
