/* demo.c - /dev/demo: a counter, with a request of each kind. The generic layer (ioctl.c) has
 * copied the structures; what one points at, it has not. */
#include "kernel.h"
#include <sallyport/ioctl.h>

static struct {
    uint64_t count;
    uint16_t steps; /* how often it was changed */
} demo;

static void set(uint64_t count) {
    demo.count = count;
    demo.steps++;
}

/* Field by field: the holes stay as they were in the buffer. */
static void describe(struct demo_info *info) {
    info->letter = 'D';
    info->count = demo.count;
    info->steps = demo.steps;
}

static void reverse(struct demo_table *table) {
    for (int i = 0, k = DEMO_ENTRIES - 1; i < k; i++, k--) {
        uint32_t entry = table->entry[i];
        table->entry[i] = table->entry[k];
        table->entry[k] = entry;
    }
}

/* The address is a program's word: its own check of the length, its own copyin and buffer. */
static int gather(struct demo_gather *g) {
    uint8_t bytes[DEMO_GATHER_MAX];
    if (g->bytes > sizeof bytes) return EINVAL;
    int error = copyin(user_addr(g->address), bytes, g->bytes);
    g->sum = 0;
    for (uint32_t i = 0; !error && i < g->bytes; i++) g->sum += bytes[i];
    return error;
}

static int demo_ioctl(struct file *f, uint32_t request, void *buffer) {
    struct demo_add *add = buffer;
    switch (request) {
    case DEMO_SET: set(*(uint64_t *)buffer); return 0;
    case DEMO_INFO: describe(buffer); return 0;
    case DEMO_ADD:
        set(demo.count + add->addend);
        add->sum = demo.count;
        return 0;
    case DEMO_STEP: set(demo.count + *(uint64_t *)buffer); return 0;
    case DEMO_REVERSE: reverse(buffer); return 0;
    case DEMO_GATHER: return gather(buffer);
    }
    return ENOTTY;
}

const struct file_ops demo_ops = {null_read, null_write, device_close, demo_ioctl, NULL};
