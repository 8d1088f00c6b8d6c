/* trapframe.h - a process's registers while it is in the kernel.
 *
 * One page per process, mapped at TRAPFRAME in its table for the trampoline
 * and reached by the kernel through the direct map. All 31 registers are
 * saved, though C would keep half of them: a debugger can then show the whole
 * user state, and fork copies it as it stands. */

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

_Static_assert(offsetof(struct trapframe, epc) == TF_EPC, "epc");
_Static_assert(offsetof(struct trapframe, ra) == TF_X(1), "x1");
_Static_assert(offsetof(struct trapframe, sp) == TF_X(2), "x2");
_Static_assert(offsetof(struct trapframe, t0) == TF_X(5), "x5");
_Static_assert(offsetof(struct trapframe, s0) == TF_X(8), "x8");
_Static_assert(offsetof(struct trapframe, a) == TF_X(10), "x10");
_Static_assert(offsetof(struct trapframe, s2) == TF_X(18), "x18");
_Static_assert(offsetof(struct trapframe, t6) == TF_X(31), "x31");
_Static_assert(offsetof(struct trapframe, kernel_satp) == TF_KERNEL_SATP, "");
_Static_assert(offsetof(struct trapframe, kernel_sp) == TF_KERNEL_SP, "");
_Static_assert(offsetof(struct trapframe, kernel_entry) == TF_KERNEL_ENTRY, "");
_Static_assert(offsetof(struct trapframe, self) == TF_SELF, "");
