/*
 * test_machine_virtio.c - the block device by its registers and rings, as a
 * driver sees it, and what becomes of a driver that breaks the rules.
 */
#include "machine_fixture.h"

#define V      PLAT_VIRTIO_BASE

/* Where the test's driver keeps its things in RAM. */
#define DESC   (PLAT_RAM_BASE + 0x10000)
#define AVAIL  (PLAT_RAM_BASE + 0x11000)
#define USED   (PLAT_RAM_BASE + 0x12000)
#define HEADER (PLAT_RAM_BASE + 0x13000)
#define DATA   (PLAT_RAM_BASE + 0x14000)
#define STATUS (PLAT_RAM_BASE + 0x13800)
#define RING   8u
#define UNSET  0xee /* a status byte nobody wrote */

struct desc {
    uint64_t pa;
    uint32_t bytes;
    uint16_t flags, next;
};

static void poke(struct board *b, uint64_t pa, const void *from, size_t n)
{
    assert_true(machine_dma_write(b->m, pa, from, n));
}

static void peek(struct board *b, uint64_t pa, void *to, size_t n)
{
    assert_true(machine_dma_read(b->m, pa, to, n));
}

static uint32_t status_register(struct board *b)
{
    return (uint32_t)rd(b, 4, V + VIRTIO_MMIO_STATUS);
}

/* The driver's start-up (virtio 1.1, 3.1.1). */
static void drive(struct board *b)
{
    wr(b, 4, V + VIRTIO_MMIO_STATUS, 0);
    wr(b, 4, V + VIRTIO_MMIO_STATUS, 1);
    wr(b, 4, V + VIRTIO_MMIO_STATUS, 3);
    for (uint32_t i = 0; i < 2; i++) {
        wr(b, 4, V + VIRTIO_MMIO_DEVICE_FEATSEL, i);
        wr(b, 4, V + VIRTIO_MMIO_DRIVER_FEATSEL, i);
        wr(b, 4, V + VIRTIO_MMIO_DRIVER_FEATURES,
           rd(b, 4, V + VIRTIO_MMIO_DEVICE_FEATURES));
    }
    wr(b, 4, V + VIRTIO_MMIO_STATUS, 11);
    assert_int_equal(status_register(b), 11);
    wr(b, 4, V + VIRTIO_MMIO_QUEUE_SEL, 0);
    wr(b, 4, V + VIRTIO_MMIO_QUEUE_NUM, RING);
    wr(b, 4, V + VIRTIO_MMIO_QUEUE_DESC, DESC);
    wr(b, 4, V + VIRTIO_MMIO_QUEUE_DRIVER, AVAIL);
    wr(b, 4, V + VIRTIO_MMIO_QUEUE_DEVICE, USED);
    wr(b, 4, V + VIRTIO_MMIO_QUEUE_READY, 1);
    wr(b, 4, V + VIRTIO_MMIO_STATUS, 15);
}

static void set_desc(struct board *b, unsigned i, uint64_t pa, uint32_t bytes,
                     uint16_t flags, uint16_t next)
{
    struct desc d = {pa, bytes, flags, next};
    poke(b, DESC + i * sizeof d, &d, sizeof d);
}

static void set_header(struct board *b, uint32_t type, uint64_t sector)
{
    uint32_t words[4] = {type, 0, (uint32_t)sector, (uint32_t)(sector >> 32)};
    uint8_t unset = UNSET;
    poke(b, HEADER, words, sizeof words);
    poke(b, STATUS, &unset, 1);
}

/* Makes chain `head` available and notifies. */
static void submit(struct board *b, uint16_t head)
{
    uint16_t idx;
    peek(b, AVAIL + 2, &idx, 2);
    poke(b, AVAIL + 4 + idx % RING * 2, &head, 2);
    idx++;
    poke(b, AVAIL + 2, &idx, 2);
    wr(b, 4, V + VIRTIO_MMIO_QUEUE_NOTIFY, 0);
}

static uint8_t status_byte(struct board *b)
{
    uint8_t status;
    peek(b, STATUS, &status, 1);
    return status;
}

