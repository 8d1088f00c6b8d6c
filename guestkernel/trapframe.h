/* trapframe.h - a process's registers while it is in the kernel. One page per process, mapped
 * at TRAPFRAME in its table for the trampoline and reached by the kernel through the direct
 * map. All 31 registers are saved, though C would keep half of them: a debugger can then show
 * the whole user state, and fork copies it as it stands. */

struct trapframe {
    uint64_t epc; /* user pc: of the ecall, or of what faulted */
    uint64_t ra, sp, gp, tp;
    uint64_t t0, t1, t2;
    uint64_t s0, s1;
    uint64_t a[8]; /* a7 is a[7]; a system call's result goes to a0 */
    uint64_t s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
    uint64_t t3, t4, t5, t6;
    /* What the trampoline needs to get into the kernel. */
    uint64_t kernel_satp;  /* 0: no change of table (layout=shared) */
    uint64_t kernel_sp;    /* top of the kernel stack, KSTACK_RESERVED off */
    uint64_t kernel_entry; /* usertrap */
    uint64_t self;         /* this frame in the direct map */
};

#define IS_AT(field, offset) (offsetof(struct trapframe, field) == (offset))
_Static_assert(IS_AT(epc, TF_EPC) && IS_AT(ra, TF_X(1)) && IS_AT(sp, TF_X(2)) &&
                   IS_AT(t0, TF_X(5)) && IS_AT(s0, TF_X(8)) && IS_AT(a, TF_X(10)) &&
                   IS_AT(s2, TF_X(18)) && IS_AT(t6, TF_X(31)) &&
                   IS_AT(kernel_satp, TF_KERNEL_SATP) && IS_AT(kernel_sp, TF_KERNEL_SP) &&
                   IS_AT(self, TF_SELF) && IS_AT(kernel_entry, TF_KERNEL_ENTRY),
               "the offsets that trampoline.S uses");
