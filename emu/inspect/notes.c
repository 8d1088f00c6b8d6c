/*
 * notes.c - the ELF notes of an image: the GNU build-id, the SystemTap SDT
 * probes (owner "stapsdt", type 3) and Sallyport's tables (owner "Sallyport",
 * type 1; platform.h says what stands in them, abi.c reads them).
 *
 * A probe's descriptor is three 64-bit addresses (the probe, the link-time
 * address of .stapsdt.base, a semaphore that we do not use) and three strings:
 * provider, name, arguments. An argument is N@WHERE, N being the size in bytes,
 * negative if signed; WHERE is reg, off(reg) or a decimal constant. GCC writes
 * no other form on RISC-V with the constraints of probe.h.
 */
#include "symbols_internal.h"

#include "../platform/platform.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTE_BUILD_ID 3 /* owner "GNU" */
#define NOTE_STAPSDT  3 /* owner "stapsdt" */

/* ABI names in register order; s0 is also called fp. */
static int register_number(const char *text, size_t n)
{
    static const char *const name[32] = {
        "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
        "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
        "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
    for (int i = 0; i < 32; i++)
        if (strlen(name[i]) == n && memcmp(name[i], text, n) == 0)
            return i;
    return n == 2 && memcmp(text, "fp", 2) == 0 ? 8 : -1;
}

/* A decimal number at *p; moves *p behind it. */
static bool decimal(const char **p, int64_t *value)
{
    char *end;
    const char *digits = **p == '-' ? *p + 1 : *p;
    if (*digits < '0' || *digits > '9')
        return false;
    errno = 0;
    *value = strtoll(*p, &end, 10);
    *p = end;
    return errno == 0;
}

/* WHERE of one argument, up to a space or the end. */
static bool parse_where(const char **p, struct probe_arg *arg)
{
    const char *start = *p;
    arg->offset = 0;
    arg->where = PROBE_REGISTER;
    if (*start == '-' || (*start >= '0' && *start <= '9')) {
        if (!decimal(p, &arg->offset))
            return false;
        if (**p != '(') {
            arg->where = PROBE_CONSTANT;
            return true;
        }
    }
    bool memory = **p == '(';
    if (memory)
        (*p)++;
    size_t n = strcspn(*p, memory ? ")" : " ");
    int reg = register_number(*p, n);
    if (reg < 0 || (memory && (*p)[n] != ')'))
        return false;
    *p += n + (memory ? 1 : 0);
    arg->reg = (unsigned)reg;
    if (memory)
        arg->where = PROBE_MEMORY;
    return true;
}

static bool parse_args(const char *text, struct probe *probe)
{
    const char *p = text;
    for (;;) {
        while (*p == ' ')
            p++;
        if (*p == '\0')
            return true;
        if (probe->nargs == PROBE_ARGS_MAX)
            return false;
        struct probe_arg *arg = &probe->arg[probe->nargs];
        int64_t size;
        if (!decimal(&p, &size) || *p++ != '@')
            return false;
        int64_t magnitude = size < 0 ? -size : size;
        if (magnitude != 1 && magnitude != 2 && magnitude != 4 &&
            magnitude != 8)
            return false;
        arg->size = (int)size;
        if (!parse_where(&p, arg) || (*p != ' ' && *p != '\0'))
            return false;
        probe->nargs++;
    }
}

/* The next string of a descriptor; NULL if it is not terminated. */
static const char *next_string(const char **p, const char *end)
{
    const char *text = *p;
    const char *nul = memchr(text, '\0', (size_t)(end - text));
    if (nul == NULL)
        return NULL;
    *p = nul + 1;
    return text;
}

static bool parse_probe(const uint8_t *desc, size_t n, uint64_t base,
                        struct probe *probe)
{
    uint64_t address[3];
    if (n < sizeof address)
        return false;
    memcpy(address, desc, sizeof address);
    const char *p = (const char *)desc + sizeof address;
    const char *end = (const char *)desc + n;
    *probe = (struct probe){.pc = address[0]};
    if (base !=
        0) /* moved since the link (prelink): the base tells by how much */
        probe->pc += base - address[1];
    probe->provider = next_string(&p, end);
    probe->name = probe->provider != NULL ? next_string(&p, end) : NULL;
    const char *args = probe->name != NULL ? next_string(&p, end) : NULL;
    return args != NULL && probe->name[0] != '\0' && parse_args(args, probe);
}

static int add_probe(struct symbols *s, const uint8_t *desc, size_t n,
                     uint64_t base)
{
    struct probe probe;
    if (!parse_probe(desc, n, base, &probe)) {
        if (s->probes_why[0] == '\0')
            snprintf(s->probes_why, sizeof s->probes_why,
                     "%.80s: the probe note after %zu good ones is malformed "
                     "and left out",
                     s->name, s->probes);
        return 0;
    }
    struct probe *grown = realloc(s->probe, (s->probes + 1) * sizeof *s->probe);
    if (grown == NULL)
        return -1;
    s->probe = grown;
    s->probe[s->probes++] = probe;
    return 0;
}

static void set_build_id(struct symbols *s, const uint8_t *desc, size_t n,
                         uint64_t va)
{
    if (n == 0 || n > sizeof s->build_id)
        return;
    memcpy(s->build_id, desc, n);
    s->build_id_bytes = n;
    s->build_id_va = va;
}

static int take_note(struct symbols *s, const GElf_Nhdr *nh, const char *owner,
                     const uint8_t *desc, uint64_t va, uint64_t base)
{
    size_t n = nh->n_descsz;
    bool gnu = nh->n_namesz == sizeof "GNU" && !memcmp(owner, "GNU", 4);
    bool sdt = nh->n_namesz == sizeof "stapsdt" && !memcmp(owner, "stapsdt", 8);
    bool ours = nh->n_namesz == sizeof PLAT_NOTE_OWNER &&
                !memcmp(owner, PLAT_NOTE_OWNER, sizeof PLAT_NOTE_OWNER);
    if (gnu && nh->n_type == NOTE_BUILD_ID)
        set_build_id(s, desc, n, va);
    else if (ours && nh->n_type == PLAT_NOTE_TYPE_ABI && s->abi_text == NULL) {
        s->abi_text = (const char *)desc;
        s->abi_bytes = n;
    } else if (sdt && nh->n_type == NOTE_STAPSDT)
        return add_probe(s, desc, n, base);
    return 0;
}

static int read_section(struct symbols *s, Elf_Scn *scn, const GElf_Shdr *sh,
                        uint64_t base)
{
    Elf_Data *data = elf_getdata(scn, NULL);
    if (data == NULL || data->d_buf == NULL)
        return 0;
    const uint8_t *bytes = data->d_buf;
    size_t at = 0, name_at, desc_at, next;
    GElf_Nhdr nh;
    while ((next = gelf_getnote(data, at, &nh, &name_at, &desc_at)) > 0) {
        if (name_at > data->d_size || nh.n_namesz > data->d_size - name_at ||
            desc_at > data->d_size || nh.n_descsz > data->d_size - desc_at)
            break;
        uint64_t va = sh->sh_flags & SHF_ALLOC ? sh->sh_addr + desc_at : 0;
        if (take_note(s, &nh, (const char *)bytes + name_at, bytes + desc_at,
                      va, base) != 0)
            return -1;
        at = next;
    }
    if (at < data->d_size && s->probes_why[0] == '\0')
        snprintf(s->probes_why, sizeof s->probes_why,
                 "%.80s: a note section ends in the middle of a note at its "
                 "byte %zu",
                 s->name, at);
    return 0;
}

static uint64_t stapsdt_base(const struct symbols *s, size_t names)
{
    for (Elf_Scn *scn = NULL; (scn = elf_nextscn(s->elf, scn)) != NULL;) {
        GElf_Shdr sh;
        if (gelf_getshdr(scn, &sh) == NULL)
            continue;
        const char *name = elf_strptr(s->elf, names, sh.sh_name);
        if (name != NULL && strcmp(name, ".stapsdt.base") == 0)
            return sh.sh_addr;
    }
    return 0;
}

static int by_pc(const void *pa, const void *pb)
{
    const struct probe *a = pa, *b = pb;
    return (a->pc > b->pc) - (a->pc < b->pc);
}

int notes_read(struct symbols *s)
{
    size_t names;
    if (elf_getshdrstrndx(s->elf, &names) != 0)
        return 0;
    uint64_t base = stapsdt_base(s, names);
    for (Elf_Scn *scn = NULL; (scn = elf_nextscn(s->elf, scn)) != NULL;) {
        GElf_Shdr sh;
        if (gelf_getshdr(scn, &sh) != NULL && sh.sh_type == SHT_NOTE &&
            read_section(s, scn, &sh, base) != 0)
            return -1;
    }
    if (s->probes > 0)
        qsort(s->probe, s->probes, sizeof *s->probe, by_pc);
    return 0;
}

const struct probe *symbols_probes(const struct symbols *s, size_t *n)
{
    *n = s->probes;
    return s->probe;
}

const char *symbols_probes_why(const struct symbols *s)
{
    return s->probes_why;
}
