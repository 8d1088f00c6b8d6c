/*
 * test.c - evaluates an expression and tells the answer by its exit status:
 * 0 true, 1 false, 2 not an expression. Called as `[` it wants a closing `]`.
 *
 *   expression = and { -o and }
 *   and        = not { -a not }
 *   not        = [ ! ] primary
 *   primary    = ( expression ) | STRING | -n STRING | -z STRING | -t FD
 *              | -e -f -d -c -p -r -w -x -s FILE
 *              | STRING = STRING | STRING != STRING
 *              | NUMBER -eq -ne -lt -le -gt -ge NUMBER
 *
 * As POSIX wants, three arguments whose middle one is a binary operator are a
 * comparison, even if the first looks like an operator.
 *
 * Watch: a shell's `if [ -f FILE ]` is a process of its own, and the answer
 * crosses back as one number in exit and waitpid.
 */
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "program.h"

#define TROUBLE 2

static const char *program;
static char **arg; /* the next argument; NULL-ended */

static _Noreturn void fail(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s: %s\n", program, what, why);
    exit(TROUBLE);
}

static long number(const char *text)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    end += strspn(end, " \t\n");
    if (end == text || *end != '\0')
        fail(text, "not a number");
    if (errno != 0)
        fail(text, "number too large");
    return value;
}

static bool file_test(char operator, const char * path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return false;
    switch (operator) {
    case 'e':
        return true;
    case 'f':
        return S_ISREG(st.st_mode);
    case 'd':
        return S_ISDIR(st.st_mode);
    case 'c':
        return S_ISCHR(st.st_mode);
    case 'p':
        return S_ISFIFO(st.st_mode);
    case 's':
        return st.st_size > 0;
    case 'r':
        return access(path, R_OK) == 0;
    case 'w':
        return access(path, W_OK) == 0;
    default:
        return access(path, X_OK) == 0;
    }
}

static bool is_unary(const char *text)
{
    return text[0] == '-' && text[1] != '\0' && text[2] == '\0' &&
           strchr("efdcprwxsnzt", text[1]) != NULL;
}

static bool unary(char operator, const char * operand)
{
    switch (operator) {
    case 'n':
        return *operand != '\0';
    case 'z':
        return *operand == '\0';
    case 't': {
        long fd = number(operand);
        return fd >= 0 && fd <= INT_MAX && isatty((int)fd);
    }
    default:
        return file_test(operator, operand);
    }
}

enum comparison { NO_COMPARISON, SAME, DIFFERENT, EQ, NE, LT, LE, GT, GE };

static enum comparison comparison(const char *text)
{
    static const struct {
        const char *text;
        enum comparison value;
    } table[] = {{"=", SAME}, {"!=", DIFFERENT}, {"-eq", EQ}, {"-ne", NE},
                 {"-lt", LT}, {"-le", LE},       {"-gt", GT}, {"-ge", GE}};
    for (size_t i = 0; text != NULL && i < sizeof table / sizeof table[0]; i++)
        if (strcmp(text, table[i].text) == 0)
            return table[i].value;
    return NO_COMPARISON;
}

static bool compare(const char *left, enum comparison how, const char *right)
{
    if (how == SAME || how == DIFFERENT)
        return (strcmp(left, right) == 0) == (how == SAME);
    long a = number(left), b = number(right);
    switch (how) {
    case EQ:
        return a == b;
    case NE:
        return a != b;
    case LT:
        return a < b;
    case LE:
        return a <= b;
    case GT:
        return a > b;
    default:
        return a >= b;
    }
}

static bool expression(void);

static bool primary(void)
{
    if (arg[0] == NULL)
        fail("expression", "something is missing at its end");
    enum comparison how = comparison(arg[1]);
    if (how != NO_COMPARISON && arg[2] != NULL) {
        arg += 3;
        return compare(arg[-3], how, arg[-1]);
    }
    if (strcmp(arg[0], "(") == 0 && arg[1] != NULL) {
        arg++;
        bool value = expression();
        if (arg[0] == NULL || strcmp(arg[0], ")") != 0)
            fail("expression", "a ) is missing");
        arg++;
        return value;
    }
    if (is_unary(arg[0]) && arg[1] != NULL) {
        arg += 2;
        return unary(arg[-2][1], arg[-1]);
    }
    return *arg++[0] != '\0';
}

static bool negation(void)
{
    bool negated = arg[0] != NULL && strcmp(arg[0], "!") == 0 &&
                   arg[1] != NULL &&
                   (comparison(arg[1]) == NO_COMPARISON || arg[2] == NULL);
    if (!negated)
        return primary();
    arg++;
    return !negation();
}

static bool conjunction(void)
{
    bool value = negation();
    while (arg[0] != NULL && strcmp(arg[0], "-a") == 0) {
        arg++;
        value &= negation();
    }
    return value;
}

static bool expression(void)
{
    bool value = conjunction();
    while (arg[0] != NULL && strcmp(arg[0], "-o") == 0) {
        arg++;
        value |= conjunction();
    }
    return value;
}

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    program = slash == NULL ? argv[0] : slash + 1;
    if (strcmp(program, "[") == 0) {
        if (strcmp(argv[argc - 1], "]") != 0)
            fail("expression", "the closing ] is missing");
        argv[--argc] = NULL;
    }
    arg = argv + 1;
    if (argc == 1)
        return 1;
    /* POSIX: of four arguments, a leading ! negates the other three. */
    bool negated = argc == 5 && strcmp(arg[0], "!") == 0;
    arg += negated;
    bool value = expression() != negated;
    if (*arg != NULL)
        fail(*arg, "not expected here");
    return value ? 0 : 1;
}
