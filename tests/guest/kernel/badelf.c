/*
 * badelf.c - programs that must not run: a small good ELF is spoilt in one way
 * at a time, written to a file and executed. Each is refused with its errno,
 * the caller lives on, and nothing is lost by it.
 */
#include "check.h"
#include <elf.h>
#include <fcntl.h>

#define PAGE 4096
#define BASE 0x20000

/* One page of headers and code: exit(33). */
struct program {
    Elf64_Ehdr header;
    Elf64_Phdr segment[20];
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
    Elf64_Ehdr *h = &good.header;
    memcpy(h->e_ident, ELFMAG, SELFMAG);
    h->e_ident[EI_CLASS] = ELFCLASS64;
    h->e_ident[EI_DATA] = ELFDATA2LSB;
    h->e_ident[EI_VERSION] = EV_CURRENT;
    h->e_type = ET_EXEC;
    h->e_machine = 243; /* RISC-V */
    h->e_version = EV_CURRENT;
    h->e_entry = BASE + offsetof(struct program, code);
    h->e_phoff = offsetof(struct program, segment);
    h->e_ehsize = sizeof *h;
    h->e_phentsize = sizeof good.segment[0];
    h->e_phnum = 1;
    good.segment[0] = (Elf64_Phdr){.p_type = PT_LOAD,
                                   .p_flags = PF_R | PF_X,
                                   .p_vaddr = BASE,
                                   .p_filesz = sizeof good,
                                   .p_memsz = sizeof good,
                                   .p_align = PAGE};
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
        Elf64_Ehdr *h = &p.header;                                             \
        Elf64_Phdr *s = p.segment;                                             \
        (void)h, (void)s;                                                      \
        __VA_ARGS__;                                                           \
        check_equal(outcome(&p, sizeof p), error, #__VA_ARGS__, __LINE__);     \
    } while (0)

static void headers(void)
{
    SPOILT(33, );
    SPOILT(ENOEXEC, h->e_ident[0] = 'x');
    SPOILT(ENOEXEC, h->e_ident[EI_CLASS] = ELFCLASS32);
    SPOILT(ENOEXEC, h->e_ident[EI_DATA] = ELFDATA2MSB);
    SPOILT(ENOEXEC, h->e_ident[EI_VERSION] = 0);
    SPOILT(ENOEXEC, h->e_type = ET_DYN);
    SPOILT(ENOEXEC, h->e_machine = EM_X86_64);
    SPOILT(ENOEXEC, h->e_phentsize = 32);
    SPOILT(ENOEXEC, h->e_phnum = 0);
    SPOILT(ENOEXEC, h->e_phnum = 65);
    SPOILT(ENOEXEC, h->e_phnum = 0xffff);
    SPOILT(ENOEXEC, h->e_phoff = sizeof p - 8);
    SPOILT(ENOEXEC, h->e_phoff = UINT64_MAX);
    SPOILT(ENOEXEC, h->e_phoff = UINT64_MAX - 55);
    SPOILT(ENOEXEC, h->e_entry = 0);
    SPOILT(ENOEXEC, h->e_entry = BASE + 2 * PAGE);
    SPOILT(ENOEXEC, h->e_entry = 0xffffffc080200000);
    SPOILT(ENOEXEC, h->e_entry = 0xffffffffffffe000);
}

static void segments(void)
{
    SPOILT(ENOEXEC, s->p_offset = sizeof p + 1);
    SPOILT(ENOEXEC, s->p_offset = UINT64_MAX);
    SPOILT(ENOEXEC, s->p_filesz = s->p_memsz = sizeof p + 1);
    SPOILT(ENOEXEC, s->p_filesz = UINT64_MAX);
    SPOILT(ENOEXEC, s->p_memsz = 1);
    SPOILT(ENOEXEC, s->p_vaddr = 0);
    SPOILT(ENOEXEC, s->p_vaddr = PAGE - 8);
    SPOILT(ENOEXEC, s->p_vaddr = 0x3f00000000);
    SPOILT(ENOEXEC, s->p_vaddr = 0x3ffff00000); /* the stack's place */
    SPOILT(ENOEXEC, s->p_vaddr = 0x4000000000);
    SPOILT(ENOEXEC, s->p_vaddr = 1ull << 40);
    SPOILT(ENOEXEC, s->p_vaddr = 0xffffffc080200000);
    SPOILT(ENOEXEC, s->p_vaddr = 0xffffffffffffd000);
    SPOILT(ENOEXEC, s->p_vaddr = 0xfffffffffffff000);
    SPOILT(ENOEXEC, s->p_align = 3);
    SPOILT(ENOEXEC, s->p_vaddr += 8); /* disagrees with the offset */
    SPOILT(ENOEXEC, s->p_memsz = UINT64_MAX);
    SPOILT(ENOEXEC, s->p_memsz = UINT64_MAX - BASE);
    SPOILT(ENOMEM, s->p_memsz = 1ull << 30);
    SPOILT(ENOEXEC, s->p_flags = PF_R); /* the entry is not executable */
    SPOILT(ENOEXEC, s->p_flags = 0);
    SPOILT(ENOEXEC, s->p_type = PT_NULL);
    SPOILT(ENOEXEC, s->p_type = PT_INTERP);
    SPOILT(ENOEXEC, h->e_phnum = 2, s[1] = s[0], s[1].p_type = PT_DYNAMIC);
}

static void several_segments(void)
{
    SPOILT(33, h->e_phnum = 2, s[1] = s[0], s[1].p_vaddr += PAGE);
    SPOILT(33, h->e_phnum = 2, s[1] = s[0], s[0].p_vaddr += PAGE);
    SPOILT(ENOEXEC, h->e_phnum = 2, s[1] = s[0]); /* the same pages twice */
    SPOILT(ENOEXEC, h->e_phnum = 2, s[1] = s[0], s[0].p_memsz += PAGE,
           s[1].p_vaddr += PAGE);
    SPOILT(ENOEXEC, h->e_phnum = 2, s[1] = s[0], s[1].p_memsz += 4 * PAGE,
           s[1].p_vaddr -= PAGE);
    SPOILT(33, h->e_phnum = 2, s[1] = s[0], s[1].p_memsz = s[1].p_filesz = 0);
    SPOILT(33, h->e_phnum = 16; for (int i = 1; i < 16; i++) s[i] = s[0],
                                s[i].p_vaddr += (uint64_t)i * PAGE);
    SPOILT(ENOEXEC, h->e_phnum = 17; for (int i = 1; i < 17; i++) s[i] = s[0],
                                     s[i].p_vaddr += (uint64_t)i * PAGE);
}

static void other_things_to_run(void)
{
    /* every length that cuts the headers, and none at all */
    for (size_t n = 0; n < offsetof(struct program, segment[1]); n += 8)
        EQUAL(outcome(&good, n), ENOEXEC);
    /* sizes that cut the code */
    EQUAL(outcome(&good, sizeof good - 1), ENOEXEC);
    /* unaligned in the file and in memory, alike: allowed */
    SPOILT(33, s->p_offset = offsetof(struct program, code),
           s->p_vaddr = h->e_entry, s->p_filesz = s->p_memsz = sizeof p.code);
    /* not alike, but the alignment says that does not matter: copied */
    SPOILT(33, s->p_offset = offsetof(struct program, code), s->p_align = 1,
           s->p_vaddr = h->e_entry = BASE + 2 * PAGE + 12,
           s->p_filesz = s->p_memsz = sizeof p.code);
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
