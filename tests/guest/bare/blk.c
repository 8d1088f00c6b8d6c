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
static volatile u8 status;
u8 disk_data[DISK_DATA_BYTES];

u32 disk_interrupt(void)
{
    u32 why = REG(0x60);
    REG(0x64) = why;
    return why;
}

static void set_address(u32 offset, const void *p)
{
    REG(offset) = (u32)(u64)p;
    REG(offset + 4) = (u32)((u64)p >> 32);
}

/* Virtio 1.1, 3.1.1: reset, acknowledge, driver, features, queue, go. */
u32 disk_start(void)
{
    REG(0x70) = 0;
    REG(0x70) = 1;
    REG(0x70) = 3;
    REG(0x24) = 0;
    REG(0x20) = 1 << 9; /* flush */
    REG(0x24) = 1;
    REG(0x20) = 1; /* version 1 */
    REG(0x70) = 11;
    REG(0x30) = 0;
    REG(0x38) = RING;
    set_address(0x80, queue.desc);
    set_address(0x90, &queue.avail);
    set_address(0xa0, &queue.used);
    REG(0x44) = 1;
    REG(0x70) = 15;
    REG32(PLIC_PRIORITY(PLAT_IRQ_VIRTIO)) = 1;
    REG32(PLIC_ENABLE(PLAT_PLIC_CONTEXT_M)) |= 1 << PLAT_IRQ_VIRTIO;
    CSR_SET(mie, MIE_MEIE);
    return REG(0x70);
}

void disk_stop(void)
{
    REG32(PLIC_ENABLE(PLAT_PLIC_CONTEXT_M)) &= ~(1u << PLAT_IRQ_VIRTIO);
    REG(0x70) = 0;
}

/* With interrupts off in M-mode; they are let in here, whether the device
 * answers at once or later. */
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

struct disk_result disk_request(u32 type, u64 sector, u32 bytes)
{
    u16 slot = queue.avail.idx % RING;
    u16 write = type == DISK_READ ? 2 : 0;
    header.type = type;
    header.sector = sector;
    status = 0xff;
    queue.desc[0] = (struct desc){(u64)&header, 16, 1, bytes ? 1 : 2};
    queue.desc[1] = (struct desc){(u64)disk_data, bytes, 1 | write, 2};
    queue.desc[2] = (struct desc){(u64)&status, 1, 2, 0};
    queue.avail.ring[slot] = 0;
    __asm__ volatile("fence" ::: "memory");
    queue.avail.idx++;
    __asm__ volatile("fence" ::: "memory");
    REG(0x50) = 0;
    wait_for(queue.avail.idx);
    return (struct disk_result){status, queue.used.ring[slot].bytes};
}
