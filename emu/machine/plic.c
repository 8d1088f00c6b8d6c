/*
 * plic.c - the platform-level interrupt controller.
 *
 * Each source has a gateway: a high line is latched as pending unless the
 * source is in service (claimed, not completed); completion opens the gate
 * again, and a line that is still high is latched at once. A line that falls
 * after it was latched leaves the request standing.
 *
 * Where the specification and QEMU differ and a guest could tell, QEMU's way
 * is taken, so that a guest prints the same on both: a claim sees only
 * sources above the threshold, and a completion is taken for any source in
 * service, enabled for that context or not. One difference stays: QEMU 7.2
 * latches a line again only when the device moves it, here as specified.
 */
#include "device.h"
#include "state.h"

static bool bit(const uint32_t *words, unsigned n)
{
    return words[n / 32] >> (n % 32) & 1;
}

static void set_bit(uint32_t *words, unsigned n, bool on)
{
    uint32_t mask = UINT32_C(1) << (n % 32);
    words[n / 32] = on ? words[n / 32] | mask : words[n / 32] & ~mask;
}

void plic_set_level(struct plic *p, unsigned source, bool level)
{
    set_bit(p->level, source, level);
    if (level && !bit(p->claimed, source))
        set_bit(p->pending, source, true);
}

/* The source to serve next, or 0: highest priority above the threshold, and
 * among equals the lowest number. */
static unsigned plic_best(const struct plic *p, unsigned context)
{
    unsigned best = 0;
    uint32_t floor = p->threshold[context];
    for (unsigned word = 0; word < PLIC_WORDS; word++) {
        if (!(p->pending[word] & p->enable[context][word]))
            continue;
        for (unsigned n = word * 32; n < word * 32 + 32; n++) {
            if (!bit(p->pending, n) || !bit(p->enable[context], n))
                continue;
            if (n != 0 && p->priority[n] > floor) {
                best = n;
                floor = p->priority[n];
            }
        }
    }
    return best;
}

bool plic_output(const struct plic *p, unsigned context)
{
    return plic_best(p, context) != 0;
}

bool plic_would_interrupt(const struct plic *p, unsigned source,
                          unsigned context)
{
    return bit(p->enable[context], source) && !bit(p->claimed, source) &&
           p->priority[source] > p->threshold[context];
}

static uint32_t plic_claim(struct plic *p, unsigned context)
{
    unsigned source = plic_best(p, context);
    if (source != 0) {
        set_bit(p->pending, source, false);
        set_bit(p->claimed, source, true);
    }
    return source;
}

static void plic_complete(struct plic *p, uint64_t source)
{
    if (source >= PLAT_PLIC_SOURCES || !bit(p->claimed, (unsigned)source))
        return;
    set_bit(p->claimed, (unsigned)source, false);
    plic_set_level(p, (unsigned)source, bit(p->level, (unsigned)source));
}

/* The word at an offset; NULL where there is none, which reads as 0 and
 * ignores writes. The claim registers are not words. */
static uint32_t *plic_word(struct plic *p, uint64_t offset)
{
    if (offset < PLIC_PENDING)
        return offset / 4 < PLAT_PLIC_SOURCES ? &p->priority[offset / 4] : NULL;
    if (offset < PLIC_ENABLE) {
        uint64_t n = (offset - PLIC_PENDING) / 4;
        return n < PLIC_WORDS ? &p->pending[n] : NULL;
    }
    if (offset < PLIC_CONTEXT) {
        uint64_t context = (offset - PLIC_ENABLE) / PLIC_ENABLE_STRIDE;
        uint64_t n = (offset - PLIC_ENABLE) % PLIC_ENABLE_STRIDE / 4;
        if (context < PLIC_CONTEXTS && n < PLIC_WORDS)
            return &p->enable[context][n];
        return NULL;
    }
    uint64_t context = (offset - PLIC_CONTEXT) / PLIC_CONTEXT_STRIDE;
    uint64_t at = (offset - PLIC_CONTEXT) % PLIC_CONTEXT_STRIDE;
    if (context < PLIC_CONTEXTS && at == PLIC_THRESHOLD)
        return &p->threshold[context];
    return NULL;
}

/* The context whose claim register is at an offset, or -1. */
static int claim_context(uint64_t offset)
{
    if (offset < PLIC_CONTEXT ||
        (offset - PLIC_CONTEXT) % PLIC_CONTEXT_STRIDE != PLIC_CLAIM)
        return -1;
    uint64_t context = (offset - PLIC_CONTEXT) / PLIC_CONTEXT_STRIDE;
    return context < PLIC_CONTEXTS ? (int)context : -1;
}

static bool plic_peek(const struct machine *m, uint64_t offset, unsigned size,
                      uint64_t *value)
{
    (void)size;
    int context = claim_context(offset);
    if (context >= 0) {
        *value = plic_best(&m->s.plic, (unsigned)context);
        return true;
    }
    struct plic copy = m->s.plic;
    const uint32_t *word = plic_word(&copy, offset);
    *value = word != NULL ? *word : 0;
    return true;
}

static bool plic_read(struct machine *m, uint64_t offset, unsigned size,
                      uint64_t *value)
{
    int context = claim_context(offset);
    if (context < 0)
        return plic_peek(m, offset, size, value);
    *value = plic_claim(&m->s.plic, (unsigned)context);
    return true;
}

static bool plic_write(struct machine *m, uint64_t offset, unsigned size,
                       uint64_t value)
{
    (void)size;
    if (claim_context(offset) >= 0) {
        plic_complete(&m->s.plic, value);
        return true;
    }
    uint32_t *word = plic_word(&m->s.plic, offset);
    bool pending = offset >= PLIC_PENDING && offset < PLIC_ENABLE;
    bool level = offset < PLIC_PENDING || offset >= PLIC_CONTEXT;
    if (word == NULL || pending || offset == PLIC_PRIORITY)
        return true; /* read-only: the pending bits, and source 0 */
    *word = (uint32_t)(level ? value & PLIC_PRIORITY_MAX : value);
    return true;
}

const struct device_ops plic_ops = {
    .name = "plic",
    .sizes = DEVICE_SIZE_4,
    .read = plic_read,
    .write = plic_write,
    .peek = plic_peek,
};