/* The usual three buffers; returns the status byte. */
static uint8_t request(struct board *b, uint32_t type, uint64_t sector,
                       uint64_t data, uint32_t bytes, uint16_t data_flags)
{
    set_header(b, type, sector);
    set_desc(b, 0, HEADER, 16, VIRTQ_DESC_NEXT, 1);
    set_desc(b, 1, data, bytes, data_flags | VIRTQ_DESC_NEXT, 2);
    set_desc(b, 2, STATUS, 1, VIRTQ_DESC_WRITE, 0);
    submit(b, 0);
    return status_byte(b);
}

static uint8_t read_disk(struct board *b, uint64_t sector, uint32_t bytes)
{
    return request(b, VIRTIO_BLK_T_IN, sector, DATA, bytes, VIRTQ_DESC_WRITE);
}

static uint8_t write_disk(struct board *b, uint64_t sector, uint32_t bytes)
{
    return request(b, VIRTIO_BLK_T_OUT, sector, DATA, bytes, 0);
}

static void check_broken(struct board *b)
{
    assert_int_equal(status_register(b), 15 | VIRTIO_STATUS_NEEDS_RESET);
    assert_int_equal(rd(b, 4, V + VIRTIO_MMIO_IRQ_STATUS) & VIRTIO_IRQ_CONFIG,
                     VIRTIO_IRQ_CONFIG);
    drive(b); /* a reset cures it */
    uint16_t zero[2] = {0, 0};
    poke(b, AVAIL, zero, sizeof zero);
    assert_int_equal(read_disk(b, 0, 512), VIRTIO_BLK_S_OK);
}

/* ---- Registers ---- */

static void it_says_that_it_is_a_block_device_of_version_2(void **state)
{
    struct board *b = *state;
    assert_int_equal(rd(b, 4, V), VIRTIO_MAGIC);
    assert_int_equal(rd(b, 4, V + VIRTIO_MMIO_VERSION), 2);
    assert_int_equal(rd(b, 4, V + VIRTIO_MMIO_DEVICE_ID), 2);
    assert_int_equal(rd(b, 4, V + VIRTIO_MMIO_VENDOR_ID), VIRTIO_VENDOR);
    assert_int_equal(rd(b, 8, V), 0x274726976);
    assert_int_equal(rd(b, 2, V), 0);
    assert_int_equal(rd(b, 8, V + VIRTIO_MMIO_CONFIG), 64);
    assert_int_equal(rd(b, 1, V + VIRTIO_MMIO_CONFIG), 64);
    assert_int_equal(rd(b, 4, V + VIRTIO_MMIO_CONFIG + 20), 512);
    assert_int_equal(rd(b, 4, V + VIRTIO_MMIO_QUEUE_NUM_MAX), 1024);
    wr(b, 4, V + VIRTIO_MMIO_QUEUE_SEL, 1);
    assert_int_equal(rd(b, 4, V + VIRTIO_MMIO_QUEUE_NUM_MAX), 0);
}

static void without_a_disk_the_transport_is_empty(void **state)
{
    struct board *b = *state;
    disk_release(&b->m->disk);
    assert_int_equal(rd(b, 4, V), VIRTIO_MAGIC);
    assert_int_equal(rd(b, 4, V + VIRTIO_MMIO_DEVICE_ID), 0);
    wr(b, 4, V + VIRTIO_MMIO_STATUS, 15);
    wr(b, 4, V + VIRTIO_MMIO_QUEUE_NOTIFY, 0);
    for (uint64_t at = VIRTIO_MMIO_DEVICE_FEATURES; at < 0x120; at += 4)
        assert_int_equal(rd(b, 4, V + at), 0);
}

static void a_feature_not_offered_is_refused(void **state)
{
    struct board *b = *state;
    wr(b, 4, V + VIRTIO_MMIO_STATUS, 3);
    wr(b, 4, V + VIRTIO_MMIO_DRIVER_FEATURES, 1u << 28); /* indirect */
    wr(b, 4, V + VIRTIO_MMIO_STATUS, 11);
    assert_int_equal(status_register(b), 3);
    wr(b, 4, V + VIRTIO_MMIO_DRIVER_FEATURES, VIRTIO_BLK_F_FLUSH);
    wr(b, 4, V + VIRTIO_MMIO_STATUS, 11);
    assert_int_equal(status_register(b), 11);
}

