/*
 * gdb_memory.c - memory as the client sees it: through the page table of the
 * chosen thread, and where that maps nothing, through the others that belong to
 * it, so that the kernel's variables can be printed while a program runs, and a
 * backtrace goes on from the kernel's stack to the program's. Device registers
 * are shown without the effects of reading them.
 *
 * Memory is not written: history could not repeat that (docs/reference/gdb.md).
 */
#include "gdb_internal.h"

#include "../cpu/csr_numbers.h"

#include <stdlib.h>
#include <string.h>

#define READ_MAX (GDB_PACKET_MAX / 2)

static void add_space(struct gdb_spaces *s, uint64_t root)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->root[i] == root)
            return;
    s->root[s->count++] = root;
}

static void add_process(const struct gdb *g, struct gdb_spaces *s, int pid)
{
    uint64_t root;
    if (pid != GDB_KERNEL_THREAD && target_root(g->target, pid, &root))
        add_space(s, root);
}

struct gdb_spaces gdb_spaces(const struct gdb *g)
{
    struct gdb_spaces s = {.count = 0};
    uint64_t root;
    int pid = g->thread != 0 ? g->thread : target_user_pid(g->target);
    if (g->thread == 0)
        add_space(&s, target_place(g->target).root);
    if (pid > 0)
        add_process(g, &s, pid);
    if (target_root(g->target, 0, &root))
        add_space(&s, root);
    if (s.count == 0)
        add_space(&s, 0);
    return s;
}

static bool find_in(const struct gdb *g, uint64_t root, uint64_t va,
                    struct sv39_walk *walk)
{
    *walk = sv39_walk(g->target->machine, root, va);
    return walk->why == SV39_OK || walk->why == SV39_BARE;
}

bool gdb_find_address(const struct gdb *g, uint64_t va, struct sv39_walk *walk)
{
    struct gdb_spaces s = gdb_spaces(g);
    for (size_t i = 0; i < s.count; i++)
        if (find_in(g, s.root[i], va, walk))
            return true;
    return false;
}

static bool read_device(struct machine *m, uint64_t pa, uint8_t *byte)
{
    static const uint8_t sizes[] = {4, 1, 8}; /* most have 32-bit registers */
    uint64_t value;
    for (size_t i = 0; i < sizeof sizes; i++) {
        uint64_t mask = sizes[i] - 1u;
        if (machine_peek_device(m, pa & ~mask, sizes[i], &value)) {
            *byte = (uint8_t)(value >> 8 * (pa & mask));
            return true;
        }
    }
    return false;
}

/* As many as are there, up to the first that is not. */
static size_t read_memory(const struct gdb *g, uint64_t va, uint8_t *to,
                          size_t n)
{
    struct machine *m = g->target->machine;
    struct gdb_spaces s = gdb_spaces(g);
    size_t done = 0;
    while (done < n) {
        size_t got = 0;
        struct sv39_walk walk;
        for (size_t i = 0; i < s.count && got == 0; i++)
            got = sv39_read(m, s.root[i], va + done, to + done, n - done);
        for (size_t i = 0; i < s.count && got == 0; i++)
            got = find_in(g, s.root[i], va + done, &walk) &&
                  read_device(m, walk.pa, to + done);
        if (got == 0)
            break;
        done += got;
    }
    return done;
}

/* "address,length" and what stands behind it. */
static bool read_range(const char **args, uint64_t *va, uint64_t *n)
{
    if (!gdb_hex_number(args, va) || **args != ',')
        return false;
    ++*args;
    return gdb_hex_number(args, n);
}

void gdb_memory_read(struct gdb *g, const char *args, size_t n)
{
    uint8_t bytes[READ_MAX];
    uint64_t va, length;
    (void)n;
    if (!read_range(&args, &va, &length) || *args != '\0') {
        gdb_say(g, "E16");
        return;
    }
    size_t want = length < READ_MAX ? (size_t)length : READ_MAX;
    size_t got = read_memory(g, va, bytes, want);
    if (got == 0 && want > 0)
        gdb_say(g, "E14");
    else
        gdb_say_hex(g, bytes, got);
}

/* ---- Writing, which is refused ---- */

void gdb_refuse_write(struct gdb *g, const char *what)
{
    static const char line[] =
        "gdb: nothing of the guest is written: history could not repeat it";
    gdb_say(g,
            "E.%s not written: the run could not be repeated, going back would "
            "be lost",
            what);
    if (!g->write_told && g->env.say != NULL)
        g->env.say(g->env.ctx, line);
    g->write_told = true;
}

/* What is there already may be written. */
static void write_memory(struct gdb *g, uint64_t va, const uint8_t *bytes,
                         size_t n)
{
    uint8_t now[GDB_PACKET_MAX];
    if (read_memory(g, va, now, n) != n)
        gdb_say(g, "E14");
    else if (memcmp(now, bytes, n) == 0)
        gdb_say(g, "OK");
    else
        gdb_refuse_write(g, "memory is");
}

void gdb_memory_write(struct gdb *g, const char *args, size_t n)
{
    uint8_t bytes[READ_MAX];
    uint64_t va, length;
    const char *start = args;
    if (!read_range(&args, &va, &length) || *args != ':' || length > READ_MAX ||
        n - (size_t)(args + 1 - start) != 2 * length ||
        !gdb_hex_bytes(args + 1, bytes, (size_t)length)) {
        gdb_say(g, "E16");
        return;
    }
    write_memory(g, va, bytes, (size_t)length);
}

/* Of no bytes: the client asks whether this packet is known. */
void gdb_memory_write_binary(struct gdb *g, const char *args, size_t n)
{
    uint64_t va, length;
    const char *start = args;
    if (!read_range(&args, &va, &length) || *args != ':' ||
        n - (size_t)(args + 1 - start) != length) {
        gdb_say(g, "E16");
        return;
    }
    write_memory(g, va, (const uint8_t *)args + 1, (size_t)length);
}
