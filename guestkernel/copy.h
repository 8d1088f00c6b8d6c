/* copy.h - the only ways through a user address: block copying between the current process and
 * the kernel. Source first, destination second.
 *
 * All return 0 or:
 *   EFAULT        part of the range is not the user's, not mapped, or not
 *                 readable (copyin) or writable (copyout); what lies before
 *                 the bad page may have been copied
 *   EINVAL        more than COPY_MAX bytes
 *   ENAMETOOLONG  copyinstr, copyoutstr: no NUL within max
 * With n = 0 they return 0 and look at no pointer. They never sleep. */

#define COPY_MAX   (64ul << 20)
#define MUST_CHECK __attribute__((warn_unused_result))

MUST_CHECK int copyin(struct user_addr from, void *to, size_t n);
MUST_CHECK int copyout(const void *from, struct user_addr to, size_t n);
/* A string and its NUL, at most max bytes. *done: bytes copied, the NUL included; 0 after
 * EFAULT. After ENAMETOOLONG, max bytes were copied and there is no terminator. As in XNU all
 * max bytes at the user address have to be below USER_TOP. */
MUST_CHECK int copyinstr(struct user_addr from, char *to, size_t max, size_t *done);
MUST_CHECK int copyoutstr(const char *from, struct user_addr to, size_t max, size_t *done);

/* One aligned word by one load or store. EFAULT, EINVAL (misaligned). */
MUST_CHECK int copyin_atomic32(struct user_addr from, uint32_t *to);
MUST_CHECK int copyin_atomic64(struct user_addr from, uint64_t *to);
MUST_CHECK int copyout_atomic32(uint32_t value, struct user_addr to);
MUST_CHECK int copyout_atomic64(uint64_t value, struct user_addr to);

static inline struct user_addr user_addr(uint64_t va) { return (struct user_addr){va}; }

static inline struct user_addr user_plus(struct user_addr a, uint64_t n) {
    return (struct user_addr){a.va + n};
}

/* ---- usercopy.S: the loops that touch user memory (layout=shared) ---- */
#define USERCOPY_FAULT ((size_t)-1)

/* Copies n bytes; the user memory's range was checked. Returns how many it did not copy. */
size_t usercopy(void *to, const void *from, size_t n);
/* Up to and with a NUL, at most max bytes; returns how many fewer, or USERCOPY_FAULT. */
size_t usercopy_string(char *to, const char *from, size_t max);

/* A fault at start <= pc < end that cannot be cured goes on at fixup. */
extern const struct usercopy_loop { vaddr start, end, fixup; } usercopy_loops[2];
