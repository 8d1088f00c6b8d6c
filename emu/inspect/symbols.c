/*
 * symbols.c - opening an ELF image and answering for its symbol table.
 *
 * The bytes come from anyone (a student's link, a recording by mail), so the
 * headers are checked here before libelf and libdw see them, and both work on a
 * private copy. Line tables are lines.c, notes are notes.c.
 */
#include "symbols_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool inside(uint64_t offset, uint64_t bytes, uint64_t total)
{
    return offset <= total && bytes <= total - offset;
}

static int refuse(char *why, size_t n, const char *name, const char *what)
{
    snprintf(why, n, "%s: %s", name, what);
    return -1;
}

/* The section table, and every section's bytes, must lie in the file. */
static int check_sections(const Elf64_Ehdr *eh, const uint8_t *bytes, size_t n,
                          const char *name, char *why, size_t why_bytes)
{
    if (eh->e_shoff == 0)
        return 0;
    if (eh->e_shentsize != sizeof(Elf64_Shdr) ||
        !inside(eh->e_shoff, (uint64_t)eh->e_shnum * sizeof(Elf64_Shdr), n))
        return refuse(why, why_bytes, name,
                      "its section table lies outside the file");
    for (unsigned i = 0; i < eh->e_shnum; i++) {
        Elf64_Shdr sh;
        memcpy(&sh, bytes + eh->e_shoff + i * sizeof sh, sizeof sh);
        if (sh.sh_type == SHT_NOBITS || sh.sh_type == SHT_NULL)
            continue;
        if (!inside(sh.sh_offset, sh.sh_size, n)) {
            snprintf(why, why_bytes,
                     "%s: section %u (offset 0x%" PRIx64 ", 0x%" PRIx64
                     " bytes) lies outside the file",
                     name, i, sh.sh_offset, sh.sh_size);
            return -1;
        }
    }
    return 0;
}

static int check_headers(const uint8_t *bytes, size_t n, const char *name,
                         char *why, size_t why_bytes)
{
    Elf64_Ehdr eh;
    if (n < sizeof eh || memcmp(bytes, ELFMAG, SELFMAG) != 0)
        return refuse(why, why_bytes, name, "not an ELF image");
    memcpy(&eh, bytes, sizeof eh);
    if (eh.e_ident[EI_CLASS] != ELFCLASS64 ||
        eh.e_ident[EI_DATA] != ELFDATA2LSB || eh.e_machine != EM_RISCV)
        return refuse(why, why_bytes, name,
                      "not a 64-bit little-endian RISC-V image");
    if (eh.e_phnum != 0 &&
        (eh.e_phentsize != sizeof(Elf64_Phdr) ||
         !inside(eh.e_phoff, (uint64_t)eh.e_phnum * sizeof(Elf64_Phdr), n)))
        return refuse(why, why_bytes, name,
                      "its program headers lie outside the file");
    return check_sections(&eh, bytes, n, name, why, why_bytes);
}

static int read_segments(struct symbols *s)
{
    size_t n;
    if (elf_getphdrnum(s->elf, &n) != 0 || n == 0)
        return 0;
    s->segment = calloc(n, sizeof *s->segment);
    s->segment_offset = calloc(n, sizeof *s->segment_offset);
    if (s->segment == NULL || s->segment_offset == NULL)
        return -1;
    for (size_t i = 0; i < n; i++) {
        GElf_Phdr ph;
        if (gelf_getphdr(s->elf, (int)i, &ph) == NULL || ph.p_type != PT_LOAD ||
            !inside(ph.p_offset, ph.p_filesz, s->image_bytes) ||
            ph.p_memsz < ph.p_filesz || ph.p_vaddr + ph.p_memsz < ph.p_vaddr ||
            ph.p_paddr + ph.p_memsz < ph.p_paddr)
            continue;
        s->segment_offset[s->segments] = ph.p_offset;
        s->segment[s->segments++] = (struct symbols_segment){
            .va = ph.p_vaddr,
            .pa = ph.p_paddr,
            .bytes = ph.p_memsz,
            .file_bytes = ph.p_filesz,
            .executable = (ph.p_flags & PF_X) != 0,
            .writable = (ph.p_flags & PF_W) != 0,
        };
    }
    return 0;
}

/* ---- Functions ---- */

/* By address; at one address a sized function before a label, and the shorter
 * name first, so that the answer does not depend on the linker's order. */
static int by_address(const void *pa, const void *pb)
{
    const struct function *a = pa, *b = pb;
    if (a->va != b->va)
        return a->va < b->va ? -1 : 1;
    if (a->sized != b->sized)
        return a->sized ? -1 : 1;
    return strcmp(a->name, b->name);
}

