/*
 * instruction.h - an instruction in text, with what its numbers mean: a
 * branch's target by its symbol, an ecall by the call that is in a7.
 */
#ifndef SALLYPORT_INSTRUCTION_H
#define SALLYPORT_INSTRUCTION_H

#include "../crossing/crossing.h"

struct instruction {
    uint64_t va;
    const uint8_t *bytes;
    size_t have;             /* of them */
    struct symbols *symbols; /* of the image it is in, or NULL */
    uint64_t to_image;       /* added to va: as that image was linked */
    const uint64_t *a7;      /* if it is about to run; else NULL */
};
/* Returns its length in bytes. */
unsigned instruction_describe(const struct tracker *t,
                              const struct instruction *i, char *text,
                              size_t n);

#endif
