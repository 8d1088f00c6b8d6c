/*
 * gdb_points.c - the client's break- and watchpoints. All are of the kind that
 * hardware has: the guest's memory stays as it is, whichever Z packet asked.
 * They are breakpoints of the target (breaks.h); here stands which is whose.
 */
#include "gdb_internal.h"

#include <stdio.h>
#include <string.h>

#define PAGE 4096u

static struct gdb_point *find(struct gdb *g, char type, uint64_t address,
                              uint64_t bytes)
{
    for (size_t i = 0; i < GDB_POINTS_MAX; i++) {
        struct gdb_point *p = &g->point[i];
        if (p->type == type &&
            (type == 0 || (p->address == address && p->bytes == bytes)))
            return p;
    }
    return NULL;
}

struct gdb_point *gdb_point_of(struct gdb *g, unsigned number)
{
    for (size_t i = 0; i < GDB_POINTS_MAX; i++)
        if (g->point[i].type != 0 && g->point[i].number == number)
            return &g->point[i];
    return NULL;
}

bool gdb_point_is_watch(const struct gdb_point *p)
{
    return p->type >= '2';
}

bool gdb_points_watch(const struct gdb *g)
{
    for (size_t i = 0; i < GDB_POINTS_MAX; i++)
        if (g->point[i].type >= '2')
            return true;
    return false;
}

struct gdb_point *gdb_breakpoint_at(struct gdb *g, uint64_t pc)
{
    for (size_t i = 0; i < GDB_POINTS_MAX; i++) {
        struct gdb_point *p = &g->point[i];
        if ((p->type == '0' || p->type == '1') && p->address == pc)
            return p;
    }
    return NULL;
}

static unsigned accesses_of(char type)
{
    return type == '2'   ? MACHINE_STORES
           : type == '3' ? MACHINE_LOADS
                         : MACHINE_LOADS | MACHINE_STORES;
}

static void drop(struct gdb *g, struct gdb_point *p)
{
    breaks_delete(g->target->breaks, p->number);
    memset(p, 0, sizeof *p);
}

void gdb_points_clear(struct gdb *g)
{
    for (size_t i = 0; i < GDB_POINTS_MAX; i++)
        if (g->point[i].type != 0)
            drop(g, &g->point[i]);
}

/* ---- Packets: "type,address,kind" ---- */

static bool read_point(const char *args, struct gdb_point *p)
{
    p->type = *args;
    if (p->type < '0' || p->type > '4' || args[1] != ',')
        return false;
    args += 2;
    if (!gdb_hex_number(&args, &p->address) || *args != ',')
        return false;
    args++;
    return gdb_hex_number(&args, &p->bytes) && *args == '\0';
}

/* Whose the watched address is: the process's if the page is open to U-mode,
 * else the kernel's; what is nowhere yet will be the process's. */
static int owner_now(const struct gdb *g, uint64_t address)
{
    struct sv39_walk walk;
    const struct process *p;
    bool found = gdb_find_address(g, address, &walk);
    if (found && (walk.why == SV39_BARE || !(walk.flags & PTE_U)))
        return 0;
    p = found ? tracker_process_by_root(g->target->tracker, walk.root) : NULL;
    if (p != NULL)
        return p->pid;
    int pid = g->thread != 0 ? g->thread : target_user_pid(g->target);
    return pid == GDB_KERNEL_THREAD ? 0 : pid;
}

/* A watchpoint stays with the process that it was first set for, though it is
 * taken away at each stop and brought back, perhaps when that process is no
 * more. */
static int owner_of(struct gdb *g, const struct gdb_point *p)
{
    for (size_t i = 0; i < GDB_POINTS_MAX; i++) {
        const struct gdb_point *k = &g->known[i];
        if (k->type == p->type && k->address == p->address &&
            k->bytes == p->bytes)
            return k->pid;
    }
    struct gdb_point *slot = &g->known[g->next_known++ % GDB_POINTS_MAX];
    *slot = *p;
    slot->pid = owner_now(g, p->address);
    return slot->pid;
}

static void choose_space(struct gdb *g, struct gdb_point *p,
                         struct breakpoint *b)
{
    uint64_t root;
    p->pid = owner_of(g, p);
    b->pid = p->pid;
    b->space = p->pid != 0                        ? SPACE_PROCESS
               : target_root(g->target, 0, &root) ? SPACE_KERNELS
                                                  : SPACE_PHYSICAL;
}

