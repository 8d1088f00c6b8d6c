/*
 * bench_cpu.c - the processor against the floor: four loops (loops.S) on cpu/
 * and on the bare harness (floor.c), medians of five, and their ratio; beside
 * it how many times as long as on the engine without hooks, and as on QEMU, and
 * how many times as long it takes while memory is watched.
 *
 *     bench_cpu LOOPS.bin QEMU-RATES     (the latter made by qemu.sh)
 *
 * The time is the host's: nothing here decides a test.
 */
#include "../../emu/cpu/cpu.h"
#include "../../emu/platform/platform.h"
#include "floor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RUNS      5
#define RAM_BYTES ((size_t)4 << 20)

static const struct {
    const char *name;
    uint64_t insns;
    unsigned length; /* of an iteration; 0: one trap */
} loops[] = {
    {"3-instruction loop", 60000000, 3},
    {"9-instruction loop", 200000000, 9},
    {"store loop", 20000000, 5},
    {"getpid loop", 20000000, 0},
};

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void never(void *ctx, const struct cpu_access *access)
{
    (void)ctx, (void)access;
}

/* watched: while 8 bytes that the loops do not touch are. */
static double run_cpu(const uint8_t *image, size_t bytes, uint64_t argument,
                      uint64_t insns, uint64_t *traps, bool watched)
{
    char why[200];
    struct cpu *cpu;
    uint8_t *ram = aligned_alloc(4096, RAM_BYTES);
    struct cpu_desc desc = {.ram = ram, .ram_bytes = RAM_BYTES};
    if (ram == NULL || cpu_create(&desc, &cpu, why, sizeof why) != 0) {
        free(ram);
        return -1;
    }
    memset(ram, 0, RAM_BYTES);
    memcpy(ram, image, bytes);
    cpu_set_pc(cpu, PLAT_RAM_BASE);
    cpu_set_x(cpu, 10, argument);
    if (watched)
        cpu_watch_memory(cpu, PLAT_RAM_BASE + RAM_BYTES - 8, 8,
                         CPU_LOADS | CPU_STORES, never, NULL);
    double start = seconds_now();
    enum cpu_stop stop = cpu_run(cpu, insns);
    double took = seconds_now() - start;
    *traps = cpu_traps(cpu);
    cpu_destroy(cpu);
    free(ram);
    return stop == CPU_STOP_CLOCK ? took : -1;
}

static double cpu_seconds(const uint8_t *image, size_t bytes, uint64_t argument,
                          uint64_t insns, uint64_t *traps)
{
    return run_cpu(image, bytes, argument, insns, traps, false);
}

static double watched_seconds(const uint8_t *image, size_t bytes,
                              uint64_t argument, uint64_t insns,
                              uint64_t *traps)
{
    return run_cpu(image, bytes, argument, insns, traps, true);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

typedef double run_fn(const uint8_t *, size_t, uint64_t, uint64_t, uint64_t *);

static double median(run_fn *run, const uint8_t *image, size_t bytes,
                     size_t loop, uint64_t *traps)
{
    double times[RUNS];
    for (size_t i = 0; i < RUNS; i++)
        times[i] = run(image, bytes, loop, loops[loop].insns, traps);
    qsort(times, RUNS, sizeof *times, by_size);
    return times[RUNS / 2];
}

/* Iterations a second against a rate measured elsewhere; "-" for none. */
static void print_ratio(double rate, double other)
{
    if (other > 0)
        printf(" %9.2f", other / rate);
    else
        printf(" %9s", "-");
}

static void bench(size_t loop, const uint8_t *image, size_t bytes, double qemu)
{
    uint64_t floor_traps = 0, traps = 0;
    double floor = median(floor_run, image, bytes, loop, &floor_traps);
    double cpu = median(cpu_seconds, image, bytes, loop, &traps);
    double watched = median(watched_seconds, image, bytes, loop, &traps);
    unsigned length = loops[loop].length;
    double iterations =
        length ? (double)loops[loop].insns / length : (double)traps;
    printf("%-20s %10" PRIu64 " %8.3f %8.3f %8.2f", loops[loop].name,
           loops[loop].insns, floor, cpu, cpu / floor);
    print_ratio(iterations / cpu,
                length ? hookfree_rate(image, bytes, loop) : -1);
    print_ratio(iterations / cpu, qemu);
    printf(" %8.2f", watched / cpu);
    if (traps > 0)
        printf(" %12.0f", (double)traps / cpu);
    printf("\n");
}

int main(int argc, char **argv)
{
    static uint8_t image[65536];
    FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
    FILE *rates = argc == 3 ? fopen(argv[2], "r") : NULL;
    if (file == NULL || rates == NULL) {
        fprintf(stderr, "usage: bench_cpu LOOPS.bin QEMU-RATES\n");
        return 1;
    }
    size_t bytes = fread(image, 1, sizeof image, file);
    fclose(file);
    printf("%s; seconds, median of %d\n", cpu_engine_version(), RUNS);
    printf("%-20s %10s %8s %8s %8s %9s %9s %8s %12s\n", "", "insns", "floor",
           "cpu", "/floor", "/no hooks", "/QEMU", "watched", "crossings/s");
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++) {
        double qemu;
        if (fscanf(rates, "%lf", &qemu) != 1)
            qemu = -1;
        bench(i, image, bytes, qemu);
    }
    fclose(rates);
    return 0;
}
