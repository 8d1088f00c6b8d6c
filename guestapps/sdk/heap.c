/*
 * heap.c - sbrk for malloc, by whole pages.
 *
 * picolibc's malloc asks for every block by itself, 16 bytes at a time. Here
 * the kernel is asked for pages, and small requests are met from what is left:
 * one crossing for many mallocs, as on any grown system.
 *
 *     heap ... | handed out | left over |
 *                           end         limit = the kernel's own idea
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <sallyport/calls.h>

#define PAGE   4096
#define FAILED ((void *)-1)

static struct {
    char *end, *limit; /* NULL before the first call */
} heap;

static size_t whole_pages(size_t bytes)
{
    return (bytes + PAGE - 1) & ~(size_t)(PAGE - 1);
}

/* Moves the kernel's limit, so that `bytes` more fit behind the end. */
static int grow(size_t bytes)
{
    size_t left = (size_t)(heap.limit - heap.end);
    if (bytes <= left)
        return 0;
    if (bytes > PTRDIFF_MAX - PAGE) {
        errno = ENOMEM;
        return -1;
    }
    size_t more = whole_pages(bytes - left);
    char *old = __sbrk((ptrdiff_t)more);
    if (old == FAILED)
        return -1;
    if (heap.end == NULL)
        heap.end = old;
    heap.limit = old + more;
    return 0;
}

/* Gives whole pages behind the last `bytes` that are still handed out back. */
static int shrink(size_t bytes)
{
    size_t left = (size_t)(heap.limit - heap.end) + bytes;
    size_t back = left & ~(size_t)(PAGE - 1);
    if (back > 0 && __sbrk(-(ptrdiff_t)back) == FAILED)
        return -1;
    heap.limit -= back;
    return 0;
}

void *sbrk(ptrdiff_t increment)
{
    if (heap.end == NULL && increment <= 0)
        return __sbrk(increment);
    char *old = heap.end;
    int failed =
        increment >= 0 ? grow((size_t)increment) : shrink(-(size_t)increment);
    if (failed)
        return FAILED;
    if (old == NULL)
        old = heap.end;
    heap.end += increment;
    return old;
}