static void features_come_in_two_words_and_no_third(void **state)
{
    struct board *b = *state;
    wr(b, 4, V + VIRTIO_MMIO_DEVICE_FEATSEL, 1);
    assert_int_equal(rd(b, 4, V + VIRTIO_MMIO_DEVICE_FEATURES), 1);
    wr(b, 4, V + VIRTIO_MMIO_DEVICE_FEATSEL, 2);
    assert_int_equal(rd(b, 4, V + VIRTIO_MMIO_DEVICE_FEATURES), 0);
    wr(b, 4, V + VIRTIO_MMIO_DEVICE_FEATSEL, 0);
    assert_int_equal(rd(b, 4, V + VIRTIO_MMIO_DEVICE_FEATURES),
                     VIRTIO_BLK_F_SEG_MAX | VIRTIO_BLK_F_BLK_SIZE |
                         VIRTIO_BLK_F_FLUSH);
}

static void a_queue_of_impossible_size_does_not_become_ready(void **state)
{
    struct board *b = *state;
    const uint32_t sizes[] = {0, 3, 2048, 0xffffffff};
    for (unsigned i = 0; i < 4; i++) {
        wr(b, 4, V + VIRTIO_MMIO_QUEUE_NUM, sizes[i]);
        wr(b, 4, V + VIRTIO_MMIO_QUEUE_READY, 1);
        assert_int_equal(rd(b, 4, V + VIRTIO_MMIO_QUEUE_READY), 0);
    }
    wr(b, 4, V + VIRTIO_MMIO_QUEUE_NUM, 1024);
    wr(b, 4, V + VIRTIO_MMIO_QUEUE_READY, 1);
    assert_int_equal(rd(b, 4, V + VIRTIO_MMIO_QUEUE_READY), 1);
}

static void writing_zero_to_status_resets_everything(void **state)
{
    struct board *b = *state;
    struct virtio zero;
    memset(&zero, 0, sizeof zero);
    drive(b);
    assert_int_equal(read_disk(b, 0, 512), VIRTIO_BLK_S_OK);
    wr(b, 4, V + VIRTIO_MMIO_STATUS, 0);
    assert_memory_equal(&b->m->s.virtio, &zero, sizeof zero);
}

/* ---- Requests ---- */

static void reading_brings_the_sectors_and_an_interrupt(void **state)
{
    struct board *b = *state;
    uint8_t data[1024];
    uint32_t used[3];
    drive(b);
    wr(b, 4, PLAT_PLIC_BASE + 4 * PLAT_IRQ_VIRTIO, 1);
    wr(b, 4, PLAT_PLIC_BASE + PLIC_ENABLE, 1u << PLAT_IRQ_VIRTIO);
    assert_int_equal(read_disk(b, 3, 1024), VIRTIO_BLK_S_OK);
    peek(b, DATA, data, sizeof data);
    assert_memory_equal(data, b->disk + 3 * 512, sizeof data);
    peek(b, USED, used, sizeof used);
    assert_int_equal(used[0], 1u << 16); /* flags 0, idx 1 */
    assert_int_equal(used[1], 0);
    assert_int_equal(used[2], 1025);
    assert_true(line_is_up(b, CPU_IRQ_MEI));
    assert_int_equal(rd(b, 4, V + VIRTIO_MMIO_IRQ_STATUS), 1);
    wr(b, 4, V + VIRTIO_MMIO_IRQ_ACK, 1);
    assert_int_equal(rd(b, 4, V + VIRTIO_MMIO_IRQ_STATUS), 0);
}

static void writing_changes_the_image(void **state)
{
    struct board *b = *state;
    uint8_t data[512];
    drive(b);
    memset(data, 0xa5, sizeof data);
    poke(b, DATA, data, sizeof data);
    assert_int_equal(write_disk(b, 63, 512), VIRTIO_BLK_S_OK);
    assert_memory_equal(b->disk + 63 * 512, data, sizeof data);
}

