/*
 * input.c - the shell's characters, one at a time, with line and column.
 *
 * From a console a line comes at once, after a prompt. From any other standard
 * input exactly one byte is read per call: the commands that the shell starts
 * share the descriptor and must find everything behind their own line.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

#define PROMPT           "$ "
#define PROMPT_CONTINUED "> "

void input_text(struct input *in, const char *text, size_t n)
{
    *in = (struct input){.text = text, .n = n, .line = 1, .column = 1};
}

void input_stdin(struct input *in, bool interactive)
{
    *in = (struct input){.interactive = interactive, .line = 1, .column = 1};
}

/* Gets more bytes into the buffer. */
static void fill(struct input *in)
{
    if (in->interactive) {
        const char *prompt = in->continued ? PROMPT_CONTINUED : PROMPT;
        write(STDERR_FILENO, prompt, strlen(prompt));
    }
    ssize_t n = in->interactive ? interrupt_read(STDIN_FILENO, in->buffer,
                                                 sizeof in->buffer)
                                : read(STDIN_FILENO, in->buffer, 1);
    if (n < 0 && errno == EINTR && in->interactive)
        in->interrupted = true;
    else if (n < 0)
        complain("standard input: %s", strerror(errno));
    in->ended = n <= 0;
    in->next = 0;
    in->n = n > 0 ? (size_t)n : 0;
}

int input_peek(struct input *in)
{
    for (;;) {
        if (in->next == in->n && in->text == NULL && !in->ended)
            fill(in);
        if (in->next == in->n)
            return INPUT_END;
        char c = in->text != NULL ? in->text[in->next] : in->buffer[in->next];
        if (c != '\0')
            return (unsigned char)c;
        in->next++; /* a NUL byte is no character of a script */
        in->column++;
    }
}

int input_take(struct input *in)
{
    int c = input_peek(in);
    if (c == INPUT_END)
        return c;
    in->next++;
    in->continued = true;
    if (c == '\n') {
        in->line++;
        in->column = 1;
    } else {
        in->column++;
    }
    return c;
}