static int by_name(const void *pa, const void *pb)
{
    const struct function *a = pa, *b = pb;
    int order = strcmp(a->name, b->name);
    return order != 0 ? order : (a->va > b->va) - (a->va < b->va);
}

/* Keeps one symbol per address, drops labels inside sized functions, and lets
 * a label reach to the next symbol. */
static void settle_functions(struct symbols *s)
{
    size_t out = 0;
    uint64_t covered = 0;
    for (size_t i = 0; i < s->functions; i++) {
        struct function f = s->function[i];
        if (out > 0 && s->function[out - 1].va == f.va)
            continue;
        if (!f.sized && f.va < covered)
            continue;
        if (f.sized && f.va + f.bytes > covered)
            covered = f.va + f.bytes;
        s->function[out++] = f;
    }
    s->functions = out;
    for (size_t i = 0; i + 1 < out; i++) {
        struct function *f = &s->function[i];
        uint64_t gap = s->function[i + 1].va - f->va;
        if (!f->sized && gap < f->bytes)
            f->bytes = gap;
    }
}

static bool is_code(const struct symbols *s, const GElf_Sym *sym,
                    uint64_t *section_end)
{
    Elf_Scn *scn = elf_getscn(s->elf, sym->st_shndx);
    GElf_Shdr sh;
    if (scn == NULL || gelf_getshdr(scn, &sh) == NULL ||
        !(sh.sh_flags & SHF_EXECINSTR))
        return false;
    *section_end = sh.sh_addr + sh.sh_size;
    return sym->st_value >= sh.sh_addr && sym->st_value < *section_end;
}

static void add_symbol(struct symbols *s, const GElf_Sym *sym, const char *name)
{
    int type = GELF_ST_TYPE(sym->st_info);
    uint64_t end;
    if (sym->st_shndx == SHN_UNDEF || name == NULL || name[0] == '\0' ||
        name[0] == '$' || strncmp(name, ".L", 2) == 0 || type == STT_SECTION ||
        type == STT_FILE || type == STT_TLS)
        return;
    struct function f = {.va = sym->st_value,
                         .bytes = sym->st_size,
                         .name = name,
                         .sized = type == STT_FUNC && sym->st_size > 0};
    s->by_name[s->names++] = f;
    if ((type != STT_FUNC && type != STT_NOTYPE) || !is_code(s, sym, &end))
        return;
    if (!f.sized || f.bytes > end - f.va)
        f.bytes = end - f.va;
    s->function[s->functions++] = f;
}

static int read_symtab(struct symbols *s, Elf_Scn *scn, const GElf_Shdr *sh)
{
    Elf_Data *data = elf_getdata(scn, NULL);
    if (data == NULL || sh->sh_entsize != sizeof(Elf64_Sym))
        return 0;
    size_t n = data->d_size / sizeof(Elf64_Sym);
    s->function = calloc(n + 1, sizeof *s->function);
    s->by_name = calloc(n + 1, sizeof *s->by_name);
    if (s->function == NULL || s->by_name == NULL)
        return -1;
    for (size_t i = 0; i < n; i++) {
        GElf_Sym sym;
        if (gelf_getsym(data, (int)i, &sym) != NULL)
            add_symbol(s, &sym, elf_strptr(s->elf, sh->sh_link, sym.st_name));
    }
    qsort(s->function, s->functions, sizeof *s->function, by_address);
    qsort(s->by_name, s->names, sizeof *s->by_name, by_name);
    settle_functions(s);
    return 0;
}

static int read_symbols(struct symbols *s)
{
    for (Elf_Scn *scn = NULL; (scn = elf_nextscn(s->elf, scn)) != NULL;) {
        GElf_Shdr sh;
        if (gelf_getshdr(scn, &sh) != NULL && sh.sh_type == SHT_SYMTAB)
            return read_symtab(s, scn, &sh);
    }
    return 0;
}

/* ---- Opening ---- */

static int read_all(struct symbols *s, char *why, size_t why_bytes)
{
    elf_version(EV_CURRENT);
    s->elf = elf_memory((char *)s->image, s->image_bytes);
    if (s->elf == NULL)
        return refuse(why, why_bytes, s->name, elf_errmsg(-1));
    s->dwarf = dwarf_begin_elf(s->elf, DWARF_C_READ, NULL);
    if (read_segments(s) != 0 || read_symbols(s) != 0 || notes_read(s) != 0 ||
        lines_read(s) != 0)
        return refuse(why, why_bytes, s->name, "out of memory");
    return 0;
}

