/* method.h - a device's methods (methods.c): each declares what it takes and gives. */
#include <sallyport/device.h>

/* What a method finds. The structures are the kernel's own copies up to DEVICE_INLINE bytes;
 * beyond, they are the caller's live pages: who reads a word twice may find two values. */
struct method_call {
    uint64_t in[DEVICE_SCALARS], out[DEVICE_SCALARS];
    const uint8_t *bytes_in;
    uint8_t *bytes_out;
    uint64_t size_in, size_out;
};

/* A device's table ends with a row without function. */
struct method {
    uint32_t selector;
    int (*run)(struct method_call *c); /* 0 or an errno; may sleep */
    uint32_t scalars_in, bytes_in, scalars_out, bytes_out;
};

extern const struct method accel_methods[]; /* accel.c */
