/*
 * elf_load.c - from a kernel's ELF image to RAM.
 *
 * Everything is checked before a byte is copied: the image may be anybody's.
 * Segments go to their physical addresses (p_paddr), since a kernel is linked
 * where it will run once paging is on. Symbols are read here only for tohost;
 * all other questions about the image are inspect's.
 *
 * The caller's RAM is zero, so what a segment has beyond its file bytes is
 * not written.
 */
#include "state.h"

#include <elf.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SEGMENTS_MAX 64

#ifndef EM_RISCV
#define EM_RISCV 243
#endif

struct segment {
    unsigned number; /* in the program header table */
    Elf64_Phdr ph;
};

struct image {
    const uint8_t *bytes;
    size_t n;
    const struct elf_limits *limits;
    Elf64_Ehdr eh;
    struct segment segments[SEGMENTS_MAX];
    unsigned count;
    char *why;
    size_t why_bytes;
};

__attribute__((format(printf, 2, 3))) static int refuse(struct image *img,
                                                        const char *format, ...)
{
    char what[200];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    snprintf(img->why, img->why_bytes, "%s: %s", img->limits->name, what);
    return -1;
}

__attribute__((format(printf, 3, 4))) static int
refuse_segment(struct image *img, const struct segment *s, const char *format,
               ...)
{
    char what[140];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return refuse(img, "segment %u at 0x%" PRIx64 ": %s", s->number,
                  (uint64_t)s->ph.p_paddr, what);
}

/* Does [at, at + bytes) lie in [base, base + room)? Without overflow. */
static bool inside(uint64_t at, uint64_t bytes, uint64_t base, uint64_t room)
{
    return at >= base && at - base <= room && bytes <= room - (at - base);
}

static bool overlap(uint64_t a, uint64_t a_bytes, uint64_t b, uint64_t b_bytes)
{
    return a_bytes > 0 && b_bytes > 0 &&
           (a >= b ? a - b < b_bytes : b - a < a_bytes);
}

/* ---- The header ---- */

static int check_type(struct image *img)
{
    switch (img->eh.e_type) {
    case ET_EXEC:
        return 0;
    case ET_DYN:
        return refuse(img, "position-independent (ET_DYN); link it to fixed "
                           "addresses (-no-pie)");
    case ET_REL:
        return refuse(img, "an object file (ET_REL), not linked yet");
    default:
        return refuse(img, "ELF type %u is not an executable", img->eh.e_type);
    }
}

static int check_header(struct image *img)
{
    const Elf64_Ehdr *eh = &img->eh;
    if (img->n < SELFMAG || memcmp(img->bytes, ELFMAG, SELFMAG) != 0)
        return refuse(img, "no ELF file");
    if (img->n < sizeof *eh)
        return refuse(img, "cut off: %zu bytes, an ELF header has %zu", img->n,
                      sizeof *eh);
    memcpy(&img->eh, img->bytes, sizeof *eh);
    if (eh->e_ident[EI_CLASS] != ELFCLASS64)
        return refuse(img, "not a 64-bit ELF (class %u)",
                      eh->e_ident[EI_CLASS]);
    if (eh->e_ident[EI_DATA] != ELFDATA2LSB)
        return refuse(img, "not little-endian (data encoding %u)",
                      eh->e_ident[EI_DATA]);
    if (eh->e_ident[EI_VERSION] != EV_CURRENT || eh->e_version != EV_CURRENT)
        return refuse(img, "unknown ELF version %u", eh->e_version);
    if (eh->e_machine != EM_RISCV)
        return refuse(img, "for machine %u, not RISC-V (%u)", eh->e_machine,
                      EM_RISCV);
    return check_type(img);
}