static void a_request_may_be_cut_into_any_buffers(void **state)
{
    struct board *b = *state;
    uint8_t data[512];
    drive(b);
    set_header(b, VIRTIO_BLK_T_IN, 5);
    set_desc(b, 4, HEADER, 3, VIRTQ_DESC_NEXT, 6);
    set_desc(b, 6, HEADER + 3, 13, VIRTQ_DESC_NEXT, 1);
    set_desc(b, 1, DATA, 100, VIRTQ_DESC_NEXT | VIRTQ_DESC_WRITE, 7);
    set_desc(b, 7, DATA + 100, 411, VIRTQ_DESC_NEXT | VIRTQ_DESC_WRITE, 0);
    set_desc(b, 0, DATA + 511, 2, VIRTQ_DESC_WRITE, 0); /* and the status */
    submit(b, 4);
    peek(b, DATA, data, sizeof data);
    assert_memory_equal(data, b->disk + 5 * 512, sizeof data);
    peek(b, DATA + 512, data, 1);
    assert_int_equal(data[0], VIRTIO_BLK_S_OK);
}

static void the_ring_goes_round(void **state)
{
    struct board *b = *state;
    uint16_t idx;
    drive(b);
    for (unsigned i = 0; i < 70000; i++)
        assert_int_equal(read_disk(b, i % 64, 512), VIRTIO_BLK_S_OK);
    peek(b, USED + 2, &idx, 2);
    assert_int_equal(idx, 70000 % 65536);
}

static void a_driver_can_ask_for_no_interrupt(void **state)
{
    struct board *b = *state;
    uint16_t no_interrupt = VIRTQ_AVAIL_NO_IRQ;
    drive(b);
    poke(b, AVAIL, &no_interrupt, 2);
    assert_int_equal(read_disk(b, 0, 512), VIRTIO_BLK_S_OK);
    assert_int_equal(rd(b, 4, V + VIRTIO_MMIO_IRQ_STATUS), 0);
}

static void flush_and_get_id_are_served(void **state)
{
    struct board *b = *state;
    char id[20];
    drive(b);
    set_header(b, VIRTIO_BLK_T_FLUSH, 0);
    set_desc(b, 0, HEADER, 16, VIRTQ_DESC_NEXT, 1);
    set_desc(b, 1, STATUS, 1, VIRTQ_DESC_WRITE, 0);
    submit(b, 0);
    assert_int_equal(status_byte(b), VIRTIO_BLK_S_OK);
    assert_int_equal(
        request(b, VIRTIO_BLK_T_GET_ID, 0, DATA, 20, VIRTQ_DESC_WRITE),
        VIRTIO_BLK_S_OK);
    peek(b, DATA, id, sizeof id);
    assert_string_equal(id, VIRTIO_BLK_ID);
}

/* ---- Requests that go wrong with a status ---- */

static void an_unknown_request_is_unsupported(void **state)
{
    struct board *b = *state;
    drive(b);
    assert_int_equal(request(b, 11, 0, DATA, 512, VIRTQ_DESC_WRITE),
                     VIRTIO_BLK_S_UNSUPP);
    assert_int_equal(request(b, 0xffffffff, 0, DATA, 512, 0),
                     VIRTIO_BLK_S_UNSUPP);
}

static void lengths_and_sectors_off_the_disk_are_errors(void **state)
{
    struct board *b = *state;
    drive(b);
    assert_int_equal(read_disk(b, 0, 511), VIRTIO_BLK_S_IOERR);
    assert_int_equal(read_disk(b, 64, 512), VIRTIO_BLK_S_IOERR);
    assert_int_equal(read_disk(b, 63, 1024), VIRTIO_BLK_S_IOERR);
    assert_int_equal(read_disk(b, UINT64_MAX, 512), VIRTIO_BLK_S_IOERR);
    assert_int_equal(read_disk(b, UINT64_MAX / 512 + 1, 512),
                     VIRTIO_BLK_S_IOERR);
    assert_int_equal(write_disk(b, 64, 512), VIRTIO_BLK_S_IOERR);
    assert_int_equal(write_disk(b, 0, 100), VIRTIO_BLK_S_IOERR);
    assert_int_equal(read_disk(b, 64, 0), VIRTIO_BLK_S_OK); /* none of it */
}

