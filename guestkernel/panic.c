/* panic.c - the last words: what, where, and who called whom. The backtrace follows frame
 * pointers (the kernel is compiled with them): s0 points just above the saved return address
 * and the caller's s0. A function that calls nobody saves only the latter, one that has just
 * been entered has saved nothing yet: where a trap stopped one of those, its return address is
 * still in ra. Names come from the table that the second link put into the image (ksyms.c). */
#include "kernel.h"

#define BACKTRACE_MAX 32
#define MESSAGE_BYTES 256

/* The word at a kernel stack address, or false: in a panic nothing is sure. */
static bool stack_word(vaddr va, uint64_t *word) {
    bool boot = va >= (vaddr)boot_stack && va < (vaddr)boot_stack_top;
    bool trap = va >= (vaddr)trap_stack && va < (vaddr)trap_stack_top;
    uint64_t slot = (va - KSTACK_AREA) / KSTACK_STRIDE;
    bool kstack = va >= KSTACK_AREA && slot < PROC_MAX && kstack_in_use(slot) &&
                  (va - KSTACK_AREA) % KSTACK_STRIDE >= KSTACK_STRIDE - KSTACK_SIZE;
    if (va % sizeof *word || !(boot || trap || kstack)) return false;
    *word = *(uint64_t *)va;
    return true;
}

static void print_place(vaddr pc) {
    uint64_t offset;
    const char *name = ksyms_find(pc, &offset);
    print("  0x%lx %s+0x%lx\n", pc, name ? name : "?", offset);
}

/* Its name, or NULL: no code is there. */
static const char *function_at(vaddr pc) {
    uint64_t offset;
    return ksyms_find(pc, &offset);
}

/* ra: the register at a trap, or 0. */
static void backtrace(vaddr pc, vaddr fp, vaddr ra) {
    uint64_t saved_ra, caller_fp;
    print("backtrace:\n");
    print_place(pc);
    if (stack_word(fp - 8, &saved_ra) && function_at(ra) &&
        function_at(pc) != function_at(ra - 4)) {
        print_place(ra - 4);
        if (!function_at(saved_ra)) fp = saved_ra; /* in a frame that calls nobody */
    }
    for (int i = 0; i < BACKTRACE_MAX && fp; i++) {
        if (!stack_word(fp - 8, &saved_ra) || !stack_word(fp - 16, &caller_fp) || !saved_ra)
            break;
        print_place(saved_ra - 4); /* the call, not what follows it */
        fp = caller_fp;
    }
}

static _Noreturn void finish(const char *message, vaddr pc, vaddr fp, vaddr ra) {
    static bool again;
    if (again) power_off(PANIC_STATUS);
    again = true;
    struct proc *p = sched.current;
    print("kernel panic: %s\n", message);
    print("in pid %d %s\n", p ? p->pid : 0, p ? p->name : "(idle)");
    backtrace(pc, fp, ra);
    PROBE(panic, message);
    power_off(PANIC_STATUS);
}

void panic(const char *format, ...) {
    char message[MESSAGE_BYTES];
    va_list list;
    va_start(list, format);
    print_to_list(message, sizeof message, format, list);
    va_end(list);
    finish(message, (vaddr)__builtin_return_address(0) - 4,
           *((vaddr *)__builtin_frame_address(0) - 2), 0);
}

static const char *cause_name(uint64_t cause) {
    switch (cause) {
    case CAUSE_FETCH_ACCESS: return "instruction access fault";
    case CAUSE_ILLEGAL: return "illegal instruction";
    case CAUSE_BREAKPOINT: return "breakpoint";
    case CAUSE_LOAD_MISALIGNED: return "misaligned load";
    case CAUSE_LOAD_ACCESS: return "load access fault";
    case CAUSE_STORE_MISALIGNED: return "misaligned store";
    case CAUSE_STORE_ACCESS: return "store access fault";
    case CAUSE_FETCH_PAGE: return "instruction page fault";
    case CAUSE_LOAD_PAGE: return "load page fault";
    case CAUSE_STORE_PAGE: return "store page fault";
    }
    return "unexpected trap";
}

/* Why a page fault in the kernel came about, as far as the address tells. */
static const char *address_hint(uint64_t cause, uint64_t tval) {
    if (cause != CAUSE_LOAD_PAGE && cause != CAUSE_STORE_PAGE && cause != CAUSE_FETCH_PAGE)
        return "";
    if (tval >= KSTACK_AREA && tval < KSTACK_AREA + (uint64_t)PROC_MAX * KSTACK_STRIDE)
        return " (kernel stack overflow)";
    if (tval < USER_TOP) return " (a user address: only copyin and its like may use those)";
    return "";
}

void panic_trap(const struct kernel_frame *frame) {
    char message[MESSAGE_BYTES];
    uint64_t cause = CSR_READ(scause), tval = CSR_READ(stval), offset;
    const char *function = ksyms_find(frame->x[0], &offset);
    if (cause == CAUSE_BREAKPOINT) tval = 0; /* machines differ in what they say there */
    print_to(message, sizeof message, "%s: %s at pc 0x%lx, scause 0x%lx, stval 0x%lx%s",
             function ? function : "?", cause_name(cause), frame->x[0], cause, tval,
             address_hint(cause, tval));
    finish(message, frame->x[0], frame->x[8], frame->x[1]);
}

void refuse_boot(const char *format, ...) {
    char message[MESSAGE_BYTES];
    va_list list;
    va_start(list, format);
    print_to_list(message, sizeof message, format, list);
    va_end(list);
    print("kernel panic: %s\n", message);
    PROBE(panic, message);
    power_off(PANIC_STATUS);
}