static int check_tables(struct image *img)
{
    const Elf64_Ehdr *eh = &img->eh;
    if (eh->e_phnum == 0)
        return refuse(img, "no program headers: nothing to load");
    if (eh->e_phentsize != sizeof(Elf64_Phdr))
        return refuse(img, "program headers of %u bytes, not %zu",
                      eh->e_phentsize, sizeof(Elf64_Phdr));
    if (!inside(eh->e_phoff, (uint64_t)eh->e_phnum * sizeof(Elf64_Phdr), 0,
                img->n))
        return refuse(img,
                      "cut off: program headers at offset %" PRIu64
                      ", the file has %zu bytes",
                      (uint64_t)eh->e_phoff, img->n);
    if (eh->e_shnum == 0)
        return 0;
    if (eh->e_shentsize != sizeof(Elf64_Shdr))
        return refuse(img, "section headers of %u bytes, not %zu",
                      eh->e_shentsize, sizeof(Elf64_Shdr));
    if (!inside(eh->e_shoff, (uint64_t)eh->e_shnum * sizeof(Elf64_Shdr), 0,
                img->n))
        return refuse(img,
                      "cut off: section headers at offset %" PRIu64
                      ", the file has %zu bytes",
                      (uint64_t)eh->e_shoff, img->n);
    return 0;
}

/* ---- Segments ---- */

static int check_shape(struct image *img, const struct segment *s)
{
    const Elf64_Phdr *ph = &s->ph;
    if (ph->p_filesz > ph->p_memsz)
        return refuse_segment(
            img, s, "%" PRIu64 " bytes in the file, only %" PRIu64 " in memory",
            (uint64_t)ph->p_filesz, (uint64_t)ph->p_memsz);
    if (!inside(ph->p_offset, ph->p_filesz, 0, img->n))
        return refuse_segment(img, s,
                              "cut off: %" PRIu64 " bytes at offset %" PRIu64
                              ", the file has %zu",
                              (uint64_t)ph->p_filesz, (uint64_t)ph->p_offset,
                              img->n);
    if (ph->p_align > 1 && (ph->p_align & (ph->p_align - 1)) != 0)
        return refuse_segment(
            img, s, "its alignment 0x%" PRIx64 " is not a power of two",
            (uint64_t)ph->p_align);
    if (ph->p_align > 1 && (ph->p_vaddr - ph->p_offset) % ph->p_align != 0)
        return refuse_segment(img, s,
                              "misaligned: address and file offset differ "
                              "modulo 0x%" PRIx64,
                              (uint64_t)ph->p_align);
    return 0;
}

static int check_place(struct image *img, const struct segment *s)
{
    const struct elf_limits *lim = img->limits;
    uint64_t at = s->ph.p_paddr;
    uint64_t bytes = s->ph.p_memsz;
    if (!inside(at, bytes, PLAT_RAM_BASE, lim->ram_bytes))
        return refuse_segment(
            img, s,
            "its %" PRIu64 " bytes are not in RAM, 0x%" PRIx64 "..0x%" PRIx64,
            bytes, (uint64_t)PLAT_RAM_BASE, PLAT_RAM_BASE + lim->ram_bytes - 1);
    if (!lim->bare && at < PLAT_RAM_BASE + PLAT_FIRMWARE_SIZE)
        return refuse_segment(img, s,
                              "below 0x%x is the firmware's (for a program "
                              "that starts in M-mode: --bare)",
                              PLAT_KERNEL_BASE);
    if (lim->bootpage &&
        overlap(at, bytes, PLAT_BOOTPAGE_BASE, PLAT_BOOTPAGE_SIZE))
        return refuse_segment(img, s, "lies over the boot page at 0x%x",
                              PLAT_BOOTPAGE_BASE);
    if (overlap(at, bytes, PLAT_INITRD_BASE, lim->initrd_bytes))
        return refuse_segment(img, s, "lies over the initrd at 0x%x",
                              PLAT_INITRD_BASE);
    for (unsigned i = 0; i < img->count; i++)
        if (overlap(at, bytes, img->segments[i].ph.p_paddr,
                    img->segments[i].ph.p_memsz))
            return refuse_segment(img, s, "overlaps segment %u",
                                  img->segments[i].number);
    return 0;
}

static int collect_segments(struct image *img)
{
    for (unsigned i = 0; i < img->eh.e_phnum; i++) {
        struct segment s = {.number = i};
        memcpy(&s.ph, img->bytes + img->eh.e_phoff + i * sizeof s.ph,
               sizeof s.ph);
        if (s.ph.p_type != PT_LOAD)
            continue;
        if (check_shape(img, &s) != 0)
            return -1;
        if (s.ph.p_memsz == 0)
            continue;
        if (check_place(img, &s) != 0)
            return -1;
        if (img->count == SEGMENTS_MAX)
            return refuse(img, "more than %d segments to load", SEGMENTS_MAX);
        img->segments[img->count++] = s;
    }
    if (img->count == 0)
        return refuse(img, "no segment to load");
    return 0;
}

