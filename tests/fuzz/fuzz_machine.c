/*
 * fuzz_machine.c - random programs on the whole bare machine.
 *
 *   fuzz_machine FIRST COUNT [KERNEL.elf]
 *
 * Each seed makes one program: instructions that decode, aimed at CSRs, page
 * tables, devices, traps and themselves, with registers that point at
 * interesting places; or, with a kernel, that kernel with some bytes changed.
 * It runs three times: in one piece, in small pieces of random length (steps
 * among them), and from a snapshot taken on the way. Whatever the guest does,
 * the machine comes back each time, for a reason of its own contract and not
 * because the engine gave up, and all three end in the same state: the hash
 * covers processor, devices and RAM.
 */
#include "../../emu/machine/machine.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODE_BYTES 8192
#define CLOCK_END  30000
#define DISK_BYTES (64 * 512)

static uint64_t random_state;

static uint64_t random64(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state * UINT64_C(0x2545f4914f6cdd1d);
}

static unsigned below(unsigned n)
{
    return (unsigned)(random64() >> 33) % n;
}

static void seed_random(uint64_t seed)
{
    random_state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    random64();
}

/* ---- Instructions ---- */

static uint32_t reg(void)
{
    return below(32);
}

/* CSRs that exist, mostly. */
static uint32_t csr(void)
{
    static const uint16_t known[] = {
        0x001, 0x002, 0x003, 0x100, 0x104, 0x105, 0x106, 0x140, 0x141,
        0x142, 0x143, 0x144, 0x180, 0x300, 0x301, 0x302, 0x303, 0x304,
        0x305, 0x306, 0x320, 0x323, 0x340, 0x341, 0x342, 0x343, 0x344,
        0x3a0, 0x3a2, 0x3b0, 0x3b1, 0x3b5, 0xb00, 0xb02, 0xb03, 0xc00,
        0xc01, 0xc02, 0xc03, 0xf11, 0xf14,
    };
    return below(16) == 0 ? below(4096)
                          : known[below(sizeof known / sizeof *known)];
}

static uint32_t privileged(void)
{
    static const uint32_t words[] = {0x00000073, 0x00100073, 0x10200073,
                                     0x30200073, 0x12000073, 0x0000100f,
                                     0x0ff0000f, 0x00200073};
    if (below(40) == 0)
        return 0x10500073; /* wfi, which often ends a run */
    return words[below(sizeof words / sizeof *words)];
}

static uint32_t csr_instruction(void)
{
    static const uint8_t kind[] = {1, 2, 3, 5, 6, 7};
    return csr() << 20 | reg() << 15 | (uint32_t)kind[below(6)] << 12 |
           reg() << 7 | 0x73;
}

static uint32_t branch(void)
{
    uint32_t offset = below(32) * 4 - 64; /* near, either way */
    return (offset >> 12 & 1) << 31 | (offset >> 5 & 63) << 25 | reg() << 20 |
           reg() << 15 | below(8) << 12 | (offset >> 1 & 15) << 8 |
           (offset >> 11 & 1) << 7 | 0x63;
}

static uint32_t memory_access(void)
{
    uint32_t store = below(2), offset = below(4096);
    if (below(3) != 0)
        offset &= 0xff8;
    if (store)
        return (offset >> 5) << 25 | reg() << 20 | reg() << 15 |
               below(5) << 12 | (offset & 31) << 7 | 0x23;
    return offset << 20 | reg() << 15 | below(8) << 12 | reg() << 7 | 0x03;
}

static uint32_t atomic(void)
{
    static const uint8_t kinds[] = {0, 1, 2, 3, 4, 8, 12, 16, 20, 24, 28};
    return (uint32_t)kinds[below(sizeof kinds)] << 27 | below(4) << 25 |
           reg() << 20 | reg() << 15 | (2 + below(2)) << 12 | reg() << 7 | 0x2f;
}

static uint32_t arithmetic(void)
{
    static const uint8_t opcodes[] = {0x13, 0x1b, 0x33, 0x3b, 0x37, 0x17};
    return ((uint32_t)random64() & ~0x7fu) | opcodes[below(6)];
}