static bool add(struct gdb *g, struct gdb_point *p)
{
    char why[160];
    struct breakpoint b = {.address = p->address, .here = true};
    if (gdb_point_is_watch(p)) {
        b.kind = BREAK_MEMORY;
        b.bytes = p->bytes;
        b.accesses = accesses_of(p->type);
        choose_space(g, p, &b);
    } else {
        b.kind = BREAK_ADDRESS;
        b.space = SPACE_ANYWHERE;
    }
    snprintf(b.text, sizeof b.text, "of gdb, 0x%llx",
             (unsigned long long)p->address);
    p->number = breaks_add_fields(g->target->breaks, &b, why, sizeof why);
    return p->number != 0;
}

/* Asking twice is asking once. */
void gdb_points_insert(struct gdb *g, const char *args, size_t n)
{
    struct gdb_point p = {0};
    (void)n;
    if (!read_point(args, &p) ||
        (gdb_point_is_watch(&p) &&
         (p.bytes == 0 || p.bytes > WATCH_BYTES_MAX))) {
        gdb_say(g, "E16");
        return;
    }
    if (find(g, p.type, p.address, p.bytes) != NULL) {
        gdb_say(g, "OK");
        return;
    }
    struct gdb_point *slot = find(g, 0, 0, 0);
    if (slot == NULL || !add(g, &p)) {
        gdb_say(g, "E.no more than %d break- and watchpoints", GDB_POINTS_MAX);
        return;
    }
    *slot = p;
    gdb_say(g, "OK");
}

void gdb_points_remove(struct gdb *g, const char *args, size_t n)
{
    struct gdb_point wanted = {0};
    (void)n;
    if (!read_point(args, &wanted)) {
        gdb_say(g, "E16");
        return;
    }
    struct gdb_point *p = find(g, wanted.type, wanted.address, wanted.bytes);
    if (p != NULL)
        drop(g, p);
    gdb_say(g, "OK");
}

/* ---- Watchpoints in a single step ---- */

#define PIECES (WATCH_BYTES_MAX / PAGE + 2)

struct piece {
    struct machine *machine;
    struct gdb_point *point;
    struct gdb_point **hit;
    int watch;
};

static void on_access(void *ctx, uint64_t pa, unsigned size,
                      enum machine_access what)
{
    const struct piece *p = ctx;
    (void)pa, (void)size, (void)what;
    *p->hit = p->point;
    machine_request_stop(p->machine);
}

static bool physical(const struct gdb *g, const struct gdb_point *p,
                     uint64_t va, uint64_t *pa)
{
    uint64_t root = 0;
    if (!target_root(g->target, p->pid, &root) && p->pid != 0)
        return false;
    struct sv39_walk w = sv39_walk(g->target->machine, root, va);
    *pa = w.pa;
    return w.why == SV39_OK || w.why == SV39_BARE;
}

/* The pieces of one point, each within a page. Returns how many. */
static size_t arm(struct gdb *g, struct gdb_point *p, struct gdb_point **hit,
                  struct piece *piece, size_t room)
{
    size_t count = 0;
    uint64_t end = p->address + p->bytes;
    for (uint64_t va = p->address; va < end && count < room;) {
        uint64_t stop = (va | (PAGE - 1)) + 1, pa;
        if (stop > end || stop == 0)
            stop = end;
        piece[count] = (struct piece){g->target->machine, p, hit, -1};
        if (physical(g, p, va, &pa))
            piece[count].watch = machine_watch_memory(
                g->target->machine, pa, (size_t)(stop - va),
                accesses_of(p->type), on_access, &piece[count]);
        count++;
        va = stop;
    }
    return count;
}

struct gdb_point *gdb_points_step(struct gdb *g, struct machine_stop *stop)
{
    struct piece piece[4 * PIECES];
    struct gdb_point *hit = NULL;
    size_t count = 0;
    for (size_t i = 0; i < GDB_POINTS_MAX; i++)
        if (gdb_point_is_watch(&g->point[i]))
            count += arm(g, &g->point[i], &hit, piece + count,
                         sizeof piece / sizeof piece[0] - count);
    history_step(g->target->history, stop);
    for (size_t i = 0; i < count; i++)
        if (piece[i].watch >= 0)
            machine_unwatch_memory(g->target->machine, piece[i].watch);
    return hit;
}
