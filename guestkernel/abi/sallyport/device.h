/*
 * <sallyport/device.h> - device_call: a method of a device's, with numbers and
 * a structure each way. How many and how large is declared in abi/device.def,
 * and the kernel refuses everything else before the device sees it.
 */
#ifndef SALLYPORT_DEVICE_H
#define SALLYPORT_DEVICE_H

#include <stdint.h>

#define DEVICE_SCALARS    16   /* at most, each way */
#define DEVICE_INLINE     4096 /* larger structures are not copied: the */
#define DEVICE_DESCRIPTOR (32 * 4096) /* kernel works on the caller's pages */
#define DEVICE_VARIABLE   0xffffffffu /* in device.def: any that many */

struct device_call_args {
    uint32_t scalars_in, scalars_out; /* how many 64-bit numbers */
    uint64_t bytes_in, bytes_out;     /* of the structures */
    uint64_t scalar_in, scalar_out;   /* addresses */
    uint64_t struct_in, struct_out;
};

struct accel_info {
    uint32_t waiting; /* callers in ACCEL_SUM_TWICE */
    uint32_t inline_bytes;
    uint64_t calls;
};

enum device_selector {
#define ACCEL(selector, name, function, si, bi, so, bo, help) name = selector,
#include "../device.def"
#undef ACCEL
};

#endif
