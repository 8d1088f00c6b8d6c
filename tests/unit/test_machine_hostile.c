/*
 * test_machine_hostile.c - a guest that writes the devices at random. Nothing
 * to compare with: the sanitizers watch, RAM's neighbours stay untouched, and
 * the same random sequence gives the same state twice.
 */
#include "machine_fixture.h"

#define ROUNDS 200000

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static uint64_t random_address(uint64_t *seed)
{
    static const struct {
        uint64_t base, bytes;
    } ranges[] = {
        {PLAT_UART_BASE, 16},
        {PLAT_CLINT_BASE, 16},
        {PLAT_CLINT_BASE + CLINT_MTIMECMP, 16},
        {PLAT_CLINT_BASE + CLINT_MTIME - 8, 24},
        {PLAT_PLIC_BASE, 512},
        {PLAT_PLIC_BASE + PLIC_PENDING, 64},
        {PLAT_PLIC_BASE + PLIC_ENABLE, 512},
        {PLAT_PLIC_BASE + PLIC_CONTEXT, 8},
        {PLAT_PLIC_BASE + PLIC_CONTEXT + PLIC_CONTEXT_STRIDE, 8},
        {PLAT_PLIC_BASE, PLAT_PLIC_SIZE + 64},
        {PLAT_VIRTIO_BASE, VIRTIO_MMIO_BYTES + 64},
        {PLAT_VIRTIO_BASE + 0x80, 0x30},
    };
    uint64_t r = next_random(seed);
    size_t i = r % (sizeof ranges / sizeof ranges[0]);
    return ranges[i].base + (r >> 20) % ranges[i].bytes;
}

static uint64_t random_value(uint64_t *seed)
{
    static const uint64_t telling[] = {0,
                                       1,
                                       15,
                                       11,
                                       8,
                                       0xffffffff,
                                       UINT64_MAX,
                                       PLAT_RAM_BASE,
                                       PLAT_RAM_BASE + 0x10000};
    uint64_t r = next_random(seed);
    if (r & 1)
        return telling[(r >> 8) % (sizeof telling / sizeof telling[0])];
    return next_random(seed) >> (r >> 8 & 63);
}

static uint64_t abuse(uint64_t seed)
{
    void *state = NULL;
    board_setup(&state);
    struct board *b = state;
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint64_t pa = random_address(&seed);
        unsigned size = 1u << (next_random(&seed) & 3);
        uint64_t value = random_value(&seed);
        if (next_random(&seed) % 3 == 0)
            bus_read(b->m, pa, size, &value);
        else
            bus_write(b->m, pa, size, value);
        if (i % 1000 == 0)
            machine_input(b->m, (const uint8_t *)"abc", 3, i & 1);
    }
    uint64_t hash = machine_hash(b->m);
    board_teardown(&state);
    return hash;
}

static void random_register_writes_do_no_harm_and_repeat(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 5; seed++)
        assert_true(abuse(seed) == abuse(seed));
}

/* ---- Rings of rubbish under a device that has been set up properly ---- */

#define RINGS      (PLAT_RAM_BASE + 0x10000)
#define RING_BYTES 0x4000u

static void scribble(struct board *b, uint64_t *seed)
{
    uint8_t *ram = machine_ram(b->m, RINGS, RING_BYTES);
    for (unsigned i = 0; i < 256; i++) {
        struct {
            uint64_t pa;
            uint32_t bytes;
            uint16_t flags, next;
        } d = {RINGS + next_random(seed) % RING_BYTES,
               (uint32_t)(next_random(seed) % 600),
               (uint16_t)(next_random(seed) % 4),
               (uint16_t)(next_random(seed) % 16)};
        if (next_random(seed) % 8 == 0)
            d.pa = random_value(seed);
        if (next_random(seed) % 8 == 0)
            d.bytes = (uint32_t)random_value(seed);
        memcpy(ram + i * sizeof d, &d, sizeof d);
    }
    for (unsigned i = 0x1000; i < RING_BYTES; i++)
        ram[i] = (uint8_t)(next_random(seed) & next_random(seed) & 15);
    machine_wrote(b->m, RINGS, RING_BYTES);
}

static void set_up(struct board *b, uint64_t *seed)
{
    const uint64_t v = PLAT_VIRTIO_BASE;
    wr(b, 4, v + VIRTIO_MMIO_STATUS, 0);
    wr(b, 4, v + VIRTIO_MMIO_STATUS, 11);
    wr(b, 4, v + VIRTIO_MMIO_QUEUE_NUM, 1u << next_random(seed) % 11);
    wr(b, 8, v + VIRTIO_MMIO_QUEUE_DESC, RINGS);
    wr(b, 8, v + VIRTIO_MMIO_QUEUE_DRIVER, RINGS + 0x1000);
    wr(b, 8, v + VIRTIO_MMIO_QUEUE_DEVICE, RINGS + 0x2000);
    wr(b, 4, v + VIRTIO_MMIO_QUEUE_READY, 1);
    wr(b, 4, v + VIRTIO_MMIO_STATUS, 15);
}

static void random_rings_do_no_harm(void **state)
{
    struct board *b = *state;
    uint64_t seed = 42;
    unsigned broken = 0;
    for (unsigned i = 0; i < 5000; i++) {
        set_up(b, &seed);
        scribble(b, &seed);
        wr(b, 4, PLAT_VIRTIO_BASE + VIRTIO_MMIO_QUEUE_NOTIFY, 0);
        broken += rd(b, 4, PLAT_VIRTIO_BASE + VIRTIO_MMIO_STATUS) >> 6 & 1;
    }
    assert_in_range(broken, 100, 4999); /* both kinds have been met */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_register_writes_do_no_harm_and_repeat),
        cmocka_unit_test_setup_teardown(random_rings_do_no_harm, board_setup,
                                        board_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
