/*
 * elf_fixture.h - RISC-V images for tests, compiled when the test starts with
 * the compiler that the guest is built with anyway.
 */
#ifndef SALLYPORT_TESTS_ELF_FIXTURE_H
#define SALLYPORT_TESTS_ELF_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct elf_file {
    uint8_t *bytes;
    size_t n;
};

static inline void put_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
        fail_msg("cannot write %s", path);
}

static inline struct elf_file take_file(const char *path)
{
    struct elf_file e = {0};
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        fail_msg("cannot read %s", path);
    fseek(f, 0, SEEK_END);
    e.n = (size_t)ftell(f);
    rewind(f);
    e.bytes = malloc(e.n);
    if (fread(e.bytes, 1, e.n, f) != e.n)
        fail_msg("cannot read %s", path);
    fclose(f);
    return e;
}

/* Compiles main.c (and asm.S if given) in a directory of its own; flags come
 * behind the defaults. The line table then names "kernel/main.c". */
static inline struct elf_file compile_elf(const char *c, const char *assembly,
                                          const char *flags)
{
    char dir[] = "/tmp/sallyport-test-XXXXXX", path[96], command[1024];
    if (mkdtemp(dir) == NULL)
        fail_msg("cannot make a directory in /tmp");
    snprintf(path, sizeof path, "%s/main.c", dir);
    put_file(path, c);
    snprintf(path, sizeof path, "%s/asm.S", dir);
    put_file(path, assembly != NULL ? assembly : "");
    snprintf(command, sizeof command,
             "cd %s && riscv64-unknown-elf-gcc -g -O1 -ffreestanding -nostdlib "
             "-march=rv64ima_zicsr_zifencei -mabi=lp64 -mcmodel=medany "
             "-ffile-prefix-map=%s=kernel -Wa,--debug-prefix-map,%s=kernel "
             "-Wl,--build-id,-N,--no-warn-rwx-segments %s main.c asm.S "
             "-o image.elf",
             dir, dir, dir, flags);
    if (system(command) != 0)
        fail_msg("the RISC-V compiler failed: %s", command);
    snprintf(path, sizeof path, "%s/image.elf", dir);
    struct elf_file e = take_file(path);
    snprintf(command, sizeof command, "rm -r %s", dir);
    if (system(command) != 0)
        fail_msg("cannot remove %s", dir);
    return e;
}

#endif
