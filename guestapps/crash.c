/*
 * crash.c - dies one stated death per name; alone, lists them.
 *
 * Each row of the table below is a boundary, a small function that runs into
 * it, and the signal with which the kernel must end the process. Nothing here
 * can harm anything else: that is what protected memory is.
 *
 * Watch: the trap out of U-mode (scause says what, stval where), the page walk
 * that refused and the bit that decided, the kernel's one line with the reason,
 * and the parent, which gets 128 + the signal from its shell.
 *
 * Not in the table, because the hardware has no such death: division by zero
 * (RISC-V answers -1), a misaligned load (this board does it), a misaligned
 * jump (with 2-byte instructions every even address is aligned).
 */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include "program.h"

/* Where the kernel keeps what every process's table maps for S-mode alone, and
 * its own image (guestkernel/layout.h). A program has no business to know. */
#define TRAMPOLINE    0xffffffffffffe000
#define TRAPFRAME     0xffffffffffffd000
#define KERNEL_TEXT   0xffffffc080200000
#define DEVICE        0x10000000ul /* the UART's physical address */

#define NEVER_MAPPED  0x2000000000ul       /* between heap and stack */
#define NOT_CANONICAL 0x0000010000000000ul /* bits 63..39 are not bit 38 */
#define ILLEGAL_WORD  0x00000000 /* all zeroes is no instruction, by decree */
#define RET           0x00008067

static uint64_t load(uint64_t address)
{
    return *(volatile uint64_t *)address;
}

static void store(uint64_t address)
{
    *(volatile uint64_t *)address = 0x2a;
}

static void call(uint64_t address)
{
    ((void (*)(void))address)();
}

/* ---- Pages that are not there ---- */

static void null_load(void)
{
    load(0);
}

static void null_store(void)
{
    store(0);
}

static void null_call(void)
{
    call(0);
}

static void unmapped_load(void)
{
    load(NEVER_MAPPED);
}

static void unmapped_store(void)
{
    store(NEVER_MAPPED);
}

static void unmapped_call(void)
{
    call(NEVER_MAPPED);
}

static void unmapped_atomic(void)
{
    uint64_t old;
    __asm__ volatile("amoadd.d %0, zero, (%1)"
                     : "=r"(old)
                     : "r"(NEVER_MAPPED)
                     : "memory");
}

static void device(void)
{
    store(DEVICE);
}

static void not_canonical(void)
{
    load(NOT_CANONICAL);
}

static void address_top(void)
{
    load(UINT64_MAX - 7);
}

static void heap_end(void)
{
    sbrk(4096);
    load(((uint64_t)sbrk(0) + 4095) & ~4095ul); /* the page after the last */
}

/* Each call keeps 1 KiB; the last one meets the guard below the stack. The
 * compiler must not see that there is no end. */
static volatile int forever = 1;

static unsigned deeper(volatile char *caller)
{
    volatile char here[1024];
    here[0] = *caller;
    return forever ? deeper(here) + (unsigned)here[0] : 0;
}

static void stack_overflow(void)
{
    volatile char start = 0;
    deeper(&start);
}

/* ---- Pages that are there, but not for this ---- */

static void write_text(void)
{
    store((uint64_t)write_text & ~7ul);
}

static void write_rodata(void)
{
    static const uint64_t constant = 1;
    store((uint64_t)&constant);
}

static void atomic_rodata(void)
{
    static const uint64_t constant = 1;
    uint64_t old;
    __asm__ volatile("amoadd.d %0, zero, (%1)"
                     : "=r"(old)
                     : "r"(&constant)
                     : "memory");
}

static void run_data(void)
{
    static uint32_t code[] = {RET};
    call((uint64_t)code);
}

static void run_stack(void)
{
    volatile uint32_t code[] = {RET};
    call((uint64_t)code);
}

static void run_heap(void)
{
    uint32_t *code = malloc(sizeof *code);
    *(volatile uint32_t *)code = RET;
    call((uint64_t)code);
}

/* ---- The kernel's ---- */

static void kernel_load(void)
{
    load(KERNEL_TEXT);
}

static void kernel_store(void)
{
    store(KERNEL_TEXT);
}

static void kernel_call(void)
{
    call(KERNEL_TEXT);
}

static void trampoline_load(void)
{
    load(TRAMPOLINE);
}

static void trampoline_call(void)
{
    call(TRAMPOLINE);
}

static void trapframe_load(void)
{
    load(TRAPFRAME);
}

static void trapframe_store(void)
{
    store(TRAPFRAME);
}

/* ---- Instructions that are not for U-mode, or none at all ---- */

static void read_csr(void)
{
    uint64_t value;
    __asm__ volatile("csrr %0, sstatus" : "=r"(value));
}

static void write_satp(void)
{
    __asm__ volatile("csrw satp, zero");
}

static void do_sret(void)
{
    __asm__ volatile("sret");
}

static void do_mret(void)
{
    __asm__ volatile("mret");
}

static void fence(void)
{
    __asm__ volatile("sfence.vma");
}

static void illegal(void)
{
    __asm__ volatile(".word %0" ::"i"(ILLEGAL_WORD));
}

static void float_add(void)
{
    __asm__ volatile(".word 0x02007053"); /* fadd.d ft0, ft0, ft0 */
}

static void do_ebreak(void)
{
    __asm__ volatile("ebreak");
}

/* ---- Alignment ---- */

