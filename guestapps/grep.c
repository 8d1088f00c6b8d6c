/*
 * grep.c - prints the lines that match a regular expression, basic or (-E)
 * extended; -i: letters of either case; -v: the lines that do not match;
 * -n: with line numbers; -c: only their number; -q: only the status.
 *
 * Status: 0 if a line was selected, 1 if none, 2 after an error.
 *
 * Watch: matching is pure user code. Between two reads thousands of
 * instructions run without a crossing.
 */
#include <regex.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>
#include "program.h"

#define HOW      "grep [-Eivncq] PATTERN [FILE...]"
#define SELECTED 0
#define NONE     1
#define TROUBLE  2

static bool invert, number_lines, count_only, quiet;

/* A line of any length without its newline; NULL at the end. The buffer is
 * used again by the next call. Sets *failed when memory runs out. */
static char *read_line(FILE *file, bool *failed)
{
    static char *line;
    static size_t capacity;
    size_t n = 0;
    int c;
    while ((c = getc(file)) != EOF && c != '\n') {
        if (n + 2 > capacity) {
            size_t more = capacity == 0 ? 256 : capacity * 2;
            char *longer = realloc(line, more);
            if (longer == NULL) {
                *failed = true;
                return NULL;
            }
            line = longer;
            capacity = more;
        }
        line[n++] = (char)c;
    }
    if (c == EOF && n == 0)
        return NULL;
    if (n == 0)
        return "";
    line[n] = '\0';
    return line;
}

static int search(const regex_t *regex, FILE *file, const char *name,
                  const char *prefix)
{
    long line_number = 0, selected = 0;
    bool failed = false;
    for (char *line; (line = read_line(file, &failed)) != NULL;) {
        line_number++;
        if ((regexec(regex, line, 0, NULL, 0) == 0) == invert)
            continue;
        selected++;
        if (quiet)
            return SELECTED;
        if (count_only)
            continue;
        if (prefix != NULL)
            printf("%s:", prefix);
        if (number_lines)
            printf("%ld:", line_number);
        puts(line);
    }
    if (failed || ferror(file)) {
        complain("grep", name);
        return TROUBLE;
    }
    if (count_only && !quiet) {
        if (prefix != NULL)
            printf("%s:", prefix);
        printf("%ld\n", selected);
    }
    return selected > 0 ? SELECTED : NONE;
}

static int search_file(const regex_t *regex, const char *name, bool several)
{
    FILE *file = fopen(name, "r");
    if (file == NULL) {
        complain("grep", name);
        return TROUBLE;
    }
    int status = search(regex, file, name, several ? name : NULL);
    fclose(file);
    return status;
}

static bool compile(regex_t *regex, const char *pattern, int flags)
{
    int error = regcomp(regex, pattern, flags | REG_NOSUB);
    if (error == 0)
        return true;
    char why[80];
    regerror(error, regex, why, sizeof why);
    fprintf(stderr, "grep: %s: %s\n", pattern, why);
    return false;
}

/* Takes the options; false: an unknown one. */
static bool parse_options(int argc, char **argv, int *flags)
{
    for (int option; (option = next_option(argc, argv, "+Eivncq")) != -1;) {
        switch (option) {
        case 'E':
            *flags |= REG_EXTENDED;
            break;
        case 'i':
            *flags |= REG_ICASE;
            break;
        case 'v':
            invert = true;
            break;
        case 'n':
            number_lines = true;
            break;
        case 'c':
            count_only = true;
            break;
        case 'q':
            quiet = true;
            break;
        default:
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    int flags = 0;
    if (!parse_options(argc, argv, &flags) || optind == argc)
        return usage(HOW);
    regex_t regex;
    if (!compile(&regex, argv[optind], flags))
        return TROUBLE;
    int first = optind + 1;
    if (first == argc)
        return search(&regex, stdin, "standard input", NULL);
    bool selected = false, trouble = false;
    for (int i = first; i < argc; i++) {
        int status = search_file(&regex, argv[i], argc - first > 1);
        selected |= status == SELECTED;
        trouble |= status == TROUBLE;
        if (quiet && selected)
            return SELECTED;
    }
    return trouble ? TROUBLE : selected ? SELECTED : NONE;
}
