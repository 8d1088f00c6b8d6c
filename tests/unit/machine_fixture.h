/*
 * machine_fixture.h - what the machine's tests share: a small ELF image made in
 * memory, a machine around it, and its devices by the bus. No guest kernel, no
 * guest compiler.
 */
#ifndef SALLYPORT_TESTS_MACHINE_FIXTURE_H
#define SALLYPORT_TESTS_MACHINE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <elf.h>

#include "../../emu/machine/device.h"
#include "../../emu/machine/machine.h"
#include "../../emu/machine/state.h"
#include "../../emu/platform/platform.h"

#define ELF_CODE_AT   0x1000 /* file offset of the one segment */
#define ELF_IMAGE_MAX 0x4000
#define RV_WFI        0x10500073u
#define RV_LOOP       0x0000006fu /* j . */

struct elf_image {
    uint8_t bytes[ELF_IMAGE_MAX];
    size_t n;
};

static inline Elf64_Ehdr *elf_header(struct elf_image *e)
{
    return (Elf64_Ehdr *)(void *)e->bytes;
}

static inline Elf64_Phdr *elf_segment(struct elf_image *e, unsigned i)
{
    return (Elf64_Phdr *)(void *)(e->bytes + sizeof(Elf64_Ehdr)) + i;
}

/* One segment of code at a physical address, entered at its first byte. */
static inline void elf_make(struct elf_image *e, uint64_t at,
                            const uint32_t *code, size_t words)
{
    memset(e, 0, sizeof *e);
    *elf_header(e) = (Elf64_Ehdr){
        .e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_RISCV,
        .e_version = EV_CURRENT,
        .e_entry = at,
        .e_phoff = sizeof(Elf64_Ehdr),
        .e_ehsize = sizeof(Elf64_Ehdr),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = 1,
    };
    *elf_segment(e, 0) = (Elf64_Phdr){
        .p_type = PT_LOAD,
        .p_flags = PF_R | PF_W | PF_X,
        .p_offset = ELF_CODE_AT,
        .p_vaddr = at,
        .p_paddr = at,
        .p_filesz = words * 4,
        .p_memsz = words * 4,
        .p_align = 0x1000,
    };
    memcpy(e->bytes + ELF_CODE_AT, code, words * 4);
    e->n = ELF_CODE_AT + words * 4;
}

/* A file's n bytes, to be freed. */
static inline uint8_t *read_whole(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        fail_msg("%s: not there", path);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    *n = (size_t)ftell(f);
    rewind(f);
    uint8_t *bytes = malloc(*n);
    assert_int_equal(fread(bytes, 1, *n, f), *n);
    fclose(f);
    return bytes;
}

#define BOARD_DISK_BYTES (64 * 512)
#define BOARD_OUT_MAX    65536

struct board {
    struct machine *m;
    uint8_t disk[BOARD_DISK_BYTES];
    char out[BOARD_OUT_MAX]; /* what the guest printed */
    size_t out_bytes;
};

static inline void board_print(void *ctx, const uint8_t *bytes, size_t n)
{
    struct board *b = ctx;
    for (size_t i = 0; i < n && b->out_bytes < BOARD_OUT_MAX - 1; i++)
        b->out[b->out_bytes++] = (char)bytes[i];
}

static inline struct machine_desc board_desc(struct board *b,
                                             const struct elf_image *e)
{
    return (struct machine_desc){.bare = true,
                                 .kernel = e->bytes,
                                 .kernel_bytes = e->n,
                                 .kernel_name = "test.elf",
                                 .disk = b->disk,
                                 .disk_bytes = sizeof b->disk,
                                 .console_out = board_print,
                                 .console_ctx = b};
}

static inline void board_start(struct board *b, const struct machine_desc *d)
{
    char why[200] = "";
    if (machine_create(d, &b->m, why, sizeof why) != 0)
        fail_msg("%s", why);
}

/* cmocka set-up and tear-down of a bare machine that only waits. */
static inline int board_setup(void **state)
{
    static const uint32_t code[] = {RV_WFI, RV_LOOP};
    struct elf_image *e = malloc(sizeof *e);
    struct board *b = calloc(1, sizeof *b);
    elf_make(e, PLAT_RAM_BASE, code, 2);
    for (size_t i = 0; i < sizeof b->disk; i++)
        b->disk[i] = (uint8_t)(i / 512 + i % 251);
    struct machine_desc d = board_desc(b, e);
    board_start(b, &d);
    free(e);
    *state = b;
    return 0;
}

static inline int board_teardown(void **state)
{
    struct board *b = *state;
    machine_destroy(b->m);
    free(b);
    return 0;
}

/* ---- The bus, where an access must succeed ---- */

static inline uint64_t rd(struct board *b, unsigned size, uint64_t pa)
{
    uint64_t value = 0;
    if (!bus_read(b->m, pa, size, &value))
        fail_msg("read of %u at 0x%lx: access fault", size, (unsigned long)pa);
    return value;
}

static inline void wr(struct board *b, unsigned size, uint64_t pa,
                      uint64_t value)
{
    if (!bus_write(b->m, pa, size, value))
        fail_msg("write of %u at 0x%lx: access fault", size, (unsigned long)pa);
}

static inline bool faults(struct board *b, unsigned size, uint64_t pa)
{
    uint64_t value = 0;
    bool read = bus_read(b->m, pa, size, &value);
    bool write = bus_write(b->m, pa, size, 0);
    assert_int_equal(read, write);
    return !read;
}

/* Is an interrupt line of the hart up? */
static inline bool line_is_up(struct board *b, enum cpu_irq irq)
{
    uint64_t mip = 0;
    cpu_csr(machine_cpu(b->m), 0x344, &mip);
    return mip >> irq & 1;
}

#endif
