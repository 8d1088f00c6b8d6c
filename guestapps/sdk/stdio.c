/*
 * stdio.c - stdin, stdout and stderr on descriptors 0, 1 and 2.
 *
 * picolibc has the machinery of buffered files and leaves these three to us.
 * All are line buffered, wherever they go: a line is one write, so one
 * crossing, and what two programs print into one pipe stays in order by lines.
 * Destructors flush at exit; a program that is killed loses its unfinished
 * line. Files from fopen are flushed by fclose only: picolibc keeps no list of
 * them.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdio-bufio.h>
#include <unistd.h>

#define STDERR_BYTES 128 /* a message is short; longer ones go in pieces */

static char in_bytes[BUFSIZ], out_bytes[BUFSIZ], err_bytes[STDERR_BYTES];

static struct __file_bufio in =
    FDEV_SETUP_BUFIO(STDIN_FILENO, in_bytes, sizeof in_bytes, read, write,
                     lseek, close, __SRD, __BLBF);
static struct __file_bufio out =
    FDEV_SETUP_BUFIO(STDOUT_FILENO, out_bytes, sizeof out_bytes, read, write,
                     lseek, close, __SWR, __BLBF);
static struct __file_bufio err =
    FDEV_SETUP_BUFIO(STDERR_FILENO, err_bytes, sizeof err_bytes, read, write,
                     lseek, close, __SWR, __BLBF);

FILE *const stdin = &in.xfile.cfile.file;
FILE *const stdout = &out.xfile.cfile.file;
FILE *const stderr = &err.xfile.cfile.file;

/* picolibc 1.8's own loses a last line that has no newline. */
char *fgets(char *restrict line, int size, FILE *restrict file)
{
    int n = 0, c = 0;
    if (size <= 0)
        return NULL;
    while (n < size - 1 && c != '\n' && (c = getc(file)) != EOF)
        line[n++] = (char)c;
    line[n] = '\0';
    bool nothing = c == EOF && (n == 0 || ferror(file));
    return nothing ? NULL : line;
}

static void __attribute__((destructor)) flush_standard_files(void)
{
    fflush(stdout);
    fflush(stderr);
}
