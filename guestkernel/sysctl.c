/* sysctl.c - sysctl and sysctlbyname: from a name to its node, what all handlers share, and the
 * nodes that tell about nodes. The rules are BSD's (docs/reference/sysctl.md). Two things it
 * does better. The length word is fetched by copyin_atomic64, whose error cannot be mistaken
 * for a length. And nothing is set before everything that can fail has been tried: the old
 * value and the length word are written first, a new number or string is checked in a copy. */
#include "kernel.h"

extern const struct sysctl_oid sysctl_set[], sysctl_set_end[]; /* kernel.ld */

SYSCTL_CHILDREN();
const struct sysctl_oid sysctl_ = {.kind = CTLTYPE_NODE, .arg1 = (void *)sysctl__children};

/* ---- Nodes by number and by name ---- */
static bool is_parent(const struct sysctl_oid *o) {
    return (o->kind & CTLTYPE) == CTLTYPE_NODE;
}

static int number_of(const struct sysctl_oid *o) {
    return o->number == OID_AUTO ? OID_AUTO_FIRST + (int)(o - sysctl_set) : o->number;
}

/* How many numbers lead to o; they are in path. */
static unsigned numbers_of(const struct sysctl_oid *o, int path[CTL_MAXNAME]) {
    if (!o->parent) return 0;
    unsigned n = numbers_of(o->parent, path);
    path[n] = number_of(o);
    return n + 1;
}

/* What follows o's name in `name`; NULL: it does not begin so. */
static const char *after(const struct sysctl_oid *o, const char *name) {
    const char *own = o->name;
    if (*own != *name) return NULL;
    while (*own && *own == *name) own++, name++;
    return !*own && (!*name || *name == '.') ? name : NULL;
}

/* From *o down to the child that has the number or, unless name is NULL, that *name begins
 * with; *name is then the rest. EISDIR: *o is a leaf; ENOENT. */
static int step(const struct sysctl_oid **o, int number, const char **name) {
    const char *rest = NULL;
    if (!is_parent(*o)) return EISDIR;
    const struct sysctl_oid *c = (*o)->arg1;
    for (; c < sysctl_set_end && c->parent == *o; c++)
        if (name ? (rest = after(c, *name)) != NULL : number_of(c) == number) {
            PROBE(sysctl_step, c->name);
            if (name) *name = rest;
            *o = c;
            return 0;
        }
    return ENOENT;
}

/* *used: how many of the numbers led to *o; the rest is its handler's. */
static int find(const int *number, int n, const struct sysctl_oid **o, int *used) {
    int error = 0;
    *o = &sysctl_;
    for (*used = 0; *used < n && !error; ++*used) {
        if (is_parent(*o) && (*o)->handler) break;
        error = step(o, number[*used], NULL);
    }
    return error;
}

static int find_by_name(const char *name, const struct sysctl_oid **o) {
    int error;
    *o = &sysctl_;
    do error = step(o, 0, &name);
    while (!error && *name++);
    return error;
}

/* ---- For handlers ---- */
int SYSCTL_OUT(struct sysctl_req *req, const void *from, size_t n) {
    uint64_t at = req->oldidx;
    req->oldidx += n;
    if (!req->oldptr.va) return 0;
    if (req->oldlen < req->oldidx) return ENOMEM;
    return copyout(from, user_plus(req->oldptr, at), n);
}

int SYSCTL_IN(struct sysctl_req *req, void *to, size_t n) {
    uint64_t at = req->newidx;
    if (!req->newptr.va) return 0;
    if (req->newlen - at < n) return EINVAL;
    req->newidx += n;
    return copyin(user_plus(req->newptr, at), to, n);
}

