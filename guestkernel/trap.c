/* trap.c - usertrap: what a program, or an interrupt under it, brings into the kernel;
 * kerneltrap: what befalls the kernel itself. A program's trap is one of: a system call
 * (syscall.c), a page it may touch but has not yet (vm_fault), an interrupt, or the program's
 * death, for which a line on the console gives the reason. */
#include "kernel.h"

extern const uint64_t trampoline_uservec, trampoline_userret;

/* ---- A program's death ---- */
/* The instruction at the user's pc, 16 or 32 bits; 0: unreadable. stval need not have it. */
static uint32_t instruction_at(uint64_t pc) {
    uint16_t low, high;
    if (copyin(user_addr(pc), &low, sizeof low)) return 0;
    if ((low & 3) != 3) return low;
    if (copyin(user_addr(pc + 2), &high, sizeof high)) return 0;
    return (uint32_t)high << 16 | low;
}

static bool is_stack_guard(uint64_t va) {
    uint64_t bottom = USER_STACK_TOP - SALLYPORT_STACK_BYTES;
    return va < bottom && va >= bottom - USER_GUARD;
}

/* Why access to va was refused. */
static const char *refusal(struct vm *vm, uint64_t va, pte_t access, int error) {
    if (error == ENOMEM) return "out of memory";
    if (error == ENXIO) return "beyond the end of the mapped file";
    if (va >= DIRECT_MAP) return "not the program's";
    if (va >= USER_TOP) return "no such address";
    if (is_stack_guard(va)) return "stack overflow, this is the guard below the stack";
    struct region *r = vm_find_region(vm, va);
    if (!r) return "page is not mapped";
    if (!r->access) return "nothing is allowed there (PROT_NONE)";
    switch (access) {
    case PTE_W: return "page is read-only";
    case PTE_X: return "page is not executable";
    default: return "page is not readable";
    }
}

/* An atomic read-modify-write is a store by the manual, but some machines report a load when
 * even that is not allowed. Its line is the same on all. */
static bool is_atomic(uint64_t pc) {
    const uint32_t opcode_amo = 0x2f, load_reserved = 2;
    uint32_t instruction = instruction_at(pc);
    return (instruction & 0x7f) == opcode_amo && instruction >> 27 != load_reserved;
}

static const char *access_name(uint64_t pc, uint64_t va, pte_t access) {
    bool kernel = va >= DIRECT_MAP;
    if (access != PTE_X && is_atomic(pc)) return "atomic access to";
    switch (access) {
    case PTE_W: return kernel ? "write to kernel memory" : "store to";
    case PTE_X: return kernel ? "jump to kernel memory" : "jump to";
    default: return kernel ? "read of kernel memory" : "load from";
    }
}

/* A fault that no handler takes: a line with the reason, and death. */
static void page_fault(struct proc *p, uint64_t cause, uint64_t va, pte_t access) {
    int error = va < USER_TOP ? vm_fault(&p->vm, va, access) : EFAULT;
    if (!error) return;
    int signal = error == ENOMEM ? SIGKILL : error == ENXIO ? SIGBUS : SIGSEGV;
    int code = vm_find_region(&p->vm, va) ? SEGV_ACCERR : SEGV_MAPERR;
    if (error == ENXIO) code = BUS_ADRERR;
    if (signal_fault(signal, code, va)) return;
    print("pid %d %s: %s 0x%lx: %s\n", p->pid, p->name, access_name(p->frame->epc, va, access),
          va, refusal(&p->vm, va, access, error));
    signal_die(signal, cause, va);
}

/* Machines differ in stval of the first two, and in which misaligned access an AMO is. */
static void other_exception(struct proc *p, uint64_t cause, uint64_t tval) {
    uint64_t pc = p->frame->epc;
    bool misaligned = cause == CAUSE_FETCH_MISALIGNED || cause == CAUSE_LOAD_MISALIGNED ||
                      cause == CAUSE_STORE_MISALIGNED;
    int signal = SIGBUS, code = misaligned ? BUS_ADRALN : BUS_OBJERR;
    if (cause == CAUSE_ILLEGAL) signal = SIGILL, code = ILL_ILLOPC;
    if (cause == CAUSE_BREAKPOINT) signal = SIGTRAP, code = TRAP_BRKPT;
    if (signal_fault(signal, code, signal == SIGBUS ? tval : pc)) return;
    print("pid %d %s: ", p->pid, p->name);
    if (signal == SIGILL) print("illegal instruction 0x%x at 0x%lx\n", instruction_at(pc), pc);
    else if (signal == SIGTRAP) print("breakpoint at 0x%lx\n", pc);
    else if (cause == CAUSE_FETCH_MISALIGNED) print("jump to 0x%lx: misaligned\n", tval);
    else if (misaligned)
        print("misaligned access to 0x%lx by the instruction at 0x%lx\n", tval, pc);
    else print("exception %lu at 0x%lx\n", cause, pc);
    signal_die(signal, cause, tval);
}