/* ---- Where to start ---- */

/* Physical address of the ELF's entry, which may be given as either kind. */
static bool entry_address(const struct image *img, uint64_t *physical)
{
    uint64_t entry = img->eh.e_entry;
    for (unsigned i = 0; i < img->count; i++) {
        const Elf64_Phdr *ph = &img->segments[i].ph;
        if (inside(entry, 1, ph->p_vaddr, ph->p_memsz)) {
            *physical = entry - ph->p_vaddr + ph->p_paddr;
            return true;
        }
    }
    for (unsigned i = 0; i < img->count; i++) {
        const Elf64_Phdr *ph = &img->segments[i].ph;
        if (inside(entry, 1, ph->p_paddr, ph->p_memsz)) {
            *physical = entry;
            return true;
        }
    }
    return false;
}

static int find_start(struct image *img, struct elf_loaded *out)
{
    uint64_t entry = img->eh.e_entry;
    if (entry % 2 != 0)
        return refuse(img, "entry 0x%" PRIx64 " is odd", entry);
    if (!entry_address(img, &out->entry))
        return refuse(img, "entry 0x%" PRIx64 " is in no segment", entry);
    out->lowest = UINT64_MAX;
    for (unsigned i = 0; i < img->count; i++)
        if (img->segments[i].ph.p_paddr < out->lowest)
            out->lowest = img->segments[i].ph.p_paddr;
    return 0;
}

/* ---- tohost ---- */

static bool read_section(const struct image *img, uint64_t number,
                         Elf64_Shdr *sh)
{
    if (number >= img->eh.e_shnum)
        return false;
    memcpy(sh, img->bytes + img->eh.e_shoff + number * sizeof *sh, sizeof *sh);
    return true;
}

static uint64_t find_symbol(const struct image *img, const Elf64_Shdr *table,
                            const char *name)
{
    Elf64_Shdr strings;
    size_t length = strlen(name) + 1;
    if (!read_section(img, table->sh_link, &strings) ||
        !inside(table->sh_offset, table->sh_size, 0, img->n) ||
        !inside(strings.sh_offset, strings.sh_size, 0, img->n))
        return 0;
    for (uint64_t i = 0; i < table->sh_size / sizeof(Elf64_Sym); i++) {
        Elf64_Sym sym;
        memcpy(&sym, img->bytes + table->sh_offset + i * sizeof sym,
               sizeof sym);
        if (inside(sym.st_name, length, 0, strings.sh_size) &&
            memcmp(img->bytes + strings.sh_offset + sym.st_name, name,
                   length) == 0)
            return sym.st_value;
    }
    return 0;
}

static int find_tohost(struct image *img, struct elf_loaded *out)
{
    Elf64_Shdr sh;
    out->tohost = 0;
    for (uint64_t i = 0; read_section(img, i, &sh); i++)
        if (sh.sh_type == SHT_SYMTAB && out->tohost == 0)
            out->tohost = find_symbol(img, &sh, "tohost");
    if (out->tohost != 0 &&
        (!inside(out->tohost, 8, PLAT_RAM_BASE, img->limits->ram_bytes) ||
         out->tohost % 8 != 0))
        return refuse(img,
                      "symbol tohost at 0x%" PRIx64
                      " is not an aligned doubleword in RAM",
                      out->tohost);
    return 0;
}

int elf_load(const uint8_t *elf, size_t elf_bytes,
             const struct elf_limits *limits, uint8_t *ram,
             struct elf_loaded *out, char *why, size_t why_bytes)
{
    struct image img = {.bytes = elf,
                        .n = elf_bytes,
                        .limits = limits,
                        .why = why,
                        .why_bytes = why_bytes};
    if (check_header(&img) != 0 || check_tables(&img) != 0 ||
        collect_segments(&img) != 0 || find_start(&img, out) != 0)
        return -1;
    out->tohost = 0;
    if (limits->bare && find_tohost(&img, out) != 0)
        return -1;
    for (unsigned i = 0; i < img.count; i++) {
        const Elf64_Phdr *ph = &img.segments[i].ph;
        if (ph->p_filesz > 0)
            memcpy(ram + (ph->p_paddr - PLAT_RAM_BASE), elf + ph->p_offset,
                   ph->p_filesz);
    }
    return 0;
}
