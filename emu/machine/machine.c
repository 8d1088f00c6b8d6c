/*
 * machine.c - making a machine and taking it apart; who listens to it.
 *
 *   lines.c      interrupt lines, timers       bus.c  addresses to devices
 *   run.c        run, step, idle               snapshot.c, hash.c  the state
 *   console.c    input on its way in           elf_load.c, initrd.c, bootpage.c
 *   firmware.c   the SBI                       dma.c  devices to RAM
 *   watch.c      watched memory
 */
#include "device.h"
#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { A0 = 10, A1 = 11 };

/* ---- Checking what is asked for ---- */

static int check_disk(const struct machine_desc *d, char *why, size_t why_bytes)
{
    if (d->disk == NULL)
        return 0;
    if (d->disk_bytes == 0)
        snprintf(why, why_bytes, "disk: empty");
    else if (d->disk_bytes % VIRTIO_BLK_SECTOR != 0)
        snprintf(why, why_bytes, "disk: %zu bytes is not a multiple of %d",
                 d->disk_bytes, VIRTIO_BLK_SECTOR);
    else
        return 0;
    return -1;
}

static int check_initrd(const struct machine_desc *d, size_t ram_bytes,
                        char *why, size_t why_bytes)
{
    const char *name = d->initrd_name != NULL ? d->initrd_name : "initrd";
    size_t room = ram_bytes - (PLAT_INITRD_BASE - PLAT_RAM_BASE);
    if (d->initrd == NULL)
        return 0;
    if (d->initrd_bytes > room) {
        snprintf(why, why_bytes,
                 "%s: %zu bytes do not fit; %zu MiB of RAM leave %zu for it",
                 name, d->initrd_bytes, ram_bytes >> 20, room);
        return -1;
    }
    return machine_check_initrd(name, d->initrd, d->initrd_bytes, why,
                                why_bytes);
}

static int check_ram(unsigned mib, char *why, size_t why_bytes)
{
    if (mib >= PLAT_RAM_MIB_MIN && mib <= PLAT_RAM_MIB_MAX)
        return 0;
    snprintf(why, why_bytes, "RAM of %u MiB: from %d to %d are possible", mib,
             PLAT_RAM_MIB_MIN, PLAT_RAM_MIB_MAX);
    return -1;
}

/* ---- What the hart asks of us (struct cpu_env) ---- */

static bool on_mmio_read(void *ctx, uint64_t pa, unsigned size, uint64_t *value)
{
    return bus_read(ctx, pa, size, value);
}

static bool on_mmio_write(void *ctx, uint64_t pa, unsigned size, uint64_t value)
{
    return bus_write(ctx, pa, size, value);
}

static uint64_t on_time(void *ctx)
{
    return machine_mtime(ctx);
}

static bool on_firmware_call(void *ctx)
{
    return firmware_call(ctx);
}

static void on_trap(void *ctx, const struct cpu_trap *trap)
{
    const struct machine *m = ctx;
    for (unsigned i = 0; i < m->observer_count; i++)
        if (m->observers[i].trap != NULL)
            m->observers[i].trap(m->observers[i].ctx, trap);
}

static void on_special(void *ctx, const struct cpu_special_event *event)
{
    const struct machine *m = ctx;
    for (unsigned i = 0; i < m->observer_count; i++) {
        const struct machine_observer *o = &m->observers[i];
        if (o->special != NULL && (o->specials & event->what))
            o->special(o->ctx, event);
    }
}

/* ---- Making one ---- */

static int map_ram(struct machine *m, size_t bytes, char *why, size_t why_bytes)
{
    void *ram = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (ram == MAP_FAILED) {
        snprintf(why, why_bytes, "RAM: the host gives no %zu MiB", bytes >> 20);
        return -1;
    }
    m->ram = ram;
    m->ram_bytes = bytes;
    return 0;
}

static int load_images(struct machine *m, const struct machine_desc *d,
                       struct elf_loaded *elf, char *why, size_t why_bytes)
{
    struct elf_limits limits = {
        .name = d->kernel_name != NULL ? d->kernel_name : "kernel",
        .ram_bytes = m->ram_bytes,
        .bare = d->bare,
        .bootpage = !d->bare || d->bootpage != NULL,
        .initrd_bytes = d->initrd != NULL ? d->initrd_bytes : 0,
    };
    uint8_t *page = m->ram + (PLAT_BOOTPAGE_BASE - PLAT_RAM_BASE);
    if (check_initrd(d, m->ram_bytes, why, why_bytes) != 0 ||
        elf_load(d->kernel, d->kernel_bytes, &limits, m->ram, elf, why,
                 why_bytes) != 0)
        return -1;
    if (d->initrd != NULL)
        memcpy(m->ram + (PLAT_INITRD_BASE - PLAT_RAM_BASE), d->initrd,
               d->initrd_bytes);
    if (d->bootpage == NULL)
        return 0;
    return machine_bootpage(d->bootpage, page, why, why_bytes);
}