static uint32_t floating(void)
{
    static const uint8_t opcodes[] = {0x07, 0x27, 0x43, 0x47, 0x4b, 0x4f, 0x53};
    return ((uint32_t)random64() & ~0x7fu) | opcodes[below(7)];
}

static uint32_t instruction(void)
{
    switch (below(12)) {
    case 0:
        return privileged();
    case 1:
    case 2:
        return csr_instruction();
    case 3:
        return branch();
    case 4:
    case 5:
        return memory_access();
    case 6:
        return atomic();
    case 7:
        return floating();
    case 8: /* two compressed ones */
        return (((uint32_t)random64() & 0xfffdfffd) ^ (below(2) << 16)) &
               ~(below(2) << 1);
    case 9:
        return (uint32_t)random64();
    default:
        return arithmetic();
    }
}

/* ---- Programs ---- */

struct image {
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    uint8_t code[CODE_BYTES];
};

/* Puts `value` into x`rd` by lui, addi(w) and shifts: six words at most. */
static uint32_t *load_register(uint32_t *at, uint32_t rd, uint64_t value)
{
    uint32_t high = (uint32_t)(value >> 32), low = (uint32_t)value;
    uint32_t parts[] = {low >> 21, low >> 10 & 0x7ff, low & 0x3ff};
    static const uint8_t shift[] = {11, 11, 10};
    *at++ = ((high + 0x800) & 0xfffff000) | rd << 7 | 0x37;
    *at++ = (high & 0xfff) << 20 | rd << 15 | rd << 7 | 0x1b;
    for (int i = 0; i < 3; i++) {
        *at++ = (uint32_t)shift[i] << 20 | rd << 15 | 1u << 12 | rd << 7 | 0x13;
        *at++ = parts[i] << 20 | rd << 15 | 6u << 12 | rd << 7 | 0x13;
    }
    return at;
}

static uint64_t interesting(void)
{
    static const uint64_t places[] = {
        0x80000000,   0x80000800,         0x80001000,
        0x80001ff8,   0x80100000,         0x82fffff8,
        0x83000000,   0x02000000,         0x02004000,
        0x0200bff8,   0x0c000000,         0x0c002000,
        0x0c200000,   0x10000000,         0x10001000,
        0x10001050,   0x00001000,         0,
        ~UINT64_C(7), 0x8000000000080100, 0x8000000000080001,
        0x4000000000,
    };
    if (below(4) == 0)
        return random64() >> below(64);
    return places[below(sizeof places / sizeof *places)] +
           (below(4) == 0 ? below(4096) : 0);
}

static void make_header(struct image *image)
{
    memcpy(image->header.e_ident, "\177ELF\2\1\1", 7);
    image->header.e_type = ET_EXEC;
    image->header.e_machine = EM_RISCV;
    image->header.e_version = 1;
    image->header.e_entry = 0x80000000;
    image->header.e_phoff = offsetof(struct image, segment);
    image->header.e_ehsize = sizeof image->header;
    image->header.e_phentsize = sizeof image->segment;
    image->header.e_phnum = 1;
    image->segment.p_type = PT_LOAD;
    image->segment.p_flags = PF_R | PF_W | PF_X;
    image->segment.p_offset = offsetof(struct image, code);
    image->segment.p_vaddr = image->segment.p_paddr = 0x80000000;
    image->segment.p_filesz = image->segment.p_memsz = CODE_BYTES;
    image->segment.p_align = 1;
}

/* Trap handlers that go on at a place that depends on the clock, in the mode
 * that was trapped. They stand at the end of the code, for M and for S. */
#define HANDLERS 0x80001f00u

