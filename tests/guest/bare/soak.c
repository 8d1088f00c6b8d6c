/*
 * soak.c - a bare program whose course depends on the exact instruction of
 * every interrupt: timer, console input and disk all stir one number, in
 * M-mode and in U-mode under Sv39, between waits. tests/unit/
 * test_machine_determinism.c runs it in one piece and in many.
 */
#include "bare.h"

#define TICKS      300
#define TABLE      4096
#define USER_ALIAS 0x40000000ul
#define GIGABYTE   (PLAT_RAM_BASE >> 2)

static volatile u64 state = 1;
static volatile u64 ticks;
static u64 table[TABLE];
static u64 page_table[512] __attribute__((aligned(4096)));

void main(void);

static void stir(u64 with)
{
    state = (state ^ with) * 6364136223846793005ul + 1442695040888963407ul;
    state = state ^ state >> 29;
}

static void next_tick(void)
{
    REG64(CLINT_MTIMECMP) = REG64(CLINT_MTIME) + 20 + (state >> 40) % 150;
}

static void on_uart(void)
{
    while (REG8(PLAT_UART_BASE + 5) & 1) {
        u8 byte = REG8(PLAT_UART_BASE);
        stir(byte);
        REG8(PLAT_UART_BASE) = byte;
    }
}

static void on_external(void)
{
    u32 source = REG32(PLIC_CLAIM(PLAT_PLIC_CONTEXT_M));
    if (source == PLAT_IRQ_UART)
        on_uart();
    if (source == PLAT_IRQ_VIRTIO)
        stir(disk_interrupt());
    REG32(PLIC_CLAIM(PLAT_PLIC_CONTEXT_M)) = source;
}

/* Every trap stirs in where it came from. */
void m_trap(struct frame *f)
{
    u64 cause = CSR_READ(mcause);
    stir(cause ^ CSR_READ(mepc) ^ f->a[0] ^ CSR_READ(mcycle));
    if (cause == (INTERRUPT | 7)) {
        ticks++;
        next_tick();
    } else if (cause == (INTERRUPT | 11)) {
        on_external();
    } else { /* U-mode is done, or has failed: either way back */
        CSR_WRITE(mepc, in_mode_back);
        CSR_SET(mstatus, 3ul << 11);
        CSR_CLEAR(mstatus, 1ul << 7); /* MPIE: interrupts off there */
    }
}

void s_trap(struct frame *f)
{
    (void)f; /* nothing is delegated */
}

/* U-mode, at its alias: walk the table, each step on where the last led. */
static void user(u64 start)
{
    volatile u64 *t = (volatile u64 *)((u64)table + USER_ALIAS);
    for (u64 i = 0, at = start; i < 2000; i++) {
        t[at % TABLE] += at;
        at = at * 2862933555777941757ul + t[(at >> 20) % TABLE] + 3037000493ul;
    }
    __asm__ volatile("li a7, 0\n ecall" ::: "a7");
}

static void run_user(void)
{
    /* mret sets MIE from MPIE, which U-mode does not need: it is always
     * interruptible by M. */
    in_mode((void *)((u64)user + USER_ALIAS), state >> 13, 0);
}

static void use_disk(void)
{
    u64 sector = (state >> 33) % 32;
    if (state & 1) {
        for (u32 i = 0; i < DISK_DATA_BYTES; i++)
            disk_data[i] = (u8)table[i % TABLE];
        stir(disk_request(DISK_WRITE, sector, 1024).used_bytes);
    } else {
        stir(disk_request(DISK_READ, sector, 1024).used_bytes);
        for (u32 i = 0; i < DISK_DATA_BYTES; i += 64)
            stir(disk_data[i]);
    }
}

static void wait_a_while(void)
{
    __asm__ volatile("wfi");
    CSR_SET(mstatus, MSTATUS_MIE);
    CSR_CLEAR(mstatus, MSTATUS_MIE);
}

static void set_up(void)
{
    CSR_WRITE(pmpaddr0, ~0ul >> 10);
    CSR_WRITE(pmpcfg0, 0x1f);
    page_table[2] = GIGABYTE | 0xcf;
    page_table[3] = GIGABYTE | 0xdf;
    CSR_WRITE(satp, 8ul << 60 | (u64)page_table >> 12);
    __asm__ volatile("sfence.vma" ::: "memory");
    REG32(PLIC_PRIORITY(PLAT_IRQ_UART)) = 1;
    REG32(PLIC_ENABLE(PLAT_PLIC_CONTEXT_M)) = 1 << PLAT_IRQ_UART;
    REG8(PLAT_UART_BASE + 2) = 1;
    REG8(PLAT_UART_BASE + 1) = 1;
    disk_start();
    next_tick();
    CSR_SET(mie, MIE_MTIE | MIE_MEIE);
}

void main(void)
{
    set_up();
    while (ticks < TICKS) {
        run_user();
        if (state >> 20 & 1)
            use_disk();
        if (state >> 21 & 1)
            wait_a_while();
    }
    print_hex("\nstate", state);
    REG32(PLAT_FINISHER_BASE) = PLAT_FINISHER_PASS;
}
