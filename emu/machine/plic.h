/*
 * plic.h - platform-level interrupt controller (RISC-V PLIC specification
 * 1.0.0), with the two contexts of hart 0.
 */
#ifndef SALLYPORT_MACHINE_PLIC_H
#define SALLYPORT_MACHINE_PLIC_H

#include "../platform/platform.h"

#include <stdbool.h>
#include <stdint.h>

#define PLIC_WORDS          (PLAT_PLIC_SOURCES / 32)
#define PLIC_CONTEXTS       2
#define PLIC_PRIORITY_MAX   7 /* three bits */

#define PLIC_PRIORITY       0x000000 /* one word per source */
#define PLIC_PENDING        0x001000 /* one bit per source */
#define PLIC_ENABLE         0x002000 /* per context, one bit per source */
#define PLIC_ENABLE_STRIDE  0x80
#define PLIC_CONTEXT        0x200000 /* per context: threshold, claim */
#define PLIC_CONTEXT_STRIDE 0x1000
#define PLIC_THRESHOLD      0x0
#define PLIC_CLAIM          0x4

struct plic {
    uint32_t priority[PLAT_PLIC_SOURCES];
    uint32_t level[PLIC_WORDS];   /* what the devices' lines say */
    uint32_t pending[PLIC_WORDS]; /* latched by the gateways */
    uint32_t claimed[PLIC_WORDS]; /* claimed and not completed: gate shut */
    uint32_t enable[PLIC_CONTEXTS][PLIC_WORDS];
    uint32_t threshold[PLIC_CONTEXTS];
};

/* A device's line. A rising or standing level is latched unless the source is
 * in service. */
void plic_set_level(struct plic *p, unsigned source, bool level);
/* The external interrupt line of a context. */
bool plic_output(const struct plic *p, unsigned context);
/* Would this source, if its line rose now, raise the context's output? */
bool plic_would_interrupt(const struct plic *p, unsigned source,
                          unsigned context);

#endif
