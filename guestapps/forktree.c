/*
 * forktree.c - a tree of processes, each the parent of two, DEPTH levels deep
 * (2 if not said). A process's name is the way to it: "01" is the second
 * child of the first child of the root.
 *
 * Watch: fork returns twice, once on each side, with different answers. Right
 * afterwards parent and child share every frame, read-only; the first store to
 * a page gives the writer a frame of its own. `name` below is at the same
 * address in every process and different in each.
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "program.h"

#define DEPTH_DEFAULT 2
#define DEPTH_MAX     5
#define CHILDREN      2

static char name[DEPTH_MAX + 1];

/* Prints this process and lets its children do the same. Each child has ended
 * before the next starts, so the order does not depend on the scheduler. */
static int grow(int depth, int level)
{
    printf("%*s\"%s\" is pid %d, child of %d\n", 2 * level, "", name,
           (int)getpid(), (int)getppid());
    if (level == depth)
        return 0;
    for (int i = 0; i < CHILDREN; i++) {
        pid_t child = fork();
        if (child < 0)
            return complain("forktree", "fork");
        if (child == 0) {
            name[level] = (char)('0' + i);
            return grow(depth, level + 1);
        }
        int status;
        if (waitpid(child, &status, 0) != child || status != 0)
            return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    int depth = DEPTH_DEFAULT;
    if (argc == 2) {
        char *end;
        depth = (int)strtol(argv[1], &end, 10);
        if (*end != '\0' || depth < 0 || depth > DEPTH_MAX)
            return usage("forktree [DEPTH], 0 to 5");
    } else if (argc > 2) {
        return usage("forktree [DEPTH]");
    }
    return grow(depth, 0);
}
