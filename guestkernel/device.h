/*
 * device.h - what /dev holds.
 */
#ifndef KERNEL_DEVICE_H
#define KERNEL_DEVICE_H

struct file_ops;

/* Makes /dev/console, /dev/null and /dev/zero. */
void device_init(void);
/* Makes /dev/NAME, in the place of whatever the archive had there. */
struct inode *device_make(const char *name, const struct file_ops *ops);

void kbuf_init(void); /* /dev/kbuf: kbuf.c */
void shm_init(void);  /* /dev/shm, the objects' directory: mmap.c */
/* /dev/disk0, if there is a disk: disk.c. */
void disk_init(void);
void disk_interrupt(void);

#endif
