/*
 * device.h - what every device of the board is to the rest of the machine:
 * a range of physical addresses, a table of functions, and a flat block of
 * state that is saved and hashed as bytes (no pointers in it, zeroed before
 * reset so that padding is equal as well).
 *
 * Internal to emu/machine and its tests. The bus (bus.c) has already checked
 * that the size is one of ops->sizes and the address a multiple of it, that
 * offset + size lies inside the device; a device only says what it holds.
 * After every access the bus recomputes the interrupt lines (lines.c), so a
 * device never raises one: it answers "is your line high?".
 */
#ifndef SALLYPORT_MACHINE_DEVICE_H
#define SALLYPORT_MACHINE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct machine;

/* Access widths in bytes, as a set; the numbers are their own bits. */
#define DEVICE_SIZE_4   4u
#define DEVICE_SIZE_4_8 (4u | 8u)
#define DEVICE_SIZE_2_4 (2u | 4u)
#define DEVICE_SIZE_ANY (1u | 2u | 4u | 8u)

struct device_ops {
    const char *name;
    unsigned sizes;
    /* As the guest reads and writes, with side effects. False: nothing is at
     * that offset, an access fault. */
    bool (*read)(struct machine *m, uint64_t offset, unsigned size,
                 uint64_t *value);
    bool (*write)(struct machine *m, uint64_t offset, unsigned size,
                  uint64_t value);
    /* What read would return now, without its side effects. */
    bool (*peek)(const struct machine *m, uint64_t offset, unsigned size,
                 uint64_t *value);
};

/* One row of the board (bus.c). */
struct device {
    const struct device_ops *ops;
    uint64_t base;
    uint64_t bytes;
    bool bare_only; /* the firmware keeps it from S-mode */
};

extern const struct device_ops clint_ops;
extern const struct device_ops plic_ops;
extern const struct device_ops uart_ops;
extern const struct device_ops virtio_mmio_ops;
extern const struct device_ops finisher_ops;

/* ---- Bus (bus.c) ---- */
bool bus_read(struct machine *m, uint64_t pa, unsigned size, uint64_t *value);
bool bus_write(struct machine *m, uint64_t pa, unsigned size, uint64_t value);
bool bus_peek(const struct machine *m, uint64_t pa, unsigned size,
              uint64_t *value);

#endif