static void put_handlers(uint8_t *code)
{
    static const uint32_t mcycle = 0xb00022f3, cycle = 0xc00022f3;
    uint32_t *at = (uint32_t *)(void *)(code + (HANDLERS - 0x80000000u));
    for (int supervisor = 0; supervisor < 2; supervisor++) {
        *at++ = supervisor ? cycle : mcycle;          /* csrr t0, mcycle */
        *at++ = 0x7fc2f293;                           /* andi t0, t0, 0x7fc */
        *at++ = 0x00000317;                           /* auipc t1, 0 */
        *at++ = 0xfffff3b7;                           /* lui t2, 0xfffff */
        *at++ = 0x00737333;                           /* and t1, t1, t2 */
        *at++ = 0x00530333;                           /* add t1, t1, t0 */
        *at++ = supervisor ? 0x14131073 : 0x34131073; /* csrw mepc, t1 */
        *at++ = supervisor ? 0x10200073 : 0x30200073; /* mret */
        at += 8;
    }
}

/* Sets up registers and trap vectors, then goes wherever chance leads. */
static void make_program(struct image *image)
{
    uint32_t *word = (uint32_t *)(void *)image->code;
    uint32_t *end = word + CODE_BYTES / 4;
    memset(image, 0, sizeof *image);
    make_header(image);
    for (uint32_t *at = word; at < end; at++)
        *at = instruction();
    bool wild = below(4) == 0;
    put_handlers(image->code);
    uint32_t *at =
        load_register(word, 5, wild ? 0x80000600 + below(256) * 4 : HANDLERS);
    *at++ = 0x30529073; /* csrw mtvec, x5 */
    at = load_register(at, 5,
                       wild ? 0x80000600 + below(256) * 4 : HANDLERS + 64);
    *at++ = 0x10529073; /* csrw stvec, x5 */
    at = load_register(at, 5, ~UINT64_C(0) >> 10);
    *at++ = 0x3b029073; /* csrw pmpaddr0, x5 */
    *at++ = 0x3a0fd073; /* csrwi pmpcfg0, 31 */
    for (uint32_t rd = 1; rd < 32; rd++)
        at = load_register(at, rd, interesting());
}

/* A few bytes of a kernel's first loaded segment, changed. */
static void mutate(uint8_t *elf)
{
    const Elf64_Ehdr *header = (const void *)elf;
    const Elf64_Phdr *segment = (const void *)(elf + header->e_phoff);
    while (segment->p_type != PT_LOAD)
        segment++;
    for (unsigned n = 1 + below(12); n > 0; n--) {
        uint8_t *at =
            elf + segment->p_offset + random64() % (segment->p_filesz / 2);
        *at = below(2) ? (uint8_t)random64() : (uint8_t)(*at ^ 1u << below(8));
    }
}

/* ---- Runs ---- */

struct subject {
    const uint8_t *elf;
    size_t elf_bytes;
    uint64_t end;
    uint8_t disk[DISK_BYTES];
};

static struct machine *boot(struct subject *subject)
{
    static const uint8_t typed[] = "one\nr 3\ntwo\ns\nq\n";
    char why[200];
    struct machine *m;
    for (size_t i = 0; i < DISK_BYTES; i++)
        subject->disk[i] = (uint8_t)(i * 7);
    struct machine_desc desc = {.bare = true,
                                .ram_mib = 48,
                                .kernel = subject->elf,
                                .kernel_bytes = subject->elf_bytes,
                                .kernel_name = "fuzz",
                                .disk = subject->disk,
                                .disk_bytes = DISK_BYTES};
    if (machine_create(&desc, &m, why, sizeof why) != 0) {
        printf("fuzz_machine: %s\n", why);
        exit(2);
    }
    machine_input(m, typed, sizeof typed - 1, true);
    machine_input_end(m);
    return m;
}

/* False: the guest is at an end, of whatever kind. */
static bool goes_on(const struct machine_stop *stop, uint64_t seed)
{
    if (stop->reason == MACHINE_DEAD &&
        strncmp(stop->text, "engine:", 7) == 0) {
        printf("seed %" PRIu64 ": %s\n", seed, stop->text);
        exit(1);
    }
    return stop->reason == MACHINE_LIMIT || stop->reason == MACHINE_STOPPED;
}

/* From where it stands to the end, in one piece or many. False: the guest came
 * to an end of its own before. */
