/*
 * badelf.c - programs that must not run: a small good ELF is spoilt in one way
 * at a time, written to a file and executed. Each is refused with its errno,
 * the caller lives on, and nothing is lost by it.
 */
#include "check.h"
#include "../../../guestkernel/elf_format.h"
#include <fcntl.h>
#include <stddef.h>

#define PAGE 4096
#define BASE 0x20000

/* One page of headers and code: exit(33). */
struct program {
    struct elf_header header;
    struct elf_segment segment[20];
    uint32_t code[4];
};
static struct program good;

static void make_good(void)
{
    static const uint32_t exit_33[4] = {
        0x02100513, /* li a0, 33 */
        0x00100893, /* li a7, 1 */
        0x00000073, /* ecall */
        0x0000006f, /* j . */
    };
    struct elf_header *h = &good.header;
    memcpy(h->ident, ELF_MAGIC, ELF_MAGIC_BYTES);
    h->ident[ELF_CLASS] = ELF_CLASS_64;
    h->ident[ELF_DATA] = ELF_DATA_LITTLE;
    h->ident[ELF_VERSION] = ELF_VERSION_1;
    h->type = ELF_TYPE_EXEC;
    h->machine = ELF_MACHINE_RISCV;
    h->version = ELF_VERSION_1;
    h->entry = BASE + offsetof(struct program, code);
    h->phoff = offsetof(struct program, segment);
    h->ehsize = sizeof *h;
    h->phentsize = sizeof good.segment[0];
    h->phnum = 1;
    good.segment[0] = (struct elf_segment){.type = ELF_SEGMENT_LOAD,
                                           .flags = ELF_FLAG_R | ELF_FLAG_X,
                                           .vaddr = BASE,
                                           .filesz = sizeof good,
                                           .memsz = sizeof good,
                                           .align = PAGE};
    memcpy(good.code, exit_33, sizeof exit_33);
}

static void run(long unused)
{
    (void)unused;
    execve("/tmp/bad", (char *[]){"bad", NULL}, NULL);
    _exit(errno);
}

/* Writes n bytes of p to the file and runs it: its exit status, or the errno of
 * execve; 1000 + signal. */
static int outcome(const struct program *p, size_t n)
{
    int fd = open("/tmp/bad", O_WRONLY | O_CREAT | O_TRUNC, 0755);
    write(fd, p, n);
    close(fd);
    int status = in_child(run, 0);
    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : status >> 8;
}

