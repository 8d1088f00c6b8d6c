/*
 * floor.h - the least that any emulator on this engine must do: run the code,
 * count blocks, deliver traps. What cpu/ costs is measured against it.
 */
#ifndef SALLYPORT_BENCH_FLOOR_H
#define SALLYPORT_BENCH_FLOOR_H

#include <stddef.h>
#include <stdint.h>

/* Runs the image at 0x80000000 in M-mode with a0 = argument for about insns
 * instructions. Returns the seconds that it took, or a negative number. */
double floor_run(const uint8_t *image, size_t bytes, uint64_t argument,
                 uint64_t insns, uint64_t *traps);

/* The engine with no hook at all: runs for about a second and returns the
 * loop's iterations a second, or a negative number. A loop that traps cannot
 * be run like this: nobody would deliver the trap. */
double hookfree_rate(const uint8_t *image, size_t bytes, uint64_t argument);

#endif