int symbols_open(const uint8_t *bytes, size_t n, const char *name,
                 struct symbols **out, char *why, size_t why_bytes)
{
    *out = NULL;
    if (check_headers(bytes, n, name, why, why_bytes) != 0)
        return -1;
    struct symbols *s = calloc(1, sizeof *s);
    if (s != NULL) {
        s->name = strdup(name);
        s->image = malloc(n);
        s->image_bytes = n;
    }
    if (s == NULL || s->name == NULL || s->image == NULL) {
        symbols_close(s);
        return refuse(why, why_bytes, name, "out of memory");
    }
    memcpy(s->image, bytes, n);
    if (read_all(s, why, why_bytes) != 0) {
        symbols_close(s);
        return -1;
    }
    *out = s;
    return 0;
}

void symbols_close(struct symbols *s)
{
    if (s == NULL)
        return;
    unwinder_free(s->unwinder);
    lines_free(s);
    if (s->dwarf != NULL)
        dwarf_end(s->dwarf);
    if (s->elf != NULL)
        elf_end(s->elf);
    free(s->segment);
    free(s->segment_offset);
    free(s->function);
    free(s->by_name);
    free(s->probe);
    free(s->image);
    free(s->name);
    free(s);
}

/* ---- Answers ---- */

const char *symbols_name(const struct symbols *s)
{
    return s->name;
}

size_t symbols_build_id(const struct symbols *s, uint8_t id[32])
{
    memcpy(id, s->build_id, s->build_id_bytes);
    return s->build_id_bytes;
}

uint64_t symbols_build_id_va(const struct symbols *s)
{
    return s->build_id_va;
}

const struct symbols_segment *symbols_segments(const struct symbols *s,
                                               size_t *n)
{
    *n = s->segments;
    return s->segment;
}

bool symbols_from_physical(const struct symbols *s, uint64_t pa, uint64_t *va)
{
    for (size_t i = 0; i < s->segments; i++) {
        const struct symbols_segment *g = &s->segment[i];
        if (pa >= g->pa && pa - g->pa < g->bytes) {
            *va = g->va + (pa - g->pa);
            return true;
        }
    }
    return false;
}

const uint8_t *symbols_bytes(const struct symbols *s, uint64_t va, size_t n)
{
    for (size_t i = 0; i < s->segments; i++) {
        const struct symbols_segment *g = &s->segment[i];
        if (va >= g->va && inside(va - g->va, n, g->file_bytes))
            return s->image + s->segment_offset[i] + (va - g->va);
    }
    return NULL;
}

bool symbols_function(const struct symbols *s, uint64_t va, const char **name,
                      uint64_t *start, uint64_t *bytes)
{
    size_t low = 0, high = s->functions; /* the last with f.va <= va */
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->function[mid].va <= va)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == 0)
        return false;
    const struct function *f = &s->function[low - 1];
    if (va - f->va >= f->bytes)
        return false;
    *name = f->name;
    *start = f->va;
    *bytes = f->bytes;
    return true;
}

bool symbols_describe(const struct symbols *s, uint64_t va, char *text,
                      size_t text_bytes)
{
    const char *name;
    uint64_t start, bytes;
    if (!symbols_function(s, va, &name, &start, &bytes)) {
        snprintf(text, text_bytes, "0x%" PRIx64, va);
        return false;
    }
    if (va == start)
        snprintf(text, text_bytes, "%s", name);
    else
        snprintf(text, text_bytes, "%s+0x%" PRIx64, name, va - start);
    return true;
}

/* The first of by_name that is not before `stem`. */
static size_t first_from(const struct symbols *s, const char *stem)
{
    size_t low = 0, high = s->names;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp(s->by_name[mid].name, stem) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

bool symbols_address(const struct symbols *s, const char *name, uint64_t *va,
                     uint64_t *bytes)
{
    size_t i = first_from(s, name);
    if (i == s->names || strcmp(s->by_name[i].name, name) != 0)
        return false;
    *va = s->by_name[i].va;
    *bytes = s->by_name[i].bytes;
    return true;
}

size_t symbols_beginning(const struct symbols *s, const char *stem,
                         const char **name, size_t max)
{
    size_t n = 0, length = strlen(stem);
    for (size_t i = first_from(s, stem); i < s->names; i++) {
        if (strncmp(s->by_name[i].name, stem, length) != 0)
            break;
        if (n < max)
            name[n] = s->by_name[i].name;
        n++;
    }
    return n;
}
