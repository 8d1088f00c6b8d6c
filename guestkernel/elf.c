/*
 * elf.c - from program headers to regions. No byte is loaded here: pages come
 * when they are touched (vm.c). The file is hostile until every number in it
 * was checked.
 */
#include "elf.h"
#include "inode.h"
#include "pagealloc.h"
#include "string.h"
#include <elf.h>
#include <errno.h>

#define SEGMENTS_MAX 16
#define HEADERS_MAX  64

static bool is_our_kind(const Elf64_Ehdr *h)
{
    return memcmp(h->e_ident, ELFMAG, SELFMAG) == 0 &&
           h->e_ident[EI_CLASS] == ELFCLASS64 &&
           h->e_ident[EI_DATA] == ELFDATA2LSB &&
           h->e_ident[EI_VERSION] == EV_CURRENT && h->e_type == ET_EXEC &&
           h->e_machine == EM_RISCV && h->e_phentsize == sizeof(Elf64_Phdr) &&
           h->e_phnum <= HEADERS_MAX;
}

/* The gABI's rules, and this kernel's range. */
static bool is_sound(const Elf64_Phdr *s, uint64_t file_size)
{
    uint64_t align = s->p_align ? s->p_align : 1;
    return s->p_filesz <= s->p_memsz && s->p_offset <= file_size &&
           s->p_filesz <= file_size - s->p_offset && s->p_vaddr >= USER_BASE &&
           s->p_vaddr < USER_IMAGE_TOP &&
           s->p_memsz <= USER_IMAGE_TOP - s->p_vaddr &&
           (align & (align - 1)) == 0 &&
           ((s->p_vaddr - s->p_offset) & (align - 1)) == 0;
}

static pte_t access_of(const Elf64_Phdr *s)
{
    pte_t access = 0;
    if (s->p_flags & PF_R)
        access |= PTE_R;
    if (s->p_flags & PF_W)
        access |= PTE_R | PTE_W; /* Sv39 has no write-only pages */
    if (s->p_flags & PF_X)
        access |= PTE_X;
    return access;
}

/* The region of a segment. Where file and memory agree about the offset within
 * a page, the first page shows the file's bytes before the segment as well, as
 * on other systems: then it can be used in place. */
static struct region region_of(const Elf64_Phdr *s, struct inode *file)
{
    uint64_t before = PAGE_OFFSET(s->p_vaddr);
    if (before != PAGE_OFFSET(s->p_offset))
        before = 0;
    struct region r = {
        .start = PAGE_DOWN(s->p_vaddr),
        .end = PAGE_UP(s->p_vaddr + s->p_memsz),
        .access = access_of(s),
    };
    if (s->p_filesz) {
        r.file = file;
        r.file_offset = s->p_offset - before;
        r.file_va = s->p_vaddr - before;
        r.file_end = s->p_vaddr + s->p_filesz;
    }
    return r;
}

static int add_segment(struct vm *vm, const Elf64_Phdr *s, struct inode *file)
{
    if (!is_sound(s, file->size))
        return ENOEXEC;
    if (s->p_memsz >> PAGE_SHIFT > page_free_count())
        return ENOMEM;
    struct region r = region_of(s, file);
    if (!r.access)
        return ENOEXEC; /* nobody could touch it: a mistake */
    int error = vm_add_region(vm, &r);
    if (r.end > vm->heap_start)
        vm->heap_start = vm->heap_end = vm->heap_peak = r.end;
    return error == EINVAL ? ENOEXEC : error; /* segments that overlap */
}

static bool is_executable(const struct vm *vm, uint64_t va)
{
    const struct region *r = vm_find_region(vm, va);
    return r && r->access & PTE_X;
}

int elf_load(struct vm *vm, struct inode *file, uint64_t *entry)
{
    Elf64_Ehdr header;
    if (!inode_read(file, 0, &header, sizeof header) || !is_our_kind(&header))
        return ENOEXEC;
    int segments = 0;
    for (unsigned n = 0; n < header.e_phnum; n++) {
        Elf64_Phdr s;
        uint64_t offset;
        if (__builtin_add_overflow(header.e_phoff, n * sizeof s, &offset) ||
            !inode_read(file, offset, &s, sizeof s))
            return ENOEXEC;
        if (s.p_type == PT_INTERP || s.p_type == PT_DYNAMIC)
            return ENOEXEC; /* wants a dynamic linker */
        if (s.p_type != PT_LOAD || s.p_memsz == 0)
            continue;
        int error =
            ++segments > SEGMENTS_MAX ? ENOEXEC : add_segment(vm, &s, file);
        if (error)
            return error;
    }
    *entry = header.e_entry;
    return is_executable(vm, header.e_entry) ? 0 : ENOEXEC;
}
