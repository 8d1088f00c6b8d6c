/*
 * disk.h - /dev/disk0.
 */
#ifndef KERNEL_DISK_H
#define KERNEL_DISK_H

/* Finds the device and makes /dev/disk0; without a disk, nothing. */
void disk_init(void);
void disk_interrupt(void);

#endif
