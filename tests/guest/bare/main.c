/*
 * main.c - the bare test program: everything a machine owes a program that
 * starts in M-mode, and what it sees, printed. It runs on Sallyport with
 * --bare and on `qemu-system-riscv64 -M virt -bios none`, and prints the same.
 *
 *   CLINT      software and timer interrupt
 *   PLIC       an external interrupt in M-mode, one in S-mode
 *   PMP        a page that S-mode may not touch
 *   mret/sret  functions run in S-mode and in U-mode, under Sv39
 *   delegation U-mode's exceptions go to S-mode, the timer by way of mip.STIP
 *   virtio     reads, writes, a flush, errors (blk.c)
 *   end        by the finisher, or, with -DEND_TOHOST, by tohost
 */
#include "bare.h"

#define STATUS     42

/* Physical memory, as U-mode sees it: 0x80000000 at 0xc0000000. */
#define USER_ALIAS 0x40000000ul
#define PTE_KERNEL 0xcful /* D A - - X W R V */
#define PTE_USER   0xdful /* the same with U */
#define PAGE       4096ul

static u64 page_table[512] __attribute__((aligned(4096)));
static u8 secret[PAGE] __attribute__((aligned(4096)));

/* Waits with interrupts off, then lets what is pending in. */
static void take_interrupt(void)
{
    __asm__ volatile("wfi");
    CSR_SET(mstatus, MSTATUS_MIE);
    CSR_CLEAR(mstatus, MSTATUS_MIE);
}

static void test_clint(void)
{
    print("-- CLINT\n");
    CSR_WRITE(mie, MIE_MSIE);
    REG32(CLINT_MSIP) = 1;
    print_hex("msip pending", CSR_READ(mip) >> 3 & 1);
    take_interrupt();
    print_hex("msip pending", CSR_READ(mip) >> 3 & 1);
    CSR_WRITE(mie, MIE_MTIE);
    u64 deadline = REG64(CLINT_MTIME) + PLAT_TIMEBASE_HZ / 10;
    REG64(CLINT_MTIMECMP) = deadline;
    u64 pending = CSR_READ(mip) >> 7 & 1;
    print_hex("timer pending", pending);
    take_interrupt();
    print(REG64(CLINT_MTIME) >= deadline ? "not too early\n" : "too early\n");
    print_hex("timer pending", CSR_READ(mip) >> 7 & 1);
    CSR_CLEAR(mip, MIP_STIP);
    CSR_WRITE(mie, 0);
    REG64(CLINT_MTIME) = 0x5000000000;
    print_hex("mtime set", REG64(CLINT_MTIME) >> 32);
}

static void raise_uart(unsigned context)
{
    REG32(PLIC_PRIORITY(PLAT_IRQ_UART)) = 3;
    REG32(PLIC_ENABLE(context)) = 1 << PLAT_IRQ_UART;
    REG32(PLIC_THRESHOLD(context)) = 3;
    REG8(PLAT_UART_BASE + 1) = 2; /* transmitter empty */
    print_hex("pending in the PLIC", REG32(PLAT_PLIC_BASE + 0x1000));
    print_hex("held back at the threshold",
              CSR_READ(mip) & (MIE_MEIE | MIE_SEIE));
    REG32(PLIC_THRESHOLD(context)) = 0;
    print_hex("let through", CSR_READ(mip) & (MIE_MEIE | MIE_SEIE));
}

static void test_plic(void)
{
    print("-- PLIC\n");
    raise_uart(PLAT_PLIC_CONTEXT_M);
    CSR_WRITE(mie, MIE_MEIE);
    take_interrupt();
    CSR_WRITE(mie, 0);
    REG32(PLIC_ENABLE(PLAT_PLIC_CONTEXT_M)) = 0;
}

/* Region 0 keeps S and U out of one page, region 1 lets them at all else. */
static void set_up_pmp(void)
{
    print("-- PMP\n");
    CSR_WRITE(pmpaddr0, (u64)secret >> 2 | (PAGE / 8 - 1));
    CSR_WRITE(pmpaddr1, ~0ul >> 10);
    CSR_WRITE(pmpcfg0, 0x1f18);
    print_hex("pmpcfg0", CSR_READ(pmpcfg0));
    print_hex("pmpaddr1", CSR_READ(pmpaddr1));
}

static void touch_secret(u64 unused)
{
    (void)unused;
    print("S-mode touches the kept page\n");
    __asm__ volatile("ld t0, 0(%0)" ::"r"(secret) : "t0", "memory");
    __asm__ volatile("sd zero, 0(%0)" ::"r"(secret) : "memory");
    __asm__ volatile("ld t0, 0(%0)" ::"r"(page_table) : "t0", "memory");
}

static void map_memory(void)
{
    u64 gigabyte = PLAT_RAM_BASE >> 2;
    page_table[0] = PTE_KERNEL;            /* devices */
    page_table[2] = gigabyte | PTE_KERNEL; /* the kernel, at its own address */
    page_table[3] = gigabyte | PTE_USER;   /* the same memory for U-mode */
    CSR_WRITE(satp, 8ul << 60 | (u64)page_table >> 12);
    __asm__ volatile("sfence.vma" ::: "memory");
}

