/*
 * device.h - what /dev holds.
 */
#ifndef KERNEL_DEVICE_H
#define KERNEL_DEVICE_H

/* Makes /dev/console, /dev/null and /dev/zero. */
void device_init(void);

#endif