static bool run_on(struct machine *m, uint64_t end, bool pieces, uint64_t seed)
{
    struct machine_stop stop;
    do {
        uint64_t to = end;
        if (pieces && below(4) == 0) {
            machine_step(m, &stop);
            if (!goes_on(&stop, seed))
                return false;
            continue;
        }
        if (pieces && machine_clock(m) + 1 < end)
            to = machine_clock(m) + 1 + below(700);
        machine_run(m, to < end ? to : end, &stop);
        if (!goes_on(&stop, seed))
            return false;
    } while (machine_clock(m) < end);
    return true;
}

static uint64_t run_whole(struct subject *subject, uint64_t seed)
{
    struct machine *m = boot(subject);
    run_on(m, subject->end, false, seed);
    uint64_t hash = machine_hash(m);
    machine_destroy(m);
    return hash;
}

/* A step into a wait ends behind it, and behind the trap that ended it: from
 * there all go on to a common clock. */
static uint64_t run_pieces(struct subject *subject, uint64_t seed)
{
    struct machine *m = boot(subject);
    bool alive = run_on(m, subject->end, true, seed);
    subject->end = machine_clock(m) + 100;
    if (alive)
        run_on(m, subject->end, false, seed);
    uint64_t hash = machine_hash(m);
    machine_destroy(m);
    return hash;
}

static uint64_t run_snapshot(struct subject *subject, uint64_t seed)
{
    struct machine *m = boot(subject);
    if (run_on(m, 1 + below((unsigned)subject->end - 1), false, seed)) {
        struct machine_snapshot *snapshot = machine_snapshot(m);
        run_on(m, subject->end, true, seed);
        machine_restore(m, snapshot);
        machine_snapshot_free(snapshot);
        run_on(m, subject->end, false, seed);
    }
    uint64_t hash = machine_hash(m);
    machine_destroy(m);
    return hash;
}

static int fuzz(struct subject *subject, uint64_t seed)
{
    uint64_t pieces = run_pieces(subject, seed);
    uint64_t whole = run_whole(subject, seed);
    uint64_t restored = run_snapshot(subject, seed);
    if (pieces == whole && restored == whole)
        return 0;
    printf("seed %" PRIu64 ": %016" PRIx64 " in one piece, %016" PRIx64
           " in pieces, %016" PRIx64 " from a snapshot\n",
           seed, whole, pieces, restored);
    return 1;
}

static uint8_t *read_file(const char *name, size_t *bytes)
{
    FILE *file = fopen(name, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(name);
        exit(2);
    }
    long size = ftell(file);
    uint8_t *data = malloc((size_t)size);
    rewind(file);
    if (data == NULL || fread(data, 1, (size_t)size, file) != (size_t)size) {
        perror(name);
        exit(2);
    }
    fclose(file);
    *bytes = (size_t)size;
    return data;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: fuzz_machine FIRST COUNT [KERNEL.elf]\n");
        return 2;
    }
    uint64_t first = strtoull(argv[1], NULL, 0);
    uint64_t count = strtoull(argv[2], NULL, 0);
    size_t kernel_bytes = 0;
    uint8_t *kernel = argc > 3 ? read_file(argv[3], &kernel_bytes) : NULL;
    size_t bytes = kernel ? kernel_bytes : sizeof(struct image);
    uint8_t *elf = malloc(bytes);
    int failures = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (elf == NULL)
        return 2;
    for (uint64_t seed = first; seed < first + count; seed++) {
        static struct subject subject;
        seed_random(seed);
        if (kernel != NULL) {
            memcpy(elf, kernel, bytes);
            mutate(elf);
        } else {
            make_program((struct image *)(void *)elf);
        }
        subject.elf = elf;
        subject.elf_bytes = bytes;
        subject.end = kernel ? 400000 : CLOCK_END;
        failures += fuzz(&subject, seed);
    }
    free(elf);
    free(kernel);
    printf("fuzz_machine: %" PRIu64 " programs, %d failed\n", count, failures);
    return failures != 0;
}
