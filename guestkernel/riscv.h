/* riscv.h - the supervisor's registers and page-table entries, with the Privileged Architecture
 * manual's names. No knowledge of this kernel. */

typedef uint64_t paddr; /* physical address */
typedef uint64_t vaddr; /* kernel virtual address */
typedef uint64_t pte_t;

/* Not a pointer: C cannot dereference it by accident. copy.h has the only ways through it. */
struct user_addr {
    uint64_t va;
};

/* sstatus      18    8     5      1
 *        ... | SUM | SPP | SPIE | SIE
 *  SIE   interrupts on in S-mode; a trap moves it to SPIE, sret moves it back
 *  SPP   the mode a trap came from and sret returns to: 0 user, 1 supervisor
 *  SUM   S-mode may load and store user pages */
#define SSTATUS_SIE            (1ul << 1)
#define SSTATUS_SPIE           (1ul << 5)
#define SSTATUS_SPP            (1ul << 8)
#define SSTATUS_SUM            (1ul << 18)

#define SIE_STIE               (1ul << 5) /* timer interrupts */
#define SIE_SEIE               (1ul << 9) /* external interrupts */

/* scause: bit 63 set for an interrupt (manual, table "scause values"). */
#define CAUSE_INTERRUPT        (1ul << 63)
#define CAUSE_TIMER            (CAUSE_INTERRUPT | 5)
#define CAUSE_EXTERNAL         (CAUSE_INTERRUPT | 9)
#define CAUSE_FETCH_MISALIGNED 0
#define CAUSE_FETCH_ACCESS     1
#define CAUSE_ILLEGAL          2
#define CAUSE_BREAKPOINT       3
#define CAUSE_LOAD_MISALIGNED  4
#define CAUSE_LOAD_ACCESS      5
#define CAUSE_STORE_MISALIGNED 6
#define CAUSE_STORE_ACCESS     7
#define CAUSE_ECALL_USER       8
#define CAUSE_FETCH_PAGE       12
#define CAUSE_LOAD_PAGE        13
#define CAUSE_STORE_PAGE       15

/* satp    63  60 59     44 43                 0
 *        | MODE | ASID     | PPN of the root  |      MODE 8 = Sv39 */
#define SATP_SV39              (8ul << 60)
#define SATP(root)             (SATP_SV39 | (paddr)(root) >> PAGE_SHIFT)

/* Sv39: va    38    30 29    21 20    12 11      0
 *            | VPN[2]  | VPN[1]  | VPN[0]  | offset |
 *      pte   53                10  9 8  7 6 5 4 3 2 1 0
 *            | PPN                | RSW |D A G U X W R V
 * R=W=X=0 in a valid entry: it points at the next table. */
#define PTE_V                  (1ul << 0)
#define PTE_R                  (1ul << 1)
#define PTE_W                  (1ul << 2)
#define PTE_X                  (1ul << 3)
#define PTE_U                  (1ul << 4)
#define PTE_G                  (1ul << 5)
#define PTE_A                  (1ul << 6)
#define PTE_D                  (1ul << 7)
#define PTE_COW                (1ul << 8) /* RSW: region writable, this frame not */
#define PTE_FLAGS              0x3fful
#define PTE_TO_PA(pte)         (((pte) >> 10) << PAGE_SHIFT)
#define PA_TO_PTE(pa)          (((paddr)(pa) >> PAGE_SHIFT) << 10)
#define PTE_IS_LEAF(pte)       (((pte) & (PTE_R | PTE_W | PTE_X)) != 0)
#define PTES_PER_TABLE         512
#define VPN(va, level)         ((va) >> (PAGE_SHIFT + 9 * (level)) & 511)

#define PAGE_DOWN(a)           ((a) & ~(uint64_t)(PAGE_SIZE - 1))
#define PAGE_UP(a)             PAGE_DOWN((a) + PAGE_SIZE - 1)
#define PAGE_OFFSET(a)         ((a) & (PAGE_SIZE - 1))

/* The direct map, both ways. */
static inline void *kva(paddr pa) { return (void *)(pa + DIRECT_MAP); }
static inline paddr kpa(const void *va) { return (paddr)va - DIRECT_MAP; }

#define CSR_READ(name)                                                                         \
    ({                                                                                         \
        uint64_t value_;                                                                       \
        __asm__ volatile("csrr %0, " #name : "=r"(value_));                                    \
        value_;                                                                                \
    })
#define CSR_WRITE(name, value) __asm__ volatile("csrw " #name ", %0" ::"rK"(value) : "memory")
#define CSR_SET(name, bits)    __asm__ volatile("csrs " #name ", %0" ::"rK"(bits) : "memory")
#define CSR_CLEAR(name, bits)  __asm__ volatile("csrc " #name ", %0" ::"rK"(bits) : "memory")

static inline void fence_all_translations(void) {
    __asm__ volatile("sfence.vma zero, zero" ::: "memory");
}

static inline void fence_translation(uint64_t va) {
    __asm__ volatile("sfence.vma %0, zero" ::"r"(va) : "memory");
}

/* After code was written: later fetches see it. */
static inline void fence_instructions(void) { __asm__ volatile("fence.i" ::: "memory"); }
static inline uint64_t mtime_now(void) { return CSR_READ(time); }
