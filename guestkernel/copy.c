/*
 * copy.c - copyin, copyout, copyinstr, for both layouts.
 *
 * layout=separate: the process is not mapped while the kernel runs. Each page
 * of the range is looked up in the process's table in software, which checks
 * user, read and write permission, and copied through the direct map.
 *
 * layout=shared: the process is mapped, but closed to S-mode. usercopy.S opens
 * it (sstatus.SUM) around its loop only; the hardware checks permission, and a
 * fault inside the loop that vm_fault cannot cure comes back from there as a
 * short count (usercopy_fault).
 *
 * Either way a page not yet present is brought in on the way.
 */
#include "copy.h"
#include "kvm.h"
#include "probe.h"
#include "proc.h"
#include "sched.h"
#include "string.h"
#include "usercopy.h"
#include <errno.h>

static int check_range(struct user_addr a, size_t n) {
    if (n > COPY_MAX) return EINVAL;
    if (a.va < USER_BASE || a.va >= USER_TOP || n > USER_TOP - a.va)
        return EFAULT;
    return 0;
}

/* Bytes from va to the end of its page, at most n. */
static size_t piece_of(uint64_t va, size_t n) {
    size_t piece = PAGE_SIZE - PAGE_OFFSET(va);
    return piece < n ? piece : n;
}

/* Both return how many bytes they copied: less than n means EFAULT. */
static size_t separate_in(uint64_t from, char *to, size_t n) {
    size_t done = 0;
    while (done < n) {
        const char *page = vm_translate(&sched.current->vm, from + done, PTE_R);
        if (!page) break;
        size_t piece = piece_of(from + done, n - done);
        memcpy(to + done, page, piece);
        done += piece;
    }
    return done;
}

static size_t separate_out(const char *from, uint64_t to, size_t n) {
    size_t done = 0;
    while (done < n) {
        char *page = vm_translate(&sched.current->vm, to + done, PTE_W);
        if (!page) break;
        size_t piece = piece_of(to + done, n - done);
        memcpy(page, from + done, piece);
        done += piece;
    }
    return done;
}

int copyin(struct user_addr from, void *to, size_t n) {
    if (n == 0) return 0;
    size_t done = 0;
    int error = check_range(from, n);
    if (!error) {
        done = kvm.layout == LAYOUT_SHARED
                   ? n - usercopy(to, (const void *)from.va, n)
                   : separate_in(from.va, to, n);
        error = done < n ? EFAULT : 0;
    }
    PROBE(copyin, from.va, to, n, done, error);
    return error;
}

int copyout(const void *from, struct user_addr to, size_t n) {
    if (n == 0) return 0;
    size_t done = 0;
    int error = check_range(to, n);
    if (!error) {
        done = kvm.layout == LAYOUT_SHARED
                   ? n - usercopy((void *)to.va, from, n)
                   : separate_out(from, to.va, n);
        error = done < n ? EFAULT : 0;
    }
    PROBE(copyout, to.va, from, n, done, error);
    return error;
}

/* Like strlcpy up to max bytes: 0 with *done counting the NUL, ENAMETOOLONG
 * with *done = max, EFAULT. */
static int separate_string(uint64_t from, char *to, size_t max, size_t *done) {
    size_t n = 0;
    while (n < max) {
        const char *page = vm_translate(&sched.current->vm, from + n, PTE_R);
        if (!page) return EFAULT;
        size_t piece = piece_of(from + n, max - n);
        size_t length = strnlen(page, piece);
        bool ended = length < piece;
        memcpy(to + n, page, length + ended);
        n += length + ended;
        *done = n;
        if (ended) return 0;
    }
    return ENAMETOOLONG;
}

static int shared_string(uint64_t from, char *to, size_t max, size_t *done) {
    size_t left = usercopy_string(to, (const char *)from, max);
    if (left == USERCOPY_FAULT) return EFAULT;
    *done = max - left;
    return to[*done - 1] == '\0' ? 0 : ENAMETOOLONG;
}

int copyinstr(struct user_addr from, char *to, size_t max, size_t *done) {
    *done = 0;
    int error = max == 0 ? ENAMETOOLONG : check_range(from, max);
    if (!error)
        error = kvm.layout == LAYOUT_SHARED
                    ? shared_string(from.va, to, max, done)
                    : separate_string(from.va, to, max, done);
    if (error == EFAULT) *done = 0;
    PROBE(copyinstr, from.va, to, max, *done, error);
    return error;
}
