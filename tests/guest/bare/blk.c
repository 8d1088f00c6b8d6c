/*
 * blk.c - a small virtio block driver: one request at a time, three buffers,
 * waiting for the interrupt in wfi.
 */
#include "bare.h"

#define RING        8
#define REG(offset) REG32(PLAT_VIRTIO_BASE + (offset))

struct desc {
    u64 pa;
    u32 bytes;
    u16 flags, next;
};

static struct {
    struct desc desc[RING];
    struct {
        u16 flags, idx, ring[RING];
    } avail;
    struct {
        u16 flags, idx;
        struct {
            u32 id, bytes;
        } ring[RING];
    } __attribute__((aligned(4))) used;
} queue __attribute__((aligned(16)));

static struct {
    u32 type, reserved;
    u64 sector;
} header;
static u8 data[1024];
static volatile u8 status;

void disk_interrupt(void)
{
    u32 why = REG(0x60);
    print_hex("  disk interrupt", why);
    REG(0x64) = why;
}

static void set_address(u32 offset, const void *p)
{
    REG(offset) = (u32)(u64)p;
    REG(offset + 4) = (u32)((u64)p >> 32);
}

/* Virtio 1.1, 3.1.1: reset, acknowledge, driver, features, queue, go. */
static void start(void)
{
    print_hex("magic", REG(0));
    print_hex("version", REG(4));
    print_hex("device", REG(8));
    print_hex("sectors", REG(0x100));
    REG(0x70) = 0;
    REG(0x70) = 1;
    REG(0x70) = 3;
    REG(0x24) = 0;
    REG(0x20) = 1 << 9; /* flush */
    REG(0x24) = 1;
    REG(0x20) = 1; /* version 1 */
    REG(0x70) = 11;
    print_hex("status", REG(0x70));
    REG(0x30) = 0;
    REG(0x38) = RING;
    set_address(0x80, queue.desc);
    set_address(0x90, &queue.avail);
    set_address(0xa0, &queue.used);
    REG(0x44) = 1;
    REG(0x70) = 15;
    print_hex("status", REG(0x70));
}

/* The interrupt can come at once or later; either way it is taken here. */
static void wait_for(u16 idx)
{
    while (*(volatile u16 *)&queue.used.idx != idx) {
        __asm__ volatile("wfi");
        CSR_SET(mstatus, MSTATUS_MIE);
        CSR_CLEAR(mstatus, MSTATUS_MIE);
    }
    CSR_SET(mstatus, MSTATUS_MIE);
    CSR_CLEAR(mstatus, MSTATUS_MIE);
}

static void request(const char *what, u32 type, u64 sector, u32 bytes)
{
    u16 slot = queue.avail.idx % RING;
    u16 write = type == 0 || type == 8 ? 2 : 0;
    header.type = type;
    header.sector = sector;
    status = 0xff;
    queue.desc[0] = (struct desc){(u64)&header, 16, 1, bytes ? 1 : 2};
    queue.desc[1] = (struct desc){(u64)data, bytes, 1 | write, 2};
    queue.desc[2] = (struct desc){(u64)&status, 1, 2, 0};
    queue.avail.ring[slot] = 0;
    __asm__ volatile("fence" ::: "memory");
    queue.avail.idx++;
    __asm__ volatile("fence" ::: "memory");
    print(what);
    print("\n");
    REG(0x50) = 0;
    wait_for(queue.avail.idx);
    print_hex("  status", status);
    if (status == 0) /* after an error QEMU counts bytes it did not write */
        print_hex("  used length", queue.used.ring[slot].bytes);
}

static u64 sum(u32 bytes)
{
    u64 s = 0;
    for (u32 i = 0; i < bytes; i++)
        s = s * 31 + data[i];
    return s;
}

static void fill(u8 with)
{
    for (u32 i = 0; i < sizeof data; i++)
        data[i] = (u8)(with + i);
}

void test_disk(void)
{
    start();
    CSR_SET(mie, MIE_MEIE);
    REG32(PLIC_PRIORITY(PLAT_IRQ_VIRTIO)) = 1;
    REG32(PLIC_ENABLE(PLAT_PLIC_CONTEXT_M)) = 1 << PLAT_IRQ_VIRTIO;
    request("read sectors 1, 2", 0, 1, 1024);
    print_hex("  sum", sum(1024));
    fill(0x40);
    request("write sectors 5, 6", 1, 5, 1024);
    request("flush", 4, 0, 0);
    fill(0);
    request("read sectors 5, 6", 0, 5, 1024);
    print_hex("  sum", sum(1024));
    request("read past the end", 0, 1ul << 40, 512);
    request("write past the end", 1, 1ul << 40, 512);
    request("an unknown request", 99, 0, 512);
    REG32(PLIC_ENABLE(PLAT_PLIC_CONTEXT_M)) = 0;
    CSR_CLEAR(mie, MIE_MEIE);
    REG(0x70) = 0;
    print_hex("status after reset", REG(0x70));
}