static void data_outside_ram_is_an_error_and_touches_nothing(void **state)
{
    struct board *b = *state;
    uint64_t end = PLAT_RAM_BASE + machine_ram_bytes(b->m);
    const uint64_t bad[] = {
        0,   PLAT_UART_BASE,   PLAT_RAM_BASE - 256, end - 256,
        end, UINT64_MAX - 255, UINT64_MAX};
    uint8_t before[BOARD_DISK_BYTES];
    memcpy(before, b->disk, sizeof before);
    drive(b);
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint64_t mark;
        assert_int_equal(
            request(b, VIRTIO_BLK_T_IN, 0, bad[i], 512, VIRTQ_DESC_WRITE),
            VIRTIO_BLK_S_IOERR);
        assert_int_equal(request(b, VIRTIO_BLK_T_OUT, 0, bad[i], 512, 0),
                         VIRTIO_BLK_S_IOERR);
        peek(b, end - 8, &mark, 8);
        assert_int_equal(mark, 0);
    }
    assert_memory_equal(b->disk, before, sizeof before);
    assert_int_equal(status_register(b), 15);
}

static void a_read_only_disk_is_not_written(void **state)
{
    struct board *b = *state;
    uint8_t first = b->disk[0];
    b->m->disk.readonly = true;
    assert_int_equal(rd(b, 4, V + VIRTIO_MMIO_DEVICE_FEATURES) &
                         VIRTIO_BLK_F_RO,
                     VIRTIO_BLK_F_RO);
    drive(b);
    assert_int_equal(write_disk(b, 0, 512), VIRTIO_BLK_S_IOERR);
    assert_int_equal(b->disk[0], first);
    assert_int_equal(read_disk(b, 0, 512), VIRTIO_BLK_S_OK);
}

static void a_short_header_is_an_error(void **state)
{
    struct board *b = *state;
    drive(b);
    set_header(b, VIRTIO_BLK_T_IN, 0);
    set_desc(b, 0, HEADER, 15, VIRTQ_DESC_NEXT, 1);
    set_desc(b, 1, STATUS, 1, VIRTQ_DESC_WRITE, 0);
    submit(b, 0);
    assert_int_equal(status_byte(b), VIRTIO_BLK_S_IOERR);
    set_desc(b, 0, 0x1000, 16, VIRTQ_DESC_NEXT, 1);
    set_header(b, VIRTIO_BLK_T_IN, 0);
    submit(b, 0);
    assert_int_equal(status_byte(b), VIRTIO_BLK_S_IOERR);
}

/* ---- Drivers that break the device ---- */

static void a_request_without_a_status_byte_breaks_the_device(void **state)
{
    struct board *b = *state;
    drive(b);
    set_header(b, VIRTIO_BLK_T_IN, 0);
    set_desc(b, 0, HEADER, 16, 0, 0);
    submit(b, 0);
    check_broken(b);
}

static void a_status_byte_outside_ram_breaks_the_device(void **state)
{
    struct board *b = *state;
    drive(b);
    set_header(b, VIRTIO_BLK_T_FLUSH, 0);
    set_desc(b, 0, HEADER, 16, VIRTQ_DESC_NEXT, 1);
    set_desc(b, 1, 0x2000, 1, VIRTQ_DESC_WRITE, 0);
    submit(b, 0);
    check_broken(b);
}

static void a_chain_that_loops_breaks_the_device(void **state)
{
    struct board *b = *state;
    drive(b);
    set_desc(b, 0, HEADER, 16, VIRTQ_DESC_NEXT, 1);
    set_desc(b, 1, DATA, 16, VIRTQ_DESC_NEXT, 0);
    submit(b, 0);
    check_broken(b);
}

static void indices_beyond_the_table_break_the_device(void **state)
{
    struct board *b = *state;
    drive(b);
    submit(b, RING);
    check_broken(b);
    set_desc(b, 0, HEADER, 16, VIRTQ_DESC_NEXT, 0xffff);
    submit(b, 0);
    check_broken(b);
}

static void readable_behind_writable_breaks_the_device(void **state)
{
    struct board *b = *state;
    drive(b);
    set_desc(b, 0, DATA, 16, VIRTQ_DESC_NEXT | VIRTQ_DESC_WRITE, 1);
    set_desc(b, 1, HEADER, 16, VIRTQ_DESC_NEXT, 2);
    set_desc(b, 2, STATUS, 1, VIRTQ_DESC_WRITE, 0);
    submit(b, 0);
    check_broken(b);
}

static void an_indirect_table_breaks_the_device(void **state)
{
    struct board *b = *state;
    drive(b);
    set_desc(b, 0, DATA, 48, VIRTQ_DESC_INDIRECT, 0);
    submit(b, 0);
    check_broken(b);
}

