/* copy.c - copyin, copyout and their like, for both layouts.
 *
 * layout=separate: the process is not mapped while the kernel runs. Each page of the range is
 * looked up in the process's table in software, which checks user, read and write permission,
 * and copied through the direct map.
 *
 * layout=shared: the process is mapped, but closed to S-mode. usercopy.S opens it (sstatus.SUM)
 * around its loop only; the hardware checks permission, and a fault inside the loop that
 * vm_fault cannot cure comes back from there as a short count (usercopy_fault).
 *
 * Either way a page not yet present is brought in on the way. */
#include "kernel.h"

static int check_range(struct user_addr a, size_t n) {
    if (n > COPY_MAX) return EINVAL;
    if (a.va < USER_BASE || a.va >= USER_TOP || n > USER_TOP - a.va) return EFAULT;
    return 0;
}

/* These return how many bytes they copied: less than n means EFAULT. */
static size_t separate_in(uint64_t from, char *to, size_t n) {
    size_t done = 0;
    while (done < n) {
        const char *page = vm_translate(&sched.current->vm, from + done, PTE_R);
        if (!page) break;
        size_t piece = min(PAGE_SIZE - PAGE_OFFSET(from + done), n - done);
        memcpy(to + done, page, piece);
        done += piece;
    }
    return done;
}

static size_t move_in(struct user_addr from, void *to, size_t n) {
    return kvm.layout == LAYOUT_SHARED ? n - usercopy(to, (const void *)from.va, n)
                                       : separate_in(from.va, to, n);
}

static size_t move_out(const void *from, struct user_addr to, size_t n) {
    return kvm.layout == LAYOUT_SHARED ? n - usercopy((void *)to.va, from, n)
                                       : vm_write(&sched.current->vm, to.va, from, n);
}

int copyin(struct user_addr from, void *to, size_t n) {
    if (n == 0) return 0;
    int error = check_range(from, n);
    size_t done = error ? 0 : move_in(from, to, n);
    if (!error && done < n) error = EFAULT;
    PROBE(copyin, from.va, to, n, done, error);
    return error;
}

int copyout(const void *from, struct user_addr to, size_t n) {
    if (n == 0) return 0;
    int error = check_range(to, n);
    size_t done = error ? 0 : move_out(from, to, n);
    if (!error && done < n) error = EFAULT;
    PROBE(copyout, to.va, from, n, done, error);
    return error;
}

/* 0 with *done counting the NUL, ENAMETOOLONG with *done = max, EFAULT. */
static int separate_string(uint64_t from, char *to, size_t max, size_t *done) {
    size_t n = 0;
    while (n < max) {
        const char *page = vm_translate(&sched.current->vm, from + n, PTE_R);
        if (!page) return EFAULT;
        size_t piece = min(PAGE_SIZE - PAGE_OFFSET(from + n), max - n);
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
    if (!error && kvm.layout == LAYOUT_SHARED) error = shared_string(from.va, to, max, done);
    else if (!error) error = separate_string(from.va, to, max, done);
    if (error == EFAULT) *done = 0;
    PROBE(copyinstr, from.va, to, max, *done, error);
    return error;
}

int copyoutstr(const char *from, struct user_addr to, size_t max, size_t *done) {
    size_t length = strnlen(from, max), n = length + (length < max);
    int error = max == 0 ? ENAMETOOLONG : check_range(to, max);
    *done = error ? 0 : move_out(from, to, n);
    if (!error && *done < n) error = EFAULT;
    if (!error && length == max) error = ENAMETOOLONG;
    if (error == EFAULT) *done = 0;
    PROBE(copyoutstr, to.va, from, max, *done, error);
    return error;
}

/* ---- Words ---- */
/* Where an aligned word (so it is in one page) is for the kernel; NULL with *error set. */
static void *word_at(struct user_addr a, size_t n, pte_t access, int *error) {
    *error = a.va % n ? EINVAL : check_range(a, n);
    void *word = *error ? NULL : vm_translate(&sched.current->vm, a.va, access);
    if (!*error && !word) *error = EFAULT;
    return word;
}

#define ATOMIC(bits)                                                                           \
    int copyin_atomic##bits(struct user_addr from, uint##bits##_t *to) {                       \
        int error;                                                                             \
        volatile uint##bits##_t *word = word_at(from, sizeof *to, PTE_R, &error);              \
        if (word) *to = *word;                                                                 \
        PROBE(copyin, from.va, to, sizeof *to, word ? sizeof *to : 0, error);                  \
        return error;                                                                          \
    }                                                                                          \
    int copyout_atomic##bits(uint##bits##_t value, struct user_addr to) {                      \
        int error;                                                                             \
        volatile uint##bits##_t *word = word_at(to, sizeof value, PTE_W, &error);              \
        if (word) *word = value;                                                               \
        PROBE(copyout, to.va, &value, sizeof value, word ? sizeof value : 0, error);           \
        return error;                                                                          \
    }
ATOMIC(32)
ATOMIC(64)
