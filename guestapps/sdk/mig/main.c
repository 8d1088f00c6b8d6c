/*
 * main.c - the stub generator's command line:
 *
 *   mig FILE.defs DIR       DIR/NAME.h, NAME_user.c, NAME_server.c, where
 *                           NAME is the subsystem's
 *   mig --ids FILE.defs     rows of guestkernel/abi/msgid.def
 *   mig --table FILE.defs   rows of the table in docs/reference/mach.md
 */
#include "mig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (1u << 20)

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "mig: %s: %s\n", what, strerror(errno));
    exit(1);
}

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *text = malloc(TEXT_MAX + 1);
    if (f == NULL || text == NULL)
        fail(path);
    size_t n = fread(text, 1, TEXT_MAX + 1, f);
    if (ferror(f))
        fail(path);
    fclose(f);
    if (n > TEXT_MAX || memchr(text, '\0', n) != NULL) {
        fprintf(stderr, "mig: %s: not an interface: %s\n", path,
                n > TEXT_MAX ? "more than 1 MiB" : "it has a NUL byte");
        exit(1);
    }
    text[n] = '\0';
    return text;
}

typedef void emitter(const struct subsystem *s, FILE *to);

static void write_file(const struct subsystem *s, const char *dir,
                       const char *suffix, emitter *emit)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/%s%s", dir, s->name, suffix);
    if (n < 0 || (size_t)n >= sizeof path) {
        errno = ENAMETOOLONG;
        fail(dir);
    }
    FILE *to = fopen(path, "w");
    if (to == NULL)
        fail(path);
    emit(s, to);
    if (fclose(to) != 0)
        fail(path);
}

int main(int argc, char **argv)
{
    static struct subsystem s;
    struct lexer l;
    bool ids = argc == 3 && strcmp(argv[1], "--ids") == 0;
    bool table = argc == 3 && strcmp(argv[1], "--table") == 0;
    if (argc != 3) {
        fprintf(stderr,
                "usage: mig FILE.defs DIR | mig --ids|--table FILE.defs\n");
        return 2;
    }
    const char *path = argv[ids || table ? 2 : 1];
    char *text = read_file(path);
    lex_start(&l, path, text);
    parse(&l, &s);
    if (ids) {
        emit_ids(&s, stdout);
    } else if (table) {
        emit_table(&s, stdout);
    } else {
        write_file(&s, argv[2], ".h", emit_header);
        write_file(&s, argv[2], "_user.c", emit_user);
        write_file(&s, argv[2], "_server.c", emit_server);
    }
    free(text);
    return 0;
}
