#!/usr/bin/env bash
# check_sdk.sh - builds a program outside of the tree, by the one command of
# sdk/README.md, and runs it in the guest.
#
#   check_sdk.sh MACHINE KERNEL INITRD      (MACHINE as for boot.sh)
set -uo pipefail
[ $# = 3 ] || {
    echo "usage: check_sdk.sh MACHINE KERNEL INITRD" >&2
    exit 2
}
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
build=$here/../../guestapps/sdk/build.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/a folder" "$work/root/bin"
cd "$work/a folder" || exit 1

cat > main.c <<'END'
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "other.h"

static _Thread_local int counted = 40;
static int zeroes[3000];
static void __attribute__((constructor)) before(void) { counted++; }
static void after(void) { puts("atexit"); }

int main(int argc, char **argv)
{
    struct timespec now;
    char *block = malloc(100000);
    memset(block, 'x', 100000);
    counted += other(argc);
    atexit(after);
    printf("%s %d %d %d\n", argv[1], counted, zeroes[2999], block[99999]);
    FILE *file = fopen("/tmp/f", "w");
    fprintf(file, "%d %s\n", 17, "words");
    fclose(file);
    char word[10];
    int number;
    file = fopen("/tmp/f", "r");
    printf("%d", fscanf(file, "%d %9s", &number, word));
    printf(" %d %s\n", number, word);
    fclose(file);
    file = fopen("/tmp/f", "w");
    fputs("one\ntwo, not ended", file);
    fclose(file);
    char line[40];
    file = fopen("/tmp/f", "r");
    while (fgets(line, 8, file))
        printf("[%s]", line);
    printf(" %d\n", feof(file) != 0);
    fclose(file);
    printf("%d", fopen("/nope", "r") == NULL);
    printf(" %s %s\n", strerror(errno), getenv("PATH"));
    printf("%d\n", clock_gettime(CLOCK_MONOTONIC, &now));
    char *a = sbrk(100), *b = sbrk(8000);
    b[7999] = 1;
    int same = sbrk(-8100) == b + 8000 && sbrk(0) == a;
    printf("%d %d", (int)(b - a), same);
    printf(" %d", sbrk(1L << 40) == (void *)-1 && errno == ENOMEM);
    printf(" %d\n", sbrk(-(1L << 30)) == (void *)-1 && sbrk(0) == a);
    printf("unfinished");
    fprintf(stderr, "%s\n", "told");
    return EXTRA;
}
END
echo 'int other(int count); /* in other.c */' > other.h
echo '#include "other.h"
int other(int count) { return count * 1000; }' > other.c

"$build" -Wall -Wextra -Werror -O2 -DEXTRA=5 -I. main.c other.c \
    -o "$work/root/bin/own" || exit 1
cp "$3" "$work/initrd.tar"
tar --append --format=ustar --owner=0 --group=0 -C "$work/root" \
    -f "$work/initrd.tar" bin/own || exit 1
"$here/boot.sh" "$1" "$2" "$work/initrd.tar" own 'one argument' \
    < /dev/null > "$work/console"
status=$?
sed 1d "$work/console" > "$work/got"
printf '%s\n' 'one argument 2041 0 120' '2 17 words' \
    '[one' '][two, no][t ended] 1' \
    '1 No such file or directory /bin' 0 \
    '100 1 1 1' told 'unfinishedatexit' > "$work/want"
diff "$work/want" "$work/got" || exit 1
[ "$status" = 5 ] || { echo "status $status, wanted 5"; exit 1; }

# What is wrong is told, and nothing is made.
"$build" -o x nosuch.c 2> why && exit 1
grep -q 'build.sh: cannot read nosuch.c' why || exit 1
"$build" 2> why && exit 1
grep -q 'build.sh: no source file' why || exit 1
echo 'int main(void) { return' > bad.c
"$build" -o x bad.c 2> why && exit 1
[ ! -e x ]
