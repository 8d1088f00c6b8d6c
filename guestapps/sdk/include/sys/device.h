/*
 * <sys/device.h> - calling a device's methods: numbers and a structure each
 * way. abi/device.def has the methods and what each takes and gives.
 */
#ifndef SALLYPORT_SDK_DEVICE_H
#define SALLYPORT_SDK_DEVICE_H

#include <sallyport/device.h>

/* 0, or -1: EFAULT, EBADF, ENOTTY (no such interface), ENOTSUP (no such
 * method), EINVAL (a count or a size is not as declared), ENOMEM, EINTR. */
int device_call(int fd, uint32_t selector, const struct device_call_args *args);

#endif
