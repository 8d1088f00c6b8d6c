/*
 * ls.c - lists directories by name, one name a line; -l: with type,
 * permissions, links and size; -a: names that begin with a dot too.
 *
 * Watch: getdents copies out many records in one crossing; -l then needs one
 * stat crossing for every name. The columns have no times, because the
 * machine has no calendar.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <sallyport/abi.h>
#include "program.h"

static bool long_format, all_names;

static char type_letter(mode_t mode)
{
    if (S_ISDIR(mode))
        return 'd';
    if (S_ISCHR(mode))
        return 'c';
    if (S_ISFIFO(mode))
        return 'p';
    if (S_ISSOCK(mode))
        return 's';
    return '-';
}

/* `name` is what is printed, `path` where it is. */
static int print_entry(const char *path, const char *name)
{
    if (!long_format) {
        puts(name);
        return 0;
    }
    struct stat st;
    if (stat(path, &st) != 0)
        return complain("ls", path);
    char mode[] = "?rwxrwxrwx";
    mode[0] = type_letter(st.st_mode);
    for (int bit = 0; bit < 9; bit++)
        if ((st.st_mode & (0400u >> bit)) == 0)
            mode[1 + bit] = '-';
    printf("%s %2u %8ld %s\n", mode, (unsigned)st.st_nlink, (long)st.st_size,
           name);
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of a directory, sorted. Returns their number, -1 with errno. */
static long read_names(const char *path, char ***names)
{
    DIR *dir = opendir(path);
    if (dir == NULL)
        return -1;
    long count = 0;
    *names = NULL;
    errno = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.' && !all_names)
            continue;
        char **more = realloc(*names, (size_t)(count + 1) * sizeof *more);
        if (more == NULL)
            break;
        *names = more;
        if ((more[count] = strdup(entry->d_name)) == NULL)
            break;
        count++;
    }
    int error = errno;
    closedir(dir);
    errno = error;
    if (error != 0)
        return -1;
    qsort(*names, (size_t)count, sizeof **names, by_name);
    return count;
}

static int list_directory(const char *path)
{
    char **names;
    long count = read_names(path, &names);
    if (count < 0)
        return complain("ls", path);
    int status = 0;
    for (long i = 0; i < count; i++) {
        char child[SALLYPORT_PATH_MAX];
        if (snprintf(child, sizeof child, "%s/%s", path, names[i]) >=
            (int)sizeof child) {
            errno = ENAMETOOLONG;
            status = complain("ls", names[i]);
            continue;
        }
        status |= print_entry(child, names[i]);
    }
    return status;
}

static bool is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The operands that are no directories. Sets *listed if there is one. */
static int list_files(char **paths, int count, bool *listed)
{
    int status = 0;
    for (int i = 0; i < count; i++) {
        struct stat st;
        if (stat(paths[i], &st) != 0)
            status = complain("ls", paths[i]);
        else if (!S_ISDIR(st.st_mode)) {
            status |= print_entry(paths[i], paths[i]);
            *listed = true;
        }
    }
    return status;
}

int main(int argc, char **argv)
{
    int option;
    while ((option = next_option(argc, argv, "+la")) != -1) {
        if (option == 'l')
            long_format = true;
        else if (option == 'a')
            all_names = true;
        else
            return usage("ls [-la] [FILE...]");
    }
    if (optind == argc)
        return list_directory(".");
    bool listed = false;
    int status = list_files(argv + optind, argc - optind, &listed);
    for (int i = optind; i < argc; i++) {
        if (!is_directory(argv[i]))
            continue;
        if (argc - optind > 1)
            printf("%s%s:\n", listed ? "\n" : "", argv[i]);
        status |= list_directory(argv[i]);
        listed = true;
    }
    return status;
}
