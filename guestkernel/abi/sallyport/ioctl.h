/*
 * <sallyport/ioctl.h> - requests of ioctl: 32 bits that say which device's
 * request it is, and which way how many bytes go. So the kernel can copy them
 * without knowing the device:
 *
 *     31 IN  30 OUT  29 VOID | 28..16 size | 15..8 group | 7..0 number
 *
 * IN is from the program to the kernel. The size has 13 bits, whatever the type
 * has: 8192 bytes wrap to 0. It is part of the number: another structure is
 * another request.
 */
#ifndef SALLYPORT_IOCTL_H
#define SALLYPORT_IOCTL_H

#include <stdint.h>
#include "termios.h"

#define IOC_VOID       0x20000000u
#define IOC_OUT        0x40000000u
#define IOC_IN         0x80000000u
#define IOC_INOUT      (IOC_IN | IOC_OUT)
#define IOC_DIRMASK    0xe0000000u

#define IOCPARM_MASK   0x1fffu
#define IOCPARM_MAX    (IOCPARM_MASK + 1)
#define IOCPARM_LEN(r) ((uint32_t)(r) >> 16 & IOCPARM_MASK)
#define IOCGROUP(r)    ((uint32_t)(r) >> 8 & 0xff)

#define _IOC(way, group, number, bytes)                                        \
    ((uint32_t)((way) | ((bytes)&IOCPARM_MASK) << 16 | (group) << 8 | (number)))
#define _IO(group, number)         _IOC(IOC_VOID, group, number, 0)
#define _IOR(group, number, type)  _IOC(IOC_OUT, group, number, sizeof(type))
#define _IOW(group, number, type)  _IOC(IOC_IN, group, number, sizeof(type))
#define _IOWR(group, number, type) _IOC(IOC_INOUT, group, number, sizeof(type))

/* ---- /dev/demo: a counter that shows every kind of request ---- */

struct demo_info { /* with holes: 7 bytes behind letter, 6 behind steps */
    uint8_t letter;
    uint64_t count;
    uint16_t steps;
};
struct demo_add {
    uint64_t addend, sum;
};
#define DEMO_ENTRIES 64
struct demo_table { /* 256 bytes: no room on the kernel's stack */
    uint32_t entry[DEMO_ENTRIES];
};
#define DEMO_GATHER_MAX 256
struct demo_gather { /* points at more, which the driver must fetch itself */
    uint64_t address;
    uint32_t bytes, sum;
};

/* The requests by name: abi/ioctl.def. */
enum ioctl_request {
#define IOCTL(name, request, format, help) name = request,
#include "../ioctl.def"
#undef IOCTL
};

#endif
