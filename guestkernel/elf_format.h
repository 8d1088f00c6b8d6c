/* elf_format.h - what an ELF file looks like, for static programs (System V ABI, chapter 4;
 * RISC-V psABI); for the tests, too. (Not every release of picolibc has an <elf.h>.) */
#include <stdint.h>

#define ELF_MAGIC       "\177ELF"
#define ELF_MAGIC_BYTES 4

enum elf_ident { ELF_CLASS = 4, ELF_DATA = 5, ELF_VERSION = 6 };
#define ELF_CLASS_64      2
#define ELF_DATA_LITTLE   1
#define ELF_VERSION_1     1
#define ELF_TYPE_EXEC     2
#define ELF_TYPE_DYN      3
#define ELF_MACHINE_RISCV 243

struct elf_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
_Static_assert(sizeof(struct elf_header) == 64, "Elf64_Ehdr");

enum { ELF_SEGMENT_NULL, ELF_SEGMENT_LOAD, ELF_SEGMENT_DYNAMIC, ELF_SEGMENT_INTERP };
#define ELF_FLAG_X 1
#define ELF_FLAG_W 2
#define ELF_FLAG_R 4

struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
_Static_assert(sizeof(struct elf_segment) == 56, "Elf64_Phdr");
