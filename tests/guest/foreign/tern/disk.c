/*
 * disk.c - virtio-blk over virtio-mmio version 2, one request at a time.
 */
#include "tern.h"

#define QUEUE 8

struct descriptor {
    u64 address;
    u32 bytes;
    u16 flags, next;
};

static struct descriptor table[QUEUE] __attribute__((aligned(16)));
static volatile struct {
    u16 flags, index, ring[QUEUE], used_event;
} available __attribute__((aligned(2)));
static volatile struct {
    u16 flags, index;
    struct {
        u32 id, bytes;
    } ring[QUEUE];
} used __attribute__((aligned(4)));
static struct {
    u32 type, reserved;
    u64 sector;
} request;
static volatile u8 answer;
static int present;

static void set(u64 at, u32 value)
{
    *reg32(VIRTIO + at) = value;
}

static void set_address(u64 at, volatile void *p)
{
    set(at, (u32)(u64)p);
    set(at + 4, (u32)((u64)p >> 32));
}

void disk_init(void)
{
    if (*reg32(VIRTIO) != 0x74726976 || *reg32(VIRTIO + 4) != 2 ||
        *reg32(VIRTIO + 8) != 2)
        return;
    set(0x70, 0);
    set(0x70, 1);
    set(0x70, 3);
    set(0x24, 1);
    set(0x20, 1); /* VERSION_1 */
    set(0x24, 0);
    set(0x20, 0);
    set(0x70, 11);
    if (!(*reg32(VIRTIO + 0x70) & 8))
        panic("the disk refuses its features");
    set(0x30, 0);
    if (*reg32(VIRTIO + 0x34) < QUEUE)
        panic("the disk's queue is short");
    set(0x38, QUEUE);
    set_address(0x80, table);
    set_address(0x90, &available);
    set_address(0xa0, &used);
    set(0x44, 1);
    set(0x70, 15);
    present = 1;
    u64 sectors = *reg32(VIRTIO + 0x100);
    print("tern: disk of %d sectors\n", sectors);
}

int disk_read(u64 sector, u8 *to)
{
    if (!present)
        return -1;
    u16 seen = used.index;
    request.type = 0;
    request.sector = sector;
    answer = 0xff;
    table[0] = (struct descriptor){(u64)&request, 16, 1, 1};
    table[1] = (struct descriptor){(u64)to, 512, 1 | 2, 2};
    table[2] = (struct descriptor){(u64)&answer, 1, 2, 0};
    available.ring[available.index % QUEUE] = 0;
    __asm__ volatile("fence" ::: "memory");
    available.index++;
    __asm__ volatile("fence" ::: "memory");
    set(0x50, 0);
    while (used.index == seen)
        sleep_on((void *)&used);
    return answer == 0 ? 0 : -1;
}

void disk_interrupt(void)
{
    set(0x64, *reg32(VIRTIO + 0x60) & 3);
    wake((void *)&used);
}
