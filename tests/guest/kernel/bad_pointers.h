/*
 * bad_pointers.h - for hostile.c and nested.c: every kind of bad pointer, and
 * which arguments of syscall.def's calls are pointers, so that a call with one
 * more cannot be forgotten.
 */
#ifndef TESTS_GUEST_BAD_POINTERS_H
#define TESTS_GUEST_BAD_POINTERS_H

#include "check.h"
#include <fcntl.h>
#include <sallyport/commpage.h>
#include <sys/mman.h>

#define PAGE 4096

enum kind {
    ANY = 1,      /* bad for reading and for writing */
    NO_WRITE = 2, /* bad only if the kernel writes there */
};

static char *last_page; /* mapped; behind it there is nothing */
static const char constant[64] __attribute__((aligned(8))) = "read-only";

struct bad_pointer {
    const char *name;
    uint64_t va;
    enum kind kind;
};
static struct bad_pointer pointer[] = {
    {"null", 0, ANY},
    {"page 0", 8, ANY},
    {"end of page 0", PAGE - 1, ANY},
    {"unmapped", 0x2000000000, ANY},
    {"device", 0x10000000, ANY},
    {"RAM's physical address", 0x80200000, ANY},
    {"commpage", COMMPAGE_ADDRESS, NO_WRITE},
    {"last user byte", 0x3fffffffff, ANY},
    {"end of user half", 0x4000000000, ANY},
    {"2^40", 1ull << 40, ANY},
    {"not canonical", 0x8000000000000000, ANY},
    {"start of upper half", 0xffffffc000000000, ANY},
    {"kernel text", 0xffffffc080200000, ANY},
    {"kernel stack", 0xffffffff80002000, ANY},
    {"trap frame", 0xffffffffffffd000, ANY},
    {"trampoline", 0xffffffffffffe000, ANY},
    {"last bytes", 0xfffffffffffffff8, ANY},
    {"-1", UINT64_MAX, ANY},
    {"read-only", (uint64_t)constant, NO_WRITE},
    {"program text", (uint64_t)raw_call, NO_WRITE},
    /* set at start: */
    {"straddles the heap's end", 0, ANY},
    {"no access", 0, ANY},
    {"straddles no access", 0, ANY},
    {"past a file's end", 0, ANY},
    {"straddles read-only", 0, NO_WRITE},
};
#define POINTERS (sizeof pointer / sizeof pointer[0])

static char *pages_of(int fd, size_t bytes)
{
    char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                   fd < 0 ? MAP_PRIVATE | MAP_ANON : MAP_SHARED, fd, 0);
    TRUE(p != MAP_FAILED);
    return p;
}

static void set_up_pointers(void)
{
    struct bad_pointer *p = &pointer[POINTERS - 5];
    char *end = sbrk(0);
    sbrk(PAGE - (uintptr_t)end % PAGE + PAGE);
    last_page = (char *)sbrk(0) - PAGE;
    memset(last_page, 'x', PAGE);
    (p++)->va = (uint64_t)last_page + PAGE - 1;
    char *none = pages_of(-1, 2 * PAGE);
    EQUAL(mprotect(none + PAGE, PAGE, PROT_NONE), 0);
    (p++)->va = (uint64_t)none + PAGE + 64;
    (p++)->va = (uint64_t)none + PAGE - 1;
    int fd = open("/tmp/short", O_RDWR | O_CREAT | O_TRUNC, 0644);
    EQUAL(write(fd, "x", 1), 1);
    (p++)->va = (uint64_t)pages_of(fd, 2 * PAGE) + PAGE + 64;
    close(fd);
    EQUAL(unlink("/tmp/short"), 0);
    char *half = pages_of(-1, 2 * PAGE);
    memset(half, 'x', 2 * PAGE);
    EQUAL(mprotect(half + PAGE, PAGE, PROT_READ), 0);
    p->va = (uint64_t)half + PAGE - 1;
}

/* A call may have written the byte before what is bad. */
static inline void mend(const struct bad_pointer *p)
{
    if (strncmp(p->name, "straddles", 9) == 0)
        *(char *)p->va = 'x';
}

/* ---- Calls ---- */

static const struct {
    const char *name, *args;
} call_row[] = {
#define CALL(number, name, result, args, help) {#name, args},
#include "syscall.def"
#undef CALL
};
#define CALLS (sizeof call_row / sizeof call_row[0])

/* The next argument's type, behind "name:"; a structure's fields are skipped.
 * NULL: there is none. */
static inline const char *next_type(const char *at)
{
    for (int depth = 0; *at; at++) {
        depth += (*at == '{') - (*at == '}');
        if (*at == ':' && depth == 0)
            return at + 1;
    }
    return NULL;
}

/* Is there this word, and nothing behind it? */
static inline bool is_type(const char *type, const char *word)
{
    size_t n = strcspn(type, ",");
    return strlen(word) == n && memcmp(type, word, n) == 0;
}

/* Whatever is not known to be a value; `before` is the type of the argument
 * before it, or NULL. */
static inline bool is_pointer(const char *type, const char *before)
{
    static const char *const value[] = {"int", "uint", "hex", "size", "off",
                                        "fd",  "pid",  "sig", "mode", "ioctl"};
    if (before && is_type(before, "ioctl"))
        return true; /* what the request is about */
    for (unsigned i = 0; i < sizeof value / sizeof value[0]; i++)
        if (is_type(type, value[i]))
            return false;
    return !(*type >= 'A' && *type <= 'Z'); /* a set of flags */
}

#endif