static void more_chains_than_the_ring_holds_break_the_device(void **state)
{
    struct board *b = *state;
    uint16_t idx = RING + 1;
    drive(b);
    poke(b, AVAIL + 2, &idx, 2);
    wr(b, 4, V + VIRTIO_MMIO_QUEUE_NOTIFY, 0);
    check_broken(b);
}

static void rings_outside_ram_break_the_device(void **state)
{
    struct board *b = *state;
    const uint64_t rings[] = {VIRTIO_MMIO_QUEUE_DESC, VIRTIO_MMIO_QUEUE_DRIVER,
                              VIRTIO_MMIO_QUEUE_DEVICE};
    const uint64_t bad[] = {0, PLAT_UART_BASE, UINT64_MAX - 1};
    for (unsigned i = 0; i < 9; i++) {
        uint16_t zero[2] = {0, 0};
        drive(b);
        poke(b, AVAIL, zero, sizeof zero);
        wr(b, 4, V + VIRTIO_MMIO_QUEUE_READY, 0);
        wr(b, 8, V + rings[i % 3], bad[i / 3]);
        wr(b, 4, V + VIRTIO_MMIO_QUEUE_READY, 1);
        read_disk(b, 0, 512);
        check_broken(b);
    }
}

static void nothing_is_served_before_driver_ok(void **state)
{
    struct board *b = *state;
    drive(b);
    wr(b, 4, V + VIRTIO_MMIO_STATUS, 11);
    assert_int_equal(read_disk(b, 0, 512), UNSET);
    wr(b, 4, V + VIRTIO_MMIO_STATUS, 15);
    wr(b, 4, V + VIRTIO_MMIO_QUEUE_NOTIFY, 0);
    assert_int_equal(status_byte(b), VIRTIO_BLK_S_OK);
}

static void data_may_be_read_over_the_rings_themselves(void **state)
{
    struct board *b = *state;
    drive(b);
    for (uint64_t at = DESC; at < DATA; at += 512) {
        uint16_t zero[2] = {0, 0};
        drive(b);
        poke(b, AVAIL, zero, sizeof zero);
        request(b, VIRTIO_BLK_T_IN, 1, at, 8192, VIRTQ_DESC_WRITE);
    }
    drive(b);
    uint16_t zero[2] = {0, 0};
    poke(b, AVAIL, zero, sizeof zero);
    assert_int_equal(read_disk(b, 0, 512), VIRTIO_BLK_S_OK);
}

/* ---- Watched memory ---- */

#define CODE (PLAT_RAM_BASE + 0x8000)

struct watcher {
    struct board *b;
    unsigned count;
    uint64_t pa, pc, clock, hash;
    unsigned size;
    enum machine_access what;
};

static void see(void *ctx, uint64_t pa, unsigned size, enum machine_access what)
{
    struct watcher *w = ctx;
    w->count++;
    w->pa = pa;
    w->size = size;
    w->what = what;
    w->pc = cpu_pc(machine_cpu(w->b->m));
    w->clock = machine_clock(w->b->m);
    w->hash = machine_hash(w->b->m);
    machine_request_stop(w->b->m);
}

/* sw zero, 0(a0) to the notify register, by the hart, with a request ready. */
static void ready_to_notify(struct board *b, uint32_t type, uint16_t flags)
{
    static const uint32_t code[] = {0x00052023, RV_WFI, RV_LOOP};
    uint16_t idx = 1, head = 0;
    drive(b);
    set_header(b, type, 3);
    set_desc(b, 0, HEADER, 16, VIRTQ_DESC_NEXT, 1);
    set_desc(b, 1, DATA, 1024, flags | VIRTQ_DESC_NEXT, 2);
    set_desc(b, 2, STATUS, 1, VIRTQ_DESC_WRITE, 0);
    poke(b, AVAIL + 4, &head, 2);
    poke(b, AVAIL + 2, &idx, 2);
    poke(b, CODE, code, sizeof code);
    cpu_set_x(machine_cpu(b->m), 10, V + VIRTIO_MMIO_QUEUE_NOTIFY);
    cpu_set_pc(machine_cpu(b->m), CODE);
}

/* The device's accesses are told before the store that causes them; stopped
 * there nothing has happened; afterwards the state is that of an unwatched
 * run. */
