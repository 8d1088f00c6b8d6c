/*
 * space.h - an address space as named ranges: by permissions, by the image's
 * symbols, by what lies behind (RAM or a device). Names follow what the tables
 * say, so a foreign kernel gets names as well, if plainer ones.
 */
#ifndef SALLYPORT_SPACE_H
#define SALLYPORT_SPACE_H

#include "../crossing/crossing.h"

enum space_look { /* how a range of addresses is filled */
                  LOOK_TEXT,
                  LOOK_DATA,
                  LOOK_HEAP,
                  LOOK_STACK,
                  LOOK_DIRECT,
                  LOOK_DEVICE,
                  LOOK_FRAME,
                  LOOK_GATE,
                  LOOK_SHARED,
                  LOOK_HOLE,
};
struct space_range {
    uint64_t va, bytes, flags; /* PTE bits; 0 for a hole */
    uint64_t pa;               /* of its first page */
    char name[24];
    enum space_look look;
};

struct space_question {
    struct machine *machine;
    const struct tracker *tracker;
    uint64_t root;
    int pid;        /* USER: whose */
    uint64_t sp;    /* USER: its stack pointer */
    bool own_table; /* KERNEL: the table holds no process as well */
    struct sv39_range *scratch;
    size_t scratch_max;
};
/* In order of address, holes between them included; neighbours of one name are
 * one. What does not fit is one long rest, "more". Returns how many. */
size_t space_of_user(const struct space_question *q, struct space_range *range,
                     size_t max);
size_t space_of_kernel(const struct space_question *q,
                       struct space_range *range, size_t max);

#endif