static int make_hart(struct machine *m, const struct elf_loaded *elf, char *why,
                     size_t why_bytes)
{
    struct cpu_desc desc = {
        .ram = m->ram,
        .ram_bytes = m->ram_bytes,
        .firmware = !m->bare,
        .env = {.ctx = m,
                .mmio_read = on_mmio_read,
                .mmio_write = on_mmio_write,
                .time = on_time,
                .firmware_call = m->bare ? NULL : on_firmware_call,
                .trap = on_trap,
                .special = on_special},
    };
    if (cpu_create(&desc, &m->cpu, why, why_bytes) != 0)
        return -1;
    cpu_set_pc(m->cpu, m->bare ? elf->entry : elf->lowest);
    cpu_set_x(m->cpu, A0, 0); /* hart id */
    cpu_set_x(m->cpu, A1, 0); /* no device tree */
    return 0;
}

static void reset_devices(struct machine *m)
{
    memset(&m->s, 0, sizeof m->s);
    uart_reset(&m->s.uart);
    m->s.sbi_timer = MACHINE_NEVER;
}

static int build(struct machine *m, const struct machine_desc *d, char *why,
                 size_t why_bytes)
{
    unsigned mib = d->ram_mib != 0 ? d->ram_mib : PLAT_RAM_MIB_DEFAULT;
    struct elf_loaded elf;
    if (check_ram(mib, why, why_bytes) != 0 ||
        check_disk(d, why, why_bytes) != 0 ||
        map_ram(m, (size_t)mib << 20, why, why_bytes) != 0 ||
        load_images(m, d, &elf, why, why_bytes) != 0)
        return -1;
    if (!disk_init(&m->disk, d->disk, d->disk_bytes, d->disk_readonly)) {
        snprintf(why, why_bytes, "disk: out of memory");
        return -1;
    }
    m->tohost = elf.tohost;
    if (make_hart(m, &elf, why, why_bytes) != 0)
        return -1;
    reset_devices(m);
    lines_update(m);
    return 0;
}

int machine_create(const struct machine_desc *desc, struct machine **out,
                   char *why, size_t why_bytes)
{
    struct machine *m = calloc(1, sizeof *m);
    *out = NULL;
    if (m == NULL) {
        snprintf(why, why_bytes, "machine: out of memory");
        return -1;
    }
    m->bare = desc->bare;
    m->console_out = desc->console_out;
    m->console_ctx = desc->console_ctx;
    if (build(m, desc, why, why_bytes) != 0) {
        machine_destroy(m);
        return -1;
    }
    *out = m;
    return 0;
}

void machine_destroy(struct machine *m)
{
    if (m == NULL)
        return;
    if (m->cpu != NULL)
        cpu_destroy(m->cpu);
    if (m->ram != NULL)
        munmap(m->ram, m->ram_bytes);
    disk_release(&m->disk);
    free(m->input.bytes);
    watch_release(m);
    free(m);
}

struct cpu *machine_cpu(struct machine *m)
{
    return m->cpu;
}

uint64_t machine_ram_bytes(const struct machine *m)
{
    return m->ram_bytes;
}

bool machine_peek_device(struct machine *m, uint64_t pa, unsigned size,
                         uint64_t *value)
{
    return bus_peek(m, pa, size, value);
}

/* ---- Listeners ---- */

static void watch_specials(struct machine *m)
{
    unsigned set = 0;
    for (unsigned i = 0; i < m->observer_count; i++)
        if (m->observers[i].special != NULL)
            set |= m->observers[i].specials;
    cpu_watch_special(m->cpu, set);
}

void machine_observe(struct machine *m, const struct machine_observer *o)
{
    if (m->observer_count == MACHINE_OBSERVERS_MAX) {
        fprintf(stderr, "machine_observe: more than %d listeners\n",
                MACHINE_OBSERVERS_MAX);
        abort(); /* a mistake in the program, not in its input */
    }
    m->observers[m->observer_count++] = *o;
    watch_specials(m);
}

void machine_unobserve(struct machine *m, void *ctx)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < m->observer_count; i++)
        if (m->observers[i].ctx != ctx)
            m->observers[kept++] = m->observers[i];
    m->observer_count = kept;
    watch_specials(m);
}

void machine_note_console_out(struct machine *m, uint8_t byte)
{
    m->s.eof_given = 0;
    m->s.console_clock = machine_clock(m);
    for (unsigned i = 0; i < m->observer_count; i++)
        if (m->observers[i].console_out != NULL)
            m->observers[i].console_out(m->observers[i].ctx, byte);
    if (m->console_out != NULL)
        m->console_out(m->console_ctx, &byte, 1);
}

void machine_note_console_in(struct machine *m, uint8_t byte)
{
    for (unsigned i = 0; i < m->observer_count; i++)
        if (m->observers[i].console_in != NULL)
            m->observers[i].console_in(m->observers[i].ctx, byte);
}

void machine_note_input(struct machine *m, const uint8_t *bytes, size_t n,
                        bool piped)
{
    for (unsigned i = 0; i < m->observer_count; i++) {
        const struct machine_observer *o = &m->observers[i];
        if (bytes != NULL && o->input != NULL)
            o->input(o->ctx, bytes, n, piped);
        if (bytes == NULL && o->input_end != NULL)
            o->input_end(o->ctx);
    }
}

void machine_end(struct machine *m, int status, const char *text)
{
    if (m->s.ended)
        return;
    for (unsigned i = 0; i < m->observer_count; i++)
        if (m->observers[i].ended != NULL)
            m->observers[i].ended(m->observers[i].ctx, status);
    m->s.ended = 1;
    m->s.status = status;
    snprintf(m->s.text, sizeof m->s.text, "%s", text);
    cpu_request_stop(m->cpu);
}
