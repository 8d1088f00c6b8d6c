/* plic.c - the platform-level interrupt controller (RISC-V PLIC specification; offsets as on
 * QEMU virt). Hart 0's S-mode is context 1. Every source we use has priority 1 and the
 * threshold is 0: order does not matter here. */
#include "kernel.h"

#define PRIORITY(source)        (4 * (source))
#define ENABLE(context, source) (0x2000 + 0x80 * (context) + (source) / 32 * 4)
#define THRESHOLD(context)      (0x200000 + 0x1000 * (context))
#define CLAIM(context)          (THRESHOLD(context) + 4)
#define PLIC(offset)            (*(volatile uint32_t *)(DIRECT_MAP + PLAT_PLIC_BASE + (offset)))

void plic_init(void) { PLIC(THRESHOLD(PLAT_PLIC_CONTEXT_S)) = 0; }

void plic_enable(unsigned source) {
    PLIC(PRIORITY(source)) = 1;
    PLIC(ENABLE(PLAT_PLIC_CONTEXT_S, source)) |= 1u << source % 32;
}

unsigned plic_claim(void) { return PLIC(CLAIM(PLAT_PLIC_CONTEXT_S)); }
void plic_complete(unsigned source) { PLIC(CLAIM(PLAT_PLIC_CONTEXT_S)) = source; }
