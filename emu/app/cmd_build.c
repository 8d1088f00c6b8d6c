/*
 * cmd_build.c - `sallyport build`: compiles a program for the guest by the
 * SDK's build.sh, which has every flag and says why (guestapps/sdk/README.md).
 * Here a directory becomes the .c files in it, and the program gets the name
 * of its first source where -o names none; all else is handed on.
 */
#include "hostfile.h"
#include "options.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BUILD_SCRIPT SALLYPORT_SOURCE_DIR "/guestapps/sdk/build.sh"

/* build.sh's arguments, malloc'ed, NULL at the end. */
struct words {
    char **word;
    size_t count;
};

static void add_word(struct words *w, const char *word)
{
    w->word = realloc(w->word, (w->count + 2) * sizeof *w->word);
    if (w->word == NULL)
        abort();
    w->word[w->count++] = strdup(word);
    w->word[w->count] = NULL;
}

static void free_words(struct words *w)
{
    for (size_t i = 0; i < w->count; i++)
        free(w->word[i]);
    free(w->word);
}

static bool is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int add_directory(struct words *w, const char *directory,
                         struct complaint *why)
{
    char *pattern = NULL;
    glob_t found;
    if (asprintf(&pattern, "%s/*.c", directory) < 0)
        abort();
    int status = 0;
    if (glob(pattern, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            add_word(w, found.gl_pathv[i]);
        globfree(&found);
    } else {
        status = complain(why, APP_UNUSABLE, "%s: no .c file in it", directory);
    }
    free(pattern);
    return status;
}

/* "dir/greet.c" makes "greet", here. */
static void add_output(struct words *w)
{
    for (size_t i = 1; i < w->count; i++) {
        size_t length = strlen(w->word[i]);
        if (length < 3 || strcmp(w->word[i] + length - 2, ".c") != 0)
            continue;
        char *name = strdup(hostfile_basename(w->word[i]));
        name[strlen(name) - 2] = '\0';
        add_word(w, "-o");
        add_word(w, name);
        free(name);
        return;
    }
}

static int gather(const struct options *o, struct words *w,
                  struct complaint *why)
{
    bool named = false;
    int status = 0;
    add_word(w, BUILD_SCRIPT);
    for (int i = 0; i < o->program_count && status == 0; i++) {
        const char *word = o->program[i];
        named |= strcmp(word, "-o") == 0;
        if (is_directory(word) && (i == 0 || o->program[i - 1][0] != '-'))
            status = add_directory(w, word, why);
        else
            add_word(w, word);
    }
    if (o->program_count == 0)
        status = add_directory(w, ".", why);
    if (status == 0 && !named)
        add_output(w);
    return status;
}

static int run_script(struct words *w, struct complaint *why)
{
    int wait_status = 0;
    if (access(BUILD_SCRIPT, X_OK) != 0)
        return complain(why, APP_UNUSABLE, "%s: %s", BUILD_SCRIPT,
                        strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        execv(BUILD_SCRIPT, w->word);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &wait_status, 0) != pid)
        return complain(why, APP_UNUSABLE, "build: %s", strerror(errno));
    if (wait_status != 0)
        return complain(why, APP_UNUSABLE,
                        "build: no program was made (see above)");
    return 0;
}

int cmd_build(const struct options *options, struct complaint *why)
{
    struct words w = {0};
    int status = gather(options, &w, why);
    if (status == 0)
        status = run_script(&w, why);
    free_words(&w);
    return status;
}