static u64 as_user(void (*function)(void))
{
    return (u64)function + USER_ALIAS;
}

/* In S-mode: page tables, then U-mode and its exceptions. */
static void supervisor(u64 argument)
{
    print_hex("in S-mode with argument", argument);
    CSR_WRITE(sscratch, stacks + 3 * PAGE);
    CSR_WRITE(stvec, s_vector);
    map_memory();
    print("in U-mode: ecall\n");
    in_user(as_user(user_ecall), 0);
    print("in U-mode: load of the kernel\n");
    in_user(as_user(user_load), (u64)page_table);
    print("in U-mode: store to nothing\n");
    in_user(as_user(user_store), 0x123456789000);
    print("in U-mode: CSR of S-mode\n");
    in_user(as_user(user_illegal), 0);
    print("in U-mode: ebreak\n");
    in_user(as_user(user_break), 0);
    CSR_WRITE(satp, 0);
    __asm__ volatile("sfence.vma" ::: "memory");
}

/* In S-mode with sie set: interrupts that M-mode hands down. */
static void supervisor_interrupts(u64 unused)
{
    (void)unused;
    CSR_SET(sstatus, MSTATUS_SIE);
    for (int i = 0; i < 100; i++)
        __asm__ volatile("nop");
    CSR_CLEAR(sstatus, MSTATUS_SIE);
}

static void test_delegation(void)
{
    print("-- Delegation\n");
    CSR_WRITE(medeleg, 1 << 2 | 1 << 3 | 1 << 8 | 1 << 12 | 1 << 13 | 1 << 15);
    CSR_WRITE(mideleg, MIP_STIP | MIE_SEIE);
    print_hex("medeleg", CSR_READ(medeleg));
    print_hex("stip and seip delegated",
              CSR_READ(mideleg) & (MIP_STIP | MIE_SEIE));
    in_mode(supervisor, 99, 1);
    print("an external and a timer interrupt for S-mode\n");
    raise_uart(PLAT_PLIC_CONTEXT_S);
    CSR_WRITE(mie, MIP_STIP | MIE_SEIE | MIE_MTIE);
    in_mode(supervisor_interrupts, 0, 1);
    REG64(CLINT_MTIMECMP) = 0;
    in_mode(supervisor_interrupts, 0, 1);
    CSR_WRITE(mie, 0);
}

static void print_request(const char *what, u32 type, u64 sector, u32 bytes)
{
    print(what);
    print("\n");
    struct disk_result r = disk_request(type, sector, bytes);
    print_hex("  status", r.status);
    if (r.status == 0) /* after an error QEMU counts bytes it did not write */
        print_hex("  used length", r.used_bytes);
}

static u64 data_sum(void)
{
    u64 sum = 0;
    for (u32 i = 0; i < DISK_DATA_BYTES; i++)
        sum = sum * 31 + disk_data[i];
    return sum;
}

static void fill_data(u8 with)
{
    for (u32 i = 0; i < DISK_DATA_BYTES; i++)
        disk_data[i] = (u8)(with + i);
}

static void test_disk(void)
{
    print("-- Disk\n");
    print_hex("magic", REG32(PLAT_VIRTIO_BASE));
    print_hex("version", REG32(PLAT_VIRTIO_BASE + 4));
    print_hex("device", REG32(PLAT_VIRTIO_BASE + 8));
    print_hex("sectors", REG32(PLAT_VIRTIO_BASE + 0x100));
    print_hex("status", disk_start());
    print_request("read sectors 1, 2", DISK_READ, 1, 1024);
    print_hex("  sum", data_sum());
    fill_data(0x40);
    print_request("write sectors 5, 6", DISK_WRITE, 5, 1024);
    print_request("flush", DISK_FLUSH, 0, 0);
    fill_data(0);
    print_request("read sectors 5, 6", DISK_READ, 5, 1024);
    print_hex("  sum", data_sum());
    print_request("read past the end", DISK_READ, 1ul << 40, 512);
    print_request("write past the end", DISK_WRITE, 1ul << 40, 512);
    print_request("an unknown request", 99, 0, 512);
    disk_stop();
    print_hex("status after reset", REG32(PLAT_VIRTIO_BASE + 0x70));
}

static void end(void)
{
#ifdef END_TOHOST
    print("-- The end, by tohost\n");
    tohost = STATUS << 1 | 1;
    for (u64 i = 0; i < 100000; i++) /* QEMU does not look there */
        __asm__ volatile("nop");
#else
    print("-- The end, by the finisher\n");
#endif
    REG32(PLAT_FINISHER_BASE) = STATUS << 16 | PLAT_FINISHER_FAIL;
}

void main(void);

void main(void)
{
    print_hex("-- Start of hart", CSR_READ(mhartid));
    print_hex("mip", CSR_READ(mip));
    REG64(CLINT_MTIMECMP) = ~0ul;
    test_clint();
    test_plic();
    set_up_pmp();
    in_mode(touch_secret, 0, 1);
    test_delegation();
    test_disk();
    end();
}
