/*
 * compress.c - see compress.h.
 */
#include "compress.h"

#include <stdlib.h>
#include <zstd.h>

/* Fast: a snapshot is taken while somebody waits for the run. */
#define LEVEL 1

uint8_t *compress_bytes(const uint8_t *bytes, size_t n, size_t *out_n)
{
    size_t room = ZSTD_compressBound(n);
    uint8_t *out = malloc(room);
    if (out == NULL)
        return NULL;
    *out_n = ZSTD_compress(out, room, bytes, n, LEVEL);
    if (!ZSTD_isError(*out_n))
        return out;
    free(out);
    return NULL;
}

uint8_t *decompress_bytes(const uint8_t *bytes, size_t n, size_t max,
                          size_t *out_n)
{
    unsigned long long size = ZSTD_getFrameContentSize(bytes, n);
    if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR ||
        size > max)
        return NULL;
    uint8_t *out = malloc((size_t)size + 1);
    if (out == NULL)
        return NULL;
    *out_n = ZSTD_decompress(out, (size_t)size, bytes, n);
    if (ZSTD_isError(*out_n) || *out_n != size) {
        free(out);
        return NULL;
    }
    out[size] = '\0';
    return out;
}
