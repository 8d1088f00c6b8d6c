/*
 * wc.c - counts lines, words and bytes (-l, -w, -c) of files or standard input.
 *
 * Watch: in `cat FILE | wc`, two processes that take turns: wc's read waits
 * until cat's write puts bytes into the pipe, and returns with exactly those.
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>
#include "program.h"

struct counts {
    long lines, words, bytes;
};

static bool want_lines, want_words, want_bytes;
static char block[4096];

static void count_block(struct counts *c, ssize_t n, bool *in_word)
{
    for (ssize_t i = 0; i < n; i++) {
        bool blank = isspace((unsigned char)block[i]);
        c->lines += block[i] == '\n';
        c->words += !blank && !*in_word;
        *in_word = !blank;
    }
    c->bytes += n;
}

/* Numbers in columns if there are several, as every wc. */
static void print_counts(const struct counts *c, const char *name)
{
    bool alone = want_lines + want_words + want_bytes == 1;
    const char *format = alone ? "%s%ld" : "%s%7ld";
    const char *gap = "";
    if (want_lines) {
        printf(format, gap, c->lines);
        gap = " ";
    }
    if (want_words) {
        printf(format, gap, c->words);
        gap = " ";
    }
    if (want_bytes)
        printf(format, gap, c->bytes);
    if (name != NULL)
        printf(" %s", name);
    putchar('\n');
}

static int count_open(int fd, const char *name, struct counts *total)
{
    struct counts c = {0};
    bool in_word = false;
    ssize_t n;
    while ((n = read(fd, block, sizeof block)) > 0)
        count_block(&c, n, &in_word);
    if (n < 0)
        return complain("wc", name == NULL ? "standard input" : name);
    print_counts(&c, name);
    total->lines += c.lines;
    total->words += c.words;
    total->bytes += c.bytes;
    return 0;
}

static int count_file(const char *name, struct counts *total)
{
    int fd = open(name, O_RDONLY);
    if (fd < 0)
        return complain("wc", name);
    int status = count_open(fd, name, total);
    close(fd);
    return status;
}

int main(int argc, char **argv)
{
    int option, status = 0;
    while ((option = next_option(argc, argv, "+lwc")) != -1) {
        if (option == 'l')
            want_lines = true;
        else if (option == 'w')
            want_words = true;
        else if (option == 'c')
            want_bytes = true;
        else
            return usage("wc [-lwc] [FILE...]");
    }
    if (!want_lines && !want_words && !want_bytes)
        want_lines = want_words = want_bytes = true;
    struct counts total = {0};
    if (optind == argc)
        return count_open(STDIN_FILENO, NULL, &total);
    for (int i = optind; i < argc; i++)
        status |= count_file(argv[i], &total);
    if (argc - optind > 1)
        print_counts(&total, "total");
    return status;
}
