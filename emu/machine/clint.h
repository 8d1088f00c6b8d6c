/*
 * clint.h - core-local interruptor of one hart: the software interrupt bit,
 * the timer comparator and the time itself. Offsets as SiFive's CLINT and
 * QEMU's aclint have them.
 */
#ifndef SALLYPORT_MACHINE_CLINT_H
#define SALLYPORT_MACHINE_CLINT_H

#include <stdint.h>

#define CLINT_MSIP          0x0000 /* 32 bits, bit 0 is mip.MSIP */
#define CLINT_SWI_END       0x4000
#define CLINT_MTIMECMP      0x4000 /* 64 bits; hart 0 */
#define CLINT_MTIMECMP_NEXT 0x4008
#define CLINT_MTIME         0xbff8 /* 64 bits */
#define CLINT_END           0xc000 /* nothing from here on */

struct clint {
    uint64_t mtimecmp;
    uint64_t offset; /* mtime - clock / 10: what writes to mtime have added */
    uint64_t msip;
};

#endif