static void check_watched(struct board *b, uint64_t pa, uint32_t type,
                          uint16_t flags, unsigned accesses, unsigned size)
{
    struct watcher w = {.b = b};
    struct machine_stop stop;
    ready_to_notify(b, type, flags);
    struct machine_snapshot *start = machine_snapshot(b->m);
    uint64_t before = machine_hash(b->m), clock = machine_clock(b->m);
    machine_run(b->m, clock + 2, &stop);
    uint64_t after = machine_hash(b->m);
    machine_restore(b->m, start);
    int id = machine_watch_memory(b->m, pa, 1, accesses, see, &w);
    assert_true(id >= 0);
    machine_run(b->m, clock + 2, &stop);
    assert_int_equal(stop.reason, MACHINE_STOPPED);
    assert_int_equal(w.count, 1);
    assert_int_equal(w.what, accesses);
    assert_true(pa >= w.pa && pa - w.pa < w.size);
    assert_int_equal(w.size, size);
    assert_int_equal(w.pc, CODE);
    assert_int_equal(w.clock, clock);
    assert_true(machine_hash(b->m) == before);
    machine_run(b->m, clock + 2, &stop);
    assert_int_equal(w.count, 1);
    assert_true(machine_hash(b->m) == after);
    machine_unwatch_memory(b->m, id);
    machine_restore(b->m, start);
    machine_run(b->m, clock + 2, &stop);
    assert_int_equal(w.count, 1);
    assert_true(machine_hash(b->m) == after);
    machine_snapshot_free(start);
}

static void what_the_device_writes_is_told_before_it_does(void **state)
{
    check_watched(*state, DATA + 700, VIRTIO_BLK_T_IN, VIRTQ_DESC_WRITE,
                  MACHINE_STORES, 1024);
}

static void what_the_device_reads_is_told_before_it_does(void **state)
{
    check_watched(*state, DATA + 5, VIRTIO_BLK_T_OUT, 0, MACHINE_LOADS, 1024);
}

static void the_used_ring_is_told_as_well(void **state)
{
    check_watched(*state, USED + 2, VIRTIO_BLK_T_IN, VIRTQ_DESC_WRITE,
                  MACHINE_STORES, 2);
}

#define ON_BOARD(test)                                                         \
    cmocka_unit_test_setup_teardown(test, board_setup, board_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOARD(it_says_that_it_is_a_block_device_of_version_2),
        ON_BOARD(without_a_disk_the_transport_is_empty),
        ON_BOARD(a_feature_not_offered_is_refused),
        ON_BOARD(features_come_in_two_words_and_no_third),
        ON_BOARD(a_queue_of_impossible_size_does_not_become_ready),
        ON_BOARD(writing_zero_to_status_resets_everything),
        ON_BOARD(reading_brings_the_sectors_and_an_interrupt),
        ON_BOARD(writing_changes_the_image),
        ON_BOARD(a_request_may_be_cut_into_any_buffers),
        ON_BOARD(the_ring_goes_round),
        ON_BOARD(a_driver_can_ask_for_no_interrupt),
        ON_BOARD(flush_and_get_id_are_served),
        ON_BOARD(an_unknown_request_is_unsupported),
        ON_BOARD(lengths_and_sectors_off_the_disk_are_errors),
        ON_BOARD(data_outside_ram_is_an_error_and_touches_nothing),
        ON_BOARD(a_read_only_disk_is_not_written),
        ON_BOARD(a_short_header_is_an_error),
        ON_BOARD(a_request_without_a_status_byte_breaks_the_device),
        ON_BOARD(a_status_byte_outside_ram_breaks_the_device),
        ON_BOARD(a_chain_that_loops_breaks_the_device),
        ON_BOARD(indices_beyond_the_table_break_the_device),
        ON_BOARD(readable_behind_writable_breaks_the_device),
        ON_BOARD(an_indirect_table_breaks_the_device),
        ON_BOARD(more_chains_than_the_ring_holds_break_the_device),
        ON_BOARD(rings_outside_ram_break_the_device),
        ON_BOARD(nothing_is_served_before_driver_ok),
        ON_BOARD(data_may_be_read_over_the_rings_themselves),
        ON_BOARD(what_the_device_writes_is_told_before_it_does),
        ON_BOARD(what_the_device_reads_is_told_before_it_does),
        ON_BOARD(the_used_ring_is_told_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
