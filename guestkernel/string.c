/* string.c - memory in words. Stores are what costs on an emulator, and path lengths are
 * asserted by tests, so memcpy moves 8 bytes at a time however its source is aligned,
 * memset 64. */
#include "kernel.h"

#define WORD            8
#define MISALIGNMENT(p) ((uintptr_t)(p) & (WORD - 1))

/* Words that may alias any object. */
typedef uint64_t __attribute__((may_alias)) word;

/* The source is off by 1..7 bytes: read aligned words and join the halves of neighbours. An
 * aligned word that holds a wanted byte lies in that byte's page, so nothing foreign is
 * touched. Returns how many bytes it copied. */
static size_t copy_shifted(uint8_t *to, const uint8_t *from, size_t n) {
    unsigned low = MISALIGNMENT(from) * 8;
    const word *source = (const word *)(from - MISALIGNMENT(from));
    word *sink = (word *)to;
    size_t words = n / WORD;
    uint64_t left = *source++;
    for (size_t i = 0; i < words; i++) {
        uint64_t right = *source++;
        *sink++ = left >> low | right << (64 - low);
        left = right;
    }
    return words * WORD;
}

static size_t copy_words(word *to, const word *from, size_t n) {
    size_t left = n;
    for (; left >= 8 * WORD; left -= 8 * WORD, to += 8, from += 8) {
        uint64_t a = from[0], b = from[1], c = from[2], d = from[3];
        uint64_t e = from[4], f = from[5], g = from[6], h = from[7];
        to[0] = a, to[1] = b, to[2] = c, to[3] = d;
        to[4] = e, to[5] = f, to[6] = g, to[7] = h;
    }
    for (; left >= WORD; left -= WORD) *to++ = *from++;
    return n - left;
}

void *memcpy(void *to, const void *from, size_t n) {
    uint8_t *sink = to;
    const uint8_t *source = from;
    if (n >= WORD) {
        for (; MISALIGNMENT(sink); n--) *sink++ = *source++;
        size_t done = MISALIGNMENT(source) ? copy_shifted(sink, source, n)
                                           : copy_words((word *)sink, (const word *)source, n);
        sink += done, source += done, n -= done;
    }
    while (n--) *sink++ = *source++;
    return to;
}

void *memmove(void *to, const void *from, size_t n) {
    uint8_t *sink = to;
    const uint8_t *source = from;
    if (sink <= source || sink >= source + n) return memcpy(to, from, n);
    while (n--) sink[n] = source[n];
    return to;
}

void *memset(void *to, int byte, size_t n) {
    uint8_t *sink = to;
    uint64_t fill = (uint8_t)byte * 0x0101010101010101ul;
    for (; n && MISALIGNMENT(sink); n--) *sink++ = (uint8_t)byte;
    word *words = (word *)sink;
    for (; n >= 8 * WORD; n -= 8 * WORD, words += 8) {
        words[0] = fill, words[1] = fill, words[2] = fill, words[3] = fill;
        words[4] = fill, words[5] = fill, words[6] = fill, words[7] = fill;
    }
    for (; n >= WORD; n -= WORD) *words++ = fill;
    sink = (uint8_t *)words;
    while (n--) *sink++ = (uint8_t)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t n) {
    const uint8_t *left = a, *right = b;
    for (size_t i = 0; i < n; i++)
        if (left[i] != right[i]) return left[i] - right[i];
    return 0;
}

size_t strnlen(const char *s, size_t max) {
    size_t n = 0;
    while (n < max && s[n]) n++;
    return n;
}

size_t strlen(const char *s) { return strnlen(s, SIZE_MAX); }

int strcmp(const char *a, const char *b) {
    while (*a && *a == *b) a++, b++;
    return (uint8_t)*a - (uint8_t)*b;
}

void string_copy(char *to, const char *from, size_t size) {
    size_t n = strnlen(from, size - 1);
    memcpy(to, from, n);
    to[n] = '\0';
}
