/*
 * tern.h - a stranger's kernel: small, M-mode start, compiled with compressed
 * and floating-point instructions allowed, knowing nothing of Sallyport.
 *
 * It stands for the teaching kernels that people bring along: start in M-mode
 * and mret to S, Sv39 with a trampoline page at the top of every address space,
 * the CLINT's timer taken in M-mode and passed on as a software interrupt,
 * PLIC, 16550 with receive interrupts, virtio-blk with interrupts, round robin.
 *
 *   start.S       reset, the M-mode timer's handler
 *   machine.c     M-mode set-up, down to S
 *   trampoline.S  user <-> kernel, context switch, kernel traps' entry
 *   memory.c      pages, page tables, copying
 *   process.c     the process table, scheduler, fork, exit, wait
 *   trap.c        traps from user and kernel, system calls
 *   device.c      UART, PLIC
 *   disk.c        virtio-blk
 *   user.c        the first user program, a flat image at address 0
 */
#ifndef TERN_H
#define TERN_H

#define PAGE         4096UL
#define RAM          0x80000000UL
#define RAM_END      (RAM + 16 * 1024 * 1024)
#define TOP          (1UL << 38) /* one bit less than Sv39 has */
#define TRAMPOLINE   (TOP - PAGE)
#define FRAME        (TRAMPOLINE - PAGE) /* the process's trap frame */
#define USER_STACK   0x40000UL           /* one page below it */

#define FINISHER     0x100000UL
#define CLINT        0x2000000UL
#define PLIC         0xc000000UL
#define UART         0x10000000UL
#define VIRTIO       0x10001000UL
#define IRQ_DISK     1
#define IRQ_UART     10
#define TICK         20000UL /* of mtime */

/* System calls: number in a7, arguments in a0, a1. */
#define SYS_EXIT     1
#define SYS_FORK     2
#define SYS_WAIT     3
#define SYS_PID      4
#define SYS_WRITE    5
#define SYS_READ     6
#define SYS_TICKS    7
#define SYS_SECTOR   8
#define SYS_OFF      9
#define SYS_FORCED   10

/* Offsets in struct frame, for assembly. */
#define FRAME_SATP   0
#define FRAME_STACK  8
#define FRAME_TRAP   16
#define FRAME_PC     24
#define FRAME_REG(n) (24 + 8 * (n))

#ifndef __ASSEMBLER__
typedef unsigned long u64;
typedef unsigned int u32;
typedef unsigned short u16;
typedef unsigned char u8;

struct frame {
    u64 kernel_satp, kernel_stack, kernel_trap, pc;
    u64 reg[31]; /* x1..x31 */
};

struct context {
    u64 ra, sp, s[12];
};

enum state { FREE, READY, RUNNING, ASLEEP, DEAD };

struct process {
    enum state state;
    int pid, status;
    struct process *parent;
    const void *waits_for;
    u64 *table;
    u64 pages; /* user pages from address 0 */
    struct frame *frame;
    u64 stack; /* the kernel stack's page */
    struct context context;
};

#define csr_get(csr)                                                           \
    ({                                                                         \
        u64 v_;                                                                \
        __asm__ volatile("csrr %0, " #csr : "=r"(v_));                         \
        v_;                                                                    \
    })
#define csr_put(csr, v)                                                        \
    __asm__ volatile("csrw " #csr ", %0" ::"r"((u64)(v)) : "memory")
#define csr_on(csr, v)                                                         \
    __asm__ volatile("csrs " #csr ", %0" ::"r"((u64)(v)) : "memory")
#define csr_off(csr, v)                                                        \
    __asm__ volatile("csrc " #csr ", %0" ::"r"((u64)(v)) : "memory")

static inline volatile u32 *reg32(u64 at)
{
    return (volatile u32 *)at;
}

/* memory.c */
void memory_init(void);
void *page_get(void);
void page_put(void *page);
void *copy_bytes(void *to, const void *from, u64 n);
u64 *table_new(void);
void table_map(u64 *table, u64 va, u64 pa, u64 bits);
u64 *table_entry(u64 *table, u64 va, int make);
void table_free(u64 *table, u64 user_pages);
int user_copy(struct process *p, u64 va, void *bytes, u64 n, int to_user);
extern u64 *kernel_table;

/* process.c */
extern struct process *current;
extern u64 ticks, forced;
void process_first(const u8 *image, u64 bytes);
void schedule(void);
void yield(void);
void sleep_on(const void *what);
void wake(const void *what);
int process_fork(void);
void process_exit(int status);
int process_wait(int *status);

/* trap.c */
void trap_init(void);
void user_trap(void);
void user_return(void);
void kernel_trap(void);

/* device.c */
void device_init(void);
void put_char(char c);
void print(const char *format, ...);
int console_read(char *to, int max);
int device_interrupt(void);
void power_off(int status);
void panic(const char *why);

/* disk.c */
void disk_init(void);
int disk_read(u64 sector, u8 *to);
void disk_interrupt(void);

/* assembly */
void context_switch(struct context *from, struct context *to);
void timer_entry(void);
void kernel_entry(void);
extern char trampoline[], user_entry[], user_leave[];
extern char text_end[], image_end[];
extern const u8 user_image[], user_image_end[];
#endif
#endif