int sysctl_number(struct sysctl_req *req, size_t size, int64_t *value, int64_t least,
                  int64_t most) {
    const size_t narrow = sizeof(int32_t), wide = sizeof(int64_t);
    /* A copy: to bring in the caller's pages takes frames, which vm.free_pages counts. */
    int64_t old = *value, new = 0;
    bool is_narrow = req->oldptr.va && req->oldlen == narrow;
    if (is_narrow && old != (int32_t)old) return ERANGE;
    int error = SYSCTL_OUT(req, &old, is_narrow ? narrow : size);
    if (error || !req->newptr.va) return error;
    size_t n = req->newlen == narrow || req->newlen == wide ? req->newlen : size;
    error = SYSCTL_IN(req, &new, n);
    if (n == narrow) new = (int32_t) new;
    if (!error && size == narrow && new != (int32_t) new) error = ERANGE;
    if (!error && (new < least || new > most)) error = EINVAL;
    if (!error) *value = new;
    return error;
}

int sysctl_handle_int(SYSCTL_HANDLER_ARGS) {
    int64_t value = arg1 ? *(int *)arg1 : arg2;
    int error = sysctl_number(req, sizeof(int), &value, INT32_MIN, INT32_MAX);
    if (!error && !arg1 && req->newptr.va) return EPERM;
    if (arg1) *(int *)arg1 = (int)value;
    return error;
}

int sysctl_handle_quad(SYSCTL_HANDLER_ARGS) {
    return sysctl_number(req, sizeof(int64_t), arg1, INT64_MIN, INT64_MAX);
}

int sysctl_handle_string(SYSCTL_HANDLER_ARGS) {
    char text[SYSCTL_VALUE_MAX] = "";
    int error = SYSCTL_OUT(req, arg1, strlen(arg1) + 1);
    if (error || !req->newptr.va) return error;
    if (req->newlen >= (uint64_t)arg2) return EINVAL;
    error = SYSCTL_IN(req, text, req->newlen);
    if (!error) memcpy(arg1, text, req->newlen + 1);
    return error;
}

/* ---- The calls ---- */
/* arg: old, oldlenp, new, newlen. rest: numbers that led no further than o. */
static int request(const struct sysctl_oid *o, int *rest, int n, const uint64_t *arg) {
    struct user_addr length = user_addr(arg[1]);
    struct sysctl_req req = {
        .oldptr = user_addr(arg[0]), .newptr = user_addr(arg[2]), .newlen = arg[3]};
    if (!o->handler) return ENOENT;
    if (req.newptr.va &&
        (!(o->kind & CTLFLAG_WR) || (sched.current->uid && !(o->kind & CTLFLAG_ANYBODY))))
        return EPERM;
    int error = length.va ? copyin_atomic64(length, &req.oldlen) : 0;
    if (!error && length.va && req.newptr.va) error = copyout_atomic64(req.oldlen, length);
    if (error) return error;
    PROBE(sysctl, o->fmt, req.oldptr.va, req.newptr.va, req.newlen);
    error = is_parent(o) ? o->handler(o, rest, n, &req) : o->handler(o, o->arg1, o->arg2, &req);
    if (error && error != ENOMEM) return error;
    if (length.va && copyout_atomic64(req.oldidx, length)) return EFAULT;
    return error;
}

/* sysctl(name, namelen, old, oldlenp, new, newlen) */
int64_t sys_sysctl(const uint64_t *arg) {
    const struct sysctl_oid *o;
    int number[CTL_MAXNAME], n = (int)arg[1], used;
    if (arg[1] < 2 || arg[1] > CTL_MAXNAME) return -EINVAL;
    int error = copyin(user_addr(arg[0]), number, (size_t)n * sizeof number[0]);
    if (!error) error = find(number, n, &o, &used);
    return -(error ? error : request(o, number + used, n - used, arg + 2));
}

/* sysctlbyname(name, old, oldlenp, new, newlen) */
int64_t sys_sysctlbyname(const uint64_t *arg) {
    char name[SALLYPORT_PATH_MAX];
    const struct sysctl_oid *o;
    size_t length;
    int error = copyinstr(user_addr(arg[0]), name, sizeof name, &length);
    if (!error) error = find_by_name(name, &o);
    return -(error ? error : request(o, NULL, 0, arg + 1));
}

