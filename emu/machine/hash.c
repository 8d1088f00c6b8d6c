/*
 * hash.c - one number for the whole state of a machine, to tell whether two
 * are equal: after a replay, after drawing, between step and run.
 *
 * RAM is hashed page by page and the pages' hashes are added, so pages of
 * zeroes, which are most, cost one look and count nothing.
 */
#include "state.h"

#include <string.h>

#define HASH_PRIME_1 UINT64_C(0x9e3779b97f4a7c15)
#define HASH_PRIME_2 UINT64_C(0xd6e8feb86659fd93)

static uint64_t rotate(uint64_t x, unsigned n)
{
    return x << n | x >> (64 - n);
}

/* Every input bit reaches every output bit. */
static uint64_t finish(uint64_t x)
{
    x = (x ^ x >> 32) * HASH_PRIME_2;
    x = (x ^ x >> 29) * HASH_PRIME_1;
    return x ^ x >> 32;
}

uint64_t hash_bytes(const void *bytes, size_t n, uint64_t seed)
{
    /* Four independent lanes, so that the multiplications overlap. */
    const uint8_t *from = bytes;
    uint64_t lane[4] = {seed ^ n, seed + HASH_PRIME_1, seed - HASH_PRIME_2,
                        ~seed};
    uint64_t word[4];
    for (; n >= sizeof word; n -= sizeof word, from += sizeof word) {
        memcpy(word, from, sizeof word);
        for (unsigned i = 0; i < 4; i++)
            lane[i] = (rotate(lane[i], 31) ^ word[i]) * HASH_PRIME_1;
    }
    memset(word, 0, sizeof word);
    if (n > 0)
        memcpy(word, from, n);
    uint64_t hash = 0;
    for (unsigned i = 0; i < 4; i++) {
        lane[i] = (rotate(lane[i], 31) ^ word[i]) * HASH_PRIME_1;
        hash = rotate(hash, 17) * HASH_PRIME_2 + finish(lane[i]);
    }
    return finish(hash);
}

bool page_is_zero(const uint8_t *page)
{
    static const uint8_t zero[MACHINE_PAGE];
    return memcmp(page, zero, sizeof zero) == 0;
}

uint64_t hash_page(const struct machine *m, size_t at)
{
    return page_is_zero(m->ram + at)
               ? 0
               : hash_bytes(m->ram + at, MACHINE_PAGE, at);
}

static uint64_t hash_ram(const struct machine *m)
{
    uint64_t sum = 0;
    for (size_t at = 0; at < m->ram_bytes; at += MACHINE_PAGE)
        sum += hash_page(m, at);
    return sum;
}

static uint64_t hash_input(const struct input_queue *q)
{
    if (q->count == 0)
        return 0;
    return hash_bytes(q->bytes + q->first, q->count * sizeof *q->bytes, 1);
}

uint64_t hash_with_ram(const struct machine *m, uint64_t ram)
{
    uint64_t parts[] = {
        cpu_hash(m->cpu),
        hash_bytes(&m->s, sizeof m->s, 0),
        hash_input(&m->input),
        disk_hash(&m->disk),
        ram,
    };
    return hash_bytes(parts, sizeof parts, 0);
}

uint64_t machine_hash(const struct machine *m)
{
    return hash_with_ram(m, hash_ram(m));
}

uint64_t machine_hash_bytes(const void *bytes, size_t n)
{
    return hash_bytes(bytes, n, 0);
}
