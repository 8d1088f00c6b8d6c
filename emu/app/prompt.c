/*
 * prompt.c - see prompt.h.
 *
 * libedit wants its completion function to find its data through the editor
 * (EL_CLIENTDATA), so nothing here is global. Its history is used by its names
 * for wide characters: the others (history_end) are names of ours, record/'s.
 */
#include "prompt.h"

#include <errno.h>
#include <histedit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define REMEMBERED  1000
#define OFFERED_MAX 256

struct prompt {
    struct commander *commander;
    EditLine *editor;
    HistoryW *history;
    char *line;
};

static char *prompt_text(EditLine *e)
{
    static char text[] = "(sallyport) ";
    (void)e;
    return text;
}

/* ---- Completion ---- */

static size_t common_length(char *const *word, size_t n)
{
    size_t length = strlen(word[0]);
    for (size_t i = 1; i < n; i++)
        for (size_t k = 0; k < length; k++)
            if (word[i][k] != word[0][k])
                length = k;
    return length;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void show_words(char **word, size_t n)
{
    size_t column = 0;
    qsort(word, n, sizeof *word, by_text);
    putchar('\n');
    for (size_t i = 0; i < n; i++) {
        size_t width = strlen(word[i]) + 2;
        if (column > 0 && column + width > 78) {
            putchar('\n');
            column = 0;
        }
        printf("%s  ", word[i]);
        column += width;
    }
    putchar('\n');
    fflush(stdout);
}

/* Puts in what all offers agree on; one alone is ended with a space, unless
 * something must follow it at once. */
static unsigned char insert(struct prompt *p, const char *line, char **word,
                            size_t n)
{
    char text[512];
    size_t stem = strlen(command_stem(line)), length = common_length(word, n);
    char last = length > 0 ? word[0][length - 1] : ' ';
    bool ended = n == 1 && last != ':';
    if (length < stem)
        return CC_ERROR;
    snprintf(text, sizeof text, "%.*s%s", (int)(length - stem), word[0] + stem,
             ended ? " " : "");
    if (text[0] != '\0') {
        el_insertstr(p->editor, text);
        return CC_REFRESH;
    }
    show_words(word, n);
    return CC_REDISPLAY;
}

static unsigned char complete(EditLine *editor, int key)
{
    struct prompt *p = NULL;
    char line[COMMAND_LINE], *word[OFFERED_MAX];
    const LineInfo *info = el_line(editor);
    (void)key;
    el_get(editor, EL_CLIENTDATA, &p);
    int length = (int)(info->cursor - info->buffer);
    if (length >= (int)sizeof line)
        return CC_ERROR;
    snprintf(line, sizeof line, "%.*s", length, info->buffer);
    size_t n = command_complete(p->commander, line, word, OFFERED_MAX);
    unsigned char result = n > 0 ? insert(p, line, word, n) : CC_ERROR;
    for (size_t i = 0; i < n; i++)
        free(word[i]);
    return result;
}

/* ---- Lines ---- */

struct prompt *prompt_open(struct commander *commander)
{
    HistEventW event;
    struct prompt *p = calloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    p->commander = commander;
    p->editor = el_init("sallyport", stdin, stdout, stderr);
    p->history = history_winit();
    if (p->editor == NULL || p->history == NULL) {
        prompt_close(p);
        return NULL;
    }
    history_w(p->history, &event, H_SETSIZE, REMEMBERED);
    history_w(p->history, &event, H_SETUNIQUE, 1);
    el_set(p->editor, EL_CLIENTDATA, p);
    el_set(p->editor, EL_PROMPT, prompt_text);
    el_set(p->editor, EL_EDITOR, "emacs");
    el_wset(p->editor, EL_HIST, history_w, p->history);
    el_set(p->editor, EL_ADDFN, "sallyport-complete", "Complete the word",
           complete);
    el_set(p->editor, EL_BIND, "^I", "sallyport-complete", NULL);
    el_set(p->editor, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_source(p->editor, NULL); /* ~/.editrc, if there is one */
    return p;
}

void prompt_close(struct prompt *p)
{
    if (p == NULL)
        return;
    if (p->editor != NULL)
        el_end(p->editor);
    if (p->history != NULL)
        history_wend(p->history);
    free(p->line);
    free(p);
}

static void remember(struct prompt *p)
{
    wchar_t line[COMMAND_LINE];
    HistEventW event;
    size_t n = mbstowcs(line, p->line, COMMAND_LINE);
    if (n < COMMAND_LINE && p->line[strspn(p->line, " ")] != '\0')
        history_w(p->history, &event, H_ENTER, line);
}

enum prompt_result prompt_read(struct prompt *p, const char **line)
{
    int n = 0;
    errno = 0;
    const char *text = el_gets(p->editor, &n);
    if (text == NULL || n <= 0)
        return n < 0 && errno == EINTR ? PROMPT_INTERRUPTED : PROMPT_END;
    free(p->line);
    p->line = strndup(text, strcspn(text, "\n"));
    if (p->line == NULL)
        return PROMPT_END;
    remember(p);
    *line = p->line;
    return PROMPT_LINE;
}