static void exception(struct proc *p, uint64_t cause, uint64_t tval) {
    switch (cause) {
    case CAUSE_FETCH_PAGE: page_fault(p, cause, tval, PTE_X); break;
    case CAUSE_LOAD_PAGE: page_fault(p, cause, tval, PTE_R); break;
    case CAUSE_STORE_PAGE: page_fault(p, cause, tval, PTE_W); break;
    default: other_exception(p, cause, tval);
    }
}

/* ---- Interrupts ---- */
static void device_interrupt(void) {
    unsigned source = plic_claim();
    if (source == PLAT_IRQ_UART) console_interrupt();
    if (source == PLAT_IRQ_VIRTIO) disk_interrupt();
    if (source) plic_complete(source);
}

/* False: not one of ours. */
static bool interrupt(uint64_t cause) {
    if (cause == CAUSE_TIMER) sched_timer();
    else if (cause == CAUSE_EXTERNAL) device_interrupt();
    else return false;
    return true;
}

/* ---- From and to user mode ---- */
struct way_back trap_return(void) {
    struct proc *p = sched.current;
    if (signal_pending(p)) signals_deliver();
    sched_arm();
    CSR_WRITE(stvec, trampoline_uservec);
    CSR_WRITE(sscratch, TRAPFRAME);
    CSR_WRITE(sepc, p->frame->epc);
    CSR_CLEAR(sstatus, SSTATUS_SPP); /* sret goes to user mode ... */
    CSR_SET(sstatus, SSTATUS_SPIE);  /* ... and turns interrupts on */
    return (struct way_back){kvm.layout == LAYOUT_SHARED ? 0 : p->satp, trampoline_userret};
}

uint64_t usertrap(struct trapframe *frame) {
    CSR_WRITE(stvec, kernelvec);
    CSR_WRITE(sscratch, trap_stack_top);
    uint64_t cause = CSR_READ(scause);
    if (cause == CAUSE_ECALL_USER) {
        frame->epc += 4; /* goes on behind the ecall */
        syscall(frame);
    } else if (!(cause & CAUSE_INTERRUPT)) {
        exception(sched.current, cause, CSR_READ(stval));
    } else if (!interrupt(cause)) {
        panic("usertrap: interrupt 0x%lx, which is not enabled", cause);
    }
    if (sched.yield) sched_yield();
    if (sched.current->ring_polled) ring_drain();
    return trap_return().satp;
}

/* ---- From the kernel itself ---- */
/* layout=shared: a user page that usercopy.S touched. False: a bug. */
static bool user_page_fault(struct kernel_frame *frame, uint64_t cause) {
    const struct usercopy_loop *l = usercopy_loops;
    vaddr pc = frame->x[0];
    uint64_t va = CSR_READ(stval);
    if (pc < l->start || pc >= l->end) l++;
    if (pc < l->start || pc >= l->end || va >= USER_TOP) return false;
    pte_t access = cause == CAUSE_STORE_PAGE ? PTE_W : PTE_R;
    if (vm_fault(&sched.current->vm, va, access)) frame->x[0] = l->fixup;
    return true;
}

void kerneltrap(struct kernel_frame *frame) {
    uint64_t cause = CSR_READ(scause), status = CSR_READ(sstatus);
    CSR_CLEAR(sstatus, SSTATUS_SUM);
    bool known = false;
    if (cause & CAUSE_INTERRUPT) known = interrupt(cause);
    else if (cause == CAUSE_LOAD_PAGE || cause == CAUSE_STORE_PAGE)
        known = user_page_fault(frame, cause);
    if (!known) panic_trap(frame);
    CSR_WRITE(sstatus, status); /* SPP and SPIE for sret, SUM as it was */
}

void trap_in_trap(void) {
    panic("kernelvec: a trap in the trap handler, scause 0x%lx, sepc 0x%lx, stval 0x%lx",
          CSR_READ(scause), CSR_READ(sepc), CSR_READ(stval));
}