#define SPOILT(error, ...)                                                     \
    do {                                                                       \
        struct program p = good;                                               \
        struct elf_header *h = &p.header;                                      \
        struct elf_segment *s = p.segment;                                     \
        (void)h, (void)s;                                                      \
        __VA_ARGS__;                                                           \
        check_equal(outcome(&p, sizeof p), error, #__VA_ARGS__, __LINE__);     \
    } while (0)

static void headers(void)
{
    SPOILT(33, );
    SPOILT(ENOEXEC, h->ident[0] = 'x');
    SPOILT(ENOEXEC, h->ident[ELF_CLASS] = 1);
    SPOILT(ENOEXEC, h->ident[ELF_DATA] = 2);
    SPOILT(ENOEXEC, h->ident[ELF_VERSION] = 0);
    SPOILT(ENOEXEC, h->type = ELF_TYPE_DYN);
    SPOILT(ENOEXEC, h->machine = 62);
    SPOILT(ENOEXEC, h->phentsize = 32);
    SPOILT(ENOEXEC, h->phnum = 0);
    SPOILT(ENOEXEC, h->phnum = 65);
    SPOILT(ENOEXEC, h->phnum = 0xffff);
    SPOILT(ENOEXEC, h->phoff = sizeof p - 8);
    SPOILT(ENOEXEC, h->phoff = UINT64_MAX);
    SPOILT(ENOEXEC, h->phoff = UINT64_MAX - 55);
    SPOILT(ENOEXEC, h->entry = 0);
    SPOILT(ENOEXEC, h->entry = BASE + 2 * PAGE);
    SPOILT(ENOEXEC, h->entry = 0xffffffc080200000);
    SPOILT(ENOEXEC, h->entry = 0xffffffffffffe000);
}

static void segments(void)
{
    SPOILT(ENOEXEC, s->offset = sizeof p + 1);
    SPOILT(ENOEXEC, s->offset = UINT64_MAX);
    SPOILT(ENOEXEC, s->filesz = s->memsz = sizeof p + 1);
    SPOILT(ENOEXEC, s->filesz = UINT64_MAX);
    SPOILT(ENOEXEC, s->memsz = 1);
    SPOILT(ENOEXEC, s->vaddr = 0);
    SPOILT(ENOEXEC, s->vaddr = PAGE - 8);
    SPOILT(ENOEXEC, s->vaddr = 0x3f00000000);
    SPOILT(ENOEXEC, s->vaddr = 0x3ffff00000); /* the stack's place */
    SPOILT(ENOEXEC, s->vaddr = 0x4000000000);
    SPOILT(ENOEXEC, s->vaddr = 1ull << 40);
    SPOILT(ENOEXEC, s->vaddr = 0xffffffc080200000);
    SPOILT(ENOEXEC, s->vaddr = 0xffffffffffffd000);
    SPOILT(ENOEXEC, s->vaddr = 0xfffffffffffff000);
    SPOILT(ENOEXEC, s->align = 3);
    SPOILT(ENOEXEC, s->vaddr += 8); /* disagrees with the offset */
    SPOILT(ENOEXEC, s->memsz = UINT64_MAX);
    SPOILT(ENOEXEC, s->memsz = UINT64_MAX - BASE);
    SPOILT(ENOMEM, s->memsz = 1ull << 30);
    SPOILT(ENOEXEC, s->flags = ELF_FLAG_R); /* the entry is not executable */
    SPOILT(ENOEXEC, s->flags = 0);
    SPOILT(ENOEXEC, s->type = ELF_SEGMENT_NULL);
    SPOILT(ENOEXEC, s->type = ELF_SEGMENT_INTERP);
    SPOILT(ENOEXEC, h->phnum = 2, s[1] = s[0], s[1].type = ELF_SEGMENT_DYNAMIC);
}

static void several_segments(void)
{
    SPOILT(33, h->phnum = 2, s[1] = s[0], s[1].vaddr += PAGE);
    SPOILT(33, h->phnum = 2, s[1] = s[0], s[0].vaddr += PAGE);
    SPOILT(ENOEXEC, h->phnum = 2, s[1] = s[0]); /* the same pages twice */
    SPOILT(ENOEXEC, h->phnum = 2, s[1] = s[0], s[0].memsz += PAGE,
           s[1].vaddr += PAGE);
    SPOILT(ENOEXEC, h->phnum = 2, s[1] = s[0], s[1].memsz += 4 * PAGE,
           s[1].vaddr -= PAGE);
    SPOILT(33, h->phnum = 2, s[1] = s[0], s[1].memsz = s[1].filesz = 0);
    SPOILT(33, h->phnum = 16; for (int i = 1; i < 16; i++) s[i] = s[0],
                              s[i].vaddr += (uint64_t)i * PAGE);
    SPOILT(ENOEXEC, h->phnum = 17; for (int i = 1; i < 17; i++) s[i] = s[0],
                                   s[i].vaddr += (uint64_t)i * PAGE);
}

static void other_things_to_run(void)
{
    /* every length that cuts the headers, and none at all */
    for (size_t n = 0; n < offsetof(struct program, segment[1]); n += 8)
        EQUAL(outcome(&good, n), ENOEXEC);
    /* sizes that cut the code */
    EQUAL(outcome(&good, sizeof good - 1), ENOEXEC);
    /* unaligned in the file and in memory, alike: allowed */
    SPOILT(33, s->offset = offsetof(struct program, code), s->vaddr = h->entry,
           s->filesz = s->memsz = sizeof p.code);
    /* not alike, but the alignment says that does not matter: copied */
    SPOILT(33, s->offset = offsetof(struct program, code), s->align = 1,
           s->vaddr = h->entry = BASE + 2 * PAGE + 12,
           s->filesz = s->memsz = sizeof p.code);
}

int main(void)
{
    make_good();
    for (int round = 0; round < 3; round++) {
        headers();
        segments();
        several_segments();
    }
    other_things_to_run();
    unlink("/tmp/bad");
    return check_end("badelf");
}
