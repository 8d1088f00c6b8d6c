/*
 * compress.h - zstd, for what is large in a recording.
 */
#ifndef SALLYPORT_RECORD_COMPRESS_H
#define SALLYPORT_RECORD_COMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Malloc'ed; NULL: out of memory. */
uint8_t *compress_bytes(const uint8_t *bytes, size_t n, size_t *out_n);
/* Malloc'ed, one NUL behind it; NULL: not zstd's, larger than max, or out of
 * memory. */
uint8_t *decompress_bytes(const uint8_t *bytes, size_t n, size_t max,
                          size_t *out_n);

#endif
