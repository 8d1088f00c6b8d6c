/*
 * env.h - what every conformance program uses: run a snippet in a privilege
 * mode, see the trap it ended in, compare, print, end.
 *
 * A program is a list of checks:
 *
 *     SNIPPET(load_null, "ld a0, 0(zero)");
 *     enter(MODE_U, load_null, 0, 0);
 *     check("cause of a load from nothing", seen.cause, 5);
 *
 * Cases are numbered in the order they are checked. A program prints
 * `name: ok`, or one line `name: FAIL case N: ...` per failure, and ends with
 * tohost = 1, or (first failed case << 1) | 1; then, for machines that do not
 * know tohost, through the finisher.
 */
#ifndef CONFORMANCE_ENV_H
#define CONFORMANCE_ENV_H

/* Offsets into struct seen, for env.S. */
#define SEEN_X(n)   ((n)*8)
#define SEEN_CAUSE  256
#define SEEN_EPC    264
#define SEEN_TVAL   272
#define SEEN_STATUS 280
#define SEEN_LEVEL  288

#ifndef __ASSEMBLER__

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef long s64;
typedef int s32;

#define MODE_U 0
#define MODE_S 1
#define MODE_M 3

/* The trap that ended the last snippet. */
struct seen {
    u64 x[32]; /* x2..x17 and x28..x31 as the snippet left them */
    u64 cause; /* mcause or scause ... */
    u64 epc;
    u64 tval;
    u64 status; /* mstatus or sstatus, just after the trap */
    u64 level;  /* the mode the trap went to: MODE_M or MODE_S */
};
_Static_assert(__builtin_offsetof(struct seen, cause) == SEEN_CAUSE, "env.S");
_Static_assert(__builtin_offsetof(struct seen, level) == SEEN_LEVEL, "env.S");

extern volatile struct seen seen;

/* x10 and x11 of the snippet. */
#define A0 10
#define A1 11

void enter(long mode, const void *pc, u64 a0, u64 a1);

/* A snippet named `name` in a page-aligned section of its own: every
 * instruction is four bytes long unless it says `.option rvc`. */
#define SNIPPET(name, body)                                                    \
    extern const char name[];                                                  \
    __asm__(".pushsection .snippet, \"ax\"\n.option push\n.option norvc\n"     \
            ".balign 4\n.globl " #name "\n" #name ":\n" body                   \
            "\n.option pop\n.popsection")

/* ---- Checking (env.c) ---- */
extern const char *const test_name; /* each program defines it */
void test_main(void);
void check(const char *what, u64 got, u64 expected);
/* got must be one of two values that the manual allows. */
void check_either(const char *what, u64 got, u64 one, u64 other);
/* The last snippet's trap: mode it went to, cause, epc, tval, all in one. */
void check_trap(const char *what, u64 level, u64 cause, u64 epc, u64 tval);
/* As check_trap, epc given as an offset from the snippet's first byte. */
#define check_trap_at(what, level, cause, snippet, offset, tval)               \
    check_trap(what, level, cause, (u64)(snippet) + (offset), tval)
/* An illegal instruction `word` at the snippet's byte `offset`, taken to mode
 * `level`: tval holds the word, or 0 (3.1.16 allows both). */
void check_illegal(const char *what, u64 level, const char *snippet, u64 offset,
                   u64 word);
void finish(void);
void stray_trap(void); /* for env.S */
void print(const char *text);
void environment_open(void);

/* Back to the state after start: no paging, nothing delegated, no interrupt
 * enabled, mstatus clear but for what an argument of a check sets. */
void reset_state(void);

