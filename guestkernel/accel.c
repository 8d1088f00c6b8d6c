/* accel.c - /dev/accel: an accelerator for blocks of bytes, with a table of methods
 * (abi/device.def). What the table leaves open, it checks itself. */
#include "kernel.h"
#include "method.h"

static struct {
    uint64_t calls, turn; /* ACCEL_GO has been called so often */
    uint32_t waiting;
    struct wait_queue go;
} accel;

static int accel_info(struct method_call *c) {
    *(struct accel_info *)c->bytes_out =
        (struct accel_info){accel.waiting, DEVICE_INLINE, accel.calls};
    return 0;
}

static int accel_multiply(struct method_call *c) {
    unsigned __int128 product = (unsigned __int128)c->in[0] * c->in[1];
    c->out[0] = (uint64_t)product;
    c->out[1] = (uint64_t)(product >> 64);
    accel.calls++;
    return 0;
}

static uint64_t sum(const struct method_call *c) {
    uint64_t total = 0;
    for (uint64_t i = 0; i < c->size_in; i++) total += c->bytes_in[i];
    return total;
}

static int accel_sum(struct method_call *c) {
    c->out[0] = sum(c);
    accel.calls++;
    return 0;
}

static int accel_invert(struct method_call *c) {
    if (c->size_in != c->size_out) return EINVAL;
    for (uint64_t i = 0; i < c->size_in; i++) c->bytes_out[i] = ~c->bytes_in[i];
    accel.calls++;
    return 0;
}

/* Fetches everything a second time, after others have run. Real drivers do so when they check a
 * length in the structure, and then use it from there. */
static int accel_sum_twice(struct method_call *c) {
    uint64_t turn = accel.turn;
    int error = 0;
    c->out[0] = sum(c);
    accel.waiting++;
    while (accel.turn == turn && !error) error = sched_sleep(&accel.go, "accelerator");
    accel.waiting--;
    c->out[1] = sum(c);
    accel.calls++;
    return error;
}

static int accel_go(struct method_call *c) {
    c->out[0] = accel.waiting;
    accel.turn++;
    sched_wake_all(&accel.go);
    return 0;
}

#define ANY DEVICE_VARIABLE
const struct method accel_methods[] = {
#define ACCEL(selector, name, function, si, bi, so, bo, help)                                  \
    {selector, function, si, bi, so, bo},
#include "abi/device.def"
#undef ACCEL
    {0}};
