/*
 * student.c - a student's first kernel, for firmware mode: entered in S-mode by
 * the firmware at 0x80200000, rv64gc, one file.
 *
 * It knows only the oldest SBI calls: a character out, the timer, shutdown. It
 * turns paging on, runs one user program, answers its calls and counts timer
 * interrupts meanwhile. No probes, no notes, nothing of Sallyport's.
 */
typedef unsigned long u64;
typedef unsigned char u8;

#define PAGE 4096
#define USER 0x400000UL /* where the user program sees itself */

static long sbi(long call, u64 a)
{
    register u64 a0 __asm__("a0") = a;
    register long a7 __asm__("a7") = call;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "memory", "a1");
    return (long)a0;
}

static void put(char c)
{
    sbi(1, (u64)c);
}

static void say(const char *text)
{
    while (*text)
        put(*text++);
}

static void say_hex(u64 value)
{
    if (value >> 4)
        say_hex(value >> 4);
    put("0123456789abcdef"[value & 15]);
}

static u64 now(void)
{
    u64 time;
    __asm__ volatile("rdtime %0" : "=r"(time));
    return time;
}

__asm__(".section .start, \"ax\"\n"
        ".globl _start\n"
        "_start: la sp, boot_stack_top\n"
        "call main\n"
        ".bss\n.balign 16\n.skip 8192\nboot_stack_top:\n"
        ".text\n");

/* ---- The user program: one page of code, one of data ---- */
__asm__(".section .user, \"ax\"\n.balign 4096\n"
        "user_code:\n"
        "  li s0, 3\n"
        "1: li a7, 1\n" /* say hello */
        "  ecall\n"
        "  li t0, 30000\n"
        "2: c.addi t0, -1\n"
        "  bnez t0, 2b\n"
        "  c.addi s0, -1\n"
        "  bnez s0, 1b\n"
        "  li a7, 3\n" /* wait for the clock */
        "  ecall\n"
        "  li t1, 0x123000\n"
        "  sd t0, 8(t1)\n" /* a fault that the kernel steps over */
        "  li a7, 2\n"     /* the end */
        "  ecall\n"
        ".balign 4096\n"
        ".text\n");
extern char user_code[];

static u64 root[512] __attribute__((aligned(4096)));
static u64 middle[512] __attribute__((aligned(4096)));
static u64 leaves[512] __attribute__((aligned(4096)));

/* The kernel through one gigapage, the user program through 4 KiB pages. */
static void paging_on(void)
{
    root[2] = 0x80000000UL >> 2 | 0xcf;
    root[0] = (u64)middle >> 2 | 1;
    middle[USER >> 21] = (u64)leaves >> 2 | 1;
    leaves[0] = (u64)user_code >> 2 | 0xdb;
    __asm__ volatile("sfence.vma\n csrw satp, %0\n sfence.vma" ::"r"(
                         8UL << 60 | (u64)root >> 12)
                     : "memory");
}

/* ---- Traps ---- */
static u64 kernel_stack[512];
static volatile u64 ticks;
static int late;

#define INTERVAL 2000

__asm__(".text\n.balign 4\n"
        "entry:\n"
        "  csrrw sp, sscratch, sp\n"
        "  addi sp, sp, -128\n"
        "  sd ra, 0(sp)\n sd t0, 8(sp)\n sd t1, 16(sp)\n sd t2, 24(sp)\n"
        "  sd a0, 32(sp)\n sd a1, 40(sp)\n sd a2, 48(sp)\n sd a3, 56(sp)\n"
        "  sd a4, 64(sp)\n sd a5, 72(sp)\n sd a6, 80(sp)\n sd a7, 88(sp)\n"
        "  sd t3, 96(sp)\n sd t4, 104(sp)\n sd t5, 112(sp)\n sd t6, 120(sp)\n"
        "  mv a0, a7\n"
        "  call trap\n"
        "  ld ra, 0(sp)\n ld t0, 8(sp)\n ld t1, 16(sp)\n ld t2, 24(sp)\n"
        "  ld a0, 32(sp)\n ld a1, 40(sp)\n ld a2, 48(sp)\n ld a3, 56(sp)\n"
        "  ld a4, 64(sp)\n ld a5, 72(sp)\n ld a6, 80(sp)\n ld a7, 88(sp)\n"
        "  ld t3, 96(sp)\n ld t4, 104(sp)\n ld t5, 112(sp)\n"
        "  ld t6, 120(sp)\n"
        "  addi sp, sp, 128\n"
        "  csrrw sp, sscratch, sp\n"
        "  sret\n");
extern char entry[];

static void end(void)
{
    say("student: three hellos, ");
    say(ticks >= 3 ? "enough ticks" : "too few ticks");
    say(late ? ", a tick came early\n" : "\n");
    sbi(8, 0);
}

static void call(u64 number)
{
    if (number == 1)
        say("student: hello from user mode\n");
    else if (number == 2)
        end();
    else
        while (ticks < 3) {
            __asm__ volatile("wfi");
            u64 pending;
            __asm__ volatile("csrr %0, sip" : "=r"(pending));
            if (pending & 1 << 5) {
                ticks++;
                sbi(0, now() + INTERVAL);
            }
        }
}

static u64 next_tick;

void trap(u64 number);
void trap(u64 number)
{
    u64 cause, pc, address;
    __asm__ volatile("csrr %0, scause\n csrr %1, sepc\n csrr %2, stval"
                     : "=r"(cause), "=r"(pc), "=r"(address));
    if (cause == (1UL << 63 | 5)) {
        late |= now() < next_tick;
        ticks++;
        next_tick = now() + INTERVAL;
        sbi(0, next_tick);
        return;
    }
    if (cause == 8) {
        call(number);
    } else {
        say("student: cause ");
        say_hex(cause);
        say(" at ");
        say_hex(pc);
        say(", address ");
        say_hex(address);
        say(", going on\n");
    }
    u64 step = (*(u8 *)(user_code + (pc - USER)) & 3) == 3 ? 4 : 2;
    __asm__ volatile("csrw sepc, %0" ::"r"(pc + step));
}

void main(void);
void main(void)
{
    say("student: up\n");
    paging_on();
    __asm__ volatile(
        "csrw stvec, %0\n csrw sscratch, %1\n csrw sie, %2" ::"r"(entry),
        "r"(kernel_stack + 512), "r"(1UL << 5));
    next_tick = now() + INTERVAL;
    sbi(0, next_tick);
    __asm__ volatile("csrc sstatus, %0\n csrs sstatus, %1\n csrw sepc, %2\n"
                     "sret" ::"r"(1UL << 8),
                     "r"(1UL << 5), "r"(USER));
}