static uint64_t words[2];

static void misaligned_atomic(void)
{
    uint64_t old;
    __asm__ volatile("amoadd.d %0, zero, (%1)"
                     : "=r"(old)
                     : "r"((char *)words + 4)
                     : "memory");
}

static void misaligned_reserve(void)
{
    uint64_t old;
    __asm__ volatile("lr.d %0, (%1)"
                     : "=r"(old)
                     : "r"((char *)words + 4)
                     : "memory");
}

/* ---- Deaths by signal, no fault needed ---- */

static void do_abort(void)
{
    abort();
}

static void kill_self(void)
{
    kill(getpid(), SIGKILL);
}

static void interrupt_self(void)
{
    raise(SIGINT);
}

static void broken_pipe(void)
{
    int fds[2];
    if (pipe(fds) == 0 && close(fds[0]) == 0)
        write(fds[1], "x", 1);
}

static const struct death {
    const char *name;
    void (*run)(void);
    int signal; /* which ends the process */
    const char *what;
} deaths[] = {
    {"null-load", null_load, SIGSEGV, "load from address 0"},
    {"null-store", null_store, SIGSEGV, "store to address 0"},
    {"null-call", null_call, SIGSEGV, "call of address 0"},
    {"unmapped-load", unmapped_load, SIGSEGV, "load, no page there"},
    {"unmapped-store", unmapped_store, SIGSEGV, "store, no page there"},
    {"unmapped-call", unmapped_call, SIGSEGV, "call, no page there"},
    {"unmapped-atomic", unmapped_atomic, SIGSEGV, "atomic add, no page there"},
    {"device", device, SIGSEGV, "store to the console's address"},
    {"not-canonical", not_canonical, SIGSEGV,
     "load from 2^40: no Sv39 address"},
    {"address-top", address_top, SIGSEGV, "load from the last 8 bytes"},
    {"heap-end", heap_end, SIGSEGV, "load behind the heap"},
    {"stack-overflow", stack_overflow, SIGSEGV, "recursion into the guard"},
    {"write-text", write_text, SIGSEGV, "store to its own code"},
    {"write-rodata", write_rodata, SIGSEGV, "store to a constant"},
    {"atomic-rodata", atomic_rodata, SIGSEGV, "atomic add to a constant"},
    {"run-data", run_data, SIGSEGV, "call of a variable"},
    {"run-stack", run_stack, SIGSEGV, "call of code on the stack"},
    {"run-heap", run_heap, SIGSEGV, "call of code from malloc"},
    {"kernel-load", kernel_load, SIGSEGV, "load from the kernel"},
    {"kernel-store", kernel_store, SIGSEGV, "store to the kernel"},
    {"kernel-call", kernel_call, SIGSEGV, "call of the kernel"},
    {"trampoline-load", trampoline_load, SIGSEGV, "load from the trampoline"},
    {"trampoline-call", trampoline_call, SIGSEGV, "call of the trampoline"},
    {"trapframe-load", trapframe_load, SIGSEGV, "load from its trap frame"},
    {"trapframe-store", trapframe_store, SIGSEGV, "store to its trap frame"},
    {"read-csr", read_csr, SIGILL, "csrr sstatus in U-mode"},
    {"write-satp", write_satp, SIGILL, "csrw satp in U-mode"},
    {"sret", do_sret, SIGILL, "sret in U-mode"},
    {"mret", do_mret, SIGILL, "mret in U-mode"},
    {"sfence", fence, SIGILL, "sfence.vma in U-mode"},
    {"illegal", illegal, SIGILL, "a word that is no instruction"},
    {"float", float_add, SIGILL, "floating point, switched off"},
    {"ebreak", do_ebreak, SIGTRAP, "breakpoint, and no debugger"},
    {"misaligned-atomic", misaligned_atomic, SIGBUS,
     "atomic add across two words"},
    {"misaligned-reserve", misaligned_reserve, SIGBUS, "lr.d across two words"},
    {"abort", do_abort, SIGABRT, "abort()"},
    {"kill-self", kill_self, SIGKILL, "kill(getpid(), SIGKILL)"},
    {"interrupt-self", interrupt_self, SIGINT, "raise(SIGINT)"},
    {"broken-pipe", broken_pipe, SIGPIPE, "write to a pipe nobody reads"},
};
#define DEATH_COUNT (sizeof deaths / sizeof deaths[0])

static const char *signal_name(int number)
{
    switch (number) {
#define SIGNAL(name, action, help)                                             \
    case name:                                                                 \
        return #name;
#include "signal.def"
#undef SIGNAL
    default:
        return "?";
    }
}

static int list_deaths(void)
{
    for (size_t i = 0; i < DEATH_COUNT; i++)
        printf("%-18s %-7s %3d  %s\n", deaths[i].name,
               signal_name(deaths[i].signal), 128 + deaths[i].signal,
               deaths[i].what);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return list_deaths();
    if (argc > 2)
        return usage("crash [NAME]");
    for (size_t i = 0; i < DEATH_COUNT; i++) {
        if (strcmp(argv[1], deaths[i].name) != 0)
            continue;
        deaths[i].run();
        fprintf(stderr, "crash: %s: still alive, which is wrong\n", argv[1]);
        return 1;
    }
    fprintf(stderr, "crash: %s: no such death (crash alone lists them)\n",
            argv[1]);
    return 2;
}
