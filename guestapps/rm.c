/*
 * rm.c - removes files; -r: directories with all that is in them; -f: says
 * nothing about files that are not there.
 *
 * Watch: `rm -r`: getdents brings many names in one crossing, then each name
 * costs one of its own.
 */
#include <dirent.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>
#include <sallyport/abi.h>
#include "program.h"

static bool recursive, force;

static int remove_path(const char *path);

static bool is_dot(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Removes all that is in a directory. The names are read anew after each
 * removal, so that it does not matter what a removal does to the order. */
static int empty_directory(const char *path)
{
    for (;;) {
        DIR *dir = opendir(path);
        if (dir == NULL)
            return complain("rm", path);
        struct dirent *entry;
        do {
            entry = readdir(dir);
        } while (entry != NULL && is_dot(entry->d_name));
        char child[SALLYPORT_PATH_MAX];
        int n = 0;
        if (entry != NULL)
            n = snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
        closedir(dir);
        if (entry == NULL)
            return 0;
        if (n >= (int)sizeof child) {
            errno = ENAMETOOLONG;
            return complain("rm", path);
        }
        if (remove_path(child))
            return 1;
    }
}

static int remove_path(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        if (force && errno == ENOENT)
            return 0;
        return complain("rm", path);
    }
    if (!S_ISDIR(st.st_mode))
        return unlink(path) == 0 ? 0 : complain("rm", path);
    if (!recursive) {
        errno = EISDIR;
        return complain("rm", path);
    }
    if (empty_directory(path))
        return 1;
    return rmdir(path) == 0 ? 0 : complain("rm", path);
}

/* The last part of a path, trailing slashes aside, is "." or "..". */
static bool ends_in_dot(const char *path)
{
    size_t n = strlen(path);
    while (n > 0 && path[n - 1] == '/')
        n--;
    size_t start = n;
    while (start > 0 && path[start - 1] != '/')
        start--;
    return (n - start == 1 && path[start] == '.') ||
           (n - start == 2 && path[start] == '.' && path[start + 1] == '.');
}

int main(int argc, char **argv)
{
    int option, status = 0;
    while ((option = next_option(argc, argv, "+rRf")) != -1) {
        if (option == 'r' || option == 'R')
            recursive = true;
        else if (option == 'f')
            force = true;
        else
            return usage("rm [-rf] FILE...");
    }
    if (optind == argc && !force)
        return usage("rm [-rf] FILE...");
    for (int i = optind; i < argc; i++) {
        if (ends_in_dot(argv[i])) {
            fprintf(stderr, "rm: %s: refusing to remove . or ..\n", argv[i]);
            status = 1;
        } else {
            status |= remove_path(argv[i]);
        }
    }
    return status;
}
