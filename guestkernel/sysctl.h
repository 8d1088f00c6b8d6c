/* sysctl.h - the kernel's variables by name. Whoever has something to show or to tune defines a
 * node for it, in his own file:
 *
 *     SYSCTL_INT(_vm, OID_AUTO, limit, CTLFLAG_RW, &limit, 0, "what it is");
 *
 * That is all: the linker puts the nodes side by side. They are constants, in memory that
 * nothing can write to. Macros and handlers have BSD's shape. */

#define OID_AUTO         (-1)
#define OID_AUTO_FIRST   100
#define SYSCTL_VALUE_MAX 64 /* bytes of a string that can be set */

/* What the caller wants, and how far it is. */
struct sysctl_req {
    struct user_addr oldptr; /* 0: only say how much there is */
    uint64_t oldlen, oldidx;
    struct user_addr newptr; /* 0: nothing is to be set */
    uint64_t newlen, newidx;
};

#define SYSCTL_HANDLER_ARGS                                                                    \
    const struct sysctl_oid *oidp, void *arg1, int arg2, struct sysctl_req *req
typedef int sysctl_handler(SYSCTL_HANDLER_ARGS);

struct sysctl_oid {
    const struct sysctl_oid *parent;
    int number;
    uint32_t kind; /* CTLTYPE_, CTLFLAG_ */
    const char *name;
    sysctl_handler *handler; /* NULL: nothing but a parent */
    void *arg1;
    int arg2;
    const char *fmt, *descr;
};
extern const struct sysctl_oid sysctl_; /* the parent of those on top */

/* n bytes to the caller, or their number if that is all he wants. ENOMEM: no room, and none of
 * them is copied, but they are counted; EFAULT. */
int SYSCTL_OUT(struct sysctl_req *req, const void *from, size_t n);
/* n bytes from the caller, if he sets something. EINVAL: so many there are not; EFAULT. */
int SYSCTL_IN(struct sysctl_req *req, void *to, size_t n);
/* A number of 4 or 8 bytes: *value out, and, if req->newptr and it is within the limits, a new
 * one in. EINVAL: it is not; ERANGE: 8 bytes on one side do not fit into 4 on the other. */
int sysctl_number(struct sysctl_req *req, size_t size, int64_t *value, int64_t least,
                  int64_t most);

sysctl_handler sysctl_handle_int;    /* *arg1, or the constant arg2 */
sysctl_handler sysctl_handle_quad;   /* *arg1 */
sysctl_handler sysctl_handle_string; /* arg1, of arg2 bytes; 0: constant */

#define SYSCTL_DECL(name) extern const struct sysctl_oid sysctl_##name
SYSCTL_DECL(_kern);
SYSCTL_DECL(_vm);
SYSCTL_DECL(_hw);

/* Sections are sorted by name: all children of a node, behind a mark. */
#define SYSCTL_AT(section_name)                                                                \
    __attribute__((section(".sysctl." section_name), aligned(8), used))
#define SYSCTL_CHILDREN(node)                                                                  \
    static const struct sysctl_oid sysctl_##node##_children[0] SYSCTL_AT(#node ".0")
#define SYSCTL_PROC(parent, nbr, name, access, ptr, arg, handler, fmt, descr)                  \
    const struct sysctl_oid sysctl_##parent##_##name SYSCTL_AT(#parent ".1") = {               \
        &sysctl_##parent, nbr, access, #name, handler, ptr, arg, fmt, descr}
#define SYSCTL_NODE(parent, nbr, name, access, handler, descr)                                 \
    SYSCTL_CHILDREN(parent##_##name);                                                          \
    SYSCTL_PROC(parent, nbr, name, CTLTYPE_NODE | (access),                                    \
                (void *)sysctl_##parent##_##name##_children, 0, handler, "N", descr)
#define SYSCTL_INT(parent, nbr, name, access, ptr, val, descr)                                 \
    _Static_assert(_Generic((ptr), int * : 1, void * : 1), "an int or NULL");                  \
    SYSCTL_PROC(parent, nbr, name, CTLTYPE_INT | (access), ptr, val, sysctl_handle_int, "I",   \
                descr)
#define SYSCTL_QUAD(parent, nbr, name, access, ptr, descr)                                     \
    _Static_assert(sizeof *(ptr) == 8, "not 64 bits");                                         \
    SYSCTL_PROC(parent, nbr, name, CTLTYPE_QUAD | (access), ptr, 0, sysctl_handle_quad, "Q",   \
                descr)
#define SYSCTL_STRING(parent, nbr, name, access, arg, len, descr)                              \
    _Static_assert((len) <= SYSCTL_VALUE_MAX, "too long to be set");                           \
    SYSCTL_PROC(parent, nbr, name, CTLTYPE_STRING | (access), (char *)(arg), len,              \
                sysctl_handle_string, "A", descr)
