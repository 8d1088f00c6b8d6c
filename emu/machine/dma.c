/*
 * dma.c - how devices reach memory: RAM only, range checked, and the hart told
 * of every byte written. Devices get no other pointer to memory.
 */
#include "state.h"

#include <string.h>

bool machine_dma_valid(struct machine *m, uint64_t pa, uint64_t n)
{
    return pa >= PLAT_RAM_BASE && pa - PLAT_RAM_BASE <= m->ram_bytes &&
           n <= m->ram_bytes - (pa - PLAT_RAM_BASE);
}

uint8_t *machine_ram(struct machine *m, uint64_t pa, size_t n)
{
    return machine_dma_valid(m, pa, n) ? m->ram + (pa - PLAT_RAM_BASE) : NULL;
}

void machine_wrote(struct machine *m, uint64_t pa, size_t n)
{
    if (n > 0)
        cpu_invalidate(m->cpu, pa, n);
}

bool machine_dma_read(struct machine *m, uint64_t pa, void *to, size_t n)
{
    const uint8_t *from = machine_ram(m, pa, n);
    if (from == NULL)
        return false;
    if (m->probing)
        watch_dma(m, pa, n, MACHINE_LOADS);
    memcpy(to, from, n);
    return true;
}

bool machine_dma_write(struct machine *m, uint64_t pa, const void *from,
                       size_t n)
{
    uint8_t *to = machine_ram(m, pa, n);
    if (to == NULL)
        return false;
    if (m->probing) {
        watch_dma(m, pa, n, MACHINE_STORES);
        return true;
    }
    memcpy(to, from, n);
    machine_wrote(m, pa, n);
    return true;
}