/* ---- CSRs ---- */
#define csr_read(csr)                                                          \
    ({                                                                         \
        u64 v_;                                                                \
        __asm__ volatile("csrr %0, " #csr : "=r"(v_)::"memory");               \
        v_;                                                                    \
    })
#define csr_write(csr, value)                                                  \
    __asm__ volatile("csrw " #csr ", %0" ::"r"((u64)(value)) : "memory")
#define csr_set(csr, value)                                                    \
    __asm__ volatile("csrs " #csr ", %0" ::"r"((u64)(value)) : "memory")
#define csr_clear(csr, value)                                                  \
    __asm__ volatile("csrc " #csr ", %0" ::"r"((u64)(value)) : "memory")
#define csr_swap(csr, value)                                                   \
    ({                                                                         \
        u64 v_;                                                                \
        __asm__ volatile("csrrw %0, " #csr ", %1"                              \
                         : "=r"(v_)                                            \
                         : "r"((u64)(value))                                   \
                         : "memory");                                          \
        v_;                                                                    \
    })

/* mstatus (privileged manual 3.1.6) */
#define ST_SIE             (1UL << 1)
#define ST_MIE             (1UL << 3)
#define ST_SPIE            (1UL << 5)
#define ST_MPIE            (1UL << 7)
#define ST_SPP             (1UL << 8)
#define ST_MPP             (3UL << 11)
#define ST_FS              (3UL << 13)
#define ST_MPRV            (1UL << 17)
#define ST_SUM             (1UL << 18)
#define ST_MXR             (1UL << 19)
#define ST_TVM             (1UL << 20)
#define ST_TW              (1UL << 21)
#define ST_TSR             (1UL << 22)
#define MPP(mode)          ((u64)(mode) << 11)
#define mpp_of(status)     ((status) >> 11 & 3)

/* Causes (3.1.15) */
#define C_FETCH_MISALIGNED 0
#define C_FETCH_ACCESS     1
#define C_ILLEGAL          2
#define C_BREAK            3
#define C_LOAD_MISALIGNED  4
#define C_LOAD_ACCESS      5
#define C_STORE_MISALIGNED 6
#define C_STORE_ACCESS     7
#define C_ECALL_U          8
#define C_ECALL_S          9
#define C_ECALL_M          11
#define C_FETCH_PAGE       12
#define C_LOAD_PAGE        13
#define C_STORE_PAGE       15
#define C_INTERRUPT        (1UL << 63)
#define INT_SSI            1
#define INT_MSI            3
#define INT_STI            5
#define INT_MTI            7
#define INT_SEI            9
#define INT_MEI            11

/* ---- The board (QEMU virt) ---- */
#define FINISHER           0x00100000UL
#define CLINT              0x02000000UL
#define MSIP               (CLINT + 0x0)
#define MTIMECMP           (CLINT + 0x4000)
#define MTIME              (CLINT + 0xbff8)
#define PLIC               0x0c000000UL
#define UART               0x10000000UL
#define NOTHING            0x08000000UL /* no RAM, no device */
#define RAM_SCRATCH        0x80100000UL /* free pages from here on */

static inline u64 load64(u64 at)
{
    return *(volatile u64 *)at;
}
static inline u32 load32(u64 at)
{
    return *(volatile u32 *)at;
}
static inline void store64(u64 at, u64 value)
{
    *(volatile u64 *)at = value;
}
static inline void store32(u64 at, u32 value)
{
    *(volatile u32 *)at = value;
}

/* ---- Page tables (paging.c) ---- */
#define PTE_V            0x01UL
#define PTE_R            0x02UL
#define PTE_W            0x04UL
#define PTE_X            0x08UL
#define PTE_U            0x10UL
#define PTE_G            0x20UL
#define PTE_A            0x40UL
#define PTE_D            0x80UL
#define PTE_AD           (PTE_A | PTE_D)
#define PTE_RW           (PTE_V | PTE_R | PTE_W | PTE_AD)
#define PTE_RWX          (PTE_RW | PTE_X)
#define PTE_OF(pa, bits) (((pa) >> 12 << 10) | (bits))
#define SATP_SV39        (8UL << 60)

/* A fresh address space: RAM's first gigapage (0x80000000) identity mapped
 * R W X for S-mode, nothing else. Returns the root's physical address. */
u64 space_new(void);
/* Puts a leaf of level 0 (4 KiB), 1 (2 MiB) or 2 (1 GiB) for va. Tables are
 * made as needed. Returns the address of the entry. */
u64 *space_map(u64 root, u64 va, u64 pa, u64 bits, int level);
/* A fresh zeroed page from the scratch. */
u64 page_new(void);
/* Sets satp to Sv39 with this root and fences. */
void space_use(u64 root);

#endif
#endif
