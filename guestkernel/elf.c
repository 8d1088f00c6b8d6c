/* elf.c - from program headers to regions. No byte is loaded here: pages come when they are
 * touched (vm.c). The file is hostile until every number in it was checked. */
#include "kernel.h"
#include "elf_format.h"

#define SEGMENTS_MAX 16
#define HEADERS_MAX  64

static bool is_our_kind(const struct elf_header *h) {
    return memcmp(h->ident, ELF_MAGIC, ELF_MAGIC_BYTES) == 0 &&
           h->ident[ELF_CLASS] == ELF_CLASS_64 && h->ident[ELF_DATA] == ELF_DATA_LITTLE &&
           h->ident[ELF_VERSION] == ELF_VERSION_1 && h->type == ELF_TYPE_EXEC &&
           h->machine == ELF_MACHINE_RISCV && h->phentsize == sizeof(struct elf_segment) &&
           h->phnum <= HEADERS_MAX;
}

/* The gABI's rules, and this kernel's range. */
static bool is_sound(const struct elf_segment *s, uint64_t file_size) {
    uint64_t align = s->align ? s->align : 1;
    return s->filesz <= s->memsz && s->offset <= file_size &&
           s->filesz <= file_size - s->offset && s->vaddr >= USER_BASE &&
           s->vaddr < USER_IMAGE_TOP && s->memsz <= USER_IMAGE_TOP - s->vaddr &&
           (align & (align - 1)) == 0 && ((s->vaddr - s->offset) & (align - 1)) == 0;
}

static pte_t access_of(const struct elf_segment *s) {
    return (s->flags & ELF_FLAG_R ? PTE_R : 0) | (s->flags & ELF_FLAG_X ? PTE_X : 0) |
           (s->flags & ELF_FLAG_W ? PTE_R | PTE_W : 0); /* Sv39 has no write-only pages */
}

/* The region of a segment. Where file and memory agree about the offset within a page, the
 * first page shows the file's bytes before the segment as well, as on other systems: then it
 * can be used in place. */
static struct region region_of(const struct elf_segment *s, struct inode *file) {
    uint64_t before = PAGE_OFFSET(s->vaddr);
    if (before != PAGE_OFFSET(s->offset)) before = 0;
    return (struct region){.start = PAGE_DOWN(s->vaddr),
                           .end = PAGE_UP(s->vaddr + s->memsz),
                           .access = access_of(s),
                           .file = s->filesz ? file : NULL,
                           .text = s->filesz,
                           .file_offset = s->offset - before,
                           .file_va = s->vaddr - before,
                           .file_end = s->vaddr + s->filesz};
}

static int add_segment(struct vm *vm, const struct elf_segment *s, struct inode *file) {
    if (!is_sound(s, file->size)) return ENOEXEC;
    if (s->memsz >> PAGE_SHIFT > page_free_count()) return ENOMEM;
    struct region r = region_of(s, file);
    if (!r.access) return ENOEXEC; /* nobody could touch it: a mistake */
    int error = vm_add_region(vm, &r);
    if (r.end > vm->heap_start) vm->heap_start = vm->heap_end = r.end;
    return error == EINVAL ? ENOEXEC : error; /* segments that overlap */
}

int elf_load(struct vm *vm, struct inode *file, uint64_t *entry) {
    struct elf_header header;
    if (!inode_read(file, 0, &header, sizeof header) || !is_our_kind(&header)) return ENOEXEC;
    int segments = 0;
    for (unsigned n = 0; n < header.phnum; n++) {
        struct elf_segment s;
        uint64_t offset;
        if (__builtin_add_overflow(header.phoff, n * sizeof s, &offset) ||
            !inode_read(file, offset, &s, sizeof s))
            return ENOEXEC;
        if (s.type == ELF_SEGMENT_INTERP || s.type == ELF_SEGMENT_DYNAMIC)
            return ENOEXEC; /* wants a dynamic linker */
        if (s.type != ELF_SEGMENT_LOAD || s.memsz == 0) continue;
        int error = ++segments > SEGMENTS_MAX ? ENOEXEC : add_segment(vm, &s, file);
        if (error) return error;
    }
    *entry = header.entry;
    const struct region *r = vm_find_region(vm, header.entry);
    return r && r->access & PTE_X ? 0 : ENOEXEC;
}
