/*
 * takeout.c - see takeout.h.
 */
#include "takeout.h"

#include "../inspect/sv39.h"
#include "../platform/platform.h"
#include "hostfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CSR_SATP    0x180
#define PATH_BYTES  1024
#define EXPORT_ARGS 5 /* path, offset, bytes, length, errno */

struct item {
    char *guest; /* from the root */
    const char *host;
    struct blob bytes;
    bool whole;        /* the last piece came */
    const char *fault; /* or why it did not, NULL if none */
};

/* Where the probe stands in the kernel; what its watch hands back to us. */
struct site {
    struct takeout *takeout;
    struct probe probe;
};

#define SITES_MAX 8

struct takeout {
    struct machine *machine;
    struct site site[SITES_MAX];
    size_t sites;
    struct item *item;
    size_t items;
};

static uint64_t kernel_root(const struct takeout *t)
{
    uint64_t satp = 0;
    cpu_csr(machine_cpu(t->machine), CSR_SATP, &satp);
    return sv39_on(satp) ? sv39_root(satp) : 0;
}

/* Reads n bytes of the kernel's memory; physical while paging is off. */
static bool read_kernel(const struct takeout *t, uint64_t va, void *to,
                        size_t n)
{
    uint64_t root = kernel_root(t);
    if (root != 0)
        return sv39_read(t->machine, root, va, to, n) == n;
    const uint8_t *ram = machine_ram(t->machine, va, n);
    if (ram != NULL)
        memcpy(to, ram, n);
    return ram != NULL;
}

static uint64_t narrowed(uint64_t value, int size)
{
    unsigned bits = 64 - 8 * (unsigned)abs(size);
    if (size < 0)
        return (uint64_t)((int64_t)(value << bits) >> bits);
    return value << bits >> bits;
}

static bool argument(const struct takeout *t, const struct probe_arg *arg,
                     uint64_t *out)
{
    struct cpu *cpu = machine_cpu(t->machine);
    uint64_t value = 0;
    switch (arg->where) {
    case PROBE_REGISTER:
        value = cpu_x(cpu, arg->reg);
        break;
    case PROBE_CONSTANT:
        value = (uint64_t)arg->offset;
        break;
    case PROBE_MEMORY:
        if (!read_kernel(t, cpu_x(cpu, arg->reg) + (uint64_t)arg->offset,
                         &value, (size_t)abs(arg->size)))
            return false;
        break;
    }
    *out = narrowed(value, arg->size);
    return true;
}

/* A NUL-ended string, byte by byte: it may end just before a page that is
 * not mapped. */
static bool read_string(const struct takeout *t, uint64_t va,
                        char text[PATH_BYTES])
{
    for (size_t i = 0; i < PATH_BYTES; i++) {
        if (!read_kernel(t, va + i, &text[i], 1))
            return false;
        if (text[i] == '\0')
            return true;
    }
    return false;
}

static struct item *find_item(struct takeout *t, const char *guest)
{
    for (size_t i = 0; i < t->items; i++)
        if (strcmp(t->item[i].guest, guest) == 0 && !t->item[i].whole)
            return &t->item[i];
    return NULL;
}

/* A piece goes to its offset; what a sparse file leaves out is zero. */
static void take_piece(const struct takeout *t, struct item *item,
                       uint64_t offset, uint64_t va, uint64_t length)
{
    if (offset < item->bytes.size || offset > HOSTFILE_MAX ||
        length > machine_ram_bytes(t->machine)) {
        item->fault = "the kernel handed out pieces that do not fit";
        return;
    }
    size_t size = (size_t)(offset + length);
    uint8_t *grown = realloc(item->bytes.bytes, size);
    if (grown == NULL)
        abort();
    memset(grown + item->bytes.size, 0, size - item->bytes.size);
    item->bytes = (struct blob){.bytes = grown, .size = size};
    if (!read_kernel(t, va, grown + offset, (size_t)length))
        item->fault = "the kernel named memory that is not there";
}

static void on_export(void *ctx, uint64_t pc)
{
    const struct site *site = ctx;
    struct takeout *t = site->takeout;
    uint64_t arg[EXPORT_ARGS];
    char guest[PATH_BYTES];
    (void)pc;
    for (unsigned i = 0; i < EXPORT_ARGS; i++)
        if (!argument(t, &site->probe.arg[i], &arg[i]))
            return;
    struct item *item =
        read_string(t, arg[0], guest) ? find_item(t, guest) : NULL;
    if (item == NULL || item->fault != NULL)
        return;
    if (arg[3] > 0)
        take_piece(t, item, arg[1], arg[2], arg[3]);
    else if (arg[4] == 0)
        item->whole = true;
    else
        item->fault = arg[4] == ENOENT ? "no such file in the guest"
                                       : "the guest could not read it";
}

static bool watch_probes(struct takeout *t, const struct symbols *kernel)
{
    size_t n = 0;
    const struct probe *probe =
        kernel != NULL ? symbols_probes(kernel, &n) : NULL;
    for (size_t i = 0; i < n && t->sites < SITES_MAX; i++) {
        if (strcmp(probe[i].provider, PLAT_PROBE_PROVIDER) != 0 ||
            strcmp(probe[i].name, "export") != 0 ||
            probe[i].nargs != EXPORT_ARGS)
            continue;
        struct site *site = &t->site[t->sites++];
        *site = (struct site){.takeout = t, .probe = probe[i]};
        if (cpu_watch(machine_cpu(t->machine), probe[i].pc, on_export, site) <
            0)
            return false;
    }
    return t->sites > 0;
}

static void add_item(struct takeout *t, const char *get)
{
    size_t length = strcspn(get, "=");
    struct item *item = &t->item[t->items++];
    if (asprintf(&item->guest, "%s%.*s", get[0] == '/' ? "" : "/", (int)length,
                 get) < 0)
        abort();
    item->host = get + length + 1;
}

int takeout_open(const struct option_list *gets, struct machine *machine,
                 const struct symbols *kernel, struct takeout **out,
                 struct complaint *why)
{
    *out = NULL;
    if (gets->count == 0)
        return 0;
    struct takeout *t = calloc(1, sizeof *t);
    if (t == NULL || !(t->item = calloc(gets->count, sizeof *t->item)))
        abort();
    t->machine = machine;
    for (size_t i = 0; i < gets->count; i++)
        add_item(t, gets->value[i]);
    *out = t;
    if (watch_probes(t, kernel))
        return 0;
    return complain(why, APP_UNUSABLE,
                    "--get %s: this kernel has no `export` probe to hand "
                    "files out with",
                    gets->value[0]);
}

int takeout_write(const struct takeout *t, struct complaint *why)
{
    for (size_t i = 0; t != NULL && i < t->items; i++) {
        const struct item *item = &t->item[i];
        if (item->fault != NULL || !item->whole)
            return complain(why, APP_UNUSABLE, "--get %s: %s", item->guest,
                            item->fault != NULL
                                ? item->fault
                                : "the guest ended without handing it out");
        int status = hostfile_write(item->host, item->bytes.bytes,
                                    item->bytes.size, 0666, why);
        if (status != 0)
            return status;
    }
    return 0;
}

void takeout_close(struct takeout *t)
{
    for (size_t i = 0; t != NULL && i < t->items; i++) {
        free(t->item[i].guest);
        blob_free(&t->item[i].bytes);
    }
    if (t != NULL)
        free(t->item);
    free(t);
}