/* ---- Nodes about nodes ---- */
/* As in a dictionary: a name comes before what it begins. */
static int compare(const int *a, unsigned as, const int *b, unsigned bs) {
    for (unsigned i = 0; i < as && i < bs; i++)
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    return (int)as - (int)bs;
}

static int handle_next(SYSCTL_HANDLER_ARGS) {
    int best[CTL_MAXNAME], path[CTL_MAXNAME];
    unsigned n, bests = 0;
    for (const struct sysctl_oid *o = sysctl_set; o < sysctl_set_end; o++) {
        n = is_parent(o) ? 0 : numbers_of(o, path);
        if (compare(path, n, arg1, (unsigned)arg2) > 0 &&
            (!bests || compare(path, n, best, bests) < 0)) {
            memcpy(best, path, n * sizeof path[0]);
            bests = n;
        }
    }
    return bests ? SYSCTL_OUT(req, best, bests * sizeof best[0]) : ENOENT;
}

static int handle_name2oid(SYSCTL_HANDLER_ARGS) {
    char name[SYSCTL_NAME_BYTES] = "";
    int path[CTL_MAXNAME];
    const struct sysctl_oid *o;
    if (req->newlen >= sizeof name) return ENAMETOOLONG;
    int error = SYSCTL_IN(req, name, req->newlen);
    if (!error) error = find_by_name(name, &o);
    return error ? error : SYSCTL_OUT(req, path, numbers_of(o, path) * sizeof path[0]);
}

static void name_of(const struct sysctl_oid *o, char *text) {
    size_t n = 0;
    if (o->parent->parent) {
        name_of(o->parent, text);
        n = strlen(text);
        text[n++] = '.';
    }
    string_copy(text + n, o->name, SYSCTL_NAME_BYTES - n);
}

/* Name, format or description of the node that the numbers in arg1 lead to. */
static int handle_about(SYSCTL_HANDLER_ARGS) {
    struct {
        uint32_t kind;
        char text[SYSCTL_DESCR_BYTES];
    } about;
    const struct sysctl_oid *o;
    int used, error = arg2 ? find(arg1, arg2, &o, &used) : ENOENT;
    if (error) return error;
    bool format = oidp->number == CTL_SYSCTL_OIDFMT;
    about.kind = o->kind;
    if (oidp->number == CTL_SYSCTL_NAME) name_of(o, about.text);
    else string_copy(about.text, format ? o->fmt : o->descr, sizeof about.text);
    size_t n = strlen(about.text) + 1;
    return format ? SYSCTL_OUT(req, &about, sizeof about.kind + n)
                  : SYSCTL_OUT(req, about.text, n);
}

SYSCTL_NODE(, CTL_SYSCTL, sysctl, CTLFLAG_RD, NULL, "about the nodes");
SYSCTL_NODE(_sysctl, CTL_SYSCTL_NAME, name, CTLFLAG_RD, handle_about, "a node's name");
SYSCTL_NODE(_sysctl, CTL_SYSCTL_NEXT, next, CTLFLAG_RD, handle_next, "the next leaf's numbers");
SYSCTL_NODE(_sysctl, CTL_SYSCTL_NAME2OID, name2oid, CTLFLAG_RW | CTLFLAG_ANYBODY,
            handle_name2oid, "a name's numbers");
SYSCTL_NODE(_sysctl, CTL_SYSCTL_OIDFMT, oidfmt, CTLFLAG_RD, handle_about,
            "a node's kind and format");
SYSCTL_NODE(_sysctl, CTL_SYSCTL_OIDDESCR, oiddescr, CTLFLAG_RD, handle_about,
            "a node's description");

SYSCTL_NODE(, CTL_KERN, kern, CTLFLAG_RD, NULL, "the kernel and its limits");
SYSCTL_NODE(, CTL_VM, vm, CTLFLAG_RD, NULL, "memory");
SYSCTL_NODE(, CTL_HW, hw, CTLFLAG_RD, NULL, "the machine");
