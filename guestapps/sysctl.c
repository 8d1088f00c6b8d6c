/*
 * sysctl.c - lists, reads and sets the kernel's variables.
 *
 *     sysctl -a             all of them: names and values
 *     sysctl kern vm        those below kern and vm
 *     sysctl hw.ncpu        one; -n: the value alone, -d: what it is,
 *                           -t: its type
 *     sysctl kern.hostname=wall
 *
 * It knows no name by itself: the kernel is asked for the node behind a node,
 * for its name, for its format.
 *
 * Watch: `sysctl -a` is mostly questions about nodes: sysctl.next, sysctl.name,
 * sysctl.oidfmt. Each value takes two calls: one without a buffer, to ask how
 * long it is, one to fetch it.
 */
#include <stdlib.h>
#include <sys/sysctl.h>
#include <sallyport/abi.h>
#include "program.h"

#define HOW  "sysctl [-adnt] [NAME | NAME=VALUE]..."
#define MORE 4 /* tries, while what is asked for grows */

struct node {
    int number[CTL_MAXNAME];
    size_t n; /* numbers */
    char name[SYSCTL_NAME_BYTES];
    struct {
        unsigned kind;
        char format[SYSCTL_DESCR_BYTES];
    } type;
};

static enum { VALUES, VALUES_ONLY, DESCRIPTIONS, TYPES } shown;

/* Asks CTL_SYSCTL about a node; the bytes of the answer, or -1. */
static long ask(int what, const int *number, size_t n, void *to, size_t room)
{
    int question[2 + CTL_MAXNAME] = {CTL_SYSCTL, what};
    memcpy(question + 2, number, n * sizeof *number);
    return sysctl(question, (unsigned)(2 + n), to, &room, NULL, 0) < 0
               ? -1
               : (long)room;
}

static int describe(struct node *node)
{
    return ask(CTL_SYSCTL_NAME, node->number, node->n, node->name,
               sizeof node->name) < 0 ||
           ask(CTL_SYSCTL_OIDFMT, node->number, node->n, &node->type,
               sizeof node->type) < 0;
}

/* The value in memory of its own, to be freed; *n: its bytes. NULL: errno. */
static char *fetch(const struct node *node, size_t *n)
{
    char *value = NULL;
    int error = sysctl(node->number, (unsigned)node->n, NULL, n, NULL, 0);
    for (int i = 0; !error && i < MORE; i++) {
        char *larger = realloc(value, *n + 1);
        if (larger == NULL)
            break;
        value = larger;
        value[*n] = '\0';
        if (sysctl(node->number, (unsigned)node->n, value, n, NULL, 0) == 0)
            return value;
        error = errno != ENOMEM;
    }
    free(value);
    return NULL;
}

static void print_processes(const char *value, size_t n)
{
    const struct procinfo *p = (const struct procinfo *)value;
    for (size_t i = 0; i < n / sizeof *p; i++)
        printf("%s%d %s", i > 0 ? ", " : "", (int)p[i].pid, p[i].name);
}

static void print_value(const struct node *node, const char *value, size_t n)
{
    const char *format = node->type.format;
    if (strcmp(format, "I") == 0 && n == sizeof(int32_t))
        printf("%d", (int)*(const int32_t *)value);
    else if (strcmp(format, "Q") == 0 && n == sizeof(int64_t))
        printf("%ld", (long)*(const int64_t *)value);
    else if (strcmp(format, "A") == 0)
        printf("%s", value);
    else if (strcmp(format, "S,procinfo") == 0)
        print_processes(value, n);
    else
        printf("%s, %lu bytes", format, (unsigned long)n);
}

static const char *type_word(const struct node *node)
{
    static const char *const word[] = {"?",    "node", "int",
                                       "text", "quad", "opaque"};
    unsigned type = node->type.kind & CTLTYPE;
    return word[type < sizeof word / sizeof word[0] ? type : 0];
}

static const char *access_word(const struct node *node)
{
    unsigned kind = node->type.kind;
    if (!(kind & CTLFLAG_WR))
        return "read";
    return kind & CTLFLAG_ANYBODY ? "read, set" : "read, root sets";
}

static int show(const struct node *node)
{
    char text[SYSCTL_DESCR_BYTES];
    size_t n;
    if (shown == TYPES) {
        printf("%s: %s; %s\n", node->name, type_word(node), access_word(node));
        return 0;
    }
    if (shown == DESCRIPTIONS) {
        if (ask(CTL_SYSCTL_OIDDESCR, node->number, node->n, text, sizeof text) <
            0)
            return complain("sysctl", node->name);
        printf("%s: %s\n", node->name, text);
        return 0;
    }
    char *value = fetch(node, &n);
    if (value == NULL)
        return complain("sysctl", node->name);
    if (shown == VALUES)
        printf("%s: ", node->name);
    print_value(node, value, n);
    putchar('\n');
    free(value);
    return 0;
}

/* All leaves below the node that the n numbers mean. */
static int show_below(const int *number, size_t n)
{
    struct node node = {.n = n};
    int status = 0;
    long bytes;
    memcpy(node.number, number, n * sizeof *number);
    for (;;) {
        bytes = ask(CTL_SYSCTL_NEXT, node.number, node.n, node.number,
                    sizeof node.number);
        node.n = (size_t)bytes / sizeof(int);
        if (bytes < 0 || node.n < n ||
            memcmp(node.number, number, n * sizeof *number) != 0)
            return status;
        status |= describe(&node) ? complain("sysctl", "a node") : show(&node);
    }
}

/* A whole number into *value; 0 if the text is none. */
static int parse(const char *text, long *value)
{
    char *end;
    errno = 0;
    *value = strtol(text, &end, 0);
    return *text != '\0' && *end == '\0' && errno == 0;
}

/* Numbers are sent with all their 64 bits, whatever the node takes. */
static int set(const struct node *node, const char *text)
{
    const void *value = text;
    size_t n = strlen(text);
    long number;
    if (strcmp(node->type.format, "A") != 0) {
        if (!parse(text, &number)) {
            fprintf(stderr, "sysctl: %s: not a number\n", text);
            return 1;
        }
        value = &number;
        n = sizeof number;
    }
    if (sysctl(node->number, (unsigned)node->n, NULL, NULL, value, n) < 0)
        return complain("sysctl", node->name);
    return show(node);
}

static int do_argument(char *argument)
{
    struct node node = {.n = CTL_MAXNAME};
    char *value = strchr(argument, '=');
    if (value != NULL)
        *value++ = '\0';
    if (sysctlnametomib(argument, node.number, &node.n) < 0 || describe(&node))
        return complain("sysctl", argument);
    if (value != NULL)
        return set(&node, value);
    return (node.type.kind & CTLTYPE) == CTLTYPE_NODE
               ? show_below(node.number, node.n)
               : show(&node);
}

int main(int argc, char **argv)
{
    int letter, all = 0, status = 0;
    while ((letter = next_option(argc, argv, "+adnt")) != -1)
        switch (letter) {
        case 'a':
            all = 1;
            break;
        case 'd':
            shown = DESCRIPTIONS;
            break;
        case 'n':
            shown = VALUES_ONLY;
            break;
        case 't':
            shown = TYPES;
            break;
        default:
            return usage(HOW);
        }
    if (all == (optind < argc))
        return usage(HOW);
    if (all)
        return show_below(NULL, 0);
    for (; optind < argc; optind++)
        status |= do_argument(argv[optind]);
    return status;
}
